"""A body with an account and two people, what lies on its desk, and their browsers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from grievance.accounts.models import Event
from grievance.referrals.links import DeskItem
from grievance.referrals.models import Referral
from tests.cases.conftest import World, world
from tests.cast import Browser, browser
from tests.pages import Page, read_page

__all__ = ["world"]
BODY = "jp-lsio"


def said(element: Element) -> str:
    """What a part of a page says."""
    return " ".join("".join(element.itertext()).split())


@dataclass
class Theirs:
    """The desk of a body: its people's browsers, beside the operator's own world."""

    app: Flask
    world: World
    browsers: dict[int, Browser] = field(default_factory=dict)

    def by(self, number: int = 0) -> Browser:
        """The browser of one of its people, signed in."""
        if number not in self.browsers:
            person = self.world.partner.people[number]
            self.browsers[number] = browser(self.app, self.world.session, person)
        return self.browsers[number]

    @property
    def row(self) -> Referral:
        """The hand-over that was made last, as it is now."""
        self.world.session.expire_all()
        return self.world.session.get_one(Referral, self.world.referral.id)

    @property
    def item(self) -> DeskItem:
        """The same as it lies there."""
        self.world.session.expire_all()
        return self.world.session.get_one(DeskItem, self.world.referral.id)

    @property
    def path(self) -> str:
        """The address of its page."""
        return f"/partner/referrals/{self.world.referral.id}"

    def get(self, path: str = "", number: int = 0) -> Page:
        """The page of it, or one below it."""
        return read_page(self.by(number).get(f"{self.path}{path}"))

    def board(self, query: str = "", number: int = 0) -> Page:
        """The list."""
        return read_page(self.by(number).get(f"/partner/{query}"))

    def send(self, to: str = "answer", page: Page | None = None, number: int = 0, **typed: Any):
        """Send a form of the page as it is, or of an older one."""
        shown = page or self.get(number=number)
        form = next(f for f in shown.all("form") if (f.get("action") or "").endswith(f"/{to}"))
        sent = {**shown.fields(form), **typed}
        answer: TestResponse = self.by(number).post(f"{self.path}/{to}", data=sent)
        return answer

    def events(self, verb: str) -> list[Event]:
        """What happened."""
        wanted = select(Event).where(Event.stream_id == self.world.case.id, Event.verb == verb)
        self.world.session.expire_all()
        return list(self.world.session.scalars(wanted.order_by(Event.seq)))


@pytest.fixture
def body(app: Flask, world: World) -> Theirs:
    """A case of which something lies on the desk of a body with two people."""
    world.add_partner(BODY)
    world.bring_to("accepted")
    world.on_desk(BODY)
    world.session.commit()
    return Theirs(app, world)
