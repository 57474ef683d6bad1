"""What a remedy is and its sums, sealed: what was agreed, what came, and the gap between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from uuid import UUID

from grievance.cases.models import RemedyItem
from grievance.cases.opening import OpenCase
from grievance.vault import values
from grievance.vault.labels import Label

AMOUNTS = ("claimed", "offered", "agreed", "received")


@dataclass(frozen=True)
class Facts:
    """What a remedy is, from whom, and how much: amounts are integers of the currency's smallest
    unit (ISO 4217), None where none was named. All of it is sealed."""

    words: str = field(repr=False)
    source: str = field(default="", repr=False)
    currency: str = ""
    claimed: int | None = field(default=None, repr=False)
    offered: int | None = field(default=None, repr=False)
    agreed: int | None = field(default=None, repr=False)
    received: int | None = field(default=None, repr=False)

    @property
    def amounts(self) -> list[int]:
        """The amounts that were named."""
        named = [getattr(self, name) for name in AMOUNTS]
        return [one for one in named if one is not None]

    @property
    def missing(self) -> int:
        """How much of the agreed sum has not come; 0 while one of the two was not named."""
        if self.agreed is None or self.received is None:
            return 0
        return max(0, self.agreed - self.received)


def facts_of(opened: OpenCase, item: RemedyItem) -> Facts:
    """What a remedy is and how much, opened."""
    return Facts(**opened.open_json(Label.REMEDY_FACTS, item.id, item.facts))


def counted(
    opened: OpenCase,
    watched: Sequence[RemedyItem],
    came: Mapping[UUID, str],
    sums: Mapping[UUID, int],
) -> dict[UUID, str]:
    """What came of each thing: "all" is a part where less came than was agreed, whether it was
    told now or written down before."""
    told = dict(came)
    for item in watched:
        if told[item.id] == "all" and _with_sum(opened, item, sums).missing:
            told[item.id] = "part"
    return told


def news_of(
    opened: OpenCase, watched: Sequence[RemedyItem], sums: Mapping[UUID, int]
) -> dict[UUID, int]:
    """The sums that say something else than what is written down."""
    return {
        item.id: sums[item.id]
        for item in watched
        if item.id in sums and facts_of(opened, item).received != sums[item.id]
    }


def keep(
    opened: OpenCase, watched: Sequence[RemedyItem], sums: Mapping[UUID, int]
) -> dict[str, str]:
    """Seal the sums that came; the hash of each sealed value by its remedy, for the event."""
    fresh = news_of(opened, watched, sums)
    for item in watched:
        if item.id in fresh:
            facts = _with_sum(opened, item, fresh)
            item.key_generation = opened.case.key_generation
            item.facts = opened.seal_json(Label.REMEDY_FACTS, item.id, asdict(facts))
    return {str(one.id): values.digest(one.facts).hex() for one in watched if one.id in fresh}


def _with_sum(opened: OpenCase, item: RemedyItem, sums: Mapping[UUID, int]) -> Facts:
    facts = facts_of(opened, item)
    return replace(facts, received=sums[item.id]) if item.id in sums else facts
