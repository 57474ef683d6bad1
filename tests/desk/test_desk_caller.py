"""One page for somebody who called: in any order, saved as it goes, on to a case of your own."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from grievance import i18n
from grievance.accounts.models import Event
from grievance.accounts.roles import Role
from grievance.cases.call_words import AFTER_NUMBER, BEFORE_NUMBER
from grievance.cases.models import Case, Receipt
from grievance.desk.caller_form import script_of
from grievance.desk.caller_words import ALOUD, HEADINGS, WORDS
from grievance.questions.bank import shipped
from grievance.questions.models import Draft
from grievance.vault.receipts import grouped
from grievance.web.binding import FORM_AGAIN
from tests.pages import read_page

PATH = "/staff/caller"
# What only a browser of their own, or a helper, is asked; files are added to the case.
ELSEWHERE = {"phone", "who", "helper-role", "helper-knows", "helper-name", "files"}
# What is told at once, before anything more is asked; then what that opens.
FIRST = {
    "language": "vi", "what-happened": "Hai tháng không có lương.", "problem": "money",
    "hurt": "no", "free": "yes", "taken": "no", "location": "japan", "goal": "money",
    "know": "not-employer", "reach-by": "phone", "reissue": "yes", "company": "Mihon Press",
}  # fmt: skip
THEN = {"issue": "wages-unpaid", "contact-phone": "090-1234-5678", "contact-when": "after 8"}


class Desk:
    """A browser that counts its clicks (links and buttons) and the pages it is shown."""

    def __init__(self, client):
        self.client, self.clicks, self.pages = client, 0, 0
        self.page = None

    def open(self, path=PATH):
        self.clicks, self.pages = self.clicks + 1, self.pages + 1
        self.page = read_page(self.client.get(path))
        return self.page

    def press(self, verb="save", **typed):
        """Fill in some boxes and press a button: where that leads."""
        form = self.page.one("form", id="caller")
        button = self.page.one("button", data_verb=verb)
        sent = {**self.page.fields(form), **{k.replace("_", "-"): v for k, v in typed.items()}}
        to = button.get("formaction") or form.get("action")
        answer = self.client.post(to, data=sent)
        self.clicks, self.pages = self.clicks + 1, self.pages + 1
        if answer.status_code == 303:
            answer = self.client.get(answer.headers["Location"].partition("#")[0])
        self.page = read_page(answer)
        return self.page

    @property
    def asked(self):
        return [one.get("data-ask") for one in self.page.all("div") if one.get("data-ask")]


@pytest.fixture
def desk(loaded, house):
    return Desk(house.browser(house.hire()))


def cases(session):
    session.expire_all()
    return session.scalar(select(func.count()).select_from(Case))


def test_a_call_takes_four_clicks_and_ends_on_the_case_of_who_took_it(desk, house, show):
    link = show(desk.client, "/staff/").one("a", href=PATH)
    page = desk.open(link.get("href"))
    assert cases(house.session) == 0
    assert house.session.scalar(select(func.count()).select_from(Draft)) == 0
    page = desk.press(**FIRST)
    assert {"issue", "contact-phone", "contact-when", "contact-never"} <= set(desk.asked)
    assert not page.all("output")
    page = desk.press(**THEN)
    number = "".join(page.one("output", id="receipt").itertext())
    digits = number.replace(" ", "")
    assert (len(digits), number) == (20, grouped(digits))
    page = desk.press("file")
    assert (desk.clicks, desk.pages) == (4, 4)
    case = house.session.scalars(select(Case)).one()
    assert (page.name, case.reference in page.main) == ("staff.case", True)
    assert digits not in page.text.replace(" ", "")
    receipt = house.session.scalars(select(Receipt)).one()
    assert (case.channel, case.language, receipt.known_to) == ("phone", "vi", "staff")
    filed, taken = house.session.scalars(
        select(Event).where(Event.stream_id == case.id).order_by(Event.seq)
    )
    assert (filed.actor, taken.actor) == (taken.actor, f"member:{case.assignee_id}")
    back = desk.open()
    assert case.reference in back.main
    assert digits not in back.text.replace(" ", "")
    assert desk.page.one("select", id="language") is not None
    assert desk.page.fields(desk.page.one("form", id="caller"))["company"] == ""


def test_sent_twice_it_is_one_case(desk, house):
    desk.open()
    desk.press(**FIRST)
    whole = desk.press(**THEN)
    sent = whole.fields(whole.one("form", id="caller"))
    first = desk.client.post(f"{PATH}/send", data=sent)
    again = desk.client.post(f"{PATH}/send", data=sent)
    assert first.headers["Location"] == again.headers["Location"]
    assert cases(house.session) == 1


def test_what_is_wrong_stands_beside_its_field_and_the_rest_is_kept(desk, house):
    desk.open()
    page = desk.press(**{**FIRST, "language": ""}, since="2031-01-01", name="Nguyễn")
    assert page.status == FORM_AGAIN
    assert list(page.errors) == ["since"]
    assert page.one("input", id="since").get("value") == "2031-01-01"
    page = desk.open()
    held = page.fields(page.one("form", id="caller"))
    assert (held["name"], held["since"], held["problem"]) == ("Nguyễn", "", "money")
    lacks = [link.get("href") for link in page.one("ul", data_lacking="").iter("a")]
    assert lacks == ["#language", "#contact-phone", "#issue"]
    assert not page.all("output")
    assert not page.all("button", data_verb="file")
    sent = desk.client.post(f"{PATH}/send", data={**held, **THEN})
    assert list(read_page(sent).errors) == ["language"]
    assert cases(house.session) == 0


def test_a_change_opens_and_closes_questions_and_counts_only_what_is_asked(desk, house):
    desk.open()
    desk.press(**FIRST)
    desk.press(**THEN)
    page = desk.press(location="abroad")
    assert "country" in desk.asked
    assert "status" not in desk.asked
    assert not page.all("output")
    page = desk.press(problem="treatment", location="japan")
    assert [one.get("value") for one in page.all("input", name="issue")] != ["wages-unpaid"]
    assert "#issue" in [link.get("href") for link in page.one("ul", data_lacking="").iter("a")]
    whole = desk.press(issue="violence", child="no")
    old = whole.fields(whole.one("form", id="caller"))
    opened = desk.client.post(f"{PATH}/send", data={**old, "reach-by": "email"})
    assert (opened.status_code, cases(house.session)) == (FORM_AGAIN, 0)
    assert "contact-email" in read_page(opened).errors


def test_danger_is_asked_of_everybody_and_says_first_whom_to_call(desk):
    page = desk.open()
    assert {"hurt", "free", "taken"} <= set(desk.asked)
    assert not page.all("section", class_="danger-strip")
    page = desk.press(language="vi", hurt="yes", location="japan", prefecture="JP-13")
    strip = page.one("section", class_="danger-strip")
    assert strip.get("aria-labelledby") == "danger-now"
    assert {"tel:110", "tel:119"} <= {link.get("href") for link in strip.iter("a")}
    assert page.html.index("danger-now") < page.html.index('id="caller"')


def test_every_language_has_the_script_and_a_word_for_each_digit():
    for row in i18n.LANGUAGES:
        script = script_of("01234567890123456789", row)
        assert [digit for group in script.groups for digit, _word in group][:10] == list(
            "0123456789"
        )
        said = {word for group in script.groups for _digit, word in group}
        assert len(said) == 10, row.slug
        if row.slug != "en":
            assert not {BEFORE_NUMBER, *AFTER_NUMBER} & {script.before, *script.after}, row.slug
            assert not said & {"one", "two", "three"}, row.slug


@pytest.mark.parametrize("language", ["en", "vi", "my", "ur"])
def test_consent_and_number_are_read_out_in_the_callers_language(language, house, loaded):
    """The exact words of the worker's own pages stand open; each digit has its word."""
    desk = Desk(house.browser(house.hire(language="ja")))
    desk.open()
    desk.press(**{**FIRST, "language": language, "reach-by": "none"})
    page = desk.press(issue="wages-unpaid")
    row = i18n.BY_SLUG[language]
    with i18n.speaking(row):
        said = [i18n.gettext(shipped().questions[name].ask) for name in ("know", "reissue")]
    aloud = [fold for fold in page.all("details", data_aloud="") if fold.get("open") is not None]
    read = " ".join("".join(one.itertext()) for one in aloud)
    assert all(one in read for one in said)
    assert bool(page.all("p", data_not_translated="")) == (language in ("my", "ur"))
    spoken = page.one("ol", class_="digits")
    assert spoken.get("lang") == row.tag
    digits = "".join("".join(page.one("output", id="receipt").itertext()).split())
    script = script_of(digits, row)
    assert all(one in page.main for one in (script.before, *script.after))
    told = [" ".join("".join(one.itertext()).split()) for one in spoken.iter("span")]
    assert told == [f"{digit} {word}" for group in script.groups for digit, word in group]


def test_every_question_has_its_place_and_one_more_would_be_missed():
    file = [one for page in shipped().journeys["file"] for one in shipped().on_page(page)]
    assert {one.id for one in file} == set(WORDS) | ELSEWHERE
    assert sum(map(len, HEADINGS.values())) == len(WORDS)
    assert set(WORDS) >= ALOUD


def test_a_draft_is_of_who_began_it_and_can_be_thrown_away(desk, house, show):
    desk.open()
    desk.press(**FIRST)
    secret = desk.client.get_cookie("caller").value
    other = house.browser(house.hire(name="Sato Aoi"))
    other.set_cookie("caller", secret)
    assert "Mihon Press" not in show(other, PATH).html
    page = desk.open()
    drop = page.one("form", action=f"{PATH}/drop")
    assert desk.client.post(f"{PATH}/drop", data={}).status_code == 303
    assert "Mihon Press" in desk.open().html
    desk.client.post(f"{PATH}/drop", data=page.fields(drop))
    assert "Mihon Press" not in desk.open().html


def test_without_its_token_nothing_is_kept_and_what_was_typed_stands_there(desk, house):
    desk.open()
    answer = desk.client.post(PATH, data={"asked": "name company", "name": "Nguyễn"})
    page = read_page(answer)
    assert (page.status, page.one("input", id="name").get("value")) == (FORM_AGAIN, "Nguyễn")
    assert house.session.scalar(select(func.count()).select_from(Draft)) == 0


def test_who_works_on_no_cases_or_holds_no_key_files_for_nobody(house):
    for role in (Role.ADMINISTRATOR, Role.AUDITOR):
        client = house.browser(house.hire(role))
        assert client.get(PATH).status_code == 403
        assert client.post(f"{PATH}/send", data={}).status_code == 403
