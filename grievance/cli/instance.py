"""`flask up`: the whole instance under one supervisor, from empty folder to `ready`."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from ipaddress import ip_address
from pathlib import Path

import click

from grievance.cli.places import (
    MISSING,
    Place,
    as_role,
    given_database,
    home,
    is_demo,
    leave,
    name_given,
    note_address,
    or_leave,
    say_where,
)
from grievance.demo.story import announce
from grievance.embedded.listening import PortTaken, close, listen
from grievance.embedded.lock import AlreadyRunning, RunLock
from grievance.embedded.postgres import Postgres
from grievance.embedded.process import Launch, Service, Unavailable, environment
from grievance.embedded.supervisor import Child, Supervisor
from grievance.embedded.valkey import Valkey
from grievance.shipped import BESIDE

PORT_TAKEN = 4
WEB_THREADS = "8"
SLOWEST_REQUEST = "240"  # ten uploads that each take the cleaner's whole 20 seconds, and a margin


@click.command()
@click.option("--host", envvar="HOST", default="localhost", show_default=True)
@click.option(
    "--port", envvar="PORT", type=click.IntRange(0, 65535), default=8000, show_default=True
)
@click.option("--demo/--no-demo", default=True, help="Fill an empty instance with a demonstration.")
def up(host: str, port: int, demo: bool) -> None:
    """Run the whole instance until Ctrl-C: servers, migrations, facts, web, worker, scheduler.

    Exit 3 when one is running already or something is missing, 4 when another program has the port.
    """
    folder, own_database = home(), not given_database()
    say_where(f"the instance in {folder}")
    if not own_database:
        name_given()
    _only_loopback(host)
    postgres, valkey = or_leave(lambda: (Postgres(folder), Valkey(folder)))
    door = _port(host, port, folder)
    port = door[0].getsockname()[1]
    url = f"http://{'[' + host + ']' if ':' in host else host}:{port}"
    database = postgres.url if own_database else lambda role: as_role(given_database(), role)
    own_queue = not os.environ.get("GRIEVANCE_REDIS_URL")
    queue = valkey.url() if own_queue else os.environ["GRIEVANCE_REDIS_URL"]
    place = or_leave(lambda: Place(folder, database, queue, url, demo))
    servers: list[Service] = [
        server for server, ours in ((postgres, own_database), (valkey, own_queue)) if ours
    ]
    children = or_leave(lambda: [*servers, *_steps(place), *_processes(place, door)])
    try:
        Supervisor(children, folder, lambda: _ready(place)).run()
    except Unavailable as missing:
        leave(str(missing))
    finally:
        close(door)


def _port(host: str, port: int, folder: Path) -> list[socket.socket]:
    """The sockets of the web process, ours before anything starts; exit 4 when another program
    has the port, 3 when it is this instance that runs already."""
    try:
        return listen(host, port)
    except Unavailable as refused:
        if pid := RunLock(folder).supervisor():
            leave(str(AlreadyRunning(pid)))
        leave(str(refused), PORT_TAKEN if isinstance(refused, PortTaken) else MISSING)


def _only_loopback(host: str) -> None:
    try:
        loopback = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        leave(f"HOST={host} is not a loopback address: put a reverse proxy in front instead.", 2)


def _flask(env: Mapping[str, str], *words: str) -> Launch:
    return Launch((sys.executable, "-m", "flask", *words), env, BESIDE)


def _steps(place: Place) -> list[Child]:
    """What runs to its end before anything is served."""
    command = place.environment("cli")
    wanted = [
        ("migrate", ("migrate",), place.environment("migrate")),
        ("directory", ("directory", "load"), command),
    ]
    if place.demo:
        wanted.append(("demo", ("demo", "fill"), command))
    return [
        Child(name, _flask(env, *words), restart=False, limit=180) for name, words, env in wanted
    ]


def _processes(place: Place, door: list[socket.socket]) -> list[Child]:
    """Web, worker and scheduler, each with its own environment; web is handed the open door."""
    files = tuple(each.fileno() for each in door)
    gunicorn = (
        *(sys.executable, "-m", "gunicorn", "wsgi:app"),
        *(word for file in files for word in ("--bind", f"fd://{file}")),
        *("--limit-request-line", "8190"),  # a search in a script of many bytes a letter
        "--forwarder-headers=",  # else a header SCRIPT_NAME says where every link leads
        *("--worker-class", "gthread", "--workers", str(os.cpu_count() or 2)),
        *("--threads", WEB_THREADS, "--timeout", SLOWEST_REQUEST, "--log-level", "warning"),
        *("--logger-class", "grievance.web.server.ServerLog", "--no-control-socket"),
    )
    web = Launch(gunicorn, place.environment("web"), BESIDE, files=files)
    return [
        Child("web", web, lambda: _answers(door[0])),
        Child("worker", _flask(place.environment("worker"), "worker")),
        Child("cron", _flask(place.environment("cron"), "cron")),
    ]


def _answers(door: socket.socket) -> bool:
    """Whether our own web process says it is well: nobody else can answer at a socket of ours."""
    host, port = door.getsockname()[:2]
    asked = HTTPConnection(host, port, timeout=2)
    try:
        asked.request("GET", "/healthz")
        return asked.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        asked.close()


def _invite(place: Place) -> None:
    """Print the founder's link while nobody founded: it goes to the terminal, and into no log."""
    setup = _flask(place.environment("cli"), "operator", "setup")
    env, folder = environment(setup.env), setup.folder
    done = subprocess.run(setup.argv, env=env, cwd=folder, capture_output=True, text=True)
    click.echo(done.stdout, nl=False)
    if done.returncode:
        click.echo(done.stderr, err=True, nl=False)


def _ready(place: Place) -> None:
    note_address(place)
    if place.demo and is_demo(place.folder):
        for line in announce(place.folder / "demo.json"):
            click.echo(line)
    elif place.demo:  # a backup that was put back: nothing in it opens the invented people's desks
        click.echo(
            "The passwords and numbers of this demonstration lay in demo.json, which no backup"
            " holds: put that file back, or start with an empty folder.",
            err=True,
        )
    else:
        _invite(place)
    click.echo(f"ready {place.public_url}")
    sys.stdout.flush()
