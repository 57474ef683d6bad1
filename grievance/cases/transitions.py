"""What the domain can know of a verb: one row of the state table, and the words it may use."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from grievance.accounts.roles import Permission
from grievance.cases.guards import Guard
from grievance.cases.lifecycle import STATES
from grievance.model import of_list
from grievance.refusals import CODES

RESUME = "resume"
STANDING = "standing"  # with a mechanism while a hand-over is open there, accepted after the last
TALKED = "talked"  # the same, after talks that ended
WORKER, HELPER = "receipt.worker", "receipt.helper"
JOB = "job"
LINK = "reply.link"  # over a reply link, whose codes are counted
INTERPRETER = "interpreter"  # who holds passages that were given to them
BODY = "body"  # a body with what it was given: over its link, or on its own desk here


@dataclass(frozen=True)
class Transition:
    """One row: `verb` may be done in `sources` by who holds `who`, while `guard` holds; it leads to
    `target`.

    Its event carries the state and these `codes`; one whose name ends in "?" may be left out. A
    verb that is `versioned` is refused on a page older than the case. After one that is `promising`
    other days are due, as after those that follow the referrals. What `ledger` lists are the codes
    with which a restore does it again; None where it does not. Refuses a row with a word that no
    list knows.
    """

    verb: StrEnum
    sources: tuple[str, ...]
    target: str | None
    who: str
    label: str
    guard: Guard | None = None
    codes: tuple[str, ...] = ()
    versioned: bool = True
    promising: bool = False
    ledger: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        of_list(self.sources, STATES)
        of_list((self.target,), (None, RESUME, STANDING, TALKED, *STATES))
        of_list((self.who,), (*Permission, WORKER, HELPER, JOB, LINK, BODY, INTERPRETER))
        of_list((self.guard.__name__,) if self.guard else (), CODES)
        of_list(self.ledger or (), (one.rstrip("?") for one in self.codes))
