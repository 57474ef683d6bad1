"""The port of an instance, taken before anything starts and kept while its web process changes."""

import errno
import socket

from .process import Unavailable

BACKLOG = 2048
NOT_HERE = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)  # a machine without IPv6, or without IPv4


class PortTaken(Unavailable):
    """Another program takes connections there."""


def listen(host: str, port: int) -> list[socket.socket]:
    """Sockets at every address that `host` names, all at one port (any free one for 0).

    PortTaken when another program has one of them, for a reader could reach that one instead;
    Unavailable when the port may not be used or `host` is nothing here.
    """
    taken: list[socket.socket] = []
    try:
        named = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        # A hosts file may name one address twice; the second of them is not another program.
        for family, address in dict.fromkeys((one[0], str(one[4][0])) for one in named):
            at = taken[0].getsockname()[1] if taken else port
            made = _bound(family, (address, at))
            taken += [made] if made else []
        if not taken:
            raise Unavailable(f"{host} is no address of this machine.")
    except OSError as refused:
        close(taken)
        if refused.errno == errno.EADDRINUSE:
            raise PortTaken(
                f"Port {port} of {host} is used by another program: stop that one, or choose "
                "another port (PORT=)."
            ) from None
        raise Unavailable(f"Port {port} of {host} cannot be used: {refused.strerror}.") from None
    return taken


def close(sockets: list[socket.socket]) -> None:
    """Give the port back."""
    for each in sockets:
        each.close()


def _bound(family: int, address: tuple[str, int]) -> socket.socket | None:
    made = None
    try:
        made = socket.socket(family, socket.SOCK_STREAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind(address)
        made.listen(BACKLOG)  # bound alone, another program could still be first to listen
    except OSError as refused:
        if made is not None:
            made.close()
        if refused.errno not in NOT_HERE:
            raise
        return None
    return made
