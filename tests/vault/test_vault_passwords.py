"""Passwords open keys; weak ones are refused; recovery sheets survive being typed back."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grievance.vault import keys, passwords, recovery, strength
from grievance.vault.passwords import MemberWrap, Parameters
from grievance.vault.values import Place

GOOD = "seven brown goats over there"
PEPPER = keys.new_key()
CHEAP = Parameters(b"s" * 16, 1, memory_kib=64, time_cost=1)  # the wrap does not care


def _wrapped(password, person, private):
    parameters = Parameters.fresh(1)
    kek = passwords.kek_for(password, parameters, PEPPER)
    return passwords.wrap_member_key(kek, person, private, parameters)


def test_a_password_opens_its_members_key_after_a_trip_through_the_database():
    person, private = uuid4(), keys.new_key()
    wrap = _wrapped("ｇoats ﬁve é 123456", person, private)
    row = MemberWrap(Parameters.read(wrap.parameters.stored()), wrap.ciphertext)
    typed = "goats five e\u0301 123456"  # another keyboard: same after NFKC
    kek = passwords.kek_for(typed, row.parameters, PEPPER)
    assert passwords.unwrap_member_key(kek, person, row) == private
    assert row.parameters.current()


def test_a_wrong_password_pepper_or_person_is_refused_alike():
    person, private, right = uuid4(), keys.new_key(), passwords.kek_for(GOOD, CHEAP, PEPPER)
    wrap = passwords.wrap_member_key(right, person, private, CHEAP)
    assert passwords.unwrap_member_key(right, person, wrap) == private
    attempts = [
        (passwords.kek_for(GOOD + ".", CHEAP, PEPPER), person),
        (passwords.kek_for(GOOD, CHEAP, keys.new_key()), person),
        (right, uuid4()),
    ]
    for kek, who in attempts:
        with pytest.raises(passwords.WrongPassword) as refusal:
            passwords.unwrap_member_key(kek, who, wrap)
        assert str(refusal.value) == "password does not open the key"


def test_parameters_are_bound_to_the_wrap():
    person, kek = uuid4(), passwords.kek_for(GOOD, CHEAP, PEPPER)
    wrap = passwords.wrap_member_key(kek, person, keys.new_key(), CHEAP)
    altered = MemberWrap(Parameters(b"t" * 16, 1, 64, 1), wrap.ciphertext)
    with pytest.raises(passwords.WrongPassword):
        passwords.unwrap_member_key(kek, person, altered)
    assert not CHEAP.current()


def test_an_unknown_account_costs_the_same_work_and_gives_the_same_error(monkeypatch):
    real, decoy = _wrapped(GOOD, uuid4(), keys.new_key()), passwords.decoy(1)
    assert len(real.ciphertext) == len(decoy.ciphertext)
    assert decoy.parameters.current()
    work: list[tuple[object, ...]] = []
    hashed, opened = passwords.hash_secret_raw, passwords.open_bytes

    def hashes(secret: bytes, salt: bytes, *costs: int, **more: object) -> bytes:
        work.append((len(secret), len(salt), *costs, *sorted(more.items())))
        return hashed(secret, salt, *costs, **more)

    def opens(key: bytes, place: Place, sealed: bytes) -> bytes:
        work.append((len(key), len(sealed)))
        return opened(key, place, sealed)

    monkeypatch.setattr(passwords, "hash_secret_raw", hashes)
    monkeypatch.setattr(passwords, "open_bytes", opens)
    for wrap in (real, decoy):
        kek = passwords.kek_for("not the password", wrap.parameters, PEPPER)
        with pytest.raises(passwords.WrongPassword):
            passwords.unwrap_member_key(kek, uuid4(), wrap)
    assert len(work) == 4
    assert work[:2] == work[2:]


@pytest.mark.parametrize(
    ("password", "codes"),
    [
        (GOOD, []),
        ("今日は良い天気です明日も晴れる", []),
        ("အိမ်မှာ ကြောင်သုံးကောင်ရှိတယ်", []),
        ("goats", ["too_short", "common"]),
        ("k9#vT2mQx7!pL", ["too_short"]),
        ("passwordpassword", ["common"]),
        ("Password123456!!", ["common"]),
        ("ｐａｓｓｗｏｒｄ１２３４５６７８", ["common"]),
        ("correct horse battery staple", ["common"]),
        ("CorrectHorseBatteryStaple!", ["common"]),
        ("qwertyuiopasdfgh", ["common"]),
        ("winter is coming 2026", ["common"]),
        ("aaaaaaaaaaaaaaaa", ["common"]),
        ("tiger9tiger9tiger9", ["common"]),
        ("admin-1234567890", ["common"]),
        ("090-1234-5678-2026", ["common"]),
        ("the goats of Nguyen", ["contains_name"]),
        ("tanaka and the sea", ["contains_name"]),
        ("毎朝田中さんと歩きます公園で", ["contains_name"]),
    ],
)
def test_weak_passwords_are_told_by_code(password, codes):
    assert passwords.weaknesses(password, "Nguyen Van An", "tanaka@example.org", "田中") == codes


def test_short_name_parts_do_not_forbid_ordinary_words():
    assert passwords.weaknesses("seven candles over there", "An Van Le") == []


def test_the_list_of_common_passwords_is_clean():
    lines = (strength._HERE / "common_passwords.txt").read_text().split("\n")[:-1]
    assert lines == sorted(set(lines))
    assert len(lines) > 500
    assert all(len(line) >= 8 and line == line.casefold() for line in lines)
    assert sum(len(line) >= strength.MINIMUM for line in lines) > 100


def test_a_passphrase_is_never_refused_and_never_the_same():
    offered = {passwords.passphrase() for _ in range(300)}
    assert len(offered) == 300
    assert not any(passwords.weaknesses(each) for each in offered)
    assert all(len(each.split("-")) == 7 for each in offered)


def test_words_are_2048_short_plain_and_sorted():
    words = strength.words()
    assert len(set(words)) == len(words) == 2048
    assert list(words) == sorted(words)
    assert all(word.isascii() and word.isalpha() and 3 <= len(word) <= 7 for word in words)


SECRETS = st.binary(min_size=32, max_size=32)


@given(SECRETS, SECRETS, st.dictionaries(st.integers(1, 99), SECRETS, max_size=3))
def test_a_sheet_reads_back(private, salt, peppers):
    sheet = recovery.read_sheet(recovery.sheet_text(private, salt, peppers))
    assert sheet == recovery.Sheet(private, salt, peppers)


def test_a_key_typed_back_without_tags_and_in_a_hurry_is_read():
    private = bytes(range(100, 132))
    rows = [line.partition("  ")[2] for line in recovery.sheet_text(private).splitlines()]
    hasty = "\n\n".join(rows).lower().replace("0", "o").replace("1", "l").replace(" ", "-")
    assert recovery.read_sheet(hasty) == recovery.Sheet(private)


@given(SECRETS, st.integers(0, 3), st.integers(0, 12), st.sampled_from("0123456789ABCDEFGHJKMNPQ"))
def test_a_wrong_symbol_is_told_by_its_row(private, row, at, symbol):
    rows = [line.partition("  ")[2].replace(" ", "") for line in _key_rows(private)]
    if rows[row][at] == symbol:
        return
    rows[row] = rows[row][:at] + symbol + rows[row][at + 1 :]
    with pytest.raises(recovery.SheetError) as refusal:
        recovery.read_sheet("\n".join(rows))
    assert refusal.value.row == f"K.{row + 1}"
    assert rows[row] not in str(refusal.value)


def test_swapped_missing_and_foreign_rows_are_refused():
    rows = _key_rows(bytes(range(32)))
    bare = [row.partition("  ")[2] for row in rows]
    for broken, row in [
        ([bare[1], bare[0], *bare[2:]], "K.1"),
        (rows[:3], "K.4"),
        ([], "K.1"),
        ([*rows, "S.1  " + bare[0]], "S.2"),
        ([*rows[:3], rows[3].replace("8", "U", 1)], "K.4"),
        ([*rows[:3], rows[3] + "0"], "K.4"),
    ]:
        with pytest.raises(recovery.SheetError) as refusal:
            recovery.read_sheet("\n".join(broken))
        assert refusal.value.row == row


def test_a_row_that_is_too_great_for_eight_bytes_is_refused():
    rows = _key_rows(bytes(32))
    for check in "0123456789ABCDEFGHJKMNPQRSTVWXYZ*~$=U":
        with pytest.raises(recovery.SheetError, match=r"K\.1"):
            recovery.read_sheet("\n".join(["K.1  " + "Z" * 13 + check, *rows[1:]]))


def test_a_fingerprint_is_six_words_and_differs_by_key():
    one, other = keys.new_pair().public, keys.new_pair().public
    assert recovery.fingerprint(one) == recovery.fingerprint(one) != recovery.fingerprint(other)
    assert len(recovery.fingerprint(one).split()) == 6
    known = bytes.fromhex("8f40c5adb68f25624ae5b214ea767a6ec94d829d3d7b5e1ad1ba6f3e2138285f")
    assert recovery.fingerprint(known) == "cloth score banner travel scoop pumpkin"


def _key_rows(private):
    return recovery.sheet_text(private).splitlines()
