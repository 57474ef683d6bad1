"""File bodies: sealed while they arrive, verified whole before one byte leaves.

64 KiB chunks under AES-256-GCM, nonce = seven zero bytes, u32 counter, u8 last. The writer draws
its own key and gives it away only at `finish`, so a key encrypts exactly once, a retry has a new
one, and what a killed process leaves behind is unreadable. The size is padded to 64 KiB.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from grievance.vault.errors import Tampered, VaultError
from grievance.vault.framing import frame
from grievance.vault.keys import new_key
from grievance.vault.labels import Label
from grievance.vault.padding import BLOB_STEP, pad_blob, unpad

CHUNK = BLOB_STEP
SEALED_CHUNK = CHUNK + 16
_AAD = frame(Label.FILE_BODY)


class Sink(Protocol):
    """Anything that takes bytes: an open file, a spooled temporary file, an object store part."""

    def write(self, data: bytes, /) -> object:
        """Take all of `data`."""


@dataclass(frozen=True)
class SealedFile:
    """What remains of a writing: the key (to be sealed in turn), the true size, the digest."""

    key: bytes = field(repr=False)
    size: int
    digest: bytes  # SHA-256 of the ciphertext, for the event


class SealingWriter:
    """Takes plaintext in any portions, writes ciphertext to `sink`; `finish` once, at the end."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._key = new_key()
        self._cipher = AESGCM(self._key)
        self._pending = bytearray()
        self._counter = 0
        self._size = 0
        self._hash = hashlib.sha256()
        self._finished = False

    def write(self, data: bytes) -> int:
        """Seal and write each chunk that is full; ValueError after `finish`."""
        if self._finished:
            raise ValueError("this file is finished")
        self._pending += data
        self._size += len(data)
        whole = len(self._pending) // CHUNK * CHUNK
        for start in range(0, whole, CHUNK):
            self._put(bytes(self._pending[start : start + CHUNK]), last=False)
        del self._pending[:whole]
        return len(data)

    def finish(self) -> SealedFile:
        """Write the padded last chunk and hand over the key; a second time is a ValueError."""
        if self._finished:
            raise ValueError("this file is finished")
        self._finished = True
        self._put(pad_blob(bytes(self._pending)), last=True)
        self._pending.clear()
        return SealedFile(self._key, self._size, self._hash.digest())

    def _put(self, chunk: bytes, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._counter, last=last), chunk, _AAD)
        self._counter += 1
        self._hash.update(sealed)
        self._sink.write(sealed)


def verify_and_open(key: bytes, source: Path | str | BinaryIO) -> Iterator[bytes]:
    """The plaintext in portions, after every chunk has been verified: it reads the file twice.

    Tampered at the call, before anything is yielded, for chunks that were altered, cut off,
    reordered, repeated or added. A file object must be seekable and stay open while it is read.
    """
    with _opened(source) as file:
        for _ in _chunks(key, file):
            pass
    return _plaintext(key, source)


def _plaintext(key: bytes, source: Path | str | BinaryIO) -> Iterator[bytes]:
    with _opened(source) as file:
        for chunk, last in _chunks(key, file):
            if portion := unpad(chunk) if last else chunk:
                yield portion


def _chunks(key: bytes, file: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    cipher, counter = AESGCM(key), 0
    ahead = file.read(SEALED_CHUNK)
    while True:
        sealed, ahead = ahead, file.read(SEALED_CHUNK)
        last = not ahead
        try:
            yield cipher.decrypt(_nonce(counter, last=last), sealed, _AAD), last
        except InvalidTag:
            raise Tampered("file") from None
        if last:
            return
        counter += 1


@contextmanager
def _opened(source: Path | str | BinaryIO) -> Iterator[BinaryIO]:
    if isinstance(source, Path | str):
        with Path(source).open("rb") as file:
            yield file
    else:
        source.seek(0)
        yield source


def _nonce(counter: int, *, last: bool) -> bytes:
    if counter >= 2**32:
        raise VaultError("file is too long")
    return bytes(7) + counter.to_bytes(4, "big") + bytes([last])
