"""Fixtures: a real PostgreSQL migrated by the real migrations, one transaction a test, pages.

Each test process has its own embedded server, or uses the one that GRIEVANCE_TEST_DATABASE_URL
(a superuser's address) names. `app` binds every session of a test to one connection that is rolled
back; `live_app` is for what needs several connections: its database is a copy that is dropped.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session
from sqlalchemy_utils import drop_database

from grievance.app import create_app, engine_options
from grievance.directory import facts, operations
from grievance.embedded.postgres import Postgres
from grievance.extensions import act_as, db
from grievance.i18n import ENGLISH, speak
from grievance.settings import WebSettings
from grievance.vault import keyring
from tests import quick
from tests.cast import Browser
from tests.directory.loaded import NOW, words
from tests.pages import Page, read_page
from tests.servers import External, Server, migrate

quick.keep_statements()
quick.cheap_passwords()
settings.register_profile("unhurried", settings(deadline=None))  # a loaded machine breaks no rule
settings.load_profile("unhurried")
TEMPLATE = "grievance_template"
# Rooms whose SQL, migrations or queue could differ on another PostgreSQL or Redis: their tests run
# a second time there (`-m second`). Pages do not.
SECOND = (
    "accounts", "backup", "cases", "deadlines", "directory", "notifications", "referrals",
    "guard/test_migrations.py",
)  # fmt: skip

# Rooms whose tests share what takes long to make: each stays in one test process.
TOGETHER = ("backup", "demo", "deploy", "faults")


@pytest.hookimpl(tryfirst=True)  # the groups have to be there when xdist reads them
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what runs on the second database too: those rooms, and all that needs real commits;
    keep together what shares an instance."""
    here = len(str(Path(__file__).parent)) + 1
    for item in items:
        path = str(item.path)[here:]
        room = path.partition("/")[0]
        if room in TOGETHER:
            item.add_marker(pytest.mark.xdist_group(room))
        real = "live_app" in getattr(item, "fixturenames", ())
        if real or room in SECOND or path in SECOND:
            item.add_marker("second")


@pytest.fixture(autouse=True)
def _english() -> None:
    """Begin in English: pages asked for by a test client speak on in the test's own context, where
    a request of a real server has one of its own."""
    speak(ENGLISH)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The PostgreSQL of this test process, with a migrated database to copy."""
    address = os.environ.get("GRIEVANCE_TEST_DATABASE_URL", "")
    if address:
        given = External(address, os.environ.get("PYTEST_XDIST_WORKER", "main"))
        migrate(given, given.name(TEMPLATE))
        yield given
        given.close()
        return
    with quick.folder() as home:
        own = Postgres(home, durable=False)
        own.start()
        migrate(own, TEMPLATE)
        yield own
        own.stop()


@pytest.fixture(scope="session")
def ring_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key ring for all tests of this process."""
    folder = tmp_path_factory.mktemp("keys") / "ring"
    keyring.create(folder)
    return folder


def settings_for(server: Server, database: str, ring_folder: Path, data: Path) -> WebSettings:
    """Settings of a web process for tests; a factory, so that a test can change one."""
    return WebSettings(
        database_url=server.url("app", database),
        keyring=ring_folder,
        data=data,
        public_url="http://localhost",
        storage=str(data / "files"),
    )


@pytest.fixture(scope="session")
def shared_database(server: Server) -> str:
    """The database that tests in one transaction share."""
    server.ensure_database("grievance_shared", template=TEMPLATE)
    return "grievance_shared"


@pytest.fixture(scope="session")
def shared_app(
    server: Server,
    shared_database: str,
    ring_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Flask]:
    """The application, made once: rooms register themselves once."""
    data = tmp_path_factory.mktemp("data")
    made = create_app(settings_for(server, shared_database, ring_folder, data))
    made.testing = True
    made.test_client_class = Browser
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def directory_engine(server: Server, shared_app: Flask) -> Iterator[Engine]:
    """A second database of this process: the shipped directory was loaded into it once."""
    server.ensure_database("grievance_directory", template=TEMPLATE)
    url, ring = server.url("app", "grievance_directory"), shared_app.config["KEY_RING"]
    engine = create_engine(url, **engine_options(url, ring))
    with Session(engine, info={"actor": "cli:directory load"}) as session:
        operations.load(session, facts.shipped(), NOW, "cli:directory load", words=words())
        session.commit()
    yield engine
    engine.dispose()


@pytest.fixture
def loaded(session: Session) -> Session:
    """The session of a test with the shipped directory in its database: `app` sees who asks."""
    return session


@pytest.fixture
def app(shared_app: Flask, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application, its sessions inside one transaction that is rolled back."""
    with shared_app.app_context():
        full = "loaded" in request.fixturenames
        engine = request.getfixturevalue("directory_engine") if full else db.engine
        connection = engine.connect()
        outer = connection.begin()
        engines = shared_app.extensions["sqlalchemy"]._app_engines[shared_app]
        real = engines[None]
        engines[None] = connection
        db.session.configure(join_transaction_mode="create_savepoint")
        act_as("cli:test")
        try:
            yield shared_app
        finally:
            db.session.remove()
            outer.rollback()
            connection.close()
            engines[None] = real


@pytest.fixture
def session(app: Flask) -> Session:
    """The session of the test, which sees every row."""
    return db.session()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript."""
    return Browser(app, app.response_class, use_cookies=True)


@pytest.fixture
def page() -> type[Page]:
    """Parses an answer as HTML5 and checks what every page must have."""
    return read_page


@pytest.fixture
def live_app(server: Server, ring_folder: Path, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database of its own, with real commits on many connections."""
    name = f"grievance_live_{uuid4().hex[:8]}"
    server.ensure_database(name, template=TEMPLATE)
    made = create_app(settings_for(server, name, ring_folder, tmp_path))
    made.testing = True
    yield made
    with made.app_context():
        db.session.remove()
        db.engine.dispose()
    drop_database(server.admin_url(name))
