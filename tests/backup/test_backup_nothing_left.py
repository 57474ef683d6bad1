"""One case from its filing to the day on which nothing of it is left: deleted by two people when
its time has come, gone from database, log, files, index and letters, called lawful, and gone again
after yesterday's backup was put back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session

from grievance import clock, storage
from grievance.accounts import verifying
from grievance.accounts.models import Event
from grievance.accounts.roles import Role
from grievance.cases import files, index, ledger
from grievance.cases.act import Act
from grievance.cases.models import Case, SearchChunk, SearchLine
from grievance.cases.operations import erasing, replying
from grievance.cases.operations.erasing import Erasing
from grievance.cases.operations.replying import Sent
from grievance.cases.recleaning import Reader
from grievance.cases.site import Site
from grievance.embedded.postgres import Postgres
from grievance.vault.keyring import KeyRing
from tests.backup.conftest import TEMPLATE, Place
from tests.backup.test_backup_scrubbed import LENGTH, holding, sealed
from tests.cases.conftest import words
from tests.cast import Filed, Staff, file_case, found_operator, member


class Life:
    """A place with a lead and a second person, one case that stays and one that is to go."""

    def __init__(self, place: Place) -> None:
        self.place, self.ring = place, KeyRing.load(place.ring, "web")
        self.store = storage.blobs(str(place.data / "files"))
        self.site = Site(self.ring, self.store, "http://localhost")
        self.began = clock.real_now()
        with place.session() as session:
            session.expire_on_commit = False
            operator = found_operator(session, self.ring, self.began)
            self.lead = member(session, operator, Role.LEAD, now=self.began)
            self.second = member(session, operator, Role.LEAD, "Mori Emi", now=self.began)
            self.kept = self.file(session)
            before, stored = sealed(session), set(self.store.ids())
            self.gone = self.file(session)
            self.search(session)
            self.marks = sealed(session) - before
            self.files = set(self.store.ids()) - stored
            session.commit()

    def file(self, session: Session) -> Filed:
        """Somebody files, and sends a file after it."""
        filed = file_case(session, self.site, now=self.began)
        stored = files.keep(self.store, b"pay slip of June", "slip.txt")
        replying.say(filed.act(session, self.site, self.began), Sent(words(), [stored]))
        session.commit()
        return filed

    def search(self, session: Session) -> None:
        """The index reads every case that it does not know yet."""
        privates = self.lead.open(session, self.kept.case).privates
        index.refresh(session, self.ring, Reader(self.lead.id, self.lead.organisation, privates))
        session.commit()

    def act_of(self, session: Session, who: Staff, days: int) -> Act:
        """What somebody does to the case, so many days on."""
        case = session.get_one(Case, self.gone.case.id, with_for_update=True)
        return who.act(session, self.site, case, self.began + timedelta(days=days))


def test_nothing_of_an_erased_case_is_left_and_a_restore_erases_it_again(
    server, ring_folder: Path, tmp_path: Path, fresh: Place
) -> None:
    if not isinstance(server, Postgres):
        pytest.skip("its files are another machine's")
    name = f"grievance_left_{uuid4().hex[:8]}"
    server.ensure_database(name, template=TEMPLATE)
    (tmp_path / "here").mkdir()
    life = Life(Place(server, name, ring_folder, tmp_path / "here"))
    place, case_id = life.place, life.gone.case.id
    for job in ("recalls", "anchor"):
        place.work(job)
    root = create_engine(server.admin_url(name), isolation_level="AUTOCOMMIT")
    with root.connect() as told:
        told.execute(text("CHECKPOINT"))
    root.dispose()
    assert life.files
    assert holding(server._data / "base", life.marks)
    yesterday = tmp_path / "yesterday"
    assert place.run("create", yesterday).exit_code == 0
    with place.session() as session:  # five years and more after it was over
        session.expire_on_commit = False
        filed = replace(life.gone, case=session.get_one(Case, case_id))
        replying.withdraw(filed.act(session, life.site, life.began))
        session.commit()
        wanted = Erasing("retention", "Its time is over")
        erasing.propose_erase(life.act_of(session, life.lead, 1830), wanted)
        session.commit()
        erasing.erase(life.act_of(session, life.second, 1900))
        session.commit()
    for job in ("recalls", "forget", "anchor"):
        place.work(job)
    _scrub(life)
    assert not life.files & set(life.store.ids())
    with place.session() as session:
        assert session.get(Case, case_id) is None
        assert session.scalars(select(SearchLine).where(SearchLine.case_id == case_id)).all() == []
        chunks = session.scalars(select(SearchChunk.content)).all()
        assert not life.marks & {bytes(one)[-LENGTH:] for one in chunks}
        _lawful(life, session)
    answer = fresh.run("restore", yesterday, "--ledger", place.data / ledger.FILE)
    assert answer.exit_code == 0, answer.output
    with fresh.session() as session:
        assert session.get(Case, case_id) is None
        assert session.get(Case, life.kept.case.id) is not None
        assert not life.marks & sealed(session)
        _lawful(life, session)
    left = set(storage.blobs(str(fresh.data / "files")).ids())
    assert not life.files & left


def _scrub(life: Life) -> None:
    """What runs before each backup; then no file of the cluster holds a sealed byte of the case."""
    server, place = life.place.server, life.place
    assert isinstance(server, Postgres)
    root = create_engine(server.admin_url(place.database), isolation_level="AUTOCOMMIT")
    answer = place.run("scrub")
    assert answer.exit_code == 0, answer.output
    with root.connect() as told:
        for statement in ("SELECT pg_switch_wal()", "CHECKPOINT"):
            told.execute(text(statement))
    root.dispose()
    for folder in ("base", "pg_wal"):
        assert holding(server._data / folder, life.marks) == set()
    assert holding(place.data, life.marks) == set()  # mail, ledger, anchors, files


def _lawful(life: Life, session: Session) -> None:
    report = verifying.verify(session, life.ring.anchor_public, None, life.ring.event_key)
    assert report.wrong == []
    last = select(Event).where(Event.stream_id == life.gone.case.id).order_by(Event.seq.desc())
    (event,) = session.scalars(last.limit(1))
    assert (event.verb, event.codes["ground"], event.codes["all"]) == ("erase", "retention", True)
