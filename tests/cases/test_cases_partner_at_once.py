"""A worker says yes while the partner is closed, on two connections: no key is left behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from grievance.accounts import audit
from grievance.accounts.keys import RECIPIENT
from grievance.accounts.models import Organisation
from grievance.accounts.operations import partners
from grievance.cases.operations import consenting
from grievance.cases.operations.referring import About
from grievance.referrals.models import PacketGrant
from grievance.referrals.operations import recalling
from tests.cases.conftest import World
from tests.cast import file_case, found_operator, member

BODY = "jp-lsio"


@pytest.fixture
def engine(live_app: Flask) -> Iterator[Engine]:
    made = create_engine(
        live_app.config["SETTINGS"].database_url,
        execution_options=audit.vouching(live_app.config["KEY_RING"]),
    )
    yield made
    made.dispose()


def opened(engine: Engine) -> Session:
    session = Session(engine)
    session.info["actor"] = "cli:test"
    return session


def asked(live_app: Flask, session: Session) -> World:
    """A case whose worker is asked about a body with an account."""
    operator = found_operator(session, live_app.config["KEY_RING"])
    one, two = member(session, operator), member(session, operator)
    site = live_app.config["SITE"]
    found = World(session, site, operator, one, two, file_case(session, site))
    found.add_partner(BODY, 1)
    found.bring_to("in_review")
    found.hand_over("asked", BODY)
    session.commit()
    return found


def grants(session: Session) -> list[PacketGrant]:
    return list(
        session.scalars(select(PacketGrant).where(PacketGrant.holder_kind == RECIPIENT)).all()
    )


def test_who_closes_waits_for_a_yes_and_finds_what_it_sealed(
    live_app: Flask, engine: Engine
) -> None:
    with opened(engine) as session, opened(engine) as other:
        world = asked(live_app, session)
        assert world.partner is not None
        theirs = select(Organisation).where(Organisation.id == world.partner.id)
        assert world.referral is not None
        consenting.say(world.own(), About(world.referral, world.said("yes")))
        with pytest.raises(OperationalError, match="could not obtain lock"):
            other.scalars(theirs.with_for_update(nowait=True)).one()
        other.rollback()
        session.commit()
        director = world.operator.director.acting(other, world.operator.ring)
        assert len(grants(other)) == 1
        partners.close(replace(director, organisation_id=world.partner.id))
        recalling.drop_all_of(other, world.partner.id)
        other.commit()
        assert grants(other) == []
