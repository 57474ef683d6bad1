"""What was not asked on the short way: a card at a time, each saying what it is good for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from flask import Response, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from grievance.cases import wages
from grievance.cases.act import Act
from grievance.cases.facts import NAMED, Told, desks_of, told_in
from grievance.cases.operations import adding
from grievance.cases.verbs import Verb
from grievance.extensions import db
from grievance.i18n import N_
from grievance.i18n import gettext as _
from grievance.intake import drafting
from grievance.intake.blueprint import bp
from grievance.intake.visits import visited
from grievance.questions import cards
from grievance.questions.bank import shipped
from grievance.questions.cards import Card
from grievance.questions.forms import Asking, answers_in, form_of
from grievance.questions.question import Question
from grievance.web.audience import audience
from grievance.web.forms import Form

UNFIT = N_("These answers do not fit what you told us before. Look at them again.")


def next_card(act: Act) -> Card | None:
    """The card that helps most now; None for a helper, and where nothing is open."""
    if not act.may(Verb.WORKER_ADDS):
        return None
    return next(iter(cards.cards(shipped(), told_in(act.session, act.opened))), None)


@bp.get("/case/more")
@audience("worker")
def more() -> Answer:
    """On to the next card after the one that was answered or left; after the last, to the case."""
    act = visited()
    found = None
    if act.may(Verb.WORKER_ADDS):
        told = told_in(act.session, act.opened)
        found = cards.after(shipped(), told, request.args.get("after", ""))
    db.session.commit()
    if found is None:
        return redirect(url_for("intake.case"), 303)
    return redirect(url_for("intake.card", page=found.page), 303)


@bp.route("/case/more/<page>", methods=["GET", "POST"])
@audience("worker")
def card(page: str) -> Answer | Response:
    """One card: answer it or leave it."""
    act = visited(lock=request.method == "POST")
    if not act.may(Verb.WORKER_ADDS):
        abort(403)
    told = told_in(act.session, act.opened)
    asks = cards.card(shipped(), told, page)
    if asks is None:
        return redirect(url_for("intake.more", after=page), 303)
    form = _form(told, asks.questions)
    if request.method == "POST" and form.validate() and _added(act, told, form, asks):
        db.session.commit()
        return redirect(url_for("intake.more", after=page), 303)
    shown = render_template("intake/short/card.html", form=form, card=asks)
    db.session.commit()
    return make_response(shown, 422 if form.errors else 200)


def _form(told: Told, questions: Sequence[Question]) -> Form:
    """No answer of a card is needed."""
    free = frozenset(question.id for question in questions)
    asking = Asking(shipped(), drafting.JOURNEY, told, free, drafting.desk_names(told))
    return form_of(asking, questions, request.form if request.method == "POST" else None)


def _added(act: Act, told: Told, form: Form, asks: Card) -> bool:
    """Add what was answered, nothing where everything was left empty. False, with a sentence
    beside the field, where the case could not have been filed so."""
    bank = shipped()
    said = {name: answer for name, answer in answers_in(form, asks.questions).items() if answer}
    if not said:
        return True
    if said.keys() & NAMED:
        said["desk-found"] = desks_of(act.session, {**told, **said})
    try:
        pay = wages.read(act.session, act.opened).pay
        added = adding.added_to(bank, told, said, partial(drafting.advice_on, pay=pay))
    except ValueError:
        form[next(name for name in said if name in form)].errors = [_(UNFIT)]
        return False
    adding.add(act, added)
    return True
