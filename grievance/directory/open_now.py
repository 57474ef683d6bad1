"""Whether a way to reach a body is open at a moment, in a sentence of the reader's language."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from babel import dates

from grievance.directory import hours
from grievance.directory.entries import Channel
from grievance.i18n import N_, current, gettext, time_text, zone_text

_DAY_AND_NIGHT = N_("Open now, day and night")
_SHOULD_ALWAYS = N_("Should be open now, day and night")
_UNTIL = N_("Open now, until %(time)s (%(zone)s)")
_SHOULD_UNTIL = N_("Should be open until %(time)s (%(zone)s)")
# Beside a line that answers now.
SAID_OF_OPEN = (_DAY_AND_NIGHT, _SHOULD_ALWAYS, _UNTIL, _SHOULD_UNTIL)
LIVE = ("phone", "chat", "whatsapp")  # where somebody has to be there to answer


def week(channel: Channel) -> str:
    """`Mon – Fri 9:00–17:00` in the language being spoken, by CLDR alone; empty where the page
    states no times of the week."""
    locale = current().locale
    names, said = locale.days["stand-alone"]["abbreviated"], []
    for days, spans in hours.stated(channel.opening) if channel.opening else ():
        run = len(days) > 2 and days == list(range(days[0], days[-1] + 1))
        ends = (names[days[0]], names[days[-1]])
        shown = " – ".join(ends) if run else ", ".join(names[day] for day in days)
        times = [
            "–".join(dates.format_time(one, format="short", locale=locale) for one in span)
            for span in spans
        ]
        said.append(f"{shown} {', '.join(times)}")
    return "; ".join(said)


def open_at(channel: Channel, now: datetime) -> bool:
    """Somebody answers at this moment, by the hours that are known."""
    return hours.at(channel.opening, now).state == hours.OPEN


def sentence(channel: Channel, now: datetime, sure: bool = True) -> str:
    """`Open now, until 21:00 (Japan time)`; that the hours are not known, where they are not. Not
    `sure` (their page is old, or shows no date), it only says that it should be open.

    Empty for a way that nobody has to answer at once, such as a page or a letter.
    """
    told = hours.at(channel.opening, now)
    if channel.opening is None:
        return gettext("Hours not known") if channel.type in LIVE else ""
    zone = channel.opening.zone
    if told.state == hours.OPEN and told.until is None:
        return gettext(_DAY_AND_NIGHT if sure else _SHOULD_ALWAYS)
    if told.state == hours.OPEN and told.until is not None:
        time = dates.format_time(
            told.until.astimezone(ZoneInfo(zone)), format="short", locale=current().locale
        )
        words = _UNTIL if sure else _SHOULD_UNTIL
        return gettext(words) % {"time": time, "zone": zone_text(zone)}
    if told.state == hours.UNKNOWN:
        return gettext("Hours not known for today")
    if told.opens is None:
        return gettext("Closed now")
    return gettext("Closed now. Opens %(when)s (%(zone)s)") % {
        "when": time_text(told.opens, ZoneInfo(zone)),
        "zone": zone_text(zone),
    }
