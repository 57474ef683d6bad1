"""Staff write down or correct an answer: what was said on the telephone, what turned out to be
wrong. What stood there before stays, and the worker reads what was changed and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID, uuid5

from grievance.cases import corrections, records
from grievance.cases.act import Act
from grievance.cases.corrections import Correction
from grievance.cases.models import CaseRecord
from grievance.cases.operations import adding, addressing, telling
from grievance.cases.operations.adding import Added
from grievance.cases.verbs import Verb
from grievance.questions.bank import shipped
from grievance.questions.question import Answer
from grievance.questions.sections import CONTACT
from grievance.refusals import Refused
from grievance.vault import values


@dataclass(frozen=True)
class Stated:
    """The answers that are different now, with those before, what follows from them, and how staff
    know it."""

    changed: Mapping[str, tuple[Answer, Answer]] = field(repr=False)
    added: Added
    why: str = field(repr=False)
    form_id: UUID


def state_facts(act: Act, stated: Stated) -> None:
    """Seal the answers as new versions beside the earlier ones, and advise anew.

    The law's days, problem and country follow as when the worker adds something; danger that the
    answers now tell starts its clock, danger that they tell no more is for triage to end. A new
    address gets the one letter with its code. A repeat of the same form writes nothing. Refuses
    `nothing_new` where nothing is different, and `why` without a reason, which the worker reads.
    """
    if any(act.session.get(Correction, _id(stated, kind)) for kind in corrections.ANSWERS):
        return
    act.check(Verb.STATE_FACTS)
    if not stated.changed:
        raise Refused("nothing_new")
    if not stated.why.strip():
        raise Refused("why")
    case, added = act.case, stated.added
    identity = records.read(act.session, act.opened, "identity")
    moved = bool(CONTACT & stated.changed.keys())
    before = identity.get("contact") or {}
    contact = _contact(before, stated) if moved else dict(before)
    kept = adding.keep(act, added, contact)
    if added.danger and not case.danger:
        _alarm(act)
    _note(act, stated)
    if moved:
        addressing.leave(act, before, contact)
    if moved:  # what stays may be what a backup brought back
        addressing.ask(act.session, act.site, case, contact, act.now)
    telling.worker_of_news(act.session, act.site, act.opened, act.now, telling.HEARD)
    reached: dict[str, Any] = {"contact": True} if moved else {}
    act.move(Verb.STATE_FACTS, **_codes(act, kept), **reached)


def _codes(act: Act, kept: tuple[CaseRecord, CaseRecord]) -> dict[str, Any]:
    story, who = (values.digest(one.content).hex() for one in kept)
    case = act.case
    clear = {"issues": list(case.issues), "severity": case.severity, "danger": case.danger}
    return {**clear, "value": story, "identity": who}


def _contact(before: Mapping[str, Any], stated: Stated) -> dict[str, Any]:
    """How the worker may be reached now. An address that stays stays confirmed."""
    told = stated.added.complaint.contact
    after = asdict(told) if told else {}
    same = addressing.address_of(before) == addressing.address_of(after)
    if same and before.get(addressing.BOX):
        after[addressing.BOX] = before[addressing.BOX]
    return after


def _alarm(act: Act) -> None:
    """Somebody may be in danger, as the answers now say."""
    act.case.danger = True
    if act.case.first_answer_at is None:
        act.start("danger")
    telling.staff_of_danger(act.session, act.site, act.case, act.now, act.actor.person)


def _note(act: Act, stated: Stated) -> None:
    """Keep what was changed and why, apart for who may read the story alone."""
    parts: dict[str, dict[str, tuple[Answer, Answer]]] = {}
    for name, pair in stated.changed.items():
        who = shipped().questions[name].compartment == "identity"
        parts.setdefault("identity" if who else "answers", {})[name] = pair
    for kind, answers in parts.items():
        row = Correction(
            id=_id(stated, kind),
            case_id=act.case.id,
            kind=kind,
            person_id=act.actor.person,
            key_generation=act.case.key_generation,
            at=act.now,
        )
        told = {"why": stated.why, "answers": answers}
        act.session.add(corrections.keep(act.opened, row, told))


def _id(stated: Stated, kind: str) -> UUID:
    return uuid5(stated.form_id, kind)
