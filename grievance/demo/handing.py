"""What is done with other bodies: the worker is asked, the packet goes out, the body answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from grievance.accounts.queries import profile
from grievance.cases import files, messages, records
from grievance.cases.act import Act
from grievance.cases.opening import OpenCase
from grievance.cases.operations import consenting, referring
from grievance.cases.operations.referring import About, HandingOver
from grievance.demo.script import Step
from grievance.demo.stage import Stage
from grievance.demo.working import Do
from grievance.directory import queries as directory
from grievance.i18n import BY_SLUG
from grievance.referrals import queries
from grievance.referrals.models import Packet, Referral
from grievance.referrals.operations.handing import Answered, Delivery, Said, given_by_of
from grievance.referrals.operations.sealing import FlatFile
from grievance.referrals.packets import (
    Drafting,
    default_parts,
    draft,
    needs_immigration_warning,
)
from grievance.referrals.templates import template_for

HOLDS_FOR = timedelta(days=180)  # what the desk first offers


def _refer(stage: Stage, step: Step) -> None:
    opened, act = stage.by_staff(step)
    copies = _copies(stage, opened) if step.given.get("copies") else []
    today = act.today
    wanted = HandingOver(
        document=draft(*_drafting(stage, opened, step, copies, today)),
        files=copies,
        purpose=step.given["purpose"],
        ends_on=today + HOLDS_FOR,
    )
    referring.refer(act, wanted)


def _drafting(
    stage: Stage, opened: OpenCase, step: Step, copies: list[FlatFile], today: date
) -> tuple[Any, dict[str, Any], Drafting]:
    given, session = step.given, stage.session
    entry = directory.book(session).entries[given["to"]]
    template = template_for(entry.facts)
    answers = records.read(session, opened, "answers") | records.read(session, opened, "identity")
    answers.pop("contact", None)
    form, language = given.get("form", template.form), given.get("in", template.languages[0])
    parts = default_parts(template, form, answers) + tuple(given.get("also", ()))
    house = profile(session)
    drafting = Drafting(
        mechanism=entry.id,
        name=entry.name(BY_SLUG[language]),
        operator=house.name if house else "",
        language=language,
        beside=stage.case.language,
        form=form,
        parts=(*parts, "files") if copies else parts,
        pseudonym=given.get("pseudonym", ""),
        fields=given.get("fields", {}),
        readings=given.get("readings", {}),
        translations=_translated(stage, opened, language, list(answers)) | given.get("wishes", {}),
        files=[one.name for one in copies],
        day=today,
        purpose=given["purpose"],
        ends_on=today + HOLDS_FOR,
        contacts=house.contacts if house else (),
        anonymous=entry.facts.anonymous,
    )
    return template, answers, drafting


def _translated(stage: Stage, opened: OpenCase, language: str, asked: list[str]) -> dict[str, str]:
    found = messages.translations(stage.session, opened, asked)
    return {
        passage: text
        for passage, rows in found.items()
        for row, text in rows
        if row.language == language
    }


def _copies(stage: Stage, opened: OpenCase) -> list[FlatFile]:
    listed = files.listed(stage.session, opened)
    return [
        FlatFile(
            f"{number}.{stored.name.rpartition('.')[2]}",
            stored.mime,
            files.content(stage.site.blobs, stored, original=False),
            row.id,
        )
        for number, (row, stored) in enumerate(listed, 1)
    ]


def _handed(stage: Stage, step: Step) -> Referral:
    """The newest hand-over to the body that the step names."""
    hands = queries.of_case(stage.session, stage.case.id)
    return [one.referral for one in hands if one.referral.mechanism == step.given["to"]][-1]


def _consent(stage: Stage, step: Step) -> None:
    """By the worker's own number; or by telephone, taken down by staff who read it out."""
    referral = _handed(stage, step)
    packet = stage.session.get_one(Packet, referral.packet_id)
    if step.by == "worker":
        said = _said(step, referral, packet, stage.receipt(step.by).known_to)
        consenting.say(stage.by_number(step), About(referral, said))
        return
    _opened, act = stage.by_staff(step)
    taken = {"recorder_id": act.actor.person, "words": step.text}
    said = _said(step, referral, packet, "staff", **taken)
    referring.record_consent(act, About(referral, said))


def _said(step: Step, referral: Referral, packet: Packet, known_to: str, **taken: Any) -> Said:
    if packet.digest is None or referral.purpose is None or referral.ends_on is None:
        raise LookupError("nobody was asked")
    yes = step.given["answer"] == "yes"
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
        immigration_warned=yes and needs_immigration_warning(packet.immigration, packet.parts),
        **taken,
    )


def _deliver(stage: Stage, step: Step) -> None:
    _opened, act = stage.by_staff(step)
    given, by = step.given, step.given.get("carried", "staff")
    delivery = Delivery(by, given["channel"], act.today, given.get("text", ""), _again(step))
    referring.deliver(act, About(_handed(stage, step), delivery))


def _again(step: Step) -> date | None:
    return step.day("again") if "again" in step.given else None


def _answered(stage: Stage, step: Step) -> None:
    _opened, act = stage.by_staff(step)
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


def _on_a_day(verb: Callable[[Act, About[date]], None]) -> Do:
    def ask_again(stage: Stage, step: Step) -> None:
        _opened, act = stage.by_staff(step)
        verb(act, About(_handed(stage, step), step.day("again")))

    return ask_again


def _recall(stage: Stage, step: Step) -> None:
    if step.by == "worker":
        consenting.recall(stage.by_number(step), step.given["to"])
        return
    _opened, act = stage.by_staff(step)
    referring.recall_for_worker(act, About(_handed(stage, step), step.text))


STEPS: Mapping[str, Do] = {
    "refer": _refer,
    "consent": _consent,
    "deliver": _deliver,
    "answered": _answered,
    "silent": _on_a_day(referring.mark_silent),
    "chase": _on_a_day(referring.chase),
    "recall": _recall,
}
