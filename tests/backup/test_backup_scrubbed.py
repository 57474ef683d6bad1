"""After an erasure no file of the database holds a sealed byte of the case any more."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import LargeBinary, create_engine, select, text
from sqlalchemy.orm import Session

from grievance import clock, storage
from grievance.accounts.roles import Role
from grievance.backup.scrub import TABLES
from grievance.cases.models import Case
from grievance.cases.operations import replying, shredding
from grievance.cases.operations.replying import Sent
from grievance.cases.site import Site
from grievance.embedded.postgres import Postgres
from grievance.tables import METADATA
from grievance.vault.keyring import KeyRing
from tests.backup.conftest import TEMPLATE, Place
from tests.cases.conftest import words
from tests.cast import file_case, found_operator, member

LENGTH = 40  # of a sealed value so many bytes are of no other


def sealed(session: Session) -> set[bytes]:
    """The middle of every sealed value."""
    found = set()
    for table in METADATA.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, LargeBinary) and "sealed" in column.info.get("holds", ""):
                for value in session.scalars(select(column).where(column.is_not(None))):
                    found.add(bytes(value)[-LENGTH:])
    return found


def holding(folder: Path, marks: set[bytes]) -> set[str]:
    """The files under a folder that hold one of them."""
    return {
        path.name
        for path in folder.rglob("*")
        if path.is_file() and any(mark in data for data in [path.read_bytes()] for mark in marks)
    }


def test_no_data_file_and_no_log_holds_what_was_erased(
    server, ring_folder: Path, tmp_path: Path
) -> None:
    if not isinstance(server, Postgres):
        pytest.skip("its files are another machine's")
    name = f"grievance_scrub_{uuid4().hex[:8]}"
    server.ensure_database(name, template=TEMPLATE)
    place = Place(server, name, ring_folder, tmp_path)
    ring = KeyRing.load(ring_folder, "web")
    site = Site(ring, storage.blobs(str(tmp_path / "files")), "http://localhost")
    admin = create_engine(server.admin_url(name), isolation_level="AUTOCOMMIT")
    cluster = server._data
    with place.session() as session, admin.connect() as root:
        session.expire_on_commit = False
        now = clock.real_now()
        lead = member(session, found_operator(session, ring, now), Role.LEAD, now=now)
        kept = file_case(session, site, now=now)
        before = sealed(session)
        filed = file_case(session, site, now=now)
        replying.say(filed.act(session, site, now), Sent(words("A longer story. " * 400), []))
        session.commit()
        marks = sealed(session) - before
        session.commit()
        root.execute(text("ANALYZE"))
        root.execute(text("CHECKPOINT"))
        base = cluster / "base"
        assert holding(base, marks)
        case = session.get_one(Case, filed.case.id, with_for_update=True)
        shredding.shred(lead.act(session, site, case, now), [], ground="worker")
        session.commit()
        root.execute(text("VACUUM"))
        root.execute(text("CHECKPOINT"))
        assert holding(base, marks)  # a plain VACUUM leaves them standing in the pages
        answer = place.run("scrub")
        assert answer.exit_code == 0, answer.output
        told = json.loads(answer.stdout)
        assert told == {"erased": 1, "rewritten": len(TABLES), "left": []}
        for statement in ("SELECT pg_switch_wal()", "CHECKPOINT"):
            root.execute(text(statement))
        assert holding(base, marks) == set()
        assert holding(cluster / "pg_wal", marks) == set()
        assert lead.open(session, session.get_one(Case, kept.case.id)).holds("story")
        session.rollback()
        again = json.loads(place.run("scrub").stdout)
        assert again == {"erased": 0, "rewritten": 0, "left": []}
    admin.dispose()
