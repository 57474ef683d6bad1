"""What is saved and never shown inside our pages, sent while it is made."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response


def streamed(chunks: Iterator[bytes], name: str, mime: str) -> Response:
    """A file of this name (ASCII), portion by portion."""
    answer = Response(chunks, mimetype=mime)
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
