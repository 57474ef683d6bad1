"""The state table: all that the domain knows of a verb stands in its row.

Buttons, permissions, the matrix of tests and the diagram in the docs read this table; `move` obeys
it. A verb without a target leaves the state as it is. `RESUME` leads back to where the case stood
before the worker was asked; `STANDING` and `TALKED` follow the hand-overs.
"""

from __future__ import annotations

from grievance.cases import guards
from grievance.cases.lifecycle import (
    BEGUN,
    DECIDED,
    ENDING,
    GOING,
    OPEN,
    OVER,
    PROMISED,
    READ,
    STATES,
)
from grievance.cases.transitions import (
    BODY,
    HELPER,
    INTERPRETER,
    JOB,
    LINK,
    RESUME,
    STANDING,
    TALKED,
    WORKER,
    Transition,
)
from grievance.cases.verbs import Verb
from grievance.i18n import N_
from grievance.model import complete

# What the last event of a case carries: nothing else of it is left.
ERASING = ("ground", "proposal?", "by?", "alone?", "gone_by?", "boxes", "rows", "all")

# Of an answer by telephone, where it was given thing by thing.
HEARD = ("feedback?", "given_by?", "on?")

TABLE: dict[Verb, Transition] = {
    Verb(row.verb): row
    for row in (
        Transition(
            Verb.TAKE, ("received", "in_review"), "in_review", "case.work", N_("Take this case"),
            guards.not_taken,
        ),
        Transition(
            Verb.TAKE_OVER, GOING, None, "case.work", N_("Take this case"), guards.not_taken,
            codes=("before",),
        ),
        Transition(
            Verb.ASSIGN, OPEN, None, "case.assign", N_("Give to somebody"), codes=("assignee",),
        ),
        Transition(
            Verb.PASS_ON, OPEN, None, "case.work", N_("Pass on to a colleague"), guards.own_case,
            codes=("assignee", "message"),
        ),
        Transition(
            Verb.TRIAGE, OPEN, None, "case.work", N_("Triage"),
            codes=("severity", "issues", "danger"),
        ),
        Transition(
            Verb.ACKNOWLEDGE, ("received", "in_review"), "in_review", "case.work",
            N_("Acknowledge"), guards.not_acknowledged, codes=("message",),
        ),
        Transition(
            Verb.ASK_WORKER, READ, "awaiting_worker", "case.work", N_("Ask the worker"),
            guards.comes_back, codes=("message",),
        ),
        Transition(
            Verb.TELL_WORKER, BEGUN, None, "case.work", N_("Write to the worker"),
            codes=("message",),
        ),
        Transition(
            Verb.NOTE, STATES, None, "case.work", N_("Write a note for staff"), codes=("message",),
            versioned=False,
        ),
        Transition(
            Verb.TRANSLATE, STATES, None, "case.work", N_("Add a translation"),
            codes=("passage", "language", "value"), versioned=False,
        ),
        Transition(
            Verb.CORRECT, STATES, None, "case.work", N_("Correct what we wrote"),
            codes=("kind", "target"), versioned=False,
        ),
        Transition(Verb.ALLOW_INTERPRETER, OPEN, None, WORKER, N_("Yes, an interpreter may read")),
        Transition(
            Verb.REFUSE_INTERPRETER, STATES, None, WORKER, N_("No, no interpreter"),
            codes=("assigned",), ledger=(),
        ),
        Transition(
            Verb.RECORD_INTERPRETER, STATES, None, "case.work",
            N_("The worker answered about an interpreter"), guards.comes_back,
            codes=("answer", "assigned"), ledger=("answer",),
        ),
        Transition(
            Verb.GIVE_PASSAGES, OPEN, None, "case.work", N_("Give passages to an interpreter"),
            guards.interpreter_allowed, codes=("person", "language", "assigned"),
        ),
        Transition(
            Verb.TAKE_BACK_PASSAGE, STATES, None, "case.work", N_("Take the passage back"),
            codes=("assigned",), versioned=False, ledger=("assigned",),
        ),
        Transition(
            Verb.CHECK_TRANSLATION, STATES, None, "case.work", N_("I have looked it over"),
            codes=("assigned", "passage", "language", "value"), versioned=False,
        ),
        Transition(
            Verb.VERIFY_TRANSLATION, STATES, None, "case.work", N_("It fits the original"),
            codes=("translation", "passage"), versioned=False,
        ),
        Transition(Verb.OPEN_PASSAGE, OPEN, None, INTERPRETER, N_("Open it"), codes=("assigned",)),
        Transition(
            Verb.RETURN_PASSAGE, STATES, None, INTERPRETER, N_("Give the passage back"),
            codes=("assigned", "why"), ledger=("assigned", "why"),
        ),
        Transition(Verb.HAND_IN, OPEN, None, INTERPRETER, N_("Send"), codes=("assigned", "value")),
        Transition(
            Verb.ACCEPT, ("in_review",), "accepted", "case.work", N_("Accept"), guards.assigned,
        ),
        Transition(
            Verb.ASK_REISSUE, OPEN, None, "case.work", N_("The code is lost"),
            guards.reissue_allowed, versioned=False,
        ),
        Transition(
            Verb.REISSUE, OPEN, None, "case.work", N_("Issue a new code"), guards.reissue_allowed,
            codes=("receipt", "retired"), versioned=False, ledger=("retired",),
        ),
        Transition(
            Verb.OPEN_ORIGINAL, STATES, None, "case.work", N_("Open the original file"),
            codes=("file",), versioned=False,
        ),
        Transition(
            Verb.EXPORT, STATES, None, "case.export", N_("Print or save the case"),
            codes=("reason", "shape", "who", "notes"), versioned=False,
        ),
        Transition(
            Verb.OPEN_IDENTITY, STATES, None, "case.work", N_("Show who it is about"),
            codes=("reason",), versioned=False,
        ),
        Transition(
            Verb.WITHDRAW_QUESTION, ("awaiting_worker",), RESUME, "case.work",
            N_("Take the question back"), codes=("message",),
        ),
        Transition(
            Verb.RECORD_ANSWER, ("awaiting_worker",), RESUME, "case.work",
            N_("The worker answered by telephone"), codes=("message",),
        ),
        Transition(
            Verb.WORKER_ANSWERS, ("awaiting_worker",), RESUME, HELPER, N_("Send the answer"),
            codes=("message", "role", "files"),
        ),
        Transition(
            Verb.WORKER_WRITES, OPEN, None, HELPER, N_("Send"), codes=("message", "role", "files"),
        ),
        Transition(
            Verb.PROPOSE_DECLINE, ("in_review", "accepted"), None, "case.four_eyes",
            N_("Propose to decline"), guards.nothing_proposed, codes=("proposal",),
        ),
        Transition(
            Verb.DECLINE, ("in_review", "accepted"), "not_accepted", "case.four_eyes",
            N_("Decline"), guards.decline_proposed, codes=("proposal", "message", "alone"),
        ),
        Transition(
            Verb.PROPOSE_EXTEND, READ, None, "case.four_eyes", N_("Propose a later day"),
            guards.may_extend, codes=("proposal", "clock"),
        ),
        Transition(
            Verb.EXTEND, READ, None, "case.assign", N_("Agree to the later day"),
            guards.extend_proposed, codes=("proposal", "clock", "on", "alone"),
        ),
        Transition(
            Verb.PAUSE_CLOCK, READ, None, "case.work", N_("Stop a clock while we wait"),
            guards.may_extend, codes=("clock", "on", "paused"),
        ),
        Transition(
            Verb.RESUME_CLOCK, READ, None, "case.work", N_("Let the clock go on"),
            codes=("clock", "on"),
        ),
        Transition(
            Verb.CLOCK_RESUMES, READ, None, JOB, N_("Let the clock go on by itself"),
            codes=("clock", "on"),
        ),
        Transition(
            Verb.SEND_BACK, STATES, None, "case.four_eyes", N_("Send back"), guards.proposed,
            codes=("proposal", "message"),
        ),
        Transition(
            Verb.UNASSIGN, OPEN, None, "case.work", N_("Give back to the queue"),
            guards.own_or_lead, codes=("before",),
        ),
        Transition(
            Verb.LINK_DUPLICATE, STATES, None, "case.work", N_("Link the same matter"),
            codes=("other",),
        ),
        Transition(
            Verb.LINK_MATTER, STATES, None, "case.work", N_("They belong together"),
            codes=("other",), versioned=False,
        ),
        Transition(
            Verb.PART_MATTER, STATES, None, "case.work", N_("They do not belong together"),
            codes=("other",), versioned=False,
        ),
        Transition(
            Verb.RECUSE, STATES, None, "case.work", N_("Conflict of interest"), codes=("person",),
            ledger=("person",),
        ),
        Transition(
            Verb.DECLARE_CONFLICT, STATES, None, "case.assign",
            N_("Conflict of interest of somebody else"), codes=("person",),
        ),
        Transition(
            Verb.AGREE_CONFLICT, STATES, None, "case.work", N_("Agree to a conflict of interest"),
            guards.conflict_declared, codes=("person", "declared"), ledger=("person", "declared"),
        ),
        Transition(
            Verb.LIFT_CONFLICT, STATES, None, "case.assign", N_("Lift a conflict of interest"),
            guards.conflict_to_lift, codes=("person",),
        ),
        Transition(Verb.REOPEN, OVER, "in_review", "case.assign", N_("Reopen"), ledger=()),
        Transition(
            Verb.APPEAL, ("not_accepted",), "in_review", WORKER, N_("Ask for a second look"),
            guards.not_appealed, codes=("message?", "assignee?"),
        ),
        Transition(
            Verb.WORKER_REOPENS, OVER, "in_review", WORKER, N_("Open it again"),
            codes=("message?",), ledger=(),
        ),
        Transition(
            Verb.WORKER_ADDS, OPEN, None, WORKER, N_("Add something"),
            codes=("issues", "severity", "value", "identity"),
        ),
        Transition(Verb.KEEP_WAGES, OPEN, None, WORKER, N_("Keep this month"), codes=("value",)),
        Transition(
            Verb.STATE_FACTS, OPEN, None, "case.work", N_("Write down or correct answers"),
            codes=("issues", "severity", "danger", "value", "identity", "contact?"), ledger=(),
        ),
        Transition(Verb.ADD_FILE, STATES, None, "case.work", N_("Add a file"), codes=("file",)),
        Transition(
            Verb.CHANGE_CONTACT, (*OPEN, "closed"), None, WORKER, N_("Change how we reach you"),
            guards.open_or_checked, codes=("value",), ledger=(),
        ),
        Transition(
            Verb.CHANGE_RECEIPT, STATES, None, WORKER, N_("Change the number"),
            codes=("receipt", "retired"), ledger=("retired",),
        ),
        Transition(Verb.WITHDRAW, OPEN, "withdrawn", WORKER, N_("Withdraw"), ledger=()),
        Transition(
            Verb.ESCALATE, STATES, None, JOB, N_("Escalate"), guards.open_or_wanted,
            codes=("clock", "level", "assignee?"),
        ),
        Transition(
            Verb.ACKNOWLEDGE_ESCALATION, STATES, None, "case.work", N_("I see to it"),
            guards.escalated_to_them, codes=("level",),
        ),
        Transition(
            Verb.FREE, OPEN, None, JOB, N_("Give back to the queue"), codes=("before", "assignee?"),
        ),
        Transition(Verb.WARN, OPEN, None, JOB, N_("Warn of a date"), codes=("days",)),
        Transition(
            Verb.REFER, READ, None, "case.work", N_("Ask the worker for consent"),
            guards.comes_back,
            codes=("referral", "packet", "digest", "check", "mechanism", "purpose", "form", "ends",
                "parts", "replaced?"), ledger=("mechanism", "replaced"),
        ),
        Transition(
            Verb.RECORD_CONSENT, BEGUN, None, "case.work", N_("Record the worker's answer"),
            codes=("referral", "packet", "digest", "consent", "answer", "organisation?"),
        ),
        Transition(
            Verb.DELIVER, READ, STANDING, "case.work", N_("Hand over"),
            codes=("referral", "by", "channel", "organisation?"),
        ),
        Transition(
            Verb.REFERRAL_NEWS, BEGUN, STANDING, "case.work", N_("Record what the body said"),
            codes=("referral", "kind", "answer", "value", "file?"),
        ),
        Transition(
            Verb.REFERRAL_OVER, BEGUN, STANDING, "case.work", N_("Record that it ended"),
            codes=("referral", "kind", "answer?", "value?", "level?", "file?"),
        ),
        Transition(
            Verb.CHASE, BEGUN, STANDING, "case.work", N_("Set the day to ask again"),
            codes=("referral",),
        ),
        Transition(
            Verb.RECALL_FOR_WORKER, BEGUN, STANDING, "case.work",
            N_("Take it back for the worker"), codes=("mechanism", "referrals", "grants"),
            ledger=("mechanism",),
        ),
        Transition(
            Verb.CONSENT_GIVEN, BEGUN, None, WORKER, N_("Yes, hand it over"),
            codes=(
                "referral", "packet", "digest", "consent", "given_by", "warned", "organisation?",
            ),
        ),
        Transition(
            Verb.CONSENT_REFUSED, BEGUN, None, WORKER, N_("No, do not hand it over"),
            codes=("referral", "packet", "digest", "consent", "given_by"),
        ),
        Transition(
            Verb.RECALL, (*BEGUN, "not_accepted", "closed"), STANDING, WORKER,
            N_("Take back my yes"), codes=("mechanism", "referrals", "grants"),
            ledger=("mechanism",),
        ),
        Transition(
            Verb.TELL_BODY, STATES, None, "case.work", N_("They were told that it ended"),
            codes=("referral",),
        ),
        Transition(
            Verb.MAKE_LINK, BEGUN, None, "case.work", N_("Make a reply link"),
            codes=("referral", "link", "ends"),
        ),
        Transition(
            Verb.RENEW_LINK, BEGUN, None, "case.work", N_("Renew the reply link"),
            codes=("referral", "link", "ends"),
        ),
        Transition(
            Verb.CLOSE_LINK, STATES, None, "case.work", N_("Close the reply link"),
            codes=("referral?", "links"), versioned=False,
        ),
        Transition(
            Verb.LAY_ON_DESK, BEGUN, None, "case.work", N_("Lay it on their desk here"),
            codes=("referral", "organisation"),
        ),
        Transition(
            Verb.READ_REPLY, STATES, None, "case.work", N_("We have read what they wrote"),
            codes=("referral", "answers"),
        ),
        Transition(
            Verb.BODY_OPENED, STATES, None, BODY, N_("Open the document"),
            codes=("referral", "link?", "organisation?"),
        ),
        Transition(
            Verb.BODY_WROTE, BEGUN, STANDING, BODY, N_("Send"),
            codes=("referral", "link?", "organisation?", "kind", "answer", "value"),
        ),
        Transition(
            Verb.BODY_STOPPED, STATES, None, BODY, N_("We have stopped"),
            codes=("referral", "organisation"),
        ),
        Transition(
            Verb.LINK_SHUT, STATES, None, LINK, N_("Close the reply link"),
            codes=("referral", "link"),
        ),
        Transition(
            Verb.OPEN_DIALOGUE, ("with_mechanism",), "in_dialogue", "case.work",
            N_("Talks have begun"), codes=("message",), promising=True,
        ),
        Transition(
            Verb.NO_AGREEMENT, ("in_dialogue",), TALKED, "case.work",
            N_("Talks ended without agreement"), codes=("message",),
        ),
        Transition(
            Verb.RECORD_REMEDY, (*DECIDED, "awaiting_worker"), None, "case.work",
            N_("Write down a remedy"), codes=("item", "kind", "stands", "value"), promising=True,
        ),
        Transition(
            Verb.AGREE_REMEDY, DECIDED, "remedy_agreed", "case.work",
            N_("The worker agreed to a remedy"), guards.something_promised,
            codes=("message", "items"), promising=True,
        ),
        Transition(
            Verb.CONFIRM_FOR_WORKER, ("remedy_agreed",), "remedy_monitored", "case.work",
            N_("The worker says that it arrived"), codes=("items", "values?", *HEARD),
            promising=True,
        ),
        Transition(
            Verb.BREACH_FOR_WORKER, PROMISED, TALKED, "case.work",
            N_("The worker says that it did not arrive"), codes=("items", "values?", *HEARD),
        ),
        Transition(
            Verb.NEWS_FOR_WORKER, PROMISED, None, "case.work",
            N_("The worker says what is there"),
            codes=("items", "feedback", "given_by", "on", "values?"), promising=True,
        ),
        Transition(
            Verb.REMEDY_NEWS, PROMISED, None, WORKER, N_("Tell us what came"),
            codes=("items", "feedback", "given_by", "values?"), promising=True,
        ),
        Transition(
            Verb.CONFIRM_REMEDY, ("remedy_agreed",), "remedy_monitored", WORKER,
            N_("Everything has arrived"), codes=("items", "feedback", "given_by", "values?"),
            promising=True,
        ),
        Transition(
            Verb.REMEDY_BREACHED, PROMISED, TALKED, WORKER, N_("It did not arrive as agreed"),
            codes=("items", "feedback", "given_by", "values?"),
        ),
        Transition(
            Verb.SIGN_OFF, ENDING, RESUME, WORKER, N_("You may close my report"),
            codes=("feedback", "given_by"),
        ),
        Transition(
            Verb.RECORD_SIGN_OFF, ENDING, RESUME, "case.work", N_("The worker agrees to close"),
            codes=("feedback", "given_by"),
        ),
        Transition(
            Verb.TRY_TO_REACH, (*BEGUN, "closed"), None, "case.work",
            N_("I tried to reach the worker"), guards.open_or_checked,
            codes=("attempt", "way", "value"),
        ),
        Transition(
            Verb.CALL_DUE, (*OPEN, "closed"), None, JOB, N_("Let a call be due"),
            guards.open_or_checked, codes=("kind",),
        ),
        Transition(
            Verb.RECORD_CALL, STATES, None, "case.work", N_("Write down the call"),
            codes=("result", "message?", "attempt?"), versioned=False,
        ),
        Transition(
            Verb.CHECKED_IN, ("closed",), None, WORKER, N_("All is well"), guards.check_runs,
            codes=("feedback", "given_by"),
        ),
        Transition(
            Verb.WORRIED, ("closed",), "in_review", WORKER, N_("Something is wrong"),
            guards.check_runs, codes=("feedback", "given_by", "danger"), ledger=("danger",),
        ),
        Transition(
            Verb.RECORD_WELL, ("closed",), None, "case.work", N_("They say that all is well"),
            guards.check_runs, codes=("feedback", "given_by", "on"),
        ),
        Transition(
            Verb.RECORD_WORRY, ("closed",), "in_review", "case.work",
            N_("They say that something is wrong"), guards.check_runs,
            codes=("feedback", "given_by", "danger", "on"), ledger=("danger",),
        ),
        Transition(
            Verb.PROPOSE_CLOSE, ENDING, None, "case.four_eyes", N_("Propose to close"),
            guards.nothing_proposed, codes=("proposal",),
        ),
        Transition(
            Verb.CLOSE, ENDING, "closed", "case.four_eyes", N_("Close the case"),
            guards.close_proposed, codes=("proposal", "message", "alone", "outcome", "by"),
        ),
        Transition(
            Verb.ASK_ERASURE, STATES, None, WORKER, N_("Delete my report"),
            guards.erasure_not_asked, codes=("erasure", "given_by"), ledger=(),
        ),
        Transition(
            Verb.STOP_ERASURE, STATES, None, HELPER, N_("Keep my report"), guards.erasure_to_stop,
            codes=("erasures", "role?"), ledger=(),
        ),
        Transition(
            Verb.PROPOSE_ERASE, STATES, None, "case.four_eyes", N_("Propose to delete the case"),
            guards.nothing_proposed, codes=("proposal", "erasure", "ground"),
        ),
        Transition(
            Verb.ERASE, STATES, None, "case.four_eyes", N_("Delete the case for good"),
            guards.erase_proposed, codes=ERASING, ledger=("ground", "boxes"),
        ),
    )
}  # fmt: skip
complete(TABLE, Verb)
