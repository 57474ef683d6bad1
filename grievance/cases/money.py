"""Amounts of a remedy: whole numbers of a currency's smallest unit (ISO 4217), typed and said."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal

from babel.numbers import parse_pattern
from sqlalchemy_utils import Currency

from grievance.i18n import current

# Currencies of where workers work and come from → decimals (ISO 4217). Fixed here, because an
# amount that is kept must mean the same for ever.
CURRENCIES: Mapping[str, int] = {
    "JPY": 0, "USD": 2, "BDT": 2, "BRL": 2, "CNY": 2, "EUR": 2, "IDR": 2, "INR": 2, "KHR": 2,
    "KRW": 0, "LAK": 2, "LKR": 2, "MMK": 2, "MNT": 2, "MYR": 2, "NPR": 2, "PEN": 2, "PHP": 2,
    "PKR": 2, "THB": 2, "TWD": 2, "VND": 0,
}  # fmt: skip
LARGEST = 10**15
LONGEST = 30  # characters, of which an amount may have
SPACES = str.maketrans("", "", " \u00a0\u202f'’")
GROUPED = re.compile(r"\d{1,3}(?:[,.]\d{2,3})*[,.]\d{3}|\d+")


class NotAnAmount(ValueError):
    """What was typed is no amount; it is not repeated here."""


def parse(typed: str, currency: str) -> int:
    """What somebody typed, as smallest units: digits of any script, groups set off by spaces,
    commas or points, decimals only where the currency has them.

    `NotAnAmount` for anything else, a negative amount, or one above 10^15.
    """
    text = "".join(str(unicodedata.decimal(one, one)) for one in typed).translate(SPACES)
    places = CURRENCIES[currency]
    cents = re.fullmatch(r"(.*\d)[.,](\d{1,2})", text) if places else None
    whole, part = (cents[1], cents[2].ljust(places, "0")) if cents else (text, "0" * places)
    if len(whole) > LONGEST or not GROUPED.fullmatch(whole):
        raise NotAnAmount
    amount = int(re.sub(r"[,.]", "", whole) + part)
    if amount > LARGEST:
        raise NotAnAmount
    return amount


def name(currency: str) -> str:
    """What a currency is called in the language being spoken."""
    return str(Currency(currency).name)


def said(amount: int, currency: str) -> str:
    """An amount as it is written in the language being spoken."""
    exact = Decimal(amount).scaleb(-CURRENCIES[currency])
    places = 0 if exact == exact.to_integral_value() else CURRENCIES[currency]
    locale = current().locale
    pattern = parse_pattern(locale.currency_formats["standard"].pattern)
    pattern.frac_prec = (places, places)
    return str(pattern.apply(exact, locale, currency=currency, currency_digits=False))


def typed(amount: int | None, currency: str) -> str:
    """An amount as it stands in a form again."""
    if amount is None or currency not in CURRENCIES:
        return ""
    exact = Decimal(amount).scaleb(-CURRENCIES[currency])
    return f"{exact:,f}"
