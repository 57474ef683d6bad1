"""The box that finds: by what, as far as the person may see, and what of it the database holds."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import func, select, text

from grievance.accounts.models import ReadLog
from grievance.cases import index
from grievance.cases.messages import Written
from grievance.cases.models import Recusal, SearchChunk, SearchLine
from grievance.cases.operations import handling, shredding
from tests.cast import NOW
from tests.desk.looking import references
from tests.pages import read_page

LAN = {
    "name": "Nguyễn Thị Lan", "name_own": "グエン ティ ラン", "company": "Hoshino Foods",
    "company_own": "星野フーズ株式会社", "company_place": "Kōfu", "reach_by": "phone",
    "contact_phone": "+819012345678",
}  # fmt: skip


def search(client, words: str):
    """The page that answers to these words."""
    fields = read_page(client.get("/staff/find")).fields()
    answer = client.post("/staff/find", data={**fields, "words": words})
    assert answer.headers["Cache-Control"] == "no-store"
    return read_page(answer)


def found(client, words: str) -> list[str]:
    return references(search(client, words))


def test_every_staff_page_has_the_box_and_the_page_without_words_finds_nothing(house, show):
    client = house.browser(house.hire())
    for path in ("/staff/", "/staff/cases", "/staff/referrals", "/staff/account"):
        assert show(client, path).one("form", action="/staff/find").get("role") == "search"
    page = show(client, "/staff/find")
    assert page.name == "staff.find"
    assert not references(page)


@pytest.mark.parametrize(
    ("words", "by"),
    [
        ("nguyen", "Name"),
        ("NGUYỄN lan", "Name"),
        ("グエン", "Name"),
        ("ぐえんてぃらん", "Name"),
        ("hoshino", "Company or town"),
        ("星野フーズ", "Company or town"),
        ("kofu", "Company or town"),
        ("090-1234-5678", "Telephone number"),
        ("+81 90 1234 5678", "Telephone number"),
        ("０９０１２３４", "Telephone number"),
        ("lan hoshino", "Name, Company or town"),
    ],
)
def test_a_case_is_found_by_what_is_known_of_it(house, words, by):
    handler = house.hire()
    case = house.case(**LAN).case.reference
    house.case(name="Trần Văn Minh", company="Aoi")
    page = search(house.browser(handler), words)
    assert references(page) == [case]
    assert by in page.main
    assert "1 case found" in page.main


def test_a_reference_is_found_however_it_is_written(house):
    reference = house.case().case.reference
    client = house.browser(house.hire())
    for typed in (
        reference,
        reference.lower(),
        f" {reference[:5]} {reference[5:]}",
        f"\n{reference}",
    ):
        assert found(client, typed) == [reference]
    assert found(client, reference[:-1]) == []


def test_only_who_wrote_a_note_finds_the_case_by_its_words(house):
    writer, colleague = house.hire(), house.hire(name="Sato Mei")
    case = house.case().case
    site = house.app.config["SITE"]
    note = Written("Called the Ombuds line, ask for Kumagai", "en", uuid4())
    handling.note(writer.act(house.session, site, case), note)
    house.session.commit()
    assert found(house.browser(writer), "kumagai ombuds") == [case.reference]
    assert found(house.browser(colleague), "kumagai") == []


def test_a_case_with_a_conflict_of_interest_is_neither_shown_nor_counted(house):
    handler, other = house.hire(), house.hire(name="Sato Mei")
    seen = house.case(**LAN).case
    hidden = house.case(**LAN).case
    assert len(found(house.browser(other), "hoshino")) == 2  # it stands in the index
    house.session.add(Recusal(case_id=hidden.id, person_id=handler.id, by_id=handler.id, at=NOW))
    house.session.commit()
    client = house.browser(handler)
    page = search(client, "hoshino")
    assert references(page) == [seen.reference]
    assert "1 case found" in page.main
    assert found(client, hidden.reference) == []


def test_what_changed_is_found_as_it_is_now(house):
    handler = house.hire()
    case = house.case().case
    client = house.browser(handler)
    assert found(client, "kumagai") == []
    site = house.app.config["SITE"]
    note = Written("Kumagai will call back", "en", uuid4())
    handling.note(handler.act(house.session, site, house.again(case)), note)
    house.session.commit()
    assert found(client, "kumagai") == [case.reference]


def test_a_search_is_noted_without_its_words(house):
    handler = house.hire()
    search(house.browser(handler), "Mirabelle Zwetschge")
    (read,) = house.session.scalars(select(ReadLog).where(ReadLog.what == "search"))
    assert (read.stream_id, read.actor) == (handler.organisation, f"member:{handler.id}")
    for table in ("read_log", "search_chunk", "search_line", "event"):
        rows = house.session.execute(text(f"SELECT t::text FROM {table} t")).scalars()
        assert not any("irabelle" in row for row in rows)


def test_the_database_shows_no_word_and_no_equality(house):
    handler = house.hire()
    for _ in range(3):
        house.case(**LAN)
    search(house.browser(handler), "hoshino")
    (chunk,) = house.session.scalars(select(SearchChunk))
    for word in ("nguyen", "Nguyễn", "hoshino", "星野", "9012345678"):
        assert word.encode() not in chunk.content
    blocks = [chunk.content[at : at + 16] for at in range(len(chunk.content) - 15)]
    assert len(set(blocks)) == len(blocks)  # the same name three times over, nowhere the same bytes
    sizes = set()
    for extra in ("", "A" * 200):  # however long a name is
        house.session.execute(text("DELETE FROM search_chunk"))
        house.case(**{**LAN, "company_place": extra})
        house.session.execute(text("DELETE FROM search_line"))
        search(house.browser(handler), "hoshino")
        one = house.session.scalars(select(SearchChunk)).one()
        sizes.add(len(one.content) // index.LINE)
    assert len(sizes) == 2  # four lines, then five
    assert max(sizes) - min(sizes) == 1


def test_an_erased_case_leaves_no_line_and_the_others_of_its_chunk_come_back(house):
    handler = house.hire()
    gone, stays = house.case(**LAN).case, house.case(**LAN).case
    client = house.browser(handler)
    assert len(found(client, "hoshino")) == 2
    before = house.session.scalars(select(SearchChunk.id)).all()
    act = handler.act(house.session, house.app.config["SITE"], house.again(gone))
    shredding.shred(act, [], ground="worker")
    house.session.commit()
    assert not set(house.session.scalars(select(SearchChunk.id))) & set(before)
    assert found(client, "hoshino") == [stays.reference]


def test_a_chunk_that_does_not_open_is_read_anew(house):
    handler = house.hire()
    case = house.case(**LAN).case
    client = house.browser(handler)
    assert found(client, "hoshino") == [case.reference]
    house.session.execute(text("UPDATE search_chunk SET content = content || 'x'::bytea"))
    house.session.commit()
    assert "1 case changed" in search(client, "hoshino").main
    assert found(client, "hoshino") == [case.reference]


def test_lines_under_an_earlier_key_are_thrown_away(house):
    handler = house.hire()
    case = house.case(**LAN).case
    client = house.browser(handler)
    assert found(client, "hoshino") == [case.reference]
    house.session.execute(text("UPDATE search_chunk SET generation = 0"))
    house.session.commit()
    assert found(client, "hoshino") == [case.reference]
    assert house.session.scalars(select(SearchChunk.generation)).one() == 1


def test_many_cases_fill_chunks_and_each_stands_in_one(house, monkeypatch):
    monkeypatch.setattr(index, "LINES", 2)
    handler = house.hire()
    filed = {house.case(**LAN).case.reference for _ in range(5)}
    client = house.browser(handler)
    assert set(found(client, "hoshino")) == filed
    assert house.session.scalar(select(func.count()).select_from(SearchChunk)) == 3
    assert house.session.scalar(select(func.count()).select_from(SearchLine)) == 5


def test_what_is_not_read_yet_is_said(house, monkeypatch):
    monkeypatch.setattr(index, "SLICE", 1)
    monkeypatch.setattr("grievance.cases.index.refresh.__defaults__", (1,))
    handler = house.hire()
    for _ in range(3):
        house.case(**LAN)
    page = search(house.browser(handler), "hoshino")
    assert "are being read for this search" in page.main


@pytest.mark.parametrize("words", ["", " ", "\u200b", "a" * 201])
def test_words_that_cannot_be_sought_are_answered_beside_the_box(house, words):
    page = search(house.browser(house.hire()), words)
    assert "words" in page.errors


def test_one_letter_of_an_alphabet_is_too_little_and_one_of_a_name_is_not(house):
    handler = house.hire()
    case = house.case(name="林").case
    client = house.browser(handler)
    assert "Write at least two" in search(client, "a").main
    assert found(client, "林") == [case.reference]


@pytest.mark.parametrize("length", [*range(130, 136), 1])
def test_whatever_the_end_of_a_line_cuts_off_breaks_no_search(house, length):
    """The second name ends around the last byte of the line, then comes the company."""
    handler = house.hire()
    long = house.case(name="田" * 200, name_own="中" * length, company="Aoi").case
    other = house.case(name="田中").case
    client = house.browser(handler)
    assert set(found(client, "田")) == {long.reference, other.reference}


def test_nobody_waits_for_who_writes_the_index(house, app, monkeypatch):
    handler = house.hire()
    house.case(**LAN)
    monkeypatch.setattr("grievance.cases.index._free", lambda _session: False)
    page = search(house.browser(handler), "hoshino")
    assert "1 case changed and is being read" in page.main
