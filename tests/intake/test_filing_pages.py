"""Filing by plain GET, fill, POST and follow: what a browser without JavaScript meets."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from grievance.cases.models import Case, CaseFile, Receipt
from grievance.clock import real_now
from grievance.questions import drafts
from grievance.questions.models import Draft, DraftBlob
from grievance.vault import receipts
from grievance.vault.slots import HashSlots
from tests.intake.filing_kit import FILE, Robot, found_operator
from tests.pages import read_page

WAGES = {"problem": "money", "issue": "wages-unpaid", "location": "japan", "language": "vi"}
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc0"
    "00000301010018dd8db00000000049454e44ae426082"
)

OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def open_site(app, session, loaded):
    """The shipped directory and an operator that may be filed with."""
    found_operator(session, app.config["KEY_RING"])


@pytest.fixture
def robot(client, open_site):
    """A browser that files an unpaid wage unless told otherwise."""
    return Robot(client, WAGES)


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


def number_on(page):
    return "".join(page.one("output", id="receipt").itertext()).replace(" ", "")


def test_a_closed_site_says_why_and_shows_other_doors(client, app):
    page = read_page(client.get(FILE))
    assert page.name == "file.start"
    assert not page.all("form", data_main="")
    assert "nobody could read it" in page.main


def test_a_robot_that_fills_every_page_reaches_the_end(robot, session):
    sent = robot.go()
    assert robot.visited[0] == "start"
    assert robot.visited[-2:] == ["file.check", "file.receipt"]
    assert len(robot.visited) <= 16
    case = session.scalars(select(Case)).one()
    assert (case.main_issue, case.language, case.country) == ("wages-unpaid", "vi", "JP")
    assert receipts.parse(number_on(sent))
    assert count(session, Receipt) == 1


@pytest.mark.parametrize(
    "choices",
    [
        {"problem": "treatment", "issue": "violence", "hurt": "yes"},
        {"problem": "unsure"},
        {
            "problem": "wider",
            "issue": "community-environment",
            "location": "abroad",
            "country": "BD",
        },
        {"who": "helper", "fear": "no", "reach-by": "phone"},
        {
            "location": "returned",
            "told": "yes",
            "also": "health",
            "also-issues": "hours-rest",
            "reach-by": "email",
        },
    ],
)
def test_every_kind_of_filing_reaches_the_end(client, open_site, session, choices):
    sent = Robot(client, {**WAGES, **choices}).go()
    assert sent.name == "file.sent"
    assert count(session, Case) == 1


def test_the_number_is_shown_before_sending_and_stays_the_same(robot, session):
    receipt = robot.go("file.receipt")
    assert "NOT SENT YET" in receipt.main
    assert count(session, Case) == 0
    number = number_on(receipt)
    assert number_on(robot.open("/en/file/receipt")) == number
    sent = robot.send(robot.open("/en/file/receipt"))
    assert number_on(sent) == number
    again = read_page(robot.client.get("/en/file/receipt", follow_redirects=True))
    assert (again.name, number_on(again)) == ("file.sent", number)
    assert count(session, Case) == 1


def test_sending_the_same_draft_again_gives_the_same_case(robot, session):
    receipt = robot.go("file.receipt")
    fields = receipt.fields()
    for _ in range(3):
        answer = robot.client.post("/en/file/receipt", data=fields)
        assert answer.status_code == 303
        assert answer.location.endswith("/en/file/sent")
    assert count(session, Case) == 1
    assert count(session, Receipt) == 1


def test_i_have_it_forgets_the_draft_and_the_cookie(robot, session):
    sent = robot.go()
    assert count(session, Draft) == 1
    robot.send(sent)
    assert count(session, Draft) == 0
    assert robot.client.get("/en/file/sent").location.endswith("/en/return")


def test_a_missing_answer_is_said_beside_its_field_and_nothing_typed_is_lost(robot):
    page = robot.go("file.question")
    while page.one("body").get("data-question") != "may-know":
        page = robot.send(page)
    again = robot.send(page, **{"know": "", "tell-too": "my sister Ma Khin"})
    assert again.errors == {
        "know": "⚠ Choose who may learn your name. You can change it at any time."
    }
    assert "my sister Ma Khin" in again.html


def test_bad_input_keeps_the_text_and_says_what_to_do(client, open_site):
    robot = Robot(client, {**WAGES, "reach-by": "phone", "contact-phone": "soon"})
    page = robot.go("file.question")
    while page.one("body").get("data-question") != "reach":
        page = robot.send(page)
    again = robot.send(page)
    assert "contact-phone" in again.errors
    assert robot.send(again, **{"contact-phone": "၀၉၀-၁၂၃၄-၅၆၇၈"}).errors == {}


def test_change_from_the_check_page_returns_to_it(robot):
    check = robot.go("file.check")
    changes = [a.get("href") for a in check.all("a") if "change=1" in (a.get("href") or "")]
    assert "/en/file/wants?change=1" in changes
    robot.choices = {**WAGES, "goal": "information"}
    back = robot.send(robot.open("/en/file/wants?change=1"))
    assert back.name == "file.check"
    assert "I want to know my rights first" in back.main


def test_a_changed_answer_opens_the_pages_it_needs_before_the_check(robot):
    robot.go("file.check")
    robot.choices = {**WAGES, "location": "abroad", "country": "VN"}
    page = robot.send(robot.open("/en/file/place?change=1"))
    assert page.one("body").get("data-question") == "abroad"
    asked = []
    while page.name != "file.check":
        asked.append(page.one("body").get("data-question"))
        page = robot.send(page)
    assert asked == ["abroad", "supply"]


def test_danger_shows_doors_to_call_and_when_a_person_reads(client, open_site):
    robot = Robot(client, {**WAGES, "problem": "treatment", "issue": "violence", "hurt": "yes"})
    page = robot.go("file.danger")
    assert "not an emergency service" in page.main
    assert "A person reads this next on" in page.main
    assert {"tel:110", "tel:119"} <= {a.get("href") for a in page.all("a")}
    assert robot.send(page).one("body").get("data-question") == "place"


def test_a_photo_stands_for_words(robot, session):
    page = robot.go("file.question")
    while page.one("body").get("data-question") != "what-happened":
        page = robot.send(page)
    files = robot.send(page, **{"what-happened": "", "instead": "files"})
    assert files.one("body").get("data-question") == "files"
    assert "files" in robot.send(files).errors
    photo = (io.BytesIO(PNG), "pay.png")
    page = robot.send(robot.open("/en/file/files"), files=photo)
    assert page.one("body").get("data-question") == "company"
    assert count(session, DraftBlob) == 2
    while page.name != "file.sent":
        page = robot.send(page)
    assert count(session, CaseFile) == 1
    assert count(session, DraftBlob) == 0


def test_a_file_that_is_refused_is_named_and_the_others_are_kept(robot):
    robot.go("file.check")
    page = robot.open("/en/file/files?change=1")
    fields = page.fields() | {"add": "more"}
    answer = robot.client.post(
        "/en/file/files?change=1",
        data={
            **fields,
            "files": [(io.BytesIO(PNG), "pay.png"), (io.BytesIO(b"MZ\x90\0"), "a.exe")],
        },
        content_type="multipart/form-data",
    )
    page = read_page(answer)
    assert "a.exe" in page.errors["files"]
    assert "pay.png" in page.main
    remove = next(f for f in page.all("form") if "remove" in (f.get("action") or ""))
    robot.client.post(remove.get("action"), data=page.fields(remove))
    assert "pay.png" not in read_page(robot.client.get("/en/file/files")).main


def test_a_guess_about_a_file_is_said_where_it_was_added_and_on_the_check_page(robot):
    robot.go("file.check")
    card = (io.BytesIO("2026/03/01,出勤 9:00,退勤 23:10\n".encode("cp932")), "card.csv")
    page = robot.open("/en/file/files?change=1")
    data = {**page.fields(), "add": "more", "files": [card]}
    robot.client.post("/en/file/files?change=1", data=data, content_type="multipart/form-data")
    for path in ("/en/file/files", "/en/file/check"):
        page = read_page(robot.client.get(path))
        assert "card.txt" in page.main, path
        assert "We guessed how its letters were written." in page.main, path


@pytest.mark.parametrize("full", [{"unsent_mb": 0}, {"disk_floor_mb": 10**9}])
def test_where_there_is_no_room_a_file_is_refused_and_the_report_is_filed(
    robot, session, app, full
):
    robot.go("file.check")
    page = robot.open("/en/file/files?change=1")
    data = {**page.fields(), "add": "more", "files": [(io.BytesIO(PNG), "pay.png")]}
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(before, **full)
    try:
        answer = robot.client.post(
            "/en/file/files?change=1", data=data, content_type="multipart/form-data"
        )
        assert "no room for pay.png" in read_page(answer).errors["files"]
        assert count(session, DraftBlob) == 0
        page = robot.go("file.receipt")
        assert robot.send(page).name == "file.sent"
    finally:
        app.config["SETTINGS"] = before
    assert count(session, Case) == 1


def test_a_helper_gets_a_number_of_their_own_and_one_for_the_worker(client, open_site, session):
    sent = Robot(client, {**WAGES, "who": "helper"}).go()
    assert len(sent.all("output")) == 2
    rows = {row.role: row.known_to for row in session.scalars(select(Receipt))}
    assert rows == {"worker": "helper", "helper": "self"}
    assert session.scalars(select(Case)).one().filed_for == "other"


def test_two_tabs_lose_nothing(robot):
    robot.go("file.check")
    one = robot.open("/en/file/wants")
    fields_one, path_one = one.fields(), robot.path
    two = robot.open("/en/file/what-happened")
    robot.client.post(robot.path, data={**two.fields(), "what-happened": "From the second tab"})
    robot.client.post(path_one, data={**fields_one, "wants-words": "From the first tab"})
    page = robot.open("/en/file/check")
    assert "From the second tab" in page.main
    assert "From the first tab" in page.main


def test_leave_forgets_everything_and_moves_on(robot, session):
    robot.go("file.check")
    answer = robot.client.post("/leave", data={"lang": "en"}, headers=OURS)
    assert 'url=https://weather.example/"' in answer.get_data(as_text=True)
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert count(session, Draft) == 0
    assert robot.client.get("/en/file/check").location.endswith("/en/file")


def test_the_cookie_lives_a_day_only_on_a_phone_of_ones_own(client, open_site):
    for phone, lives in (("shared", False), ("own", True)):
        robot = Robot(client, {**WAGES, "phone": phone})
        page = robot.open(f"{FILE}&mine=1")
        answer = client.post(robot.path, data={**robot._filled(page), "phone": phone})
        cookie = next(h for h in answer.headers.getlist("Set-Cookie") if h.startswith("draft="))
        assert ("Max-Age=86400" in cookie) is lives


def test_the_printed_number_and_its_picture_say_nothing_else(robot):
    robot.go("file.receipt")
    paper = read_page(robot.client.get("/en/file/number"))
    assert set(paper.text) <= set("Number 0123456789")
    picture = robot.client.get("/en/file/number.png")
    assert picture.mimetype == "image/png"
    assert "number.png" in picture.headers["Content-Disposition"]


@pytest.mark.parametrize("page", ["place", "check", "receipt", "files", "doors"])
def test_without_a_draft_every_page_leads_to_the_first(client, open_site, page):
    answer = client.get(f"/en/file/{page}")
    assert (answer.status_code, answer.location) == (303, "/en/file")


def test_a_page_that_is_not_on_the_way_leads_back_to_it(robot):
    robot.send(robot.open())
    answer = robot.client.get("/en/file/danger")
    assert answer.location == "/en/file/problem"
    assert robot.client.get("/en/file/nonsense").status_code == 303


def test_a_busy_server_keeps_the_draft_and_says_when_to_try_again(robot, session, app):
    page = robot.go("file.receipt")
    slots, app.config["HASH_SLOTS"] = app.config["HASH_SLOTS"], HashSlots(1, wait=0.01)
    try:
        with app.config["HASH_SLOTS"].hold():
            answer = robot.client.post("/en/file/receipt", data=page.fields())
    finally:
        app.config["HASH_SLOTS"] = slots
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert count(session, Case) == 0
    assert robot.send(robot.open("/en/file/receipt")).name == "file.sent"


def test_a_door_somebody_came_from_is_kept_and_named(robot):
    page = robot.open("/en/file?door=ngo-smj")
    robot.send(page)
    while page.name != "file.check":
        page = robot.send(robot.open(robot.path))
    assert "Which place do you want to be connected to?" in page.main
    assert "Solidarity" in page.main


def test_after_sending_another_filing_can_begin(robot, session):
    robot.go()
    page = robot.open()
    assert page.all("a", href="/en/file/sent")
    assert robot.go().name == "file.sent"
    assert count(session, Case) == 2


def test_what_the_finder_asked_is_not_asked_again(client, open_site, session, app):
    secret, draft = drafts.start(
        session, app.config["KEY_RING"], real_now(), kind="finder", answers=WAGES
    )
    for page in ("problem", "issue", "place"):
        drafts.save(draft, {}, real_now(), seen=page)
    session.commit()
    client.set_cookie("draft", secret)
    robot = Robot(client, {})
    page = robot.send(robot.open(f"{FILE}&mine=1"))
    assert page.one("body").get("data-question") == "when"
    while page.name != "file.sent":
        page = robot.send(page)
    assert session.scalars(select(Case)).one().main_issue == "wages-unpaid"
