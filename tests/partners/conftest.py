"""A body without an account that was given a reply link, and its browser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from grievance.accounts.models import Event
from tests.cases.conftest import Door, World, world
from tests.cast import Browser, browser
from tests.pages import Page, read_page

__all__ = ["world"]
pytestmark = pytest.mark.usefixtures("loaded")


@dataclass
class Body:
    """What a body has: a link, a code and a browser; beside it the desk's own world."""

    app: Flask
    world: World
    door: Door
    client: Browser

    @property
    def path(self) -> str:
        """The address of its page."""
        return f"/reply/{self.door.token}"

    def get(self, path: str = "", lang: str = "en") -> Page:
        """A page of it."""
        return read_page(self.client.get(f"{self.path}{path}?lang={lang}"))

    def type(self, code: str, path: str = "") -> TestResponse:
        """Type a code on the page."""
        address = f"{path or self.path}?lang=en"
        page = read_page(self.client.get(address))
        return self.client.post(address, data={**page.fields(), "code": code})

    def come_in(self) -> Page:
        """Type the right code."""
        answer = self.type(self.door.code)
        assert answer.status_code == 303, read_page(answer).main
        return self.get()

    def send(self, page: Page | None = None, **typed: Any) -> TestResponse:
        """Answer, from the page as it is or from an older one."""
        shown = page or self.get()
        sent = {**shown.fields(), **typed}
        return self.client.post(f"{self.path}/answer?lang=en", data=sent)

    def events(self, verb: str) -> list[Event]:
        """What happened."""
        wanted = select(Event).where(Event.stream_id == self.world.case.id, Event.verb == verb)
        self.world.session.expire_all()
        return list(self.world.session.scalars(wanted.order_by(Event.seq)))


@pytest.fixture
def body(app: Flask, world: World) -> Body:
    """A case that a body has, over a link."""
    world.bring_to("accepted")
    world.hand_over("delivered")
    door = world.open_door()
    world.session.commit()
    return Body(app, world, door, browser(app, world.session))
