"""The shipped recipe of the proxy, running before servers of a test."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.servers import ROOT

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
NAME = "help.example.org"
PATIENCE = 30  # seconds until a test gives up; nothing is measured by it

if NGINX is None and os.environ.get("CI"):
    pytest.fail("nginx is needed here", pytrace=False)
needs_nginx = pytest.mark.skipif(NGINX is None, reason="the proxy's recipe: NOT RUN, no nginx")


@contextmanager
def running(folder: Path, ports: Sequence[int], more: str = "") -> Iterator[int]:
    """The recipe on a free port, before one or more servers; `more` are lines of its own."""
    port = free_port()
    certificate(folder)
    first, second = (
        re.sub(r"listen (\[::\]:)?(80|443)( ssl)?;", "", (ROOT / "deploy" / name).read_text())
        for name in ("nginx-http.conf", "nginx.conf")
    )
    servers = " ".join(f"server 127.0.0.1:{one} max_fails=1 fail_timeout=5s;" for one in ports)
    for old, new in (
        ("\nserver {", f"\nserver {{ listen 127.0.0.1:{port} ssl sndbuf=16k; {more}"),
        ("/etc/letsencrypt/live/help.example.org", str(folder)),
        ("/var/log/nginx", str(folder)),
        ("/run/grievance-bodies", str(folder / "bodies")),
        ("server 127.0.0.1:8000;", servers),
    ):
        assert old in second
        second = second.replace(old, new)
    first = first.replace("server {", f"server {{ listen 127.0.0.1:{free_port()};", 1)
    user = "user root;" if os.geteuid() == 0 else ""
    temporary = " ".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("proxy", "fastcgi", "uwsgi", "scgi")
    )
    written = folder / "nginx.conf"
    written.write_text(
        f"{user} daemon off; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{ worker_connections 512; }}\nhttp {{ {temporary}\n{first}\n{second} }}\n"
    )
    assert NGINX
    started = subprocess.Popen([NGINX, "-p", str(folder), "-c", str(written)])
    try:
        wait_for(port, started)
        yield port
    finally:
        started.terminate()
        started.wait(PATIENCE)


def certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "fullchain.pem").write_bytes(made.public_bytes(pem))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def free_port() -> int:
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        return int(chosen.getsockname()[1])


def wait_for(port: int, started: subprocess.Popen[bytes]) -> None:
    """Until nginx answers or ends."""
    give_up = threading.Event()
    threading.Timer(PATIENCE, give_up.set).start()
    while not give_up.wait(0.05):
        assert started.poll() is None, "nginx does not take the recipe"
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise AssertionError("nginx never answered")
