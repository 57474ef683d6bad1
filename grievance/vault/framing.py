"""One unambiguous way to turn several values into bytes, for AAD, HPKE info and MACs.

Each part is `tag | u32 length | bytes`: `b` bytes, `s` UTF-8 text, `i` a decimal whole number,
`u` the 16 bytes of a UUID. No two different sequences of parts give the same bytes, so nothing
can be moved across the border between two parts. A UUID and its text form are different parts.
"""

from uuid import UUID


def frame(*parts: bytes | str | int | UUID) -> bytes:
    """Join parts injectively. TypeError for any other type, `bool` included."""
    return b"".join(_framed(part) for part in parts)


def _framed(part: bytes | str | int | UUID) -> bytes:
    tag, body = _encoded(part)
    return tag + len(body).to_bytes(4, "big") + body


def _encoded(part: bytes | str | int | UUID) -> tuple[bytes, bytes]:
    if isinstance(part, bytes):
        return b"b", part
    if isinstance(part, str):
        return b"s", part.encode()
    if isinstance(part, UUID):
        return b"u", part.bytes
    if isinstance(part, int) and not isinstance(part, bool):
        return b"i", str(part).encode()
    raise TypeError("a frame holds bytes, text, whole numbers and UUIDs only")
