"""A copy of a case to keep: one structure that a page and a PDF show alike, and a ZIP around it.

The ZIP is made while it is sent: no more of a file is in memory than a portion. Its last entry
names each other one with its SHA-256. Names, title and metadata are neutral.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

from grievance.cases.files import Stored, original_name
from grievance.cases.models import CaseFile
from grievance.cases.wage_table import Table
from grievance.i18n import BY_SLUG
from grievance.referrals import pdf as printing
from grievance.referrals.operations.proof import Proof
from grievance.storage import Blobs
from grievance.vault.errors import VaultError
from grievance.vault.files import verify_and_open

SOURCE = Path(__file__).parent / "data" / "copy.typ"
FORMAT = "grievance-copy/1"
CASE_FORMAT = "grievance-case/1"  # the same for staff
WHY = ("worker", "meeting", "review", "law")  # why staff take a case out of the desk
SHAPES = ("page", "pdf", "zip")
NAME = "copy.zip"  # says nothing to who sees it in a list of files
MANIFEST, MISSING = "manifest.json", "missing.txt"
log = logging.getLogger("grievance.error")

Chunks = Callable[[], Iterable[bytes]]


@dataclass(frozen=True)
class Entry:
    """Something that was said or is so: in which language, and by whom or when beside it."""

    label: str
    text: str = field(repr=False)
    language: str = ""  # a slug; empty: that of the copy


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it."""

    heading: str
    entries: tuple[Entry, ...] = field(repr=False)


@dataclass(frozen=True)
class Copy:
    """A case to read, in one language; `head` are the lines that say what it is."""

    language: str
    title: str
    head: tuple[str, ...]
    sections: tuple[Section, ...] = field(repr=False)

    def texts(self) -> Iterator[str]:
        """Everything that it prints."""
        yield from (self.title, *self.head)
        for section in self.sections:
            yield section.heading
            for entry in section.entries:
                yield from (entry.label, entry.text)


@dataclass(frozen=True)
class Part:
    """An entry of the ZIP. `chunks` gives its bytes, and fails before the first of them or not at
    all."""

    name: str
    chunks: Chunks = field(repr=False)


def part(name: str, data: bytes) -> Part:
    """A part that is in memory already."""
    return Part(name, lambda: (data,))


def pdf(copy: Copy) -> bytes | None:
    """The copy as an accessible PDF; None where a letter of it has no font."""
    if any(printing.missing_letters(printing.printable(text)) for text in copy.texts()):
        return None
    sections = [
        {
            "heading": section.heading,
            "entries": [
                {
                    "label": one.label,
                    "text": one.text,
                    "language": printing.spoken(one.language or copy.language),
                    "long": printing.is_long(one.text),
                }
                for one in section.entries
            ],
        }
        for section in copy.sections
    ]
    own = printing.spoken(copy.language)
    told = {"title": copy.title, "head": copy.head, "language": own, "sections": sections}
    return printing.compiled(SOURCE, told)


def pay_entries(table: Table) -> Iterator[Entry]:
    """The months of pay, one after the other, then what they come to."""
    for row in table.rows:
        told = {name: getattr(row, name) for name in table.heads if name != "month"}
        lines = [f"{table.heads[name]}: {said}" for name, said in told.items() if said]
        yield Entry(row.month, "\n".join(lines))
    yield Entry(table.total, "\n".join(table.notes))


def spoken(copy: Copy, entry: Entry | None) -> tuple[str, str]:
    """(tag, direction) of the language of an entry, or of the copy itself, for the page."""
    language = BY_SLUG[(entry.language if entry else "") or copy.language]
    return language.tag, language.direction


def file_parts(
    blobs: Blobs, kept: Iterable[tuple[CaseFile, Stored]], *, originals: bool
) -> list[Part]:
    """The files of a case: each cleaned one, or as it is where there is none; with `originals` also
    as the worker sent it."""
    parts = []
    for number, (row, stored) in enumerate(kept, 1):
        blob, key = stored.clean_blob or stored.id, stored.clean_key or stored.original_key
        parts.append(_file(blobs, f"files/{number:02}-{stored.name}", blob, key))
        if originals and row.author == "worker" and stored.clean_blob:
            name = f"files/{number:02}-as-sent-{original_name(stored)}"
            parts.append(_file(blobs, name, stored.id, stored.original_key))
    return parts


def proof_parts(blobs: Blobs, sent: Iterable[Proof]) -> list[Part]:
    """The files that bodies sent with their answers."""
    return [
        _file(blobs, f"files/from-them-{number:02}-{one.name}", one.row.blob.hex, one.key)
        for number, one in enumerate(sent, 1)
    ]


def size_of(kept: Iterable[tuple[CaseFile, Stored]], *, originals: bool) -> int:
    """About how many bytes those are."""
    return sum(
        (stored.clean_size or stored.size)
        + (stored.size if originals and row.author == "worker" and stored.clean_blob else 0)
        for row, stored in kept
    )


def _file(blobs: Blobs, name: str, blob: str, key: str) -> Part:
    def chunks() -> Iterable[bytes]:
        sealed = blobs.open(blob)
        try:
            return _closing(sealed, verify_and_open(bytes.fromhex(key), sealed))
        except (OSError, VaultError):
            sealed.close()
            raise

    return Part(name, chunks)


def _closing(sealed: BinaryIO, portions: Iterable[bytes]) -> Iterator[bytes]:
    with sealed:
        yield from portions


def zipped(parts: Iterable[Part], day: date, sorry: str) -> Iterator[bytes]:
    """The bytes of the ZIP, as they come. A file that cannot be opened is left out, and `sorry` is
    put in with its name. No entry tells when it was made."""
    made, missing = _Zip(), []
    for one in parts:
        try:
            chunks = one.chunks()
        except (OSError, VaultError) as problem:
            log.error("a file could not be copied", extra={"kind": type(problem).__name__})
            missing.append(one.name)
        else:
            yield from made.put(one.name, chunks)
    if missing:
        yield from made.put(MISSING, ["\n".join([sorry, *missing, ""]).encode()])
    about = {"format": FORMAT, "made_on": day.isoformat(), "files": list(made.told)}
    yield from made.put(MANIFEST, [as_json(about)])
    yield made.end()


def as_json(facts: Mapping[str, Any]) -> bytes:
    """Readable JSON, ending in a line end."""
    return (json.dumps(facts, ensure_ascii=False, indent=1) + "\n").encode()


class _Zip:
    """A ZIP as far as it is written, and what of it was not taken yet."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self._out = _Out()
        self._archive = ZipFile(self._out, "w", ZIP_DEFLATED, compresslevel=1)

    def put(self, name: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Write one entry."""
        size, digest = 0, hashlib.sha256()
        with self._archive.open(name, "w") as entry:
            for chunk in chunks:
                entry.write(chunk)
                digest.update(chunk)
                size += len(chunk)
                yield self._out.take()
        self.told.append({"name": name, "size": size, "sha256": digest.hexdigest()})
        yield self._out.take()

    def end(self) -> bytes:
        """Write what a ZIP ends in."""
        self._archive.close()
        return self._out.take()


class _Out(io.RawIOBase):
    """Where the ZIP is written: what was not taken yet."""

    def __init__(self) -> None:
        self._pending = bytearray()

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any) -> int:
        """Keep it until it is taken."""
        self._pending += data
        return len(data)

    def take(self) -> bytes:
        """What came since."""
        data = bytes(self._pending)
        self._pending.clear()
        return data
