"""What the verbs of staff and worker do beyond the state: clocks, stamps, letters, files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from grievance.accounts.models import Event, EventDetail
from grievance.accounts.roles import Role
from grievance.cases import files, messages, queue, records
from grievance.cases.act import Act
from grievance.cases.models import Case, CaseFile, Message, Reissue
from grievance.cases.operations import consenting, handling, replying
from grievance.cases.operations.moving import NEVER
from grievance.cases.operations.receipts import ask_reissue
from grievance.cases.operations.replying import Sent
from grievance.cases.translated import Translation
from grievance.clock import to_the_hour
from grievance.deadlines import operations as clocks
from grievance.deadlines.models import Deadline
from grievance.notifications.models import Outbox
from grievance.refusals import Refused
from grievance.vault.labels import Label
from tests.cases.conftest import World, words
from tests.cast import IN_DANGER, NOW, Filed, member
from tests.noticed import noticed

HOUR = to_the_hour(NOW)


def running(world: World) -> set[str]:
    world.session.flush()
    return {clock.kind for clock in clocks.running(world.session, world.case.id)}


def letters(world: World, kind: str) -> int:
    found = select(func.count()).select_from(Outbox).where(Outbox.kind == kind)
    return world.session.scalar(found) or 0


def test_everything_a_worker_does_is_stamped_to_the_hour(world: World):
    assert NOW != HOUR
    world.bring_to("awaiting_worker")
    replying.say(
        world.own(),
        Sent(words("Ba tháng", "vi"), [files.keep(world.site.blobs, b"slip", "slip.txt")]),
    )
    replying.change_contact(world.own(), {})
    replying.withdraw(world.own())
    world.session.flush()
    case = world.case
    own = select(Event).where(Event.stream_id == case.id, Event.actor == f"receipt:{case.id}")
    events = world.session.scalars(own.order_by(Event.seq)).all()
    assert [event.verb for event in events] == [
        "filed",
        "worker_answers",
        "change_contact",
        "withdraw",
    ]
    told = select(Message.at).where(Message.author == "worker")
    moments = [event.at for event in events]
    moments += [case.filed_at, case.worker_acted_at, case.state_since]
    moments += list(world.session.scalars(told)) + list(world.session.scalars(select(CaseFile.at)))
    moments += list(
        world.session.scalars(select(Deadline.stopped_at).where(Deadline.stopped_at > HOUR))
    )
    assert set(moments) == {HOUR}


@pytest.mark.parametrize("end", [replying.withdraw, lambda own: consenting.recall(own, "jp-lsio")])
def test_a_link_that_ends_with_what_a_worker_does_is_stamped_to_the_hour(world: World, end):
    world.bring_to("accepted")
    world.hand_over("delivered")
    link = world.open_door(NOW).link
    end(world.own())
    world.session.flush()
    assert (link.closed_by, link.closed_at) == ("recalled", HOUR)


def test_a_new_case_runs_a_clock_of_seven_days_and_danger_one_of_four_hours(
    world: World, another: Callable[..., Filed]
):
    assert running(world) == {"acknowledge"}
    # seven days on is a holiday: it is due the day before
    assert world.case.next_due.date().isoformat() == "2026-04-28"
    urgent = another(**IN_DANGER)
    assert {clock.kind for clock in clocks.running(world.session, urgent.case.id)} == {
        "acknowledge",
        "danger",
    }
    assert urgent.case.next_due - HOUR == timedelta(hours=4)


def test_acknowledging_ends_the_first_clock_and_promises_the_next_step(world: World):
    world.bring_to("received")
    handling.acknowledge(world.act(), words())
    assert running(world) == {"next_step"}
    assert world.case.acknowledged_at == world.case.first_answer_at == NOW
    assert world.case.assignee_id == world.handler.id
    # two weeks on is the last of the holidays of May: it is due on the last day before them
    assert world.case.next_due.date().isoformat() == "2026-05-01"


def test_no_clock_runs_while_the_worker_is_asked_and_an_answer_starts_one(world: World):
    world.bring_to("awaiting_worker")
    assert running(world) == set()
    assert world.case.next_due == NEVER
    replying.say(world.own(), Sent(words()))
    assert running(world) == {"answer"}
    assert world.case.worker_waits
    assert world.case.next_due < NEVER


def test_danger_found_starts_its_clock_and_danger_gone_ends_it(world: World):
    world.bring_to("in_review")
    session, actor = world.session, world.handler.actor

    def triage(severity: str, *, danger: bool) -> None:
        found = handling.Triage(severity, ["violence"], danger)
        handling.triage(world.act(actor), found)
        session.flush()

    triage("critical", danger=True)
    assert running(world) == {"acknowledge", "danger"}
    assert world.case.next_due - NOW <= timedelta(hours=4)
    triage("high", danger=False)
    assert running(world) == {"acknowledge"}
    assert world.case.next_due - NOW > timedelta(hours=4)


@pytest.mark.parametrize(
    ("severity", "issues", "danger", "why"),
    [
        ("medium", ["violence"], True, "severity"),
        ("terrible", ["violence"], False, "severity"),
        ("high", [], False, "issues"),
        ("high", ["no-such-issue"], False, "issues"),
    ],
)
def test_triage_refuses_what_cannot_be(world: World, severity, issues, danger, why):
    found = handling.Triage(severity, issues, danger)
    with pytest.raises(Refused) as refused:
        handling.triage(world.act(), found)
    assert refused.value.code == why
    assert world.case.severity == "medium"


def test_a_case_is_given_only_to_who_works_on_cases(world: World):
    editor = member(world.session, world.operator, Role.DIRECTORY_EDITOR)
    for nobody in (editor.id, uuid4()):
        with pytest.raises(Refused) as refused:
            handling.assign(world.act(), nobody)
        assert refused.value.code == "assignee"
    assert world.case.assignee_id is None


def test_the_worker_who_left_an_address_gets_one_letter_until_its_code_is_typed(
    world: World, another: Callable[..., Filed]
):
    reached = another(reach_by="email", **{"contact-email": "linh@example.org"})
    case = reached.case
    opened = world.handler.open(world.session, case)
    handling.acknowledge(
        Act(world.session, world.site, opened, world.handler.actor, NOW, case.version), words()
    )
    assert letters(world, "worker_news") == 0  # nobody has typed the code of the first letter
    assert letters(world, "address_code") == 1
    world.bring_to("in_review")
    handling.tell_worker(world.act(), words())
    assert letters(world, "worker_news") == 0
    assert letters(world, "address_code") == 1


def test_only_the_handler_of_a_case_is_told_of_an_answer_and_everybody_while_nobody_has_it(
    world: World, another: Callable[..., Filed]
):
    world.bring_to("in_review")
    before = len(noticed(world.session, "worker_answered"))
    replying.say(world.own(), Sent(words()))
    assert len(noticed(world.session, "worker_answered")) - before == 1
    loose = another()
    replying.say(loose.act(world.session, world.site), Sent(words()))
    told = len(noticed(world.session, "worker_answered")) - before
    assert told == 1 + 3  # the director and two leads, the handler of the first among them


def test_the_same_form_writes_once(world: World):
    world.bring_to("in_review")
    typed, actor = words(), world.handler.actor
    made = [handling.tell_worker(world.act(actor), typed) for _ in range(2)]
    assert made[0].id == made[1].id
    said = words("Tôi nghỉ rồi", "vi")
    twice = [replying.say(world.own(), Sent(said)) for _ in range(2)]
    assert twice[0].id == twice[1].id
    same = words("Two months", "en")
    kept = [
        handling.translate(world.act(actor), handling.Translating("what-happened", same))
        for _ in range(2)
    ]
    assert kept[0].id == kept[1].id
    assert len(messages.thread(world.session, world.desk(), "worker")) == 2


def test_translations_are_of_the_story_only(world: World, another: Callable[..., Filed]):
    actor, session = world.handler.actor, world.session
    note = handling.note(world.act(actor), words())
    other = another()
    theirs = replying.say(other.act(session, world.site), Sent(words()))
    for passage in ("company", str(note.id), str(theirs.id), str(uuid4()), "what-happened "):
        with pytest.raises(Refused) as refused:
            handling.translate(world.act(actor), handling.Translating(passage, words()))
        assert refused.value.code == "passage"
    assert session.scalar(select(func.count()).select_from(Translation)) == 0


def test_an_original_needs_a_reason_and_keeps_it_sealed(
    world: World, another: Callable[..., Filed]
):
    session, actor = world.session, world.handler.actor
    stored = files.keep(world.site.blobs, b"pay slip", "slip.txt")
    file = files.attach(session, world.desk(), stored, files.Brought("worker", NOW))
    session.flush()
    with pytest.raises(Refused) as refused:
        handling.open_original(world.act(actor), handling.Looking(file, "  "))
    assert refused.value.code == "reason"
    other = world.handler.open(session, another().case)
    with pytest.raises(Refused) as refused:
        handling.open_original(
            Act(session, world.site, other, actor, NOW),
            handling.Looking(file, "Doubt about the date"),
        )
    assert refused.value.code == "file"
    given = handling.open_original(world.act(actor), handling.Looking(file, "Doubt about the date"))
    assert given.original_key == stored.original_key
    detail = session.scalars(select(EventDetail)).one()
    event = session.get_one(Event, detail.event_id)
    assert event.codes == {"state": "received", "file": str(file.id)}
    assert b"Doubt" not in detail.ciphertext
    assert world.desk().open_text(Label.EVENT_DETAIL, event.id, detail.ciphertext) == (
        "Doubt about the date"
    )


def test_a_changed_contact_keeps_the_earlier_one_sealed(world: World):
    new = {"way": "email", "value": "new@example.org", "safe_when": "", "never_say": ""}
    replying.change_contact(world.own(), new)
    world.session.flush()
    assert records.read(world.session, world.desk(), "identity")["contact"] == new
    assert records.read(world.session, world.desk(), "identity").get("reach-by") == "none"


BAD_ROWS = {
    "ck_grievance_case_state": {"state": "lost"},
    "ck_grievance_case_resumes": {"state": "awaiting_worker"},
    "ck_grievance_case_accepted_decided": {"state": "accepted"},
    "ck_grievance_case_severity": {"severity": "terrible"},
    "ck_grievance_case_channel": {"channel": "pigeon"},
    "ck_grievance_case_filed_for": {"filed_for": "boss"},
}


@pytest.mark.parametrize("name", sorted(BAD_ROWS))
def test_the_database_refuses_a_row_that_breaks_an_invariant(world: World, name: str):
    world.session.flush()
    with pytest.raises(IntegrityError) as broken, world.session.begin_nested():
        world.session.execute(update(Case).where(Case.id == world.case.id).values(**BAD_ROWS[name]))
    assert broken.value.orig.diag.constraint_name == name


def test_the_database_refuses_one_person_who_asks_and_issues(world: World):
    asked = ask_reissue(world.act(), "Voice")
    world.session.flush()
    own = Reissue.__table__
    alone = own.update().where(own.c.id == asked.id).values(decided_by=own.c.asked_by)
    with pytest.raises(IntegrityError) as broken, world.session.begin_nested():
        world.session.execute(alone)
    assert broken.value.orig.diag.constraint_name == "ck_reissue_two_people"


def test_the_database_refuses_words_of_staff_without_a_name(world: World):
    note = handling.note(world.act(), words())
    own = Message.__table__
    with pytest.raises(IntegrityError) as broken, world.session.begin_nested():
        world.session.execute(own.update().where(own.c.id == note.id).values(person_id=None))
    assert broken.value.orig.diag.constraint_name == "ck_message_staff_named"


def test_what_calls_for_a_handler_is_counted_and_answered_cases_are_not(
    world: World, another: Callable[..., Filed]
):
    session, person = world.session, world.handler.id
    assert queue.calling(queue.Seer(session, person, NOW)) == 0
    replying.say(world.own(), Sent(words()))
    session.flush()
    assert queue.calling(queue.Seer(session, person, NOW)) == 1
    found = handling.Triage("critical", ["violence"], danger=True)
    handling.triage(world.act(), found)
    session.flush()
    assert queue.calling(queue.Seer(session, person, NOW)) == 2
    handling.acknowledge(
        world.act(),
        words(),
    )
    session.flush()
    assert queue.calling(queue.Seer(session, person, NOW)) == 0
