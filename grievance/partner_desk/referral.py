"""One paper on a partner's desk: read it, answer, and keep beside it what is one's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response, abort, request, url_for

from grievance.accounts import queries as accounts
from grievance.cases.models import Case
from grievance.cases.operations import bodies
from grievance.cases.operations.receipts import hold
from grievance.extensions import db
from grievance.i18n import BY_SLUG, N_
from grievance.i18n import gettext as _
from grievance.papers import answering
from grievance.papers.answering import tell_operator
from grievance.papers.forms import Saying
from grievance.papers.reading import PaperPage, Visit, operator
from grievance.partner_desk.board import rows_of
from grievance.partner_desk.forms import KeepForm
from grievance.partner_desk.loading import act_on, on_desk, today, visit_of
from grievance.partner_desk.surface import answer as page_of
from grievance.partner_desk.surface import membership, partner
from grievance.referrals import laid, queries
from grievance.referrals.links import DeskItem
from grievance.referrals.operations import laying
from grievance.referrals.operations.readers import readers_of
from grievance.refusals import Refused
from grievance.web.audience import audience
from grievance.web.forms import Form
from grievance.web.redirects import see_other

CHANGED = N_(
    "A colleague changed this meanwhile. Look at what stands here now. What you wrote is still "
    "here: save it again if it still holds."
)
PAGE = "/referrals/<uuid:referral_id>"
MAY = "referral.answer"


@dataclass(frozen=True)
class OnDesk:
    """The door of a body with an account: what lies on its desk, opened by one of its people."""

    referral_id: UUID

    def visit(self, *, lock: bool = False) -> Visit:
        """What this member may read now; else 404."""
        return visit_of(self.referral_id, lock=lock)

    def page(
        self,
        visit: Visit,
        form: Saying,
        status: int = 200,
        why: str = "",
        keep: KeepForm | None = None,
    ) -> Response:
        """The document, the exchange, what can be said, and what they keep for themselves."""
        lies = on_desk(self.referral_id)
        if keep is None:
            keep = KeepForm()
            keep.about(_colleagues(visit))
            keep.stand(lies.item, laying.note_of(visit.paper, lies.item))
        page = page_of(
            "referral",
            status,
            door=self,
            row=rows_of([lies], today())[0],
            shown=PaperPage(visit),
            form=answering.ready(visit, form),
            keep=keep,
            operator=operator(),
            readers=[one.name for one in readers_of(visit.paper)],
            languages=BY_SLUG,
            why=why,
        )
        answering.note_read(visit)
        db.session.commit()
        return page

    def shut(self) -> Response:
        """It does not lie here any more."""
        abort(404)

    def url(self, endpoint: str = "referral", **values: Any) -> str:
        """An address of this paper."""
        return url_for(f"partner.{endpoint}", referral_id=self.referral_id, **values)


def _colleagues(visit: Visit) -> dict[UUID, str]:
    """Who of this organisation can read it; in a company who is named for it."""
    here = membership()
    named = laid.readers(db.session(), here.organisation_id, visit.paper.packet.id)
    found = [one for one in accounts.people(db.session(), here.organisation_id) if one.holds_key]
    return {one.id: one.name for one in found if not here.by_name or one.id in named}


@partner.get(PAGE)
@audience("partner", MAY)
def referral(referral_id: UUID) -> Response:
    """One paper that was handed over to us."""
    door = OnDesk(referral_id)
    visit = door.visit()
    return door.page(visit, answering.form_of(visit))


@partner.post(f"{PAGE}/answer", endpoint="answer")
@audience("partner", MAY)
def reply(referral_id: UUID) -> Response:
    """Tell the operator, once."""
    return tell_operator(OnDesk(referral_id))


@partner.get(f"{PAGE}/paper.pdf")
@audience("partner", MAY)
def paper_pdf(referral_id: UUID) -> Response:
    """The document as an accessible PDF."""
    return answering.paper_pdf(OnDesk(referral_id))


@partner.get(f"{PAGE}/copies/<uuid:file_id>")
@audience("partner", MAY)
def paper_copy(referral_id: UUID, file_id: UUID) -> Response:
    """A copy that goes with the document."""
    return answering.paper_copy(OnDesk(referral_id), file_id)


@partner.get(f"{PAGE}/proof/<uuid:file_id>")
@audience("partner", MAY)
def sent_proof(referral_id: UUID, file_id: UUID) -> Response:
    """A file that was sent with an answer."""
    return answering.sent_proof(OnDesk(referral_id), file_id)


@partner.post(f"{PAGE}/keep")
@audience("partner", MAY)
def keep(referral_id: UUID) -> Response:
    """Write down who of us has it, our next day and a note."""
    door, form = OnDesk(referral_id), KeepForm(request.form)
    visit = door.visit(lock=True)
    form.about(_colleagues(visit))
    item = db.session().get_one(DeskItem, referral_id)
    if not form.validate():
        return door.page(visit, answering.form_of(visit), 422, keep=form)
    if form.seen != item.version and not _is_kept(visit, item, form):
        form.version.data = str(item.version)
        return door.page(visit, answering.form_of(visit), 409, _(CHANGED), form)
    laying.keep(db.session(), visit.paper, item, form.kept)
    db.session.commit()
    return see_other(door.url(_anchor="ours"))


def _is_kept(visit: Visit, item: DeskItem, form: KeepForm) -> bool:
    """Whether this was sent twice: it stands there already."""
    there = item.person_id, item.due_on, laying.note_of(visit.paper, item)
    return there == (form.kept.person_id, form.kept.due_on, form.kept.note.strip())


@partner.post(f"{PAGE}/stopped")
@audience("partner", MAY)
def stopped(referral_id: UUID) -> Response:
    """We have read that it was taken back, and use it no further."""
    if Form(request.form).validate():
        case: Case = hold(db.session(), on_desk(referral_id).item.case_id) or abort(404)
        row = queries.get(db.session(), case.id, referral_id) or abort(404)
        try:
            bodies.stopped(act_on(case), row)
            db.session.commit()
        except Refused:
            db.session.rollback()  # said before, by a colleague or by telephone
    return see_other(url_for("partner.start"))
