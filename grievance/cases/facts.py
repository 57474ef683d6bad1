"""What was told of a case, by question, as of now; and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from grievance.cases import records, wages
from grievance.cases.opening import OpenCase
from grievance.deadlines.advising import advise
from grievance.deadlines.asked import NO_PAY, Grounds, Pay
from grievance.directory import queries as directory
from grievance.questions.bank import shipped
from grievance.questions.profile import profile_of
from grievance.questions.question import Answer
from grievance.routing.explain import Result
from grievance.routing.profile import parse
from grievance.routing.rules import shipped_rules

_WAY = "file"  # every question
# The questions that name a firm, whose desk may be registered.
NAMED = ("company", "company-own", "buyer")
Told = dict[str, Answer]


def told_in(session: Session, opened: OpenCase) -> Told:
    """All answers of a case, as filed and as added since; without the contact, which is kept apart
    and may have changed."""
    said = {**records.read(session, opened, "answers"), **records.read(session, opened, "identity")}
    said.pop("contact", None)
    return {"files": "given", **said}  # what happened was told, in words or as a file


def reached_by(contact: Mapping[str, Any]) -> Told:
    """How a worker may be reached, as answers to the questions that ask it."""
    way = str(contact.get("way") or "none")
    found: Told = {"reach-by": way, "contact-email": "", "contact-phone": ""}
    if way != "none":
        found[f"contact-{way}"] = str(contact.get("value") or "")
    when, never = contact.get("safe_when"), contact.get("never_say")
    return {**found, "contact-when": str(when or ""), "contact-never": str(never or "")}


def desks_of(session: Session, answers: Mapping[str, Answer]) -> list[str]:
    """The registered desks that the named company or buyer may mean."""
    found: list[str] = []
    for name in NAMED:
        given = answers.get(name, "")
        if given:
            found += [desk for desk, _ in directory.find_desks(session, str(given))]
    return list(dict.fromkeys(found))


def grounds_of(session: Session, opened: OpenCase) -> Grounds:
    """What the law's days of a case are counted from, as it stands now."""
    parts = records.read_all(session, opened, ("answers", "identity", wages.PART))
    answers = {**parts["answers"], **parts["identity"]}
    return Grounds(opened.case.issues, answers, wages.diary_of(parts[wages.PART]).pay)


def advice_on(
    session: Session, known: Mapping[str, Answer], today: date, pay: Pay = NO_PAY
) -> Result:
    """What routing says to these answers and months of pay on a day, with the directory as it
    stands."""
    bank, rules = shipped(), shipped_rules()
    facts = directory.facts_for_routing(session)
    profile = parse(profile_of(bank, _WAY, known), tuple(facts.issues), rules.limitation_codes)
    return advise(profile, rules, facts, today, (known, pay))
