"""Random keys, X25519 pairs, derivation, and the proof that a public key is ours."""

import hmac
import secrets
from dataclasses import dataclass, field
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from grievance.vault.errors import VaultError
from grievance.vault.framing import frame
from grievance.vault.labels import Derive

KEY_BYTES = 32


class StrangeKey(VaultError):
    """A public key carries no valid MAC of ours: it may have been swapped in the database."""

    def __init__(self) -> None:
        super().__init__("public key is not vouched for")


@dataclass(frozen=True)
class KeyPair:
    """An X25519 pair, each half 32 raw bytes; printing it shows neither."""

    private: bytes = field(repr=False)
    public: bytes = field(repr=False)


def new_key() -> bytes:
    """A fresh 256-bit key."""
    return secrets.token_bytes(KEY_BYTES)


def new_pair() -> KeyPair:
    """A fresh X25519 pair."""
    return pair_from_seed(new_key())


def pair_from_seed(seed: bytes) -> KeyPair:
    """The X25519 pair whose private half is `seed` (32 bytes, else ValueError)."""
    private = X25519PrivateKey.from_private_bytes(seed)
    return KeyPair(seed, private.public_key().public_bytes_raw())


def hkdf(key: bytes, label: str | bytes, salt: bytes = b"", length: int = KEY_BYTES) -> bytes:
    """HKDF-SHA256 (RFC 5869) of `key`, `label` as its info."""
    info = label if isinstance(label, bytes) else label.encode()
    return HKDF(SHA256(), length, salt or None, info).derive(key)


def key_check(key: bytes) -> bytes:
    """Stands in clear beside a key and in its creating event: names the key, opens nothing."""
    return hkdf(key, Derive.CHECK)


def mac(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA256."""
    return hmac.digest(key, message, "sha256")


@dataclass(frozen=True)
class Holder:
    """Whom a key is sealed to: an organisation, a member, a receipt or a recovery sheet, with the
    generation of their key and its public half."""

    kind: str
    id: UUID
    generation: int
    public: bytes = field(repr=False)


def public_key_mac(mac_key: bytes, holder: Holder) -> bytes:
    """Vouch for a holder's public key, under a key that lies outside the database."""
    told = (holder.kind, holder.id, holder.generation, holder.public)
    return mac(mac_key, frame(Derive.PUBLIC_KEY, *told))


def check_public_key(mac_key: bytes, holder: Holder, mac: bytes) -> Holder:
    """The holder, once the MAC of their key holds; StrangeKey otherwise. Called before every
    sealing."""
    if not hmac.compare_digest(public_key_mac(mac_key, holder), mac):
        raise StrangeKey
    return holder
