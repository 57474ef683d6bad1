"""What a hand-over to a body outside Japan means: another law holds there.

Whoever asks for a yes to it names the country (Act on the Protection of Personal Information,
art. 28; `docs/legal.md`).
"""

from __future__ import annotations

from grievance.directory.disclosure import Told
from grievance.directory.search import place_of
from grievance.i18n import N_, current
from grievance.i18n import gettext as _
from grievance.questions.places import country_name

HOME = "JP"
COUNTRY = Told(
    N_(
        "It is a body of another country, %(country)s. The law there, not the law of Japan, says "
        "how they keep what you give and who else may see it. Ask us before you say yes if you "
        "want to know more."
    ),
    N_(
        "A body of another country, %(country)s: its law says how they keep this and who else may "
        "see it. Tell the worker so, and what is known of that law, before the yes."
    ),
)
SEVERAL = Told(
    N_(
        "It works in several countries. The law of Japan may not say how they keep what you give "
        "and who else may see it. Ask us before you say yes if you want to know more."
    ),
    N_(
        "A body of several countries: the law of Japan may not say how they keep this and who else "
        "may see it. Tell the worker so, and what is known, before the yes."
    ),
)


def outside(mechanism: str) -> Told | None:
    """What the worker and whoever asks them read of a body outside Japan; None for one in it."""
    place = place_of(mechanism)
    if place == HOME:
        return None
    said = COUNTRY if place else SEVERAL
    named = {"country": country_name(place, current())} if place else {}
    return Told(_(said.worker) % named, _(said.staff) % named)
