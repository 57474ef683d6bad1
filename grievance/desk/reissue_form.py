"""The form that issues a new code: it draws the code and makes its slow hash in a hash slot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import current_app

from grievance.accounts import staff
from grievance.accounts.roles import Permission
from grievance.cases.models import Reissue
from grievance.cases.operations import receipts
from grievance.desk.forms import ActForm
from grievance.desk.loading import Desk, site
from grievance.extensions import db
from grievance.vault.receipts import ReceiptKeys, draw, receipt_keys, slow_root
from grievance.vault.slots import HashSlots


class ReissueForm(ActForm):
    """What a colleague asked for, and the new code with its keys."""

    asked: Reissue | None = None
    code = ""
    keys: ReceiptKeys

    def offer(self, desk: Desk, people: Mapping[UUID, str]) -> None:
        self.asked = receipts.waiting_reissue(db.session(), desk.case.id)

    def validate(self, *arguments: Any, **options: Any) -> bool:
        """Only while somebody asked for a new code."""
        return bool(super().validate(*arguments, **options)) and self.asked is not None

    def prepare(self) -> bool:
        """Draw a code and make its keys; the session may have ended while a slot was waited for."""
        ring, slots = site().ring, current_app.config["HASH_SLOTS"]
        assert isinstance(slots, HashSlots)
        self.let_go, self.code = True, draw()
        db.session.rollback()
        with slots.hold(known=True):
            root = slow_root(self.code, ring.receipt_salt)
        self.keys = receipt_keys(root, ring.pepper(ring.newest_pepper), ring.newest_pepper)
        staff.still(Permission.CASE_WORK)
        return True

    def value(self, desk: Desk) -> ReceiptKeys:
        return self.keys
