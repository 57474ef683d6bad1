"""What a member does to their own sign-in, and what came wrong of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from grievance.accounts import audit
from grievance.accounts.act import KeyHolder
from grievance.accounts.audit import Deed
from grievance.accounts.models import Organisation, Person
from grievance.accounts.operations.persons import actor_of, locked
from grievance.accounts.operations.signing import organisations_of


@dataclass(frozen=True)
class Own:
    """What a member does to their own second step, with their own key. `lane` is the known device
    they are at, empty for any other; `session_id` the session that stays when others end, or the
    half-way sign-in: what a passkey is to sign stands there."""

    session: Session
    by: KeyHolder
    now: datetime
    lane: str = ""
    session_id: UUID | None = None
    organisations: list[Organisation] = field(default_factory=list)

    def hold(self) -> Person:
        """The member, held until the transaction ends, after where they are a member."""
        self.organisations[:] = organisations_of(self.session, self.by.person_id)
        return locked(self.session, Person, self.by.person_id)

    def note(self, verb: str, **codes: object) -> None:
        """One event in each organisation that was held."""
        deed = Deed(verb, actor_of(self.by.person_id), self.now, codes)
        for organisation in self.organisations:
            audit.record(self.session, organisation, deed)


class WrongCode(Exception):
    """Not a code or passkey that works now. It is counted: the caller commits. `last` for the one
    after which this lane waits, `copied` for a passkey that has signed less often than before."""

    def __init__(self, *, last: bool = False, copied: bool = False) -> None:
        super().__init__("not a code that works now")
        self.last, self.copied = last, copied


class TooMany(Exception):
    """So many wrong codes came that this lane waits; nothing was compared."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("wrong codes: wait")
        self.retry_after = retry_after
