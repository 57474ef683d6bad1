"""When a body is asked again: by its procedure, by what is usual for its paper, before the law."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from grievance.deadlines.models import LimitationDate
from tests.referrals.conftest import TODAY, Desk

pytestmark = pytest.mark.usefixtures("loaded")


@pytest.mark.parametrize(
    ("body", "template", "day"),
    [
        ("jp-labour-bureau-guidance", "labour-advice", "2026-05-22"),  # a month, not two weeks
        ("jp-labour-tribunal", "generic", "2026-06-01"),  # 40 days
        ("jp-ncp", "ncp", "2026-05-06"),  # four weeks are still to be confirmed
        ("ngo-smj", "support-group", "2026-04-29"),
        ("jp-otit", "otit", "2026-05-06"),  # its procedure names no time
    ],
)
def test_the_first_answer_is_waited_for_as_long_as_the_procedure_says(
    desk: Desk, body: str, template: str, day: str
) -> None:
    assert desk.delivered(body, template=template).next_chase == date.fromisoformat(day)


def test_after_a_word_the_end_of_the_procedure_comes_before_the_usual_time(desk: Desk) -> None:
    referral = desk.delivered("jp-labour-bureau-conciliation", template="labour-bureau")
    desk.hears(referral, "acknowledged", after=3)
    assert referral.next_chase == TODAY + timedelta(days=33)
    desk.hears(referral, "accepted", after=50)
    assert referral.next_chase == date(2026, 6, 22), "two months from its start, not a month on"
    desk.hears(referral, "progress", after=70)
    assert referral.next_chase == TODAY + timedelta(days=100), "that day is over"


@pytest.mark.parametrize(("ahead", "asked"), [(200, 30), (30, 16), (8, 1), (1, 1)])
def test_no_body_is_waited_for_until_a_day_of_the_law_comes_near(
    desk: Desk, ahead: int, asked: int
) -> None:
    law = LimitationDate(
        id=uuid4(), case_id=desk.case_id, latest_safe=TODAY + timedelta(days=ahead)
    )
    desk.session.add(law)
    assert desk.delivered().next_chase == TODAY + timedelta(days=asked)


def test_a_day_that_was_chosen_is_kept(desk: Desk) -> None:
    referral = desk.agreed("jp-labour-tribunal")
    desk.deliver(referral, next_chase=TODAY + timedelta(days=5))
    assert referral.next_chase == TODAY + timedelta(days=5)
