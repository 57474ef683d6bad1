"""What may belong together: suggested by the index, said by a person, taken back visibly."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from grievance.accounts.models import Event, ReadLog
from grievance.accounts.roles import Role
from grievance.cases.matters import LinkedMatter
from grievance.cases.models import Recusal
from grievance.cases.operations import shredding
from tests.cast import NOW
from tests.pages import Page, read_page

LAN = {
    "name": "Nguyễn Thị Lan", "company": "Hoshino Foods Co., Ltd.", "reach_by": "phone",
    "contact_phone": "+819012345678", "know": "all",
}  # fmt: skip
MINH = {"name": "Trần Văn Minh", "know": "all"}


def place(case) -> str:
    return f"/staff/cases/{case.reference}/together"


def matters_in(page: Page, section: str) -> dict[str, str]:
    """The cases that stand in a section, and what is said of each."""
    found = page.one("section", **{"aria-labelledby": section})
    return {one.get("data-matter"): "".join(one.itertext()) for one in found.iter("article")}


def say(client, case, verb: str, other, why: str = ""):
    """Send the form of a case that is named, or the one in which a reference is written."""
    fields = read_page(client.get(place(case))).fields()
    sent = {**fields, "reference": getattr(other, "reference", other), "why": why}
    return client.post(f"/staff/cases/{case.reference}/{verb}", data=sent)


@pytest.mark.parametrize(
    ("answers", "grounds"),
    [
        ({"company": "HOSHINO FOODS"}, ["Same employer"]),
        ({"company": "Mihon", "company_own": "(株)Hoshino Foods"}, ["Same employer"]),
        ({"name": "Lan Nguyen Thi"}, ["Same name"]),
        ({"reach_by": "phone", "contact_phone": "090-1234-5678"}, ["Same telephone"]),
        ({**LAN}, ["Same employer", "Same name", "Same telephone"]),
        ({"company": "Hoshino"}, []),
        ({"name": "Lan"}, []),
        ({"company": "Mihon", "company_place": "Hoshino Foods"}, []),
        ({**LAN, "know": "not-employer"}, ["Same employer", "Same name", "Same telephone"]),
        ({**LAN, "know": "nobody"}, ["Same employer"]),
    ],
)
def test_the_index_suggests_what_is_the_same_as_far_as_both_workers_let_it(house, answers, grounds):
    case = house.case(**LAN).case
    other = house.case(**{**MINH, **answers}).case
    client = house.browser(house.hire())
    for one, two in ((case, other), (other, case)):
        found = matters_in(read_page(client.get(place(one))), "suggested")
        assert set(found) == ({two.reference} if grounds else set())
        for ground in ("Same employer", "Same name", "Same telephone"):
            assert (ground in found.get(two.reference, "")) == (ground in grounds)
    assert not house.session.scalars(select(LinkedMatter)).all()  # nothing by itself


def test_a_person_links_two_cases_and_takes_it_back_and_both_cases_tell_it(house):
    handler, colleague = house.hire(), house.hire(name="Sato Mei")
    one, two = house.case(**LAN).case, house.case(**{**MINH, "company": "Hoshino Foods"}).case
    client, other = house.browser(handler), house.browser(colleague)
    assert say(client, one, "link_matter", two).status_code == 303  # one click
    for case, beside in ((one, two), (two, one)):
        page = read_page(other.get(place(case)))
        linked = matters_in(page, "linked")
        assert set(linked) == {beside.reference}
        assert "Same employer" in linked[beside.reference]
        assert "Tanaka Ken" in linked[beside.reference]
        assert not matters_in(page, "suggested")
        shown = read_page(other.get(f"/staff/cases/{case.reference}"))
        assert beside.reference in shown.main
        assert "another case belongs together with this one" in shown.main
    # back without a word: refused beside the box; with one: told on both, and not suggested anew
    refused = say(other, two, "part_matter", one)
    assert refused.status_code == 422
    assert "why" in read_page(refused).errors
    assert say(other, two, "part_matter", one, "Another branch, other people").status_code == 303
    for case, beside in ((one, two), (two, one)):
        page = read_page(client.get(place(case)))
        assert not matters_in(page, "linked")
        assert not matters_in(page, "suggested")
        assert "Another branch, other people" in matters_in(page, "apart")[beside.reference]
        assert beside.reference not in read_page(client.get(f"/staff/cases/{case.reference}")).main
    chain = select(Event.verb).where(Event.verb.like("%_matter"), Event.stream_id == two.id)
    assert house.session.scalars(chain.order_by(Event.seq)).all() == ["link_matter", "part_matter"]
    # and again by its number, for what nobody could compare
    third = house.case(**MINH).case
    assert "why" in read_page(say(client, one, "link_matter", third)).errors
    answer = say(client, one, "link_matter", third.reference.lower(), "She told us of him")
    assert answer.status_code == 303
    assert say(client, one, "link_matter", third, "Twice").status_code == 303
    assert (
        "She told us of him"
        in matters_in(read_page(client.get(place(third))), "linked")[one.reference]
    )
    for wrong in (one.reference, "ZZZZZZZZZZ"):
        assert "reference" in read_page(say(client, one, "link_matter", wrong, "So")).errors


def test_who_has_a_conflict_of_interest_in_the_other_case_learns_nothing_of_it(house):
    handler, other = house.hire(), house.hire(name="Sato Mei")
    case, hidden, third = (house.case(**LAN).case for _ in range(3))
    client = house.browser(other)
    assert len(matters_in(read_page(client.get(place(case))), "suggested")) == 2
    say(client, case, "link_matter", hidden)
    for one in (hidden, third):
        house.session.add(Recusal(case_id=one.id, person_id=handler.id, by_id=handler.id, at=NOW))
    house.session.commit()
    client = house.browser(handler)
    page = read_page(client.get(place(case)))
    assert not [*matters_in(page, "linked"), *matters_in(page, "suggested")]
    assert "(0)" in page.main
    assert hidden.reference not in page.main
    assert hidden.reference not in read_page(client.get(f"/staff/cases/{case.reference}")).main
    assert "reference" in read_page(say(client, case, "link_matter", third, "Guessed")).errors
    assert client.get(place(hidden)).status_code == 404


def test_a_search_is_noted_and_the_database_tells_neither_ground_nor_word(house):
    handler = house.hire()
    one, two = house.case(**LAN).case, house.case(**LAN).case
    client = house.browser(handler)
    say(client, one, "link_matter", two, "Mirabelle told so")
    reads = house.session.scalars(select(ReadLog.what).where(ReadLog.what == "search")).all()
    assert reads
    for table in ("linked_matter", "event", "event_detail", "read_log"):
        rows = house.session.execute(text(f"SELECT t::text FROM {table} t")).scalars().all()
        assert rows
        assert not any(word in row for row in rows for word in ("irabelle", "employer", "phone"))


def test_an_erased_case_takes_its_links_along_and_the_other_tells_it(house):
    handler = house.hire()
    gone, stays = house.case(**LAN).case, house.case(**LAN).case
    client = house.browser(handler)
    say(client, stays, "link_matter", gone)
    # who erases one may have a conflict of interest in the other
    house.session.add(Recusal(case_id=stays.id, person_id=handler.id, by_id=handler.id, at=NOW))
    house.session.commit()
    act = handler.act(house.session, house.app.config["SITE"], house.again(gone))
    shredding.shred(act, [], ground="worker")
    house.session.commit()
    assert not house.session.scalars(select(LinkedMatter)).all()
    page = read_page(house.browser(house.hire(name="Sato Mei")).get(place(stays)))
    assert not [*matters_in(page, "linked"), *matters_in(page, "suggested")]


def test_a_lead_sees_which_employers_come_again_as_far_as_they_may(house):
    lead, director = house.hire(Role.LEAD), house.hire(Role.DIRECTOR, name="Sato Mei")
    one = house.case(**LAN).case
    two = house.case(
        **{**MINH, "company": "星野フーズ株式会社", "company_own": "Hoshino Foods"}
    ).case
    three = house.case(**{**MINH, "company": "星野フーズ"}).case
    four = house.case(**{**LAN, "know": "nobody"}).case
    house.case(**{**MINH, "company": "Aoi"})
    hidden = house.case(**{**MINH, "company": "Aoi", "company_own": "Hoshino Foods"}).case
    house.session.add(Recusal(case_id=hidden.id, person_id=lead.id, by_id=lead.id, at=NOW))
    house.session.commit()
    page = read_page(house.browser(lead).get("/staff/employers"))
    (row,) = page.all("tr", data_employer="")
    said = " ".join("".join(row.itertext()).split())
    assert "星野フーズ" in said or "Hoshino Foods Co., Ltd." in said
    assert "4 · open: 4" in said
    assert "Unpaid or late wages (4)" in said
    assert {link.get("href").split("/")[-1] for link in row.iter("a")} == {
        case.reference for case in (one, two, three, four)
    }
    assert "Aoi" not in page.main  # what they may not see joins no two names
    client = house.browser(director)
    (row,) = read_page(client.get("/staff/employers")).all("tr", data_employer="")
    assert "6 · open: 6" in " ".join("".join(row.itertext()).split())
    assert "/staff/employers" in client.get("/staff/").text
    reads = house.session.scalars(select(ReadLog.what)).all()
    assert set(reads) == {"search"}  # no case was opened
    handler = house.browser(house.hire(name="Abe Rin"))
    assert handler.get("/staff/employers").status_code == 403
    assert "/staff/employers" not in handler.get("/staff/").text
