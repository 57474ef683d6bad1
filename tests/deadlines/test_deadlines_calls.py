"""Who wants to be called is called for what the product itself promises to ask: after a promise,
before the law's days, after the end. Once, and never when it is over."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select, text

from grievance.accounts.roles import Role
from grievance.cases import checks
from grievance.cases.calls import CallBack, open_call
from grievance.cases.models import Case
from grievance.cases.operations import (
    addressing,
    aftercare,
    deciding,
    handling,
    remedying,
    replying,
)
from grievance.cases.planned_calls import PlannedCall
from grievance.clock import local_day
from grievance.deadlines.models import LimitationDate
from tests.cases.conftest import words
from tests.cast import NOW, Filed, Staff
from tests.deadlines.conftest import House

DAY = timedelta(days=1)
BY_PHONE = {"reach_by": "phone", "contact-phone": "+819012345678"}
NOTHING = {"due": 0, "done": 0, "skipped": 0, "failed": 0}
ONE = {"due": 1, "done": 1, "skipped": 0, "failed": 0}


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), ZoneInfo("Asia/Tokyo"))


def filed_by_phone(house: House, *law: date) -> Filed:
    """A case whose worker wants to be called, and no day of the law but these."""
    filed = house.case(**BY_PHONE)
    set_law(house, filed, *law)
    return filed


def set_law(house: House, filed: Filed, *days: date) -> None:
    house.session.execute(delete(LimitationDate))
    house.session.execute(delete(PlannedCall).where(PlannedCall.kind == "law"))
    for day in days:
        house.session.add(LimitationDate(id=uuid4(), case_id=filed.case.id, latest_safe=day))
    house.session.commit()


def act(house: House, by: Staff, filed: Filed, now: datetime = NOW) -> Any:
    return by.act(house.session, house.app.config["SITE"], filed.case, now)


def own(house: House, filed: Filed, now: datetime = NOW) -> Any:
    return filed.act(house.session, house.app.config["SITE"], now)


def planned(house: House, kind: str = "") -> list[tuple[str, date]]:
    house.again()
    rows = select(PlannedCall.kind, PlannedCall.on_day).order_by(PlannedCall.on_day)
    return [(row[0], row[1]) for row in house.session.execute(rows) if kind in ("", row[0])]


def kinds(house: House, case: Case) -> list[str]:
    call = open_call(house.session, case.id)
    return call.kinds if call else []


def test_a_promise_that_nobody_kept_makes_one_call(house: House) -> None:
    """Filed, and nobody looked at it: until now such a worker heard of nothing."""
    filed = filed_by_phone(house)
    day = local_day(house.clock(filed.case, "acknowledge").due_at, "Asia/Tokyo") + DAY
    assert planned(house) == [("late", day)]
    assert house.warn(noon(day - DAY)) == NOTHING
    assert house.warn(noon(day)) == ONE
    assert house.warn(noon(day)) == NOTHING
    assert kinds(house, filed.case) == ["late"]
    assert planned(house) == []
    clock = house.clock(filed.case, "call")
    assert house.session.get_one(Case, filed.case.id).next_due <= clock.due_at
    (event,) = house.events(filed.case, "call_due")
    assert (event.actor, event.codes["kind"]) == ("job:warn", "late")
    # two working days on nobody has called: the ladder is that of every call
    house.hire(Role.LEAD, "Sato Yui")
    house.session.commit()
    house.sweep(clock.due_at + timedelta(minutes=1))
    told = [one.codes["clock"] for one in house.events(filed.case)]
    assert "call" in told


def test_what_is_kept_in_time_or_taken_away_makes_none(house: House) -> None:
    handler = house.hire()
    filed = filed_by_phone(house)
    (first,) = planned(house)
    handling.take(act(house, handler, filed))
    handling.acknowledge(act(house, handler, filed), words())
    house.session.commit()
    (later,) = planned(house)
    assert later[0] == "late"
    assert later[1] > first[1], "the next step is"
    house.session.execute(text("UPDATE deadline SET met_at = started_at WHERE kind = 'next_step'"))
    house.session.commit()
    house.session.execute(delete(CallBack))
    house.session.commit()
    assert house.warn(noon(later[1])) == ONE
    assert house.events(filed.case, "call_due") == [], "a body did it meanwhile, without a key"
    replying.change_contact(own(house, filed), {"way": "none"})
    house.session.commit()
    assert planned(house) == []


def test_before_the_laws_days_with_the_call_that_is_due(house: House) -> None:
    handler = house.hire()
    last = local_day(NOW, "Asia/Tokyo") + 400 * DAY
    filed = filed_by_phone(house, last, last + 100 * DAY)
    handling.take(act(house, handler, filed))
    handling.accept(act(house, handler, filed))
    house.session.commit()
    house.session.execute(delete(PlannedCall).where(PlannedCall.kind == "late"))
    house.session.commit()
    wanted = [last - 180 * DAY, last - 60 * DAY, last - 14 * DAY, last + 86 * DAY]
    assert planned(house) == [("law", day) for day in wanted]
    call = open_call(house.session, filed.case.id)
    assert call is not None
    assert "law" not in call.kinds
    house.warn(noon(wanted[0]))
    house.warn(noon(wanted[1]))
    assert kinds(house, filed.case)[-1] == "law"
    assert len(house.session.scalars(select(CallBack)).all()) == 1, "it joins the call that is due"
    assert [one[1] for one in planned(house)] == wanted[2:]
    replying.withdraw(own(house, filed))
    house.session.commit()
    assert planned(house) == []


def test_a_promised_remedy_is_asked_for(house: House) -> None:
    handler = house.hire()
    filed = filed_by_phone(house)
    handling.take(act(house, handler, filed))
    handling.accept(act(house, handler, filed))
    due = local_day(NOW, "Asia/Tokyo") + 20 * DAY
    facts = remedying.Facts(words="Wages of June", currency="JPY", agreed=300000)
    remedy = remedying.Remedy("money", "agreed", facts, due)
    remedying.record(act(house, handler, filed), remedy)
    agreed = remedying.Agreement("On the phone", words(), ())
    remedying.agree_remedy(act(house, handler, filed), agreed)
    house.session.commit()
    assert planned(house) == [("arrived", due + DAY)]
    house.warn(noon(due + DAY))
    assert "arrived" in kinds(house, filed.case)
    # who comes to the page themselves is not called
    replying.say(own(house, filed, noon(due + DAY)), replying.Sent(words("It came")))
    house.session.commit()
    assert kinds(house, filed.case) == []


def closed(house: House, filed: Filed, handler: Staff) -> None:
    """It was closed now, and is watched."""
    handling.take(act(house, handler, filed))
    filed.case.state, filed.case.closed_at, filed.case.state_since = "closed", NOW, NOW
    house.session.flush()
    house.session.execute(text("UPDATE deadline SET stopped_at = started_at"))
    house.session.expire_all()
    checks.start(house.session, filed.case, NOW, "Asia/Tokyo")
    handling.note(act(house, handler, filed), words("Closed"))
    house.session.commit()


def test_after_the_end_they_are_asked_three_times(house: House) -> None:
    handler = house.hire()
    filed = filed_by_phone(house, local_day(NOW, "Asia/Tokyo") + 400 * DAY)
    closed(house, filed, handler)
    end = local_day(NOW, "Asia/Tokyo")
    days = [end + timedelta(days=days) for days in (30, 90, 180)]
    assert planned(house) == [("check", day) for day in days], "no day of the law any more"
    assert house.warn(noon(days[0])) == ONE
    assert kinds(house, filed.case) == ["check"]
    well = aftercare.CheckIn("yes", reprisal=False, written=words("All is well"), on=days[0])
    aftercare.record_well(act(house, handler, filed, noon(days[0])), well)
    house.session.commit()
    assert planned(house) == [("check", day) for day in days[1:]]
    # open again, it is asked no more
    lead = house.hire(Role.LEAD, "Sato Yui")
    deciding.reopen(act(house, lead, filed, noon(days[0] + DAY)))
    house.session.commit()
    assert [one for one in planned(house) if one[0] == "check"] == []


@pytest.mark.parametrize("way", ["old", "over"])
def test_what_a_restore_changed_makes_none(
    house: House, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody opened the case since: what was planned stands there, and nobody is called."""
    filed = filed_by_phone(house)
    house.session.add(
        PlannedCall(id=uuid4(), case_id=filed.case.id, kind="law", on_day=local_day(NOW, "UTC"))
    )
    if way == "over":
        filed.case.state = "withdrawn"
    else:
        monkeypatch.setattr(addressing, "may_be_old", lambda *_: True)
    house.session.commit()
    assert house.warn(NOW + DAY) == ONE
    assert house.events(filed.case, "call_due") == []
    assert kinds(house, filed.case) == []


def test_who_chose_nothing_or_letters_has_no_call_planned(house: House) -> None:
    for answers in ({"reach_by": "none"}, {"reach_by": "email", "contact-email": "a@b.example"}):
        house.case(**answers)
    assert planned(house) == []
