"""A backup that is put back does not bring back a case that was erased after it was made."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grievance import clock, storage
from grievance.accounts import verifying
from grievance.accounts.audit import ERASED
from grievance.accounts.models import Event, OperatorProfile
from grievance.accounts.roles import Role
from grievance.cases import erasures, files, ledger
from grievance.cases.act import Act
from grievance.cases.models import Case
from grievance.cases.operations import erasing, replying, shredding
from grievance.cases.operations.erasing import Erasing
from grievance.cases.operations.replaying import replay
from grievance.cases.operations.replying import Sent
from grievance.cases.site import Site
from grievance.cases.verbs import Verb
from grievance.cli.audit import audit
from grievance.notifications.models import KeptAddress
from grievance.refusals import Refused
from grievance.vault.keyring import KeyRing
from tests.backup.conftest import TEMPLATE, Place
from tests.cases.conftest import words
from tests.cast import Filed, file_case, found_operator, member


class Life:
    """A place where two filed with files; after its backup one of the cases was erased, and the
    worker of the other, who had asked for it, took that back."""

    def __init__(self, place: Place, backup: Path) -> None:
        self.place, self.backup = place, backup
        self.ring = KeyRing.load(place.ring, "web")
        self.store = storage.blobs(str(place.data / "files"))
        self.site = Site(self.ring, self.store, "http://localhost")
        with place.session() as session:
            session.expire_on_commit = False
            now = clock.real_now()
            operator = found_operator(session, self.ring, now)
            self.handler = member(session, operator, Role.LEAD, now=now)
            self.second = member(session, operator, Role.LEAD, "Mori Emi", now=now)
            self.erased, self.kept = (self.filed(session) for _ in range(2))
            self.box = uuid4()
            session.add(KeptAddress(id=self.box, content=b"sealed to the notifier"))
            erasing.ask_erasure(self.kept.act(session, self.site, now))
            proposed = Erasing("worker", "On her page")
            erasing.propose_erase(
                self.handler.act(session, self.site, self.kept.case, now), proposed
            )
            session.commit()
        place.work("recalls")
        place.work("anchor")
        answer = place.run("create", backup)
        assert answer.exit_code == 0, answer.output
        with place.session() as session:
            self.erase(session, self.erased.case.id)
            kept = replace(self.kept, case=session.get_one(Case, self.kept.case.id))
            erasing.stop_erasure(kept.act(session, self.site, clock.real_now()))
            session.commit()
        place.work("recalls")
        place.work("forget")

    def filed(self, session: Session) -> Filed:
        """Somebody files, and sends a file after it."""
        now = clock.real_now()
        filed = file_case(session, self.site, now=now)
        stored = files.keep(self.store, b"pay slip of June", "slip.txt")
        replying.say(filed.act(session, self.site, now), Sent(words(), [stored]))
        session.commit()
        return filed

    def erase(self, session: Session, case_id: UUID) -> None:
        """The case goes for good."""
        case = session.get_one(Case, case_id, with_for_update=True)
        act: Act = self.handler.act(session, self.site, case, clock.real_now())
        shredding.shred(act, [str(self.box)], ground="retention")
        session.commit()


@pytest.fixture(scope="module")
def life(server, ring_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Life:
    name = f"grievance_erased_{uuid4().hex[:8]}"
    server.ensure_database(name, template=TEMPLATE)
    place = Place(server, name, ring_folder, tmp_path_factory.mktemp("erased"))
    return Life(place, tmp_path_factory.mktemp("backups") / "monday")


def test_here_the_files_went_with_the_next_run_of_the_worker(life: Life) -> None:
    assert len(list(life.store.ids())) == 2  # of the other case: as sent, and cleaned


def test_a_restore_erases_it_again_with_its_files(life: Life, fresh: Place) -> None:
    answer = fresh.run("restore", life.backup, "--ledger", life.place.data / ledger.FILE)
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout)["replayed"] == 2  # erased, and a wish taken back
    with fresh.session() as session:
        assert session.get(Case, life.erased.case.id) is None
        assert life.handler.open(session, session.get_one(Case, life.kept.case.id)).holds("story")
        assert session.get(KeptAddress, life.box) is None
        last = session.scalars(
            select(Event)
            .where(Event.stream_id == life.erased.case.id)
            .order_by(Event.seq.desc())
            .limit(1)
        ).one()
        assert (last.verb, last.codes["ground"], last.codes["all"]) == (ERASED, "retention", True)
        report = verifying.verify(session, life.ring.anchor_public, None, life.ring.event_key)
        assert report.wrong == []
    assert set(storage.blobs(str(fresh.data / "files")).ids()) == set(life.store.ids())


@pytest.mark.parametrize("knows", [True, False])
def test_no_wish_to_erase_comes_back_with_a_backup(life: Life, fresh: Place, knows: bool) -> None:
    """The worker may have taken it back since, or a second person said no: with or without the
    ledger nobody erases anything before it was asked for again."""
    path = life.place.data / ledger.FILE
    answer = fresh.run(
        "restore", life.backup, *(("--ledger", path) if knows else ("--without-ledger",))
    )
    assert answer.exit_code == 0, answer.output
    assert life.kept.case.reference in answer.stderr
    with fresh.session() as session:
        session.expire_on_commit = False
        case = session.get_one(Case, life.kept.case.id)
        assert erasures.asked(session, case.id) is None
        assert not case.awaits_second
        with pytest.raises(Refused) as why:
            erasing.erase(life.second.act(session, life.site, case, clock.real_now()))
        assert why.value.code == "erase_proposed"
        report = verifying.verify(session, life.ring.anchor_public, None, life.ring.event_key)
        assert report.wrong == []
        own = replace(life.kept, case=case).act(session, life.site, clock.real_now())
        assert own.may(Verb.ASK_ERASURE)


def test_a_second_time_does_nothing_and_it_is_not_said_to_be_lost(life: Life, fresh: Place) -> None:
    path = life.place.data / ledger.FILE
    assert fresh.run("restore", life.backup, "--ledger", path).exit_code == 0
    acts = ledger.read(life.ring.anchor_public, path.read_bytes()).acts
    with fresh.session() as session:
        before = session.scalar(select(func.count()).select_from(Event))
        made = replay(session, acts, clock.real_now())
        assert (made.acts, made.unknown) == (0, 0)
        assert session.scalar(select(func.count()).select_from(Event)) == before
    with life.place.session() as session:
        assert replay(session, acts, clock.real_now()).unknown == 0


def test_a_backup_made_after_it_has_nothing_of_it(life: Life, tmp_path: Path) -> None:
    folder = tmp_path / "tuesday"
    assert life.place.run("create", folder).exit_code == 0
    told = json.loads((folder / "manifest.json").read_text())
    assert told["files"] == 2
    rows = {table["name"]: table["rows"] for table in told["tables"]}
    assert (rows["grievance_case"], rows["receipt"], rows["address_box"]) == (1, 1, 0)


def test_the_command_lists_what_is_past_its_time(life: Life) -> None:
    env = life.place.environment("owner")
    with life.place.session() as session:
        session.expire_on_commit = False
        told = CliRunner().invoke(audit, ["due"], env=env)
        assert (told.exit_code, json.loads(told.stdout)) == (0, {"due": []})
        long_ago = clock.real_now() - timedelta(days=400)
        kept = replace(life.kept, case=session.get_one(Case, life.kept.case.id))
        replying.withdraw(kept.act(session, life.site, long_ago))
        session.query(OperatorProfile).one().retention_days = 367
        session.commit()
    told = CliRunner().invoke(audit, ["due"], env=env)
    (one,) = json.loads(told.stdout)["due"]
    assert told.exit_code == 1
    assert (one["case"], one["state"]) == (life.kept.case.reference, "withdrawn")
    assert one["proposed"] is False
