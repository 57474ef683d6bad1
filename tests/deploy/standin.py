"""Stands in for what a test machine has not: systemd, and a certificate authority.

Called as `systemctl`, `systemd-run`, `certbot`, `apt-get`, `git` or `make` inside the machine that
`test_recipe.py` makes. A unit is started as its file says: user, groups, environment, command.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.deploy.page import Unit, environment_of  # run by path

STARTED = Path("/run/standin")
CERTIFICATE = Path("/etc/letsencrypt/live/help.example.org")
QUEUE = (
    "install -d -o redis -g redis -m 2755 /run/redis && setpriv --reuid redis --regid redis "
    "--init-groups redis-server /etc/redis/redis.conf --daemonize yes"
)


def main(called: str, words: list[str]) -> None:
    """Do what the command would."""
    if called == "systemctl":
        _systemctl(words)
    elif called == "systemd-run":
        _systemd_run(words)
    elif called == "certbot":
        _certificate()


def _systemctl(words: list[str]) -> None:
    verb, units = words[0], [word for word in words[1:] if not word.startswith("-")]
    for unit in units:
        if (verb, unit) == ("restart", "postgresql"):
            (version,) = os.listdir("/etc/postgresql")
            subprocess.run(["pg_ctlcluster", version, "main", "restart"], check=True)
        elif (verb, unit) == ("restart", "redis-server"):
            subprocess.run(QUEUE, shell=True, check=True, umask=0o007, stdout=subprocess.DEVNULL)
        elif (verb, unit) == ("reload", "nginx"):
            subprocess.run("nginx -s reload 2>/dev/null || nginx", shell=True, check=True)
        elif verb == "stop":
            subprocess.run(["kill", (STARTED / unit).read_text()], check=True)
        elif verb == "start" and (STARTED / unit).exists():
            _start(unit)
        elif verb == "start":
            _once(unit)
        elif verb == "enable" and not unit.endswith(".timer"):
            _start(unit)
        elif verb == "enable":
            Path(f"/etc/systemd/system/{unit}").read_text()
        else:
            sys.exit(f"nobody stands in for systemctl {' '.join(words)}")


def _start(unit: str) -> None:
    told = Unit(Path("/etc/systemd/system") / f"{unit}.service")
    environ = environment_of(Path(told["EnvironmentFile"]))
    environ |= dict(one.split("=", 1) for one in told.lists.get("Environment", []))
    if folder := told.get("RuntimeDirectory"):
        own = ["-o", told["User"], "-g", told["Group"], "-m", told["RuntimeDirectoryMode"]]
        subprocess.run(["install", "-d", *own, f"/run/{folder}"], check=True)
    STARTED.mkdir(exist_ok=True)
    log = (STARTED / f"{unit}.log").open("wb")
    child = subprocess.Popen(
        [*_become(told["User"], told["Group"]), *shlex.split(told["ExecStart"])],
        env={"PATH": os.environ["PATH"], **environ},
        cwd=told["WorkingDirectory"],
        umask=int(told["UMask"], 8),
        stdout=log,
        stderr=log,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    (STARTED / unit).write_text(str(child.pid))


def _once(unit: str) -> None:
    told = Unit(Path("/etc/systemd/system") / f"{unit}.service")
    environ = {"PATH": os.environ["PATH"], **environment_of(Path(told["EnvironmentFile"]))}
    environ |= dict(one.split("=", 1) for one in told.lists.get("Environment", []))
    for command in told.lists["ExecStart"]:
        words = shlex.split(command.replace("%%", "%").replace("$$", "$"))
        subprocess.run(
            words,
            env=environ,
            cwd=told["WorkingDirectory"],
            check=True,
            umask=int(told["UMask"], 8),
        )


def _systemd_run(words: list[str]) -> None:
    at = next(i for i, word in enumerate(words) if word.startswith("/"))
    told = dict(words[i + 1].split("=", 1) for i in range(at) if words[i] == "-p")
    environ = {"PATH": os.environ["PATH"], **environment_of(Path(told["EnvironmentFile"]))}
    who = _become(told["User"], told["Group"]) if "User" in told else []
    os.chdir("/opt/grievance")
    os.umask(int(told["UMask"], 8))
    os.execvpe([*who, *words[at:]][0], [*who, *words[at:]], environ)


def _become(user: str, group: str) -> list[str]:
    return ["setpriv", "--reuid", user, "--regid", group, "--init-groups", "--no-new-privs"]


def _certificate() -> None:
    CERTIFICATE.mkdir(parents=True, exist_ok=True)
    made = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "
        f"/CN=help.example.org -keyout {CERTIFICATE}/privkey.pem -out {CERTIFICATE}/fullchain.pem"
    )
    subprocess.run(shlex.split(made), check=True, capture_output=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]).name, sys.argv[2:])
