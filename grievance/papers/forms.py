"""What a body says: the kinds of answer, and the forms for it; a company has one of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from grievance.cases.operations.bodies import Wrote
from grievance.i18n import N_, lazy
from grievance.i18n import gettext as _
from grievance.model import complete
from grievance.referrals.answered import POSITIONS, Stance, kind_of
from grievance.referrals.models import Referral
from grievance.referrals.operations.stored import KeptFile
from grievance.referrals.states import SAID, SAYABLE
from grievance.web.forms import Choice, Files, FormId, Hidden, Line, Words, count_in, option
from grievance.web.read_back import Day

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


OURS = {
    "agree": N_("We agree with what the paper says"),
    "partly": N_("We agree in part"),
    "disagree": N_("We do not agree"),
    "time": N_("We need more time"),
    "done": N_("What we proposed is done"),
    "question": N_("We have a question"),
}
complete(OURS, POSITIONS)


class _Says(FormId):
    """What a body says, for the hand-over as it stood on the page."""

    version = Hidden()
    kind: Choice
    proof = Files(
        lazy("Proof, if you have any"),
        hint=lazy(
            "Photos, PDF, Word, Excel, text, sound or video: at most ten files, each of at most "
            "10 MB. We keep a copy without hidden data. The worker may read it."
        ),
    )

    def stand(self, referral: Referral) -> None:
        """Be sent for the hand-over as it is now."""
        self.version.data = str(referral.version)
        self.fresh()

    @property
    def seen(self) -> int:
        """The version of the hand-over that the page showed."""
        return count_in(self.version.data)

    def _offer(self, labels: Mapping[str, str], codes: Iterable[str]) -> None:
        self.kind.choices = [option(code, _(labels[code])) for code in codes]


class ReplyForm(_Says):
    """What a body says."""

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
        self._offer(KINDS, [code for code in KINDS if referral.state in SAYABLE[code]])

    def from_before(self) -> None:
        """Take what could be said on an earlier page: it may have been said by this very form."""
        self._offer(KINDS, KINDS)

    @property
    def told(self) -> tuple[str, ...]:
        """All that was typed: what a sending is known by."""
        return str(self.kind.data), self.reference.data or "", self.words.data or ""

    def wrote(self, referral: Referral, sending: UUID, proof: Sequence[KeptFile] = ()) -> Wrote:
        """What it says of this hand-over, and what comes with it."""
        kind, reference, words = self.told
        return Wrote(kind, reference, words, sending, proof=tuple(proof))

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for a few words where the choice alone says too little."""
        fine = super().validate(extra_validators)
        if fine and self.kind.data not in BY_ITSELF and not self.words.data:
            self.words.errors = [_("Write a sentence or two about it.")]
            return False
        return fine


class CompanyForm(_Says):
    """What a company says: where it stands, what it proposes, by when. Four questions that somebody
    answers who has never done it before."""

    kind = Choice(lazy("Where do you stand?"), needed=lazy("Choose one."))
    words = Words(
        lazy("What you found, and why you say so"),
        hint=lazy(
            "What you looked at, with whom you spoke, what is right and what is not. Name nobody "
            "who told you something. The worker may read it: write so that it can be read by "
            "somebody who is afraid."
        ),
        limit=4000,
    )
    remedy = Words(
        lazy("What you propose, to put it right"),
        hint=lazy(
            "For example: pay the wages of March and April, change the shift, say sorry, change a "
            "rule. It asks for no waiver: nobody gives up a right by taking it."
        ),
        limit=4000,
    )
    by_day = Day(
        lazy("By when"),
        hint=lazy("Until when you do it; where you need more time, until when you answer."),
    )
    reference = Line(lazy("Your reference number"))

    def about(self, referral: Referral) -> None:
        """Offer what can be said of this hand-over as it is."""
        self._offer(OURS, [code for code in OURS if kind_of(code, referral.state)])

    def from_before(self) -> None:
        """Take what could be said on an earlier page: it may have been said by this very form."""
        self._offer(OURS, OURS)

    @property
    def told(self) -> tuple[str, ...]:
        """All that was typed: what a sending is known by."""
        by = self.by_day.data.isoformat() if self.by_day.data else ""
        typed = (self.reference.data, self.words.data, self.remedy.data)
        return (str(self.kind.data), *(one or "" for one in typed), by)

    def wrote(self, referral: Referral, sending: UUID, proof: Sequence[KeptFile] = ()) -> Wrote:
        """What it says of this hand-over, and what comes with it."""
        position, reference, words, remedy, _by = self.told
        stance = Stance(position, remedy, self.by_day.data)
        kind = kind_of(position, referral.state)
        return Wrote(kind, reference, words, sending, stance, tuple(proof))

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for what each position cannot do without."""
        if not super().validate(extra_validators):
            return False
        for name in NEEDS[str(self.kind.data)]:
            if not self[name].data:
                self[name].errors = [_(MISSING[name])]
        return not self.errors


Saying = ReplyForm | CompanyForm

# What a company has to say with its position, and the sentence where it did not.
NEEDS = {
    "agree": ("remedy", "by_day"),
    "partly": ("words", "remedy", "by_day"),
    "disagree": ("words",),
    "time": ("by_day",),
    "done": ("words",),
    "question": ("words",),
}
complete(NEEDS, POSITIONS)
MISSING = {
    "words": N_("Write a sentence or two about it."),
    "remedy": N_("Write what you propose."),
    "by_day": N_("Write the day."),
}
