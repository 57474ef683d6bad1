"""Staff write down and correct answers: sealed beside the earlier ones, told to the worker."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import func, inspect, select

from grievance.accounts.models import Event
from grievance.cases import corrections, records
from grievance.cases.corrections import Correction
from grievance.cases.facts import advice_on, told_in
from grievance.cases.models import CaseRecord, Suggestion
from grievance.cases.operations import adding, stating
from grievance.cases.operations.stating import Stated
from grievance.deadlines import operations as clocks
from grievance.deadlines.models import LimitationDate
from grievance.questions.bank import shipped
from grievance.refusals import Refused
from tests.cases.conftest import TODAY, World
from tests.noticed import noticed

pytestmark = pytest.mark.usefixtures("loaded")


def stated(world: World, given, why="She said so on the telephone", form_id=None) -> Stated:
    told = told_in(world.session, world.desk())
    added = adding.added_to(
        shipped(), told, given, lambda after: advice_on(world.session, after, TODAY)
    )
    pairs = {name: (told.get(name, ""), now) for name, now in given.items()}
    return Stated(pairs, added, why, form_id or uuid4())


def state(world: World, **given: str) -> None:
    stating.state_facts(world.act(), stated(world, given))
    world.session.flush()


def versions(world: World, part: str) -> int:
    mine = (CaseRecord.case_id == world.case.id, CaseRecord.part == part)
    return world.session.scalar(select(func.count()).select_from(CaseRecord).where(*mine)) or 0


def test_a_new_version_stands_beside_the_earlier_one_with_who_and_why(world: World):
    state(world, company="Mihon Foods")
    opened = world.desk()
    assert records.read(world.session, opened, "identity")["company"] == "Mihon Foods"
    assert versions(world, "identity") == 2
    (found,) = corrections.changed(world.session, opened)
    assert (found.row.person_id, found.why) == (world.handler.id, "She said so on the telephone")
    assert found.answers == {"company": ("", "Mihon Foods")}


def test_the_laws_days_and_the_advice_are_made_anew(world: World):
    days = select(LimitationDate.latest_safe).where(LimitationDate.case_id == world.case.id)
    before = set(world.session.scalars(days))
    advised = select(func.count()).select_from(Suggestion)
    first = world.session.scalar(advised)
    state(world, since="2025-03-01")
    assert set(world.session.scalars(days)) != before
    assert world.session.scalar(advised) == first + 1


def test_danger_that_answers_tell_starts_its_clock_and_is_told(world: World):
    world.session.commit()
    safety = {"hurt": "no", "free": "no", "taken": "no", "child": "no"}
    state(world, problem="freedom", issue="movement-restriction", **safety)
    assert world.case.danger
    assert world.case.severity in ("high", "critical")
    assert "danger" in {one.kind for one in clocks.running(world.session, world.case.id)}


def test_what_triage_decided_stays_where_no_answer_says_more(world: World):
    world.case.severity = "low"
    state(world, company="Mihon")
    assert world.case.severity == "low"


def test_a_repeat_writes_once_and_nothing_new_or_no_reason_is_refused(world: World):
    once = stated(world, {"company": "Mihon"}, form_id=uuid4())
    stating.state_facts(world.act(), once)
    world.session.flush()
    stating.state_facts(world.act(), once)
    events = select(func.count()).select_from(Event).where(Event.verb == "state_facts")
    assert world.session.scalar(events) == 1
    for wrong, code in (
        (stated(world, {}), "nothing_new"),
        (stated(world, {"company": "Other"}, why=" "), "why"),
    ):
        with pytest.raises(Refused) as refused:
            stating.state_facts(world.act(), wrong)
        assert refused.value.code == code
    assert versions(world, "identity") == 2


def test_a_new_telephone_number_takes_the_place_of_the_old_one(world: World):
    given = {"reach-by": "phone", "contact-phone": "+819012345678"}
    stating.state_facts(world.act(), stated(world, given))
    contact = records.read(world.session, world.desk(), "identity")["contact"]
    assert (contact["way"], contact["value"]) == ("phone", "+819012345678")
    state(world, company="Mihon")
    contact = records.read(world.session, world.desk(), "identity")["contact"]
    assert contact["value"] == "+819012345678"
    assert noticed(world.session, "worker_answered") == []


def test_who_reads_the_story_alone_reads_no_change_of_who_it_is_about(world: World):
    state(world, company="Mihon", since="2025-03-01")
    opened = world.desk()
    kinds = {one.row.kind for one in corrections.changed(world.session, opened)}
    assert kinds == {"answers", "identity"}
    story = type(opened)(opened.case, {"story": opened.keys["story"]})
    (found,) = corrections.changed(world.session, story)
    assert (found.row.kind, list(found.answers)) == ("answers", ["since"])


def test_nothing_of_a_correction_stands_in_the_clear(world: World):
    state(world, company="Mihon Foods")
    row = world.session.scalars(select(Correction)).one()
    clear = {column.key: getattr(row, column.key) for column in inspect(Correction).column_attrs}
    assert set(clear) == {"id", "case_id", "kind", "person_id", "key_generation", "content", "at"}
    assert b"Mihon" not in clear["content"]
    assert b"telephone" not in clear["content"]
    last = world.session.scalars(select(Event).where(Event.verb == "state_facts")).one()
    assert "Mihon" not in str(last.codes)
