"""What runs together with what, on the pages of one case: the handler's, and the worker's."""

from __future__ import annotations

from uuid import UUID

import pytest

from grievance.desk import views
from grievance.referrals.models import Referral
from tests.desk.looking import counted
from tests.desk.test_desk_handover import ask, delivered, taken
from tests.pages import Page, read_page

pytestmark = pytest.mark.usefixtures("loaded")
BARS = "Conciliation at the Labour Bureau does not take a dispute that is already before a court."


def rows(page: Page) -> list[tuple[str, str]]:
    """Kind and words of each pair that the page shows."""
    found = [one for one in page.all("tr") if one.get("data-pair")]
    return [(one.get("data-pair"), " ".join("".join(one.itertext()).split())) for one in found]


def referred(house, referral: str) -> str:
    """The body that this hand-over is for."""
    return str(house.session.get_one(Referral, UUID(referral)).mechanism)


def test_the_picture_of_a_case_at_the_desk_and_on_the_workers_pages(house, monkeypatch):
    handler = house.hire()
    filed = taken(house, handler)
    client, case = house.browser(handler), f"/staff/cases/{filed.case.reference}"
    client.get(case)
    before = rows(read_page(client.get(case)))
    kinds = [kind for kind, _words in before]
    assert kinds[:1] == ["bars"], "suggested, and nothing is asked yet"
    assert BARS in before[0][1]
    assert "Individual" in before[0][1], "the law stands beside it"

    path = delivered(house, client, filed.case)
    ask(house, client, filed.case, "jp-lsio", purpose="complaint")
    client.get(case)
    with counted() as asked:
        page = read_page(client.get(case))
    shown = rows(page)
    assert any(kind == "bars" and "(Handed over)" in words for kind, words in shown)
    with monkeypatch.context() as without, counted() as fewer:
        without.setattr(views, "beside", lambda *_given: None)
        assert not rows(read_page(client.get(case)))
    assert len(asked) == len(fewer), "the picture asks the database nothing"
    referral = path.rpartition("/")[2]
    for of_one in (path, f"{case}/refer/{referred(house, referral)}"):
        page = read_page(client.get(of_one))
        assert "Conciliation" in "".join(words for _kind, words in rows(page)), of_one
        assert any(BARS in words and "Individual" in words for _kind, words in rows(page)), of_one
        assert "Beside other doors" not in page.main

    worker = house.browser()
    form = read_page(worker.get("/en/return")).fields()
    assert worker.post("/en/return", data={**form, "code": filed.code}).status_code == 303
    theirs = rows(read_page(worker.get(f"/en/case/handover/{referral}")))
    assert {"Conciliation" in words for _kind, words in theirs} == {True}
    assert BARS in theirs[0][1]
    assert not rows(read_page(worker.get("/en/case"))), "no rule names conciliation and inspection"
    ask(house, client, filed.case, "jp-civil-court")
    known = read_page(worker.get("/en/case"))
    assert [kind for kind, _words in rows(known)] == ["bars"]
    japanese = read_page(worker.get("/ja/case"))
    assert "同じ問題について両方は使えない" in japanese.main
