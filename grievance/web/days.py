"""A day as people write it: every reading of it that can be meant, and no guess between them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import permutations

from babel.dates import get_day_names, get_month_names

EARLIEST = date(1950, 1, 1)  # no work, contract or injury that anybody here can act on is older
BUDDHIST = 543  # years ahead of the common era, as Thailand, Laos and Cambodia count
ERAS = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988, "昭和": 1925, "S": 1925}
SHORT_YEARS = 30  # a year of two digits is one of the last thirty
_LONGEST = 40  # characters of the longest way of writing a day
_WORDS = re.compile(r"年|月|日|년|월|일|ngày|tháng|năm|วันที่|พ\.ศ\.?|ค\.ศ\.?|\bof\b|\bde\b", re.I)
_ERA = re.compile(rf"({'|'.join(ERAS)})\s*\.?\s*(元|\d{{1,2}})(?!\d)", re.I)


def readings(typed: str, latest: date, locales: Sequence[str] = ("en",)) -> tuple[date, ...]:
    """Every plausible day (1950 to `latest`) that `typed` can mean, the latest first.

    Digits of any script; `2026-4-25`, `2026年4月25日`, `令和8年4月25日`, `R8.4.25`, `25/04/2026`,
    `04/25/2026`, `20260425`, `25 April 2026` (month names of `locales`), years of two digits and of
    the Buddhist era. Empty when it means none.
    """
    plain = _plain(typed)
    found = {
        day
        for parts in _numbers(plain, tuple(locales))
        for year, month, at in _orders(parts)
        for day in _days(parts[year], parts[month], parts[at], latest, leads=year == 0)
    }
    return tuple(sorted((day for day in found if EARLIEST <= day <= latest), reverse=True))


def is_certain(typed: str, found: Sequence[date]) -> bool:
    """Whether the one reading needs no asking back: its year is written out or its era named."""
    plain = _plain(typed)
    return len(found) == 1 and (str(found[0].year) in plain or _ERA.match(plain) is not None)


def _plain(typed: str) -> str:
    if len(typed) > _LONGEST:
        return ""
    digits = ((letter, unicodedata.digit(letter, -1)) for letter in typed)
    return unicodedata.normalize(
        "NFKC", "".join(letter if value < 0 else str(value) for letter, value in digits)
    ).strip()


def _numbers(plain: str, locales: tuple[str, ...]) -> list[list[str]]:
    """The three numbers that stand there, a month's name as `m4`; more than once where digits
    stand without a space; none when there is anything else."""
    if re.fullmatch(r"\d{8}", plain):
        return [[plain[:4], plain[4:6], plain[6:]], [plain[:2], plain[2:4], plain[4:]]]
    parts: list[str] = []
    if era := _ERA.match(plain):
        parts, plain = [_year_of(era)], plain[era.end() :]
    for part in re.findall(r"\d+|[^\W\d_]+", _WORDS.sub(" ", plain)):
        if part.casefold() in _weekdays(locales):
            continue
        month = None if part.isdecimal() else _months(locales).get(part.casefold())
        if not part.isdecimal() and month is None:
            return []
        parts.append(f"m{month}" if month else part)
    return [parts] if len(parts) == 3 else []


def _year_of(era: re.Match[str]) -> str:
    return str(ERAS[era[1].upper()] + (1 if era[2] == "元" else int(era[2])))


@lru_cache(maxsize=32)
def _months(locales: tuple[str, ...]) -> dict[str, int]:
    return {
        name.rstrip(".").casefold(): number
        for locale in locales
        for width in ("wide", "abbreviated")
        for number, name in get_month_names(width, locale=locale).items()
    }


@lru_cache(maxsize=32)
def _weekdays(locales: tuple[str, ...]) -> frozenset[str]:
    """Names of weekdays that are no month's name too; Japanese ones always, in brackets."""
    return frozenset(
        name.rstrip(".").removesuffix("日").casefold()
        for locale in {*locales, "en", "ja"}
        for width in ("wide", "abbreviated")
        for name in get_day_names(width, locale=locale).values()
    ) - set(_months(locales))


def _orders(parts: list[str]) -> Iterator[tuple[int, int, int]]:
    """(place of year, month, day) as they may stand: a long year and a month's name decide."""
    long = [place for place, part in enumerate(parts) if len(part) == 4]
    named = [place for place, part in enumerate(parts) if part.startswith("m")]
    usual = ((0, 1, 2), (2, 1, 0), (2, 0, 1))
    for year, month, day in permutations(range(3)) if named else usual:
        if (not long or year == long[0]) and (not named or month == named[0]):
            yield year, month, day


def _days(year: str, month: str, day: str, latest: date, *, leads: bool) -> Iterator[date]:
    for counted in _years(year, latest.year, leads=leads):
        try:
            yield date(counted, int(month.removeprefix("m")), int(day))
        except ValueError:
            continue


def _years(written: str, latest: int, *, leads: bool) -> tuple[int, ...]:
    """The years meant; a short one that leads may be of the present era (`8/4/25`)."""
    if not written.isdecimal() or len(written) not in (1, 2, 4):
        return ()
    year = int(written)
    present = ERAS["令和"] + year
    if len(written) == 1:
        return (present,) if leads and year and present <= latest else ()
    if len(written) == 4:
        return tuple(one for one in (year, year - BUDDHIST) if one > 0)
    counted = (2000 + year, 1900 + year, 2500 - BUDDHIST + year, *((present,) if leads else ()))
    return tuple(one for one in counted if latest - SHORT_YEARS < one <= latest)
