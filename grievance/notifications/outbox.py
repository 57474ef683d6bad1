"""Putting letters into the outbox, and taking them out of it again."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ARRAY, Delete, Interval, Update, Uuid, any_, delete, literal, select, update
from sqlalchemy import case as case_of
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from grievance.clock import to_the_hour
from grievance.notifications.addresses import AddressBox, Recipient, open_address
from grievance.notifications.messages import Message
from grievance.notifications.models import Outbox
from grievance.notifications.pace import TO_STAFF, waiting
from grievance.vault.framing import frame
from grievance.vault.grants import open_with, seal_to
from grievance.vault.keys import KeyPair
from grievance.vault.labels import Label

KEPT = timedelta(days=14)  # a letter is tried for so long, and kept so long once it is over
AT_ONCE = frozenset({"danger"})
RETURNED = "returned"  # a mail server took it, and reported later that it cannot deliver it
RETURNED_KEPT = timedelta(days=60)  # so that the next letter to that address still meets it
RESTORED = "restored"  # why a letter of a backup did not leave


@dataclass(frozen=True)
class Content:
    """What the sealed part of a letter holds."""

    to: str = field(repr=False)
    subject: str = field(repr=False)
    body: str = field(repr=False)
    language: str


@dataclass(frozen=True)
class Letter:
    """A message on its way. `counted` is a keyed hash of the recipient's address; the owner of a
    kept address counts as itself. `row` is drawn first where the message holds what follows from
    it."""

    message: Message
    counted: bytes | None
    row: UUID = field(default_factory=uuid4)


def enqueue(session: Session, notifier_public: bytes, message: Message, now: datetime) -> UUID:
    """Put a message into the outbox, in the transaction of what it tells of; the letter's id."""
    return post(session, notifier_public, Letter(message, _counted(message.to)), now)


def post(session: Session, notifier_public: bytes, letter: Letter, now: datetime) -> UUID:
    """The same for a letter. Where one of its kind already waits for the recipient, that one
    stands for it and its id is the answer."""
    return _put(session, notifier_public, [letter], now)[0]


def enqueue_all(
    session: Session, notifier_public: bytes, messages: Sequence[Message], now: datetime
) -> None:
    """The same for the letters of one event, one to each recipient: however many are told, the
    database is asked as often as for one."""
    letters = [Letter(one, _counted(one.to)) for one in messages]
    _put(session, notifier_public, letters, now)


def write_again(session: Session, notifier_public: bytes, letter: Letter, now: datetime) -> None:
    """Let a letter leave after all that a restore held back: the same row, written anew."""
    fresh = _row(letter, notifier_public, now)
    anew = {name: fresh[name] for name in ("sealed", "next_at", "at")}
    row = update(Outbox).where(Outbox.id == letter.row)
    session.execute(row.values(state="pending", error=None, attempts=0, doubts=0, **anew))


def _put(
    session: Session, notifier_public: bytes, letters: Sequence[Letter], now: datetime
) -> list[UUID]:
    """Put in those for which none waits yet; the ids of the letters that stand for them."""
    pairs = [(one.counted, one.message.kind) for one in letters if one.counted]
    before = waiting(session, pairs)
    stand = [before.get((one.counted or b"", one.message.kind)) for one in letters]
    several = [
        old.id
        for one, old in zip(letters, stand, strict=True)
        if old and old.case not in (None, one.message.case)
    ]
    if several:
        _make_general(session, several)
    fresh = [one for one, old in zip(letters, stand, strict=True) if not old]
    if fresh:
        # two at once may ask for the one letter with a code
        put = insert(Outbox).on_conflict_do_nothing()
        session.execute(put, [_row(one, notifier_public, now) for one in fresh])
    return [old.id if old else one.row for one, old in zip(letters, stand, strict=True)]


def _row(letter: Letter, notifier_public: bytes, now: datetime) -> dict[str, Any]:
    message = letter.message
    content = {
        **_written(message.to),
        "subject": message.subject,
        "body": message.body,
        "language": message.language,
    }
    return {
        "id": letter.row,
        "kind": message.kind,
        "case": message.case,
        "channel": message.channel,
        "recipient": letter.counted,
        "turn": 0 if message.kind in AT_ONCE else 1,
        "sealed": seal_to(notifier_public, _info(letter.row), json.dumps(content).encode()),
        "next_at": now,
        "at": to_the_hour(now),
    }


def _make_general(session: Session, rows: Sequence[UUID]) -> None:
    """A letter that stands for several cases belongs to none. Skipped while it is being sent."""
    named = any_(literal(rows, ARRAY(Uuid)))
    free = select(Outbox.id).where(Outbox.id == named, Outbox.state == "pending")
    session.execute(
        update(Outbox)
        .where(Outbox.id.in_(free.with_for_update(skip_locked=True)))
        .values(case=None)
    )


def _counted(to: Recipient) -> bytes | None:
    return None if isinstance(to, str) else sha256(frame(to.label, to.owner)).digest()


def open_sealed(notifier: KeyPair, row: UUID, sealed: bytes) -> Content:
    """Read a letter, the address last. Tampered, KeyError or ValueError when it is not one."""
    content: Mapping[str, Any] = json.loads(open_with(notifier.private, _info(row), sealed))
    address = content["to"] if "to" in content else open_address(notifier, _kept(content))
    return Content(address, content["subject"], content["body"], content["language"])


def cancel(session: Session, case: UUID, now: datetime) -> int:
    """Take back the letters about a case that are not sent yet; answers how many."""
    return _count(
        session,
        update(Outbox)
        .where(Outbox.case == case, Outbox.state == "pending")
        .values(state="cancelled", sealed=None, next_at=to_the_hour(now) + KEPT),
    )


def forget(session: Session, case: UUID, now: datetime) -> None:
    """The case is erased: of its letters nothing is left but that there were some, which belong to
    none. What is not sent yet never is."""
    waits = Outbox.state == "pending"
    gone = {
        "case": None,
        "sealed": None,
        "state": case_of((waits, "cancelled"), else_=Outbox.state),
        "next_at": case_of((waits, to_the_hour(now) + KEPT), else_=Outbox.next_at),
    }
    _count(session, update(Outbox).where(Outbox.case == case).values(gone))


def forget_worker(session: Session, tags: Collection[bytes], now: datetime) -> None:
    """The same for letters to a worker's addresses, which name no case: nothing that is still
    sealed to such an address stays. Another case of that address may lose one neutral letter; a
    code can be asked for again."""
    waits = Outbox.state == "pending"
    gone = {
        "recipient": None,
        "sealed": None,
        "state": case_of((waits, "cancelled"), else_=Outbox.state),
        "next_at": case_of((waits, to_the_hour(now) + KEPT), else_=Outbox.next_at),
    }
    mine = (Outbox.recipient.in_(tags), Outbox.kind.not_in(TO_STAFF), Outbox.sealed.is_not(None))
    _count(session, update(Outbox).where(*mine).values(gone))


def revive(session: Session, now: datetime, letter: UUID | None = None) -> int:
    """Try every dead letter again, or one, once what killed them is mended; answers how many."""
    dead = [Outbox.state == "dead", Outbox.sealed.is_not(None)]
    if letter is not None:
        dead.append(Outbox.id == letter)
    return _count(
        session,
        update(Outbox)
        .where(*dead)
        .values(state="pending", attempts=0, doubts=0, next_at=now, at=to_the_hour(now)),
    )


@dataclass(frozen=True)
class HeldBack:
    """What became of the letters that waited in a backup: `held` for a person, `dropped`."""

    held: int
    dropped: int


def hold_back(session: Session, now: datetime) -> HeldBack:
    """After a backup was put back no letter of it leaves by itself: it may have gone out since, to
    an address that was taken away since.

    One to staff is given up, so that a person who has looked can `revive` it. One to a worker is
    dropped, also where it was given up before: nobody could tell whether its address still
    holds. A code that arrived meanwhile counts for as long as if it had been sent when written.
    """
    over = to_the_hour(now) + KEPT
    to_staff = Outbox.kind.in_(TO_STAFF)
    held = update(Outbox).where(Outbox.state == "pending", to_staff)
    waits = Outbox.state.in_(("pending", "dead"))
    dropped = update(Outbox).where(waits, Outbox.sealed.is_not(None), ~to_staff)
    gone = {
        "state": "cancelled",
        "sealed": None,
        "next_at": Outbox.at + literal(KEPT, Interval),
        "error": RESTORED,
    }
    return HeldBack(
        _count(session, held.values(state="dead", error=RESTORED, next_at=over)),
        _count(session, dropped.values(**gone)),
    )


def forget_ended(session: Session, now: datetime) -> int:
    """Delete letters 14 days after they were sent, cancelled or given up, those that came back
    after 60; answers how many."""
    return _count(session, delete(Outbox).where(Outbox.state != "pending", Outbox.next_at <= now))


def _info(row: UUID) -> bytes:
    return frame(Label.OUTBOX_MESSAGE, row)


def _written(to: Recipient) -> dict[str, str]:
    if isinstance(to, str):
        return {"to": to}
    return {"box": b64encode(to.box).decode(), "owner": str(to.owner), "label": to.label}


def _kept(content: Mapping[str, Any]) -> AddressBox:
    return AddressBox(UUID(content["owner"]), b64decode(content["box"]), Label(content["label"]))


def _count(session: Session, statement: Update | Delete) -> int:
    touched = statement.returning(Outbox.id)
    return len(session.scalars(touched, execution_options={"synchronize_session": False}).all())
