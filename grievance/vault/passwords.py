"""Passwords of staff and partners: no hash of one exists, a password opens its member's key.

`kek = HKDF(pepper_v, argon2id(password, own salt, 64 MiB, t = 3))` and the kek opens the wrap
of the member's private key; opening it *is* the check. An account that does not exist is given
a decoy wrap, so that it costs the same work and gives the same error.
"""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self
from uuid import UUID

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from grievance.vault.errors import Tampered, VaultError
from grievance.vault.framing import frame
from grievance.vault.keys import KEY_BYTES
from grievance.vault.labels import Derive, Label
from grievance.vault.strength import normalised
from grievance.vault.strength import passphrase as passphrase
from grievance.vault.strength import weaknesses as weaknesses
from grievance.vault.values import Place, open_bytes, seal_bytes

MEMORY_KIB, TIME_COST, LANES = 64 * 1024, 3, 1  # RFC 9106, second recommended option, one lane
SALT_BYTES = 16


class WrongPassword(VaultError):
    """The password does not open this member's key, or there is no such member."""

    def __init__(self) -> None:
        super().__init__("password does not open the key")


@dataclass(frozen=True)
class Parameters:
    """How one wrap was made; kept beside it as JSON (`stored`) and bound into its AAD."""

    salt: bytes = field(repr=False)
    pepper_version: int
    memory_kib: int
    time_cost: int
    lanes: int = LANES

    @classmethod
    def fresh(cls, pepper_version: int) -> Self:
        """Today's costs and a new salt, for the newest pepper of the ring."""
        return cls(secrets.token_bytes(SALT_BYTES), pepper_version, MEMORY_KIB, TIME_COST)

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Self:
        """From the row's JSON."""
        return cls(**{**stored, "salt": bytes.fromhex(stored["salt"])})

    def stored(self) -> dict[str, Any]:
        """For the row's JSON."""
        return {**asdict(self), "salt": self.salt.hex()}

    def current(self) -> bool:
        """Whether the costs are today's; an older wrap is made anew at the next sign-in."""
        return (self.memory_kib, self.time_cost, self.lanes) == (MEMORY_KIB, TIME_COST, LANES)


@dataclass(frozen=True)
class MemberWrap:
    """A member's private key under a password."""

    parameters: Parameters
    ciphertext: bytes = field(repr=False)


def kek_for(password: str, parameters: Parameters, pepper: bytes) -> bytes:
    """The key-encryption key at the costs a wrap names. ~0.2 s: call it inside a hash slot."""
    root = hash_secret_raw(
        normalised(password).encode(),
        parameters.salt,
        parameters.time_cost,
        parameters.memory_kib,
        parameters.lanes,
        hash_len=KEY_BYTES,
        type=Type.ID,
    )
    prk = HKDF.extract(SHA256(), pepper, root)
    return HKDFExpand(SHA256(), KEY_BYTES, Derive.MEMBER_KEK.encode()).derive(prk)


def wrap_member_key(
    kek: bytes, person_id: UUID, private: bytes, parameters: Parameters
) -> MemberWrap:
    """Wrap a private key for one person under the kek made with `parameters`."""
    return MemberWrap(parameters, seal_bytes(kek, _place(person_id, parameters), private))


def unwrap_member_key(kek: bytes, person_id: UUID, wrap: MemberWrap) -> bytes:
    """The private key, or WrongPassword."""
    try:
        return open_bytes(kek, _place(person_id, wrap.parameters), wrap.ciphertext)
    except Tampered:
        raise WrongPassword from None


def decoy(pepper_version: int) -> MemberWrap:
    """A wrap that nothing opens, so that an unknown account does the same work."""
    parameters = Parameters.fresh(pepper_version)
    place = _place(UUID(int=0), parameters)
    return MemberWrap(parameters, seal_bytes(secrets.token_bytes(32), place, b"\0" * KEY_BYTES))


def _place(person_id: UUID, parameters: Parameters) -> Place:
    made_with = frame(*(value for _, value in sorted(asdict(parameters).items())))
    return Place(Label.MEMBER_KEY, person_id, made_with.hex(), parameters.pepper_version)
