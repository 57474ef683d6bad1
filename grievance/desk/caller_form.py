"""One page for somebody who called: the questions of the filing that apply to the answers so far,
in the order of a talk, and the words to read out in their language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import request

from grievance import i18n
from grievance.cases.call_words import AFTER_NUMBER, BEFORE_NUMBER, DIGITS
from grievance.cases.facts import NAMED, desks_of
from grievance.desk.caller_words import HEADINGS, WORDS
from grievance.directory import queries as directory
from grievance.extensions import db
from grievance.i18n import Language, lazy
from grievance.i18n import gettext as _
from grievance.questions.bank import shipped
from grievance.questions.forms import Asking, Page, answers_in, fields_of
from grievance.questions.journey import OTHER
from grievance.questions.question import Answer, Answers, Question, listed
from grievance.questions.sections import issues
from grievance.vault.receipts import grouped
from grievance.web.forms import Hidden, Select, option

JOURNEY = "file"
BEGUN: Mapping[str, Answer] = {"channel": "phone"}  # as the empty page stands


class CallerForm(Page):
    """How the person reached us, and the answers; `asked` are the questions that the page had."""

    channel = Select(
        lazy("How did they reach you?"),
        choices=[
            option("phone", lazy("By phone")),
            option("in_person", lazy("In person")),
            option("post", lazy("By post")),
        ],
        default="phone",
        needed=lazy("Choose how they reached you."),
    )
    asked = Hidden()


class AskedForm(Page):
    """Which questions the page had that is sent."""

    asked = Hidden()


@dataclass(frozen=True)
class Aloud:
    """A question, its help and its answers, in the words of the person's own language."""

    tongue: Language
    ask: str
    help: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class Script:
    """How a number is read out: sentences of the person's language and, by groups of four, each
    digit with its word."""

    code: str
    tongue: Language
    before: str
    groups: tuple[tuple[tuple[str, str], ...], ...]
    after: tuple[str, ...]


def asked_of(answers: Answers) -> list[Question]:
    """The questions that apply to these answers, in the order of the page."""
    bank = shipped()
    shown, pages = bank.asked_on_each(JOURNEY, answers), bank.path(JOURNEY, answers)
    found = {one.id: one for page in pages for one in shown[page]}
    return [found[name] for name in WORDS if name in found]


def form_on(answers: Mapping[str, Answer]) -> CallerForm:
    """The page with these answers in it."""
    asked = asked_of(answers)
    form = _made(answers, asked, None)
    form.asked.data = " ".join(one.id for one in asked)
    return form


def sent_form(answers: Mapping[str, Answer]) -> tuple[CallerForm, list[Question]]:
    """What was sent, read by the questions that the page had, and those questions. An issue may
    belong to a kind of problem that was changed on the same page: then it does not count."""
    had = set((AskedForm(request.form).asked.data or "").split())
    asked = [shipped().questions[name] for name in WORDS if name in had]
    form = _made(answers, asked, request.form)
    for name in ("issue", "also-issues"):
        if name in form:
            every: Any = form[name]
            every.choices = [(code, code) for code in (*issues(shipped()), OTHER)]
    return form, asked


def _made(answers: Answers, asked: list[Question], given: Any) -> CallerForm:
    names = _desk_names(answers)
    excused = frozenset(one.id for one in asked)  # nothing is needed before it is sent
    words = {one.id: _(WORDS[one.id]) for one in asked}
    asking = Asking(shipped(), JOURNEY, answers, excused, names, words)
    parts = {**fields_of(asking, asked), "asking": asking}
    made: CallerForm = type("OneCaller", (CallerForm,), parts)(
        given, data=None if given is not None else dict(answers)
    )
    for one in asked:
        if shipped().needs(one.page, one):
            field: Any = made[one.id]
            field.later = _("(needed before it is sent)")
    return made


def right_in(form: CallerForm, asked: list[Question], before: Answers) -> dict[str, Answer]:
    """What can be kept of what was sent: every answer that nothing is wrong with."""
    given = answers_in(form, [one for one in asked if not form[one.id].errors])
    if not form.channel.errors:
        given["channel"] = str(form.channel.data)
    if given.keys() & set(NAMED):
        given["desk-found"] = desks_of(db.session(), {**before, **given})
    return given


def lacking(answers: Answers) -> list[str]:
    """The questions without whose answer nothing can be filed, in the order of the page."""
    bank, live = shipped(), shipped().live(JOURNEY, answers)
    return [
        one.id for one in asked_of(answers) if bank.needs(one.page, one) and not live.get(one.id)
    ]


def show_wrong(again: CallerForm, sent: CallerForm, lacking: Iterable[str]) -> None:
    """Put what was wrong of a page that was sent back into its box, and say what is lacking."""
    for name, field in sent._fields.items():
        if field.errors and name in again:
            again._fields[name] = field
    for name in lacking:
        if not again[name].errors:
            again[name].errors = [_("This is needed before it can be sent.")]


def sections(asked: list[Question]) -> list[tuple[str, list[str]]]:
    """The headings, each with the questions under it that apply; none that has nothing to ask."""
    shown = {one.id for one in asked}
    found = [
        (_(title), [name for name in said if name in shown]) for title, said in HEADINGS.items()
    ]
    return [(title, names) for title, names in found if names]


def aloud(answers: Answers, asked: list[Question]) -> dict[str, Aloud]:
    """The words of each question in the language that they speak; none where that is not known
    yet, or does not have all of them."""
    slug = str(answers.get("language", ""))
    if slug not in i18n.BY_SLUG:
        return {}
    found = {one.id: _aloud(one, i18n.BY_SLUG[slug]) for one in asked}
    return {name: said for name, said in found.items() if said is not None}


def _aloud(question: Question, language: Language) -> Aloud | None:
    labels = [one.label for one in question.options if not one.retired]
    with i18n.speaking(language):
        said = [i18n.gettext(one) for one in (question.ask, question.help, *labels)]
    known = language == i18n.ENGLISH or said[0] != question.ask
    return Aloud(language, said[0], said[1], tuple(said[2:])) if known else None


def script_of(code: str, language: Language) -> Script:
    """How this number is read out in a language."""
    with i18n.speaking(language):
        words = i18n.gettext(DIGITS).split()
        before, after = i18n.gettext(BEFORE_NUMBER), tuple(map(i18n.gettext, AFTER_NUMBER))
    groups = tuple(
        tuple((digit, words[int(digit)]) for digit in group) for group in grouped(code).split()
    )
    return Script(grouped(code), language, before, groups, after)


def _desk_names(answers: Answers) -> dict[str, str]:
    found = listed(answers.get("desk-found", ""))
    if not found:
        return {}
    book = directory.book(db.session())
    return {name: book.name(name) for name in found}
