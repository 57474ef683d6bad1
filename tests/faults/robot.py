"""A browser of plain HTTP: GET, fill each control by its kind, POST, follow 303. Nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from secrets import token_hex
from types import SimpleNamespace
from urllib.parse import urlencode, urljoin, urlsplit
from xml.etree.ElementTree import Element

from tests.pages import Page, read_page

LONGEST = 40  # pages
SECONDS = 30
TYPED = {"text": "words", "textarea": "It happened again.", "date": "2026-04-25",
         "email": "a@example.com", "phone": "+84 91 234 56 78"}  # fmt: skip
TOKEN = re.compile(r'name="token"[^>]*value="([0-9a-f]+)"')
FORM_TYPE = "application/x-www-form-urlencoded"
Fields = Mapping[str, "str | list[str]"]
File = tuple[str, str, bytes]  # field, name, content


@dataclass(frozen=True)
class Answer:
    """What came back; enough of a werkzeug answer for `read_page`."""

    status_code: int
    headers: Message
    body: bytes = field(repr=False)
    path: str

    def get_data(self, as_text: bool = True) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    @property
    def request(self) -> SimpleNamespace:
        """The request's path, which tells pages from static files."""
        return SimpleNamespace(path=self.path)

    @property
    def page(self) -> Page:
        """The answer as a page, checked as every page is."""
        return read_page(self)  # type: ignore[arg-type]

    @property
    def token(self) -> str:
        """The form token, found without parsing the page."""
        found = TOKEN.search(self.get_data())
        assert found, self.get_data()[:500]
        return found[1]


@dataclass(frozen=True)
class Step:
    """A page that was passed: where it was, what was sent there."""

    path: str
    sent: dict[str, str | list[str]]


class Robot:
    """One browser with its cookies; `network` is a loopback address to come from."""

    def __init__(self, url: str, network: str = "") -> None:
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "", parts.port or 80
        self.source = (network, 0) if network else None
        self.cookies: dict[str, str] = {}
        self.steps: list[Step] = []
        self.at = "/"

    def call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        kind: str = FORM_TYPE,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request; OSError or HTTPException when no answer comes."""
        sent = {"Cookie": "; ".join(f"{n}={v}" for n, v in self.cookies.items())}
        sent |= {"Content-Type": kind} if body is not None else {}
        line = HTTPConnection(self.host, self.port, SECONDS, source_address=self.source)
        try:
            line.request(method, path, body, {**sent, **(headers or {})})
            came = line.getresponse()
            answer = Answer(came.status, came.headers, came.read(), urlsplit(path).path)
        finally:
            line.close()
        self._remember(came.headers.get_all("Set-Cookie") or [])
        self.at = path
        return answer

    def _remember(self, lines: Iterable[str]) -> None:
        for line in lines:
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value

    def get(self, path: str) -> Answer:
        """A page, after redirects."""
        return self.follow(self.call("GET", path))

    def follow(self, answer: Answer) -> Answer:
        """The page that an answer leads to."""
        for _ in range(8):
            if answer.status_code not in (301, 302, 303, 307, 308):
                return answer
            answer = self.call("GET", self.leads(answer))
        raise AssertionError("redirects without end")

    def leads(self, answer: Answer) -> str:
        """Where a redirect leads."""
        return urljoin(self.at, answer.headers["Location"].split("#")[0])

    def post(self, path: str, fields: Fields, files: Iterable[File] = ()) -> Answer:
        """One POST, as a form or, with files, in parts; redirects are not followed."""
        files = list(files)
        if not files:
            return self.call("POST", path, urlencode(fields, doseq=True).encode())
        border = token_hex(8)
        kind = f"multipart/form-data; boundary={border}"
        return self.call("POST", path, parts(fields, files, border), kind)

    def send(self, page: Page, answers: Fields, files: Iterable[File] = ()) -> Answer:
        """Fill the main form of the page at hand, send it, follow."""
        sent, form = filled(page, answers), page.one("form", data_main="")
        here = urljoin(self.at, form.get("action") or self.at)
        self.steps.append(Step(here, sent))
        return self.follow(self.post(here, sent, files))

    def walk(self, start: str, answers: Fields, until: str) -> Page:
        """Answer page after page until the named one."""
        page = self.get(start).page
        for _ in range(LONGEST):
            if page.name == until:
                return page
            page = self.send(page, answers).page
            assert not page.errors, (self.at, page.errors)
        raise AssertionError(f"never reached {until}: {[step.path for step in self.steps]}")


def parts(fields: Fields, files: Iterable[File], border: str) -> bytes:
    """A form in parts."""
    made = b""
    for name, value in fields.items():
        for one in [value] if isinstance(value, str) else value:
            made += f'--{border}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
            made += one.encode() + b"\r\n"
    for name, called, content in files:
        head = f'Content-Disposition: form-data; name="{name}"; filename="{called}"'
        made += f"--{border}\r\n{head}\r\nContent-Type: application/octet-stream\r\n\r\n".encode()
        made += content + b"\r\n"
    return made + f"--{border}--\r\n".encode()


def filled(page: Page, answers: Fields, form: Element | None = None) -> dict[str, str | list[str]]:
    """The main form as it would be sent: told answers, else the least that is needed."""
    form = form if form is not None else page.one("form", data_main="")
    sent: dict[str, str | list[str]] = dict(page.fields(form))
    for control in form.iter():
        kind, name = control.get("data-kind"), control.get("name") or ""
        if not kind or kind == "files":
            continue
        if name in answers:
            sent[name] = answers[name]
        elif not sent.get(name) and control.get("data-required") == "yes":
            sent[name] = _least(control, kind)
    return sent


def _least(control: Element, kind: str) -> str:
    if control.tag == "select":
        return next(o.get("value") or "" for o in control.iter("option") if o.get("value"))
    return TYPED.get(kind) or control.get("value") or "words"


__all__ = ["Answer", "HTTPException", "Robot", "Step", "filled", "parts"]
