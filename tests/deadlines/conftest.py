"""A database where each clock is really committed, its staff, and the worker's way to sweep."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import NullPool, create_engine, select
from sqlalchemy.orm import Session

from grievance.accounts import audit
from grievance.accounts.models import Event, Person
from grievance.accounts.roles import Role
from grievance.cases.digests import digest
from grievance.cases.jobs import sweep, warn
from grievance.cases.models import Case, Notice
from grievance.cases.site import Site
from grievance.deadlines.models import Deadline
from grievance.extensions import act_as, db
from grievance.notifications.addresses import AddressBox, open_address
from grievance.notifications.models import Outbox
from grievance.notifications.outbox import Content, open_sealed
from grievance.vault import keyring
from grievance.vault.keyring import KeyRing
from tests.cast import NOW, Filed, Operator, Staff, file_case, found_operator, member
from tests.servers import Server


@dataclass
class House:
    """An operator on a database of its own; sweeps connect as the worker process does."""

    app: Flask
    session: Session
    operator: Operator
    address: str  # of the database, for the worker's role
    ring: KeyRing  # the worker's: nothing of a case
    open: ExitStack = field(repr=False)

    def hire(self, role: Role = Role.HANDLER, name: str = "Tanaka Ken") -> Staff:
        """A new member of staff."""
        return member(self.session, self.operator, role, name)

    def case(self, *, now: datetime = NOW, **answers: str) -> Filed:
        """A case somebody filed."""
        return file_case(self.session, self.app.config["SITE"], now=now, **answers)

    def worker(self) -> Session:
        """A session as the worker's jobs have it."""
        engine = create_engine(
            self.address, poolclass=NullPool, execution_options=audit.vouching(self.ring)
        )
        session = self.open.enter_context(Session(engine))
        session.info["actor"] = "job:sweep"
        return session

    @property
    def site(self) -> Site:
        """What the worker has besides its database."""
        return Site(self.ring, self.app.config["SITE"].blobs, "https://desk.example")

    def sweep(self, now: datetime) -> dict[str, int]:
        """What a ring at `now` comes to, without the milliseconds."""
        counts = sweep(self.worker(), self.site, now)
        self.again()
        return {name: count for name, count in counts.items() if name != "ms"}

    def warn(self, now: datetime) -> dict[str, int]:
        """The same for a ring about the days of the law."""
        counts = warn(self.worker(), self.site, now)
        self.again()
        return {name: count for name, count in counts.items() if name != "ms"}

    def again(self) -> None:
        """Read anew what others committed."""
        self.session.rollback()
        self.session.expire_all()

    def digest(self, now: datetime) -> list[Content]:
        """What the letters of a day say that are made at `now`, taken out of the outbox."""
        digest(self.worker(), self.site, now)
        self.again()
        return self.mail("digest")

    def mail(self, kind: str) -> list[Content]:
        """What letters of a kind say, taken out of the outbox."""
        rows = self.session.scalars(select(Outbox).where(Outbox.kind == kind)).all()
        said = [open_sealed(self.ring.notifier, row.id, row.sealed) for row in rows]
        for row in rows:
            self.session.delete(row)
        self.session.commit()
        return said

    def noticed(self, kind: str, case: Case | None = None) -> list[Notice]:
        """What is on the lists of staff, of a kind."""
        asked = select(Notice).where(Notice.kind == kind)
        if case is not None:
            asked = asked.where(Notice.case_id == case.id)
        return list(self.session.scalars(asked))

    def clock(self, case: Case, kind: str) -> Deadline:
        """The latest clock of a kind."""
        asked = select(Deadline).where(Deadline.case_id == case.id, Deadline.kind == kind)
        return self.session.scalars(asked.order_by(Deadline.started_at.desc())).first()

    def events(self, case: Case, verb: str = "escalate") -> list[Event]:
        """The events of a verb, oldest first."""
        asked = select(Event).where(Event.stream_id == case.id, Event.verb == verb)
        return list(self.session.scalars(asked.order_by(Event.seq)))

    def letters(self, case: Case) -> list[str]:
        """Who was told of escalations, by address, since the last time."""
        rows = self.noticed("escalated", case)
        people = [self.session.get_one(Person, row.person_id) for row in rows]
        boxes = [AddressBox(one.id, one.address_box) for one in people]
        told = sorted(open_address(self.ring.notifier, box) for box in boxes)
        for row in rows:
            self.session.delete(row)
        self.session.commit()
        return told


@pytest.fixture
def house(live_app: Flask, server: Server, ring_folder: Path, tmp_path: Path) -> Iterator[House]:
    """A founded operator; its director works on cases and is alone at first."""
    keyring.split(ring_folder, "worker", tmp_path / "ring")
    with live_app.app_context(), ExitStack() as stack:
        act_as("cli:tests")
        address = db.engine.url.database
        session = db.session()
        operator = found_operator(session, live_app.config["KEY_RING"])
        _as_owner(server, address)
        yield House(
            live_app,
            session,
            operator,
            server.url("worker", address),
            KeyRing.load(tmp_path / "ring", "worker"),
            stack,
        )


def _as_owner(server: Server, database: str) -> None:
    """The application's role may not delete letters; the tests empty the outbox as they read."""
    engine = create_engine(server.url("owner", database), poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("GRANT DELETE ON outbox TO grievance_app")
