"""Codes of remedies and closing as words for staff."""

from __future__ import annotations

from grievance.cases import lifecycle
from grievance.cases.models import CLOSED_ON, REACHED_BY
from grievance.cases.operations import sums
from grievance.i18n import N_
from grievance.model import complete

AMOUNTS = {
    "claimed": N_("Claimed"),
    "offered": N_("Offered"),
    "agreed": N_("Agreed"),
    "received": N_("Received"),
}
complete(AMOUNTS, sums.AMOUNTS)
MISSING = N_("Still missing of what was agreed")
WAYS = {
    "phone": N_("By phone"),
    "email": N_("By e-mail"),
    "chat": N_("By a chat or message app"),
    "post": N_("By letter"),
    "visit": N_("By a visit"),
    "helper": N_("Through their helper"),
    "page": N_("On their page"),
}
complete(WAYS, REACHED_BY)
GROUND = {
    "signed": N_("The worker agreed on their page."),
    "recorded": N_("Staff recorded that the worker agreed."),
    "attempts": N_("The worker could not be reached: two tries over 30 days."),
}
complete(GROUND, CLOSED_ON)
VOICES = {
    "arrival": N_("The worker on the remedy"),
    "sign_off": N_("The worker on closing"),
    "check_in": N_("The worker after the end"),
}
complete(VOICES, lifecycle.VOICES)
SAFE = {
    "yes": N_("They are safe."),
    "unsure": N_("They are not sure whether they are safe."),
    "no": N_("They are not safe."),
}
complete(SAFE, lifecycle.SAFE)
STAYED = {
    "all": N_("All of what was promised is there."),
    "part": N_("Only a part of what was promised is there."),
    "no": N_("What was promised did not come, or it stopped."),
}
complete(STAYED, lifecycle.STAYED)
ASKS = N_("From %(day)s on the worker's page asks whether they are safe.")
ASKED = N_(
    "Since %(day)s the worker's page asks whether they are safe. If they do not answer by "
    "%(due)s, somebody looks for them."
)
NOT_HEARD = N_(
    "Not heard of after the end: since %(day)s the worker's page asks whether they are safe, and "
    "nobody answered. Try to reach them, only in a way and at a time that they called safe, and "
    "write the try down; it says nothing bad of them. The page asks again on the next of the "
    "three days."
)
