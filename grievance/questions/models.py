"""Tables of drafts: answers not yet filed, readable only with the cookie that made them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from grievance.model import Base, among, code, digest, identifier, sealed


class Draft(Base):
    """One person's answers in the finder or on the way to a filing.

    The row is found by the hash of the cookie's secret and opened by a key made from that secret
    and the server's. `filing_id` makes sending repeatable. When it was begun stands to the hour.
    """

    __tablename__ = "draft"
    __table_args__ = (
        among("kind", ("file", "finder")),
        among("state", ("open", "sent")),
        CheckConstraint("state = 'open' or receipt is not null", name="sent_with_receipt"),
        Index("ix_draft_expires_at", "expires_at"),
    )

    id: Mapped[UUID] = identifier()
    token_hash: Mapped[bytes] = digest(unique=True)
    kind: Mapped[str] = code(8)
    state: Mapped[str] = code(8, default="open")
    shared_phone: Mapped[bool]
    filing_id: Mapped[UUID] = mapped_column(Uuid, unique=True, default=uuid4)
    answers: Mapped[bytes] = sealed("draft.answers/1")
    receipt: Mapped[bytes | None] = sealed("draft.receipt/1")
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    __mapper_args__ = {"version_id_col": version}


class DraftSuccessor(Base):
    """A new secret for a draft that its browser has not presented yet: it opens the key that the
    draft still lies under. When one is presented, it becomes the draft's and all others go."""

    __tablename__ = "draft_successor"

    token_hash: Mapped[bytes] = digest(primary_key=True)
    draft_id: Mapped[UUID] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"), index=True)
    key_box: Mapped[bytes] = sealed("draft.key/1")


class DraftBlob(Base):
    """A sealed blob in the store that belongs to a draft, or to nothing any more, its draft or its
    case being gone: then it waits for being deleted from the store."""

    __tablename__ = "draft_blob"

    blob: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    draft_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("draft.id", ondelete="SET NULL"), index=True
    )
    room: Mapped[int] = mapped_column(BigInteger, default=0)  # in steps of 64 KiB
