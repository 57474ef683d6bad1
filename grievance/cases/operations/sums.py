"""What a remedy is and its sums, sealed: what was agreed, what came, and the gap between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from uuid import UUID

from grievance.cases.models import RemedyItem
from grievance.cases.opening import OpenCase
from grievance.vault.labels import Label


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
        named = (self.claimed, self.offered, self.agreed, self.received)
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
    opened: OpenCase, watched: Sequence[RemedyItem], came: Mapping[UUID, str],
    sums: Mapping[UUID, int],
) -> dict[UUID, str]:  # fmt: skip
    """Keep the sums that came, sealed, and answer what came of each thing: "all" is a part where
    less came than was agreed, whether it was told now or written down before."""
    told = dict(came)
    for item in watched:
        facts = facts_of(opened, item)
        if item.id in sums:
            facts = replace(facts, received=sums[item.id])
            item.key_generation = opened.case.key_generation
            item.facts = opened.seal_json(Label.REMEDY_FACTS, item.id, asdict(facts))
        if told[item.id] == "all" and facts.missing:
            told[item.id] = "part"
    return told
