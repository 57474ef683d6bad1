"""The dated note of a filing: signed by the worker, checked by anybody, telling nobody anything."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pypdfium2
import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import delete
from sqlalchemy.orm import Session

from grievance import clock
from grievance.cases import proofs
from grievance.cases.proofs import FilingNote
from grievance.cli.proof import proof
from grievance.vault.keyring import KeyRing
from tests.cast import Browser, file_case
from tests.intake.remedy_kit import Way, read, visit, way
from tests.pages import read_page

Signs = Callable[..., int]
STORY = "The foreman keeps our passports"
TELLS = ("passport", "wage", "complain", "report", "grievance", "worker", "employer", "violence")


@pytest.fixture
def filed(app: Flask, session: Session) -> Way:
    """A case that was just filed."""
    return way(app, session, what_happened=STORY)


@pytest.fixture
def sign(session: Session, ring_folder: Path) -> Signs:
    """What the worker process does within minutes, with the keys it holds."""

    def run(days: int = 0) -> int:
        ring = KeyRing.load(ring_folder, "worker")
        done = proofs.sign_all(session, ring, clock.now() + timedelta(days=days))
        session.commit()
        session.expire_all()
        return done

    return run


def check(folder: Path, *more: str, **files: bytes) -> tuple[int, dict[str, object]]:
    """What the command says of a note, and its exit code."""
    for name, data in files.items():
        (folder / name).write_bytes(data)
    done = CliRunner().invoke(proof, ["check", str(folder / "note"), *more])
    return done.exit_code, json.loads(done.stdout) if done.exit_code in (0, 1) else {}


def note(visitor: Browser) -> bytes:
    """The note as its worker saves it."""
    answer = visitor.get("/en/case/note.json")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == "attachment; filename=note.json"
    return bytes(answer.get_data())


def copied(visitor: Browser) -> ZipFile:
    """The copy of everything."""
    page = read_page(visitor.get("/en/case/copy"))
    answer = visitor.post("/en/case/copy", data=page.fields())
    return ZipFile(io.BytesIO(answer.get_data()))


def test_it_is_signed_within_minutes_and_the_page_says_so(
    app: Flask, filed: Way, sign: Signs
) -> None:
    visitor = visit(app, filed.session, filed.filed.code)
    assert read(visitor).all("a", href="/en/case/note")
    page = read(visitor, "/note")
    assert page.all("p", data_waits="")
    assert visitor.get("/en/case/note.json").status_code == 404
    assert visitor.get("/en/case/note.pdf").status_code == 404
    assert sign() == 1
    assert sign() == 0
    page = read(visitor, "/note")
    assert not page.all("p", data_waits="")
    assert "Hidamari desk" in page.main


def test_anybody_checks_it_and_who_has_the_copy_shows_what_it_is_about(
    app: Flask, filed: Way, sign: Signs, tmp_path: Path
) -> None:
    sign()
    visitor = visit(app, filed.session, filed.filed.code)
    key = app.config["KEY_RING"].anchor_public.hex()
    code, said = check(tmp_path, "--key", key, note=note(visitor))
    assert (code, said["signature"]) == (0, True)
    assert said["received_on"] == clock.local_day(filed.case.filed_at, "Asia/Tokyo").isoformat()
    made = copied(visitor)
    assert STORY in made.read("note/told.json").decode()
    assert made.read("note/note.json") == note(visitor)
    files = {"told": made.read("note/told.json"), "opening": made.read("note/opening.txt")}
    both = ("--told", str(tmp_path / "told"), "--opening", str(tmp_path / "opening"))
    assert check(tmp_path, *both, **files)[0] == 0
    other = files | {"told": files["told"].replace(b"foreman", b"manager")}
    assert check(tmp_path, *both, **other) == (1, {**said, "told": False})


def test_a_changed_note_or_another_key_is_found_wanting(
    app: Flask, filed: Way, sign: Signs, tmp_path: Path
) -> None:
    sign()
    told = json.loads(note(visit(app, filed.session, filed.filed.code)))
    for name, value in {
        "received_on": "2020-01-01",
        "signed_on": "2020-01-01",
        "operator": "Somebody",
        "digest": "00" * 32,
        "signature": "00" * 64,
        "public": "11" * 32,
    }.items():
        changed = json.dumps({**told, name: value}).encode()
        assert check(tmp_path, note=changed)[0] == 1, name
    assert check(tmp_path, "--key", "22" * 32, note=json.dumps(told).encode())[0] == 1


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "dated-note/1"}', '{"format": "x"}'])
def test_what_is_no_note_is_said_to_be_none(tmp_path: Path, text: str) -> None:
    assert check(tmp_path, note=text.encode())[0] == 2
    assert check(tmp_path, "--told", str(tmp_path / "note"), note=text.encode())[0] == 2


def test_it_says_nothing_about_its_subject(app: Flask, filed: Way, sign: Signs) -> None:
    sign()
    visitor = visit(app, filed.session, filed.filed.code)
    answer = visitor.get("/en/case/note.pdf")
    assert answer.headers["Content-Disposition"] == "attachment; filename=note.pdf"
    document = pypdfium2.PdfDocument(answer.get_data())
    assert len(document) == 1
    printed = document[0].get_textpage().get_text_range()
    meta = document.get_metadata_dict(skip_empty=True)
    assert meta.get("Title") == "Note"
    assert not {"Author", "Subject", "Keywords", "CreationDate"} & set(meta)
    for whole in (printed, note(visitor).decode(), json.dumps(meta)):
        for word in (*TELLS, filed.case.reference, str(filed.case.id), filed.filed.code):
            assert word.lower() not in whole.lower(), word
    digits = json.loads(note(visitor))["digest"]
    assert digits[:8] in printed


def test_two_filings_of_the_same_words_have_nothing_in_common(
    app: Flask, filed: Way, sign: Signs
) -> None:
    other = file_case(filed.session, filed.site, what_happened=STORY)
    sign()
    one, two = (
        json.loads(note(visit(app, filed.session, code))) for code in (filed.filed.code, other.code)
    )
    assert one["digest"] != two["digest"]


def test_a_case_from_before_gets_its_note_when_it_is_asked_for(
    app: Flask, filed: Way, sign: Signs
) -> None:
    filed.session.execute(delete(FilingNote))
    filed.session.commit()
    visitor = visit(app, filed.session, filed.filed.code)
    assert read(visitor, "/note").all("p", data_waits="")
    sign(days=3)
    told = json.loads(note(visitor))
    assert told["received_on"] < told["signed_on"]


@pytest.mark.parametrize("role", ["helper", "member"])
def test_another_number_for_the_report_gets_none(app: Flask, filed: Way, role: str) -> None:
    other = file_case(filed.session, filed.site, role=role)
    visitor = visit(app, filed.session, other.code)
    assert not read(visitor).all("a", href="/en/case/note")
    for path in ("note", "note.json", "note.pdf"):
        assert visitor.get(f"/en/case/{path}").status_code == 403
