"""The one box that finds: a case by its reference, a paper's number or what is known of it; and a
body by its name. The words stand in no address and no log."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template, request, url_for

from grievance.accounts import audit, staff
from grievance.accounts.staff import Member
from grievance.cases import finding, index, queries
from grievance.cases.finding import Found
from grievance.clock import now
from grievance.desk.blueprint import bp
from grievance.desk.listing import Row, rows_of
from grievance.desk.loading import index_elsewhere, reader_of, site
from grievance.desk.words import FOUND_BY
from grievance.directory import queries as directory
from grievance.directory.book import Entry
from grievance.directory.search import folded
from grievance.extensions import db
from grievance.i18n import ENGLISH, lazy
from grievance.i18n import gettext as _
from grievance.referrals import queries as referrals
from grievance.web.audience import audience
from grievance.web.forms import Form, Line


class FindForm(Form):
    """What is sought."""

    words = Line(
        lazy("Find a case"),
        needed=lazy("Write what you know: a reference, a number, a name."),
    )


@dataclass(frozen=True)
class Hit:
    """A case that was found, and by what, in words."""

    row: Row
    by: str


@bp.get("/find")
@audience("staff", "case.read")
def find() -> str:
    """The empty box."""
    return _page(FindForm())


@bp.post("/find")
@audience("staff", "case.read")
def find_words() -> str:
    """What was found; that this person sought is noted, not what."""
    member, session, form = staff.current_member(), db.session(), FindForm(request.form)
    if not form.validate():
        return _page(form)
    words, reader = str(form.words.data), reader_of(member)
    index.refresh(session, site().ring, reader)
    audit.record_read(session, member.organisation_id, actor=member.actor, now=now(), what="search")
    session.commit()  # nobody waits for this page
    index_elsewhere(member)
    found = finding.find(session, reader, words)
    session.commit()
    return _page(
        form,
        found,
        sought=True,
        too_short=finding.too_short(words),
        left=index.left(session, reader),
        bodies=_bodies(member, words),
    )


def _page(form: FindForm, found: Found | None = None, **told: object) -> str:
    hits = (
        [
            Hit(
                row,
                ", ".join(_(FOUND_BY[one]) for one in finding.BY if one in found.by[row.case.id]),
            )
            for row in rows_of(found.cases, now())
        ]
        if found
        else []
    )
    return render_template(
        "desk/find.html", form=form, hits=hits, count=found.count if found else 0, **told
    )


def _bodies(member: Member, words: str) -> list[tuple[str, str]]:
    """The bodies of that name that have had a hand-over, each with the board of its hand-overs."""
    session = db.session()
    known, said = directory.book(session), folded(words)
    figures = referrals.figures(session, queries.recusals(session, member.person_id))
    bodies = {one.mechanism: known.entries.get(one.mechanism) for one in figures}
    return [
        (entry.name(), url_for("desk.referrals", body=body))
        for body, entry in bodies.items()
        if entry and said and any(said in folded(name) for name in _names(entry))
    ]


def _names(entry: Entry) -> list[str]:
    """What a body is called here, at home and in English."""
    return [entry.name(), entry.facts.name_ja, entry.name(ENGLISH)]
