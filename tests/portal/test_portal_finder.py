"""The guided finder by plain GET and POST, as a phone without JavaScript sends them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance import clock
from grievance.directory import facts
from grievance.questions.models import Draft
from grievance.routing.explain import rank
from grievance.routing.profile import parse
from grievance.routing.rules import shipped_rules
from tests.pages import Page, read_page

Answers = dict[str, str | list[str]]
SAFE: Answers = {"hurt": "no", "free": "yes", "taken": "no", "child": "no"}
WAGES: Answers = {"problem": "money", "issue": "wages-unpaid", "location": "japan"}


class Person:
    """Somebody who answers what each page asks, and counts the pages."""

    def __init__(self, client: FlaskClient, lang: str = "en") -> None:
        self.client, self.lang, self.pages = client, lang, 0
        self.here = self.open(f"/{lang}/help")

    def open(self, path: str) -> Page:
        response = self.client.get(path, follow_redirects=True)
        self.path = response.request.path
        self.here = read_page(response)
        return self.here

    def send(self, answers: Answers) -> Page:
        """Fill the page in front of you with what fits of `answers`, and send it."""
        asked = self.here.fields()
        names = {control.get("name") for control in self.here.one("form", data_main="").iter()}
        given = {name: value for name, value in answers.items() if name in names}
        sent = {**asked, **given}
        response = self.client.post(self.path, data=sent, follow_redirects=True)
        self.path = response.request.path
        self.here, self.pages = read_page(response), self.pages + 1
        return self.here

    def to_result(self, answers: Answers) -> Page:
        while self.here.name != "help.result":
            assert self.here.name == "help.question", self.here.name
            assert self.pages < 30
            before = self.path
            self.send(answers)
            assert self.path != before, f"stuck on {before}: {self.here.errors}"
        return self.here


@pytest.fixture
def person(client: FlaskClient, loaded: Session) -> Callable[..., Person]:
    """Makes people."""

    def made(lang: str = "en") -> Person:
        return Person(client, lang)

    return made


def doors(page: Page) -> list[str]:
    """The bodies of the answer, in order."""
    return [e.get("data-mechanism") or "" for e in page.root.iter() if e.get("data-rank")]


def codes(page: Page, name: str) -> list[str]:
    """The codes the page carries under a data attribute."""
    return [e.get(name) or "" for e in page.root.iter() if e.get(name)]


@pytest.mark.parametrize(
    "answers",
    [
        WAGES,
        WAGES | {"status": "titp", "prefecture": "JP-23"},
        {"problem": "treatment", "issue": "violence", "location": "japan", **SAFE},
        {"problem": "treatment", "issue": "violence", "location": "abroad", **SAFE},
        {"problem": "money", "issue": "insurance-pension", "location": "returned"},
        {"problem": "unsure", "location": "japan"},
    ],
)
def test_at_most_five_pages_lead_to_a_first_result(
    answers: Answers, person: Callable[..., Person]
) -> None:
    somebody = person("vi")
    page = somebody.to_result(answers)
    assert somebody.pages <= 5
    assert doors(page)


def test_the_result_is_what_routing_explains(person: Callable[..., Person]) -> None:
    answers = WAGES | {"status": "titp", "nationality": "VN", "prefecture": "JP-23"}
    page = person().to_result(answers)
    shipped, rules = facts.shipped(), shipped_rules()
    profile = parse(
        {
            "issues": ["wages-unpaid"],
            "location": "japan",
            "status": "titp",
            "nationality": "VN",
            "prefecture": "JP-23",
        },
        tuple(shipped.issues),
        rules.limitation_codes,
    )
    explained = rank(profile, rules, shipped, clock.local_day(clock.now(), "Asia/Tokyo"))
    assert doors(page) == [door.mechanism for door in explained.doors]
    assert codes(page, "data-warning") == [note.code for note in explained.warnings]
    assert codes(page, "data-reason") == [r.code for door in explained.doors for r in door.reasons]
    assert codes(page, "data-ruled-out") == [out.mechanism for out in explained.ruled_out]


def test_more_answers_make_the_result_more_exact(person: Callable[..., Person]) -> None:
    somebody = person()
    first = doors(somebody.to_result(WAGES))
    link = next(a for a in somebody.here.all("a", class_="second") if "exact" in (a.text or ""))
    somebody.open(link.get("href") or "")
    more = somebody.to_result(WAGES | {"goal": "stop", "know": "nobody", "status": "work"})
    assert doors(more) != first
    assert not [a for a in more.all("a", class_="second") if "exact" in (a.text or "")]


def test_danger_shows_whom_to_call_first(person: Callable[..., Person]) -> None:
    answers = {"problem": "treatment", "issue": "violence", "location": "japan", **SAFE}
    page = person().to_result(answers | {"hurt": "yes"})
    assert doors(page)[0] == "jp-emergency"
    assert "".join(page.one("h1").itertext()) == "Call first"
    assert codes(page, "data-warning")[0] == "danger"
    assert page.all("a", href="tel:110")


def test_danger_outside_japan_offers_no_japanese_emergency_number_as_a_door(
    person: Callable[..., Person],
) -> None:
    answers = {"problem": "treatment", "issue": "violence", "location": "abroad", **SAFE}
    page = person().to_result(answers | {"hurt": "yes"})
    assert "jp-emergency" not in doors(page)
    assert "call-local-emergency" in codes(page, "data-warning")


def test_the_danger_note_stands_on_every_page_after_a_frightening_answer(
    person: Callable[..., Person],
) -> None:
    somebody = person()
    answers = {"problem": "treatment", "issue": "violence", **SAFE, "hurt": "unknown"}
    while somebody.path != "/en/help/child":
        somebody.send(answers)
    assert somebody.here.all("a", href="tel:110")


def test_answers_are_never_in_an_address(person: Callable[..., Person]) -> None:
    somebody = person()
    seen = []
    while somebody.here.name == "help.question":
        seen.append(somebody.path)
        somebody.send(WAGES | {"nationality": "VN"})
    assert all("?" not in path for path in seen)
    assert not any(word in path for path in [*seen, somebody.path] for word in ("wages", "VN"))


def test_a_page_left_open_says_what_is_missing_and_keeps_the_rest(
    person: Callable[..., Person],
) -> None:
    somebody = person()
    page = somebody.send({})
    assert page.status == 422
    assert "problem" in page.errors
    assert page.name == "help.question"


def test_a_page_that_this_person_does_not_meet_leads_to_the_first(
    client: FlaskClient, loaded: Session
) -> None:
    assert client.get("/en/help/danger").headers["Location"] == "/en/help"
    assert client.get("/en/help/result").headers["Location"] == "/en/help"
    assert client.get("/en/help/no-such-page").status_code == 404


def test_a_post_from_elsewhere_is_refused_and_says_so(
    client: FlaskClient, loaded: Session, session: Session
) -> None:
    client.get("/en/help")
    answer = client.post("/en/help", data={"problem": "money", "token": "x"})
    assert answer.status_code == 422
    assert session.scalar(select(Draft)) is None


def test_a_first_door_without_a_number_has_the_nearest_reachable_one_beside_it(
    person: Callable[..., Person],
) -> None:
    page = person().to_result(
        {
            "problem": "leaving",
            "issue": "forced-return",
            **SAFE,
            "location": "japan",
            "status": "esd",
        }
    )
    shipped = facts.shipped().mechanisms
    first = doors(page)[0]
    nearest = codes(page, "data-nearest")
    assert bool(nearest) == (not shipped[first].reachable())
    for name in nearest:
        assert shipped[name].reachable()


def test_the_page_of_an_issue_starts_the_finder_with_it(person: Callable[..., Person]) -> None:
    somebody = person()
    somebody.open("/en/issues/wages-unpaid")
    form = next(f for f in somebody.here.all("form") if "help/about" in (f.get("action") or ""))
    answer = somebody.client.post(form.get("action"), data=somebody.here.fields(form))
    assert answer.headers["Location"] == "/en/help/place"


def test_a_button_pressed_from_elsewhere_does_nothing(
    person: Callable[..., Person], session: Session
) -> None:
    somebody = person()
    somebody.to_result(WAGES)
    for path in ("/en/help/again", "/en/help/file", "/en/help/about/violence"):
        assert somebody.client.post(path, data={"token": "x"}).status_code == 400
    assert session.scalars(select(Draft.kind)).all() == ["finder"]


def test_a_changed_answer_opens_the_pages_that_hang_on_it(person: Callable[..., Person]) -> None:
    somebody = person()
    somebody.to_result(WAGES)
    somebody.open("/en/help?mine=1")
    somebody.path = "/en/help?mine=1"
    assert somebody.here.fields()["problem"] == "money"
    violence = {"problem": "treatment", "issue": "violence", **SAFE}
    assert somebody.send(violence).name == "help.question"
    assert somebody.path == "/en/help/issue"
    somebody.send(violence)
    assert somebody.path == "/en/help/danger"
    assert doors(somebody.to_result(violence))[0] == "jp-emergency"


def test_filing_goes_on_with_the_same_answers(
    person: Callable[..., Person], session: Session
) -> None:
    somebody = person()
    somebody.to_result(WAGES)
    token = somebody.here.all("input", name="token")[0].get("value")
    answer = somebody.client.post("/en/help/file", data={"token": token})
    assert answer.headers["Location"].startswith("/en/file")
    assert session.scalars(select(Draft.kind)).all() == ["file"]


def test_beginning_again_forgets_the_answers(
    person: Callable[..., Person], session: Session
) -> None:
    somebody = person()
    somebody.to_result(WAGES)
    token = somebody.here.all("input", name="token")[0].get("value")
    somebody.client.post("/en/help/again", data={"token": token})
    assert session.scalar(select(Draft)) is None
    assert somebody.open("/en/help/result").name == "help.question"


def test_the_printed_result_has_a_neutral_title_and_the_same_doors(
    person: Callable[..., Person],
) -> None:
    somebody = person()
    somebody.to_result(WAGES)
    first = somebody.here.all("li", data_rank="1")[0]
    paper = somebody.open("/en/help/result/print")
    assert (paper.one("title").text or "").startswith("Notes")
    name = "".join(first.iter("a").__next__().itertext())
    assert name in paper.main


def test_unconfirmed_numbers_are_not_in_a_result(person: Callable[..., Person]) -> None:
    page = person("vi").to_result(WAGES)
    for body in facts.shipped().mechanisms.values():
        for channel in body.channels:
            if channel.value and not channel.public:
                assert channel.value not in page.html
