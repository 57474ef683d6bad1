"""Whether the key ring and the database belong together, asked when a web process starts.

The database holds `HMAC(pepper, "check")` of every pepper it was used with. A ring that lacks one,
or holds another under the same version, would silently turn every code into a wrong one.
"""

from __future__ import annotations

import hmac
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from grievance.model import Base, digest
from grievance.vault.keyring import KeyRing, KeyRingError


class PepperCheck(Base):
    """One pepper this database was used with, and since when; the first from the start."""

    __tablename__ = "pepper_check"

    version: Mapped[int] = mapped_column(primary_key=True)
    check: Mapped[bytes] = digest()
    noted_at: Mapped[datetime | None]


def agree(session: Session, ring: KeyRing, now: datetime) -> None:
    """KeyRingError when the ring is not the one of this database; notes peppers that are new."""
    known = {row.version: row.check for row in session.scalars(select(PepperCheck))}
    held = ring.peppers
    for version, check in known.items():
        if version not in held or not hmac.compare_digest(ring.pepper_check(version), check):
            raise KeyRingError(f"pepper {version} of the key ring is not this database's")
    for version in held.keys() - known.keys():
        check = ring.pepper_check(version)
        new = insert(PepperCheck).values(version=version, check=check, noted_at=now)
        session.execute(new.on_conflict_do_nothing())  # another process may start just now
    session.commit()


def newest_since(session: Session) -> datetime | None:
    """Since when the newest pepper is in use; None while there is none but the first."""
    first = select(func.min(PepperCheck.version)).scalar_subquery()
    return session.scalar(select(func.max(PepperCheck.noted_at)).where(PepperCheck.version > first))
