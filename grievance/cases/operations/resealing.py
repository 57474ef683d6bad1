"""After an organisation's key was replaced: its old grants move on, a slice at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from grievance.accounts.keys import Holder as KeyHolder
from grievance.accounts.operations.keys import RESEALERS
from grievance.cases.models import CaseGrant
from grievance.cases.opening import PURPOSE, Holder, reseal
from grievance.referrals.models import PacketGrant
from grievance.referrals.operations import sealing

SLICE = 50
Grant = TypeVar("Grant", CaseGrant, PacketGrant)


def reseal_grants(
    session: Session,
    organisation: UUID,
    keys: Mapping[tuple[UUID, int], bytes],
    newest: KeyHolder,
) -> int:
    """Re-seal up to fifty grants of cases and fifty of packets of an organisation to its newest
    key; how many were moved."""
    to = Holder(newest.kind, newest.id, newest.generation, newest.public)
    cases = session.scalars(_old(CaseGrant, to).where(CaseGrant.purpose == PURPOSE)).all()
    for row in cases:
        reseal(row, keys[organisation, row.holder_generation], to)
    packets = session.scalars(_old(PacketGrant, to)).all()
    for grant in packets:
        sealing.reseal(session, grant, keys[organisation, grant.holder_generation], to)
    return len(cases) + len(packets)


def _old(grants: type[Grant], to: Holder) -> Select[Grant]:
    return (
        select(grants)
        .where(
            grants.holder_kind == "organisation",
            grants.holder_id == to.id,
            grants.holder_generation < to.generation,
        )
        .limit(SLICE)
        .with_for_update(skip_locked=True)
    )


RESEALERS.append(reseal_grants)
