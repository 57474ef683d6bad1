"""A paper with an addressee: which office, who there, as the handler wrote it before asking."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pypdfium2
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.desk.addressee_form import ways_of
from grievance.directory import queries as directory
from grievance.referrals.models import Packet
from tests.cast import Browser
from tests.desk.conftest import House
from tests.desk.test_desk_flow import form_of
from tests.desk.test_desk_handover import SAID, ask, do, packet_page, taken
from tests.pages import Page, parsed, read_page

pytestmark = pytest.mark.usefixtures("loaded")
LSIO = "jp-labour-bureau-conciliation"
TO = {
    "to_office": "新宿労働基準監督署 第2方面",
    "to_person": "佐藤 監督官",
    "to_address": "新宿区百人町4-4-1",
    "to_phone": "03-3361-3949",
    "to_language": "ja",
}


def texts(client: Browser, path: str) -> str:
    """What the PDF of a hand-over says."""
    document = pypdfium2.PdfDocument(client.get(f"{path}/packet.pdf").get_data())
    return "".join(one.get_textpage().get_text_range() for one in document)


def test_it_stands_on_the_paper_and_at_the_hand_over(house: House) -> None:
    handler = house.hire()
    filed = taken(house, handler)
    client, case = house.browser(handler), filed.case
    path = ask(house, client, case, LSIO, **TO)
    row = house.session.scalars(select(Packet)).one()
    assert TO["to_office"].encode() not in bytes(row.content)
    page = read_page(client.get(path))
    paper = "".join(page.one("article").itertext())
    assert "宛先部署：新宿労働基準監督署 第2方面" in paper
    assert "宛先電話：+81 3-3361-3949" in paper
    facts = " ".join("".join(page.one("section", aria_labelledby="about").itertext()).split())
    for told in (
        TO["to_person"],
        "+81 3-3361-3949",
        "Language in which they are spoken withJapanese",
    ):
        assert told in facts
    printed = texts(client, path)
    assert "第2方面" in printed
    assert "佐藤 監督官" in printed
    assert do(client, path, "record_consent", **SAID, immigration="yes").status_code == 303
    assert do(client, path, "deliver", channel="post").status_code == 303
    chased = read_page(client.get(path)).all("p", data_addressee="")
    assert chased
    assert all(TO["to_person"] in "".join(one.itertext()) for one in chased)
    entry = directory.book(house.session).entries[LSIO]
    assert "佐藤" not in repr(entry), "what is typed is no fact of the directory"


def test_who_is_asked_anew_finds_whom_it_was_for(house: House) -> None:
    handler = house.hire()
    filed = taken(house, handler)
    client, case = house.browser(handler), filed.case
    ask(house, client, case, LSIO, **TO)
    page = packet_page(client, case, LSIO)
    fields = page.fields(form_of(page, "refer"))
    assert {name: fields[name] for name in TO} == {**TO, "to_phone": "+81333613949"}


def test_a_number_of_the_directory_fills_what_was_left_empty(house: House) -> None:
    handler = house.hire()
    filed = taken(house, handler)
    client, case = house.browser(handler), filed.case
    body = "jp-prefecture-labour-office"
    offered = packet_page(client, case, body).one("select", name="to_known").findall("option")
    chosen = next(one for one in offered if "03-3265-6110" in (one.text or ""))
    path = ask(house, client, case, body, to_known=str(chosen.get("value")))
    assert "03-3265-6110" in read_page(client.get(path)).main


def test_a_way_is_named_by_what_it_is_and_not_by_its_place(loaded: Session) -> None:
    """Else a page from before a change of the directory would send a paper somewhere else."""
    several = 0
    for entry in directory.book(loaded).entries.values():
        ways = ways_of(entry)
        assert ways_of(replace(entry, ways=entry.ways[::-1])) == ways
        assert all(key.endswith(label) for key, (_part, _value, label) in ways.items())
        several += len(ways) > 1
    assert several > 5


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("to_phone", "please call"),
        ("to_phone", "03-12"),
        ("to_address", "宛" * 201),
        ("to_person", "\U00012000\U00012001"),  # cuneiform
        ("to_language", "tlh"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(house: House, field: str, typed: str) -> None:
    handler = house.hire(language="ja")
    filed = taken(house, handler)
    client, case = house.browser(handler), filed.case
    page = packet_page(client, case, LSIO)
    kept = {**page.fields(form_of(page, "refer")), **TO, "purpose": "mediation", field: typed}
    answer: Any = client.post(f"/staff/cases/{case.reference}/refer/{LSIO}", data=kept)
    wrong: Page = parsed(answer.status_code, answer.get_data(as_text=True))
    assert (answer.status_code, field in wrong.errors) == (422, True), wrong.errors
    again = wrong.fields(form_of(wrong, "refer"))
    assert again["to_office"] == TO["to_office"]
    assert again[field] == typed or field == "to_language"
    assert house.session.scalars(select(Packet)).all() == []
