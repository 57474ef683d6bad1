"""Letters that came back: a mail server took one, and reported later that it cannot deliver it.

Such reports come to the sender's own mailbox. One counts only for the letter whose Message-ID it
repeats, which nobody knows who did not get the letter: an address alone would let anybody cut a
worker off. A report holds an address, so it is deleted once it is read; other mail is not touched.
"""

from __future__ import annotations

import imaplib
import logging
import re
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from email.utils import parseaddr
from typing import Protocol
from urllib.parse import unquote, urlsplit
from uuid import UUID

from flufl.bounce import all_failures
from sqlalchemy import update
from sqlalchemy.orm import Session

from grievance.clock import to_the_hour
from grievance.notifications.channels import TIMEOUT, this_machine
from grievance.notifications.drain import ROUND_SECONDS
from grievance.notifications.models import Outbox
from grievance.notifications.outbox import RETURNED, RETURNED_KEPT

PORTS = {"imap": 143, "imaps": 993}
MOST = 100  # mails looked at in a run, the newest first
LARGEST = 65536  # bytes of one; what was returned stands at the front of a report
ID = r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@%s>"

# It writes down what it stumbles over.
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True)
class Report:
    """What a mail server says of one letter: whether it gave up, or only goes on trying."""

    letter: UUID
    permanent: bool


class Inbox(Protocol):
    """The sender's mailbox: what is in it, by a number that stays, and taking some out of it."""

    def read(self) -> Iterator[tuple[str, bytes]]: ...

    def delete(self, numbers: Sequence[str]) -> None: ...


def collect(session: Session, inbox: Inbox, sender: str, now: datetime) -> dict[str, int]:
    """Read the reports for 45 s at most, outside of any transaction; note which letters came back,
    and commit before a report is deleted.

    Answers `due` mails looked at, `done` letters that came back, `skipped` mails that are no report
    on a letter of ours: a person may have written there. The same report twice changes nothing.
    """
    mails = list(_in_time(inbox.read()))
    found = [(number, report) for number, raw in mails if (report := report_of(raw, sender))]
    gone = [report.letter for _, report in found if report.permanent]
    done = sum(_came_back(session, letter, now) for letter in gone)
    session.commit()
    if found:
        inbox.delete([number for number, _ in found])
    return {"due": len(mails), "done": done, "skipped": len(mails) - len(found)}


def _in_time(mails: Iterator[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    began = time.monotonic()
    for mail in mails:
        yield mail
        if time.monotonic() - began > ROUND_SECONDS:
            return


def report_of(raw: bytes, sender: str) -> Report | None:
    """What a mail reports of a letter of this sender; None when it is anything else."""
    mail = message_from_bytes(raw)
    try:
        temporary, permanent = all_failures(mail)
    except Exception:  # what a stranger sends may trip any of its detectors
        return None
    if not temporary and not permanent:
        return None
    domain = re.escape(parseaddr(sender)[1].rpartition("@")[2])
    found = re.search(ID % domain, _all_text(mail), re.IGNORECASE)
    return Report(UUID(found[1]), bool(permanent)) if found else None


def _all_text(mail: Message) -> str:
    """The headers and texts of every part but the headers of the report itself: an answer repeats
    a Message-ID there."""
    parts = list(mail.walk())
    said = [str(value) for part in parts[1:] for value in part.values()]
    for part in parts:
        body = part.get_payload(decode=True)
        if isinstance(body, bytes):
            said.append(body.decode("utf-8", "replace"))
    return "\n".join(said)


def _came_back(session: Session, letter: UUID, now: datetime) -> int:
    """Mark a letter that was sent; how many were."""
    sent = update(Outbox).where(Outbox.id == letter, Outbox.state == "sent")
    over = to_the_hour(now) + RETURNED_KEPT
    back = sent.values(state="dead", error=RETURNED, sent_at=None, next_at=over)
    return len(session.scalars(back.returning(Outbox.id)).all())


@dataclass(frozen=True)
class Imap:
    """A folder of an IMAP server, over one connection for each thing that is done."""

    host: str
    port: int
    encrypted: bool
    folder: str
    user: str = field(repr=False)
    password: str = field(repr=False)

    def read(self) -> Iterator[tuple[str, bytes]]:
        """The newest mails with their numbers; nothing is marked as read."""
        with self._opened(writes=False) as server:
            _, found = server.uid("SEARCH", "ALL")
            for number in (found[0] or b"").split()[: -MOST - 1 : -1]:
                _, got = server.uid("FETCH", number.decode(), f"(BODY.PEEK[]<0.{LARGEST}>)")
                for part in got:
                    if isinstance(part, tuple):
                        yield number.decode(), part[1]

    def delete(self, numbers: Sequence[str]) -> None:
        """Take these out of the folder."""
        with self._opened(writes=True) as server:
            chosen = ",".join(numbers)
            server.uid("STORE", chosen, "+FLAGS.SILENT", r"(\Deleted)")
            if "UIDPLUS" in server.capabilities:
                server.uid("EXPUNGE", chosen)
            else:
                server.expunge()

    @contextmanager
    def _opened(self, *, writes: bool) -> Iterator[imaplib.IMAP4]:
        with self._connected() as server:
            server.login(self.user, self.password)
            done, _ = server.select(f'"{self.folder}"', readonly=not writes)
            if done != "OK":
                raise imaplib.IMAP4.error("no such folder")
            yield server

    def _connected(self) -> imaplib.IMAP4:
        if not self.encrypted:
            return imaplib.IMAP4(self.host, self.port, TIMEOUT)
        context = ssl.create_default_context()  # imaplib's own trusts every certificate
        return imaplib.IMAP4_SSL(self.host, self.port, ssl_context=context, timeout=TIMEOUT)


def inbox_of(url: str) -> Imap:
    """The mailbox that a setting names, `imaps://user:password@host/folder`; without a folder its
    INBOX. ValueError when it names none, or a password would go over a bare connection."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname or not parts.username:
        raise ValueError("a mailbox is imaps://user:password@host/folder")
    if parts.scheme == "imap" and not this_machine(parts.hostname):
        raise ValueError("a mail password needs imaps://")
    folder = unquote(parts.path.strip("/")) or "INBOX"
    if '"' in folder or "\\" in folder or not folder.isprintable():
        raise ValueError("no such folder")
    return Imap(
        parts.hostname,
        parts.port or PORTS[parts.scheme],
        parts.scheme == "imaps",
        folder,
        unquote(parts.username),
        unquote(parts.password or ""),
    )
