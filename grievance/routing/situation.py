"""Profile, rules, facts and day together, and the list of doors the steps of routing work on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from grievance.directory.facts import Facts, Mechanism
from grievance.routing.profile import INTERNS, Profile
from grievance.routing.rules import Rules

HOME = "JP"


@dataclass(frozen=True)
class Ending:
    """A limit of the law that ends soon: its code, the last safe day, and where it is kept."""

    code: str
    latest_safe: date
    file_at: str


@dataclass(frozen=True)
class Situation:
    """What every step of routing may look at; `endings` stand in the order of their days."""

    profile: Profile
    rules: Rules
    facts: Facts
    day: date
    endings: tuple[Ending, ...] = ()

    def about(self, *families: str) -> bool:
        """Any of the worker's issues belongs to any of these families."""
        return any(
            issue in self.rules.families[family]
            for family in families
            for issue in self.profile.issues
        )

    def mainly(self, *families: str) -> bool:
        """The main issue belongs to any of these families."""
        return any(self.profile.issue in self.rules.families[family] for family in families)

    @cached_property
    def household(self) -> bool:
        """Works in a private home and was hired by the family itself."""
        return self.profile.sector == "domestic"

    @cached_property
    def in_japan(self) -> bool:
        """The work is in Japan and the worker has not gone home."""
        return self.profile.location == "japan"

    @cached_property
    def person_in_japan(self) -> bool:
        """The person is in Japan now, wherever the work is."""
        if self.profile.now_in is not None:
            return self.profile.now_in == HOME
        return self.in_japan

    @cached_property
    def intern(self) -> bool:
        """A technical intern or a worker in employment for skill development."""
        return self.profile.status in INTERNS

    @cached_property
    def intern_body(self) -> str | None:
        """The body for interns that is open on the day."""
        for body in self.rules.intern_bodies:
            if self.facts.mechanisms[body].open_on(self.day):
                return body
        return None

    @cached_property
    def country_of_work(self) -> str | None:
        """Where the work is or was; Japan unless it is said to be abroad."""
        if self.profile.location == "abroad":
            return self.profile.country
        return self.profile.country or HOME

    @cached_property
    def country_now(self) -> str | None:
        """Where the person is now, as far as it is known."""
        if self.profile.now_in is not None or self.profile.location == "returned":
            return self.profile.now_in
        return self.country_of_work

    def reaches(self, name: str) -> bool:
        """The person has a checked way to reach a door from where they are."""
        where = (self.profile.prefecture, self.person_in_japan, self.country_now)
        return self.door(name).reachable(*where)

    @cached_property
    def away(self) -> bool:
        """The worker is known to be in another country than the work."""
        there, here = self.country_of_work, self.profile.now_in
        return here is not None and there is not None and here != there

    @cached_property
    def outside(self) -> bool:
        """Doors that need the person to be there are out of reach."""
        if self.profile.location == "returned" and self.profile.now_in is None:
            return True
        return self.away

    def door(self, name: str) -> Mechanism:
        """The facts about a door."""
        return self.facts.mechanisms[name]


class DoorList:
    """The doors in order, why each is there, and why others are not.

    A door is listed once. One that is closed, or not open on the day, never gets in: it is ruled
    out instead. Positions count from 1.
    """

    def __init__(self, situation: Situation) -> None:
        self._situation = situation
        self.names: list[str] = []
        self.why: dict[str, list[str]] = {}
        self.ruled_out: dict[str, str] = {}

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def put(self, name: str, position: int, why: str) -> None:
        """List a door at a position; one already listed is moved there."""
        if not self._may_enter(name):
            return
        if name in self.names:
            self.names.remove(name)
        self.names.insert(position - 1, name)
        self._note(name, why)

    def add(self, name: str, why: str, before: Iterable[str] = ()) -> None:
        """List a door before the first listed one of `before`, else last.

        One already listed stays where it is.
        """
        if not self._may_enter(name):
            return
        if name not in self.names:
            place = next((self.names.index(other) for other in before if other in self.names), None)
            self.names.insert(len(self.names) if place is None else place, name)
        self._note(name, why)

    def add_after(self, name: str, others: Iterable[str], why: str) -> None:
        """List a door right after the first listed one of `others`, else last."""
        place = next((other for other in others if other in self.names), None)
        if place is None:
            self.add(name, why)
        else:
            if name in self.names:
                self.names.remove(name)
            self.put(name, self.names.index(place) + 2, why)

    def put_behind(self, name: str, others: Iterable[str]) -> None:
        """Move a listed door right behind the last listed one of `others`, if it stands before."""
        if name not in self.names:
            return
        place = max((self.names.index(one) for one in others if one in self.names), default=-1)
        if self.names.index(name) < place:
            self.names.remove(name)
            self.names.insert(place, name)

    def replace(self, old: str, new: str, why: str) -> None:
        """Put a more exact door in the place of a general one, wherever that is listed."""
        if old in self.names and old != new and self._may_enter(new):
            place = self.names.index(old)
            self.drop(old, "replaced")
            self.put(new, place + 1, why)

    def drop(self, name: str, why: str) -> None:
        """Take a door off the list, if it is there, and say why."""
        if name in self.names:
            self.names.remove(name)
            self.ruled_out[name] = why

    def refuse(self, name: str, why: str) -> None:
        """Say why a door that might be expected is not offered, and take it off the list."""
        self.drop(name, why)
        self.ruled_out[name] = why

    def drop_where(self, test: Callable[[Mechanism], bool], why: str) -> None:
        """Take every door off the list whose facts meet the test."""
        for name in [name for name in self.names if test(self._situation.door(name))]:
            self.drop(name, why)

    def sort(self, rank: Callable[[str], int]) -> None:
        """Reorder by rank, keeping the order among equals."""
        self.names.sort(key=rank)

    def _note(self, name: str, why: str) -> None:
        self.ruled_out.pop(name, None)
        reasons = self.why.setdefault(name, [])
        if why and why not in reasons:
            reasons.append(why)

    def _may_enter(self, name: str) -> bool:
        door, day = self._situation.door(name), self._situation.day
        if door.open_on(day):
            return True
        self.ruled_out[name] = "not-open-yet" if door.opens_after(day) else "no-longer-open"
        return False
