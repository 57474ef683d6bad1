"""After an organisation's key was replaced: its old grants move on, a slice at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from grievance.accounts.operations.keys import RESEALERS
from grievance.cases.models import CaseGrant
from grievance.cases.opening import PURPOSE, reseal
from grievance.referrals.models import PacketGrant
from grievance.referrals.operations import sealing
from grievance.vault.keys import Holder

SLICE = 50
Grant = TypeVar("Grant", CaseGrant, PacketGrant)


def reseal_grants(
    session: Session,
    organisation: UUID,
    keys: Mapping[tuple[UUID, int], bytes],
    newest: Holder,
) -> int:
    """Re-seal up to fifty grants of cases and fifty of packets of an organisation to its newest
    key; how many were moved."""
    cases = session.scalars(_old(CaseGrant, newest).where(CaseGrant.purpose == PURPOSE)).all()
    for row in cases:
        reseal(row, keys[organisation, row.holder_generation], newest)
    packets = session.scalars(_old(PacketGrant, newest)).all()
    for grant in packets:
        sealing.reseal(session, grant, keys[organisation, grant.holder_generation], newest)
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
