"""The second step at the door: codes that an app makes of a secret and the time, and recovery
codes on paper.

Both lie under the member's private key: a stolen database with the key ring shows neither. They
guard the door and open no key.
"""

import hmac
import secrets
from datetime import datetime
from uuid import UUID

import pyotp

from grievance.vault.framing import frame
from grievance.vault.keys import hkdf, mac
from grievance.vault.labels import Derive, Label
from grievance.vault.values import Place, open_text, seal_text

STEP_SECONDS = 30  # RFC 6238
AROUND = (0, -1, 1)  # a telephone's clock may be a step off, either way
DIGITS = 6
RECOVERY_CODES = 10
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: none looks like another
_GROUP = 5
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


def new_secret() -> str:
    """160 random bits, as apps take them: 32 letters of base32."""
    return pyotp.random_base32()


def address_for_app(secret: str, name: str, issuer: str) -> str:
    """The address that an app reads from a picture: whose secret it is, and of which service."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)


def step_at(now: datetime) -> int:
    """The number of the step in which a moment lies."""
    return int(now.timestamp()) // STEP_SECONDS


def code_at(secret: str, now: datetime) -> str:
    """The code that an app shows at a moment."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS).generate_otp(step_at(now))


def step_of(secret: str, typed: str, now: datetime, after: int) -> int | None:
    """The step whose code was typed: this one or one beside it, and later than `after`, the last
    that was used. None for every other code. All are compared, however it ends."""
    app, here = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS), step_at(now)
    fits = [
        step
        for step in (here + away for away in AROUND)
        if hmac.compare_digest(app.generate_otp(step).encode(), typed.encode())
    ]
    return next((step for step in fits if step > after), None)


def seal_secret(private: bytes, person: UUID, row: UUID, secret: str) -> bytes:
    """A secret under the member's key, bound to the person and the row it stands in."""
    return seal_text(_key(private), _place(person, row), secret)


def open_secret(private: bytes, person: UUID, row: UUID, box: bytes) -> str:
    """The secret again; Tampered for another member's, or one of another row."""
    return open_text(_key(private), _place(person, row), box)


def draw_codes() -> list[str]:
    """Ten recovery codes of 50 random bits each, in two groups of five letters."""
    return [f"{_group()}-{_group()}" for _ in range(RECOVERY_CODES)]


def code_mark(private: bytes, person: UUID, typed: str) -> bytes:
    """What is kept of a recovery code: an HMAC under the member's key. Written small or large, with
    or without the line between, it is the same code."""
    plain = typed.upper().translate(_READ_AS)
    return mac(hkdf(private, Derive.RECOVERY_CODE), frame(Derive.RECOVERY_CODE, person, plain))


def _group() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(_GROUP))


def _key(private: bytes) -> bytes:
    return hkdf(private, Derive.SECOND_FACTOR)


def _place(person: UUID, row: UUID) -> Place:
    return Place(Label.SECOND_FACTOR_SECRET, person, row, 1)
