"""Between password and code: who typed the right password stands here for ten minutes, and is not
in. Only the right code opens a session."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete
from sqlalchemy.orm import Session

from grievance.accounts.act import KeyHolder
from grievance.accounts.factors import ENTRY_LASTS, StaffEntry, entry, guards
from grievance.accounts.hashing import HashedPassword
from grievance.accounts.operations import passkeys
from grievance.accounts.operations.asserting import Shown
from grievance.accounts.operations.factors import take
from grievance.accounts.operations.owning import Own
from grievance.accounts.operations.persons import Admitted, set_password
from grievance.accounts.operations.signing import Superseded, held, note
from grievance.vault.keyring import KeyRing
from grievance.vault.labels import Label
from grievance.vault.passkeys import Site
from grievance.vault.sessions import new_secret, secret_hash, session_key
from grievance.vault.values import Place, open_bytes, seal_bytes

PURPOSE = "entry"


@dataclass(frozen=True)
class Passed:
    """Whose code was right; `by` is `app`, `recovery` or `passkey`."""

    admitted: Admitted = field(repr=False)
    by: str


def begin(
    session: Session,
    admitted: Admitted,
    *,
    ring: KeyRing,
    now: datetime,
    anew: HashedPassword | None = None,
) -> str:
    """The cookie secret of a half-way sign-in; Superseded when the password was changed after it
    was typed. `anew` is the same password, hashed at today's costs."""
    organisations = held(session, admitted)
    secret, entry_id = new_secret(), uuid4()
    purge(session, now)
    place = _place(admitted.person_id, entry_id)
    session.add(
        StaffEntry(
            id=entry_id,
            token_hash=secret_hash(secret),
            person_id=admitted.person_id,
            member_key=seal_bytes(_key(secret, ring), place, admitted.private),
            created_at=now,
        )
    )
    if anew:
        set_password(session, admitted, anew)
    session.flush()
    note(session, organisations, admitted.person_id, "code_asked", now)
    return secret


def finish(own: Own, secret: str, shown: Shown) -> Passed:
    """Take the code or passkey of who stands half-way in; the entry is over with it.

    Superseded when there is none any more: ten minutes, a new password, a factor taken off, the
    same form from another tab. WrongCode and TooMany as `take` says.
    """
    own.hold()
    row = _asked(own, secret)
    by = take(replace(own, session_id=row.id), shown)
    own.session.delete(row)
    own.session.flush()
    return Passed(Admitted(own.by.person_id, own.by.private, passed=True), by)


def ask(own: Own, secret: str, site: Site) -> str:
    """What the browser of who stands half-way in needs to use a passkey, as JSON; Superseded."""
    own.hold()
    return passkeys.ask(replace(own, session_id=_asked(own, secret).id), site)


def _asked(own: Own, secret: str) -> StaffEntry:
    row = entry(own.session, secret, own.now)
    if row is None or not guards(own.session, own.by.person_id):
        raise Superseded
    return row


def standing(session: Session, secret: str, *, ring: KeyRing, now: datetime) -> KeyHolder | None:
    """Who stands half-way in with this cookie, opened with it; None when that is over."""
    row = entry(session, secret, now) if secret else None
    if row is None:
        return None
    private = open_bytes(_key(secret, ring), _place(row.person_id, row.id), row.member_key)
    return KeyHolder(row.person_id, private)


def end(session: Session, secret: str) -> None:
    """Forget a half-way sign-in."""
    session.execute(delete(StaffEntry).where(StaffEntry.token_hash == secret_hash(secret)))


def purge(session: Session, now: datetime) -> int:
    """Delete what stood for ten minutes without its code; how many."""
    over = delete(StaffEntry).where(StaffEntry.created_at <= now - ENTRY_LASTS)
    gone = session.execute(over.execution_options(synchronize_session=False))
    return int(gone.rowcount)  # type: ignore[attr-defined]  # a DELETE always has one


def _key(secret: str, ring: KeyRing) -> bytes:
    return session_key(secret, ring.server_key, PURPOSE)


def _place(person_id: UUID, entry_id: UUID) -> Place:
    return Place(Label.STAFF_ENTRY, person_id, entry_id, 1)
