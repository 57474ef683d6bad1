"""Slow senders and slow readers wait at the proxy as it is shipped, not in the product.

Behind nginx stands one thread that answers one request at a time: whoever holds it holds all.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.servers import ROOT

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
NAME = "help.example.org"
SLOW = 30
PATIENCE = 30  # seconds until a test gives up; nothing is measured by it
PAGE = b"&#34;" * 1024 * 1024  # the largest page: a megabyte of quotes, shown again

if NGINX is None and os.environ.get("CI"):
    pytest.fail("nginx is needed here", pytrace=False)
pytestmark = pytest.mark.skipif(NGINX is None, reason="slow sockets: NOT RUN, no nginx")


class OneThread(HTTPServer):
    """Answers one request at a time and remembers how often it was asked."""

    asked = 0

    def get_request(self) -> tuple[socket.socket, object]:
        """The kernel takes little over, so that it is nginx which does or does not."""
        line, address = super().get_request()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16 * 1024)
        return line, address


class Handler(BaseHTTPRequestHandler):
    """Reads the body, answers with a page."""

    def answer(self) -> None:
        self.server.asked += 1  # type: ignore[attr-defined]
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = PAGE if self.path == "/large" else b"hello"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer  # noqa: N815

    def log_message(self, *_arguments: object) -> None:
        """Nothing."""


@pytest.fixture
def upstream() -> Iterator[OneThread]:
    server = OneThread(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def proxy(tmp_path: Path, upstream: OneThread) -> Iterator[int]:
    """The shipped recipe on a free port, before `upstream`."""
    port = free_port()
    certificate(tmp_path)
    first, second = (
        re.sub(r"listen (\[::\]:)?(80|443)( ssl)?;", "", (ROOT / "deploy" / name).read_text())
        for name in ("nginx-http.conf", "nginx.conf")
    )
    second = second.replace("server {", f"server {{ listen 127.0.0.1:{port} ssl sndbuf=16k;", 1)
    for old, new in (
        ("/etc/letsencrypt/live/help.example.org", str(tmp_path)),
        ("/var/log/nginx", str(tmp_path)),
        ("/run/grievance-bodies", str(tmp_path / "bodies")),
        ("127.0.0.1:8000", f"127.0.0.1:{upstream.server_port}"),
    ):
        assert old in second
        second = second.replace(old, new)
    first = first.replace("server {", f"server {{ listen 127.0.0.1:{free_port()};", 1)
    user = "user root;" if os.geteuid() == 0 else ""
    temporary = " ".join(
        f"{kind}_temp_path {tmp_path}/{kind};" for kind in ("proxy", "fastcgi", "uwsgi", "scgi")
    )
    written = tmp_path / "nginx.conf"
    written.write_text(
        f"{user} daemon off; pid {tmp_path}/pid; error_log {tmp_path}/error.log;\n"
        f"events {{ worker_connections 512; }}\nhttp {{ {temporary}\n{first}\n{second} }}\n"
    )
    assert NGINX
    running = subprocess.Popen([NGINX, "-p", str(tmp_path), "-c", str(written)])
    try:
        wait_for(port, running)
        yield port
    finally:
        running.terminate()
        running.wait(PATIENCE)


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


def wait_for(port: int, running: subprocess.Popen[bytes]) -> None:
    """Until nginx answers or ends."""
    give_up = threading.Event()
    threading.Timer(PATIENCE, give_up.set).start()
    while not give_up.wait(0.05):
        assert running.poll() is None, "nginx does not take the recipe"
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise AssertionError("nginx never answered")


def connected(stack: ExitStack, port: int, *, window: int = 0) -> ssl.SSLSocket:
    """A TLS connection, kept until the end of the test; with a small window it reads slowly."""
    plain = socket.socket()
    if window:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
    plain.settimeout(PATIENCE)
    plain.connect(("127.0.0.1", port))
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    return stack.enter_context(trusting.wrap_socket(plain, server_hostname=NAME))


def quick(stack: ExitStack, port: int, path: str = "/") -> bytes:
    """A person in a hurry: the whole answer."""
    line = connected(stack, port)
    line.sendall(f"GET {path} HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n\r\n".encode())
    return b"".join(iter(lambda: line.recv(65536), b""))


@pytest.mark.parametrize(
    "begun",
    [
        f"GET / HTTP/1.1\r\nHost: {NAME}\r\nX-A: ",
        f"POST /en/return HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 1000\r\n\r\ncode=",
        f"POST /en/return HTTP/1.1\r\nHost: {NAME}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\ncode=",
    ],
    ids=["headers", "body", "chunks"],
)
def test_slow_senders_never_reach_the_product(proxy: int, upstream: OneThread, begun: str) -> None:
    with ExitStack() as stack:
        for _ in range(SLOW):
            connected(stack, proxy).sendall(begun.encode())
        assert quick(stack, proxy).endswith(b"hello")
        assert upstream.asked == 1


def test_slow_readers_hold_no_thread(proxy: int, upstream: OneThread) -> None:
    with ExitStack() as stack:
        for _ in range(SLOW):
            line = connected(stack, proxy, window=4096)
            line.sendall(f"GET /large HTTP/1.1\r\nHost: {NAME}\r\n\r\n".encode())
            assert line.recv(1)
        assert quick(stack, proxy).endswith(b"hello")
        assert upstream.asked == SLOW + 1
