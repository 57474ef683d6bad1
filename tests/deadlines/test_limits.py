"""The law's limits: counted by hand here, and never told too late where the law may say more."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from grievance.cli.work import deadlines
from grievance.clock import add_months
from grievance.deadlines.advising import endings
from grievance.deadlines.counting import Found, Item, Known, Moved, earliest, find, pay_day
from grievance.deadlines.limits import MOVES, period, shipped
from grievance.routing.rules import shipped_rules

CASES = Path(__file__).with_name("limit_cases.yaml")
LIMITS = shipped()
TODAY = date(2026, 11, 28)


NOTHING_ELSE = Known()


def day(written: str) -> date:
    return date.fromisoformat(written)


def asked(
    code: str, event: str, *moved: Moved, today: str = "2026-11-28", facts: Known = NOTHING_ELSE
) -> Found:
    when = day(event)
    return find(Item(code, when, when, facts, moved), LIMITS, day(today))


def moved(kind: str, on: str, ended: str | None = None) -> Moved:
    return Moved(kind, day(on), day(ended) if ended else None)


@pytest.mark.parametrize(
    ("start", "months", "ends"),
    [
        ("2024-02-29", 36, "2027-02-28"),
        ("2025-02-28", 36, "2028-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2026-08-31", 6, "2027-02-28"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-12-15", 1, "2027-01-15"),
    ],
)
def test_months_end_on_the_same_day_number_or_the_last(start: str, months: int, ends: str) -> None:
    assert add_months(day(start), months) == day(ends)


@pytest.mark.parametrize(
    ("last", "safe"),
    [
        ("2026-12-29", "2026-12-28"),  # the first closed day of the year's end
        ("2027-01-03", "2026-12-28"),
        ("2027-01-04", "2027-01-04"),
        ("2027-05-05", "2027-04-30"),  # Golden Week
        ("2026-09-22", "2026-09-18"),  # a citizens' holiday between two holidays
        ("2027-03-22", "2027-03-19"),  # a substitute holiday
    ],
)
def test_the_safe_day_is_one_on_which_court_and_office_are_open(last: str, safe: str) -> None:
    for code in ("wages", "accident-medical"):
        limit = LIMITS.rows[code]
        assert limit.calendar is not None
        assert limit.calendar.before(day(last)) == day(safe)


@pytest.mark.parametrize(
    ("rule", "month", "first", "last"),
    [
        ("25", (2024, 2), "2024-02-22", "2024-02-26"),  # a Sunday behind a holiday
        ("month_end", (2023, 12), "2023-12-29", "2024-01-04"),
        ("31", (2026, 6), "2026-06-30", "2026-06-30"),
        ("30", (2027, 2), "2027-02-26", "2027-03-01"),
        ("1", (2026, 1), "2025-12-30", "2026-01-05"),  # banks work on 29 and 30 December
        ("10", (2026, 11), "2026-11-10", "2026-11-10"),
        (None, (2026, 11), "2026-10-30", "2026-11-30"),
    ],
)
def test_wages_fall_due_on_a_day_on_which_banks_pay(
    rule: str | None, month: tuple[int, int], first: str, last: str
) -> None:
    assert pay_day(rule, *month, LIMITS.bank) == (day(first), day(last))


def test_an_unknown_day_counts_from_the_earliest_and_is_not_over_before_the_latest() -> None:
    span = pay_day(None, 2023, 11, LIMITS.bank)
    item = Item("wages", *span)
    found = find(item, LIMITS, TODAY)
    assert (found.last_day, found.longest) == (day("2026-11-01"), day("2026-11-30"))
    assert found.state == "unsure"
    assert find(item, LIMITS, day("2026-12-01")).state == "over"


def test_the_day_of_the_rule_itself_is_still_no_end() -> None:
    item = Item("wages", *pay_day("25", 2024, 2, LIMITS.bank))
    states = [find(item, LIMITS, day(f"2027-02-{n}")).state for n in (22, 23, 26, 27)]
    assert states == ["soon", "unsure", "unsure", "over"]


@pytest.mark.parametrize("code", [code for code in LIMITS.rows if LIMITS.rows[code].period])
def test_nobody_is_told_too_late_on_the_last_day(code: str) -> None:
    found = asked(code, "2026-10-01")
    assert found.last_day
    assert found.latest_safe
    assert found.latest_safe <= found.last_day
    assert find(Item(code, day("2026-10-01"), day("2026-10-01")), LIMITS, found.last_day).state == (
        "soon"
    )


def test_soon_is_sixty_days_to_the_safe_day() -> None:
    # ends Tuesday 29 December, safe on the 28th
    states = [asked("wages", "2023-12-29", today=on).state for on in ("2026-10-28", "2026-10-29")]
    assert states == ["open", "soon"]


@pytest.mark.parametrize("code", ["accident-medical", "unfair-labour-practice"])
def test_a_closed_last_day_may_be_carried_to_the_first_open_one(code: str) -> None:
    event = "2024-12-30" if code == "accident-medical" else "2025-12-30"
    days = ["2026-12-28", "2026-12-29", "2026-12-30", "2026-12-31", "2027-01-04", "2027-01-05"]
    found = [asked(code, event, today=on) for on in days]
    assert [one.state for one in found] == ["soon"] * 3 + ["unsure"] * 2 + ["over"]
    carried = day("2027-01-04")
    assert [one.carried_to for one in found] == [None, *[carried] * 4, None]
    assert asked(code, event[:-2] + "28", today="2026-12-29").state == "over"


@pytest.mark.parametrize(
    ("today", "led"), [("2026-12-29", True), ("2027-01-04", True), ("2027-01-05", False)]
)
def test_doors_are_told_of_a_day_as_long_as_it_may_be_carried(today: str, led: bool) -> None:
    item = Item("unfair-labour-practice", day("2025-12-30"), day("2025-12-30"))
    found = [one.latest_safe for one in endings([item], day(today))]
    assert found == ([day("2026-12-28")] if led else [])


def test_an_injury_that_nobody_asked_for_gives_no_more_time_and_takes_none() -> None:
    hurt = Known(bodily_harm=None)
    found = asked("tort", "2023-01-10", facts=hurt)
    assert (found.last_day, found.longest) == (day("2026-01-10"), day("2028-01-10"))
    assert found.state == "unsure"
    assert asked("tort", "2021-11-27", facts=hurt).state == "over"


def test_a_lasting_disability_has_five_years() -> None:
    assert asked("accident-short", "2021-11-28").state == "unsure"
    assert asked("accident-short", "2021-11-26").state == "over"


WAGES = "2023-12-25"  # ends 2026-12-25


@pytest.mark.parametrize(
    ("moves", "ends"),
    [
        ([moved("demand", "2026-12-25")], "2027-06-25"),
        ([moved("demand", "2026-12-26")], "2026-12-25"),  # too late to hold anything
        ([moved("demand", "2026-01-05")], "2026-12-25"),  # its six months are over before
        ([moved("demand", "2026-12-20"), moved("demand", "2027-06-01")], "2027-06-20"),
        ([moved("demand", "2026-03-01"), moved("demand", "2026-12-01")], "2027-06-01"),
        ([moved("agreed_to_talk", "2026-12-01")], "2027-12-01"),
        ([moved("agreed_to_talk", "2026-12-01", "2027-03-01")], "2027-03-01"),
        ([moved("demand", "2026-12-20"), moved("agreed_to_talk", "2027-01-10")], "2027-06-20"),
        (
            [moved("agreed_to_talk", "2026-12-01"), moved("agreed_to_talk", "2027-11-01")],
            "2028-11-01",
        ),
        ([moved("acknowledged", "2026-06-30")], "2029-06-30"),
        ([moved("demand", "2026-12-20"), moved("acknowledged", "2027-02-28")], "2030-02-28"),
        ([moved("conciliation", "2026-12-20", "2027-02-10")], "2027-03-12"),
        ([moved("conciliation", "2026-12-28", "2027-02-10")], "2026-12-25"),
        ([moved("lawsuit", "2026-12-01", "2027-02-28")], "2027-08-28"),
        ([moved("demand", "2022-01-01")], "2026-12-25"),  # before there was anything to ask
    ],
)
def test_what_moves_a_claim_for_wages(moves: list[Moved], ends: str) -> None:
    assert asked("wages", WAGES, *moves, today="2028-01-01").last_day == day(ends)


@pytest.mark.parametrize("kind", MOVES)
def test_what_is_still_to_come_moves_nothing(kind: str) -> None:
    coming = moved(kind, "2026-11-29", "2026-12-24")
    assert asked("wages", WAGES, coming) == asked("wages", WAGES)
    assert asked("wages", WAGES, coming, today="2026-12-20") != asked(
        "wages", WAGES, today="2026-12-20"
    )


@pytest.mark.parametrize("kind", [kind for kind in MOVES if kind != "lawsuit"])
def test_only_a_lawsuit_keeps_the_additional_payment(kind: str) -> None:
    other = moved(kind, "2026-12-01", "2027-01-10")
    found = asked("additional-payment", WAGES, other, today="2026-12-15")
    assert found.last_day == day("2026-12-25")
    sued = asked("additional-payment", WAGES, moved("lawsuit", "2026-12-01"), today="2026-12-15")
    assert sued.last_day is None


def test_a_dropped_lawsuit_does_not_keep_the_additional_payment() -> None:
    dropped = moved("lawsuit", "2026-12-01", "2027-02-01")
    found = asked("additional-payment", WAGES, dropped, today="2027-02-02")
    assert (found.last_day, found.state) == (day("2026-12-25"), "unsure")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (code, kind)
        for code, row in LIMITS.rows.items()
        for kind in MOVES
        if row.period and kind not in row.moved_by
    ],
)
def test_what_does_not_move_a_row_moves_nothing(code: str, kind: str) -> None:
    bare = asked(code, "2026-10-01")
    assert asked(code, "2026-10-01", moved(kind, "2026-10-02", "2026-12-01")) == bare


def test_what_is_still_running_is_never_over() -> None:
    running = moved("conciliation", "2026-12-20")
    assert asked("wages", WAGES, running, today="2027-05-01").state == "unsure"
    assert asked("wages", WAGES, moved("acknowledged", "2027-01-10"), today="2027-05-01").state == (
        "unsure"
    )


def test_harm_to_the_body_and_when_it_became_known() -> None:
    hurt = Known(bodily_harm=True)
    assert asked("tort", "2021-12-30").last_day == day("2024-12-30")
    assert asked("tort", "2021-12-30", facts=hurt).last_day == day("2026-12-30")
    later = Known(known=day("2024-05-01"))
    assert asked("tort", "2021-12-30", facts=later).last_day == day("2027-05-01")
    old = Known(known=day("2026-05-01"))
    assert asked("contract-debt", "2018-05-01", facts=old).last_day == day("2028-05-01")
    not_yet = Known(known=False)
    assert asked("tort", "2018-05-01", facts=not_yet).state == "unsure"
    assert asked("tort", "2006-05-01", facts=not_yet).state == "over"


@pytest.mark.parametrize(
    ("code", "facts", "state"),
    [
        ("contract-debt", Known(contract_before_2020_04=True), "unsure"),
        ("safety-duty", Known(contract_before_2020_04=True), "unsure"),
        ("tort", Known(contract_before_2020_04=True, bodily_harm=True), "unsure"),
        ("tort", Known(contract_before_2020_04=True), "over"),
        ("contract-debt", Known(), "over"),
        ("dismissal-notice", Known(), "unsure"),  # courts differ
        ("wages", Known(contract_before_2020_04=True), "over"),
    ],
)
def test_a_longer_reading_sends_to_a_lawyer(code: str, facts: Known, state: str) -> None:
    assert asked(code, "2016-05-01", facts=facts).state == state


def test_of_several_months_the_next_one_counts_not_the_one_that_passed() -> None:
    found = [asked("wages", on) for on in ("2023-10-25", "2023-12-25", "2024-03-25")]
    assert [one.state for one in found] == ["over", "soon", "open"]
    first = earliest(found)
    assert first
    assert first.last_day == day("2026-12-25")
    assert earliest(found[:1]) == found[0]
    assert earliest([asked("invalid-dismissal", "2026-11-01")]) is None


DAYS = st.dates(day("2015-01-01"), day("2030-12-31"))
MOVED = st.builds(
    lambda kind, on, more: Moved(kind, on, None if more is None else on + timedelta(days=more)),
    st.sampled_from(MOVES), DAYS, st.none() | st.integers(0, 500),
)  # fmt: skip


@given(
    st.sampled_from(sorted(LIMITS.rows)),
    DAYS,
    st.integers(0, 40),
    st.lists(MOVED, max_size=4),
    st.booleans(),
    st.booleans(),
    DAYS,
)
def test_a_day_is_never_shown_later_than_the_law_gives_it(
    code: str, first: date, wide: int, moves: list[Moved], hurt: bool, old: bool, today: date
) -> None:
    facts = Known(hurt, old)
    item = Item(code, first, first + timedelta(days=wide), facts, tuple(moves))
    found = find(item, LIMITS, today)
    if found.last_day is None or found.latest_safe is None:
        assert found.state == "open"
        return
    assert found.latest_safe <= found.last_day
    assert found.longest is None or found.last_day <= found.longest
    calendar = LIMITS.rows[code].calendar
    assert calendar is None or calendar.open_on(found.latest_safe)
    sure = find(Item(code, item.last, item.last, facts, item.moved), LIMITS, today)
    assert found.state != "over" or sure.state == "over"  # the range never ends before its last day


def test_periods_are_read_strictly() -> None:
    assert [period(one) for one in ("3", "years", "3 years 2 months", "0x3 days", "")] == [None] * 5
    one = period("2 weeks")
    assert one
    assert one(day("2026-12-20")) == day("2027-01-03")


def test_whatever_a_profile_may_name_has_a_limit() -> None:
    assert set(shipped_rules().limitation_codes) <= set(LIMITS.rows)


def run(text: str) -> Result:
    return CliRunner().invoke(deadlines, ["limits", "-"], input=text)


def test_the_worked_examples_hold() -> None:
    done = CliRunner().invoke(deadlines, ["limits", str(CASES)])
    assert done.exit_code == 0, done.stdout
    assert done.stdout.splitlines()[0] == "LC01 ok"
    assert done.stdout.splitlines()[-1] == "25/25"
    assert done.stderr == ""


CASE = """\
- id: A
  date: 2026-11-28
  items:
  - code: wages
    event: 2023-12-29
    moved:
    - kind: demand
      on: 2026-11-01
  expect:
  - last_day: [2027-05-01, 2027-05-02]
    latest_safe: '2027-04-30'
    file_at: court
"""


def test_days_may_be_bare_and_several_values_accepted() -> None:
    assert run(CASE).stdout == "A ok\n1/1\n"


def test_a_case_that_does_not_hold_says_what_it_got() -> None:
    done = run(CASE.replace("file_at: court", "file_at: [lsio, lawsuit]"))
    assert done.exit_code == 1
    assert done.stdout == "A FAIL wages.file_at: expected lsio or lawsuit got court\n0/1\n"


def test_without_a_date_it_is_today() -> None:
    done = run("- {id: A, items: [{code: wages, event: 2015-01-01}], expect: [{state: over}]}")
    assert done.stdout == "A ok\n1/1\n"


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("code: wages", "code: salary", 4, "unknown code 'salary'"),
        ("event: 2023-12-29", "event: soon", 5, "expected a day"),
        ("event: 2023-12-29", "event: 2023-02-30", 5, "day"),
        ("event: 2023-12-29", "event: 0023-02-20", 5, "expected a day from 1950"),
        ("event: 2023-12-29", "event: 2023-12-29 10:00:00", 5, "expected a day"),
        ("    event: 2023-12-29\n", "", 4, "event: is missing"),
        ("event: 2023-12-29", "pay_day: {rule: 32, month: 2024-02}", 5, "expected 1 to 31"),
        ("event: 2023-12-29", "pay_day: {rule: 25, month: 2024-13}", 5, "expected a month"),
        ("event: 2023-12-29", "event: 2023-12-29\n    colour: red", 6, "unknown key"),
        ("event: 2023-12-29", "event: 2023-12-29\n    facts: {known: soon}", 6, "expected a day"),
        ("kind: demand", "kind: letter", 7, "unknown code 'letter'"),
        ("on: 2026-11-01", "ended: 2026-11-01", 7, "on: is missing"),
        ("on: 2026-11-01", "on: 2026-11-01\n      ended: 2026-10-01", 9, "before it began"),
        ("file_at: court", "file_at: tribunal", 12, "unknown code 'tribunal'"),
        ("file_at: court", "state: late", 12, "unknown code 'late'"),
        ("file_at: court", "state: open\n  - state: open", 9, "2 for 1 items"),
        ("- id: A", "- id: A\n- id: A", 2, "twice"),
        ("- id: A", "- title: A", 1, "id: expected text"),
    ],
)
def test_a_bad_file_is_named_by_line_and_fault(old: str, new: str, line: int, what: str) -> None:
    assert old in CASE
    done = run(CASE.replace(old, new))
    assert (done.exit_code, done.stdout) == (2, "")
    found = [one for one in done.stderr.splitlines() if what in one]
    assert [one.partition(" ")[0] for one in found] == [f"stdin:{line}:"], done.stderr


@pytest.mark.parametrize("text", ["", "cases: []\n", "[]\n", "- [\n", "- 3\n"])
def test_a_file_without_cases_is_no_file(text: str) -> None:
    done = run(text)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("stdin:1: ") or done.stderr.startswith("stdin:2: ")


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    done = CliRunner().invoke(deadlines, ["limits", str(tmp_path / "x.yaml")])
    assert done.exit_code == 2
    assert "x.yaml:1: No such file" in done.stderr
