"""Uploads: parts of a form are encrypted while they are spooled, and limited.

No plaintext of a file touches the disk, not even the temporary folder: each part is sealed under
a key that lives only in the memory of this request. A file that is too big is read to its end and
dropped, so that the text of the same form is kept and the refusal can be said in words.
"""

from __future__ import annotations

import io
import secrets
import tempfile
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

import flask
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask

from grievance.refusals import Refused
from grievance.web.bodies import NAME, BodyParser, fits

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

CHUNK = 64 * 1024
_TAG = 16
_IN_MEMORY = 512 * 1024  # ciphertext of small files never reaches the disk at all
_NAME_KEPT = 250  # letters of a file's name, its end with the suffix; no system makes longer ones
_OVERRUN = 3  # a body this many times too big is still read for its text; above, plain 413


@dataclass(frozen=True)
class UploadLimits:
    """Bytes of all files of a request, bytes of one file, number of files."""

    body: int = 25 * 1024 * 1024
    file: int = 10 * 1024 * 1024
    files: int = 10


class _Allowance:
    """What the files of one request may still use."""

    def __init__(self, limits: UploadLimits) -> None:
        self.file = limits.file
        self.bytes = limits.body
        self.files = limits.files


class Spool(io.RawIOBase):
    """A file that is written once and then read: AES-256-GCM in chunks of 64 KiB.

    The key is used for this spool only, so a counter is nonce enough. The last, incomplete chunk
    stays in memory. Over a limit, all that came is dropped and `refused` says why.
    """

    def __init__(self, allowance: _Allowance) -> None:
        super().__init__()
        self._allowance = allowance
        self._cipher = AESGCM(secrets.token_bytes(32))
        self._sealed = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
        self._chunks = 0
        self._tail = bytearray()
        self._opened: tuple[int, bytes] = (-1, b"")
        self._position = 0
        self.size = 0
        self.refused: str | None = None

    def readable(self) -> bool:
        """Yes."""
        return True

    def writable(self) -> bool:
        """Yes, at the end."""
        return True

    def seekable(self) -> bool:
        """Yes, for reading."""
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        """Append; drops everything once a limit is passed."""
        arrived = bytes(data)
        if arrived and self.refused is None:
            self.refused = self._over_limit(len(arrived))
            if self.refused:
                self._drop()
        if arrived and self.refused is None:
            self.size += len(arrived)
            self._allowance.bytes -= len(arrived)
            self._tail += arrived
            while len(self._tail) >= CHUNK:
                self._seal(bytes(self._tail[:CHUNK]))
                del self._tail[:CHUNK]
        return len(arrived)

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Read from the position within one chunk."""
        view = memoryview(buffer).cast("B")
        number, offset = divmod(self._position, CHUNK)
        piece = self._chunk(number)[offset : offset + len(view)]
        view[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Move the place to read from."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def close(self) -> None:
        """Forget everything."""
        self._drop()
        super().close()

    def _over_limit(self, arriving: int) -> str | None:
        allowance = self._allowance
        if self.size == 0:
            if allowance.files == 0:
                return "too_many_files"
            allowance.files -= 1
        if self.size + arriving > allowance.file:
            return "too_big"
        return "body_too_big" if arriving > allowance.bytes else None

    def _drop(self) -> None:
        if not self.closed:
            self._allowance.bytes += self.size
            self._sealed.close()
            self._chunks, self.size, self._tail, self._opened = 0, 0, bytearray(), (-1, b"")

    def _seal(self, chunk: bytes) -> None:
        self._sealed.write(self._cipher.encrypt(self._chunks.to_bytes(12, "big"), chunk, None))
        self._chunks += 1

    def _chunk(self, number: int) -> bytes:
        if number >= self._chunks:
            return bytes(self._tail) if number == self._chunks else b""
        if self._opened[0] != number:
            self._sealed.seek(number * (CHUNK + _TAG))
            sealed = self._sealed.read(CHUNK + _TAG)
            self._sealed.seek(0, io.SEEK_END)
            self._opened = number, self._cipher.decrypt(number.to_bytes(12, "big"), sealed, None)
        return self._opened[1]


class Request(flask.Request):
    """The request class of the application: file parts go to sealed spools, bytes are capped."""

    form_data_parser_class = BodyParser

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if "allowance" not in self.__dict__:
            self.allowance = _Allowance(_limits())
        return Spool(self.allowance)  # type: ignore[return-value]

    def _load_form_data(self) -> None:
        if "form" not in self.__dict__:
            self.max_content_length = _limits().body * _OVERRUN
        super()._load_form_data()


@dataclass(frozen=True)
class UploadedFile:
    """One uploaded file: the sender's name for it, unchecked, and its size in bytes."""

    name: str = field(repr=False)
    size: int
    spool: Spool = field(repr=False, compare=False)

    def read(self) -> bytes:
        """The whole file, opened in memory; only while the request lasts."""
        self.spool.seek(0)
        return self.spool.read()


def uploaded(request: flask.Request, name: str = "files") -> list[UploadedFile]:
    """The files sent in field `name`, in order; inputs left empty are skipped.

    Refused for the first that goes beyond a limit. The other fields of the form are intact
    then. Raises TypeError when the application does not use the `Request` of this module.
    """
    found = []
    for part in request.files.getlist(name):
        spool = part.stream
        if not isinstance(spool, Spool):
            raise TypeError("this application spools uploads in the clear")
        label = part.filename or ""
        label = label if fits(label, NAME) else label[-_NAME_KEPT:]
        if spool.refused:
            raise Refused(spool.refused, label)
        if label or spool.size:
            found.append(UploadedFile(label, spool.size, spool))
    return found


def init_app(app: Flask, limits: UploadLimits | None = None) -> None:
    """Seal the uploads of `app` and set its limits. Bodies without files are limited as well."""
    limits = limits or UploadLimits()
    app.request_class = Request
    app.before_request(_read_whole)
    app.config["UPLOAD_LIMITS"] = limits
    app.config["MAX_CONTENT_LENGTH"] = limits.body


def _read_whole() -> None:
    """Take in the whole form before anything is read from the database: a slow phone holds no
    connection and no lock."""
    if flask.request.method != "POST":
        return
    try:
        _ = flask.request.form
    except OSError:  # a body that breaks off, or whose parts say a wrong size
        flask.abort(400)


def _limits() -> UploadLimits:
    limits = flask.current_app.config["UPLOAD_LIMITS"]
    if not isinstance(limits, UploadLimits):
        raise TypeError("UPLOAD_LIMITS is not set")
    return limits
