"""Drafts: answers are kept sealed from page to page until they are filed or forgotten.

The cookie's secret finds the row (by its hash) and opens it (with the server's key). Two tabs of
one browser save into the same row one after the other: each adds its own page's answers to what
the row holds by then, so neither loses anything.

A draft that a browser holds may be that of whoever used it before: a first page goes on with it
only for somebody who has said that it is theirs.

A secret can be renewed. The new one waits as a successor that opens the row's key; when it is first
presented, everything is sealed anew under it and the old secret opens nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from grievance.clock import to_the_hour
from grievance.questions.models import Draft, DraftBlob, DraftSuccessor
from grievance.questions.question import Answer
from grievance.vault import receipts
from grievance.vault.errors import Tampered
from grievance.vault.keyring import KeyRing
from grievance.vault.labels import Label
from grievance.vault.sessions import new_secret, secret_hash, session_key
from grievance.vault.values import Place, open_bytes, open_json, seal_bytes, seal_json

OWN = timedelta(hours=24)  # a phone that is only theirs
SHARED = timedelta(hours=6)  # since the last answer; the cookie itself ends with the browser
SENT = timedelta(hours=1)  # how long the code can be read again in the same browser
PURPOSE = "draft"
STEP = 64 * 1024  # the store pads to it
SUCCESSORS = 8  # answers that may get lost one after the other
CLERK = "_clerk"  # the member of staff who writes for somebody who called; no question
# How the page with the code speaks, and whose it is.
KEPT_AFTER = ("who", "channel", "language", "route", CLERK)


@dataclass
class OpenDraft:
    """A draft whose cookie is here. `seen` are pages answered, `codes` the receipt's once drawn."""

    row: Draft
    key: bytes = field(repr=False)
    answers: dict[str, Answer] = field(repr=False, default_factory=dict)
    seen: list[str] = field(default_factory=list)
    files: list[dict[str, Any]] = field(repr=False, default_factory=list)
    codes: dict[str, str] = field(repr=False, default_factory=dict)
    secret: str = field(repr=False, default="")
    renumbered: bool = False  # a number that was shown counts no more

    @property
    def sent(self) -> bool:
        """Whether the case exists: only its code is left here."""
        return self.row.state == "sent"

    @property
    def lasts(self) -> timedelta:
        """How long the row lives after each answer."""
        return SHARED if self.row.shared_phone else OWN


def start(
    session: Session,
    ring: KeyRing,
    now: datetime,
    *,
    kind: str = "file",
    answers: Mapping[str, Answer] | None = None,
) -> tuple[str, OpenDraft]:
    """Begin a draft and give the secret for its cookie.

    `answers` are what is known already: of a link about an issue, or for staff who write for a
    caller the preset `channel`. `now` is real time, here and below: no demo moves a session.
    """
    secret = _secret(secrets.token_urlsafe(12))
    row = Draft(
        id=uuid4(),
        token_hash=secret_hash(secret),
        kind=kind,
        state="open",
        shared_phone=True,
        created_at=to_the_hour(now),
        expires_at=now,
    )
    draft = OpenDraft(row, session_key(secret, ring.server_key, PURPOSE), dict(answers or {}))
    draft.secret = secret
    _write(draft, now)
    session.add(row)
    session.flush()
    return secret, draft


def load(
    session: Session, ring: KeyRing, secret: str, now: datetime, *, lock: bool = False
) -> OpenDraft | None:
    """The draft of this cookie; None when there is none, it ran out or does not open.

    Load with `lock` before any change: a second request then waits and sees the first one's.
    """
    if not secret:
        return None
    asked = select(Draft).where(Draft.token_hash == secret_hash(secret), Draft.expires_at > now)
    if lock:
        asked = asked.with_for_update().execution_options(populate_existing=True)
    row = session.scalars(asked).first()
    if row is None:
        return None
    try:
        draft = _opened(row, session_key(secret, ring.server_key, PURPOSE))
    except Tampered:
        return None
    draft.secret = secret
    return draft


def _opened(row: Draft, key: bytes) -> OpenDraft:
    draft = OpenDraft(row, key)
    kept = open_json(key, _place(row, Label.DRAFT_ANSWERS), row.answers)
    if row.receipt is not None:
        draft.codes = open_json(key, _place(row, Label.DRAFT_RECEIPT), row.receipt)
    draft.answers, draft.seen, draft.files = kept["answers"], kept["seen"], kept["files"]
    draft.renumbered = kept.get("renumbered", False)
    return draft


def renew(session: Session, ring: KeyRing, draft: OpenDraft) -> str:
    """A new secret for a draft loaded with `lock`; the old one stays good until it is presented.

    What forms are bound to stays the same, so that a page open in another tab can be sent.
    """
    fresh = _secret(draft.secret.rpartition(".")[2])
    waiting = DraftSuccessor.draft_id == draft.row.id
    if (session.scalar(select(func.count()).where(waiting)) or 0) >= SUCCESSORS:
        session.execute(delete(DraftSuccessor).where(waiting))
    key = session_key(fresh, ring.server_key, PURPOSE)
    session.add(
        DraftSuccessor(
            token_hash=secret_hash(fresh),
            draft_id=draft.row.id,
            key_box=seal_bytes(key, _place(draft.row, Label.DRAFT_KEY), draft.key),
        )
    )
    session.flush()
    return fresh


def present(session: Session, ring: KeyRing, secret: str, now: datetime) -> bool:
    """Whether this is a new secret, presented for the first time: it becomes the draft's only one.

    The caller commits at once, whatever else the request does.
    """
    heirs = select(DraftSuccessor).where(DraftSuccessor.token_hash == secret_hash(secret))
    heir = session.scalars(heirs).first() if secret else None
    if heir is None:
        return False
    asked = select(Draft).where(Draft.id == heir.draft_id, Draft.expires_at > now)
    anew = {"populate_existing": True}
    row = session.scalars(asked.with_for_update().execution_options(**anew)).first()
    heir = session.scalars(heirs.execution_options(**anew)).first()
    if row is None or heir is None:
        return False
    key = session_key(secret, ring.server_key, PURPOSE)
    try:
        draft = _opened(row, open_bytes(key, _place(row, Label.DRAFT_KEY), heir.key_box))
    except Tampered:
        return False
    draft.key, row.token_hash = key, secret_hash(secret)
    _seal(draft)
    session.execute(delete(DraftSuccessor).where(DraftSuccessor.draft_id == row.id))
    session.flush()
    return True


def save(draft: OpenDraft, answers: Mapping[str, Answer], now: datetime, *, seen: str = "") -> None:
    """Add a page's answers to the draft; an empty answer takes an earlier one back.

    The draft must have been loaded with `lock`. A draft that was sent is left as it is.
    """
    if draft.sent:
        return
    draft.answers = {
        name: given for name, given in {**draft.answers, **answers}.items() if given not in ("", [])
    }
    if seen and seen not in draft.seen:
        draft.seen.append(seen)
    if "phone" in answers:
        draft.row.shared_phone = draft.answers.get("phone") != "own"
    _write(draft, now)


def become_filing(draft: OpenDraft, answers: Mapping[str, Answer], now: datetime) -> None:
    """Go on from the finder to a filing: what was answered there stays answered."""
    draft.row.kind = "file"
    save(draft, answers, now)


def add_file(session: Session, draft: OpenDraft, stored: Mapping[str, Any], now: datetime) -> None:
    """Keep what is known of an uploaded file; its blobs are deleted with the draft.

    `stored` is the plain form of the cases' stored file; `id` and `clean_blob` name its blobs.
    """
    draft.files.append(dict(stored))
    sizes = (stored.get("size", 0), stored.get("clean_size", 0))
    for blob, size in zip(_blobs_of(stored), sizes, strict=False):
        room = -(-size // STEP) * STEP
        session.add(DraftBlob(blob=UUID(hex=blob), draft_id=draft.row.id, room=room))
    _write(draft, now)


def drop_file(session: Session, draft: OpenDraft, file_id: str, now: datetime) -> list[str]:
    """Take a file out again; gives the blobs to `sweep`, none when there is no such file."""
    gone = [stored for stored in draft.files if stored["id"] == file_id]
    draft.files = [stored for stored in draft.files if stored["id"] != file_id]
    blobs = [blob for stored in gone for blob in _blobs_of(stored)]
    ids = [UUID(hex=blob) for blob in blobs]
    session.execute(update(DraftBlob).where(DraftBlob.blob.in_(ids)).values(draft_id=None))
    if gone:
        _write(draft, now)
    return blobs


def draw_codes(draft: OpenDraft, wanted: Collection[str], now: datetime) -> bool:
    """Draw the receipt codes when the answers are first shown whole; later calls keep them and
    give False.

    `wanted` says whose: `worker` is the worker's, `helper` that of somebody who files for the
    worker, `member-2` and on those of a group; none for who does not want to come back.
    """
    if draft.sent or list(draft.codes) == list(wanted):
        return False
    draft.codes = {role: draft.codes.get(role) or receipts.draw() for role in wanted}
    _write(draft, now)
    return True


def renumber(draft: OpenDraft, now: datetime) -> None:
    """The first page of a draft that was here is sent again: codes that were shown before are drawn
    anew, for somebody may have read them, and the page says so. A draft that was sent keeps its
    code."""
    if draft.sent or not draft.codes:
        return
    draft.codes, draft.renumbered = {}, True
    _write(draft, now)


def give_up(draft: OpenDraft, now: datetime) -> None:
    """Nobody wants this draft, loaded with `lock`: its secrets open nothing from now on, and the
    next sweep deletes it with its files."""
    draft.row.expires_at = now


def mark_sent(session: Session, draft: OpenDraft, now: datetime) -> None:
    """The case exists: forget the answers, keep the code for an hour in this browser.

    The files' blobs belong to the case from here on.
    """
    if draft.files:
        session.execute(delete(DraftBlob).where(DraftBlob.draft_id == draft.row.id))
    draft.row.state = "sent"
    draft.answers = {n: given for n, given in draft.answers.items() if n in KEPT_AFTER}
    draft.files, draft.seen = [], []
    _write(draft, now)
    draft.row.expires_at = now + SENT


def forget(session: Session, draft: OpenDraft) -> list[str]:
    """Delete the draft; gives the blobs that it leaves, to `sweep`."""
    blobs = session.scalars(select(DraftBlob.blob).where(DraftBlob.draft_id == draft.row.id))
    gone = [blob.hex for blob in blobs]
    session.execute(delete(Draft).where(Draft.id == draft.row.id))
    return gone


def unsent(session: Session) -> int:
    """Bytes that the files of all drafts take together."""
    return int(session.scalar(select(func.coalesce(func.sum(DraftBlob.room), 0))) or 0)


def purge_expired(session: Session, now: datetime, limit: int = 1000) -> int:
    """Delete drafts that ran out, at most `limit`; how many. They leave their blobs to be swept.

    A draft that its browser prolongs in this very moment stays, and keeps its blobs.
    """
    over = Draft.expires_at <= now
    oldest = select(Draft.id).where(over).order_by(Draft.expires_at).limit(limit)
    ids = list(session.scalars(oldest))
    session.execute(delete(Draft).where(Draft.id.in_(ids), over))
    return len(ids)


def left(session: Session, limit: int) -> list[str]:
    """Blobs that no draft holds any more, at most `limit`."""
    waiting = select(DraftBlob.blob).where(DraftBlob.draft_id.is_(None)).limit(limit)
    return [blob.hex for blob in session.scalars(waiting)]


def leave(session: Session, blobs: Iterable[UUID]) -> None:
    """Blobs that nothing names any more: the next sweep deletes them from the store."""
    session.add_all(DraftBlob(blob=blob, draft_id=None, room=0) for blob in blobs)


def swept(session: Session, blob: str) -> None:
    """The store has deleted a blob that no draft held any more."""
    gone = DraftBlob.blob == UUID(hex=blob), DraftBlob.draft_id.is_(None)
    session.execute(delete(DraftBlob).where(*gone))


def _write(draft: OpenDraft, now: datetime) -> None:
    _seal(draft)
    draft.row.expires_at = now + draft.lasts


def _seal(draft: OpenDraft) -> None:
    kept: dict[str, Any] = {"answers": draft.answers, "seen": draft.seen, "files": draft.files}
    kept["renumbered"] = draft.renumbered
    row, receipt = draft.row, None
    row.answers = seal_json(draft.key, _place(row, Label.DRAFT_ANSWERS), kept)
    if draft.codes or draft.sent:
        receipt = seal_json(draft.key, _place(row, Label.DRAFT_RECEIPT), draft.codes)
    row.receipt = receipt


def _secret(bound: str) -> str:
    """A secret for a cookie: random, then what forms are bound to (see `web.binding`)."""
    return f"{new_secret()}.{bound or secrets.token_urlsafe(12)}"


def _place(row: Draft, label: Label) -> Place:
    return Place(label, row.id, row.id, 1)


def _blobs_of(stored: Mapping[str, Any]) -> list[str]:
    return [blob for blob in (stored["id"], stored["clean_blob"]) if blob]
