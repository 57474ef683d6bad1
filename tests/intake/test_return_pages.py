"""Coming back with the number: reading, answering, changing, taking back."""

from __future__ import annotations

import io
from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask, current_app
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from grievance.accounts.roles import Role
from grievance.cases import files, messages
from grievance.cases.act import Act
from grievance.cases.models import CaseFile, CaseGrant, Message, Receipt
from grievance.cases.opening import OpenCase, Shut
from grievance.cases.operations import handling
from grievance.cases.records import suggestion
from grievance.files import cleaning
from grievance.notifications import proof
from grievance.notifications.models import LetterTry, Outbox
from grievance.vault.receipts import grouped
from tests.cases.conftest import World
from tests.cast import NOW, Browser, Filed, Operator, browser, file_case, found_operator, member
from tests.pages import Page, read_page

Visit = Callable[[str], Browser]

OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def operator(app: Flask, session: Session) -> Operator:
    return found_operator(session, app.config["KEY_RING"])


@pytest.fixture
def filed(app: Flask, session: Session, operator: Operator) -> Filed:
    assert operator.id
    return file_case(session, app.config["SITE"])


@pytest.fixture
def visit(app: Flask, session: Session) -> Visit:
    def begin(code: str) -> Browser:
        made = browser(app, session)
        page = read_page(made.get("/en/return"))
        answer = made.post("/en/return", data={**page.fields(), "code": code})
        assert answer.status_code == 303, read_page(answer).main
        return made

    return begin


def send(visitor: Browser, path: str, **written: object) -> Page:
    """GET a page, fill its main form, POST it, follow."""
    page = read_page(visitor.get(path))
    form = page.one("form", data_main="")
    data = {**page.fields(form), **written}
    return read_page(visitor.post(form.get("action") or path, data=data, follow_redirects=True))


def test_digits_of_any_script_and_any_spacing_open_the_case(filed: Filed, visit: Visit) -> None:
    burmese = grouped(filed.code).translate(str.maketrans("0123456789", "၀၁၂၃၄၅၆၇၈၉"))
    page = read_page(visit(f" {burmese} ").get("/en/case"))
    assert (page.name, page.one("body").get("data-state")) == ("case", "received")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "Type the number"),
        ("1234", "20 digits"),
        ("my number", "only digits"),
        ("9" * 20, "Look again at the order of the groups"),
        ("00000000000000000000", "We do not find this number"),
    ],
)
def test_a_wrong_number_is_answered_beside_its_field(
    app: Flask, session: Session, operator: Operator, typed: str, says: str
) -> None:
    assert operator.id
    page = send(browser(app, session), "/en/return", code=typed)
    assert page.name == "return"
    assert says in page.errors["code"]


def test_a_check_digit_that_is_wrong_costs_no_hash(
    app: Flask, session: Session, filed: Filed
) -> None:
    assert filed.code
    with app.config["HASH_SLOTS"].hold():
        page = send(browser(app, session), "/en/return", code="9" * 20)
    assert "Look again at the order" in page.errors["code"]


def test_a_message_sent_twice_is_written_once(session: Session, filed: Filed, visit: Visit) -> None:
    visitor = visit(filed.code)
    page = read_page(visitor.get("/en/case"))
    data = {**page.fields(), "message": "I have the shift list."}
    for _ in range(2):
        assert visitor.post("/en/case/message", data=data).status_code == 303
    kept = session.scalars(select(Message).where(Message.case_id == filed.case.id)).all()
    assert len(kept) == 1


def test_the_newest_message_is_one_tap_away(filed: Filed, visit: Visit) -> None:
    visitor = visit(filed.code)
    assert not read_page(visitor.get("/en/case")).all("a", href="#newest")
    for words in ("The first.", "The second.", "The last."):
        page = send(visitor, "/en/case", message=words)
    assert page.html.index('href="#newest"') < page.html.index("The first.")
    (newest,) = page.all("li", id="newest")
    assert "The last." in "".join(newest.itertext())


def test_another_message_from_the_same_page_is_not_lost(filed: Filed, visit: Visit) -> None:
    visitor = visit(filed.code)
    first = read_page(visitor.get("/en/case")).fields()
    for text in ("The first thing.", "Going back, another thing."):
        visitor.post("/en/case/message", data={**first, "message": text})
    page = read_page(visitor.get("/en/case"))
    assert "The first thing." in page.main
    assert "Going back, another thing." in page.main


def test_an_empty_message_says_so_and_nothing_is_written(filed: Filed, visit: Visit) -> None:
    page = send(visit(filed.code), "/en/case", message="  ")
    assert "Write something" in page.errors["message"]


def test_a_file_that_we_cannot_take_keeps_the_words(filed: Filed, visit: Visit) -> None:
    visitor = visit(filed.code)
    page = read_page(visitor.get("/en/case"))
    data = {
        **page.fields(),
        "message": "Here is the slip.",
        "files": (io.BytesIO(b"MZ\0"), "a.exe"),
    }
    answer = visitor.post("/en/case/message", data=data, content_type="multipart/form-data")
    assert answer.status_code == 422
    again = read_page(answer)
    assert "We cannot take a.exe" in again.errors["files"]
    assert again.fields()["message"] == "Here is the slip."


def test_a_file_comes_back_as_a_download_that_nobody_keeps(
    session: Session, filed: Filed, visit: Visit
) -> None:
    visitor = visit(filed.code)
    page = read_page(visitor.get("/en/case"))
    data = {**page.fields(), "files": (io.BytesIO("明細".encode()), "slip.txt")}
    visitor.post("/en/case/message", data=data, content_type="multipart/form-data")
    row = session.scalars(select(CaseFile).where(CaseFile.case_id == filed.case.id)).one()
    answer = visitor.get(f"/en/case/files/{row.id}")
    assert answer.data.decode() == "明細"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


GUESSED = "We guessed how its letters were written."
CARD = "2026/03/01,出勤 9:00,退勤 23:10\n"


def _sent(session: Session, filed: Filed, visitor: Browser, data: bytes, name: str) -> CaseFile:
    page = read_page(visitor.get("/en/case"))
    fields = {**page.fields(), "files": (io.BytesIO(data), name)}
    visitor.post("/en/case/message", data=fields, content_type="multipart/form-data")
    return session.scalars(select(CaseFile).where(CaseFile.case_id == filed.case.id)).one()


def test_a_guess_stands_beside_the_file_and_its_worker_may_open_what_was_sent(
    session: Session, filed: Filed, visit: Visit
) -> None:
    visitor = visit(filed.code)
    row = _sent(session, filed, visitor, CARD.encode("cp932"), "card.csv")
    page = read_page(visitor.get("/en/case"))
    assert GUESSED in page.main
    assert visitor.get(f"/en/case/files/{row.id}").data.decode() == CARD
    link = page.one("a", href=f"/en/case/files/{row.id}/original")
    answer = visitor.get(link.get("href") or "")
    assert answer.data == CARD.encode("cp932")
    assert "card.txt" in answer.headers["Content-Disposition"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_no_try_of_the_cleaner_is_spent_on_the_way_to_another_language(
    app: Flask,
    session: Session,
    operator: Operator,
    filed: Filed,
    visit: Visit,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What broke the cleaner is tried again: the page that leads elsewhere tries none."""
    lead = member(session, operator, Role.LEAD)
    World(session, app.config["SITE"], operator, lead, lead, filed).hand_over("asked")
    with cleaning.CHILDREN.hold(b"one"), cleaning.CHILDREN.hold(b"other"):
        stored = files.keep(app.config["SITE"].blobs, b"14 hours", "note.txt", b"worker")
    opened = filed.open(session)
    row = files.attach(session, opened, stored, files.Brought("worker", NOW))
    session.commit()
    assert row.state == "not_cleaned"
    monkeypatch.setattr(cleaning, "_run", lambda *_: (-9, b""))

    def tries() -> int:
        session.expire_all()
        return files.read_meta(filed.open(session), row).tries

    visitor = visit(filed.code)
    with visitor.get("/my/case") as away:
        assert away.headers["Location"].endswith("/en/case")
    assert tries() == 0
    with visitor.get("/en/case") as page:
        assert page.status_code == 200
    assert tries() == 1


def test_the_original_is_for_the_number_that_decides_and_for_own_files_only(
    app: Flask, session: Session, filed: Filed, visit: Visit
) -> None:
    visitor = visit(filed.code)
    row = _sent(session, filed, visitor, CARD.encode("cp932"), "card.csv")
    path = f"/en/case/files/{row.id}/original"
    stranger = file_case(session, app.config["SITE"])
    assert visit(stranger.code).get(path).status_code == 404
    row.author = "staff"
    session.commit()
    assert visitor.get(path).status_code == 404
    row.author = "worker"
    receipt = session.scalars(select(Receipt).where(Receipt.case_id == filed.case.id)).one()
    receipt.role = "member"
    session.commit()
    assert visitor.get(path).status_code == 404
    assert path not in [link.get("href") for link in read_page(visitor.get("/en/case")).all("a")]


def test_a_file_of_another_case_is_not_there(
    app: Flask, session: Session, filed: Filed, visit: Visit
) -> None:
    other = file_case(session, app.config["SITE"])
    theirs = visit(other.code)
    page = read_page(theirs.get("/en/case"))
    data = {**page.fields(), "files": (io.BytesIO(b"private"), "x.txt")}
    theirs.post("/en/case/message", data=data, content_type="multipart/form-data")
    row = session.scalars(select(CaseFile).where(CaseFile.case_id == other.case.id)).one()
    assert visit(filed.code).get(f"/en/case/files/{row.id}").status_code == 404


def test_a_new_number_works_only_when_it_was_taken_and_the_old_one_no_more(
    session: Session, filed: Filed, visit: Visit
) -> None:
    visitor = visit(filed.code)
    shown = send(visitor, "/en/case/number")
    fresh = "".join(shown.one("output", id="receipt").itertext())
    again = "".join(read_page(visitor.get("/en/case/new-number")).one("output").itertext())
    assert fresh == again
    visit(filed.code)
    page = send(visitor, "/en/case/new-number")
    assert page.name == "case"
    session.expire_all()
    assert read_page(visit(fresh).get("/en/case")).name == "case"
    wrong = browser(visitor.application, session)
    assert "do not find" in send(wrong, "/en/return", code=filed.code).errors["code"]
    gone = select(CaseGrant).where(CaseGrant.holder_id == filed.receipt.id)
    assert session.scalars(gone).all() == []


def test_a_provisional_number_asks_to_be_changed(
    app: Flask, session: Session, operator: Operator, visit: Visit
) -> None:
    assert operator.id
    seen = file_case(session, app.config["SITE"], known_to="staff")
    assert "Somebody else has seen your number" in read_page(visit(seen.code).get("/en/case")).main


def test_a_helper_reads_the_story_and_decides_nothing(
    app: Flask, session: Session, operator: Operator, visit: Visit
) -> None:
    assert operator.id
    helped = file_case(session, app.config["SITE"], role="helper", name="Trần Thị Bí Mật")
    helper = visit(helped.code)
    page = read_page(helper.get("/en/case"))
    assert "Bí Mật" not in page.html
    for path in ("number", "new-number", "contact", "withdraw"):
        assert helper.get(f"/en/case/{path}").status_code == 403, path
    opened = helped.open(session)
    assert suggestion(session, opened) == {}
    with pytest.raises(Shut):
        messages.thread(session, _with_staff_note(session, operator, helped), "staff")


def _with_staff_note(session: Session, operator: Operator, helped: Filed) -> OpenCase:
    written = messages.Written("Only for us.", "en", uuid4())
    site = current_app.config["SITE"]
    handling.note(operator.director.act(session, site, helped.case), written)
    return helped.open(session)


def test_contact_can_be_changed_and_what_is_no_address_is_refused(
    filed: Filed, visit: Visit
) -> None:
    visitor = visit(filed.code)
    for wrong in ("nobody", "a@b..c", "x@y.z,z@y.x"):
        page = send(visitor, "/en/case/contact", way="email", email=wrong)
        assert "whole e-mail address" in page.errors["email"], wrong
    page = send(visitor, "/en/case/contact", way="email", email="linh@mail.example")
    assert "linh@mail.example" in page.main


def test_a_number_of_home_is_asked_back_and_never_kept_as_one_of_japan(
    app: Flask, session: Session, operator: Operator, visit: Visit
) -> None:
    assert operator.id
    visitor = visit(file_case(session, app.config["SITE"], nationality="VN").code)
    page = send(visitor, "/en/case/contact", way="phone", phone="0912345678")
    assert "country is this number" in page.errors["phone"]
    assert [one.get("value") for one in page.all("input", name="phone-meant")] == ["+84912345678"]
    chosen = {"phone": "0912345678", "phone-meant": "+84912345678"}
    page = send(visitor, "/en/case/contact", way="phone", **chosen)
    assert "+84 912 345 678" in page.main


def test_a_message_of_the_small_hours_carries_the_day_it_has_in_japan(
    app: Flask, session: Session, operator: Operator, filed: Filed, visit: Visit
) -> None:
    desk = operator.director.open(session, filed.case)
    written = messages.Written("We read it.", "en", uuid4())
    late = NOW.replace(hour=20)  # five in the morning of the next day
    site, version = app.config["SITE"], filed.case.version
    handling.acknowledge(Act(session, site, desk, operator.director.actor, late, version), written)
    page = read_page(visit(filed.code).get("/en/case"))
    days = [line.text or "" for line in page.all("p", class_="by")]
    assert [day for day in days if "23 April" in day or "April 23" in day]


def test_taking_it_back_twice_is_no_error(filed: Filed, visit: Visit) -> None:
    visitor = visit(filed.code)
    page = read_page(visitor.get("/en/case/withdraw"))
    for _ in range(2):
        answer = visitor.post("/en/case/withdraw", data=page.fields(), follow_redirects=True)
        assert read_page(answer).one("body").get("data-state") == "withdrawn"


def test_leaving_ends_the_visit_and_forgets_every_cookie(filed: Filed, visit: Visit) -> None:
    visitor = visit(filed.code)
    answer = visitor.post("/leave", data={"lang": "vi"}, headers=OURS)
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert visitor.get("/en/case").status_code == 303


def test_a_token_of_odd_letters_is_refused_in_words(filed: Filed, visit: Visit) -> None:
    page = read_page(
        visit(filed.code).post("/en/case/message", data={"token": "é", "message": "x"})
    )
    assert page.status == 422
    assert "This page is old by now" in page.main


def test_rows_of_receipts_tell_no_minute(session: Session, filed: Filed) -> None:
    receipt = session.get_one(Receipt, filed.receipt.id)
    assert (receipt.made_at.minute, receipt.made_at.second) == (0, 0)


def test_the_code_of_our_e_mail_is_typed_on_the_worker_s_page(
    app: Flask, session: Session, filed: Filed, visit: Visit
) -> None:
    visitor = visit(filed.code)
    address = "linh@mail.example"
    page = send(visitor, "/en/case/contact", way="email", email=address)
    assert "Type the code" in page.main
    for typed, said in (("", "Type the code"), ("1234", "8 digits"), ("0000 0000", "does not fit")):
        wrong = send(visitor, "/en/case/address", letter=typed)
        assert said in wrong.errors["letter"]
        assert wrong.fields()["letter"] == typed
    letter = session.scalars(select(Outbox).where(Outbox.kind == proof.KIND)).one()
    code = proof.code_of(app.config["KEY_RING"].address_hmac, letter.id, address)
    done = send(visitor, "/en/case/address", letter=f"{code[:4]} {code[4:]}")
    assert done.name == "case"
    assert "Type the code" not in done.main
    assert address in done.main


def test_the_page_of_the_code_says_the_same_whatever_is_known_of_an_address(
    app: Flask, session: Session, filed: Filed, visit: Visit
) -> None:
    """No letter out, one of another case, too many tried: one answer, and then the slow lane."""
    visitor, said = visit(filed.code), set()
    send(visitor, "/en/case/contact", way="email", email="linh@mail.example")
    letter = select(Outbox).where(Outbox.kind == proof.KIND)

    def typed() -> str:
        page = send(visitor, "/en/case/address", letter="00000000")
        return page.errors["letter"]

    said.add(typed())
    row = session.scalars(letter).one()
    row.recipient = None  # as if purged
    session.commit()
    said.add(typed())  # and another letter goes out
    session.execute(update(LetterTry).values(wrong=proof.MOST_WRONG))
    session.execute(update(Outbox).values(wrong=proof.MOST_OF_ALL))
    session.commit()
    said.add(typed())
    assert len(said) == 1
    assert (
        session.scalar(
            select(func.count())
            .select_from(Outbox)
            .where(Outbox.kind == proof.KIND, Outbox.recipient.is_not(None))
        )
        == 1
    )
    lane = app.config["RECEIPT_LANE"]
    for _ in range(6):
        assert not lane.is_slow("127.0.0.1") or typed()
        typed()
    assert lane.is_slow("127.0.0.1")
