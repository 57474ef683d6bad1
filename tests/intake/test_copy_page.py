"""A copy of everything for the worker: what is in it, what is not, and who gets none."""

from __future__ import annotations

import hashlib
import io
import json
import tracemalloc
from collections.abc import Iterator
from datetime import date
from zipfile import ZipFile

import pypdfium2
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from grievance.cases import copies, files
from grievance.cases.operations import handling
from grievance.vault.errors import Tampered
from tests.cast import Browser, browser, file_case
from tests.intake.remedy_kit import SOURCE, WORDS, Way, read, visit, wages, way, words
from tests.pages import parsed, read_page

SECRET = "Among ourselves: call the embassy of nobody"


@pytest.fixture
def filed(app: Flask, session: Session) -> Way:
    """A case with a promise, a hand-over, a message, a note among staff and a file."""
    made = way(app, session).promise(wages())
    made.hand_over()
    handling.tell_worker(made.act, words("Please keep your pay slips."))
    handling.note(made.act, words(SECRET))
    session.commit()
    return made


def attach(filed: Way, data: bytes, name: str) -> None:
    """A file that its worker sent."""
    opened = filed.filed.open(filed.session)
    stored = files.keep(filed.site.blobs, data, name)
    files.attach(filed.session, opened, stored, files.Brought("worker", filed.at))
    filed.session.commit()


def save(visitor: Browser, language: str = "en") -> ZipFile:
    """Press the button."""
    path = f"/{language}/case/copy"
    page = read_page(visitor.get(path))
    assert page.name == "case.copy"
    answer = visitor.post(path, data=page.fields())
    assert answer.status_code == 200, read_page(answer).main
    assert answer.headers["Content-Disposition"] == "attachment; filename=copy.zip"
    assert answer.headers["Cache-Control"] == "no-store"
    return ZipFile(io.BytesIO(answer.get_data()))


def test_the_copy_holds_what_the_worker_may_read_and_each_digest_fits(
    app: Flask, filed: Way
) -> None:
    attach(filed, "勤務表\n".encode("cp932"), "shifts.txt")
    made = save(visit(app, filed.session, filed.filed.code))
    names = made.namelist()
    assert names[:3] == ["copy.html", "copy.pdf", "copy.json"]
    assert {"files/01-shifts.txt", "files/01-as-sent-shifts.txt"} <= set(names)
    manifest = json.loads(made.read(names[-1]))
    assert names[-1] == copies.MANIFEST
    assert [one["name"] for one in manifest["files"]] == names[:-1]
    for one in manifest["files"]:
        data = made.read(one["name"])
        assert (len(data), hashlib.sha256(data).hexdigest()) == (one["size"], one["sha256"])
    assert made.read("files/01-as-sent-shifts.txt") == "勤務表\n".encode("cp932")
    assert made.read("files/01-shifts.txt").decode() == "勤務表\n"
    told = json.loads(made.read("copy.json"))
    assert told["promised"][0]["words"] == WORDS
    assert told["handed_over"][0]["to"] == "jp-lsio"
    assert told["messages"][-1]["text"] == "Please keep your pay slips."
    assert told["told"]
    assert told["who"]
    page = made.read("copy.html").decode()
    for said in (WORDS, SOURCE, "Please keep your pay slips."):
        assert said in page


def test_nothing_of_staff_nor_of_numbers_is_in_it(app: Flask, filed: Way) -> None:
    made = save(visit(app, filed.session, filed.filed.code))
    all_of_it = b"".join(made.read(name) for name in made.namelist()).decode("latin-1")
    for secret in (SECRET, filed.filed.code, filed.case.reference, str(filed.case.id)):
        assert secret not in all_of_it
    assert "severity" not in all_of_it
    assert filed.handler.name not in all_of_it


def test_names_titles_and_metadata_are_neutral(app: Flask, filed: Way) -> None:
    made = save(visit(app, filed.session, filed.filed.code))
    page = parsed(200, made.read("copy.html").decode())
    assert [one.text for one in page.all("title")] == ["Copy"]
    document = pypdfium2.PdfDocument(made.read("copy.pdf"))
    told = document.get_metadata_dict(skip_empty=True)
    assert told.get("Title") == "Copy"
    assert not {"Author", "Subject", "Keywords", "CreationDate", "ModDate"} & set(told)
    assert {info.date_time for info in made.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("language", ["ja", "vi"])
def test_it_speaks_the_language_of_the_page(app: Flask, filed: Way, language: str) -> None:
    made = save(visit(app, filed.session, filed.filed.code, language), language)
    page = parsed(200, made.read("copy.html").decode())
    assert page.one("html").get("lang") == language
    assert "What you told us" not in "".join(page.one("body").itertext())


def test_a_letter_without_a_font_costs_the_pdf_and_nothing_else(
    app: Flask, session: Session
) -> None:
    made = way(app, session, what_happened="\U00012000\U00012001")  # cuneiform
    got = save(visit(app, session, made.filed.code))
    assert "copy.pdf" not in got.namelist()
    assert "\U00012000" in got.read("copy.html").decode()


def test_a_file_that_is_lost_is_named_and_the_rest_comes(app: Flask, filed: Way) -> None:
    for name in ("a.txt", "b.txt"):
        attach(filed, name.encode(), name)
    lost, kept = files.listed(filed.session, filed.filed.open(filed.session))
    filed.site.blobs.delete(lost[1].clean_blob)
    made = save(visit(app, filed.session, filed.filed.code))
    sorry = made.read(copies.MISSING).decode()
    assert f"files/01-{lost[1].name}" in sorry
    assert f"files/02-{kept[1].name}" in made.namelist()


def test_a_copy_leaves_a_line_and_looking_at_the_page_none(app: Flask, filed: Way) -> None:
    visitor = visit(app, filed.session, filed.filed.code)
    assert visitor.get("/en/case/copy").status_code == 200
    assert "With your number" not in read(visitor, "/seen").main
    save(visitor)
    assert "With your number a copy of everything was saved" in read(visitor, "/seen").main


@pytest.mark.parametrize("role", ["helper", "member"])
def test_another_number_for_the_report_gets_none(app: Flask, filed: Way, role: str) -> None:
    other = file_case(filed.session, filed.site, role=role)
    visitor = visit(app, filed.session, other.code)
    assert not read(visitor).all("a", href="/en/case/copy")
    assert visitor.get("/en/case/copy").status_code == 403
    assert visitor.post("/en/case/copy", data={}).status_code == 403


def test_without_the_token_of_the_page_nothing_is_given(app: Flask, filed: Way) -> None:
    visitor = visit(app, filed.session, filed.filed.code)
    answer = visitor.post("/en/case/copy", data={"token": "x"})
    assert answer.mimetype == "text/html"
    assert browser(app, filed.session).post("/en/case/copy").status_code == 303


def test_no_more_of_a_file_is_in_memory_than_a_portion() -> None:
    def chunks() -> Iterator[bytes]:
        return (bytes([number % 251]) * 65_536 for number in range(800))  # 50 MB

    tracemalloc.start()
    total = sum(
        len(one) for one in copies.zipped([copies.Part("a", chunks)], date(2026, 4, 22), "")
    )
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total
    assert peak < 5_000_000


def test_what_does_not_open_is_found_before_its_first_byte() -> None:
    def tampered() -> Iterator[bytes]:
        raise Tampered("file")

    parts = [copies.Part("a", tampered), copies.part("b", b"words")]
    data = b"".join(copies.zipped(parts, date(2026, 4, 22), "Sorry."))
    made = ZipFile(io.BytesIO(data))
    assert made.namelist() == ["b", copies.MISSING, copies.MANIFEST]
    assert made.read(copies.MISSING) == b"Sorry.\na\n"
