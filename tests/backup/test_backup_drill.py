"""The drill: a backup is put back beside the real database, looked at, and nothing of it stays."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, NullPool, create_engine, make_url, select, text

from grievance import clock
from grievance.notifications.models import JobRun
from grievance.notifications.queries import last_runs
from tests.backup.conftest import Lived
from tests.backup.test_backup_prune import aged
from tests.backup.test_backup_refusals import cut, swap_byte


@dataclass(frozen=True)
class Scratch:
    """The database beside the real one, whichever server that is on."""

    url: URL

    def statement(self, words: str) -> Any:
        """What the database answers."""
        engine = create_engine(self.url, poolclass=NullPool)
        with engine.begin() as connection:
            came = connection.execute(text(words))
            return came.scalar() if came.returns_rows else None

    def tables(self) -> int:
        """How many tables it has."""
        counted = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
        return int(self.statement(counted))


@pytest.fixture
def scratch(lived: Lived) -> Iterator[Scratch]:
    """An empty one."""
    server, name = lived.place.server, lived.place.database
    url = make_url(server.url("owner", name))
    made = Scratch(url.set(database=f"{url.database}_drill"))
    admin = create_engine(server.admin_url(), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        connection.execute(
            text(f'CREATE DATABASE "{made.url.database}" OWNER grievance_owner TEMPLATE template0')
        )
        yield made
        connection.execute(text(f'DROP DATABASE "{made.url.database}" WITH (FORCE)'))


def told(lived: Lived, job: str) -> JobRun:
    with lived.place.session() as session:
        run = last_runs(session)[job]
        session.expunge(run)
    return run


def test_a_backup_that_holds_says_so_and_leaves_nothing(
    lived: Lived, made: Path, scratch: Scratch
) -> None:
    began = clock.real_now()
    answer = lived.place.run("drill", made)
    assert answer.exit_code == 0, answer.output
    said = json.loads(answer.stdout)
    manifest = json.loads((made / "manifest.json").read_bytes())
    assert said["backup"] == made.name
    assert said["head"] == manifest["audit"]["head"]
    assert (said["database"], said["files"]) == (manifest["rows"], manifest["files"])
    assert said["broken"] == 0
    assert scratch.tables() == 0
    run = told(lived, "drill")
    assert (run.done, run.failed) == (1, 0)
    assert run.started_at >= began - timedelta(seconds=1)


def test_it_can_be_done_again(lived: Lived, made: Path, scratch: Scratch) -> None:
    for _ in range(2):
        assert lived.place.run("drill", made).exit_code == 0
    assert scratch.tables() == 0


def test_of_a_folder_of_backups_the_newest_is_tried(
    lived: Lived, made: Path, scratch: Scratch, tmp_path: Path
) -> None:
    for name, ago in (("z-old", 5), ("a-new", 2)):
        shutil.copytree(made, tmp_path / name)
        aged(lived, tmp_path / name, clock.real_now() - timedelta(days=ago))
    answer = lived.place.run("drill", tmp_path)
    assert json.loads(answer.stdout)["backup"] == "a-new"
    assert answer.exit_code == 0
    late = lived.place.run("drill", tmp_path, "--within-hours", "36")
    assert late.exit_code == 1
    assert "newer ones are missing" in late.stderr
    assert told(lived, "drill").failed == 1


@pytest.mark.parametrize("written", ["{", "[]", "{}", '{"at": 1'])
def test_a_manifest_that_cannot_be_read_is_a_sentence_and_told(
    lived: Lived, made: Path, scratch: Scratch, tmp_path: Path, written: str
) -> None:
    shutil.copytree(made, tmp_path / "altered")
    (tmp_path / "altered" / "manifest.json").write_text(written)
    answer = lived.place.run("drill", tmp_path)
    assert (answer.exit_code, isinstance(answer.exception, SystemExit)) == (1, True)
    assert f"The manifest of {tmp_path / 'altered'} was changed." in answer.stderr
    assert told(lived, "drill").failed == 1


@pytest.mark.parametrize("what", ["rows", "file", "manifest"])
def test_an_altered_backup_is_found(
    lived: Lived, made: Path, scratch: Scratch, tmp_path: Path, what: str
) -> None:
    folder = tmp_path / "altered"
    shutil.copytree(made, folder)
    if what == "rows":
        cut(folder / "database" / "event.copy")
    elif what == "file":
        cut(next(path for path in (folder / "files").rglob("*") if path.is_file()))
    else:
        swap_byte(folder / "manifest.json")
    began = clock.real_now()
    answer = lived.place.run("drill", folder)
    assert answer.exit_code == 1
    assert not answer.stdout
    assert scratch.tables() == 0
    run = told(lived, "drill")
    assert (run.done, run.failed) == (0, 1)
    assert run.started_at >= began - timedelta(seconds=1)


def test_a_scratch_database_with_tables_is_refused_and_left_alone(
    lived: Lived, made: Path, scratch: Scratch
) -> None:
    scratch.statement("CREATE TABLE mine (id integer)")
    answer = lived.place.run("drill", made)
    assert answer.exit_code == 1
    assert "not empty; nothing was tried" in answer.stderr
    assert scratch.tables() == 1


def test_without_a_scratch_database_it_says_so(lived: Lived, made: Path) -> None:
    answer = lived.place.run("drill", made)
    assert answer.exit_code == 3
    assert "_drill cannot be reached" in answer.stderr


def test_every_backup_is_noted_where_a_monitor_looks(lived: Lived, made: Path) -> None:
    with lived.place.session() as session:
        runs = session.scalars(select(JobRun).where(JobRun.job == "backup")).all()
    assert runs
    assert all(run.finished_at >= run.started_at for run in runs)
