"""What staff, and readers of the numbers, call the codes of a case."""

from __future__ import annotations

from grievance.cases.models import FILED_BY, REMEDY_KINDS, REMEDY_STATES, SEVERITIES
from grievance.cases.state_words import OUTCOMES
from grievance.i18n import N_
from grievance.model import complete

SEVERITY = {
    "critical": N_("Critical"),
    "high": N_("High"),
    "medium": N_("Medium"),
    "low": N_("Low"),
}
complete(SEVERITY, SEVERITIES)
REGION = {
    "hokkaido": N_("Hokkaido"),
    "tohoku": N_("Tohoku"),
    "kanto": N_("Kanto"),
    "chubu": N_("Chubu"),
    "kansai": N_("Kansai"),
    "chugoku": N_("Chugoku"),
    "shikoku": N_("Shikoku"),
    "kyushu": N_("Kyushu and Okinawa"),
}
CHANNEL = {
    "web": N_("Filed on the web"),
    "phone": N_("Told by phone"),
    "in_person": N_("Told in person"),
    "post": N_("Sent by post"),
}
complete(CHANNEL, FILED_BY)
REMEDY_KIND = {
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
complete(REMEDY_KIND, REMEDY_KINDS)
REMEDY_STATE = {
    "claimed": N_("Claimed"),
    "offered": N_("Offered to the worker"),
    "agreed": N_("Promised: the worker agreed"),
    "part": N_("A part has arrived"),
    "arrived": N_("Arrived"),
    "not_kept": N_("Not kept"),
    "dropped": N_("Not pursued any more"),
}
complete(REMEDY_STATE, REMEDY_STATES)
RESULT = {
    "remedied": N_("Remedied: everything promised has arrived"),
    "partly": N_("Partly remedied"),
    "own_way": N_("Settled by the worker, or in court"),
    "advised": N_("Advice was enough"),
    "none": N_("No remedy could be reached"),
    "unreachable": N_("The worker cannot be reached"),
}
complete(RESULT, OUTCOMES)
RATING = {
    5: N_("5: very content"),
    4: N_("4: content"),
    3: N_("3: partly"),
    2: N_("2: not very content"),
    1: N_("1: not content at all"),
}
