"""What the directory is made of: bodies, channels, issues, sources, and the codes they use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from grievance.directory import disclosure
from grievance.directory.hours import Opening

# The nearest to a worker first: so a search lists them.
KINDS = (
    "state_emergency", "ngo", "state_nonjudicial", "union", "state_judicial",
    "sending_country_agency", "nhri", "company", "industry", "multi_stakeholder", "ncp",
    "international",
)  # fmt: skip
STATUSES = ("active", "planned", "closed", "information_only")
ANONYMOUS = (
    "accepted", "accepted_limited", "consult_only", "information_only", "per_company",
    "per_rules", "to_be_confirmed", "unknown", "n_a", "not_accepted",
)  # fmt: skip
NOTIFIES_EMPLOYER = tuple(disclosure.EMPLOYER)
IMMIGRATION = tuple(disclosure.IMMIGRATION)
POLICE = tuple(disclosure.POLICE)
RESIDENCE = ("any", "titp", "esd", "ssw", "work", "lawful")
IRREGULAR = ("yes", "no", "caution", "limited", "not_applicable")
FROM_ABROAD = ("yes", "by_agent", "no", "unknown")
THIRD_PARTY = ("yes", "limited", "family", "no")
CHANNEL_TYPES = ("phone", "web", "in_person", "email", "post", "app", "whatsapp", "chat")
BY_NUMBER = ("phone", "whatsapp")  # a number
CHANNEL_STATUSES = ("official", "secondary", "public_fact", "descriptive", "tbc")
PUBLISH = (
    "yes", "after_routine_recheck", "only_after_confirming_on_operator_page",
    "no_value_to_be_confirmed",
)  # fmt: skip
PUBLIC = ("yes", "after_routine_recheck")
# A fact of common knowledge (110) or a place in general words carries no page.
NEEDS_NO_SOURCE = ("public_fact", "descriptive")
LEVELS = ("low", "medium", "high", "critical")
CONFIRMATION = ("sourced", "to_be_confirmed")
MECHANISM_TEXTS = (
    "name", "can_do", "cannot_do", "how_to_start", "cost", "who_learns", "time", "bring",
)  # fmt: skip
CHANNEL_TEXTS = ("value", "hours", "note")
ISSUE_TEXTS = ("label", "description", "keep")
LAW = "law"  # a text of an issue, from a file of its own
# How the id ends of an entry that tells of a kind of body, and is none itself.
_OF_A_KIND = ("-generic", "-template", "local-labour-authority")
# Japan's free and shared-cost numbers cannot be called from another country.
_ONLY_IN_JAPAN = ("0120", "0570", "0800")
EXTRA_LANGUAGES = ("fr", "ms", "ta", "tet", "pt")  # spoken by bodies, not by the product


@dataclass(frozen=True)
class Source:
    """A page a fact was read on. `date` is the page's own, as exact as it states it."""

    id: str
    organisation: str
    title: str
    address: str | None
    date: str | None
    official: bool


@dataclass(frozen=True)
class Channel:
    """One way to reach a body. `value` is None where nobody has confirmed one yet."""

    type: str
    value: str | None
    status: str
    publish: str
    source: str | None
    languages: tuple[str, ...]
    only_in: tuple[str, ...]  # ISO 3166: serves these prefectures (JP-13) or countries (BD) only
    checked: date | None
    texts: Mapping[str, str]
    opening: Opening | None = None  # None: nobody stated its hours
    not_in: tuple[str, ...] = ()  # another number serves these prefectures or countries

    @property
    def voice(self) -> bool:
        """Somebody is spoken with: by telephone, or by a call through an app."""
        return self.type == "phone" or (self.type == "app" and self.opening is not None)

    @property
    def public(self) -> bool:
        """May be shown: somebody stands behind the value."""
        return self.publish in PUBLIC and self.value is not None

    def usable(
        self, prefecture: str | None = None, in_japan: bool = True, country: str | None = None
    ) -> bool:
        """May be shown and leads somewhere from where the person is.

        A place in general words ("the office covering the workplace") leads nowhere yet; a line of
        some prefectures serves only those, a line of one country only who is in that `country`,
        and nobody where another number stands in its place. Japan's free and short numbers end at
        its border.
        """
        here = {prefecture, country}
        if not self.public or (self.only_in and not here & set(self.only_in)):
            return False
        if here & set(self.not_in):
            return False
        value = self.value or ""
        if self.type == "web":
            return value.startswith("http")
        if self.type == "email":
            return "@" in value
        if self.type == "phone" and not in_japan and country not in self.only_in:
            digits = re.sub(r"\D", "", value)
            return len(digits) > 8 and not digits.startswith(_ONLY_IN_JAPAN)
        return self.type == "app" or any(letter.isdigit() for letter in value)


@dataclass(frozen=True)
class Mechanism:
    """A body that can help: what it is, whom it serves, who learns of it, how it is reached."""

    id: str
    kind: str
    status: str
    name_ja: str
    operator: str
    remedies: tuple[str, ...]
    issues: tuple[str, ...]
    nationality: str  # "any", "foreign", "own" or the ISO 3166-1 code of one country
    residence: tuple[str, ...]
    irregular: str
    from_abroad: str  # can it be used by somebody outside the country it works in
    third_party: str
    languages: tuple[str, ...]
    interpreters: bool
    anonymous: str
    notifies_employer: str
    immigration: str
    police: str
    legal_basis: tuple[str, ...]
    escalates_to: tuple[str, ...]
    confidence: str
    sources: tuple[str, ...]
    confirmation: str
    checked: date | None
    valid_from: date | None
    valid_until: date | None
    succeeded_by: str | None
    review: tuple[str, ...]  # fields whose words a person has to look at
    texts: Mapping[str, str]
    channels: tuple[Channel, ...]

    @property
    def tells_immigration(self) -> str:
        """What is said of it: a desk of the employer's side is not answered for by anybody, so
        that it does not tell is never promised."""
        owned = self.notifies_employer == "yes_by_design"
        return "unknown" if owned and self.immigration == "no" else self.immigration

    @property
    def can_answer(self) -> bool:
        """Is a body that could answer for itself: no kind of body, no mere note, not closed."""
        told_only = self.status in ("closed", "information_only")
        return not told_only and not self.id.endswith(_OF_A_KIND)

    def open_on(self, day: date) -> bool:
        """Can be turned to on this day: not closed, not a mere note, within its dates."""
        if self.status in ("closed", "information_only"):
            return False
        return not self.opens_after(day) and not (self.valid_until and day > self.valid_until)

    def opens_after(self, day: date) -> bool:
        """Exists in law but starts work later than this day."""
        return self.valid_from is not None and day < self.valid_from

    def usable_channel(
        self, prefecture: str | None = None, in_japan: bool = True, country: str | None = None
    ) -> Channel | None:
        """The first channel that leads somewhere from where the person is, or None."""
        for channel in self.channels:
            if channel.usable(prefecture, in_japan, country):
                return channel
        return None

    def reachable(
        self, prefecture: str | None = None, in_japan: bool = True, country: str | None = None
    ) -> bool:
        """Has a checked way to reach it from where the person is."""
        return self.usable_channel(prefecture, in_japan, country) is not None

    @property
    def reachable_somewhere(self) -> bool:
        """Has a checked way for somebody who is where that way works."""
        return any(
            one.usable(place, country=place)
            for one in self.channels
            for place in one.only_in or (None,)
        )

    @property
    def state(self) -> bool:
        """Is a body of a State."""
        return self.kind.startswith("state_")


@dataclass(frozen=True)
class Issue:
    """One kind of thing that goes wrong at work."""

    id: str
    label_ja: str
    severity: Mapping[str, int]  # scale, scope, irremediability, each 1 to 5 (UNGP 14)
    level: str
    emergency_flag: bool  # ask about safety first
    ilo_indicators: tuple[str, ...]
    standards: tuple[str, ...]
    kinds: tuple[str, ...]
    texts: Mapping[str, str]
    law_source: str = ""  # where the law of its text `law` stands


@dataclass(frozen=True)
class Facts:
    """Everything shipped, by id, and the day it was last checked as a whole."""

    checked: date
    mechanisms: Mapping[str, Mechanism]
    issues: Mapping[str, Issue]
    sources: Mapping[str, Source]
