"""Files of a backup: written privately, whole or not at all, and checked by size and SHA-256."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import click

from grievance.storage import Blobs
from grievance.storage.folder import sync

PORTION = 1 << 20  # bytes
BLOBS = "files"
LIST = "files.list"  # a line a blob: SHA-256, size in bytes, id
Portion = bytes | bytearray | memoryview
_LINE = re.compile(r"([0-9a-f]{64}) (\d+) ([0-9a-f]{32})")


class NotDone(Exception):
    """A backup is not made or not put back; the text is for the person at the terminal."""

    def __init__(self, why: str, code: int = 1) -> None:
        super().__init__(why)
        self.code = code  # of the process: 1 found wanting, 2 bad usage, 3 something is missing


@dataclass(frozen=True)
class Sum:
    """What a file must be."""

    size: int
    sha256: str


@contextmanager
def staged(target: Path) -> Iterator[Path]:
    """A private folder beside `target` that takes its name at the end, or is gone again.

    NotDone when `target` exists.
    """
    refuse_existing(target)
    _private(target.parent)
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    part.mkdir(mode=0o700)
    try:
        yield part
        refuse_existing(target)
        sync(part)
        part.rename(target)
        sync(target.parent)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def refuse_existing(target: Path) -> None:
    """NotDone when something has this name: nothing is ever written over."""
    if os.path.lexists(target):
        raise NotDone(f"{target} exists already; nothing was written.")


def keep(path: Path, portions: Iterable[Portion], mode: int = 0o600) -> Sum:
    """Write a new file for its owner only, and wait until the disk has it."""
    _private(path.parent)
    size, digest = 0, hashlib.sha256()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        for portion in portions:
            size += len(portion)
            digest.update(portion)
            file.write(portion)
        file.flush()
        os.fsync(file.fileno())
    return Sum(size, digest.hexdigest())


def portions_of(path: Path) -> Iterator[bytes]:
    """A file's bytes, a mebibyte at a time."""
    with path.open("rb") as file:
        yield from _read(file)


def _read(file: BinaryIO) -> Iterator[bytes]:
    while portion := file.read(PORTION):
        yield portion


def check(path: Path, told: Sum) -> None:
    """NotDone when the file is missing or is not what was told."""
    size, digest = 0, hashlib.sha256()
    try:
        for portion in portions_of(path):
            size += len(portion)
            digest.update(portion)
    except OSError:
        raise NotDone(f"{path} cannot be read; nothing was restored.") from None
    if Sum(size, digest.hexdigest()) != told:
        raise NotDone(f"{path} was changed or cut off; nothing was restored.")


def save_blobs(store: Blobs, target: Path) -> tuple[set[str], Sum]:
    """Copy every blob as it is and list it; the ids, and the sum of the list.

    Call it after the database's snapshot: a file without a row harms nobody. What is deleted
    meanwhile is left out.
    """
    found, lines = set(), []
    for name in sorted(store.ids()):
        with suppress(FileNotFoundError), store.open(name) as blob:
            told = keep(_place(target, name), _read(blob))
            found.add(name)
            lines.append(f"{told.sha256} {told.size} {name}\n".encode())
    return found, keep(target / LIST, lines)


def check_blobs(folder: Path, told: Sum) -> list[str]:
    """The ids of the blobs of a backup, once the list and every blob are what they should be."""
    check(folder / LIST, told)
    found = []
    for line in (folder / LIST).read_text("ascii").splitlines():
        match = _LINE.fullmatch(line)
        if match is None:
            raise NotDone(f"{folder / LIST} is not a list of files; nothing was restored.")
        check(_place(folder, match[3]), Sum(int(match[2]), match[1]))
        found.append(match[3])
    return found


@contextmanager
def restored_blobs(folder: Path, names: list[str], store: Blobs) -> Iterator[None]:
    """Put the blobs into the store, and take them away again when what follows fails. Says how
    many stayed all the same: the store must be empty before the next try."""
    done: list[str] = []
    try:
        for name in names:
            done.append(name)
            store.put(name, _place(folder, name).read_bytes())
        yield
    except BaseException:
        if stayed := sum(not _taken_away(store, name) for name in done):
            click.echo(f"{stayed} of {len(done)} files may have stayed in the storage.", err=True)
        raise


def _taken_away(store: Blobs, name: str) -> bool:
    try:
        store.delete(name)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _place(folder: Path, name: str) -> Path:
    return folder / BLOBS / name[:2] / name[2:4] / name


def _private(folder: Path) -> None:
    """Make the folder and those above it that are missing, for their owner only."""
    for each in (*reversed(folder.parents), folder):
        if not each.is_dir():
            each.mkdir(mode=0o700)
