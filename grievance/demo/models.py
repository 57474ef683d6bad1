"""The mark of a demonstration: one row, there or not."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from grievance.model import Base


class DemoMark(Base):
    """This database is a demonstration. `offset_seconds` is by how much its clock is moved."""

    __tablename__ = "demo_mark"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    offset_seconds: Mapped[int] = mapped_column(BigInteger, default=0)
