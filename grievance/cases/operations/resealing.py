"""After an organisation's key was replaced: its old grants move on, a slice at a time."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.accounts.keys import Holder as KeyHolder
from grievance.accounts.operations.keys import RESEALERS
from grievance.cases.models import CaseGrant
from grievance.cases.opening import PURPOSE, Holder, reseal

SLICE = 50


def reseal_grants(
    session: Session,
    organisation: UUID,
    keys: Mapping[tuple[UUID, int], bytes],
    newest: KeyHolder,
) -> int:
    """Re-seal up to fifty grants of an organisation to its newest key; how many were moved."""
    old = session.scalars(
        select(CaseGrant)
        .where(
            CaseGrant.holder_kind == "organisation",
            CaseGrant.holder_id == organisation,
            CaseGrant.holder_generation < newest.generation,
            CaseGrant.purpose == PURPOSE,
        )
        .limit(SLICE)
        .with_for_update(skip_locked=True)
    ).all()
    to = Holder(newest.kind, newest.id, newest.generation, newest.public)
    for row in old:
        reseal(row, keys[organisation, row.holder_generation], to)
    return len(old)


RESEALERS.append(reseal_grants)
