"""What staff call each thing that can be opened."""

from __future__ import annotations

from grievance.cases.labels import EXPORT_WHY, IDENTITY_WHY
from grievance.cases.verbs import Verb
from grievance.i18n import N_
from grievance.i18n import gettext as _

OPENED = {
    "case": N_("The case"),
    "folded": N_("The case, without who it is about"),
    "note": N_("A note with a case that was passed on"),
    "file": N_("A file"),
    "facts": N_("The answers, to be written down or corrected"),
    "packet": N_("A paper for a hand-over, or a copy that goes with it"),
    "referral": N_("A hand-over"),
    "remedy": N_("A remedy"),
    "reissue": N_("The page for a new code"),
    "call": N_("How to call the worker"),
    "passages": N_("What was given to interpreters, and their translations"),
    "passage": N_("One passage, to translate it"),
    "erase": N_("The page for deleting the case"),
    "conflict": N_("What happened while they were writing"),
    "search": N_("Searched; for what is not written down"),
    "log": N_("This log"),
    "log_saved": N_("This log, as a table to take along"),
    Verb.OPEN_ORIGINAL: N_("A file as it was sent"),
}
OTHER = N_("Something else")
UNFOLDED = N_("Who it is about: %(why)s.")
SAVED = N_("Printed or saved the case: %(why)s.")
WITH_WHO, WITHOUT_WHO = N_("With who it is about."), N_("Without who it is about.")


def said(what: str) -> str:
    """A line of the log as a person reads it."""
    verb, _colon, rest = what.partition(":")
    if verb == Verb.OPEN_IDENTITY:
        return _(UNFOLDED) % {"why": _(IDENTITY_WHY.get(rest, OTHER))}
    if verb != Verb.EXPORT:
        return _(OPENED.get(what, OTHER))
    why, _colon, who = rest.partition(":")
    saved = _(SAVED) % {"why": _(EXPORT_WHY.get(why, OTHER))}
    return f"{saved} {_(WITH_WHO if who == 'true' else WITHOUT_WHO)}"
