"""The states of a hand-over: which verb may be done in which, and where it leads."""

from __future__ import annotations

from grievance.i18n import N_
from grievance.model import complete

STATES = (
    "proposed", "asked", "refused", "consented", "delivered", "acknowledged", "accepted",
    "declined", "silent", "outcome", "recalled",
)  # fmt: skip
# the packet is with the body, or with the worker who takes it there
SENT = ("delivered", "acknowledged", "accepted", "declined", "silent", "outcome")
# something may still come of it: the case stands with a mechanism
UNDER_WAY = ("delivered", "acknowledged", "accepted", "silent")
UNSENT = ("proposed", "asked", "consented")  # nothing has gone out, and something still may
LIVE = (*UNSENT, *UNDER_WAY)
RECALLABLE = (*LIVE, "declined", "outcome")  # who had it may have it still

# verb → (states it may be done in, state it leads to)
TABLE: dict[str, tuple[tuple[str, ...], str]] = {
    "ask": (("proposed",), "asked"),
    "yes": (("asked",), "consented"),
    "no": (("asked",), "refused"),
    "deliver": (("consented",), "delivered"),
    "acknowledged": (("delivered", "silent"), "acknowledged"),
    "accepted": (("delivered", "acknowledged", "silent"), "accepted"),
    "declined": (UNDER_WAY, "declined"),
    "outcome": (UNDER_WAY, "outcome"),
    "silent": (UNDER_WAY, "silent"),
    "recall": (RECALLABLE, "recalled"),
    "tell": (("recalled",), "recalled"),
    "supersede": (UNSENT, "proposed"),
}
ANSWERS = ("acknowledged", "accepted", "declined", "outcome")
# what a body can say, and where the hand-over must stand: some of it leads nowhere else
SAYABLE: dict[str, tuple[str, ...]] = {
    **{kind: TABLE[kind][0] for kind in ANSWERS},
    "progress": ("acknowledged", "accepted"),
    "question": SENT,
}
SAID = tuple(SAYABLE)

FAILED = (
    "declined",
    "silent",
    "refused",
)  # nothing comes of it as it stands: look for another door
LABELS = {
    "proposed": N_("Being prepared"),
    "asked": N_("Waiting for the worker's yes or no"),
    "refused": N_("The worker said no"),
    "consented": N_("Agreed, not sent yet"),
    "delivered": N_("Handed over"),
    "acknowledged": N_("The body has it"),
    "accepted": N_("The body works on it"),
    "declined": N_("The body does not take it"),
    "silent": N_("No answer in time"),
    "outcome": N_("There is a result"),
    "recalled": N_("Taken back by the worker"),
}
complete(LABELS, STATES)
