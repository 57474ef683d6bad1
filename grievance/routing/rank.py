"""The steps of routing, each a small function, applied in the order of `STEPS`.

The numbers are those of the table in docs/routing.md. Rules about Japan hold only when the work is
in Japan. Nothing here looks at anything but the situation it is given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from grievance.routing import home, work
from grievance.routing.situation import HOME, DoorList, Situation

INFORMATION_LINES = ("jp-foreign-worker-dial", "jp-labour-hotline", "jp-labour-bureau-consult")
MONEY = ("jp-labour-bureau-conciliation", "jp-houterasu", "jp-labour-tribunal")
# Kinds that may side with the employer; none of them before the worker is safe.
COMPANY_SIDE = ("company", "industry", "ncp")
# What anonymity sorts behind the doors near the worker, with the buyer's desk.
FAR = ("international", "industry")
# What put a door where no limit in time may pass it.
LEADS = frozenset({"danger", "without-status"})
FLOOR = 3  # so many doors of a safety issue lead the list
NAME_FREE = ("accepted", "accepted_limited")
BUYER = "buyer-grievance-template"


def arrange(situation: Situation) -> DoorList:
    """The doors for a situation, best first; never none."""
    doors = _walk(situation)
    safety_floor(situation, doors)
    if not doors.names:
        for name in situation.rules.fallback[situation.profile.location]:
            if name not in doors.ruled_out:
                doors.add(name, "general-help")
    return doors


def _walk(situation: Situation) -> DoorList:
    doors = DoorList(situation)
    for step in STEPS:
        step(situation, doors)
    return doors


def safety_floor(s: Situation, doors: DoorList) -> None:
    """What keeps a person safe leads, whatever else is wished for or wrong.

    The first issue of the safety floor is ranked alone, without wishes and without limits that end
    soon; its first doors lead.
    """
    p, floor = s.profile, s.rules.families["safety_floor"]
    issue = next((one for one in p.issues if one in floor), None)
    wishes = p.goal or p.supplier or p.company_desk or p.anonymous or s.endings
    if issue is None or (len(p.issues) == 1 and not wishes):
        return
    alone = replace(
        p, issues=(issue,), goal=None, supplier=False, company_desk=False, anonymous=False
    )
    lead = _walk(replace(s, profile=alone, endings=())).names[:FLOOR]
    if doors.names[: len(lead)] != lead:
        for place, name in enumerate(lead, 1):
            doors.put(name, place, "safety-first")


def start(s: Situation, doors: DoorList) -> None:
    """R0: the main issue's list, then what the further issues add."""
    for issue in s.profile.issues:
        for name in s.rules.doors(s.profile.location, issue):
            if name not in doors:
                doors.add(name, "" if issue == s.profile.issue else "further-issue")


def intern(s: Situation, doors: DoorList) -> None:
    """R3: interns have a body of their own."""
    if not s.intern or s.intern_body is None:
        return
    if s.profile.location == "returned":
        doors.put(s.intern_body, 3, "intern-body")
    elif s.in_japan:
        if s.profile.issue in s.rules.intern_body_first:
            place = 1
        elif s.profile.issue in s.rules.intern_body_second:
            place = 2
        else:
            place = len(doors.names) + 1
        doors.put(s.intern_body, place, "intern-body")
        for body in s.rules.intern_bodies:
            if body != s.intern_body:
                doors.add(body, "")  # closed on the day: ruled out, and said so


def maybe_intern(s: Situation, doors: DoorList) -> None:
    """R3c: who has not said their status may be an intern, and then has a body of their own.

    Until the status is known, independent advice stands before the immigration office.
    """
    p = s.profile
    if not s.in_japan or p.status is not None or p.nationality == HOME:
        return
    if s.intern_body is not None and s.about("maybe_intern"):
        place = 1 if s.about("interns_only") else 2
        doors.put(s.intern_body, place, "maybe-intern")
    doors.put_behind("jp-isa-info", ("ngo-smj", "jp-bar-association"))


def skilled_worker(s: Situation, doors: DoorList) -> None:
    """R3b: specified skilled workers get the new body, and the support their employer pays."""
    if s.profile.status != "ssw" or not s.in_japan:
        return
    place = 3 if "transfer-refused" in s.profile.issues else 2
    doors.put("jp-esd-org", place, "skilled-worker-body")
    if s.about("support"):
        doors.add("jp-ssw-support", "skilled-worker-body")


def wants_money(s: Situation, doors: DoorList) -> None:
    """R5: settlement, legal aid, tribunal; the State's wage advance when the firm is bankrupt."""
    if not s.in_japan or s.profile.goal not in ("money", None):
        return
    if s.profile.goal == "money":
        first = 0 if s.mainly("wages", "dismissal", "contract") else 1
        if not first or s.profile.issue == "harassment-power":
            for place, name in enumerate(MONEY[first:], first + 1):
                doors.add(name, "goal-money", before=MONEY[place:])
    if s.profile.bankrupt:
        doors.add_after("jp-wage-advance", INFORMATION_LINES, "employer-bankrupt")


def wants_stop(s: Situation, doors: DoorList) -> None:
    """R5: the inspector first; second for interns."""
    if s.in_japan and s.profile.goal == "stop" and s.mainly("wages", "hours", "safety", "leave"):
        doors.put("jp-lsio", 2 if s.intern else 1, "goal-stop")


def wants_change(s: Situation, doors: DoorList) -> None:
    """R5: interns to their body; others with lawful status to Hello Work."""
    if not s.in_japan or s.profile.goal != "change_employer":
        return
    if s.intern:
        if s.intern_body:
            doors.put(s.intern_body, 1, "goal-change-employer")
    elif not s.profile.irregular:
        doors.put("jp-hellowork-foreign", 1, "goal-change-employer")
        doors.add("jp-isa-info", "goal-change-employer")


def wants_information(s: Situation, doors: DoorList) -> None:
    """R5: the telephone lines on top, for interns their body between them."""
    if not s.in_japan or s.profile.goal != "information":
        return
    top = ["jp-foreign-worker-dial", "jp-labour-hotline"]
    if s.intern and s.intern_body:
        top.insert(1, s.intern_body)
    for place, name in enumerate(top, 1):
        doors.put(name, place, "goal-information")


def supplier(s: Situation, doors: DoorList) -> None:
    """R6: the buyer, its industry's desk and the contact point of the OECD Guidelines."""
    if s.profile.supplier:
        for name in (BUYER, "jacer", "jp-ncp"):
            doors.add(name, "supplier")
        if s.in_japan:
            doors.add("jp-mirai-assist", "supplier")


def conditions(s: Situation, doors: DoorList) -> None:
    """R6b: doors that work on one condition only, wherever the work is."""
    p = s.profile
    if p.jacer_member is False:
        doors.drop("jacer", "not-a-member")
    if p.country != "BD" or p.sector != "garment":
        doors.drop("rsc-bangladesh", "other-country-or-sector")
    if p.country != "PK":
        doors.drop("accord-pakistan", "other-country")
    if p.country is None:
        doors.drop("ncp-generic", "country-not-given")
    elif p.country not in s.rules.ncp_countries:
        doors.drop("ncp-generic", "no-contact-point")
    if not p.exports_to_us:
        doors.drop("us-cbp", "no-us-goods")
    if not p.exports_to_eu:
        doors.drop("eu-flr", "no-eu-goods")
    for bank, name in s.rules.finance.items():
        if bank not in p.finance:
            doors.drop(name, "not-its-money")
    home.use_nhri(s, doors, p.country)


def company_desk(s: Situation, doors: DoorList) -> None:
    """R7: the company's own desk, as an option, where nothing speaks against it."""
    p = s.profile
    if not s.in_japan or not p.company_desk:
        return
    allowed = s.rules.families["company_desk"]
    obstacles = (
        (p.danger, "desk-danger"),
        (p.fear, "desk-fear"),
        (p.anonymous, "desk-anonymous"),
        (any(issue not in allowed for issue in p.issues), "desk-grave"),
    )
    for stands, why in obstacles:
        if stands:
            doors.refuse("company-hotline-template", why)
            return
    doors.put("company-hotline-template", 2, "company-desk")


def woman(s: Situation, doors: DoorList) -> None:
    """R7b: the women's support centres."""
    if not s.in_japan or not s.profile.woman:
        return
    if s.about("women"):
        doors.put("jp-women-support", 2, "woman")
    elif "pregnancy-maternity" in s.profile.issues:
        if "housing" in s.profile.issues:
            doors.put("jp-women-support", 3, "woman")
        else:
            doors.add("jp-women-support", "woman")


def anonymity(s: Situation, doors: DoorList) -> None:
    """R4: near doors that need no name first, those that need one last; then the far ones so."""
    if not s.profile.anonymous:
        return

    def tier(name: str) -> int:
        door = s.door(name)
        far = name == BUYER or door.kind in FAR or (door.kind == "nhri" and s.person_in_japan)
        code = door.anonymous
        return 3 * far + (0 if code in NAME_FREE else 2 if code == "not_accepted" else 1)

    doors.sort(tier)


def without_status(s: Situation, doors: DoorList) -> None:
    """R2: supporter and lawyer first, doors near to immigration last."""
    if not s.in_japan or not s.profile.irregular:
        return
    doors.drop("jp-hellowork-foreign", "needs-status")

    def tier(name: str) -> int:
        if name == "jp-houterasu":
            return 2  # information only: its legal aid needs lawful stay
        risk = s.door(name).immigration in s.rules.immigration_risk
        return int(risk and name not in s.rules.safe_without_status)

    doors.sort(tier)
    doors.put("ngo-smj", 1, "without-status")
    doors.put("jp-bar-association", 2, "without-status")
    if s.profile.woman and "pregnancy-maternity" in s.profile.issues:
        doors.put("jp-women-support", 3, "woman")
    if s.intern and s.profile.left_host and s.intern_body:
        doors.put(s.intern_body, 3, "intern-body")


def danger(s: Situation, doors: DoorList) -> None:
    """R1: safety before everything; a child brings in the child consultation centre."""
    if s.in_japan and s.profile.child:
        doors.add("jp-child-189", "child")
    if not s.profile.danger:
        return
    doors.drop_where(lambda door: door.kind in COMPANY_SIDE, "not-until-safe")
    if not s.person_in_japan:
        doors.drop("jp-emergency", "outside-japan")
        return
    first = ["jp-emergency"]
    if s.in_japan and s.intern and s.intern_body:
        first.append(s.intern_body)
    if "jp-women-support" in doors:
        first.append("jp-women-support")
    for place, name in enumerate(first, 1):
        doors.put(name, place, "danger")


def limit_ends(s: Situation, doors: DoorList) -> None:
    """R9: who takes what has to be filed soon stands right behind the first door.

    What is there for danger, or for a person without residence status, stays in front; and nobody
    without it is sent to an office near to immigration sooner.
    """
    place = 1
    while place < len(doors.names) and LEADS & set(doors.why[doors.names[place]]):
        place += 1
    risky = s.rules.immigration_risk if s.profile.irregular else ()
    for ending in s.endings:
        takes = s.rules.takes.get(ending.file_at, ())
        for name in [one for one in doors.names[place:] if one in takes]:
            if s.door(name).immigration not in risky:
                place += 1
                doors.put(name, place, "limit-ends")


STEPS: tuple[Callable[[Situation, DoorList], None], ...] = (
    start,
    intern,
    maybe_intern,
    skilled_worker,
    wants_money,
    wants_stop,
    wants_change,
    wants_information,
    supplier,
    conditions,
    home.home_country,
    company_desk,
    home.abroad,
    work.several_countries,
    work.household,
    work.at_sea,
    work.prefecture_and_confederation,
    work.dispatched,
    home.away,
    woman,
    anonymity,
    without_status,
    danger,
    limit_ends,
)
