"""The state table: which verb may be done in which state, by whom, and where it leads.

Buttons, permissions, the matrix of tests and the diagram in the docs read this table; `move` obeys
it. A verb without a target leaves the state as it is. `RESUME` leads back to where the case stood
before the worker was asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from grievance.i18n import N_

STATES = ("received", "in_review", "awaiting_worker", "accepted", "withdrawn")
OPEN = ("received", "in_review", "awaiting_worker", "accepted")
RESUME = "resume"


class Verb(StrEnum):
    """What can be done to a case."""

    TAKE = "take"
    ASSIGN = "assign"
    TRIAGE = "triage"
    ACKNOWLEDGE = "acknowledge"
    ASK_WORKER = "ask_worker"
    TELL_WORKER = "tell_worker"
    NOTE = "note"
    TRANSLATE = "translate"
    ACCEPT = "accept"
    ASK_REISSUE = "ask_reissue"
    REISSUE = "reissue"
    OPEN_ORIGINAL = "open_original"
    WORKER_ANSWERS = "worker_answers"
    WORKER_WRITES = "worker_writes"
    CHANGE_CONTACT = "change_contact"
    CHANGE_RECEIPT = "change_receipt"
    WITHDRAW = "withdraw"


@dataclass(frozen=True)
class Transition:
    """One row: `verb` may be done in `sources` by who holds `who`; it leads to `target`."""

    verb: Verb
    sources: tuple[str, ...]
    target: str | None
    who: str
    label: str
    guard: str = ""


WORKER, HELPER = "receipt.worker", "receipt.helper"

TABLE: dict[Verb, Transition] = {
    row.verb: row
    for row in (
        Transition(Verb.TAKE, ("received",), "in_review", "case.work", N_("Take this case")),
        Transition(Verb.ASSIGN, OPEN, None, "case.assign", N_("Give to somebody")),
        Transition(Verb.TRIAGE, OPEN, None, "case.work", N_("Triage")),
        Transition(
            Verb.ACKNOWLEDGE, ("received", "in_review"), "in_review", "case.work",
            N_("Acknowledge"), "not_acknowledged",
        ),
        Transition(
            Verb.ASK_WORKER, ("in_review", "accepted"), "awaiting_worker", "case.work",
            N_("Ask the worker"),
        ),
        Transition(
            Verb.TELL_WORKER, ("in_review", "awaiting_worker", "accepted"), None, "case.work",
            N_("Write to the worker"),
        ),
        Transition(Verb.NOTE, STATES, None, "case.work", N_("Write a note for staff")),
        Transition(Verb.TRANSLATE, STATES, None, "case.work", N_("Add a translation")),
        Transition(Verb.ACCEPT, ("in_review",), "accepted", "case.work", N_("Accept"), "assigned"),
        Transition(
            Verb.ASK_REISSUE, OPEN, None, "case.work", N_("The code is lost"), "reissue_allowed"
        ),
        Transition(
            Verb.REISSUE, OPEN, None, "case.work", N_("Issue a new code"), "reissue_allowed"
        ),
        Transition(
            Verb.OPEN_ORIGINAL, STATES, None, "case.work", N_("Open the original file")
        ),
        Transition(
            Verb.WORKER_ANSWERS, ("awaiting_worker",), RESUME, HELPER, N_("Send the answer")
        ),
        Transition(
            Verb.WORKER_WRITES, ("received", "in_review", "accepted"), None, HELPER, N_("Send")
        ),
        Transition(Verb.CHANGE_CONTACT, OPEN, None, WORKER, N_("Change how we reach you")),
        Transition(Verb.CHANGE_RECEIPT, STATES, None, WORKER, N_("Change the number")),
        Transition(Verb.WITHDRAW, OPEN, "withdrawn", WORKER, N_("Withdraw")),
    )
}  # fmt: skip

LABELS = {
    "received": N_("Received"),
    "in_review": N_("Being read"),
    "awaiting_worker": N_("Waiting for the worker"),
    "accepted": N_("Accepted"),
    "withdrawn": N_("Withdrawn"),
}

# What a handler sends first, in the worker's language, unless they write something else.
ACKNOWLEDGEMENT = N_(
    "We have your report, and a person has read it. We are finding out who can help you best. "
    "We write to you here by %(day)s. You can write to us here at any time."
)


@dataclass(frozen=True)
class Told:
    """What a worker is told in a state: what it means, what happens next, who has to act."""

    title: str
    meaning: str
    next_step: str


TOLD = {
    "received": Told(
        N_("We have your report"),
        N_("It is safe with us. Nobody outside has seen it."),
        N_("A person reads it and writes to you here by %(day)s."),
    ),
    "in_review": Told(
        N_("A person is reading your report"),
        N_("We are finding out who can help you best."),
        N_("We write to you here by %(day)s."),
    ),
    "awaiting_worker": Told(
        N_("We have a question for you"),
        N_("Read it below and answer when you can. Nothing is decided against you meanwhile."),
        N_("It is your turn. We wait for your answer."),
    ),
    "accepted": Told(
        N_("We are working on your report"),
        N_("We accepted it and are preparing the next step."),
        N_("We tell you here what comes next by %(day)s."),
    ),
    "withdrawn": Told(
        N_("You took your report back"),
        N_("We do nothing more with it. Nobody outside was told."),
        N_("If you need help again, you can file a new report at any time."),
    ),
}
