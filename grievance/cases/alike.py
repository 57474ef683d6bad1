"""What two cases have in common: the employer, the person, the telephone number.

A comparison only suggests: nothing is linked by it. It reads the one index, whose lines say what
the worker wants, too: nobody looks for who it is that wants to stay without a name. Employers are
always compared: that tells no employer anything.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, literal, select
from sqlalchemy.orm import Session

from grievance.cases import index
from grievance.cases.index import Line
from grievance.cases.lifecycle import OPEN
from grievance.cases.models import Case
from grievance.cases.opening import OpenCase
from grievance.cases.queries import not_recused
from grievance.cases.recleaning import Reader

SHOWN = 50
FEWEST = 8  # digits of a telephone number that two cases have in common
_LATIN = frozenset(
    ("company", "co", "corp", "corporation", "gk", "inc", "kk", "limited", "llc", "ltd", "the")
)
_FORMS = re.compile(r"株式会社|有限会社|合同会社|合資会社|一般社団法人|\((?:株|有|同|資)\)")
_POINTS = re.compile(r"[\s.,・·&'\"-]+")


@dataclass(frozen=True)
class Traits:
    """What a case is compared by."""

    employer: frozenset[str] = field(default=frozenset(), repr=False)
    person: frozenset[str] = field(default=frozenset(), repr=False)
    phone: frozenset[str] = field(default=frozenset(), repr=False)

    def grounds(self, other: Traits) -> tuple[str, ...]:
        """What both have in common, as `matters.GROUNDS` lists it."""
        phones = ((mine, theirs) for mine in self.phone for theirs in other.phone)
        found = {
            "employer": bool(self.employer & other.employer),
            "person": bool(self.person & other.person),
            # with the country's number before it, or without
            "phone": any(one.endswith(two) or two.endswith(one) for one, two in phones),
        }
        return tuple(ground for ground, is_common in found.items() if is_common)


@dataclass(frozen=True)
class Alike:
    """A case that may belong together with another, and on what grounds."""

    case: Case
    grounds: tuple[str, ...]


def traits(line: Line) -> Traits:
    """What the case of this line is compared by, as far as its worker lets it."""
    employers = frozenset("".join(parts) for parts in _employers(line))
    if line.nameless:
        return Traits(employers)
    return Traits(employers, frozenset(_people(line)), frozenset(_phones(line)))


def grounds(session: Session, one: OpenCase, other: OpenCase) -> tuple[str, ...]:
    """What two opened cases have in common now."""
    return traits(index.line_of(session, one)).grounds(traits(index.line_of(session, other)))


def suggestions(
    session: Session, reader: Reader, opened: OpenCase, known: Collection[UUID]
) -> list[Alike]:
    """The cases that may belong together with this one, but those of which it was said already;
    open ones first. None in which who asks has a conflict of interest, nor counted."""
    line = index.line_of(session, opened)
    mine, sought = traits(line), [one.encode() for one in _sought(line)]
    if not sought:
        return []
    found = {
        each.case: common
        for each in index.lines(session, reader, [sought])
        if each.case != line.case and each.case not in known
        if (common := mine.grounds(traits(each)))
    }
    wanted = Case.id == any_(literal(list(found), ARRAY(Uuid)))
    cases = select(Case).where(wanted, not_recused(reader.person))
    ordered = cases.order_by(Case.state.not_in(OPEN), Case.filed_at.desc(), Case.id)
    return [Alike(case, found[case.id]) for case in session.scalars(ordered)]


def _sought(line: Line) -> Iterator[str]:
    """Words of which one stands in every line that has something in common with this."""
    yield from (max(parts, key=len) for parts in _employers(line))
    if line.nameless:
        return
    yield from (max(_said(words), key=len) for words in line.words("name") if _is_name(words))
    yield from line.words("email")
    yield from (number[-FEWEST:] for number in _phones(line))


def _said(words: str) -> list[str]:
    """The words as they were written: a line repeats several of them without their spaces."""
    parts = words.split()
    return parts[:-1] if len(parts) > 1 else parts


def _employers(line: Line) -> Iterator[list[str]]:
    """The parts of each name of the company."""
    yield from (parts for words in line.words("company") if (parts := _company(words)))


def _company(words: str) -> list[str]:
    """A company's name without what kind of company it is; nothing for one that is too short to
    tell anything."""
    plain = _FORMS.sub(" ", " ".join(_said(words)).replace("k.k.", " "))
    parts = [one for one in _POINTS.split(plain) if one and one not in _LATIN]
    name = "".join(parts)
    return parts if len(name) >= (3 if name.isascii() else 2) else []


def _is_name(words: str) -> bool:
    """Whether a name tells one person from another: not a given name alone."""
    parts = _said(words)
    return len(parts) > 1 or len("".join(parts)) > (12 if words.isascii() else 2)


def _people(line: Line) -> Iterator[str]:
    for words in line.words("name"):
        if _is_name(words):
            parts = _said(words)
            yield "".join(parts)
            yield "".join(sorted(parts))  # the family name first, or last
    yield from line.words("email")


def _phones(line: Line) -> Iterator[str]:
    for number in line.words("phone"):
        if len(digits := number.lstrip("0")) >= FEWEST:
            yield digits
