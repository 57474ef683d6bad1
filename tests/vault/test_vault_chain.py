"""Event chain, anchors and session secrets."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from grievance.vault import chain, keys, sessions
from grievance.vault.errors import Tampered

AT = datetime(2026, 11, 20, 10, 15, tzinfo=UTC)
EVENT = {
    "at": AT,
    "verb": "refer",
    "actor": "member:7",
    "codes": {"to": "jp-labour-bureau-consult", "issues": ["wages-unpaid"], "level": 2},
    "detail_hash": b"d" * 32,
}


def told(**changes):
    return chain.Told(**{**EVENT, **changes})


def test_any_changed_part_changes_the_hash():
    first = chain.event_hash(chain.START, 1, told())
    changes = [
        {"at": AT + timedelta(microseconds=1)},
        {"verb": "recall"},
        {"actor": "member:8"},
        {"codes": {**EVENT["codes"], "level": 3}},
        {"codes": {}},
        {"detail_hash": b"e" * 32},
        {"detail_hash": None},
    ]
    hashes = {chain.event_hash(chain.START, 1, told(**change)) for change in changes}
    hashes |= {chain.event_hash(chain.START, 2, told()), chain.event_hash(first, 1, told())}
    assert len(hashes | {first}) == 10


def test_the_same_event_hashes_the_same_from_any_process():
    shuffled = dict(reversed(EVENT["codes"].items()))
    tokyo = AT.astimezone(timezone(timedelta(hours=9)))
    again = chain.event_hash(chain.START, 1, told(codes=shuffled, at=tokyo))
    assert again == chain.event_hash(chain.START, 1, told())


@pytest.mark.parametrize("codes", [{"share": 0.5}, {"deep": [{"x": 1.0}]}, {"at": AT}, {1: "one"}])
def test_what_has_no_single_spelling_is_refused(codes):
    with pytest.raises(TypeError):
        chain.event_hash(chain.START, 1, told(codes=codes))


def test_a_time_without_zone_and_a_torn_head_are_refused():
    with pytest.raises(ValueError, match="zone"):
        chain.event_hash(chain.START, 1, told(at=AT.replace(tzinfo=None)))
    with pytest.raises(ValueError, match="32"):
        chain.event_hash(b"", 1, told())


def test_the_root_of_heads_knows_order_membership_and_value():
    one, other = uuid4(), uuid4()
    heads = {one: b"1" * 32, other: b"2" * 32}
    root = chain.heads_root(heads)
    assert root == chain.heads_root({other: b"2" * 32, one: b"1" * 32})
    for changed in ({one: b"1" * 32}, {one: b"2" * 32, other: b"1" * 32}, {}):
        assert chain.heads_root(changed) != root


def test_an_anchor_holds_for_its_signer_and_its_words_only():
    private = Ed25519PrivateKey.generate()
    key, public = private.private_bytes_raw(), private.public_key().public_bytes_raw()
    anchor = chain.Anchor(4, b"p" * 32, b"r" * 32, 120, AT)
    signature = chain.sign_anchor(key, anchor)
    chain.verify_anchor(public, anchor, signature)
    changes = [
        {"seq": 5},
        {"prev": b"q" * 32},
        {"root": b"s" * 32},
        {"cases": 119},
        {"at": AT + timedelta(hours=1)},
    ]
    for change in changes:
        assert replace(anchor, **change).hash() != anchor.hash()
        with pytest.raises(Tampered):
            chain.verify_anchor(public, replace(anchor, **change), signature)
    stranger = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    for other, signed in ((stranger, signature), (public, bytes(64)), (b"short", signature)):
        with pytest.raises(Tampered):
            chain.verify_anchor(other, anchor, signed)


def test_a_session_key_needs_cookie_server_key_and_purpose():
    secret, server = sessions.new_secret(), keys.new_key()
    key = sessions.session_key(secret, server, "receipt")
    assert sessions.session_key(secret, server, "receipt") == key
    assert sessions.session_key(sessions.new_secret(), server, "receipt") != key
    assert sessions.session_key(secret, keys.new_key(), "receipt") != key
    assert sessions.session_key(secret, server, "staff") != key
    assert sessions.secret_hash(secret) not in (key, server)


def test_secrets_are_fresh_and_safe_in_a_cookie():
    drawn = {sessions.new_secret() for _ in range(100)}
    assert len(drawn) == 100
    assert all(
        len(each) == 43 and each.replace("-", "").replace("_", "").isalnum() for each in drawn
    )
