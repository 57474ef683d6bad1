"""From the answers of a report to the dates that worker and handler read."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from grievance.deadlines.asked import BESIDE, items_of
from grievance.deadlines.counting import find
from grievance.deadlines.limits import shipped
from grievance.deadlines.telling import FIXED, NOTHING, law_dates
from grievance.i18n import BY_SLUG, speaking
from grievance.questions.profile import LEAVING_JAPAN, LIMIT_OF

NOW = datetime(2026, 11, 28, 3, tzinfo=UTC)
TODAY = date(2026, 11, 28)


def told(*issues: str, **answers: str):
    given = {name.replace("_", "-"): value for name, value in answers.items()}
    return law_dates(issues, given, NOW)


def months(*issues: str, **answers: str) -> list[tuple[str, str]]:
    found = [find(one, shipped(), TODAY) for one in items_of(issues, answers, TODAY)]
    return [(str(one.last_day), one.state) for one in found]


def test_each_month_of_pay_has_its_own_date_and_the_next_one_leads() -> None:
    expected = [
        ("2026-10-25", "over"),
        ("2026-11-24", "over"),
        ("2026-12-25", "soon"),
        ("2027-01-25", "soon"),
    ]
    assert months("wages-unpaid", since="2023-10-25", until="2023-12-25") == expected
    (one,) = told("wages-unpaid", since="2023-10-25", until="2023-12-25")
    assert one.state == "soon"
    assert one.until.startswith("Until Friday, December 25, 2026 at the latest.")
    assert any("earlier months" in note for note in one.notes)


def test_what_still_goes_on_never_ends_for_the_newest_month() -> None:
    (one,) = told("wages-unpaid", since="2019-01-25")
    assert one.state == "soon"
    assert months("wages-unpaid", since="2019-01-25")[-1][1] == "open"


def test_the_first_of_a_month_may_stand_for_a_day_nobody_knows() -> None:
    # the first of November 2023: any day of that month, so nothing is over on its last day
    assert months("wages-unpaid", since="2023-11-01", until="2023-11-01")[0][1] == "unsure"


def test_what_ended_long_ago_is_sent_to_a_lawyer() -> None:
    (one,) = told("wages-unpaid", since="2021-05-25", until="2021-06-25")
    assert one.state == "over"
    assert "lawyer" in one.until
    (home,) = told("wages-unpaid", since="2021-05-25", until="2021-06-25", sector="domestic")
    assert home.state == "unsure"  # hired by a family: another law may give more time


@pytest.mark.parametrize(
    ("issue", "answers", "codes"),
    [
        ("overtime-unpaid", {"since": "2025-01-25"}, {"wages", "additional-payment"}),
        ("dismissal-nonrenewal", {"since": "2026-10-01"}, {"dismissal-notice"}),
        ("accident-illness", {"since": "2026-10-01"}, {"accident-short"}),
        ("union-retaliation", {"since": "2026-10-01"}, {"unfair-labour-practice"}),
        ("recruitment-fees-debt", {"since": "2026-10-01"}, {"contract-debt"}),
        ("violence", {"since": "2026-10-01"}, {"tort"}),
        ("insurance-pension", {"left_japan": "2026-03-31"}, {"pension-lump-sum"}),
        ("insurance-pension", {"since": "2026-03-31"}, set()),
        ("housing", {"since": "2026-03-31"}, set()),
        ("wages-unpaid", {}, set()),
        ("wages-unpaid", {"since": "2027-03-31"}, set()),
        ("wages-unpaid", {"since": "0001-03-31"}, set()),
        ("wages-unpaid", {"since": "2026-03-31", "location": "abroad"}, set()),
    ],
)
def test_what_is_counted_for_which_problem(
    issue: str, answers: dict[str, str], codes: set[str]
) -> None:
    assert {one.code for one in told(issue, **answers)} == codes


def test_what_keeps_a_date_is_said_for_each_claim_alone() -> None:
    both = {one.code: one for one in told("overtime-unpaid", since="2025-01-25")}
    assert both["additional-payment"].keeps == (FIXED,)
    assert len(both["wages"].keeps) == 5
    (accident,) = told("accident-illness", since="2026-10-01")
    assert accident.keeps == (NOTHING,)
    assert accident.office == "the Labour Standards Inspection Office"


def test_an_act_that_goes_on_is_never_over() -> None:
    (one,) = told("union-retaliation", since="2024-01-10")
    assert one.state == "unsure"
    (ended,) = told("union-retaliation", since="2024-01-10", until="2024-02-10")
    assert ended.state == "over"


def test_what_ends_first_stands_first_and_what_passed_last() -> None:
    found = told("dismissal-nonrenewal", "wages-unpaid", since="2024-10-25", until="2024-10-25")
    assert [one.code for one in found] == ["wages", "dismissal-notice"]
    assert found[-1].state == "unsure"


@pytest.mark.parametrize("slug", ["en", "ja", "vi"])
def test_every_claim_that_answers_lead_to_is_said_in_each_language(slug: str) -> None:
    codes = {*LIMIT_OF.values(), *BESIDE.values(), LEAVING_JAPAN}
    rows = shipped().rows
    assert codes == {code for code, row in rows.items() if row.label}
    with speaking(slug):
        found = told(
            *LIMIT_OF, *BESIDE, "insurance-pension", since="2025-10-01", left_japan="2025-10-01"
        )
    assert {one.code for one in found} == codes
    for one in found:
        assert one.basis.language == BY_SLUG[slug]
        assert (one.label == rows[one.code].label) == (slug == "en")
        assert (one.text == rows[one.code].text) == (slug == "en")
