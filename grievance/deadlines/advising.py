"""Routing with the law's limits: which of them end soon on the day of asking."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from grievance.deadlines.asked import Answers, items_of
from grievance.deadlines.counting import Item, earliest, find
from grievance.deadlines.limits import shipped
from grievance.directory.facts import Facts
from grievance.routing.explain import Result, rank
from grievance.routing.profile import Profile
from grievance.routing.rules import Rules
from grievance.routing.situation import Ending


def advise(
    profile: Profile, rules: Rules, facts: Facts, today: date, answers: Answers | None = None
) -> Result:
    """The doors for this profile on its own date, or `today`, with what ends soon on that day: by
    the answers of a report where there are some, else by the events of the profile."""
    day = profile.date or today
    if answers is None:
        items = [Item(code, on, on) for code, on in profile.events.items()]
    else:
        items = items_of(profile.issues, answers, day)
    return rank(profile, rules, facts, today, endings(items, day))


def endings(items: Iterable[Item], today: date) -> tuple[Ending, ...]:
    """Of all this what ends soon, the next of each limit; the earliest first."""
    limits = shipped()
    found = [find(item, limits, today) for item in items]
    first = [earliest(one for one in found if one.code == code) for code in {f.code for f in found}]
    soon = [
        Ending(one.code, one.latest_safe, one.file_at)
        for one in first
        if one and (one.state == "soon" or one.carried_to) and one.latest_safe
    ]
    return tuple(sorted(soon, key=lambda one: (one.latest_safe, one.code)))
