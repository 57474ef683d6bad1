"""Codes of remedies and closing as words for staff."""

from __future__ import annotations

from grievance.cases.models import CLOSED_ON, REACHED_BY, REMEDY_KINDS, REMEDY_STATES
from grievance.cases.operations import sums
from grievance.cases.state_words import OUTCOMES
from grievance.i18n import N_
from grievance.model import complete

KINDS = {
    "money": N_("Money: wages, compensation"),
    "fees": N_("Fees paid back"),
    "documents": N_("Passport or papers given back"),
    "apology": N_("An apology"),
    "job": N_("The job back, or another one"),
    "transfer": N_("Transfer to another employer"),
    "safety": N_("A safe workplace or home"),
    "treatment": N_("Medical treatment"),
    "rules": N_("A rule or practice changed"),
    "guarantee": N_("A promise that it does not happen again"),
    "other": N_("Something else"),
}
complete(KINDS, REMEDY_KINDS)
STANDS = {
    "claimed": N_("Claimed"),
    "offered": N_("Offered to the worker"),
    "agreed": N_("Promised: the worker agreed"),
    "part": N_("A part has arrived"),
    "arrived": N_("Arrived"),
    "not_kept": N_("Not kept"),
    "dropped": N_("Not pursued any more"),
}
complete(STANDS, REMEDY_STATES)
AMOUNTS = {
    "claimed": N_("Claimed"),
    "offered": N_("Offered"),
    "agreed": N_("Agreed"),
    "received": N_("Received"),
}
complete(AMOUNTS, sums.AMOUNTS)
MISSING = N_("Still missing of what was agreed")
RESULTS = {
    "remedied": N_("Remedied: everything promised has arrived"),
    "partly": N_("Partly remedied"),
    "own_way": N_("Settled by the worker, or in court"),
    "advised": N_("Advice was enough"),
    "none": N_("No remedy could be reached"),
    "unreachable": N_("The worker cannot be reached"),
}
complete(RESULTS, OUTCOMES)
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
RATINGS = {
    5: N_("5: very content"),
    4: N_("4: content"),
    3: N_("3: partly"),
    2: N_("2: not very content"),
    1: N_("1: not content at all"),
}
