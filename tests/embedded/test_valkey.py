"""Valkey as a child: private, forgetful, gone with its parent."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from grievance.embedded.folders import sockets
from grievance.embedded.process import Unavailable, alive, wait_until
from grievance.embedded.valkey import Valkey

Program = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def valkey(home: Path) -> Iterator[Valkey]:
    valkey = Valkey(home)
    valkey.start()
    yield valkey
    valkey.stop()


@pytest.fixture
def client(valkey: Valkey) -> Iterator[redis.Redis]:
    with redis.from_url(valkey.url()) as client:
        yield client


def test_its_url_reaches_it_by_a_private_socket_only(
    home: Path, valkey: Valkey, client: redis.Redis
) -> None:
    assert client.ping()
    assert client.config_get("port") == {"port": "0"}
    folder = sockets(home, "valkey")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "valkey.sock").stat().st_mode & 0o777 == 0o700


def test_it_keeps_nothing_on_disk_and_refuses_when_full(
    home: Path, valkey: Valkey, client: redis.Redis
) -> None:
    client.set("known", "canary")
    assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    assert 0 < int(client.config_get("maxmemory")["maxmemory"]) <= 128 * 1024 * 1024
    client.close()
    valkey.stop()
    assert list((home / "valkey").iterdir()) == []
    assert "canary" not in (home / "log" / "valkey.log").read_text()
    valkey.start()
    assert client.get("known") is None


def test_killed_it_starts_again(valkey: Valkey, client: redis.Redis) -> None:
    first = valkey.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert wait_until(lambda: valkey.poll() is not None, 5)
    assert not valkey.running
    valkey.start()
    assert valkey.pid != first
    assert client.ping()


def test_a_second_one_for_the_same_instance_is_refused(home: Path, valkey: Valkey) -> None:
    second = Valkey(home)
    with pytest.raises(Unavailable, match="Another Valkey"):
        second.start()
    assert valkey.running


def test_it_goes_with_its_killed_parent(home: Path, program: Program) -> None:
    parent = program(
        """
        import time
        from grievance.embedded.valkey import Valkey
        server = Valkey(Path(HOME))
        server.start()
        print(server.pid, flush=True)
        time.sleep(60)
        """,
        home,
    )
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    # Started at once: the old one may still be leaving.
    after = Valkey(home)
    after.start()
    assert not alive(pid)
    assert after.running
    after.stop()
    assert not after.running


def test_the_server_of_the_system_works_too(home: Path) -> None:
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        pytest.skip("no server of the system's own")
    server = Valkey(home, program=Path(found))
    server.start()
    assert server.running
    server.stop()
