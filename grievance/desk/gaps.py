"""What is not known yet of a case filed by a short way, and what came after it was filed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grievance.cases import records, replies
from grievance.cases.operations.moving import allowed
from grievance.cases.replies import Reply
from grievance.cases.verbs import Verb
from grievance.clock import local_day
from grievance.desk.loading import Desk
from grievance.extensions import db
from grievance.i18n import date_text
from grievance.i18n import gettext as _
from grievance.questions import cards
from grievance.questions.bank import shipped
from grievance.questions.sections import pages_of

ASK = "ask-"  # before a question's id: the name of the text that asks it


@dataclass(frozen=True)
class Gap:
    """A question nobody has answered, and the text to ask it with; no text where the worker
    cannot be asked now. `page` is where it can be written down, empty where it cannot be."""

    label: str
    reply: str
    page: str


def gaps_of(desk: Desk) -> list[Gap]:
    """What is not known yet, what helps most first; empty for a case that was asked everything, and
    while who it is about is folded."""
    session, opened = db.session(), desk.opened
    if desk.folded:  # what looks like a gap may be known
        return []
    told = {**records.read(session, opened, "answers"), **records.read(session, opened, "identity")}
    told.pop("contact", None)
    asks = allowed(desk.case, Verb.ASK_WORKER, desk.actor)
    writes = allowed(desk.case, Verb.STATE_FACTS, desk.actor)
    pages = pages_of(shipped(), told) if writes else {}
    return [
        Gap(
            _(question.ask),
            f"{ASK}{question.id}" if asks else "",
            pages.get(question.id, ""),
        )
        for card in cards.cards(shipped(), told)
        for question in card.questions
    ]


def later_of(desk: Desk, zone: str) -> Mapping[str, str]:
    """The answers that came or changed after the filing, each with its day in words."""
    session, opened = db.session(), desk.opened
    since = {
        **records.later(session, opened, "answers"),
        **records.later(session, opened, "identity"),
    }
    return {name: date_text(local_day(at, zone)) for name, at in since.items()}


def ready(name: str) -> Reply | None:
    """A text to start from: one of the ready ones, or a question of the filing."""
    question = shipped().questions.get(name.removeprefix(ASK)) if name.startswith(ASK) else None
    if question is None:
        return replies.shipped().get(name)
    return Reply(name, Verb.ASK_WORKER, "", question.ask)
