"""The recovery sheet: the operator's last way back, on paper, and fingerprints to read aloud.

Each secret is four rows of eight bytes: thirteen Crockford base32 symbols and a check symbol that
knows the row's number, in groups of five, five and four. One wrong symbol, or two rows swapped,
is told by row, so that the founder typing it back looks at one row and not at all.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from grievance.vault.errors import VaultError
from grievance.vault.framing import frame
from grievance.vault.keys import KEY_BYTES
from grievance.vault.labels import Derive
from grievance.vault.strength import words

FINGERPRINT_WORDS = 6  # of 2,048: 66 bits
_SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CHECKS = _SYMBOLS + "*~$=U"
_ROWS, _ROW_BYTES, _ROW_SYMBOLS = 4, 8, 13
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None, "\t": None})
_TAGGED = re.compile(r"\s*(?:(K|S|P[1-9]\d*)\.([1-4])\s+)?(\S.*)")


class SheetError(VaultError):
    """A row of a sheet is wrong or missing; `row` names it (`K.3`), never what stands in it."""

    def __init__(self, row: str) -> None:
        super().__init__(f"look again at row {row}")
        self.row = row


@dataclass(frozen=True)
class Sheet:
    """What a sheet holds; salt and peppers are empty when only the key was typed."""

    private: bytes = field(repr=False)
    salt: bytes = field(default=b"", repr=False)
    peppers: Mapping[int, bytes] = field(default_factory=dict, repr=False)


def sheet_text(
    private: bytes, salt: bytes = b"", peppers: Mapping[int, bytes] | None = None
) -> str:
    """The rows to print: `K` the private recovery key, `S` the receipt salt, `P1` a pepper."""
    blocks = {"K": private}
    if salt:
        blocks["S"] = salt
    blocks |= {f"P{version}": pepper for version, pepper in sorted((peppers or {}).items())}
    return "\n\n".join(_block(tag, secret) for tag, secret in blocks.items()) + "\n"


def read_sheet(text: str) -> Sheet:
    """What was typed back, or SheetError. Four rows without their tags are read as the key."""
    rows = _rows(text)
    blocks = {
        tag: b"".join(_read_row(tag, row, rows.get((tag, row))) for row in range(1, _ROWS + 1))
        for tag in {"K", *(tag for tag, _ in rows)}
    }
    peppers = {int(tag[1:]): secret for tag, secret in blocks.items() if tag.startswith("P")}
    return Sheet(blocks["K"], blocks.get("S", b""), peppers)


def fingerprint(public: bytes) -> str:
    """Six words for a public key, to compare by voice before it is given a key."""
    number = int.from_bytes(hashlib.sha256(frame(Derive.FINGERPRINT, public)).digest(), "big")
    return " ".join(words()[number >> (11 * place) & 2047] for place in range(FINGERPRINT_WORDS))


def _block(tag: str, secret: bytes) -> str:
    if len(secret) != KEY_BYTES:
        raise ValueError("a sheet holds secrets of 32 bytes")
    starts = range(0, KEY_BYTES, _ROW_BYTES)
    return "\n".join(
        f"{tag}.{row}  {_row(row, secret[start : start + _ROW_BYTES])}"
        for row, start in enumerate(starts, start=1)
    )


def _row(row: int, part: bytes) -> str:
    number = int.from_bytes(part, "big")
    symbols = "".join(_SYMBOLS[number >> 5 * place & 31] for place in reversed(range(_ROW_SYMBOLS)))
    symbols += _CHECKS[(number + row) % 37]
    return f"{symbols[:5]} {symbols[5:10]} {symbols[10:]}"


def _rows(text: str) -> dict[tuple[str, int], str]:
    found: dict[tuple[str, int], str] = {}
    for line in text.upper().splitlines():
        if match := _TAGGED.fullmatch(line):
            tag, row = (match[1], int(match[2])) if match[1] else ("K", len(found) + 1)
            found[tag, row] = match[3]
    return found


def _read_row(tag: str, row: int, typed: str | None) -> bytes:
    symbols = (typed or "").translate(_READ_AS)
    if len(symbols) != _ROW_SYMBOLS + 1 or not set(symbols[:-1]) <= set(_SYMBOLS):
        raise SheetError(f"{tag}.{row}")
    number = 0
    for symbol in symbols[:-1]:
        number = number << 5 | _SYMBOLS.index(symbol)
    if number >= 1 << 8 * _ROW_BYTES or symbols[-1] != _CHECKS[(number + row) % 37]:
        raise SheetError(f"{tag}.{row}")
    return number.to_bytes(_ROW_BYTES, "big")
