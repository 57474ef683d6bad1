"""Remedies and what a case can be closed on, as staff read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from grievance.cases import checks, files, labels, money
from grievance.cases.models import AWAITED, CaseFile, Feedback, RemedyItem
from grievance.cases.operations import closing, remedying
from grievance.cases.operations.sums import Facts, facts_of
from grievance.clock import local_day
from grievance.deadlines.models import Deadline
from grievance.desk import remedy_words as words
from grievance.desk.loading import Desk
from grievance.desk.words import tongue
from grievance.directory import queries as directory
from grievance.extensions import db
from grievance.i18n import Language, date_text, time_text
from grievance.i18n import gettext as _
from grievance.vault.labels import Label


@dataclass(frozen=True)
class ItemLine:
    """One remedy, opened."""

    id: UUID
    kind: str
    stands: str
    state: str
    words: str = field(repr=False)
    source: str = field(repr=False)
    amounts: Sequence[tuple[str, str]] = field(repr=False)
    due: str
    late: bool
    arrived: str
    proof: str = field(repr=False)
    file_id: UUID | None


@dataclass(frozen=True)
class Voice:
    """What the worker said of the remedy, or about closing."""

    kind: str
    about: str
    lapsed: bool
    when: str
    rating: str
    after: Sequence[tuple[str, bool]]  # how they are after the end, and whether that is wrong
    reprisal: bool | None
    text: str = field(repr=False)
    language: Language
    recorded: bool


@dataclass(frozen=True)
class ToClose:
    """What a case can be closed on, and what is still missing."""

    ground: str
    tries: Sequence[tuple[str, str, str]] = field(repr=False)  # way, day, note
    counted: int
    bodies: Sequence[str]


def items(desk: Desk, today: date) -> list[ItemLine]:
    """Every remedy of the case."""
    return [_line(desk, one, today) for one in remedying.items(db.session(), desk.case.id)]


def _line(desk: Desk, item: RemedyItem, today: date) -> ItemLine:
    facts = facts_of(desk.opened, item)
    waits = item.state in AWAITED
    file = db.session.get(CaseFile, item.file_id) if item.file_id else None
    return ItemLine(
        id=item.id,
        kind=_(labels.REMEDY_KIND[item.kind]),
        stands=_(labels.REMEDY_STATE[item.state]),
        state=item.state,
        words=facts.words,
        source=facts.source,
        amounts=_amounts(facts),
        due=date_text(item.due_on) if item.due_on else "",
        late=bool(waits and item.due_on and item.due_on < today),
        arrived=date_text(item.arrived_on) if item.arrived_on else "",
        proof=files.read_meta(desk.opened, file).name if file else "",
        file_id=file.id if file and file.state == "cleaned" else None,
    )


def _amounts(facts: Facts) -> list[tuple[str, str]]:
    found = [(label, getattr(facts, name)) for name, label in words.AMOUNTS.items()]
    found.append((words.MISSING, facts.missing or None))
    return [(_(label), money.said(one, facts.currency)) for label, one in found if one is not None]


def voices(desk: Desk, zone: str) -> list[Voice]:
    """What the worker said, newest first."""
    mine = select(Feedback).where(Feedback.case_id == desk.case.id).order_by(Feedback.at.desc())
    return [
        Voice(
            one.kind,
            _(words.VOICES[one.kind]),
            one.state == "lapsed",
            time_text(one.at, ZoneInfo(zone)),
            _(labels.RATING[one.rating]) if one.rating else "",
            _after(one),
            one.reprisal,
            desk.opened.open_text(Label.FEEDBACK_WORDS, one.id, one.words),
            tongue(one.language),
            one.given_by == "staff_recorded",
        )
        for one in db.session.scalars(mine)
    ]


def _after(said: Feedback) -> list[tuple[str, bool]]:
    told = [(words.SAFE, said.safe, "yes"), (words.STAYED, said.stayed, "all")]
    return [(_(table[code]), code != well) for table, code, well in told if code]


def after_end(running: Sequence[Deadline], today: date, zone: str) -> tuple[str, bool] | None:
    """From which day on the worker of a closed case is asked how they are, or that they were not
    heard of and it is time to look for them; None when none of its clocks asks."""
    clock = next((one for one in running if one.kind == checks.CLOCK), None)
    if clock is None:
        return None
    due = local_day(clock.due_at, zone)
    day, late = due - checks.ANSWER, due < today
    sentence = words.NOT_HEARD if late else words.ASKED if day <= today else words.ASKS
    return _(sentence) % {"day": date_text(day), "due": date_text(due)}, late


@dataclass(frozen=True)
class Ended:
    """How the case was closed last."""

    result: str
    ground: str
    when: str


def ended(desk: Desk, zone: str) -> Ended | None:
    """What came of a closed case; None of one that is not closed."""
    made = closing.last_outcome(db.session(), desk.case.id)
    if desk.case.state != "closed" or made is None:
        return None
    when = time_text(made.at, ZoneInfo(zone))
    return Ended(_(labels.RESULT[made.result]), _(words.GROUND[made.by]), when)


def to_close(desk: Desk) -> ToClose:
    """What this case could be closed on now."""
    on = closing.ground(db.session(), desk.case)
    book = directory.book(db.session())
    tried = closing.attempts(db.session(), desk.case.id)
    return ToClose(
        _(words.GROUND[on.by]) if on.by else "",
        [
            (
                _(words.WAYS[one.way]),
                date_text(one.on),
                desk.opened.open_text(Label.ATTEMPT_NOTE, one.id, one.note),
            )
            for one in tried
        ],
        len(on.tries),
        [book.name(body) for body in on.open_bodies],
    )
