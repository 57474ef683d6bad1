"""When a case may be erased: by two people, on a ground that holds, after its worker could know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from grievance.accounts.models import Event, OperatorProfile
from grievance.accounts.profile import KEPT_AT_LEAST
from grievance.cases import erasures, queue, records
from grievance.cases.act import Act
from grievance.cases.actors import of_receipt
from grievance.cases.models import Case
from grievance.cases.operations import (
    addressing,
    deciding,
    erasing,
    foureyes,
    receipts,
    referring,
)
from grievance.cases.operations.erasing import Erasing
from grievance.cases.operations.referring import About
from grievance.notifications.models import Outbox
from grievance.refusals import Refused
from tests.cases.conftest import TODAY, World, words
from tests.cast import NOW, Filed, new_keys

SOON, MONTH = NOW + timedelta(days=29), NOW + timedelta(days=31)
KEPT = timedelta(days=1825)  # as long as the operator of these tests keeps a case


def refused(do: Callable[[], object]) -> str:
    with pytest.raises(Refused) as why:
        do()
    return why.value.code


def propose(world: World, ground: str, now=NOW) -> None:
    erasing.propose_erase(world.act(now=now), Erasing(ground, "By phone"))
    world.session.flush()


def second(world: World, now=NOW) -> None:
    erasing.erase(world.act(world.colleague.actor, now))


def is_gone(world: World, case_id: object) -> bool:
    return world.session.get(Case, case_id) is None


def test_who_asked_on_their_page_waits_for_nobody_but_two_people(world: World) -> None:
    case_id = world.case.id
    erasing.ask_erasure(world.own())
    propose(world, "worker")
    assert refused(lambda: erasing.erase(world.act())) == "proposer"
    second(world)
    assert is_gone(world, case_id)
    mine = select(Event).where(Event.stream_id == case_id).order_by(Event.seq.desc())
    last = world.session.scalars(mine.limit(1)).one()
    said = (last.actor, last.codes["by"], last.codes["ground"], last.codes["alone"])
    assert said == (world.colleague.actor.name, str(world.handler.id), "worker", False)


def test_a_number_that_others_have_seen_asks_like_words_on_the_telephone(world: World) -> None:
    seen = replace(world.filed.actor, known_to="staff")
    erasing.ask_erasure(world.own(seen))
    propose(world, "worker")
    assert refused(lambda: second(world, SOON)) == "notice"
    case_id = world.case.id
    second(world, MONTH)
    assert is_gone(world, case_id)


def test_who_takes_a_new_number_first_waits_as_with_the_one_that_was_seen(world: World) -> None:
    """Who filed for somebody, or issued the number, could shut its worker out that way."""
    case_id, old = world.case.id, world.filed.receipt
    old.known_to = "staff"
    world.session.flush()
    seen = replace(world.filed.actor, known_to="staff")

    def act(now=NOW) -> Act:
        return Act(world.session, world.site, world.desk(), seen, now)

    for _twice in range(2):
        _code, keys = new_keys(world.site.ring)
        fresh = receipts.change(act(), keys)
        seen = of_receipt(case_id, fresh.id, fresh.role, fresh.known_to)
    erasing.ask_erasure(act())
    propose(world, "worker")
    assert refused(lambda: second(world, SOON)) == "notice"
    erasing.stop_erasure(act())
    assert erasing.ask_erasure(act(MONTH)).from_at <= MONTH


def test_the_worker_hears_that_it_was_asked_for(world: World) -> None:
    reached = {"way": "email", "value": "home@example.org", addressing.BOX: str(uuid4())}
    told = records.read(world.session, world.home(), "identity")
    addressing.write(world.own(), {**told, "contact": reached})
    erasing.ask_erasure(world.own())
    told = select(Outbox).where(Outbox.kind == "worker_news", Outbox.state == "pending")
    assert len(world.session.scalars(told).all()) == 1


@pytest.mark.parametrize("ground", ["told", "mistake"])
def test_who_did_not_ask_there_reads_of_it_thirty_days_before(world: World, ground: str) -> None:
    world.bring_to("closed")
    case_id = world.case.id
    propose(world, ground)
    assert refused(lambda: second(world, SOON)) == "notice"
    second(world, MONTH)
    assert is_gone(world, case_id)


def test_what_is_over_goes_when_its_time_is_over_and_not_before(world: World) -> None:
    world.bring_to("withdrawn")
    over, case_id = world.case.state_since + KEPT, world.case.id
    early = over - timedelta(days=31)
    assert refused(lambda: propose(world, "retention", early)) == "kept_on"
    assert erasures.due(world.session, early) == []
    ahead = over - timedelta(days=30)
    propose(world, "retention", ahead)
    assert refused(lambda: second(world, over - timedelta(hours=1))) in ("kept_on", "notice")
    found = erasures.due(world.session, over)
    assert [(one.case.id, one.proposed) for one in found] == [(case_id, True)]
    second(world, over)
    assert is_gone(world, case_id)


def test_no_case_goes_by_its_time_while_it_may_be_opened_again(world: World) -> None:
    """A profile that was saved before this was checked may say less than that year."""
    world.bring_to("withdrawn")
    world.session.query(OperatorProfile).one().retention_days = 30
    soon = world.case.state_since + timedelta(days=360)
    assert erasures.due(world.session, soon) == []
    assert not erasures.is_over(world.session, world.case, soon)
    assert erasures.is_over(world.session, world.case, soon + timedelta(days=7))


def test_a_longer_time_that_the_operator_chose_meanwhile_counts(world: World) -> None:
    world.bring_to("withdrawn")
    over = world.case.state_since + KEPT
    propose(world, "retention", over)
    world.session.query(OperatorProfile).one().retention_days = 3650
    assert refused(lambda: second(world, over + timedelta(days=40))) == "kept_on"


def test_no_shorter_time_cuts_the_year_in_which_the_worker_can_open_it_again(world: World) -> None:
    world.bring_to("withdrawn")
    world.session.query(OperatorProfile).one().retention_days = 30
    assert refused(lambda: propose(world, "retention", NOW + timedelta(days=300))) == "kept_on"
    late = world.case.state_since + timedelta(days=KEPT_AT_LEAST)
    assert erasures.due(world.session, late - timedelta(hours=1)) == []
    assert len(erasures.due(world.session, late)) == 1


@pytest.mark.parametrize("ground", ["retention", "mistake"])
def test_an_open_case_goes_only_by_the_workers_wish(world: World, ground: str) -> None:
    assert refused(lambda: propose(world, ground)) == "still_open"
    assert refused(lambda: propose(world, "worker")) == "not_asked"
    assert refused(lambda: propose(world, "because")) == "ground"
    empty = Erasing("told", " ")
    assert refused(lambda: erasing.propose_erase(world.act(), empty)) == "why"


def test_a_second_look_comes_first(world: World) -> None:
    world.bring_to("not_accepted")
    assert refused(lambda: propose(world, "mistake")) == "appeal_first"
    deciding.appeal(world.own(), words())
    assert refused(lambda: propose(world, "told")) == "appeal_open"
    erasing.ask_erasure(world.own())
    propose(world, "worker")


def test_a_body_is_told_first_what_was_taken_back(world: World) -> None:
    world.bring_to("in_review")
    row = world.hand_over("recalled")
    erasing.ask_erasure(world.own())
    assert refused(lambda: propose(world, "worker")) == "tell_first"
    referring.tell_body(world.act(), About(row, TODAY))
    propose(world, "worker")


def test_the_worker_can_stop_it_but_not_the_end_of_its_time(world: World) -> None:
    world.bring_to("closed")
    propose(world, "mistake")
    erasing.stop_erasure(world.own())
    assert not world.case.awaits_second
    assert refused(lambda: second(world, MONTH)) == "erase_proposed"
    late = world.case.state_since + KEPT
    propose(world, "retention", late)
    assert refused(lambda: erasing.stop_erasure(world.own(now=late))) == "erasure_to_stop"


def test_a_lead_who_opens_the_case_again_does_not_void_the_wish(world: World) -> None:
    world.bring_to("closed")
    erasing.ask_erasure(world.own())
    deciding.reopen(world.act(world.operator.director.actor))
    assert erasures.asked(world.session, world.case.id)
    propose(world, "worker")


def test_who_opens_the_case_again_wants_it(world: World) -> None:
    world.bring_to("withdrawn")
    erasing.ask_erasure(world.own())
    propose(world, "worker")
    deciding.worker_reopens(world.own(), words())
    assert erasures.asked(world.session, world.case.id) is None
    assert erasures.proposed(world.session, world.case.id) is None
    assert refused(lambda: second(world)) == "erase_proposed"


def test_a_lone_director_waits_as_for_every_decision_of_two(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foureyes.eyes, "others", lambda *_given: set())
    erasing.ask_erasure(world.own())
    propose(world, "worker")
    assert refused(lambda: erasing.erase(world.act())) == "too_early"
    case_id = world.case.id
    erasing.erase(world.act(now=NOW + foureyes.ALONE_WAITS))
    assert is_gone(world, case_id)


def test_no_wish_hides_behind_what_staff_propose(
    world: World, another: Callable[..., Filed]
) -> None:
    """A case that is over sorts last by its clocks, and a wish has none."""
    world.bring_to("closed")
    erasing.ask_erasure(world.own())
    mine, world.filed = world.case.id, another()
    propose(world, "told")
    found = queue.today(queue.Seer(world.session, world.colleague.id, NOW))["erase"]
    assert [one.id for one in found.cases] == [mine, world.case.id]
