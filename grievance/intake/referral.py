"""The worker's yes or no to a hand-over: the page that asks, the paper itself, taking it back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from typing import Any
from uuid import UUID

from flask import Response, abort, make_response, redirect, render_template, request, url_for
from flask import send_file as send
from werkzeug.wrappers import Response as Answer

from grievance.cases import files
from grievance.cases import queries as cases
from grievance.cases.act import Act
from grievance.cases.answers import Heard, heard
from grievance.cases.models import CaseFile
from grievance.cases.opening import OpenCase, Shut, open_packet
from grievance.cases.operations import consenting, laying
from grievance.cases.operations.referring import About
from grievance.cases.packets import answers_of
from grievance.cases.verbs import Verb
from grievance.clock import local_day
from grievance.deadlines.queries import operator_hours
from grievance.directory import queries as directory
from grievance.directory.book import Entry
from grievance.extensions import db
from grievance.intake import referral_reading
from grievance.intake.beside import beside
from grievance.intake.blueprint import bp
from grievance.intake.corrected import fixes_of
from grievance.intake.referral_forms import SayForm
from grievance.intake.referral_reading import To
from grievance.intake.return_forms import PlainForm
from grievance.intake.there import there_of
from grievance.intake.visits import site, visited
from grievance.referrals import pdf, queries
from grievance.referrals.answered import THEIRS
from grievance.referrals.models import ReferralAnswer
from grievance.referrals.operations import sealing
from grievance.referrals.operations.readers import readers_of
from grievance.referrals.operations.sealing import OpenPacket
from grievance.referrals.queries import ReferralRow
from grievance.refusals import Refused
from grievance.vault.labels import Label
from grievance.web.audience import audience

PAGE = "/case/handover/<uuid:referral_id>"


@dataclass(frozen=True)
class Asked:
    """A hand-over of this visit's case; `opened` is the packet as the worker reads it, None while
    there is nothing to read or this receipt holds no key to it."""

    act: Act
    hand: ReferralRow
    opened: OpenPacket | None = field(repr=False)


def _asked(referral_id: UUID, *, lock: bool = False) -> Asked:
    """The one loader: a worker's own hand-over, else 404; 403 for a helper."""
    act = visited(lock=lock)
    if act.actor.role != "worker":
        abort(403)
    hands = queries.of_case(act.session, act.case.id)
    hand = next((one for one in hands if one.referral.id == referral_id), None)
    if hand is None:
        abort(404)
    return Asked(act, hand, _opened(act.opened, hand))


def _opened(case: OpenCase, hand: ReferralRow) -> OpenPacket | None:
    packet = hand.packet
    if packet is None or packet.state == "draft" or hand.referral.state == "proposed":
        return None
    try:
        return open_packet(db.session(), case, packet)
    except Shut:
        return None


@bp.route(PAGE, methods=["GET", "POST"])
@audience("worker")
def referral(referral_id: UUID) -> Answer | Response:
    """What would go to whom; yes or no."""
    asked, form = _asked(referral_id, lock=request.method == "POST"), SayForm(request.form)
    if request.method == "POST" and form.validate():
        refused = _say(asked, form)
        if not refused:
            db.session.commit()
            return redirect(url_for("intake.referral", referral_id=referral_id), 303)
        db.session.rollback()
        form.refuse(refused)
        asked = _asked(referral_id)
    page = _page(asked, form)
    db.session.commit()
    return make_response(page, 422 if form.errors else 200)


def _say(asked: Asked, form: SayForm) -> str:
    """Say it; why it was refused, or nothing."""
    said, hand = form.said(asked.act.actor.known_to), asked.hand
    if hand.packet is None or said is None:
        return "digest"
    if said.answer == "yes" and asked.opened is None:
        return "no_grant"
    try:
        consenting.say(asked.act, About(hand.referral, said))
    except Refused as refused:
        return refused.code
    return ""


def _page(asked: Asked, form: SayForm) -> str:
    hand, session = asked.hand, db.session()
    entry = directory.book(session).body(hand.referral.mechanism)
    office = laying.office_of(session, site(), hand.packet)
    if hand.packet:
        form.show(hand.referral, hand.packet, office.id if office else None)
    return render_template(
        "intake/referral.html",
        row=referral_reading.row_of(hand.referral, _to(asked, entry), operator_hours(session).zone),
        hand=hand,
        entry=entry,
        others=referral_reading.others_of(entry, hand.packet) if hand.packet else None,
        changed=referral_reading.changed(session, hand.referral),
        part_names=referral_reading.parts_of(hand.packet) if hand.packet else [],
        purposes=referral_reading.PURPOSES,
        forms=referral_reading.FORMS,
        answers=_answers(asked),
        beside=beside(asked.act, hand.referral),
        there=there_of(hand.referral, entry),
        fixes=fixes_of(session, asked.act.opened),
        opened_on=_opened_on(asked, "reply:"),
        read_on=_opened_on(asked, "member:"),
        office=office,
        readers=readers_of(asked.opened) if asked.opened else [],
        answer_names=referral_reading.ANSWERS,
        stances=THEIRS,
        note=_note(asked),
        taking=referral_reading.taking_of(hand, asked.opened.document if asked.opened else None),
        warn=hand.packet is not None and referral_reading.must_warn(hand.packet),
        actor=asked.act.actor,
        says=hand.referral.state == "asked" and asked.act.may(Verb.CONSENT_REFUSED),
        recalls=_recallable(asked),
        writes=asked.act.may(Verb.WORKER_WRITES),
        form=form,
        plain=PlainForm(),
        **_paper(asked),
    )


def _to(asked: Asked, entry: Entry | None) -> To:
    return To(entry, asked.opened.document.addressee.person if asked.opened else "")


def _recallable(asked: Asked) -> bool:
    """Whether there is a yes that can be taken back now."""
    given = asked.hand.consent
    if given is None or given.answer != "yes" or given.recalled_at is not None:
        return False
    return asked.act.may(Verb.RECALL)


def _answers(asked: Asked) -> list[tuple[Heard, str]]:
    """What the body said, with the name of its file."""
    found = heard(db.session(), asked.act.opened, asked.hand.referral)
    return [(one, _named(asked, one.row)) for one in found]


def _opened_on(asked: Asked, by: str) -> list[date]:
    """The days on which the body opened it `by` one of its doors, as actors of it are called."""
    session, referral = db.session(), asked.hand.referral
    zone = operator_hours(session).zone
    found = cases.openings(session, asked.act.case.id, referral.id)
    return list(dict.fromkeys(local_day(at, zone) for at, who in found if who.startswith(by)))


def _named(asked: Asked, row: ReferralAnswer) -> str:
    file = db.session.get(CaseFile, row.file_id) if row.file_id else None
    return files.read_meta(asked.act.opened, file).name if file else ""


def _note(asked: Asked) -> str:
    referral = asked.hand.referral
    if referral.note is None:
        return ""
    return str(asked.act.opened.open_json(Label.REFERRAL_NOTE, referral.id, referral.note))


def _paper(asked: Asked) -> dict[str, Any]:
    """The document as frozen, and the copies that go with it."""
    if asked.opened is None:
        return {"paper": None, "copies": []}
    session, packet = db.session(), asked.opened.packet
    told = answers_of(session, asked.act.opened)
    entry = directory.book(session).body(packet.mechanism)
    paper = referral_reading.paper_of(session, asked.opened.document, told, entry)
    return {"paper": paper, "copies": sealing.files_of(session, packet)}


@bp.route(f"{PAGE}/recall", methods=["POST"])
@audience("worker")
def recall(referral_id: UUID) -> Answer:
    """Take back all that this body was or would be given."""
    asked, form = _asked(referral_id, lock=True), PlainForm(request.form)
    if form.validate() and _recallable(asked):
        mechanism = asked.hand.referral.mechanism
        consenting.recall(asked.act, mechanism)
        db.session.commit()
    return redirect(url_for("intake.referral", referral_id=referral_id), 303)


@bp.route(f"{PAGE}/print")
@audience("worker")
def referral_print(referral_id: UUID) -> str:
    """The paper to print or show; on a sheet of its own what to bring and say, if they go there."""
    asked = _readable(referral_id)
    page = render_template(
        "intake/referral_print.html",
        paper=_paper(asked)["paper"],
        taking=referral_reading.taking_of(
            asked.hand, asked.opened.document if asked.opened else None
        ),
        referral_id=referral_id,
    )
    db.session.commit()
    return page


@bp.route(f"{PAGE}/pdf")
@audience("worker")
def referral_pdf(referral_id: UUID) -> Answer | Response:
    """The paper as a PDF; the print page where a letter of it has no font."""
    opened = _readable(referral_id).opened
    db.session.commit()
    try:
        made = pdf.pdf(opened.document) if opened else b""
    except pdf.Unprintable:
        return redirect(url_for("intake.referral_print", referral_id=referral_id), 303)
    return _saved(made, "paper.pdf", "application/pdf")


@bp.route(f"{PAGE}/files/<uuid:file_id>")
@audience("worker")
def referral_file(referral_id: UUID, file_id: UUID) -> Response:
    """A copy that goes with the paper, as it would go."""
    opened = _readable(referral_id).opened
    row = queries.packet_file(db.session(), opened.packet.id, file_id) if opened else None
    if opened is None or row is None:
        abort(404)
    copy = sealing.open_file(opened, row, site().blobs)
    db.session.commit()
    return _saved(copy.data, copy.name, "application/octet-stream")


@bp.route(f"{PAGE}/proof/<uuid:file_id>")
@audience("worker")
def referral_proof(referral_id: UUID, file_id: UUID) -> Response:
    """What the body sent with an answer that the worker may read."""
    asked = _readable(referral_id)
    told = [one for one, _name in _answers(asked) if one.for_worker]
    sent = [proof.row for one in told for proof in one.proof]
    row = next((one for one in sent if one.id == file_id), None)
    if asked.opened is None or row is None:
        abort(404)
    copy = sealing.open_file(asked.opened, row, site().blobs)
    db.session.commit()
    return _saved(copy.data, copy.name, "application/octet-stream")


def _readable(referral_id: UUID) -> Asked:
    asked = _asked(referral_id)
    if asked.opened is None:
        abort(404)
    return asked


def _saved(data: bytes, name: str, mime: str) -> Response:
    """Something to save: never shown inside our pages."""
    answer = send(BytesIO(data), mimetype=mime, as_attachment=True, download_name=name)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
