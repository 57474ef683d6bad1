"""What a body says: the kinds of answer, and the form for it."""

from __future__ import annotations

from typing import Any

from grievance.i18n import N_, lazy
from grievance.i18n import gettext as _
from grievance.model import complete
from grievance.referrals.models import Referral
from grievance.referrals.states import SAID, SAYABLE
from grievance.web.forms import Choice, FormId, Hidden, Line, Words, count_in, option

KINDS = {
    "acknowledged": N_("We have it"),
    "accepted": N_("We take it on and work on it"),
    "progress": N_("This is how it goes"),
    "declined": N_("We do not take it on"),
    "outcome": N_("There is a result"),
    "question": N_("We have a question"),
}
complete(KINDS, SAID)
BY_ITSELF = ("acknowledged", "accepted")  # what says enough without another word


class ReplyForm(FormId):
    """What the body says, for the hand-over as it stood on the page."""

    version = Hidden()
    kind = Choice(lazy("What do you want to tell us?"), needed=lazy("Choose one."))
    words = Words(
        lazy("In your words"),
        hint=lazy(
            "A reason, what you do next and by when, or your question. The worker may read your "
            "answer: write so that it can be read by somebody who is afraid."
        ),
        limit=4000,
    )
    reference = Line(lazy("Your reference number"))

    def about(self, referral: Referral) -> None:
        """Offer what can be said of this hand-over as it is."""
        self._offer([code for code in KINDS if referral.state in SAYABLE[code]])

    def from_before(self) -> None:
        """Take what could be said on an earlier page: it may have been said by this very form."""
        self._offer(list(KINDS))

    def _offer(self, codes: list[str]) -> None:
        self.kind.choices = [option(code, _(KINDS[code])) for code in codes]

    def stand(self, referral: Referral) -> None:
        """Be sent for the hand-over as it is now."""
        self.version.data = str(referral.version)
        self.fresh()

    @property
    def seen(self) -> int:
        """The version of the hand-over that the page showed."""
        return count_in(self.version.data)

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for a few words where the choice alone says too little."""
        fine = super().validate(extra_validators)
        if fine and self.kind.data not in BY_ITSELF and not self.words.data:
            self.words.errors = [_("Write a sentence or two about it.")]
            return False
        return fine
