"""A case on paper or as a file: what is in it, who may take it, and what its worker reads of it."""

from __future__ import annotations

import hashlib
import io
import json
from datetime import timedelta
from zipfile import ZipFile

import pypdfium2
import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from grievance.accounts.models import Event, StaffSession
from grievance.accounts.roles import Role
from grievance.cases import copies, files
from grievance.cases.models import Recusal
from grievance.cases.operations import handling
from grievance.cases.verbs import Verb
from grievance.clock import now
from tests.cast import PASSWORD, Browser, browser, member
from tests.intake.remedy_kit import SOURCE, WORDS, Way, read, visit, wages, way, words
from tests.pages import Page, parsed, read_page

NOTE = "Among ourselves: ask the bureau on Monday"
TOLD = "Please keep your pay slips."


@pytest.fixture
def filed(app: Flask, session: Session) -> Way:
    """A case with a promise, a hand-over, a message, a note among staff and a file."""
    made = way(app, session, company="Aichi Foods KK").promise(wages())
    made.hand_over()
    handling.tell_worker(made.act, words(TOLD))
    handling.note(made.act, words(NOTE))
    session.commit()
    return made


def attach(filed: Way, data: bytes, name: str) -> None:
    """A file that its worker sent."""
    opened = filed.filed.open(filed.session)
    stored = files.keep(filed.site.blobs, data, name)
    files.attach(filed.session, opened, stored, files.Brought("worker", filed.at))
    filed.session.commit()


def path(filed: Way) -> str:
    """Where it is asked for."""
    return f"/staff/cases/{filed.case.reference}/export"


def ask(client: Browser, filed: Way, shape: str, **more: str):
    """Choose and press the button."""
    page = read_page(client.get(path(filed)))
    assert page.name == "staff.export"
    sent = {**page.fields(), "reason": "review", "shape": shape, **more}
    return client.post(path(filed), data={name: one for name, one in sent.items() if one})


def zipped(client: Browser, filed: Way, **more: str) -> ZipFile:
    """The ZIP."""
    answer = ask(client, filed, "zip", **more)
    assert answer.status_code == 200, read_page(answer).main
    assert answer.headers["Content-Disposition"] == "attachment; filename=copy.zip"
    assert answer.headers["Cache-Control"] == "no-store"
    return ZipFile(io.BytesIO(answer.get_data()))


def all_of(made: ZipFile) -> str:
    """Every text in it."""
    texts = [made.read(one) for one in made.namelist() if not one.endswith(".pdf")]
    return b"".join(texts).decode()


def exports(filed: Way) -> list[Event]:
    """What was written down of it."""
    mine = (Event.stream_id == filed.case.id, Event.verb == Verb.EXPORT)
    return list(filed.session.scalars(select(Event).where(*mine).order_by(Event.seq)))


def seen(app: Flask, filed: Way) -> Page:
    """The worker's own list."""
    return read(visit(app, filed.session, filed.filed.code), "/seen")


def test_the_zip_is_whole_and_each_digest_fits(app: Flask, filed: Way) -> None:
    attach(filed, "勤務表\n".encode("cp932"), "shifts.txt")
    client = browser(app, filed.session, filed.handler)
    made = zipped(client, filed, who="yes", notes="yes")
    names = made.namelist()
    assert names == ["copy.html", "copy.pdf", "copy.json", "files/01-shifts.txt", copies.MANIFEST]
    manifest = json.loads(made.read(names[-1]))
    for one in manifest["files"]:
        data = made.read(one["name"])
        assert (len(data), hashlib.sha256(data).hexdigest()) == (one["size"], one["sha256"])
    assert made.read("files/01-shifts.txt").decode() == "勤務表\n"
    told = json.loads(made.read("copy.json"))
    assert (told["format"], told["reference"]) == ("grievance-case/1", filed.case.reference)
    assert [one["text"] for one in told["notes"]] == [NOTE]
    assert told["handed_over"][0]["to"] == "jp-lsio"
    assert told["events"][0]["verb"] == "filed"
    assert told["who"]["company"] == "Aichi Foods KK"
    page = made.read("copy.html").decode()
    for said in (WORDS, SOURCE, TOLD, NOTE, "Aichi Foods KK", filed.case.reference):
        assert said in page
    title = pypdfium2.PdfDocument(made.read("copy.pdf")).get_metadata_dict(skip_empty=True)
    assert title.get("Title") == "Copy"


def test_without_a_tick_neither_who_it_is_nor_notes_are_in_it(app: Flask, filed: Way) -> None:
    made = zipped(browser(app, filed.session, filed.handler), filed)
    told = json.loads(made.read("copy.json"))
    assert not {"who", "contact", "notes"} & set(told)
    said = all_of(made)
    assert TOLD in said
    for left in (NOTE, "Aichi Foods KK"):
        assert left not in said
    assert "Without who it is about." in said


def test_a_page_to_print_and_a_pdf(app: Flask, filed: Way) -> None:
    client = browser(app, filed.session, filed.handler)
    answer = ask(client, filed, "page")
    page = read_page(answer)
    assert (answer.status_code, page.name) == (200, "staff.export.print")
    assert answer.headers["Cache-Control"] == "no-store"
    assert [one.text for one in page.all("title")] == ["Copy"]
    assert TOLD in page.main
    printed = ask(client, filed, "pdf")
    assert printed.headers["Content-Disposition"] == "attachment; filename=copy.pdf"
    document = pypdfium2.PdfDocument(printed.get_data())
    texts = [one.get_textpage().get_text_range() for one in document]
    assert TOLD in "".join(texts)


def test_its_worker_reads_that_it_was_saved_and_why(app: Flask, filed: Way) -> None:
    client = browser(app, filed.session, filed.handler)
    assert ask(client, filed, "page").status_code == 200
    zipped(client, filed, who="yes", reason="law")
    (one, two) = exports(filed)
    assert one.codes["reason"] == "review"
    assert (two.codes["shape"], two.codes["who"], two.codes["notes"]) == ("zip", True, False)
    said = seen(app, filed).main
    assert (
        "your report, printed or saved to look over how we handled it · without your answers about "
        "who you are" in said
    )
    assert "because a court or an authority demands it by law · with who you are" in said
    assert filed.handler.name in said
    case = read_page(client.get(f"/staff/cases/{filed.case.reference}"))
    assert "printed or saved the case: A court or an authority demands it by law." in case.main


def test_looking_at_the_form_leaves_no_line_and_says_nothing_of_the_case(
    app: Flask, filed: Way
) -> None:
    page = read_page(browser(app, filed.session, filed.handler).get(path(filed)))
    assert TOLD not in page.main
    assert not exports(filed)


def test_without_a_reason_of_the_list_nothing_is_given(app: Flask, filed: Way) -> None:
    client = browser(app, filed.session, filed.handler)
    for wrong in ({"reason": ""}, {"reason": "curious"}, {"shape": "docx"}, {"shape": ""}):
        answer = ask(client, filed, **{"shape": "zip", **wrong})
        assert answer.status_code == 422, wrong
        assert set(read_page(answer).errors) == set(wrong)
    assert not exports(filed)


def test_a_letter_without_a_font_costs_the_pdf_and_no_event_is_left(
    app: Flask, session: Session
) -> None:
    made = way(app, session, what_happened="\U00012000\U00012001")  # cuneiform
    client = browser(app, session, made.handler)
    refused = ask(client, made, "pdf")
    assert refused.status_code == 422
    assert "no font of ours" in read_page(refused).errors["shape"]
    assert not exports(made)
    assert ask(client, made, "page").status_code == 200
    assert "copy.pdf" not in zipped(client, made).namelist()


def test_a_file_that_is_not_cleaned_is_named_and_not_given(app: Flask, filed: Way) -> None:
    attach(filed, b"a note", "note.txt")
    ((row, stored),) = files.listed(filed.session, filed.filed.open(filed.session))
    bare = files.from_plain({**files.plain(stored), "clean_blob": "", "state": "not_cleaned"})
    opened = filed.filed.open(filed.session)
    row.meta = opened.seal_json(files.Label.FILE_META, row.id, files.plain(bare))
    row.state, row.clean_blob = "not_cleaned", None
    filed.session.commit()
    made = zipped(browser(app, filed.session, filed.handler), filed)
    assert not [one for one in made.namelist() if one.startswith("files/")]
    assert "note.txt" in made.read("copy.html").decode()


@pytest.mark.parametrize("name", ["../../etc/passwd", "=HYPERLINK(1).txt", "a\\..\\b.txt", "/x"])
def test_no_name_leaves_its_folder_or_begins_a_formula(app: Flask, filed: Way, name: str) -> None:
    attach(filed, b"a note", name)
    made = zipped(browser(app, filed.session, filed.handler), filed)
    (kept,) = [one for one in made.namelist() if one.startswith("files/")]
    assert kept.startswith("files/01-")
    assert kept.count("/") == 1
    assert ".." not in kept.split("/")
    assert "\\" not in kept


def test_who_may_not_or_steps_aside_gets_nothing(app: Flask, filed: Way) -> None:
    for role in (Role.HANDLER, Role.ADMINISTRATOR, Role.DIRECTORY_EDITOR):
        other = member(filed.session, filed.operator, role, f"No {role}")
        client = browser(app, filed.session, other)
        assert client.get(path(filed)).status_code == 403
        token = read_page(client.get("/staff/")).all("input", name="token")[0].get("value")
        sent = {"token": token, "reason": "review", "shape": "zip"}
        assert client.post(path(filed), data=sent).status_code == 403
        if role == Role.HANDLER:
            case = read_page(client.get(f"/staff/cases/{filed.case.reference}"))
            assert not case.all("a", href=path(filed))
    lead = member(filed.session, filed.operator, Role.LEAD, "Kudo Rei")
    client = browser(app, filed.session, lead)
    fields = read_page(client.get(path(filed))).fields()
    filed.session.add(
        Recusal(case_id=filed.case.id, person_id=lead.id, by_id=lead.id, at=now(), state="stands")
    )
    filed.session.commit()
    assert client.get(path(filed)).status_code == 404
    sent = {**fields, "reason": "review", "shape": "zip"}
    assert client.post(path(filed), data=sent).status_code == 404
    assert not exports(filed)


def test_the_password_is_asked_once_more(app: Flask, filed: Way) -> None:
    client = browser(app, filed.session, filed.handler)
    fields = read_page(client.get(path(filed))).fields()
    long_ago = now() - timedelta(hours=1)
    filed.session.execute(update(StaffSession).values(stepped_up_at=long_ago))
    filed.session.commit()
    assert "confirm" in client.get(path(filed)).headers["Location"]
    asked = client.post(path(filed), data={**fields, "reason": "review", "shape": "page"})
    page = read_page(asked)
    assert page.name != "staff.export.print"
    assert not exports(filed)
    sent = {**page.fields(), "step_up": PASSWORD}
    given = client.post(path(filed), data=sent)
    assert read_page(given).name == "staff.export.print"
    assert len(exports(filed)) == 1


def test_the_page_to_print_needs_nothing_and_asks_nothing(app: Flask, filed: Way) -> None:
    client = browser(app, filed.session, filed.handler)
    page = parsed(200, ask(client, filed, "page").get_data(as_text=True))
    assert not page.all("form")
    assert not page.all("script")
