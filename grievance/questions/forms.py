"""A page of questions as a form: one dict from kind to field, and the form's answers as codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from markupsafe import Markup
from wtforms.validators import StopValidation

from grievance import i18n
from grievance.i18n import gettext as _
from grievance.model import can_get_mail, some_of
from grievance.questions.journey import OTHER, Bank
from grievance.questions.places import countries, prefecture_codes, prefecture_name
from grievance.questions.question import KINDS, Answer, Answers, Question, listed
from grievance.questions.summary import issue_label
from grievance.web import forms as web
from grievance.web.read_back import Day, Telephone

NOT_BEFORE = {"until": "since"}  # a day that cannot lie before another


@dataclass(frozen=True)
class Asking:
    """What a page of questions depends on besides its questions.

    `excused` are required questions that need no answer this time, `names` the labels of desks.
    `words` are what some questions are called where somebody else than the person answers them;
    the hints speak to that person, and are left out then.
    """

    bank: Bank
    journey: str
    answers: Answers = field(repr=False)
    excused: frozenset[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)


class Country(web.Select):
    """One of the countries."""

    kind = "country"


class Prefecture(web.Select):
    """One of Japan's prefectures."""

    kind = "prefecture"


class Email(web.Email):
    """An e-mail address that can be one: a name, an @, a domain with a dot."""

    def pre_validate(self, form: Any) -> None:
        """Refuse what no mail server would take."""
        if self.data and not can_get_mail(self.data):
            raise StopValidation(_("Write the whole e-mail address, like name@example.com."))


class Page(web.Form):
    """A page of questions: each answer by itself, then those that bear on one another."""

    asking: Asking

    def validate(self, *rest: Any, **more: Any) -> bool:
        """Whether every answer can stand, also beside the others."""
        good = super().validate(*rest, **more)
        for later, earlier in NOT_BEFORE.items():
            if later in self and self._day(later) < self._day(earlier):
                self[later].errors = [_("This is before the day on which it started.")]
                good = False
        return good

    def _day(self, name: str) -> str:
        """The day of a question as ISO text; the last or first of all when it is not known."""
        held = self[name].data if name in self else self.asking.answers.get(name)
        unknown = "9999" if name in NOT_BEFORE else ""
        return str(held.isoformat() if isinstance(held, date) else held or unknown)


def form_for(asking: Asking, page: str, given: Any = None) -> web.Form:
    """The form of a page: filled with `given` (what was sent) or with the answers so far."""
    return form_of(asking, asking.bank.asked(asking.journey, page, asking.answers), given)


def form_of(asking: Asking, questions: Sequence[Question], given: Any = None) -> web.Form:
    """A form of these questions; its field names are their ids."""
    named = {**fields_of(asking, questions), "asking": asking}
    made: Page = type("Page", (Page,), named)(
        given, data=None if given is not None else dict(asking.answers)
    )
    return made


def fields_of(asking: Asking, questions: Sequence[Question]) -> dict[str, Any]:
    """The fields of these questions by their ids."""
    return {q.id: FIELDS[q.kind](q, _said(q, asking), asking) for q in questions}


def answers_in(form: web.Form, questions: Sequence[Question]) -> dict[str, Answer]:
    """What a valid form says, as codes and text; an empty answer for what was left open."""
    found: dict[str, Answer] = {}
    for question in questions:
        if question.kind == "files":
            continue
        held = form[question.id].data
        if isinstance(held, date):
            found[question.id] = held.isoformat()
        elif isinstance(held, bool):
            found[question.id] = "yes" if held else ""
        else:
            found[question.id] = list(held) if isinstance(held, list) else held or ""
    return found


def _said(question: Question, asking: Asking) -> dict[str, Any]:
    """Label, hint and the sentence for a missing answer, in the language being spoken."""
    excused = question.id in asking.excused
    return {
        "label": asking.words.get(question.id) or _(question.ask),
        "hint": "" if question.id in asking.words else _hint(question, asking),
        "needed": _(question.needed) if question.required and not excused else "",
    }


def _hint(question: Question, asking: Asking) -> str:
    live = asking.bank.live(asking.journey, asking.answers)
    issues = frozenset(asking.bank.issues(live))
    more = question.more
    shown = [more.help] if more and more.shown_if.holds(live, issues) else []
    return " ".join(_(one) for one in [*shown, question.help] if one)


def _text(question: Question, said: dict[str, Any], _asking: Asking) -> Any:
    kind = {"text": web.Line, "email": Email}[question.kind]
    return kind(limit=question.max or web.LINE, **said)


def _telephone(question: Question, said: dict[str, Any], asking: Asking) -> Any:
    return Telephone(limit=question.max or web.LINE, near=near(asking.answers), **said)


def near(answers: Mapping[str, Any]) -> tuple[str, ...]:
    """The countries whose telephone number somebody may give without saying so."""
    said = (str(answers.get(name) or "") for name in ("nationality", "country"))
    return tuple(country for country in said if len(country) == 2)


def _words(question: Question, said: dict[str, Any], _asking: Asking) -> Any:
    return web.Words(limit=question.max or web.WORDS, **said)


def _simple(kind: type[Any]) -> Callable[[Question, dict[str, Any], Asking], Any]:
    return lambda _question, said, _asking: kind(**said)


def _chosen(
    kind: type[Any], rows: Callable[[Question, Asking], list[tuple[str, str]]]
) -> Callable[[Question, dict[str, Any], Asking], Any]:
    def make(question: Question, said: dict[str, Any], asking: Asking) -> Any:
        empty = [("", _("Choose one"))] if issubclass(kind, web.Select) else []
        return kind(choices=dict([*empty, *rows(question, asking)]), **said)

    return make


def _options(question: Question, _asking: Asking) -> list[tuple[str, str]]:
    return [(o.code, _(o.label)) for o in question.options if not o.retired]


def _families(question: Question, asking: Asking) -> list[tuple[str, str]]:
    unsure = question.kind == "family"
    return [
        (family.code, _(family.label))
        for family in asking.bank.families
        if unsure or family.issues != (OTHER,)
    ]


def _issues(question: Question, asking: Asking) -> list[tuple[str, str]]:
    live = asking.bank.live(asking.journey, asking.answers)
    return [(issue, _issue_row(issue)) for issue in asking.bank.issue_choices(question, live)]


def _issue_row(issue: str) -> Markup:
    row = Markup("<b>{}</b><br><small>{}</small>")
    return row.format(issue_label(issue), issue_label(issue, "description"))


def _countries(_question: Question, _asking: Asking) -> list[tuple[str, str]]:
    return list(countries(i18n.current()))


def _prefectures(_question: Question, _asking: Asking) -> list[tuple[str, str]]:
    return [(code, prefecture_name(code, i18n.current())) for code in prefecture_codes()]


def _languages(_question: Question, _asking: Asking) -> list[tuple[str, str]]:
    return [(language.slug, language.own_name) for language in i18n.LANGUAGES]


def _counts(question: Question, _asking: Asking) -> list[tuple[str, str]]:
    return [(str(n), str(n)) for n in range(2, (question.max or 2) + 1)]


def _desks(question: Question, asking: Asking) -> list[tuple[str, str]]:
    found = listed(asking.answers.get("desk-found", ""))
    named = [(code, asking.names.get(code, code)) for code in found]
    return named + _options(question, asking)


FIELDS: dict[str, Callable[[Question, dict[str, Any], Asking], Any]] = {
    "radio": _chosen(web.Choice, _options),
    "checkbox": _chosen(web.Choices, _options),
    "select": _chosen(web.Select, _options),
    "family": _chosen(web.Choice, _families),
    "families": _chosen(web.Choices, _families),
    "issue": _chosen(web.Choice, _issues),
    "issues": _chosen(web.Choices, _issues),
    "country": _chosen(Country, _countries),
    "prefecture": _chosen(Prefecture, _prefectures),
    "language": _chosen(web.Select, _languages),
    "desk": _chosen(web.Choice, _desks),
    "count": _chosen(web.Select, _counts),
    "text": _text,
    "email": _text,
    "phone": _telephone,
    "textarea": _words,
    "date": lambda _question, said, _asking: Day(past=True, **said),
    "tick": _simple(web.Tick),
    "files": _simple(web.Files),
}
some_of(FIELDS, KINDS, without=("preset",))
