"""Editing a body here: a new revision that a release will not overwrite."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grievance.accounts import audit
from grievance.accounts.audit import Deed
from grievance.directory import records
from grievance.directory.models import Mechanism, MechanismRevision
from grievance.directory.operations.revision import follow, put, standing, touch
from grievance.directory.texts import mark


class NoSuchMechanism(LookupError):
    """No body has this code."""


def revise(
    session: Session,
    mechanism: str,
    texts: Mapping[str, Mapping[str, str]],
    *,
    actor: str,
    now: datetime,
) -> MechanismRevision:
    """Change texts (`{"cannot_do": {"en": …, "vi": …}}`) of a body, effective at once.

    A changed English text makes the texts of other languages stale until somebody gives them too.
    The revision before it stays readable as the old one. Raises `NoSuchMechanism`.
    """
    before = standing(session, mechanism, "current")
    if before is None:
        raise NoSuchMechanism
    made = {field: dict(held) for field, held in before.texts.items()}
    for field, given in texts.items():
        held = made.setdefault(field, {})
        english = given.get("en") or held.get("en", {}).get("text", "")
        for slug, text in given.items():
            held[slug] = {"text": text, "of": mark(english), "by": "person"}
    revision = follow(before, texts=made)
    put(session, revision, actor=actor, now=now)
    touch(session)
    return revision


def settle(session: Session, mechanism: str, *, take: bool, actor: str, now: datetime) -> None:
    """End a proposal: `take` the release's version, or keep the local one for good.

    A kept one follows the release from here on, so the same proposal does not come again. Raises
    `NoSuchMechanism` when nothing is proposed.
    """
    ours = standing(session, mechanism, "current")
    theirs = standing(session, mechanism, "proposed")
    if ours is None or theirs is None:
        raise NoSuchMechanism
    if take:
        ours.state = "old"
        session.flush()
        theirs.state, theirs.at, theirs.by = "current", now, actor
    else:
        theirs.state = "old"
        ours.shipped_hash = theirs.shipped_hash
    touch(session)


@dataclass(frozen=True)
class Desk:
    """A company's own desk: the template it follows, and how workers know the company."""

    id: str
    template: str
    name: str
    corporate_number: str = ""
    brands: tuple[str, ...] = ()


def register_desk(session: Session, desk: Desk, *, actor: str, now: datetime) -> MechanismRevision:
    """Enter a company's desk as a body of its own, made from a template.

    It has no channel until somebody confirms one. Raises `NoSuchMechanism` for an unknown template.
    """
    model = session.get(Mechanism, desk.template)
    pattern = standing(session, desk.template, "current")
    if model is None or pattern is None:
        raise NoSuchMechanism
    last = session.scalar(select(func.max(Mechanism.position))) or 0
    session.add(Mechanism(id=desk.id, kind=model.kind, position=last + 1))
    session.flush()
    revision = follow(
        pattern,
        mechanism=desk.id,
        shipped_hash=None,
        facts=pattern.facts | {"operator": desk.name, "name_ja": desk.name},
        texts=pattern.texts
        | {"name": {"en": {"text": desk.name, "of": mark(desk.name), "by": "person"}}},
        record=records.plain(desk, "id", "template"),
    )
    put(session, revision, actor=actor, now=now)
    touch(session)
    head = audit.own_chain(session, audit.DIRECTORY)
    audit.record(session, head, Deed("desk_registered", actor, now, {"mechanism": desk.id}))
    return revision
