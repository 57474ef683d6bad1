"""What reaches beyond the cases of who acts still does, with the database's net in place."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import Engine, Select, func, select, text
from sqlalchemy.orm import Session

from grievance.accounts.keys import open_organisation_keys
from grievance.accounts.models import Organisation
from grievance.accounts.operations import leaving
from grievance.accounts.operations.keys import reseal_slice, rotate
from grievance.accounts.roles import Role
from grievance.cases.models import Case, CaseGrant, Receipt, ReceiptSession, Reissue
from grievance.cases.operations import conflicts, filing, freeing, receipts
from grievance.cases.operations.freeing import Leaving
from grievance.extensions import act_as, acting
from grievance.referrals.models import PacketGrant
from grievance.referrals.operations import linking, recalling
from grievance.vault.sessions import new_secret, secret_hash
from tests import cast
from tests.cases.conftest import World
from tests.cast import NOW, file_case, member
from tests.hostile.test_rows_of_cases import engine, opened, world

__all__ = ["engine", "world"]


def count(engine: Engine, rows: Select[object]) -> int:
    with opened(engine) as session:
        return session.scalar(select(func.count()).select_from(rows.subquery())) or 0


def steps_aside(world: World, engine: Engine) -> str:
    """The colleague has a conflict of interest in the first case; how they act."""
    actor = f"member:{world.colleague.id}"
    with opened(engine, actor) as session:
        case = session.get_one(Case, world.case.id)
        conflicts.recuse(world.colleague.act(session, world.site, case), "A cousin works there.")
        session.commit()
    return actor


def commit_meanwhile(engine: Engine) -> None:
    """Somebody else's transaction begins later and ends earlier."""
    with opened(engine) as other:
        other.execute(text("SELECT pg_current_xact_id()"))
        other.commit()


def test_stepping_aside_ends_what_one_asked_for(world: World, engine: Engine) -> None:
    actor = f"member:{world.colleague.id}"
    with opened(engine, actor) as session:
        case = session.get_one(Case, world.case.id)
        receipts.ask_reissue(world.colleague.act(session, world.site, case), "called back")
        session.commit()
    with opened(engine, actor) as session:
        held = select(Case).where(Case.id == world.case.id).with_for_update()
        case = session.scalars(held).one()
        commit_meanwhile(engine)
        conflicts.recuse(world.colleague.act(session, world.site, case), "A cousin works there.")
        session.commit()
    with opened(engine) as session:
        assert session.scalars(select(Reissue.state)).all() == ["refused"]


def test_a_new_key_reaches_cases_that_who_moves_them_may_not_see(
    world: World, engine: Engine
) -> None:
    actor, by = steps_aside(world, engine), world.colleague
    rotate(world.operator.director.acting(world.session, world.operator.ring))
    world.session.commit()
    with opened(engine, actor) as session:
        keys = open_organisation_keys(session, by.id, by.private)
        while reseal_slice(session, world.operator.id, keys, world.operator.ring, NOW):
            session.commit()
        session.commit()
    old = (CaseGrant.holder_id == world.operator.id, CaseGrant.holder_generation == 1)
    assert count(engine, select(CaseGrant.id).where(*old)) == 0
    with opened(engine) as session:
        assert not session.get_one(Organisation, world.operator.id).resealing


def test_who_closes_a_partner_takes_every_key_of_it(world: World, engine: Engine) -> None:
    assert world.partner
    theirs = select(PacketGrant.id).where(PacketGrant.holder_id == world.partner.id)
    assert count(engine, theirs) == 1
    with opened(engine, steps_aside(world, engine)) as session:
        recalling.drop_all_of(session, world.partner.id)
        session.commit()
    assert count(engine, theirs) == 0


def test_one_with_open_cases_removes_themselves(world: World, engine: Engine) -> None:
    director = world.operator.director
    member(world.session, world.operator, Role.DIRECTOR)
    world.case.assignee_id = director.id
    world.session.commit()
    with opened(engine, f"member:{director.id}") as session:
        act = director.acting(session, world.operator.ring)
        with freeing.let_go(session, world.site, Leaving(director.id), NOW):
            leaving.remove_member(act, director.id)
        session.commit()
    with opened(engine) as session:
        assert session.get_one(Case, world.case.id).assignee_id is None


def test_many_filings_of_one_hour_are_marked(
    world: World, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filing, "BURST", 2)
    new = uuid4()
    monkeypatch.setattr(cast, "uuid4", lambda: new)
    with opened(engine, f"filing:{new}") as session:
        assert file_case(session, world.site).case.burst


def test_the_language_behind_a_link_is_that_of_its_document(world: World, engine: Engine) -> None:
    world.hand_over("delivered", "jp-moj-rights")
    token = world.open_door().token
    world.session.commit()
    with opened(engine) as session, opened(engine, "public") as stranger:
        assert linking.language_of(stranger, token) == linking.language_of(session, token) != ""
        assert session.info["actor"] == "cli:test"
        assert stranger.info["actor"] == "public"


def test_another_number_ends_the_earlier_visit(world: World, engine: Engine) -> None:
    secret = new_secret()
    with opened(engine) as session:
        receipt = session.scalars(select(Receipt).where(Receipt.case_id == world.case.id)).first()
        assert receipt
        row = ReceiptSession(
            id=uuid4(),
            token_hash=secret_hash(secret),
            case_id=receipt.case_id,
            receipt_id=receipt.id,
            private_box=bytes(80),
            began_at=NOW,
            seen_at=NOW,
        )
        session.add(row)
        other = session.scalars(select(Case.id).where(Case.id != world.case.id)).one()
        session.commit()
    with opened(engine, f"receipt:{other}") as session:
        with acting("public", session):
            receipts.end_visit(session, secret)
        session.commit()
    there = select(ReceiptSession.id).where(ReceiptSession.token_hash == secret_hash(secret))
    assert count(engine, there) == 0


def test_who_acts_for_a_moment_is_themselves_again(world: World, engine: Engine) -> None:
    def seen(session: Session) -> int:
        return session.scalar(select(func.count()).select_from(Case)) or 0

    with opened(engine, "public") as session:
        with acting("job:test", session):
            assert seen(session) == 2
        assert seen(session) == 0
        act_as(f"receipt:{world.case.id}", session)
        assert seen(session) == 1
