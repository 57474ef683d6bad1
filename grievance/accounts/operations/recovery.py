"""The recovery sheet: typed back at founding, used when no holder is left, replaced after use."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from grievance.accounts import audit
from grievance.accounts.audit import Deed
from grievance.accounts.keys import (
    RECOVERY,
    holders,
    key_info,
    organisation_key,
    recovery_holder,
    recovery_key,
)
from grievance.accounts.models import Organisation, OrganisationKey, RecoveryKey
from grievance.accounts.operations.keymaking import give_key, member_of, new_sheet, sheet_info
from grievance.accounts.operations.keys import KeyHolder, decide, newest_private, waiting
from grievance.accounts.operations.persons import actor_of, locked
from grievance.refusals import Refused
from grievance.vault.errors import Tampered
from grievance.vault.grants import open_grant, open_with
from grievance.vault.keyring import KeyRing
from grievance.vault.keys import pair_from_seed


def sheet_secret(session: Session, organisation_id: UUID, by: KeyHolder) -> bytes | None:
    """The secret to print, for the person who is to print it and until it was typed back; None
    for everybody else and afterwards."""
    row = recovery_key(session, organisation_id)
    if row is None or row.sheet_box is None or row.printed_by != by.person_id:
        return None
    try:
        info = sheet_info(organisation_id, row.generation, by.person_id)
        return open_with(by.private, info, row.sheet_box)
    except Tampered:  # the member has another key since: a holder draws a new sheet
        return None


def confirm_sheet(
    session: Session, organisation_id: UUID, typed: bytes, *, person_id: UUID, now: datetime
) -> None:
    """The sheet was typed back: filing may open, and the paper is the only copy from here on.

    Refused (`sheet`) when what was typed is not the newest sheet's secret.
    """
    organisation = locked(session, Organisation, organisation_id)
    row = _matching(session, organisation_id, typed)
    row.confirmed_at, row.sheet_box = now, None
    audit.record(
        session,
        organisation,
        Deed("recovery_confirmed", actor_of(person_id), now, {"generation": row.generation}),
    )


def replace_sheet(
    session: Session, organisation_id: UUID, *, by: KeyHolder, ring: KeyRing, now: datetime
) -> None:
    """Draw a new sheet because the old one is lost; filing is closed until it is typed back.

    Refused when `by` does not hold the organisation's key.
    """
    organisation = locked(session, Organisation, organisation_id)
    key, private = newest_private(session, organisation_id, by)
    row = new_sheet(session, key, private, by.person_id, ring=ring, now=now)
    audit.record(
        session,
        organisation,
        Deed("recovery_replaced", actor_of(by.person_id), now, {"generation": row.generation}),
    )


def recover(
    session: Session, request_id: UUID, typed: bytes, *, by: KeyHolder, ring: KeyRing, now: datetime
) -> None:
    """Approve one's own waiting key with the recovery sheet, when no holder is left.

    The used sheet is void; a new one is drawn for this person and must be typed back. Refused when
    another member still holds the key, the request is another's, or it is not the right sheet.
    """
    request, organisation = waiting(session, request_id)
    if request.person_id != by.person_id:
        raise Refused("decided")
    if holders(session, organisation.id):
        raise Refused("holders_left")
    row = _matching(session, organisation.id, typed)
    key, private = _through_sheet(session, row, typed, ring)
    give_key(session, key, private, member_of(session, ring, by.person_id))
    decide(request, "approved", by.person_id, now)
    new_sheet(session, key, private, by.person_id, ring=ring, now=now)
    audit.record(
        session,
        organisation,
        Deed(
            "recovery_used",
            actor_of(by.person_id),
            now,
            {"person": by.person_id, "generation": key.generation},
        ),
    )


def _through_sheet(
    session: Session, row: RecoveryKey, typed: bytes, ring: KeyRing
) -> tuple[OrganisationKey, bytes]:
    key = organisation_key(session, row.organisation_id)
    if key is None or key.generation != row.organisation_generation:
        raise Refused("sheet")
    info = key_info(key.organisation_id, key.generation, recovery_holder(ring, row), RECOVERY)
    return key, open_grant(typed, info, row.box)


def _matching(session: Session, organisation_id: UUID, typed: bytes) -> RecoveryKey:
    row = recovery_key(session, organisation_id, anew=True)
    if row is None or pair_from_seed(typed).public != row.public:
        raise Refused("sheet")
    return row
