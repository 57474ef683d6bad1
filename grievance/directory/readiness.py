"""How ready the directory is: how often a first door cannot be reached, or not be used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grievance.directory.entries import Mechanism

FIRST = 3


@dataclass(frozen=True)
class Readiness:
    """Of all places among the first three doors, how many lead to a body without a usable way."""

    places: int
    without: int

    @property
    def share(self) -> float:
        """Between 0 (every first door can be reached) and 1."""
        return round(self.without / self.places, 4) if self.places else 0.0


def readiness(results: Iterable[Sequence[bool]]) -> Readiness:
    """Count over many routing results, each told as "can this door be reached" in rank order.

    The results come from routing every issue under every circumstance; only the first three doors
    of each count.
    """
    places = without = 0
    for reachable in results:
        first = reachable[:FIRST]
        places += len(first)
        without += sum(not one for one in first)
    return Readiness(places, without)


# Ways that are written, so that nobody has to speak. A page to read is not counted as one.
WRITTEN = ("email", "chat", "whatsapp", "app")
MOST = 10


@dataclass(frozen=True)
class Asked:
    """The first doors of one routing result, and where the person who asked is."""

    doors: Sequence[Mechanism]
    prefecture: str | None
    in_japan: bool
    country: str | None


@dataclass(frozen=True)
class Usable:
    """Of all first doors, each asked for in each language, how many the person can really use."""

    places: int
    usable: int
    missing: tuple[tuple[str, int], ...]  # the bodies that would raise it most, and by how many

    @property
    def share(self) -> float:
        """Between 0 and 1, where every first door can be used in every language."""
        return round(self.usable / self.places, 4) if self.places else 0.0


def usable(asked: Iterable[Asked], languages: Sequence[str]) -> Usable:
    """Count the first doors with a telephone line in the person's language, an interpreter on it,
    or a written way, that works from where the person is."""
    places, missing = 0, Counter[str]()
    for one in asked:
        for body in one.doors[:FIRST]:
            places += len(languages)
            served = _served(body, one, languages)
            missing[body.id] += len(languages) - served
    lost = sum(missing.values())
    return Usable(places, places - lost, tuple(missing.most_common(MOST)))


def _served(body: Mechanism, one: Asked, languages: Sequence[str]) -> int:
    spoken: set[str] = set()
    for way in body.channels:
        if not way.usable(one.prefecture, one.in_japan, one.country):
            continue
        if (way.type in WRITTEN and not way.voice) or (way.voice and body.interpreters):
            return len(languages)
        if way.voice:
            spoken |= set(way.languages or body.languages)
    return sum(slug in spoken for slug in languages)
