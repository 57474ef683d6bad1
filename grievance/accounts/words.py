"""Words that were sent after their session had ended: kept for who wrote them, twenty minutes.

They are sealed to the public key of the receipt or member whose session it was, one for each
session, and stand under the hash of that session's secret. Whoever comes back in the same browser
with the same number or password is shown them; nobody else can open them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Index, Uuid, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from grievance.accounts.keys import MEMBER
from grievance.accounts.models import Person
from grievance.model import Base, among, code, digest, sealed
from grievance.vault.errors import Tampered
from grievance.vault.framing import frame
from grievance.vault.grants import open_with, seal_to
from grievance.vault.keys import Holder
from grievance.vault.labels import Label
from grievance.vault.sessions import secret_hash

LASTS = timedelta(minutes=20)
MOST_BYTES = 512 * 1024


class KeptWords(Base):
    """What one form said, under the hash of the secret of the session it belongs to."""

    __tablename__ = "kept_words"
    __table_args__ = (
        among("holder_kind", ("receipt", "member")),
        Index("ix_kept_words_expires_at", "expires_at"),
    )

    token_hash: Mapped[bytes] = digest(primary_key=True)
    holder_kind: Mapped[str] = code(8)
    holder_id: Mapped[UUID] = mapped_column(Uuid)
    box: Mapped[bytes] = sealed("words.kept/1")
    expires_at: Mapped[datetime]


@dataclass(frozen=True)
class Words:
    """A form as it was sent: where to, and its fields in order."""

    path: str
    fields: Sequence[tuple[str, str]] = field(repr=False)


def of_member(person: Person) -> Holder:
    """A member as somebody who reads what was kept for them."""
    return Holder(MEMBER, person.id, person.key_generation, person.public)


def keep(session: Session, secret: str, writer: Holder, words: Words, now: datetime) -> bool:
    """Keep the words of an ended session, in place of earlier ones; False when they are too many.

    The caller has checked the session's form token and the writer's public key.
    """
    told = json.dumps([words.path, list(words.fields)], ensure_ascii=False).encode()
    if len(told) > MOST_BYTES:
        return False
    drop(session, secret)
    session.add(
        KeptWords(
            token_hash=secret_hash(secret),
            holder_kind=writer.kind,
            holder_id=writer.id,
            box=seal_to(writer.public, _info(writer), told),
            expires_at=now + LASTS,
        )
    )
    session.flush()
    return True


def claim(session: Session, before: str, secret: str, writer: Holder, now: datetime) -> bool:
    """Let the words of the session `before` go over to the one that its writer has begun in the
    same browser; False when there are none of theirs."""
    taken = session.execute(
        update(KeptWords)
        .where(
            KeptWords.token_hash == secret_hash(before),
            KeptWords.holder_kind == writer.kind,
            KeptWords.holder_id == writer.id,
            KeptWords.expires_at > now,
        )
        .values(token_hash=secret_hash(secret))
        .returning(KeptWords.token_hash)
        .execution_options(synchronize_session=False)
    ).first()
    return taken is not None


def read(
    session: Session, secret: str, writer: Holder, private: bytes, now: datetime
) -> Words | None:
    """What is kept for this session; None when nothing is, or for another's key."""
    box = session.scalars(
        select(KeptWords.box).where(
            KeptWords.token_hash == secret_hash(secret),
            KeptWords.holder_id == writer.id,
            KeptWords.expires_at > now,
        )
    ).first()
    if box is None:
        return None
    try:
        path, fields = json.loads(open_with(private, _info(writer), box))
    except Tampered:  # another key since: a new password by link, or a newer pepper
        return None
    return Words(path, [(name, said) for name, said in fields])


def are_kept(session: Session, secret: str, now: datetime) -> bool:
    """Whether words wait for who comes back in this browser."""
    kept = select(KeptWords.token_hash).where(
        KeptWords.token_hash == secret_hash(secret), KeptWords.expires_at > now
    )
    return bool(secret) and session.scalars(kept).first() is not None


def drop(session: Session, secret: str) -> None:
    """Forget what is kept for a session."""
    session.execute(delete(KeptWords).where(KeptWords.token_hash == secret_hash(secret)))


def purge(session: Session, now: datetime) -> int:
    """Delete what was not fetched in time; how many."""
    gone = session.execute(delete(KeptWords).where(KeptWords.expires_at <= now))
    return int(gone.rowcount)  # type: ignore[attr-defined]  # a DELETE always has one


def _info(writer: Holder) -> bytes:
    return frame(Label.WORDS_KEPT, writer.kind, writer.id, writer.generation)
