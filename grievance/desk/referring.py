"""The pages of referrals: prepare a packet and ask the worker, deliver, record answers."""

from __future__ import annotations

from uuid import UUID

from flask import Response, make_response, render_template, request, url_for

from grievance.cases.operations import referring
from grievance.cases.operations.moving import allowed
from grievance.cases.verbs import Verb
from grievance.clock import local_day, now
from grievance.deadlines.queries import operator_hours
from grievance.desk.acting import Page, Trouble, act, back, repeats, stand, why
from grievance.desk.beside import of_place
from grievance.desk.blueprint import bp
from grievance.desk.link_forms import LinkForm
from grievance.desk.loading import Desk, open_case, referral_of, site
from grievance.desk.packet_form import PacketForm, outgoing_of
from grievance.desk.packet_reading import PacketPage, doors, missing
from grievance.desk.referral_forms import ReferralForm
from grievance.desk.referral_panels import INSTANT
from grievance.desk.referral_reading import ReferralPage
from grievance.desk.there import there
from grievance.desk.verbs import ON_REFERRAL, given
from grievance.desk.views import note_read
from grievance.directory import queries as directory
from grievance.extensions import db
from grievance.i18n import BY_SLUG
from grievance.i18n import gettext as _
from grievance.referrals.links import ReplyLink
from grievance.referrals.models import Referral
from grievance.referrals.states import LABELS, LIVE
from grievance.refusals import Refused
from grievance.vault.receipts import grouped
from grievance.web.audience import audience
from grievance.web.redirects import see_other


@bp.get("/cases/<reference>/refer")
@audience("staff", "case.work")
def choose_body(reference: str) -> Response:
    """On to the document for any body of the directory."""
    desk = open_case(reference)
    body = outgoing_of(desk, request.args.get("body", "")).entry.id
    return see_other(url_for("desk.packet", reference=desk.case.reference, mechanism_id=body))


@bp.get("/cases/<reference>/refer/<mechanism_id>")
@audience("staff", "case.work")
def packet(reference: str, mechanism_id: str) -> Response:
    """Prepare what would go to this body."""
    desk = open_case(reference)
    desk.unfold()
    made = PacketPage(desk, outgoing_of(desk, mechanism_id))
    form = made.blank(referring.local_today(db.session(), now()))
    return _packet_page(made, form)


@bp.post("/cases/<reference>/refer/<mechanism_id>")
@audience("staff", "case.work")
def refer(reference: str, **_named: object) -> Response:
    """Look at the document, or ask the worker for consent to exactly it."""
    if "preview" not in request.form:
        return act(reference, Verb.REFER, Page(_packet_again, _asked))
    desk = open_case(reference)
    desk.unfold()
    form = given(Verb.REFER, desk, {})
    assert isinstance(form, PacketForm)
    return _packet_page(PacketPage(desk, form.outgoing), form, 200 if form.validate() else 422)


def _packet_again(desk: Desk, form: PacketForm, trouble: Trouble | None) -> Response:
    made = PacketPage(desk, outgoing_of(desk, form.outgoing.entry.id))
    sentence, status = why(trouble) if trouble else ("", 422)
    return _packet_page(made, form, status, sentence)


def _asked(desk: Desk, _form: PacketForm, asked: Referral | None) -> Response:
    case = desk.case.reference
    return _to_referral(case, asked.id) if asked else back(case)


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
        missing=missing(desk, document) if document else [],
        warnings=made.warnings(document) if document else [],
        name=made.entry.name(),
        beside=of_place(desk, made.entry.id),
        there=there(made.entry.id),
        door=next((one for one in doors(desk) if one.mechanism == made.entry.id), None),
        can=allowed(desk.case, Verb.REFER, desk.actor),
        why=why,
    )
    note_read(desk, "packet")
    db.session.commit()
    return make_response(page, status)


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
        beside=of_place(desk, row.mechanism) if row.state in LIVE else None,
        there=there(row.mechanism),
        state=_(LABELS[row.state]),
        languages=BY_SLUG,
        why=why,
        wrong=wrong,
    )
    note_read(desk, "referral")
    db.session.commit()
    return make_response(page, status)


def _to_referral(reference: str, referral_id: UUID) -> Response:
    return see_other(url_for("desk.referral", reference=reference, referral_id=referral_id))


def _again(desk: Desk, form: ReferralForm, trouble: Trouble | None) -> Response:
    if trouble is None and repeats(desk, form):  # sent twice: what it asks for is not offered now
        return _on(desk, form, None)
    form.offer(desk, {})
    assert form.verb is not None
    sentence, status = why(trouble) if trouble else ("", 422)
    return referral_page(desk, form.referral, (form.verb, form), status, sentence)


def _on(desk: Desk, form: ReferralForm, _done: object) -> Response:
    return _to_referral(desk.case.reference, form.referral.id)


def _made(desk: Desk, form: LinkForm, done: ReplyLink | None) -> Response:
    """Link and code, this once. Who sent it twice finds that there is a link, and makes another."""
    if done is None:
        return _on(desk, form, None)
    link = f"{site().public_url}{url_for('partners.page', token=form.token_of_link, lang=None)}"
    body = directory.book(db.session()).name(form.referral.mechanism)
    page = render_template(
        "desk/reply_link.html",
        case=desk.case,
        referral=form.referral,
        name=body,
        link=link,
        code=grouped(form.code),
        until=local_day(done.ends_at - INSTANT, operator_hours(db.session()).zone),
    )
    return make_response(page)


DONE = {Verb.MAKE_LINK: _made}
for _verb in ON_REFERRAL:
    stand(_verb, Page(_again, DONE.get(_verb, _on)), f"/referrals/<uuid:referral_id>/{_verb}")
