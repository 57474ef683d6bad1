"""Filling an empty database with the demonstration. The caller commits, last thing."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grievance.accounts.models import Organisation, Person
from grievance.cases.models import Case, CaseFile, Message
from grievance.cases.site import Site
from grievance.demo import script
from grievance.demo.acting import STEPS, act
from grievance.demo.mark import MARK, only_loopback
from grievance.demo.models import DemoMark
from grievance.demo.people import Cast, engage
from grievance.demo.script import Scene
from grievance.demo.stage import Stage
from grievance.demo.story import Coded, Reply, Story
from grievance.directory import facts
from grievance.directory import operations as directory
from grievance.directory.queries import facts_for_routing
from grievance.notifications import outbox
from grievance.questions.bank import shipped
from grievance.vault.keyring import KeyRing
from grievance.vault.receipts import ReceiptKeys, draw, receipt_keys, slow_root

ACTOR = "cli:demo-fill"
FOUNDED = timedelta(days=170)  # before the first case of the script
NEWS = timedelta(days=1)  # letters about older cases would have been sent long ago


class NotEmpty(Exception):
    """Somebody works in this database; nothing was done."""


def fill(session: Session, site: Site, now: datetime) -> Story:
    """Mark the database as a demonstration and fill it: operator, people, cases.

    NotEmpty when an organisation or a case exists; DemoMismatch when the address is not this
    machine's own. A missing directory is loaded; its values are never confirmed here.
    """
    only_loopback(site.public_url)
    if session.scalar(select(Organisation.id).limit(1)) or session.scalar(select(Case.id).limit(1)):
        raise NotEmpty("there is an organisation or a case: a demonstration needs an empty one")
    session.add(DemoMark(id=MARK, offset_seconds=0))
    session.flush()
    if not facts_for_routing(session).issues:
        directory.load(session, facts.shipped(), now, ACTOR)
    cast = engage(session, site.ring, script.operator(), now - FOUNDED)
    played = [
        _play(session, site, cast, scene, now) for scene in script.scenes(shipped(), STEPS, now)
    ]
    cases = tuple(coded for coded, _replies in played if coded.receipt)
    replies = tuple(one for _coded, replies in played for one in replies)
    return Story(site.public_url, cast.accounts, cases, replies)


def counts(session: Session) -> dict[str, int]:
    """How much there is of each thing."""
    tables = {
        "organisations": Organisation,
        "people": Person,
        "cases": Case,
        "messages": Message,
        "files": CaseFile,
    }
    return {
        name: session.scalar(select(func.count()).select_from(table)) or 0
        for name, table in tables.items()
    }


def _play(
    session: Session, site: Site, cast: Cast, scene: Scene, now: datetime
) -> tuple[Coded, list[Reply]]:
    codes = {role: draw() for role in scene.numbers}
    keys = {role: _keys(code, site.ring) for role, code in codes.items()}
    stage = Stage(session, site, cast.colleagues, keys)
    case = act(stage, scene, now)
    if scene.filed < now - NEWS:
        outbox.cancel(session, case.id, now)
    number = codes.get("again") or codes.get("worker", "")
    return Coded(case.state, case.language, number), stage.replies


def _keys(code: str, ring: KeyRing) -> ReceiptKeys:
    newest = ring.newest_pepper
    return receipt_keys(slow_root(code, ring.receipt_salt), ring.pepper(newest), newest)
