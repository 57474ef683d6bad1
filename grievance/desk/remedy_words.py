"""Codes of remedies and closing as words for staff."""

from __future__ import annotations

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
