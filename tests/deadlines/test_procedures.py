"""What happens at a body, as data: who may say what, and from when to when it is counted."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from grievance.deadlines import procedures, stages
from grievance.deadlines.asked import limits_of
from grievance.deadlines.procedures import FILE, Procedure, shipped
from grievance.deadlines.stages import Expected, first_answer, result, told_of
from grievance.directory import facts
from grievance.directory.entries import Mechanism
from grievance.i18n import speaking
from grievance.sheets import SheetError

UNKNOWN = "How long that takes nobody has confirmed to us. Ask them."


def body(name: str) -> Mechanism:
    return facts.shipped().mechanisms[name]


def of(name: str) -> Procedure:
    return shipped().of(name, body(name).kind)


def times(name: str) -> dict[str, str]:
    told = told_of(body(name))
    return {line.id: line.time for line in told.lines if line.time} if told else {}


def test_every_body_has_its_procedure_or_that_of_its_kind_and_every_problem_its_limits() -> None:
    found = {name: of(name).code for name in facts.shipped().mechanisms}
    assert found["jp-ncp"] == found["ncp-generic"] == "ncp"
    assert (found["jp-lsio"], found["jp-civil-court"]) == ("labour-inspection", "court")
    assert (found["bd-dife"], found["ngo-smj"], found["ilo"]) == (
        "state-body",
        "support-group",
        "international",
    )
    assert shipped().of("desk-of-a-company", "company").code == "company", "registered here"
    for issue in facts.shipped().issues:
        assert bool(limits_of(issue)) != bool(shipped().no_limit.get(issue)), issue


def test_a_stage_only_of_one_body_is_no_stage_of_another() -> None:
    assert "own-wish" in {stage.id for stage in of("jp-esd-org").stages}
    otit = of("jp-otit")
    assert "own-wish" not in {stage.id for stage in otit.stages}
    assert otit.stage("transfer").next == ("bridge",)


def test_no_sentence_is_longer_than_a_line() -> None:
    asks = [one for row in shipped().rows.values() for one in row.asks]
    assert len(asks) == 6, "the questions of the contact point's first look"
    texts = [stage.text for row in shipped().rows.values() for stage in row.stages]
    assert max(map(len, [*texts, *(one.question for one in asks), *(a.send for a in asks)])) <= 90


def test_a_worker_reads_numbers_that_somebody_knows_and_what_kind_they_are() -> None:
    assert times("jp-labour-tribunal") == {
        "first-session": "About 40 days (usual, not promised).",
        "objection": "You have 2 weeks for it.",
    }
    told = told_of(body("jp-labour-tribunal"))
    assert told is not None
    assert told.whole == "All of it takes about 79 days (usual, not promised)."
    assert [page.id for page in told.pages] == ["roudoumondai-com-1"]
    assert (told.laws, told.untold) == (("Labour Tribunal Act 21",), True)
    assert times("jp-lsio") == {"inspection": UNKNOWN}
    assert times("jp-ncp") == {
        "receipt": UNKNOWN,
        "coordination": UNKNOWN,
        "assessment": "About 3 months (usual, not promised).",
        "statement": "About 3 months (usual, not promised).",
        "follow-up": "About 12 months (usual, not promised).",
    }
    assert times("jp-equal-employment") == {
        "mediation": "About 3 months after it was sent (usual, not promised).",
    }
    assert times("company-hotline-template")["acknowledged"] == "Good practice: within 7 days."
    assert times("un-special-procedures") == {"reply": "The rule is 60 days."}
    assert times("ifc-cao")["eligible"] == "About 15 working days (usual, not promised)."
    with speaking("ja"):
        assert times("jp-labour-tribunal")["objection"] == "期間は2 週間です。"


def test_of_a_body_without_a_procedure_of_its_own_nothing_is_told() -> None:
    plans = ("jp-police-9110", "jp-emergency", "ngo-smj", "ph-dmw-mwo", "ilo")
    assert [told_of(body(name)) for name in plans] == [None] * 5


@pytest.mark.parametrize(
    ("name", "sent", "first", "whole"),
    [
        # 40 days end on Saturday 9 January 2027; the Monday is a holiday
        ("jp-labour-tribunal", "2026-11-30", ("2027-01-12", True), ("2027-02-17", True)),
        # two weeks end on 31 December: the bureau is closed until 4 January
        ("jp-labour-bureau-conciliation", "2026-12-17", ("2027-01-04", True), ("2027-02-17", True)),
        ("jp-lsio", "2026-11-30", ("2027-01-04", False), ("2027-03-01", False)),
        ("jp-ncp", "2026-12-01", ("2027-01-04", False), ("2027-12-01", False)),
        # abroad: no calendar of Japan, and only weekdays are counted
        ("ncp-generic", "2026-12-01", ("2026-12-29", False), ("2027-12-01", False)),
        ("ifc-cao", "2026-12-16", ("2027-01-06", True), None),
        # three months from the day on which they should have said that they have it
        ("company-hotline-template", "2026-12-01", ("2026-12-08", True), ("2027-03-08", True)),
        ("ngo-smj", "2026-12-01", ("2026-12-15", False), ("2027-02-01", False)),
        ("jp-otit", "2026-12-01", None, None),
        ("ilo", "2026-12-01", None, None),
    ],
)
def test_a_day_is_counted_along_the_stages_and_falls_on_one_on_which_they_work(
    name: str, sent: str, first: tuple[str, bool] | None, whole: tuple[str, bool] | None
) -> None:
    def day(told: tuple[str, bool] | None) -> Expected | None:
        basis = "good" if name == "company-hotline-template" else "usual"
        return Expected(date.fromisoformat(told[0]), told[1], basis) if told else None

    begun = date.fromisoformat(sent)
    assert (first_answer(body(name), begun), result(body(name), begun)) == (day(first), day(whole))


def test_a_day_is_told_to_a_worker_while_it_is_ahead_and_with_what_it_rests_on() -> None:
    def said(name: str, today: str, *, answered: bool = False) -> str:
        now, sent = date.fromisoformat(today), date(2026, 12, 1)
        return stages.expects(body(name), sent, now, answered=answered)

    assert said("jp-labour-bureau-guidance", "2027-01-04") == (
        "Their first answer usually comes by about Monday, January 4, 2027. Nobody promised that."
    )
    assert said("jp-labour-bureau-guidance", "2027-01-05") == ""
    assert said("company-hotline-template", "2026-12-02", answered=True) == (
        "By good practice all of it is over by Monday, March 8, 2027. Nobody promised that."
    )
    assert said("jp-lsio", "2026-12-02") == said("jp-otit", "2026-12-02") == ""


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("next: [coordination, assessment]", "next: [assessment]", "nothing leads to 'coordin"),
        ("next: [talks, statement]", "next: [talks, end]", "unknown id 'end'"),
        ("from: talks", "from: nowhere", "unknown code 'nowhere'"),
        ("from: talks", "from: statement", "unknown code 'statement'"),
        ("calendar: courts", "calendar: moon", "unknown code 'moon'"),
        ("time: 40 days", "time: soon", "expected a time such as"),
        ("kinds: [state_judicial]", "kinds: []", "state_judicial has no procedure"),
        ("mechanisms: [jacer]", "mechanisms: [jp-lsio]", "jp-lsio twice"),
        ("mechanisms: [jacer]", "mechanisms: [gone]", "unknown id 'gone'"),
        ("first: receipt", "first: talks", "talks says no time"),
        ("  other: What it is about is not known yet.\n", "", "other has no limit: say why"),
        ("no_limit:\n", "no_limit:\n  wages-unpaid: Because.\n", "wages-unpaid has a limit"),
        ("only: [jp-esd-org]", "only: [jp-ncp]", "jp-ncp is not of this procedure"),
    ],
)
def test_what_would_leave_somebody_without_an_answer_does_not_load(
    tmp_path: Path, old: str, new: str, what: str
) -> None:
    text = FILE.read_text("utf-8")
    assert old in text
    file = tmp_path / "procedures.yaml"
    file.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(SheetError) as wrong:
        procedures.load(file)
    assert any(what in str(fault) for fault in wrong.value.faults), wrong.value.faults
