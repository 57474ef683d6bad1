"""Erasing a case for good: the worker asks, or its time is over; two people of staff do it.

What it takes stands in `shredding`. Who did not ask for it themselves reads of it thirty days
before on their page.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session

from grievance.accounts.models import Event
from grievance.cases import erasures
from grievance.cases.act import Act
from grievance.cases.lifecycle import OPEN
from grievance.cases.models import Case, CaseRecord, Erasure, FourEyes, Receipt
from grievance.cases.operations import addressing, deciding, foureyes, telling
from grievance.cases.operations.moving import lapse
from grievance.cases.operations.shredding import shred
from grievance.cases.state_words import ERASURE_GROUNDS
from grievance.cases.verbs import Verb
from grievance.notifications import proof
from grievance.referrals import queries as referrals
from grievance.referrals.operations import recalling
from grievance.referrals.operations.steps import given_by_of
from grievance.refusals import Refused
from grievance.vault.labels import Label

ASKED, NOTICE = erasures.ASKED, erasures.NOTICE


def ask_erasure(act: Act) -> Erasure:
    """The worker asks that the case is erased: staff are told, two of them do it.

    With a number that others have seen, or one taken lately in the place of such a number, it
    counts as told to us, and is done after the notice. So it is where the report is that of a
    group: every member reads of it, and can keep the report. The worker gets neutral news of it:
    whoever shut them out could ask.
    """
    act.check(Verb.ASK_ERASURE)
    row = Erasure(
        id=uuid4(),
        case_id=act.case.id,
        ground="worker",
        asked_at=act.at,
        from_at=begins(act),
    )
    for told in erasures.to_stop(act.session, act.case.id):  # one wish, and one day
        if told.ground == "told":
            told.from_at = min(told.from_at, row.from_at)
    if before := erasures.left(act.session, act.case.id):
        before.ended_at = act.at
    act.session.add(row)
    act.case.worker_acted_at = act.at
    telling.staff_of_answer(act.session, act.site, act.case, act.now)
    telling.worker_of_news(act.session, act.site, act.opened, act.now, "erasure")
    erasures.watch(act.session, act.case.id, act.at)
    act.move(Verb.ASK_ERASURE, erasure=row.id, given_by=given_by_of(act.actor.known_to))
    return row


def begins(act: Act) -> datetime:
    """From when it may be done, if the worker asks for it now: no later than they read already."""
    told = erasures.wanted(act.session, act.case.id)
    alone = not erasures.is_shared(act.session, act.case.id)
    own = alone and act.actor.known_to == "self" and not _was_seen(act)
    begins = act.at if own else act.at + NOTICE
    return min(begins, told.from_at) if told else begins


def _was_seen(act: Act) -> bool:
    """Whether a number that others have seen was replaced within the notice: by whoever knew it."""
    own = (Receipt.case_id == act.case.id, Receipt.role == "worker", Receipt.known_to != "self")
    replaced = select(Event.id).where(
        Event.stream_kind == Case.stream_kind,
        Event.stream_id == act.case.id,
        Event.verb == Verb.CHANGE_RECEIPT,
        Event.at > act.at - NOTICE,
        Event.codes["retired"].astext.in_(select(cast(Receipt.id, Text)).where(*own)),
    )
    return act.session.scalar(replaced.limit(1)) is not None


def stop_erasure(act: Act) -> None:
    """The worker, or a member of the group, wants the case kept: the wish ends, and what staff
    proposed instead."""
    act.check(Verb.STOP_ERASURE)
    found = erasures.to_stop(act.session, act.case.id)
    for one in found:
        one.ended_at = act.at
    if any(one.proposal_id for one in found):
        lapse(act)
    erasures.watch(act.session, act.case.id, act.at)
    telling.staff_of_answer(act.session, act.site, act.case, act.now)
    by: dict[str, Any] = {"role": act.actor.role} if act.actor.role == "member" else {}
    act.move(Verb.STOP_ERASURE, erasures=[str(one.id) for one in found], **by)


@dataclass(frozen=True)
class Erasing:
    """On what ground a case is to be erased, and how we know that it holds."""

    ground: str
    why: str = field(repr=False)


def propose_erase(act: Act, wanted: Erasing) -> FourEyes:
    """The first of two people: nothing is erased, and the worker reads that it is proposed.

    Refuses `ground` outside the list, `why` without words, and what `_erasable` refuses.
    """
    act.check(Verb.PROPOSE_ERASE)
    if not wanted.why.strip():
        raise Refused("why")
    _erasable(act.session, act.case, wanted.ground, act.now, act.now + NOTICE)
    asked = foureyes.ask(act, "erase", {"ground": wanted.ground, "text": wanted.why})
    act.session.flush()  # the notice points at it
    before = _before(act, wanted.ground)
    row = Erasure(
        id=uuid4(),
        case_id=act.case.id,
        ground=wanted.ground,
        proposal_id=asked.id,
        asked_at=before.asked_at if before and wanted.ground == "told" else act.now,
        from_at=before.from_at if before else act.now + NOTICE,
    )
    act.session.add(row)
    if before and wanted.ground == "told":
        before.ended_at = act.now
    elif wanted.ground != "worker":
        telling.worker_of_news(act.session, act.site, act.opened, act.now, "erasure")
    erasures.watch(act.session, act.case.id, act.now)
    act.move(Verb.PROPOSE_ERASE, proposal=asked.id, erasure=row.id, ground=row.ground)
    return asked


def _before(act: Act, ground: str) -> Erasure | None:
    """The wish that this proposes to do: its days have begun already."""
    known = {"worker": erasures.asked, "told": erasures.left}
    return known[ground](act.session, act.case.id) if ground in known else None


def erase(act: Act) -> None:
    """The second person says so too: the case is gone. Its blobs are to be swept out of the
    store after the commit.

    Refuses as `foureyes.check_second` and `propose_erase` do, and `notice` before the worker could
    read of it for thirty days.
    """
    act.check(Verb.ERASE)
    asked = foureyes.waiting(act)
    alone = foureyes.check_second(act, asked, "erase")
    row = erasures.proposed(act.session, act.case.id)
    if row is None:
        raise Refused("erase_proposed")
    check_ripe(act.session, act.case, row, act.now)
    told: dict[str, Any] = {
        "ground": row.ground,
        "proposal": asked.id,
        "by": asked.asked_by,
        "alone": alone,
        "gone_by": str(erasures.gone_by(act.today, act.site.backup_days)),
    }
    shred(act, *reached(act), **told)


def check_ripe(session: Session, case: Case, row: Erasure, now: datetime) -> None:
    """Refuse what is proposed and may not be done now, whoever does it, as `erase` says. Pages ask
    it before they offer a button."""
    _erasable(session, case, row.ground, now, now)
    if now < row.from_at:
        raise Refused("notice")


def _erasable(session: Session, case: Case, ground: str, now: datetime, until: datetime) -> None:
    """Refuses `ground` outside the list; `not_asked` for the worker's wish that is none;
    `still_open` and, for what is over, `kept_on` before its time by `until`; `appeal_open` and
    `appeal_first` while a second look could be answered that way; `tell_first` while a body was not
    told that something was taken back."""
    sent = [one.referral for one in referrals.of_case(session, case.id)]
    looked_at = case.appealed_at is not None and case.state in OPEN
    for code, holds in (
        ("ground", ground in ERASURE_GROUNDS),
        ("not_asked", ground != "worker" or erasures.asked(session, case.id) is not None),
        ("still_open", ground in ASKED or case.state not in OPEN),
        ("kept_on", ground != "retention" or erasures.is_over(session, case, until)),
        ("appeal_open", ground == "worker" or not looked_at),
        ("appeal_first", ground in ASKED or not deciding.may_appeal(session, case, now)),
        ("tell_first", not any(recalling.untold(one) for one in sent)),
    ):
        if not holds:
            raise Refused(code)


def reached(act: Act) -> tuple[list[str], list[bytes]]:
    """How its worker was written to: the ids of every address for letters that ever stood in the
    case, and what letters to those addresses are counted by."""
    mine = (CaseRecord.case_id == act.case.id, CaseRecord.part == "identity")
    boxes: set[str] = set()
    tags: set[bytes] = set()
    for record in act.session.scalars(select(CaseRecord).where(*mine)):
        said = act.opened.open_json(Label.CASE_IDENTITY, record.id, record.content)
        contact = said.get("contact") or {}
        if box := contact.get(addressing.BOX):
            boxes.add(box)
        if address := addressing.address_of(contact):
            tags.add(proof.recipient(act.site.ring.address_hmac, address))
    return sorted(boxes), sorted(tags)
