"""The pages and verbs of hand-overs: prepare a packet and ask the worker, deliver, record answers.

Each POST goes along one line: load and lock, read the form, do the verb, commit, go back. What is
refused says so on the page, with what was typed.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import Response, abort, make_response, render_template, request, url_for

from grievance.cases import queries as cases
from grievance.cases.operations import referring
from grievance.cases.operations.moving import Conflict, allowed
from grievance.cases.packets import Outgoing
from grievance.cases.states import TABLE, Verb
from grievance.clock import now
from grievance.desk.acting import done
from grievance.desk.blueprint import bp
from grievance.desk.forms import ActForm
from grievance.desk.loading import Desk, open_case
from grievance.desk.packet_form import PacketForm
from grievance.desk.packet_reading import PacketPage, doors, missing
from grievance.desk.referral_forms import ReferralForm
from grievance.desk.referral_reading import ReferralPage
from grievance.desk.uploading import NO_FILE, WithFile
from grievance.desk.verbs import ON_REFERRAL, form_of
from grievance.desk.views import note_read
from grievance.directory import queries as directory
from grievance.extensions import db
from grievance.i18n import BY_SLUG, N_
from grievance.i18n import gettext as _
from grievance.referrals import queries
from grievance.referrals.models import Referral
from grievance.referrals.states import LABELS
from grievance.refusals import Refused
from grievance.web.audience import audience
from grievance.web.redirects import see_other

CHANGED = N_("Somebody changed the case while you wrote. Look at it again; what you wrote is here.")


def _why(refused: Exception) -> tuple[str, int]:
    """The sentence of a refusal, and its status."""
    if isinstance(refused, Conflict):
        return _(CHANGED), 409
    if isinstance(refused, OSError):
        return _(NO_FILE), 503
    why = refused if isinstance(refused, Refused) else Refused("state")
    return why.sentence, 403 if why.code == "actor" else 409


def _packet(reference: str, mechanism_id: str, *, change: bool = False) -> PacketPage:
    desk = open_case(reference, change=change)
    entry = directory.book(db.session()).entries.get(mechanism_id)
    if entry is None:
        abort(404)
    return PacketPage(desk, Outgoing(db.session(), desk.opened, entry))


@bp.get("/cases/<reference>/refer")
@audience("staff", "case.work")
def choose_body(reference: str) -> Response:
    """On to the document for any body of the directory."""
    made = _packet(reference, request.args.get("body", ""))
    case = made.desk.case.reference
    return see_other(url_for("desk.packet", reference=case, mechanism_id=made.entry.id))


@bp.get("/cases/<reference>/refer/<mechanism_id>")
@audience("staff", "case.work")
def packet(reference: str, mechanism_id: str) -> Response:
    """Prepare what would go to this body."""
    made = _packet(reference, mechanism_id)
    form = made.blank(referring.local_today(db.session(), now()))
    return _packet_page(made, form)


@bp.post("/cases/<reference>/refer/<mechanism_id>")
@audience("staff", "case.work")
def refer(reference: str, mechanism_id: str) -> Response:
    """Look at the document, or ask the worker for consent to exactly it."""
    asks = "preview" not in request.form
    made = _packet(reference, mechanism_id, change=asks)
    form = made.given(request.form)
    if not form.validate():
        return _packet_page(made, form, 422)
    if not asks:
        return _packet_page(made, form)
    desk = made.desk
    try:
        act = desk.act(form.seen)
        asked = referring.refer(act, made.outgoing.wanted(form.ticked, act))
    except (Conflict, Refused, OSError) as refused:
        return _not_asked(reference, mechanism_id, form, refused)
    referral_id = asked.id
    db.session.commit()
    return back(reference, referral_id)


def _not_asked(reference: str, mechanism: str, form: PacketForm, refused: Exception) -> Response:
    if isinstance(refused, FileNotFoundError):  # a copy is lost, not away
        raise refused
    db.session.rollback()
    made = _packet(reference, mechanism)
    if isinstance(refused, Conflict) and _repeats(made.desk, form, Verb.REFER):
        return see_other(url_for("desk.case", reference=reference))
    sentence, status = _why(refused)
    return _packet_page(made, form, status, sentence)


def _repeats(desk: Desk, form: ActForm, verb: Verb) -> bool:
    since = cases.events_since(db.session(), desk.case.id, form.seen_seq)
    return form.repeats(since, desk.actor.name, verb)


def _packet_page(made: PacketPage, form: PacketForm, status: int = 200, why: str = "") -> Response:
    desk = made.desk
    document = None
    if not set(form.errors) - {"purpose", "ends_on"}:
        try:
            document = made.document(form)
        except Refused as refused:
            why, status = refused.sentence, 409
    form.on(desk.case, str(Verb.REFER))
    page = render_template(
        "desk/refer.html",
        case=desk.case,
        made=made,
        form=form,
        document=document,
        languages=BY_SLUG,
        missing=missing(document) if document else [],
        warnings=made.warnings(document) if document else [],
        name=made.entry.name(),
        door=next((one for one in doors(desk) if one.mechanism == made.entry.id), None),
        can=allowed(desk.case, Verb.REFER, desk.actor),
        why=why,
    )
    note_read(desk, "packet")
    db.session.commit()
    return make_response(page, status)


def referral_of(desk: Desk, referral_id: UUID) -> Referral:
    """A hand-over of this case, or 404."""
    found = queries.get(db.session(), desk.case.id, referral_id)
    if found is None:
        abort(404)
    return found


@bp.get("/cases/<reference>/referrals/<uuid:referral_id>")
@audience("staff", "case.read")
def referral(reference: str, referral_id: UUID) -> Response:
    """One hand-over: the document, the consent, what the body said, what to do now."""
    desk = open_case(reference)
    return referral_page(desk, referral_of(desk, referral_id))


def referral_page(
    desk: Desk,
    row: Referral,
    wrong: tuple[Verb, ReferralForm] | None = None,
    status: int = 200,
    why: str = "",
) -> Response:
    """The page of a hand-over; with a form that was refused, what was typed is kept."""
    page = render_template(
        "desk/referral.html",
        case=desk.case,
        referral=row,
        shown=ReferralPage(desk, row, now(), wrong),
        name=directory.book(db.session()).name(row.mechanism),
        state=_(LABELS[row.state]),
        languages=BY_SLUG,
        why=why,
        wrong=wrong,
    )
    note_read(desk, "referral")
    db.session.commit()
    return make_response(page, status)


def back(reference: str, referral_id: UUID) -> Response:
    """On to the hand-over."""
    return see_other(url_for("desk.referral", reference=reference, referral_id=referral_id))


def do(reference: str, referral_id: UUID, verb: Verb) -> Response:
    """Do a verb to a hand-over with the form that was sent, and go back to it."""
    desk, row = _held(reference, referral_id)
    form = _sent(desk, row, verb)
    if _repeats(desk, form, verb):
        return back(reference, referral_id)
    if not form.validate() or not _received(form):
        return referral_page(desk, row, (verb, form), 422)
    if isinstance(form, WithFile) and form.stored:  # nothing was held while it was cleaned
        desk, form.referral = _held(reference, referral_id)
    try:
        done(ON_REFERRAL[verb], desk, form)
    except (Conflict, Refused) as refused:
        db.session.rollback()
        if isinstance(form, WithFile):
            form.take_back()
        return _not_done(reference, referral_id, verb, form, refused)
    db.session.commit()
    return back(reference, referral_id)


def _held(reference: str, referral_id: UUID) -> tuple[Desk, Referral]:
    desk = open_case(reference, change=True)
    return desk, referral_of(desk, referral_id)


def _received(form: ReferralForm) -> bool:
    return not isinstance(form, WithFile) or form.receive()


def _sent(desk: Desk, row: Referral, verb: Verb) -> ReferralForm:
    wanted = row.packet_id
    form: ReferralForm = form_of(verb)(request.form)
    form.about(row, queries.packet(db.session(), desk.case.id, wanted) if wanted else None)
    return form


def _not_done(
    reference: str, referral_id: UUID, verb: Verb, form: ReferralForm, refused: Exception
) -> Response:
    desk = open_case(reference)
    row = referral_of(desk, referral_id)
    form.about(row, queries.packet(db.session(), desk.case.id, row.packet_id or referral_id))
    if isinstance(refused, Conflict) and _repeats(desk, form, verb):
        return back(reference, referral_id)
    sentence, status = _why(refused)
    return referral_page(desk, row, (verb, form), status, sentence)


def _endpoint(verb: Verb) -> Callable[[str, UUID], Response]:
    def view(reference: str, referral_id: UUID) -> Response:
        return do(reference, referral_id, verb)

    view.__doc__ = f"Do the verb `{verb}` of the state table to a hand-over."
    return audience("staff", TABLE[verb].who)(view)


for _verb in ON_REFERRAL:
    bp.add_url_rule(
        f"/cases/<reference>/referrals/<uuid:referral_id>/{_verb}",
        str(_verb),
        _endpoint(_verb),
        methods=["POST"],
    )
