"""Every address for who is signed in, opened and sent by somebody of every role.

Who may not gets 403 before anything is read; who may gets an answer, never a fault. The ids are
nobody's: what a verb asks for beside the role, and in which state, `tests/desk/test_desk_matrix.py`
tries.
"""

from __future__ import annotations

from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grievance.accounts.models import Event
from grievance.accounts.operations import invitations
from grievance.accounts.roles import ROLES_OF, Role
from tests.cast import (
    NOW,
    Browser,
    Operator,
    Staff,
    add_company,
    add_partner,
    browser,
    cheap_password,
    found_operator,
    member,
)
from tests.desk.test_desk_matrix import undone
from tests.guard.permissions import Door, doors
from tests.guard.test_routes import _some
from tests.pages import read_page

pytestmark = pytest.mark.usefixtures("loaded")


@pytest.fixture
def operator(app: Flask, session: Session) -> Operator:
    """A founded operator."""
    return found_operator(session, app.config["KEY_RING"])


def somebody(session: Session, operator: Operator, role: Role) -> Staff:
    """One person of this role, with the keys that it gives."""
    if role in ROLES_OF["partner"]:
        return add_partner(session, operator, "ngo-smj").people[0]
    if role in ROLES_OF["company"]:
        return add_company(session, operator, "company-desk").people[0]
    return member(session, operator, role, str(role))


def form_token(client: Browser) -> str:
    """The token that the forms of this session carry."""
    page = read_page(client.get("/staff/account"))
    return str(page.all("input", name="token")[0].get("value"))


@pytest.mark.parametrize("role", Role)
def test_every_role_at_every_address(
    app: Flask, session: Session, operator: Operator, role: Role
) -> None:
    assert astray(app, session, somebody(session, operator, role)) == []


def test_a_handler_without_the_key_at_every_address(
    app: Flask, session: Session, operator: Operator
) -> None:
    assert astray(app, session, keyless(session, operator), holds_key=False) == []


def keyless(session: Session, operator: Operator) -> Staff:
    """Somebody who joined, and to whom nobody has given the key yet."""
    ring, address = operator.ring, "new@example.org"
    invitee = invitations.Invitee("Ito Jun", address, Role.HANDLER)
    token = invitations.invite(operator.director.acting(session, ring, NOW), invitee)
    newcomer = invitations.Newcomer(cheap_password(ring), "en")
    came = invitations.accept(session, token, newcomer, ring=ring, now=NOW)
    session.commit()
    return Staff(came.person_id, "Ito Jun", address, Role.HANDLER, operator.id, came.private)


def astray(app: Flask, session: Session, who: Staff, *, holds_key: bool = True) -> list[str]:
    """Where somebody meets another answer than the table says, or a fault."""
    client = browser(app, session, who)
    token = form_token(client)
    secret, wrong = client.get_cookie("staff"), []
    assert secret is not None
    for door in doors(app):
        for method in door.methods:
            client.set_cookie("staff", secret.value)  # who was signed out is in again
            with undone(session):
                said = tried(session, client, door, (method, token))
            opens = door.opens_to(who.role, holds_key=holds_key)
            if (said == "no") is opens or said == "fault":
                wrong.append(f"{method} {door.rule.rule}: {said}")
    return wrong


def tried(session: Session, client: Browser, door: Door, sent: tuple[str, str]) -> str:
    """What somebody meets there: no, yes or a fault. A no writes nothing."""
    path = door.rule.build(_some(door.rule), append_unknown=False)[1]
    before = session.scalar(select(func.count()).select_from(Event))
    method, token = sent
    data = {"token": token, "form_id": str(uuid4())} if method == "POST" else None
    answer = client.open(path, method=method, data=data)
    answer.close()
    if answer.status_code == 403:
        assert session.scalar(select(func.count()).select_from(Event)) == before, path
        return "no"
    return "fault" if answer.status_code >= 500 else "yes"
