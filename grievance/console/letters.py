"""Letters that were given up, to be tried again once what kept them is mended."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import Response, request, url_for

from grievance.accounts import staff, stepping
from grievance.accounts.operations.letters import retry
from grievance.accounts.surface import moment
from grievance.clock import now, real_now
from grievance.console.surface import answer, console
from grievance.extensions import db
from grievance.i18n import N_
from grievance.i18n import gettext as _
from grievance.notifications.models import Outbox
from grievance.notifications.outbox import AT_ONCE
from grievance.notifications.pace import TO_STAFF
from grievance.notifications.queries import dead, due, mail_works
from grievance.refusals import Refused
from grievance.web.audience import audience
from grievance.web.forms import Form
from grievance.web.pages import tell
from grievance.web.redirects import see_other

WHY = {
    "doubt": N_("The mail server got it and did not say that it took it: it may have arrived."),
    "restored": N_("It waited in a backup that was put back: it may have gone out before."),
    "returned": N_("It came back: the recipient's mail server could not deliver it."),
    "address": N_("Mail cannot be sent to such an address."),
    "unreadable": N_("It cannot be opened any more."),
}
REFUSED = N_("The mail server refused it: %(code)s.")
TOO_LONG = N_("It could not be sent for 14 days.")


@dataclass(frozen=True)
class Given:
    """A letter that was given up, in words; nothing of it is read."""

    id: UUID
    to: str
    urgent: bool
    written: str
    why: str
    again: bool


@console.get("/letters")
@audience("staff", "jobs.read")
def letters() -> Response:
    """Whether mail works, and what was given up."""
    return _page()


def _page(status: int = 200) -> Response:
    session = db.session()
    return answer(
        "letters",
        status,
        works=mail_works(session, real_now()),
        waiting=due(session, now()),
        rows=[_given(row) for row in dead(session)],
        form=Form(),
    )


def _given(row: Outbox) -> Given:
    code = row.error or ""
    number = code.removeprefix("smtp-")
    said = _(REFUSED) % {"code": number} if number != code else _(WHY.get(code, TOO_LONG))
    to = _("to staff") if row.kind in TO_STAFF else _("to a worker")
    sealed = row.sealed is not None
    return Given(row.id, to, row.kind in AT_ONCE, moment(row.at), said, sealed)


@console.post("/letters/<uuid:letter_id>/retry")
@audience("staff", "jobs.read")
def retry_letter(letter_id: UUID) -> Response:
    """Try one again."""
    stepping.needs_step_up()
    if Form(request.form).validate():
        act = staff.acting()
        try:
            retry(act, letter_id)
            act.session.commit()
        except Refused as refused:
            db.session.rollback()
            tell(refused.sentence, "bad")
            return _page(409)
    return see_other(url_for("console.letters"))
