"""Two people say no, another door is named, the worker may ask for a second look."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from grievance.accounts.models import Membership
from grievance.accounts.roles import Role
from grievance.cases import messages, queries, queue, records
from grievance.cases.act import Act
from grievance.cases.lifecycle import OPEN
from grievance.cases.models import FourEyes, Recusal
from grievance.cases.operations import conflicts, deciding, duplicates, handling, replying, telling
from grievance.cases.operations.moving import NEVER
from grievance.cases.operations.replying import Sent
from grievance.cases.states import TABLE
from grievance.cases.verbs import Verb
from grievance.deadlines import operations as clocks
from grievance.refusals import Refused
from tests.cases.conftest import World, words
from tests.cases.test_cases_matrix import DOERS, VERSIONED, settle
from tests.cast import NOW, file_case, member
from tests.noticed import all_read, noticed


def refused(do) -> str:
    with pytest.raises(Refused) as why:
        do()
    return why.value.code


def alone(world: World) -> None:
    """Everybody but the handler left."""
    for row in world.session.scalars(
        select(Membership).where(Membership.person_id != world.handler.id)
    ):
        row.active = False


def appeal(world: World, now=NOW) -> None:
    deciding.appeal(world.own(now=now), words("Look again"))
    world.session.flush()


def test_nobody_is_sent_away_without_another_door_and_a_reason(world: World):
    world.bring_to("in_review")
    for reason, door, why in (
        ("better_door", "", "door"),
        ("better_door", "no-such", "door"),
        ("boredom", "jp-x", "reason"),
    ):
        found = deciding.Declining(reason, door, words())
        assert why == refused(lambda found=found: deciding.propose_decline(world.act(), found))
    assert world.session.scalar(select(func.count()).select_from(FourEyes)) == 0


def test_a_proposal_tells_the_worker_nothing_and_the_colleagues_that_it_waits(world: World):
    world.bring_to("in_review")
    asked = world.propose()
    assert messages.thread(world.session, world.home(), "worker") == []
    assert b"Go to them" not in asked.content
    assert len(noticed(world.session, "second_asked")) == 2  # the director and the colleague


def test_who_proposed_does_not_decide_while_somebody_else_could(world: World):
    world.bring_to("in_review")
    world.propose()
    late = NOW + timedelta(days=9)
    assert refused(lambda: world.second(world.handler, late)) == "proposer"
    world.second(world.colleague)
    case = world.case
    assert (case.state, case.next_due, case.awaits_second) == ("not_accepted", NEVER, False)
    read = messages.thread(world.session, world.home(), "worker")
    assert [one.text for one in read] == ["Go to them."]
    decision = records.read(world.session, world.home(), "decision")
    assert (decision["reason"], decision["alone"]) == ("better_door", False)


def test_who_works_alone_waits_two_days_and_the_worker_can_see_it(world: World):
    alone(world)
    world.bring_to("in_review")
    world.propose()
    early, later = NOW + timedelta(hours=47), NOW + timedelta(hours=48)
    assert refused(lambda: world.second(world.handler, early)) == "too_early"
    world.second(world.handler, later)
    assert records.read(world.session, world.home(), "decision")["alone"] is True


def test_the_database_refuses_one_person_who_proposes_and_approves(world: World):
    world.bring_to("in_review")
    asked = world.propose()
    world.session.flush()
    row = update(FourEyes).where(FourEyes.id == asked.id)
    with pytest.raises(IntegrityError) as broken, world.session.begin_nested():
        world.session.connection().execute(row.values(state="approved", decided_by=asked.asked_by))
    assert broken.value.orig.diag.constraint_name == "ck_four_eyes_two_people"


def test_a_proposal_is_void_when_the_case_moves_on(world: World):
    world.bring_to("in_review")
    asked = world.propose()
    replying.withdraw(world.own())
    world.session.refresh(asked)
    assert (asked.state, world.case.awaits_second) == ("lapsed", False)


def test_an_appeal_is_read_by_somebody_who_had_no_part_in_it(world: World):
    fresh = member(world.session, world.operator, Role.HANDLER, "Abe Rin")
    director = world.operator.director.id
    world.bring_to("not_accepted")
    appeal(world)
    assert world.case.state == "in_review"
    assert world.case.assignee_id in (fresh.id, director)
    assert {clock.kind for clock in clocks.running(world.session, world.case.id)} == {"appeal"}
    assert world.case.next_due - NOW > timedelta(days=29)
    assert refused(world.propose) == "hears_own"
    world.propose(world.colleague.actor)
    assert refused(lambda: world.second(world.handler)) == "hears_own"
    world.second(fresh)
    assert world.case.state == "not_accepted"
    assert refused(lambda: appeal(world)) == "not_appealed"


def test_an_appeal_comes_within_thirty_days(world: World):
    world.bring_to("not_accepted")
    assert refused(lambda: appeal(world, NOW + timedelta(days=31))) == "too_late"
    appeal(world, NOW + timedelta(days=30))


def test_an_appeal_keeps_its_clock_over_a_question(world: World):
    world.bring_to("not_accepted")
    appeal(world)
    case, by = world.case, world.handler.actor
    handling.ask_worker(world.act(by), words())
    replying.say(world.own(), Sent(words()))
    assert "appeal" in {clock.kind for clock in clocks.running(world.session, case.id)}


@pytest.mark.parametrize(("days", "why"), [(1, ""), (360, ""), (370, "too_late")])
def test_a_worker_opens_what_they_took_back_within_a_year(world: World, days: int, why: str):
    world.bring_to("withdrawn")
    later = NOW + timedelta(days=days)

    def again() -> None:
        deciding.worker_reopens(world.own(now=later), words(""))

    if why:
        assert refused(again) == why
        return
    again()
    assert (world.case.state, world.case.worker_waits) == ("in_review", True)
    assert {clock.kind for clock in clocks.running(world.session, world.case.id)} == {"answer"}


def test_while_an_appeal_is_open_the_worker_appeals_and_does_not_reopen(world: World):
    world.bring_to("not_accepted")
    actor, home = world.filed.actor, world.home()
    for days, why in ((1, "appeal_first"), (31, "")):
        later = NOW + timedelta(days=days)

        def again(later=later) -> None:
            deciding.worker_reopens(Act(world.session, world.site, home, actor, later), words())

        if why:
            assert refused(again) == why
        else:
            again()
    assert world.case.state == "in_review"


def recuse(world: World) -> None:
    conflicts.recuse(world.act(world.colleague.actor), "A cousin works there")
    world.session.flush()


def test_who_stepped_aside_neither_lists_counts_nor_opens_the_case(world: World):
    world.bring_to("in_review")
    world.case.assignee_id = world.colleague.id
    world.case.danger, world.case.first_answer_at = True, None
    recuse(world)
    session, me, ref = world.session, world.colleague.id, world.case.reference
    mine, none = queue.Seer(session, me, NOW), queue.Filters()
    assert world.case.assignee_id is None
    assert queue.queue(mine, none).cases == []
    assert queue.count(mine, none) == queue.calling(mine) == 0
    assert {part.count for part in queue.today(mine).values()} == {0}
    world.case.assignee_id = me  # whatever the other nets let through
    session.flush()
    assert queue.today(mine)["news"].cases == [] == queries.caseload(session, me, me)
    assert queries.for_reading(session, ref, me) is None is queries.for_change(session, ref, me)
    assert queries.for_reading(session, ref, world.handler.id) is world.case


def test_who_stepped_aside_is_told_nothing_and_given_nothing(world: World):
    world.bring_to("in_review")
    recuse(world)
    all_read(world.session)
    world.case.assignee_id = None
    telling.staff_of_answer(world.session, world.site, world.case, NOW)
    for rung in (1, 2, 3):
        telling.staff_of_escalation(world.act(), world.site, telling.Late("answer", rung))
    for kind in ("worker_answered", "escalated"):
        told = noticed(world.session, kind)
        assert sorted(told) == sorted([world.operator.director.id, world.handler.id])
    assert refused(lambda: handling.assign(world.act(), world.colleague.id)) == "assignee"


@pytest.mark.parametrize("verb", [v for v in Verb if TABLE[v].who.startswith("case.")])
def test_no_verb_takes_who_stepped_aside_even_past_the_loader(world: World, verb: Verb):
    if verb == Verb.REISSUE or verb == Verb.ACKNOWLEDGE_ESCALATION:
        return
    world.bring_to(TABLE[verb].sources[0])
    settle(world, verb)
    if verb in VERSIONED and verb == Verb.UNASSIGN:
        world.case.assignee_id = world.colleague.id
    row = Recusal(
        case_id=world.case.id, person_id=world.colleague.id, by_id=world.handler.id, at=NOW
    )
    world.session.add(row)
    world.session.flush()
    assert refused(lambda: DOERS[verb](world, world.colleague.actor)) == "recused"


def test_one_declares_a_conflict_of_ones_own_and_somebody_stays(world: World):
    def step(by, reason="A cousin") -> None:
        conflicts.recuse(world.act(by.actor), reason)
        world.session.flush()

    handler = member(world.session, world.operator, Role.HANDLER, "Abe Rin")
    assert refused(lambda: step(handler, " ")) == "reason"
    for one in (handler, world.operator.director, world.colleague):
        step(one)
    assert refused(lambda: step(handler)) == "recused"
    assert refused(lambda: step(world.handler)) == "last_one"


def test_linked_cases_name_each_other_and_keep_their_keys(world: World):
    other = file_case(world.session, world.site)
    by, session = world.handler, world.session
    keys = world.desk().keys
    duplicates.link_duplicate(world.act(by.actor), other.case.reference)
    session.flush()
    for one, two in ((world.case, other.case), (other.case, world.case)):
        assert queries.duplicates(session, one.id, by.id) == [two]
        assert queries.timeline(session, one.id)[-1].codes["other"] == str(two.id)
    assert world.desk().keys == keys != by.open(session, other.case).keys
    session.add(Recusal(case_id=other.case.id, person_id=by.id, by_id=by.id, at=NOW))
    session.flush()
    assert queries.duplicates(session, world.case.id, by.id) == []
    for reference in (world.case.reference, "ZZZZZZZZZZ", other.case.reference):
        assert (
            refused(
                lambda reference=reference: duplicates.link_duplicate(
                    world.act(by.actor), reference
                )
            )
            == "other"
        )


def test_only_who_has_it_or_a_lead_gives_a_case_back(world: World):
    handler = member(world.session, world.operator, Role.HANDLER, "Abe Rin")
    world.bring_to("in_review")
    case = world.case
    assert case.state in OPEN
    assert refused(lambda: handling.unassign(world.act(handler.actor))) == "own_or_lead"
    handling.unassign(world.act())
    assert case.assignee_id is None
    handling.take(world.act(handler.actor))
    assert case.assignee_id == handler.id
