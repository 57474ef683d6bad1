"""The script of the demonstration as data: who works there, what was filed, what was done."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from grievance.accounts.companies import NUMBER_BY
from grievance.accounts.models import VETTED_BY
from grievance.clock import local_day
from grievance.questions.journey import Bank
from grievance.questions.question import Answer
from grievance.sheets import Row, read

DATA = Path(__file__).parent / "data"
SCENES = ("new.yaml", "short.yaml", "handed_over.yaml", "remedied.yaml")
ANCHORS = ("safe", "quiet")  # answers that many cases share
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


def operator(file: Path = DATA / "operator.yaml") -> dict[str, Any]:
    """The operator: profile, people, partners. `SheetError`: a key too many, a wrong kind."""
    sheet = read(file)
    top = sheet.top()
    for key in ("name", "time_zone", "everyday_site"):
        top.text(key)
    top.number("retention_days")
    for key in ("languages", "contacts"):
        top.codes(key)
    hours = top.row("hours")
    for day in hours.value:
        hours.codes(day)
    keys: set[str] = set()
    for row in top.rows("people"):
        row.text("role")
        _person(row, keys)
    _guests(top, keys)
    texts = top.row("texts")
    for field_name in texts.value:
        texts.texts(field_name)
    top.done()
    sheet.end()
    found: dict[str, Any] = sheet.value
    return found


def _guests(top: Row, keys: set[str]) -> None:
    """Bodies and companies with accounts, and their people."""
    for body in top.rows("partners"):
        body.text("body")
        body.text("name")
        body.code("vetted_by", VETTED_BY)
        for row in body.rows("people"):
            _person(row, keys)
        body.done()
    for firm in top.rows("companies"):
        for name in ("number", "name", "template", "spoken_with"):
            firm.text(name)
        firm.code("number_by", NUMBER_BY)
        firm.code("spoken_by", VETTED_BY)
        for row in firm.rows("people"):
            row.text("task")
            row.text("never")
            _person(row, keys)
        firm.done()


def _person(row: Row, keys: set[str]) -> None:
    key, _name, _language = (row.text(name) for name in ("key", "name", "language"))
    if key in keys:
        row.fault("key", f"the key {key!r} twice")
    keys.add(key)
    row.flag("second_step")
    row.done()


def scenes(bank: Bank, verbs: Collection[str], now: datetime, folder: Path = DATA) -> list[Scene]:
    """Every case of the script, its moments counted back from `now`, the oldest first.

    `SheetError`: a question that there is not, a step that is none of `verbs`, a moment that is
    none, a value that is not text.
    """
    found: list[Scene] = []
    for name in SCENES:
        sheet = read(folder / name)
        top = sheet.top()
        found += [_Reader(row, bank, verbs, now).scene() for row in top.rows("cases")]
        for anchor in ANCHORS:
            top.get(anchor)
        top.done()
        sheet.end()
    return sorted(found, key=lambda scene: scene.filed)


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


@dataclass(frozen=True)
class _Reader:
    """One case of a file: what is wrong with it is noted in its sheet."""

    row: Row
    bank: Bank
    verbs: Collection[str]
    now: datetime

    def scene(self) -> Scene:
        answers = self._answers()
        if "issue" in answers:
            answers["problem"] = self.bank.family_of(str(answers["issue"]))
        made = Scene(
            self._moment(self.row, "filed"),
            answers,
            self.row.codes("files"),
            self.row.maybe("clerk") or "",
            tuple(map(self._step, self.row.rows("steps"))),
        )
        self.row.done()
        return made

    def _answers(self) -> dict[str, Any]:
        row = self.row.row("answers")
        for name, given in row.value.items():
            if name not in self.bank.questions:
                row.fault(name, f"no question {name!r}")
            if isinstance(given, bool | float | None):
                row.fault(name, f"{name}: expected text")
        return _dated(row.value, self.now)

    def _step(self, row: Row) -> Step:
        given = {key: row.value[key] for key in row.value if key not in ("at", "by", "do")}
        return Step(
            self._moment(row, "at"),
            row.text("by"),
            row.code("do", self.verbs),
            _dated(given, self.now),
        )

    def _moment(self, row: Row, key: str) -> datetime:
        try:
            return moment(row.text(key), self.now)
        except ValueError as error:
            row.fault(key, f"{key}: {error}")
            return self.now


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
