"""What a worker told us by telephone: it outlives who wrote it down, and never ends without a word;
and with what they ask on their page it is one wish with one day."""

from __future__ import annotations

from datetime import timedelta

import pytest

from grievance.cases import erasures
from grievance.cases.jobs import SWEEPER
from grievance.cases.operations import conflicts, deciding, erasing, telling
from grievance.cases.operations.erasing import Erasing
from grievance.cases.operations.moving import allowed
from grievance.cases.verbs import Verb
from tests.cases.conftest import World, words
from tests.cases.test_cases_erasing_clock import MONTH, clock, ends, told
from tests.cast import NOW

LATER = NOW + timedelta(days=10)


def steps_aside(world: World) -> None:
    """Who wrote it down knows somebody in the case."""
    conflicts.recuse(world.act(), "I know the boss")
    world.session.flush()


def wish(world: World):
    return erasures.wanted(world.session, world.case.id)


@pytest.mark.parametrize("state", ["accepted", "withdrawn"])
def test_it_outlives_who_wrote_it_down(world: World, state: str) -> None:
    world.bring_to(state)
    told(world)
    before = wish(world).from_at
    steps_aside(world)
    assert not world.case.awaits_second
    assert (wish(world).from_at, clock(world).due_at) == (before, ends(world, before))


def test_a_colleague_proposes_it_again_and_its_days_run_on(world: World) -> None:
    told(world)
    steps_aside(world)
    erasing.propose_erase(world.act(world.colleague.actor, LATER), Erasing("told", "By phone"))
    assert wish(world).from_at == NOW + erasures.NOTICE
    case_id = world.case.id
    erasing.erase(world.act(world.operator.director.actor, MONTH))
    assert world.session.get(type(world.case), case_id) is None


def test_the_worker_still_keeps_it(world: World) -> None:
    told(world)
    steps_aside(world)
    erasing.stop_erasure(world.own())
    assert (wish(world), clock(world)) == (None, None)


def test_what_staff_proposed_lapses_as_before(world: World) -> None:
    world.bring_to("closed")
    told(world, "mistake")
    steps_aside(world)
    assert (wish(world), clock(world)) == (None, None)


def test_sent_back_it_ends_and_the_worker_gets_news(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(world)
    heard: list[object] = []
    monkeypatch.setattr(telling, "worker_of_news", lambda *_all: heard.append(1))
    deciding.send_back(world.act(world.colleague.actor), words("That was her sister."))
    world.session.flush()
    assert (wish(world), clock(world)) == (None, None)
    assert heard == [1]


def test_sent_back_while_the_worker_asks_too_their_own_wish_stands(world: World) -> None:
    told(world)
    row = erasing.ask_erasure(world.own(now=LATER))
    deciding.send_back(world.act(world.colleague.actor, LATER), words("They ask themselves."))
    assert wish(world) == row
    assert clock(world).due_at == ends(world, row.from_at)


def test_a_clock_of_no_wish_tells_somebody_instead_of_failing(world: World) -> None:
    world.bring_to("withdrawn")
    told(world)
    wish(world).ended_at = NOW
    world.session.flush()
    assert allowed(world.case, Verb.ESCALATE, SWEEPER)


def test_whoever_asks_alone_after_that_has_the_day_of_the_page(world: World) -> None:
    told(world)
    row = erasing.ask_erasure(world.own(now=LATER))
    world.session.flush()
    told_row = erasures.proposed(world.session, world.case.id)
    assert told_row.from_at == row.from_at == wish(world).from_at
    assert clock(world).due_at == ends(world, row.from_at)
    case_id = world.case.id
    erasing.erase(world.act(world.colleague.actor, LATER + timedelta(hours=1)))
    assert world.session.get(type(world.case), case_id) is None


def test_who_asks_with_a_number_that_was_seen_waits_no_longer_than_they_read(world: World) -> None:
    told(world)
    world.filed.receipt.known_to = "staff"
    world.session.flush()
    row = erasing.ask_erasure(world.own(now=LATER))
    assert row.from_at == NOW + erasures.NOTICE
