"""A backup put back into an empty place is the same service: cases, people, files, history."""

from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from grievance.accounts import anchors, verifying
from grievance.accounts.peppers import agree
from grievance.cases.files import content, listed
from grievance.cases.models import Case, Receipt
from grievance.cases.opening import open_for_receipt
from grievance.clock import real_now
from grievance.storage import blobs
from grievance.vault.errors import Tampered
from grievance.vault.keyring import KeyRing, KeyRingError, create, split
from grievance.vault.receipts import receipt_keys, slow_root
from tests.backup.conftest import NOTE, STORY, Lived, Place
from tests.cast import PASSWORD, Browser
from tests.pages import read_page

Restored = tuple[Place, Flask]


def told(place: Place, copy: bool = False) -> dict[str, object]:
    """What `audit verify` finds there."""
    public = KeyRing.load(place.ring, "cli").anchor_public
    with place.session() as session:
        copied = anchors.copied(place.data / anchors.COPY) if copy else None
        facts = verifying.verify(session, public, copied)
        return facts.facts()


def test_the_history_is_the_same_to_its_head(lived: Lived, restored: Restored) -> None:
    before, after = told(lived.place), told(restored[0])
    assert after == before
    assert len(str(after["head"])) == 64
    assert not after["broken"]


def test_every_table_holds_the_same_rows(lived: Lived, restored: Restored) -> None:
    counts = []
    for place in (lived.place, restored[0]):
        with place.session("owner") as session:
            names = session.scalars(
                text(
                    "SELECT table_name FROM information_schema.tables "
                    "WHERE table_schema = 'public' ORDER BY table_name"
                )
            ).all()
            sums = {
                name: session.execute(
                    text(
                        f"SELECT count(*), md5(string_agg(t::text, chr(10) ORDER BY t::text)) "
                        f'FROM "{name}" t'
                    )
                ).one()
                for name in names
            }
        counts.append({name: tuple(found) for name, found in sums.items()})
    # a web process that starts notes its peppers; a backup, a pruning and a drill that they ran
    for found in counts:
        del found["pepper_check"], found["job_run"]
        found["outbox"] = found["outbox"][0]  # letters are held: test_backup_letters
    assert counts[0] == counts[1]
    assert counts[0]["grievance_case"][0] == 1


def test_the_worker_comes_back_with_the_same_number(lived: Lived, restored: Restored) -> None:
    app = restored[1]
    browser = Browser(app, app.response_class, use_cookies=True)
    form = read_page(browser.get("/en/return"))
    fields = form.fields(form.one("form", data_main=""))
    answer = browser.post("/en/return", data={**fields, "code": lived.filed.code})
    assert answer.status_code == 303
    assert STORY in read_page(browser.get("/en/case")).main


def test_staff_sign_in_with_the_same_password_and_open_it(lived: Lived, restored: Restored) -> None:
    app = restored[1]
    browser = Browser(app, app.response_class, use_cookies=True)
    form = read_page(browser.get("/staff/sign-in"))
    fields = form.fields(form.one("form", data_main=""))
    given = {**fields, "email": lived.handler.address, "password": PASSWORD}
    assert browser.post("/staff/sign-in", data=given).status_code == 303
    shown = read_page(browser.get(f"/staff/cases/{lived.reference}"))
    assert shown.status == 200
    assert STORY in shown.main


def test_the_files_open(lived: Lived, restored: Restored) -> None:
    place = restored[0]
    store = blobs(str(place.data / "files"))
    with place.session() as session:
        case, receipt = session.get_one(Case, lived.case_id), session.scalars(select(Receipt)).one()
        opened = open_for_receipt(session, case, receipt, lived.filed.keys.pair.private)
        ((_, stored),) = listed(session, opened)
        assert content(store, stored, original=True) == NOTE
        assert content(store, stored, original=False)


def test_the_key_ring_is_whole_and_private_again(lived: Lived, restored: Restored) -> None:
    ring = restored[0].ring
    assert stat.S_IMODE(ring.stat().st_mode) == 0o700
    for path in lived.place.ring.iterdir():
        copy = ring / path.name
        assert copy.read_bytes() == path.read_bytes()
        assert stat.S_IMODE(copy.stat().st_mode) == 0o400
    KeyRing.load(ring, "worker")


def test_the_roles_may_what_they_could_and_counters_go_on(restored: Restored) -> None:
    place = restored[0]
    with place.session("app") as session, pytest.raises(ProgrammingError):
        session.execute(text("DELETE FROM event"))
    with place.session("app") as session, pytest.raises(ProgrammingError):
        session.execute(text("SELECT 1 FROM alembic_version"))
    with place.session("worker") as session:
        assert session.scalar(text("SELECT count(*) FROM anchor")) == 1
    with place.session("owner") as session:
        (table,) = session.execute(
            text("SELECT table_name FROM information_schema.columns WHERE is_identity = 'YES'")
        ).one()
        highest = session.scalar(text(f"SELECT max(revision) FROM {table}"))
        counter = text(f"SELECT nextval(pg_get_serial_sequence('{table}', 'revision'))")
        assert session.scalar(counter) == highest + 1 > 1


def test_it_prints_what_it_holds_and_is_for_nobody_else(
    lived: Lived, made: Path, fresh: Place
) -> None:
    answer = fresh.run("restore", made)
    printed = json.loads(answer.stdout)
    assert set(printed) == {"database", "files", "key_ring", "head", "replayed", "held"}
    assert (printed["replayed"], printed["held"]) == (0, 0)  # no letter waits
    assert printed["head"] == told(lived.place)["head"]
    assert printed["files"] == len([p for p in (made / "files").rglob("*") if p.is_file()]) == 2
    assert printed["key_ring"] == len(list(lived.place.ring.iterdir()))
    for path in (made, *made.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_nothing_of_a_case_or_of_the_key_ring_stands_in_it(lived: Lived, made: Path) -> None:
    whole = b"\n".join(p.read_bytes() for p in sorted(made.rglob("*")) if p.is_file())
    lowered = whole.lower()
    for content_ in (STORY, "Mirabelle", NOTE.decode(), "Zwetschge", "passport", lived.filed.code):
        assert content_.encode() not in whole
        assert content_.encode().hex().encode() not in lowered
    for path in lived.place.ring.iterdir():
        if not path.name.endswith("-public"):
            assert path.read_bytes() not in whole, path.name
            assert path.read_bytes().hex().encode() not in lowered, path.name
    assert lived.reference.encode() in whole  # the search does find what stands in clear


def test_without_its_key_ring_it_opens_nothing(
    lived: Lived, made: Path, restored: Restored, fresh: Place, tmp_path: Path
) -> None:
    stolen = tmp_path / "stolen"
    shutil.copytree(made, stolen)
    (stolen / "keys.sealed").unlink()
    other = Place(fresh.server, fresh.database, tmp_path / "other", fresh.data)
    assert other.run("restore", stolen).exit_code == 3
    create(other.ring)
    refused = other.run("restore", stolen)
    assert refused.exit_code == 1
    assert "another key ring" in refused.stderr
    keys = KeyRing.load(other.ring, "web")
    thief = receipt_keys(slow_root(lived.filed.code, keys.receipt_salt), keys.pepper(1), 1)
    with restored[0].session() as session:  # the same rows, beside a ring of the thief's
        with pytest.raises(KeyRingError):
            agree(session, keys, real_now())
        case, receipt = session.get_one(Case, lived.case_id), session.scalars(select(Receipt)).one()
        assert receipt.tag != thief.tag
        with pytest.raises(Tampered):
            open_for_receipt(session, case, receipt, thief.pair.private)


def test_a_ring_kept_elsewhere_serves_a_backup_without_one(
    lived: Lived, fresh: Place, tmp_path: Path
) -> None:
    folder = tmp_path / "nightly"
    nobody = {"GRIEVANCE_BACKUP_PASSPHRASE_FILE": ""}
    answer = lived.place.run("create", folder, "--without-keys", **nobody)
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout)["key_ring"] == 0
    assert not (folder / "keys.sealed").exists()
    shutil.copytree(lived.place.ring, fresh.ring)
    before = {path.name: path.read_bytes() for path in fresh.ring.iterdir()}
    assert fresh.run("restore", folder, **nobody).exit_code == 0
    assert {path.name: path.read_bytes() for path in fresh.ring.iterdir()} == before


def test_a_ring_in_parts_is_saved_whole(lived: Lived, fresh: Place, tmp_path: Path) -> None:
    web, worker = tmp_path / "web", tmp_path / "worker"
    split(lived.place.ring, "web", web)
    split(lived.place.ring, "worker", worker)
    partly = lived.place.run("create", tmp_path / "one", "--keys", web)
    assert partly.exit_code == 3
    assert "anchor-private" in partly.stderr
    folder = tmp_path / "two"
    assert lived.place.run("create", folder, "--keys", web, "--keys", worker).exit_code == 0
    assert fresh.run("restore", folder).exit_code == 0
    assert {p.name for p in fresh.ring.iterdir()} == {p.name for p in lived.place.ring.iterdir()}


def test_anchors_signed_after_the_backup_are_told(lived: Lived, made: Path, fresh: Place) -> None:
    with lived.place.session("worker") as session:
        anchors.copy_anchors(session, fresh.data / anchors.COPY)
    line = json.loads((fresh.data / anchors.COPY).read_text())
    with (fresh.data / anchors.COPY).open("a") as lines:
        lines.write(json.dumps({**line, "seq": 2}) + "\n")
    answer = fresh.run("restore", made)
    assert answer.exit_code == 0
    assert "is older than" in answer.stderr
    assert "1 anchors" in answer.stderr
    assert told(fresh, copy=True)["broken"] == [{"stream": "anchors", "seq": 2}]


def test_a_copy_of_the_anchors_that_matches_is_no_matter(
    lived: Lived, made: Path, fresh: Place
) -> None:
    with lived.place.session("worker") as session:
        anchors.copy_anchors(session, fresh.data / anchors.COPY)
    answer = fresh.run("restore", made)
    assert answer.exit_code == 0
    assert "anchors.jsonl" not in answer.stderr


def test_a_copy_of_the_anchors_that_contradicts_is_told(
    lived: Lived, made: Path, fresh: Place
) -> None:
    with lived.place.session("worker") as session:
        anchors.copy_anchors(session, fresh.data / anchors.COPY)
    line = json.loads((fresh.data / anchors.COPY).read_text())
    (fresh.data / anchors.COPY).write_text(json.dumps({**line, "cases": 7}) + "\n")
    answer = fresh.run("restore", made)
    assert answer.exit_code == 1
    assert "contradicts" in answer.stderr
