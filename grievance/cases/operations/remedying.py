"""From talks to a remedy that is there: what is claimed, offered, promised, came, or did not come.

Every verb checks the state table first: `Refused` or `Conflict` leave everything as it was.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.accounts.audit import Detail
from grievance.cases.act import Act
from grievance.cases.lifecycle import PROMISED
from grievance.cases.messages import Written
from grievance.cases.models import (
    AWAITED,
    REMEDY_KINDS,
    REMEDY_STATES,
    Case,
    Feedback,
    Message,
    RemedyItem,
)
from grievance.cases.opening import OpenCase
from grievance.cases.operations import telling
from grievance.cases.operations.feedback import keep_feedback, lapse_sign_offs, waits
from grievance.cases.operations.handling import answer
from grievance.cases.operations.sums import Facts, counted, facts_of, keep
from grievance.cases.tallies import moved, sums_of
from grievance.cases.verbs import Verb
from grievance.clock import to_the_hour
from grievance.refusals import Refused
from grievance.vault import values
from grievance.vault.labels import Label

WATCHED = (*AWAITED, "arrived")  # what the worker is asked about
FARTHEST = timedelta(days=3660)  # nobody writes down days that are ten years off
CAME = ("all", "part", "wait", "no")


@dataclass(frozen=True)
class Remedy:
    """One thing that would make it good again, as staff write it down: how far it `stands`, by when
    it is promised, when it came, and the file that proves it. One that is to be changed keeps its
    `id`."""

    kind: str
    stands: str
    facts: Facts = field(repr=False)
    due_on: date | None = None
    arrived_on: date | None = None
    file_id: UUID | None = None
    id: UUID = field(default_factory=uuid4)


def record(act: Act, remedy: Remedy) -> RemedyItem:
    """Write down a remedy under a new id, or change the one of this id; the worker gets news.

    Refuses `remedy_kind`, `stands`, `remedy_words` when it does not say what it is, `currency` for
    an amount without one, `due_on` for a promise without a day, `arrived_on` for what came without
    a day or on a day to come, both for days ten years off, and `item` for an id of another case.
    What the worker said yes to is not changed behind their back (`agreed_already`): of it only what
    came, and the proof, is written down; and nothing more is promised without it (`agree_first`).
    """
    session, case = act.session, act.case
    act.check(Verb.RECORD_REMEDY)
    _check_remedy(remedy, act.today)
    item = session.get(RemedyItem, remedy.id)
    if item and item.case_id != case.id:
        raise Refused("item")
    _check_promise(act.opened, item, remedy)
    before = sums_of(act.opened, items(session, case.id))
    if item is None:
        item = RemedyItem(id=remedy.id, case_id=case.id, made_at=act.now)
        session.add(item)
    item.kind, item.state, item.due_on = remedy.kind, remedy.stands, remedy.due_on
    item.arrived_on = remedy.arrived_on if remedy.stands == "arrived" else None
    item.file_id = remedy.file_id or item.file_id
    item.key_generation, item.changed_at = case.key_generation, act.now
    item.facts = act.opened.seal_json(Label.REMEDY_FACTS, item.id, asdict(remedy.facts))
    session.flush()
    moved(act, before, sums_of(act.opened, items(session, case.id)))
    telling.worker_of_news(session, act.site, act.opened, act.now, "remedy")
    sealed = values.digest(item.facts).hex()
    act.move(Verb.RECORD_REMEDY, item=item.id, kind=item.kind, stands=item.state, value=sealed)
    return item


def _check_promise(opened: OpenCase, item: RemedyItem | None, remedy: Remedy) -> None:
    """While the worker waits for what they said yes to, it is not changed, and no more is promised
    without another yes."""
    if opened.case.state not in PROMISED:
        return
    if item and item.state in WATCHED:
        if _changes(opened, item, remedy):
            raise Refused("agreed_already")
    elif remedy.stands in AWAITED:
        raise Refused("agree_first")


def _changes(opened: OpenCase, item: RemedyItem, remedy: Remedy) -> bool:
    """Whether something else is promised than the worker said yes to."""
    was = replace(facts_of(opened, item), received=None)
    now = replace(remedy.facts, received=None, currency=was.currency or remedy.facts.currency)
    kept = (was, item.kind, item.due_on) == (now, remedy.kind, remedy.due_on)
    return not kept or remedy.stands not in WATCHED


def _check_remedy(remedy: Remedy, today: date) -> None:
    came = remedy.arrived_on is not None and today - FARTHEST <= remedy.arrived_on <= today
    due = remedy.due_on is None or abs(remedy.due_on - today) <= FARTHEST
    for code, holds in (
        ("remedy_kind", remedy.kind in REMEDY_KINDS),
        ("stands", remedy.stands in REMEDY_STATES),
        ("remedy_words", bool(remedy.facts.words.strip())),
        ("currency", bool(remedy.facts.currency) or not remedy.facts.amounts),
        ("due_on", due and (remedy.due_on is not None or remedy.stands != "agreed")),
        ("arrived_on", came or remedy.stands != "arrived"),
    ):
        if not holds:
            raise Refused(code)


def items(session: Session, case_id: UUID) -> list[RemedyItem]:
    """Every remedy of a case, in the order they were written down."""
    mine = select(RemedyItem).where(RemedyItem.case_id == case_id)
    return list(session.scalars(mine.order_by(RemedyItem.made_at, RemedyItem.id)))


def open_dialogue(act: Act, written: Written) -> Message:
    """A body has brought the sides to talk (good offices, mediation, conciliation): the worker
    reads who talks about what. Only while a body has the case with the worker's consent."""
    return _told(act, Verb.OPEN_DIALOGUE, written)


def no_agreement(act: Act, written: Written) -> Message:
    """The talks ended without agreement; the worker reads why and what comes next."""
    return _told(act, Verb.NO_AGREEMENT, written)


def _told(act: Act, verb: Verb, written: Written) -> Message:
    if before := act.sent(written.form_id):
        return before
    act.check(verb)
    message = answer(act, verb, written)
    act.meet("next_step")
    act.move(verb, message=message.id)
    return message


@dataclass(frozen=True)
class Agreement:
    """How the worker said yes, the words that confirm it to them, and to which `offers` beside what
    is written down as promised."""

    how: str = field(repr=False)
    written: Written = field(repr=False)
    offers: Collection[UUID] = ()


def agree_remedy(act: Act, agreed: Agreement) -> None:
    """The worker said yes to what is written down as promised, and to these offers: a clock runs
    to the first promised day.

    Refuses `something_promised` while no remedy is promised or offered with its day, `offers` for
    any other, and `how` when it is not said how the worker agreed; that is kept sealed.
    """
    if act.sent(agreed.written.form_id):
        return
    act.check(Verb.AGREE_REMEDY)
    detail = act.detail(agreed.how, "how")
    _promise(act, agreed.offers)
    message = answer(act, Verb.AGREE_REMEDY, agreed.written)
    act.meet("next_step")
    kept = items(act.session, act.case.id)
    promised = [str(one.id) for one in kept if one.state == "agreed"]
    act.move(Verb.AGREE_REMEDY, detail=detail, message=message.id, items=promised)


def _promise(act: Act, offers: Collection[UUID]) -> None:
    """What the worker said yes to is promised from now on; an earlier yes to closing is void."""
    session, case_id = act.session, act.case.id
    offered = {one.id: one for one in items(session, case_id) if one.state == "offered"}
    for one in offers:
        if one not in offered or offered[one].due_on is None:
            raise Refused("offers")
    for one in offers:
        offered[one].state, offered[one].changed_at = "agreed", act.now
    session.flush()
    if not [one for one in items(session, case_id) if one.state == "agreed"]:
        raise Refused("something_promised")
    lapse_sign_offs(session, act.case)


@dataclass(frozen=True)
class Arrival:
    """What a worker says of each promised thing: `all` of it is there, `part`, `wait` (not yet),
    `no` (it did not come, or it stopped); whether anybody punished them, None where they would
    rather not say; and words, which may be empty. `sums` is what came of an agreed sum, in all;
    `on` is the day on which they said it to staff."""

    came: Mapping[UUID, str]
    reprisal: bool | None
    written: Written = field(repr=False)
    sums: Mapping[UUID, int] = field(default_factory=dict, repr=False)
    on: date | None = None

    @property
    def wrong(self) -> bool:
        """Something is: a person has to see to it."""
        return bool(self.reprisal) or not set(self.came.values()) <= {"all", "wait"}


def asked_about(session: Session, case: Case) -> list[RemedyItem]:
    """The promised things that the worker is asked about."""
    return [one for one in items(session, case.id) if one.state in WATCHED]


def verb_of(case: Case, watched: Sequence[RemedyItem], said: Arrival, today: date) -> Verb:
    """What an answer amounts to: broken, when something did not come or its day is over;
    everything is there; news, while it may still come or when it is still there."""
    if [one for one in watched if _broken(one, said, today)]:
        return Verb.REMEDY_BREACHED
    if case.state == "remedy_agreed" and set(said.came.values()) == {"all"}:
        return Verb.CONFIRM_REMEDY
    return Verb.REMEDY_NEWS


def _broken(item: RemedyItem, said: Arrival, today: date) -> bool:
    late = item.due_on is not None and item.due_on < today
    return said.came[item.id] == "no" or (late and said.came[item.id] != "all")


def report(act: Act, said: Arrival) -> None:
    """The worker says whether what was promised is there. A repeat of the same form says nothing.

    Broken, the case goes back to be worked on, and staff answer. A worker who was punished is
    answered in any case, and the case counts as grave. Less than the agreed sum is a part of it,
    whatever was said. While it is watched the worker, and nobody for them, is asked again thirty
    days on. Refuses `items` for an answer that does not speak of exactly the promised things.
    """
    if act.session.get(Feedback, said.written.form_id):
        return
    act.check(Verb.REMEDY_BREACHED)
    said, verb = amounts_to(act, said)
    act.check(verb)
    codes = write_down(act, said, act.today)
    if act.case.state == "remedy_monitored" and codes["given_by"] == "receipt":
        act.meet("follow_up")  # another one starts with the move
    act.case.worker_acted_at = act.at
    if set(said.came.values()) != {"all"} or said.reprisal or said.written.text:
        waits(act, grave=bool(said.reprisal))
    telling.staff_of_answer(act.session, act.site, act.case, act.now)
    go(act, verb, codes)


def amounts_to(act: Act, said: Arrival) -> tuple[Arrival, Verb]:
    """The answer with less than an agreed sum as a part, and the worker's verb that it amounts to.
    Refuses `items` for one that does not speak of exactly the promised things."""
    watched = asked_about(act.session, act.case)
    told = set(said.came.values())
    if not watched or set(said.came) != {one.id for one in watched} or not told <= set(CAME):
        raise Refused("items")
    said = replace(said, came=counted(act.opened, watched, said.came, said.sums))
    return said, verb_of(act.case, watched, said, said.on or act.today)


def write_down(act: Act, said: Arrival, day: date) -> dict[str, Any]:
    """Write down what came by this day; the codes of the event."""
    watched = asked_about(act.session, act.case)
    for item in watched:
        _stand(item, said, day, act.at)
    given = keep_feedback(act, "arrival", said.written)
    given.reprisal = said.reprisal
    items_ = sorted(str(one.id) for one in watched)
    codes = {"items": items_, "feedback": given.id, "given_by": given.given_by}
    before = sums_of(act.opened, watched)
    hashes = keep(act.opened, watched, said.sums)
    moved(act, before, sums_of(act.opened, watched))
    return codes | _sealed(hashes)


def _sealed(hashes: Mapping[str, str]) -> dict[str, Any]:
    return {"values": hashes} if hashes else {}


def _stand(item: RemedyItem, said: Arrival, today: date, at: datetime) -> None:
    came = said.came[item.id]
    if came == "all" and item.state != "arrived":
        item.state, item.arrived_on, item.changed_at = "arrived", today, at
    elif came == "part":
        item.state, item.arrived_on, item.changed_at = "part", None, at
    elif _broken(item, said, today):
        item.state, item.arrived_on, item.changed_at = "not_kept", None, at


def go(act: Act, verb: Verb, codes: Mapping[str, Any], detail: Detail | None = None) -> None:
    """Move, with what a promise that was kept, or broken, means for the case."""
    if verb in (Verb.CONFIRM_REMEDY, Verb.CONFIRM_FOR_WORKER):
        act.case.remedy_kept_at = act.at
    broken = verb in (Verb.REMEDY_BREACHED, Verb.BREACH_FOR_WORKER)
    if broken:
        lapse_sign_offs(act.session, act.case)
    with act.session.no_autoflush:  # the day falls together with the state, or the table refuses
        if broken:
            act.case.remedy_kept_at = None
        act.move(verb, detail=detail, **codes)


@dataclass(frozen=True)
class Heard:
    """How the worker told us that everything is there, and what `came` of agreed sums, in all."""

    how: str = field(repr=False)
    came: Mapping[UUID, int] = field(default_factory=dict, repr=False)


def confirm_for_worker(act: Act, heard: Heard) -> None:
    """The worker told us that everything is there; how they told us is kept sealed, and so is what
    came of an agreed sum. Refuses `sums` while that is less than was agreed."""
    _for_worker(act, Verb.CONFIRM_FOR_WORKER, heard)


def breach_for_worker(act: Act, how: str) -> None:
    """The worker told us, and this is how, that it did not come or stopped: the case is worked on
    again."""
    _for_worker(act, Verb.BREACH_FOR_WORKER, Heard(how))


def _for_worker(act: Act, verb: Verb, heard: Heard) -> None:
    session, case, opened, today = act.session, act.case, act.opened, act.today
    act.check(verb)
    detail = act.detail(heard.how, "how")
    watched, came = asked_about(session, case), "all"
    if verb == Verb.BREACH_FOR_WORKER:
        watched, came = [one for one in watched if one.state != "arrived"] or watched, "no"
    if not watched:
        raise Refused("something_promised")
    said = counted(opened, watched, {one.id: came for one in watched}, heard.came)
    if "part" in said.values():
        raise Refused("sums")
    hashes = keep(opened, watched, heard.came)
    case.worker_acted_at = to_the_hour(act.now)
    told = Arrival(said, None, Written("", "en", uuid4()))
    for item in watched:
        _stand(item, told, today, act.now)
    telling.worker_of_news(session, act.site, opened, act.now, telling.HEARD)
    codes = {"items": sorted(str(one.id) for one in watched), **_sealed(hashes)}
    go(act, verb, codes, detail)
