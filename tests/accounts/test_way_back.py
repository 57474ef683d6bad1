"""The way back with the recovery sheet: with nobody else, with one more, with no administrator; who
can refuse it, and that nothing but the sheet opens the key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from grievance.accounts import audit, door, queries
from grievance.accounts.models import (
    Event,
    Invitation,
    StaffSession,
)
from grievance.accounts.operations import invitations, leaving, letters, recovery, way_back
from grievance.accounts.operations.keys import ALONE_WAITS
from grievance.accounts.operations.persons import Admitted, end_membership
from grievance.accounts.roles import Role
from grievance.clock import real_now
from grievance.notifications.models import Outbox
from grievance.refusals import Refused
from grievance.vault.errors import Tampered
from grievance.vault.keys import new_key
from grievance.vault.recovery import sheet_text
from grievance.vault.sessions import secret_hash
from grievance.vault.slots import SlowLane, account, network
from tests.accounts.conftest import Browser, Office
from tests.hostile.meanwhile import meanwhile
from tests.pages import Page, read_page

ANOTHER = "another lantern beside the quiet harbour"


@dataclass
class House:
    """An office whose recovery sheet is on paper."""

    office: Office
    paper: bytes

    @property
    def session(self) -> Any:
        return self.office.session

    def offer(self, who: str = "director@example.org", now: datetime | None = None) -> Any:
        made = way_back.offer(self.session, who, ring=self.office.ring, now=now or real_now())
        self.session.commit()
        return made

    def come(self, token: str, typed: bytes | None = None, now: datetime | None = None) -> Admitted:
        comer = way_back.Comer(self.office.hashed, typed or self.paper)
        admitted = way_back.come_back(
            self.session, token, comer, ring=self.office.ring, now=now or real_now()
        )
        self.session.commit()
        return admitted

    def refused(self, *arguments: Any, **more: Any) -> str:
        with pytest.raises(Refused) as why:
            self.come(*arguments, **more)
        self.session.rollback()
        return why.value.code

    def role(self, person: Admitted) -> str:
        (fact,) = queries.memberships_of(self.session, person.person_id)
        return fact.role

    def verbs(self) -> list[str]:
        own = select(Event.verb).where(Event.stream_id == self.office.id).order_by(Event.seq)
        return list(self.session.scalars(own))


@pytest.fixture
def house(unconfirmed: Office) -> House:
    paper = unconfirmed.sheet()
    recovery.confirm_sheet(unconfirmed.act(), paper)
    unconfirmed.session.commit()
    return House(unconfirmed, paper)


def test_the_only_holder_comes_back_at_once_and_reads_what_was_there(house: House) -> None:
    office = house.office
    before = office.opens(office.founder)
    made = house.offer()
    assert made.way.others == frozenset()
    back = house.come(made.token)
    assert office.opens(back) == before
    assert house.role(back) == Role.DIRECTOR
    assert "recovery_unconfirmed" in queries.filing_closed(house.session)
    assert house.verbs()[-2:] == ["way_back_offered", "recovery_used"]
    with pytest.raises(Tampered):  # what lies there now is not sealed to the old key
        office.opens(office.founder)


def test_it_is_used_once_and_the_sheet_with_it(house: House) -> None:
    made = house.offer()
    house.come(made.token)
    assert house.refused(made.token) == "used"
    assert house.refused(house.offer().token) == "sheet"


def test_it_ends_after_two_hours(house: House) -> None:
    made = house.offer()
    late = real_now() + way_back.LASTS + timedelta(seconds=1)
    assert house.refused(made.token, now=late) == "used"


def test_nothing_but_the_newest_sheet_opens_it(house: House) -> None:
    office, made = house.office, house.offer()
    assert house.refused(made.token, new_key()) == "sheet"
    recovery.replace_sheet(office.act())
    house.session.commit()
    assert house.refused(made.token) == "sheet"
    assert office.opens(office.founder)
    assert house.come(made.token, office.sheet())  # a wrong sheet used nothing up


def test_while_another_holds_the_key_it_waits_two_days_and_then_works(house: House) -> None:
    office = house.office
    lan = office.join("lan", Role.HANDLER)
    made = house.offer()
    assert made.way.others == {lan.person_id}
    almost = real_now() + ALONE_WAITS - timedelta(minutes=1)
    assert house.refused(made.token) == "way_back_early"
    assert house.refused(made.token, now=almost) == "way_back_early"
    back = house.come(made.token, now=real_now() + ALONE_WAITS + timedelta(minutes=1))
    assert office.opens(back) == office.opens(lan)


def test_after_the_two_days_it_is_open_for_one(house: House) -> None:
    house.office.join("lan", Role.HANDLER)
    made = house.offer()
    late = real_now() + ALONE_WAITS + way_back.OPEN_FOR + timedelta(minutes=1)
    assert house.refused(made.token, now=late) == "used"


def test_a_link_made_while_nobody_else_held_the_key_is_no_way_around(house: House) -> None:
    made = house.offer()
    house.office.join("lan", Role.HANDLER)
    assert house.refused(made.token) == "way_back_early"
    way = way_back.way(house.session, made.token, real_now())
    assert way
    assert not way.works


def test_who_lost_the_key_to_a_new_password_comes_back_and_waits_no_more(house: House) -> None:
    office = house.office
    token = invitations.offer_reset(office.act(), office.founder.person_id)
    anew = office.accept(token)
    house.session.commit()
    assert office.opens(anew) == {}
    again = invitations.offer_reset(office.act(anew), anew.person_id)
    back = house.come(house.offer().token)
    assert office.opens(back)
    assert queries.waiting_requests(house.session, office.id) == []
    with pytest.raises(Refused, match="used"):
        office.accept(again)


@pytest.mark.parametrize("who", ["handler", "concerned"])
def test_every_holder_and_the_person_concerned_can_refuse_it(house: House, who: str) -> None:
    office = house.office
    lan = office.join("lan", Role.HANDLER)
    made = house.offer()
    by = lan if who == "handler" else office.founder
    way_back.refuse(office.act(by), made.way.row.id)
    house.session.commit()
    late = real_now() + ALONE_WAITS + timedelta(minutes=1)
    assert house.refused(made.token, now=late) == "used"
    assert house.verbs()[-1] == "way_back_refused"
    with pytest.raises(Refused, match="used"):
        way_back.refuse(office.act(by), made.way.row.id)


def test_who_neither_holds_the_key_nor_is_concerned_refuses_nothing(house: House) -> None:
    office = house.office
    admin = office.join("admin", Role.ADMINISTRATOR)
    made = house.offer()
    with pytest.raises(Refused, match="not_holder"):
        way_back.refuse(office.act(admin), made.way.row.id)
    house.session.rollback()
    assert house.come(made.token)
    with pytest.raises(Refused, match="used"):
        way_back.refuse(office.act(admin), made.way.row.id)


def test_with_two_directors_the_other_stays_and_keeps_the_key(house: House) -> None:
    office = house.office
    two = office.join("two", Role.DIRECTOR)
    back = house.come(house.offer().token, now=real_now() + ALONE_WAITS + timedelta(minutes=1))
    assert house.role(back) == house.role(two) == Role.DIRECTOR
    assert office.opens(two) == office.opens(back)


def test_a_lead_stays_lead_while_somebody_holds_the_key_and_manages_people(house: House) -> None:
    lead = house.office.join("lead", Role.LEAD)
    made = house.offer("lead")
    back = house.come(made.token, now=real_now() + ALONE_WAITS + timedelta(minutes=1))
    assert back.person_id == lead.person_id
    assert house.role(back) == Role.LEAD


def put_out(house: House, *people: Admitted) -> None:
    """As a refused key or a hand in the database leaves it."""
    for person in people:
        end_membership(house.session, person.person_id, house.office.id)
    admin = next(iter(people))
    organisation = house.office.act(admin).organisation()
    deed = audit.Deed("member_removed", "cli:test", real_now(), {"person": admin.person_id})
    audit.record(house.session, organisation, deed)
    house.session.commit()


def test_where_nobody_manages_people_any_more_a_lead_comes_back_as_director(house: House) -> None:
    office = house.office
    lead, lan = office.join("lead", Role.LEAD), office.join("lan", Role.HANDLER)
    put_out(house, office.founder)
    made = house.offer("lead")
    assert made.way.others == {lan.person_id}
    back = house.come(made.token, now=real_now() + ALONE_WAITS + timedelta(minutes=1))
    assert back.person_id == lead.person_id
    assert house.role(back) == Role.DIRECTOR


def test_where_no_administrator_can_sign_in_a_lead_who_is_alone_comes_back_as_director(
    house: House,
) -> None:
    office = house.office
    office.join("lead", Role.LEAD)
    office.join("admin", Role.ADMINISTRATOR)  # there, with a password nobody knows
    put_out(house, office.founder)
    assert house.role(house.come(house.offer("lead").token)) == Role.DIRECTOR


def test_where_everybody_was_removed_the_last_director_comes_back(house: House) -> None:
    office = house.office
    before = office.opens(office.founder)
    put_out(house, office.founder)
    assert queries.people(house.session, office.id) == []
    back = house.come(house.offer().token)
    assert office.opens(back) == before
    assert [one.name for one in queries.people(house.session, office.id)] == ["director"]


def test_who_was_removed_does_not_come_back_while_a_director_or_lead_is_there(house: House) -> None:
    office = house.office
    two = office.join("two", Role.DIRECTOR)
    made = house.offer()
    leaving.remove_member(office.act(two), office.founder.person_id)
    house.session.commit()
    late = real_now() + ALONE_WAITS + timedelta(minutes=1)
    assert house.refused(made.token, now=late) == "not_member"
    with pytest.raises(Refused, match="no_way_back"):
        house.offer()


@pytest.mark.parametrize("who", ["admin@example.org", "lan", "nobody@example.org", "", "twice"])
def test_only_one_director_or_lead_who_held_the_key_is_meant(house: House, who: str) -> None:
    office = house.office
    office.join("lan", Role.HANDLER)
    office.join("admin", Role.ADMINISTRATOR)
    office.join("waiting", Role.LEAD, approved=False)
    for name in ("one", "two"):
        office.join(name, Role.LEAD)
        office.person(name).name = "twice"
    house.session.commit()
    for each in (who, "waiting"):
        with pytest.raises(Refused, match="no_way_back"):
            way_back.offer(house.session, each, ring=office.ring, now=real_now())


def test_a_newer_link_voids_the_older_and_the_token_lies_nowhere(house: House) -> None:
    first = house.offer()
    second = house.offer("  Director ")
    assert house.refused(first.token) == "used"
    (row,) = house.session.scalars(select(Invitation).where(Invitation.kind == way_back.KIND))
    assert row.token_hash == secret_hash(second.token)
    assert second.token not in repr(second)
    assert house.come(second.token)


def test_the_ends_of_it_are_told_by_letter(house: House) -> None:
    office = house.office
    office.join("lan", Role.HANDLER)
    office.join("admin", Role.ADMINISTRATOR)
    made = house.offer()
    letters.tell_of_way_back(
        house.session, made.way, "http://localhost", ring=office.ring, now=real_now()
    )
    house.session.commit()
    assert house.session.scalars(select(Outbox.kind)).all() == ["way_back"] * 2
    letters.tell_of_sheet_used(
        house.session,
        office.founder.person_id,
        "http://localhost",
        ring=office.ring,
        now=real_now(),
    )
    house.session.commit()
    told = house.session.scalars(select(Outbox.kind).where(Outbox.kind == "sheet_used"))
    assert len(told.all()) == 3


# In the browser


@pytest.fixture(autouse=True)
def fresh_lanes(app: Flask) -> None:
    app.config[door.LANE] = SlowLane(account)
    app.config[door.NETWORK_LANE] = SlowLane(network, before=door.WRONG_BY_NETWORK)


def path_of(made: Any) -> str:
    return f"/staff/way-back/{made.token}"


def written(house: House, paper: bytes | None = None) -> dict[str, str]:
    rows = sheet_text(paper or house.paper)
    return {"password": ANOTHER, "again": ANOTHER, "rows": rows}


def test_from_a_fresh_browser_to_a_new_sheet(browse: Callable[[], Browser], house: House) -> None:
    old, fresh, made = browse(), browse(), house.offer()
    old.sign_in("director@example.org")
    shown = fresh.page(path_of(made))
    assert shown.name == "staff.way-back"
    assert fresh.page(path_of(made)).status == 200  # looking used nothing up
    answer = fresh.send(path_of(made), **written(house))
    assert answer.headers["Location"] == "/staff/recovery-sheet"
    assert old.get("/staff/").status_code == 303
    rows = "".join(fresh.page("/staff/recovery-sheet").one("pre").itertext())
    typed = "\n".join(line for line in rows.splitlines() if line.startswith("K."))
    assert fresh.send("/staff/recovery-sheet", rows=typed).status_code == 303
    assert "recovery_unconfirmed" not in queries.filing_closed(house.session)
    assert fresh.get("/staff/keys").status_code == 200
    assert fresh.get(path_of(made)).status_code == 404
    assert browse().sign_in("director@example.org").status_code == 422
    assert browse().sign_in("director@example.org", ANOTHER).status_code == 303
    assert house.session.scalars(select(Outbox.kind)).all() == ["sheet_used"]


def test_a_wrong_sheet_is_told_by_row_or_as_a_whole_and_changes_nothing(
    client: Browser, house: House
) -> None:
    made = house.offer()
    wrong = written(house)
    wrong["rows"] = wrong["rows"].replace("K.2", "K.3", 1)
    assert "K." in read_page(client.send(path_of(made), **wrong)).errors["rows"]
    other = read_page(client.send(path_of(made), **written(house, new_key())))
    assert "newest" in other.errors["rows"]
    short = {**written(house), "password": "short", "again": "short"}
    kept = read_page(client.send(path_of(made), **short))
    assert "password" in kept.errors
    assert kept.fields()["rows"].split() == short["rows"].split()
    assert client.sign_in("director@example.org").status_code == 303


def test_two_tabs_and_only_the_first_gets_in(browse: Callable[[], Browser], house: House) -> None:
    one, two, made = browse(), browse(), house.offer()
    first, second = one.page(path_of(made)), two.page(path_of(made))
    sent = {**first.fields(), **written(house)}
    assert one.post(path_of(made), data=sent).status_code == 303
    late = two.post(path_of(made), data={**second.fields(), **written(house)})
    assert late.status_code == 404
    assert one.get("/staff/").status_code == 200


def test_what_happens_during_the_slow_hash_counts(
    app: Flask, client: Browser, house: House
) -> None:
    made = house.offer()

    def refuse(session: Any) -> None:
        way_back.refuse(house.office.act(session=session), made.way.row.id)

    with meanwhile(app, refuse):
        page = read_page(client.send(path_of(made), **written(house)))
    assert "used already" in page.main
    assert house.session.scalar(select(func.count()).select_from(StaffSession)) == 0
    assert house.office.opens(house.office.founder)


def test_the_seventh_wrong_sheet_waits_in_the_slow_lane(
    app: Flask, client: Browser, house: House
) -> None:
    made = house.offer()
    for _ in range(6):
        client.send(path_of(made), **written(house, new_key()))
    lane: SlowLane = app.config[door.LANE]
    assert lane.is_slow(str(made.way.row.id), "")


def test_another_holder_reads_of_it_on_every_first_page_and_refuses(
    browse: Callable[[], Browser], house: House
) -> None:
    house.office.join("lan", Role.HANDLER)
    made = house.offer()
    early = browse().page(path_of(made))
    assert not early.all("form", data_main="")
    assert "does not work yet" in early.main
    holder = browse()
    holder.sign_in("lan@example.org")
    assert "recovery sheet" in holder.page("/staff/").main
    (link,) = [
        a.get("href") for a in holder.page("/staff/keys").all("a") if "way-back" in a.get("href")
    ]
    assert holder.send(link).headers["Location"] == "/staff/keys"
    assert browse().get(path_of(made)).status_code == 404
    assert holder.get(link).status_code == 404


def test_the_person_concerned_reads_of_it_and_refuses(client: Browser, house: House) -> None:
    made = house.offer()
    client.sign_in("director@example.org")
    (link,) = refusals(client.page("/staff/account"))
    assert client.send(link).status_code == 303
    assert client.get(path_of(made)).status_code == 404


def refusals(page: Page) -> list[str]:
    return [a.get("href") for a in page.all("a") if "way-back" in (a.get("href") or "")]


def test_who_has_no_part_in_it_sees_and_refuses_nothing(client: Browser, house: House) -> None:
    house.office.join("admin", Role.ADMINISTRATOR)
    made = house.offer()
    client.sign_in("admin@example.org")
    assert refusals(client.page("/staff/account")) == []
    assert client.get(f"/staff/way-back/{made.way.row.id}/refuse").status_code == 404


def test_a_link_of_another_kind_leads_nowhere_here(client: Browser, house: House) -> None:
    token = house.office.invite("lan", Role.HANDLER)
    made = house.offer()
    house.session.commit()
    assert client.get(f"/staff/way-back/{token}").status_code == 404
    assert client.get(f"/staff/invitation/{made.token}").status_code == 404
    with pytest.raises(Refused, match="used"):
        house.office.accept(made.token)
