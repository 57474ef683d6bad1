"""What each figure is called, what it counts, and what its codes are called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grievance.cases import labels
from grievance.cases.figures import COUNTED, NOT_TAKEN, STEPS
from grievance.cases.lifecycle import STATES
from grievance.cases.models import FILED_BY, REMEDY_STATES, SEVERITIES
from grievance.cases.state_words import LABELS, OUTCOMES
from grievance.directory.lines import language_name
from grievance.i18n import N_, current
from grievance.i18n import gettext as _
from grievance.model import complete
from grievance.questions import bank
from grievance.questions.places import country_name
from grievance.questions.summary import issue_label

FILED_FOR = {"own": N_("By the worker"), "other": N_("By somebody for them")}
PUNISHED = {
    "true": N_("They were punished"),
    "false": N_("They were not punished"),
    "": N_("They would rather not say"),
}


def _in(words: dict[str, str]) -> Callable[[str], str]:
    return lambda code: _(words[code]) if code in words else code


def _country(code: str) -> str:
    return country_name(code, current())


def _sector(code: str) -> str:
    options = bank.shipped().questions["sector"].options
    return next((_(one.label) for one in options if one.code == code), code)


@dataclass(frozen=True)
class Figure:
    """A table of counts: its title, what is counted, what its codes are called, and their order
    where they have one of their own; else the most frequent comes first."""

    title: str
    counts: str
    label: Callable[[str], str]
    order: Sequence[str] = ()


FIGURES: dict[str, Figure] = {
    "problem": Figure(
        N_("Problems"),
        N_("Cases that were filed in these days, by their main problem as it stands now."),
        issue_label,
    ),
    "severity": Figure(
        N_("How grave"),
        N_("Cases that were filed in these days, by how grave they are now."),
        _in(labels.SEVERITY),
        tuple(reversed(SEVERITIES)),
    ),
    "state": Figure(
        N_("Where they stand"),
        N_("Cases that were filed in these days, by the state they are in now."),
        _in(LABELS),
        STATES,
    ),
    "language": Figure(
        N_("Languages"),
        N_("Cases that were filed in these days, by the language the worker chose."),
        language_name,
    ),
    "country": Figure(
        N_("Countries of work"),
        N_("Cases that were filed in these days, by the country the work is in."),
        _country,
    ),
    "region": Figure(
        N_("Regions in Japan"),
        N_(
            "Cases that were filed in these days about work in Japan, by region, where it is known."
        ),
        _in(labels.REGION),
        tuple(labels.REGION),
    ),
    "channel": Figure(
        N_("How they came"),
        N_("Cases that were filed in these days, by the way they came."),
        _in(labels.CHANNEL),
        FILED_BY,
    ),
    "filed_for": Figure(
        N_("By whom"),
        N_("Cases that were filed in these days, by whether the worker filed."),
        _in(FILED_FOR),
        tuple(FILED_FOR),
    ),
    "closed": Figure(
        N_("What came of it"),
        N_(
            "Closings in these days, by result. A case that was opened again and closed once more "
            "counts twice."
        ),
        _in(labels.RESULT),
        tuple(OUTCOMES),
    ),
    "not_taken": Figure(
        N_("Not taken on, taken back"),
        N_("Cases that came into one of these states in these days and are still in it."),
        _in(LABELS),
        NOT_TAKEN,
    ),
    "remedies": Figure(
        N_("What was asked for"),
        N_(
            "Remedies that were first written down in these days, by kind. A case can have several."
        ),
        _in(labels.REMEDY_KIND),
    ),
    "kept": Figure(
        N_("What became of promises"),
        N_("The same remedies, by how far they are now."),
        _in(labels.REMEDY_STATE),
        REMEDY_STATES,
    ),
    "content": Figure(
        N_("How content workers were"),
        N_("What workers said in these days when they agreed to close, where they gave a mark."),
        lambda code: _(labels.RATING[int(code)]),
        tuple(str(mark) for mark in labels.RATING),
    ),
    "punished": Figure(
        N_("Punished for speaking up"),
        N_(
            "Answers of workers in these days to whether somebody punished them. One worker can "
            "answer several times."
        ),
        _in(PUNISHED),
        tuple(PUNISHED),
    ),
    "nationality": Figure(
        N_("Nationalities"),
        N_(
            "Filings of whole months that named one. Counted at filing, without the case; "
            "irregular or asylum status is never counted."
        ),
        _country,
    ),
    "sector": Figure(
        N_("Sectors"),
        N_("Filings of whole months that named one. Counted at filing, without the case."),
        _sector,
    ),
}
complete(FIGURES, COUNTED)

STEP = {
    "answer": N_("First answer of a person"),
    "decision": N_("Decision to take it on or not"),
    "hand_over": N_("First hand-over to a body"),
    "remedy": N_("Everything promised has arrived"),
    "closing": N_("Closing"),
}
complete(STEP, STEPS)
HOW_LONG = N_(
    "Days from filing to each step, of the cases that reached it in these days. Half of them took "
    "at most as long as the median, nine in ten at most as long as the last column says."
)
RECORD = N_(
    "For each body: workers who were asked in these days whether it may have their case, how many "
    "said yes; hand-overs that went out in these days, and of these how many it has answered, "
    "declined, or met with silence so far. Days from the hand-over to its first answer."
)
