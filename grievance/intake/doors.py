"""Whom to call first when somebody may be in danger, and when a person reads what was filed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from grievance import clock, i18n
from grievance.accounts import queries as accounts
from grievance.directory import queries as directory
from grievance.extensions import db
from grievance.intake import drafting
from grievance.questions.drafts import OpenDraft

MOST = 3


@dataclass(frozen=True)
class Call:
    """A body that can be telephoned: its name, its Japanese name, how it is dialled."""

    name: str
    own_name: str
    shown: str
    dial: str


def to_call(draft: OpenDraft) -> list[Call]:
    """The first bodies routing names for these answers that have a checked telephone number."""
    book, found = directory.book(db.session()), []
    advice = drafting.advice(draft)
    in_japan = advice.profile.location == "japan"
    for door in advice.doors:
        entry = book.entries[door.mechanism]
        for way in entry.ways:
            facts = way.facts
            if facts.type == "phone" and facts.usable(advice.profile.prefecture, in_japan):
                found.append(_call(entry.name(), entry.facts.name_ja, facts.value or ""))
                break
    return found[:MOST]


def next_reading() -> str:
    """When a person reads what is filed now, in words; empty when the operator named no hours."""
    told = accounts.profile(db.session())
    moment: datetime | None = told.next_reading(clock.now()) if told else None
    if told is None or moment is None:
        return ""
    zone = i18n.zone_text(told.time_zone)
    return f"{i18n.time_text(moment, ZoneInfo(told.time_zone))} ({zone})"


def _call(name: str, own_name: str, value: str) -> Call:
    found = re.search(r"[+#*]?\d[\d\-. ]*", value)
    digits = re.sub(r"[^\d+#*]", "", found[0]).replace("#", "%23") if found else ""
    return Call(name, own_name if own_name != name else "", value, digits)
