"""Letters that nobody writes: before the law's days and after a promise that was not kept, to a
confirmed address only, by a job that knows no case; once, by day, and never when it is over."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select, text

from grievance.cases import records
from grievance.cases.operations import addressing, handling, reminding, replying
from grievance.clock import local_day
from grievance.deadlines.models import LimitationDate
from grievance.notifications import reminders
from grievance.notifications.models import KeptAddress, Outbox, Reminder
from grievance.vault.keyring import KeyRing
from tests.cases.conftest import World, words
from tests.cast import NOW

HOME = "home@mail.example"
SITE = "https://grievance.example"
DAY = timedelta(days=1)


@pytest.fixture
def notifier(ring_folder):
    return KeyRing.load(ring_folder, "worker").notifier


def confirm(world: World, address: str = HOME) -> UUID:
    """The worker has confirmed an address; the id of its copy."""
    box, act = uuid4(), world.own()
    identity = records.read(world.session, act.opened, "identity")
    contact = {"way": "email", "value": address, addressing.BOX: str(box)}
    addressing.write(act, {**identity, "contact": contact})
    return box


def law(world: World, *days: date) -> None:
    """The law's days of the case, and nothing else that is promised."""
    world.session.execute(delete(LimitationDate))
    for day in days:
        world.session.add(LimitationDate(id=uuid4(), case_id=world.case.id, latest_safe=day))
    world.session.execute(text("UPDATE deadline SET met_at = started_at"))
    world.session.expire_all()


def planned(world: World) -> list[datetime]:
    return list(world.session.scalars(select(Reminder.at).order_by(Reminder.at)))


def plan(world: World, now: datetime = NOW) -> list[datetime]:
    reminding.plan(world.session, world.site, world.home(), now)
    return planned(world)


def letters(world: World) -> list[Outbox]:
    mine = (Outbox.kind == "worker_news", Outbox.state == "pending")
    return list(world.session.scalars(select(Outbox).where(*mine)))


def test_before_the_laws_days(world: World) -> None:
    """Of the next one 180, 60 and 14 days, of the others 14: up to three days earlier, by day."""
    confirm(world)
    first, second = date(2026, 12, 1), date(2027, 3, 1)
    law(world, first, second)
    found = plan(world)
    days = [local_day(at, "Asia/Tokyo") for at in found]
    wanted = [first - 180 * DAY, first - 60 * DAY, first - 14 * DAY, second - 14 * DAY]
    assert len(days) == len(wanted)
    for day, latest in zip(days, wanted, strict=True):
        assert latest - 3 * DAY <= day <= latest
    assert all(9 <= at.astimezone(ZoneInfo("Asia/Tokyo")).hour < 19 for at in found)
    assert plan(world) == found, "the same moments each time: nobody gets two"


def test_each_goes_once_and_holds_no_case(world: World, notifier) -> None:
    confirm(world)
    law(world, date(2026, 7, 1))
    (at, *_rest) = plan(world)
    before = {one.id for one in letters(world)}
    assert reminders.remind(world.session, notifier, SITE, at - timedelta(seconds=1))["due"] == 0
    assert reminders.remind(world.session, notifier, SITE, at)["done"] == 1
    assert reminders.remind(world.session, notifier, SITE, at)["due"] == 0
    (letter,) = [one for one in letters(world) if one.id not in before]
    assert letter.case is None
    assert at not in plan(world, at + timedelta(minutes=1)), (
        "an act on the same day plans it no more"
    )
    world.session.commit()
    told = text("SELECT reminder::text || address_box::text FROM reminder, address_box")
    rows = world.session.scalars(told).all()
    for row in rows:
        assert str(world.case.id) not in row
        assert HOME not in row
        assert world.case.reference not in row


def test_a_late_one_waits_for_its_time_of_day(world: World, notifier) -> None:
    confirm(world)
    law(world, date(2026, 7, 1))
    (at, *_rest) = plan(world)
    night = at + timedelta(hours=3)
    for hours in range(0, 21, 4):
        assert (
            reminders.remind(world.session, notifier, SITE, night + timedelta(hours=hours))["done"]
            == 0
        )
    assert reminders.remind(world.session, notifier, SITE, at + DAY)["done"] == 1


def test_the_day_after_a_promise_unless_it_was_kept(world: World) -> None:
    confirm(world)
    world.session.execute(delete(LimitationDate))
    world.bring_to("received")
    (at,) = plan(world)
    assert local_day(at, "Asia/Tokyo") == date(2026, 4, 29), "it was promised for the 28th"
    handling.acknowledge(world.act(), words())
    (later,) = planned(world)
    assert local_day(later, "Asia/Tokyo") == date(2026, 5, 2), "the next step is, for 1 May"


def test_nothing_is_kept_without_a_confirmed_address(world: World) -> None:
    act = world.own()
    contact = {"way": "email", "value": HOME, "safe_when": "", "never_say": ""}
    replying.change_contact(act, contact)
    law(world, date(2026, 7, 1))
    assert plan(world) == []
    assert world.session.scalars(select(KeptAddress)).all() == []


@pytest.mark.parametrize("way", ["changed", "taken away", "withdrawn", "no day"])
def test_nothing_stays_after(world: World, way: str) -> None:
    confirm(world)
    law(world, date(2026, 7, 1))
    assert plan(world)
    act = world.own()
    if way == "withdrawn":
        replying.withdraw(act)
    elif way == "no day":
        law(world)
        plan(world)
    else:
        other = {"way": "email", "value": "other@mail.example"}
        contact = other if way == "changed" else {"way": "none"}
        replying.change_contact(act, contact)
    assert planned(world) == []
    assert world.session.scalars(select(KeptAddress)).all() == []
    clear_of = [one for one in letters(world) if one.sealed]
    assert clear_of == []


def test_a_case_that_is_over_has_none_left_from_before(world: World) -> None:
    confirm(world)
    law(world, date(2026, 7, 1))
    assert plan(world)
    world.case.state = "closed"
    world.case.closed_at = NOW
    world.session.flush()
    assert plan(world) == []


def test_a_restore_takes_all(world: World) -> None:
    confirm(world)
    law(world, date(2026, 7, 1))
    assert plan(world)
    reminders.drop_all(world.session)
    assert planned(world) == []


def test_a_box_that_does_not_open_stops_no_other(world: World, notifier) -> None:
    confirm(world)
    law(world, date(2026, 7, 1))
    (at, *_rest) = plan(world)
    box = uuid4()
    world.session.add(KeptAddress(id=box, content=b"\x01" + bytes(100)))
    world.session.flush()
    world.session.add(Reminder(id=uuid4(), box_id=box, at=at))
    world.session.flush()
    counts = reminders.remind(world.session, notifier, SITE, at)
    assert (counts["done"], counts["failed"]) == (1, 1)
    assert world.session.get(KeptAddress, box) is None


def test_the_page_promises_a_letter_only_where_one_is_planned(world: World) -> None:
    law(world, date(2026, 7, 1))
    assert not reminding.warns(world.session, world.home(), NOW)
    confirm(world)
    law(world, date(2026, 7, 1))
    assert plan(world)
    assert reminding.warns(world.session, world.home(), NOW)
    near = datetime(2026, 6, 20, 3, tzinfo=NOW.tzinfo)
    assert not reminding.warns(world.session, world.home(), near), "it has gone out"
    law(world)
    assert not reminding.warns(world.session, world.home(), NOW)


def test_awake_where_the_worker_is() -> None:
    for country in ("JP", "VN", "PH", "BR", "US", ""):
        at = reminding._moment(date(2026, 7, 1), "Asia/Tokyo", country, bytes([77, 200]))
        assert at.hour in reminding.AWAKE
    there = reminding._moment(date(2026, 7, 1), "Asia/Tokyo", "VN", bytes([255, 0]))
    assert there.astimezone(ZoneInfo("Asia/Ho_Chi_Minh")).hour in reminding.AWAKE
