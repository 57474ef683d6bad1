"""A draft cookie that somebody else knows shows nothing of what is written later."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from grievance.cases.models import Case
from grievance.clock import real_now
from grievance.questions import drafts
from grievance.questions.models import Draft, DraftSuccessor
from tests.cast import browser, found_operator
from tests.intake.filing_kit import Robot
from tests.pages import Page, read_page

STORY = "They kept my passport and three months of pay."
ANSWERS = {"problem": "money", "issue": "wages-unpaid", "location": "japan", "what-happened": STORY}


@pytest.fixture(autouse=True)
def open_site(app: Flask, session: Session, loaded: Session) -> None:
    found_operator(session, app.config["KEY_RING"])


def known(client: FlaskClient) -> str:
    """What somebody who sits at this computer can copy."""
    held = client.get_cookie("draft")
    return held.value if held else ""


def plant(client: FlaskClient, secret: str) -> None:
    client.set_cookie("draft", secret)


def opens(app: Flask, session: Session, secret: str) -> drafts.OpenDraft | None:
    return drafts.load(session, app.config["KEY_RING"], secret, real_now())


def begun(app: Flask, session: Session) -> Robot:
    """A browser whose draft was begun, by whoever."""
    robot = Robot(browser(app, session), ANSWERS)
    robot.send(robot.open())
    return robot


def test_a_planted_cookie_reads_neither_story_nor_number(app: Flask, session: Session) -> None:
    robot = begun(app, session)
    planted = known(robot.client)
    robot.go(until="file.receipt")
    assert known(robot.client) != planted
    assert opens(app, session, planted) is None
    thief = browser(app, session)
    for path in ("/en/file/number", "/en/file/check", "/en/file/what-happened", "/en/file/sent"):
        plant(thief, planted)
        answer = thief.get(path, follow_redirects=True)
        assert read_page(answer).name in ("file.start", "return")
        assert STORY not in answer.get_data(as_text=True)


def test_a_cookie_we_never_gave_is_not_taken_over(app: Flask, session: Session) -> None:
    robot = Robot(browser(app, session), ANSWERS)
    plant(robot.client, "chosen-by-somebody.else")
    told = robot.send(robot.open())  # as if earlier answers had run out: say so first
    assert session.scalar(select(func.count()).select_from(Draft)) == 0
    robot.send(told)
    assert known(robot.client) not in ("", "chosen-by-somebody.else")
    assert session.scalar(select(func.count()).select_from(Draft)) == 1


def test_a_number_that_was_seen_before_the_start_is_drawn_anew(
    app: Flask, session: Session
) -> None:
    robot = Robot(browser(app, session), ANSWERS)
    seen = robot.go(until="file.receipt").one("output", id="receipt").itertext()
    first = "".join(seen)
    page = robot.go(until="file.receipt")
    assert "".join(page.one("output", id="receipt").itertext()) != first


def test_who_goes_on_with_what_was_here_gets_a_number_that_nobody_has_seen(
    app: Flask, session: Session
) -> None:
    robot = Robot(browser(app, session), ANSWERS)
    seen = robot.go(until="file.receipt").one("output", id="receipt").itertext()
    first = "".join(seen)
    page = robot.open("/en/file")
    page = robot.open(page.all("a", class_="go")[-1].get("href") or "")
    assert page.name == "file.check"
    page = robot.open("/en/file/receipt")
    assert "".join(page.one("output", id="receipt").itertext()) != first
    assert "Your number has changed" in page.main


@pytest.mark.parametrize("path", ["/en/file?change=1", "/en/file?mine=1&route=full"])
def test_a_first_page_that_is_sent_again_draws_the_number_anew_and_says_so(
    app: Flask, session: Session, path: str
) -> None:
    robot = Robot(browser(app, session), ANSWERS)
    page = robot.go(until="file.receipt")
    first = "".join(page.one("output", id="receipt").itertext())
    assert "has changed" not in page.main
    robot.send(robot.open(path))
    robot.open("/en/file/check")
    page = robot.open("/en/file/receipt")
    assert "".join(page.one("output", id="receipt").itertext()) != first
    assert "Your number has changed" in page.main


LEFT = {
    "reach-by": "email",
    "contact-email": "thief@mail.example",
    "who": "helper",
    "helper-name": "Mallory",
    "location": "abroad",
    "what-happened": "Left by another.",
}


def leave_behind(app: Flask, session: Session, kind: str = "file") -> str:
    """A draft as an earlier user of the browser left it, with a file; gives its secret."""
    ring, now = app.config["KEY_RING"], real_now()
    planted, theirs = drafts.start(session, ring, now, answers=LEFT, kind=kind)
    drafts.save(theirs, {}, now, seen="start")
    drafts.add_file(session, theirs, {"id": "0" * 32, "clean_blob": "", "name": "left.txt"}, now)
    session.commit()
    return planted


def press(robot: Robot, page: Page, *parts: str) -> Page:
    """Press the button that leads to the address with these parts."""
    for form in page.all("form"):
        own = form.get("action") or ""
        for button in form.iter("button"):
            leads = button.get("formaction") or own
            if all(part in leads for part in parts):
                answer = robot.client.post(leads, data=page.fields(form), follow_redirects=True)
                robot.path = answer.request.full_path.rstrip("?")
                return read_page(answer)
    raise AssertionError(f"no button leads to {parts}")


def nothing_left(html: str) -> bool:
    return not any(str(said) in html for said in (*LEFT.values(), "left.txt") if len(said) > 6)


@pytest.mark.parametrize("path", ["/en/file", "/en/file?route=full", "/vi/file?route=tip"])
def test_who_begins_anew_sees_and_files_nothing_that_was_left(
    app: Flask, session: Session, path: str
) -> None:
    planted = leave_behind(app, session)
    robot = Robot(browser(app, session), {**ANSWERS, "who": "own"})
    plant(robot.client, planted)
    page = robot.open(path)
    assert page.name == "file.begun"
    assert nothing_left(page.html)
    page = robot.send(page)
    assert (page.name, robot.path) == ("file.start", path)
    assert nothing_left(page.html)
    robot.send(page)
    mine = opens(app, session, known(robot.client))
    assert mine is not None
    assert not {"contact-email", "helper-name"} & set(mine.answers)
    assert (mine.files, mine.answers.get("who", "own")) == ([], "own")
    assert opens(app, session, planted) is None
    assert drafts.purge_expired(session, real_now()) == 1
    assert drafts.left(session, 9) == ["0" * 32]


def test_who_says_that_it_is_theirs_goes_on_and_has_lost_nothing(
    app: Flask, session: Session
) -> None:
    robot = Robot(browser(app, session), ANSWERS)
    page = robot.send(robot.open("/en/file"))
    stopped = page.one("body").get("data-question")
    page = robot.open("/en/file")
    page = robot.open(page.all("a", class_="go")[-1].get("href") or "")
    assert page.one("body").get("data-question") == stopped
    back = next(a.get("href") for a in page.all("a") if "Back" in "".join(a.itertext()))
    assert robot.open(back or "").fields()["what-happened"] == STORY


@pytest.mark.parametrize("says", ["mine", "anew"])
def test_words_sent_beside_somebodys_draft_are_kept_until_it_is_known_whose_it_is(
    app: Flask, session: Session, says: str
) -> None:
    robot = Robot(browser(app, session), ANSWERS)
    page = robot.open("/en/file")  # nothing is here yet; then another tab begins
    planted = leave_behind(app, session)
    plant(robot.client, planted)
    page = robot.send(page)
    assert STORY in page.html
    assert nothing_left(page.html)
    assert page.one("button", class_="go").get("formaction") == "/en/file?mine=1&route=short"
    held = opens(app, session, planted)
    assert held is not None
    assert held.answers == LEFT
    robot.path = "/en/file?mine=1&route=short" if says == "mine" else robot.path
    robot.send(page)
    mine = opens(app, session, known(robot.client)) or opened_heir(
        app, session, known(robot.client)
    )
    assert mine.answers["what-happened"] == STORY
    assert ("contact-email" in mine.answers) is (says == "mine")
    assert bool(mine.files) is (says == "mine")


@pytest.mark.parametrize("kind", ["finder", "file"])
def test_the_finder_begins_with_nothing_that_was_left(
    app: Flask, session: Session, kind: str
) -> None:
    visitor = browser(app, session)
    left = {"problem": "treatment", "issue": "violence", "contact-email": "thief@mail.example"}
    planted, _draft = drafts.start(
        session, app.config["KEY_RING"], real_now(), answers=left, kind=kind
    )
    session.commit()
    plant(visitor, planted)
    robot = Robot(visitor, {"problem": "money", "issue": "wages-unpaid", "child": "no"})
    page = robot.open("/en/help")
    if kind == "file":
        assert page.name == "file.begun"
        page = robot.send(page)
    assert page.name == "help.question"
    assert not [one for one in page.all("input") if one.get("checked") is not None]
    robot.send(page)
    mine = opens(app, session, known(visitor))
    assert mine is not None
    assert mine.answers == {"problem": "money"}
    assert opens(app, session, planted) is None


@pytest.mark.parametrize("says", ["mine", "anew", "gone"])
def test_the_issue_somebody_came_from_is_kept_whosever_the_draft_is(
    app: Flask, session: Session, says: str
) -> None:
    robot = Robot(browser(app, session), ANSWERS)
    planted = leave_behind(app, session)
    plant(robot.client, planted)
    page = press(robot, robot.open("/en/issues/violence"), "help/about")
    assert page.name == "file.begun"
    assert nothing_left(page.html)
    if says == "gone":
        robot.client.delete_cookie("draft")
        page = robot.open(robot.path)
        assert page.one("body").get("data-issue") == "violence"
        page = press(robot, page, "help/about")
    else:
        page = press(robot, page, "help/about/violence", f"{says}=1")
    assert page.name == "help.question"
    mine = opens(app, session, known(robot.client)) or opened_heir(
        app, session, known(robot.client)
    )
    assert (mine.answers["problem"], mine.answers["issue"]) == ("treatment", "violence")
    assert ("contact-email" in mine.answers, bool(mine.files)) == (says == "mine",) * 2
    assert (opens(app, session, planted) is None) is (says != "gone")


@pytest.mark.parametrize("says", ["mine", "anew"])
def test_the_answer_counts_in_a_language_of_the_first_screens_too(
    app: Flask, session: Session, says: str
) -> None:
    robot = Robot(browser(app, session), ANSWERS)
    planted = leave_behind(app, session)
    plant(robot.client, planted)
    page = robot.open("/es/file/begun?to=help&issue=violence")
    assert page.one("html").get("lang") == "es"
    page = press(robot, page, "help/about/violence", f"{says}=1")
    assert (page.status, page.name) == (200, "help.question")
    assert opens(app, session, planted) is None


@pytest.mark.parametrize("says", ["mine", "anew"])
def test_the_body_somebody_came_from_is_kept_whosever_the_draft_is(
    app: Flask, session: Session, says: str
) -> None:
    robot = Robot(browser(app, session), ANSWERS)
    plant(robot.client, leave_behind(app, session))
    page = robot.open("/en/file?door=jp-ssw-support")
    assert page.name == "file.begun"
    if says == "mine":
        page = robot.open(page.all("a", class_="go")[-1].get("href") or "")
    else:
        page = robot.send(page)
    assert page.name == "file.start"
    robot.send(page)
    mine = opens(app, session, known(robot.client)) or opened_heir(
        app, session, known(robot.client)
    )
    assert mine.answers["door"] == "jp-ssw-support"
    assert ("contact-email" in mine.answers) is (says == "mine")


@pytest.mark.parametrize("step", ["first", "check", "send"])
def test_a_lost_answer_loses_neither_draft_nor_number(
    app: Flask, session: Session, step: str
) -> None:
    """The new cookie never arrives: the old one does the same again."""
    robot = begun(app, session)
    ends = {"first": "/en/file?mine=1", "check": "/en/file/check", "send": "/en/file/receipt"}
    if step != "first":
        robot.go(until="file.check")
        if step == "check":  # as if the numbers had never been drawn
            held = drafts.load(
                session, app.config["KEY_RING"], known(robot.client), real_now(), lock=True
            ) or opened_heir(app, session, known(robot.client))
            drafts.renumber(held, real_now())
            session.commit()
    page = robot.open(ends[step]) if step != "check" else None
    old = known(robot.client)
    if page is None:
        robot.client.get(ends[step])
    else:
        data = {**page.fields(), **{n: v for n, v in ANSWERS.items() if n in page.fields()}}
        answer = robot.client.post(ends[step], data=data)
        assert answer.status_code == 303, read_page(answer).main
    assert known(robot.client) != old
    plant(robot.client, old)
    page = robot.open("/en/file/sent" if step == "send" else ends[step])
    assert page.name == {"first": "file.start", "check": "file.check", "send": "file.sent"}[step]
    if step == "send":
        assert session.scalar(select(func.count()).select_from(Case)) == 1
    else:
        assert robot.go(until="file.sent").one("output", id="receipt") is not None


def opened_heir(app: Flask, session: Session, secret: str) -> drafts.OpenDraft:
    drafts.present(session, app.config["KEY_RING"], secret, real_now())
    found = drafts.load(session, app.config["KEY_RING"], secret, real_now(), lock=True)
    assert found is not None
    return found


def test_of_several_new_secrets_the_first_presented_stays(app: Flask, session: Session) -> None:
    ring, now = app.config["KEY_RING"], real_now()
    old, draft = drafts.start(session, ring, now, answers={"what-happened": STORY})
    one, two = (drafts.renew(session, ring, draft) for _ in range(2))
    assert opens(app, session, old) is not None
    assert drafts.present(session, ring, two, now)
    assert not drafts.present(session, ring, one, now)
    assert opens(app, session, old) is None
    assert opens(app, session, one) is None
    held = opens(app, session, two)
    assert held is not None
    assert held.answers["what-happened"] == STORY
    for _ in range(drafts.SUCCESSORS * 3):
        drafts.renew(session, ring, held)
    waiting = session.scalar(select(func.count()).select_from(DraftSuccessor))
    assert waiting is not None
    assert waiting <= drafts.SUCCESSORS


def test_a_page_open_in_another_tab_can_still_be_sent(app: Flask, session: Session) -> None:
    robot = begun(app, session)
    page = robot.open(robot.path)
    data = robot._filled(page)
    robot.client.get("/en/file")  # a new secret, in another tab
    assert robot.client.post(robot.path, data=data).status_code == 303


def test_the_finder_too_gives_a_new_secret_at_its_first_page(app: Flask, session: Session) -> None:
    visitor = browser(app, session)
    for _ in range(2):
        page = read_page(visitor.get("/en/help"))
        before = known(visitor)
        answer = visitor.post("/en/help", data={**page.fields(), "problem": "money"})
        assert answer.status_code == 303
        assert known(visitor) != before
    visitor.get(answer.headers["Location"])
    assert opens(app, session, before) is None


def test_a_damaged_new_secret_is_none(app: Flask, session: Session) -> None:
    ring, now = app.config["KEY_RING"], real_now()
    _old, draft = drafts.start(session, ring, now)
    fresh = drafts.renew(session, ring, draft)
    kept = session.scalars(select(DraftSuccessor)).one()
    held = {column.key: getattr(kept, column.key) for column in DraftSuccessor.__table__.columns}
    session.delete(kept)  # who serves the pages may not change a secret that waits
    session.flush()
    session.execute(insert(DraftSuccessor).values({**held, "key_box": b"x" * 60}))
    session.commit()
    assert not drafts.present(session, ring, fresh, now)
    visitor = browser(app, session)
    plant(visitor, fresh)
    assert visitor.get("/en/file").status_code == 200


def token_of(app: Flask, session: Session, name: str, secret: str) -> str:
    """The form token that whoever knows a cookie can have made."""
    thief = browser(app, session)
    thief.set_cookie(name, secret)
    return read_page(thief.get("/en/file?route=full")).fields()["token"]


@pytest.mark.parametrize("name", ["visit", "receipt", "staff"])
def test_beside_a_draft_only_its_own_token_counts(app: Flask, session: Session, name: str) -> None:
    """Whoever sat here before may know, or have left, any other cookie of this browser."""
    robot = begun(app, session)
    robot.client.set_cookie(name, "planted")
    token = token_of(app, session, "visit", "planted")
    here = opens(app, session, known(robot.client))
    assert here is not None
    before, row = (here.answers, here.seen), here.row.id
    page = robot.open()
    assert page.fields()["token"] != token
    forms = {
        robot.path: {**page.fields(), "token": token},
        "/en/file?route=full": {"token": token, "anew": "1", "phone": "shared", "who": "own"},
        "/en/file/begun": {"token": token},
        "/en/help/about/wages-unpaid?anew=1": {"token": token},
        "/en/help/file": {"token": token},
        "/en/help/again": {"token": token},
    }
    for path, sent in forms.items():
        answer = robot.client.post(path, data=sent)
        assert answer.status_code in (400, 422, 200), path
        robot.client.get("/en/help/result")  # presents a new secret, if there was one
        session.expire_all()
        left = opens(app, session, known(robot.client))
        assert left is not None, path
        assert (left.answers, left.seen, left.row.id) == (*before, row), path


def test_a_first_page_open_since_before_a_draft_is_sent_again_with_its_words(
    app: Flask, session: Session
) -> None:
    """Two tabs: the first was opened before the second began a draft."""
    client = browser(app, session)
    first = read_page(client.get("/en/file"))
    robot = Robot(client, ANSWERS)
    robot.send(robot.open())
    fields = {**first.fields(), "what-happened": STORY}
    answer = client.post("/en/file", data=fields)
    page = read_page(answer)
    assert answer.status_code in (200, 422)
    assert STORY in answer.get_data(as_text=True)
    assert page.fields()["token"] != fields["token"]
    following = client.post("/en/file", data={**page.fields(), "what-happened": STORY, "anew": "1"})
    assert following.status_code == 303
