"""What a worker wants deleted is watched by a clock; its notice runs from the day it was told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from grievance.cases import checks, erasures
from grievance.cases.operations import deciding, erasing, handling, replying
from grievance.cases.operations.erasing import Erasing
from grievance.deadlines import operations as clocks
from grievance.deadlines.ladders import LADDERS, RUNGS
from grievance.deadlines.models import Deadline
from grievance.deadlines.queries import operator_hours
from tests.cases.conftest import World, words
from tests.cast import NOW

SOON, MONTH = NOW + timedelta(days=29), NOW + timedelta(days=31)


def told(world: World, ground: str = "told", now=NOW) -> None:
    erasing.propose_erase(world.act(now=now), Erasing(ground, "By phone"))
    world.session.flush()


def clock(world: World) -> Deadline | None:
    """The clock that runs for the wish."""
    running = clocks.running(world.session, world.case.id)
    return next((one for one in running if one.kind == "erasure"), None)


def ends(world: World, begins=NOW):
    return clocks.due("erasure", begins, operator_hours(world.session))


def test_a_wish_has_a_clock_that_reaches_the_director() -> None:
    assert LADDERS["erasure"].height == len(RUNGS)


def test_a_wish_is_due_on_the_day_the_worker_reads(world: World) -> None:
    row = erasing.ask_erasure(world.own())
    assert clock(world).due_at == erasures.promised(row, operator_hours(world.session))
    assert clock(world).due_at == ends(world)
    assert world.case.next_due <= ends(world)


@pytest.mark.parametrize("state", ["awaiting_worker", "not_accepted", "withdrawn", "closed"])
def test_it_runs_on_whatever_becomes_of_the_case(world: World, state: str) -> None:
    erasing.ask_erasure(world.own())
    world.bring_to(state)
    assert clock(world).due_at == ends(world)


def test_of_a_case_that_is_over_it_is_what_is_due_next(world: World) -> None:
    world.bring_to("closed")
    erasing.ask_erasure(world.own())
    assert world.case.next_due == ends(world)
    erasing.stop_erasure(world.own())
    assert clock(world) is None
    watch = checks.running(world.session, world.case.id)
    assert world.case.next_due == watch.due_at


def test_words_on_the_telephone_have_one_from_the_end_of_the_notice(world: World) -> None:
    told(world)
    assert clock(world).due_at == ends(world, NOW + erasures.NOTICE)
    deciding.send_back(world.act(world.colleague.actor), words("Ask her again."))
    assert clock(world) is None


@pytest.mark.parametrize("ground", ["mistake", "retention"])
def test_what_staff_want_has_none(world: World, ground: str) -> None:
    world.bring_to("closed")
    late = world.case.state_since + timedelta(days=1825)
    told(world, ground, late)
    assert clock(world) is None


def test_a_proposal_that_is_sent_back_leaves_the_wish_and_its_clock(world: World) -> None:
    erasing.ask_erasure(world.own())
    told(world, "worker")
    deciding.send_back(world.act(world.colleague.actor), words("Not yet."))
    assert clock(world).due_at == ends(world)


def test_who_opens_the_case_again_ends_it(world: World) -> None:
    world.bring_to("closed")
    told(world)
    deciding.worker_reopens(world.own(), words())
    assert (clock(world), world.case.awaits_second) == (None, False)


def test_no_step_of_the_case_begins_the_notice_anew(world: World) -> None:
    """Of an open case each step made void what the worker had been told for weeks."""
    told(world)
    handling.take(world.act())
    world.ask()
    replying.withdraw(world.own())
    assert erasures.proposed(world.session, world.case.id).from_at == NOW + erasures.NOTICE
    case_id = world.case.id
    erasing.erase(world.act(world.colleague.actor, MONTH))
    assert world.session.get(type(world.case), case_id) is None


def test_a_step_still_ends_what_needs_a_case_that_is_over(world: World) -> None:
    world.bring_to("closed")
    told(world, "mistake")
    deciding.reopen(world.act(world.operator.director.actor))
    assert erasures.proposed(world.session, world.case.id) is None
