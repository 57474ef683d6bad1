"""An operator with staff, and a browser for each of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from grievance.accounts.roles import Role
from grievance.cases.models import Case
from tests.cast import Browser, Filed, Operator, Staff, browser, file_case, found_operator, member
from tests.pages import Page, read_page


@dataclass(frozen=True)
class House:
    """The operator, whom it employs, and the way to their browsers."""

    app: Flask
    session: Session
    operator: Operator

    def hire(
        self, role: Role = Role.HANDLER, name: str = "Tanaka Ken", language: str = "en"
    ) -> Staff:
        """A new member of staff."""
        return member(self.session, self.operator, role, name, language)

    def browser(self, staff: Staff | None = None) -> Browser:
        """The browser of a member, signed in."""
        return browser(self.app, self.session, staff)

    def case(self, **answers: str) -> Filed:
        """A case somebody filed."""
        return file_case(self.session, self.app.config["SITE"], **answers)

    def again(self, case: Case) -> Case:
        """The case as the database holds it now."""
        self.session.expire_all()
        self.session.refresh(case)
        return case


@pytest.fixture
def house(app: Flask, session: Session) -> House:
    """A founded operator."""
    return House(app, session, found_operator(session, app.config["KEY_RING"]))


@pytest.fixture
def show() -> Callable[..., Page]:
    """Opens a page that must be there and reads it."""

    def opened(client: Browser, path: str, status: int = 200) -> Page:
        answer = client.get(path)
        assert answer.status_code == status, (path, answer.status, answer.headers.get("Location"))
        return read_page(answer)

    return opened
