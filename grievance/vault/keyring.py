"""The key ring: the folder of secrets that lies outside the database, its backups and its disk.

One file a secret, 32 raw bytes, mode 0400 in a folder of mode 0700. Each kind of process loads
only what it needs, and `split` gives a child a folder with just that.
"""

import os
import re
import secrets
import shutil
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self, get_args

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from grievance.vault.errors import VaultError
from grievance.vault.keys import KEY_BYTES, KeyPair, hkdf, mac, new_key, new_pair
from grievance.vault.labels import Derive

Kind = Literal["web", "worker", "cli", "migrate"]

PUBLIC = ("anchor-public", "notifier-public")
PEPPERS = "pepper-*"
_WEB = (
    *PUBLIC,
    PEPPERS,
    "receipt-salt",
    "public-key-mac",
    "server-key",
    "address-hmac",
    "paging-key",
    "event-mac",
)
HOLDINGS: dict[str, tuple[str, ...]] = {
    "web": _WEB,
    "cli": _WEB,
    "worker": (*PUBLIC, "notifier-private", "anchor-private", "job-event-mac"),
    "migrate": PUBLIC,
}
_PEPPER = re.compile(r"pepper-([1-9]\d*)")


class KeyRingError(VaultError):
    """The key ring is missing, incomplete or open to others; names the file, never its content."""


@dataclass(frozen=True, repr=False)
class KeyRing:
    """The secrets one kind of process holds. Asking for another's is a KeyRingError."""

    kind: Kind
    _files: Mapping[str, bytes]

    @classmethod
    def load(cls, folder: Path | str, kind: Kind) -> Self:
        """Read the files of `kind`; KeyRingError when one is missing or a mode is loose."""
        folder = Path(folder)
        _check_mode(folder, 0o700)
        return cls(kind, {name: _read(folder / name) for name in _names(folder, kind)})

    def __repr__(self) -> str:
        return f"<KeyRing of {self.kind}>"

    @property
    def peppers(self) -> dict[int, bytes]:
        """Every pepper by its version, newest first: a returning code tries them in this order."""
        found = {int(m[1]): v for n, v in self._files.items() if (m := _PEPPER.fullmatch(n))}
        if not found:
            raise KeyRingError(f"the key ring of {self.kind} holds no pepper")
        return dict(sorted(found.items(), reverse=True))

    @property
    def newest_pepper(self) -> int:
        """The version that new receipts and wraps are made with."""
        return next(iter(self.peppers))

    def pepper(self, version: int) -> bytes:
        """One pepper; KeyRingError when the ring has lost it."""
        return self._get(f"pepper-{version}")

    def pepper_check(self, version: int) -> bytes:
        """HMAC(pepper, "check"): kept in the database, so that a wrong key ring is refused."""
        return mac(self.pepper(version), b"check")

    @property
    def receipt_salt(self) -> bytes:
        """The site's salt of receipt and reply codes; it never changes."""
        return self._get("receipt-salt")

    @property
    def public_key_mac(self) -> bytes:
        """The key that vouches for public keys."""
        return self._get("public-key-mac")

    @property
    def server_key(self) -> bytes:
        """The server's half of every session key, and the root of cookie signatures."""
        return self._get("server-key")

    @property
    def address_hmac(self) -> bytes:
        """Finds a person by e-mail address at sign-in."""
        return self._get("address-hmac")

    @property
    def paging_key(self) -> bytes:
        """Signs the tokens of paging."""
        return self._get("paging-key")

    @property
    def event_key(self) -> bytes:
        """Vouches for events and reads; the worker's only for what a job did."""
        return self._get("job-event-mac" if self.kind == "worker" else "event-mac")

    @property
    def notifier_public(self) -> bytes:
        """Outbox messages are sealed to it."""
        return self._get("notifier-public")

    @property
    def notifier(self) -> KeyPair:
        """Opens outbox messages; worker only."""
        return KeyPair(self._get("notifier-private"), self.notifier_public)

    @property
    def anchor_public(self) -> bytes:
        """Checks anchors (Ed25519)."""
        return self._get("anchor-public")

    @property
    def anchor_private(self) -> bytes:
        """Signs anchors (Ed25519); worker only."""
        return self._get("anchor-private")

    def _get(self, name: str) -> bytes:
        try:
            return self._files[name]
        except KeyError:
            raise KeyRingError(f"the key ring of {self.kind} holds no {name}") from None


def create(
    folder: Path | str,
    peppers: Mapping[int, bytes] | None = None,
    receipt_salt: bytes | None = None,
) -> None:
    """Make a new ring, whole or not at all. KeyRingError when something is there already.

    With the peppers and the salt of a recovery sheet receipts and passwords work again; sessions
    and links end, and public keys must be vouched for anew, because their secrets are new.
    """
    notifier, anchor = new_pair(), Ed25519PrivateKey.from_private_bytes(new_key())
    files = {
        "receipt-salt": receipt_salt or new_key(),
        "notifier-private": notifier.private,
        "notifier-public": notifier.public,
        "anchor-private": anchor.private_bytes_raw(),
        "anchor-public": anchor.public_key().public_bytes_raw(),
    }
    files |= {f"pepper-{v}": pepper for v, pepper in (peppers or {1: new_key()}).items()}
    files |= {name: new_key() for name in _WEB if name not in files and name != PEPPERS}
    files["job-event-mac"] = job_event_key(files["event-mac"])
    _write_folder(Path(folder), files)


def job_event_key(event_key: bytes) -> bytes:
    """What the worker vouches with: who checks with the web's key makes it anew."""
    return hkdf(event_key, Derive.JOB_EVENTS)


def completed(held: Mapping[str, bytes]) -> dict[str, bytes]:
    """With the secrets that later releases brought. Nothing older rests on them."""
    event_key = held.get("event-mac") or new_key()
    return {**held, "event-mac": event_key, "job-event-mac": job_event_key(event_key)}


def complete(folder: Path | str) -> list[str]:
    """Write the secrets that later releases brought into a whole ring; their names.

    A second time does nothing. KeyRingError for a part of a ring: the parts come from the whole.
    """
    folder = Path(folder)
    _check_mode(folder, 0o700)
    held = {path.name: _read(path) for path in folder.iterdir() if _is_ours(path.name)}
    if not {"server-key", "anchor-private"} <= set(held):
        raise KeyRingError(f"{folder} is not a whole key ring")
    missing = [name for name in completed(held) if name not in held]
    for name, value in completed(held).items():
        if name in missing:
            _write(folder / name, value)
    return missing


def add_pepper(folder: Path | str) -> int:
    """Add a pepper and give its version. Old ones stay: codes not yet used again need them."""
    folder = Path(folder)
    _check_mode(folder, 0o700)
    version = max(
        (int(m[1]) for p in folder.iterdir() if (m := _PEPPER.fullmatch(p.name))), default=0
    )
    _write(folder / f"pepper-{version + 1}", new_key())
    return version + 1


def split(folder: Path | str, kind: Kind, target: Path | str) -> None:
    """Copy what `kind` may hold into `target`, replacing a ring that is there."""
    folder, target = Path(folder), Path(target)
    _check_mode(folder, 0o700)
    files = {name: _read(folder / name) for name in _names(folder, kind)}
    if target.is_dir() and all(_is_ours(entry.name) for entry in target.iterdir()):
        shutil.rmtree(target)
    _write_folder(target, files)


def _names(folder: Path, kind: Kind) -> list[str]:
    if kind not in get_args(Kind):
        raise KeyRingError("no such kind of process")
    names: list[str] = []
    for name in HOLDINGS[kind]:
        if name == PEPPERS:
            found = sorted(p.name for p in folder.iterdir() if _PEPPER.fullmatch(p.name))
            names += found or ["pepper-1"]
        else:
            names.append(name)
    return names


def _is_ours(name: str) -> bool:
    known = {name for held in HOLDINGS.values() for name in held}
    return name in known or _PEPPER.fullmatch(name) is not None


def _read(path: Path) -> bytes:
    _check_mode(path, 0o400)
    value = path.read_bytes()
    if len(value) != KEY_BYTES:
        raise KeyRingError(f"{path} does not hold {KEY_BYTES} bytes")
    return value


def _check_mode(path: Path, allowed: int) -> None:
    try:
        status = path.lstat()
    except OSError:
        raise KeyRingError(f"{path} is missing") from None
    right_type = stat.S_ISDIR if allowed == 0o700 else stat.S_ISREG
    if not right_type(status.st_mode) or stat.S_IMODE(status.st_mode) & ~allowed:
        raise KeyRingError(f"{path} must be mode {allowed:04o}")
    if status.st_uid not in (os.geteuid(), 0):
        raise KeyRingError(f"{path} belongs to somebody else")


def _write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    fresh.mkdir(mode=0o700)
    try:
        for name, value in files.items():
            _write(fresh / name, value)
        fresh.rename(folder)  # fails on a folder that holds anything
    except OSError:
        shutil.rmtree(fresh)
        raise KeyRingError(f"{folder} exists already or cannot be written") from None


def _write(path: Path, value: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(descriptor, "wb") as file:
        file.write(value)
        file.flush()
        os.fsync(descriptor)
