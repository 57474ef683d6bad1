"""Who does something to a case: a member of staff, the holder of a receipt, or a job."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Actor:
    """`name` as the audit trail knows it (`member:<person>`, `receipt:<case>`, `job:<name>`),
    `can` the codes of what it may do, `person` for staff, `role` of a receipt, and `known_to` who
    has seen its code. `covers` are the colleagues whose work a member looks after today."""

    name: str
    can: frozenset[str]
    person: UUID | None = None
    receipt: UUID | None = None
    role: str = "staff"
    known_to: str = ""
    covers: frozenset[UUID] = frozenset()


def of_member(
    person: UUID, permissions: frozenset[str], covers: frozenset[UUID] = frozenset()
) -> Actor:
    """A signed-in member of staff."""
    return Actor(f"member:{person}", permissions, person=person, covers=covers)


def of_receipt(case: UUID, receipt: UUID, role: str, known_to: str) -> Actor:
    """The holder of a receipt: a worker may do all that a helper may, and decide."""
    can = {"receipt.helper"} | ({"receipt.worker"} if role == "worker" else set())
    return Actor(f"receipt:{case}", frozenset(can), None, receipt, role, known_to)


def of_job(name: str) -> Actor:
    """A periodic job, which may do the verbs of the table that are a job's."""
    return Actor(f"job:{name}", frozenset({"job"}), role="job")
