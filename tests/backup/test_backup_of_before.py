"""A backup of the release before goes back into this one: its shape, its ring, its audit."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import NullPool, create_engine, select, text

from grievance.accounts import verifying
from grievance.backup import keys as rings
from grievance.backup.command import FORMAT, MANIFEST, VOUCHED
from grievance.backup.files import keep, save_blobs
from grievance.backup.rows import save
from grievance.cases import ledger
from grievance.cases.models import Receipt
from grievance.cli.audit import audit as command
from grievance.cli.keys import run
from grievance.vault.keyring import KeyRing
from tests.backup.conftest import PASSPHRASE, Lived, Place

PARENT = "0007"
MOVED = (
    "INSERT INTO unanchored_stream (stream_id, seq, head) SELECT id, event_seq, event_head FROM"
    " organisation UNION SELECT id, event_seq, event_head FROM grievance_case"
    " ON CONFLICT DO NOTHING"
)
OLD_FACTS = ("streams", "events", "broken", "anchors", "head")


@pytest.fixture
def before(lived: Lived, server, tmp_path: Path) -> Path:
    """What `flask backup create` of that release wrote: rows of its shape, a ring without the new
    secrets, an audit that told less. The anchors are of the old kind too: there are none yet."""
    name = f"grievance_parent_{uuid4().hex[:8]}"
    server.ensure_database(name, template=_copy_of(lived, server))
    engine = create_engine(server.url("owner", name), poolclass=NullPool)
    folder, held = tmp_path / "old", rings.read_rings([lived.place.ring])
    folder.mkdir()
    with engine.connect() as connection:
        connection.execute(text("DELETE FROM anchor"))
        connection.execute(text(MOVED))
        run(connection, PARENT, down=True)
        tables = save(connection, folder)
        counts = "SELECT count(DISTINCT stream_id), count(*) FROM event"
        streams, events = connection.execute(text(counts)).one()
        connection.rollback()
    names, listed = save_blobs(lived.place.data / "files", folder)
    old = {name: value for name, value in held.items() if not name.endswith("event-mac")}
    manifest = {
        "format": FORMAT, "at": "2026-11-01T00:00:00+00:00", "revision": PARENT,
        "tables": [vars(table) for table in tables], "rows": sum(one.rows for one in tables),
        "files": len(names), "list": vars(listed), "secrets": sorted(old),
        "audit": dict(zip(OLD_FACTS, (streams, events, [], 0, ""), strict=True)),
        "ledger": str(lived.place.data / ledger.FILE),
    }  # fmt: skip
    whole = json.dumps(manifest).encode()
    keep(folder / rings.FILE, [rings.seal(old, PASSPHRASE)])
    keep(folder / MANIFEST, [whole])
    keep(folder / VOUCHED, [rings.vouch(old, whole).encode()])
    return folder


def _copy_of(lived: Lived, server) -> str:
    lived.place.work("recalls")
    return lived.place.database


def verified(place: Place) -> verifying.Report:
    """What `flask audit verify` says there."""
    ring = KeyRing.load(place.ring, "cli")
    with place.session() as session:
        return verifying.verify(session, ring.anchor_public, event_key=ring.event_key)


def test_it_goes_back_and_its_events_are_told_apart(
    lived: Lived, before: Path, fresh: Place
) -> None:
    shutil.copy(lived.place.data / ledger.FILE, fresh.data / ledger.FILE)
    answer = fresh.run("restore", before)
    assert answer.exit_code == 0, answer.output
    report = verified(fresh)
    assert (report.broken, report.before) == ([], report.events)
    fresh.work("anchor")

    adopted = _run(fresh, "adopt")
    assert json.loads(adopted.stdout) == {"adopted": report.streams}
    assert json.loads(_run(fresh, "adopt").stdout) == {"adopted": 0}
    after = verified(fresh)
    assert (after.broken, after.before) == ([], report.events)
    assert after.events == report.events + report.streams
    with fresh.session("owner") as session:
        session.execute(text("UPDATE receipt SET known_to = 'staff'"))
        session.commit()
    (wrong,) = verified(fresh).wrong
    assert wrong["what"].startswith("receipt/")


def _run(place: Place, word: str) -> Result:
    answer = CliRunner().invoke(command, [word], env=place.environment("app"))
    assert answer.exit_code == 0, answer.output
    return answer


def test_what_was_taken_back_since_is_taken_back_again_and_vouched_for(
    lived: Lived, before: Path, fresh: Place
) -> None:
    """The ledger knows of a retired number; the backup of the release before does not."""
    with lived.place.session() as session:
        (retired,) = session.scalars(select(Receipt.id))
    act = {
        "case": str(lived.case_id), "seq": 99, "event": "ab" * 32, "verb": "change_receipt",
        "hour": "2026-11-01T00:00:00+00:00", "codes": {"retired": str(retired)},
    }  # fmt: skip
    data = (lived.place.data / ledger.FILE).read_bytes()
    private = KeyRing.load(lived.place.ring, "worker").anchor_private
    line = ledger.lines.signed(private, data, [act])
    (fresh.data / ledger.FILE).write_bytes(data + line)
    answer = fresh.run("restore", before)
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout)["replayed"] == 1
    with fresh.session() as session:
        (receipt,) = session.query(Receipt).all()
        assert receipt.state == "retired"
    report = verified(fresh)
    assert report.broken == []
    assert report.before == report.events - 1
