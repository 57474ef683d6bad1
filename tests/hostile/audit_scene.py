"""A desk with some history, and the hands of the database's owner, who has no key."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import Connection, create_engine, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from grievance.accounts import anchors, audit, verifying
from grievance.accounts.models import Event, Organisation
from grievance.accounts.operations.persons import locked
from grievance.accounts.roles import Role
from grievance.accounts.walking import Report
from grievance.cases.act import Act
from grievance.cases.messages import Written
from grievance.cases.operations import conflicts, handling
from grievance.cases.site import Site
from grievance.clock import real_now
from grievance.directory import facts, operations
from grievance.directory.models import Channel
from grievance.vault import chain
from grievance.vault.keyring import KeyRing
from tests.cast import Filed, Staff, file_case, found_operator, member
from tests.directory.loaded import check_of, words
from tests.servers import Server


def written(said: str) -> Written:
    """Something typed on a fresh form."""
    return Written(said, "en", uuid4())


@dataclass
class Scene:
    """The place, who is in it, and a connection as the owner whose changes are taken back."""

    ring: KeyRing
    site: Site
    session: Session
    owner: Connection
    filed: Filed
    handler: Staff
    colleague: Staff
    case_id: UUID
    channel: UUID

    def run(self, statement: str, **values: Any) -> None:
        """What the owner does; it must touch something."""
        assert self.owner.execute(text(statement), values).rowcount, statement

    def report(self, *, offline: bool = False) -> Report:
        """What `flask audit verify` says of what the owner left."""
        key = None if offline else self.ring.event_key
        with Session(self.owner) as session:
            session.info["actor"] = "cli:test"
            return verifying.verify(session, self.ring.anchor_public, None, key)

    def wrong(self) -> list[tuple[str, str]]:
        """What is wrong, and in which chain."""
        return [(one["stream"], one["what"]) for one in self.report().wrong]

    def last(self, verb: str) -> Event:
        """The last event of a verb in the case."""
        asked = select(Event).where(Event.stream_id == self.case_id, Event.verb == verb)
        found = self.session.scalars(asked.order_by(Event.seq.desc())).first()
        assert found
        return found

    def rewrite(self, from_seq: int, **changes: Any) -> None:
        """Change an event and write all that follow anew, with right hashes, up to the head."""
        mine = {"stream": self.case_id}
        rows = self.owner.execute(
            text("SELECT * FROM event WHERE stream_id = :stream ORDER BY seq"), mine
        ).mappings()
        head = chain.START
        for row in [dict(found) for found in rows]:
            row |= changes if row["seq"] == from_seq else {}
            told = {k: row[k] for k in ("at", "verb", "actor", "codes", "detail_hash")}
            head = chain.event_hash(head, row["seq"], chain.Told(**told))
            statement = Event.__table__.update().where(Event.id == row["id"])
            kept = {k: row[k] for k in ("at", "verb", "actor", "codes")}
            self.owner.execute(statement.values(**kept, hash=head))
        self.run(
            "UPDATE grievance_case SET event_head = :head WHERE id = :stream", head=head, **mine
        )

    def cut(self, table: str, stream: UUID) -> None:
        """Take the last event off, its rows in the log with it, and put the head back."""
        named = {"stream": stream}
        self.run(
            f"UPDATE {table} SET event_seq = event_seq - 1, event_head = (SELECT hash FROM event"
            f" WHERE stream_id = :stream AND seq = {table}.event_seq - 1) WHERE id = :stream",
            **named,
        )
        last = "(SELECT id FROM event WHERE stream_id = :stream ORDER BY seq DESC LIMIT 1)"
        self.owner.execute(text(f"DELETE FROM read_log WHERE chained_by = {last}"), named)
        self.owner.execute(text(f"DELETE FROM event_detail WHERE event_id = {last}"), named)
        self.run(f"DELETE FROM event WHERE id = {last}", **named)
        self.run(
            f"UPDATE unanchored_stream SET seq = head.event_seq, head = head.event_head"
            f" FROM {table} AS head WHERE stream_id = head.id AND head.id = :stream",
            **named,
        )


def played(app: Flask, server: Server, ring_folder: Path) -> Scene:
    """Filed, taken, triaged, answered, one recused, read; nothing anchored yet."""
    url = app.config["SETTINGS"].database_url
    ring, site, now = app.config["KEY_RING"], app.config["SITE"], real_now()
    engine = create_engine(url, poolclass=NullPool, execution_options=audit.vouching(ring))
    session = Session(engine, expire_on_commit=False)
    session.info["actor"] = "cli:test"
    operations.load(session, facts.shipped(), now, "cli:directory load", words=words())
    operator = found_operator(session, ring, now)
    handler, colleague = (
        member(session, operator, role, name, now=now)
        for role, name in ((Role.LEAD, "Tanaka Ken"), (Role.HANDLER, "Mori Emi"))
    )
    channel = confirm_one(session, operator.id, handler)
    filed = file_case(session, site, now=now, what_happened="Two months without pay.")
    case, opened = filed.case, handler.open(session, filed.case)
    handling.take(handler.act(session, site, case, now))
    session.commit()
    said, actor = written("We have read it."), handler.actor
    handling.acknowledge(Act(session, site, opened, actor, now, case.version), said)
    for each in ("First.", "Second."):
        handling.note(Act(session, site, opened, actor, now), written(each))
    conflicts.recuse(colleague.act(session, site, case, now), "A cousin.")
    session.commit()
    for what in ("case", "file"):
        audit.record_read(session, case.id, actor=actor.name, now=now, what=what)
    session.commit()
    name = make_url(url).database
    owner = create_engine(server.url("owner", name), poolclass=NullPool).connect()
    return Scene(ring, site, session, owner, filed, handler, colleague, case.id, channel)


def confirm_one(session: Session, organisation: UUID, by: Staff) -> UUID:
    """A telephone number that a person stood behind."""
    phones = select(Channel).where(Channel.type == "phone", Channel.value.is_not(None))
    row = session.scalars(phones.order_by(Channel.mechanism, Channel.position)).first()
    assert row
    now = real_now()
    operations.confirm(session, check_of(row), by.actor.name, now)
    audit.record(
        session,
        locked(session, Organisation, organisation),
        audit.Deed(
            "channel_confirmed",
            by.actor.name,
            now,
            {"channel": row.id, "mechanism": row.mechanism, "version": row.version},
            knows=("channel", "mechanism", "version"),
        ),
        also=audit.DIRECTORY,
    )
    session.commit()
    return row.id


def worked(scene: Scene, server: Server, ring_folder: Path) -> None:
    """The worker's round: reads are chained, an anchor is signed."""
    ring = KeyRing.load(ring_folder, "worker")
    name = make_url(str(scene.session.get_bind().engine.url)).database
    engine = create_engine(
        server.url("worker", name), poolclass=NullPool, execution_options=audit.vouching(ring)
    )
    with Session(engine) as session:
        session.info["actor"] = "job:anchor"
        audit.chain_reads(session, actor="job:recalls", now=real_now())
        anchors.anchor(session, ring, real_now())
        session.commit()
