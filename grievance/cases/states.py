"""The state table: which verb may be done in which state, by whom, and where it leads.

Buttons, permissions, the matrix of tests and the diagram in the docs read this table; `move` obeys
it. A verb without a target leaves the state as it is. `RESUME` leads back to where the case stood
before the worker was asked; `STANDING` follows the hand-overs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from grievance.i18n import N_

OPEN = ("received", "in_review", "awaiting_worker", "accepted", "with_mechanism")
STATES = (*OPEN, "not_accepted", "withdrawn")
READ = ("in_review", "accepted", "with_mechanism")  # a person works on it
BEGUN = ("in_review", "awaiting_worker", "accepted", "with_mechanism")
RESUME = "resume"
STANDING = "standing"  # with a mechanism while a hand-over is open there, accepted after the last


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
    PROPOSE_DECLINE = "propose_decline"
    DECLINE = "decline"
    SEND_BACK = "send_back"
    UNASSIGN = "unassign"
    LINK_DUPLICATE = "link_duplicate"
    RECUSE = "recuse"
    REOPEN = "reopen"
    APPEAL = "appeal"
    WORKER_REOPENS = "worker_reopens"
    ESCALATE = "escalate"
    ACKNOWLEDGE_ESCALATION = "acknowledge_escalation"
    REFER = "refer"
    RECORD_CONSENT = "record_consent"
    DELIVER = "deliver"
    REFERRAL_NEWS = "referral_news"
    REFERRAL_OVER = "referral_over"
    CHASE = "chase"
    RECALL_FOR_WORKER = "recall_for_worker"
    CONSENT_GIVEN = "consent_given"
    CONSENT_REFUSED = "consent_refused"
    RECALL = "recall"


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
JOB = "job"

TABLE: dict[Verb, Transition] = {
    row.verb: row
    for row in (
        Transition(
            Verb.TAKE, ("received", "in_review"), "in_review", "case.work", N_("Take this case"),
            "not_taken",
        ),
        Transition(Verb.ASSIGN, OPEN, None, "case.assign", N_("Give to somebody")),
        Transition(Verb.TRIAGE, OPEN, None, "case.work", N_("Triage")),
        Transition(
            Verb.ACKNOWLEDGE, ("received", "in_review"), "in_review", "case.work",
            N_("Acknowledge"), "not_acknowledged",
        ),
        Transition(
            Verb.ASK_WORKER, READ, "awaiting_worker", "case.work", N_("Ask the worker")
        ),
        Transition(
            Verb.TELL_WORKER, BEGUN, None, "case.work", N_("Write to the worker")
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
            Verb.WORKER_WRITES, ("received", *READ), None, HELPER, N_("Send")
        ),
        Transition(
            Verb.PROPOSE_DECLINE, ("in_review", "accepted"), None, "case.four_eyes",
            N_("Propose to decline"), "nothing_proposed",
        ),
        Transition(
            Verb.DECLINE, ("in_review", "accepted"), "not_accepted", "case.four_eyes",
            N_("Decline"), "proposed",
        ),
        Transition(
            Verb.SEND_BACK, ("in_review", "accepted"), None, "case.four_eyes", N_("Send back"),
            "proposed",
        ),
        Transition(
            Verb.UNASSIGN, OPEN, None, "case.work", N_("Give back to the queue"), "own_or_lead"
        ),
        Transition(
            Verb.LINK_DUPLICATE, STATES, None, "case.work", N_("Link the same matter")
        ),
        Transition(Verb.RECUSE, STATES, None, "case.work", N_("Conflict of interest")),
        Transition(
            Verb.REOPEN, ("not_accepted", "withdrawn"), "in_review", "case.assign", N_("Reopen")
        ),
        Transition(
            Verb.APPEAL, ("not_accepted",), "in_review", WORKER, N_("Ask for a second look"),
            "not_appealed",
        ),
        Transition(
            Verb.WORKER_REOPENS, ("not_accepted", "withdrawn"), "in_review", WORKER,
            N_("Open it again"),
        ),
        Transition(Verb.CHANGE_CONTACT, OPEN, None, WORKER, N_("Change how we reach you")),
        Transition(Verb.CHANGE_RECEIPT, STATES, None, WORKER, N_("Change the number")),
        Transition(Verb.WITHDRAW, OPEN, "withdrawn", WORKER, N_("Withdraw")),
        Transition(Verb.ESCALATE, OPEN, None, JOB, N_("Escalate")),
        Transition(
            Verb.ACKNOWLEDGE_ESCALATION, OPEN, None, "case.work", N_("I see to it"),
            "escalated_to_them",
        ),
        Transition(Verb.REFER, READ, None, "case.work", N_("Ask the worker for consent")),
        Transition(
            Verb.RECORD_CONSENT, BEGUN, None, "case.work", N_("Record the worker's answer")
        ),
        Transition(Verb.DELIVER, READ, STANDING, "case.work", N_("Hand over")),
        Transition(
            Verb.REFERRAL_NEWS, BEGUN, STANDING, "case.work", N_("Record what the body said")
        ),
        Transition(
            Verb.REFERRAL_OVER, BEGUN, STANDING, "case.work", N_("Record that it ended")
        ),
        Transition(Verb.CHASE, BEGUN, STANDING, "case.work", N_("Set the day to ask again")),
        Transition(
            Verb.RECALL_FOR_WORKER, BEGUN, STANDING, "case.work",
            N_("Take it back for the worker"),
        ),
        Transition(Verb.CONSENT_GIVEN, BEGUN, None, WORKER, N_("Yes, hand it over")),
        Transition(Verb.CONSENT_REFUSED, BEGUN, None, WORKER, N_("No, do not hand it over")),
        Transition(Verb.RECALL, BEGUN, STANDING, WORKER, N_("Take back my yes")),
    )
}  # fmt: skip

LABELS = {
    "received": N_("Received"),
    "in_review": N_("Being read"),
    "awaiting_worker": N_("Waiting for the worker"),
    "accepted": N_("Accepted"),
    "with_mechanism": N_("With another body"),
    "not_accepted": N_("Not accepted"),
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
    "with_mechanism": Told(
        N_("Your report is with a body that can act on it"),
        N_("You agreed to it. Below you read who has it and what they have said."),
        N_("We ask them again and write to you here by %(day)s."),
    ),
    "not_accepted": Told(
        N_("We cannot take your report on"),
        N_("Below you read why, and who else may help you."),
        N_("If you think we are wrong, ask for a second look by %(day)s. Another person reads it."),
    ),
    "withdrawn": Told(
        N_("You took your report back"),
        N_("We do nothing more with it. Nobody outside was told."),
        N_("You can open it again here by %(day)s. You can also file a new report at any time."),
    ),
}

# What a worker is told instead, where a state alone does not say it all.
APPEALED = Told(
    N_("Your report is getting a second look"),
    N_("You asked us to look again. The decision is open: nothing is decided against you."),
    N_("We answer you here by %(day)s."),
)
TAKEN_BACK = Told(
    N_("You took your report back"),
    N_("We do nothing more with it. Who already has a copy may have read it; we ended it there."),
    TOLD["withdrawn"].next_step,
)
NO_MORE_APPEAL = N_(
    "The time for a second look is over, or you had one. You can open the report again here by "
    "%(day)s if something has changed."
)
TOO_OLD = N_("You can file a new report at any time.")

# Why a case is not taken on, as the worker reads it.
DECLINE_REASONS = {
    "not_ours": N_("We have no way to act on this problem."),
    "better_door": N_("Somebody else can do more for you than we can."),
    "no_facts": N_("We do not know enough to act, and could not find out more."),
    "duplicate": N_("We already work on the same matter in another report."),
    "safety": N_("If we acted now, it could put you or others at risk."),
    "other": N_("There is another reason. We wrote it to you in the message."),
}
