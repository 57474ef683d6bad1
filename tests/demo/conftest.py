"""A demonstration, filled once by the command itself on a migrated database with real commits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import NullPool, create_engine
from sqlalchemy.orm import Session

from grievance import clock
from grievance.app import create_app
from grievance.cli.demo import demo as command
from grievance.extensions import db
from tests.cast import Browser
from tests.conftest import TEMPLATE, settings_for
from tests.servers import Server

URL = "http://127.0.0.1:8000"


@dataclass(frozen=True)
class Place:
    """Where a demonstration is made: a database of its own, a key ring, a data folder."""

    server: Server
    database: str
    ring: Path
    data: Path

    def run(self, url: str = URL) -> Result:
        """`flask demo fill`."""
        given = {
            "GRIEVANCE_DATABASE_URL": self.server.url("app", self.database),
            "GRIEVANCE_KEYRING": str(self.ring),
            "GRIEVANCE_DATA": str(self.data),
            "GRIEVANCE_PUBLIC_URL": url,
        }
        return CliRunner().invoke(command, ["fill"], env=given)

    def session(self, role: str = "app") -> Session:
        """A session of a process of this role."""
        engine = create_engine(self.server.url(role, self.database), poolclass=NullPool)
        made = Session(engine)
        made.info["actor"] = "job:test"
        return made

    @property
    def told(self) -> dict[str, Any]:
        """What demo.json says."""
        return json.loads((self.data / "demo.json").read_text())


def make_place(server: Server, ring: Path, data: Path) -> Place:
    name = f"grievance_demo_{uuid4().hex[:8]}"
    server.ensure_database(name, template=TEMPLATE)
    return Place(server, name, ring, data)


@pytest.fixture(scope="session")
def place(server: Server, ring_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A filled demonstration."""
    made = make_place(server, ring_folder, tmp_path_factory.mktemp("demo"))
    answer = made.run()
    assert answer.exit_code == 0, answer.output
    return made


@pytest.fixture(scope="module")
def served(place: Place) -> Iterator[Flask]:
    """Its web process."""
    settings = settings_for(place.server, place.database, place.ring, place.data)
    app = create_app(replace(settings, demo=True))
    app.testing = True
    yield app
    clock.move_by(timedelta)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def visitor(served: Flask) -> Browser:
    """A browser at the demonstration."""
    return Browser(served, served.response_class, use_cookies=True)
