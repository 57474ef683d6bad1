"""Tampering with the database: whatever is swapped, altered or moved does not open."""

from dataclasses import fields, replace
from uuid import uuid4

import pytest

from grievance.vault import grants, keys, values
from grievance.vault.errors import Tampered
from grievance.vault.framing import frame
from grievance.vault.labels import Label

CANARY = "kanariya-7731"
KEY = keys.new_key()
PLACE = values.Place(Label.CASE_NARRATIVE, uuid4(), uuid4(), 1)
GRANT = grants.GrantInfo(
    case=uuid4(),
    compartment_or_packet="story",
    key_generation=1,
    holder_kind="organisation",
    holder_id=uuid4(),
    holder_generation=1,
    purpose="read",
)
OTHER_FIELDS = {
    "suite": "another/1",
    "case": uuid4(),
    "compartment_or_packet": "identity",
    "key_generation": 2,
    "holder_kind": "receipt",
    "holder_id": uuid4(),
    "holder_generation": 2,
    "purpose": "recover",
}


def test_text_bytes_and_json_open_at_their_place():
    assert values.open_text(KEY, PLACE, values.seal_text(KEY, PLACE, "မြန်မာ")) == "မြန်မာ"
    assert values.open_bytes(KEY, PLACE, values.seal_bytes(KEY, PLACE, b"\x80\0\0")) == b"\x80\0\0"
    data = {"name": "ဒေါ်", "sum": 120_000, "parts": [None, True]}
    assert values.open_json(KEY, PLACE, values.seal_json(KEY, PLACE, data)) == data


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(PLACE, row=uuid4()),
        replace(PLACE, case=uuid4()),
        replace(PLACE, label=Label.MESSAGE_BODY),
        replace(PLACE, generation=2),
        replace(PLACE, row=PLACE.case, case=PLACE.row),
    ],
    ids=["row", "case", "column", "generation", "case and row swapped"],
)
def test_a_value_moved_to_another_place_does_not_open(elsewhere):
    value = values.seal_text(KEY, PLACE, CANARY)
    with pytest.raises(Tampered):
        values.open_text(KEY, elsewhere, value)
    relabelled = value[:1] + elsewhere.generation.to_bytes(4, "big") + value[5:]
    with pytest.raises(Tampered):
        values.open_text(KEY, elsewhere, relabelled)


def test_a_value_does_not_open_with_another_key():
    with pytest.raises(Tampered):
        values.open_text(keys.new_key(), PLACE, values.seal_text(KEY, PLACE, CANARY))


def test_every_altered_byte_and_every_cut_is_noticed():
    value = values.seal_text(KEY, PLACE, CANARY)
    for at in range(len(value)):
        altered = value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :]
        for broken in (altered, value[:at]):
            with pytest.raises(Tampered):
                values.open_text(KEY, PLACE, broken)


def test_an_older_value_of_the_same_row_opens_but_its_digest_tells():
    old, new = (values.seal_text(KEY, PLACE, text) for text in ("before", "after"))
    in_event = values.digest(new)
    values.check_digest(new, in_event)
    assert values.open_text(KEY, PLACE, old) == "before"
    with pytest.raises(Tampered):
        values.check_digest(old, in_event)


def test_sealing_twice_shows_neither_sameness_nor_length():
    one, same, longer = (values.seal_text(KEY, PLACE, t) for t in ("no", "no", "no, never" * 20))
    assert one != same
    assert len(one) == len(same) == len(longer)


def test_errors_and_reprs_hold_no_content():
    value = values.seal_text(KEY, PLACE, CANARY)
    with pytest.raises(Tampered) as refusal:
        values.open_text(keys.new_key(), PLACE, value)
    assert CANARY not in repr(refusal.value)
    assert str(PLACE.case) not in str(refusal.value)
    assert refusal.value.__suppress_context__
    pair = keys.new_pair()
    assert repr(pair.private)[2:10] not in repr(pair)


def test_a_sealing_key_has_32_bytes():
    for short in (b"", b"k" * 16):
        with pytest.raises(ValueError, match="32"):
            values.seal_text(short, PLACE, CANARY)


def test_a_grant_opens_for_its_holder_only():
    holder, stranger = keys.new_pair(), keys.new_pair()
    box = grants.seal_grant(holder.public, GRANT, KEY)
    assert grants.open_grant(holder.private, GRANT, box) == KEY
    with pytest.raises(Tampered):
        grants.open_grant(stranger.private, GRANT, box)


def test_every_field_of_a_grant_is_bound():
    assert set(OTHER_FIELDS) == {field.name for field in fields(GRANT)}
    holder = keys.new_pair()
    box = grants.seal_grant(holder.public, GRANT, KEY)
    for name, value in OTHER_FIELDS.items():
        with pytest.raises(Tampered):
            grants.open_grant(holder.private, replace(GRANT, **{name: value}), box)


def test_a_swapped_box_or_altered_byte_is_noticed():
    holder = keys.new_pair()
    box = grants.seal_grant(holder.public, GRANT, KEY)
    other = grants.seal_grant(holder.public, replace(GRANT, case=uuid4()), keys.new_key())
    altered = (box[:at] + bytes([box[at] ^ 1]) + box[at + 1 :] for at in range(len(box)))
    for broken in (other, b"", box[:1], box[:-1], box + b"\0", *altered):
        with pytest.raises(Tampered):
            grants.open_grant(holder.private, GRANT, broken)


def test_a_swapped_public_key_is_refused_before_sealing():
    mac_key, holder, mine = keys.new_key(), keys.new_pair(), uuid4()
    whose = keys.Holder("organisation", mine, 1, holder.public)
    vouched = keys.public_key_mac(mac_key, whose)
    assert keys.check_public_key(mac_key, whose, vouched) == whose
    for kind, who, generation, public in [
        ("organisation", mine, 1, keys.new_pair().public),
        ("organisation", uuid4(), 1, holder.public),
        ("organisation", mine, 2, holder.public),
        ("receipt", mine, 1, holder.public),
    ]:
        with pytest.raises(keys.StrangeKey):
            keys.check_public_key(mac_key, keys.Holder(kind, who, generation, public), vouched)
    other = keys.new_key()
    with pytest.raises(keys.StrangeKey):
        keys.check_public_key(other, whose, vouched)


def test_public_keys_with_a_known_secret_are_refused():
    for public in (bytes(32), (1).to_bytes(32, "little"), b"short"):
        with pytest.raises(Tampered):
            grants.seal_grant(public, GRANT, KEY)


def test_only_whole_keys_are_granted():
    with pytest.raises(ValueError, match="32"):
        grants.seal_grant(keys.new_pair().public, GRANT, b"not a key")


def test_an_outbox_message_opens_under_its_own_row_only_and_hides_its_length():
    notifier, row = keys.new_pair(), uuid4()
    info = frame(Label.OUTBOX_MESSAGE, row)
    box = grants.seal_to(notifier.public, info, CANARY.encode())
    assert grants.open_with(notifier.private, info, box) == CANARY.encode()
    assert len(box) == len(grants.seal_to(notifier.public, info, b""))
    for elsewhere in (frame(Label.OUTBOX_MESSAGE, uuid4()), frame(Label.ORGANISATION_KEY, row)):
        with pytest.raises(Tampered):
            grants.open_with(notifier.private, elsewhere, box)


def test_keys_are_fresh_and_a_check_names_one_without_being_it():
    one, other = keys.new_key(), keys.new_key()
    assert one != other
    assert keys.key_check(one) == keys.key_check(one) != keys.key_check(other)
    assert keys.key_check(one) != keys.hkdf(one, "another/1") != one
