"""Calls as words for staff: what they are about, and what came of them."""

from __future__ import annotations

from grievance.cases.calls import NEWS, RESULTS
from grievance.i18n import N_
from grievance.model import complete, some_of

# What there is to tell or to ask: the kind of news; what it says stands on the page of the case.
TELL = {
    "message": N_("We wrote to them."),
    "question": N_("We asked them something."),
    "consent": N_("We ask whether something may be handed over."),
    "decision": N_("We decided something about their report."),
    "remedy": N_("Something was written down about what they get."),
    "body": N_("There is news of a body that has something of their report."),
    "corrected": N_("We corrected something that we wrote."),
    "number": N_("Their number was changed. Ask whether it was them."),
    "erasure": N_("Their report is to be deleted. Ask whether they want that."),
    "late": N_("A day that we promised has passed."),
    "arrived": N_("The day of a promised remedy has passed."),
    "check": N_("The case is closed: ask how they are."),
    "law": N_("A day of the law comes near."),
}
complete(TELL, NEWS)
# What to say or to ask besides, on the page of the call; the rest stands in what was written.
ASK = {
    "late": N_("Say that it is late, and what comes by when."),
    "arrived": N_(
        "Ask what came and whether it is still there, and whether anybody did something against "
        "them. Write the answer down below."
    ),
    "check": N_(
        "Ask whether they are safe, whether anybody did something against them, and whether what "
        "was promised is still there. Write the answer down below."
    ),
    "law": N_(
        "Say until when what has to be filed, and where: it stands on the page of the case. We "
        "are no lawyers; a lawyer can check the day."
    ),
}
some_of(ASK, NEWS)
CALLED = {
    "reached": N_("they were reached"),
    "came": N_("no call is needed: they know already"),
    "no_answer": N_("nobody answered"),
    "somebody": N_("somebody else answered"),
    "wrong": N_("the number is wrong or dead"),
}
complete(CALLED, RESULTS)
