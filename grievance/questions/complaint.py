"""What a filing hands over: the answers as one frozen value, sorted into what is clear and sealed.

Nothing here is shown by `repr`: a complaint never reaches a log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from grievance.directory import facts
from grievance.directory.entries import LEVELS
from grievance.questions.journey import OTHER, Bank
from grievance.questions.places import region_of
from grievance.questions.profile import in_danger, profile_of
from grievance.questions.question import Answer, Answers


@dataclass(frozen=True)
class Contact:
    """How the person may be reached: `way` is `email` or `phone`; a number is E.164."""

    way: str
    value: str = field(repr=False)
    safe_when: str = field(default="", repr=False)
    never_say: str = field(default="", repr=False)


@dataclass(frozen=True)
class Helper:
    """Somebody who files for somebody else: what they are, whether the person knows and agrees."""

    role: str
    worker_agrees: bool
    name: str = field(default="", repr=False)


@dataclass(frozen=True, repr=False)
class Complaint:
    """One filing. `story`, `identity` and `profile` are to be sealed; the rest may stand in clear.

    `story` and `identity` hold answers by question id, as codes or text, each in its compartment.
    `profile` is the mapping that routing parses. `filed_for` is `own` or `other`, `known_to` who
    has seen the worker's receipt code. `files` are what the cases keep of an upload.
    """

    language: str
    channel: str
    filed_for: str
    known_to: str
    main_issue: str
    issues: tuple[str, ...]
    severity: str
    danger: bool
    country: str
    region: str
    amount_band: str
    reissue_allowed: bool
    story: Mapping[str, Answer]
    identity: Mapping[str, Answer]
    profile: Mapping[str, Any]
    contact: Contact | None = None
    helper: Helper | None = None
    files: Sequence[Any] = ()


def complaint_of(bank: Bank, answers: Answers, files: Sequence[Any] = ()) -> Complaint:
    """The complaint in the answers of a filing; those of hidden questions are left out.

    ValueError when a required question is unanswered: the check page never lets that pass.
    """
    told: dict[str, Answer] = dict(answers) | ({"files": "given"} if files else {})
    missing = bank.first_missing(str(told.get("route") or "file"), told)
    if missing:
        raise ValueError(f"page {missing} is not answered")
    live = bank.live("file", told)
    sealed: dict[str, dict[str, Answer]] = {"story": {}, "identity": {}}
    for name, given in live.items():
        if name != "files":
            sealed[bank.questions[name].compartment][name] = given
    issues = bank.issues(live) or [OTHER]
    channel = str(live.get("channel", "web"))
    other = live.get("who", "own") != "own"
    return Complaint(
        language=str(live.get("language", "en")),
        channel=channel,
        filed_for="other" if other else "own",
        known_to="staff" if channel != "web" else "helper" if other else "self",
        main_issue=issues[0],
        issues=tuple(issues),
        severity=level_of(bank, live),
        danger=in_danger(live),
        country=str(live["country"]) if live["location"] == "abroad" else "JP",
        region=region_of(str(live.get("prefecture", ""))) if live["location"] != "abroad" else "",
        amount_band=str(live.get("amount-band", "")),
        reissue_allowed=live.get("reissue") == "yes",
        story=sealed["story"],
        identity=sealed["identity"],
        profile=profile_of(bank, "file", told),
        contact=_contact(live),
        helper=_helper(live) if other else None,
        files=tuple(files),
    )


def level_of(bank: Bank, live: Answers) -> str:
    """How grave the answers that count make a case."""
    alarmed = in_danger(live) or live.get("child") == "yes"
    return severity_of(bank.issues(live) or [OTHER], alarmed=alarmed)


def severity_of(issues: Sequence[str], *, alarmed: bool) -> str:
    """The gravest level of the issues; never below `high` when an emergency question said so."""
    known = facts.shipped().issues
    levels = [known[issue].level for issue in issues] + (["high"] if alarmed else [])
    return max(levels, key=LEVELS.index)


def _contact(live: Mapping[str, Answer]) -> Contact | None:
    way = str(live.get("reach-by", "none"))
    if way == "none":
        return None
    return Contact(
        way,
        str(live[f"contact-{way}"]),
        str(live.get("contact-when", "")),
        str(live.get("contact-never", "")),
    )


def _helper(live: Mapping[str, Answer]) -> Helper:
    return Helper(
        str(live.get("helper-role", "")) or "other",
        live.get("helper-knows") == "yes",
        str(live.get("helper-name", "")),
    )
