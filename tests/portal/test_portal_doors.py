"""Cards and ways: what is offered first to whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from grievance import i18n
from grievance.directory import queries
from grievance.directory.search import place_of
from grievance.portal import doors
from grievance.portal.doors import Standpoint
from grievance.portal.results import _shown
from grievance.routing.explain import rank
from grievance.routing.profile import Profile
from grievance.routing.rules import shipped_rules
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


def test_yorisoi_has_another_number_for_three_prefectures(loaded: Session) -> None:
    entry = queries.book(loaded).entries["jp-yorisoi"]
    for slug, place in product(("ja", "vi"), ("JP-03", "JP-04", "JP-07", "JP-13", None)):
        with i18n.speaking(slug):
            way = doors.best(entry, Standpoint(place))
        wanted = "0120-279-226" if place in ("JP-03", "JP-04", "JP-07") else "0120-279-338"
        assert way is not None
        assert way.facts.value == wanted
        assert slug in way.facts.languages


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
        (
            "vi",
            "jp-foreign-worker-dial",
            "They have a number for %(language)s, which we do not have yet",
        ),
        ("vi", "jp-yorisoi", "They speak %(language)s"),
        ("en", "jp-emergency", "Japanese only: ask somebody to speak for you"),
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


JAPAN = ZoneInfo("Asia/Tokyo")
SUNDAY_NIGHT = datetime(2026, 11, 29, 20, tzinfo=JAPAN)
SATURDAY = datetime(2026, 11, 28, 18, tzinfo=JAPAN)


def test_old_or_undated_hours_are_only_said_to_be_so_by_their_page(loaded: Session) -> None:
    for entry in queries.book(loaded).entries.values():
        for way in entry.public_ways:
            old = way.page and (not way.page.date or int(way.page.date[:4]) < SUNDAY_NIGHT.year - 1)
            said = doors.reach(entry, way, now=SUNDAY_NIGHT).now
            assert not (old and said.startswith("Open now")), (entry.id, way.facts.value)
    emergency = queries.book(loaded).entries["jp-emergency"].public_ways[0]
    shown = doors.reach(queries.book(loaded).entries["jp-emergency"], emergency, now=SUNDAY_NIGHT)
    assert shown.now == "Open now, day and night"


def test_who_answers_now_depends_on_the_hour_and_the_language(loaded: Session) -> None:
    entries = queries.book(loaded).entries
    hotline, dial = entries["jp-labour-hotline"], entries["jp-legal-affairs"]
    with i18n.speaking("vi"):
        assert doors.answers(hotline, Standpoint(now=SUNDAY_NIGHT)) is None
        saturday = doors.answers(hotline, Standpoint(now=SATURDAY))
        assert saturday is not None
        assert saturday.facts.languages == ("vi",)
        assert doors.answers(hotline, Standpoint(in_japan=False, now=SATURDAY)) is None
        assert doors.answers(dial, Standpoint(now=SATURDAY)) is None
    with i18n.speaking("en"):
        assert doors.answers(hotline, Standpoint(now=SUNDAY_NIGHT)) is not None


def test_no_line_whose_hours_nobody_knows_is_said_to_answer(loaded: Session) -> None:
    for slug in ("en", "ja", "vi"):
        with i18n.speaking(slug):
            for entry in queries.book(loaded).entries.values():
                way = doors.answers(entry, Standpoint("JP-13", now=SUNDAY_NIGHT))
                assert way is None or way.facts.opening is not None, entry.id


@pytest.mark.parametrize("slug", ["en", "ja", "vi", "ne"])
def test_the_first_doors_of_every_issue_show_a_number_where_one_is_known(
    slug: str, loaded: Session
) -> None:
    book, rules = queries.book(loaded), shipped_rules()
    standpoint = Standpoint("JP-13", now=SATURDAY)
    with i18n.speaking(slug):
        for issue in book.issues:
            profile = Profile((issue,), prefecture="JP-13")
            result = rank(profile, rules, book.facts, date(2026, 11, 28))
            shown = _shown(book, result, standpoint).first
            for door in shown:
                entries = [
                    book.entries[n]
                    for n in (door.card.entry.id, *rules.equals.get(door.card.entry.id, ()))
                ]
                known = any(doors.to_call(e, doors.usable_ways(e, standpoint)) for e in entries)
                ways = [door.card.reach, *door.card.also, *(door.equal or ())[1:]]
                dialled = [way for way in ways if way and way.type in ("phone", "app")]
                assert known == bool(dialled), (issue, door.card.entry.id)


def test_the_ambulance_stands_before_the_police_for_who_is_hurt(loaded: Session) -> None:
    entry = queries.book(loaded).entries["jp-emergency"]
    hurt, other = doors.card(entry, Standpoint(hurt=True)), doors.card(entry, Standpoint())
    assert hurt.reach is not None
    assert other.reach is not None
    assert [hurt.reach.shown, *(way.shown for way in hurt.also)] == ["119", "110"]
    assert [other.reach.shown, *(way.shown for way in other.also)] == ["110", "119"]
