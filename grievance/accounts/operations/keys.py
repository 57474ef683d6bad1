"""Giving, refusing and changing the organisation's key: only who holds it can.

The approver sees who invited whom, and types six words that the newcomer reads out. The caller has
checked permission and step-up; here the key itself is the proof, opened through the membership row,
and who asked for a key is not who gives it, while anybody else could.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.accounts import quorum
from grievance.accounts.act import KeyHolder, StaffAct
from grievance.accounts.keys import (
    holder_of,
    holders,
    open_organisation_keys,
    organisation_key,
    recovery_key,
)
from grievance.accounts.models import (
    KeyRequest,
    Membership,
    MembershipKey,
    Organisation,
    OrganisationKey,
)
from grievance.accounts.operations.keymaking import (
    OpenKey,
    add_generation,
    give_key,
    member_of,
    seal_to_recovery,
)
from grievance.accounts.operations.persons import end_membership, locked, take_away
from grievance.accounts.roles import GUESTS, Permission, roles_with
from grievance.extensions import acting
from grievance.refusals import Refused
from grievance.vault.keyring import KeyRing
from grievance.vault.keys import Holder
from grievance.vault.recovery import fingerprint

# Who asked for a key and alone holds it gives it only after this; the person concerned is told.
ALONE_WAITS = timedelta(hours=48)

Keys = Mapping[tuple[UUID, int], bytes]


@dataclass(frozen=True)
class Moving:
    """An organisation whose grants move on, now, to its newest key; `keys` are its private ones."""

    session: Session
    ring: KeyRing = field(repr=False)
    organisation: UUID
    keys: Keys = field(repr=False)
    newest: Holder
    now: datetime


Resealer = Callable[[Moving], int]  # how many grants it re-sealed
RESEALERS: list[Resealer] = []


def approve(act: StaffAct, request_id: UUID, words: str) -> None:
    """Seal the organisation's key to who waits for it.

    `words` are the six the newcomer read out, as the approver typed them. Refused when somebody
    decided already, the words are of another key, who acts does not hold the organisation's key,
    another holder has to approve (`own_request`, `others_approve`), or who asked is alone and 48
    hours have not passed (`key_too_early`). StrangeKey when a public key was swapped in the
    database.
    """
    session = act.session
    request, organisation = waiting(session, request_id)
    key = newest_private(session, organisation.id, act.by)
    _may_give(session, request, act.by.person_id, act.now)
    member = member_of(session, act.ring, request.person_id)
    if member.generation != request.key_generation or not are_words_of(words, member.public):
        raise Refused("fingerprint")
    give_key(session, key, member)
    decide(act, request, "approved")
    generation = key.row.generation
    act.record(organisation, "key_approved", person=request.person_id, generation=generation)


def are_words_of(typed: str, public: bytes) -> bool:
    """Whether somebody typed the six words of this key, however they parted them."""
    words = " ".join(typed.casefold().replace("-", " ").replace(",", " ").split())
    return words == fingerprint(public)


def approvers(session: Session, request: KeyRequest) -> set[UUID]:
    """Who may give this key: a lead or director other than who asked for it and who counts as them;
    where there is none, another holder; only where nobody else holds the key, they, after 48 hours.
    """
    held = set(holders(session, request.organisation_id)) - {request.person_id}
    others = held - _asked(session, request)
    leads = select(Membership.person_id).where(
        Membership.organisation_id == request.organisation_id,
        Membership.person_id.in_(others),
        Membership.role.in_(roles_with(Permission.KEYS_APPROVE)),
    )
    return set(session.scalars(leads)) or others or held


def _asked(session: Session, request: KeyRequest) -> set[UUID]:
    """Who asked for this key, by themselves or through somebody whom they let in by themselves. At
    a partner nobody: who asks is of the operator, and its own people give."""
    if session.get_one(Organisation, request.organisation_id).kind in GUESTS:
        return set()
    since = request.created_at - quorum.COUNTS
    return quorum.circle(session, request.organisation_id, request.invited_by, since)


def alone_from(session: Session, request: KeyRequest) -> datetime | None:
    """From when who asked for this key may give it by themselves; None while others approve."""
    if approvers(session, request) - _asked(session, request):
        return None
    return request.created_at + ALONE_WAITS


def _may_give(session: Session, request: KeyRequest, by: UUID, now: datetime) -> None:
    if by not in approvers(session, request):
        own = by in _asked(session, request)
        raise Refused("own_request" if own else "others_approve")
    earliest = alone_from(session, request)
    if earliest and now < earliest:
        raise Refused("key_too_early")


def refuse(act: StaffAct, request_id: UUID) -> None:
    """Refuse a key: the person's membership ends with it, for who asked may be somebody else."""
    session = act.session
    request, organisation = waiting(session, request_id)
    newest_private(session, organisation.id, act.by)
    decide(act, request, "refused")
    session.flush()
    end_membership(session, request.person_id, organisation.id)
    act.record(organisation, "key_refused", person=request.person_id)


def rotate(act: StaffAct) -> OrganisationKey:
    """A new generation, sealed to every holder who is left and to the recovery key.

    The old private key is sealed to the new public one, so nothing is lost; old grants are
    re-sealed in slices by later requests. Refused when who acts does not hold the key.
    """
    session, ring, organisation = act.session, act.ring, act.organisation()
    old = newest_private(session, organisation.id, act.by)
    remaining = holders(session, organisation.id)
    key = add_generation(session, organisation, ring, act.now, old)
    held = select(MembershipKey).where(MembershipKey.organisation_id == organisation.id)
    take_away(session, held)
    for person_id in remaining:
        give_key(session, key, member_of(session, ring, person_id))
    recovery = recovery_key(session, organisation.id)
    if recovery is not None:
        seal_to_recovery(recovery, key, ring)
    organisation.rotation_due, organisation.resealing = False, True
    check = key.row.check.hex()
    act.record(organisation, "key_rotated", generation=key.row.generation, check=check)
    return key.row


def change_due_key(act: StaffAct) -> None:
    """Rotate where somebody who held the key left, unless another request was faster."""
    if act.organisation().rotation_due:
        rotate(act)


def reseal_slice(
    session: Session, organisation_id: UUID, keys: Keys, ring: KeyRing, now: datetime
) -> int:
    """Re-seal some grants that are still sealed to an older generation; how many those were.

    Rooms that keep grants add themselves to `RESEALERS`. When none is left the organisation is
    done with it.
    """
    key = organisation_key(session, organisation_id)
    if key is None or (organisation_id, key.generation) not in keys:
        return 0
    holder = holder_of(ring, key)
    moving = Moving(session, ring, organisation_id, keys, holder, now)
    with acting("job:reseal", session):  # all of them, also what who is here may not see
        done = sum(resealer(moving) for resealer in RESEALERS)
    if not done:
        locked(session, Organisation, organisation_id).resealing = False
    return done


def newest_private(session: Session, organisation_id: UUID, by: KeyHolder) -> OpenKey:
    """The newest key, opened with the holder's own; Refused otherwise."""
    key = organisation_key(session, organisation_id)
    opened = open_organisation_keys(session, by.person_id, by.private)
    if key is None or (organisation_id, key.generation) not in opened:
        raise Refused("not_holder")
    return OpenKey(key, opened[organisation_id, key.generation])


def waiting(session: Session, request_id: UUID) -> tuple[KeyRequest, Organisation]:
    """A request nobody has decided and its organisation, both held until the transaction ends."""
    request = session.get(KeyRequest, request_id)
    if request is None:
        raise Refused("decided")
    organisation = locked(session, Organisation, request.organisation_id)
    session.refresh(request, with_for_update=True)
    if request.state != "waiting":
        raise Refused("decided")
    return request, organisation


def decide(act: StaffAct, request: KeyRequest, state: str) -> None:
    """Write down who decided what."""
    request.state, request.decided_by, request.decided_at = state, act.by.person_id, act.now
