"""The script of the demonstration as data: who works there, what was filed, what was done."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from grievance.clock import local_day
from grievance.questions.journey import Bank
from grievance.questions.question import Answer

DATA = Path(__file__).parent / "data"
SCENES = ("new.yaml", "short.yaml", "handed_over.yaml", "remedied.yaml")
ZONE = "Asia/Tokyo"
_MINUTES = re.compile(r"(\d+)m")
_DAYS = re.compile(r"(\d+)d (\d\d:\d\d)")


@dataclass(frozen=True)
class Step:
    """Something that was done to a case: when, by whom, which verb, with what."""

    at: datetime
    by: str
    do: str
    given: Mapping[str, Any] = field(repr=False)

    @property
    def text(self) -> str:
        """What was written."""
        return str(self.given["text"])

    @property
    def local_day(self) -> date:
        """The day on which it was done."""
        return local_day(self.at, ZONE)

    def day(self, name: str) -> date:
        """A day that was named in it."""
        return date.fromisoformat(self.given[name])


@dataclass(frozen=True)
class Scene:
    """One case: what was answered when, on paper or on a phone, and what happened then."""

    filed: datetime
    answers: Mapping[str, Answer] = field(repr=False)
    files: tuple[str, ...]
    clerk: str
    steps: tuple[Step, ...]

    @property
    def by_helper(self) -> bool:
        """Whether somebody files for somebody else, and so has a number of their own."""
        return self.answers.get("who", "own") != "own"

    @property
    def numbers(self) -> list[str]:
        """Whose numbers there are, in the end: none for a tip, one more for each of a group."""
        if self.answers.get("route") == "tip":
            return []
        wanted = {"worker": True, "helper": self.by_helper, "again": self.reissued}
        further = range(2, int(str(self.answers.get("members", 1))) + 1)
        return [role for role, needed in wanted.items() if needed] + [
            f"member-{n}" for n in further
        ]

    @property
    def reissued(self) -> bool:
        """Whether the first number is lost on the way."""
        return any(step.do == "reissue" for step in self.steps)


def operator() -> dict[str, Any]:
    """The operator: profile, partners, people."""
    return _read("operator.yaml")


def scenes(bank: Bank, now: datetime) -> list[Scene]:
    """Every case of the script, its moments counted back from `now`, the oldest first."""
    rows = [row for name in SCENES for row in _read(name)["cases"]]
    return sorted((_scene(row, bank, now) for row in rows), key=lambda scene: scene.filed)


def moment(text: str, now: datetime) -> datetime:
    """`50m` is fifty minutes ago; `3d 14:05` is that time in Tokyo three days ago."""
    minutes = _MINUTES.fullmatch(text)
    if minutes:
        return now - timedelta(minutes=int(minutes[1]))
    days = _DAYS.fullmatch(text)
    if days is None:
        raise ValueError(f"{text!r} is no moment")
    day = local_day(now, ZONE) - timedelta(days=int(days[1]))
    return datetime.combine(day, time.fromisoformat(days[2]), ZoneInfo(ZONE)).astimezone(now.tzinfo)


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DATA / name).read_text(encoding="utf-8"))
    return found


def _scene(row: Mapping[str, Any], bank: Bank, now: datetime) -> Scene:
    answers = _dated(row["answers"], now)
    if "issue" in answers:
        answers["problem"] = bank.family_of(str(answers["issue"]))
    steps = tuple(
        Step(
            moment(step["at"], now),
            step["by"],
            step["do"],
            _dated({key: step[key] for key in step if key not in ("at", "by", "do")}, now),
        )
        for step in row.get("steps", ())
    )
    files = tuple(row.get("files", ()))
    return Scene(moment(row["filed"], now), answers, files, row.get("clerk", ""), steps)


def _dated(row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """With `{days_ago: 3}` and `{in_days: 3}` as the day that is meant."""
    return {name: _day(given, now) for name, given in row.items()}


def _day(given: Any, now: datetime) -> Any:
    if isinstance(given, dict) and given.keys() <= {"days_ago", "in_days"}:
        away = timedelta(days=given.get("in_days", 0) - given.get("days_ago", 0))
        return (local_day(now, ZONE) + away).isoformat()
    if isinstance(given, dict):
        return _dated(given, now)
    return given
