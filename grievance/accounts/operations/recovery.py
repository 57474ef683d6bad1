"""The recovery sheet: typed back at founding, used when no holder is left, replaced after use."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from grievance.accounts.act import KeyHolder, StaffAct
from grievance.accounts.keys import (
    RECOVERY,
    holders,
    key_info,
    organisation_key,
    recovery_holder,
    recovery_key,
)
from grievance.accounts.models import RecoveryKey
from grievance.accounts.operations.keymaking import (
    OpenKey,
    give_key,
    member_of,
    new_sheet,
    sheet_info,
)
from grievance.accounts.operations.keys import decide, newest_private, waiting
from grievance.accounts.peppers import newest_since
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


def confirm_sheet(act: StaffAct, typed: bytes) -> None:
    """The sheet was typed back: filing may open, and the paper is the only copy from here on.

    Refused (`sheet`) when what was typed is not the newest sheet's secret.
    """
    organisation = act.organisation()
    row = matching(act.session, organisation.id, typed)
    row.confirmed_at, row.sheet_box = act.now, None
    act.record(organisation, "recovery_confirmed", generation=row.generation)


def outdated(session: Session, organisation_id: UUID) -> tuple[str, ...]:
    """Why the sheet on paper is not the whole way back any more: a `pepper` was added since it was
    drawn, which it lacks, or the organisation's `key` was changed. Empty while it is fine, and
    while a new one was not typed back yet."""
    row = recovery_key(session, organisation_id)
    key = organisation_key(session, organisation_id)
    if row is None or row.confirmed_at is None or key is None:
        return ()
    pepper = newest_since(session)
    since = {"pepper": pepper, "key": key.created_at}
    return tuple(why for why, at in since.items() if at is not None and at > row.created_at)


def replace_sheet(act: StaffAct) -> None:
    """Draw a new sheet because the old one is lost; filing is closed until it is typed back.

    Refused when who acts does not hold the organisation's key.
    """
    organisation = act.organisation()
    key = newest_private(act.session, organisation.id, act.by)
    row = new_sheet(act.session, key, act.by.person_id, act.ring, act.now)
    act.record(organisation, "recovery_replaced", generation=row.generation)


def recover(act: StaffAct, request_id: UUID, typed: bytes) -> None:
    """Approve one's own waiting key with the recovery sheet, when no holder is left.

    The used sheet is void; a new one is drawn for this person and must be typed back. Refused when
    another member still holds the key, the request is another's, or it is not the right sheet.
    """
    session, ring, person_id = act.session, act.ring, act.by.person_id
    request, organisation = waiting(session, request_id)
    if request.person_id != person_id:
        raise Refused("decided")
    if holders(session, organisation.id):
        raise Refused("holders_left")
    row = matching(session, organisation.id, typed)
    key = through_sheet(session, row, typed, ring)
    give_key(session, key, member_of(session, ring, person_id))
    decide(act, request, "approved")
    new_sheet(session, key, person_id, ring, act.now)
    generation = key.row.generation
    act.record(organisation, "recovery_used", person=person_id, generation=generation)


def through_sheet(session: Session, row: RecoveryKey, typed: bytes, ring: KeyRing) -> OpenKey:
    """The organisation's newest key, opened with the sheet's secret; Refused (`sheet`)."""
    key = organisation_key(session, row.organisation_id)
    if key is None or key.generation != row.organisation_generation:
        raise Refused("sheet")
    info = key_info(key.organisation_id, key.generation, recovery_holder(ring, row), RECOVERY)
    return OpenKey(key, open_grant(typed, info, row.box))


def matching(session: Session, organisation_id: UUID, typed: bytes) -> RecoveryKey:
    """The recovery key, read anew, if this is the secret of its newest sheet; Refused (`sheet`)."""
    row = recovery_key(session, organisation_id, anew=True)
    if row is None or pair_from_seed(typed).public != row.public:
        raise Refused("sheet")
    return row
