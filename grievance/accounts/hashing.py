"""The slow half of passwords, kept apart so that it runs in a hash slot and outside every
transaction: first read the candidate, end the transaction, hash, then act in a new one."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from grievance.accounts.models import MemberKeyWrap
from grievance.vault import passwords
from grievance.vault.keyring import KeyRing
from grievance.vault.passwords import MemberWrap, Parameters

NOBODY = UUID(int=0)


@dataclass(frozen=True)
class HashedPassword:
    """A new password after its slow hash: what a member's key is wrapped with."""

    parameters: Parameters
    kek: bytes = field(repr=False)


@dataclass(frozen=True)
class Candidate:
    """Who may be signing in: for an address nobody has, a decoy that costs the same work."""

    person_id: UUID
    wrap: MemberWrap

    def open(self, password: str, ring: KeyRing) -> bytes:
        """The member's private key, or WrongPassword. Slow: call it inside a hash slot."""
        pepper = ring.pepper(self.wrap.parameters.pepper_version)
        kek = passwords.kek_for(password, self.wrap.parameters, pepper)
        return passwords.unwrap_member_key(kek, self.person_id, self.wrap)

    def outdated(self, ring: KeyRing) -> bool:
        """Whether the wrap was made at other costs or with an older pepper than today's."""
        parameters = self.wrap.parameters
        return not parameters.current() or parameters.pepper_version != ring.newest_pepper


def candidate_for(row: MemberKeyWrap | None, ring: KeyRing) -> Candidate:
    """The candidate a stored wrap makes; a decoy for none."""
    if row is None:
        return Candidate(NOBODY, passwords.decoy(ring.newest_pepper))
    wrap = MemberWrap(Parameters.read(row.parameters), row.ciphertext)
    return Candidate(row.person_id, wrap)


def hash_password(password: str, ring: KeyRing) -> HashedPassword:
    """Hash a new password at today's costs. Slow: call it inside a hash slot."""
    version = ring.newest_pepper
    parameters = Parameters.fresh(version)
    return HashedPassword(parameters, passwords.kek_for(password, parameters, ring.pepper(version)))
