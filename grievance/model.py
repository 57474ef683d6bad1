"""What every table shares: the base class, column kinds, value types.

Every text or bytes column says what it holds: `public` facts, a `code` of ours, `staff` text that
is not about a worker, or a value `sealed(label)` that only a key of its case opens. A guard test
refuses a column that does not say.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import grapheme
from sqlalchemy import DateTime, LargeBinary, MetaData, String, Text, Uuid
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, MappedColumn, mapped_column, registry
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcMoment(TypeDecorator[datetime]):
    """A moment stored in UTC; a naive one is refused, for nobody knows which zone it meant."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment needs a zone")
        return value

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The base of every table."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={datetime: UtcMoment, UUID: Uuid},
    )


def identifier(**options: Any) -> MappedColumn[UUID]:
    """A random primary key made in Python before the INSERT."""
    return mapped_column(Uuid, primary_key=True, default=uuid4, **options)


def code(length: int = 64, **options: Any) -> MappedColumn[Any]:
    """A code of ours, or one of a public standard: never a person's words."""
    return mapped_column(String(length), info={"holds": "code"}, **options)


def public_text(**options: Any) -> MappedColumn[Any]:
    """Text that anybody may read."""
    return mapped_column(Text, info={"holds": "public"}, **options)


def staff_text(**options: Any) -> MappedColumn[Any]:
    """Text about the work of staff, never about a worker or a case."""
    return mapped_column(Text, info={"holds": "staff"}, **options)


def sealed(label: str, **options: Any) -> MappedColumn[Any]:
    """Bytes that only a key of the case, person or process opens; `label` is of the registry."""
    return mapped_column(LargeBinary, info={"holds": f"sealed({label})"}, **options)


def digest(**options: Any) -> MappedColumn[Any]:
    """A hash, public key or authentication code: bytes that tell nothing by themselves."""
    return mapped_column(LargeBinary, info={"holds": "code"}, **options)


_KEPT_CONTROLS = {"\n", "\u200c", "\u200d"}  # line break, ZWNJ and ZWJ (Indic and Arabic scripts)


def clean_text(text: str, *, lines: bool = True) -> str:
    """NFC, trimmed, without control characters and bidirectional overrides.

    ZWJ and ZWNJ stay: words of several scripts are wrong without them. With `lines` false every
    line break becomes a space.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    if not lines:
        text = text.replace("\n", " ")
    text = text.replace("\t", " ")
    return "".join(
        letter
        for letter in text
        if letter in _KEPT_CONTROLS or unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co")
    ).strip()


def length_of(text: str) -> int:
    """The length a person would count: grapheme clusters, not code points."""
    return int(grapheme.length(text))


def matching(text: str) -> str:
    """The form in which two names are compared: NFKC, case folded, inner spaces single."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def digits_of(text: str) -> str:
    """The decimal digits in `text`, of any script, as 0-9."""
    found = (unicodedata.digit(letter, -1) for letter in text)
    return "".join(str(digit) for digit in found if digit >= 0)


_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_MAILBOX = re.compile(rf"(?=.{{1,64}}@){_ATOM}(\.{_ATOM})*@([\w-]{{1,63}}\.)+[\w-]{{2,63}}")


def can_get_mail(address: str) -> bool:
    """Whether this can be an e-mail address: RFC 5321 without quoted names, a domain with a dot."""
    return len(address) <= 254 and _MAILBOX.fullmatch(address) is not None
