"""Ways out: SMTP, and a folder that stands for a mail server in demonstrations and tests.

A channel either delivers a letter or says why not in a code, never in words that hold an address.
"""

from __future__ import annotations

import contextlib
import os
import re
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.header import Header
from email.mime.text import MIMEText
from email.utils import format_datetime, parseaddr
from ipaddress import ip_address
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit
from uuid import UUID

from grievance.i18n import BY_SLUG

TIMEOUT = 10.0  # seconds for each step of a conversation
_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")  # RFC 5321 without quoted ones
_DOMAIN = re.compile(r"[\w.-]{1,253}|\[[0-9A-Fa-f:.]+\]")
REFUSALS = (400, 600)
GO_ON = 354  # "send the letter, end it with a dot"
PORTS = {"smtp": 25, "smtps": 465, "starttls": 587}


DOUBT = "doubt"
FOR_GOOD = "smtp-5"  # how the codes of refusals begin that will not change


class TransportError(Exception):
    """A letter was not delivered.

    `permanent`: trying again is useless. `down`: it is the transport's trouble, not this
    letter's, so the next letter would fare no better. With the code `DOUBT` the server had all of
    the letter, and may have taken it. `said`: the server's own words, which may hold the address;
    only for who typed it.
    """

    def __init__(
        self, code: str, *, permanent: bool = False, down: bool = False, said: str = ""
    ) -> None:
        super().__init__(code)
        self.code, self.permanent, self.down, self.said = code, permanent, down, said


@dataclass(frozen=True)
class Letter:
    """What a channel sends; printing it shows neither address nor text."""

    id: UUID
    to: str = field(repr=False)
    subject: str = field(repr=False)
    body: str = field(repr=False)
    language: str
    at: datetime


class Channel(Protocol):
    """Delivers letters and answers what was said to it; TransportError when one was not taken."""

    def send(self, letter: Letter) -> str: ...


def channel_for(url: str, sender: str, timeout: float = TIMEOUT) -> Channel:
    """The channel that a setting names; ValueError when it names none.

    `smtp://`, `smtps://` or `starttls://user:password@host:port`, or `mailbox:/folder`. A
    password goes over an encrypted connection, or to this machine.
    """
    _, address = parseaddr(sender)
    if "@" not in address:
        raise ValueError("the sender is not an e-mail address")
    parts = urlsplit(url)
    if parts.scheme == "mailbox" and parts.path:
        return Mailbox(Path(unquote(parts.path)), address)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError("mail goes by smtp://, smtps://, starttls:// or mailbox:/folder")
    if parts.password and parts.scheme == "smtp" and not this_machine(parts.hostname):
        raise ValueError("a mail password needs smtps:// or starttls://")
    return Smtp(parts, address, timeout)


def compose(letter: Letter, sender: str) -> MIMEText:
    """The letter as mail: plain text, the row's id as Message-ID, so that a repeat is seen as one.

    The sender is a bare address: a name beside it would tell whoever holds the phone what the
    letter is about.
    """
    mail = MIMEText(letter.body)  # EmailMessage loses spaces of long subjects (Python < 3.12.5)
    mail["From"] = sender
    mail["To"] = _recipient(letter.to)
    mail["Subject"] = Header(letter.subject)  # type: ignore[assignment]  # str only in its stubs
    mail["Date"] = format_datetime(letter.at)
    mail["Message-ID"] = f"<{letter.id}@{_domain(sender)}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = BY_SLUG[letter.language].tag
    return mail


class _Heard:
    """Remembers the last reply: smtplib drops the one that says a letter was taken. And whether the
    letter was out: its final dot was sent, only the answer was to come."""

    heard: tuple[int, bytes] = (0, b"")
    letter_out = False

    def getreply(self) -> tuple[int, bytes]:
        self.letter_out = self.letter_out or self.heard[0] == GO_ON
        self.heard = super().getreply()  # type: ignore[misc]  # smtplib's own
        return self.heard


class _Server(_Heard, smtplib.SMTP):
    pass


class _TlsServer(_Heard, smtplib.SMTP_SSL):
    pass


class Smtp:
    """A mail server. One connection a letter: nothing of one letter touches the next."""

    def __init__(self, url: SplitResult, sender: str, timeout: float) -> None:
        self._url, self._sender, self._timeout = url, sender, timeout
        self._host = url.hostname or ""
        self._port = url.port or PORTS[url.scheme]

    def send(self, letter: Letter) -> str:
        """Hand the letter to the server; answers its words.

        A refusal of this recipient or text is permanent with a 5xx code; all else, a refused
        sender or password included, may be mended on either side and is tried again. No answer to
        the whole letter is `DOUBT`.
        """
        mail = compose(letter, self._sender)
        recipient = _recipient(letter.to)
        with _codes(), self._conversation() as server:
            try:
                server.send_message(mail, self._sender, [recipient])
                return _words(*server.heard)
            except smtplib.SMTPRecipientsRefused as refusal:
                raise _refused(*refusal.recipients[recipient]) from None
            except smtplib.SMTPDataError as refusal:
                if server.letter_out and not REFUSALS[0] <= refusal.smtp_code < REFUSALS[1]:
                    raise TransportError(DOUBT) from None
                raise _refused(refusal.smtp_code, refusal.smtp_error) from None
            except (smtplib.SMTPException, OSError):
                if server.letter_out:
                    raise TransportError(DOUBT, down=True) from None
                raise

    @contextlib.contextmanager
    def _conversation(self) -> Iterator[_Server | _TlsServer]:
        server = self._connected()
        try:
            if self._url.scheme == "starttls":
                server.starttls(context=ssl.create_default_context())
            if self._url.username:
                server.login(unquote(self._url.username), unquote(self._url.password or ""))
            yield server
        finally:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                server.quit()  # taken is taken, however the goodbye goes
            server.close()

    def _connected(self) -> _Server | _TlsServer:
        ours = _domain(self._sender)  # else smtplib asks the DNS for a name, without a time limit
        if self._url.scheme == "smtps":
            context = ssl.create_default_context()
            return _TlsServer(self._host, self._port, ours, timeout=self._timeout, context=context)
        return _Server(self._host, self._port, ours, timeout=self._timeout)


class Mailbox:
    """A folder that takes every letter as `<row id>.eml`, readable by its owner only."""

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder, self._sender = folder, sender

    def send(self, letter: Letter) -> str:
        """Write the letter, whole or not at all; a repeat replaces the first copy. Answers its
        file's name."""
        text = compose(letter, self._sender).as_bytes()
        path = self._folder / f"{letter.id}.eml"
        part = path.with_suffix(f".{os.getpid()}.part")
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(text)
            part.replace(path)
            return path.name
        except OSError:
            with contextlib.suppress(OSError):
                part.unlink()
            raise TransportError("mailbox", down=True) from None


@contextlib.contextmanager
def _codes() -> Iterator[None]:
    """Turn what smtplib raises into a code; the server's words may quote the address."""
    try:
        yield
    except smtplib.SMTPServerDisconnected as lost:
        hung = isinstance(lost.__context__, TimeoutError)
        raise TransportError("timeout" if hung else "disconnected", down=True) from None
    except smtplib.SMTPResponseException as refusal:
        code, said = refusal.smtp_code, _words(refusal.smtp_code, refusal.smtp_error)
        raise TransportError(f"smtp-{code}", down=True, said=said) from None
    except TimeoutError:
        raise TransportError("timeout", down=True) from None
    except ssl.SSLError:  # before ValueError: a certificate refused is one, too
        raise TransportError("tls", down=True) from None
    except (smtplib.SMTPNotSupportedError, ValueError):  # no such log-in, or not in ASCII
        raise TransportError("unsupported", down=True) from None
    except OSError:  # SMTPException is one, too
        raise TransportError("unreachable", down=True) from None


def _refused(code: int, said: bytes | str) -> TransportError:
    permanent, down = code >= 500, code == 421
    return TransportError(f"smtp-{code}", permanent=permanent, down=down, said=_words(code, said))


def _words(code: int, said: bytes | str) -> str:
    """A reply in one line of what can be shown."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    shown = "".join(letter if letter.isprintable() else " " for letter in f"{code} {text}")
    return " ".join(shown.split())[:200]


def _recipient(address: str) -> str:
    """The address with its domain as the DNS knows it; permanent TransportError for nonsense."""
    local, _, domain = address.rpartition("@")
    if not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        raise TransportError("address", permanent=True)
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        raise TransportError("address", permanent=True) from None


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


def this_machine(host: str) -> bool:
    """Whether a host is this one, so that nothing said to it crosses a network."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
