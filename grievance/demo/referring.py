"""What is done with other bodies: the worker is asked, the packet goes out, the body answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

from grievance.cases import queries as cases
from grievance.cases.act import Act
from grievance.cases.operations import bodies, consenting, laying, linking, referring
from grievance.cases.operations.bodies import Wrote
from grievance.cases.operations.linking import Shown
from grievance.cases.operations.referring import About
from grievance.cases.packets import HOLDS_FOR, Outgoing, Ticked
from grievance.demo.script import Step
from grievance.demo.stage import Stage
from grievance.demo.story import Reply
from grievance.demo.working import Do
from grievance.directory import queries as directory
from grievance.referrals import queries
from grievance.referrals.answered import Answered, Stance, kind_of
from grievance.referrals.drafting import needs_immigration_warning
from grievance.referrals.models import Packet, Referral
from grievance.referrals.operations.linking import NewLink
from grievance.referrals.operations.steps import Delivery, Said, given_by_of
from grievance.vault.receipts import draw_reply_code, reply_pair, slow_root
from grievance.vault.sessions import new_secret


def _refer(stage: Stage, step: Step) -> None:
    act = stage.by_staff(step)
    entry = directory.book(stage.session).body(step.given["to"])
    assert entry is not None  # the script is checked with the directory
    made = Outgoing(stage.session, act.opened, entry)
    wanted = made.wanted(_ticked(made, step.given, act.today), act)
    named = [stage.cast[one].id for one in step.given.get("readers", ())]
    referring.refer(act, replace(wanted, readers=named))


def _ticked(made: Outgoing, given: Mapping[str, Any], today: date) -> Ticked:
    """As the desk first offers it, and what the script ticks besides."""
    form = given.get("form", made.template.form)
    copies = [row.id for row, _stored in made.files] if given.get("copies") else []
    parts = made.first_offered(form) + tuple(given.get("also", ()))
    return Ticked(
        form=form,
        language=given.get("in", made.template.languages[0]),
        parts=(*parts, "files") if copies else parts,
        purpose=given["purpose"],
        ends_on=today + HOLDS_FOR,
        pseudonym=given.get("pseudonym", ""),
        fields=given.get("fields", {}),
        readings=given.get("readings", {}),
        wishes=given.get("wishes", {}),
        copies=copies,
    )


def _handed(stage: Stage, step: Step) -> Referral:
    """The newest hand-over to the body that the step names."""
    hands = queries.of_case(stage.session, stage.case.id)
    return [one.referral for one in hands if one.referral.mechanism == step.given["to"]][-1]


def _consent(stage: Stage, step: Step) -> None:
    """By the worker's own number; or by telephone, taken down by staff who read it out."""
    referral = _handed(stage, step)
    packet = stage.session.get_one(Packet, referral.packet_id)
    if step.by == "worker":
        said = _said(stage, step, packet, stage.receipt(step.by).known_to)
        consenting.say(stage.by_number(step), About(referral, said))
        return
    act = stage.by_staff(step)
    taken = {"recorder_id": act.actor.person, "words": step.text}
    said = _said(stage, step, packet, "staff", **taken)
    referring.record_consent(act, About(referral, said))


def _said(stage: Stage, step: Step, packet: Packet, known_to: str, **taken: Any) -> Said:
    referral = _handed(stage, step)
    if packet.digest is None or referral.purpose is None or referral.ends_on is None:
        raise LookupError("nobody was asked")
    yes = step.given["answer"] == "yes"
    office = laying.office_of(stage.session, stage.site, packet)
    return Said(
        answer=step.given["answer"],
        digest=packet.digest,
        recipient=packet.mechanism,
        purpose=referral.purpose,
        form=packet.form,
        ends_on=referral.ends_on,
        parts=packet.parts if yes else (),
        given_by=given_by_of(known_to),
        known_to=known_to,
        office=office.id if office else None,
        immigration_warned=yes and needs_immigration_warning(packet.immigration, packet.parts),
        **taken,
    )


def _deliver(stage: Stage, step: Step) -> None:
    act = stage.by_staff(step)
    given, by = step.given, step.given.get("carried", "staff")
    delivery = Delivery(by, given["channel"], act.today, given.get("text", ""), _again(step))
    referring.deliver(act, About(_handed(stage, step), delivery))


def _link(stage: Stage, step: Step) -> None:
    ring, token, code = stage.site.ring, new_secret(), draw_reply_code()
    newest, root = ring.newest_pepper, slow_root(code, ring.receipt_salt)
    pair = reply_pair(root, token, ring.pepper(newest))
    new = NewLink(token, pair, newest, step.at)
    linking.make_link(stage.by_staff(step), About(_handed(stage, step), new))
    link = f"{stage.site.public_url}/reply/{token}"
    stage.replies.append(Reply(step.given["to"], link, code))


def _again(step: Step) -> date | None:
    return step.day("again") if "again" in step.given else None


def _answered(stage: Stage, step: Step) -> None:
    act = stage.by_staff(step)
    given, file = step.given, stage.paper(step, act)
    said = Answered(
        given["kind"],
        act.today,
        given.get("reference", ""),
        given.get("text", ""),
        file.id if file else None,
        _again(step),
    )
    referring.record_answer(act, About(_handed(stage, step), said))


def _wrote(stage: Stage, step: Step) -> None:
    """By one of the body's own people, on its desk; they opened it before, if only now."""
    act, referral = stage.by_partner(step), _handed(stage, step)
    seen = cases.openings(stage.session, stage.case.id, referral.id)
    if act.actor.name not in {actor for _at, actor in seen}:
        bodies.come_in(act, referral)
    given = step.given
    position, by = given.get("position", ""), step.day("until") if "until" in given else None
    stance = Stance(position, given.get("remedy", ""), by) if position else None
    kind = kind_of(position, referral.state) if position else given["kind"]
    said = Wrote(kind, given.get("reference", ""), given.get("text", ""), uuid4(), stance)
    bodies.write(act, About(referral, said))


def _read(stage: Stage, step: Step) -> None:
    linking.read_reply(stage.by_staff(step), About(_handed(stage, step), Shown(words=True)))


def _on_a_day(verb: Callable[[Act, About[date]], None]) -> Do:
    def ask_again(stage: Stage, step: Step) -> None:
        act = stage.by_staff(step)
        verb(act, About(_handed(stage, step), step.day("again")))

    return ask_again


def _recall(stage: Stage, step: Step) -> None:
    if step.by == "worker":
        consenting.recall(stage.by_number(step), step.given["to"])
        return
    act = stage.by_staff(step)
    referring.recall_for_worker(act, About(_handed(stage, step), step.text))


STEPS: Mapping[str, Do] = {
    "refer": _refer,
    "consent": _consent,
    "deliver": _deliver,
    "link": _link,
    "answered": _answered,
    "wrote": _wrote,
    "read": _read,
    "silent": _on_a_day(referring.mark_silent),
    "chase": _on_a_day(referring.chase),
    "recall": _recall,
}
