"""What worker and operator wrote to each other, as a paper holds it: their own words alone, without
those of helpers or of other members of a group, who agreed to nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from grievance.cases import corrections, messages, passages
from grievance.cases.corrections import Words
from grievance.cases.messages import Read
from grievance.cases.opening import OpenCase
from grievance.clock import local_day
from grievance.deadlines.queries import operator_hours
from grievance.i18n import BY_SLUG, formal_date
from grievance.referrals.document import THREAD, Paragraph, same_speech
from grievance.referrals.templates import book

Fixed = Mapping[UUID, Sequence[Words]]
WROTE = {"worker": "wrote_person", "staff": "wrote_sender"}


def paragraphs(session: Session, opened: OpenCase, language: str) -> tuple[Paragraph, ...]:
    """The messages in the order they were written, each as corrected last, translated where that is
    needed and somebody did it; `language` is that of the paper."""
    thread = passages.current(session, opened, messages.thread(session, opened, "worker"))
    fixed, zone = corrections.of_words(session, opened), operator_hours(session).zone
    theirs = [one for one in thread if one.row.author in WROTE]
    return tuple(_paragraph(one, fixed, language, zone) for one in theirs)


def _paragraph(one: Read, fixed: Fixed, language: str, zone: str) -> Paragraph:
    day = formal_date(local_day(one.row.at, zone), BY_SLUG[language])
    head = book().paper[WROTE[one.row.author]].say(language) % {"day": day}
    last = fixed.get(one.row.id, ())[-1:]
    text, spoken = (last[0].text, last[0].language) if last else (one.text, one.row.language)
    made = [said for said in one.translations if said[0].language == language]
    if same_speech(spoken, language) or not made:
        return Paragraph(THREAD, head, text, spoken)
    row, translated = made[-1]
    if row.id in fixed:
        translated = fixed[row.id][-1].text
    return Paragraph(THREAD, head, translated, language, text, spoken)
