"""Employers that stand in several cases, read from the one index: what one worker meets alone,
a lead sees repeat itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, literal, select
from sqlalchemy.orm import Session

from grievance.cases import alike, index
from grievance.cases.models import Case
from grievance.cases.queries import not_recused
from grievance.cases.recleaning import Reader


@dataclass(frozen=True)
class Employer:
    """One that several cases name, as the latest of them writes it; the latest case first."""

    name: str = field(repr=False)
    cases: tuple[Case, ...]


def repeated(session: Session, reader: Reader) -> list[Employer]:
    """The employers of more than one case that this person may see, most cases first. None in which
    who asks has a conflict of interest is among them, nor counted."""
    named: dict[UUID, str] = {}
    of_name: dict[str, set[UUID]] = {}
    for line in index.lines(session, reader, []):
        for employer in alike.traits(line).employer:
            named.setdefault(line.case, line.employer or employer)
            of_name.setdefault(employer, set()).add(line.case)
    several = [cases for cases in of_name.values() if len(cases) > 1]
    seen = _seen(session, reader, set().union(*several))
    # one that they may not see joins no two names either
    groups = _joined([there for cases in several if len(there := cases & seen.keys()) > 1])
    ordered = [sorted((seen[case] for case in group), key=_filed, reverse=True) for group in groups]
    found = [Employer(named[cases[0].id], tuple(cases)) for cases in ordered]
    return sorted(found, key=lambda one: (-len(one.cases), one.name))


def _filed(case: Case) -> tuple[datetime, UUID]:
    return case.filed_at, case.id


def _seen(session: Session, reader: Reader, cases: set[UUID]) -> Mapping[UUID, Case]:
    """Those of them that are there for this person."""
    wanted = Case.id == any_(literal(list(cases), ARRAY(Uuid)))
    found = select(Case).where(wanted, not_recused(reader.person))
    return {case.id: case for case in session.scalars(found)}


def _joined(several: list[set[UUID]]) -> list[set[UUID]]:
    """The cases of one employer under all names that they give it."""
    joined: list[set[UUID]] = []
    for cases in several:
        apart = [one for one in joined if not one & cases]
        joined = [*apart, cases.union(*(one for one in joined if one & cases))]
    return joined
