"""Words that were sent after the session had ended wait for who comes back, and for nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from grievance.accounts import words
from grievance.accounts.models import StaffSession
from grievance.accounts.words import KeptWords
from grievance.cases.models import Message, ReceiptSession
from grievance.cases.operations import receipts
from grievance.clock import real_now
from grievance.questions.models import Draft
from grievance.web import forms, resuming
from tests.cast import PASSWORD, Browser, Filed, browser, file_case, found_operator, member
from tests.intake.filing_kit import Robot
from tests.pages import Page, read_page

STORY = "They came to the dormitory at night and took my residence card from me."


@pytest.fixture
def filed(app: Flask, session: Session) -> Filed:
    found_operator(session, app.config["KEY_RING"])
    return file_case(session, app.config["SITE"])


def come_back(client: Browser, filed: Filed) -> Page:
    page = read_page(client.get("/en/return"))
    data = {**page.fields(), "code": filed.code}
    return read_page(client.post("/en/return", data=data, follow_redirects=True))


def run_out(session: Session, kind: type) -> None:
    seen = kind.seen_at if kind is ReceiptSession else kind.last_seen
    session.execute(update(kind).values({seen: real_now() - timedelta(hours=1)}))
    session.commit()


def count(session: Session, kind: type) -> int:
    return session.scalar(select(func.count()).select_from(kind)) or 0


@pytest.mark.parametrize("purged", [False, True])
def test_a_message_after_the_visit_comes_back_with_the_number(
    app: Flask, session: Session, filed: Filed, purged: bool
) -> None:
    client = browser(app, session)
    page = come_back(client, filed)
    run_out(session, ReceiptSession)
    if purged:
        receipts.purge_visits(session, real_now())
        session.commit()
    data = {**page.fields(), "message": STORY}
    over = read_page(client.post("/en/case/message", data=data, follow_redirects=True))
    assert over.name == "return"
    assert "kept for 20 minutes" in over.main
    dumped = session.execute(text("SELECT box FROM kept_words")).scalars().one()
    assert STORY.encode() not in bytes(dumped)
    again = come_back(client, filed)
    assert again.name == "case"
    assert again.fields()["message"] == STORY
    assert "Your visit had ended" in again.main
    assert count(session, Message) == 0  # nothing was sent yet
    answer = client.post("/en/case/message", data=again.fields())
    assert answer.status_code == 303
    assert count(session, Message) == 1
    assert count(session, KeptWords) == 0


def test_a_form_of_several_fields_comes_back_to_its_own_page(
    app: Flask, session: Session, filed: Filed
) -> None:
    client = browser(app, session)
    come_back(client, filed)
    page = read_page(client.get("/en/case/contact"))
    run_out(session, ReceiptSession)
    said = {"way": "email", "email": "not an address", "never_say": "Never say union to my wife."}
    client.post("/en/case/contact", data={**page.fields(), **said})
    again = come_back(client, filed)
    assert {name: again.fields()[name] for name in said} == said


def test_another_number_another_browser_and_twenty_minutes_show_nothing(
    app: Flask, session: Session, filed: Filed
) -> None:
    other = file_case(session, app.config["SITE"])
    client = browser(app, session)
    page = come_back(client, filed)
    run_out(session, ReceiptSession)
    client.post("/en/case/message", data={**page.fields(), "message": STORY})
    assert STORY not in come_back(browser(app, session), filed).html
    assert STORY not in come_back(client, other).html
    session.execute(update(KeptWords).values(expires_at=real_now()))
    session.commit()
    assert STORY not in come_back(client, filed).html
    assert words.purge(session, real_now()) == 1


def test_without_the_token_of_that_visit_words_are_shown_and_not_kept(
    app: Flask, session: Session, filed: Filed
) -> None:
    client = browser(app, session)
    come_back(client, filed)
    run_out(session, ReceiptSession)
    ours, said = {"Sec-Fetch-Site": "same-origin"}, {"token": "0", "message": STORY}
    page = read_page(client.post("/en/case/message", data=said, headers=ours))
    assert page.name == "texts"
    assert STORY in page.main
    assert count(session, KeptWords) == 0


def test_leave_forgets_them(app: Flask, session: Session, filed: Filed) -> None:
    client = browser(app, session)
    page = come_back(client, filed)
    run_out(session, ReceiptSession)
    client.post("/en/case/message", data={**page.fields(), "message": STORY})
    client.post("/leave", data={"lang": "en"}, headers={"Sec-Fetch-Site": "same-origin"})
    assert count(session, KeptWords) == 0


def test_words_of_staff_come_back_with_the_password(app: Flask, session: Session) -> None:
    lan = member(session, found_operator(session, app.config["KEY_RING"]))
    filed = file_case(session, app.config["SITE"])
    client = browser(app, session, lan)
    path = f"/staff/cases/{filed.case.reference}"
    page = read_page(client.get(path))
    form = next(f for f in page.all("form") if f.get("action", "").endswith("/note"))
    name = next(c.get("name") for c in form.iter("textarea"))
    data = {**page.fields(form), name: STORY}
    run_out(session, StaffSession)
    answer = client.post(form.get("action"), data=data)
    assert answer.headers["Location"].startswith("/staff/sign-in")
    door = read_page(client.get(answer.headers["Location"]))
    written = {**door.fields(), "email": lan.address, "password": PASSWORD}
    shown = client.post("/staff/sign-in", data=written, follow_redirects=True)
    assert STORY in read_page(shown).main


def run_drafts_out(session: Session) -> None:
    session.execute(update(Draft).values(expires_at=real_now() - timedelta(hours=1)))
    session.commit()


def test_a_filing_that_ran_out_says_so_and_keeps_the_last_words(
    app: Flask, session: Session, filed: Filed
) -> None:
    assert filed
    robot = Robot(browser(app, session), {})
    page = robot.send(robot.open())
    run_drafts_out(session)
    data = {**page.fields(), "what-happened": STORY}
    answer = robot.client.post("/en/file/what-happened", data=data, follow_redirects=True)
    start = read_page(answer)
    assert start.name == "file.start"
    assert "not here any more" in start.main
    assert "What you wrote last is kept" in start.main
    robot.path = answer.request.full_path
    robot.send(start)
    assert robot.open("/en/file/what-happened").fields()["what-happened"] == STORY
    gone = browser_with(app, session, "gone.gone")
    for path in ("/en/file/check", "/en/file/safe"):
        assert "not here any more" in read_page(gone.get(path, follow_redirects=True)).main


def test_a_page_of_the_short_way_keeps_its_words_too(
    app: Flask, session: Session, filed: Filed
) -> None:
    assert filed
    robot = Robot(browser(app, session), {"what-happened": STORY})
    page = robot.send(robot.open("/en/file"))
    assert "safe" in robot.path
    run_drafts_out(session)
    said = {**page.fields(), "hurt": "no", "free": "yes", "taken": "no", "location": "japan"}
    answer = robot.client.post(robot.path, data=said, follow_redirects=True)
    start = read_page(answer)
    assert "What you wrote last is kept" in start.main
    assert "route=full" not in answer.request.full_path


@pytest.mark.parametrize("way", ["short", "full"])
def test_a_first_page_sent_too_late_is_shown_again_with_its_words(
    app: Flask, session: Session, filed: Filed, way: str
) -> None:
    assert filed
    path, field = f"/en/file?route={way}", "what-happened" if way == "short" else "hurt"
    robot = Robot(browser_with(app, session, "gone.gone"), {})
    page = robot.open(path)
    said = {**robot._filled(page), field: STORY if way == "short" else "no"}
    shown = read_page(robot.client.post(path, data=said))
    assert "not here any more" in shown.main
    assert count(session, Draft) == 0
    if way == "short":
        assert shown.fields()[field] == STORY
    answer = robot.client.post(path, data={**said, **shown.fields()})
    assert answer.status_code == 303
    assert count(session, Draft) == 1


def browser_with(app: Flask, session: Session, secret: str) -> Browser:
    made = browser(app, session)
    made.set_cookie("draft", secret)
    return made


def test_blocked_cookies_and_another_window_are_told_apart(
    app: Flask, session: Session, filed: Filed
) -> None:
    client = browser(app, session)
    page = read_page(client.get("/en/return"))
    client.delete_cookie("visit")
    blocked = read_page(client.post("/en/return", data={**page.fields(), "code": filed.code}))
    assert "did not send our cookie" in blocked.main
    client.set_cookie("visit", "another")
    other = read_page(client.post("/en/return", data={**page.fields(), "code": filed.code}))
    assert "This page is old by now" in other.main


def test_a_button_of_another_visit_says_why_nothing_was_done(app: Flask, session: Session) -> None:
    client = browser(app, session)
    blocked = read_page(client.post("/en/help/again", data={"token": "0"}))
    assert (blocked.status, blocked.name) == (400, "error")
    assert "did not send our cookie" in blocked.main
    client.set_cookie("visit", "another")
    other = read_page(client.post("/en/help/again", data={"token": "0"}))
    assert "from an earlier visit" in other.main


def test_signing_out_forgets_them(app: Flask, session: Session) -> None:
    lan = member(session, found_operator(session, app.config["KEY_RING"]))
    client = browser(app, session, lan)
    page = read_page(client.get("/staff/account"))
    run_out(session, StaffSession)
    data = {**page.fields(), "language": "a tongue of my own"}
    assert client.post("/staff/account/language", data=data).status_code == 303
    assert count(session, KeptWords) == 1
    client.post("/staff/sign-out", data={"token": page.fields()["token"]})
    assert count(session, KeptWords) == 0


def test_typing_keeps_a_visit_open_for_two_hours_at_most(
    app: Flask, session: Session, filed: Filed
) -> None:
    client = browser(app, session)
    page = come_back(client, filed)
    address = page.one("script").get("data-still") or ""
    token = {"token": page.fields()["token"]}

    def seen(ago: timedelta) -> None:
        session.execute(update(ReceiptSession).values(seen_at=real_now() - ago))
        session.commit()

    seen(timedelta(minutes=19))
    assert client.post(address, data={"token": "0"}).status_code == 400
    assert client.post(address, data=token).status_code == 204
    seen_at = session.scalars(select(ReceiptSession.seen_at)).one()
    assert real_now() - seen_at < timedelta(minutes=5)
    session.execute(update(ReceiptSession).values(began_at=real_now() - timedelta(hours=2)))
    session.commit()
    assert client.post(address, data=token).status_code == 303


def test_no_secret_is_ever_kept() -> None:
    """Every password field of every form, by its name."""

    def kinds(base: type) -> set[type]:
        return {base}.union(*(kinds(one) for one in base.__subclasses__()))

    secret = tuple(kinds(forms.Secret))
    named = {
        name
        for form in kinds(forms.Form)
        for name in dir(form)
        if getattr(getattr(form, name), "field_class", None) in secret
    }
    assert named
    assert named <= resuming.UNKEPT


def test_another_site_cannot_put_its_words_on_our_page(app: Flask, session: Session) -> None:
    client = browser(app, session)
    for path in ("/staff/cases/AAAAAAAAAA/take", "/en/case/message", "/en/file/pay"):
        said = {"message": "Call this number now: 090-0000-0000"}
        theirs = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
        answer = client.post(path, data=said, headers=theirs)
        assert answer.status_code == 303, path
        assert said["message"] not in answer.get_data(as_text=True)
