"""When a line is open: rows of hours, public holidays, closures, and what nobody stated."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from grievance import i18n
from grievance.directory import hours, open_now
from grievance.directory.facts import shipped
from grievance.directory.hours import CLOSED, OPEN, UNKNOWN, HoursError, Opening, at

JAPAN = ZoneInfo("Asia/Tokyo")
HOTLINE = Opening(
    ("Wed,Fri 17:00-22:00", "Sat 9:00-21:00", "hol 9:00-21:00", "closed 12-29..01-03"), "a-page"
)
OFFICE = Opening(("Mon-Fri 9:00-12:00 13:00-17:00", "closed hol"), "a-page")


def japan(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JAPAN)


@pytest.mark.parametrize(
    ("opening", "moment", "state"),
    [
        (HOTLINE, "2026-11-25 17:00", OPEN),  # a Wednesday
        (HOTLINE, "2026-11-25 16:59", CLOSED),
        (HOTLINE, "2026-11-25 22:00", CLOSED),
        (HOTLINE, "2026-11-29 20:00", CLOSED),  # a Sunday night
        (HOTLINE, "2026-12-30 18:00", CLOSED),  # a Wednesday at New Year
        (HOTLINE, "2027-01-01 18:00", CLOSED),
        (HOTLINE, "2026-04-29 10:00", OPEN),  # a holiday on a Wednesday
        (HOTLINE, "2026-11-23 10:00", CLOSED),  # a holiday on a Monday, which is not served
        (OFFICE, "2026-11-27 09:00", OPEN),
        (OFFICE, "2026-11-27 12:30", CLOSED),  # noon
        (OFFICE, "2026-11-23 10:00", CLOSED),  # a holiday
        (Opening(("always",), None), "2026-01-01 03:00", OPEN),
        (Opening(("Mon-Fri 11:00-19:00", "Sat,Sun ?"), None), "2026-11-29 11:00", UNKNOWN),
        (Opening(("Thu#2,Thu#4 13:00-16:00",), None), "2026-11-26 14:00", OPEN),
        (Opening(("Thu#2,Thu#4 13:00-16:00",), None), "2026-11-19 14:00", CLOSED),
        (Opening(("Mon-Sun 18:00-24:00",), None), "2026-11-29 23:59", OPEN),
        (None, "2026-11-27 10:00", UNKNOWN),
    ],
)
def test_the_hours_of_a_channel_decide_in_japanese_time(opening, moment, state):
    assert at(opening, japan(moment)).state == state


def test_it_says_until_when_and_when_next():
    assert at(HOTLINE, japan("2026-11-25 18:00")).until == japan("2026-11-25 22:00")
    assert at(HOTLINE, japan("2026-11-29 20:00")).opens == japan("2026-12-02 17:00")
    assert at(OFFICE, japan("2026-11-20 18:00")).opens == japan("2026-11-24 09:00")


def test_a_line_of_another_country_has_its_own_clock():
    dhaka = Opening(("Mon-Thu 9:00-17:00",), None, "Asia/Dhaka", "BD")
    assert at(dhaka, japan("2026-11-30 11:59")).state == CLOSED  # 8:59 in Dhaka
    assert at(dhaka, japan("2026-11-30 12:00")).state == OPEN


@pytest.mark.parametrize(
    "rows",
    [
        (),
        ("Monday 9:00-17:00",),
        ("Mon",),
        ("Mon 9-17",),
        ("Mon 25:00-26:00",),
        ("Mon 17:00-9:00",),
        ("closed sometimes",),
        ("",),
    ],
)
def test_rows_that_say_nothing_are_refused(rows):
    with pytest.raises(HoursError):
        hours.read(rows)


def test_every_shipped_row_of_hours_has_its_page():
    for body in shipped().mechanisms.values():
        for one in body.channels:
            if one.opening is not None:
                assert one.public, body.id
                assert one.opening.source or one.status == "public_fact", body.id


@pytest.mark.parametrize("slug", ["en", "ja", "vi"])
def test_it_is_said_in_a_sentence_and_nothing_is_promised(slug):
    lines = shipped().mechanisms["jp-labour-hotline"].channels
    vietnamese = next(one for one in lines if one.languages == ("vi",))
    unknown = next(one for one in lines if one.languages == ("id",))
    sunday, saturday = japan("2026-11-29 20:00"), japan("2026-11-28 20:00")
    with i18n.speaking(slug):
        assert open_now.sentence(vietnamese, saturday) != open_now.sentence(vietnamese, sunday)
        assert "21" in open_now.sentence(vietnamese, saturday) or "9" in open_now.sentence(
            vietnamese, saturday
        )
        assert open_now.sentence(unknown, sunday) == i18n.gettext("Hours not known")
    assert not open_now.open_at(vietnamese, sunday)
    assert not open_now.open_at(unknown, sunday)
