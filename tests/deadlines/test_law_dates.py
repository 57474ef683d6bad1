"""From the answers of a report to the dates that worker and handler read."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from grievance.deadlines.asked import BESIDE, NO_PAY, Grounds, Pay, items_of
from grievance.deadlines.counting import find
from grievance.deadlines.limits import shipped
from grievance.deadlines.telling import FIXED, NOTHING, LawDate, law_dates
from grievance.i18n import BY_SLUG, speaking
from grievance.questions import bank
from grievance.questions.profile import LEAVING_JAPAN, LIMIT_OF

NOW = datetime(2026, 11, 28, 3, tzinfo=UTC)
TODAY = date(2026, 11, 28)


def answered(issues: tuple[str, ...], answers: dict[str, str]) -> dict[str, str | list[str]]:
    """The answers of somebody who named these problems."""
    given = {name.replace("_", "-"): value for name, value in answers.items()}
    return {"issue": issues[0], "also-issues": list(issues[1:])} | given


def told(*issues: str, now: datetime = NOW, **answers: str) -> list[LawDate]:
    return law_dates(Grounds(issues, answered(issues, answers)), now)


def months(
    *issues: str, today: date = TODAY, pay: Pay = NO_PAY, **answers: str
) -> list[tuple[str, str]]:
    found = items_of(Grounds(issues, answered(issues, answers), pay), today)
    counted = [find(one, shipped(), today) for one in found]
    return [(str(one.last_day), one.state) for one in counted]


def test_each_month_of_pay_has_its_own_date_and_the_next_one_leads() -> None:
    # the day was told for the first month alone; later ones may have been paid from the first on
    expected = [
        ("2026-10-25", "over"),
        ("2026-11-01", "unsure"),
        ("2026-12-01", "soon"),
        ("2026-12-29", "soon"),
    ]
    assert months("wages-unpaid", since="2023-10-25", until="2023-12-25") == expected
    (one,) = told("wages-unpaid", since="2023-10-25", until="2023-12-25")
    assert one.state == "soon"
    assert one.until.startswith("Until Tuesday, December 1, 2026 at the latest.")
    assert any("earlier months" in note for note in one.notes)


def test_a_day_of_the_month_is_not_taken_for_the_pay_day_of_the_others() -> None:
    issues = ("wages-unpaid",)
    grounds = Grounds(issues, answered(issues, {"since": "2024-01-31"}))
    (_, second, *_) = items_of(grounds, TODAY)
    assert (second.first, second.last) == (date(2024, 2, 1), date(2024, 2, 29))


MONTHLY = {"rule": "25", "lag": "next"}
SHORT = frozenset({date(2023, 10, 1), date(2024, 1, 1)})


def test_each_month_that_was_written_down_counts_from_its_own_pay_day() -> None:
    """Paid on the 25th of the month after: October 2023 on Friday 24 November at the earliest."""
    only = months("wages-unpaid", pay=Pay(**MONTHLY, short=SHORT))
    assert only == [("2026-11-24", "over"), ("2027-02-22", "open")]
    unknown = months("wages-unpaid", pay=Pay(short=SHORT))
    assert unknown[0] == ("2026-09-29", "unsure")  # from the first bank day of the earlier month


def test_a_month_before_the_day_that_was_told_counts_too() -> None:
    pay = Pay(**MONTHLY, short=frozenset({date(2023, 11, 1)}))
    told = {"since": "2024-03-25", "until": "2024-03-25"}
    assert ("2026-12-25", "soon") in months("wages-unpaid", pay=pay, **told)
    assert ("2026-12-25", "soon") not in months("wages-unpaid", **told)


def test_with_the_pay_day_later_months_need_no_range() -> None:
    """All of December 2023 may have been the pay day; with the rule it was the 25th."""
    told = {"since": "2023-10-25", "until": "2023-12-25"}
    assert ("2026-12-01", "soon") in months("wages-unpaid", **told)
    sharp = months("wages-unpaid", pay=Pay(**MONTHLY), **told)
    assert sharp == [
        ("2026-10-25", "over"),
        ("2026-11-24", "over"),
        ("2026-12-25", "soon"),
        ("2027-01-25", "soon"),
    ]


def test_a_month_that_was_paid_in_full_leaves_no_date_but_for_what_courts_add() -> None:
    told = {"since": "2023-10-25", "until": "2023-12-25"}
    whole = frozenset({date(2023, 11, 1)})  # paid in December
    assert ("2026-12-25", "soon") not in months(
        "wages-unpaid", pay=Pay(**MONTHLY, whole=whole), **told
    )
    without_lag = Pay("25", whole=whole)  # in which month it came is not known: nothing is left out
    assert ("2026-12-25", "soon") in months("wages-unpaid", pay=without_lag, **told)
    both = months("overtime-unpaid", pay=Pay(**MONTHLY, whole=whole), **told)
    assert both.count(("2026-12-25", "soon")) == 1


def test_pay_that_is_still_to_come_and_pay_abroad_count_for_nothing() -> None:
    ahead = Pay(**MONTHLY, short=frozenset({date(2026, 11, 1)}))
    assert months("wages-unpaid", pay=ahead) == []
    assert months("wages-unpaid", pay=Pay(**MONTHLY, short=SHORT), location="abroad") == []
    assert months("housing", pay=Pay(**MONTHLY, short=SHORT)) == []


def test_where_a_handler_found_it_the_first_month_has_no_pay_day_either() -> None:
    told = {"issue": "housing", "since": "2024-02-20"}
    first, *_ = items_of(Grounds(["wages-unpaid"], told), TODAY)
    assert first.first == date(2024, 2, 1)


@pytest.mark.parametrize(
    ("issues", "answers"),
    [
        (["wages-unpaid"], {"issue": "housing"}),
        (["wages-unpaid"], {}),
        (["wages-unpaid", "housing"], {"issue": "wages-unpaid"}),
        (["wages-unpaid"], {"issue": "wages-unpaid", "also-issues": ["housing"]}),
        (["union-retaliation"], {"problem": "unsure"}),
    ],
)
def test_days_that_may_be_those_of_another_problem_never_end_one(
    issues: list[str], answers: dict[str, str | list[str]]
) -> None:
    long_ago = {"since": "2012-05-25", "until": "2012-06-25"}
    (one, *_) = law_dates(Grounds(issues, answers | long_ago), NOW)
    assert one.state == "unsure"


def test_what_still_goes_on_never_ends_for_the_newest_month() -> None:
    (one,) = told("wages-unpaid", since="2019-01-25")
    assert one.state == "soon"
    assert months("wages-unpaid", since="2019-01-25")[-1][1] == "open"


@pytest.mark.parametrize(
    ("issue", "answers"),
    [
        ("wages-unpaid", {"since": "2023-11-01", "until": "2023-11-01"}),
        ("union-retaliation", {"since": "2025-11-01", "until": "2025-11-01"}),
        ("union-retaliation", {"since": "2025-08-10", "until": "2025-11-01"}),
        ("insurance-pension", {"left_japan": "2024-11-01"}),
    ],
)
def test_the_first_of_a_month_may_stand_for_a_day_nobody_knows(
    issue: str, answers: dict[str, str]
) -> None:
    # any day of that November, so nothing is over on its last day
    (one,) = told(issue, now=datetime(2026, 11, 30, 3, tzinfo=UTC), **answers)
    found = months(issue, today=date(2026, 11, 30), **answers)
    assert found[0][1] == "unsure"
    assert one.state != "over"
    assert months(issue, today=date(2026, 12, 1), **answers)[0][1] == "over"


def test_what_is_told_of_later_days_counts_only_to_today() -> None:
    assert told("insurance-pension", left_japan="2027-03-31") == []
    issues = ("union-retaliation",)
    days = {"since": "2026-10-10", "until": "2027-03-31"}
    (one,) = items_of(Grounds(issues, answered(issues, days)), TODAY)
    assert one.last == TODAY


@pytest.mark.parametrize(
    ("issue", "short", "until", "long"),
    [
        ("violence", "2023-10-10", "2023-10-10", "2006-10-10"),
        ("recruitment-fees-debt", "2020-10-10", "2020-10-10", None),
        ("accident-illness", "2022-10-10", "2022-10-10", "2021-10-10"),
    ],
)
def test_what_nobody_was_asked_for_is_sent_to_a_lawyer(
    issue: str, short: str, until: str, long: str | None
) -> None:
    (one,) = told(issue, since=short, until=until)
    assert one.state == "unsure"
    if long:
        (past,) = told(issue, since=long, until=long)
        assert past.state in ("over", "unsure")
        assert (past.state == "over") == (issue == "accident-illness")  # old law has no end
    counted = months(issue, since=short, until=until)[0][0]
    years = {"violence": 2026, "recruitment-fees-debt": 2025, "accident-illness": 2024}
    assert counted == f"{years[issue]}-10-10"


def test_a_court_adds_nothing_where_a_family_hires() -> None:
    found = told("overtime-unpaid", since="2025-01-25", sector="domestic")
    assert [one.code for one in found] == ["wages"]


def test_on_days_on_which_the_office_is_closed_nobody_reads_a_day_that_is_gone() -> None:
    told_on = {"since": "2025-12-30", "until": "2025-12-30"}
    (before,) = told("union-retaliation", now=datetime(2026, 12, 29, 3, tzinfo=UTC), **told_on)
    assert before.until.startswith("By law it ends on Wednesday, December 30, 2026")
    assert "today" in before.until
    (after,) = told("union-retaliation", now=datetime(2027, 1, 1, 3, tzinfo=UTC), **told_on)
    assert after.state == "unsure"
    for one in (before, after):
        assert any("Monday, January 4, 2027" in note for note in one.notes)


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


def test_the_reason_for_asking_the_day_promises_no_date_to_whom_none_is_counted() -> None:
    assert told("housing", since="2026-03-31") == []
    assert "your page" not in bank.shipped().questions["since"].why
