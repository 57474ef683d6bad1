"""The worker asks that their report is deleted, reads that it is proposed, or says no to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Response, abort, make_response, redirect, render_template, request, url_for
from sqlalchemy import Text, and_, cast, or_, select
from werkzeug.wrappers import Response as Answer

from grievance.accounts.models import Event
from grievance.cases import erasures
from grievance.cases.act import Act
from grievance.cases.ledger import REPLAYED
from grievance.cases.lifecycle import OPEN
from grievance.cases.models import Case, Erasure
from grievance.cases.operations import erasing
from grievance.cases.operations.replaying import RESTORE
from grievance.cases.state_words import ERASURE_GROUNDS
from grievance.cases.verbs import Verb
from grievance.clock import local_day
from grievance.deadlines import operations as clocks
from grievance.deadlines.queries import operator_hours
from grievance.directory import queries as directory
from grievance.extensions import db
from grievance.i18n import N_, date_text, speaking
from grievance.i18n import gettext as _
from grievance.intake.blueprint import bp
from grievance.intake.return_forms import PlainForm
from grievance.intake.visits import visited
from grievance.model import complete
from grievance.referrals import queries as referrals
from grievance.refusals import Refused
from grievance.web.audience import audience
from grievance.web.language import whole_language

WISHES = (Verb.ASK_ERASURE, Verb.STOP_ERASURE)
SAID = {
    "worker": N_(
        "You asked us on %(asked)s to delete your report. Our people look at it and delete "
        "it; from then on your number opens nothing any more."
    ),
    "told": N_(
        "On %(asked)s we wrote down that you want your report to be deleted. From %(day)s it can "
        "be deleted for good. If that was not you, tell us here to keep it."
    ),
    "retention": N_(
        "The time for which we keep a report that is over ends. From %(day)s yours can be deleted "
        "for good. Copy before what you still need."
    ),
    "mistake": N_(
        "We think that your report was sent by mistake, or twice. From %(day)s it can be deleted "
        "for good. If you need it, tell us here to keep it."
    ),
}
complete(SAID, ERASURE_GROUNDS)
# What the others who hold a number for the report read.
GOES = N_(
    "This report is to be deleted for good from %(day)s on, and then your number opens nothing any "
    "more. Copy before what you still need."
)
SHARED = N_("It is the report of all in your group: if you want to keep it, say so here.")
# What a member of a group always reads: they have no address with us, and nobody can write to them.
LOOK = N_(
    "This is the report of all in your group. If somebody asks us today to delete it, that is done "
    "on %(day)s at the earliest, for all of you. You can read of it here before that, and keep it "
    "for everybody. So look here again before that day."
)
# What the worker reads before the others of a group have had their time.
GROUP = N_(
    "Everybody in your group reads of it on their page and can say that they want to keep the "
    "report, so it is not deleted before %(day)s."
)
# What was asked and does not stand any more.
KEPT = N_("Somebody in your group wants to keep the report, so it is not deleted.")
VOID = N_(
    "We had to put back an older copy of our records. If you had asked us to delete your report, "
    "that does not count any more: ask for it again."
)
UNSURE = N_(
    "We had written down that you want your report to be deleted. A second person among us was not "
    "sure of that, so it is not deleted. If you want it, you can ask for it yourself on this page, "
    "or tell us again."
)
BY = N_("We do that by %(by)s at the latest.")
BACKUPS = N_("The last of our backups that holds it, locked, is deleted by %(gone)s.")
LATE = N_(
    "We said that we would do that by %(by)s. That day is over, and it was our task, not yours. "
    "Somebody has to see to it now."
)
SEEN = N_(
    "Somebody else has seen your number, or the one before it, so that is not done before %(day)s."
)


@dataclass(frozen=True)
class Waits:
    """That the report is to be deleted, or no more, as who holds a number for it reads it; `stops`
    when they can say no, `wanted` while it is to be."""

    said: str
    stops: bool
    form: PlainForm
    wanted: bool


def waits_of(act: Act) -> Waits | None:
    """What the case page says about deleting the report; None while nobody asked for it, but for a
    member of a group."""
    session = act.session
    asked = erasures.asked(session, act.case.id)
    row = asked or erasures.proposed(session, act.case.id) or erasures.left(session, act.case.id)
    with speaking(whole_language()):
        said = _sentence(act, row) if row else _void(act) or _look(act)
        stops, wanted = act.may(Verb.STOP_ERASURE), row is not None or act.actor.role == "worker"
        return Waits(said, stops, PlainForm(), wanted) if said else None


def _look(act: Act) -> str:
    """By when a member of a group has to look again, so as to read of a wish before it is done."""
    if act.actor.role != "member":
        return ""
    first = local_day(act.now + erasures.NOTICE, operator_hours(act.session).zone)
    return _(LOOK) % {"day": date_text(first)}


def _void(act: Act) -> str:
    """Why a wish does not stand any more, where it was not its worker who ended it."""
    told = (Erasure.case_id == act.case.id, Erasure.ground == "told")
    told_us = select(cast(Erasure.proposal_id, Text)).where(*told)
    last = act.session.scalars(
        select(Event)
        .where(
            Event.stream_kind == Case.stream_kind,
            Event.stream_id == act.case.id,
            or_(
                Event.verb.in_((*WISHES, Verb.WORKER_REOPENS, Verb.APPEAL)),
                and_(Event.verb == Verb.SEND_BACK, Event.codes["proposal"].astext.in_(told_us)),
                and_(Event.verb == REPLAYED, Event.codes["act"].astext.in_(WISHES)),
            ),
        )
        .order_by(Event.seq.desc())
        .limit(1)
    ).first()
    if last is None or act.actor.role != "worker":
        return ""
    if last.verb == Verb.SEND_BACK:
        return _(UNSURE)
    if last.codes.get("role") == "member":
        return _(KEPT)
    return _(VOID) if last.actor == RESTORE.name and _was_wanted(act, last) else ""


def _was_wanted(act: Act, last: Event) -> bool:
    """Whether what a restore did not keep was the worker's wish: one that the backup held, or one
    from after it."""
    ended = [UUID(one) for one in last.codes.get("erasures", ())]
    grounds = act.session.scalars(select(Erasure.ground).where(Erasure.id.in_(ended)))
    return last.codes.get("act") == Verb.ASK_ERASURE or bool(set(grounds) & set(erasures.ASKED))


def _sentence(act: Act, row: Erasure) -> str:
    hours = operator_hours(act.session)
    by = erasures.promised(row, hours)

    def day(at: datetime) -> str:
        return date_text(local_day(at, hours.zone))

    days = {
        "asked": day(row.asked_at),
        "day": day(row.from_at),
        "by": day(by),
        "gone": date_text(erasures.gone_by(local_day(by, hours.zone), act.site.backup_days)),
    }
    own, wish = act.actor.role == "worker", row.ground in erasures.ASKED
    waits = own and row.ground == "worker" and row.from_at > row.asked_at
    shared = erasures.is_shared(act.session, act.case.id)
    said = {
        SAID[row.ground] if own else GOES: True,
        SHARED: not own and act.may(Verb.STOP_ERASURE),
        GROUP: waits and shared,
        SEEN: waits and not shared,
        BY: own and wish and by >= act.now,
        BACKUPS: own and wish and by >= act.now,
        LATE: own and wish and by < act.now,
    }
    return " ".join(_(sentence) % days for sentence, holds in said.items() if holds)


def _told(act: Act) -> dict[str, str | bool]:
    """By when it is deleted if it is asked for now, by when the last backup of it is, and whether
    it is that of a group."""
    hours = operator_hours(act.session)
    by = local_day(clocks.due("erasure", erasing.begins(act), hours), hours.zone)
    gone = erasures.gone_by(by, act.site.backup_days)
    shared = erasures.is_shared(act.session, act.case.id)
    return {"by": date_text(by), "gone": date_text(gone), "shared": shared}


@bp.route("/case/erase", methods=["GET", "POST"])
@audience("worker")
def erase() -> Answer | Response:
    """Ask that the report is deleted, after reading what goes and what stays."""
    act = visited(lock=request.method == "POST")
    form = PlainForm(request.form)
    if act.actor.role != "worker":
        abort(403)
    if not act.may(Verb.ASK_ERASURE):
        return redirect(url_for("intake.case"), 303)
    if request.method == "POST" and form.validate():
        erasing.ask_erasure(act)
        db.session.commit()
        return redirect(url_for("intake.case"), 303)
    book = directory.book(act.session)
    page = render_template(
        "intake/erase.html",
        form=form,
        bodies=sorted(book.name(one) for one in referrals.had_it(act.session, act.case.id)),
        is_open=act.case.state in OPEN,
        **_told(act),
    )
    db.session.commit()
    return make_response(page, 422 if form.errors else 200)


@bp.post("/case/keep")
@audience("worker")
def keep() -> Answer:
    """Keep the report after all."""
    act = visited(lock=True)
    if PlainForm(request.form).validate():
        try:
            erasing.stop_erasure(act)
        except Refused as refused:
            db.session.rollback()
            if refused.code == "actor":
                abort(403)
        else:
            db.session.commit()
    return redirect(url_for("intake.case"), 303)
