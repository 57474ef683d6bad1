"""Saying of two cases that they belong together, or that they do not."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sqlalchemy import select

from grievance.cases import alike, matters, queries
from grievance.cases.act import Act
from grievance.cases.matters import LinkedMatter
from grievance.cases.models import Case
from grievance.cases.recleaning import Reader
from grievance.cases.verbs import Verb
from grievance.refusals import Refused


@dataclass(frozen=True)
class Beside:
    """Which other case is meant, with whose keys it is read, and why; the words may be left out
    where the two have something in common."""

    reference: str
    reader: Reader
    note: str = field(repr=False)


def link_matter(act: Act, said: Beside) -> None:
    """Say that another case belongs together with this one. Nothing is merged, nobody may read more
    than before, and no worker learns of it; both chains tell it, each with the reason under its own
    key.

    Refuses `other` for a case that is not there for this person, that they cannot open, is this
    one, or is being changed by somebody right now, and `why` where the two have nothing in common
    that we know of and nobody says why. What was said already stays.
    """
    act.check(Verb.LINK_MATTER)
    _say(act, Verb.LINK_MATTER, "linked", said)


def part_matter(act: Act, said: Beside) -> None:
    """Say that another case does not belong together with this one: it is suggested no more, and a
    link that was there is taken back, which both chains tell.

    Refuses as `link_matter` does, and `why` where a link is taken back without a word.
    """
    act.check(Verb.PART_MATTER)
    _say(act, Verb.PART_MATTER, "apart", said)


def _say(act: Act, verb: Verb, state: str, said: Beside) -> None:
    session, person = act.session, act.actor.person
    assert person is not None  # staff, as the table says
    there = _other(act, said)
    row = matters.row_of(session, act.case.id, there.case.id)
    if row is not None and row.state == state:
        return
    grounds = alike.grounds(session, act.opened, there.opened)
    if not said.note.strip() and (row is not None or not grounds):
        raise Refused("why")
    there.check(verb)
    if row is None:
        first, second = sorted((act.case.id, there.case.id))
        row = LinkedMatter(case_id=first, other_id=second)
        session.add(row)
    row.state, row.person_id, row.at = state, person, act.now
    why = matters.written(grounds, said.note.strip())
    for here, beside in ((act, there), (there, act)):
        here.move(verb, other=beside.case.id, detail=here.detail(why, "why"))


def _other(act: Act, said: Beside) -> Act:
    """The same person's act in the other case, which is locked and opened; one that is held by
    somebody is not waited for."""
    found = select(Case).where(
        Case.reference == said.reference, queries.not_recused(said.reader.person)
    )
    anew = {"populate_existing": True}
    other = act.session.scalars(
        found.with_for_update(skip_locked=True).execution_options(**anew)
    ).first()
    if other is None or other.id == act.case.id:
        raise Refused("other")
    opened = said.reader.open(act.session, other.id)
    if opened is None:
        raise Refused("other")
    return replace(act, opened=opened, version=None)
