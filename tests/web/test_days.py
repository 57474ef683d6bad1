"""A day as people write it: read when it is certain, asked back when it is not, else refused."""

from __future__ import annotations

from datetime import date

import pytest

from grievance.web.days import is_certain, readings

LATEST = date(2026, 11, 29)
LOCALES = ("en", "vi", "th", "ja")
APRIL = date(2026, 4, 25)


@pytest.mark.parametrize(
    "typed",
    [
        "2026-04-25",
        "2026/4/25",
        "2026.4.25",
        "20260425",
        "25042026",
        "25/04/2026",
        "25.4.2026",
        "R8.4.25",
        "r8/4/25",
        "04/25/2026",
        "２０２６年４月２５日",
        "2026년 4월 25일",
        "令和8年4月25日",
        "25 April 2026",
        "Apr 25, 2026",
        "2026/4/25(土)",
        "2026年4月25日(土)",
        "2026年4月25日（土曜日）",
        "Sat 25 April 2026",
        "Saturday, 25 April 2026",
        "ngày 25 tháng 4 năm 2026",
        "٢٠٢٦-٠٤-٢٥",
    ],
)
def test_common_ways_of_writing_a_day_are_read(typed):
    found = readings(typed, LATEST, LOCALES)
    assert found == (APRIL,)
    assert is_certain(typed, found)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("26-04-25", ["2026-04-25", "2025-04-26"]),
        ("8/4/25", ["2026-04-25", "2025-08-04", "2025-04-08"]),
        ("04/05/2026", ["2026-05-04", "2026-04-05"]),
        ("2569-04-25", ["2026-04-25"]),
        ("25 เมษายน 2569", ["2026-04-25"]),
        ("๒๕/๐๔/๒๕๖๙", ["2026-04-25"]),
    ],
)
def test_what_can_be_meant_in_another_way_is_asked_back(typed, meant):
    found = readings(typed, LATEST, LOCALES)
    assert [day.isoformat() for day in found] == meant
    assert not is_certain(typed, found)


@pytest.mark.parametrize(
    "typed",
    [
        "9999-01-01",
        "2027-01-01",
        "1026-04-25",
        "2026-13-01",
        "2026-02-30",
        "25",
        "soon",
        "0-0-0",
        "2026",
        "1 2 3 4",
        "2026-04-25" * 9,
        "26年",
        "R8",
        "昭和200年1月1日",
    ],
)
def test_what_no_day_can_be_is_refused(typed):
    assert readings(typed, LATEST, LOCALES) == ()


def test_the_first_year_of_an_era_is_read():
    assert readings("令和元年5月1日", LATEST) == (date(2019, 5, 1),)
