"""What a body said: of which kind, and of a company where it stands and what it proposes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from grievance.i18n import N_
from grievance.model import complete
from grievance.referrals.states import SAYABLE

# What a company says, and as which kinds of answer it counts: the first that can be said.
COUNTS_AS: dict[str, tuple[str, ...]] = {
    "agree": ("accepted", "progress"),
    "partly": ("accepted", "progress"),
    "disagree": ("declined",),
    "time": ("acknowledged", "progress"),
    "done": ("outcome",),
    "question": ("question",),
}
POSITIONS = tuple(COUNTS_AS)
THEIRS = {
    "agree": N_("They agree with what the paper says"),
    "partly": N_("They agree in part"),
    "disagree": N_("They do not agree"),
    "time": N_("They need more time"),
    "done": N_("They say that it is done"),
    "question": N_("They have a question"),
}
complete(THEIRS, POSITIONS)


def kind_of(position: str, state: str) -> str:
    """As which kind of answer a position counts where the hand-over stands; empty where it cannot
    be said. Only who had agreed says that it is done."""
    if position == "done" and state != "accepted":
        return ""
    return next((kind for kind in COUNTS_AS[position] if state in SAYABLE[kind]), "")


@dataclass(frozen=True)
class Stance:
    """Where a company stands, what it proposes to put right, and by when."""

    position: str
    remedy: str = field(default="", repr=False)
    by: date | None = None

    @property
    def plain(self) -> dict[str, str]:
        """As it is sealed."""
        by = self.by.isoformat() if self.by else ""
        return {"position": self.position, "remedy": self.remedy.strip(), "by": by}


def stance_in(content: Mapping[str, Any]) -> Stance | None:
    """What an opened answer says of it; None for a body that is no company."""
    told = content.get("stance")
    if told is None:
        return None
    by = date.fromisoformat(told["by"]) if told["by"] else None
    return Stance(told["position"], told["remedy"], by)


@dataclass(frozen=True)
class Answered:
    """What the body said, of a kind that is sayable. `row` is drawn first where a sending is known
    by it; `proof` is how it names the files that came with it."""

    kind: str
    on: date
    reference: str = field(default="", repr=False)
    note: str = field(default="", repr=False)
    file_id: UUID | None = None
    next_chase: date | None = None
    row: UUID = field(default_factory=uuid4)
    stance: Stance | None = None
    proof: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def content(self) -> dict[str, Any]:
        """As it is sealed."""
        told: dict[str, Any] = {"reference": self.reference.strip(), "note": self.note.strip()}
        return told | ({"stance": self.stance.plain} if self.stance else {}) | dict(self.proof)
