"""Padding, so that the length of a ciphertext does not tell which sentence it holds.

Data, one byte 0x80, then zeros up to the step (ISO/IEC 7816-4), inside the encryption. Text goes
to 256-byte steps up to 4 KiB and to Padmé sizes above (at most 12 % more, arXiv:1806.03160);
blobs go to 64 KiB. Nothing is ever compressed: compressed lengths tell content.
"""

from grievance.vault.errors import Tampered

TEXT_STEP = 256
PADME_FROM = 4096
BLOB_STEP = 64 * 1024


def padded_size(length: int) -> int:
    """Bytes a text of `length` bytes takes once padded, its end mark included."""
    needed = length + 1
    if needed <= PADME_FROM:
        return -(-needed // TEXT_STEP) * TEXT_STEP
    exponent = needed.bit_length() - 1
    step = 1 << (exponent - exponent.bit_length())
    return -(-needed // step) * step


def pad(data: bytes) -> bytes:
    """Pad text (or a small value) to 256-byte steps, Padmé above 4 KiB."""
    return (data + b"\x80").ljust(padded_size(len(data)), b"\0")


def pad_blob(data: bytes) -> bytes:
    """Pad a blob to 64 KiB steps."""
    return (data + b"\x80").ljust(-(-(len(data) + 1) // BLOB_STEP) * BLOB_STEP, b"\0")


def unpad(padded: bytes) -> bytes:
    """Take either padding off again; Tampered when there is no end mark."""
    data = padded.rstrip(b"\0")
    if not data.endswith(b"\x80"):
        raise Tampered("padding")
    return data[:-1]
