"""A case that is erased: nothing that was sealed is left, and the chains still hold."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from sqlalchemy import LargeBinary, func, select
from sqlalchemy.orm import Session

from grievance import clock
from grievance.accounts import audit, exporting, verifying, words
from grievance.accounts.audit import ERASED
from grievance.accounts.models import Event
from grievance.cases import files, index, queries, records
from grievance.cases.assigned import Assigned
from grievance.cases.calls import CallBack
from grievance.cases.corrections import Correction
from grievance.cases.matters import LinkedMatter
from grievance.cases.models import Case, CaseFile, DuplicateLink, FourEyes, Outcome
from grievance.cases.opening import receipt_holder
from grievance.cases.operations import (
    addressing,
    bodies,
    closing,
    conflicts,
    diary,
    duplicates,
    erasing,
    feedback,
    handling,
    matters,
    receipts,
    referring,
    replying,
    shredding,
    telling,
)
from grievance.cases.operations.closing import Tried
from grievance.cases.operations.referring import About
from grievance.cases.operations.replying import Sent
from grievance.cases.own_reminders import OwnReminder
from grievance.cases.planned_calls import PlannedCall
from grievance.cases.recleaning import Reader
from grievance.deadlines.models import LimitationDate
from grievance.notifications.models import KeptAddress, Outbox, Reminder
from grievance.questions import drafts, jobs
from grievance.referrals.answered import Answered
from grievance.referrals.links import DeskItem
from grievance.referrals.models import PacketFile, Referral
from grievance.referrals.operations import linking
from grievance.tables import METADATA
from grievance.vault.keys import KeyPair
from grievance.vault.receipts import slow_root
from tests.cases.conftest import TODAY, World
from tests.cases.conftest import words as typed
from tests.cast import NOW, file_case

# The chain, who read it when (chained, too), what the next anchor signs, counts without cases.
STAYS = {"event", "read_log", "unanchored_stream", "tally"}


def fill(world: World) -> None:
    """A case of which every table knows something, while letters to its worker wait."""
    session, site, case = world.session, world.site, world.case
    handling.take(world.act())
    handling.note(world.act(), typed("She sounds afraid."))
    handling.open_original(world.act(), handling.Looking(_file(world), "A doubt about the stamp."))
    handling.translate(
        world.act(), handling.Translating("what-happened", typed("My pay is missing."))
    )
    world.ask()
    stored = files.keep(site.blobs, b"pay slip of June", "slip.txt")
    replying.say(world.own(), Sent(typed("June and July."), [stored]))
    diary.keep_wages(world.own(), world.month_of_pay())
    world.accept()
    world.promise("claimed")
    proposal = world.propose()
    referral = world.hand_over("delivered")
    referring.record_answer(world.act(), About(referral, Answered("accepted", TODAY)))
    _door(world)
    closing.try_to_reach(world.act(), Tried("phone", TODAY, "Rang twice"))
    feedback.keep_feedback(world.own(), "sign_off", typed("You may close it"))
    _rest(world, proposal, referral)
    receipts.ask_reissue(world.act(), "Her day of birth.")
    conflicts.recuse(world.act(world.operator.director.actor), "A cousin works there.")
    duplicates.link_duplicate(world.act(), world.other)
    keys = Reader(world.handler.id, world.handler.organisation, world.desk().privates)
    matters.link_matter(world.act(), matters.Beside(world.other, keys, "She told us of him."))
    with session.no_autoflush:
        receipts.begin_visit(session, site.ring, world.filed.receipt, world.filed.keys, NOW)
    holder = receipt_holder(world.filed.receipt)
    words.keep(session, "a secret", holder, words.Words("/case", [("message", "Help")]), NOW)
    queries.visit(session, case, world.handler.id, NOW)
    audit.record_read(session, case.id, actor=world.handler.actor.name, now=NOW, what="case")
    _draft(world)
    erasing.ask_erasure(world.own())
    _address(world)
    # last: each act plans anew, and nobody wants to be called
    session.add(PlannedCall(case_id=case.id, kind="law", on_day=TODAY))
    index.refresh(session, site.ring, keys)


def _door(world: World) -> None:
    """The body came in over a reply link and wrote."""
    door = world.open_door()
    bodies.write(world.over_link(), world.wrote("progress", "We look into it."))
    pair = KeyPair(door.private, door.link.public)
    linking.begin_visit(world.session, world.site.ring, door.link, pair, NOW)


def _rest(world: World, proposal: FourEyes, referral: Referral) -> None:
    """Rows that only a longer story would bring."""
    mine, blob = {"case_id": world.case.id}, uuid4()
    world.site.blobs.put(blob.hex, b"flat copy")
    sealed = {"key_generation": 1, "words": b"sealed words of an outcome", "at": NOW}
    told = {"result": "advised", "by": "attempts", "proposal_id": proposal.id}
    world.session.add_all(
        [
            Outcome(id=uuid4(), **mine, **told, **sealed),
            LimitationDate(**mine, latest_safe=TODAY),
            CallBack(**mine, kinds=["message"], made_at=NOW),
            Correction(
                id=uuid4(),
                **mine,
                kind="note",
                person_id=world.handler.id,
                key_generation=1,
                content=b"sealed words of a correction",
                at=NOW,
            ),
            Assigned(
                id=uuid4(),
                **mine,
                person_id=world.handler.id,
                passage="what-happened",
                language="en",
                due_on=TODAY,
                given_by=world.handler.id,
                given_at=NOW,
                holder_generation=1,
                box=b"sealed key of a passage",
                key_generation=1,
                own_key=b"sealed key of a passage for who reads the case",
                content=b"sealed words of a passage",
            ),
            OwnReminder(
                id=uuid4(),
                **mine,
                person_id=world.handler.id,
                along=True,
                due_on=TODAY,
                key_generation=1,
                words=b"sealed words of a reminder",
            ),
            DeskItem(
                referral_id=referral.id,
                **mine,
                organisation_id=world.handler.organisation,
                laid_at=NOW,
                note=b"sealed note of a body",
            ),
            PacketFile(
                packet_id=referral.packet_id,
                place=1,
                blob=blob,
                blob_digest=b"digest",
                meta=b"sealed name of a copy",
            ),
        ]
    )


def _file(world: World) -> CaseFile:
    stored = files.keep(world.site.blobs, b"a paper with a stamp", "paper.txt")
    file = files.attach(world.session, world.desk(), stored, files.Brought("worker", NOW))
    world.session.flush()
    return file


def _draft(world: World) -> None:
    """The draft that the case was sent from."""
    _secret, draft = drafts.start(world.session, world.site.ring, NOW, answers={})
    draft.row.filing_id = world.case.filing_id


def _address(world: World) -> None:
    """One that was never confirmed, then another that was."""
    act, first = world.own(), {"way": "email", "value": "first@example.org"}
    addressing.write(act, {**records.read(act.session, act.opened, "identity"), "contact": first})
    telling.worker_of_news(act.session, act.site, act.opened, NOW)
    box = uuid4()
    world.session.add(KeptAddress(id=box, content=b"sealed to the notifier"))
    world.session.flush()
    world.session.add(Reminder(id=uuid4(), box_id=box, at=NOW))
    reached = {"way": "email", "value": "home@example.org", addressing.BOX: str(box)}
    act = world.own()
    addressing.write(act, {**records.read(act.session, act.opened, "identity"), "contact": reached})
    telling.worker_of_news(act.session, act.site, act.opened, NOW)


def sealed_bytes(session: Session) -> set[bytes]:
    """Every sealed value that the database holds."""
    return {
        bytes(value)
        for table in METADATA.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary) and "sealed" in column.info.get("holds", "")
        for value in session.scalars(select(column).where(column.is_not(None)))
    }


def tables_that_know(session: Session, *ids: object) -> set[str]:
    """The tables that have one of these anywhere, as a copy of the database would."""
    found = set()
    for table in METADATA.sorted_tables:
        for row in session.execute(select(table)):
            if any(str(one) in repr(tuple(map(str, row))) for one in ids):
                found.add(table.name)
    return found


@dataclass
class Gone:
    """What a case was before it was erased."""

    world: World
    case_id: UUID
    code: str
    rows: set[str]
    sealed: set[bytes]
    blobs: set[str]


def vouched(world: World) -> list[object]:
    """What `flask audit verify` calls wrong, with the keys and without."""
    ring = world.site.ring
    online = verifying.verify(world.session, ring.anchor_public, None, ring.event_key)
    offline = verifying.verify(world.session, ring.anchor_public)
    return online.wrong + offline.wrong


@pytest.fixture
def gone(world: World) -> Gone:
    """A case of which every table knew something, after its erasure."""
    session, world.other = world.session, world.case.reference
    before, stored = sealed_bytes(session), set(world.site.blobs.ids())
    world.filed = file_case(session, world.site)
    fill(world)
    session.commit()
    assert vouched(world) == []
    made = Gone(
        world,
        world.case.id,
        world.filed.code,
        tables_that_know(session, world.case.id),
        sealed_bytes(session) - before,
        set(world.site.blobs.ids()) - stored,
    )
    act = world.act(now=clock.real_now())
    shredding.shred(act, *erasing.reached(act), ground="retention")
    session.commit()
    assert set(drafts.left(session, 100)) == made.blobs
    return made


def test_the_case_had_something_everywhere(gone: Gone) -> None:
    """Else the tests below would prove little."""
    hanging = {model.__tablename__ for model in (*shredding.OF_A_CASE, *shredding.FURTHER)}
    by_another = {"draft", "event_detail", "kept_words", "packet_file", "search_chunk"}
    assert hanging - gone.rows == by_another
    assert len(gone.sealed) > 30
    assert len(gone.blobs) > 3


def test_no_sealed_byte_and_no_row_of_it_is_left(gone: Gone) -> None:
    session = gone.world.session
    assert sealed_bytes(session) & gone.sealed == set()
    assert tables_that_know(session, gone.case_id) == STAYS - {"tally"}
    assert session.get(Case, gone.case_id) is None


def test_its_files_leave_the_store_and_a_store_that_is_away_gets_them_later(
    gone: Gone, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, store = gone.world.session, gone.world.site.blobs

    def away(_blob: str) -> None:
        raise OSError("away")

    with monkeypatch.context() as patched:
        patched.setattr(type(store), "delete", lambda _store, blob: away(blob))
        jobs.sweep_left(session, store)
    assert set(store.ids()) >= gone.blobs
    jobs.purge(session, store, clock.real_now())
    assert not set(store.ids()) & gone.blobs
    jobs.purge(session, store, clock.real_now())


def test_audit_verify_calls_it_lawful_and_names_all_that_went(gone: Gone) -> None:
    assert vouched(gone.world) == []
    session = gone.world.session
    mine = select(Event).where(Event.stream_id == gone.case_id).order_by(Event.seq.desc())
    last = session.scalars(mine).first()
    assert (last.verb, last.codes["all"], last.codes["ground"]) == (ERASED, True, "retention")
    report = exporting.prove(
        {
            "chains": list(exporting.events(session)),
            "anchored": list(exporting.signatures(session)),
        },
        gone.world.site.ring.anchor_public,
    )
    assert report.wrong == []


def test_what_went_without_that_event_is_still_a_break(world: World) -> None:
    """Only the event makes it lawful."""
    session = world.session
    session.commit()
    for table in reversed(METADATA.sorted_tables):
        if "case_id" in table.c:
            session.execute(table.delete().where(table.c.case_id == world.case.id))
    session.execute(Case.__table__.delete().where(Case.id == world.case.id))
    session.expunge_all()
    assert "row" in {one["what"] for one in vouched(world)}


def test_a_linked_case_tells_that_the_link_is_gone(gone: Gone) -> None:
    session = gone.world.session
    other = session.scalars(select(Case).where(Case.reference == gone.world.other)).one()
    for links in (DuplicateLink, LinkedMatter):
        assert session.scalar(select(func.count()).select_from(links)) == 0
    mine = select(Event).where(Event.stream_id == other.id, Event.verb == ERASED)
    assert session.scalars(mine).one().codes["all"] is False


def test_letters_about_it_are_never_sent(gone: Gone) -> None:
    session = gone.world.session
    told = session.execute(select(Outbox.state, Outbox.sealed, Outbox.case)).all()
    assert ("cancelled", None, None) in told
    assert all(sealed is None for state, sealed, _case in told if state != "pending")


def test_letters_to_its_worker_name_no_case_and_are_never_sent_either(gone: Gone) -> None:
    kinds = ("address_code", "worker_news")
    of_worker = select(Outbox.kind, Outbox.state, Outbox.sealed, Outbox.recipient)
    told = gone.world.session.execute(of_worker.where(Outbox.kind.in_(kinds))).all()
    assert sorted(told) == [(kind, "cancelled", None, None) for kind in kinds]


def test_the_number_opens_nothing_as_one_that_never_was(gone: Gone) -> None:
    world = gone.world
    root = slow_root(gone.code, world.site.ring.receipt_salt)
    assert receipts.find(world.session, world.site.ring, root) is None
