"""Requests to the web process: one, many in a closed loop, many at a steady rate."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from email.message import Message
from http.client import HTTPConnection
from urllib.parse import urlencode

HERE = "127.0.0.1"
BUSY = 503
TRIES = 5
AT_ONCE = 64  # threads behind a steady rate: more than ever wait


@dataclass(frozen=True)
class Answer:
    """What came back at last. `seconds` since the request was due, `size` as sent, headers
    included; `busy` is how often it was told before to come again later."""

    status: int
    headers: Message
    body: bytes
    seconds: float
    size: int
    busy: int = 0


@dataclass(frozen=True)
class Request:
    """A request of a browser; `source` is the loopback address it comes from."""

    path: str
    cookies: Mapping[str, str]
    form: Mapping[str, str] | None = None
    language: str = "en"
    source: str = HERE
    file: bytes = b""  # sent as the field `files` of the form, named slip.png

    @property
    def body(self) -> tuple[bytes | None, str]:
        """What is sent, and its type."""
        if self.form is None:
            return None, ""
        if not self.file:
            return urlencode(self.form).encode(), "application/x-www-form-urlencoded"
        border = "bench-of-grievance"
        head = "".join(
            f'--{border}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in self.form.items()
        )
        head += f'--{border}\r\nContent-Disposition: form-data; name="files"; filename="slip.png"'
        whole = f"{head}\r\n\r\n".encode() + self.file + f"\r\n--{border}--\r\n".encode()
        return whole, f"multipart/form-data; boundary={border}"


class Browser:
    """Sends requests to a port, each on a connection of its own: each is another person."""

    def __init__(self, port: int) -> None:
        self._port = port

    def send(self, asked: Request, due: float | None = None) -> Answer:
        """Send one request. A broken connection is an answer with status 0."""
        began = due or time.perf_counter()
        connection = HTTPConnection(HERE, self._port, timeout=30, source_address=(asked.source, 0))
        headers = {"Accept-Language": asked.language}
        if asked.cookies:
            headers["Cookie"] = "; ".join(
                f"{name}={value}" for name, value in asked.cookies.items()
            )
        body, kind = asked.body
        if kind:
            headers["Content-Type"] = kind
        try:
            connection.request("POST" if body is not None else "GET", asked.path, body, headers)
            got = connection.getresponse()
            read = got.read()
        except OSError:
            return Answer(0, Message(), b"", time.perf_counter() - began, 0)
        finally:
            connection.close()
        taken = time.perf_counter() - began
        size = len(f"HTTP/1.1 {got.status} {got.reason}\r\n") + len(got.msg.as_bytes()) + len(read)
        return Answer(got.status, got.msg, read, taken, size)

    def persist(self, asked: Request, due: float | None = None) -> Answer:
        """Send one request as a person would: once more when the connection broke or the page
        says that it is busy, after the seconds that it names."""
        began = due or time.perf_counter()
        answer, busy = self.send(asked), 0
        while busy < TRIES and (not answer.status or answer.status == BUSY):
            time.sleep(float(answer.headers.get("Retry-After", 1)))
            answer, busy = self.send(asked), busy + 1
        return replace(answer, seconds=time.perf_counter() - began, busy=busy)

    def closed(self, clients: int, asked: Iterable[Request]) -> tuple[list[Answer], float]:
        """So many clients, each sending its next request once the last is answered; the answers
        and the seconds all took."""
        began = time.perf_counter()
        with ThreadPoolExecutor(clients) as threads:
            answers = list(threads.map(self.persist, asked))
        return answers, time.perf_counter() - began

    def paced(self, rate: float, asked: Sequence[Request]) -> list[Answer]:
        """So many requests a second, whether the earlier ones are answered or not; the time of
        each counts from when it was due."""
        return paced(rate, asked, self.persist)


def paced(
    rate: float, asked: Sequence[Request], send: Callable[[Request, float], Answer]
) -> list[Answer]:
    """Send at a steady rate from a pool of threads."""
    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        waiting = []
        for number, one in enumerate(asked):
            due = began + number / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            waiting.append(threads.submit(send, one, due))
        return [future.result() for future in waiting]
