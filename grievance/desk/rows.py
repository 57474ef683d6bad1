"""What the desk can know of a verb: one row, and where it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from grievance.cases.verbs import Verb
from grievance.desk.forms import ActForm
from grievance.model import of_list
from grievance.referrals.states import TABLE as STEPS

Do = Callable[..., object]  # a verb: it takes an act, and the value that its form ends in


class Place(StrEnum):
    """Where a verb is offered."""

    COLUMN = "column"  # the right-hand column of the case page
    REFERRAL = "referral"  # the page of a referral
    OWN = "own"  # an address of its own, which names more than the case
    ELSEWHERE = "elsewhere"  # where it belongs on the case page


@dataclass(frozen=True)
class Row:
    """`said` tells in the timeline that it was done, `about` above its button what it means,
    `label` on it, where the table's does not fit. `instead` names the verbs with which what was
    typed can still be sent when it is refused, `steps` the steps of a referral that it may take;
    `step_up` asks for the password again, `shows_who` says that its page shows who the case is
    about. Refuses a step that no referral knows."""

    said: str
    about: str = ""
    form: type[ActForm] | None = None
    do: Do | None = None
    place: Place = Place.ELSEWHERE
    label: str = ""
    instead: tuple[Verb, ...] = ()
    steps: tuple[str, ...] = ()
    step_up: bool = False
    shows_who: bool = False

    def __post_init__(self) -> None:
        of_list(self.steps, STEPS)
