"""A company looks at its own grievance mechanism beside the UN Guiding Principles, principle 31.

Nothing that is ticked is kept: the page that comes back is the answer, to print or to save.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, abort, request

from grievance.accounts import staff
from grievance.directory.citing import cite
from grievance.i18n import N_
from grievance.i18n import gettext as _
from grievance.model import complete
from grievance.partner_desk.surface import answer, membership, partner
from grievance.web.audience import audience
from grievance.web.forms import Choice, Form, option

# UNGP 31 (a) to (h); below each what it asks for, by its commentary and by the days that laws on
# reporting channels set (Directive (EU) 2019/1937, articles 9 and 11).
CRITERIA = {
    "legitimate": N_("Legitimate: it is trusted, and somebody answers for it"),
    "accessible": N_("Accessible: everybody it is for knows it and can use it"),
    "predictable": N_("Predictable: its steps and days are known"),
    "equitable": N_("Equitable: who complains is not the weaker side in it"),
    "transparent": N_("Transparent: people are told how it stands, and what came of it"),
    "rights": N_("Rights-compatible: what comes of it agrees with human rights"),
    "learning": N_("A source of learning: it changes what led to complaints"),
    "dialogue": N_("Dialogue: workers have a say in it, and talks come first"),
}
ASKS = {
    "legitimate": (
        N_("Who looks into a complaint is independent of the people it is about."),
        N_("Who a complaint is about cannot read it and decides nothing in it."),
        N_("Who handles complaints is named, and bound to secrecy."),
    ),
    "accessible": (
        N_("Workers of suppliers, agencies and subcontractors can use it, too."),
        N_("They find it in a language they read, where they work and where they live."),
        N_("It can be used without a name, from a telephone, outside working hours, at no cost."),
    ),
    "predictable": (
        N_("A complaint is confirmed within 7 days and answered within 3 months at most."),
        N_("The steps, their days and what can come of them are written down and published."),
    ),
    "equitable": (
        N_("Who complains may bring a union, a lawyer or somebody else they trust."),
        N_("Interpreting and advice cost them nothing."),
        N_("They see what the company says and can answer it before anything is decided."),
    ),
    "transparent": (
        N_("They are told how it stands without having to ask."),
        N_("How many complaints there were, and what came of them, is published every year."),
    ),
    "rights": (
        N_("Nobody has to use it before a court, an office or a union, or gives up going there."),
        N_("Nobody searches for who complained; punishing them has consequences."),
        N_("Whether what was promised arrived is checked with the worker, also months later."),
    ),
    "learning": (
        N_("After each case somebody writes down what has to change, and by when."),
        N_("Who complained is asked how it went, and that is read by who can change it."),
    ),
    "dialogue": (
        N_("Workers and those who speak for them took part in making it, and are asked again."),
        N_("Where talks end without a result, somebody independent decides, not the company."),
    ),
}
complete(ASKS, CRITERIA)
ANSWERS = {
    "yes": N_("Yes"),
    "partly": N_("Partly"),
    "no": N_("No"),
    "unknown": N_("We do not know"),
}
SOURCE = "UNGP 31"


@dataclass(frozen=True)
class Outcome:
    """What the answers come to for one criterion: how many of its points hold, and which are to be
    looked at, each with what was answered (empty where nothing was)."""

    criterion: str
    label: str
    holds: int
    of: int
    open: list[tuple[str, str]]


def _field(criterion: str, at: int) -> str:
    return f"{criterion}-{at}"


def _form() -> type[Form]:
    """The form in the language of the page."""
    choices = [option(code, _(label)) for code, label in ANSWERS.items()]
    fields = {
        _field(criterion, at): Choice(_(text), choices=choices)
        for criterion, texts in ASKS.items()
        for at, text in enumerate(texts)
    }
    return type("SelfCheckForm", (Form,), fields)


def outcomes(form: Form) -> list[Outcome]:
    """What the answers come to, criterion by criterion."""
    found = []
    for criterion, label in CRITERIA.items():
        given = [
            (_(text), str(form[_field(criterion, at)].data or ""))
            for at, text in enumerate(ASKS[criterion])
        ]
        left = [
            (text, _(ANSWERS[said]) if said in ANSWERS else "")
            for text, said in given
            if said != "yes"
        ]
        found.append(Outcome(criterion, _(label), len(given) - len(left), len(given), left))
    return found


@partner.route("/self-check", methods=["GET", "POST"])
@audience("partner", staff.SIGNED_IN)
def self_check() -> Response:
    """The points of each criterion, and after sending what is missing; companies only."""
    if not membership().by_name:
        abort(404)
    form = _form()(request.form)
    done = request.method == "POST" and form.validate()
    return answer(
        "self_check",
        422 if form.errors else 200,
        form=form,
        criteria=[
            (_(label), [form[_field(name, at)] for at, _text in enumerate(ASKS[name])])
            for name, label in CRITERIA.items()
        ],
        points=sum(map(len, ASKS.values())),
        found=outcomes(form) if done else [],
        source=cite(SOURCE),
    )
