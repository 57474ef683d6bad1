"""A procedure as somebody reads it, and the days by which its stages can be expected.

No number that is still to be confirmed is told to a worker: they read that it is not known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from grievance.clock import add_months
from grievance.deadlines.limits import shipped as shipped_limits
from grievance.deadlines.procedures import BASIS, USUAL, Limit, Procedure, Stage, Time, shipped
from grievance.directory.entries import Mechanism, Source
from grievance.directory.search import place_of
from grievance.i18n import N_, amount_text, date_text
from grievance.i18n import gettext as _
from grievance.model import complete

JAPAN = "JP"  # whose calendars are known
TIMES = {
    USUAL: N_("About %(time)s (usual, not promised)."),
    "rule": N_("The rule is %(time)s."),
    "good": N_("Good practice: within %(time)s."),
}
SINCE_SENT = N_("About %(time)s after it was sent (usual, not promised).")
YOURS = N_("You have %(time)s for it.")
UNKNOWN = N_("How long that takes nobody has confirmed to us. Ask them.")
WHOLE = {
    USUAL: N_("All of it takes about %(time)s (usual, not promised)."),
    "rule": N_("For all of it the rule is %(time)s."),
    "good": N_("Good practice for all of it: within %(time)s."),
}
FIRST_BY = {
    USUAL: N_("Their first answer usually comes by about %(day)s. Nobody promised that."),
    "rule": N_("By rule their first answer comes by %(day)s."),
    "good": N_("By good practice their first answer comes by %(day)s. Nobody promised that."),
}
WHOLE_BY = {
    USUAL: N_("All of it is usually over by about %(day)s. Nobody promised that."),
    "rule": N_("By rule all of it is over by %(day)s."),
    "good": N_("By good practice all of it is over by %(day)s. Nobody promised that."),
}
WORKING_DAYS = N_("%(number)s working days")
complete(TIMES, BASIS)
complete(WHOLE, BASIS)
complete(FIRST_BY, BASIS)
complete(WHOLE_BY, BASIS)


@dataclass(frozen=True)
class Line:
    """One stage in words: what happens, and how long it takes, where something is said of that."""

    id: str
    who: str
    text: str
    time: str


@dataclass(frozen=True)
class Told:
    """A procedure in the language being spoken, and where it is known from."""

    lines: tuple[Line, ...]
    whole: str
    pages: tuple[Source, ...]
    laws: tuple[str, ...]
    untold: bool  # some of it stands on no page


@dataclass(frozen=True)
class Expected:
    """By which day something can be expected, and on what that rests; `sure` where no number is
    still to be confirmed."""

    day: date
    sure: bool
    basis: str = USUAL


def procedure_of(body: Mechanism) -> Procedure:
    """The procedure of a body, or that of its kind."""
    return shipped().of(body.id, body.kind)


def told_of(body: Mechanism) -> Told | None:
    """What happens at a body, for a worker; None where nobody knows it."""
    one = procedure_of(body)
    if one.plan:
        return None
    known = {stage.confidence for stage in one.stages} | {lim.confidence for lim in one.limits}
    return Told(
        tuple(Line(stage.id, stage.who, _(stage.text), _time(one, stage)) for stage in one.stages),
        _whole(one.whole),
        one.pages,
        one.laws,
        "known" in known,
    )


def time_text(time: Time) -> str:
    """So long, in the language being spoken."""
    if time.unit is None:
        return _(WORKING_DAYS) % {"number": time.number}
    return amount_text(time.number, time.unit)


def _time(one: Procedure, stage: Stage) -> str:
    limit = stage.limit
    if limit is None:
        return ""
    if not limit.sure or limit.time is None:
        return _(UNKNOWN)
    words = TIMES[limit.basis]
    if limit.basis == "rule" and stage.who == "worker":
        words = YOURS
    if limit.basis == USUAL and limit.since == one.sent and stage.id not in _after(one):
        words = SINCE_SENT
    return _(words) % {"time": time_text(limit.time)}


def _after(one: Procedure) -> tuple[str, ...]:
    """What comes straight after our paper: there it need not be said from when a time counts."""
    return one.stage(one.sent).next[:1]


def _whole(limit: Limit | None) -> str:
    if limit is None or limit.time is None or not limit.sure:
        return ""
    return _(WHOLE[limit.basis]) % {"time": time_text(limit.time)}


def first_answer(body: Mechanism, sent: date) -> Expected | None:
    """By when a body that got our paper on this day can be expected to answer; None where its
    procedure names no time."""
    one = procedure_of(body)
    return _day(one, one.stage(one.first).limit, sent, body.id) if one.first else None


def result(body: Mechanism, sent: date) -> Expected | None:
    """The same for the end of its procedure."""
    one = procedure_of(body)
    return _day(one, one.whole, sent, body.id)


def expects(body: Mechanism, sent: date, today: date, *, answered: bool) -> str:
    """What a worker reads of when to expect the body's next word; empty where no number is sure, or
    that day is over."""
    found = result(body, sent) if answered else first_answer(body, sent)
    if found is None or not found.sure or found.day < today:
        return ""
    return _((WHOLE_BY if answered else FIRST_BY)[found.basis]) % {"day": date_text(found.day)}


def _day(one: Procedure, limit: Limit | None, sent: date, body: str) -> Expected | None:
    """The first open day on or after the end of a limit, counted along the stages before it."""
    if limit is None or limit.time is None:
        return None
    begun: Expected | None = Expected(sent, True)
    if limit.since != one.sent:
        begun = _day(one, one.stage(limit.since).limit, sent, body)
    if begun is None:
        return None
    is_open = _opening(one, body)
    day = _add(begun.day, limit.time, is_open)
    while not is_open(day):
        day += timedelta(days=1)
    return Expected(day, begun.sure and limit.sure, limit.basis)


def _opening(one: Procedure, body: str) -> Callable[[date], bool]:
    """When the body works: by Japan's calendar of its kind where it is there, else on weekdays."""
    calendar = shipped_limits().calendars.get(one.calendar) if place_of(body) == JAPAN else None
    return calendar.open_on if calendar else lambda day: day.weekday() < 5


def _add(day: date, time: Time, is_open: Callable[[date], bool]) -> date:
    if time.unit is None:
        for _each in range(time.number):
            day += timedelta(days=1)
            while not is_open(day):
                day += timedelta(days=1)
        return day
    if time.unit in ("day", "week"):
        return day + timedelta(days=time.number * (7 if time.unit == "week" else 1))
    return add_months(day, time.number * (12 if time.unit == "year" else 1))
