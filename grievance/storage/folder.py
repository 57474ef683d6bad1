"""Sealed blobs as files of a folder."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from grievance.storage.ids import checked, is_id


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
        """The blob for reading; not FileNotFoundError when it is the whole folder that is gone."""
        try:
            return self._path(blob).open("rb")
        except FileNotFoundError:
            if not self.root.is_dir():
                raise OSError(errno.EIO, "the folder of files is away") from None
            raise

    def delete(self, blob: str) -> None:
        """Remove the blob."""
        path = self._path(blob)
        if path.exists():
            path.unlink(missing_ok=True)
            sync(path.parent)

    def exists(self, blob: str) -> bool:
        """Whether the blob is there."""
        return self._path(blob).exists()

    def ids(self) -> Iterator[str]:
        """The ids of all blobs; parts that a killed process left are none."""
        return (path.name for path in sorted(self.root.glob("??/??/*")) if is_id(path.name))

    def is_empty(self) -> bool:
        """Whether the folder holds nothing, or is not there yet."""
        return not self.root.exists() or not any(self.root.iterdir())

    def free(self) -> int:
        """Bytes free on the disk the folder is on, or will be."""
        return shutil.disk_usage(self._there()).free

    def check(self) -> None:
        """OSError unless this process may write into the folder, or make it."""
        there = self._there()
        if self.root.exists() and not self.root.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "the storage is no folder")
        if not os.access(there, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "the storage may not be written")

    def _there(self) -> Path:
        return next(one for one in (self.root, *self.root.parents) if one.is_dir())

    def _path(self, blob: str) -> Path:
        return self.root / checked(blob)[:2] / blob[2:4] / blob


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
