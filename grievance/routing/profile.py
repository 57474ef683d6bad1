"""What routing is asked: the worker's circumstances as codes, never names or free text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, NoReturn

from grievance.i18n import BY_SLUG
from grievance.questions.places import country_codes

LOCATIONS = ("japan", "abroad", "returned")
STATUSES = ("titp", "ssw", "esd", "work", "student", "other")
GOALS = ("money", "stop", "change_employer", "information", "other")
BANKS = ("jica", "jbic", "ifc")
FLAGS = (
    "irregular", "danger", "child", "anonymous", "hide_from_employer", "woman", "refugee",
    "third_party", "supplier", "company_desk", "fear", "bankrupt", "left_host", "multinational",
    "dispatched", "exports_to_us", "exports_to_eu",
)  # fmt: skip
YEARS = (1950, 2199)
INTERNS = ("titp", "esd")


class ProfileError(Exception):
    """A profile cannot be used: `field` names the key, `what` says what is wrong with it."""

    def __init__(self, field: str, what: str) -> None:
        super().__init__(f"{field}: {what}")
        self.field = field
        self.what = what


@dataclass(frozen=True)
class Profile:
    """The circumstances routing knows. Only the issues are needed; the main one comes first."""

    issues: tuple[str, ...]
    location: str = "japan"
    country: str | None = None  # place of work
    now_in: str | None = None  # where the person is now
    prefecture: str | None = None
    nationality: str | None = None
    status: str | None = None
    irregular: bool = False
    danger: bool = False
    child: bool = False
    anonymous: bool = False
    hide_from_employer: bool = False
    woman: bool = False
    refugee: bool = False
    third_party: bool = False
    supplier: bool = False
    company_desk: bool = False
    fear: bool = False
    bankrupt: bool = False
    left_host: bool = False
    multinational: bool = False
    dispatched: bool = False  # sent by a staffing agency
    exports_to_us: bool = False
    exports_to_eu: bool = False
    jacer_member: bool | None = None  # None: not known
    finance: tuple[str, ...] = ()
    sector: str | None = None
    language: str | None = None
    goal: str | None = None
    events: Mapping[str, date] = field(default_factory=dict)
    date: date | None = None

    @property
    def issue(self) -> str:
        """The main issue."""
        return self.issues[0]

    def echo(self) -> dict[str, Any]:
        """The profile as plain values with every default filled in; `parse` reads it back."""
        plain: dict[str, Any] = {"issue": self.issue}
        for part in fields(self):
            value = getattr(self, part.name)
            plain[part.name] = list(value) if isinstance(value, tuple) else value
        plain["jacer_member"] = "unknown" if self.jacer_member is None else self.jacer_member
        plain["events"] = {code: day.isoformat() for code, day in self.events.items()}
        plain["date"] = self.date.isoformat() if self.date else None
        return plain


def parse(
    given: Mapping[str, Any], issues: tuple[str, ...], limitation_codes: tuple[str, ...] = ()
) -> Profile:
    """The profile in `given`, whose issues must be among `issues`.

    A key with no value is as good as absent. An unknown key or code, or a value of the wrong kind,
    is a `ProfileError`.
    """
    if not isinstance(given, Mapping):
        raise ProfileError("profile", "expected a mapping")
    readers = _READERS | {
        "events": lambda name, value: _events(name, value, limitation_codes),
    }
    found: dict[str, Any] = {"issues": _issues(given, issues)}
    for name, value in given.items():
        if name in ("issue", "issues"):
            continue
        if name not in readers:
            raise ProfileError(str(name), "unknown key")
        if value is not None:
            found[name] = readers[name](name, value)
    return Profile(**found)


def _refuse(name: str, value: object) -> NoReturn:
    if value is False:
        raise ProfileError(name, "expected a code; write the country NO in quotes")
    raise ProfileError(name, f"unknown code {value!r}")


def _issues(given: Mapping[str, Any], known: tuple[str, ...]) -> tuple[str, ...]:
    several, one = given.get("issues"), given.get("issue")
    found = [one] if several is None else several
    if found == [None]:
        raise ProfileError("issue", "is missing")
    if not isinstance(found, list) or not found:
        raise ProfileError("issues", "expected a list of issues, the main one first")
    for issue in found:
        if issue not in known:
            _refuse("issue" if several is None else "issues", issue)
    if one is not None and one != found[0]:
        raise ProfileError("issue", "is not the first of issues")
    if len(set(found)) != len(found):
        raise ProfileError("issues", "the same one twice")
    return tuple(found)


def _among(known: tuple[str, ...]) -> Callable[[str, Any], str]:
    def read(name: str, value: Any) -> str:
        if not isinstance(value, str) or value not in known:
            _refuse(name, value)
        return value

    return read


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ProfileError(name, "expected true or false")
    return value


def _member(name: str, value: Any) -> bool | None:
    return None if value == "unknown" else _flag(name, value)


def _country(name: str, value: Any) -> str:
    if not isinstance(value, str) or value not in country_codes():
        _refuse(name, value)
    return value


def _prefecture(name: str, value: Any) -> str:
    number = re.fullmatch(r"JP-(\d\d)", value) if isinstance(value, str) else None
    if number is None or not 1 <= int(number[1]) <= 47:
        _refuse(name, value)
    return str(value)


def _sector(name: str, value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[a-z][a-z0-9_-]{0,39}", value):
        _refuse(name, value)
    return value


def _banks(name: str, value: Any) -> tuple[str, ...]:
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list):
        _refuse(name, value)
    for bank in found:
        if bank not in BANKS:
            _refuse(name, bank)
    return tuple(dict.fromkeys(found))


def _day(name: str, value: Any) -> date:
    bare = isinstance(value, date) and not hasattr(value, "hour")
    try:
        found: date = value if bare else date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ProfileError(name, "expected a day such as 2026-11-20") from None
    if not YEARS[0] <= found.year <= YEARS[1]:  # the law's limits are counted on from it
        raise ProfileError(name, f"expected a day from {YEARS[0]} to {YEARS[1]}")
    return found


def _events(name: str, value: Any, known: tuple[str, ...]) -> Mapping[str, date]:
    if not isinstance(value, Mapping):
        raise ProfileError(name, "expected days by limitation code")
    for code in value:
        if code not in known:
            _refuse(name, code)
    return {code: _day(f"{name}.{code}", day) for code, day in value.items()}


_READERS: dict[str, Callable[[str, Any], Any]] = {
    "location": _among(LOCATIONS),
    "country": _country,
    "now_in": _country,
    "prefecture": _prefecture,
    "nationality": _country,
    "status": _among(STATUSES),
    **dict.fromkeys(FLAGS, _flag),
    "jacer_member": _member,
    "finance": _banks,
    "sector": _sector,
    "language": _among(tuple(BY_SLUG)),
    "goal": _among(GOALS),
    "date": _day,
}
