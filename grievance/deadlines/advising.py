"""Routing with the law's limits: which of them end soon on the day of asking."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from grievance.deadlines.asked import Answers, Grounds, Pay, items_of
from grievance.deadlines.counting import Item, earliest, find
from grievance.deadlines.limits import shipped
from grievance.directory.facts import Facts
from grievance.routing.explain import Result, rank
from grievance.routing.profile import Profile
from grievance.routing.rules import Rules
from grievance.routing.situation import Ending


def advise(
    profile: Profile,
    rules: Rules,
    facts: Facts,
    today: date,
    told: tuple[Answers, Pay] | None = None,
) -> Result:
    """The doors for this profile on its own date, or `today`, with what ends soon on that day: by
    what was `told` in a report where there is one, else by the events of the profile."""
    day = profile.date or today
    if told is None:
        items = [Item(code, on, on) for code, on in profile.events.items()]
    else:
        items = items_of(Grounds(profile.issues, *told), day)
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
