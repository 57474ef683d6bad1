"""Receipt codes: twenty digits on paper are all a worker needs to come back.

Nineteen random digits (63 bits) and a Damm check digit. The code is never stored: one slow hash
gives a root, and the root with a pepper gives a look-up tag and the receipt's own key pair.
Reply codes, given to a partner by another way than the link, are eleven digits and the check.
"""

import re
import secrets
import unicodedata
from dataclasses import dataclass, field

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from grievance.vault.errors import VaultError
from grievance.vault.framing import frame
from grievance.vault.keys import KEY_BYTES, KeyPair, pair_from_seed
from grievance.vault.labels import Derive

RECEIPT_DIGITS = 19
REPLY_DIGITS = 11
MEMORY_KIB, TIME_COST, LANES = 19 * 1024, 2, 1  # OWASP's floor for argon2id: ~18 ms

# H. Michael Damm (2004): a totally anti-symmetric quasigroup of order 10. It catches every wrong
# digit and every swap of two neighbours.
_DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
# Spaces, punctuation, marks, joiners, minus signs, № and the like.
_SEPARATORS = ("Z", "P", "M", "Cc", "Cf", "Sm", "So")
# Written and read by hand, on any keyboard.
_READ_AS = {**dict.fromkeys("OoＯｏОоΟο〇○◯", "0"), **dict.fromkeys("IlＩｌ", "1")}
MISREAD = ("characters", "length", "check")  # why what was typed cannot be a code
LONGEST = 400  # characters that are looked at
_KANA_DASH = "ーｰ"  # what a Japanese keyboard gives for a hyphen; Unicode calls it a letter


class NotAReceipt(VaultError):
    """What was typed cannot be a code; `kind`, one of `MISREAD`, says why."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True)
class ReceiptKeys:
    """What a code opens: the unique look-up tag, the pair the case keys are sealed to."""

    tag: bytes = field(repr=False)
    pair: KeyPair = field(repr=False)
    pepper_version: int


def draw() -> str:
    """A new receipt code: 19 random digits and their check digit."""
    return _with_check(secrets.randbelow(10**RECEIPT_DIGITS), RECEIPT_DIGITS)


def draw_reply_code() -> str:
    """A new reply code: 11 random digits and their check digit."""
    return _with_check(secrets.randbelow(10**REPLY_DIGITS), REPLY_DIGITS)


def parse(text: str) -> str:
    """The twenty digits in what a worker typed, or NotAReceipt. Never hashes.

    Digits of any script, and letters that look like 0 or 1; spaces, punctuation, zero-width
    characters and words before the first digit are ignored.
    """
    return _parse(text, RECEIPT_DIGITS)


def parse_reply_code(text: str) -> str:
    """The twelve digits of a reply code, read as leniently as `parse`."""
    return _parse(text, REPLY_DIGITS)


def grouped(code: str) -> str:
    """A code in groups of four, as it is shown and printed."""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))


def slow_root(code: str, salt: bytes) -> bytes:
    """argon2id of the digits under the site's salt: the one slow hash, however many peppers.

    Call it inside a hash slot and outside every transaction.
    """
    return hash_secret_raw(
        code.encode(), salt, TIME_COST, MEMORY_KIB, LANES, hash_len=KEY_BYTES, type=Type.ID
    )


def receipt_keys(root: bytes, pepper: bytes, version: int) -> ReceiptKeys:
    """Tag and key pair under one pepper; cheap, so every pepper in the ring can be tried."""
    prk = HKDF.extract(SHA256(), pepper, root)
    seed = _expand(prk, Derive.RECEIPT_KEY.encode())
    return ReceiptKeys(_expand(prk, Derive.RECEIPT_TAG.encode()), pair_from_seed(seed), version)


def reply_pair(root: bytes, token: str, pepper: bytes) -> KeyPair:
    """The pair of a reply link: needs the code's slow root, the link's token and the pepper."""
    prk = HKDF.extract(SHA256(), pepper, root)
    return pair_from_seed(_expand(prk, frame(Derive.REPLY_KEY, token)))


def check_digit(digits: str) -> str:
    """The Damm check digit of a row of digits."""
    interim = 0
    for digit in digits:
        interim = int(_DAMM[interim][int(digit)])
    return str(interim)


def _expand(prk: bytes, info: bytes) -> bytes:
    return HKDFExpand(SHA256(), KEY_BYTES, info).derive(prk)


def _with_check(number: int, length: int) -> str:
    digits = str(number).zfill(length)
    return digits + check_digit(digits)


def _parse(text: str, length: int) -> str:
    if len(text) > LONGEST:
        raise NotAReceipt("length")
    code = "".join(_digit(character) for character in _without_label(text))
    if len(code) != length + 1:
        raise NotAReceipt("length")
    if check_digit(code[:-1]) != code[-1]:
        raise NotAReceipt("check")
    return code


def _without_label(text: str) -> str:
    """What follows words such as `No.` or `番号：` that somebody wrote before the digits.

    A word of nothing but letters like a zero or a one is digits already: the check digit decides.
    """
    start = 0
    for word in re.finditer(r"[^\W\d_]+|\d", text):
        if word[0].isdecimal() or set(word[0]) <= _READ_AS.keys():
            return text[start:]
        start = word.end()
    return text


def _digit(character: str) -> str:
    value = unicodedata.digit(character, None)
    if value is not None:
        return str(value)
    if character in _READ_AS:
        return _READ_AS[character]
    if character in _KANA_DASH or unicodedata.category(character).startswith(_SEPARATORS):
        return ""
    raise NotAReceipt("characters")
