"""Finding cases by what somebody says or what stands on a paper: as far as the person who asks may
see them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, func, literal, select
from sqlalchemy.orm import Session

from grievance.cases import index
from grievance.cases.index import Line, author_mark, sought
from grievance.cases.lifecycle import OPEN
from grievance.cases.models import Case
from grievance.cases.operations.filing import ALPHABET, REFERENCE_LENGTH
from grievance.cases.queries import not_recused
from grievance.cases.recleaning import Reader
from grievance.model import digits_of
from grievance.referrals.models import Packet

SHOWN = 50
FEWEST = 4  # digits of a telephone number that are sought
_PAPER = re.compile("[0-9a-f]{8}")
_NUMBER = re.compile(r"[\d\s()+./-]+")
_DASHES = re.compile(r"[\s\u2010-\u2015\u2212\uff0d-]+")
# what a case was found by; a town is sought with its company
BY = (*(kind for kind in index.KINDS if kind != "place"), "reference", "paper")


@dataclass(frozen=True)
class Found:
    """The cases found, open ones first, and by what each; how many there are in all."""

    cases: Sequence[Case]
    by: Mapping[UUID, set[str]]
    count: int


def too_short(words: str) -> bool:
    """Whether nothing is sought for these words: a single letter of an alphabet stands everywhere.
    One letter of another script may be a name."""
    said = sought(words)
    return len(said) < 2 and said.isascii()


def find(session: Session, reader: Reader, words: str) -> Found:
    """Cases whose reference or paper number this is, and those in which every one of the words
    stands: in a name, the company, its town, the telephone number or address, or in a note of the
    person who asks. Closed cases too; none in which they have a conflict of interest, nor counted.
    """
    by: dict[UUID, set[str]] = {}
    for case, how in _numbered(session, words):
        by.setdefault(case, set()).add(how)
    if not too_short(words):
        for case, how in _written(session, reader, words):
            by.setdefault(case, set()).add(how)
    found = select(Case).where(
        Case.id == any_(literal(list(by), ARRAY(Uuid))), not_recused(reader.person)
    )
    ordered = found.order_by(Case.state.not_in(OPEN), Case.next_due, Case.id)
    count = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    return Found(session.scalars(ordered.limit(SHOWN)).all(), by, count)


def _numbered(session: Session, words: str) -> list[tuple[UUID, str]]:
    """Cases by what stands in clear: their reference, and the number of a paper about them."""
    typed = _DASHES.sub("", sought(words))
    found: list[tuple[UUID, str]] = []
    if reference := as_reference(words):
        named = select(Case.id).where(Case.reference == reference)
        found += [(case, "reference") for case in session.scalars(named)]
    if _PAPER.fullmatch(typed):
        papers = select(Packet.case_id).where(_begins(typed), Packet.state != "draft")
        found += [(case, "paper") for case in session.scalars(papers)]
    return found


def as_reference(typed: str) -> str:
    """A reference as somebody typed it, with spaces, dashes or small letters; empty where it can be
    none."""
    found = _DASHES.sub("", sought(typed)).upper()
    return found if len(found) == REFERENCE_LENGTH and set(found) <= set(ALPHABET) else ""


def _begins(typed: str) -> ColumnElement[bool]:
    """Papers whose number this is: the first eight digits of their id."""
    first, last = (UUID(hex=typed + digit * 24) for digit in "0f")
    return Packet.id.between(first, last)


def _written(session: Session, reader: Reader, words: str) -> list[tuple[UUID, str]]:
    terms = sought(words).split()
    digits = digits_of(words).lstrip("0") if _NUMBER.fullmatch(words.strip()) else ""
    number = [digits] if len(digits) >= FEWEST else []
    own = author_mark(reader.person)
    wanted = [[one.encode() for one in (term, *number)] for term in terms]
    return [
        (line.case, kind)
        for line in index.lines(session, reader, wanted)
        for kind in _matched(line, terms, number, own)
    ]


def _matched(line: Line, terms: list[str], number: list[str], own: str) -> set[str]:
    """By which parts a line fits; none where a word stands only in what another wrote."""
    parts = [
        ("company" if kind == "place" else kind, words)
        for kind, words, by in line.parts
        if kind != "note" or by == own
    ]
    if any(kind == "phone" and one in words for kind, words in parts for one in number):
        return {"phone"}
    fits = [{kind for kind, words in parts if term in words} for term in terms]
    return set().union(*fits) if all(fits) else set()
