"""Codes of hand-overs as words for staff, and a packet's language and parts."""

from __future__ import annotations

from datetime import date

from grievance.i18n import N_, current, date_text
from grievance.i18n import gettext as _
from grievance.model import complete
from grievance.referrals import links, models, states
from grievance.referrals.templates import Template, book

FORMS = {
    "named": N_("With the name"),
    "pseudonym": N_("Under another name"),
    "no_identity": N_("Without identity"),
}
complete(FORMS, models.FORMS)
PURPOSES = {
    "advice": N_("Advice"),
    "complaint": N_("Complaint"),
    "mediation": N_("Mediation or conciliation"),
    "inspection": N_("Inspection"),
    "protection": N_("Protection"),
    "support": N_("Support"),
}
complete(PURPOSES, models.PURPOSES)
CHANNELS = {
    "post": N_("By post"),
    "in_person": N_("In person"),
    "email": N_("By e-mail"),
    "web": N_("On their website"),
    "phone": N_("By telephone"),
    "app": N_("In their app"),
    "chat": N_("By chat"),
    "whatsapp": N_("By WhatsApp"),
    "desk": N_("On their own desk here"),
}
complete(CHANNELS, models.WAYS)
BY = {
    "staff": N_("We hand it over"),
    "worker_takes_it": N_("The worker takes it"),
}
complete(BY, models.DELIVERED_BY)
ANSWERS = {
    "acknowledged": N_("They confirm that they have it"),
    "accepted": N_("They work on it"),
    "declined": N_("They do not take it"),
    "outcome": N_("There is a result"),
    "progress": N_("They say how it goes"),
    "question": N_("They ask something"),
}
complete(ANSWERS, states.SAID)
CLOSED_BY = {
    "staff": N_("Closed by us"),
    "replaced": N_("A newer link took its place"),
    "wrong": N_("Closed after ten wrong codes"),
    "recalled": N_("The worker took the hand-over back"),
    "restored": N_("Closed when a backup was put back"),
}
complete(CLOSED_BY, links.CLOSED_BY)


def parts(template: Template) -> list[tuple[str, str]]:
    """(code, label) of everything this document has a place for, what can harm marked in words."""
    slug = current().slug
    inside = {item for shape in template.sections for item in shape.items}
    return [
        (
            part.code,
            part.label.say(slug) + (" — " + _("can harm the worker") if part.sensitive else ""),
        )
        for part in book().parts.values()
        if part.files or inside & set(part.items)
    ]


def part_names(codes: list[str]) -> list[str]:
    """The ticked parts in words."""
    slug = current().slug
    return [book().parts[code].label.say(slug) for code in codes]


def day(when: date | None) -> str:
    """A day as a reader writes it; nothing for none."""
    return date_text(when) if when else ""
