"""The worker's own country: its authority, its human rights institution, and when neither is named.

Whether an authority may be named at all is decided in one place, `home_authority`.
"""

from __future__ import annotations

from grievance.routing.situation import HOME, DoorList, Situation

GENERIC_HOME = "sending-country-generic"
GENERIC_NHRI = "nhri-generic"


def use_nhri(s: Situation, doors: DoorList, country: str | None) -> None:
    """The country's own human rights institution for the general entry, unless it is unsafe."""
    exact = s.rules.nhri.get(country or "")
    if exact is None or GENERIC_NHRI not in doors:
        return
    if exact in s.rules.never_automatic:
        doors.refuse(exact, "never-automatic")
    else:
        doors.replace(GENERIC_NHRI, exact, "country-nhri")


def home_authority(s: Situation, doors: DoorList) -> str | None:
    """The authority of the worker's own country, or None where it must not or cannot be named."""
    nationality = s.profile.nationality
    if nationality in (None, HOME):
        return None
    exact = s.rules.home_authority.get(nationality or "", GENERIC_HOME)
    if s.profile.refugee:
        doors.refuse(exact, "refugee")
        return None
    if exact in s.rules.never_automatic:
        doors.refuse(exact, "never-automatic")
        doors.drop(GENERIC_HOME, "never-automatic")
        return None
    return exact


def home_country(s: Situation, doors: DoorList) -> None:
    """R8: the authority of the worker's own country, never for a refugee."""
    if s.profile.refugee:
        doors.drop_where(lambda door: door.kind == "sending_country_agency", "refugee")
    if s.profile.location == "abroad":
        return
    if s.profile.location == "returned" and not s.profile.refugee:
        use_nhri(s, doors, s.profile.nationality)
    second, appended = s.about("home_second"), s.about("home_appended")
    if not second and not appended and GENERIC_HOME not in doors:
        return
    home = home_authority(s, doors)
    if home is None:
        return
    doors.replace(GENERIC_HOME, home, "home-authority")
    returned_early = s.profile.location == "returned" and home in doors.names[:2]
    if second and not returned_early:
        doors.put(home, 2, "home-authority")
    elif appended:
        doors.add(home, "home-authority")


def away(s: Situation, doors: DoorList) -> None:
    """R8b: from another country than the work, the home authority second."""
    if s.away:
        home = home_authority(s, doors)
        if home is not None:
            doors.put(home, 2, "away")


def abroad(s: Situation, doors: DoorList) -> None:
    """R8c: who works in a third country has an authority of their own there: papers, a way home."""
    p = s.profile
    if p.location != "abroad" or not p.country or not p.nationality or p.country == p.nationality:
        return
    home = home_authority(s, doors)
    if home is not None:
        doors.put(home, 2, "own-country-abroad")
