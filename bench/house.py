"""The instance that is measured: PostgreSQL as shipped, an operator, and the web process."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from flask import Flask
from sqlalchemy.orm import Session

from bench.load import HERE, Browser, Request
from grievance import clock
from grievance.app import create_app
from grievance.cli import instance as product
from grievance.cli.places import Place
from grievance.directory import facts
from grievance.directory import operations as directory
from grievance.embedded.listening import close, listen
from grievance.embedded.postgres import Postgres
from grievance.embedded.process import start
from grievance.extensions import act_as, db
from grievance.settings import WebSettings, read
from grievance.web.binding import form_token
from tests.cast import Operator, Staff, found_operator, member
from tests.servers import migrate

ACTOR = "cli:bench"


@dataclass(frozen=True)
class House:
    """A migrated instance with a loaded directory, an operator and one handler.

    `app` is for preparing data in this process; what is measured answers on `port`. Commands run
    with the settings of `place`.
    """

    place: Place
    postgres: Postgres
    app: Flask
    operator: Operator
    handler: Staff
    port: int

    @property
    def session(self) -> Session:
        """The session of this process."""
        return db.session()

    @property
    def browser(self) -> Browser:
        """Sends requests to the web process."""
        return Browser(self.port)

    def token(self, **cookies: str) -> str:
        """The form token of a browser that holds these cookies."""
        held = "; ".join(f"{name}={value}" for name, value in cookies.items())
        return Context().run(self._token, held)

    def _token(self, held: str) -> str:
        with self.app.test_request_context(headers={"Cookie": held}):
            return form_token()

    def form(self, path: str, cookies: dict[str, str], **values: str) -> Request:
        """A form of a page, sent by the browser that holds these cookies."""
        return Request(path, cookies, {"token": self.token(**cookies), **values})


@contextmanager
def house(folder: Path) -> Iterator[House]:
    """A fresh instance in `folder`, gone at the end."""
    postgres, port = Postgres(folder), free_port()
    place = Place(folder, postgres.url, "unix:///nowhere", f"http://{HERE}:{port}")
    postgres.start()
    try:
        migrate(postgres, "grievance")
        app = create_app(read(WebSettings, place.environment("web")))
        with app.app_context(), _served(place, port):
            act_as(ACTOR)
            directory.load(db.session(), facts.shipped(), clock.now(), ACTOR)
            operator = found_operator(db.session(), app.config["KEY_RING"], clock.now())
            handler = member(db.session(), operator, now=clock.now())
            yield House(place, postgres, app, operator, handler, port)
            db.session.remove()
            db.engine.dispose()
    finally:
        postgres.stop()


@contextmanager
def _served(place: Place, port: int) -> Iterator[None]:
    """The web process exactly as `flask up` starts it."""
    door = listen(HERE, port)
    web = product._processes(place, door)[0]
    web.log_to(place.folder)
    try:
        start(web, place.folder / "web.log")
        yield
    finally:
        web.stop()
        close(door)


def free_port() -> int:
    """A port that nobody uses just now."""
    with socket.socket() as chosen:
        chosen.bind((HERE, 0))
        return int(chosen.getsockname()[1])


@contextmanager
def temporary() -> Iterator[Path]:
    """A folder that is gone afterwards, whoever owns what lies in it."""
    with tempfile.TemporaryDirectory(prefix="grievance-bench-") as made:
        folder = Path(made) / uuid4().hex[:6]
        folder.mkdir(mode=0o711)
        Path(made).chmod(0o711)
        yield folder
