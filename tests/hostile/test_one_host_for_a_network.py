"""The proxy as it is shipped sends a network to one host, which counts what that network does."""

from __future__ import annotations

import ssl
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from grievance.vault.slots import network
from tests.hostile.recipe import NAME, PATIENCE, needs_nginx, running

pytestmark = needs_nginx
# the address of a test stands in a header: a test has one address only
AS = "set_real_ip_from 127.0.0.1; real_ip_header X-Test;"
FOUR = [f"203.{second}.113.{last}" for second in range(40) for last in (1, 77, 254)]
SIX = [
    f"2001:db8:{third:x}:4{last}::{end}"
    for third in range(40)
    for last, end in (("00", "1"), ("7f", "9"), ("ff", "1:2:3"))
]


@contextmanager
def host(name: str) -> Iterator[int]:
    """A server that answers who it is."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(name)))
            self.end_headers()
            self.wfile.write(name.encode())

        def log_message(self, *_arguments: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def answered(port: int, address: str) -> str:
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    asked = urllib.request.Request(
        f"https://127.0.0.1:{port}/", headers={"Host": NAME, "X-Test": address}
    )
    with urllib.request.urlopen(asked, timeout=PATIENCE, context=trusting) as answer:
        return answer.read().decode()


def test_all_of_a_network_go_to_one_host_and_networks_to_all(tmp_path: Path) -> None:
    """The same networks as in the product, whichever way an address is written."""
    with ExitStack() as stack:
        ports = [stack.enter_context(host(name)) for name in ("one", "two", "three")]
        port = stack.enter_context(running(tmp_path, ports, AS))
        for addresses in (FOUR, SIX):
            hosts: dict[bytes, set[str]] = {}
            for address in addresses:
                hosts.setdefault(network(address), set()).add(answered(port, address))
            assert len(hosts) == 40
            assert all(len(each) == 1 for each in hosts.values())
            assert set.union(*hosts.values()) == {"one", "two", "three"}


def test_a_network_goes_to_another_host_while_its_own_is_gone(tmp_path: Path) -> None:
    with ExitStack() as stack:
        with host("one") as gone:
            pass
        living = stack.enter_context(host("two"))
        port = stack.enter_context(running(tmp_path, [gone, living], AS))
        assert {answered(port, address) for address in FOUR[:30]} == {"two"}
