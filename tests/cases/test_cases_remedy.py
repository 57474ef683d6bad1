"""What was promised is watched, the worker says whether it came, and nothing ends without them."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from grievance.accounts.models import Event, EventDetail, Membership
from grievance.cases import messages, money, queries, queue
from grievance.cases.models import Case, Feedback, Outcome, RemedyItem
from grievance.cases.operations import (
    closing,
    consenting,
    deciding,
    handling,
    remedying,
    replying,
)
from grievance.cases.operations.closing import Tried
from grievance.cases.operations.remedying import Agreement, Arrival, Remedy
from grievance.cases.operations.replying import Sent
from grievance.cases.operations.sums import Facts, facts_of
from grievance.clock import end_of_day
from grievance.deadlines import operations as clocks
from grievance.i18n import LANGUAGES, Language, speaking
from grievance.referrals.operations.recalling import untold
from grievance.vault.labels import Label
from tests.cases.conftest import DUE, TODAY, World, words
from tests.cases.test_cases_deciding import refused
from tests.cast import NOW
from tests.noticed import all_read, noticed

ZONE = "Asia/Tokyo"


def running(world: World) -> dict[str, date]:
    return {
        clock.kind: clock.due_at.astimezone().date()
        for clock in clocks.running(world.session, world.case.id)
    }


def answer(world: World, came: str) -> dict[UUID, str]:
    return {one.id: came for one in remedying.asked_about(world.session, world.case)}


def report(world: World, came: str, now=NOW, **changed: object) -> None:
    told: dict[str, object] = {"came": answer(world, came), "reprisal": False, "written": words("")}
    said = Arrival(**{**told, **changed})
    remedying.report(world.own(now=now), said)
    world.session.flush()


def test_what_a_remedy_is_and_how_much_is_sealed_and_its_day_is_not(world: World):
    world.bring_to("accepted")
    item = world.promise(words="Wages of June", source="The company", offered=100000)
    facts = facts_of(world.home(), item)
    assert (facts.words, facts.source, facts.offered, facts.agreed) == (
        "Wages of June",
        "The company",
        100000,
        300000,
    )
    assert b"Wages" not in item.facts
    assert (item.kind, item.due_on) == ("money", DUE)
    event = world.session.scalars(select(Event).where(Event.verb == "record_remedy")).one()
    assert set(event.codes) == {
        "state",
        "item",
        "kind",
        "stands",
        "value",
        "rows",
    }


@pytest.mark.parametrize(
    ("remedy", "why"),
    [
        (Remedy("gold", "claimed", Facts("x")), "remedy_kind"),
        (Remedy("money", "lost", Facts("x")), "stands"),
        (Remedy("money", "claimed", Facts(" ")), "remedy_words"),
        (Remedy("money", "claimed", Facts("x", claimed=5)), "currency"),
        (Remedy("money", "agreed", Facts("x")), "due_on"),
        (Remedy("money", "arrived", Facts("x")), "arrived_on"),
        (
            Remedy("money", "arrived", Facts("x"), arrived_on=TODAY + timedelta(days=1)),
            "arrived_on",
        ),
    ],
)
def test_a_remedy_that_does_not_hold_together_is_refused(world: World, remedy: Remedy, why: str):
    world.bring_to("accepted")
    act = world.act()
    assert why == refused(lambda: remedying.record(act, remedy))
    assert world.session.scalar(select(func.count()).select_from(RemedyItem)) == 0


def test_a_remedy_of_another_case_cannot_be_changed(world: World, another):
    world.bring_to("accepted")
    item = world.promise()
    theirs = World(**{**vars(world), "filed": another()})
    theirs.bring_to("accepted")
    told = Remedy("money", "claimed", Facts("mine"), id=item.id)
    assert refused(lambda: remedying.record(theirs.act(), told)) == "item"


def test_nothing_is_agreed_before_a_promise_is_written_down(world: World):
    world.bring_to("accepted")
    world.promise("offered")
    assert refused(world.agree) == "something_promised"  # nobody said yes to the offer
    world.promise()
    world.agree()
    assert world.case.state == "remedy_agreed"


def test_how_the_worker_agreed_has_to_be_said_and_is_sealed(world: World):
    world.bring_to("accepted")
    world.promise()
    agreed = Agreement(" ", words())
    assert refused(lambda: remedying.agree_remedy(world.act(), agreed)) == "how"
    world.agree()
    details = world.session.scalars(select(EventDetail.ciphertext)).all()
    assert details
    assert not [one for one in details if b"phone" in one]


def test_a_clock_runs_to_the_first_promised_day_and_moves_with_it(world: World):
    world.bring_to("remedy_agreed")
    assert running(world) == {"remedy": DUE}
    sooner = date(2026, 5, 1)
    offered = world.promise("offered", sooner)
    assert running(world) == {"remedy": DUE}
    world.agree(offered.id)
    assert running(world) == {"remedy": sooner}
    assert world.case.next_due == end_of_day(sooner, ZONE)


def test_a_rung_that_was_told_is_not_forgotten_by_another_note(world: World):
    world.bring_to("remedy_agreed")
    clock = clocks.running(world.session, world.case.id)[0]
    clock.attempts = 1
    handling.note(world.act(), words())
    world.promise("claimed")
    assert [one.attempts for one in clocks.running(world.session, world.case.id)] == [1]


def test_asking_the_worker_something_does_not_stop_the_clock_of_a_promise(world: World):
    world.bring_to("remedy_agreed")
    world.ask()
    assert world.case.state == "awaiting_worker"
    assert running(world) == {"remedy": DUE}


def test_everything_that_came_is_watched_for_thirty_days_more(world: World):
    world.bring_to("remedy_agreed")
    report(world, "all")
    assert world.case.state == "remedy_monitored"
    assert world.case.remedy_kept_at is not None
    assert [one.state for one in remedying.items(world.session, world.case.id)] == ["arrived"]
    assert running(world) == {"follow_up": TODAY + timedelta(days=30)}
    assert not world.case.worker_waits


def test_waiting_before_the_day_is_news_and_after_it_a_breach(world: World):
    world.bring_to("remedy_agreed")
    report(world, "wait")
    assert (world.case.state, world.case.worker_waits) == ("remedy_agreed", True)
    late = NOW + timedelta(days=19)
    report(world, "wait", late)
    assert world.case.state == "accepted"
    assert [one.state for one in remedying.items(world.session, world.case.id)] == ["not_kept"]
    assert set(running(world)) == {"answer", "next_step"}


def test_a_part_that_came_stays_told_and_the_rest_is_awaited(world: World):
    world.bring_to("remedy_agreed")
    report(world, "part")
    assert world.case.state == "remedy_agreed"
    assert [one.state for one in remedying.items(world.session, world.case.id)] == ["part"]
    assert running(world)["remedy"] == DUE


@pytest.mark.parametrize(("known_to", "days"), [("self", 30), ("helper", -1)])
def test_who_says_how_it_is_while_it_is_watched_is_asked_again_thirty_days_on(
    world: World, known_to: str, days: int
):
    """Also who was punished for it. What others who have the number say ends no asking."""
    world.bring_to("remedy_monitored")
    clock = next(one for one in clocks.running(world.session, world.case.id))
    clock.due_at = end_of_day(TODAY - timedelta(days=1), ZONE)
    world.filed.receipt.known_to = known_to
    said = Arrival(answer(world, "all"), True, words())
    remedying.report(world.own(), said)
    assert world.case.state == "remedy_monitored"
    assert running(world)["follow_up"] == TODAY + timedelta(days=days)
    assert "answer" in running(world)


def test_what_stopped_later_brings_the_case_back_and_voids_the_yes_to_close(world: World):
    world.bring_to("remedy_monitored")
    world.signed()
    report(world, "no")
    assert world.case.state == "accepted"
    assert world.case.remedy_kept_at is None
    given = select(Feedback.state).where(Feedback.kind == "sign_off")
    assert world.session.scalars(given).all() == ["lapsed"]


def test_an_answer_about_other_things_than_the_promised_is_refused(world: World):
    world.bring_to("remedy_agreed")
    for told in ({}, answer(world, "gladly"), {uuid4(): "all"}):
        said = Arrival(told, None, words())
        assert refused(lambda said=said: remedying.report(world.own(), said)) == "items"
    assert world.case.state == "remedy_agreed"


def test_the_same_answer_twice_says_it_once(world: World):
    world.bring_to("remedy_agreed")
    said = Arrival(answer(world, "wait"), None, words())
    for _again in range(2):
        remedying.report(world.own(), said)
    assert world.session.scalar(select(func.count()).select_from(Feedback)) == 1


def test_who_was_punished_is_answered_and_counts_as_grave(world: World):
    world.bring_to("remedy_agreed")
    assert world.case.severity == "medium"
    report(world, "all", reprisal=True)
    assert (world.case.severity, world.case.worker_waits) == ("high", True)
    world.signed()
    assert refused(world.propose_close) == "worker_waits"


def test_words_of_a_worker_about_the_remedy_are_sealed_and_stamped_to_the_hour(world: World):
    world.bring_to("remedy_agreed")
    report(world, "wait", written=words("The boss laughed"))
    given = world.session.scalars(select(Feedback)).one()
    assert (given.at.minute, given.given_by) == (0, "receipt")
    opened = world.desk().open_text(Label.FEEDBACK_WORDS, given.id, given.words)
    assert opened == "The boss laughed"


def test_a_yes_with_a_code_that_staff_have_seen_counts_as_recorded(world: World):
    world.bring_to("accepted")
    world.filed.receipt.known_to = "staff"
    world.session.flush()
    world.signed()
    assert closing.ground(world.session, world.case).by == "recorded"


def test_closing_needs_the_workers_yes_or_two_tries_thirty_days_apart(world: World):
    world.bring_to("accepted")
    world.case.filed_at = world.case.worker_acted_at = NOW - timedelta(days=60)
    assert refused(world.propose_close) == "sign_off"
    for day in (TODAY - timedelta(days=29), TODAY):
        tried = Tried("phone", day, "Nobody answered")
        closing.try_to_reach(world.act(), tried)
    assert refused(lambda: world.propose_close("unreachable")) == "sign_off"
    tried = Tried("email", TODAY - timedelta(days=30), "No answer")
    closing.try_to_reach(world.act(), tried)
    world.propose_close("unreachable")
    world.close()
    made = world.session.scalars(select(Outcome)).one()
    assert (made.by, made.result, made.feedback_id) == ("attempts", "unreachable", None)


def test_whatever_the_worker_does_makes_the_tries_begin_anew(world: World):
    world.bring_to("accepted")
    world.case.filed_at = world.case.worker_acted_at = NOW - timedelta(days=60)
    for day in (TODAY - timedelta(days=40), TODAY):
        closing.try_to_reach(world.act(), Tried("phone", day, "Rang"))
    assert closing.ground(world.session, world.case).enough
    world.case.worker_acted_at = NOW - timedelta(days=30)
    world.session.flush()
    assert refused(world.propose_close) == "sign_off"


@pytest.mark.parametrize(
    ("tried", "why"),
    [
        (Tried("pigeon", TODAY, "x"), "way"),
        (Tried("phone", TODAY + timedelta(days=1), "x"), "on"),
        (Tried("phone", TODAY, " "), "note"),
    ],
)
def test_a_try_says_how_when_and_what_happened(world: World, tried: Tried, why: str):
    world.bring_to("accepted")
    act = world.act()
    assert why == refused(lambda: closing.try_to_reach(act, tried))


def test_a_case_is_not_closed_while_a_body_has_it_or_was_asked_about(world: World):
    world.bring_to("accepted")
    world.signed()
    world.hand_over("asked")
    assert refused(world.propose_close) == "open_bodies"


@pytest.mark.parametrize(
    ("stands", "result", "why"),
    [
        ("agreed", "remedied", "remedied"),
        ("agreed", "partly", "partly"),
        ("agreed", "unreachable", "reached"),
        ("agreed", "wonderful", "result"),
    ],
)
def test_the_result_is_what_is_written_down(world: World, stands: str, result: str, why: str):
    world.bring_to("remedy_agreed")
    world.signed()
    assert refused(lambda: world.propose_close(result)) == why


def test_two_people_close_and_the_worker_reads_what_came_of_it(world: World):
    world.bring_to("remedy_monitored")
    world.signed(rating=2, reprisal=None)
    all_read(world.session)
    world.propose_close("remedied")
    assert refused(lambda: closing.close(world.act())) == "proposer"
    world.close()
    made = world.session.scalars(select(Outcome)).one()
    assert (made.result, made.by, world.case.state) == ("remedied", "signed", "closed")
    after = {"check_in": TODAY + timedelta(days=30 + 14)}  # the worker is asked how they are
    assert running(world) == after
    last = messages.thread(world.session, world.home(), "worker")[-1]
    assert (last.row.verb, last.text) == ("close", "Good luck.")
    assert noticed(world.session, "second_asked")


def test_who_works_alone_waits_two_days_and_the_worker_is_told(world: World):
    world.bring_to("accepted")
    world.signed()
    for row in world.session.scalars(
        select(Membership).where(Membership.person_id != world.handler.id)
    ):
        row.active = False
    world.propose_close()

    def close(now) -> None:
        closing.close(world.act(now=now))

    assert refused(lambda: close(NOW + timedelta(hours=47))) == "too_early"
    close(NOW + timedelta(hours=48))
    made = closing.last_outcome(world.session, world.case.id)
    assert made is not None
    assert world.home().open_json(Label.OUTCOME_WORDS, made.id, made.words) == {"alone": True}


def test_a_worker_who_writes_meanwhile_is_answered_before_it_closes(world: World):
    world.bring_to("accepted")
    world.signed()
    world.propose_close()
    world.case.worker_waits = True
    world.session.flush()
    assert refused(lambda: closing.close(world.act(world.colleague.actor))) == "worker_waits"


def test_a_proposal_to_decline_cannot_be_closed_and_the_other_way_round(world: World):
    world.bring_to("accepted")
    world.signed()
    world.propose()
    assert refused(world.close) == "close_proposed"
    world.session.expire_all()
    asked = queries.proposal(world.session, world.case.id)
    assert asked is not None
    deciding.send_back(world.act(world.colleague.actor), words())
    world.propose_close()
    assert refused(lambda: world.second(world.colleague)) == "decline_proposed"


def test_a_closed_case_opens_again_for_a_year_and_the_yes_does_not_count_twice(world: World):
    world.bring_to("closed")
    late = NOW + timedelta(days=367)
    actor = world.filed.actor

    def again(now) -> None:
        deciding.worker_reopens(world.own(actor, now), words())

    assert refused(lambda: again(late)) == "too_late"
    again(NOW + timedelta(days=364))
    assert world.case.state == "in_review"
    world.accept()
    handling.tell_worker(world.act(), words())
    assert refused(world.propose_close) == "sign_off"


def test_a_yes_can_be_taken_back_after_closing(world: World):
    world.bring_to("accepted")
    row = world.hand_over("delivered")
    row.state, row.silence = "silent", 1
    world.session.flush()
    world.signed()
    world.propose_close()
    world.close()
    consenting.recall(world.own(), row.mechanism)
    assert (world.case.state, row.state) == ("closed", "recalled")
    assert set(running(world)) == {"check_in"}


def test_the_database_holds_the_invariants_itself(world: World):
    world.bring_to("accepted")
    for values in ({"state": "closed"}, {"state": "remedy_monitored"}):
        with pytest.raises(IntegrityError), world.session.begin_nested():
            world.session.execute(update(Case).where(Case.id == world.case.id).values(**values))


@pytest.mark.parametrize(
    ("typed", "currency", "amount"),
    [
        ("1,200,000", "JPY", 1200000),
        ("1.200.000", "VND", 1200000),
        ("１２３４", "JPY", 1234),
        ("১২,৩৪৫", "BDT", 1234500),
        ("1 200,50", "EUR", 120050),
        ("1,00,000.5", "INR", 10000050),
        ("12.5", "USD", 1250),
    ],
)
def test_an_amount_is_read_as_people_write_it(typed: str, currency: str, amount: int):
    assert money.parse(typed, currency) == amount
    assert money.parse(money.typed(amount, currency), currency) == amount


@pytest.mark.parametrize(
    "typed", ["", "abc", "-5", "1,2,3", "1.5", "30,00", "9" * 20, "¥5", "9" * 5000]
)
def test_what_is_no_amount_is_refused(typed: str):
    with pytest.raises(money.NotAnAmount):
        money.parse(typed, "JPY")


def test_an_amount_is_written_as_the_language_writes_it():
    told = {}
    for slug in ("en", "ja", "vi"):
        with speaking(slug):
            told[slug] = money.said(300000, "JPY")
    assert told == {"en": "¥300,000", "ja": "￥300,000", "vi": "300.000\u00a0¥"}


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.slug)
def test_every_currency_has_a_name_in_every_language(language: Language):
    with speaking(language):
        names = {money.name(code) for code in money.CURRENCIES}
    assert len(names) == len(money.CURRENCIES)
    assert not names & set(money.CURRENCIES)


def test_what_the_worker_said_yes_to_is_not_changed_behind_their_back(world: World):
    world.bring_to("remedy_agreed")
    (item,) = remedying.items(world.session, world.case.id)
    was = facts_of(world.desk(), item)

    def change(stands: str = "agreed", due_on: date = DUE, **changed: object) -> None:
        facts = Facts(**{**vars(was), **changed})
        arrived = TODAY if stands == "arrived" else None
        told = Remedy("money", stands, facts, due_on, arrived, id=item.id)
        remedying.record(world.act(), told)

    for changed in (
        {"agreed": 1},
        {"claimed": 1},
        {"words": "Less"},
        {"stands": "dropped"},
        {"due_on": date(2027, 1, 1)},
        {"stands": "claimed"},
    ):
        assert refused(lambda changed=changed: change(**changed)) == "agreed_already"
    assert refused(lambda: change(stands="not_kept")) == "agreed_already"
    change(stands="part", received=1000)
    assert item.state == "part"
    change(stands="arrived", received=300000)
    assert item.state == "arrived"


def test_a_worker_who_writes_after_their_yes_has_not_agreed_any_more(world: World):
    world.bring_to("accepted")
    world.signed()
    world.propose_close()
    replying.say(world.own(), Sent(words("Do not close")))
    handling.tell_worker(world.act(), words())
    assert not world.case.awaits_second
    assert refused(world.propose_close) == "sign_off"


def test_nothing_arrives_that_was_not_promised(world: World):
    world.bring_to("remedy_agreed")
    world.session.execute(RemedyItem.__table__.update().values(state="dropped"))
    world.session.expire_all()
    assert refused(world.confirm) == "something_promised"


def test_a_promise_made_while_another_is_watched_has_its_clock(world: World):
    world.bring_to("remedy_monitored")
    soon = TODAY + timedelta(days=3)
    assert refused(lambda: world.promise(due_on=soon)) == "agree_first"
    offered = world.promise("offered", soon)
    assert "remedy" not in running(world)
    world.agree(offered.id)
    assert (world.case.state, running(world)) == ("remedy_agreed", {"remedy": soon})


def test_only_an_offer_with_its_day_can_be_agreed_to(world: World):
    world.bring_to("accepted")
    world.promise()
    claimed = world.promise("claimed")
    for wrong in (claimed.id, uuid4()):
        assert refused(lambda wrong=wrong: world.agree(wrong)) == "offers"
    assert world.case.state == "accepted"


def test_a_case_that_is_worked_on_never_stands_without_a_clock(world: World):
    world.bring_to("remedy_monitored")
    world.signed()
    replying.say(world.own(), Sent(words("Wait")))
    handling.tell_worker(world.act(), words())
    assert set(running(world)) == {"follow_up"}


def test_who_answers_on_their_page_was_reached(world: World):
    world.bring_to("remedy_agreed")
    world.case.filed_at = world.case.worker_acted_at = NOW - timedelta(days=60)
    for day in (TODAY - timedelta(days=40), TODAY - timedelta(days=5)):
        closing.try_to_reach(world.act(), Tried("phone", day, "Rang"))
    assert closing.ground(world.session, world.case).enough
    report(world, "all")
    assert not closing.ground(world.session, world.case).enough


def test_asking_the_worker_something_voids_the_yes_to_closing(world: World):
    world.bring_to("accepted")
    world.signed()
    world.ask()
    assert closing.ground(world.session, world.case).by == ""


def test_a_try_keeps_the_day_that_the_worker_was_promised(world: World):
    world.bring_to("accepted")
    before = running(world)["next_step"]
    closing.try_to_reach(world.act(), Tried("phone", TODAY, "Rang"))
    assert running(world)["next_step"] == before


@pytest.mark.parametrize("day", [date(1, 1, 1), TODAY - timedelta(days=1)])
def test_nobody_was_tried_to_reach_before_the_report(world: World, day: date):
    world.bring_to("accepted")
    tried, act = Tried("phone", day, "Rang"), world.act()
    assert refused(lambda: closing.try_to_reach(act, tried)) == "on"


@pytest.mark.parametrize("day", [date(1, 1, 1), date(9999, 1, 1)])
def test_nothing_is_promised_for_a_day_out_of_this_world(world: World, day: date):
    world.bring_to("accepted")
    assert refused(lambda: world.promise(due_on=day)) == "due_on"


def test_what_a_body_ended_can_be_taken_back_and_the_body_has_to_be_told(world: World):
    world.bring_to("accepted")
    row = world.hand_over("delivered")
    row.state, row.outcome_on = "outcome", TODAY
    world.session.flush()
    consenting.recall(world.own(), row.mechanism)
    assert (row.state, untold(row)) == ("recalled", True)
    shown = queue.today(queue.Seer(world.session, world.handler.id, NOW))["tell"]
    assert [one.id for one in shown.cases] == [world.case.id]
