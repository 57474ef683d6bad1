"""An act of a member on their organisation: every verb of theirs is `verb(act)` or `verb(act, …)`.

Who holds no key of the organisation acts, too: then nothing that needs it can be opened.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from grievance.accounts import audit
from grievance.accounts.audit import Deed
from grievance.accounts.models import Organisation
from grievance.accounts.operations.persons import actor_of, locked
from grievance.vault.keyring import KeyRing


@dataclass(frozen=True)
class KeyHolder:
    """A member acting with their own key."""

    person_id: UUID
    private: bytes = field(repr=False)


@dataclass(frozen=True)
class StaffAct:
    """Which member acts on which organisation, and when."""

    session: Session
    ring: KeyRing = field(repr=False)
    organisation_id: UUID
    by: KeyHolder
    now: datetime

    def organisation(self) -> Organisation:
        """The row, read anew and held until the transaction ends."""
        return locked(self.session, Organisation, self.organisation_id)

    def record(self, organisation: Organisation, verb: str, **codes: Any) -> None:
        """Append the event of this act to the organisation's chain."""
        deed = Deed(verb, actor_of(self.by.person_id), self.now, codes)
        audit.record(self.session, organisation, deed)
