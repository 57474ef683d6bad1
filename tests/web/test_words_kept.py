"""What somebody typed stays as it was typed; only keys are normalised."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from grievance.model import MARKS, clean_text, few_marks, length_of, matching, shortened

KEPT = {
    "a name's own kanji": "\ufa19\u5d0e \u793e\ufe00",
    "letters of private use": "\ue000\U000f0000",
    "Khmer with breaks that cannot be seen": "ខ្ញុំ\u200bធ្វើការ\u200bនៅ\u200bជប៉ុន",
    "Vietnamese, composed": "Nguyễn Thị Ngọc Diễm",
    "Vietnamese, decomposed": unicodedata.normalize("NFD", "Nguyễn Thị Ngọc Diễm"),
    "Thai": "เขาไม่ให้เงินเดือนผม น้ำ ผู้ที่",
    "Tibetan": "བསྒྲུབས་ཧཱུྃ་རྫོགས",
    "Hebrew with points and accents": "בְּרֵאשִׁ֖ית בָּרָ֣א אֱלֹהִ֑ים",
    "Arabic with marks": "ٱلْعُمَّالُ می\u200cخواهم",
    "Burmese": "ကျွန်ုပ် သတ္တဝါ",
    "a family": "👩🏽\u200d👩🏽\u200d👦🏽",
    "a flag of tags": "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "lines and tabs": "one\n\ntwo\n  three\tfour",
    "half-width letters": "ｶﾀｶﾅ １２",
    "thirty marks": "a" + "\u0300" * MARKS,
}


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_words_stay_as_typed(text: str) -> None:
    assert clean_text(text) == text


def test_line_breaks_of_any_system_are_line_breaks() -> None:
    assert clean_text("a\r\nb\rc\x0bd\x85e\u2028f") == "a\nb\nc\nd\ne\u2028f"
    assert clean_text("a\r\nb\u2028c\td", lines=False) == "a b c d"


def test_what_has_no_place_in_words_goes() -> None:
    assert clean_text(" a\x00\x1b\u202eb\u2066c\ud800 ") == "abc"


@pytest.mark.parametrize("text", ["", " \u3000", "\u200b\u200d", "\ufeff \u2060", "\u3164"])
def test_nothing_to_be_seen_is_nothing(text: str) -> None:
    assert clean_text(text) == ""


def test_marks_without_end_are_bounded() -> None:
    assert (
        clean_text("a" + "\u0300\u0316" * 5000 + "b") == "a" + "\u0300\u0316" * (MARKS // 2) + "b"
    )
    assert few_marks("\u0300" * 100) == "\u0300" * MARKS


def test_every_mark_that_is_put_in_order_counts_as_one() -> None:
    moved = (chr(code) for code in range(0x110000) if unicodedata.combining(chr(code)))
    assert all(unicodedata.category(one).startswith("M") for one in moved)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Nguyễn", unicodedata.normalize("NFD", "NGUYỄN")),
        ("ខ្ញុំ\u200bធ្វើការ", "ខ្ញុំធ្វើការ"),
        ("ＡＢＣ　株式会社", "abc 株式会社"),
        ("\ufa19崎", "神崎"),
        ("Strasse", "STRAẞE"),
    ],
)
def test_keys_compare_what_looks_alike(one: str, other: str) -> None:
    assert matching(one) == matching(other)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("क्षेत्र", 2),
        ("नमस्ते", 3),
        ("নাক্তা", 2),
        ("ក្រុម", 2),
        ("ខ្ញុំ", 1),
        ("သတ္တဝါ", 4),
        ("Việt", 4),
        ("👩🏽\u200d👩🏽\u200d👦🏽🇯🇵", 2),
        ("e\u0301a", 2),
    ],
)
def test_letters_are_counted_as_people_see_them(text: str, count: int) -> None:
    assert length_of(text) == count
    assert length_of(shortened(text, count - 1)) == count - 1


def test_whatever_normalising_makes_a_mark_counts_as_one() -> None:
    """The sound marks of half width are none before; a run of them would be quadratic."""
    for number in range(sys.maxunicode + 1):
        letter = chr(number)
        first = unicodedata.normalize("NFKD", letter)[:1]
        if unicodedata.combining(letter) or unicodedata.combining(first):
            assert len(few_marks(f"\u0316{letter}" * MARKS)) == MARKS, hex(number)
    assert matching("ｶﾞｷﾞｸﾞﾊﾟ") == "ガギグパ"
