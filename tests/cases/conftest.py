"""A case with its handler, a colleague and its worker, ready for any verb."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from grievance.accounts.roles import Role
from grievance.cases.messages import Written
from grievance.cases.models import Case
from grievance.cases.opening import OpenCase
from grievance.cases.operations import handling, replying
from grievance.cases.site import Site
from tests.cast import NOW, Filed, Operator, Staff, file_case, found_operator, member


def words(text: str = "Some words", language: str = "en") -> Written:
    """Something typed on a fresh form."""
    return Written(text, language, uuid4())


@dataclass
class World:
    """An operator with two members and one case."""

    session: Session
    site: Site
    operator: Operator
    handler: Staff
    colleague: Staff
    filed: Filed
    seen: int | None = None  # the version of a page that is old by now

    @property
    def case(self) -> Case:
        """The case."""
        return self.filed.case

    @property
    def version(self) -> int:
        """The version that a form would carry."""
        return self.case.version if self.seen is None else self.seen

    def desk(self) -> OpenCase:
        """The case as the handler opens it."""
        return self.handler.open(self.session, self.case)

    def home(self) -> OpenCase:
        """The case as its worker opens it."""
        return self.filed.open(self.session)

    def bring_to(self, state: str) -> None:
        """Do real verbs until the case stands there."""
        session, case, actor = self.session, self.case, self.handler.actor
        if state in ("in_review", "awaiting_worker", "accepted"):
            handling.take(session, case, actor, NOW, case.version)
        if state == "awaiting_worker":
            asked = words("Which month?")
            handling.ask_worker(session, self.site, self.desk(), asked, actor, NOW, case.version)
        if state == "accepted":
            handling.accept(session, self.site, self.desk(), actor, NOW, case.version)
        if state == "withdrawn":
            replying.withdraw(session, self.home(), self.filed.actor, NOW)
        session.flush()
        assert case.state == state


@pytest.fixture
def world(app: Flask, session: Session) -> World:
    """The case as it was filed."""
    operator = found_operator(session, app.config["KEY_RING"])
    handler = member(session, operator, Role.LEAD, "Tanaka Ken")
    colleague = member(session, operator, Role.LEAD, "Mori Emi")
    site = app.config["SITE"]
    return World(session, site, operator, handler, colleague, file_case(session, site))


@pytest.fixture
def another(world: World) -> Callable[..., Filed]:
    """Files one more case."""

    def filed(**answers: object) -> Filed:
        return file_case(world.session, world.site, **answers)

    return filed
