"""Receipt codes: read from any hand, checked before hashing, found under any pepper."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grievance.vault import keys, receipts

DIGITS = st.text("0123456789", min_size=19, max_size=19)
ZEROS = {
    "Burmese": "၀",
    "Shan": "႐",
    "Thai": "๐",
    "Khmer": "០",
    "Arabic": "٠",
    "Urdu": "۰",
    "Devanagari": "०",
    "Bengali": "০",
    "Sinhala": "෦",
    "Lao": "໐",
    "Mongolian": "᠐",
    "full-width": "０",
}


@pytest.fixture
def hashes(monkeypatch):
    """The slow hashes that were done, one entry each."""
    done, real = [], receipts.hash_secret_raw

    def counted(*given, **more):
        done.append(1)
        return real(*given, **more)

    monkeypatch.setattr(receipts, "hash_secret_raw", counted)
    return done


def _code(digits):
    return digits + receipts.check_digit(digits)


def test_a_drawn_code_is_twenty_digits_that_read_back():
    drawn = {receipts.draw() for _ in range(200)}
    assert len(drawn) == 200
    assert all(len(code) == 20 and receipts.parse(code) == code for code in drawn)
    assert {code[0] for code in drawn} == set("0123456789")


def test_damm_known_answer():
    assert receipts.check_digit("572") == "4"


@given(DIGITS, st.integers(0, 19), st.integers(1, 9))
def test_every_wrong_digit_is_caught(digits, at, by):
    code = _code(digits)
    wrong = code[:at] + str((int(code[at]) + by) % 10) + code[at + 1 :]
    with pytest.raises(receipts.NotAReceipt) as refusal:
        receipts.parse(wrong)
    assert refusal.value.kind == "check"


@given(DIGITS, st.integers(0, 18))
def test_every_swap_of_neighbours_is_caught(digits, at):
    code = _code(digits)
    swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    if swapped == code:
        assert receipts.parse(swapped) == code
    else:
        with pytest.raises(receipts.NotAReceipt, match="check"):
            receipts.parse(swapped)


def test_all_pairs_of_digits_are_covered_not_only_drawn_ones():
    for interim in range(10):
        for one in range(10):
            for other in range(10):
                prefix = f"{interim}"
                if one != other:
                    assert receipts.check_digit(f"{prefix}{one}") != receipts.check_digit(
                        f"{prefix}{other}"
                    )
                    assert receipts.check_digit(f"{prefix}{one}{other}") != receipts.check_digit(
                        f"{prefix}{other}{one}"
                    )


@pytest.mark.parametrize("zero", ZEROS.values(), ids=ZEROS)
def test_digits_of_any_script_are_read(zero):
    code = receipts.draw()
    local = "".join(chr(ord(zero) + int(digit)) for digit in code)
    assert receipts.parse(local) == receipts.parse(receipts.grouped(local)) == code


@pytest.mark.parametrize(
    "separator",
    [" ", "-", ".", "/", "_", "\t", "\r\n", "\u3000", "\u00a0", "\u200b", "\u200c", "\u200d"]
    + ["\u2060", "\ufeff", "\u202a", "\u200f", "\u2212", "–", "ー", "・", "၊", "।", "\ufe0f"],
)
def test_separators_and_invisible_characters_are_ignored(separator):
    code = receipts.draw()
    typed = separator.join(code[at : at + 4] for at in range(0, 20, 4))
    assert receipts.parse(f"{separator}{typed}{separator}") == code


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("", "length"),
        ("0" * 19, "length"),
        ("0" * 21, "length"),
        ("E" + "0" * 19, "length"),
        ("0" * 10 + "E" + "0" * 9, "characters"),
        ("1" * 500, "length"),
        ("my code is lost", "characters"),
        ("0" * 19 + "1", "check"),
    ],
)
def test_what_cannot_be_a_code_says_why_and_nothing_else(typed, kind):
    with pytest.raises(receipts.NotAReceipt) as refusal:
        receipts.parse(typed)
    assert refusal.value.kind == str(refusal.value) == kind


@pytest.mark.parametrize(
    "before",
    [
        "No.",
        "No. ",
        "NO ",
        "№",
        "番号：",
        "受付番号: ",
        "My number is ",
        "Số: ",
        "နံပါတ် ",
        "#",
        "no",
        "[",
    ],
)
def test_words_before_the_digits_are_no_part_of_the_code(before):
    code = receipts.draw()
    assert receipts.parse(before + receipts.grouped(code)) == code


@pytest.mark.parametrize("zero", "OoＯｏО〇○")
@pytest.mark.parametrize("one", "Iｌl")
def test_letters_that_look_like_digits_are_read_as_them(zero, one):
    code = receipts.draw()
    typed = receipts.grouped(code).replace("0", zero).replace("1", one)
    assert receipts.parse(typed) == receipts.parse(f"No. {typed}") == code


def test_refusing_a_mistyped_code_does_not_hash(hashes):
    with pytest.raises(receipts.NotAReceipt):
        receipts.parse("0" * 19 + "1")
    assert hashes == []


def test_a_code_is_shown_in_fours():
    assert receipts.grouped("12345678901234567890") == "1234 5678 9012 3456 7890"


def test_a_reply_code_is_twelve_digits():
    code = receipts.draw_reply_code()
    assert len(code) == 12
    assert receipts.parse_reply_code(receipts.grouped(code)) == code
    with pytest.raises(receipts.NotAReceipt, match="length"):
        receipts.parse(code)


def test_a_code_opens_the_same_keys_again_and_another_code_others():
    salt, pepper, code = keys.new_key(), keys.new_key(), receipts.draw()
    first = receipts.receipt_keys(receipts.slow_root(code, salt), pepper, 1)
    assert receipts.receipt_keys(receipts.slow_root(code, salt), pepper, 1) == first
    for root in (receipts.slow_root(receipts.draw(), salt), receipts.slow_root(code, pepper)):
        other = receipts.receipt_keys(root, pepper, 1)
        assert other.tag != first.tag
        assert other.pair != first.pair
    assert first.tag != first.pair.private
    assert first.tag.hex() not in repr(first)


def test_a_wrong_pepper_finds_nothing():
    root = receipts.slow_root(receipts.draw(), keys.new_key())
    old, new = (receipts.receipt_keys(root, keys.new_key(), version) for version in (1, 2))
    assert old.tag != new.tag
    assert old.pair != new.pair


def test_many_peppers_cost_one_slow_hash(hashes):
    root = receipts.slow_root(receipts.draw(), keys.new_key())
    found = [receipts.receipt_keys(root, keys.new_key(), version) for version in range(1, 11)]
    assert len(hashes) == 1
    assert len({each.tag for each in found}) == 10


def test_a_reply_link_needs_code_token_and_pepper():
    salt, pepper, code = keys.new_key(), keys.new_key(), receipts.draw_reply_code()
    root = receipts.slow_root(code, salt)
    pair = receipts.reply_pair(root, "token", pepper)
    assert receipts.reply_pair(root, "token", pepper) == pair
    assert receipts.reply_pair(root, "other", pepper) != pair
    assert receipts.reply_pair(root, "token", salt) != pair
    assert receipts.reply_pair(keys.new_key(), "token", pepper) != pair
