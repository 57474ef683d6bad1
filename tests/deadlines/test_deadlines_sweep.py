"""Overdue clocks: found, escalated rung by rung, each exactly once, whatever stood still."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import ProgrammingError

from grievance.accounts.models import UnanchoredStream
from grievance.accounts.roles import Role
from grievance.cases.act import Act
from grievance.cases.jobs import sweep
from grievance.cases.messages import Written
from grievance.cases.models import Case, Recusal
from grievance.cases.operations import handling, pausing, replying
from grievance.cases.operations.escalating import acknowledge_escalation, claim
from grievance.cases.operations.moving import verbs_for
from grievance.cases.operations.replying import Sent
from grievance.cases.verbs import Verb
from grievance.deadlines.ladders import NEVER
from grievance.refusals import Refused
from grievance.vault.keyring import KeyRingError
from tests.cast import IN_DANGER, NOW
from tests.deadlines.conftest import House

TOKYO = ZoneInfo("Asia/Tokyo")
HOUR, TICK = timedelta(hours=1), timedelta(seconds=30)
NOTHING = {"due": 0, "done": 0, "skipped": 0, "failed": 0}
ONE = {"due": 1, "done": 1, "skipped": 0, "failed": 0}


def tokyo(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


# Filed on Wednesday 22 April at 12:00 (stamped to the hour): seven days end on the 29th, a holiday.
OVERDUE = tokyo("2026-04-30T00:00:10")
DANGER_OVERDUE = tokyo("2026-04-22T16:00:10")  # four of the operator's hours


def written() -> Written:
    return Written("We have read it.", "en", uuid4())


def acknowledge(house: House, filed, handler, now: datetime) -> None:
    opened = handler.open(house.session, filed.case)
    site = house.app.config["SITE"]
    handling.acknowledge(
        Act(house.session, site, opened, handler.actor, now, filed.case.version), written()
    )
    house.session.commit()


def test_nothing_is_escalated_before_it_is_due(house):
    filed = house.case()
    # seven days on is a holiday, on which nobody would do it
    assert house.clock(filed.case, "acknowledge").due_at == tokyo("2026-04-28T23:59:59")
    assert house.sweep(tokyo("2026-04-28T23:59:58")) == NOTHING
    assert filed.case.level == 0
    assert house.events(filed.case) == house.letters(filed.case) == []


def test_a_missed_acknowledgement_climbs_from_everybody_to_leads_to_directors(house):
    handler, other = house.hire(), house.hire(name="Mori Emi")
    lead = house.hire(Role.LEAD, "Ito Jun")
    house.hire(Role.ADMINISTRATOR, "Kato Rin")
    director, filed = house.operator.director, house.case()
    case = filed.case
    everybody = sorted(one.address for one in (handler, other, lead, director))
    due = house.clock(case, "acknowledge").due_at
    for moment, level, told in (
        ("2026-04-30T00:00:10", 1, everybody),
        ("2026-05-01T00:00:10", 2, [lead.address]),
        ("2026-05-07T00:00:10", 3, [director.address]),  # after Golden Week
    ):
        if level > 1:
            assert house.sweep(tokyo(moment) - timedelta(seconds=1)) == NOTHING
        assert house.sweep(tokyo(moment)) == ONE
        assert (case.level, case.escalation_waits) == (level, True)
        assert house.letters(case) == told
    assert [event.codes["level"] for event in house.events(case)] == [1, 2, 3]
    assert {event.codes["clock"] for event in house.events(case)} == {"acknowledge"}
    clock = house.clock(case, "acknowledge")
    assert (clock.attempts, clock.next_try, clock.due_at) == (3, NEVER, due)
    assert house.sweep(tokyo("2027-04-30T00:00:10")) == NOTHING


def test_a_clock_that_stands_still_climbs_no_rung_and_goes_on_on_its_day(house):
    """In the role of the worker process, which cannot change what a clock is due by."""
    handler, filed, site = house.hire(), house.case(), house.app.config["SITE"]
    handling.take(handler.act(house.session, site, filed.case))
    acknowledge(house, filed, handler, NOW)
    due = house.clock(filed.case, "next_step").due_at
    still = pausing.Pausing("next_step", due.date() - timedelta(days=1), "body", "They decide")
    pausing.pause_clock(handler.act(house.session, site, filed.case), still)
    house.session.commit()
    clock = house.clock(filed.case, "next_step")
    later, until = clock.due_at, clock.paused_until
    assert clock.attempts == 0
    assert due < later
    assert house.sweep(until - TICK) == NOTHING
    assert house.sweep(until + timedelta(days=2)) == ONE  # the bell was late
    clock = house.clock(filed.case, "next_step")
    assert (clock.paused_at, clock.due_at, clock.next_try) == (None, later, None)
    assert (filed.case.level, house.letters(filed.case)) == (0, [])
    (event,) = house.events(filed.case, "clock_resumes")
    assert event.actor == "job:sweep"
    assert house.sweep(later - TICK) == NOTHING
    assert house.sweep(later + TICK) == ONE
    assert filed.case.level == 1


def test_the_first_rung_is_who_has_the_case(house):
    handler = house.hire()
    house.hire(name="Mori Emi")
    filed = house.case()
    handling.take(handler.act(house.session, house.app.config["SITE"], filed.case))
    house.session.commit()
    assert house.sweep(OVERDUE) == ONE
    assert house.letters(filed.case) == [handler.address]


def test_danger_climbs_by_operator_hours(house):
    lead, filed = house.hire(Role.LEAD, "Ito Jun"), house.case(**IN_DANGER)
    case, director = filed.case, house.operator.director
    assert house.sweep(tokyo("2026-04-22T15:59:59")) == NOTHING
    assert house.sweep(tokyo("2026-04-22T16:00:00")) == ONE
    assert house.letters(case) == sorted([lead.address, director.address])
    assert house.sweep(tokyo("2026-04-22T16:59:59")) == NOTHING
    assert house.sweep(tokyo("2026-04-22T17:30:00")) == ONE  # the bell was late
    assert house.letters(case) == [lead.address]
    assert house.sweep(tokyo("2026-04-22T23:00:00")) == NOTHING  # closed: half an hour is left
    assert house.sweep(tokyo("2026-04-23T09:30:00")) == ONE
    assert house.letters(case) == [director.address]
    assert {event.codes["clock"] for event in house.events(case)} == {"danger"}


def test_danger_goes_before_what_is_overdue_longer(house):
    old = house.case(now=NOW - timedelta(days=9))
    urgent = house.case(**IN_DANGER)
    seen: list[str] = []
    house.sweep(DANGER_OVERDUE)
    for case in (old.case, urgent.case):
        seen += [(row.at, row.id) for row in house.events(case)]
    assert len(seen) == 2
    assert [one.case_id for one in house.noticed("escalated") if one.told_at] == [urgent.case.id]
    asked = "select stream_id from event where verb = 'escalate' order by xmin::text::bigint"
    order = list(house.session.scalars(text(asked)))
    assert order == [urgent.case.id, old.case.id]


def test_what_a_known_handler_owes_next_climbs_to_those_above(house):
    """They may be away: what was promised to a worker is never one person's secret."""
    handler, filed = house.hire(), house.case()
    lead, director = house.hire(Role.LEAD, "Ito Jun"), house.operator.director
    acknowledge(house, filed, handler, NOW)
    due = house.clock(filed.case, "next_step").due_at
    for days, told in ((0, handler), (20, lead), (40, director)):
        assert house.sweep(due + timedelta(days=days) + TICK) == ONE
        assert house.letters(filed.case) == [told.address]
    assert filed.case.level == 3
    assert house.sweep(due + timedelta(days=60)) == NOTHING


def test_an_unread_answer_is_told_to_the_handler(house):
    handler, filed = house.hire(), house.case()
    acknowledge(house, filed, handler, NOW)
    replying.say(filed.act(house.session, house.app.config["SITE"]), Sent(written()))
    house.session.commit()
    assert house.sweep(house.clock(filed.case, "answer").due_at + TICK) == ONE
    assert house.letters(filed.case) == [handler.address]
    assert house.events(filed.case)[0].codes["clock"] == "answer"


def test_where_nobody_stands_on_a_rung_those_above_are_told(house):
    handler, filed = house.hire(), house.case()
    house.sweep(OVERDUE)
    house.letters(filed.case)
    house.sweep(tokyo("2026-05-01T00:00:10"))
    assert filed.case.level == 2
    assert house.letters(filed.case) == [house.operator.director.address]
    assert handler.address not in house.letters(filed.case)


def test_after_two_hours_of_silence_each_overdue_clock_is_escalated_exactly_once(house):
    house.hire(Role.LEAD, "Ito Jun")
    filed = [house.case(**IN_DANGER).case for _ in range(3)]
    calm = house.case().case
    dues = {case.id: house.clock(case, "danger").due_at for case in filed}
    assert house.sweep(tokyo("2026-04-22T15:30:00")) == NOTHING
    back = tokyo("2026-04-22T17:30:00")  # 240 rings were missed
    assert house.sweep(back) == {"due": 3, "done": 3, "skipped": 0, "failed": 0}
    for ring in range(1, 20):
        assert house.sweep(back + ring * TICK) == NOTHING
    for case in filed:
        assert [event.codes["level"] for event in house.events(case)] == [1]
        assert house.clock(case, "danger").due_at == dues[case.id]
    assert calm.level == 0


def test_two_sweeps_at_once_escalate_each_clock_once(house):
    cases = [house.case(**IN_DANGER).case for _ in range(12)]
    together, counted = threading.Barrier(2), []

    def ring() -> None:
        session, site = house.worker(), house.site
        together.wait()
        counted.append(sweep(session, site, DANGER_OVERDUE))

    threads = [threading.Thread(target=ring) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    house.again()
    assert sum(counts["done"] for counts in counted) == 12
    assert sum(counts["failed"] for counts in counted) == 0
    assert sum(c["due"] for c in counted) == sum(c["done"] + c["skipped"] for c in counted)
    for case in cases:
        assert [event.codes["level"] for event in house.events(case)] == [1]
    assert len(house.noticed("escalated")) == 12


def test_a_clock_whose_case_a_handler_holds_is_left_for_the_next_ring(house):
    filed, free = house.case(**IN_DANGER), house.case(**IN_DANGER)
    held = select(Case.id).where(Case.id == filed.case.id).with_for_update()
    house.session.execute(held)
    counts = sweep(house.worker(), house.site, DANGER_OVERDUE)
    assert (counts["due"], counts["done"], counts["skipped"]) == (2, 1, 1)
    house.again()
    assert (filed.case.level, free.case.level) == (0, 1)
    assert house.sweep(DANGER_OVERDUE + TICK) == ONE
    assert filed.case.level == 1


def test_a_clock_that_was_met_meanwhile_is_looked_at_again_and_left(house):
    handler, filed = house.hire(), house.case()
    clock = house.clock(filed.case, "acknowledge").id
    acknowledge(house, filed, handler, OVERDUE)
    assert claim(house.worker(), clock, OVERDUE) is None
    assert house.sweep(OVERDUE) == NOTHING
    assert house.events(filed.case) == []


def test_a_bad_row_is_counted_and_logged_and_stops_no_other(house, caplog):
    bad, good = house.case(**IN_DANGER), house.case(**IN_DANGER)
    spoil = update(Case).where(Case.id == bad.case.id).values(state="withdrawn")
    house.session.execute(spoil)
    house.session.commit()
    with caplog.at_level(logging.ERROR):
        counts = house.sweep(DANGER_OVERDUE)
    assert counts == {"due": 2, "done": 1, "skipped": 0, "failed": 1}
    assert (bad.case.level, good.case.level) == (0, 1)
    assert house.clock(bad.case, "danger").attempts == 0
    (line,) = [record for record in caplog.records if record.name == "grievance.cases"]
    assert (line.kind, line.job) == ("Refused", "sweep")
    assert line.place.startswith("moving.py:")


def test_the_letter_says_nothing_of_the_case(house):
    filed = house.case(**IN_DANGER)
    house.mail("danger")
    house.sweep(DANGER_OVERDUE)
    (letter,) = house.mail("danger")
    assert letter.subject == "Urgent: somebody may be in danger"
    assert "https://desk.example/staff/" in letter.body
    assert filed.case.reference not in letter.subject + letter.body


def test_a_sweep_marks_the_stream_for_the_next_anchor(house):
    filed = house.case()
    house.sweep(OVERDUE)
    (event,) = house.events(filed.case)
    assert event.actor == "job:sweep"
    moved = house.session.get_one(UnanchoredStream, filed.case.id)
    assert (moved.seq, moved.head) == (filed.case.event_seq, filed.case.event_head)


FORBIDDEN = (
    "update grievance_case set state = 'withdrawn'",
    "update grievance_case set assignee_id = null",
    "update deadline set due_at = now()",
    "update deadline set met_at = now()",
    "delete from deadline",
    "update event set actor = 'x'",
    "update read_log set actor = 'x'",
    "select name from person",
    "select box from membership_key",
    "select content from case_record",
    "select box from case_grant",
    "select body from message",
)


def test_the_worker_can_neither_read_a_case_nor_change_more_than_its_level(house):
    session = house.worker()
    for forbidden in FORBIDDEN:
        with pytest.raises(ProgrammingError, match="permission denied"):
            session.execute(text(forbidden))
        session.rollback()


def test_the_workers_ring_opens_no_case_and_finds_no_person(house):
    for secret in ("public_key_mac", "server_key", "address_hmac", "receipt_salt"):
        with pytest.raises(KeyRingError):
            getattr(house.ring, secret)


def test_who_sees_to_it_wins_the_next_rung_once_more_its_time_and_the_clock_stays(house):
    handler, filed = house.hire(), house.case()
    house.hire(Role.LEAD, "Ito Jun")
    case = filed.case
    handling.take(handler.act(house.session, house.app.config["SITE"], case))
    house.session.commit()
    house.sweep(OVERDUE)
    due = house.clock(case, "acknowledge").due_at
    acknowledge_escalation(
        handler.act(house.session, house.app.config["SITE"], case, tokyo("2026-04-30T11:00:00"))
    )
    house.session.commit()
    assert (case.level, case.escalation_waits) == (1, False)
    (event,) = house.events(case, "acknowledge_escalation")
    assert (event.actor, event.codes["level"]) == (handler.actor.name, 1)
    clock = house.clock(case, "acknowledge")
    assert (clock.due_at, clock.met_at) == (due, None)
    assert clock.next_try == tokyo("2026-05-07T00:00:10")  # 1 May, and one working day more
    assert house.sweep(tokyo("2026-05-01T00:00:10")) == NOTHING
    assert house.sweep(tokyo("2026-05-07T00:00:10")) == ONE
    assert (case.level, case.escalation_waits) == (2, True)


def test_an_escalation_is_seen_to_by_whom_it_reached_or_by_those_above_and_once(house):
    handler, other = house.hire(), house.hire(name="Mori Emi")
    lead, filed = house.hire(Role.LEAD, "Ito Jun"), house.case()
    case, verb = filed.case, Verb.ACKNOWLEDGE_ESCALATION

    def may() -> list[str]:
        people = (handler, other, lead, house.operator.director)
        return [one.name for one in people if verb in verbs_for(case, one.actor)]

    handling.take(handler.act(house.session, house.app.config["SITE"], case))
    house.session.commit()
    assert may() == []
    house.sweep(OVERDUE)
    assert may() == ["Tanaka Ken", "Ito Jun", "Sato Hanako"]
    house.sweep(tokyo("2026-05-01T00:00:10"))
    assert may() == ["Ito Jun", "Sato Hanako"]
    with pytest.raises(Refused) as refused:
        acknowledge_escalation(handler.act(house.session, house.app.config["SITE"], case, OVERDUE))
    assert refused.value.code == "escalated_to_them"
    acknowledge_escalation(lead.act(house.session, house.app.config["SITE"], case, OVERDUE))
    house.session.commit()
    assert may() == []


def test_answering_the_worker_ends_the_escalation(house):
    handler, filed = house.hire(), house.case(**IN_DANGER)
    house.sweep(DANGER_OVERDUE)
    assert filed.case.level == 1
    acknowledge(house, filed, handler, DANGER_OVERDUE + HOUR / 2)
    assert (filed.case.level, filed.case.escalation_waits) == (0, False)
    assert house.sweep(DANGER_OVERDUE + HOUR) == NOTHING


def test_a_recused_person_is_not_told_and_where_only_they_had_it_everybody_else_is(house):
    handler, other = house.hire(), house.hire(name="Mori Emi")
    filed = house.case()
    house.session.add(
        Recusal(case_id=filed.case.id, person_id=handler.id, by_id=handler.id, at=NOW)
    )
    house.session.commit()
    house.sweep(OVERDUE)
    assert house.letters(filed.case) == sorted([other.address, house.operator.director.address])
