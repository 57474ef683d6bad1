"""After the end: the worker of a closed case is asked how they are, and looked for when they do not
answer; what is wrong opens the case again."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from grievance.accounts.models import Event
from grievance.accounts.profile import KEPT_AT_LEAST
from grievance.cases import checks, jobs, ledger, records
from grievance.cases.erasures import NOTICE
from grievance.cases.models import Feedback
from grievance.cases.operations import (
    addressing,
    aftercare,
    closing,
    deciding,
    replaying,
    replying,
)
from grievance.cases.operations.aftercare import CheckIn
from grievance.cases.operations.closing import Tried
from grievance.cases.verbs import Verb
from grievance.clock import local_day
from grievance.deadlines import operations as clocks
from grievance.notifications.models import Outbox, Reminder
from grievance.refusals import Refused
from tests.cases.conftest import TODAY, World, words
from tests.cast import NOW
from tests.noticed import noticed

DAY = timedelta(days=1)
ZONE = "Asia/Tokyo"
ASKED = [TODAY + one * DAY for one in (30, 90, 180)]


@pytest.fixture
def closed(world: World) -> World:
    """A case that was closed today, whose worker confirmed an address."""
    box, act = uuid4(), world.own()
    identity = records.read(world.session, act.opened, "identity")
    contact = {"way": "email", "value": "home@mail.example", addressing.BOX: str(box)}
    addressing.write(act, {**identity, "contact": contact})
    world.bring_to("closed")
    return world


def after(days: int) -> datetime:
    return NOW + days * DAY


def asked(world: World) -> date | None:
    return checks.asked_from(world.session, world.case.id, ZONE)


def letters(world: World, days: int = 0) -> list[date]:
    """The days on which letters are planned, seen so many days after the end."""
    ahead = select(Reminder.at).where(Reminder.at > after(days))
    rows = world.session.scalars(ahead.order_by(Reminder.at))
    return [local_day(at, ZONE) for at in rows]


def says(world: World, days: int, safe: str = "yes", **more: object) -> None:
    said = CheckIn(safe, more.pop("reprisal", False), more.pop("written", words("")), **more)
    aftercare.check_in(world.own(now=after(days)), said)
    world.session.flush()


def last(world: World) -> Event:
    mine = select(Event).where(Event.stream_id == world.case.id).order_by(Event.seq.desc())
    return world.session.scalars(mine).first()


def test_closing_plans_the_three_days_and_their_letters(closed: World) -> None:
    assert asked(closed) == ASKED[0]
    assert letters(closed) == ASKED
    (clock,) = clocks.running(closed.session, closed.case.id)
    assert clock.kind == "check_in"
    assert local_day(clock.due_at, ZONE) == ASKED[0] + 14 * DAY


def test_all_is_well_and_the_next_day_comes(closed: World) -> None:
    for number, day in enumerate((30, 95, 181)):
        says(closed, day)
        rest = ASKED[number + 1 :]
        assert asked(closed) == (rest[0] if rest else None)
        assert letters(closed, day) == rest
        assert closed.case.state == "closed"
        assert last(closed).verb == "checked_in"


def test_before_its_day_nothing_is_over(closed: World) -> None:
    says(closed, 3)
    assert asked(closed) == ASKED[0]


def test_who_wants_no_more_is_left_in_peace(closed: World) -> None:
    says(closed, 30, again=False)
    assert asked(closed) is None
    assert letters(closed, 30) == []
    with pytest.raises(Refused) as refused:
        says(closed, 31)
    assert refused.value.code == "check_runs"


@pytest.mark.parametrize(
    "said", [{"safe": "unsure"}, {"reprisal": True}, {"stayed": "part"}, {"stayed": "no"}]
)
def test_what_is_wrong_opens_the_case_again(closed: World, said: dict[str, object]) -> None:
    says(closed, 31, **said)
    case = closed.case
    assert (case.state, case.worker_waits, last(closed).verb) == ("in_review", True, "worried")
    assert {one.kind for one in clocks.running(closed.session, case.id)} == {"answer"}
    assert noticed(closed.session, "came_back")
    assert not case.danger


def test_who_is_not_safe_is_in_danger_at_once(closed: World) -> None:
    before = set(closed.session.scalars(select(Outbox.id).where(Outbox.kind == "danger")))
    says(closed, 31, "no")
    assert closed.case.danger
    assert closed.case.severity in ("high", "critical")
    kinds = {one.kind for one in clocks.running(closed.session, closed.case.id)}
    assert kinds == {"answer", "danger"}
    now = set(closed.session.scalars(select(Outbox.id).where(Outbox.kind == "danger")))
    assert now > before


def test_the_same_form_says_it_once(closed: World) -> None:
    once = words("They came to our house")
    says(closed, 31, reprisal=True, written=once)
    says(closed, 31, reprisal=True, written=once)
    (given,) = closed.session.scalars(select(Feedback).where(Feedback.kind == "check_in"))
    assert (given.safe, given.reprisal) == ("yes", True)


def test_who_does_not_answer_climbs_the_ladder_once(closed: World) -> None:
    session, due = closed.session, after(30 + 15)
    session.commit()
    assert jobs.sweep(session, closed.site, due)["done"] == 1
    assert jobs.sweep(session, closed.site, due)["due"] == 0
    session.refresh(closed.case)
    assert (closed.case.level, closed.case.state) == (1, "closed")
    assert last(closed).codes["clock"] == "check_in"
    assert noticed(session, "escalated")


def test_somebody_looked_and_the_next_day_comes(closed: World) -> None:
    now = after(46)
    closing.try_to_reach(closed.act(now=now), Tried("phone", local_day(now, ZONE), "Rang"))
    assert asked(closed) == ASKED[1]
    assert closed.case.level == 0
    assert letters(closed, 46) == ASKED[1:]


def test_once_it_goes_on_nobody_is_asked(closed: World) -> None:
    deciding.worker_reopens(closed.own(now=after(2)), words("It stopped"))
    assert asked(closed) is None
    assert not set(letters(closed)) & set(ASKED)


def test_a_number_that_others_saw_ends_no_watch(closed: World) -> None:
    closed.filed.receipt.known_to = "staff"
    closed.session.flush()
    says(closed, 31, again=False)
    assert asked(closed) == ASKED[0]


def test_after_the_end_an_address_can_be_taken_away(closed: World) -> None:
    replying.change_contact(closed.own(now=after(1)), {})
    assert letters(closed) == []
    assert asked(closed) == ASKED[0]


def test_a_case_is_kept_until_the_last_time_is_over() -> None:
    over = clocks.CHECK_DAYS[-1] + clocks.CHECK_ANSWER_DAYS
    assert timedelta(days=KEPT_AT_LEAST) - NOTICE > timedelta(days=over)


@pytest.mark.parametrize("danger", [True, False])
def test_a_restore_opens_it_again_and_in_danger_where_it_was(closed: World, danger: bool) -> None:
    codes = {"danger": danger}
    said = ledger.Act(str(closed.case.id), 10_000, "ab" * 32, Verb.WORRIED, NOW.isoformat(), codes)
    assert replaying.replay(closed.session, [said], NOW).acts == 1
    assert (closed.case.state, closed.case.danger) == ("in_review", danger)
    kinds = {one.kind for one in clocks.running(closed.session, closed.case.id)}
    assert ("danger" in kinds) is danger
    assert "check_in" not in kinds
