"""Acting a scene: the case is filed, then each step is done by the ordinary verb."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.accounts import audit
from grievance.cases import files
from grievance.cases.actors import of_receipt
from grievance.cases.messages import Written
from grievance.cases.models import Case, Message, Receipt
from grievance.cases.opening import OpenCase, open_for_receipt
from grievance.cases.operations import handling, receipts, replying
from grievance.cases.operations.filing import Filing, NewReceipt, file
from grievance.cases.site import Site
from grievance.clock import local_day
from grievance.demo.papers import draw
from grievance.demo.people import Colleague
from grievance.demo.script import ZONE, Scene, Step
from grievance.directory.queries import facts_for_routing
from grievance.questions.bank import shipped
from grievance.questions.complaint import Complaint, complaint_of
from grievance.routing.explain import Result, as_plain, rank
from grievance.routing.profile import parse
from grievance.routing.rules import shipped_rules
from grievance.vault.receipts import ReceiptKeys

WORKERS = ("worker", "helper")


@dataclass
class Stage:
    """Where a scene is acted: its case, who is there, the keys of its numbers by role.

    `worker` and `helper` are drawn before filing, `again` is the number that replaces a lost one.
    """

    session: Session
    site: Site
    cast: Mapping[str, Colleague]
    keys: dict[str, ReceiptKeys] = field(repr=False)
    case: Case = field(init=False)

    def by_staff(self, step: Step) -> tuple[Colleague, OpenCase]:
        """Who acts in this step, and the case as they open it."""
        who = self.cast[step.by]
        return who, who.open(self.session, self.case)

    def by_number(self, role: str) -> tuple[UUID, OpenCase]:
        """The receipt of this role, and the case as its holder opens it."""
        receipt = self.session.scalars(
            select(Receipt).where(
                Receipt.case_id == self.case.id, Receipt.role == role, Receipt.state == "active"
            )
        ).one()
        private = self.keys[role].pair.private
        return receipt.id, open_for_receipt(self.session, self.case, receipt, private)

    def written(self, step: Step) -> Written:
        """What was written in this step, in the case's language unless it says another."""
        language = str(step.given.get("language", self.case.language))
        return Written(step.text, language, uuid4())

    def papers(self, names: tuple[str, ...] | list[str]) -> list[files.Stored]:
        """Papers of the script, cleaned and sealed as any upload."""
        return [
            files.keep(self.site.blobs, data, name) for name, data in (draw(one) for one in names)
        ]


def act(stage: Stage, scene: Scene) -> Case:
    """File the case of a scene and do its steps; answers the case as it stands then."""
    _file(stage, scene)
    for step in scene.steps:
        STEPS[step.do](stage, step)
        stage.session.flush()
    return stage.case


def _file(stage: Stage, scene: Scene) -> None:
    complaint = complaint_of(shipped(), scene.answers, stage.papers(scene.files))
    advice = _advice(stage.session, complaint, scene)
    known = {"worker": complaint.known_to, "helper": "self"}
    filing = Filing(
        filing_id=uuid4(),
        complaint=complaint,
        receipts=[
            NewReceipt(keys, role, known[role])
            for role, keys in stage.keys.items()
            if role in WORKERS
        ],
        rules_version=advice.rules_version,
        suggestion=as_plain(advice),
        actor=stage.cast[scene.clerk].actor.name if scene.clerk else "",
    )
    stage.case = file(stage.session, stage.site, filing, scene.filed)


def _advice(session: Session, complaint: Complaint, scene: Scene) -> Result:
    facts, rules = facts_for_routing(session), shipped_rules()
    profile = parse(complaint.profile, tuple(facts.issues), rules.limitation_codes)
    return rank(profile, rules, facts, local_day(scene.filed, ZONE))


def _take(stage: Stage, step: Step) -> None:
    who, _opened = stage.by_staff(step)
    audit.record_read(stage.session, stage.case.id, actor=who.actor.name, now=step.at, what="case")
    handling.take(stage.session, stage.case, who.actor, step.at, stage.case.version)


def _triage(stage: Stage, step: Step) -> None:
    who, _opened = stage.by_staff(step)
    given = step.given
    found = handling.Triage(given["severity"], given["issues"], given["danger"])
    handling.triage(stage.session, stage.case, found, who.actor, step.at, stage.case.version)


def _assign(stage: Stage, step: Step) -> None:
    who, _opened = stage.by_staff(step)
    person = stage.cast[step.given["to"]].id
    handling.assign(stage.session, stage.case, person, who.actor, step.at, stage.case.version)


def _accept(stage: Stage, step: Step) -> None:
    who, opened = stage.by_staff(step)
    version = stage.case.version
    handling.accept(stage.session, stage.site, opened, who.actor, step.at, version)


def _writes(verb: Callable[..., Message]) -> Callable[[Stage, Step], None]:
    def write(stage: Stage, step: Step) -> None:
        who, opened = stage.by_staff(step)
        verb(
            stage.session,
            stage.site,
            opened,
            stage.written(step),
            who.actor,
            step.at,
            stage.case.version,
        )

    return write


def _note(stage: Stage, step: Step) -> None:
    who, opened = stage.by_staff(step)
    handling.note(stage.session, opened, stage.written(step), who.actor, step.at)


def _translate(stage: Stage, step: Step) -> None:
    who, opened = stage.by_staff(step)
    passage = step.given["of"]
    if passage == "message":
        passage = str(_last_message(stage).id)
    handling.translate(stage.session, opened, passage, stage.written(step), who.actor, step.at)


def _last_message(stage: Stage) -> Message:
    return stage.session.scalars(
        select(Message)
        .where(Message.case_id == stage.case.id, Message.thread == "worker")
        .order_by(Message.seq.desc())
        .limit(1)
    ).one()


def _say(stage: Stage, step: Step) -> None:
    receipt, opened = stage.by_number(step.by)
    actor = of_receipt(stage.case.id, receipt, step.by)
    stored = stage.papers(step.given.get("files", []))
    replying.say(stage.session, stage.site, opened, stage.written(step), stored, actor, step.at)


def _withdraw(stage: Stage, step: Step) -> None:
    receipt, opened = stage.by_number(step.by)
    replying.withdraw(stage.session, opened, of_receipt(stage.case.id, receipt, step.by), step.at)


def _reissue(stage: Stage, step: Step) -> None:
    first, opened = stage.by_staff(step)
    second = stage.cast[step.given["second"]]
    asked = receipts.ask_reissue(stage.session, opened, step.text, first.actor, step.at)
    stage.session.flush()
    again = stage.keys.pop("again")
    receipts.reissue(stage.session, stage.site, opened, asked, again, second.actor, step.at)
    stage.keys["worker"] = again


STEPS: dict[str, Callable[[Stage, Step], None]] = {
    "take": _take,
    "triage": _triage,
    "assign": _assign,
    "acknowledge": _writes(handling.acknowledge),
    "ask": _writes(handling.ask_worker),
    "tell": _writes(handling.tell_worker),
    "note": _note,
    "translate": _translate,
    "accept": _accept,
    "say": _say,
    "withdraw": _withdraw,
    "reissue": _reissue,
}
