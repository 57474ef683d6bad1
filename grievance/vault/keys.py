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


def public_key_mac(
    mac_key: bytes, kind: str, holder_id: UUID | str, generation: int, public: bytes
) -> bytes:
    """Vouch for a holder's public key, under a key that lies outside the database."""
    return mac(mac_key, frame(Derive.PUBLIC_KEY, kind, holder_id, generation, public))


def check_public_key(
    mac_key: bytes,
    kind: str,
    holder_id: UUID | str,
    generation: int,
    public: bytes,
    *,
    mac: bytes,
) -> bytes:
    """The public key, once its MAC holds; StrangeKey otherwise. Called before every sealing."""
    expected = public_key_mac(mac_key, kind, holder_id, generation, public)
    if not hmac.compare_digest(expected, mac):
        raise StrangeKey
    return public
