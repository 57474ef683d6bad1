"""Codes of the directory as sentences for a reader."""

from __future__ import annotations

from babel import Locale, UnknownLocaleError

from grievance.accounts.profile import FIELDS
from grievance.directory import entries
from grievance.directory.entries import ANONYMOUS, CHANNEL_TYPES
from grievance.i18n import BY_SLUG, N_, current, name_in
from grievance.model import complete, some_of

# In the order of the search: the nearest to a worker first.
KINDS = {
    "state_emergency": N_("Emergency"),
    "ngo": N_("Supporters and lawyers"),
    "state_nonjudicial": N_("Government offices and phone lines"),
    "union": N_("Unions"),
    "state_judicial": N_("Courts"),
    "sending_country_agency": N_("Offices of your own country"),
    "nhri": N_("Human rights commissions"),
    "company": N_("Desks of companies"),
    "industry": N_("Desks of an industry"),
    "multi_stakeholder": N_("Desks run by several sides together"),
    "ncp": N_("Contact points for companies' duties (OECD)"),
    "international": N_("International bodies"),
}
complete(KINDS, entries.KINDS)

# What a body wants to know of who you are, in one sentence for a card.
YOUR_NAME = {
    "accepted": N_("You need not say your name"),
    "accepted_limited": N_("You need not say it, but then they can do less"),
    "consult_only": N_("You can ask without it; a complaint needs it"),
    "information_only": N_("Information without it; everything else needs it"),
    "not_accepted": N_("They need your name"),
    "n_a": N_("Nobody asks for it"),
}
some_of(YOUR_NAME, ANONYMOUS)
NAME_UNKNOWN = N_("We do not know: ask before you say your name")

# What a reader asks of the operator, by the operator's own fields, in the order of the page.
QUESTIONS = {
    "who_runs": N_("Who runs this?"),
    "who_reads": N_("Who can read what I write?"),
    "can": N_("What can you do for me?"),
    "cannot": N_("What can you not do?"),
    "kept": N_("How long do you keep it?"),
    "advice": N_("Is this legal advice?"),
    "complain": N_("How do I complain about you?"),
}
complete(QUESTIONS, FIELDS)

# The ways to reach a body, in the order in which a card lists them.
WAYS = {
    "phone": N_("Call"),
    "whatsapp": N_("WhatsApp"),
    "chat": N_("Chat"),
    "web": N_("Website"),
    "email": N_("E-mail"),
    "app": N_("App"),
    "in_person": N_("Go there"),
    "post": N_("Letter"),
}
complete(WAYS, CHANNEL_TYPES)


def language_in(slug: str) -> str:
    """The name of such a language inside a sentence."""
    if slug in BY_SLUG:
        return name_in(BY_SLUG[slug])
    try:
        return Locale.parse(slug).get_display_name(current().locale) or slug
    except (UnknownLocaleError, ValueError):
        return slug
