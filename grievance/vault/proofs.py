"""A dated note of something that came in: what is signed says the day and a commitment, no more.

The commitment tells nothing of what it is over without its opening, 32 random bytes that only who
sent it holds. Checking needs no secret.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from grievance.vault.errors import Tampered
from grievance.vault.framing import frame
from grievance.vault.labels import Derive


@dataclass(frozen=True)
class Note:
    """Who says it, on which day something came in, on which day they signed that, and the
    commitment to it."""

    operator: str
    received_on: date
    signed_on: date
    digest: bytes

    def message(self) -> bytes:
        """The bytes that are signed."""
        days = (self.received_on.isoformat(), self.signed_on.isoformat())
        return frame(Derive.NOTE, self.operator, *days, self.digest)


def commitment(opening: bytes, told: bytes) -> bytes:
    """SHA-256 over the opening and the SHA-256 of what was told."""
    return hashlib.sha256(
        frame(Derive.NOTE_DIGEST, opening, hashlib.sha256(told).digest())
    ).digest()


def sign(private: bytes, note: Note) -> bytes:
    """Ed25519 signature with the raw private key of the anchors, which only the worker holds."""
    return Ed25519PrivateKey.from_private_bytes(private).sign(note.message())


def verify(public: bytes, note: Note, signature: bytes) -> None:
    """Tampered unless the holder of the private half signed this note."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, note.message())
    except (InvalidSignature, ValueError):
        raise Tampered("note") from None
