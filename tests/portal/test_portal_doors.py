"""Cards and ways: what is offered first to whom."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from grievance import i18n
from grievance.directory import queries
from grievance.directory.search import place_of
from grievance.portal import doors
from grievance.portal.doors import Standpoint
from tests.pages import Page

Get = Callable[[str], Page]


@pytest.mark.parametrize(("slug", "number"), [("vi", "0120-250-168"), ("id", "0120-250-192")])
def test_the_line_in_the_readers_language_is_offered_first(
    slug: str, number: str, loaded: Session
) -> None:
    otit = queries.book(loaded).entries["jp-otit"]
    with i18n.speaking(slug):
        way = doors.best(otit, Standpoint())
        mine, others = doors.ways(otit)
    assert way is not None
    assert way.facts.value == number
    assert mine[0].shown == number
    assert number not in [reach.shown for reach in others]


def test_a_reader_whose_language_has_no_line_of_its_own_sees_every_way(loaded: Session) -> None:
    dial = queries.book(loaded).entries["jp-labour-hotline"]
    with i18n.speaking("lo"):
        mine, others = doors.ways(dial)
    assert len(mine) + len(others) == len(dial.public_ways)
    assert mine


def test_from_abroad_a_free_japanese_number_is_not_offered(loaded: Session) -> None:
    otit = queries.book(loaded).entries["jp-otit"]
    with i18n.speaking("vi"):
        way = doors.best(otit, Standpoint(in_japan=False))
    assert way is not None
    assert way.facts.type == "web"


def test_a_line_of_another_prefecture_is_not_offered(loaded: Session) -> None:
    corner = queries.book(loaded).entries["jp-labour-bureau-consult"]
    with i18n.speaking("ja"):
        akita = doors.best(corner, Standpoint("JP-05"))
        elsewhere = doors.best(corner, Standpoint("JP-23"))
    assert akita is not None
    assert akita.facts.value == "018-862-6684"
    assert elsewhere is None or elsewhere.facts.value != "018-862-6684"


def test_instead_of_a_closed_door_stand_bodies_that_can_be_reached_and_that_no_company_runs(
    loaded: Session,
) -> None:
    book = queries.book(loaded)
    for entry in book.entries.values():
        if entry.facts.reachable():
            continue
        for other in doors.nearby(book, entry):
            assert other.facts.reachable()
            assert other.facts.kind not in ("company", "industry", "ncp", "multi_stakeholder")
    with i18n.speaking("vi"):
        names = [other.id for other in doors.nearby(book, book.entries["jp-labour-tribunal"])]
    assert names
    assert {place_of(name) for name in names} == {"JP"}


@pytest.mark.parametrize(
    ("slug", "body", "sentence"),
    [
        ("vi", "jp-police-9110", "Japanese only: ask somebody to speak for you"),
        ("ja-easy", "jp-police-9110", "They speak %(language)s"),
        ("zh-hant", "jp-otit", "They speak %(language)s"),
        ("ur", "jp-lsio", "They call an interpreter"),
        ("ur", "union-individual", "We do not know: ask them first"),
    ],
)
def test_who_is_understood_is_said_so_that_it_cannot_be_misread(
    slug: str, body: str, sentence: str, loaded: Session
) -> None:
    entry = queries.book(loaded).entries[body]
    with i18n.speaking(slug):
        own = {"language": i18n.name_in(i18n.BY_SLUG[slug])}
        assert doors.language_sentence(entry) == i18n.gettext(sentence) % own


def test_a_link_is_one_that_a_phone_understands(loaded: Session) -> None:
    for entry in queries.book(loaded).entries.values():
        for way in entry.public_ways:
            reach = doors.reach(entry, way)
            if way.facts.type in ("phone", "whatsapp"):
                assert reach.href.startswith("tel:"), way.facts.value
                assert "#" not in reach.href
            elif way.facts.type == "web":
                assert reach.href == way.facts.value
