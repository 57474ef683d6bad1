"""What members of staff are told of cases, as it stands on their lists."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from grievance.cases.models import Notice


def noticed(session: Session, kind: str) -> list[UUID]:
    """On whose lists something of this kind stands unread, for each case once."""
    open_ = (Notice.kind == kind, Notice.read_at.is_(None))
    return list(session.scalars(select(Notice.person_id).where(*open_)))


def all_read(session: Session) -> None:
    """Everybody has looked at everything."""
    session.execute(update(Notice).values(read_at=func.now()))
