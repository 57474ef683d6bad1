"""A telephone number as people write it: read only when it can be dialled, never guessed abroad."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat

HOME = "JP"
_LONGEST = 60  # characters, with spaces and an extension
_EXTENSION = re.compile(
    r"\s*(?:;ext=|内線|ext(?:ension)?\.?|máy lẻ|#|x)\s*:?\s*(\d{1,7})\s*$", re.IGNORECASE
)
_SHAPE = re.compile(r"\+?[\d\s().\-/]+")


@dataclass(frozen=True)
class Reading:
    """One number that can be meant: its country (ISO 3166-1) and how it is kept."""

    country: str
    number: str

    @property
    def text(self) -> str:
        """The number with its country code, spaced as that country does."""
        return shown(self.number)


def readings(typed: str, countries: Iterable[str]) -> tuple[Reading, ...]:
    """Every valid number that `typed` can mean, in the order of `countries`.

    With `+` and a country code there is one or none. Without, one for each of `countries` in which
    the digits are a valid number; choosing is for the person. Letters are refused, an extension is
    kept. Empty when nothing can be dialled.
    """
    plain, extension = _plain(typed)
    if not _SHAPE.fullmatch(plain):
        return ()
    if plain.startswith("+"):
        found = [_valid(plain, None)]
    else:
        found = [_valid(plain, country) for country in dict.fromkeys(countries)]
    kept = {_kept(number, extension): number for number in found if number is not None}
    return tuple(
        Reading(phonenumbers.region_code_for_number(number) or "", text)
        for text, number in kept.items()
    )


def has_country_code(typed: str) -> bool:
    """Whether the number says its country itself."""
    return _plain(typed)[0].startswith("+")


def is_mobile(reading: Reading) -> bool:
    """Whether it is a mobile number: those of Japan (070, 080, 090) are read alike everywhere."""
    number = phonenumbers.parse(reading.number, None)
    return bool(phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE)


def shown(kept: str) -> str:
    """A kept number for reading: with its country code and spaces; any other text as it is."""
    try:
        number = phonenumbers.parse(kept, None)
    except phonenumbers.NumberParseException:
        return kept
    return str(phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL))


def _plain(typed: str) -> tuple[str, str]:
    """The digits as ASCII without invisible letters, and the extension."""
    letters = typed[:_LONGEST] if len(typed) <= _LONGEST else ""
    digits = ((letter, unicodedata.digit(letter, -1)) for letter in letters)
    plain = unicodedata.normalize(
        "NFKC", "".join(letter if value < 0 else str(value) for letter, value in digits)
    )
    plain = "".join(one for one in plain if unicodedata.category(one) != "Cf")
    plain = re.sub(r"[\u2010-\u2015\u2212\u30fc]", "-", plain).strip()
    plain = re.sub(r"^\(\s*\+(\d+)\s*\)", r"+\1", plain)
    found = _EXTENSION.search(plain)
    return (plain[: found.start()], found[1]) if found else (plain, "")


def _valid(plain: str, country: str | None) -> PhoneNumber | None:
    try:
        number = phonenumbers.parse(plain, country)
    except phonenumbers.NumberParseException:
        return None
    if country is None:
        return number if phonenumbers.is_valid_number(number) else None
    # Digits that only an international prefix makes a number abroad are not this country's.
    return number if phonenumbers.is_valid_number_for_region(number, country) else None


def _kept(number: PhoneNumber, extension: str) -> str:
    text = str(phonenumbers.format_number(number, PhoneNumberFormat.E164))
    return f"{text};ext={extension}" if extension else text
