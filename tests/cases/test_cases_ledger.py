"""The recall ledger: kept twice a minute, whatever happens to the process that keeps it."""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from grievance import jobs, storage
from grievance.accounts import anchors
from grievance.cases import ledger
from grievance.cases.messages import Written
from grievance.cases.models import Case
from grievance.cases.operations import handling, replying
from grievance.cases.site import Site
from grievance.vault.keyring import KeyRing
from grievance.vault.ledger import Forged
from tests.backup.conftest import Place
from tests.cast import NOW, Filed, Staff, file_case, found_operator, member
from tests.conftest import TEMPLATE
from tests.waiting import PATIENCE


@dataclass
class Desk:
    """A service with its database, three cases, and the worker process's data folder."""

    place: Place
    session: Session
    handler: Staff
    cases: list[Filed]
    site: Site

    @property
    def ring(self) -> KeyRing:
        """The keys of the web process."""
        return self.site.ring

    @property
    def path(self) -> Path:
        """The ledger."""
        return self.place.data / ledger.FILE

    def keep(self) -> int:
        """What the job does."""
        return self.place.work("recalls")["done"]

    def withdraw(self, number: int) -> str:
        """The worker of this case takes it back; the id of the case."""
        filed = self.cases[number]
        replying.end(filed.act(self.session, self.site))
        self.session.commit()
        return str(filed.case.id)

    def kept(self) -> list[str]:
        """The cases in the ledger, each line checked."""
        held = ledger.read(self.ring.anchor_public, self.path.read_bytes())
        return [act.case for act in held.acts]


@pytest.fixture
def desk(server, ring_folder: Path, tmp_path: Path) -> Iterator[Desk]:
    name = f"grievance_ledger_{uuid4().hex[:8]}"
    server.ensure_database(name, template=TEMPLATE)
    place = Place(server, name, ring_folder, tmp_path)
    ring = KeyRing.load(ring_folder, "web")
    site = Site(ring, storage.blobs(str(tmp_path / "files")), "http://localhost")
    with place.session() as session:
        operator = found_operator(session, ring)
        handler = member(session, operator)
        yield Desk(place, session, handler, [file_case(session, site) for _ in range(3)], site)


def test_the_list_of_jobs_keeps_it_twice_a_minute() -> None:
    assert jobs.BY_NAME["recalls"].every == 30


def test_what_was_taken_back_is_kept_once(desk: Desk) -> None:
    case = desk.withdraw(0)
    assert desk.keep() == 1
    data = desk.path.read_bytes()
    assert (desk.keep(), desk.keep()) == (0, 0)
    assert desk.path.read_bytes() == data
    (line,) = data.splitlines()
    body = json.loads(line)
    assert (body["case"], body["verb"], body["codes"]) == (case, "withdraw", {})
    assert body["hour"] == NOW.replace(minute=0, second=0).isoformat()


def test_it_is_there_when_nothing_was_taken_back(desk: Desk) -> None:
    assert desk.keep() == 0
    assert desk.path.read_bytes() == b""
    assert desk.path.stat().st_mode & 0o777 == 0o600


def test_an_act_that_was_anchored_before_it_was_kept_is_not_lost(desk: Desk) -> None:
    desk.place.work("anchor")
    case = desk.withdraw(1)
    with desk.place.session("worker") as session:  # killed between the anchor and the ledger
        assert anchors.anchor(session, KeyRing.load(desk.place.ring, "worker"), NOW)
        session.commit()
    assert desk.keep() == 1
    assert desk.kept() == [case]


def test_the_anchor_job_keeps_it_too_and_marks_how_far_it_reaches(desk: Desk) -> None:
    case = desk.withdraw(0)
    desk.place.work("anchor")
    assert desk.kept() == [case]
    held = ledger.read(desk.ring.anchor_public, desk.path.read_bytes())
    assert [mark["anchor"] for mark in held.marks] == [1]
    assert desk.keep() == 0


def test_a_case_that_moves_again_is_not_written_again(desk: Desk) -> None:
    desk.withdraw(0)
    desk.place.work("anchor")
    case = desk.session.get_one(Case, desk.cases[0].case.id)
    words = Written("A note.", "en", uuid4())
    handling.note(desk.handler.act(desk.session, desk.site, case), words)
    desk.session.commit()
    other = desk.withdraw(1)
    assert desk.keep() == 1
    assert desk.kept()[1:] == [other]


def test_a_database_that_was_put_back_is_kept_on(desk: Desk) -> None:
    """Its anchors are not those that the newest marks name."""
    first = desk.withdraw(0)
    desk.place.work("anchor")
    with desk.place.session("owner") as session:
        session.execute(text("DELETE FROM anchor"))
        session.commit()
    second = desk.withdraw(1)
    assert desk.keep() == 1
    desk.place.work("anchor")
    third = desk.withdraw(2)
    desk.place.work("anchor")
    assert desk.kept() == [first, second, third]


@pytest.mark.parametrize("left", [0.0, 0.01, 0.3, 0.6, 0.99])
def test_a_line_that_was_torn_off_is_written_again(desk: Desk, left: float) -> None:
    desk.withdraw(0)
    desk.keep()
    desk.withdraw(1)
    desk.keep()
    whole = desk.path.read_bytes()
    first, second = whole.splitlines(keepends=True)
    desk.path.write_bytes(first + second[: int(len(second) * left)])
    assert desk.keep() == 1
    assert desk.path.read_bytes() == whole


WRITER = """
import fcntl, sys, time
file = open(sys.argv[1], "ab", buffering=0)
fcntl.flock(file, fcntl.LOCK_EX)
file.write(b'{"case":"12')
print("half", flush=True)
time.sleep(60)
"""


def test_a_process_killed_while_it_writes_harms_nothing(desk: Desk) -> None:
    desk.withdraw(0)
    desk.keep()
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(desk.path)], stdout=subprocess.PIPE
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == b"half\n"
    case = desk.withdraw(1)
    waiting = threading.Thread(target=desk.keep)
    waiting.start()
    waiting.join(0.5)
    assert waiting.is_alive()
    writer.send_signal(signal.SIGKILL)
    writer.communicate()
    waiting.join(PATIENCE)
    assert desk.kept()[1:] == [case]


def test_several_at_once_do_no_harm(desk: Desk) -> None:
    cases = {desk.withdraw(number) for number in range(3)}
    counts: list[int] = []
    keepers = [threading.Thread(target=lambda: counts.append(desk.keep())) for _ in range(4)]
    for keeper in keepers:
        keeper.start()
    for keeper in keepers:
        keeper.join(PATIENCE)
    assert sorted(counts) == [0, 0, 0, 3]
    assert sorted(desk.kept()) == sorted(cases)


def test_a_line_of_somebody_else_is_told(desk: Desk) -> None:
    desk.withdraw(0)
    desk.keep()
    data = desk.path.read_bytes()
    desk.path.write_bytes(data.replace(b'"withdraw"', b'"recuse"'))
    with pytest.raises(Forged, match="line 1"):
        desk.kept()
    with pytest.raises(Forged, match="line 1"):  # the worker tells it within the hour
        desk.place.work("anchor")


def test_a_ledger_that_was_lost_is_begun_anew_with_everything(desk: Desk) -> None:
    cases = [desk.withdraw(0), desk.withdraw(1)]
    desk.place.work("anchor")
    desk.path.unlink()
    assert desk.keep() == 2
    assert sorted(desk.kept()) == sorted(cases)


def test_nothing_of_it_is_logged(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        desk.withdraw(0)
        desk.keep()
    ours = [record for record in caplog.records if record.name.startswith("grievance")]
    assert ours == []
