"""Slow senders and slow readers wait at the proxy as it is shipped, not in the product.

Behind nginx stands one thread that answers one request at a time: whoever holds it holds all.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.hostile.recipe import NAME, PATIENCE, needs_nginx, running

SLOW = 30
PAGE = b"&#34;" * 1024 * 1024  # the largest page: a megabyte of quotes, shown again

pytestmark = needs_nginx


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
    with running(tmp_path, [upstream.server_port]) as port:
        yield port


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
