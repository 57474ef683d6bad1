"""Acting a scene: the case is filed, then each step is done by the ordinary verb, while the sweep
rings in between as it would have."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from grievance.cases.act import JobAct
from grievance.cases.jobs import SWEEPER
from grievance.cases.models import Case
from grievance.cases.operations.escalating import Overdue, escalate
from grievance.cases.operations.filing import Filing, NewReceipt, file
from grievance.clock import local_day
from grievance.deadlines import operations as clocks
from grievance.deadlines.models import Deadline
from grievance.deadlines.queries import operator_hours
from grievance.demo import mending, referring, working
from grievance.demo.script import ZONE, Scene
from grievance.demo.stage import Stage
from grievance.demo.working import Do
from grievance.questions.bank import shipped
from grievance.questions.complaint import Complaint, complaint_of
from grievance.routing.explain import Result, as_plain

STEPS: Mapping[str, Do] = {**working.STEPS, **referring.STEPS, **mending.STEPS}


def act(stage: Stage, scene: Scene, now: datetime) -> Case:
    """File the case of a scene and do its steps; answers the case as it stands now."""
    _file(stage, scene)
    for step in scene.steps:
        _sweep(stage, step.at)
        STEPS[step.do](stage, step)
        stage.session.flush()
    _sweep(stage, now)
    return stage.case


def _file(stage: Stage, scene: Scene) -> None:
    complaint = complaint_of(shipped(), scene.answers, stage.papers(scene.files))
    advice = _advice(stage.session, complaint, scene)
    known = {"worker": complaint.known_to, "helper": "self", "member": "helper"}
    filing = Filing(
        filing_id=uuid4(),
        complaint=complaint,
        receipts=[
            NewReceipt(keys, role.partition("-")[0], known[role.partition("-")[0]])
            for role, keys in stage.keys.items()
            if role != "again"
        ],
        rules_version=advice.rules_version,
        suggestion=as_plain(advice),
        actor=stage.cast[scene.clerk].actor.name if scene.clerk else "",
    )
    stage.case = file(stage.session, stage.site, filing, scene.filed)


def _advice(session: Session, complaint: Complaint, scene: Scene) -> Result:
    return working.advice(session, complaint.profile, local_day(scene.filed, ZONE))


def _sweep(stage: Stage, until: datetime) -> None:
    """Escalate what was overdue by then, each rung at the moment when its time was over."""
    session, case = stage.session, stage.case
    while stage.case.next_due <= until:
        due = min(clocks.running(session, case.id), key=_rings, default=None)
        if due is None or _rings(due) > until:
            return
        hours = operator_hours(session)
        act = JobAct(session, case, SWEEPER, _rings(due))
        escalate(act, Overdue(stage.site, due, hours))


def _rings(clock: Deadline) -> datetime:
    """When the next rung of a clock is told."""
    return clock.next_try or clock.due_at
