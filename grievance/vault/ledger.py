"""Lines that only the holder of the anchor key can write: signed, each naming the one before.

So none can be forged, changed, left out or put elsewhere without being told; only lines at the end
can be cut off, and that is told by what else is known to have happened. Checking needs no secret.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from grievance.vault.chain import START, canonical
from grievance.vault.errors import VaultError
from grievance.vault.framing import frame
from grievance.vault.labels import Derive

PREV, SIGNATURE = "prev", "signature"


class Forged(VaultError):
    """A line that was not written here, or not at this place; `number` counts from 1."""

    def __init__(self, number: int) -> None:
        super().__init__(f"line {number} does not hold")
        self.number = number


def whole(data: bytes) -> bytes:
    """The whole lines: one that was torn off while it was written is dropped."""
    return data[: data.rfind(b"\n") + 1]


def signed(private: bytes, before: bytes, facts: Iterable[Mapping[str, Any]]) -> bytes:
    """Facts as the lines that follow `before`, the whole lines so far."""
    key, lines = Ed25519PrivateKey.from_private_bytes(private), []
    prev = _digest(before.splitlines()[-1]) if before else START
    for each in facts:
        body = {**each, PREV: prev.hex()}
        line = canonical({**body, SIGNATURE: key.sign(_message(body)).hex()})
        lines.append(line + b"\n")
        prev = _digest(line)
    return b"".join(lines)


def read(public: bytes, data: bytes) -> list[dict[str, Any]]:
    """The facts of every whole line; Forged names the first one that does not hold."""
    key, prev, found = Ed25519PublicKey.from_public_bytes(public), START, []
    for number, line in enumerate(whole(data).splitlines(), 1):
        try:
            body = json.loads(line)
            signature = bytes.fromhex(body.pop(SIGNATURE))
            if body[PREV] != prev.hex():
                raise Forged(number)
            key.verify(signature, _message(body))
        except (ValueError, KeyError, TypeError, AttributeError, InvalidSignature):
            raise Forged(number) from None
        body.pop(PREV)
        found.append(body)
        prev = _digest(line)
    return found


def _message(body: Mapping[str, Any]) -> bytes:
    return frame(Derive.LEDGER, canonical(body))


def _digest(line: bytes) -> bytes:
    return hashlib.sha256(line).digest()
