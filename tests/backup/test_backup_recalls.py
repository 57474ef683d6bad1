"""A backup that is put back does not bring back what was taken back after it was made."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from click.testing import Result
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grievance import clock, storage
from grievance.accounts import anchors, audit, verifying
from grievance.accounts.models import Event
from grievance.accounts.roles import Role
from grievance.cases import ledger
from grievance.cases.act import Act
from grievance.cases.ledger import REPLAYED
from grievance.cases.models import Case, CaseGrant, Receipt, ReceiptSession, Recusal
from grievance.cases.operations import (
    addressing,
    conflicts,
    consenting,
    deciding,
    handling,
    receipts,
    replying,
    stating,
    telling,
)
from grievance.cases.operations.conflicts import Declared
from grievance.cases.operations.referring import About, Proposal, recall_for_worker, refer
from grievance.cases.operations.replaying import RESTORE, replay
from grievance.cases.packets import answers_of
from grievance.cases.queries import not_recused
from grievance.cases.site import Site
from grievance.cases.verbs import Verb
from grievance.deadlines.models import Deadline
from grievance.directory import facts
from grievance.directory import operations as directory
from grievance.notifications.models import Outbox
from grievance.referrals import queries as referrals
from grievance.referrals.links import ReplyLink
from grievance.referrals.models import Consent, PacketGrant, Referral
from grievance.vault import keyring
from grievance.vault import ledger as lines
from grievance.vault.keyring import KeyRing
from grievance.vault.receipts import slow_root
from tests.backup.conftest import TEMPLATE, Place
from tests.cases.conftest import ENDS, World, document, words
from tests.cases.test_cases_stating import stated
from tests.cast import Filed, Staff, file_case, found_operator, member, new_keys
from tests.directory.loaded import words as bodies

BODY = "jp-lsio"


@dataclass
class Life:
    """A place that lived on after its backup, and who lived there."""

    place: Place
    backup: Path
    site: Site
    handler: Staff
    conflicted: Staff
    recalled: UUID  # the worker took back a yes
    asked: UUID  # staff took one back for the worker
    withdrawn: UUID
    changed: Filed
    moved: Filed  # the worker said another way to be reached
    corrected: Filed  # they told staff, who wrote it down
    reissued: Filed
    untouched: Filed
    shut: UUID  # for one of staff
    replaced: UUID  # the worker was asked about another document instead
    meant: UUID  # of whom others declared a conflict, also there
    linked: UUID  # a body has a reply link, which was closed since
    acts: int

    @property
    def ledger(self) -> Path:
        """The file of the place."""
        return self.place.data / ledger.FILE


def handed_over(session: Session, world: World) -> Filed:
    """A case of which a body holds a packet."""
    world.filed = file_case(session, world.site, now=clock.real_now())
    world.bring_to("in_review")
    world.hand_over("delivered", BODY)
    world.open_door()
    assert world.referral is not None
    session.add(
        PacketGrant(
            id=uuid4(),
            case_id=world.case.id,
            packet_id=world.referral.packet_id,
            box=b"sealed",
            holder_kind="recipient",
            holder_id=uuid4(),
            holder_generation=1,
        )
    )
    audit.record(session, world.case, audit.Deed(audit.ADOPTED, "cli:test", clock.real_now()))
    session.commit()
    return world.filed


@pytest.fixture(scope="module")
def life(server, ring_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Life:
    name = f"grievance_life_{uuid4().hex[:8]}"
    server.ensure_database(name, template=TEMPLATE)
    place = Place(server, name, ring_folder, tmp_path_factory.mktemp("life"))
    ring = KeyRing.load(ring_folder, "web")
    site = Site(ring, storage.blobs(str(place.data / "files")), "http://localhost")
    with place.session() as session:
        session.expire_on_commit = False
        now = clock.real_now()
        operator = found_operator(session, ring, now)
        handler = member(session, operator, Role.LEAD, now=now)
        other = member(session, operator, Role.LEAD, "Mori Emi", now=now)
        world = World(session, site, operator, handler, other, None)
        recalled, asked, withdrawn, linked = (handed_over(session, world) for _ in range(4))
        directory.load(session, facts.shipped(), now, "cli:directory load", words=bodies())
        world.filed = replaced = file_case(session, site, now=now)
        world.bring_to("in_review")
        world.hand_over("consented", BODY)
        audit.record(session, world.case, audit.Deed(audit.ADOPTED, "cli:test", now))
        session.commit()
        back, lead_back = (file_case(session, site, now=now) for _ in range(2))
        changed, moved, corrected, reissued, shut, untouched = (
            file_case(session, site, now=now) for _ in range(6)
        )
        reached = {"way": "email", "value": "home@example.org", addressing.BOX: str(uuid4())}
        for filed in (moved, corrected, untouched):
            replying.change_contact(filed.act(session, site, now), reached)
        visit(session, ring, changed)
        place.work("recalls")
        place.work("anchor")
        backup = tmp_path_factory.mktemp("backups") / "monday"
        answer = place.run("create", backup)
        assert answer.exit_code == 0, answer.output

        after = file_case(session, site, now=now)
        consenting.recall(recalled.act(session, site, now), BODY)
        (sent,) = referrals.of_case(session, asked.case.id)
        act = handler.act(session, site, asked.case, now)
        recall_for_worker(act, About(sent.referral, "By telephone."))
        replying.withdraw(withdrawn.act(session, site, now))
        replying.withdraw(after.act(session, site, now))
        for filed in (back, lead_back):
            replying.withdraw(filed.act(session, site, now))
        deciding.worker_reopens(back.act(session, site, now), words())
        opened = handler.open(session, lead_back.case)
        deciding.reopen(Act(session, site, opened, handler.actor, now, lead_back.case.version))
        newer = Proposal(document=document(BODY), purpose="complaint", ends_on=ENDS)
        refer(handler.act(session, site, replaced.case, now), newer)
        _, keys = new_keys(ring)
        receipts.change(changed.act(session, site, now), keys)
        replying.change_contact(moved.act(session, site, now), {"way": "none"})
        world.filed = corrected
        given = {"reach-by": "none", "contact-email": ""}
        stating.state_facts(world.act(now=now), stated(world, given, "Her employer reads it"))
        stating.state_facts(world.act(now=now), stated(world, {"company": "Mihon Foods"}))
        receipts.ask_reissue(handler.act(session, site, reissued.case, now), "The day of birth.")
        _, keys = new_keys(ring)
        receipts.reissue(other.act(session, site, reissued.case, now), keys)
        meant, at = operator.director, clock.real_now()
        said = Declared(meant.id, "A cousin.")
        conflicts.declare_conflict(handler.act(session, site, shut.case, at), said)
        session.flush()
        conflicts.agree_conflict(other.act(session, site, shut.case, at), meant.id)
        session.flush()
        conflicts.recuse(other.act(session, site, shut.case, now), "Her brother's firm.")
        session.commit()
    # recall, recall_for_worker, recall and withdraw, refer anew, change, reissue, another way, the
    # same by staff, two conflicts;
    # one withdrawn later; two withdrawn and opened again
    assert place.work("recalls")["done"] == 16
    return Life(
        place,
        backup,
        site,
        handler,
        other,
        recalled.case.id,
        asked.case.id,
        withdrawn.case.id,
        changed,
        moved,
        corrected,
        reissued,
        untouched,
        shut.case.id,
        replaced.case.id,
        meant.id,
        linked.case.id,
        15,
    )


def visit(session: Session, ring: KeyRing, filed: Filed) -> None:
    """Somebody is in the case with this number."""
    receipts.begin_visit(session, ring, filed.receipt, filed.keys, clock.real_now())
    session.commit()


def put_back(life: Life, fresh: Place, *words: str | Path) -> Result:
    """The backup into an empty place that has the ledger."""
    shutil.copy(life.ledger, fresh.data / ledger.FILE)
    return fresh.run("restore", life.backup, *words)


@pytest.fixture
def again(life: Life, fresh: Place) -> Session:
    """The place after the restore."""
    answer = put_back(life, fresh)
    assert answer.exit_code == 0, answer.output
    with fresh.session() as session:
        yield session


def verified(place: Place) -> dict[str, object]:
    public = KeyRing.load(place.ring, "cli").anchor_public
    with place.session() as session:
        return verifying.verify(session, public).facts()


def test_it_says_how_many_acts_were_done_again_and_the_head_is_that_of_the_backup(
    life: Life, fresh: Place
) -> None:
    answer = put_back(life, fresh)
    assert answer.exit_code == 0, answer.output
    printed = json.loads(answer.stdout)
    assert printed["replayed"] == life.acts
    manifest = json.loads((life.backup / "manifest.json").read_text())
    assert printed["head"] == manifest["audit"]["head"] != ""
    assert "15 acts that followed the backup were done again" in answer.stderr
    assert "1 cases were filed after the backup and are lost: skipped" in answer.stderr
    assert "In 2 cases the number was changed after the backup" in answer.stderr


def test_the_chains_are_whole_and_name_the_restore(
    life: Life, again: Session, fresh: Place
) -> None:
    manifest = json.loads((life.backup / "manifest.json").read_text())
    found = verified(fresh)
    assert found["broken"] == []
    assert found["events"] > manifest["audit"]["events"]
    said = again.scalars(select(Event).where(Event.verb == REPLAYED)).all()
    assert {event.actor for event in said} == {RESTORE.name} == {"cli:backup restore"}
    erased = {audit.ERASED, Verb.ASK_ERASURE, Verb.STOP_ERASURE}  # `test_backup_erased`
    given = {
        Verb.REFUSE_INTERPRETER,
        Verb.RECORD_INTERPRETER,
        Verb.TAKE_BACK_PASSAGE,
        Verb.RETURN_PASSAGE,
    }
    erased |= {*given, Verb.WORRIED, Verb.RECORD_WORRY}  # `cases/test_interpreting` and
    # `cases/test_cases_after_end`
    assert {event.codes["act"] for event in said} == set(ledger.ACTS) - erased
    fresh.work("anchor")
    assert verified(fresh)["broken"] == []


def test_a_yes_to_a_document_that_was_changed_since_does_not_count(
    life: Life, again: Session
) -> None:
    mine = select(Referral).where(Referral.case_id == life.replaced)
    assert [row.state for row in again.scalars(mine)] == ["recalled"]
    given = select(Consent.recalled_at).where(Consent.case_id == life.replaced)
    assert None not in again.scalars(given).all()


def test_a_yes_that_was_taken_back_stays_taken_back(life: Life, again: Session) -> None:
    for case in (life.recalled, life.asked, life.withdrawn):
        (referral,) = again.scalars(select(Referral).where(Referral.case_id == case))
        assert referral.state == "recalled"
        assert referral.next_chase is None
        (consent,) = again.scalars(select(Consent).where(Consent.case_id == case))
        assert consent.recalled_at is not None
        kinds = set(
            again.scalars(select(PacketGrant.holder_kind).where(PacketGrant.case_id == case))
        )
        assert kinds == {"organisation", "receipt"}


def test_no_reply_link_lives_again(life: Life, again: Session) -> None:
    by = dict(again.execute(select(ReplyLink.case_id, ReplyLink.closed_by)).all())
    ended = {life.recalled: "recalled", life.asked: "recalled", life.withdrawn: "recalled"}
    assert by == {**ended, life.linked: "restored"}
    left = select(PacketGrant).where(PacketGrant.holder_kind == "link")
    assert again.scalars(left).all() == []


def test_without_the_ledger_they_would_be_back(life: Life, fresh: Place) -> None:
    """What the other tests look for is there in the backup itself."""
    answer = fresh.run("restore", life.backup, "--without-ledger")
    assert answer.exit_code == 0, answer.output
    assert "What was taken back after the backup comes back" in answer.stderr
    assert json.loads(answer.stdout)["replayed"] == 0
    with fresh.session() as session:
        given = select(func.count()).where(PacketGrant.holder_kind == "recipient")
        assert session.scalar(given) == 4
        assert set(session.scalars(select(ReplyLink.closed_by))) == {"restored"}
        assert set(session.scalars(select(Referral.state))) == {"delivered", "consented"}
        assert session.get_one(Receipt, life.changed.receipt.id).state == "active"
        assert session.scalar(select(func.count()).select_from(ReceiptSession)) == 1
        assert session.get(Recusal, (life.shut, life.conflicted.id)) is None
        assert session.get_one(Case, life.withdrawn).state != "withdrawn"


def test_a_withdrawn_case_is_withdrawn_and_no_clock_runs(life: Life, again: Session) -> None:
    assert again.get_one(Case, life.withdrawn).state == "withdrawn"
    running = (Deadline.met_at.is_(None), Deadline.stopped_at.is_(None))
    mine = Deadline.case_id == life.withdrawn
    assert again.scalar(select(func.count()).select_from(Deadline).where(mine, *running)) == 0
    assert again.get_one(Case, life.recalled).state not in ("withdrawn", "with_mechanism")


def test_a_retired_number_opens_nothing(life: Life, again: Session) -> None:
    ring = life.site.ring
    for filed in (life.changed, life.reissued):
        assert receipts.find(again, ring, slow_root(filed.code, ring.receipt_salt)) is None
        mine = CaseGrant.holder_id == filed.receipt.id
        assert again.scalars(select(CaseGrant).where(mine)).all() == []
    assert again.scalars(select(ReceiptSession)).all() == []
    kept = receipts.find(again, ring, slow_root(life.untouched.code, ring.receipt_salt))
    assert kept is not None
    assert kept[0].id == life.untouched.receipt.id


@pytest.mark.parametrize("who", ["moved", "corrected"])
def test_nobody_writes_where_the_worker_may_not_be_any_more(
    life: Life, again: Session, who: str
) -> None:
    case = again.get_one(Case, getattr(life, who).case.id)
    opened = life.handler.open(again, case)
    assert addressing.may_be_old(again, case.id)
    assert not addressing.may_be_old(again, life.untouched.case.id)
    outbox = select(func.count()).select_from(Outbox)
    before = again.scalar(outbox)
    assert not telling.worker_of_news(again, life.site, opened, clock.real_now())
    assert again.scalar(outbox) == before
    assert not {one for one in answers_of(again, opened) if one.startswith("contact-")}
    other = life.handler.open(again, again.get_one(Case, life.untouched.case.id))
    assert answers_of(again, other)["contact-email"] == "home@example.org"
    assert telling.worker_of_news(again, life.site, other, clock.real_now())
    world = World(again, life.site, None, life.handler, life.conflicted, None)
    world.filed = replace(getattr(life, who), case=case)
    stating.state_facts(world.act(now=clock.real_now()), stated(world, {"company": "Other"}))
    again.flush()
    assert addressing.may_be_old(again, case.id)
    said = {"way": "email", "value": "lan@example.org"}
    replying.change_contact(world.own(), said)
    again.flush()
    assert not addressing.may_be_old(again, case.id)
    assert answers_of(again, opened)["contact-email"] == "lan@example.org"


def test_acts_of_a_kind_that_an_earlier_release_did_not_keep_are_caught_up(
    life: Life, fresh: Place
) -> None:
    """The case need not move again: a mark tells which kinds lie before it."""
    ring = KeyRing.load(life.place.ring, "worker")
    facts = lines.read(ring.anchor_public, life.ledger.read_bytes())
    kept = [one for one in facts if one.get("verb") != Verb.CHANGE_CONTACT]
    assert len(kept) < len(facts)
    earlier = [{name: one[name] for name in one if name != ledger.KINDS} for one in kept]
    given = fresh.data / "given.jsonl"
    given.write_bytes(lines.signed(ring.anchor_private, b"", earlier))
    with life.place.session("worker") as session:
        assert ledger.keep(session, ring, given) == len(facts) - len(kept)
        assert ledger.keep(session, ring, given) == 0
    answer = fresh.run("restore", life.backup, "--ledger", given)
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout)["replayed"] == life.acts
    with fresh.session() as session:
        assert addressing.may_be_old(session, life.moved.case.id)
        assert not addressing.may_be_old(session, life.untouched.case.id)


def test_a_person_with_a_conflict_does_not_see_the_case(life: Life, again: Session) -> None:
    declared = again.get_one(Recusal, (life.shut, life.conflicted.id))
    assert (declared.by_id, declared.state) == (life.conflicted.id, "stands")
    others = again.get_one(Recusal, (life.shut, life.meant))
    assert (others.by_id, others.agreed_by) == (life.handler.id, life.conflicted.id)
    assert others.state == "stands"
    seen = select(Case.id).where(Case.id == life.shut)
    assert again.scalar(seen.where(not_recused(life.conflicted.id))) is None
    assert again.scalar(seen.where(not_recused(life.handler.id))) == life.shut


def test_staff_read_on_in_every_case(life: Life, again: Session) -> None:
    for case in again.scalars(select(Case)):
        assert life.handler.open(again, case).holds("story")


def test_a_second_time_does_nothing(life: Life, again: Session) -> None:
    public = life.site.ring.anchor_public
    acts = ledger.read(public, life.ledger.read_bytes()).acts
    before = again.scalar(select(func.count()).select_from(Event))
    made = replay(again, acts, clock.real_now())
    assert (made.acts, made.unknown, made.shut) == (0, 1, 0)
    assert again.scalar(select(func.count()).select_from(Event)) == before


def test_a_yes_given_after_the_restore_outlives_the_next_one(
    life: Life, again: Session, fresh: Place, tmp_path: Path
) -> None:
    """What was done again once is not done again to what came after it."""
    again.info["actor"] = "job:test"
    case = again.get_one(Case, life.recalled)
    world = World(again, life.site, None, life.handler, life.conflicted, None)
    world.filed = Filed(
        case, again.scalars(select(Receipt).where(Receipt.case_id == case.id)).one(), "", None
    )
    referral = world.hand_over("delivered", BODY)
    handling.note(world.act(now=clock.real_now()), words())
    again.commit()
    folder = tmp_path / "tuesday"
    fresh.work("anchor")
    assert fresh.run("create", folder).exit_code == 0
    name = f"{fresh.database}_next"
    fresh.server.ensure_database(name)
    following = Place(fresh.server, name, tmp_path / "next" / "ring", tmp_path / "next")
    following.data.mkdir()
    answer = following.run("restore", folder, "--ledger", fresh.data / ledger.FILE)
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout)["replayed"] == 0
    with following.session() as session:
        assert session.get_one(Referral, referral.id).state == "delivered"
    before = following.data / ledger.FILE
    assert before.read_bytes() == (fresh.data / ledger.FILE).read_bytes()
    assert following.work("recalls")["done"] == 0


def test_without_a_ledger_it_is_refused_loudly(life: Life, fresh: Place, tmp_path: Path) -> None:
    elsewhere = tmp_path / "gone"
    life.ledger.rename(elsewhere)  # another machine
    try:
        answer = fresh.run("restore", life.backup)
    finally:
        elsewhere.rename(life.ledger)
    assert answer.exit_code == 1
    assert "There is no recall ledger" in answer.stderr
    assert "comes back" in answer.stderr
    nothing_there(fresh)


def nothing_there(place: Place) -> None:
    assert place.tables() == 0
    assert not place.ring.exists()
    assert {path.name for path in place.data.iterdir()} <= {"passphrase", "files", "given.jsonl"}


def test_the_ledger_of_the_place_of_the_backup_is_found_and_lives_on(
    life: Life, fresh: Place
) -> None:
    answer = fresh.run("restore", life.backup)
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout)["replayed"] == life.acts
    assert (fresh.data / ledger.FILE).read_bytes() == life.ledger.read_bytes()


def change_byte(data: bytes) -> bytes:
    """Name another body in the first act of the ledger."""
    assert BODY.encode() in data
    return data.replace(BODY.encode(), b"jp-lsia", 1)


def forge(data: bytes) -> bytes:
    """A line more, by somebody with a key of their own."""
    return data + data.splitlines(keepends=True)[-1]


CHANGES = {
    "changed": change_byte,
    "repeated": forge,
    "left out": lambda data: b"".join(data.splitlines(keepends=True)[1:]),
    "exchanged": lambda data: b"".join(reversed(data.splitlines(keepends=True))),
    "not JSON": lambda data: data + b"recall\n",
    "not ours": lambda data: data + b'{"anchor":9}\n',
    "a list": lambda data: data + b"[]\n",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_forged_ledger_is_refused(life: Life, fresh: Place, change: str) -> None:
    given = fresh.data / "given.jsonl"
    given.write_bytes(CHANGES[change](life.ledger.read_bytes()))
    answer = fresh.run("restore", life.backup, "--ledger", given)
    assert answer.exit_code == 1, answer.output
    assert f"{given}:" in answer.stderr
    assert "was not written here" in answer.stderr
    nothing_there(fresh)


def test_a_ledger_of_another_service_is_refused(life: Life, fresh: Place, tmp_path: Path) -> None:
    keyring.create(tmp_path / "other")
    given = fresh.data / "given.jsonl"
    with life.place.session("worker") as session:
        ledger.keep(session, KeyRing.load(tmp_path / "other", "worker"), given)
    answer = fresh.run("restore", life.backup, "--ledger", given)
    assert answer.exit_code == 1
    assert f"{given}:1:" in answer.stderr


def test_a_torn_line_at_the_end_is_dropped(life: Life, fresh: Place) -> None:
    given = fresh.data / "given.jsonl"
    given.write_bytes(life.ledger.read_bytes() + b'{"case":"12')
    answer = fresh.run("restore", life.backup, "--ledger", given)
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout)["replayed"] == life.acts
    assert (fresh.data / ledger.FILE).read_bytes() == life.ledger.read_bytes()


def test_a_ledger_that_does_not_reach_the_backup_is_refused(life: Life, fresh: Place) -> None:
    """A machine that was set up anew has an empty one: that tells nothing."""
    (fresh.data / ledger.FILE).touch()
    answer = fresh.run("restore", life.backup)
    assert answer.exit_code == 1
    assert "ends before the backup was made" in answer.stderr
    assert fresh.tables() == 0


def test_a_ledger_that_was_cut_off_is_told_by_the_copy_of_the_anchors(
    life: Life, fresh: Place
) -> None:
    whole = life.ledger.read_bytes().splitlines(keepends=True)
    (marked,) = [n for n, line in enumerate(whole) if b'"anchor":' in line]
    (fresh.data / ledger.FILE).write_bytes(b"".join(whole[: marked + 1]))
    copied = json.loads((life.place.data / anchors.COPY).read_text().splitlines()[0])
    more = [{**copied, "seq": 1 + later, "signature": f"{later:0128x}"} for later in (1, 2, 3)]
    (fresh.data / anchors.COPY).write_text(
        "".join(json.dumps(one) + "\n" for one in (copied, *more))
    )
    answer = fresh.run("restore", life.backup)
    assert answer.exit_code == 1
    assert "ends before" in answer.stderr
    assert "not taken back again" in answer.stderr
    assert json.loads(answer.stdout)["replayed"] == 0


def test_bad_usage_is_told(life: Life, fresh: Place) -> None:
    missing = fresh.run("restore", life.backup, "--ledger", fresh.data / "nowhere.jsonl")
    assert missing.exit_code == 2
    both = fresh.run("restore", life.backup, "--ledger", life.ledger, "--without-ledger")
    assert both.exit_code == 2
    assert fresh.tables() == 0


def test_no_word_of_a_person_stands_in_it(life: Life) -> None:
    data = life.ledger.read_text()
    for said in ("telephone", "birth", "brother", "Mori", "Tanaka", life.changed.code):
        assert said not in data
    for line in data.splitlines():
        body = json.loads(line)
        if "anchor" not in body:
            assert body["hour"].endswith(":00:00+00:00")
            assert set(body) == {
                "case",
                "seq",
                "event",
                "verb",
                "hour",
                "codes",
                "prev",
                "signature",
            }
    assert life.ledger.stat().st_mode & 0o077 == 0
