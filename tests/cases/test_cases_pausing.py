"""What ends a pause: what was waited for, and nothing else; or danger."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from grievance.accounts.models import Event
from grievance.cases.models import Case
from grievance.cases.operations import handling, interpreting, pausing, replying
from grievance.cases.operations.handling import Triage
from grievance.cases.operations.interpreting import HandedIn
from grievance.cases.operations.pausing import Pausing
from grievance.deadlines import operations as clocks
from grievance.deadlines.models import Deadline
from grievance.refusals import Refused
from tests.cases.conftest import World, words


def step(world: World) -> Deadline:
    running = clocks.running(world.session, world.case.id)
    return next(one for one in running if one.kind == "next_step")


def pause(world: World, why: str) -> datetime:
    """It stands still; when it was due before."""
    due = step(world).due_at
    day = world.pause().day
    pausing.pause_clock(world.act(), Pausing("next_step", day, why, "For a good reason"))
    world.session.commit()
    assert step(world).paused_at
    return due


def verbs(world: World) -> list[str]:
    mine = (Event.stream_id == world.case.id, Event.stream_kind == Case.stream_kind)
    return list(world.session.scalars(select(Event.verb).where(*mine).order_by(Event.seq)))


def test_the_workers_word_lets_it_go_on(world: World) -> None:
    world.bring_to("accepted")
    with pytest.raises(Refused, match="pausable"):
        pause(world, "consent")
    world.hand_over("asked")
    due = pause(world, "consent")
    replying.say(world.own(), replying.Sent(words("What is this paper?")))
    world.session.commit()
    assert step(world).paused_at is None
    assert step(world).due_at == due
    assert verbs(world)[-2:] == ["worker_writes", "clock_resumes"]


def test_a_translation_lets_it_go_on_and_what_the_worker_writes_does_not(world: World) -> None:
    world.bring_to("accepted")
    with pytest.raises(Refused, match="pausable"):
        pause(world, "translation")
    row = world.give_passage("opened")
    due = pause(world, "translation")
    replying.say(world.own(), replying.Sent(words("Any news?")))
    world.session.commit()
    assert step(world).paused_at
    interpreting.hand_in(world.interprets(), HandedIn(row.id, "No pay.", ""))
    world.session.commit()
    assert step(world).paused_at is None
    assert step(world).due_at == due
    assert verbs(world)[-2:] == ["hand_in", "clock_resumes"]


def test_in_danger_nothing_stands_still(world: World) -> None:
    world.bring_to("accepted")
    due = pause(world, "body")
    handling.triage(world.act(), Triage("critical", world.case.issues, True))
    world.session.commit()
    assert step(world).paused_at is None
    assert step(world).due_at == due
    assert world.case.next_due < due  # that of danger
    with pytest.raises(Refused, match="may_extend"):
        pause(world, "body")
