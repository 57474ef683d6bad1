"""The database's own net: with loaders and keys off, who acts sees rows of their cases only."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine, Table, create_engine, func, insert, select
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.orm import Session

from grievance.accounts import audit
from grievance.accounts.roles import Role
from grievance.cases.act import Act
from grievance.cases.assigned import Assigned
from grievance.cases.models import Case, CaseRecord, Message
from grievance.cases.operations import conflicts, interpreting
from grievance.extensions import act_as
from grievance.referrals.models import Packet, PacketGrant, Referral
from grievance.tables import METADATA
from tests.cases.conftest import World
from tests.cast import NOW, add_interpreter, file_case, found_operator, member

HELD = [table for table in METADATA.sorted_tables if "case_id" in table.c]
HELD += [METADATA.tables["grievance_case"], METADATA.tables["packet_file"]]
NOBODY = UUID(int=1)
LOOKED_UP = {"receipt", "receipt_session", "reply_link", "reply_session"}
# what a body's own act writes or asks of a case beside its hand-over
OF_CASE = {"grievance_case", "deadline", "limitation_date", "notice", "recusal", "duplicate_link"}
OF_HAND_OVER = {
    "referral", "referral_answer", "reply_link", "desk_item", "packet", "packet_grant", "consent",
    "packet_file", "body_wrote", "reply_session",
}  # fmt: skip


@pytest.fixture
def engine(live_app: Flask) -> Iterator[Engine]:
    """Connections as the web has them."""
    made = create_engine(
        live_app.config["SETTINGS"].database_url,
        execution_options=audit.vouching(live_app.config["KEY_RING"]),
    )
    yield made
    made.dispose()


def opened(engine: Engine, actor: str = "cli:test") -> Session:
    session = Session(engine)
    session.info["actor"] = actor
    return session


@pytest.fixture
def world(live_app: Flask, engine: Engine) -> Iterator[World]:
    """Two cases; of the first a paper lies on a body's desk, and another body was asked."""
    with opened(engine) as session:
        operator = found_operator(session, live_app.config["KEY_RING"])
        one, two = member(session, operator), member(session, operator)
        site = live_app.config["SITE"]
        found = World(session, site, operator, one, two, file_case(session, site))
        found.add_partner("jp-lsio", 1)
        found.bring_to("accepted")
        found.on_desk("jp-lsio")
        laid = found.referral
        found.hand_over("asked", "jp-houterasu")
        found.referral = laid
        file_case(session, site)
        session.commit()
        yield found


def seen(session: Session, table: Table) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def shown(engine: Engine, actor: str) -> set[str]:
    with opened(engine, actor) as session:
        return {table.name for table in HELD if seen(session, table)}


def test_every_table_of_a_case_is_held(world: World) -> None:
    rows = world.session.connection().exec_driver_sql(
        "SELECT relname FROM pg_class WHERE relrowsecurity AND relkind = 'r'"
    )
    assert {row[0] for row in rows} == {table.name for table in HELD}


@pytest.mark.parametrize("actor", ["nobody", "link:x", f"member:{NOBODY}", f"reply:{NOBODY}"])
def test_who_is_nobody_to_a_case_sees_nothing(world: World, engine: Engine, actor: str) -> None:
    assert shown(engine, actor) == set()


def test_the_public_sees_only_what_a_number_is_looked_up_in(world: World, engine: Engine) -> None:
    assert shown(engine, "public") <= LOOKED_UP


def test_an_actor_that_is_no_id_gets_an_error(world: World, engine: Engine) -> None:
    with opened(engine, "member:somebody") as session, pytest.raises(DBAPIError):
        seen(session, METADATA.tables["grievance_case"])


def test_a_worker_sees_rows_of_one_case(world: World, engine: Engine) -> None:
    with opened(engine, f"receipt:{world.case.id}") as session:
        assert session.scalars(select(Case.id)).all() == [world.case.id]
        assert set(session.scalars(select(CaseRecord.case_id))) == {world.case.id}


def test_a_body_sees_its_own_hand_over(world: World, engine: Engine) -> None:
    assert world.partner
    assert world.referral
    person = world.partner.people[0]
    names = shown(engine, f"member:{person.id}")
    assert {"referral", "packet", "packet_grant", "desk_item"} <= names
    assert names <= OF_CASE | OF_HAND_OVER
    with opened(engine, f"member:{person.id}") as session:
        assert session.scalars(select(Referral.id)).all() == [world.referral.id]
        assert session.scalars(select(Packet.id)).all() == [world.referral.packet_id]
        assert set(session.scalars(select(PacketGrant.packet_id))) == {world.referral.packet_id}
        assert session.scalars(select(Case.id)).all() == [world.case.id]


def test_a_body_writes_into_no_other_case(world: World, engine: Engine) -> None:
    assert world.partner
    person = world.partner.people[0]
    row = {c.name: getattr(world.case, c.name) for c in Case.__table__.columns}
    with opened(engine, f"member:{person.id}") as session:
        new = {**row, "id": uuid4(), "reference": "0123456789", "filing_id": uuid4()}
        with pytest.raises(ProgrammingError, match="row-level security"):
            session.execute(insert(Case).values(**new))


def test_a_leaver_of_a_body_sees_nothing(world: World, engine: Engine) -> None:
    assert world.partner
    person = world.partner.people[0]
    table = METADATA.tables["membership"]
    world.session.execute(table.update().where(table.c.person_id == person.id).values(active=False))
    world.session.commit()
    assert shown(engine, f"member:{person.id}") == set()


def test_a_link_shows_its_own_hand_over(world: World, engine: Engine) -> None:
    first = world.referral
    world.hand_over("delivered", "jp-moj-rights")
    door = world.open_door()
    world.session.commit()
    assert first
    assert world.referral
    assert first.id != world.referral.id
    with opened(engine, f"reply:{door.link.id}") as session:
        assert session.scalars(select(Referral.id)).all() == [door.link.referral_id]
        assert session.scalars(select(Message.id)).all() == []


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR, Role.OBSERVER])
def test_who_works_on_no_case_sees_nothing_inside(world: World, engine: Engine, role: Role) -> None:
    other = member(world.session, world.operator, role)
    world.session.commit()
    assert shown(engine, f"member:{other.id}") <= OF_CASE | {"search_line"}


def test_an_interpreter_sees_the_rows_of_their_own_passages(world: World, engine: Engine) -> None:
    row = world.give_passage()
    other = add_interpreter(world.session, world.operator)
    world.session.commit()
    assert world.interpreter
    own = f"member:{world.interpreter.id}"
    assert shown(engine, own) <= OF_CASE | {"assigned_passage"}
    with opened(engine, own) as session:
        assert session.scalars(select(Assigned.id)).all() == [row.id]
        assert session.scalars(select(Case.id)).all() == [world.case.id]
    assert shown(engine, f"member:{other.id}") == set()
    interpreting.take_back_passage(world.act(), row.id)
    world.session.commit()
    assert shown(engine, own) == {"assigned_passage"}  # that there was one, and no key to it


def test_an_interpreter_acts_within_their_own_rows(world: World, engine: Engine) -> None:
    """With the rights of the web and the rules on, as they do it."""
    row = world.give_passage()
    world.session.commit()
    assert world.interpreter
    with opened(engine, f"member:{world.interpreter.id}") as session:
        case = session.get_one(Case, world.case.id)
        person, private = world.interpreter.id, world.interpreter.private
        held = interpreting.case_of(case, person, 1, private)
        by = interpreting.of_interpreter(person)
        act = Act(session, world.site, held, by, NOW)
        interpreting.open_passage(act, interpreting.Opening(row.id, nothing_to_do=True))
        interpreting.hand_in(act, interpreting.HandedIn(row.id, "Two months without pay."))
        session.commit()
        assert session.scalars(select(Case.id)).all() == []
    with opened(engine, f"member:{world.colleague.id}") as session:
        assert session.scalars(select(Assigned.state)).all() == ["handed_in"]


def test_a_conflict_of_interest_closes_the_rows(world: World, engine: Engine) -> None:
    actor = f"member:{world.colleague.id}"
    assert {"case_grant", "case_record", "packet"} <= shown(engine, actor)
    with opened(engine, actor) as session:
        case = session.get_one(Case, world.case.id)
        act = world.colleague.act(session, world.site, case)
        conflicts.recuse(act, "A cousin works there.")
        session.commit()
    with opened(engine, actor) as session:
        assert world.case.id not in set(session.scalars(select(CaseRecord.case_id)))
        assert world.case.id not in set(session.scalars(select(Packet.case_id)))
        assert len(set(session.scalars(select(CaseRecord.case_id)))) == 1


def test_who_files_sees_what_they_file_and_no_more(world: World, engine: Engine) -> None:
    filing: UUID = world.case.filing_id
    with opened(engine, f"filing:{filing}") as session:
        assert session.scalars(select(Case.id)).all() == [world.case.id]
    with opened(engine, "public") as session:
        assert session.scalars(select(Case.id)).all() == []
        act_as(f"receipt:{world.case.id}", session)  # the next statement is theirs
        assert session.scalars(select(Case.id)).all() == [world.case.id]
