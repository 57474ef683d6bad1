"""How ready the directory is: how often one of the first doors cannot be reached."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

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
