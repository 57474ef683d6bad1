"""What every table shares: the base class, column kinds, value types.

Every text or bytes column says what it holds: `public` facts, a `code` of ours, `staff` text that
is not about a worker, or a value `sealed(label)` that only a key of its case opens. A guard test
refuses a column that does not say.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import regex
from sqlalchemy import CheckConstraint, DateTime, LargeBinary, MetaData, String, Text, Uuid
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


MARKS = 30  # combining marks on one letter: no script that people write comes near
# The sound marks of half width are letters to Unicode, and marks once NFKC has widened them.
_MARK = r"[\p{M}\uFF9E\uFF9F]"
_MANY_MARKS = regex.compile(rf"({_MARK}{{{MARKS}}}){_MARK}++")
# Regional indicators apart: `\X` looks back over the whole run of them at each.
_FLAG = r"[\U0001F1E6-\U0001F1FF]{1,2}+[\p{GCB=Extend}\p{GCB=SpacingMark}\u200d]*+"
_CLUSTER = regex.compile(rf"{_FLAG}|\X")
_UNSEEN = regex.compile(r"[\p{Cf}\p{Default_Ignorable_Code_Point}]++")
_BREAK = re.compile("\r\n|[\r\x0b\x0c\x85]")
_DROPPED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def clean_text(text: str, *, lines: bool = True) -> str:
    """The words as they were typed, trimmed, without control characters and bidirectional
    overrides.

    Nothing is normalised: a name keeps its own shape of a letter. More than 30 marks on a letter
    are no writing, and the rest of them is dropped. With `lines` false every line break and tab
    becomes a space. Empty when there is nothing to be seen.
    """
    text = _DROPPED.sub("", _BREAK.sub("\n", text))
    if not lines:
        text = re.sub("[\n\t\u2028\u2029]", " ", text)
    text = few_marks(text).strip()
    return text if _UNSEEN.sub("", text).strip() else ""


def few_marks(text: str) -> str:
    """`text` with at most 30 marks on a letter: normalising is quadratic in their number."""
    return str(_MANY_MARKS.sub(r"\1", text))


def clusters(text: str) -> list[str]:
    """The letters of a text as people see them: grapheme clusters."""
    return [str(one) for one in _CLUSTER.findall(text)]


def length_of(text: str) -> int:
    """The length a person would count: grapheme clusters, not code points."""
    return len(text) if text.isascii() else len(clusters(text))


def shortened(text: str, limit: int) -> str:
    """The first `limit` grapheme clusters."""
    return text[:limit] if text.isascii() else "".join(clusters(text)[:limit])


def matching(text: str) -> str:
    """The form in which two names are compared, never kept: NFKC, case folded, inner spaces
    single, without what cannot be seen."""
    seen = few_marks(_UNSEEN.sub("", text))
    return " ".join(unicodedata.normalize("NFKC", seen).casefold().split())


def digits_of(text: str) -> str:
    """The decimal digits in `text`, of any script, as 0-9."""
    found = (unicodedata.digit(letter, -1) for letter in text)
    return "".join(str(digit) for digit in found if digit >= 0)


_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_MAILBOX = re.compile(rf"(?=.{{1,64}}@){_ATOM}(\.{_ATOM})*@([\w-]{{1,63}}\.)+[\w-]{{2,63}}")
# Carriers of Japan gave out names with dots side by side or last, against RFC 5321; they get mail.
_CARRIER = re.compile(
    r"(?=.{1,64}@)[A-Za-z0-9._?/+-]+@(docomo\.ne\.jp|([\w-]+\.)?ezweb\.ne\.jp|au\.com)", re.I
)
_FULL_STOPS = str.maketrans("。．｡", "...")
_AROUND = " \t\u3000<>「」『』()（）\"'、，,;；:："


def can_get_mail(address: str) -> bool:
    """Whether this can be an e-mail address: RFC 5321 without quoted names, a domain with a dot,
    or one of the carriers' older ones."""
    if len(address) > 254:
        return False
    return bool(_MAILBOX.fullmatch(address) or _CARRIER.fullmatch(address))


def address_of(typed: str) -> str:
    """The address that was meant: letters of full width narrowed, `mailto:`, brackets and the
    full stop of a sentence taken away. What stands between is not mended."""
    text = unicodedata.normalize("NFKC", few_marks(_UNSEEN.sub("", typed))).strip(_AROUND)
    text = re.sub("^mailto: *", "", text, flags=re.I)
    name, at, domain = text.rpartition("@")
    domain = domain.partition("?")[0].translate(_FULL_STOPS)
    return f"{name}{at}{domain}".rstrip(_AROUND + ".") if at else text


def listed(codes: Iterable[str]) -> str:
    """Codes as SQL lists them."""
    return ", ".join(f"'{one}'" for one in codes)


def among(column: str, codes: Iterable[str]) -> CheckConstraint:
    """The CHECK of a column that holds a code of a closed list."""
    return CheckConstraint(f"{column} IN ({listed(codes)})", name=column)


def complete(table: Mapping[Any, Any], codes: Iterable[Any]) -> None:
    """A table that is keyed by a closed list has a row for each of its codes and no other; raises
    ValueError with the codes that are missing or too many."""
    if wrong := set(table) ^ set(codes):
        raise ValueError(f"not one row for each: {sorted(map(str, wrong))}")


def some_of(table: Mapping[Any, Any], codes: Iterable[Any], without: Iterable[Any] = ()) -> None:
    """A table that says something of some codes of a closed list, and on purpose nothing of the
    others; raises ValueError with the codes that are none, or when it holds all of them. Where a
    page would break for a code without a row, `without` names all that have none."""
    known = set(codes)
    if without:
        complete(table, known - set(without))
    of_list(table, known)
    if not known - set(table):
        raise ValueError("a row for each: that is a complete table")


def of_list(used: Iterable[Any], codes: Iterable[Any]) -> None:
    """What a row uses of a closed list stands in it; raises ValueError with what does not."""
    if wrong := set(used) - set(codes):
        raise ValueError(f"not of the list: {sorted(map(str, wrong))}")
