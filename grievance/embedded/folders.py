"""Private folders: the instance's own and the short one that holds its sockets."""

import contextlib
import hashlib
import os
import stat
from pathlib import Path

from .process import Unavailable

# Fixed places, not the environment's: a command started from cron must find the same sockets as
# one started from a desktop session. A socket's whole path must stay under 104 bytes (macOS).
SOCKET_PLACES = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108


def private(path: Path) -> Path:
    """Make the folder if it is missing, readable by its owner only; answers its real path.

    Unavailable when it belongs to another user: two users never share an instance.
    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.stat().st_uid != os.geteuid():
        raise Unavailable(f"{path} belongs to another user; run this as its owner.")
    return path.resolve()


def sockets(home: Path, server: str) -> Path:
    """Where the sockets of a server of the instance in `home` belong; touches nothing.

    The name depends on home, our user and the server only, so it is short however deep `home`
    lies.
    """
    place = next((p for p in SOCKET_PLACES if os.access(p, os.W_OK | os.X_OK)), None)
    if place is None:
        raise Unavailable(f"No folder for sockets: none of {', '.join(SOCKET_PLACES)} is writable.")
    digest = hashlib.sha256(f"{home.resolve()}\0{os.geteuid()}".encode()).hexdigest()
    return Path(place, f"grievance-{digest[:16]}-{server}")


def make_sockets(folder: Path, owner: int) -> None:
    """Make the folder for a server that runs as user `owner`; refuses as `check_sockets` does."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    if folder.lstat().st_uid == os.geteuid() != owner:
        os.chown(folder, owner, -1, follow_symlinks=False)
    check_sockets(folder, owner)


def check_sockets(folder: Path, owner: int) -> None:
    """Unavailable when somebody else made the folder or others may enter it.

    Everybody may write to the place it lies in, so a stranger could have put a server there.
    """
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
        raise Unavailable(
            f"{folder} is not a private folder of user {owner}; remove it and start again."
        )


def remove_sockets(folder: Path) -> None:
    """Take the folder away when nothing is left in it."""
    with contextlib.suppress(OSError):
        folder.rmdir()
