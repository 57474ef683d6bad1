"""What a copy of a case says as data (`docs/export.md`): codes, words and days, for other programs.

Nothing of what staff write among themselves is in it, nor what they think of a case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.cases import corrections, messages, passages, queries, records, wages
from grievance.cases.act import Act
from grievance.cases.answers import Heard, heard
from grievance.cases.copies import CASE_FORMAT, FORMAT
from grievance.cases.files import Stored
from grievance.cases.models import CaseFile, Feedback
from grievance.cases.opening import OpenCase
from grievance.cases.operations import closing, remedying, sums
from grievance.cases.operations.exporting import Export
from grievance.cases.translated import verified
from grievance.directory import queries as directory
from grievance.directory.book import Book
from grievance.i18n import ENGLISH
from grievance.questions.summary import UNSAID
from grievance.referrals import queries as referrals
from grievance.referrals.models import Referral
from grievance.vault.labels import Label

Kept = Sequence[tuple[CaseFile, Stored]]


def facts_of(session: Session, opened: OpenCase, kept: Kept, day: date) -> dict[str, Any]:
    """The whole case. `Shut` without the keys of story and identity."""
    case = opened.case
    identity = records.read(session, opened, "identity")
    contact = identity.pop("contact", None) or {}
    contact.pop("box", None)
    return {
        "format": FORMAT,
        "made_on": day.isoformat(),
        "filed_at": case.filed_at.isoformat(),
        "state": case.state,
        "since": case.state_since.isoformat(),
        "language": case.language,
        "problems": list(case.issues),
        "country": case.country,
        "told": _said(records.read(session, opened, "answers")),
        "pay": wages.read(session, opened).plain(),
        "who": _said(identity),
        "contact": contact,
        "changed": _changed(session, opened),
        "messages": _messages(session, opened, kept),
        "files": [_file(row, stored) for row, stored in kept],
        "decision": records.read(session, opened, "decision") or None,
        "closed": _closed(session, opened),
        "promised": [
            _remedy(opened, one)
            for one in remedying.items(session, case.id)
            if one.state != "dropped"
        ],
        "said_of_it": _feedback(session, opened),
        "handed_over": _handed(session, opened),
    }


def case_facts(act: Act, kept: Kept, wanted: Export) -> dict[str, Any]:
    """The whole case as staff take it along: as for its worker, with what staff write and do. The
    answers that say who it is, and the notes among staff, only where they are wanted."""
    session, opened, case = act.session, act.opened, act.case
    told = facts_of(session, opened, kept, act.today)
    if not wanted.who:
        told.pop("who"), told.pop("contact")
        told["changed"] = _changed(session, opened, ("answers",))
    notes = _messages(session, opened, kept, "staff") if wanted.notes else None
    return {
        **told,
        "format": CASE_FORMAT,
        "reference": case.reference,
        "severity": case.severity,
        "danger": case.danger,
        "channel": case.channel,
        "region": case.region,
        "handed_over": _handed(session, opened, every=True),
        "corrected": _corrected(session, opened, wanted),
        "events": [
            {"at": one.at.isoformat(), "verb": one.verb, "by": one.actor.partition(":")[0]}
            for one in queries.timeline(session, case.id)
        ],
        **({} if notes is None else {"notes": notes}),
    }


def _corrected(session: Session, opened: OpenCase, wanted: Export) -> list[dict[str, Any]]:
    found = corrections.of_words(session, opened)
    return [
        {"kind": one.row.kind, "at": one.row.at.isoformat(), "text": one.text, "why": one.why}
        for listed in found.values()
        for one in listed
        if wanted.notes or one.row.kind != "note"
    ]


def _said(answers: dict[str, Any]) -> dict[str, Any]:
    return {name: given for name, given in answers.items() if name not in UNSAID}


def _changed(
    session: Session, opened: OpenCase, kinds: Sequence[str] = corrections.ANSWERS
) -> list[dict[str, Any]]:
    return [
        {
            "at": one.row.at.isoformat(),
            "why": one.why,
            "answers": {name: list(pair) for name, pair in one.answers.items()},
        }
        for one in corrections.changed(session, opened)
        if one.row.kind in kinds
    ]


def _messages(
    session: Session, opened: OpenCase, kept: Kept, thread: str = "worker"
) -> list[dict[str, Any]]:
    left, fixed = passages.stale(session, opened), corrections.of_words(session, opened)
    return [
        {
            "by": one.row.author,
            "at": one.row.at.isoformat(),
            "language": one.row.language,
            "text": one.text,
            "translations": [
                {
                    "language": row.language,
                    "text": text,
                    "stale": row.id in left,
                    "origin": row.origin,
                    "checked": verified(row, fixed.get(row.id, ())),
                }
                for row, text in one.translations
            ],
            "files": [stored.name for row, stored in kept if row.message_id == one.row.id],
        }
        for one in messages.thread(session, opened, thread)
    ]


def _file(row: CaseFile, stored: Stored) -> dict[str, Any]:
    told = {"name": stored.name, "kind": stored.kind, "size": stored.size}
    return {**told, "by": row.author, "at": row.at.isoformat(), "cleaned": bool(stored.clean_blob)}


def _closed(session: Session, opened: OpenCase) -> dict[str, Any] | None:
    found = closing.last_outcome(session, opened.case.id)
    return {"at": found.at.isoformat(), "result": found.result} if found else None


def _remedy(opened: OpenCase, item: Any) -> dict[str, Any]:
    told = asdict(sums.facts_of(opened, item))
    days = {"due_on": _day(item.due_on), "arrived_on": _day(item.arrived_on)}
    return {"kind": item.kind, "state": item.state, **days, **told}


def _feedback(session: Session, opened: OpenCase) -> list[dict[str, Any]]:
    mine = select(Feedback).where(Feedback.case_id == opened.case.id)
    return [
        {
            "kind": one.kind,
            "at": one.at.isoformat(),
            "language": one.language,
            "text": opened.open_text(Label.FEEDBACK_WORDS, one.id, one.words),
        }
        for one in session.scalars(mine.order_by(Feedback.at, Feedback.id))
    ]


def _handed(session: Session, opened: OpenCase, *, every: bool = False) -> list[dict[str, Any]]:
    book = directory.book(session)
    hands = referrals.of_case(session, opened.case.id)
    return [
        _hand(
            hand.referral,
            book,
            [
                one
                for one in heard(session, opened, hand.referral)
                if one.for_worker or (every and one.opened and not one.unread)
            ],
        )
        for hand in hands
    ]


def _hand(row: Referral, book: Book, answers: Sequence[Heard]) -> dict[str, Any]:
    return {
        "to": row.mechanism,
        "name": book.name(row.mechanism, ENGLISH),
        "state": row.state,
        "purpose": row.purpose,
        "asked_at": _moment(row.asked_at),
        "went_on": _day(row.delivered_on),
        "by": row.channel,
        "until": _day(row.ends_on),
        "answers": [
            {
                "kind": one.row.kind,
                "on": _day(one.row.on),
                "number": one.reference,
                "text": one.words,
                **({"stance": one.stance.plain} if one.stance else {}),
            }
            for one in answers
        ],
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
