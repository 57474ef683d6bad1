"""What staff wrote wrongly is corrected beside it: what was written stays, and both are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from grievance.cases import corrections
from grievance.cases.act import Act
from grievance.cases.corrections import WORDS, Correction
from grievance.cases.messages import Written
from grievance.cases.models import Message, RemedyItem
from grievance.cases.opening import OpenCase
from grievance.cases.operations import telling
from grievance.cases.operations.sums import facts_of
from grievance.cases.translated import Translation
from grievance.cases.verbs import Verb
from grievance.model import complete
from grievance.referrals.links import BodyWrote
from grievance.referrals.models import Referral, ReferralAnswer
from grievance.refusals import Refused
from grievance.vault.labels import Label

Wrote = str | None  # what staff wrote in a row; None where it is not theirs to correct
Reads = Callable[[Session, OpenCase, UUID], Wrote]


@dataclass(frozen=True)
class Corrected:
    """Which words of staff were wrong, how they should read, and what was wrong."""

    kind: str
    target: UUID
    written: Written = field(repr=False)
    why: str = field(repr=False)


def correct(act: Act, found: Corrected) -> None:
    """Put a correction beside words of staff: in a message, note, translation or remedy, of a
    delivery, or of what they wrote down of a body's answer.

    The state of the case, its clocks and every day stay as they are: what has to become of it is a
    verb of its own. A repeat of the same form writes nothing. Refuses `target` for words that are
    not there or not of staff, `corrected` without words or for the same ones, and `why`
    without what was wrong, which the worker reads but for a note.
    """
    if act.session.get(Correction, found.written.form_id):
        return
    act.check(Verb.CORRECT)
    before = present(act.session, act.opened, found.kind, found.target)
    if before is None:
        raise Refused("target")
    text = found.written.text.strip()
    if not text or text == before.strip():
        raise Refused("corrected")
    if not found.why.strip():
        raise Refused("why")
    row = Correction(
        id=found.written.form_id,
        case_id=act.case.id,
        kind=found.kind,
        person_id=act.actor.person,
        key_generation=act.case.key_generation,
        at=act.now,
    )
    told = {"target": str(found.target), "text": text, "why": found.why}
    told["language"] = found.written.language
    act.session.add(corrections.keep(act.opened, row, told))
    if found.kind != "note":
        telling.worker_of_news(act.session, act.site, act.opened, act.now, "corrected")
    act.move(Verb.CORRECT, kind=found.kind, target=str(found.target))


def present(session: Session, opened: OpenCase, kind: str, target: UUID) -> Wrote:
    """How words of staff read now, as corrected last; None where there are none to correct."""
    before = READS[kind](session, opened, target) if kind in READS else None
    if before is None:
        return None
    later = corrections.of_words(session, opened).get(target, ())
    return later[-1].text if later else before


def _message(thread: str, label: Label) -> Reads:
    def read(session: Session, opened: OpenCase, target: UUID) -> Wrote:
        row = session.get(Message, target)
        if row is None or row.case_id != opened.case.id:
            return None
        theirs = (row.thread, row.author) == (thread, "staff")
        return opened.open_text(label, row.id, row.body) if theirs else None

    return read


def _translation(session: Session, opened: OpenCase, target: UUID) -> Wrote:
    row = session.get(Translation, target)
    if row is None or row.case_id != opened.case.id:
        return None
    return opened.open_text(Label.PASSAGE_TRANSLATION, row.id, row.body)


def _reply(session: Session, opened: OpenCase, target: UUID) -> Wrote:
    """What staff wrote down; the body's own words are nobody's to correct."""
    row, own = session.get(ReferralAnswer, target), session.get(BodyWrote, target)
    if row is None or row.case_id != opened.case.id or own is not None:
        return None
    return str(opened.open_json(Label.REFERRAL_ANSWER, row.id, row.content)["note"])


def _delivery(session: Session, opened: OpenCase, target: UUID) -> Wrote:
    row = session.get(Referral, target)
    if row is None or row.case_id != opened.case.id or row.delivered_on is None:
        return None
    return str(opened.open_json(Label.REFERRAL_NOTE, row.id, row.note)) if row.note else ""


def _remedy(session: Session, opened: OpenCase, target: UUID) -> Wrote:
    row = session.get(RemedyItem, target)
    if row is None or row.case_id != opened.case.id:
        return None
    return facts_of(opened, row).words


READS: Mapping[str, Reads] = {
    "message": _message("worker", Label.MESSAGE_BODY),
    "note": _message("staff", Label.STAFF_MESSAGE),
    "translation": _translation,
    "reply": _reply,
    "delivery": _delivery,
    "remedy": _remedy,
}
complete(READS, WORDS)
