"""For which roles who a case is about stays folded until they say why they open it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from grievance.accounts.models import CODE
from grievance.model import Base


class FoldRule(Base):
    """The roles of the operator for which it is folded; no row: none."""

    __tablename__ = "fold_rule"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    roles: Mapped[list[str]] = mapped_column(JSONB, info=CODE, default=list)
    changed_at: Mapped[datetime]


def folded(session: Session) -> list[str]:
    """These roles."""
    return [role for roles in session.scalars(select(FoldRule.roles)) for role in roles]
