"""That staff print a case or save a copy of it: written down before they have it."""

from __future__ import annotations

from dataclasses import dataclass

from grievance.cases.act import Act
from grievance.cases.copies import SHAPES, WHY
from grievance.cases.verbs import Verb
from grievance.model import of_list


@dataclass(frozen=True)
class Export:
    """Why a case is taken out of the desk, in which shape, and whether with the answers that say
    `who` the worker is and with the `notes` among staff. Refuses a word that no list knows."""

    reason: str
    shape: str
    who: bool = False
    notes: bool = False

    def __post_init__(self) -> None:
        of_list((self.reason,), WHY)
        of_list((self.shape,), SHAPES)


def export(act: Act, wanted: Export) -> Export:
    """Write down that a copy is made, which its worker reads among who has seen what."""
    act.check(Verb.EXPORT)
    why, shape = wanted.reason, wanted.shape
    act.move(Verb.EXPORT, reason=why, shape=shape, who=wanted.who, notes=wanted.notes)
    return wanted
