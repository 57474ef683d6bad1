"""What a passkey is asked to sign, and whether what came back fits.

The challenge stands in the row of the session, or of the half-way sign-in, that asked for it: it
is theirs alone, works once, and for five minutes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from grievance.accounts.factors import Passkey, StaffEntry, passkeys_of
from grievance.accounts.models import StaffSession
from grievance.accounts.operations.owning import Own
from grievance.vault import passkeys
from grievance.vault.errors import Tampered
from grievance.vault.passkeys import Kept, Site

LASTS = timedelta(minutes=5)


@dataclass(frozen=True)
class Signed:
    """What a browser answered for a passkey, and the site it has to be for."""

    answer: str
    site: Site


Shown = str | Signed  # what proves a second step: a code as typed, or a passkey's answer


class Copied(Exception):
    """The answer fits, but the passkey has signed no more often than it had before."""


def draw(own: Own, purpose: bytes) -> bytes:
    """A new challenge, in place of an earlier one; the caller holds the member."""
    challenge = passkeys.new_challenge(purpose)
    row = _standing(own)
    if row is not None:
        row.challenge, row.challenged_at = challenge, own.now
        own.session.flush()
    return challenge


def use_up(own: Own, purpose: bytes) -> bytes | None:
    """The challenge that waits, which is over with that; None for none, an old one, or one that was
    drawn for something else."""
    row = _standing(own)
    if row is None or row.challenge is None or row.challenged_at is None:
        return None
    challenge, since = bytes(row.challenge), row.challenged_at
    row.challenge = row.challenged_at = None
    own.session.flush()
    fits = challenge.startswith(purpose) and since > own.now - LASTS
    return challenge if fits else None


def _standing(own: Own) -> StaffSession | StaffEntry | None:
    """The row of the session, or of the half-way sign-in, read anew."""
    session, here = own.session, own.session_id
    if here is None:
        return None
    found: StaffSession | StaffEntry | None
    found = session.get(StaffSession, here, populate_existing=True)
    found = found or session.get(StaffEntry, here, populate_existing=True)
    return found if found and found.person_id == own.by.person_id else None


def opened(own: Own) -> list[tuple[Passkey, Kept]]:
    """The member's passkeys with what they are known by; without those that somebody else put
    there, which do not open."""
    found = []
    for row in passkeys_of(own.session, own.by.person_id):
        try:
            kept = passkeys.unseal(own.by.private, own.by.person_id, row.id, row.kept)
        except Tampered:
            continue
        found.append((row, kept))
    return found


def used(own: Own, signed: Signed) -> Passkey | None:
    """The passkey that signed the waiting challenge, its count moved on; None where none did.

    Copied where its count did not rise. Those that count nothing always say 0.
    """
    challenge = use_up(own, passkeys.PROVE)
    for row, kept in opened(own) if challenge else ():
        count = passkeys.proven(signed.answer, challenge or b"", signed.site, kept)
        if count is None:
            continue
        if (count or row.sign_count) and count <= row.sign_count:
            raise Copied
        row.sign_count, row.used_at = count, own.now
        return row
    return None
