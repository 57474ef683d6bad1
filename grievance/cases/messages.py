"""The two threads of a case: with the worker (story), and among staff (internal)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grievance.cases.actors import Actor
from grievance.cases.models import Message
from grievance.cases.opening import OpenCase
from grievance.cases.translated import Translation
from grievance.vault.labels import Label

LABEL_OF = {"worker": Label.MESSAGE_BODY, "staff": Label.STAFF_MESSAGE}


@dataclass(frozen=True)
class Written:
    """What somebody typed, once: `form_id` is the page's, so that a repeated POST writes once."""

    text: str = field(repr=False)
    language: str
    form_id: UUID


@dataclass(frozen=True)
class Read:
    """A message as its reader sees it."""

    row: Message
    text: str = field(repr=False)
    translations: tuple[tuple[Translation, str], ...] = ()


def sent_before(session: Session, case_id: UUID, form_id: UUID) -> Message | None:
    """The message that this form already wrote."""
    return session.scalars(
        select(Message).where(Message.case_id == case_id, Message.form_id == form_id)
    ).first()


@dataclass(frozen=True)
class Line:
    """In which thread something is written, with which verb, by whom and when."""

    thread: str
    verb: str
    actor: Actor
    at: datetime


def write(session: Session, opened: OpenCase, written: Written, by: Line) -> Message:
    """Add a message to a thread, sealed under the thread's compartment."""
    row, thread = uuid4(), by.thread
    last = session.scalar(
        select(func.max(Message.seq)).where(
            Message.case_id == opened.case.id, Message.thread == thread
        )
    )
    message = Message(
        id=row,
        case_id=opened.case.id,
        seq=(last or 0) + 1,
        thread=thread,
        author=by.actor.role,
        person_id=by.actor.person,
        verb=by.verb,
        form_id=written.form_id,
        language=written.language,
        key_generation=opened.case.key_generation,
        body=opened.seal_text(LABEL_OF[thread], row, written.text),
        at=by.at,
    )
    session.add(message)
    session.flush()
    return message


def thread(session: Session, opened: OpenCase, name: str) -> list[Read]:
    """A thread in the order it was written, each message with its translations."""
    rows = list(
        session.scalars(
            select(Message)
            .where(Message.case_id == opened.case.id, Message.thread == name)
            .order_by(Message.seq)
        )
    )
    translated = translations(session, opened, [str(row.id) for row in rows])
    return [
        Read(
            row,
            opened.open_text(LABEL_OF[name], row.id, row.body),
            tuple(translated.get(str(row.id), ())),
        )
        for row in rows
    ]


def translations(
    session: Session, opened: OpenCase, passages: Iterable[str] | None = None
) -> dict[str, list[tuple[Translation, str]]]:
    """Translations by passage, newest of a language last; of all passages when none are named."""
    query = select(Translation).where(Translation.case_id == opened.case.id)
    if passages is not None:
        query = query.where(Translation.passage.in_(list(passages)))
    found: dict[str, list[tuple[Translation, str]]] = {}
    for row in session.scalars(query.order_by(Translation.at)):
        text = opened.open_text(Label.PASSAGE_TRANSLATION, row.id, row.body)
        found.setdefault(row.passage, []).append((row, text))
    return found
