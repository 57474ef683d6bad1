"""The directory as pages read it: bodies and issues with their texts in every language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from grievance.directory import entries
from grievance.directory.texts import Said, Texts, say
from grievance.i18n import N_, Language, current, speaking
from grievance.i18n import gettext as _

NOBODY = UUID(int=0)
OWN_LAWYER = "own-lawyer"  # stands for whoever a worker names; who that is, only a paper says
BY_WORKER = N_("A lawyer in Japan whom the worker named")
_LAWYERS = "jp-bar-association"


@dataclass(frozen=True)
class Way:
    """One channel of a body, with its texts; the day on which a person here saw that it is right
    (nobody did, else), and the page it was read on."""

    id: UUID
    facts: entries.Channel
    texts: Texts
    confirmed: date | None = None
    page: entries.Source | None = None

    def say(self, name: str, language: Language | None = None) -> Said | None:
        """`hours`, `note` or `value` for a reader."""
        return say(self.texts, name, language)


@dataclass(frozen=True)
class Entry:
    """One body: facts, texts, channels, and which revision of it this is."""

    facts: entries.Mechanism
    texts: Texts
    ways: tuple[Way, ...]
    revision: UUID = NOBODY
    record: Mapping[str, Any] | None = None  # of a company's desk: name, number, brands

    @property
    def id(self) -> str:
        """The code of the body."""
        return self.facts.id

    def say(self, name: str, language: Language | None = None) -> Said | None:
        """One of its texts for a reader."""
        return say(self.texts, name, language)

    def name(self, language: Language | None = None) -> str:
        """Its name for a reader; a body always has one."""
        return str(self.say("name", language) or self.facts.name_ja)

    @property
    def listed(self) -> bool:
        """Whether it has a page of its own."""
        return self.id != OWN_LAWYER

    @property
    def public_ways(self) -> tuple[Way, ...]:
        """The channels somebody stands behind: the only ones that are ever shown."""
        return tuple(way for way in self.ways if way.facts.public)


class OwnLawyer(Entry):
    """A lawyer whom a worker named: in no list, since no two of them are the same person."""

    def name(self, language: Language | None = None) -> str:
        """What stands for a name that only the paper holds."""
        with speaking(language or current()):
            return _(BY_WORKER)


@dataclass(frozen=True)
class IssueEntry:
    """One issue with its texts."""

    facts: entries.Issue
    texts: Texts

    @property
    def id(self) -> str:
        """The code of the issue."""
        return self.facts.id

    def say(self, name: str, language: Language | None = None) -> Said | None:
        """One of its texts for a reader."""
        return say(self.texts, name, language)

    def label(self, language: Language | None = None) -> str:
        """Its label for a reader; an issue always has one."""
        return str(self.say("label", language) or self.facts.label_ja)


@dataclass(frozen=True)
class Book:
    """The whole directory at one moment."""

    facts: entries.Facts
    entries: Mapping[str, Entry] = field(default_factory=dict)
    issues: Mapping[str, IssueEntry] = field(default_factory=dict)

    def body(self, mechanism: str) -> Entry | None:
        """A body that something can be handed over to: one of the directory, or a lawyer whom the
        worker named. Who learns of it from a lawyer is what the directory says of lawyers; without
        that there is none."""
        lawyers = self.entries.get(_LAWYERS)
        if mechanism != OWN_LAWYER or lawyers is None:
            return self.entries.get(mechanism)
        texts = {name: told for name, told in lawyers.texts.items() if name == "who_learns"}
        facts = replace(lawyers.facts, id=OWN_LAWYER, name_ja="", channels=())
        return OwnLawyer(facts, texts, ())

    def name(self, mechanism: str, language: Language | None = None) -> str:
        """The name of a body, or its code when it is not in the directory."""
        found = self.body(mechanism)
        return found.name(language) if found else mechanism
