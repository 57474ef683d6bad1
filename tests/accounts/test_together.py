"""Two at the same moment, on connections of their own: one wins, the other is told why."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from grievance.accounts import audit, queries, verifying
from grievance.accounts.models import Membership, MembershipKey, Person
from grievance.accounts.operations import invitations, keys, leaving
from grievance.accounts.roles import Role
from grievance.clock import real_now
from grievance.refusals import Refused
from tests.accounts.conftest import Office


@pytest.fixture
def session(live_app: Flask):
    """A session with real commits."""
    engine = create_engine(
        live_app.config["SETTINGS"].database_url,
        execution_options=audit.vouching(live_app.config["KEY_RING"]),
    )
    with Session(engine) as found:
        found.info["actor"] = "cli:test"
        yield found
    engine.dispose()


def together(session: Session, *acts) -> list[str]:
    """Run every act in a session of its own at the same moment; how each ended."""
    start = Barrier(len(acts))

    def run(act) -> str:
        with Session(session.get_bind()) as own:
            own.info["actor"] = "cli:test"
            start.wait()
            try:
                act(own)
                own.commit()
            except Refused as refused:
                return refused.code
            return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))


def test_one_link_lets_one_in(office: Office) -> None:
    token = office.invite("lan", Role.HANDLER)
    office.session.commit()

    def accept(own: Session) -> None:
        invitations.accept(
            own, token, invitations.Newcomer(office.hashed, "en"), ring=office.ring, now=real_now()
        )

    assert together(office.session, accept, accept) == ["done", "used"]
    assert len(office.session.scalars(select(Person).where(Person.name == "lan")).all()) == 1


def test_one_request_is_approved_once(office: Office) -> None:
    lan = office.join("lan", Role.HANDLER, approved=False)
    office.older(lan)
    request, words = office.request(lan).id, office.words(lan)
    office.session.commit()

    def approve(own: Session) -> None:
        keys.approve(office.act(session=own), request, words)

    assert together(office.session, approve, approve) == ["decided", "done"]
    held = select(MembershipKey).where(MembershipKey.person_id == lan.person_id)
    assert len(office.session.scalars(held).all()) == 1


def test_two_directors_who_remove_each_other_leave_one_holder(office: Office) -> None:
    lan = office.join("lan", Role.DIRECTOR)

    def remove(whom, by):
        def act(own: Session) -> None:
            leaving.remove_member(office.act(by, session=own), whom.person_id)

        return act

    acts = remove(lan, office.founder), remove(office.founder, lan)
    assert together(office.session, *acts) == ["done", "not_member"]
    office.session.expire_all()
    active = office.session.scalars(select(Membership).where(Membership.active)).all()
    assert len(active) == 1
    assert len(queries.people(office.session, office.id)) == 1


def test_chain_holds_when_many_write_at_once(office: Office) -> None:
    tokens = [office.invite(f"kai{number}", Role.HANDLER) for number in range(6)]
    office.session.commit()

    def joins(token):
        return lambda own: invitations.accept(
            own, token, invitations.Newcomer(office.hashed, "en"), ring=office.ring, now=real_now()
        )

    assert together(office.session, *map(joins, tokens)) == ["done"] * 6
    report = verifying.verify(office.session)
    assert report.broken == []
    assert report.streams == 1
