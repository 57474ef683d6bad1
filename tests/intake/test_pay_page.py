"""What a worker was paid, month by month: typed in any script, reckoned, sealed, shown, copied."""

from __future__ import annotations

import io
import json
from datetime import date
from zipfile import ZipFile

import pypdfium2 as pdfium
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance import clock
from grievance.accounts.models import Event
from grievance.accounts.roles import Role
from grievance.cases import wages
from grievance.cases.models import CaseRecord
from grievance.cases.operations import handling
from grievance.deadlines.limits import shipped
from grievance.deadlines.models import LimitationDate
from grievance.i18n import date_text, speaking
from tests.cast import Browser, Filed, Operator, browser, file_case, found_operator, member
from tests.noticed import noticed
from tests.pages import Page, read_page

PATH = "/en/case/pay"
TOLD = {"since": "", "amount_band": "100k-500k"}


@pytest.fixture
def operator(app: Flask, session: Session) -> Operator:
    return found_operator(session, app.config["KEY_RING"])


@pytest.fixture
def filed(app: Flask, session: Session, operator: Operator) -> Filed:
    assert operator.id
    told = {**TOLD, "since": ago(3).isoformat()}
    return file_case(session, app.config["SITE"], **told)


def ago(months: int) -> date:
    """The first day of a month so many months ago."""
    today = clock.local_day(clock.now(), "Asia/Tokyo")
    return clock.add_months(today.replace(day=1), -months)


def visit(app: Flask, session: Session, filed: Filed) -> Browser:
    made = browser(app, session)
    page = read_page(made.get("/en/return"))
    made.post("/en/return", data={**page.fields(), "code": filed.code})
    return made


def keep(visitor: Browser, path: str = PATH, **said: str) -> Page:
    page = read_page(visitor.get(path))
    form = page.one("form", data_main="")
    sent = visitor.post(path, data={**page.fields(form), **said}, follow_redirects=True)
    return read_page(sent)


def said_of(page: Page, first: date) -> str:
    row = next(one for one in page.root.iter() if one.get("data-month") == f"{first:%Y-%m}")
    return " ".join("".join(row.itertext()).split())


def total(page: Page) -> str:
    found = next(one for one in page.root.iter() if one.get("data-total") is not None)
    return " ".join("".join(found.itertext()).split())


def test_months_are_written_down_reckoned_and_read_at_the_desk(
    app: Flask, session: Session, filed: Filed, operator: Operator
) -> None:
    handler = member(session, operator, Role.HANDLER)
    filed.case.assignee_id = handler.id
    session.commit()
    visitor = visit(app, session, filed)
    assert read_page(visitor.get("/en/case")).all("div", data_pay="")

    # The month since which money is missing is asked for first; digits of any script are read.
    first = read_page(visitor.get(PATH))
    assert first.fields()["month"] == f"{ago(3):%Y-%m}"
    page = keep(visitor, hours="၁၇၀:၃၀", due="২৫০,০০০", paid="១០០០០០", rule="25", lag="next")
    assert page.name == "case.pay"
    assert "170:30" in said_of(page, ago(3))
    assert "¥150,000" in said_of(page, ago(3))
    assert "Until " in said_of(page, ago(3))
    assert read_page(visitor.get(PATH)).fields()["month"] == f"{ago(2):%Y-%m}"

    # An empty box is not known and in no sum; the day of pay is asked once.
    page = keep(visitor, hours="160.5", due="", paid="0")
    assert "160:30" in said_of(page, ago(2))
    assert said_of(page, ago(2)).count("Not known") == 2
    assert page.fields()["rule"] == "25"
    page = keep(visitor, month=f"{ago(4):%Y-%m}", due="￥６００，０００", paid="20,000円")
    assert "Missing in all: ¥730,000" in total(page)
    assert "no sum" not in total(page)
    assert "known or the pay day is still to come: 1" in total(page)
    assert "¥100,000 – ¥500,000" in total(page)
    assert "¥230,000 more than that" in total(page)
    assert "Neither sum replaces the other." in total(page)

    # Who reads the case reads the same; it stands once on their list, and no word in the clear.
    assert len(noticed(session, "worker_answered")) == 1
    desk = read_page(browser(app, session, handler).get(f"/staff/cases/{filed.case.reference}"))
    assert "¥150,000" in said_of(desk, ago(3))
    assert "Missing in all: ¥730,000" in total(desk)
    assert "wrote down a month of pay" in desk.html
    kept = session.scalars(select(CaseRecord).where(CaseRecord.part == "wages")).all()
    assert len(kept) == 3
    assert not any(b"250000" in row.content or b"minutes" in row.content for row in kept)

    # The worker's copy holds it as words and as data.
    asked = read_page(visitor.get("/en/case/copy"))
    with ZipFile(io.BytesIO(visitor.post("/en/case/copy", data=asked.fields()).data)) as copy:
        told = json.loads(copy.read("copy.json"))["pay"]
        assert "¥730,000" in copy.read("copy.html").decode()
    assert (told["currency"], told["pay_day"], told["paid_in"]) == ("JPY", "25", "next")
    assert told["months"][f"{ago(2):%Y-%m}"] == {"minutes": 9630, "due": None, "paid": 0}

    # On paper it stands in the reader's language and in Japanese, and names nobody.
    paper = visitor.get("/en/case/pay.pdf")
    assert paper.data.startswith(b"%PDF")
    read = text_of(paper.data)
    assert "Missing in all: ¥730,000" in read
    assert "不足額の合計" in read
    assert visitor.get("/my/case/pay.pdf").data.startswith(b"%PDF")

    # Sent again it changes nothing; with all three empty the month is taken out.
    before = len(verbs(session, filed))
    keep(visitor, f"{PATH}?row=0", due="600000")
    assert len(verbs(session, filed)) == before
    page = keep(visitor, f"{PATH}?row=0", due="", paid="")
    assert not [one for one in page.root.iter() if one.get("data-month") == f"{ago(4):%Y-%m}"]
    assert "What is missing in all lies within that." in total(page)


def test_the_laws_days_follow_what_was_written_down(
    app: Flask, session: Session, operator: Operator
) -> None:
    """A month before the day that was told is warned of, too, and no later count forgets it."""
    handler = member(session, operator, Role.HANDLER)
    now, site = clock.now(), app.config["SITE"]
    filed = file_case(session, site, now=now, **{**TOLD, "since": ago(3).isoformat()})
    visitor = visit(app, session, filed)
    told = days_of(session, filed)
    early = ago(20)
    keep(visitor, month=f"{early:%Y-%m}", due="250000", paid="0", rule="25", lag="next")
    due = shipped().bank.before(clock.add_months(early, 1).replace(day=25))
    expected = shipped().rows["wages"].calendar.before(clock.add_months(due, 36))
    found = days_of(session, filed)
    assert found[0] == expected < told[0]
    with speaking("en"):
        said = date_text(expected)
    assert said in read_page(visitor.get("/en/case")).main
    desk = browser(app, session, handler)
    assert said in read_page(desk.get(f"/staff/cases/{filed.case.reference}")).main

    act = handler.act(session, site, filed.case, now)
    handling.triage(act, handling.Triage("medium", ["wages-unpaid"], danger=False))
    session.commit()
    assert days_of(session, filed) == found

    keep(visitor, f"{PATH}?row=0", due="250000", paid="250000")  # it came after all
    assert days_of(session, filed)[0] > expected


def days_of(session: Session, filed: Filed) -> list[date]:
    """The days that stand in the clear."""
    session.expire_all()
    asked = select(LimitationDate.latest_safe).where(LimitationDate.case_id == filed.case.id)
    return sorted(session.scalars(asked))


def text_of(pdf: bytes) -> str:
    """What a PDF says."""
    read = pdfium.PdfDocument(pdf)
    return "".join(page.get_textpage().get_text_bounded() for page in read)


def verbs(session: Session, filed: Filed) -> list[str]:
    asked = select(Event.verb).where(Event.stream_id == filed.case.id)
    return list(session.scalars(asked))


def test_what_is_wrong_stands_beside_its_box_and_stays(
    app: Flask, session: Session, filed: Filed
) -> None:
    page = keep(visit(app, session, filed), hours="170:75", due="-5", paid="a lot")
    assert page.status == 422
    assert set(page.errors) == {"hours", "due", "paid"}
    assert "170.5 or 170:30" in page.errors["hours"]
    assert {"170:75", "-5", "a lot"} <= set(page.fields().values())
    assert verbs(session, filed) == ["filed"]


def test_a_case_abroad_has_its_own_currency_and_no_date_of_japan(
    app: Flask, session: Session, operator: Operator
) -> None:
    told = {"location": "abroad", "country": "KH", "amount_words": "900000 riel"}
    visitor = visit(app, session, file_case(session, app.config["SITE"], **told))
    page = keep(visitor, month=f"{ago(2):%Y-%m}", due="900,000.50", paid="0")
    assert "KHR" in total(page)
    assert "900000 riel" in total(page)
    assert "cannot be worked out" in total(page)
    assert "Time limit" not in said_of(page, ago(2))


def test_only_the_worker_of_a_case_about_pay_writes_and_a_closed_one_is_read(
    app: Flask, session: Session, operator: Operator, filed: Filed
) -> None:
    site = app.config["SITE"]
    helper = file_case(session, site, role="helper", known_to="helper")
    assert visit(app, session, helper).get(PATH).status_code == 403
    other = visit(app, session, file_case(session, site, issue="insurance-pension"))
    assert other.get(PATH).status_code == 403
    assert "data-pay" not in other.get("/en/case").text
    visitor = visit(app, session, filed)
    keep(visitor, due="1", paid="0")
    fields = read_page(visitor.get(PATH)).fields()
    filed.case.state = "withdrawn"
    session.commit()
    page = read_page(visitor.get(PATH))
    assert "¥1" in said_of(page, ago(3))
    assert not page.all("form", data_main="")
    late = read_page(visitor.post(PATH, data={**fields, "due": "77"}))
    assert "77" in late.html
    assert wages.read(session, filed.open(session)).months[ago(3)].due == 1


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [("0", 0), ("8:05", 485), ("７．５", 450), ("170,5", 10230), ("۱۷۰٫۲۵", 10215), ("744", 44640)],
)
def test_hours_are_read_as_people_write_them(typed: str, minutes: int) -> None:
    assert wages.minutes_in(typed) == minutes


@pytest.mark.parametrize("typed", ["", "x", "1:5", "1:60", "-1", "745", "1e2", "nan", "1:00:00"])
def test_what_are_no_hours_of_a_month_is_refused(typed: str) -> None:
    with pytest.raises(wages.NotHours):
        wages.minutes_in(typed)
