"""The forms of a reply link: making, renewing and closing it, and what came over it."""

from __future__ import annotations

from typing import Any

from flask import current_app

from grievance.accounts import staff
from grievance.accounts.roles import Permission
from grievance.cases.operations.linking import Shown
from grievance.cases.operations.referring import About
from grievance.clock import real_now
from grievance.desk.loading import Desk, site
from grievance.desk.referral_forms import ReferralForm
from grievance.extensions import db
from grievance.i18n import lazy
from grievance.referrals.models import Packet, Referral, ReferralAnswer
from grievance.referrals.operations import linking
from grievance.referrals.operations.linking import NewLink
from grievance.vault.receipts import draw_reply_code, reply_pair, slow_root
from grievance.vault.sessions import new_secret
from grievance.vault.slots import HashSlots
from grievance.web.forms import Tick


class LinkForm(ReferralForm):
    """A new link: its token and code are drawn here, and shown once."""

    token_of_link = code = ""
    new: NewLink

    def prepare(self) -> bool:
        """Draw them and make the pair; the session may have ended while a slot was waited for."""
        ring, slots = site().ring, current_app.config["HASH_SLOTS"]
        assert isinstance(slots, HashSlots)
        self.let_go, self.code, self.token_of_link = True, draw_reply_code(), new_secret()
        db.session.rollback()
        with slots.hold(known=True):
            root = slow_root(self.code, ring.receipt_salt)
        newest = ring.newest_pepper
        pair = reply_pair(root, self.token_of_link, ring.pepper(newest))
        self.new = NewLink(self.token_of_link, pair, newest, real_now())
        staff.still(Permission.CASE_WORK)
        return True

    def value(self, desk: Desk) -> About[NewLink]:
        return About(self.referral, self.new)


class RenewForm(ReferralForm):
    """The same link and code for sixty days more."""

    def value(self, desk: Desk) -> About[Any]:
        return About(self.referral, real_now())


class CloseForm(ReferralForm):
    """No more of it."""

    def value(self, desk: Desk) -> About[Any]:
        return About(self.referral, None)


class LayForm(CloseForm):
    """It lies on their desk here, too."""


class ReadForm(ReferralForm):
    """Somebody read what the body wrote, and says whether the worker may."""

    words = Tick(
        lazy("The worker may read these words on their page (untick it for a threat or a mix-up)")
    )
    answers = False  # whether there is more than questions

    def about(self, referral: Referral, packet: Packet | None) -> None:
        super().about(referral, packet)
        kinds = {
            db.session.get_one(ReferralAnswer, one.answer_id).kind
            for one in linking.wrote(db.session(), referral.id).values()
            if one.read_at is None
        }
        self.answers = bool(kinds - {"question"})

    def begin(self, packet: Packet, today: object) -> None:
        self.words.data = True

    @property
    def shown(self) -> list[Any]:
        return super().shown if self.answers else []

    def value(self, desk: Desk) -> About[Shown]:
        return About(self.referral, Shown(bool(self.words.data)))
