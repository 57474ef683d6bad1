"""How many letters of a kind one recipient gets.

Letters of most kinds are all alike, so one that waits stands for whatever else happens meanwhile;
what one alone says is never lost behind another. None is dropped: above the pace it leaves later.
Nobody can fill a mailbox by filing, writing or changing an address often. Rows know times to the
hour only, so hours are counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ARRAY, LargeBinary, Text, any_, literal, select
from sqlalchemy.orm import Session

from grievance.clock import to_the_hour
from grievance.notifications.channels import DOUBT
from grievance.notifications.models import Outbox

HOUR, DAY = timedelta(hours=1), timedelta(hours=24)


@dataclass(frozen=True)
class Pace:
    """At most so many in an hour of the clock, and in 24 hours; `alike` ones stand for another."""

    hour: int
    day: int
    alike: bool = True


STAFF, URGENT = Pace(hour=2, day=12), Pace(hour=2, day=48)
PACES = {
    "worker_news": Pace(hour=1, day=3),
    "danger": URGENT,
    "passage_waits": URGENT,
    "away": Pace(hour=4, day=12, alike=False),  # each names a day
    "digest": Pace(hour=4, day=12, alike=False),  # one a day is made, and no other has its counts
    "conflict": URGENT,
    "member_removed": URGENT,
    "partner_news": STAFF,
    "partner_stop": URGENT,
    "former_stop": URGENT,
    "key_request": STAFF,
    "partner_waits": STAFF,
    "partner_key": Pace(hour=4, day=48, alike=False),  # each names a partner
    "key_waits": Pace(hour=2, day=48, alike=False),  # each names a day: nobody may crowd it out
    "member_changed": URGENT,
    "new_address": Pace(hour=3, day=5, alike=False),
    "way_back": Pace(hour=2, day=48, alike=False),
    "sheet_used": Pace(hour=2, day=48, alike=False),  # says whose password is new
    "factor": Pace(hour=4, day=24, alike=False),  # each says what became of a second step
    "invitation": Pace(hour=3, day=5, alike=False),  # each holds a link of its own
}
FORMER = {  # of an earlier release, which had a letter for each: some may still wait
    "new_case", "freed", "worker_answered", "escalated", "limit_near", "second_asked", "came_back",
}  # fmt: skip
TO_STAFF = (frozenset(PACES) | FORMER) - {"worker_news"}
BY_DEFAULT = Pace(hour=2, day=12, alike=False)


def pace_of(kind: str) -> Pace:
    """The pace of a kind; one that is not listed is slowed, but stands for no other."""
    return PACES.get(kind, BY_DEFAULT)


def held_until(session: Session, row: Outbox, now: datetime) -> datetime | None:
    """When a letter that is due may leave, if not now: its recipient has had enough of its kind."""
    if row.recipient is None:
        return None
    hour, pace = to_the_hour(now), pace_of(row.kind)
    found = session.scalars(
        select(Outbox.sent_at)
        .where(
            Outbox.recipient == row.recipient,
            Outbox.kind == row.kind,
            Outbox.state == "sent",
            Outbox.sent_at > hour - DAY,
        )
        .order_by(Outbox.sent_at.desc())
        .limit(pace.day)
    )
    sent = [at for at in found if at is not None]
    if len(sent) >= pace.day:
        return max(hour + HOUR, sent[-1] + DAY)
    if sent.count(hour) >= pace.hour:
        return hour + HOUR
    return None


@dataclass(frozen=True)
class Waiting:
    """A letter that waits, and the case it tells of; none when it stands for several."""

    id: UUID
    case: UUID | None


def waiting(
    session: Session, letters: Sequence[tuple[bytes, str]]
) -> dict[tuple[bytes, str], Waiting]:
    """By recipient and kind, the letter that already waits and stands for a further one."""
    alike = [(recipient, kind) for recipient, kind in letters if pace_of(kind).alike]
    if not alike:
        return {}
    recipients = literal([recipient for recipient, _ in alike], ARRAY(LargeBinary))
    kinds = literal(sorted({kind for _, kind in alike}), ARRAY(Text))
    found = session.execute(
        select(Outbox.recipient, Outbox.kind, Outbox.id, Outbox.case).where(
            Outbox.recipient == any_(recipients),
            Outbox.kind == any_(kinds),
            Outbox.state == "pending",
            Outbox.error.is_distinct_from(DOUBT),  # it may have arrived: what is new is not in it
        )
    )
    return {(to, kind): Waiting(row, case) for to, kind, row, case in found if to is not None}
