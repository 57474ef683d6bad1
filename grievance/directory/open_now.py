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
LIVE = ("phone", "chat", "whatsapp")  # where somebody has to be there to answer


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
