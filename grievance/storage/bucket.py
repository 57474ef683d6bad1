"""Sealed blobs as objects of a bucket that speaks S3: `s3://bucket/prefix`.

An object is named by its id, holds ciphertext and carries nothing else; when it was put, the
bucket knows to the second. Every call ends within `LIMIT` seconds or so, whatever becomes of it.
"""

from __future__ import annotations

import errno
import io
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from ipaddress import ip_address
from typing import BinaryIO
from urllib.parse import SplitResult, urlsplit

from grievance.settings import Bucket, SettingsError
from grievance.storage.ids import checked, is_id

try:  # an extra: most keep their files in a folder
    from obstore.exceptions import (
        AlreadyExistsError,
        BaseError,
        PermissionDeniedError,
        UnauthenticatedError,
    )
    from obstore.store import S3Store

    INSTALLED = True
except ImportError:
    INSTALLED = False

LIMIT = 30
CONNECTING, ANSWERING, AGAIN = timedelta(seconds=3), timedelta(seconds=18), timedelta(seconds=8)
NOBODY = "0" * 32
NOT_INSTALLED = (
    "GRIEVANCE_STORAGE names a bucket, and what speaks to buckets is not installed:"
    " pip install --require-hashes -r deploy/requirements-s3.txt, or the extra s3"
)
_NAME, _PREFIX = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"), re.compile(r"[A-Za-z0-9._/-]*")
# what a store that is busy or throttled answers with 408, 425 or 429 is over later
_REFUSED = re.compile(r"status code: (?!408|425|429)([34]\d\d)")
_user = 0  # the process that spoke to a bucket first


class Misplaced(OSError):
    """The store answered, and will never keep anything as it is set up."""


class BucketBlobs:
    """Blobs as objects `prefix/abcd…`, put in one request each: whole or not at all."""

    def __init__(self, address: str, bucket: Bucket) -> None:
        """SettingsError when the extra is missing or a setting is not what it must be."""
        if not INSTALLED:
            raise SettingsError(NOT_INSTALLED)
        self.place = _place(address)
        local = _checked(bucket)
        self._store = S3Store(
            self.place.netloc,
            prefix=self.place.path.strip("/") or None,
            endpoint=bucket.endpoint or f"https://s3.{bucket.region}.amazonaws.com",
            region=bucket.region,
            access_key_id=bucket.key_id,
            secret_access_key=bucket.secret,
            disable_bulk_delete=True,  # not every kind of store has it
            client_options={
                "allow_http": local,
                "connect_timeout": CONNECTING,
                "timeout": ANSWERING,
            },
            retry_config={"max_retries": 2, "retry_timeout": AGAIN},
        )

    def put(self, blob: str, data: bytes) -> None:
        """Keep `data`. An answer that was lost is asked for again: then what is there is ours."""
        try:
            with _answers():
                self._asked.put(checked(blob), data, mode="create", use_multipart=False)
        except FileExistsError:
            with self.open(blob) as there:
                if there.read() != data:
                    raise

    def open(self, blob: str) -> BinaryIO:
        """The blob for reading, fetched whole."""
        with _answers():
            return io.BytesIO(bytes(self._asked.get(checked(blob)).bytes()))

    def delete(self, blob: str) -> None:
        """Remove the blob."""
        try:
            with _answers():
                self._asked.delete(checked(blob))
        except FileNotFoundError:  # some kinds of store say so, most do not
            return

    def exists(self, blob: str) -> bool:
        """Whether the blob is there."""
        try:
            with _answers():
                self._asked.head(checked(blob))
        except FileNotFoundError:
            return False
        return True

    def ids(self) -> Iterator[str]:
        """The ids of all blobs, a thousand to a request."""
        return (name for name in self._names() if is_id(name))

    def is_empty(self) -> bool:
        """Whether nothing lies under the prefix."""
        return next(self._names(), None) is None

    def free(self) -> None:
        """A bucket does not say."""
        return

    def check(self) -> None:
        """OSError unless the bucket says of an object that was never put that it is not there:
        to whoever may not list it, it would not."""
        with suppress(FileNotFoundError):
            self.open(NOBODY)

    def _names(self) -> Iterator[str]:
        self.check()  # a bucket that is not there would be listed as an empty one
        with _answers():
            for page in self._asked.list():
                yield from (found["path"] for found in page)

    @property
    def _asked(self) -> S3Store:
        """The store, in the process that asks it first. One that was forked from that would wait
        for ever, for the threads that do the work are not in it."""
        global _user
        _user = _user or os.getpid()
        if _user != os.getpid():
            raise OSError(errno.EDEADLK, "the bucket was asked before this process was forked")
        return self._store


@contextmanager
def _answers() -> Iterator[None]:
    """What went wrong, in words that name neither object nor address."""
    try:
        yield
    except FileNotFoundError as missing:
        if "NoSuchBucket" in str(missing):
            raise Misplaced(errno.ENODEV, "there is no such bucket") from None
        raise FileNotFoundError(errno.ENOENT, "there is no such blob") from None
    except AlreadyExistsError:
        raise FileExistsError(errno.EEXIST, "a blob of this id is there already") from None
    except (PermissionDeniedError, UnauthenticatedError):
        why = "the bucket refuses: look at the key, at its rights and at this machine's clock"
        raise Misplaced(errno.EACCES, why) from None
    except BaseError as problem:
        if said := _REFUSED.search(str(problem)):
            raise Misplaced(errno.EPROTO, f"the store answers {said[1]}") from None
        raise OSError(errno.EIO, "the store does not answer") from None


def _place(address: str) -> SplitResult:
    try:
        place = urlsplit(address)
        good = _NAME.fullmatch(place.netloc) and _PREFIX.fullmatch(place.path)
    except ValueError:
        good = None
    if not good or place.query or place.fragment or ".." in place.path:
        raise SettingsError("GRIEVANCE_STORAGE is not s3://bucket/prefix")
    return place


def _checked(bucket: Bucket) -> bool:
    """Whether it is on this machine, where it may be asked without TLS; SettingsError otherwise.

    Without a key the cloud would be asked for one, at an address that answers only there.
    """
    for name in ("key_id", "secret", "region"):
        if not getattr(bucket, name):
            raise SettingsError(f"GRIEVANCE_S3_{name.upper()} is missing")
    endpoint = urlsplit(bucket.endpoint)
    local = endpoint.scheme == "http" and _is_here(endpoint.hostname or "")
    good = not bucket.endpoint or (endpoint.scheme == "https" and endpoint.hostname) or local
    if not good or "@" in bucket.endpoint or endpoint.query or endpoint.fragment:
        raise SettingsError(
            "GRIEVANCE_S3_ENDPOINT is not an https address (http only to this machine)"
        )
    return local


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
