"""Known answers. A change that breaks one of these makes stored ciphertext unreadable."""

import hashlib
import hmac
from datetime import UTC, datetime
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from grievance.vault import chain, grants, keys, passwords, receipts, sessions, strength, values
from grievance.vault.framing import frame
from grievance.vault.labels import Derive, Label
from tests import quick

CASE, ROW = UUID(int=1), UUID(int=2)
KEY = bytes(range(32))
PUBLIC = "8f40c5adb68f25624ae5b214ea767a6ec94d829d3d7b5e1ad1ba6f3e2138285f"
BOX = (
    "019823d8323b8d7009a7698c30964e8cf2ad59f3a6f507391de6c052b25e81c95f3f384ececd4a1586564d34"
    "ca60c80a7e17b427aabf3fc23e56d60e51dae1fec535baab55f7b7d9738c2a8a8e3bc1fd55"
)
INFO = (
    "73000000076772616e742f3173000000197832353531392d7368613235362d61657332353667636d2f317500"
    "00001000000000000000000000000000000001730000000573746f7279690000000131730000000772656365"
    "697074750000001000000000000000000000000000000002690000000131730000000472656164"
)
VALUE = (
    "01000000032a91c78880480c9751eae9150c8965c3b665efbbe9ed6123983e2c99b215e70c3f10566c157eb4"
    "f14b9c5e45a5f7a4624560c8ac869637bf7fb17454b34fa0bda7280b47083eb08c2879df8050c597467e6a58"
    "d952f5a417498167db7d9cb0141f40acb3042a160418ff293176802b5813ab5a5db444c20d3b003183065e0a"
    "ed1d35c1756fbb9b1ecefecaa162f0714962a6016c814bfba9d19ceb54c63a648c9d6b22839276c33f547618"
    "207882fc1a9cfaa8dfa8a74572a92928088a77b44eba3c4b99f7e056c694fcd1e0ba2d776465d1d54184851f"
    "8f90e0232a0c07abac76d95b14a3d25e304e23d85c39ef85d08ee9ea364ef3a6d4632b372725ea3d49eb1441"
    "f54386c10d605e7f8fb10f5c86d35d61ef581e9cfc67080255"
)
STORY = grants.GrantInfo(
    case=CASE,
    compartment_or_packet="story",
    key_generation=1,
    holder_kind="receipt",
    holder_id=ROW,
    holder_generation=1,
    purpose="read",
)


def test_a_sealed_value_of_the_first_release_still_opens():
    place = values.Place(Label.MESSAGE_BODY, CASE, ROW, 3)
    assert values.open_text(KEY, place, bytes.fromhex(VALUE)) == "အခုထိ လုပ်ခ မရသေးပါ"


def test_a_sealed_value_is_plain_aes_gcm_over_its_parts():
    raw = bytes.fromhex(VALUE)
    aad = frame("message.body/1", CASE, ROW, 3)
    padded = AESGCM(KEY).decrypt(raw[5:17], raw[17:], aad)
    assert len(padded) == 256
    assert padded.rstrip(b"\0")[:-1].decode() == "အခုထိ လုပ်ခ မရသေးပါ"


def test_a_grant_of_the_first_release_still_opens_and_its_info_is_frozen():
    assert STORY.encode().hex() == INFO
    assert keys.pair_from_seed(KEY).public.hex() == PUBLIC
    assert grants.open_grant(KEY, STORY, bytes.fromhex(BOX)) == bytes(32)


def test_a_grant_is_rfc_9180_base_mode():
    """The box is opened by the RFC's own steps, written out with HMAC and AES only."""
    raw = bytes.fromhex(BOX)
    assert _hpke_open(KEY, raw[1:33], raw[33:], bytes.fromhex(INFO)) == bytes(32)


def test_derivations_are_frozen():
    assert keys.key_check(KEY).hex().startswith("f62cffa0958926171ab304daa73cb2a8")
    vouched = keys.public_key_mac(KEY, keys.Holder("organisation", ROW, 1, bytes.fromhex(PUBLIC)))
    assert vouched.hex().startswith("01d84111560806e981a611fca7e1f716")
    session = sessions.session_key("secret", KEY, "staff")
    assert session.hex().startswith("40326796f987a82dc790ef06c53b17f6")
    assert sessions.secret_hash("secret").hex().startswith("2ed55a854eff7ee04489fa9b08ec6e25")


def test_a_receipt_of_the_first_release_gives_the_same_tag_and_key():
    root = receipts.slow_root("01234567890123456785", KEY)
    assert root.hex() == "2f5d09fcad7dcd916e1cc28b331cc57018e6a62edd628599d035efbc4139f618"
    found = receipts.receipt_keys(root, bytes(32), 1)
    assert found.tag.hex().startswith("a5399b6e04e4517c1346cf63b7d60b81")
    assert found.pair.public.hex().startswith("2a1572a4b0e2470628380b308cc00254")
    reply = receipts.reply_pair(root, "token", bytes(32))
    assert reply.public.hex().startswith("bd589b88fbfdf2db00596122cdae6795")


def test_receipt_tag_and_key_are_hkdf_with_the_written_labels():
    root, pepper = b"r" * 32, b"p" * 32
    prk = hmac.digest(pepper, root, "sha256")
    found = receipts.receipt_keys(root, pepper, 1)
    assert found.tag == hmac.digest(prk, b"receipt tag/1\x01", "sha256")
    assert found.pair.private == hmac.digest(prk, b"receipt key/1\x01", "sha256")


def test_a_password_of_the_first_release_gives_the_same_kek():
    parameters = passwords.Parameters(bytes(16), 1, *quick.COSTS)
    kek = passwords.kek_for("pässword of a member", parameters, KEY)
    assert kek.hex().startswith("0b12d6044b7b02c56d94aaf4f3de53cd")


def test_the_chain_and_its_anchors_are_frozen():
    at = datetime(2026, 11, 20, 10, tzinfo=UTC)
    codes = {"issue": ["wages-unpaid"], "state": "received"}
    event = chain.event_hash(chain.START, 1, chain.Told(at, "file", "receipt:1", codes, None))
    written = (
        '{"actor":"receipt:1","at":"2026-11-20T10:00:00.000000Z","codes":{"issue":'
        '["wages-unpaid"],"state":"received"},"detail":null,"seq":1,"verb":"file"}'
    )
    assert event == hashlib.sha256(bytes(32) + written.encode()).digest()
    root = chain.heads_root({CASE: event})
    anchor = chain.Anchor(1, chain.START, root, 1, datetime(2026, 11, 20, 11, tzinfo=UTC))
    assert anchor.hash().hex().startswith("18ec005320b0a521d546c29993f23c8a")
    assert chain.sign_anchor(KEY, anchor).hex().startswith("13ce7e6d6ac9fe5e119f172ca9af3676")


def test_the_words_of_fingerprints_never_change():
    digest = hashlib.sha256("\n".join(strength.words()).encode()).hexdigest()
    assert digest == "ddbf68c22e56c11ed387403c627a3af780545ff58868bb6424f56d0cf5c2aef0"


FROZEN_LABELS = """
    case.answers/1 case.identity/1 case.narrative/1 case.profile/1 case.suggestion/1 case.note/1
    case.key/1 message.body/1 message.translation/1 passage.translation/1 staff.message/1
    event.detail/1 limitation.facts/1 outcome.words/1 feedback.words/1 remedy.facts/1
    attempt.note/1 override.reason/1 member.name/1 file.meta/1 file.key/1 file.body/1
    consent.words/1 referral.note/1 referral.answer/1 packet.content/1 packet.draft/1
    packet.file/1 packet.key/1 reply.body/1 draft.answers/1 draft.receipt/1 outbox.message/1
    receipt.session/1 staff.session/1 member.key/1 membership.key/1 organisation.key/1
    recovery.key/1 second-factor.secret/1 staff.address/1 person.name/1 person.contact/1
    organisation.note/1 key-request.note/1
"""
FROZEN_DERIVATIONS = [
    "check/1",
    "receipt tag/1",
    "receipt key/1",
    "reply key/1",
    "member kek/1",
    "public key/1",
    "grant/1",
    "session key/1",
    "session secret/1",
    "fingerprint/1",
    "heads/1",
    "anchor/1",
]


def test_labels_are_added_but_never_renamed_or_removed():
    now = {label.value for label in Label}
    assert set(FROZEN_LABELS.split()) <= now
    assert set(FROZEN_DERIVATIONS) <= {use.value for use in Derive}
    assert not now & {use.value for use in Derive}


def _hpke_open(private: bytes, enc: bytes, ciphertext: bytes, info: bytes) -> bytes:
    kem, suite = b"KEM\x00\x20", b"HPKE\x00\x20\x00\x01\x00\x02"
    own = X25519PrivateKey.from_private_bytes(private)
    shared = own.exchange(X25519PublicKey.from_public_bytes(enc))
    eae = _labeled_extract(kem, b"", b"eae_prk", shared)
    context = enc + own.public_key().public_bytes_raw()
    secret = _labeled_expand(kem, eae, b"shared_secret", context, 32)
    psk_id_hash = _labeled_extract(suite, b"", b"psk_id_hash", b"")
    info_hash = _labeled_extract(suite, b"", b"info_hash", info)
    schedule = b"\x00" + psk_id_hash + info_hash
    prk = _labeled_extract(suite, secret, b"secret", b"")
    key = _labeled_expand(suite, prk, b"key", schedule, 32)
    nonce = _labeled_expand(suite, prk, b"base_nonce", schedule, 12)
    return AESGCM(key).decrypt(nonce, ciphertext, b"")


def _labeled_extract(suite: bytes, salt: bytes, label: bytes, ikm: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + ikm, "sha256")


def _labeled_expand(suite: bytes, prk: bytes, label: bytes, info: bytes, length: int) -> bytes:
    message = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return hmac.digest(prk, message + b"\x01", "sha256")[:length]
