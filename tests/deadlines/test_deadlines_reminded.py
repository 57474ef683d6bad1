"""The worker process, with its own rights and keys, sends the letters that nobody writes."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import func, select

from grievance.cases import records
from grievance.cases.operations import addressing
from grievance.notifications.models import KeptAddress, Outbox, Reminder
from grievance.notifications.outbox import open_sealed
from grievance.notifications.reminders import remind

URL = "https://desk.example"


def test_two_workers_send_one_letter_each_of_what_is_due(house):
    filed, site = house.case(), house.app.config["SITE"]
    act = filed.act(house.session, site)
    identity = records.read(house.session, act.opened, "identity")
    contact = {"way": "email", "value": "home@mail.example", addressing.BOX: str(uuid4())}
    addressing.write(act, {**identity, "contact": contact})
    house.session.commit()
    planned = list(house.session.scalars(select(Reminder.at).order_by(Reminder.at)))
    assert planned
    for at in planned:
        notifier = house.ring.notifier
        one, other = (remind(house.worker(), notifier, URL, at) for _ in range(2))
        assert (one["done"], other["due"]) == (1, 0)
    house.again()
    rows = house.session.scalars(select(Outbox).where(Outbox.kind == "worker_news")).all()
    assert {row.case for row in rows} == {None}
    said = [open_sealed(house.ring.notifier, row.id, row.sealed) for row in rows]
    assert {one.to for one in said} == {"home@mail.example"}
    assert all(URL in one.body and filed.case.reference not in one.body for one in said)
    assert house.session.scalar(select(func.count()).select_from(KeptAddress)) == 0
