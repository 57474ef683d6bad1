"""Session secrets: the cookie holds a secret, the row is found by its hash and opened by its key.

Neither the database nor the key ring alone opens a session row.
"""

import hashlib
import secrets

from grievance.vault.framing import frame
from grievance.vault.keys import hkdf
from grievance.vault.labels import Derive


def new_secret() -> str:
    """256 random bits, safe in a cookie or a link."""
    return secrets.token_urlsafe(32)


def secret_hash(secret: str) -> bytes:
    """What the row is found by; it says nothing of the key. Also for the tokens of links."""
    return hashlib.sha256(frame(Derive.SESSION_SECRET, secret)).digest()


def session_key(secret: str, server_key: bytes, purpose: str) -> bytes:
    """The key of the row: HKDF(cookie secret ‖ server key), different for each purpose."""
    return hkdf(frame(secret, server_key), frame(Derive.SESSION_KEY, purpose))
