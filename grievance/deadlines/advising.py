"""Routing with the law's limits: which of them end soon on the day of asking."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from grievance.deadlines.counting import Item, find
from grievance.deadlines.limits import shipped
from grievance.directory.facts import Facts
from grievance.routing.explain import Result, rank
from grievance.routing.profile import Profile
from grievance.routing.rules import Rules
from grievance.routing.situation import Ending


def advise(profile: Profile, rules: Rules, facts: Facts, today: date) -> Result:
    """The doors for this profile on its own date, or `today`, its events counted on that day."""
    day = profile.date or today
    return rank(profile, rules, facts, today, endings(profile.events, day))


def endings(events: Mapping[str, date], today: date) -> tuple[Ending, ...]:
    """Of what happened on these days, by code of the limit, what ends soon; earliest first."""
    limits = shipped()
    found = [find(Item(code, day, day), limits, today) for code, day in events.items()]
    return tuple(
        sorted(
            (
                Ending(one.code, one.latest_safe, one.file_at)
                for one in found
                if one.state == "soon" and one.latest_safe
            ),
            key=lambda one: (one.latest_safe, one.code),
        )
    )
