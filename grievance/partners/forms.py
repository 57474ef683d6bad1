"""The forms of a body: the code, its answer, ending the visit."""

from __future__ import annotations

from typing import Any

from grievance.i18n import N_, lazy
from grievance.i18n import gettext as _
from grievance.model import complete
from grievance.referrals.models import Referral
from grievance.referrals.states import SAID, SAYABLE
from grievance.vault.receipts import MISREAD, grouped
from grievance.web.forms import Choice, Form, FormId, Hidden, Line, Number, Words, count_in, option

LOOK_AGAIN = {
    "length": N_("The code has 12 digits: three groups of four. Count them."),
    "check": N_("A digit is wrong or two are swapped. Look again at each group."),
    "characters": N_("The code has only digits. Look again at what you wrote down."),
}
complete(LOOK_AGAIN, MISREAD)
WRONG = N_(
    "This code does not open this page. Look again at each group. After ten wrong codes the page "
    "closes, and you need to ask us for a new one."
)
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


class CodeForm(Form):
    """The digits that came another way."""

    code = Number(
        lazy("Your code"),
        hint=lazy("The 12 digits that came by telephone or in another letter."),
        needed=lazy("Type the code."),
        limit=100,
    )

    def in_fours(self) -> None:
        """Show the digits as they were read out, so that they can be compared."""
        digits = "".join((self.code.data or "").split())
        if digits.isdecimal():
            self.code.data = grouped(digits)


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


class PlainForm(Form):
    """A button."""
