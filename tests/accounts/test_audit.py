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

from grievance.accounts import anchors, audit
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
def session(live_app: Flask, server: Server) -> Iterator[Session]:
    """The database in the hands of its owner: what a thief could do, the roles cannot."""
    name = make_url(live_app.config["SETTINGS"].database_url).database
    engine = create_engine(server.url("owner", name), poolclass=NullPool)
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
    event = audit.record(office.session, row, verb, actor="member:x", now=real_now(), **options)
    office.session.flush()
    return event


def broken(office: Office, **options: object) -> list[dict[str, object]]:
    office.session.expire_all()
    return anchors.verify(office.session, office.ring.anchor_public, **options).broken


def test_untouched_chain_holds_and_is_counted(busy: Office, worker: KeyRing) -> None:
    anchors.anchor(busy.session, worker, real_now())
    report = anchors.verify(busy.session, worker.anchor_public)
    assert report.broken == []
    assert report.streams == 1
    assert report.events == len(busy.session.scalars(select(Event)).all()) > 6
    assert report.anchors == 1
    assert len(report.head) == 64
    assert set(report.facts()) == {"streams", "events", "broken", "anchors", "head"}


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
    assert broken(busy) == [{"stream": str(busy.id), "seq": last}]


def test_chain_rewritten_to_its_head_is_found_by_the_anchor(busy: Office, worker: KeyRing) -> None:
    anchors.anchor(busy.session, worker, real_now())
    row = busy.session.get_one(Organisation, busy.id)
    last = row.event_seq
    before = busy.session.scalars(select(Event).where(Event.seq == last - 1)).one()
    busy.session.execute(delete(Event).where(Event.seq == last))
    row.event_seq, row.event_head = last - 1, before.hash
    note(busy)  # history is written anew, consistently
    assert broken(busy) == [{"stream": str(busy.id), "seq": last}]


def test_anchor_that_another_key_signed_is_found(busy: Office, worker: KeyRing) -> None:
    made = anchors.anchor(busy.session, worker, real_now())
    made.signature = bytes(64)
    busy.session.flush()
    assert broken(busy) == [{"stream": "anchors", "seq": 1}]


def test_anchor_with_other_heads_is_found(busy: Office, worker: KeyRing) -> None:
    made = anchors.anchor(busy.session, worker, real_now())
    made.heads = {}
    busy.session.flush()
    assert broken(busy) == [{"stream": "anchors", "seq": 1}]


def test_database_put_back_is_told_by_the_second_place(
    busy: Office, worker: KeyRing, tmp_path: Path
) -> None:
    copy = tmp_path / anchors.COPY
    anchors.anchor(busy.session, worker, real_now())
    note(busy)
    anchors.anchor(busy.session, worker, real_now())
    assert anchors.copy_anchors(busy.session, copy) == 2
    assert anchors.copy_anchors(busy.session, copy) == 0
    assert broken(busy, copy=copy) == []
    busy.session.execute(delete(Anchor).where(Anchor.seq == 2))
    assert broken(busy) == []
    assert broken(busy, copy=copy) == [{"stream": "anchors", "seq": 2}]


def test_anchor_covers_only_what_moved_and_rests_when_nothing_did(
    busy: Office, worker: KeyRing
) -> None:
    first = anchors.anchor(busy.session, worker, real_now())
    assert list(first.heads) == [str(busy.id)]
    assert anchors.anchor(busy.session, worker, real_now()) is None
    other = Organisation(id=uuid4(), kind="partner", name="Other")
    busy.session.add(other)
    busy.session.flush()
    audit.record(busy.session, other, "signed_in", actor="member:x", now=real_now())
    second = anchors.anchor(busy.session, worker, real_now())
    assert list(second.heads) == [str(other.id)]
    assert second.seq == 2
    assert busy.session.scalars(select(UnanchoredStream)).all() == []
    assert broken(busy) == []


def test_reads_are_chained_by_the_next_event(office: Office) -> None:
    for what in ("case", "file"):
        audit.record_read(office.session, office.id, actor="member:x", now=real_now(), what=what)
    office.session.flush()
    event = note(office)
    assert audit.READS in event.codes
    assert audit.READS not in note(office).codes
    assert broken(office) == []
    office.session.execute(update(ReadLog).where(ReadLog.what == "file").values(what="case"))
    assert broken(office) == [{"stream": str(office.id), "seq": event.seq}]


def test_a_read_taken_out_of_the_log_is_found(office: Office) -> None:
    audit.record_read(office.session, office.id, actor="member:x", now=real_now(), what="case")
    office.session.flush()
    event = note(office)
    office.session.execute(delete(ReadLog))
    assert broken(office) == [{"stream": str(office.id), "seq": event.seq}]


def test_erased_detail_leaves_the_chain_whole_and_another_detail_does_not(
    office: Office,
) -> None:
    event = note(office, detail=b"sealed words")
    assert broken(office) == []
    office.session.execute(update(EventDetail).values(ciphertext=b"others"))
    assert broken(office) == [{"stream": str(office.id), "seq": event.seq}]
    office.session.execute(delete(EventDetail))
    assert broken(office) == []


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
    assert anchors.verify(busy.session, worker.anchor_public, tmp_path / anchors.COPY).anchors == 1
