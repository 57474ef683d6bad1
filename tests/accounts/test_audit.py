"""The chain of events: whatever is changed, cut, put back or left out is found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import create_engine, delete, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from grievance.accounts import anchors, audit, verifying
from grievance.accounts.models import (
    Anchor,
    Event,
    EventDetail,
    Organisation,
    ReadLog,
    UnanchoredStream,
)
from grievance.accounts.roles import Role
from grievance.clock import real_now
from grievance.vault.keyring import KeyRing
from tests.accounts.conftest import Office
from tests.servers import Server


@pytest.fixture
def session(live_app: Flask, server: Server, ring_folder: Path) -> Iterator[Session]:
    """The database in the hands of its owner: what a thief could do, the roles cannot."""
    name = make_url(live_app.config["SETTINGS"].database_url).database
    ring = KeyRing.load(ring_folder, "web")
    engine = create_engine(
        server.url("owner", name), poolclass=NullPool, execution_options=audit.vouching(ring)
    )
    with Session(engine) as found:
        found.info["actor"] = "cli:test"
        yield found


@pytest.fixture
def worker(ring_folder: Path) -> KeyRing:
    """The key ring of the worker process, which signs."""
    return KeyRing.load(ring_folder, "worker")


@pytest.fixture
def busy(office: Office) -> Office:
    """An office with some history."""
    office.join("lan", Role.HANDLER)
    office.join("admin", Role.ADMINISTRATOR)
    return office


def note(office: Office, verb: str = "signed_in", **options: object) -> Event:
    row = office.session.get_one(Organisation, office.id)
    event = audit.record(office.session, row, audit.Deed(verb, "member:x", real_now(), **options))
    office.session.flush()
    return event


def broken(office: Office, **options: object) -> list[dict[str, object]]:
    office.session.expire_all()
    ring = office.ring
    return verifying.verify(
        office.session, ring.anchor_public, event_key=ring.event_key, **options
    ).broken


def test_untouched_chain_holds_and_is_counted(busy: Office, worker: KeyRing) -> None:
    anchors.anchor(busy.session, worker, real_now())
    report = verifying.verify(busy.session, worker.anchor_public)
    assert report.broken == []
    assert report.streams == 1
    assert report.events == len(busy.session.scalars(select(Event)).all()) > 6
    assert report.anchors == 1
    assert len(report.head) == 64
    assert set(report.facts()) == {
        "streams",
        "events",
        "broken",
        "anchors",
        "head",
        "before",
        "vouched",
        "wrong",
        "to_adopt",
    }


@pytest.mark.parametrize(
    "change",
    [
        {"verb": "signed_out"},
        {"actor": "member:somebody-else"},
        {"codes": {"person": "another"}},
        {"codes": {"person": 1.5}},
        {"hash": bytes(32)},
        {"detail_hash": bytes(32)},
    ],
)
def test_changed_event_is_found(busy: Office, change: dict[str, object]) -> None:
    busy.session.execute(update(Event).where(Event.seq == 3).values(**change))
    assert {"stream": str(busy.id), "seq": 3} in broken(busy)


def test_left_out_event_is_found(busy: Office) -> None:
    busy.session.execute(delete(Event).where(Event.seq == 4))
    assert {"stream": str(busy.id), "seq": 5} in broken(busy)


def test_cut_chain_is_found_by_its_head(busy: Office) -> None:
    last = busy.session.get_one(Organisation, busy.id).event_seq
    busy.session.execute(delete(Event).where(Event.seq == last))
    assert {"stream": str(busy.id), "seq": last} in broken(busy)


def test_chain_rewritten_to_its_head_is_found_by_the_anchor(busy: Office, worker: KeyRing) -> None:
    anchors.anchor(busy.session, worker, real_now())
    row = busy.session.get_one(Organisation, busy.id)
    last = row.event_seq
    before = busy.session.scalars(select(Event).where(Event.seq == last - 1)).one()
    busy.session.execute(delete(Event).where(Event.seq == last))
    row.event_seq, row.event_head = last - 1, before.hash
    note(busy)  # history is written anew, consistently
    assert {"stream": str(busy.id), "seq": last} in broken(busy)


def test_anchor_that_another_key_signed_is_found(busy: Office, worker: KeyRing) -> None:
    made = anchors.anchor(busy.session, worker, real_now())
    made.signature = bytes(64)
    busy.session.flush()
    assert broken(busy) == [{"stream": "anchors", "seq": 1}]


def test_anchor_with_other_heads_is_found(busy: Office, worker: KeyRing) -> None:
    made = anchors.anchor(busy.session, worker, real_now())
    made.heads = {}
    busy.session.flush()
    assert {"stream": "anchors", "seq": 1} in broken(busy)


def test_database_put_back_is_told_by_the_second_place(
    busy: Office, worker: KeyRing, tmp_path: Path
) -> None:
    copy = tmp_path / anchors.COPY
    anchors.anchor(busy.session, worker, real_now())
    note(busy)
    anchors.anchor(busy.session, worker, real_now())
    assert anchors.copy_anchors(busy.session, copy) == 2
    assert anchors.copy_anchors(busy.session, copy) == 0
    assert broken(busy, copy=anchors.copied(copy)) == []
    busy.session.execute(delete(Anchor).where(Anchor.seq == 2))
    assert {"stream": "anchors", "seq": 2} not in broken(busy)
    assert {"stream": "anchors", "seq": 2} in broken(busy, copy=anchors.copied(copy))


def test_a_line_of_the_second_place_that_is_being_written_is_no_break(
    busy: Office, worker: KeyRing, tmp_path: Path
) -> None:
    copy = tmp_path / anchors.COPY
    anchors.anchor(busy.session, worker, real_now())
    anchors.copy_anchors(busy.session, copy)
    with copy.open("a") as lines:
        lines.write('{"at": "2026-')
    assert broken(busy, copy=anchors.copied(copy)) == []


def test_anchor_covers_only_what_moved_and_rests_when_nothing_did(
    busy: Office, worker: KeyRing
) -> None:
    first = anchors.anchor(busy.session, worker, real_now())
    assert list(first.heads) == [str(busy.id)]
    assert anchors.anchor(busy.session, worker, real_now()) is None
    other = Organisation(id=uuid4(), kind="partner", mechanism="other", name="Other")
    busy.session.add(other)
    busy.session.flush()
    audit.record(busy.session, other, audit.Deed("signed_in", "member:x", real_now()))
    second = anchors.anchor(busy.session, worker, real_now())
    assert list(second.heads) == [str(other.id)]
    assert second.seq == 2
    assert busy.session.scalars(select(UnanchoredStream)).all() == []
    assert broken(busy) == []


def read(office: Office, *opened: str) -> None:
    for what in opened:
        audit.record_read(office.session, office.id, actor="member:x", now=real_now(), what=what)


def test_reads_are_chained_in_a_batch(office: Office) -> None:
    read(office, "case", "file")
    assert audit.READS not in note(office).codes
    assert audit.chain_reads(office.session, actor="job:recalls", now=real_now()) == 2
    assert audit.chain_reads(office.session, actor="job:recalls", now=real_now()) == 0
    assert broken(office) == []
    office.session.execute(update(ReadLog).where(ReadLog.what == "file").values(what="case"))
    assert {"stream": str(audit.READ_CHAIN), "seq": 1} in broken(office)


def test_a_read_taken_out_of_the_log_is_found(office: Office) -> None:
    read(office, "case")
    audit.chain_reads(office.session, actor="job:recalls", now=real_now())
    office.session.execute(delete(ReadLog))
    assert broken(office) == [{"stream": str(audit.READ_CHAIN), "seq": 1}]


def test_a_detail_that_is_gone_is_a_break_unless_the_law_asked_for_it(office: Office) -> None:
    event = note(office, detail=audit.Detail(uuid4(), b"sealed words"))
    assert broken(office) == []
    office.session.execute(update(EventDetail).values(ciphertext=b"others"))
    assert broken(office) == [{"stream": str(office.id), "seq": event.seq}]
    office.session.execute(delete(EventDetail))
    assert broken(office) == [{"stream": str(office.id), "seq": event.seq}]
    note(office, audit.ERASED, codes={"rows": {f"event_detail/{event.id}": ""}, "all": False})
    assert broken(office) == []


def test_a_job_cannot_vouch_for_what_a_person_did(office: Office, worker: KeyRing) -> None:
    office.session.connection(execution_options=audit.vouching(worker))
    event = note(office)
    assert {"stream": str(office.id), "seq": event.seq} in broken(office)


def test_nobody_records_without_a_key(office: Office) -> None:
    with Session(create_engine(office.session.get_bind().url, poolclass=NullPool)) as bare:
        bare.info["actor"] = "cli:test"
        with pytest.raises(audit.NoKey):
            audit.record_read(bare, office.id, actor="member:x", now=real_now(), what="case")


def from_before(office: Office) -> None:
    """As a database of the release before: nothing is vouched for."""
    for table in (Event, ReadLog):
        office.session.execute(update(table).values(mac=None))
    for event in office.session.scalars(select(Event)):
        office.session.expunge(event)
    office.session.execute(update(Organisation).values(event_mac=None, event_reach=0))
    office.session.expire_all()


def test_events_from_before_are_told_apart_and_stay_counted(busy: Office, worker: KeyRing) -> None:
    from_before(busy)
    report = verifying.verify(busy.session, event_key=busy.ring.event_key)
    assert (report.broken, report.before) == ([], report.events)
    anchors.anchor(busy.session, worker, real_now())
    note(busy)
    report = verifying.verify(busy.session, event_key=busy.ring.event_key)
    assert (report.broken, report.before) == ([], report.events - 1)
    assert busy.session.get_one(Organisation, busy.id).event_mac


def test_nobody_adds_to_what_is_from_before(busy: Office, worker: KeyRing) -> None:
    """Who cannot vouch could claim that their event is an old one: the anchors count those."""
    from_before(busy)
    anchors.anchor(busy.session, worker, real_now())
    note(busy)
    busy.session.execute(update(Event).values(mac=None))
    busy.session.execute(update(Organisation).values(event_mac=None, event_reach=0))
    assert broken(busy) == [{"stream": "anchors", "seq": 1}]


@pytest.mark.parametrize(
    ("verb", "codes"),
    [
        ("sang", {}),
        ("invited", {}),
        ("invited", {"person": "x"}),
        ("signed_in", {"words": "x"}),
    ],
)
def test_verbs_and_codes_are_a_closed_vocabulary(
    office: Office, verb: str, codes: dict[str, str]
) -> None:
    with pytest.raises(audit.UnknownVerb):
        note(office, verb, codes=codes)


def test_events_hold_no_names_and_no_addresses(busy: Office) -> None:
    for event in busy.session.scalars(select(Event)):
        words = json.dumps(event.codes) + event.actor
        assert "lan" not in words
        assert "@" not in words


@pytest.mark.parametrize("role", ["app", "worker"])
def test_no_role_of_a_process_changes_what_happened(
    busy: Office, live_app: Flask, server: Server, role: str
) -> None:
    busy.session.commit()
    name = make_url(live_app.config["SETTINGS"].database_url).database
    engine = create_engine(server.url(role, name), poolclass=NullPool)
    for act in (update(Event).values(verb="signed_out"), delete(Event), delete(Anchor)):
        with Session(engine) as process:
            process.info["actor"] = "cli:test"
            with pytest.raises(ProgrammingError, match="permission denied"):
                process.execute(act)


def test_worker_role_signs_anchors(
    busy: Office, worker: KeyRing, live_app: Flask, server: Server, tmp_path: Path
) -> None:
    busy.session.commit()
    name = make_url(live_app.config["SETTINGS"].database_url).database
    with Session(create_engine(server.url("worker", name), poolclass=NullPool)) as process:
        process.info["actor"] = "job:anchor"
        assert anchors.anchor(process, worker, real_now())
        process.commit()
        assert anchors.copy_anchors(process, tmp_path / anchors.COPY) == 1
    copied = anchors.copied(tmp_path / anchors.COPY)
    assert verifying.verify(busy.session, worker.anchor_public, copied).anchors == 1
