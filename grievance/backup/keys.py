"""The key ring in a backup: one file under a passphrase, and what vouches for the rest.

The file is a line that names the format, 16 random bytes of salt, and the ring as a sealed value:
`HKDF(argon2id(passphrase, salt, 64 MiB, t = 3))`, AES-256-GCM. The manifest carries an HMAC under
a key derived from the ring, so that a backup cannot be altered by somebody without the ring.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
import stat
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import click
from argon2.low_level import Type, hash_secret_raw

from grievance.backup.files import NotDone, keep
from grievance.vault.errors import Tampered
from grievance.vault.keyring import HOLDINGS, PEPPERS
from grievance.vault.keys import KEY_BYTES, hkdf, mac
from grievance.vault.labels import Derive, Label
from grievance.vault.passwords import SALT_BYTES
from grievance.vault.strength import MINIMUM, normalised, weaknesses
from grievance.vault.values import Place, open_json, seal_json

FILE = "keys.sealed"
PASSPHRASE_FILE = "GRIEVANCE_BACKUP_PASSPHRASE_FILE"  # noqa: S105  a name, not a secret
HEAD = b"grievance key ring 1\n"
# What a passphrase costs in this format. Nothing in the file says so: other costs are another HEAD.
MEMORY_KIB, TIME_COST, LANES = 64 * 1024, 3, 1
_NAME = re.compile(r"[a-z]+(-[a-z]+)+|pepper-[1-9]\d*")


def read_rings(folders: Iterable[Path]) -> dict[str, bytes]:
    """Every secret of these folders; NotDone when two of them hold different ones of one name.

    On a server the ring lies in parts, one for each kind of process.
    """
    found: dict[str, bytes] = {}
    for folder in folders:
        try:
            held = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
        except OSError:
            raise NotDone(f"The key ring {folder} cannot be read.", 3) from None
        for name, value in held.items():
            if not _NAME.fullmatch(name) or len(value) != KEY_BYTES:
                raise NotDone(f"{folder / name} is not a secret of a key ring.", 3)
            if not hmac.compare_digest(found.setdefault(name, value), value):
                raise NotDone(f"{folder / name} differs from the other key ring's.", 3)
    return found


def must_hold(held: Mapping[str, bytes], names: Iterable[str]) -> None:
    """NotDone when a secret is not there; names it."""
    if missing := sorted(set(names) - set(held)):
        raise NotDone(f"The key ring lacks {', '.join(missing)}.", 3)


def whole() -> set[str]:
    """What a ring that serves every kind of process holds."""
    return ({name for names in HOLDINGS.values() for name in names} - {PEPPERS}) | {"pepper-1"}


def seal(held: Mapping[str, bytes], passphrase: str) -> bytes:
    """The ring as the bytes of `keys.sealed`. A second of work, 64 MiB."""
    salt = secrets.token_bytes(SALT_BYTES)
    plain = {name: value.hex() for name, value in held.items()}
    return HEAD + salt + seal_json(_key(passphrase, salt), _place(salt), plain)


def unseal(data: bytes, passphrase: str) -> dict[str, bytes]:
    """The ring again; NotDone for another passphrase or an altered file."""
    salt = data[len(HEAD) : len(HEAD) + SALT_BYTES]
    if not data.startswith(HEAD) or len(salt) != SALT_BYTES:
        raise NotDone(f"{FILE} is not a key ring of this format; nothing was restored.")
    try:
        plain = open_json(_key(passphrase, salt), _place(salt), data[len(HEAD) + SALT_BYTES :])
    except Tampered:
        raise NotDone(
            f"The passphrase is wrong, or {FILE} was changed; nothing was restored."
        ) from None
    return {name: bytes.fromhex(value) for name, value in plain.items()}


def write_ring(folder: Path, held: Mapping[str, bytes]) -> None:
    """Put the secrets into a private folder that exists, one file each."""
    for name, value in held.items():
        keep(folder / name, [value], 0o400)


def vouch(held: Mapping[str, bytes], manifest: bytes) -> str:
    """The HMAC of a manifest, in hexadecimal digits."""
    return mac(hkdf(held["public-key-mac"], Derive.BACKUP_MANIFEST), manifest).hex()


def ask(*, new: bool) -> str:
    """The passphrase: of the file that the environment names, else from the terminal.

    A new one is asked for twice and has at least 14 characters. NotDone (2) for a weak one or a
    file that others may read, (3) when there is neither file nor terminal.
    """
    path = os.environ.get(PASSPHRASE_FILE)
    if path:
        given = _first_line(Path(path))
    elif sys.stdin.isatty():
        given = click.prompt(
            "Passphrase of the key ring", hide_input=True, err=True, confirmation_prompt=new
        )
    else:
        raise NotDone(f"There is no terminal to ask for the passphrase: set {PASSPHRASE_FILE}.", 3)
    if new and (weak := weaknesses(given)):
        told = f"at least {MINIMUM} characters" if "too_short" in weak else "not a common one"
        raise NotDone(f"The passphrase is too weak: {told}.", 2)
    return given


def _first_line(path: Path) -> str:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode) or status.st_mode & 0o077:
            raise NotDone(f"{path} must be a file of mode 0600.", 2)
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise NotDone(f"{path} cannot be read.", 3) from None
    return lines[0] if lines else ""


def _key(passphrase: str, salt: bytes) -> bytes:
    root = hash_secret_raw(
        normalised(passphrase).encode(),
        salt,
        TIME_COST,
        MEMORY_KIB,
        LANES,
        hash_len=KEY_BYTES,
        type=Type.ID,
    )
    return hkdf(root, Derive.BACKUP_PASSPHRASE)


def _place(salt: bytes) -> Place:
    return Place(Label.BACKUP_RING, "key ring", salt.hex(), 1)
