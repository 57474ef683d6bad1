"""What happens at a body, where a hand-over is prepared, asked for, and waits for an answer."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from grievance.deadlines import stages
from grievance.directory import facts
from grievance.i18n import date_text
from grievance.referrals.models import Referral
from tests.desk.test_desk_handover import CONCILIATION, SAID, ask, do, packet_page, taken
from tests.pages import Page, read_page

pytestmark = pytest.mark.usefixtures("loaded")


def listed(page: Page) -> list[str]:
    """The stages that a page lists."""
    return [one.get("data-stage") for one in page.all("li") if one.get("data-stage")]


def words(page: Page) -> str:
    return " ".join(page.main.split())


def test_from_the_question_to_the_answer_both_read_what_happens_there(house):
    handler = house.hire()
    filed = taken(house, handler)
    client, worker = house.browser(handler), house.browser()
    prepared = packet_page(client, filed.case)
    assert listed(prepared)[:2] == ["applied", "notice"]
    path = ask(house, client, filed.case)
    referral = house.session.scalars(select(Referral)).one()

    form = read_page(worker.get("/en/return")).fields()
    assert worker.post("/en/return", data={**form, "code": filed.code}).status_code == 303
    theirs = f"/en/case/handover/{referral.id}"
    asked = read_page(worker.get(theirs))
    assert listed(asked) == ["applied", "notice", "meeting", "proposal", "ended", "lawsuit"]
    assert words(asked).index("Your answer") > words(asked).index("What happens there")
    assert words(asked).index("No, do not give it") < words(asked).index("What happens there")
    assert not [one for one in asked.all("li") if one.get("aria-current") == "step"]

    assert do(client, path, "record_consent", **SAID, immigration="yes").status_code == 303
    assert do(client, path, "deliver", channel="post").status_code == 303
    house.session.expire_all()
    body = facts.shipped().mechanisms[CONCILIATION]
    first = stages.first_answer(body, referral.delivered_on)
    end = stages.result(body, referral.delivered_on)
    assert (first.sure, end.sure) == (True, True)
    assert referral.next_chase == first.day
    shown = words(read_page(client.get(path)))
    assert f"First answer expected by about{date_text(first.day)}" in shown
    assert f"Result expected by about{date_text(end.day)}" in shown
    sent = read_page(worker.get(theirs))
    here = [one for one in sent.all("li") if one.get("aria-current") == "step"]
    assert [one.get("data-stage") for one in here] == ["applied"]
    assert f"Their first answer usually comes by about {date_text(first.day)}" in words(sent)

    assert do(client, path, "referral_news", kind="accepted", told="Yes.").status_code == 303
    later = read_page(worker.get(theirs))
    assert f"All of it is usually over by about {date_text(end.day)}" in words(later)
    assert not [one for one in later.all("li") if one.get("aria-current") == "step"]
    shown = words(read_page(client.get(path)))
    assert "First answer expected" not in shown
    assert do(client, path, "referral_news", kind="outcome", told="Paid.").status_code == 303
    assert not listed(read_page(worker.get(theirs))), "it is over"


def test_the_six_questions_stand_where_the_contact_points_paper_is_prepared(house):
    handler = house.hire()
    filed = taken(house, handler)
    client = house.browser(handler)
    page = packet_page(client, filed.case, "jp-ncp")
    assert "What has the company to do with it?" in words(page)
    assert "Who employs, who gives orders, who buys" in words(page)
    assert "What they ask themselves" not in words(packet_page(client, filed.case))


def test_a_number_to_be_confirmed_is_a_plan_at_the_desk_and_nothing_to_the_worker(house):
    handler = house.hire()
    filed = taken(house, handler)
    client, worker = house.browser(handler), house.browser()
    path = ask(house, client, filed.case, "jp-lsio", purpose="complaint")
    assert do(client, path, "record_consent", **SAID, immigration="yes").status_code == 303
    assert do(client, path, "deliver", channel="post").status_code == 303
    shown = words(read_page(client.get(path)))
    assert "(a plan: the number is to be confirmed)" in shown
    form = read_page(worker.get("/en/return")).fields()
    assert worker.post("/en/return", data={**form, "code": filed.code}).status_code == 303
    theirs = path.rpartition("/")[2]
    page = read_page(worker.get(f"/en/case/handover/{theirs}"))
    assert "usually comes by" not in words(page)
    here = [one for one in page.all("li") if one.get("aria-current") == "step"]
    assert [one.get("data-stage") for one in here] == ["report"]
