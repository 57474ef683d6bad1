"""Passages and what people translated of them: which translations an original has left behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.cases import corrections, records
from grievance.cases.messages import Read
from grievance.cases.models import Translation
from grievance.cases.opening import OpenCase


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
