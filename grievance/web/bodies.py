"""What a request may weigh, and the reading of its body: bytes are counted before anything else.

All text of a form is at most 1 MB as sent; above, the rest is read and dropped, so that the
refusal arrives, and nothing is decoded. One field's cap is the form's (`web.forms`).
"""

from __future__ import annotations

import re
from binascii import a2b_qp
from collections.abc import Iterator
from math import ceil
from typing import IO, Any

from flask import Flask, abort, current_app, request
from flask.globals import request_ctx
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.sansio.multipart import (
    BLANK_LINE_RE,
    Data,
    Epilogue,
    Field,
    File,
    MultipartDecoder,
    NeedData,
    State,
)

TEXT = 1024 * 1024  # all text of one form, as sent
STORY = 256 * 1024  # one text of 20,000 letters, Burmese ones too
NAME = 1024  # one short answer, password, code, token
ADDRESS = 8 * 1024  # path, query, or one header
PARTS = 1000  # fields of one form
HEAD, HEADS = 4 * 1024, 128 * 1024  # the head of one part, of all parts together
BOUNDARY = 200
CHUNK = 64 * 1024
PER_LETTER = STORY / 20_000
_NO_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
HEADERS = ("HTTP_COOKIE", "HTTP_ACCEPT_LANGUAGE", "HTTP_AUTHORIZATION", "CONTENT_TYPE")


class TextTooLong(RequestEntityTooLarge):
    """The words of a form are more than can be taken in, so they cannot be shown again."""


def bytes_for(letters: int) -> int:
    """The cap of a field that takes so many letters, in whatever script; at least that of a
    name."""
    return max(NAME, ceil(letters * PER_LETTER))


def fits(text: str, most: int) -> bool:
    """Whether `text` is at most so many bytes."""
    return len(text) <= most and len(text.encode("utf-8", "surrogatepass")) <= most


class BodyParser(FormDataParser):
    """Werkzeug's parser of forms, with the caps of this module."""

    def _parse_urlencoded(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str]
    ) -> Any:
        sent = b"".join(_chunks(stream, TEXT + 1))
        if len(sent) > TEXT or sent.count(b"&") >= PARTS:
            _too_long(stream)
        sent, bare = _NO_ESCAPE.subn(b"%25", sent, PARTS)
        if bare == PARTS:  # no browser sends one
            _too_long(stream)
        pairs = (pair.partition(b"=") for pair in sent.split(b"&") if pair)
        fields = [(_unquoted(name), _unquoted(value)) for name, _is, value in pairs]
        return stream, self.cls(fields), self.cls()

    def _parse_multipart(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str]
    ) -> Any:
        boundary = options.get("boundary", "").encode("ascii")
        if not 0 < len(boundary) <= BOUNDARY:
            raise ValueError("no boundary, or too long a one")
        reading = _Parts(self, boundary, content_length)
        try:
            for chunk in _chunks(stream):
                reading.receive(chunk)
            reading.receive(None)
        except RequestEntityTooLarge:
            _too_long(stream)
        return stream, self.cls(reading.fields), self.cls(reading.files)


class _Parts:
    """The parts of one multipart body as they arrive."""

    def __init__(self, parser: FormDataParser, boundary: bytes, length: int | None) -> None:
        self.parser, self.length = parser, length
        self.decoder = MultipartDecoder(boundary, 4 * CHUNK, max_parts=PARTS)
        self.fields: list[tuple[str, str]] = []
        self.files: list[tuple[str, FileStorage]] = []
        self.text = self.heads = 0
        self.part: Field | File | None = None
        self.held: Any = None

    def receive(self, chunk: bytes | None) -> None:
        """Take in a chunk, None at the end. TextTooLong or ValueError for what we do not read."""
        self.decoder.receive_data(chunk)
        while True:
            if self.decoder.state is State.PART:
                self._weigh_head()
            event = self.decoder.next_event()
            if isinstance(event, (Epilogue, NeedData)):
                return
            if isinstance(event, (Field, File)):
                self._begin(event)
            elif isinstance(event, Data):
                self._add(event)

    def _weigh_head(self) -> None:
        """Before a head is taken apart: doing that is quadratic in its length."""
        buffer = self.decoder.buffer
        end = BLANK_LINE_RE.search(buffer, 0, HEAD)
        if end is None and len(buffer) >= HEAD:
            raise TextTooLong
        self.heads += end.end() if end else 0
        if self.heads > HEADS:
            raise TextTooLong

    def _begin(self, part: Field | File) -> None:
        self.part, self.held = part, []
        if isinstance(part, File):
            kind = part.headers.get("content-type")
            self.held = self.parser.stream_factory(
                total_content_length=self.length, filename=part.filename, content_type=kind
            )

    def _add(self, event: Data) -> None:
        part = self.part
        if isinstance(part, File):
            self.held.write(event.data)
        else:
            self.text += len(event.data)
            if self.text > TEXT:
                raise TextTooLong
            self.held.append(event.data)
        if event.more_data or part is None:
            return
        if part.name is None:  # werkzeug's own types do not say that a part may have none
            return
        if isinstance(part, File):
            self.held.seek(0)
            found = FileStorage(self.held, part.filename, part.name, headers=part.headers)
            self.files.append((part.name, found))
        else:
            self.fields.append((part.name, b"".join(self.held).decode("utf-8", "replace")))


def _unquoted(sent: bytes) -> str:
    """A name or value as typed. The codec of mails reads escapes, too, and in C: read one by one,
    a text that alternates letter and escape would cost ten times what plain letters do."""
    raw = a2b_qp(sent.replace(b"+", b" ").replace(b"=", b"=3D").replace(b"%", b"="))
    return raw.decode("utf-8", "replace")


def _chunks(stream: IO[bytes], most: int | None = None) -> Iterator[bytes]:
    """What a stream holds, at most so many bytes of it."""
    left = most
    while left is None or left > 0:
        chunk = stream.read(CHUNK if left is None else min(CHUNK, left))
        if not chunk:
            return
        left = None if left is None else left - len(chunk)
        yield chunk


def _too_long(stream: IO[bytes]) -> None:
    """Read to the end, or the answer would be lost with the connection, then refuse."""
    for _chunk in _chunks(stream):
        pass
    raise TextTooLong


def _weigh() -> None:
    """Refuse an address or header that no page of ours and no browser makes so long."""
    if request_ctx.url_adapter is None:  # the host named is no name; its refusal is a page, too
        request_ctx.url_adapter = current_app.url_map.bind("localhost")
    sent = request.environ
    if len(sent.get("QUERY_STRING", "")) > ADDRESS or len(sent.get("PATH_INFO", "")) > ADDRESS:
        abort(414)
    if any(len(sent.get(name, "")) > ADDRESS for name in HEADERS):
        abort(431)


def init_app(app: Flask) -> None:
    """Weigh every request before anything else looks at it."""
    app.before_request(_weigh)
