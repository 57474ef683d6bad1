"""The proof that whoever gave an address reads its letters: a code that only a letter holds.

One letter goes to an address until its code was typed, whoever names the address and how often. The
code follows from the letter's row, so it is stored nowhere, and is the same on every page on which
that address was given. Wrong codes are counted for each page, so that nobody uses up another's.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from grievance.notifications import outbox
from grievance.notifications.messages import Message
from grievance.notifications.models import LetterTry, Outbox
from grievance.vault.framing import frame
from grievance.vault.keys import mac
from grievance.vault.labels import Derive

KIND = "address_code"
DIGITS = 8
MOST_WRONG = 10  # by one case, for one letter; then another letter, in two weeks
MOST_OF_ALL = 5000  # of 10^8 codes, for one letter, by all cases together
MOST_ASKED = 3  # letters that one case asks for, or that one mailbox gets, in two weeks


class NotTheCode(Exception):
    """What was typed does not count as the code of the letter; the try is counted, so commit it."""


class NoLetter(Exception):
    """No letter is out whose code could be typed."""


def recipient(key: bytes, address: str) -> bytes:
    """What an address is counted by: a hash under a key outside the database."""
    return mac(key, frame(Derive.LETTER_TAG, address.strip().casefold()))


def code_of(key: bytes, letter: UUID, address: str) -> str:
    """The code that a letter holds."""
    drawn = mac(key, frame(Derive.LETTER_CODE, letter, address.strip().casefold()))
    return str(int.from_bytes(drawn) % 10**DIGITS).zfill(DIGITS)


@dataclass(frozen=True)
class Claim:
    """An address that a case gave as its own, and the letter to it, once its code is known."""

    address: str = field(repr=False)
    case: UUID
    letter: Callable[[str], Message]


def ask(session: Session, key: bytes, notifier_public: bytes, claim: Claim, now: datetime) -> bool:
    """Put the one letter with its code into the outbox, asked for by a case. False when one is out
    already, and when this case, or the mailbox under any of its names, has had enough of them."""
    tag, mailbox = recipient(key, claim.address), _mailbox(claim.address)
    counters = [_counter(key, "case", claim.case.bytes), _counter(key, "mailbox", mailbox)]
    asked = select(LetterTry.tag).where(LetterTry.tag.in_(counters), LetterTry.wrong >= MOST_ASKED)
    before = _out(session, tag)
    never_left = before is not None and before.error == outbox.RESTORED
    if (before and not never_left) or session.scalars(asked).first() is not None:
        return False
    row = before.id if before else uuid4()  # what a restore held back may have arrived: one code
    message = claim.letter(code_of(key, row, claim.address))
    letter = outbox.Letter(message, tag, row)
    if before:
        outbox.write_again(session, notifier_public, letter, now)
        _count(session, counters, row)
    elif outbox.post(session, notifier_public, letter, now) == row:
        _count(session, counters, row)
    return True


def _mailbox(address: str) -> bytes:
    """One mailbox has as many names as whoever writes them likes: name+anything@…"""
    local, _at, domain = address.strip().casefold().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}".encode()


def _counter(key: bytes, of: str, who: bytes) -> bytes:
    return mac(key, frame(Derive.LETTER_TRY, of, who))


def _count(session: Session, counters: Sequence[bytes], letter: UUID) -> None:
    """One more for each; a counter goes with the first letter that it counted."""
    there = session.scalar(select(Outbox.id).where(Outbox.id == letter))
    if there is None:  # another request put the same letter in meanwhile
        return
    rows = [{"tag": tag, "letter": letter, "wrong": 1} for tag in sorted(counters)]
    put = insert(LetterTry).values(rows)
    session.execute(
        put.on_conflict_do_update(index_elements=["tag"], set_={"wrong": LetterTry.wrong + 1})
    )


def check(session: Session, key: bytes, address: str, whose: UUID, typed: str) -> None:
    """Take the digits that a case types for an address; returns when they are the code of the
    letter that is out.

    NotTheCode otherwise, and whatever is typed once this case, or all together, have typed too
    many wrong ones; NoLetter when none is out. What a page says must be the same for both: it
    would tell that somebody else has named this address.
    """
    letter = _out(session, recipient(key, address), lock=True)
    if letter is None:
        raise NoLetter
    tag = mac(key, frame(Derive.LETTER_TRY, letter.id, whose))
    tries = session.get(LetterTry, tag) or LetterTry(tag=tag, letter=letter.id, wrong=0)
    right = hmac.compare_digest(code_of(key, letter.id, address).encode(), typed.encode())
    if right and tries.wrong < MOST_WRONG and letter.wrong < MOST_OF_ALL:
        return
    if tries.wrong < MOST_WRONG:
        tries.wrong += 1
        letter.wrong = min(letter.wrong + 1, MOST_OF_ALL)
        session.add(tries)
        session.flush()
    raise NotTheCode


def _out(session: Session, tag: bytes, *, lock: bool = False) -> Outbox | None:
    asked = select(Outbox).where(Outbox.recipient == tag, Outbox.kind == KIND)
    if lock:
        asked = asked.with_for_update().execution_options(populate_existing=True)
    return session.scalars(asked).first()
