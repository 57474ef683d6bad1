"""The days of the law that stand in the clear: counted at filing and when the facts change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from sqlalchemy import select

from grievance import clock
from grievance.cases.operations import handling
from grievance.cases.operations.handling import Triage
from grievance.deadlines import keeping
from grievance.deadlines.asked import Grounds
from grievance.deadlines.limits import JAPAN
from grievance.deadlines.models import LimitationDate
from tests.cases.conftest import World
from tests.cast import NOW, Filed

File = Callable[..., Filed]


def days(world: World, case_id: UUID) -> list[date]:
    mine = select(LimitationDate.latest_safe).where(LimitationDate.case_id == case_id)
    return list(world.session.scalars(mine.order_by(LimitationDate.latest_safe)))


def test_each_month_of_pay_leaves_the_day_until_which_it_can_be_claimed(
    world: World, another: File
) -> None:
    filed = another(since="2023-04-25", until="2023-05-25")
    # 25 April 2026 is a Saturday; the later months can have been paid from their first day on
    assert days(world, filed.case.id) == [date(2026, 4, 24), date(2026, 5, 1), date(2026, 6, 1)]


def test_what_has_passed_leaves_no_day_and_a_long_run_at_most_twelve(
    world: World, another: File
) -> None:
    assert days(world, another(since="2020-05-25", until="2020-06-25").case.id) == []
    found = days(world, another(since="2020-05-25").case.id)
    assert len(found) == keeping.MOST
    assert found[0] >= clock.local_day(NOW, JAPAN)


def test_a_long_run_of_pay_does_not_push_out_another_claim(world: World) -> None:
    told = {"issue": "wages-unpaid", "since": "2024-06-20"}
    issues = ["wages-unpaid", "recruitment-fees-debt"]
    keeping.recount(world.session, world.case.id, Grounds(issues, told), NOW)
    found = days(world, world.case.id)
    assert (len(found), found[-1]) == (keeping.MOST + 1, date(2029, 6, 20))


def test_the_day_of_leaving_japan_leaves_none(world: World, another: File) -> None:
    told = {"issue": "insurance-pension", "left-japan": "2025-10-25"}
    keeping.recount(world.session, world.case.id, Grounds(["insurance-pension"], told), NOW)
    assert days(world, world.case.id) == []


def test_nothing_but_the_day_stands_in_the_clear() -> None:
    assert set(LimitationDate.__table__.columns.keys()) == {
        "id",
        "case_id",
        "latest_safe",
        "warned",
    }


def test_another_problem_found_at_the_desk_counts_anew(world: World, another: File) -> None:
    filed = another(since="2025-12-26", until="2025-12-26")
    world.filed = filed
    world.bring_to("in_review")
    assert days(world, filed.case.id)[0] == date(2028, 12, 26)
    handling.triage(world.act(), Triage("high", ["union-retaliation"], danger=False))
    assert days(world, filed.case.id) == [date(2026, 12, 25)]
    handling.triage(world.act(), Triage("high", ["housing"], danger=False))
    assert days(world, filed.case.id) == []


@pytest.mark.parametrize(("since", "soon"), [("2023-05-25", True), ("2024-05-25", False)])
def test_what_ends_within_sixty_days_is_found(
    world: World, another: File, since: str, soon: bool
) -> None:
    filed = another(since=since, until=since)
    found = set(world.session.scalars(keeping.ending_soon(NOW)))
    assert (filed.case.id in found) == soon
    nearest = keeping.next_days(world.session, [filed.case.id, world.case.id], NOW)
    assert set(nearest) == {filed.case.id}


def test_a_day_that_is_carried_over_a_weekend_stays_in_the_lists(
    world: World, another: File
) -> None:
    filed = another(since="2023-04-25", until="2023-04-25")  # ends on Saturday, safe on Friday
    for on, listed in (((2026, 4, 24), True), ((2026, 4, 27), True), ((2026, 4, 28), False)):
        moment = datetime(*on, 3, tzinfo=UTC)
        first = keeping.next_days(world.session, [filed.case.id], moment)
        assert (first.get(filed.case.id) == date(2026, 4, 24)) == listed
        keeping.recount(world.session, filed.case.id, counted(filed), moment)
        assert (date(2026, 4, 24) in days(world, filed.case.id)) == listed


def counted(filed: Filed) -> Grounds:
    told = {"issue": filed.case.main_issue, "since": "2023-04-25", "until": "2023-04-25"}
    return Grounds(filed.case.issues, told)
