"""Why something about a hand-over is refused, and the sentence for each reason."""

from __future__ import annotations

from grievance.i18n import N_

_CHANGED = N_("This is not what the person was shown. Show it again and ask again.")

SENTENCES: dict[str, str] = {
    "state": N_("This cannot be done to the hand-over now. Look at it again."),
    "frozen": N_("This packet is final. Make a new one to change something."),
    "not_frozen": N_("This packet is not final yet."),
    "superseded": N_("A newer packet has taken the place of this one."),
    "other_case": N_("This packet belongs to something else."),
    "recipient": N_("This packet was made for another body."),
    "digest": _CHANGED,
    "purpose": _CHANGED,
    "form": _CHANGED,
    "ends_on": _CHANGED,
    "parts": N_("The person ticked other parts than this packet holds. Make a packet of those."),
    "answer": N_("Say yes or no."),
    "ended": N_("The time that the person agreed to is over. Ask again."),
    "past": N_("The day on which the consent ends must be in the future."),
    "provisional": N_(
        "Somebody else has seen the code this was answered with, so it counts as recorded by staff."
    ),
    "recorder": N_("Say who recorded this answer."),
    "words": N_("Write what was read out and what the person answered."),
    "immigration_warning": N_(
        "This body may tell immigration. The person must have read that warning and agreed to it."
    ),
    "refugee": N_(
        "This person fears their own government. Nothing goes to an authority of that country."
    ),
    "consent": N_("The person has not agreed to this hand-over."),
    "recalled": N_("The person has taken the consent back."),
    "channel": N_("Choose how it was handed over."),
    "by": N_("Choose who hands it over."),
    "date": N_("This day is in the future or before the hand-over."),
    "delivered": N_("This packet has gone out already. Make a new hand-over."),
    "parallel": N_("A hand-over to this body is under way already."),
    "no_grant": N_("You do not hold the key of this packet."),
    "file": N_("This file is not ready to be handed over."),
    "kind": N_("Choose what the body answered."),
    "form_code": N_("Choose with name, under another name, or without identity."),
    "pseudonym": N_("Choose the other name under which this is handed over."),
    "part": N_("There is no such part."),
    "language": N_("This document is not made in that language."),
    "untranslated": N_(
        "Words of the worker stand in this document in a language that its reader does not read."
        " They are named on this page: translate them first. A document that was changed needs a"
        " new yes."
    ),
}


class Refused(Exception):
    """An act that the rules do not allow; `code` is one of `SENTENCES`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = SENTENCES[code]
