"""Files of a case: the original and its clean form, each sealed under a key of its own.

A file is cleaned and sealed in the request that brings it, before there is a case: `keep` gives a
`Stored`, which a draft carries sealed. `attach` seals its keys, name and type to the case.
"""

from __future__ import annotations

import io
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.cases.models import CaseFile
from grievance.cases.opening import OpenCase
from grievance.files.cleaning import LIMITS, clean, safe_name
from grievance.files.formats import suffix_of
from grievance.storage import Blobs
from grievance.vault.files import SealingWriter, verify_and_open
from grievance.vault.labels import Label


@dataclass(frozen=True)
class Stored:
    """A file that lies sealed in the store, and all that is needed to open it. JSON-able."""

    id: str
    name: str = field(repr=False)
    kind: str
    mime: str
    size: int
    state: str
    original_key: str = field(repr=False)
    clean_blob: str = ""
    clean_key: str = field(default="", repr=False)
    warnings: tuple[str, ...] = ()
    clean_size: int = 0
    suffix: str = ""  # of the original; empty for one kept before this was noted
    tries: int = 0  # of cleaning, that failed for the file's own sake


@dataclass(frozen=True)
class Brought:
    """Who brought a file, when, and the message that it came with."""

    author: str
    at: datetime
    message_id: UUID | None = None


def _put(blobs: Blobs, blob: str, data: bytes) -> str:
    sealed = io.BytesIO()
    writer = SealingWriter(sealed)
    writer.write(data)
    key = writer.finish().key
    blobs.put(blob, sealed.getvalue())
    return key.hex()


def keep(blobs: Blobs, data: bytes, name: str, source: bytes = b"", language: str = "") -> Stored:
    """Clean and seal one upload; raises `Refused` with the code of what is wrong.

    A retry draws new keys and a new blob, so a key encrypts exactly once. `source` is the network
    it came from: one of them does not hold the cleaner alone; `language` that of who brings it.
    """
    cleaned = clean(data, name, source=source, language=language)
    blob, clean_blob, clean_key = uuid4().hex, "", ""
    original_key = _put(blobs, blob, data)
    if cleaned.data is not None:
        clean_blob = uuid4().hex
        try:
            clean_key = _put(blobs, clean_blob, cleaned.data)
        except OSError:
            blobs.delete(blob)
            raise
    return Stored(
        id=blob,
        name=safe_name(name, cleaned.extension),
        kind=cleaned.kind,
        mime=cleaned.mime,
        size=len(data),
        state=cleaned.state,
        original_key=original_key,
        clean_blob=clean_blob,
        clean_key=clean_key,
        clean_size=len(cleaned.data or b""),
        suffix=suffix_of(data) or cleaned.extension,
        warnings=cleaned.warnings,
    )


def made_clean(blobs: Blobs, stored: Stored, source: bytes, language: str) -> Stored:
    """A file that was kept uncleaned, after another try. Does not wait for a turn. Its clean form
    gets a key and a blob of its own."""
    data = content(blobs, stored, original=True)
    cleaned = clean(data, stored.name, replace(LIMITS, wait_seconds=0), source, language)
    if cleaned.state == "not_cleaned":
        return tried(stored, *cleaned.warnings)
    blob, key = "", ""
    if cleaned.data is not None:
        blob = uuid4().hex
        key = _put(blobs, blob, cleaned.data)
    return replace(
        stored,
        name=safe_name(stored.name, cleaned.extension),
        kind=cleaned.kind,
        mime=cleaned.mime,
        state=cleaned.state,
        clean_blob=blob,
        clean_key=key,
        warnings=cleaned.warnings,
    )


def original_name(stored: Stored) -> str:
    """The name of a file as it was sent, with the suffix of what it was."""
    return safe_name(stored.name, stored.suffix) if stored.suffix else stored.name


def tried(stored: Stored, *why: str) -> Stored:
    """The same file after a try that failed; that the cleaner was busy does not count."""
    return replace(stored, warnings=why, tries=stored.tries + ("busy" not in why))


def forget_clean(blobs: Blobs, stored: Stored) -> None:
    """Delete a clean form that nobody will look at."""
    if stored.clean_blob:
        blobs.delete(stored.clean_blob)


def forget(blobs: Blobs, stored: Stored) -> None:
    """Delete a stored file that never became part of a case."""
    for blob in (stored.id, stored.clean_blob):
        if blob:
            blobs.delete(blob)


def size_text(number: int) -> str:
    """A size in bytes as a person says it."""
    if number < 1_000_000:
        return f"{max(1, round(number / 1000))} kB"
    return f"{number / 1_000_000:.1f} MB"


def plain(stored: Stored) -> dict[str, Any]:
    """The stored file as JSON values, for a draft."""
    return asdict(stored)


def from_plain(values: dict[str, Any]) -> Stored:
    """Read back what `plain` gave."""
    return Stored(**{**values, "warnings": tuple(values.get("warnings", ()))})


def attach(session: Session, opened: OpenCase, stored: Stored, brought: Brought) -> CaseFile:
    """Make a stored file part of a case: its name, type, size and keys are sealed to the story."""
    row = uuid4()
    file = CaseFile(
        id=row,
        case_id=opened.case.id,
        message_id=brought.message_id,
        author=brought.author,
        state=stored.state,
        original_blob=UUID(hex=stored.id),
        clean_blob=UUID(hex=stored.clean_blob) if stored.clean_blob else None,
        key_generation=opened.case.key_generation,
        meta=opened.seal_json(Label.FILE_META, row, plain(stored)),
        at=brought.at,
    )
    session.add(file)
    return file


def listed(session: Session, opened: OpenCase) -> list[tuple[CaseFile, Stored]]:
    """The files of a case with what they are, oldest first."""
    rows = session.scalars(
        select(CaseFile)
        .where(CaseFile.case_id == opened.case.id)
        .order_by(CaseFile.at, CaseFile.id)
    )
    return [(row, read_meta(opened, row)) for row in rows]


def of_message(session: Session, message_id: UUID) -> list[CaseFile]:
    """The files that came with a message."""
    return list(session.scalars(select(CaseFile).where(CaseFile.message_id == message_id)))


def read_meta(opened: OpenCase, file: CaseFile) -> Stored:
    """What a file is; `Shut` without the key of the story."""
    return from_plain(opened.open_json(Label.FILE_META, file.id, file.meta))


def content(blobs: Blobs, stored: Stored, *, original: bool) -> bytes:
    """The bytes of a file, every chunk verified before anything is given out.

    The clean form where there is one, unless the original is asked for. At most 40 MB.
    """
    use_original = original or not stored.clean_blob
    blob = stored.id if use_original else stored.clean_blob
    key = stored.original_key if use_original else stored.clean_key
    with blobs.open(blob) as sealed:
        return b"".join(verify_and_open(bytes.fromhex(key), sealed))
