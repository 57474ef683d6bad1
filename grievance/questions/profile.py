"""Answers → the profile that routing takes: codes and days, never names or words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grievance.questions.journey import OTHER, Bank
from grievance.questions.question import Answer, Answers, listed

# Which of the law's time limits begins on the day the worker gave, by issue: only where that day
# is what the limit counts from (procedures of limitation, docs/deadlines.md).
LIMIT_OF = {
    "wages-unpaid": "wages",
    "overtime-unpaid": "wages",
    "deductions-unlawful": "wages",
    "minimum-wage": "wages",
    "dismissal-nonrenewal": "dismissal-notice",
    "accident-illness": "accident-short",
    "union-retaliation": "unfair-labour-practice",
}
LEAVING_JAPAN = "pension-lump-sum"
NO_STATUS = ("none", "silent")


def profile_of(bank: Bank, journey: str, answers: Answers) -> dict[str, Any]:
    """The profile mapping for these answers; everything may be missing, an issue is `other` then.

    Only answers that count go in (`Bank.live`). What was not said is left out, so routing's own
    defaults hold: no status, nationality or fear is ever guessed.
    """
    live = bank.live(journey, answers)
    profile: dict[str, Any] = {"issues": bank.issues(live) or [OTHER]}
    for key, name in (
        ("location", "location"),
        ("country", "country"),
        ("now_in", "now-in"),
        ("nationality", "nationality"),
        ("goal", "goal"),
        ("sector", "sector"),
        ("language", "language"),
    ):
        if live.get(name):
            profile[key] = live[name]
    if live.get("prefecture") and live.get("location") != "abroad":
        profile["prefecture"] = live["prefecture"]
    status = live.get("status", "")
    if status and status not in NO_STATUS:
        profile["status"] = status
    profile |= {name: True for name, holds in _flags(live).items() if holds}
    if live.get("finance"):
        profile["finance"] = listed(live["finance"])
    events = _events(profile["issues"], live)
    if events:
        profile["events"] = events
    return profile


def in_danger(live: Answers) -> bool:
    """Yes to being hurt or taken away, or no to being free to leave and to telephone."""
    return live.get("hurt") == "yes" or live.get("taken") == "yes" or live.get("free") == "no"


def _flags(live: Mapping[str, Answer]) -> dict[str, bool]:
    said = {name: set(listed(live.get(name, ""))) for name in ("true-for-me", "exports")}
    about = said["true-for-me"]
    return {
        "danger": in_danger(live),
        "child": live.get("child") == "yes" or "under-18" in about,
        "irregular": live.get("status") == "none",
        "anonymous": live.get("know") == "nobody",
        "hide_from_employer": live.get("know") == "not-employer",
        "fear": live.get("fear") in ("yes", "unknown"),
        "company_desk": live.get("company-desk") == "yes",
        "third_party": live.get("who") in ("helper", "witness"),
        "supplier": live.get("supplier") == "yes",
        "woman": "woman" in about,
        "refugee": "refugee" in about,
        "left_host": "left-host" in about,
        "bankrupt": "bankrupt" in about,
        "dispatched": "dispatched" in about,
        "multinational": "multinational" in about,
        "exports_to_us": "us" in said["exports"],
        "exports_to_eu": "eu" in said["exports"],
    }


def _events(issues: list[str], live: Mapping[str, Answer]) -> dict[str, str]:
    events: dict[str, str] = {}
    since, until = str(live.get("since", "")), str(live.get("until", ""))
    for issue in issues:
        limit = LIMIT_OF.get(issue)
        day = (until or since) if limit == "unfair-labour-practice" else since
        if limit and day:
            events.setdefault(limit, day)
    if "insurance-pension" in issues and live.get("left-japan"):
        events[LEAVING_JAPAN] = str(live["left-japan"])
    return events
