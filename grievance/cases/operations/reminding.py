"""On which days a worker gets a neutral letter that nobody has to write, or is to be called, if
they want that: after a promised day on which it was not done, and before the law's own days end.

It is worked out by whoever opens the case, with every act, and kept without the case
(`notifications.reminders`, `planned_calls`). Nothing goes to an address that was not confirmed.
Once the case is over, only the days on which the worker of a closed one is asked how they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.core import get_global
from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.cases import calls, checks, planned_calls, records
from grievance.cases.lifecycle import OVER
from grievance.cases.models import Case
from grievance.cases.opening import OpenCase
from grievance.cases.operations import addressing
from grievance.cases.planned_calls import CHECK, LAW, PROMISED, Wanted
from grievance.cases.site import Site
from grievance.clock import end_of_day, local_day
from grievance.deadlines import keeping
from grievance.deadlines import operations as clocks
from grievance.deadlines.keeping import AHEAD
from grievance.deadlines.limits import JAPAN
from grievance.deadlines.models import Deadline, LimitationDate
from grievance.deadlines.queries import operator_hours
from grievance.notifications import proof, reminders
from grievance.vault.framing import frame
from grievance.vault.keys import mac
from grievance.vault.labels import Derive

DAY = timedelta(days=1)
EARLIER = 3  # a letter before a day of the law goes up to so many days before its own day
AWAKE = range(9, 19)  # hours at which one may leave, where the operator and where the worker is


def plan(session: Session, site: Site, opened: OpenCase, now: datetime) -> None:
    """Write down anew when letters go out by themselves. Of a case that is over only those go on
    which ask how its worker is; to an address that may be an old one none does."""
    if not opened.holds("identity"):
        return
    contact = records.read(session, opened, "identity").get("contact") or {}
    _plan_calls(session, opened.case, now, asked=calls.wanted(contact))
    address, confirmed = addressing.address_of(contact), contact.get(addressing.BOX)
    if not address or not confirmed:
        return
    case, ring, box = opened.case, site.ring, UUID(confirmed)
    if addressing.may_be_old(session, case.id):
        reminders.drop(session, [box])
        return
    zone = operator_hours(session).zone
    days = set(checks.ahead(session, case, zone))
    if case.state not in OVER:
        law = _before_law(session, case.id, local_day(now, zone))
        days = {
            *(local_day(one.due_at, zone) + DAY for one in _promised(session, case.id)),
            *(_earlier(day, ahead, box, ring.address_hmac) for day, ahead in law),
        }
    at = [_moment(day, zone, case.country, mac(ring.address_hmac, _info(box, day))) for day in days]
    tag = proof.recipient(ring.address_hmac, address)
    kept = reminders.Box(box, address, case.language, tag)
    reminders.plan(session, ring.notifier_public, kept, at, now)


def _plan_calls(session: Session, case: Case, now: datetime, *, asked: bool) -> None:
    """The same days for who asked to be called, without a time of day: the call says until when it
    is to be made."""
    zone = operator_hours(session).zone
    today, wanted = local_day(now, zone), set[Wanted]()
    if asked and not addressing.may_be_old(session, case.id):
        wanted = {(CHECK, day) for day in checks.ahead(session, case, zone)}
        if case.state not in OVER:
            law = _before_law(session, case.id, today)
            wanted = {
                *(
                    (PROMISED[one.kind], local_day(one.due_at, zone) + DAY)
                    for one in _promised(session, case.id)
                ),
                *((LAW, day - timedelta(days=ahead)) for day, ahead in law),
            }
    planned_calls.plan(session, case.id, wanted, today)


def warns(session: Session, opened: OpenCase, now: datetime) -> bool:
    """Whether a letter is planned before the next of the law's days: what a page may promise."""
    contact = records.read(session, opened, "identity").get("contact") or {}
    day = keeping.next_days(session, [opened.case.id], now).get(opened.case.id)
    if not contact.get(addressing.BOX) or day is None:
        return False
    # the last of the letters before a day, at whatever hour it leaves
    begin = end_of_day(day - timedelta(days=AHEAD[-1] + EARLIER + 1), JAPAN)
    last = end_of_day(day - timedelta(days=AHEAD[-1] - 1), JAPAN)
    return reminders.planned(session, UUID(contact[addressing.BOX]), max(begin, now), last)


def _promised(session: Session, case_id: UUID) -> list[Deadline]:
    """What is met in time is taken away by whoever meets it: the letter of the day after goes out
    only when the promise was not kept, or the worker is asked whether it was."""
    return [one for one in clocks.running(session, case_id) if one.kind in PROMISED]


def _before_law(session: Session, case_id: UUID, today: date) -> Iterator[tuple[date, int]]:
    """Each day that is ahead, with 14, and the next one with 180 and 60 as well: so many days
    before it the worker hears of it."""
    mine = (LimitationDate.case_id == case_id, LimitationDate.latest_safe >= today)
    chosen = select(LimitationDate.latest_safe).where(*mine)
    for number, day in enumerate(session.scalars(chosen.order_by(LimitationDate.latest_safe))):
        for ahead in AHEAD if number == 0 else AHEAD[-1:]:
            yield day, ahead


def _earlier(day: date, ahead: int, box: UUID, key: bytes) -> date:
    """Up to three days earlier, so that the day of a letter does not tell which case it is of."""
    drawn = mac(key, _info(box, day, ahead))[0] % (EARLIER + 1)
    return day - timedelta(days=ahead + drawn)


def _info(box: UUID, day: date, ahead: int = 0) -> bytes:
    return frame(Derive.LETTER_DAY, box, day.isoformat(), ahead)


def _moment(day: date, zone: str, country: str, drawn: bytes) -> datetime:
    """A time on this day at which people are awake where the operator and where the worker is; the
    same one each time it is worked out, so that nobody gets two."""
    first = datetime.combine(day, time(0), ZoneInfo(zone))
    hours = [first + timedelta(hours=hour) for hour in AWAKE]
    both = [one for one in hours if _awake(one, country)]
    chosen = (both or hours)[drawn[0] % len(both or hours)]
    return chosen + timedelta(minutes=drawn[1] % 60)


def _awake(moment: datetime, country: str) -> bool:
    return all(moment.astimezone(ZoneInfo(zone)).hour in AWAKE for zone in _zones(country))


@cache
def _zones(country: str) -> Sequence[str]:
    """The time zones of a country; none where it is not known."""
    known = get_global("zone_territories")
    return [str(zone) for zone, territory in known.items() if territory == country]
