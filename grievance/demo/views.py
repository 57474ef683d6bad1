"""The pages of a demonstration: letters that were sent, and the clock that can be moved."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import (
    Blueprint,
    abort,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response

from grievance import clock, i18n
from grievance.demo import mailbox, mark
from grievance.extensions import db
from grievance.web.audience import audience

demo = Blueprint("demo", __name__, url_prefix="/demo")


def folder() -> Path:
    """Where the worker process of this instance puts its letters."""
    data: Path = current_app.config["SETTINGS"].data
    return data / "mail"


@demo.get("/mail")
@audience("public")
def mail() -> str:
    """Letters, newest first, and the clock."""
    zone = ZoneInfo(current_app.config["SETTINGS"].time_zone)
    return render_template(
        "demo/mail.html",
        letters=mailbox.letters(folder())[::-1],
        now=i18n.time_text(clock.now(), zone),
        days=mark.offset(db.session()) // mark.DAY,
        zone=zone.key,
    )


@demo.get("/mail/<uuid:row>")
@audience("public")
def letter(row: UUID) -> str:
    """One letter."""
    found = mailbox.letter(folder(), row) or abort(404)
    return render_template("demo/letter.html", letter=found)


@demo.get("/mail.json")
@audience("machine")
def mail_json() -> Any:
    """Letters for checks from outside, newest last."""
    return jsonify([found.plain for found in mailbox.letters(folder())])


@demo.post("/clock")
@audience("machine")
def move_clock() -> Response:
    """Move the clock by `days`; 303 to the letters, 204 to who wants JSON. Anybody on this machine
    may, without a form token: nothing here is real."""
    try:
        mark.move(db.session(), int(request.values.get("days", "")))
    except ValueError:
        abort(400)
    db.session.commit()
    current_app.extensions["movable_clock"].forget()
    if request.accept_mimetypes.best == "application/json":
        return Response(status=204)
    return redirect(url_for("demo.mail"), 303)
