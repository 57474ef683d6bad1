"""A server with a case and its file on it, its backup, and an empty place to put that back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.orm import Session

from grievance import clock, jobs, storage
from grievance.accounts import audit
from grievance.app import create_app
from grievance.backup.command import backup
from grievance.cases.files import Brought, attach, keep
from grievance.cases.site import Site
from grievance.extensions import db
from grievance.settings import WorkerSettings, read
from grievance.vault.keyring import KeyRing
from tests.cast import Filed, Operator, Staff, file_case, found_operator, member
from tests.conftest import TEMPLATE, settings_for
from tests.servers import Server

PASSPHRASE = "lantern-quiet-harbour-maple"
NOTE = b"The foreman took my passport on Monday. Canary Zwetschge."
STORY = "They kept three months of pay. Canary Mirabelle."


@dataclass(frozen=True)
class Place:
    """Where a backup is made or put back: a database, a key ring, a data folder."""

    server: Server
    database: str
    ring: Path
    data: Path

    def environment(self, role: str = "owner") -> dict[str, str]:
        """The settings of the command."""
        secret = self.data / "passphrase"
        if not secret.exists():
            secret.touch(0o600)
            secret.write_text(PASSPHRASE + "\n")
        return {
            "GRIEVANCE_DATABASE_URL": self.server.url(role, self.database),
            "GRIEVANCE_KEYRING": str(self.ring),
            "GRIEVANCE_DATA": str(self.data),
            "GRIEVANCE_PUBLIC_URL": "http://localhost",
            "GRIEVANCE_BACKUP_PASSPHRASE_FILE": str(secret),
        }

    def run(self, *words: str | Path, role: str = "owner", **more: str) -> Result:
        """`flask backup …`."""
        env = {**self.environment(role), **more}
        return CliRunner().invoke(backup, [str(word) for word in words], env=env)

    def session(self, role: str = "app") -> Session:
        """A session of a process of this role."""
        engine = create_engine(self.server.url(role, self.database), poolclass=NullPool)
        if self.ring.exists() and any(self.ring.iterdir()):
            ring = KeyRing.load(self.ring, "worker" if role == "worker" else "web")
            engine = engine.execution_options(**audit.vouching(ring))
        made = Session(engine)
        made.info["actor"] = "job:test"
        return made

    def work(self, job: str) -> jobs.Counts:
        """A job of its worker, once."""
        env = {
            **self.environment("worker"),
            "GRIEVANCE_REDIS_URL": "redis://127.0.0.1:1",
            "GRIEVANCE_SMTP_URL": f"mailbox:{self.data / 'mail'}",
            "GRIEVANCE_MAIL_FROM": "no-reply@example.org",
        }
        settings, ring = read(WorkerSettings, env), KeyRing.load(self.ring, "worker")
        with self.session("worker") as session:
            counts = jobs.BY_NAME[job].run(jobs.Work(session, settings, ring, clock.real_now()))
            session.commit()
        return counts

    def tables(self) -> int:
        """How many tables the database has."""
        with self.session("owner") as session:
            counted = text("SELECT count(*) FROM information_schema.tables WHERE table_schema = :s")
            return session.execute(counted, {"s": "public"}).scalar_one()

    def serve(self) -> Flask:
        """Its web process; refuses as in earnest."""
        made = create_app(settings_for(self.server, self.database, self.ring, self.data))
        made.testing = True
        return made


@dataclass(frozen=True)
class Lived:
    """A place where somebody filed, with a file, and an hour was anchored."""

    place: Place
    operator: Operator
    handler: Staff
    filed: Filed
    case_id: object
    reference: str


@pytest.fixture(scope="session")
def lived(server: Server, ring_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """Filled once, only read afterwards."""
    name = f"grievance_backup_{uuid4().hex[:8]}"
    server.ensure_database(name, template=TEMPLATE)
    place = Place(server, name, ring_folder, tmp_path_factory.mktemp("lived"))
    ring, store = KeyRing.load(ring_folder, "web"), storage.blobs(str(place.data / "files"))
    now = clock.real_now()
    with place.session() as session:
        operator = found_operator(session, ring, now)
        handler = member(session, operator, now=now)
        filed = file_case(
            session, Site(ring, store, "http://localhost"), now=now, what_happened=STORY
        )
        opened = filed.open(session)
        stored = keep(store, NOTE, "passport.txt")
        attach(session, opened, stored, Brought("worker", now))
        case = session.merge(filed.case)
        audit.record(session, case, audit.Deed(audit.ADOPTED, "cli:test", now))  # names the file
        session.commit()
        made = Lived(place, operator, handler, filed, filed.case.id, filed.case.reference)
        session.expunge_all()
    assert place.work("anchor")["due"] == 2  # the note of the filing, and the heads
    return made


@pytest.fixture(scope="session")
def made(lived: Lived, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its backup; tests that change it take a copy."""
    folder = tmp_path_factory.mktemp("backups") / "tuesday"
    answer = lived.place.run("create", folder)
    assert answer.exit_code == 0, answer.output
    return folder


@pytest.fixture
def fresh(server: Server, tmp_path: Path) -> Place:
    """An empty database, no files, no key ring."""
    name = f"grievance_fresh_{uuid4().hex[:8]}"
    server.ensure_database(name)
    (tmp_path / "data").mkdir()
    return Place(server, name, tmp_path / "data" / "ring", tmp_path / "data")


@pytest.fixture
def restored(fresh: Place, made: Path) -> Iterator[tuple[Place, Flask]]:
    """The backup put back, and its web process."""
    answer = fresh.run("restore", made)
    assert answer.exit_code == 0, answer.output
    app = fresh.serve()
    with app.app_context():
        yield fresh, app
        db.session.remove()
        db.engine.dispose()
