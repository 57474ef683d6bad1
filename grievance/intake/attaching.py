"""The page for photos, papers and voice: each file is cleaned and sealed as it arrives."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request

from grievance import clock
from grievance.cases import files
from grievance.cases.files import Stored
from grievance.extensions import db
from grievance.i18n import gettext as _
from grievance.intake import drafting
from grievance.intake.blueprint import bp
from grievance.intake.sending import store_away
from grievance.intake.visits import site
from grievance.questions import browser, drafts, jobs
from grievance.questions.drafts import OpenDraft
from grievance.refusals import Refused
from grievance.storage import Blobs
from grievance.web.afterwards import afterwards
from grievance.web.audience import audience
from grievance.web.binding import cookie
from grievance.web.file_refusals import sentence_of
from grievance.web.forms import Form
from grievance.web.language import own_language
from grievance.web.room import check_room
from grievance.web.sources import here
from grievance.web.uploads import uploaded

PAGE = "files"
MOST = 10


@bp.route("/file/files", methods=["GET", "POST"])
@audience("worker")
def file_files() -> Any:
    """Add files, or go on without; needed only where nothing was written."""
    draft = drafting.open_filing()
    form = drafting.form_on(draft, PAGE)
    if request.method == "POST" and form.validate():
        wrong = take(draft, cookie(browser.COOKIE))
        draft = drafting.open_filing(lock=True)
        wrong = wrong or _lacking(draft)
        if not wrong and "add" not in request.form:
            drafts.save(draft, {}, clock.real_now(), seen=PAGE)
            following = drafting.after(draft, PAGE)
            db.session.commit()
            return redirect(following, 303)
        form["files"].errors = [wrong] if wrong else []
    return render_template(
        "intake/file_files.html",
        form=form,
        files=[(UUID(hex=stored["id"]), stored) for stored in draft.files],
        **drafting.around(draft, PAGE),
    )


@bp.post("/file/files/<uuid:file_id>/remove")
@audience("worker")
def file_remove(file_id: UUID) -> Any:
    """Take a file out again; its blobs go as soon as the answer is out."""
    draft = drafting.open_filing(lock=True)
    if Form(request.form).validate():
        gone = drafts.drop_file(db.session(), draft, file_id.hex, clock.real_now())
        db.session.commit()
        sweep_afterwards(gone)
    return redirect(drafting.address(PAGE), 303)


def sweep_afterwards(blobs: list[str]) -> None:
    """Delete what a draft left once the answer is out: nobody waits for the store, least of all
    who leaves. What it does not delete now, the next sweep will."""
    store = site().blobs
    if blobs:
        afterwards("web:sweep", lambda: _swept(store, blobs))


def _swept(store: Blobs, blobs: list[str]) -> None:
    jobs.sweep(db.session(), store, blobs)


def take(draft: OpenDraft, secret: str) -> str:
    """Clean, seal and keep what was uploaded in the draft of this secret; the sentence about the
    first that was refused.

    Cleaning takes seconds, so it happens before the draft is locked.
    """
    try:
        parts = uploaded(request)
    except Refused as refused:
        return sentence_of(refused)
    if len(parts) + len(draft.files) > MOST:
        return _("You can send up to 10 files here. You can send more later, with your number.")
    db.session.rollback()
    wrong = ""
    for part in parts:
        try:
            check_room(site().blobs, part, drafts.unsent(db.session()))
            db.session.rollback()
            data, tongue = part.read(), own_language().slug
            _keep(files.keep(site().blobs, data, part.name, here(), tongue), secret)
        except Refused as refused:
            wrong = wrong or sentence_of(refused, part.name)
        except OSError as problem:  # the others would only wait for it, too
            return wrong or store_away(problem)
    return wrong


def _keep(stored: Stored, secret: str) -> None:
    draft = drafting.open_filing(lock=True, secret=secret)
    drafts.add_file(db.session(), draft, files.plain(stored), clock.real_now())
    db.session.commit()


def _lacking(draft: OpenDraft) -> str:
    """What to say to somebody who neither wrote nor sent anything."""
    if drafting.missing(draft) in ("what-happened", *drafting.FIRST):
        return _("Add at least one file, or go back and write a few words.")
    return ""
