"""Whatever happens, in whatever order, every open case is somebody's or stands with nobody's, and
what its worker writes reaches somebody who may read it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from grievance.accounts.keys import holders
from grievance.accounts.models import MembershipKey
from grievance.accounts.operations import leaving
from grievance.accounts.operations.absences import Leave, come_back, set_away
from grievance.accounts.roles import Role
from grievance.cases import queries, queue
from grievance.cases.lifecycle import OPEN
from grievance.cases.operations import conflicts, freeing, handling, replying
from grievance.cases.operations.conflicts import Declared
from grievance.cases.operations.freeing import Leaving
from grievance.cases.operations.moving import Conflict
from grievance.cases.queue import Filters, Seer
from grievance.clock import local_day, real_now
from grievance.refusals import Refused
from tests.cases.conftest import words
from tests.cast import Filed, Staff
from tests.desk.conftest import House
from tests.noticed import all_read, noticed

ACTS, CASES = 40, 4


@dataclass
class Office:
    """Who works there, what they have, and what chance does next."""

    house: House
    chance: random.Random
    people: list[Staff]
    filed: list[Filed]
    done: list[str] = field(default_factory=list)
    keys: dict[UUID, list[MembershipKey]] = field(default_factory=dict)

    @property
    def here(self) -> list[Staff]:
        """Who holds the key now."""
        held = holders(self.house.session, self.house.operator.id)
        return [one for one in self.people if one.id in held]

    def somebody(self, case: Filed, *roles: Role) -> Staff:
        """One of those who may open a case."""
        out = queries.recused(self.house.session, case.case.id)
        able = [one for one in self.here if one.id not in out and one.role in (roles or Role)]
        if not able:
            raise Refused("actor")
        return self.chance.choice(able)

    def colleague(self) -> Staff | None:
        """One of them, or nobody."""
        return self.chance.choice([None, *self.people])


def _act(office: Office, filed: Filed, *roles: Role) -> handling.Act:
    house = office.house
    by = office.somebody(filed, *roles)
    return by.act(house.session, house.app.config["SITE"], filed.case, real_now())


LEADS = (Role.LEAD, Role.DIRECTOR)


def take(office: Office, filed: Filed) -> None:
    act = _act(office, filed)
    taking = handling.take if filed.case.state in ("received", "in_review") else handling.take_over
    taking(act)


def assign(office: Office, filed: Filed) -> None:
    handling.assign(_act(office, filed, *LEADS), office.chance.choice(office.people).id)


def unassign(office: Office, filed: Filed) -> None:
    handling.unassign(_act(office, filed))


def accept(office: Office, filed: Filed) -> None:
    handling.accept(_act(office, filed))


def ask(office: Office, filed: Filed) -> None:
    handling.ask_worker(_act(office, filed), words())


def write(office: Office, filed: Filed) -> None:
    house = office.house
    replying.say(
        filed.act(house.session, house.app.config["SITE"], real_now()), replying.Sent(words())
    )


def recuse(office: Office, filed: Filed) -> None:
    conflicts.recuse(_act(office, filed), "A cousin works there.")


def declare(office: Office, filed: Filed) -> None:
    whom = office.chance.choice(office.people).id
    conflicts.declare_conflict(_act(office, filed, *LEADS), Declared(whom, "A cousin."))
    conflicts.agree_conflict(_act(office, filed), whom)


def lift(office: Office, filed: Filed) -> None:
    conflicts.lift_conflict(
        _act(office, filed, Role.DIRECTOR), office.chance.choice(office.people).id
    )


def leave(office: Office, filed: Filed) -> None:
    house, who = office.house, office.chance.choice(office.people)
    deputy, today = office.colleague(), local_day(real_now(), "Asia/Tokyo")
    act = house.operator.director.acting(house.session, house.operator.ring, real_now())
    days = timedelta(days=office.chance.randrange(9))
    set_away(act, Leave(who.id, deputy.id if deputy else None, today, today + days))


def back(office: Office, filed: Filed) -> None:
    house = office.house
    act = house.operator.director.acting(house.session, house.operator.ring, real_now())
    come_back(act, office.chance.choice(office.people).id)


def remove(office: Office, filed: Filed) -> None:
    house, who, to = office.house, office.chance.choice(office.people[1:]), office.colleague()
    act = house.operator.director.acting(house.session, house.operator.ring, real_now())
    going = Leaving(who.id, to.id if to else None)
    with freeing.let_go(house.session, house.app.config["SITE"], going, real_now()):
        leaving.remove_member(act, who.id)


def lose_key(office: Office, filed: Filed) -> None:
    session, who = office.house.session, office.chance.choice(office.people[1:])
    rest = [one.id for one in office.here if one.id != who.id]
    # *Today* says it then: test_nobody_leaves_who_alone_can_open_a_case
    if queries.shut_to(session, rest):
        raise Refused("unread")
    held = select(MembershipKey).where(MembershipKey.person_id == who.id)
    for row in session.scalars(held):
        session.delete(row)


MANY = [take, take, assign, assign, unassign, accept, ask, write]
FEW = [recuse, declare, lift, leave, leave, back, remove, lose_key]


def seen_to(office: Office, filed: Filed, days: int) -> bool:
    """Whether somebody who may open the case finds it on *Today* or where nobody's stand."""
    at = real_now() + timedelta(days=days)
    return any(
        filed.case.id in {one.id for one in queue.queue(seer, filters).cases}
        for one in office.here
        for seer in [Seer(office.house.session, one.id, at)]
        for filters in (Filters(today="mine"), Filters(today="unassigned"))
    )


def do(office: Office, act: Callable[[Office, Filed], None]) -> None:
    """Do it, or not at all where the rules refuse it."""
    session, filed = office.house.session, office.chance.choice(office.filed)
    try:
        with session.begin_nested():
            act(office, filed)
            session.flush()
    except (Refused, Conflict):
        session.expire_all()
        return
    office.done.append(act.__name__)
    session.expire_all()


@pytest.mark.parametrize("seed", range(12))
def test_at_every_moment_every_open_case_is_seen_to_by_somebody(house: House, seed: int) -> None:
    # where few work, all of them may soon have a conflict of interest
    roles = [(Role.LEAD, "Ito Jun"), (Role.HANDLER, "Tanaka Ken"), (Role.HANDLER, "Mori Emi")]
    people = [house.hire(role, name) for role, name in roles[: 1 + seed % 3]]
    people = [house.operator.director, *people]
    office = Office(house, random.Random(seed), people, [house.case() for _ in range(CASES)])
    for _ in range(ACTS):
        do(office, office.chance.choice([*MANY, *FEW]))
        for filed in office.filed:
            assert filed.case.state in OPEN
            for days in (0, 4, 30):
                assert seen_to(office, filed, days), (office.done, days)
    assert len(office.done) > ACTS / 4
    for filed in office.filed:
        all_read(house.session)
        write(office, filed)
        told = set(noticed(house.session, "worker_answered"))
        out = queries.recused(house.session, filed.case.id)
        assert told & ({one.id for one in office.here} - out), office.done
