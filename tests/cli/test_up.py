"""`flask up` where somebody else has the port: it starts nothing, and calls nobody else ready."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grievance.cli import instance, places
from grievance.cli.places import Place
from grievance.embedded import listening
from grievance.embedded.lock import RunLock


class Well(BaseHTTPRequestHandler):
    """Says that it is well, whatever it is."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"status": "ok"}')

    def log_message(self, *words: object) -> None:
        pass


class Server6(HTTPServer):
    address_family = socket.AF_INET6


@pytest.fixture
def stranger() -> Iterator[int]:
    """The port of a program that is not ours."""
    yield from serving(HTTPServer(("127.0.0.1", 0), Well))


def serving(server: HTTPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where it would make an instance."""
    for name in [name for name in os.environ if name.startswith("GRIEVANCE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GRIEVANCE_DATA", str(tmp_path / "home"))
    return tmp_path / "home"


def up(**env: str) -> Result:
    return CliRunner().invoke(instance.up, [], env=env)


def test_a_stranger_on_the_port_is_named_and_nothing_starts(home: Path, stranger: int) -> None:
    told = up(PORT=str(stranger))
    assert (told.exit_code, told.stdout) == (4, "")
    assert f"Port {stranger} of localhost is used by another program" in told.stderr
    assert not (home / "postgres").exists()
    assert not (home / "keys").exists()


def test_a_stranger_at_the_other_address_of_the_name_is_one_too(home: Path) -> None:
    if len({one[4][0] for one in socket.getaddrinfo("localhost", 0)}) < 2:
        pytest.skip("localhost has one address here")
    for port in serving(Server6(("::1", 0), Well)):
        told = up(HOST="localhost", PORT=str(port))
        assert (told.exit_code, told.stdout) == (4, "")


def test_this_instance_on_the_port_is_called_running(home: Path, stranger: int) -> None:
    home.mkdir(mode=0o700)
    lock = RunLock(home)
    lock.take_for_good()
    told = up(PORT=str(stranger))
    lock.release()
    assert told.exit_code == 3
    assert f"already running (process {os.getpid()})" in told.stderr


@pytest.mark.parametrize("port", ["http", "65536", "-1"])
def test_what_is_no_port_is_wrong_usage(home: Path, port: str) -> None:
    assert up(PORT=port).exit_code == 2
    assert not home.exists()


def test_a_held_port_lets_nobody_else_in_and_is_given_back() -> None:
    held = listening.listen("127.0.0.1", 0)
    port = held[0].getsockname()[1]
    with pytest.raises(listening.PortTaken):
        listening.listen("127.0.0.1", port)
    listening.close(held)
    listening.close(listening.listen("127.0.0.1", port))


def test_an_address_that_is_named_twice_is_taken_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with a hosts file that has two lines for localhost."""
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda *told, **more: real(*told, **more) * 2)
    held = listening.listen("127.0.0.1", 0)
    assert len(held) == 1
    listening.close(held)


def test_only_our_own_socket_is_asked(stranger: int) -> None:
    """Its health is what answers at the socket that was handed to it."""
    (ours,) = listening.listen("127.0.0.1", 0)
    answered = []

    def answer() -> None:
        caller, _ = ours.accept()
        answered.append(caller.recv(200))
        caller.sendall(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
        caller.close()

    web = threading.Thread(target=answer)
    web.start()
    assert not instance._answers(ours)
    web.join()
    assert answered[0].startswith(b"GET /healthz ")
    ours.close()


def test_a_demonstration_that_was_put_back_says_where_its_passwords_were(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No backup holds demo.json; the instance starts all the same."""
    instance._ready(Place(tmp_path, lambda role: role, "unix:///queue", demo=True))
    out, err = capsys.readouterr()
    assert out == "ready http://localhost:8000\n"  # a name, which passkeys need
    assert "demo.json" in err


def place_in(home: Path) -> Place:
    home.mkdir()
    return Place(
        home, lambda role: f"postgresql:///{role}", "redis://none", "http://127.0.0.1:8123"
    )


def test_the_founders_link_is_printed_and_goes_into_no_log(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What runs as a step writes its output into a log; the link is a secret."""
    place = place_in(home)
    assert [step.name for step in instance._steps(place)] == ["migrate", "directory"]
    link = "invitation http://127.0.0.1:8123/staff/invitation/x\n"
    ran: list[tuple[str, ...]] = []

    def run(argv: tuple[str, ...], **_options: object) -> subprocess.CompletedProcess[str]:
        ran.append(argv[-2:])
        return subprocess.CompletedProcess(argv, 0, link, "")

    monkeypatch.setattr(instance.subprocess, "run", run)
    instance._ready(place)
    assert ran == [("operator", "setup")]
    assert capsys.readouterr().out == f"{link}ready http://127.0.0.1:8123\n"


def test_commands_know_where_the_instance_is_served(home: Path) -> None:
    assert places.noted_address(home) == places.DEFAULT_ADDRESS
    place = place_in(home)
    places.note_address(place)
    assert places.noted_address(home) == "http://127.0.0.1:8123"
