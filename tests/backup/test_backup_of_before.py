"""A backup of the release before goes back into this one: its shape, its ring, its audit."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Connection, NullPool, create_engine, select, text

from grievance.accounts import verifying
from grievance.backup import keys as rings
from grievance.backup.command import FORMAT, MANIFEST, VOUCHED
from grievance.backup.files import keep, save_blobs
from grievance.backup.manifest import same
from grievance.backup.rows import audit, save
from grievance.cases import ledger
from grievance.cases.models import Receipt
from grievance.cli.audit import audit as command
from grievance.cli.keys import run
from grievance.storage import FolderBlobs
from grievance.vault.keyring import KeyRing
from tests.backup.conftest import PASSPHRASE, Lived, Place

PARENT, LAST = "0007", "0014"
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
    held = rings.read_rings([lived.place.ring])
    old = {name: value for name, value in held.items() if not name.endswith("event-mac")}

    def shaped(connection: Connection) -> dict[str, object]:
        connection.execute(text("DELETE FROM anchor"))
        connection.execute(text(MOVED))
        run(connection, PARENT, down=True)
        counts = "SELECT count(DISTINCT stream_id), count(*) FROM event"
        streams, events = connection.execute(text(counts)).one()
        return dict(zip(OLD_FACTS, (streams, events, [], 0, ""), strict=True))

    return _backup(lived, server, tmp_path / "old", PARENT, old, shaped)


def _backup(
    lived: Lived,
    server,
    folder: Path,
    revision: str,
    held: dict[str, bytes],
    shaped: Callable[[Connection], dict[str, object]],
) -> Path:
    """A backup of an earlier release: `shaped` gives the rows its shape and tells its audit."""
    name = f"grievance_parent_{uuid4().hex[:8]}"
    server.ensure_database(name, template=_copy_of(lived, server))
    engine = create_engine(server.url("owner", name), poolclass=NullPool)
    folder.mkdir()
    with engine.connect() as connection:
        told = shaped(connection)
        tables = save(connection, folder)
        connection.rollback()
    names, listed = save_blobs(FolderBlobs(lived.place.data / "files"), folder)
    manifest = {
        "format": FORMAT,
        "at": "2026-11-01T00:00:00+00:00",
        "revision": revision,
        "tables": [vars(table) for table in tables],
        "rows": sum(one.rows for one in tables),
        "files": len(names),
        "list": vars(listed),
        "secrets": sorted(held),
        "audit": told,
        "ledger": str(lived.place.data / ledger.FILE),
    }
    whole = json.dumps(manifest).encode()
    keep(folder / rings.FILE, [rings.seal(held, PASSPHRASE)])
    keep(folder / MANIFEST, [whole])
    keep(folder / VOUCHED, [rings.vouch(held, whole).encode()])
    return folder


def test_a_backup_of_the_last_release_goes_back_too(
    lived: Lived, server, tmp_path: Path, fresh: Place
) -> None:
    """It vouched for events already, and did not know yet which chains lag behind."""
    held = rings.read_rings([lived.place.ring])

    def shaped(connection: Connection) -> dict[str, object]:
        told = audit(connection, held)
        run(connection, LAST, down=True)
        return {name: value for name, value in told.items() if name != "to_adopt"}

    folder = _backup(lived, server, tmp_path / "last", LAST, held, shaped)
    shutil.copy(lived.place.data / ledger.FILE, fresh.data / ledger.FILE)
    answer = fresh.run("restore", folder)
    assert answer.exit_code == 0, answer.output
    assert verified(fresh).events == json.loads((folder / MANIFEST).read_text())["audit"]["events"]


FOUND = {"events": 7, "broken": [{"seq": 2}], "wrong": [], "head": "ab", "to_adopt": 3}


@pytest.mark.parametrize(
    ("told", "holds"),
    [
        (FOUND, True),
        ({**FOUND, "to_adopt": 2}, False),  # of this release all of it is compared
        ({name: FOUND[name] for name in ("events", "broken", "wrong", "head")}, True),
        ({"events": 7, "broken": [], "wrong": [], "head": "ab"}, True),  # it saw less
        ({"events": 7, "broken": [{"seq": 3}], "wrong": [], "head": "ab"}, False),
        ({"events": 7, "broken": [], "wrong": [{"what": "x"}], "head": "ab"}, False),
        ({"events": 8, "broken": [], "wrong": [], "head": "ab"}, False),
        ({"events": 7, "broken": [], "head": "cd"}, False),
        ({**FOUND, "newer": 1}, False),
    ],
)
def test_of_an_earlier_release_what_it_knew_is_compared(told: dict, holds: bool) -> None:
    assert same(FOUND, told) is holds


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
        "case": str(lived.case_id),
        "seq": 99,
        "event": "ab" * 32,
        "verb": "change_receipt",
        "hour": "2026-11-01T00:00:00+00:00",
        "codes": {"retired": str(retired)},
    }
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
