"""The confirmation list: values nobody stands behind yet, and looking each up on its own page.

A person opens the body's page, compares, and says which page and which day. It is shown to workers
at once; a number, when a second person said the same, where there is one. When two look at the same
value together, the later one is told; nothing typed is lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, abort, redirect, request, url_for

from grievance.accounts import audit, quorum, staff, stepping
from grievance.accounts import queries as accounts
from grievance.accounts.audit import Deed
from grievance.accounts.models import Organisation
from grievance.accounts.operations.persons import locked
from grievance.accounts.roles import Permission
from grievance.clock import real_now
from grievance.console.confirm_forms import TYPES, AddForm, CheckForm, ProposalForm, SeenForm
from grievance.console.surface import answer, console
from grievance.directory import operations, queries, search
from grievance.directory.book import Book
from grievance.directory.entries import Source
from grievance.directory.models import Channel
from grievance.extensions import db
from grievance.i18n import gettext as _
from grievance.refusals import Refused
from grievance.web.audience import audience

SHOWN = ("waiting", "decided", "all")
# verb → the codes its events carry
VERBS = {
    f"channel_{done}": ("channel", "mechanism", "version")
    for done in ("confirmed", "corrected", "rejected", "added", "seen")
} | {f"proposal_{done}": ("mechanism",) for done in ("taken", "kept")}


@dataclass(frozen=True)
class Group:
    """A body and those of its channels that are listed."""

    mechanism: str
    name: str
    own_name: str
    channels: list[Channel]


@console.get("/confirm")
@audience("staff", "directory.edit")
def confirm() -> Response:
    """What waits for a person, by body; or what was decided."""
    book = queries.book(db.session())
    rows = queries.channels_to_confirm(db.session(), everything=True)
    shown = request.args.get("show", "waiting")
    words = request.args.get("words", "").strip()[:200]
    listed = [row for row in rows if _listed(row, shown) and _holds(book, row, words)]
    return answer(
        "confirm",
        groups=_groups(book, listed),
        counts={name: sum(_listed(row, name) for row in rows) for name in SHOWN},
        shown=shown if shown in SHOWN else "waiting",
        words=words,
        types={code: _(label) for code, label in TYPES.items()},
        sources=book.facts.sources,
        proposals=[(name, book.name(name)) for name in queries.proposals(db.session())],
        bodies=[(entry.id, entry.name()) for entry in book.entries.values()],
    )


@console.route("/confirm/<uuid:channel_id>", methods=["GET", "POST"])
@audience("staff", "directory.edit")
def confirm_channel(channel_id: UUID) -> Response:
    """Look one value up and say what its own page says."""
    _grave()
    row = queries.channel(db.session(), channel_id) or abort(404)
    form = CheckForm(request.form or None, data=_known(row))
    if request.method == "POST" and form.validate():
        try:
            return _decide(form, row)
        except Refused as refused:
            form.refuse(refused)
        except operations.Overtaken:
            return _overtaken(form, channel_id)
        db.session.rollback()
    return _channel_page(form, channel_id, 422 if form.errors else 200)


@console.route("/confirm/add/<mechanism_id>", methods=["GET", "POST"])
@audience("staff", "directory.edit")
def confirm_add(mechanism_id: str) -> Response:
    """Enter a channel that the directory did not know."""
    _grave()
    entry = queries.book(db.session()).entries.get(mechanism_id) or abort(404)
    form = AddForm(request.form or None, data={"day": accounts.day_here(db.session(), real_now())})
    if request.method == "POST" and form.validate():
        try:
            return _add(form, mechanism_id)
        except Refused as refused:
            form.refuse(refused)
        db.session.rollback()
    return answer("confirm_add", 422 if form.errors else 200, form=form, entry=entry)


@console.route("/confirm/proposal/<mechanism_id>", methods=["GET", "POST"])
@audience("staff", "directory.edit")
def confirm_proposal(mechanism_id: str) -> Response:
    """What a release wants changed of a body that was edited here: take it, or keep ours."""
    _grave()
    changes = queries.differences(db.session(), mechanism_id) or abort(404)
    form = ProposalForm(request.form or None)
    if request.method == "POST" and form.validate():
        return _settle(mechanism_id, take=form.verb.data == "take")
    entry = queries.book(db.session()).entries[mechanism_id]
    status = 422 if form.errors else 200
    return answer("confirm_proposal", status, form=form, entry=entry, changes=changes)


def _grave() -> None:
    """What workers will read is changed only after the password once more."""
    if request.method == "POST":
        stepping.needs_step_up()


def _settle(mechanism: str, *, take: bool) -> Response:
    member, now = staff.current_member(), real_now()
    operations.settle(db.session(), mechanism, take=take, actor=member.actor, now=now)
    _note(f"proposal_{'taken' if take else 'kept'}", {"mechanism": mechanism})
    return redirect(url_for("console.confirm"), 303)  # type: ignore[return-value]


def _decide(form: CheckForm, row: Channel) -> Response:
    member, now = staff.current_member(), real_now()
    verb, check = str(form.verb.data), form.check(row.id)
    eyes = operations.Eyes(member.actor, now, _others(now), _same)
    return _record(operations.saw(db.session(), check, verb, eyes))


def _same(before: str) -> bool:
    """Whether who looked before counts as who looks now: one of them let the other in alone."""
    person, other = staff.current_member().person_id, UUID(before.removeprefix("member:"))
    return quorum.one_hand(db.session(), person, other, real_now())


def _others(now: datetime) -> bool:
    """Whether somebody else could look a number up; nobody is alone by what they did themselves."""
    person = staff.current_member().person_id
    return bool(quorum.others(db.session(), Permission.DIRECTORY_EDIT, person, now))


def _add(form: AddForm, mechanism: str) -> Response:
    member, now = staff.current_member(), real_now()
    eyes = operations.Eyes(member.actor, now, _others(now))
    return _record(operations.saw_new(db.session(), form.way(mechanism), eyes))


def _record(row: Channel) -> Response:
    codes = {"channel": row.id, "mechanism": row.mechanism, "version": row.version}
    place = f"body-{row.mechanism}"
    _note("channel_seen" if row.awaiting else f"channel_{row.state}", codes)
    return redirect(url_for("console.confirm", _anchor=place), 303)  # type: ignore[return-value]


def _note(verb: str, codes: dict[str, Any]) -> None:
    """Write the act into the operator's chain and commit."""
    member = staff.current_member()
    audit.record(
        db.session(),
        locked(db.session(), Organisation, member.organisation_id),
        Deed(verb, member.actor, real_now(), codes, knows=VERBS[verb]),
        also=audit.DIRECTORY,
    )
    db.session.commit()


def _overtaken(form: CheckForm, channel_id: UUID) -> Response:
    """Somebody was faster: show what stands there now, keep what was typed."""
    db.session.rollback()
    row = queries.channel(db.session(), channel_id) or abort(404)
    form.version.data = str(row.version)
    return _channel_page(form, channel_id, 409)


def _channel_page(form: SeenForm, channel_id: UUID, status: int) -> Response:
    row = queries.channel(db.session(), channel_id) or abort(404)
    book = queries.book(db.session())
    return answer(
        "confirm_channel",
        status,
        form=form,
        row=row,
        entry=book.entries[row.mechanism],
        kind=_(TYPES[row.type]),
        source=book.facts.sources.get(row.source or ""),
        who=_who(row.confirmed_by),
        waits=row.awaiting,
        waits_for=_who(row.awaiting["by"]) if row.awaiting else "",
        own=bool(row.awaiting and row.awaiting["by"] == staff.current_member().actor),
        overtaken=status == 409,
    )


def _known(row: Channel) -> dict[str, Any]:
    return {"version": str(row.version), "day": accounts.day_here(db.session(), real_now())}


def _who(actor: str | None) -> str:
    if not actor:
        return ""
    person = UUID(actor.removeprefix("member:"))
    return accounts.names(db.session(), [person]).get(person, "")


def _listed(row: Channel, shown: str) -> bool:
    if shown == "all":
        return True
    decided = row.state != "shipped" and not queries.waits(row)
    return decided if shown == "decided" else queries.waits(row)


def _holds(book: Book, row: Channel, words: str) -> bool:
    entry = book.entries[row.mechanism]
    source = book.facts.sources.get(row.source or "")
    hay = search.folded(
        " ".join([entry.id, entry.name(), entry.facts.name_ja, row.value or "", _title(source)])
    )
    return all(word in hay for word in search.folded(words).split())


def _title(source: Source | None) -> str:
    return f"{source.organisation} {source.title}" if source else ""


def _groups(book: Book, rows: list[Channel]) -> list[Group]:
    groups: dict[str, Group] = {}
    for row in rows:
        entry = book.entries[row.mechanism]
        group = groups.setdefault(
            row.mechanism, Group(row.mechanism, entry.name(), entry.facts.name_ja, [])
        )
        group.channels.append(row)
    return list(groups.values())
