"""The law's dates of a case, in the words and the language of whoever reads them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from grievance.clock import local_day
from grievance.deadlines.asked import Grounds, items_of
from grievance.deadlines.counting import PASSED, STATES, Found, earliest, find
from grievance.deadlines.limits import CONFIDENCE, JAPAN, MOVES, Limit, shipped
from grievance.directory.citing import Cited, cite
from grievance.i18n import N_, date_text
from grievance.i18n import gettext as _
from grievance.model import complete
from grievance.routing.rules import FILE_AT

OFFICES = {
    "court": N_("a court or labour tribunal"),
    "lawsuit": N_("a court, as a lawsuit"),
    "lsio": N_("the Labour Standards Inspection Office"),
    "insurance-examiner": N_("the insurance examiner at the Labour Bureau"),
    "appeal-committee": N_("the Labour Insurance Appeal Committee"),
    "labour-relations-commission": N_("the Labour Relations Commission"),
    "johas": N_("the Japan Organization of Occupational Health and Safety"),
    "pension-service": N_("the Japan Pension Service"),
    "immigration": N_("the immigration office"),
    "addressee": N_("whoever the report goes to"),
    "hello-work": N_("Hello Work"),
    "labour-bureau": N_("the Labour Bureau"),
    "none": N_("no office: ask a lawyer"),
}
KEEPS = {
    "demand": N_(
        "When the date is near: a letter that demands the money gives six months from its arrival, "
        "once."
    ),
    "acknowledged": N_("If they admit in writing that they owe it, the time begins anew."),
    "agreed_to_talk": N_("A written agreement to talk can move it, by one year at most."),
    "conciliation": N_(
        "Conciliation at the Labour Bureau keeps it only if you sue within 30 days of its end."
    ),
    "lawsuit": N_("A lawsuit or a labour tribunal keeps it."),
}
FIXED = N_("Only a lawsuit keeps it.")
NOTHING = N_("Only what reaches that office in time keeps it.")
SAYS = {
    "open": N_("Until %(day)s at the latest."),
    "soon": N_("Until %(day)s at the latest. That is soon: ask a lawyer or a union now."),
    "unsure": N_("One time limit ended on %(day)s, but a longer one may hold. Ask a lawyer now."),
    "over": N_("As far as we can count, it ended on %(day)s. Have a lawyer check that."),
}
GONE = N_(
    "By law it ends on %(day)s, and the office is closed until then. Go to a lawyer or a union "
    "today."
)
CARRIED = N_(
    "The office is closed on the last day of the law. It may still be in time until %(day)s, when "
    "it opens again: do not rely on that, have it checked today."
)
MORE = N_("For earlier months the time may have ended. Ask a lawyer about them.")
CONFIRM = N_("Courts do not all agree on this: have it confirmed.")
complete(OFFICES, FILE_AT)
complete(SAYS, STATES)
complete(KEEPS, MOVES)


@dataclass(frozen=True)
class LawDate:
    """One claim: until when, where it counts, by which law, and what alone moves that day."""

    code: str
    state: str
    label: str
    text: str
    until: str
    office: str
    basis: Cited
    keeps: tuple[str, ...]
    notes: tuple[str, ...]


def law_dates(grounds: Grounds, now: datetime) -> list[LawDate]:
    """What the law's limits are for a case of which this is told, the next first; what has passed
    stands last. Empty where no day is known."""
    found = found_on(grounds, local_day(now, JAPAN))
    codes = dict.fromkeys(one.code for one in found)
    first = [
        (one, [other for other in found if other.code == code])
        for code in codes
        if (one := earliest(other for other in found if other.code == code))
    ]
    first.sort(key=lambda pair: (pair[0].state in PASSED, pair[0].latest_safe))
    return [_said(one, beside) for one, beside in first]


def found_on(grounds: Grounds, today: date) -> list[Found]:
    """The same, counted and not yet in words."""
    limits = shipped()
    return [find(item, limits, today) for item in items_of(grounds, today)]


def until_text(one: Found) -> str:
    """Until when something can be claimed, in the language being spoken."""
    ahead = one.state not in PASSED
    gone = ahead and one.carried_to is not None
    shown = one.latest_safe if ahead and not gone else one.last_day
    return _(GONE if gone else SAYS[one.state]) % {"day": date_text(shown) if shown else ""}


def _said(one: Found, beside: list[Found]) -> LawDate:
    limit = shipped().rows[one.code]
    ahead = one.state not in PASSED
    carried = [other.carried_to for other in beside if other.carried_to]
    notes = {
        CARRIED: bool(carried),
        MORE: ahead and any(other.state in PASSED for other in beside),
        CONFIRM: limit.confidence == CONFIDENCE[-1],
    }
    day = date_text(max(carried)) if carried else ""
    return LawDate(
        one.code,
        one.state,
        _(limit.label),
        _(limit.text),
        until_text(one),
        _(OFFICES[one.file_at]),
        cite(limit.basis),
        _keeps(limit),
        tuple(_(note) % {"day": day} for note, holds in notes.items() if holds),
    )


def _keeps(limit: Limit) -> tuple[str, ...]:
    if limit.moved_by == ("lawsuit",):
        return (_(FIXED),)
    return tuple(_(KEEPS[kind]) for kind in limit.moved_by) or (_(NOTHING),)
