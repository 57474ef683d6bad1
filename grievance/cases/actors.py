"""Who does something to a case: a member of staff, the holder of a receipt, or a job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Actor:
    """`name` as the audit trail knows it (`member:<person>`, `receipt:<case>`, `job:<name>`),
    `can` the codes of what it may do, `person` for staff, `role` of a receipt, and `known_to` who
    has seen its code. `covers` are the colleagues whose work a member looks after today, `alone`
    those who are away and whose work is everybody's."""

    name: str
    can: frozenset[str]
    person: UUID | None = None
    receipt: UUID | None = None
    role: str = "staff"
    known_to: str = ""
    covers: frozenset[UUID] = frozenset()
    alone: frozenset[UUID] = frozenset()


def of_member(
    person: UUID, permissions: frozenset[str], gone: Mapping[UUID, UUID | None] | None = None
) -> Actor:
    """A signed-in member of staff. `gone` says who is away today, and their deputies."""
    away = (gone or {}).items()
    covers = frozenset(one for one, deputy in away if deputy == person)
    alone = frozenset(one for one, deputy in away if deputy is None)
    return Actor(f"member:{person}", permissions, person=person, covers=covers, alone=alone)


def of_receipt(case: UUID, receipt: UUID, role: str, known_to: str) -> Actor:
    """The holder of a receipt: a worker may do all that a helper may, and decide."""
    can = {"receipt.helper"} | ({"receipt.worker"} if role == "worker" else set())
    return Actor(f"receipt:{case}", frozenset(can), None, receipt, role, known_to)


def of_job(name: str) -> Actor:
    """A periodic job, which may do the verbs of the table that are a job's."""
    return Actor(f"job:{name}", frozenset({"job"}), role="job")
