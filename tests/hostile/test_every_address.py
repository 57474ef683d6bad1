"""Every address for who is signed in, opened and sent by somebody of every role.

Who may not gets 403 before anything is read; who may gets an answer, never a fault. The ids are
nobody's: what a verb asks for beside the role, and in which state, `tests/desk/test_desk_matrix.py`
tries.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grievance.accounts.models import Event
from grievance.accounts.roles import ROLES_OF, Role
from tests.cast import (
    Browser,
    Operator,
    Staff,
    add_company,
    add_partner,
    browser,
    found_operator,
    member,
)
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


@contextmanager
def undone(session: Session) -> Iterator[None]:
    """Whatever is committed meanwhile never was."""
    session.commit()
    point = session.get_bind().begin_nested()
    try:
        yield
    finally:
        session.rollback()
        point.rollback()
        session.expire_all()


@pytest.mark.parametrize("role", Role)
def test_every_role_at_every_address(
    app: Flask, session: Session, operator: Operator, role: Role
) -> None:
    who = somebody(session, operator, role)
    client = browser(app, session, who)
    token = form_token(client)
    secret, wrong = client.get_cookie("staff"), []
    assert secret is not None
    for door in doors(app):
        for method in door.methods:
            client.set_cookie("staff", secret.value)  # who was signed out is in again
            with undone(session):
                said = tried(session, client, door, (method, token))
            if (said == "no") is door.opens_to(role) or said == "fault":
                wrong.append(f"{method} {door.rule.rule}: {said}")
    assert wrong == []


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
