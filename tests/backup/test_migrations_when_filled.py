"""Migrations meet a database that people have filled: down to an old shape, up, used, and again."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import NullPool, create_engine, text

from grievance import clock, storage
from grievance.accounts import verifying
from grievance.cases.models import Case
from grievance.cases.operations import handling
from grievance.cases.site import Site
from grievance.cli.keys import run
from grievance.vault.keyring import KeyRing
from tests.backup.conftest import Lived, Place
from tests.backup.test_backup_of_before import MOVED
from tests.cast import file_case
from tests.servers import Server

OLD = "0002"
COUNTED = ("grievance_case", "event", "message", "receipt", "case_file", "person", "case_grant")


def test_a_filled_database_goes_up_is_used_and_goes_down_and_up_again(
    lived: Lived, server: Server
) -> None:
    lived.place.work("recalls")
    name = f"grievance_filled_{uuid4().hex[:8]}"
    server.ensure_database(name, template=lived.place.database)
    place = Place(server, name, lived.place.ring, lived.place.data)
    engine = create_engine(server.url("owner", name), poolclass=NullPool)
    ring = KeyRing.load(place.ring, "web")
    site = Site(ring, storage.blobs(str(place.data / "files")), "http://localhost")
    with engine.connect() as connection:
        connection.execute(text("DELETE FROM anchor"))  # that shape signs other facts
        connection.execute(text(MOVED))
        run(connection, OLD, down=True)
        connection.commit()
        before = {one: _count(connection, one) for one in COUNTED}
        assert before["grievance_case"] == before["case_file"] == 1
        for _time in range(2):
            run(connection)
            connection.commit()
            assert {one: _count(connection, one) for one in COUNTED} == before
            with place.session() as session:
                case = session.get_one(Case, lived.case_id)
                assert lived.handler.open(session, case) is not None
                now = clock.real_now()
                filed = file_case(session, site, now=now)
                fresh = session.get_one(Case, filed.case.id)
                handling.take(lived.handler.act(session, site, fresh, now))
                session.commit()
                report = verifying.verify(session, ring.anchor_public, event_key=ring.event_key)
                assert report.broken == []
            run(connection, OLD, down=True)
            connection.commit()
            after = {one: _count(connection, one) for one in COUNTED}
            assert after["grievance_case"] == before["grievance_case"] + 1
            before = after
    engine.dispose()


def _count(connection, table: str) -> int:
    return int(connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one())
