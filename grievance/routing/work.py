"""What the kind of work changes, where the work is in Japan: R6c to R6g."""

from __future__ import annotations

from grievance.routing.home import home_authority
from grievance.routing.situation import DoorList, Situation

DIALS = ("jp-foreign-worker-dial", "jp-labour-hotline")
PREFECTURE = "jp-prefecture-labour-office"
STAFFING = "jp-supply-demand-office"
# For work on a ship: the sea's own door, and the door on land that it stands for.
AT_SEA = (("jp-transport-bureau", "jp-lsio"), ("jsu-itf", "union-individual"))
OUTSIDE_LABOUR_LAW = ("jp-lsio", "jp-labour-bureau-conciliation")


def several_countries(s: Situation, doors: DoorList) -> None:
    """R6c: a firm that works in several countries answers to the OECD Guidelines too."""
    at_work = any(issue not in s.rules.families["not_about_work"] for issue in s.profile.issues)
    if s.in_japan and s.profile.multinational and at_work:
        doors.add("jp-ncp", "multinational")


def household(s: Situation, doors: DoorList) -> None:
    """R6d: who was hired by the family itself stands outside the Labour Standards Act."""
    if not s.in_japan or not s.household:
        return
    if s.profile.woman:
        doors.add("jp-women-support", "woman")
    home = home_authority(s, doors)
    if home is not None:
        doors.add(home, "home-authority")
    for name in OUTSIDE_LABOUR_LAW:
        if name in doors:
            doors.put(name, len(doors.names), "")


def at_sea(s: Situation, doors: DoorList) -> None:
    """R6e: seafarers have an inspector and a union of their own; fishing may be sea or shore."""
    if not s.in_japan:
        return
    for sea, land in AT_SEA:
        if s.profile.sector == "shipping":
            doors.replace(land, sea, "seafarer")
        elif s.profile.sector == "fishing" and land in doors:
            doors.add_after(sea, (land,), "seafarer")


def prefecture_and_confederation(s: Situation, doors: DoorList) -> None:
    """R6f: the prefecture's labour office and the confederation's line, where they can be reached.

    The office stands behind the information line; without one it is first, but the place of the
    body for interns stays.
    """
    if not s.in_japan:
        return
    prefecture = s.profile.prefecture
    if prefecture and s.about("prefecture_office") and s.door(PREFECTURE).reachable(prefecture):
        dial = next((name for name in DIALS if name in doors), None)
        if dial is not None:
            doors.add_after(PREFECTURE, (dial,), "prefecture-office")
        else:
            body = s.intern_body if s.intern_body in doors.names[:2] else None
            place = doors.names.index(body) + 1 if body else 0
            doors.put(PREFECTURE, 1, "prefecture-office")
            if body:
                doors.put(body, place, "")
    if "union-individual" in doors and s.door("rengo-hotline").reachable(prefecture):
        doors.add_after("rengo-hotline", ("union-individual",), "confederation")


def dispatched(s: Situation, doors: DoorList) -> None:
    """R6g: the office that licenses staffing agencies, behind the first State body."""
    if not s.in_japan or not s.profile.dispatched:
        return
    first = next((name for name in doors.names if s.door(name).state), None)
    if first is None or first == STAFFING:
        doors.add(STAFFING, "dispatched")
    else:
        doors.add_after(STAFFING, (first,), "dispatched")
