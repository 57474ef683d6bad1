"""Passkeys at the door: what a browser is asked to make and to sign, and whether it fits.

What is kept of one, its id and the public key as it came (COSE), lies under the member's private
key: who writes into the database alone puts none of their own there. They guard the door and open
no key.
"""

from __future__ import annotations

import ipaddress
import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from grievance.vault.keys import hkdf
from grievance.vault.labels import Derive, Label
from grievance.vault.values import Place, open_text, seal_text

MAKE, PROVE = b"m", b"p"  # how a challenge begins: one that asks to sign in never makes a passkey
CHALLENGE_BYTES = 32
WAIT_MILLISECONDS = 5 * 60 * 1000
_USUAL_PORTS = {"http": 80, "https": 443}
# What an answer that nobody's browser writes may end in; its length is bounded by the form.
_UNREADABLE = (WebAuthnException, ValueError, TypeError, LookupError, AttributeError)


@dataclass(frozen=True)
class Site:
    """For whom a passkey is made: the name in the address, and the origin browsers report."""

    name: str
    origin: str
    called: str

    @property
    def takes_passkeys(self) -> bool:
        """Whether browsers make passkeys here: an address with a name, over TLS or at home."""
        try:
            ipaddress.ip_address(self.name)
        except ValueError:
            return self.origin.startswith("https:") or self.name == "localhost"
        return False


@dataclass(frozen=True)
class Kept:
    """What is kept of a passkey: its id, and its public key as COSE."""

    credential: bytes
    public: bytes


@dataclass(frozen=True)
class Made:
    """A passkey that a browser made; how often it has signed, and how it can be reached."""

    kept: Kept
    count: int
    transports: tuple[str, ...]


def site_of(public_url: str, called: str) -> Site:
    """The site of an address; a port that goes without saying is in no origin."""
    parts = urlsplit(public_url)
    name, port = (parts.hostname or "").lower(), parts.port
    said = f":{port}" if port and port != _USUAL_PORTS.get(parts.scheme) else ""
    return Site(name, f"{parts.scheme}://{name}{said}", called or name)


def new_challenge(purpose: bytes) -> bytes:
    """What is to be signed, once."""
    return purpose + secrets.token_bytes(CHALLENGE_BYTES)


def ask_to_make(site: Site, person: UUID, name: str, challenge: bytes, have: list[Kept]) -> str:
    """The options for a browser, as JSON: the person is verified on the device (PIN, finger, face),
    which kind of device it is is not asked, and none is made where one is."""
    options = webauthn.generate_registration_options(
        rp_id=site.name,
        rp_name=site.called,
        user_id=person.bytes,
        user_name=name,
        challenge=challenge,
        timeout=WAIT_MILLISECONDS,
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one.credential) for one in have],
    )
    return webauthn.options_to_json(options)


def ask_to_prove(site: Site, challenge: bytes, have: Iterable[tuple[Kept, Sequence[str]]]) -> str:
    """The options for a browser, as JSON: one of these is to sign, and verify the person."""
    options = webauthn.generate_authentication_options(
        rp_id=site.name,
        challenge=challenge,
        timeout=WAIT_MILLISECONDS,
        allow_credentials=[
            PublicKeyCredentialDescriptor(
                id=kept.credential,
                transports=[AuthenticatorTransport(way) for way in _known(ways)],
            )
            for kept, ways in have
        ],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


def made(answer: str, challenge: bytes, site: Site) -> Made | None:
    """The passkey that an answer brings; None where it is not of this challenge, this site, or the
    person was not verified."""
    told = _object(answer)
    try:
        found = webauthn.verify_registration_response(
            credential=told,
            expected_challenge=challenge,
            expected_rp_id=site.name,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except _UNREADABLE:
        return None
    ways = told.get("response", {}).get("transports")
    kept = Kept(found.credential_id, found.credential_public_key)
    return Made(kept, found.sign_count, _known(ways if isinstance(ways, list) else ()))


def proven(answer: str, challenge: bytes, site: Site, kept: Kept) -> int | None:
    """How often the passkey says that it has signed, where the answer is of it, of this challenge
    and this site, and the person was verified; None otherwise. The caller compares the count."""
    try:
        found = webauthn.verify_authentication_response(
            credential=_object(answer),
            expected_challenge=challenge,
            expected_rp_id=site.name,
            expected_origin=site.origin,
            credential_public_key=kept.public,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except _UNREADABLE:
        return None
    return found.new_sign_count if found.credential_id == kept.credential else None


def seal(private: bytes, person: UUID, row: UUID, kept: Kept) -> bytes:
    """A passkey under the member's key, bound to the person and the row it stands in."""
    text = f"{bytes_to_base64url(kept.credential)} {bytes_to_base64url(kept.public)}"
    return seal_text(hkdf(private, Derive.PASSKEY), _place(person, row), text)


def unseal(private: bytes, person: UUID, row: UUID, box: bytes) -> Kept:
    """The passkey again; Tampered for another member's, or one of another row."""
    text = open_text(hkdf(private, Derive.PASSKEY), _place(person, row), box)
    credential, public = (base64url_to_bytes(part) for part in text.split(" "))
    return Kept(credential, public)


def _object(answer: str) -> dict[str, Any]:
    try:
        told = json.loads(answer)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _known(ways: Iterable[object]) -> tuple[str, ...]:
    known = {one.value for one in AuthenticatorTransport}
    return tuple(sorted({way for way in ways if isinstance(way, str) and way in known}))


def _place(person: UUID, row: UUID) -> Place:
    return Place(Label.PASSKEY, person, row, 1)
