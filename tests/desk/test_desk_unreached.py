"""Who answers for a worker reads that no e-mail reaches them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from grievance.cases.operations import handling
from grievance.clock import real_now
from grievance.notifications import proof
from grievance.notifications.models import Outbox
from grievance.notifications.outbox import KEPT
from tests.cast import Filed, Staff
from tests.desk.conftest import House
from tests.pages import Page, read_page

ADDRESS = "linh@example.org"


def filed_by_email(house: House, by: Staff, address: str = ADDRESS) -> Filed:
    """A case that somebody has, with an address for letters."""
    filed = house.case(reach_by="email", **{"contact-email": address})
    handling.take(by.act(house.session, house.app.config["SITE"], filed.case, real_now()))
    house.session.commit()
    return filed


def refuse(house: House, error: str, address: str = ADDRESS) -> None:
    """The letter to an address was given up yesterday."""
    tag = proof.recipient(house.app.config["KEY_RING"].address_hmac, address)
    over = real_now() - timedelta(days=1) + KEPT
    ended = update(Outbox).where(Outbox.recipient == tag)
    house.session.execute(ended.values(state="dead", error=error, next_at=over))
    house.session.commit()


def listed(house: House, who: Staff) -> str:
    today: Page = read_page(house.browser(who).get("/staff/"))
    return "".join(today.one("section", aria_labelledby="list-unreached").itertext())


def test_who_has_the_case_sees_it_until_another_way_was_tried(house: House) -> None:
    who, colleague = house.hire(), house.hire(name="Mori Emi")
    filed = filed_by_email(house, who)
    filed_by_email(house, who, "other@example.org")
    reference = filed.case.reference
    assert reference not in listed(house, who)
    refuse(house, "smtp-550")
    assert reference in listed(house, who)
    assert reference not in listed(house, colleague)
    client = house.browser(who)
    path = f"/staff/cases/{reference}"
    page = read_page(client.get(path))
    form = page.one("form", action=f"{path}/try_to_reach")
    typed = {"way": "phone", "note": "Rang, nobody answered."}
    day = real_now().date().isoformat()
    sent = client.post(f"{path}/try_to_reach", data={**page.fields(form), **typed, "on_day": day})
    assert sent.status_code == 303, read_page(sent).main
    assert reference not in listed(house, who)


def test_a_letter_that_was_only_late_marks_nobody(house: House) -> None:
    who = house.hire()
    filed = filed_by_email(house, who)
    refuse(house, "timeout")
    assert filed.case.reference not in listed(house, who)


def test_it_says_how_many_and_leads_to_all(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grievance.cases.queue.SHOWN", 1)
    who = house.hire()
    for name in ("linh", "minh"):
        filed_by_email(house, who, f"{name}@example.org")
        refuse(house, "smtp-550", f"{name}@example.org")
    client = house.browser(who)
    section = read_page(client.get("/staff/")).one("section", aria_labelledby="list-unreached")
    rows = [one for one in section.iter("tr") if one.get("data-row") is not None]
    (more,) = (one for one in section.iter("a") if one.text == "See all 2")
    assert len(rows) == 1
    page = read_page(client.get(str(more.get("href")).partition("#")[0]))
    section = page.one("section", aria_labelledby="list-unreached")
    assert len([one for one in section.iter("tr") if one.get("data-row") is not None]) == 2
    assert not [one for one in section.iter("a") if one.text == "See all 2"]
