"""Who has seen what of a report, day by day, as its worker reads it; for nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from flask import abort, render_template, request
from sqlalchemy.orm import Session

from grievance.accounts.roles import Permission, Role, roles_with
from grievance.cases import readings
from grievance.cases.act import Act
from grievance.cases.copies import WHY
from grievance.cases.models import UNFOLD_WHY
from grievance.cases.readings import Opened, Reader
from grievance.cases.verbs import Verb
from grievance.deadlines.queries import operator_hours
from grievance.directory import queries as directory
from grievance.extensions import db
from grievance.i18n import N_
from grievance.i18n import gettext as _
from grievance.intake.blueprint import bp
from grievance.intake.status import INTERPRETER
from grievance.intake.visits import visited
from grievance.model import complete
from grievance.web.audience import audience
from grievance.web.paging import place_of, token_for

SEEN = "case-seen"
# What each read and each act that shows something means to the person whose report it is.
WHAT = {
    "case": N_("your report: what you told, who you are, the messages"),
    "folded": N_("your report: what you told and the messages, but not who you are"),
    "note": N_("a note that our people wrote to each other about your report"),
    "file": N_("a file"),
    "facts": N_("the page for writing down or correcting what you told"),
    "packet": N_("a paper for a hand-over, or a copy that goes with it"),
    "referral": N_("how a hand-over stands"),
    "remedy": N_("what was promised to you"),
    "reissue": N_("the page for giving you a new number"),
    "call": N_("how to call you, and when that is safe"),
    "passages": N_("what was given to an interpreter, and the translation"),
    "passage": N_("one passage of what you wrote, to translate it"),
    "erase": N_("the page for deleting your report"),
    "conflict": N_("what happened in your report while they were writing"),  # of two versions
    "copy": N_("a copy of everything was saved"),
    Verb.OPEN_ORIGINAL: N_("a file as you sent it, with what it may tell besides"),
}
# Why it was printed or saved: `Line.what` goes on with whether it says who they are.
SAVED = {
    "worker": N_("your report, printed or saved because you asked for it"),
    "meeting": N_("your report, printed or saved to read it with you away from here"),
    "review": N_("your report, printed or saved to look over how we handled it"),
    "law": N_("your report, printed or saved because a court or an authority demands it by law"),
}
complete(SAVED, WHY)
# Why somebody opened who they are, where that stays folded.
UNFOLDED = {
    "contact": N_("who you are, opened to reach you"),
    "hand_over": N_("who you are, opened to prepare a hand-over or a letter"),
    "advice": N_("who you are, opened to see which law and which office fits"),
    "check": N_("who you are, opened to make sure that it is you who calls or writes"),
    "correct": N_("who you are, opened to write down or correct an answer"),
}
complete(UNFOLDED, UNFOLD_WHY)
WITH_WHO = N_("with who you are and how to reach you")
WITHOUT_WHO = N_("without your answers about who you are")
OTHER = N_("something of your report")
GIVEN = N_("the paper that we gave them, or a copy that goes with it")
ROLES = {
    Role.HANDLER: N_("works on reports here"),
    Role.LEAD: N_("leads those who work on reports here"),
    Role.DIRECTOR: N_("leads this place"),
}
complete(ROLES, roles_with(Permission.CASE_READ))
ONE_OF_US = N_("one of our people")
YOURS = N_("With your number")
OVER_LINK = N_("over the link that we gave them")
OUTSIDE = N_("an organisation that got something of your report")


@dataclass(frozen=True)
class Line:
    """Who opened what on one day, and how often."""

    who: str
    about: str
    what: str
    times: int


@dataclass(frozen=True)
class Day:
    """A day on which something was opened."""

    day: date
    lines: list[Line]


@bp.get("/case/seen")
@audience("worker")
def seen() -> str:
    """The list, the newest day first. Only with the worker's own number: it tells to whom something
    was given."""
    act = visited()
    if act.actor.role != "worker":
        abort(403)
    purpose = f"{SEEN}:{act.case.id}"
    days, more = _days(act, place_of(purpose, request.args.get("after", "")))
    after = token_for(purpose, [days[-1].day.isoformat()]) if more else ""
    first = "after" not in request.args
    page = render_template("intake/seen.html", days=days, after=after, first=first)
    db.session.commit()
    return page


def _days(act: Act, place: list[str] | None) -> tuple[list[Day], bool]:
    zone = operator_hours(act.session).zone
    before = date.fromisoformat(place[0]) if place else None
    found, more = readings.opened(act.session, act.case.id, zone, before)
    return _grouped(act.session, found), more


def _grouped(session: Session, found: list[Opened]) -> list[Day]:
    known = readings.readers(session, {one.actor for one in found})
    return [
        Day(day, [_line(session, one, known.get(one.actor)) for one in lines])
        for day, lines in groupby(found, key=lambda one: one.day)
    ]


def _what(code: str) -> str:
    verb, _colon, rest = code.partition(":")
    if verb == Verb.OPEN_IDENTITY:
        return _(UNFOLDED.get(rest, OTHER))
    if verb != Verb.EXPORT:
        return _(WHAT.get(code, OTHER))
    why, _colon, who = rest.partition(":")
    return f"{_(SAVED.get(why, OTHER))} · {_(WITH_WHO if who == 'true' else WITHOUT_WHO)}"


def _line(session: Session, one: Opened, reader: Reader | None) -> Line:
    what, times = _what(one.what), one.times
    if one.actor.startswith(f"{readings.BODY}:"):
        name = directory.book(session).name(reader.body) if reader else _(OUTSIDE)
        return Line(name, _(OVER_LINK), _(GIVEN), times)
    if one.actor.startswith(f"{readings.RECEIPT}:"):
        return Line(_(YOURS), "", what, times)
    if reader is None:
        return Line(_(ONE_OF_US), "", what, times)
    if not reader.ours:
        return Line(reader.organisation or _(OUTSIDE), "", _(GIVEN), times)
    if reader.role == Role.INTERPRETER:
        return Line(_(INTERPRETER), "", what, times)
    role = ROLES.get(Role(reader.role))
    return Line(reader.name, _(role or ONE_OF_US), what, times)
