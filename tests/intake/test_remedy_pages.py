"""What was promised, whether it arrived, and the end of a report: the worker's pages of it."""

from __future__ import annotations

import io
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance import clock
from grievance.accounts.models import Event
from grievance.cases import files, messages, money
from grievance.cases.models import Feedback, RemedyItem
from grievance.cases.operations import attaching, remedying
from grievance.cases.operations.remedying import Heard
from grievance.cases.operations.sums import facts_of
from grievance.deadlines.models import Deadline
from grievance.i18n import speaking
from grievance.refusals import Refused
from grievance.vault import values
from grievance.vault.labels import Label
from grievance.web.language import CHOICE_COOKIE
from tests.cast import Browser, browser
from tests.intake.remedy_kit import WORDS, Way, came, read, state, today, visit, wages, way
from tests.noticed import all_read, noticed
from tests.pages import Page, read_page

SAFE = {"reprisal": "no"}


@pytest.fixture
def promised(app: Flask, session: Session) -> Way:
    """Wages are promised for in two weeks."""
    return way(app, session).promise()


@pytest.fixture
def worker(app: Flask, session: Session, promised: Way) -> Browser:
    """The worker of that case, who has typed the code."""
    return visit(app, session, promised.filed.code)


def feedback(session: Session, one: Way) -> list[Feedback]:
    """What was kept of what the worker said, oldest first."""
    mine = select(Feedback).where(Feedback.case_id == one.case.id)
    return list(session.scalars(mine.order_by(Feedback.at, Feedback.kind)))


def filled(visitor: Browser, said: str, **more: str) -> dict[str, str]:
    """The page of "Did it arrive?", answered the same for every thing."""
    page = read(visitor, "/remedy")
    sums = dict.fromkeys(sums_of(page), "250,000") if said == "all" else {}
    return {**page.fields(), **dict.fromkeys(came(page), said), **sums, **SAFE, **more}


def sums_of(page: Page) -> list[str]:
    """The fields that ask how much of an agreed sum came."""
    named = [one.get("name") or "" for one in page.all("input")]
    return [name for name in named if name.startswith("sum-")]


def paid(page: Page) -> dict[str, str]:
    """All of every agreed sum."""
    return dict.fromkeys(sums_of(page), "250,000")


def send(visitor: Browser, path: str, data: dict[str, str]) -> Page:
    """Send a form and follow."""
    return read_page(visitor.post(f"/en/case{path}", data=data, follow_redirects=True))


def tell(visitor: Browser, said: str, **more: str) -> Page:
    """Answer the question whether it arrived."""
    return send(visitor, "/remedy", filled(visitor, said, **more))


def close(visitor: Browser, **more: str) -> Page:
    """Say that the report may be closed."""
    return send(visitor, "/close", {**read(visitor, "/close").fields(), **SAFE, **more})


def asks(page: Page) -> list[str]:
    """What the case page asks of the worker."""
    return [one.get("data-asks") or "" for one in page.all("div") if one.get("data-asks")]


def own_words(page: Page) -> list[str]:
    """What the page shows of what the worker told us of the remedy, in page order."""
    return [one.text or "" for one in page.all("p", class_="words", data_voice="")]


def standing(session: Session, item_id: object) -> str:
    session.expire_all()
    return session.get_one(RemedyItem, item_id).state


def here(page: Page) -> str:
    """The step of the line at which the case is."""
    return " ".join("".join(page.one("li", aria_current="step").itertext()).split())


# the list on the case page


def test_the_list_says_what_was_promised_from_whom_how_much_and_by_when(worker: Browser) -> None:
    page = read(worker)
    shown = page.one("li", data_remedy="agreed")
    text = " ".join("".join(shown.itertext()).split())
    for said in ("Money", WORDS, "Aichi Foods", "¥300,000", "¥250,000", "This was promised"):
        assert said in text
    assert page.one("p", dir="auto", class_="words").text == WORDS
    assert "That day is over" not in text
    assert here(page).startswith("Something is promised to you")
    assert asks(page) == ["remedy"]


def test_where_nothing_is_written_down_nothing_is_shown(app: Flask, session: Session) -> None:
    one = way(app, session).accept()
    page = read(visit(app, session, one.filed.code))
    assert not page.all("h2", id="remedy")
    assert asks(page) == []
    assert "Something may be promised to you" in page.main


def test_what_was_dropped_is_not_shown(app: Flask, session: Session) -> None:
    one = way(app, session).accept().record(wages("dropped", words="A thing of the past"))
    assert "A thing of the past" not in read(visit(app, session, one.filed.code)).html


def test_a_day_that_is_over_is_said_in_words(app: Flask, session: Session) -> None:
    one = way(app, session).promise(wages(due=-1))
    page = read(visit(app, session, one.filed.code))
    assert "That day is over." in page.main
    assert "The promised day is over" in page.main
    assert "we act after" not in page.main


def test_the_proof_is_a_file_to_save_and_not_what_the_worker_told(
    app: Flask, session: Session
) -> None:
    one = way(app, session).accept()
    stored = files.keep(one.site.blobs, "振込".encode(), "transfer.txt")
    act = one.handler.act(session, one.site, one.case, clock.now())
    proof = attaching.attach(act, stored)
    one.record(wages("arrived", file_id=proof.id))
    visitor = visit(app, session, one.filed.code)
    page = read(visitor)
    link = page.one("a", href=f"/en/case/files/{proof.id}")
    assert "".join(link.itertext()) == "transfer.txt"
    assert visitor.get(link.get("href") or "").data.decode() == "振込"
    assert "Here since" in page.main


@pytest.mark.parametrize(
    ("language", "amount", "currency", "written"),
    [
        ("en", 250_000, "JPY", "¥250,000"),
        ("ja", 250_000, "JPY", "￥250,000"),
        ("en", 12_345, "USD", "$123.45"),
        ("en", 30_000, "USD", "$300"),
        ("en", 500_000, "VND", "₫500,000"),
        ("en", 50_000_000, "MMK", "500,000"),
        ("my", 250_000, "JPY", "250,000"),
    ],
)
def test_money_is_written_as_the_language_writes_it(
    language: str, amount: int, currency: str, written: str
) -> None:
    with speaking(language):
        shown = money.said(amount, currency)
    assert written in shown
    assert ".00" not in shown


# did it arrive


def test_everything_arrived(session: Session, promised: Way, worker: Browser) -> None:
    page = tell(worker, "all")
    assert (page.name, state(page)) == ("case", "remedy_monitored")
    assert here(page).startswith("It has arrived")
    assert standing(session, promised.items[0]) == "arrived"
    assert not promised.case.worker_waits
    assert "It all really arrived: close my report" in page.main


def test_who_still_waits_is_understood(session: Session, promised: Way, worker: Browser) -> None:
    page = tell(worker, "wait")
    assert state(page) == "remedy_agreed"
    assert "We have what you told us. A person reads it" in page.main
    assert "Your turn" not in page.main
    assert page.all("a", href="/en/case/remedy")
    assert standing(session, promised.items[0]) == "agreed"
    assert promised.case.worker_waits


def test_a_part_before_its_day_is_news(session: Session, promised: Way, worker: Browser) -> None:
    page = tell(worker, "part", message="Half of it.")
    assert state(page) == "remedy_agreed"
    assert standing(session, promised.items[0]) == "part"
    told = feedback(session, promised)[0]
    opened = promised.handler.open(session, promised.case)
    assert opened.open_text(Label.FEEDBACK_WORDS, told.id, told.words) == "Half of it."


def test_what_did_not_come_is_worked_on_again(
    session: Session, promised: Way, worker: Browser
) -> None:
    page = tell(worker, "no")
    assert state(page) == "accepted"
    assert "We are working on your report again" in page.main
    assert here(page).startswith("We work on it")
    assert standing(session, promised.items[0]) == "not_kept"
    assert asks(page) == []


def test_it_is_worked_on_again_though_another_body_still_has_it(
    session: Session, promised: Way, worker: Browser
) -> None:
    promised.hand_over()
    page = tell(worker, "no")
    assert state(page) == "with_mechanism"
    assert "".join(page.one("h1").itertext()) == "We are working on your report again"


def test_after_its_day_a_part_is_not_enough_and_nobody_waits_any_more(
    app: Flask, session: Session
) -> None:
    one = way(app, session).promise(wages(due=-3))
    visitor = visit(app, session, one.filed.code)
    page = read(visitor, "/remedy")
    assert not page.all("input", value="wait")
    refused = send(visitor, "/remedy", filled(visitor, "wait"))
    assert (refused.status, "Choose one of the answers" in refused.main) == (422, True)
    assert state(tell(visitor, "part")) == "accepted"


def test_on_its_last_day_it_may_still_come(app: Flask, session: Session) -> None:
    one = way(app, session).promise(wages(due=0))
    visitor = visit(app, session, one.filed.code)
    assert "That day is over" not in read(visitor).main
    assert state(tell(visitor, "wait")) == "remedy_agreed"


def test_every_thing_is_asked_about_by_itself(app: Flask, session: Session) -> None:
    one = way(app, session).promise(wages(), wages(kind="apology", amounts={"agreed": None}))
    visitor = visit(app, session, one.filed.code)
    page = read(visitor, "/remedy")
    first, second = came(page)
    again = send(visitor, "/remedy", {**page.fields(), **SAFE, first: "all", **paid(page)})
    assert again.status == 422
    assert list(again.errors) == [second]
    assert again.fields()[first] == "all"
    assert feedback(session, one) == []
    data = {**page.fields(), **SAFE, first: "all", second: "wait", **paid(page)}
    assert state(send(visitor, "/remedy", data)) == "remedy_agreed"
    assert [standing(session, item) for item in one.items] == ["arrived", "agreed"]
    assert read(visitor, "/remedy").all("input", name=first, value="wait") == []


def test_two_things_of_one_kind_are_asked_about_in_different_words(
    app: Flask, session: Session
) -> None:
    one = way(app, session).promise(
        wages(words="April"), wages(words="May"), wages(kind="apology", amounts={"agreed": None})
    )
    visitor = visit(app, session, one.filed.code)
    page = read(visitor, "/remedy")
    legends = [" ".join("".join(legend.itertext()).split()) for legend in page.all("legend")]
    assert "April" in legends[0]
    assert "May" in legends[1]
    assert legends[2] == "An apology: is it here?"
    again = send(visitor, "/remedy", {**page.fields(), **SAFE})
    april, may, _apology = (again.errors[name] for name in came(page))
    assert ("April" in april, "May" in may) == (True, True)


def test_what_has_come_is_chosen_while_the_rest_is_awaited(app: Flask, session: Session) -> None:
    one = way(app, session).promise(wages(), wages(kind="apology", amounts={"agreed": None}))
    visitor = visit(app, session, one.filed.code)
    page = read(visitor, "/remedy")
    first, second = came(page)
    assert not {first, second} & page.fields().keys()
    send(visitor, "/remedy", {**page.fields(), **SAFE, first: "all", second: "wait", **paid(page)})
    fields = read(visitor, "/remedy").fields()
    assert (fields[first], second in fields) == ("all", False)
    without = {name: said for name, said in fields.items() if name != first}
    refused = send(visitor, "/remedy", {**without, **SAFE, second: "wait"})
    assert (refused.status, list(refused.errors)) == (422, [first])


def test_what_is_wrong_stands_beside_its_field_and_words_are_kept(
    session: Session, promised: Way, worker: Browser
) -> None:
    page = read(worker, "/remedy")
    again = send(worker, "/remedy", {**page.fields(), "message": "They told me to be quiet."})
    assert again.status == 422
    assert set(again.errors) == {*came(page), "reprisal"}
    assert again.fields()["message"] == "They told me to be quiet."
    assert feedback(session, promised) == []


def test_things_of_another_case_are_not_heard(
    app: Flask, session: Session, promised: Way, worker: Browser
) -> None:
    page = read(worker, "/remedy")
    fields = {**page.fields(), **SAFE, f"came-{uuid4().hex}": "all"}
    answer = send(worker, "/remedy", fields)
    assert answer.status == 422
    assert list(answer.errors) == came(page)


def test_a_thing_that_was_added_meanwhile_is_asked_about_first(
    session: Session, promised: Way, worker: Browser
) -> None:
    data = filled(worker, "all")
    promised.record(wages(words="The fees of the agency", kind="fees", stands="offered"))
    promised.agree(promised.items[-1])
    page = send(worker, "/remedy", data)
    assert page.status == 422
    assert "The fees of the agency" in page.main
    assert feedback(session, promised) == []


@pytest.mark.parametrize(
    ("said", "stands"), [("all", "remedy_monitored"), ("wait", "remedy_agreed"), ("no", "accepted")]
)
def test_the_same_answer_sent_twice_is_heard_once(
    session: Session, promised: Way, worker: Browser, said: str, stands: str
) -> None:
    data = filled(worker, said)
    for _ in range(2):
        page = send(worker, "/remedy", data)
        assert (page.name, state(page)) == ("case", stands)
    assert len(feedback(session, promised)) == 1


def test_who_was_punished_is_answered_and_nobody_else_reads_it_on_the_page(
    session: Session, promised: Way, worker: Browser
) -> None:
    promised.case.severity = "medium"
    session.commit()
    page = tell(worker, "all", reprisal="yes")
    assert state(page) == "remedy_monitored"
    assert (promised.case.severity, promised.case.worker_waits) == ("high", True)
    assert feedback(session, promised)[0].reprisal is True
    assert "We have what you told us" in page.main


def test_who_would_rather_not_say_is_not_made_to(
    session: Session, promised: Way, worker: Browser
) -> None:
    tell(worker, "all", reprisal="unsaid")
    assert feedback(session, promised)[0].reprisal is None


# what they read again of what they told


def test_who_told_us_what_came_reads_their_own_words(worker: Browser) -> None:
    page = tell(worker, "part", message="Half of it.")
    assert own_words(page) == ["Half of it."]
    assert page.one("p", data_voice="").get("lang") == "en"
    close(worker, message="Good now.")
    page = read(worker, language="ja")
    assert own_words(page) == ["Good now.", "Half of it."]
    assert {one.get("lang") for one in page.all("p", data_voice="")} == {"en"}
    notice = " ".join(page.one("div", data_asks="closing").itertext())
    assert "Good now." in notice


def test_who_wrote_nothing_reads_no_empty_box(worker: Browser) -> None:
    page = tell(worker, "wait")
    assert own_words(page) == []
    assert not page.all("h2", id="told")


def test_what_we_wrote_down_of_a_yes_is_read_while_it_waits_and_at_the_end(
    promised: Way, worker: Browser
) -> None:
    promised.arrive().record_sign_off("She said: please close it.")
    page = read(worker)
    assert "and we wrote it down" in page.main
    assert own_words(page) == ["She said: please close it."]
    promised.close()
    page = read(worker)
    assert state(page) == "closed"
    assert own_words(page) == ["She said: please close it."]


def test_a_yes_that_is_void_is_still_theirs_to_read(promised: Way, worker: Browser) -> None:
    promised.arrive().record_sign_off("She said: please close it.")
    page = tell(worker, "no", message="It stopped.")
    assert asks(page) == []
    assert sorted(own_words(page)) == ["It stopped.", "She said: please close it."]
    assert "You told us, and we wrote it down ·" in page.main


def test_a_helper_does_not_read_what_the_worker_said(app: Flask, session: Session) -> None:
    one = way(app, session, role="helper").accept()
    one.record_sign_off("She said: my helper must not know.")
    helper = visit(app, session, one.filed.code)
    assert "must not know" not in read(helper).html
    one.close("advised")
    assert "must not know" not in read(helper).html


def test_a_message_is_said_in_its_own_language_on_a_page_in_another(
    app: Flask, session: Session
) -> None:
    one = way(app, session).accept().ask("Which month?")
    visitor = visit(app, session, one.filed.code)
    visitor.set_cookie(CHOICE_COOKIE, "ur")
    visitor.post("/en/case/message", data={**read(visitor).fields(), "message": "مارچ"})
    for language in ("vi", "en"):
        page = read(visitor, language=language)
        shown = {
            (text.text, text.get("lang"), text.get("dir"))
            for message in page.all("li", class_="message")
            for text in message.iter("p")
            if text.get("class") == "words"
        }
        assert {("Which month?", "en", "ltr"), ("مارچ", "ur", "rtl")} <= shown


# while it is watched


def test_nobody_is_asked_again_right_after_they_said_it_is_here(worker: Browser) -> None:
    page = tell(worker, "all", message="It is in my account.")
    assert "We have what you told us" in page.main
    assert "Your turn" not in page.main
    assert "you may close your report now. You need not." in page.main
    assert asks(page) == ["remedy"]
    assert page.all("a", href="/en/case/close", class_="go")


def test_once_the_day_is_there_they_are_asked_whether_it_is_still_so(
    app: Flask, session: Session
) -> None:
    one = way(app, session, at=clock.now() - timedelta(days=60)).promise(wages(due=-50)).arrive()
    page = read(visit(app, session, one.filed.code))
    assert "Your turn: is it all still there?" in page.main
    assert "you may close your report now" not in page.main


def test_while_it_is_watched_no_answer_is_chosen_before(promised: Way, worker: Browser) -> None:
    promised.arrive()
    page = read(worker, "/remedy")
    assert came(page)[0] not in page.fields()


@pytest.fixture
def watched(promised: Way) -> Way:
    """All of it has come."""
    return promised.arrive()


def test_all_still_there_leads_on_to_the_end(
    session: Session, watched: Way, worker: Browser
) -> None:
    answer = worker.post("/en/case/remedy", data=filled(worker, "all"))
    assert (answer.status_code, answer.location) == (303, "/en/case/close")
    assert [one.kind for one in feedback(session, watched)] == [
        "arrival",
        "arrival",
    ]  # the sum is new
    assert watched.case.state == "remedy_monitored"


def test_words_said_on_the_way_to_the_end_are_not_lost(
    session: Session, watched: Way, worker: Browser
) -> None:
    page = tell(worker, "all", message="I thank you.")
    assert page.name == "case.close"
    thread = messages.thread(session, watched.handler.open(session, watched.case), "worker")
    assert "I thank you." in [message.text for message in thread]


def test_who_was_punished_is_not_led_to_the_end(
    session: Session, watched: Way, worker: Browser
) -> None:
    page = tell(worker, "all", reprisal="yes")
    assert (page.name, state(page)) == ("case", "remedy_monitored")
    assert standing(session, watched.items[0]) == "arrived"
    assert (watched.case.severity, watched.case.worker_waits) == ("high", True)


def test_what_stopped_later_is_a_breach(session: Session, watched: Way, worker: Browser) -> None:
    page = tell(worker, "no")
    assert state(page) == "accepted"
    assert standing(session, watched.items[0]) == "not_kept"


def test_a_new_promise_is_asked_about_beside_what_came(
    session: Session, watched: Way, worker: Browser
) -> None:
    watched.record(wages(words="The bonus of the summer", due=60, stands="offered"))
    watched.agree(watched.items[-1])
    page = read(worker, "/remedy")
    assert (watched.case.state, len(came(page))) == ("remedy_agreed", 2)


# who may


def test_a_helper_reads_what_was_promised_and_says_nothing_for_the_worker(
    app: Flask, session: Session
) -> None:
    one = way(app, session, role="helper").promise()
    helper = visit(app, session, one.filed.code)
    page = read(helper)
    assert WORDS in page.main
    assert asks(page) == []
    for path in ("remedy", "close"):
        assert helper.get(f"/en/case/{path}").status_code == 403
        fields = {"token": page.fields()["token"], **SAFE}
        assert helper.post(f"/en/case/{path}", data=fields).status_code == 403
    assert feedback(session, one) == []


def test_without_a_promise_there_is_no_question(app: Flask, session: Session) -> None:
    one = way(app, session).accept()
    answer = visit(app, session, one.filed.code).get("/en/case/remedy")
    assert (answer.status_code, answer.location) == (303, "/en/case")


@pytest.mark.parametrize("path", ["remedy", "close"])
def test_nobody_without_a_visit_gets_there(app: Flask, session: Session, path: str) -> None:
    way(app, session)
    answer = Browser(app, app.response_class).get(f"/en/case/{path}")
    assert urlsplit(answer.location).path == "/en/return"


def test_a_number_that_others_have_seen_counts_as_written_down(
    app: Flask, session: Session
) -> None:
    one = way(app, session, known_to="staff").promise()
    visitor = visit(app, session, one.filed.code)
    assert "counts as written down by us" in read(visitor, "/remedy").main
    assert "counts as written down by us" in read(visitor, "/close").main
    tell(visitor, "wait")
    page = close(visitor)
    assert {said.given_by for said in feedback(session, one)} == {"staff_recorded"}
    assert "It counts as written down by us" in page.main


def test_no_content_in_an_address(worker: Browser) -> None:
    for path in ("", "/remedy", "/close"):
        for link in read(worker, path).all("a"):
            assert not urlsplit(link.get("href") or "").query, link.get("href")
    data = filled(worker, "no", message="They laughed at me.")
    assert worker.post("/en/case/remedy", data=data).location == "/en/case"


# the end


def test_the_end_says_what_it_means_and_what_came(watched: Way, worker: Browser) -> None:
    page = read(worker, "/close")
    for said in ("Nobody may make you say this", "for a year", "You give up no right", WORDS):
        assert said in page.main
    assert page.one("button", data_verb="sign_off") is not None
    assert page.one("title").text.startswith("Your page")


def test_a_yes_is_kept_and_not_asked_for_again(
    session: Session, watched: Way, worker: Browser
) -> None:
    page = close(worker, rating="4", message="Good.")
    told = feedback(session, watched)[-1]
    assert (told.kind, told.rating, told.reprisal) == ("sign_off", 4, False)
    assert (page.name, state(page)) == ("case", "remedy_monitored")
    notice = page.one("div", data_asks="closing")
    said = " ".join(notice.itertext())
    assert "You told us that we may close your report." in said
    assert "Two of us look at it once more" in said
    assert "close" not in [(link.get("href") or "").split("/")[-1] for link in page.all("a")]
    assert worker.get("/en/case/close").status_code == 303


def test_a_yes_sent_twice_is_one_yes(session: Session, watched: Way, worker: Browser) -> None:
    data = {**read(worker, "/close").fields(), **SAFE}
    for _ in range(2):
        assert worker.post("/en/case/close", data=data).status_code == 303
    assert [one.kind for one in feedback(session, watched)].count("sign_off") == 1


@pytest.mark.parametrize("rating", ["6", "0", "-1", "five", "٣"])
def test_a_number_that_is_not_on_the_page_is_refused(
    session: Session, watched: Way, worker: Browser, rating: str
) -> None:
    page = close(worker, rating=rating, message="My words")
    assert (page.status, list(page.errors)) == (422, ["rating"])
    assert page.fields()["message"] == "My words"
    assert len(feedback(session, watched)) == 1


@pytest.mark.parametrize("said", [{}, {"rating": "unsaid"}])
def test_nobody_has_to_give_a_number(
    session: Session, watched: Way, worker: Browser, said: dict[str, str]
) -> None:
    close(worker, **said)
    assert feedback(session, watched)[-1].rating is None


def test_who_is_asked_something_may_end_it_there(
    session: Session, promised: Way, worker: Browser
) -> None:
    promised.ask()
    page = close(worker)
    assert state(page) == "remedy_agreed"
    assert asks(page) == ["closing", "remedy"]


def test_a_report_that_nobody_accepted_yet_is_not_closed(app: Flask, session: Session) -> None:
    one = way(app, session)
    visitor = visit(app, session, one.filed.code)
    assert "Close my report" not in read(visitor).main
    assert visitor.get("/en/case/close").status_code == 303


# when it is over


def test_a_closed_report_says_what_came_of_it_and_can_be_opened_again(
    watched: Way, worker: Browser
) -> None:
    close(worker, rating="5")
    watched.close()
    page = read(worker)
    assert state(page) == "closed"
    for said in (
        "Your report is closed",
        "What was promised to you has arrived.",
        "You told us that we may close your report.",
        "Two people decided this together.",
        "We wish you well.",
        f"open it again here by {_in_a_year()}",
        WORDS,
    ):
        assert said in page.main, said
    assert not page.all("ol", class_="steps")
    assert "Change this" in page.main  # how we reach them: they are asked later how they are
    assert "this page asks you how you are" in page.main
    assert "Take the report back" not in page.main
    fields = {**read(worker, "/reopen").fields(), "message": "It stopped again."}
    assert state(send(worker, "/reopen", fields)) == "in_review"


def _in_a_year() -> str:
    day = today()
    return f"{day.replace(year=day.year + 1):%A, %B} {day.day}, {day.year + 1}"


def test_a_report_that_we_closed_alone_without_a_yes_says_so(app: Flask, session: Session) -> None:
    one = way(app, session, alone=True, at=clock.now() - timedelta(days=90)).accept()
    one.at = clock.now() - timedelta(days=3)
    one.try_to_reach("phone", 40).try_to_reach("email", 5).close("unreachable")
    page = read(visit(app, session, one.filed.code))
    for said in (
        "We could not reach you any more.",
        "We closed it without your yes",
        "We tried to reach you on these days",
        "by telephone",
        "by e-mail",
        "One person decided this",
    ):
        assert said in page.main, said


def test_a_yes_to_a_hand_over_is_taken_back_after_the_end_and_only_the_watch_runs(
    app: Flask, session: Session, watched: Way, worker: Browser
) -> None:
    close(worker)
    given = watched.hand_over_and_end()
    watched.close()
    all_read(session)
    path = f"/handover/{given.id}"
    page = read(worker, path)
    form = page.one("form", action=f"/en/case{path}/recall")
    gone = read_page(
        worker.post(f"/en/case{path}/recall", data=page.fields(form), follow_redirects=True)
    )
    assert not gone.all("form", action=f"/en/case{path}/recall")
    assert watched.case.state == "closed"
    assert not watched.case.worker_waits
    running = (Deadline.met_at.is_(None), Deadline.stopped_at.is_(None))
    mine = select(Deadline).where(Deadline.case_id == watched.case.id, *running)
    assert [one.kind for one in session.scalars(mine)] == ["check_in"]  # which asks nothing of us
    assert noticed(session, "worker_answered")
    verbs = select(Event.verb).where(Event.stream_id == watched.case.id).order_by(Event.seq)
    assert session.scalars(verbs).all()[-1] == "recall"


# other scripts


@pytest.mark.parametrize(
    ("language", "long"),
    [("en", "လုပ်ခလစာမပေးသေးသောကြောင့်" * 12), ("ja", "مارچ اور اپریل کی تنخواہ " * 20 + ".")],
)
def test_long_words_of_another_script_stand_as_they_were_written(
    app: Flask, session: Session, language: str, long: str
) -> None:
    one = way(app, session).promise(wages(words=long))
    visitor = visit(app, session, one.filed.code)
    for path in ("", "/remedy"):
        page = read(visitor, path, language)
        assert long in page.html
        assert "250,000" in page.main
    page = read(visitor, "/remedy", language)
    data = {**page.fields(), **dict.fromkeys(came(page), "part"), **SAFE, "message": long}
    answer = visitor.post(f"/{language}/case/remedy", data=data)
    assert answer.location == f"/{language}/case"
    told = feedback(session, one)[0]
    assert told.language == language
    opened = one.handler.open(session, one.case)
    assert opened.open_text(Label.FEEDBACK_WORDS, told.id, told.words) == long


def test_a_message_with_a_file_is_still_what_the_worker_told(
    session: Session, promised: Way, worker: Browser
) -> None:
    data = {**read(worker).fields(), "files": (io.BytesIO(b"slip"), "slip.txt")}
    worker.post("/en/case/message", data=data, content_type="multipart/form-data")
    assert "slip.txt" in read(worker).main


def events_of(session: Session, promised: Way) -> list[Event]:
    """The case's own events, the oldest first."""
    mine = select(Event).where(Event.stream_id == promised.case.id)
    return list(session.scalars(mine.order_by(Event.seq)))


def test_all_of_a_sum_is_not_taken_for_all_while_less_came_than_was_agreed(
    app: Flask, session: Session, promised: Way, worker: Browser
) -> None:
    (box,) = sums_of(read(worker, "/remedy"))
    for typed in ("", "much"):
        asked = tell(worker, "all", **{box: typed})
        assert (asked.status, list(asked.errors)) == (422, [box])
        assert asked.fields()[box] == typed
    assert feedback(session, promised) == []
    page = tell(worker, "all", **{box: "１２０,０００"})
    assert state(page) == "remedy_agreed"
    assert [standing(session, item) for item in promised.items] == ["part"]
    assert "Still missing of it" in page.main
    assert "¥130,000" in page.main
    desk = promised.handler.open(session, promised.case)
    item = session.get_one(RemedyItem, promised.items[0])
    assert facts_of(desk, item).received == 120_000
    assert b"120000" not in item.facts
    assert events_of(session, promised)[-1].codes["values"] == {
        str(item.id): values.digest(item.facts).hex()
    }
    staff = browser(app, session, promised.handler)
    case = read_page(staff.get(f"/staff/cases/{promised.case.reference}"))
    assert "Still missing of what was agreed" in case.main
    assert "¥130,000" in case.main
    with pytest.raises(Refused, match="sums"):
        remedying.confirm_for_worker(promised.act, Heard("By phone"))
    assert state(tell(worker, "all", **{box: "250,000"})) == "remedy_monitored"
    facts, events = item.facts, len(events_of(session, promised))
    tell(worker, "all", **{box: "250,000"})
    assert (item.facts, len(events_of(session, promised))) == (facts, events)
    tell(worker, "all", **{box: "260,000"})
    assert events_of(session, promised)[-1].codes["values"], "no event names it"


def test_how_much_came_is_asked_only_where_a_sum_was_agreed(app: Flask, session: Session) -> None:
    one = way(app, session).promise(wages(kind="apology", amounts={"agreed": None}))
    visitor = visit(app, session, one.filed.code)
    assert sums_of(read(visitor, "/remedy")) == []
    assert state(tell(visitor, "all")) == "remedy_monitored"
