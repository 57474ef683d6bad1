"""Passages and what people translated of them: which translations an original has left behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance import i18n
from grievance.cases import corrections, messages, records
from grievance.cases.messages import Read
from grievance.cases.opening import OpenCase
from grievance.cases.translated import Translation
from grievance.questions.bank import shipped
from grievance.questions.summary import summary


@dataclass(frozen=True)
class Text:
    """A passage that can be translated: a written answer or a message, as it reads now. `about` is
    the question, and empty for a message."""

    passage: str
    text: str = field(repr=False)
    language: str
    about: str = ""


def texts(session: Session, opened: OpenCase) -> dict[str, Text]:
    """The written answers of the story, and the thread with the worker; never who they are."""
    answers = records.read(session, opened, "answers")
    own = opened.case.language
    told = {
        line.question: Text(line.question, line.text, own, line.label)
        for line in summary(shipped(), answers, i18n.current().slug)
        if line.written
    }
    fixed = corrections.of_words(session, opened)
    for one in messages.thread(session, opened, "worker"):
        row, last = one.row, fixed.get(one.row.id, ())[-1:]
        text, language = (last[0].text, last[0].language) if last else (one.text, row.language)
        told[str(row.id)] = Text(str(row.id), text, language)
    return told


def stale(session: Session, opened: OpenCase) -> set[UUID]:
    """The translations whose original was changed after they were made, or corrected last: an
    answer that staff wrote down anew, a message that they corrected."""
    fixed = corrections.of_words(session, opened)
    since = {str(target): max(one.row.at for one in found) for target, found in fixed.items()}
    for part in ("answers", "identity"):
        since |= records.later(session, opened, part)
    mine = select(Translation.id, Translation.passage, Translation.at)
    return {
        row.id
        for row in session.execute(mine.where(Translation.case_id == opened.case.id))
        if row.passage in since
        and max([row.at, *(one.row.at for one in fixed.get(row.id, ()))]) < since[row.passage]
    }


def current(session: Session, opened: OpenCase, thread: Sequence[Read]) -> list[Read]:
    """A thread without the translations that were left behind: who reads those alone would be told
    what does not hold any more."""
    left = stale(session, opened)
    return [
        replace(
            one, translations=tuple(said for said in one.translations if said[0].id not in left)
        )
        for one in thread
    ]
