"""Sealed values: `version | key generation | 96-bit random nonce | ciphertext`, AES-256-GCM.

The AAD binds a value to its place: label, case, row and key generation. A value copied to another
row, column or case does not open. An *older* value of the same place does, so change events carry
`digest(value)` and `check_digest` tells a rolled-back row.
"""

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from grievance.vault.errors import Tampered
from grievance.vault.framing import frame
from grievance.vault.keys import KEY_BYTES
from grievance.vault.labels import Label
from grievance.vault.padding import pad, unpad

VERSION = b"\x01"
NONCE_BYTES = 12
_HEADER_BYTES = 1 + 4 + NONCE_BYTES


@dataclass(frozen=True)
class Place:
    """Where a value lives. Rebuilt from what was asked for, never read from the row being opened.

    `case` is the case (or organisation, or draft) the key belongs to, `row` the id of the row,
    `generation` the generation of the key.
    """

    label: Label
    case: UUID | str
    row: UUID | str
    generation: int

    def aad(self) -> bytes:
        """The additional data that ties a value to this place."""
        return frame(self.label, self.case, self.row, self.generation)


def seal_bytes(key: bytes, place: Place, data: bytes) -> bytes:
    """Seal bytes, padded like text. `key` is 32 bytes; two sealings of the same data differ."""
    header = VERSION + place.generation.to_bytes(4, "big")
    nonce = secrets.token_bytes(NONCE_BYTES)
    return header + nonce + _cipher(key).encrypt(nonce, pad(data), place.aad())


def open_bytes(key: bytes, place: Place, value: bytes) -> bytes:
    """Open what `seal_bytes` sealed at the same place; Tampered for everything else."""
    header = VERSION + place.generation.to_bytes(4, "big")
    nonce, ciphertext = value[len(header) : _HEADER_BYTES], value[_HEADER_BYTES:]
    if not value.startswith(header) or not ciphertext:
        raise Tampered
    try:
        return unpad(_cipher(key).decrypt(nonce, ciphertext, place.aad()))
    except InvalidTag:
        raise Tampered from None


def seal_text(key: bytes, place: Place, text: str) -> bytes:
    """Seal a text."""
    return seal_bytes(key, place, text.encode())


def open_text(key: bytes, place: Place, value: bytes) -> str:
    """Open a sealed text; Tampered when it is not one of this place."""
    return open_bytes(key, place, value).decode()


def seal_json(key: bytes, place: Place, data: Any) -> bytes:
    """Seal anything JSON can hold."""
    compact = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return seal_text(key, place, compact)


def open_json(key: bytes, place: Place, value: bytes) -> Any:
    """Open sealed JSON; Tampered when it is not of this place."""
    return json.loads(open_bytes(key, place, value))


def digest(value: bytes) -> bytes:
    """SHA-256 of a sealed value, for its change event. Never of a plaintext: it can be guessed."""
    return hashlib.sha256(value).digest()


def check_digest(value: bytes, expected: bytes) -> None:
    """Tampered when a value is not the one its last change event named (a rolled-back row)."""
    if not hmac.compare_digest(digest(value), expected):
        raise Tampered


def _cipher(key: bytes) -> AESGCM:
    if len(key) != KEY_BYTES:
        raise ValueError("a sealing key has 32 bytes")
    return AESGCM(key)
