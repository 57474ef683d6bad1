"""From delivery to the answer, the outbound board, and how bodies answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from grievance.referrals import queries
from grievance.referrals.operations import steps
from grievance.referrals.queries import Board
from grievance.referrals.states import LABELS, LIVE, STATES, TABLE
from grievance.refusals import SENTENCES, Refused
from tests.cast import NOW
from tests.referrals.conftest import BODY, TODAY, Desk


def refused(code: str) -> Any:
    assert code in SENTENCES
    return pytest.raises(Refused, match=f"^{code}$")


def test_a_hand_over_goes_out_and_is_chased_in_the_time_of_its_door(desk: Desk):
    referral = desk.agreed()
    desk.deliver(referral, by="worker_takes_it", channel="in_person", note="Two copies.")
    assert (referral.state, referral.delivered_by) == ("delivered", "worker_takes_it")
    assert referral.next_chase == TODAY + timedelta(days=30)
    assert desk.words.open_json("referral.note/1", referral.id, referral.note) == "Two copies."


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"by": "pigeon"}, "by"),
        ({"channel": "rumour"}, "channel"),
        ({"on": TODAY + timedelta(days=1)}, "date"),
    ],
)
def test_a_delivery_that_cannot_be_is_refused(desk: Desk, changed: dict[str, Any], code: str):
    referral = desk.agreed()
    with refused(code):
        desk.deliver(referral, **changed)
    assert referral.state == "consented"


def test_nothing_is_delivered_that_was_only_proposed_or_asked(desk: Desk):
    proposed = desk.proposed("jp-otit")
    asked, _ = desk.asked()
    for referral in (proposed, asked):
        with refused("consent"):
            desk.deliver(referral)


def test_nothing_goes_out_twice(desk: Desk):
    referral = desk.delivered()
    with refused("not_now"):
        desk.deliver(referral)


def test_two_hand_overs_to_one_body_never_run_at_once(desk: Desk):
    referral = desk.delivered()
    with refused("parallel"):
        desk.proposed()
    desk.hears(referral, "declined")
    assert desk.proposed().state == "proposed"
    assert queries.under_way(desk.session, desk.case_id) == 0


def test_the_answers_of_a_body_follow_one_another(desk: Desk):
    referral = desk.delivered()
    assert queries.under_way(desk.session, desk.case_id) == 1
    first = desk.hears(referral, "acknowledged", 3, reference="第77号")
    assert (referral.state, referral.acknowledged_on) == (
        "acknowledged",
        TODAY + timedelta(days=3),
    )
    assert referral.next_chase == TODAY + timedelta(days=63)
    desk.hears(referral, "accepted", 9)
    desk.hears(referral, "outcome", 40, note="They paid.")
    assert referral.next_chase is None
    kinds = [row.kind for row in queries.answers_of(desk.session, referral.id)]
    assert sorted(kinds) == ["accepted", "acknowledged", "outcome"]
    said = desk.words.open_json("referral.answer/1", first.id, first.content)
    assert said == {"reference": "第77号", "note": ""}
    with refused("not_now"):
        desk.hears(referral, "declined")


@pytest.mark.parametrize(
    ("kind", "after", "code"), [("applauded", 5, "kind"), ("accepted", -1, "date")]
)
def test_an_answer_that_cannot_be_is_refused(desk: Desk, kind: str, after: int, code: str):
    referral = desk.delivered()
    with refused(code):
        desk.hears(referral, kind, after)


def test_no_answer_comes_before_delivery(desk: Desk):
    with refused("not_now"):
        desk.hears(desk.agreed(), "accepted")


def test_silence_rises_level_by_level_and_an_answer_ends_it(desk: Desk):
    referral = desk.delivered()
    later = TODAY + timedelta(days=60)
    assert steps.mark_silent(desk.session, referral, later, NOW) == 1
    assert steps.mark_silent(desk.session, referral, later, NOW) == 2
    desk.hears(referral, "accepted", 31)
    assert (referral.state, referral.silence) == ("accepted", 2)
    with refused("not_now"):
        steps.mark_silent(desk.session, desk.agreed("jp-otit"), later, NOW)


def test_the_board_sorts_by_chase_filters_and_pages(desk: Desk):
    first, second = desk.delivered(), desk.delivered("jp-otit")
    third = desk.agreed("jacer")
    second.next_chase = TODAY
    desk.session.flush()

    def shown(**wanted: Any) -> list[str]:
        rows = queries.board(desk.session, Board(**wanted))
        return [row.referral.mechanism for row in rows]

    assert shown() == ["jp-otit", BODY, "jacer"]
    assert shown(chase_by=TODAY) == ["jp-otit"]
    assert shown(state="consented") == ["jacer"]
    assert shown(mechanism=BODY) == [BODY]
    assert shown(owner_id=uuid4()) == []
    assert shown(without=[desk.case_id]) == []
    assert shown(limit=1) == ["jp-otit"]
    assert shown(after=queries.board_key(second)) == [BODY, "jacer"]
    assert shown(after=queries.board_key(third)) == []
    steps.chase(desk.session, first, TODAY - timedelta(days=1), None)
    assert shown()[0] == BODY
    assert shown(owner_id=desk.person_id) == ["jp-otit", "jacer"]


def test_what_is_over_is_not_chased(desk: Desk):
    referral = desk.delivered()
    desk.hears(referral, "declined")
    with refused("not_now"):
        steps.chase(desk.session, referral, TODAY, None)


def test_the_list_of_a_case_shows_packet_and_answer(desk: Desk):
    referral = desk.delivered()
    [row] = queries.of_case(desk.session, desk.case_id)
    assert row.referral is referral
    assert row.packet is not None
    assert row.consent is not None
    assert (row.packet.id, row.consent.answer) == (referral.packet_id, "yes")
    assert queries.of_case(desk.session, uuid4()) == []


def test_nested_ids_are_found_through_their_case_only(desk: Desk):
    referral = desk.delivered()
    found = queries.packet(desk.session, desk.case_id, referral.packet_id)
    assert found is not None
    assert queries.get(desk.session, desk.case_id, referral.id) is referral
    assert queries.get(desk.session, uuid4(), referral.id) is None
    assert queries.packet(desk.session, uuid4(), found.id) is None
    assert queries.packet_file(desk.session, uuid4(), found.id) is None


def test_bodies_are_measured_by_the_median_of_their_first_answer(desk: Desk):
    for after in (2, 4, 40):
        desk.hears(desk.delivered(), "declined", after)
    steps.mark_silent(desk.session, desk.delivered(), TODAY, NOW)
    desk.delivered("jacer")
    desk.agreed("jp-otit")
    jacer, lsio = queries.figures(desk.session)
    assert (lsio.mechanism, lsio.sent, lsio.answered, lsio.silent, lsio.declined) == (
        BODY,
        4,
        3,
        1,
        3,
    )
    assert lsio.median_days == 4
    assert (jacer.sent, jacer.median_days) == (1, None)
    assert queries.figures(desk.session, [desk.case_id]) == []


def test_every_state_has_a_label_and_the_table_knows_only_states():
    assert set(LABELS) == set(STATES)
    for sources, target in TABLE.values():
        assert {*sources, target} <= set(STATES)
    assert set(LIVE) < set(STATES)
