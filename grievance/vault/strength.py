"""Which passwords are refused, and the passphrase that is offered first.

Length, a list of common passwords and the person's own names; no rules about kinds of characters
(NIST SP 800-63B 5.1.1.2).
"""

import re
import secrets
import unicodedata
from functools import cache
from pathlib import Path

MINIMUM = 14  # characters
LONGEST = 1024  # bytes; no form takes more
_NAME = LONGEST // 4  # characters of a name that are looked at
PASSPHRASE_WORDS = 7  # of 2,048: 77 bits
_HERE = Path(__file__).parent


def normalised(password: str) -> str:
    """NFKC: the same password from any keyboard, full-width or composed differently.

    ValueError above `LONGEST`: normalising and hashing are not for texts of any size."""
    if len(password.encode("utf-8", "surrogatepass")) > LONGEST:
        raise ValueError("longer than any password")
    return unicodedata.normalize("NFKC", password)


def weaknesses(password: str, *context: str) -> list[str]:
    """Why a password is refused: `too_short`, `common`, `contains_name`; empty when it is good.

    `context` is what others know of the person: name, address, organisation.
    """
    text = normalised(password)
    folded = text.casefold()
    found = {
        "too_short": len(text) < MINIMUM,
        "common": _is_common(folded),
        "contains_name": any(name in folded for name in _names(context)),
    }
    return [code for code, true in found.items() if true]


def passphrase() -> str:
    """Seven random words with hyphens between them (77 bits)."""
    return "-".join(secrets.choice(words()) for _ in range(PASSPHRASE_WORDS))


@cache
def words() -> tuple[str, ...]:
    """2,048 short English words; their order is part of the fingerprint's format."""
    return tuple(_lines("words.txt"))


def _is_common(folded: str) -> bool:
    """On the list, also with spaces between, or with digits and signs around a listed word.

    So is one short piece over and over, or a row of digits with hardly a word in it.
    """
    bare = re.sub(r"[\W_]+", "", folded)
    core = re.sub(r"^\d+|\d+$", "", bare)
    repeated = bare in (bare + bare)[1:-1]
    return repeated or len(core) < 6 or not {folded, bare, core}.isdisjoint(_common())


def _names(context: tuple[str, ...]) -> set[str]:
    parts = {
        part
        for text in context
        for part in re.split(r"[\W\d_]+", normalised(text[:_NAME]).casefold())
    }
    return {part for part in parts if len(part) >= (4 if part.isascii() else 2)}


@cache
def _common() -> frozenset[str]:
    return frozenset(_lines("common_passwords.txt"))


def _lines(name: str) -> list[str]:
    return (_HERE / name).read_text("utf-8").split()
