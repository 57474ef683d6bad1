"""Letters as the worker process really wrote them, for whoever tries the demonstration."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import Path
from uuid import UUID


@dataclass(frozen=True)
class Letter:
    """One letter, read back from what was sent. `language` is its BCP 47 tag."""

    id: UUID
    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False)
    message_id: str
    at: datetime
    language: str

    @property
    def plain(self) -> dict[str, str]:
        """As `/demo/mail.json` gives it."""
        return {
            "to": self.to,
            "subject": self.subject,
            "text": self.text,
            "html": self.html,
            "message_id": self.message_id,
            "at": self.at.isoformat(),
        }


def letters(folder: Path) -> list[Letter]:
    """Every letter in the folder in the order they were written, newest last."""
    if not folder.is_dir():
        return []
    found = sorted((path.stat().st_mtime_ns, path) for path in folder.glob("*.eml"))
    return [_read(path) for _written, path in found]


def letter(folder: Path, row: UUID) -> Letter | None:
    """One letter by the id of its row."""
    path = folder / f"{row}.eml"
    return _read(path) if path.is_file() else None


def _read(path: Path) -> Letter:
    mail = message_from_bytes(path.read_bytes())
    return Letter(
        id=UUID(path.stem),
        to=str(mail["To"]),
        subject=" ".join(str(make_header(decode_header(mail["Subject"]))).split()),
        text=_part(mail, "text/plain"),
        html=_part(mail, "text/html"),
        message_id=str(mail["Message-ID"]),
        at=parsedate_to_datetime(mail["Date"]),
        language=str(mail.get("Content-Language", "en")),
    )


def _part(mail: Message, kind: str) -> str:
    for part in mail.walk():
        content = part.get_payload(decode=True)
        if part.get_content_type() == kind and isinstance(content, bytes):
            return content.decode(part.get_content_charset("utf-8"))
    return ""
