"""HPKE boxes (RFC 9180, base mode): a key sealed to the one holder who may have it.

DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. A box is one version byte, the encapsulated
key and the ciphertext. The library's `encrypt` has no AAD, so everything that a box must be bound
to goes into `info`, rebuilt from the request and never read from the row being opened.
"""

from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from grievance.vault.errors import Tampered
from grievance.vault.framing import frame
from grievance.vault.keys import KEY_BYTES
from grievance.vault.labels import Derive
from grievance.vault.padding import pad, unpad

SUITE = "x25519-sha256-aes256gcm/1"
VERSION = b"\x01"
_HPKE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


@dataclass(frozen=True, kw_only=True)
class GrantInfo:
    """What a grant says: this key of this case, to this holder, for this purpose."""

    case: UUID | str
    compartment_or_packet: UUID | str
    key_generation: int
    holder_kind: str
    holder_id: UUID | str
    holder_generation: int
    purpose: str
    suite: str = SUITE

    def encode(self) -> bytes:
        """The HPKE `info`: changing any field makes the grant unreadable."""
        return frame(
            Derive.GRANT,
            self.suite,
            self.case,
            self.compartment_or_packet,
            self.key_generation,
            self.holder_kind,
            self.holder_id,
            self.holder_generation,
            self.purpose,
        )


def seal_grant(public: bytes, info: GrantInfo, key: bytes) -> bytes:
    """Seal a 32-byte key to a holder's public key, which `check_public_key` returned."""
    if len(key) != KEY_BYTES:
        raise ValueError("a grant seals a key of 32 bytes")
    return _seal(public, info.encode(), key)


def open_grant(private: bytes, info: GrantInfo, box: bytes) -> bytes:
    """The granted key; Tampered when holder, case, compartment, generation or purpose differ."""
    return _open(private, info.encode(), box)


def seal_to(public: bytes, info: bytes, plaintext: bytes) -> bytes:
    """Seal anything else to a public key (an outbox message, a private key); padded like text.

    `info` is a `frame(label, row id, …)`.
    """
    return _seal(public, info, pad(plaintext))


def open_with(private: bytes, info: bytes, box: bytes) -> bytes:
    """Open what `seal_to` sealed under the same `info`; Tampered otherwise."""
    return unpad(_open(private, info, box))


def _seal(public: bytes, info: bytes, plaintext: bytes) -> bytes:
    try:
        return VERSION + _HPKE.encrypt(plaintext, X25519PublicKey.from_public_bytes(public), info)
    except ValueError:  # a key of small order, made to give a known secret
        raise Tampered("public key") from None


def _open(private: bytes, info: bytes, box: bytes) -> bytes:
    if box[:1] != VERSION:
        raise Tampered("box")
    try:
        return _HPKE.decrypt(box[1:], X25519PrivateKey.from_private_bytes(private), info)
    except InvalidTag:
        raise Tampered("box") from None
