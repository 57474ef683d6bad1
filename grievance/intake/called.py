"""What a worker who wants to be called reads of it: by which day, at which times, and in which
language. The number itself stands beside it, as they wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from grievance.cases import calls, planned_calls
from grievance.cases.act import Act
from grievance.clock import local_day, now
from grievance.deadlines import operations as clocks
from grievance.deadlines.queries import operator_hours
from grievance.i18n import BY_SLUG, N_, date_text, name_in
from grievance.i18n import gettext as _

ALWAYS = N_("When there is news for you, we call you within two working days.")
DUE = N_("There is something to tell you. We call you by %(day)s.")
PASSED = N_(
    "We said that we would call you by %(day)s. That day is over, and it was our task, not yours. "
    "Somebody has to call you now."
)
TRIED = N_("We called and did not reach you. We try again.")
PLANNED = N_("If nothing new happens before, we call you by %(day)s.")
NO_TIMES = N_("You named no times. We ask first whether you can talk.")
LANGUAGE = N_("Who calls you sees that your language is %(language)s.")
NEUTRAL = N_("If somebody else answers, we do not say who we are or what it is about.")


@dataclass(frozen=True)
class Calling:
    """Until when they are called, what holds for each call, and the times that they named."""

    when: list[str]
    says: list[str]
    times: str


def calling_of(act: Act, contact: Mapping[str, Any]) -> Calling | None:
    """None for whom nobody calls: who wants no call, a helper, and where a backup brought back a
    number that may be an old one (`old`)."""
    if act.actor.role != "worker" or contact.get("old") or not calls.wanted(contact):
        return None
    times = str(contact.get("safe_when") or "")
    spoken = name_in(BY_SLUG[act.case.language])
    says = [_(LANGUAGE) % {"language": spoken}, _(NEUTRAL)]
    return Calling(_when(act), [*([] if times else [_(NO_TIMES)]), *says], times)


def _when(act: Act) -> list[str]:
    running = clocks.running(act.session, act.case.id)
    due = next((one.due_at for one in running if one.kind == calls.CLOCK), None)
    call = calls.open_call(act.session, act.case.id)
    if due and call:
        tried = [_(TRIED)] if calls.tries(act.session, [act.case.id]) else []
        return [*tried, _(DUE if due >= now() else PASSED) % {"day": _day(act, due)}]
    ahead = planned_calls.earliest(act.session, act.case.id)
    return [_(ALWAYS), *([_(PLANNED) % {"day": _day(act, _called(act, ahead))}] if ahead else [])]


def _called(act: Act, planned: date) -> datetime:
    """Until when a call is made that becomes due on this day, or today where that is over."""
    hours = operator_hours(act.session)
    day = max(planned, local_day(now(), hours.zone))
    begins = datetime.combine(day, time(), ZoneInfo(hours.zone))
    return clocks.due(calls.CLOCK, begins, hours)


def _day(act: Act, moment: datetime) -> str:
    return date_text(local_day(moment, operator_hours(act.session).zone))
