"""Settings: one frozen class per kind of process, read once, refusing to start when incomplete.

Every value comes from an environment variable named `GRIEVANCE_…` and is listed in
`docs/settings.md`. A process is given its own settings and secrets and no others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

PREFIX = "GRIEVANCE_"
BACKUP_DAYS = 92  # no backup outlives them, as shipped
Kind = TypeVar("Kind")


class SettingsError(Exception):
    """Settings are missing or wrong; the message names every one of them."""


@dataclass(frozen=True)
class Bucket:
    """How a bucket is reached that holds the sealed files."""

    endpoint: str = ""
    region: str = "us-east-1"
    key_id: str = ""
    secret: str = field(default="", repr=False)

    @classmethod
    def given(cls, environ: Mapping[str, str]) -> Bucket:
        """As the environment says it, for whoever has no settings of a kind."""
        told = {one.name: environ.get(f"{PREFIX}S3_{one.name.upper()}") for one in fields(cls)}
        return cls(**{name: text.strip() for name, text in told.items() if text})


@dataclass(frozen=True)
class Settings:
    """What every process needs. Secrets are in the key ring folder, not in the environment, but
    for passwords of other services."""

    database_url: str = field(repr=False)
    keyring: Path
    data: Path
    public_url: str
    storage: str
    languages: tuple[str, ...] = ("en", "ja", "vi")
    time_zone: str = "Asia/Tokyo"
    demo: bool = False
    backup_days: int = BACKUP_DAYS
    s3_endpoint: str = ""
    s3_region: str = "us-east-1"
    s3_key_id: str = ""
    s3_secret: str = field(default="", repr=False)

    @property
    def bucket(self) -> Bucket:
        """How the bucket is reached, where the storage is one."""
        return Bucket(self.s3_endpoint, self.s3_region, self.s3_key_id, self.s3_secret)

    @property
    def secure(self) -> bool:
        """Whether pages are served over TLS, so that cookies may say so."""
        return urlsplit(self.public_url).scheme == "https"


@dataclass(frozen=True)
class WebSettings(Settings):
    """The web process. It never talks to the queue, so it is not told where that is."""

    trusted_proxies: int = 0
    max_upload_mb: int = 25
    unsent_mb: int = 8192
    disk_floor_mb: int = 1024
    metrics_token: str = field(default="", repr=False)
    security_contact: str = ""
    hsts: str = "host"


@dataclass(frozen=True)
class WorkerSettings(Settings):
    """The queue worker and scheduler: they alone send mail."""

    redis_url: str = field(default="", repr=False)
    smtp_url: str = field(default="", repr=False)
    mail_from: str = "Grievance <no-reply@localhost>"
    imap_url: str = field(default="", repr=False)


@dataclass(frozen=True)
class CommandSettings(Settings):
    """A command at the terminal: migrations, directory loading, checks."""


@dataclass(frozen=True)
class CronSettings:
    """The scheduler: it rings, and holds neither a key nor the database."""

    redis_url: str = field(repr=False)


REQUIRED = ("DATABASE_URL", "KEYRING", "DATA", "PUBLIC_URL")
HSTS = ("host", "subdomains", "preload")  # each reaches further than the one before
REQUIRED_BY_KIND: dict[type[Any], tuple[str, ...]] = {
    WorkerSettings: (*REQUIRED, "REDIS_URL", "SMTP_URL"),
    CronSettings: ("REDIS_URL",),
}


def _languages(text: str) -> tuple[str, ...]:
    slugs = tuple(part for part in text.replace(",", " ").split() if part)
    return slugs if "en" in slugs else ("en", *slugs)


def _address(text: str) -> str:
    if urlsplit(text).scheme not in ("http", "https"):
        raise ValueError("not an http or https address")
    return text.rstrip("/")


def _yes(text: str) -> bool:
    if text.lower() not in ("", "0", "1", "no", "yes", "false", "true"):
        raise ValueError("neither yes nor no")
    return text.lower() in ("1", "yes", "true")


def _zone(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError("no such time zone") from None


def _contact(text: str) -> str:
    if text and "@" not in text and urlsplit(text).scheme != "https":
        raise ValueError("neither an e-mail address nor an https address")
    return text


def _hsts(text: str) -> str:
    if text not in HSTS:
        raise ValueError(f"none of {', '.join(HSTS)}")
    return text


def _number(text: str) -> int:
    if not text.isdecimal():
        raise ValueError("not a whole number")
    return int(text)


def _days(text: str) -> int:
    days = _number(text)
    if not days:
        raise ValueError("less than a day")
    return days


PARSE: dict[str, Any] = {
    "keyring": Path,
    "data": Path,
    "public_url": _address,
    "languages": _languages,
    "demo": _yes,
    "time_zone": _zone,
    "trusted_proxies": _number,
    "security_contact": _contact,
    "hsts": _hsts,
    "max_upload_mb": _number,
    "unsent_mb": _number,
    "disk_floor_mb": _number,
    "backup_days": _days,
}


def read(kind: type[Kind], environ: Mapping[str, str]) -> Kind:
    """The settings of a process kind; raises `SettingsError` naming all that is wrong at once."""
    given = {
        name.removeprefix(PREFIX): text.strip()
        for name, text in environ.items()
        if name.startswith(PREFIX)
    }
    wrong = [
        f"{PREFIX}{name} is missing"
        for name in REQUIRED_BY_KIND.get(kind, REQUIRED)
        if not given.get(name)
    ]
    if "STORAGE" not in given and "DATA" in given:
        given["STORAGE"] = str(Path(given["DATA"]) / "files")
    values: dict[str, Any] = {}
    for known in fields(kind):  # type: ignore[arg-type]  # every kind is a dataclass
        text = given.get(known.name.upper())
        if text is None:
            continue
        try:
            values[known.name] = PARSE.get(known.name, str)(text)
        except ValueError as problem:
            wrong.append(f"{PREFIX}{known.name.upper()}: {problem}")
    if wrong:
        raise SettingsError("; ".join(wrong))
    return kind(**values)
