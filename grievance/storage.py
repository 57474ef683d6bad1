"""Sealed blobs by opaque id: the bytes of a file, which only a key of its case opens.

The store knows ids and ciphertext and nothing else; names, types and sizes are sealed elsewhere.
`FolderBlobs` keeps them in a folder. Anything else with the methods of `Blobs`, such as an
S3-compatible bucket, can stand in its place.
"""

import os
import re
import shutil
import stat
import time
from pathlib import Path
from typing import BinaryIO, Protocol

_ID = re.compile(r"[0-9a-f]{32}")
_SCHEME = re.compile(r"([a-z0-9+]{2,}):")


class Blobs(Protocol):
    """Where sealed blobs lie. An id is the 32 hex digits of a UUID; ValueError for others."""

    def put(self, blob: str, data: bytes) -> None:
        """Keep `data` for good before returning; FileExistsError if the id is taken."""

    def open(self, blob: str) -> BinaryIO:
        """The blob for reading; FileNotFoundError if there is none."""

    def delete(self, blob: str) -> None:
        """Remove the blob for good before returning; one that is not there is no error."""

    def exists(self, blob: str) -> bool:
        """Whether the blob is there."""

    def free(self) -> int:
        """Bytes that could still be put."""


class FolderBlobs:
    """Blobs as files `ab/cd/abcd…` of mode 0600.

    Folders are of mode 0700, or 0770 where the group of `root` may write: then another process of
    that group can delete blobs, and reads none. A blob appears whole or not at all: it is written
    beside its place, synced, then renamed.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, blob: str, data: bytes) -> None:
        """Keep `data`; OSError, and nothing left behind, when the disk is full."""
        path = self._path(blob)
        if path.exists():
            raise FileExistsError("a blob of this id is there already")
        _make_folder(self.root, 0o700)
        mode = 0o770 if self.root.stat().st_mode & stat.S_IWGRP else 0o700
        for folder in (path.parent.parent, path.parent):
            _make_folder(folder, mode)
        part = path.with_suffix(".part")
        try:
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as target:
                target.write(data)
                target.flush()
                os.fsync(target.fileno())
            os.utime(part, (_hour(), _hour()))  # the disk must not tell the minute of an upload
            part.rename(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        sync(path.parent)

    def open(self, blob: str) -> BinaryIO:
        """The blob for reading."""
        return self._path(blob).open("rb")

    def delete(self, blob: str) -> None:
        """Remove the blob."""
        path = self._path(blob)
        if path.exists():
            path.unlink(missing_ok=True)
            sync(path.parent)

    def exists(self, blob: str) -> bool:
        """Whether the blob is there."""
        return self._path(blob).exists()

    def free(self) -> int:
        """Bytes free on the disk the folder is on, or will be."""
        there = next(one for one in (self.root, *self.root.parents) if one.is_dir())
        return shutil.disk_usage(there).free

    def _path(self, blob: str) -> Path:
        if not _ID.fullmatch(blob):
            raise ValueError("a blob id is the 32 lower-case hex digits of a UUID")
        return self.root / blob[:2] / blob[2:4] / blob


def blobs(setting: str) -> Blobs:
    """The store that the setting names: `folder:/path` or a plain path; ValueError for others."""
    scheme = _SCHEME.match(setting)
    if scheme and scheme[1] != "folder":
        raise ValueError("storage is given as folder:/path or as a path")
    path = setting.removeprefix("folder:")
    if not path:
        raise ValueError("storage needs a path")
    return FolderBlobs(Path(path).absolute())


def _hour() -> int:
    """The present hour, as seconds."""
    return int(time.time()) // 3600 * 3600


def _make_folder(folder: Path, mode: int) -> None:
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(mode)  # whatever the umask
        sync(folder.parent)


def sync(folder: Path) -> None:
    """Make a new, renamed or removed name in `folder` outlast a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
