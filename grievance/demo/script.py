"""The script of the demonstration as data: who works there, what was filed, what was done."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from grievance.clock import local_day
from grievance.questions.journey import Bank
from grievance.questions.question import Answer

DATA = Path(__file__).parent / "data"
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
    def reissued(self) -> bool:
        """Whether the first number is lost on the way."""
        return any(step.do == "reissue" for step in self.steps)


def operator() -> dict[str, Any]:
    """The operator: profile, partners, people."""
    return _read("operator.yaml")


def scenes(bank: Bank, now: datetime) -> list[Scene]:
    """Every case of the script, its moments counted back from `now`."""
    return [_scene(row, bank, now) for row in _read("cases.yaml")["cases"]]


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
    answers = {name: _answer(given, now) for name, given in row["answers"].items()}
    answers["problem"] = bank.family_of(str(answers["issue"]))
    steps = tuple(
        Step(
            moment(step["at"], now),
            step["by"],
            step["do"],
            {key: value for key, value in step.items() if key not in ("at", "by", "do")},
        )
        for step in row.get("steps", ())
    )
    files = tuple(row.get("files", ()))
    return Scene(moment(row["filed"], now), answers, files, row.get("clerk", ""), steps)


def _answer(given: Any, now: datetime) -> Answer:
    if isinstance(given, dict):
        return (local_day(now, ZONE) - timedelta(days=given["days_ago"])).isoformat()
    return given if isinstance(given, list) else str(given)
