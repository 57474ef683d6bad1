"""What may belong together with a case: read from the index when somebody asks, said by a person,
and taken back as visibly as it was said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from flask import Response, make_response, render_template, url_for

from grievance.accounts import audit
from grievance.accounts import queries as accounts
from grievance.cases import alike, finding, index, matters
from grievance.cases.matters import GROUNDS, LinkedMatter, Said
from grievance.cases.models import Case
from grievance.cases.states import TABLE
from grievance.cases.verbs import Verb
from grievance.clock import now
from grievance.deadlines.queries import operator_hours
from grievance.desk.acting import Page, Trouble, beside, stand, why
from grievance.desk.blueprint import bp
from grievance.desk.listing import Row, rows_of
from grievance.desk.loading import Desk, index_elsewhere, open_case, reader_of, site
from grievance.desk.matter_form import MatterForm
from grievance.desk.views import note_read
from grievance.extensions import db
from grievance.i18n import N_, time_text
from grievance.i18n import gettext as _
from grievance.model import complete
from grievance.web.audience import audience
from grievance.web.redirects import see_other

GROUND = {
    "employer": N_("Same employer"),
    "person": N_("Same name or e-mail address"),
    "phone": N_("Same telephone number"),
}
complete(GROUND, GROUNDS)


@dataclass(frozen=True)
class Entry:
    """Another case: what both have in common; what was said of the two, by whom and when, where
    somebody did; and the form to say something now."""

    row: Row
    grounds: Sequence[str]
    form: MatterForm
    note: str = field(default="", repr=False)
    by: str = ""
    when: str = ""


@dataclass
class Forms:
    """A form for each case that is named; the one that was refused stands where it was sent."""

    desk: Desk
    wrong: MatterForm | None = None

    def of(self, reference: str) -> MatterForm:
        """The form beside this case; without one, that in which its reference is written."""
        form, wrong = MatterForm(formdata=None), self.wrong
        if wrong and reference in ("", finding.as_reference(wrong.reference.data or "")):
            form, self.wrong = wrong, None
        else:
            form.reference.data = reference
        form.on(self.desk.case, f"matter-{reference}")
        return form


@bp.get("/cases/<reference>/together")
@audience("staff", TABLE[Verb.LINK_MATTER].who)
def together(reference: str) -> Response:
    """What was said, and what the index suggests."""
    return _page(open_case(reference))


def _page(
    desk: Desk, wrong: MatterForm | None = None, status: int = 200, sorry: str = ""
) -> Response:
    desk.unfold()
    session, member = db.session(), desk.member
    reader, forms = reader_of(member), Forms(desk, wrong)
    if wrong is None:  # a form that was refused changes nothing, the index neither
        index.refresh(session, site().ring, reader)
        index_elsewhere(member)
    audit.record_read(session, member.organisation_id, actor=member.actor, now=now(), what="search")
    note_read(desk, "case")
    session.commit()  # nobody waits for this page
    said = matters.of_case(session, desk.case.id, member.person_id)
    known = {case.id for case, _row in said}
    found = alike.suggestions(session, reader, desk.opened, known)
    entries = _said(desk, said, forms)
    suggested = [
        Entry(row, [_(GROUND[one]) for one in each.grounds], forms.of(row.case.reference))
        for row, each in zip(
            rows_of([each.case for each in found[: alike.SHOWN]], now()), found, strict=False
        )
    ]
    page = render_template(
        "desk/together.html",
        case=desk.case,
        linked=entries["linked"],
        apart=entries["apart"],
        suggested=suggested,
        count=len(found),
        form=forms.of(""),
        wrong=wrong,
        sorry=sorry,
        left=index.left(session, reader),
    )
    session.commit()
    return make_response(page, status)


def _said(
    desk: Desk, said: Sequence[tuple[Case, LinkedMatter]], forms: Forms
) -> Mapping[str, list[Entry]]:
    """What was said of other cases, by what it was."""
    session, reasons = db.session(), matters.reasons(db.session(), desk.opened) if said else {}
    names = accounts.names(session, sorted({row.person_id for _case, row in said}, key=str))
    zone = ZoneInfo(operator_hours(session).zone)
    entries: dict[str, list[Entry]] = {state: [] for state in matters.STATES}
    for shown, (case, row) in zip(rows_of([case for case, _row in said], now()), said, strict=True):
        why = reasons.get(case.id, Said((), ""))
        entries[row.state].append(
            Entry(
                shown,
                [_(GROUND[one]) for one in why.grounds],
                forms.of(case.reference),
                why.note,
                names.get(row.person_id, ""),
                time_text(row.at, zone),
            )
        )
    return entries


def _again(desk: Desk, form: MatterForm, trouble: Trouble | None) -> Response:
    if trouble is None or beside(form, trouble):
        return _page(desk, form, 422)
    sentence, status = why(trouble)
    return _page(desk, form, status, sentence)


def _on(desk: Desk, _form: MatterForm, _done: object) -> Response:
    return see_other(url_for("desk.together", reference=desk.case.reference))


_PAGE = Page(_again, _on)
stand(Verb.LINK_MATTER, _PAGE, "/link_matter")
stand(Verb.PART_MATTER, _PAGE, "/part_matter")
