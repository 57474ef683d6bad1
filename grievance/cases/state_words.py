"""What people read of a state: its name for staff, what a worker is told, why we said no."""

from __future__ import annotations

from dataclasses import dataclass

from grievance.cases.lifecycle import STATES
from grievance.deadlines.models import MOVED_FOR, PAUSED_FOR
from grievance.i18n import N_
from grievance.model import complete

LABELS = {
    "received": N_("Received"),
    "in_review": N_("Being read"),
    "awaiting_worker": N_("Waiting for the worker"),
    "accepted": N_("Accepted"),
    "with_mechanism": N_("With another body"),
    "in_dialogue": N_("Talks under way"),
    "remedy_agreed": N_("Remedy agreed"),
    "remedy_monitored": N_("Remedy being watched"),
    "not_accepted": N_("Not accepted"),
    "withdrawn": N_("Withdrawn"),
    "closed": N_("Closed"),
}
complete(LABELS, STATES)

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
        N_(
            "Read it below and answer when you can. If we do not hear from you for 30 days or "
            "longer, we may close your report. It can then be opened again here for a year."
        ),
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
        N_("We look at it again and write to you here by %(day)s."),
    ),
    "in_dialogue": Told(
        N_("There are talks about your problem"),
        N_(
            "Nothing is agreed unless you say yes. You may say no, and you keep your right to go "
            "to court."
        ),
        N_("We write to you here by %(day)s."),
    ),
    "remedy_agreed": Told(
        N_("Something was promised to you"),
        N_("You agreed to it. Below you read what was promised and by when."),
        N_(
            "Tell us below when it arrives. After %(day)s this page asks you whether it came, and "
            "you can tell us that it did not."
        ),
    ),
    "remedy_monitored": Told(
        N_("It has arrived. We still watch"),
        N_("You told us that what was promised is there. We go on watching that it stays so."),
        N_(
            "From %(day)s on, this page asks you whether it is all still there and whether anybody "
            "punished you."
        ),
    ),
    "not_accepted": Told(
        N_("We cannot take your report on"),
        N_("Below you read why, and who else may help you."),
        N_(
            "If you think we are wrong, ask for a second look by %(day)s. If there is somebody who "
            "had no part in the decision, that person reads your report anew."
        ),
    ),
    "withdrawn": Told(
        N_("You took your report back"),
        N_("We do nothing more with it. Nobody outside was told."),
        N_("You can open it again here by %(day)s. You can also file a new report at any time."),
    ),
    "closed": Told(
        N_("Your report is closed"),
        N_("Below you read what came of it."),
        N_("If something is not right after all, open it again here by %(day)s."),
    ),
}
complete(TOLD, STATES)

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

# What came of a case, as the worker reads it.
OUTCOMES = {
    "remedied": N_("What was promised to you has arrived."),
    "partly": N_("A part of what you asked for has arrived."),
    "own_way": N_("You settled it yourself, or in court."),
    "advised": N_("You got the advice that you needed."),
    "none": N_("No remedy could be reached."),
    "unreachable": N_("We could not reach you any more."),
}

# On what ground a case is erased, as staff read it.
ERASURE_GROUNDS = {
    "worker": N_("The worker asked for it on their page"),
    "told": N_("The worker asked for it in another way"),
    "retention": N_("The time is over for which a closed case is kept"),
    "mistake": N_("It was sent by mistake, or twice"),
}

# Why a day of ours is later: as staff choose it, and what the worker reads.
MOVED = {
    "others": N_("We wait for what somebody else has to tell us"),
    "more": N_("There is more to look into than we thought"),
    "absence": N_("Who works on the case was away"),
}
complete(MOVED, MOVED_FOR)
MOVED_TOLD = {
    "others": N_("We still wait for an answer from somebody else."),
    "more": N_("There is more to look into than we thought."),
    "absence": N_("The person who works on your report was away."),
}
complete(MOVED_TOLD, MOVED_FOR)

# What a clock of ours stands still for: as staff choose it, and what the worker reads.
PAUSED = {
    "consent": N_("We wait for the worker's yes or no to a document"),
    "translation": N_("We wait for a translation"),
    "body": N_("We wait for what a body decides or answers"),
}
complete(PAUSED, PAUSED_FOR)
PAUSED_TOLD = {
    "consent": N_("We wait for your yes or no below. It goes on as soon as you answer."),
    "translation": N_("We wait for a translation. It goes on as soon as that is here."),
    "body": N_("We wait for what somebody else decides or answers. It goes on as soon as we know."),
}
complete(PAUSED_TOLD, PAUSED_FOR)
