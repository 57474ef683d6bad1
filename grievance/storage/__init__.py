"""Sealed blobs by opaque id: the bytes of a file, which only a key of its case opens.

A store knows ids and ciphertext and nothing else; names, types and sizes are sealed elsewhere.
They lie in a folder, or in a bucket that speaks S3. Whatever a store cannot do is an OSError.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from grievance.settings import Bucket, SettingsError
from grievance.storage.bucket import BucketBlobs, Misplaced
from grievance.storage.folder import FolderBlobs

__all__ = ["Blobs", "BucketBlobs", "FolderBlobs", "Misplaced", "begin", "blobs"]

log = logging.getLogger("grievance.error")
_SCHEME = re.compile(r"([a-z0-9+]{2,}):")


class Blobs(Protocol):
    """Where sealed blobs lie. An id is the 32 hex digits of a UUID; ValueError for others."""

    def put(self, blob: str, data: bytes) -> None:
        """Keep `data`, whole or not at all, for good before returning; FileExistsError if the id
        is taken."""

    def open(self, blob: str) -> BinaryIO:
        """The blob for reading; FileNotFoundError if there is none."""

    def delete(self, blob: str) -> None:
        """Remove the blob for good before returning; one that is not there is no error."""

    def exists(self, blob: str) -> bool:
        """Whether the blob is there."""

    def ids(self) -> Iterator[str]:
        """The ids of all blobs, in order."""

    def is_empty(self) -> bool:
        """Whether nothing at all lies where the blobs would."""

    def free(self) -> int | None:
        """Bytes that could still be put; None where nobody can say."""

    def check(self) -> None:
        """OSError when nothing could be kept now; `Misplaced` when nothing ever could."""


def blobs(address: str, bucket: Bucket | None = None) -> Blobs:
    """The store at `folder:/path`, a plain path, or `s3://bucket/prefix`; SettingsError for others.

    `bucket` is how the last is reached. Nothing is asked of it yet.
    """
    scheme = _SCHEME.match(address)
    if scheme and scheme[1] == "s3":
        return BucketBlobs(address, bucket or Bucket())
    if scheme and scheme[1] != "folder":
        raise SettingsError("GRIEVANCE_STORAGE is a path, folder:/path or s3://bucket/prefix")
    path = address.removeprefix("folder:")
    if not path:
        raise SettingsError("GRIEVANCE_STORAGE needs a path")
    return FolderBlobs(Path(path).absolute())


def begin(store: Blobs) -> None:
    """SettingsError for a store that answers and will never keep anything as it is set up. One
    that is only away is told in the log: what needs no file must go on."""
    try:
        store.check()
    except Misplaced as never:
        raise SettingsError(f"GRIEVANCE_STORAGE: {never.strerror}") from None
    except OSError:
        log.error("the store of files is away")
