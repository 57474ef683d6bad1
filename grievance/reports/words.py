"""What each figure is called, what it counts, and what its codes are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grievance.cases import labels
from grievance.cases.figures import COUNTED, NOT_TAKEN
from grievance.cases.lifecycle import STATES
from grievance.cases.models import FILED_BY, REMEDY_STATES, SEVERITIES
from grievance.cases.state_words import OUTCOMES
from grievance.cases.tallies import SUMS
from grievance.i18n import N_
from grievance.model import complete


@dataclass(frozen=True)
class Figure:
    """A table of counts: what is counted, and the order of its codes where they have one of their
    own; else the most frequent comes first."""

    counts: str
    order: Sequence[str] = ()


FIGURES: dict[str, Figure] = {
    "problem": Figure(
        N_("Cases that were filed in these days, by their main problem as it stands now."),
    ),
    "severity": Figure(
        N_("Cases that were filed in these days, by how grave they are now."),
        tuple(reversed(SEVERITIES)),
    ),
    "state": Figure(
        N_("Cases that were filed in these days, by the state they are in now."),
        STATES,
    ),
    "language": Figure(
        N_("Cases that were filed in these days, by the language the worker chose."),
    ),
    "country": Figure(
        N_("Cases that were filed in these days, by the country the work is in."),
    ),
    "region": Figure(
        N_(
            "Cases that were filed in these days about work in Japan, by region, where it is known."
        ),
        tuple(labels.REGION),
    ),
    "channel": Figure(
        N_("Cases that were filed in these days, by the way they came."),
        FILED_BY,
    ),
    "filed_for": Figure(
        N_("Cases that were filed in these days, by whether the worker filed."),
        tuple(labels.FILED_FOR),
    ),
    "closed": Figure(
        N_(
            "Closings in these days, by result. A case that was opened again and closed once more "
            "counts twice."
        ),
        tuple(OUTCOMES),
    ),
    "not_taken": Figure(
        N_("Cases that came into one of these states in these days and are still in it."),
        NOT_TAKEN,
    ),
    "remedies": Figure(
        N_(
            "Remedies that were first written down in these days, by kind. A case can have several."
        ),
    ),
    "kept": Figure(
        N_("The same remedies, by how far they are now."),
        REMEDY_STATES,
    ),
    "content": Figure(
        N_("What workers said in these days when they agreed to close, where they gave a mark."),
        tuple(str(mark) for mark in labels.RATING),
    ),
    "punished": Figure(
        N_(
            "Answers of workers in these days to whether somebody punished them. One worker can "
            "answer several times."
        ),
        tuple(labels.PUNISHED),
    ),
    "nationality": Figure(
        N_(
            "Filings of whole months that named one. Counted at filing, without the case; "
            "irregular or asylum status is never counted."
        ),
    ),
    "sector": Figure(
        N_("Filings of whole months that named one. Counted at filing, without the case."),
    ),
}
complete(FIGURES, COUNTED)

HOW_LONG = N_(
    "Days from filing to each step, of the cases that reached it in these days. Half of them took "
    "at most as long as the median, nine in ten at most as long as the last column says."
)
SUM = {
    "owed": N_("Missing, by months of pay"),
    "claimed": N_("Claimed"),
    "offered": N_("Offered"),
    "agreed": N_("Agreed"),
    "received": N_("Received"),
}
complete(SUM, SUMS)
MONEY = N_(
    "Sums of whole months, as they were written down in them: what is missing by the months of pay "
    "that workers wrote down, and what was claimed, offered, agreed and received of remedies. A "
    "correction counts in its own month. Counted without the case, and shown from five cases on. "
    "The share is of what was claimed: what is missing is known only where months were written "
    "down."
)
RECORD = N_(
    "For each body: workers who were asked in these days whether it may have their case, how many "
    "said yes; hand-overs that went out in these days, and of these how many it has answered, "
    "declined, or met with silence so far. Days from the hand-over to its first answer."
)
