"""The form of a yes or no: it carries what was shown, so that nothing else can be agreed to."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from grievance.i18n import N_, lazy
from grievance.i18n import gettext as _
from grievance.model import some_of
from grievance.referrals.models import Packet, Referral
from grievance.referrals.operations.steps import Said, given_by_of
from grievance.refusals import CODES
from grievance.web.forms import Choice, Form, Hidden, Tick, Words, option

CHANGED = N_(
    "This changed while you were reading. Nothing was agreed and nothing went out. Read it again, "
    "then say yes or no."
)
NOT_ASKED = N_("We do not wait for an answer to this any more. Nothing was changed.")
SENTENCES = {
    "state": NOT_ASKED,
    "not_now": NOT_ASKED,
    "immigration_warning": N_("If you say yes, tick that you read this. You can also say no."),
    "ended": N_(
        "The last day for this is over. Nothing went out. If you still want it, write to us."
    ),
    "answer": N_("Say yes or no."),
    "no_grant": N_("We cannot show you the paper, so you cannot agree to it yet. You can say no."),
}
some_of(SENTENCES, CODES)


class SayForm(Form):
    """Yes or no to what stands on this page."""

    digest = Hidden()
    recipient = Hidden()
    purpose = Hidden()
    under = Hidden()
    ends = Hidden()
    parts = Hidden()
    office = Hidden()
    answer = Choice(
        lazy("Your answer"),
        choices=[option("yes", lazy("Yes")), option("no", lazy("No"))],
        needed=lazy("Say yes or no."),
    )
    warned = Tick(lazy("I read this, and I agree that it may reach immigration."))
    words = Words(
        lazy("Do you want to tell us something about it?"),
        hint=lazy("For example, what to leave out. Only we read this; it does not go there."),
    )

    def show(self, referral: Referral, packet: Packet, office: UUID | None) -> None:
        """Carry what this page shows. Once it is another thing, the tick counts no more."""
        shown = {
            "digest": (packet.digest or b"").hex(),
            "recipient": packet.mechanism,
            "purpose": referral.purpose or "",
            "under": packet.form,
            "ends": referral.ends_on.isoformat() if referral.ends_on else "",
            "parts": " ".join(packet.parts),
            "office": str(office or ""),
        }
        if self.digest.data and self.digest.data != shown["digest"]:
            self.warned.data = False
        for name, value in shown.items():
            self[name].data = value

    def said(self, known_to: str) -> Said | None:
        """What was shown and answered; None when the page did not carry it whole."""
        try:
            digest = bytes.fromhex(self.digest.data or "")
            ends = date.fromisoformat(self.ends.data or "")
            office = UUID(self.office.data) if self.office.data else None
        except ValueError:
            return None
        return Said(
            answer=self.answer.data or "",
            digest=digest,
            recipient=self.recipient.data or "",
            purpose=self.purpose.data or "",
            form=self.under.data or "",
            ends_on=ends,
            parts=(self.parts.data or "").split(),
            given_by=given_by_of(known_to),
            known_to=known_to,
            immigration_warned=bool(self.warned.data),
            words=self.words.data or "",
            office=office,
        )

    def refuse(self, code: str) -> None:
        """Say beside its field why nothing was agreed."""
        field = self.warned if code == "immigration_warning" else self.answer
        field.errors = [_(SENTENCES.get(code, CHANGED))]
