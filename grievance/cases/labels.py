"""What staff, and readers of the numbers, call the codes of a case."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from grievance.cases.copies import SHAPES, WHY
from grievance.cases.figures import COUNTED, STEPS
from grievance.cases.models import (
    FILED_BY,
    REMEDY_KINDS,
    REMEDY_STATES,
    SEVERITIES,
    UNFOLD_WHY,
)
from grievance.cases.state_words import LABELS, OUTCOMES
from grievance.directory.lines import language_name
from grievance.i18n import N_, current
from grievance.i18n import gettext as _
from grievance.model import complete
from grievance.questions import bank
from grievance.questions.places import country_name
from grievance.questions.summary import issue_label

SEVERITY = {
    "critical": N_("Critical"),
    "high": N_("High"),
    "medium": N_("Medium"),
    "low": N_("Low"),
}
complete(SEVERITY, SEVERITIES)
REGION = {
    "hokkaido": N_("Hokkaido"),
    "tohoku": N_("Tohoku"),
    "kanto": N_("Kanto"),
    "chubu": N_("Chubu"),
    "kansai": N_("Kansai"),
    "chugoku": N_("Chugoku"),
    "shikoku": N_("Shikoku"),
    "kyushu": N_("Kyushu and Okinawa"),
}
CHANNEL = {
    "web": N_("Filed on the web"),
    "phone": N_("Told by phone"),
    "in_person": N_("Told in person"),
    "post": N_("Sent by post"),
}
complete(CHANNEL, FILED_BY)
REMEDY_KIND = {
    "money": N_("Money: wages, compensation"),
    "fees": N_("Fees paid back"),
    "documents": N_("Passport or papers given back"),
    "apology": N_("An apology"),
    "job": N_("The job back, or another one"),
    "transfer": N_("Transfer to another employer"),
    "safety": N_("A safe workplace or home"),
    "treatment": N_("Medical treatment"),
    "rules": N_("A rule or practice changed"),
    "guarantee": N_("A promise that it does not happen again"),
    "other": N_("Something else"),
}
complete(REMEDY_KIND, REMEDY_KINDS)
REMEDY_STATE = {
    "claimed": N_("Claimed"),
    "offered": N_("Offered to the worker"),
    "agreed": N_("Promised: the worker agreed"),
    "part": N_("A part has arrived"),
    "arrived": N_("Arrived"),
    "not_kept": N_("Not kept"),
    "dropped": N_("Not pursued any more"),
}
complete(REMEDY_STATE, REMEDY_STATES)
RESULT = {
    "remedied": N_("Remedied: everything promised has arrived"),
    "partly": N_("Partly remedied"),
    "own_way": N_("Settled by the worker, or in court"),
    "advised": N_("Advice was enough"),
    "none": N_("No remedy could be reached"),
    "unreachable": N_("The worker cannot be reached"),
}
complete(RESULT, OUTCOMES)
RATING = {
    5: N_("5: very content"),
    4: N_("4: content"),
    3: N_("3: partly"),
    2: N_("2: not very content"),
    1: N_("1: not content at all"),
}
EXPORT_WHY = {
    "worker": N_("The worker asked for it"),
    "meeting": N_("To read it with the worker where our pages cannot be opened"),
    "review": N_("Somebody of ours looks over how the case was handled"),
    "law": N_("A court or an authority demands it by law"),
}
complete(EXPORT_WHY, WHY)
EXPORT_SHAPE = {
    "page": N_("A page to print"),
    "pdf": N_("A PDF"),
    "zip": N_("A ZIP: page, PDF, data and the files"),
}
complete(EXPORT_SHAPE, SHAPES)
IDENTITY_WHY = {
    "contact": N_("To reach the worker"),
    "hand_over": N_("To prepare a hand-over or a letter"),
    "advice": N_("To see which law and which body fits"),
    "check": N_("To make sure who is calling or writing"),
    "correct": N_("To write down or correct an answer"),
}
complete(IDENTITY_WHY, UNFOLD_WHY)
FILED_FOR = {"own": N_("By the worker"), "other": N_("By somebody for them")}
PUNISHED = {
    "true": N_("They were punished"),
    "false": N_("They were not punished"),
    "": N_("They would rather not say"),
}
STEP = {
    "answer": N_("First answer of a person"),
    "decision": N_("Decision to take it on or not"),
    "hand_over": N_("First hand-over to a body"),
    "remedy": N_("Everything promised has arrived"),
    "closing": N_("Closing"),
}
complete(STEP, STEPS)
FIGURE = {
    "problem": N_("Problems"),
    "severity": N_("How grave"),
    "state": N_("Where they stand"),
    "language": N_("Languages"),
    "country": N_("Countries of work"),
    "region": N_("Regions in Japan"),
    "place": N_("Where the work is"),
    "channel": N_("How they came"),
    "filed_for": N_("By whom"),
    "closed": N_("What came of it"),
    "not_taken": N_("Not taken on, taken back"),
    "remedies": N_("What was asked for"),
    "kept": N_("What became of promises"),
    "content": N_("How content workers were"),
    "punished": N_("Punished for speaking up"),
    "nationality": N_("Nationalities"),
    "sector": N_("Sectors"),
}
complete(FIGURE, (*COUNTED, "place"))


UNKNOWN = "unknown"
UNSAID = N_("Not said")
PLACE = {**REGION, UNKNOWN: N_("In Japan, region not known")}


def _country(code: str) -> str:
    return country_name(code, current())


def _sector(code: str) -> str:
    options = bank.shipped().questions["sector"].options
    return next((_(one.label) for one in options if one.code == code), code)


def _in(words: Mapping[str, str]) -> Callable[[str], str]:
    return lambda code: _(words[code]) if code in words else code


_CODES: Mapping[str, Callable[[str], str]] = {
    "problem": issue_label,
    "severity": _in(SEVERITY),
    "state": _in(LABELS),
    "language": language_name,
    "country": _country,
    "region": _in(REGION),
    "place": lambda code: _in(PLACE)(code) if code in PLACE else _country(code),
    "channel": _in(CHANNEL),
    "filed_for": _in(FILED_FOR),
    "closed": _in(RESULT),
    "not_taken": _in(LABELS),
    "remedies": _in(REMEDY_KIND),
    "kept": _in(REMEDY_STATE),
    "content": _in({str(mark): said for mark, said in RATING.items()}),
    "punished": _in(PUNISHED),
    "nationality": lambda code: _(UNSAID) if code == UNKNOWN else _country(code),
    "sector": lambda code: _(UNSAID) if code == UNKNOWN else _sector(code),
}
complete(_CODES, (*COUNTED, "place"))


def code_of(figure: str, code: str) -> str:
    """What a code of a figure is called; the code itself where it is gone from its list."""
    return _CODES[figure](code)
