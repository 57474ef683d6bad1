"""A case in words for staff to print or save, in the language of who does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from grievance.accounts.queries import profile
from grievance.cases import corrections, labels
from grievance.cases.copies import Copy, Entry, Section, pay_entries
from grievance.cases.corrections import Words
from grievance.cases.files import Stored, size_text
from grievance.cases.messages import Read
from grievance.cases.models import CaseFile, Message
from grievance.cases.operations.exporting import Export
from grievance.cases.state_words import LABELS
from grievance.cases.translated import Translation
from grievance.clock import local_day
from grievance.deadlines.telling import law_dates
from grievance.desk import events, referral_reading, remedy_reading, words
from grievance.desk.case_read import CaseRead
from grievance.desk.pay import pay_of
from grievance.desk.referral_panels import Answer, answers_of
from grievance.extensions import db
from grievance.i18n import BY_SLUG, current, date_text
from grievance.i18n import gettext as _
from grievance.questions import bank
from grievance.questions.summary import compared, issue_label
from grievance.web.telephones import shown

Kept = Sequence[tuple[CaseFile, Stored]]


def copy_of(read: CaseRead, wanted: Export, kept: Kept) -> Copy:
    """What was asked for of it; a section without anything is left out."""
    told, from_us = _Told(read, wanted), _FromUs(read, wanted)
    sections = {
        _("Where it stands"): from_us.standing(),
        _("In their own words"): told.words(),
        _("Facts"): told.facts(),
        _("Pay, month by month"): told.pay(),
        _("Who it is about"): told.who(),
        _("Answers that were corrected"): told.changed(),
        _("With the worker"): told.messages(read.worker),
        _("Among staff"): told.messages(read.staff if wanted.notes else []),
        _("Files"): from_us.files(kept),
        _("Hand-overs"): from_us.hand_overs(),
        _("What was promised"): from_us.promised(),
        _("What the worker said of it"): from_us.voices(),
        _("Time limits in the law"): told.dates(),
        _("What happened"): from_us.happened(),
    }
    listed = ((heading, tuple(entries)) for heading, entries in sections.items())
    return Copy(
        current().slug,
        _("Copy"),
        from_us.head(),
        tuple(Section(heading, entries) for heading, entries in listed if entries),
    )


@dataclass(frozen=True)
class _Told:
    """What the worker told, and what was written with them."""

    read: CaseRead
    wanted: Export

    def words(self) -> Iterator[Entry]:
        """Answers in the worker's own words, with what people translated of them."""
        own = self.read.case.language
        for line in self.read.lines:
            if line.written and line.compartment == "story":
                yield Entry(line.label, line.text, own)
                yield from self._translated(self.read.translated.get(line.question, ()))

    def facts(self) -> Iterator[Entry]:
        """Answers that were chosen."""
        for line in self.read.lines:
            if not line.written and line.compartment == "story":
                yield Entry(line.label, line.text)

    def pay(self) -> Iterator[Entry]:
        """The months of pay; when each can still be claimed only with who it is about."""
        if table := pay_of(self.read, dated=self.wanted.who):
            yield from pay_entries(table)

    def who(self) -> Iterator[Entry]:
        """Who it is about, and how to reach them, where that was asked for."""
        if not self.wanted.who:
            return
        for line in self.read.lines:
            if line.compartment == "identity":
                yield Entry(line.label, line.text)
        contact = self.read.identity.get("contact") or {}
        if contact.get("value"):
            phone = contact.get("way") == "phone"
            way = shown(contact["value"]) if phone else contact["value"]
            yield Entry(_("How to reach them"), way)
        asked = {"safe_when": _("When it is safe to call"), "never_say": _("Never say")}
        for name, label in asked.items():
            if contact.get(name):
                yield Entry(label, contact[name])

    def changed(self) -> Iterator[Entry]:
        """What staff wrote down or corrected, and why."""
        for one in corrections.changed(db.session(), self.read.desk.opened):
            if one.row.kind == "answers" or self.wanted.who:
                for line in compared(bank.shipped(), one.answers, {}):
                    said = " → ".join(text or "—" for text in (line.before, line.after))
                    when = self.read.time(one.row.at)
                    yield Entry(line.label, f"{said}\n{when} · {one.why}")

    def messages(self, thread: Sequence[Read]) -> Iterator[Entry]:
        """A thread, each message with what people translated and corrected of it."""
        for one in thread:
            said = f"{self._author(one.row)} · {self.read.time(one.row.at)}"
            yield Entry(said, one.text, one.row.language)
            yield from self._fixed(one.row.id)
            yield from self._translated(one.translations)

    def dates(self) -> Iterator[Entry]:
        """Until when the law lets it be claimed. What they are counted from tells who it is."""
        if self.wanted.who:
            read = self.read
            for one in law_dates(read.grounds, read.at):
                yield Entry(one.label, "\n".join([one.until, one.text, one.basis.text, *one.notes]))

    def _translated(self, found: Sequence[tuple[Translation, str]]) -> Iterator[Entry]:
        for row, text in found:
            by = {
                "language": words.tongue(row.language).own_name,
                "name": self.read.names.get(row.person_id, ""),
            }
            told = _("Translated into %(language)s by %(name)s") % by
            if row.id in self.read.stale:
                left = _("The original was changed after this: translate it again")
                told = f"{told} · {left}"
            told = f"{told} · {self._checked(row)}"
            yield Entry(told, text, row.language)
            yield from self._fixed(row.id)

    def _checked(self, row: Translation) -> str:
        by = self.read.passages.checked_by(row)
        return _("Checked by %(name)s") % {"name": by} if by else _("Nobody has checked it yet")

    def _fixed(self, target: UUID) -> Iterator[Entry]:
        for one in self._fixes.get(target, ()):
            told = {"day": self.read.time(one.row.at), "why": one.why}
            yield Entry(_("Corrected on %(day)s: %(why)s") % told, one.text, one.language)

    @cached_property
    def _fixes(self) -> Mapping[UUID, list[Words]]:
        return self.read.fixed

    def _author(self, row: Message) -> str:
        name = self.read.names.get(row.person_id, "") if row.person_id else ""
        return name or _(words.AUTHOR.get(row.author, row.author))


@dataclass(frozen=True)
class _FromUs:
    """What was done with it."""

    read: CaseRead
    wanted: Export

    def head(self) -> tuple[str, ...]:
        """What it is, of when and by whom."""
        told, read = profile(db.session()), self.read
        made = {"day": read.time(read.at), "name": read.desk.member.name}
        left = [] if self.wanted.who else [_("Without who it is about.")]
        why = _(labels.EXPORT_WHY[self.wanted.reason])
        return (
            told.name if told else "",
            _("Made on %(day)s by %(name)s.") % made + f" {why}.",
            *left,
        )

    def standing(self) -> Iterator[Entry]:
        """How far it is, and how it came."""
        case, read = self.read.case, self.read
        yield Entry(_("Reference"), case.reference)
        yield Entry(_("State"), f"{_(LABELS[case.state])} · {read.time(case.state_since)}")
        yield Entry(_("Filed"), f"{self._day(case.filed_at)} · {_(labels.CHANNEL[case.channel])}")
        yield Entry(_("Problems"), "\n".join(issue_label(one) for one in case.issues))
        yield Entry(_("Severity"), _(labels.SEVERITY[case.severity]))
        yield Entry(_("Place"), words.place(case))
        yield Entry(_("Language"), BY_SLUG[case.language].own_name)
        if case.assignee_id:
            yield Entry(_("Who has it"), read.names.get(case.assignee_id, ""))

    def files(self, kept: Kept) -> Iterator[Entry]:
        """The names of what was sent, and how far each could be cleaned."""
        for row, stored in kept:
            about = f"{self._day(row.at)} · {_(words.FILE_STATE[row.state])}"
            yield Entry(about, f"{stored.name} ({size_text(stored.size)})")

    def hand_overs(self) -> Iterator[Entry]:
        """To whom something went, and what they said. An answer over a link that nobody of staff
        has read yet is read at the desk."""
        for one in referral_reading.of_case(self.read.desk):
            yield Entry(one.body, f"{one.state} · {one.news}")
            for answer in answers_of(self.read.desk, one.referral):
                if not answer.unread and not answer.shut:
                    said = [f"{answer.kind} · {answer.day}", *answer.stands]
                    said += [answer.number, answer.told, *_sent(answer)]
                    yield Entry(one.body, "\n".join(filter(None, said)))

    def promised(self) -> Iterator[Entry]:
        """What was claimed, offered, promised, and what came."""
        today = local_day(self.read.at, self.read.hours.zone)
        for one in remedy_reading.items(self.read.desk, today):
            said = [one.words, one.stands, one.source, *(" ".join(pair) for pair in one.amounts)]
            days = {_("Due"): one.due, _("Arrived"): one.arrived}
            said += [f"{label}: {day}" for label, day in days.items() if day]
            yield Entry(one.kind, "\n".join(filter(None, said)))

    def voices(self) -> Iterator[Entry]:
        """What the worker said of a remedy, or about closing."""
        for one in remedy_reading.voices(self.read.desk, self.read.hours.zone):
            yield Entry(f"{one.when} {one.rating}".strip(), one.text or "—", one.language.slug)

    def happened(self) -> Iterator[Entry]:
        """What happened, oldest first."""
        read = self.read
        for line in events.lines(read.events, read.names, read.hours.zone):
            yield Entry(line.when, line.sentence)

    def _day(self, moment: datetime) -> str:
        return date_text(local_day(moment, self.read.hours.zone))


def _sent(answer: Answer) -> list[str]:
    """The names of what came with it."""
    return [f"{one.name} ({one.size})" for one in answer.proof]
