"""A telephone number is kept only when it can be dialled, and never guessed to be another's."""

from __future__ import annotations

import pytest

from grievance.web.telephones import readings, shown


@pytest.mark.parametrize(
    ("typed", "nationality", "meant"),
    [
        ("0912345678", "VN", ["+84912345678"]),
        ("0917 123 4567", "PH", ["+639171234567"]),
        ("081234567890", "ID", ["+6281234567890"]),
        ("010-1234-5678", "KR", ["+821012345678"]),
        ("090-1234-5678", "VN", ["+819012345678"]),
        ("０９０ー１２３４ー５６７８", "VN", ["+819012345678"]),
        ("0312345678", "VN", ["+84312345678", "+81312345678"]),
    ],
)
def test_without_a_country_code_every_country_it_may_be_of_is_tried(typed, nationality, meant):
    assert sorted(one.number for one in readings(typed, (nationality, "JP"))) == sorted(meant)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("+84 91 234 56 78", "+84912345678"),
        ("＋84 912345678", "+84912345678"),
        ("(+84) 912 345 678", "+84912345678"),
        ("+81 3-3123-4567 ext. 12", "+81331234567;ext=12"),
        ("+81-3-3123-4567 内線12", "+81331234567;ext=12"),
        ("+81331234567;ext=12", "+81331234567;ext=12"),
    ],
)
def test_a_country_code_decides_and_an_extension_is_kept(typed, kept):
    assert [one.number for one in readings(typed, ("VN", "JP"))] == [kept]


@pytest.mark.parametrize(
    "typed",
    [
        "12",
        "+1 234",
        "0800-FLOWERS",
        "call me",
        "010 84 912345678",
        "+99 1234567890",
        "1" * 80,
        "09012345678 or 0312345678",
    ],
)
def test_what_cannot_be_dialled_is_refused(typed):
    assert readings(typed, ("JP",)) == ()


def test_a_kept_number_is_shown_with_its_country_code():
    assert shown("+81331234567;ext=12") == "+81 3-3123-4567 ext. 12"
    assert shown("nothing") == "nothing"
