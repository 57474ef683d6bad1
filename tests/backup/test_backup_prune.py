"""Old backups are forgotten by a rule: never the last that holds, never what is none of ours."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grievance import clock
from grievance.backup import keys as rings
from grievance.backup.command import backup
from grievance.backup.prune import DEFAULT, Rule, kept, prune
from grievance.settings import BACKUP_DAYS
from tests.backup.conftest import Lived

NOW = datetime(2026, 11, 29, 3, tzinfo=UTC)


def nights(count: int) -> dict[Path, datetime]:
    return {Path(f"night-{ago}"): NOW - timedelta(days=ago) for ago in range(count)}


def ages(times: Mapping[Path, datetime], rule: Rule) -> list[int]:
    return sorted((NOW - times[place]).days for place in kept(times, NOW, rule))


def test_each_day_week_and_month_keeps_its_newest() -> None:
    rule = Rule(daily=14, weekly=8, monthly=12, at_most_days=1000)
    found = ages(nights(500), rule)
    assert found[:14] == list(range(14))
    weeks = [ago for ago in found if (NOW - timedelta(days=ago)).isoweekday() == 7]
    assert [ago for ago in range(0, 56, 7) if ago not in weeks] == []
    months = {(NOW - timedelta(days=ago)).strftime("%Y-%m") for ago in found}
    assert len(months) == 12
    assert len(found) <= 14 + 8 + 12


def test_nothing_outlives_the_bound_whatever_the_rule_says() -> None:
    assert max(ages(nights(500), DEFAULT)) <= DEFAULT.at_most_days
    assert ages(nights(500), Rule(500, 500, 500, 3)) == [0, 1, 2, 3]
    assert ages(nights(500), Rule(500, 500, 500, 1)) == [0, 1]


def test_of_several_of_a_day_the_newest_stays() -> None:
    times = {Path(name): NOW - timedelta(days=5, hours=hours) for hours, name in enumerate("abc")}
    assert kept(times, NOW, Rule(daily=5, weekly=0, monthly=0)) == {Path("a")}


def test_of_the_last_two_days_all_stay() -> None:
    times = {Path(str(hours)): NOW - timedelta(hours=hours) for hours in range(0, 100, 5)}
    found = kept(times, NOW, Rule(daily=1, weekly=0, monthly=0))
    assert found == {place for place in times if int(str(place)) <= 48}


def test_the_bound_is_the_one_that_workers_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert DEFAULT.at_most_days == BACKUP_DAYS
    monkeypatch.setenv("GRIEVANCE_BACKUP_DAYS", "30")
    assert prune.make_context("prune", ["folder"]).params["at_most_days"] == 30


@pytest.fixture
def shelf(lived: Lived, made: Path, tmp_path: Path) -> Path:
    """A folder of backups: of now, of one day ten days ago twice, and of 200 days ago."""
    folder, now = tmp_path / "shelf", clock.real_now()
    noon = now.astimezone(UTC).replace(hour=12, minute=0) - timedelta(days=10)
    times = {"old": noon, "older": noon.replace(hour=10), "ancient": now - timedelta(days=200)}
    for name, at in {"new": now, **times}.items():
        shutil.copytree(made, folder / name)
        aged(lived, folder / name, at)
    return folder


def aged(lived: Lived, place: Path, at: datetime) -> None:
    """The same backup, made then."""
    manifest = json.loads((place / "manifest.json").read_bytes())
    manifest["at"] = at.isoformat()
    rewritten(lived, place, manifest)


def rewritten(lived: Lived, place: Path, manifest: dict[str, object]) -> None:
    whole = json.dumps(manifest).encode()
    (place / "manifest.json").write_bytes(whole)
    mark = rings.vouch(rings.read_rings([lived.place.ring]), whole)
    (place / "manifest.mac").write_text(mark)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_what_the_rule_does_not_keep_is_deleted(lived: Lived, shelf: Path) -> None:
    answer = lived.place.run("prune", shelf)
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.stdout)
    assert told == {"kept": ["new", "old"], "deleted": ["ancient", "older"], "good": "new"}
    assert names(shelf) == {"new", "old"}


def test_a_clock_that_runs_ahead_deletes_nothing_unasked(
    lived: Lived, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.real_now()
    ahead = now + timedelta(days=200)
    aged(lived, shelf / "ancient", now - timedelta(days=3))
    aged(lived, shelf / "new", ahead)
    before = names(shelf)
    monkeypatch.setattr(clock, "real_now", lambda: ahead)
    answer = lived.place.run("prune", shelf)
    assert answer.exit_code == 1
    assert "is the clock right?" in answer.stderr
    assert names(shelf) == before
    listed = lived.place.run("prune", shelf, "--dry-run")
    assert json.loads(listed.stdout)["deleted"] == ["ancient", "old", "older"]
    assert lived.place.run("prune", shelf, "--all").exit_code == 0
    assert names(shelf) == {"new"}


def test_a_dry_run_deletes_nothing(lived: Lived, shelf: Path) -> None:
    before = names(shelf)
    answer = lived.place.run("prune", shelf, "--dry-run")
    assert json.loads(answer.stdout)["deleted"] == ["ancient", "older"]
    assert names(shelf) == before


def test_the_last_that_holds_stays_however_old(lived: Lived, shelf: Path) -> None:
    for name in ("new", "old", "older"):
        rows = shelf / name / "database" / "event.copy"
        rows.write_bytes(rows.read_bytes()[:-1])
    answer = lived.place.run("prune", shelf)
    assert answer.exit_code == 1
    assert json.loads(answer.stdout)["good"] == "ancient"
    assert {"ancient", "new", "old", "older"} == names(shelf)
    assert "too old" in answer.stderr
    assert "was altered" in answer.stderr


def test_a_backup_with_broken_chains_does_not_replace_one_without(
    lived: Lived, shelf: Path
) -> None:
    manifest = json.loads((shelf / "new" / "manifest.json").read_bytes())
    manifest["audit"]["broken"] = [{"stream": "case", "seq": 1}]
    rewritten(lived, shelf / "new", manifest)
    answer = lived.place.run("prune", shelf, "--daily", "1", "--weekly", "0", "--monthly", "0")
    assert json.loads(answer.stdout)["good"] == "old"
    assert names(shelf) == {"new", "old"}


def test_where_none_holds_nothing_is_deleted(lived: Lived, shelf: Path) -> None:
    before = names(shelf)
    for name in before:
        (shelf / name / "files.list").write_text("")
    answer = lived.place.run("prune", shelf)
    assert answer.exit_code == 1
    assert "nothing was deleted" in answer.stderr
    assert names(shelf) == before


def test_what_is_no_backup_of_this_ring_is_left_alone(
    lived: Lived, shelf: Path, tmp_path: Path
) -> None:
    (shelf / "notes").mkdir()
    (shelf / "notes" / "mine.txt").write_text("mine")
    (shelf / "ancient" / "manifest.mac").write_text("0" * 64)
    shutil.move(shelf / "older", tmp_path / "elsewhere")
    (shelf / "link").symlink_to(tmp_path / "elsewhere")
    answer = lived.place.run("prune", shelf, "--at-most-days", "1")
    assert answer.exit_code == 1
    assert names(shelf) == {"new", "notes", "ancient", "link"}
    assert (tmp_path / "elsewhere" / "manifest.json").exists()


def test_what_killed_runs_left_is_deleted_after_a_day(lived: Lived, shelf: Path) -> None:
    stale, fresh = shelf / ".night.0a1b2c3d.part", shelf / ".night.0a1b2c3e.part"
    for part in (stale, fresh):
        (part / "files").mkdir(parents=True)
    long_ago = time.time() - 2 * 86400
    os.utime(stale, (long_ago, long_ago))
    assert lived.place.run("prune", shelf).exit_code == 0
    assert stale.name not in names(shelf)
    assert fresh.name in names(shelf)


@pytest.mark.parametrize("what", ["a backup", "nothing", "empty"])
def test_another_folder_is_refused(lived: Lived, made: Path, tmp_path: Path, what: str) -> None:
    (tmp_path / "empty").mkdir()
    folder = {"a backup": made, "nothing": tmp_path / "no", "empty": tmp_path / "empty"}[what]
    answer = lived.place.run("prune", folder)
    assert answer.exit_code == (1 if what == "empty" else 2)
    assert (made / "manifest.json").exists()


def test_a_copy_elsewhere_needs_the_ring_and_no_settings(lived: Lived, shelf: Path) -> None:
    words = ["prune", str(shelf), "--keys", str(lived.place.ring)]
    answer: Result = CliRunner().invoke(backup, words, env={"GRIEVANCE_DATABASE_URL": ""})
    assert answer.exit_code == 0, answer.output
    assert names(shelf) == {"new", "old"}


def test_the_page_and_the_help_tell_the_rule() -> None:
    page = Path("docs/production.md").read_text(encoding="utf-8")
    told = re.search(r"(\d+) days, (\d+) weeks and (\d+) months.*?(\d+) days", page, re.DOTALL)
    assert told is not None
    assert Rule(*map(int, told.groups())) == DEFAULT
