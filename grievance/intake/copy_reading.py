"""A report in words for its worker to keep, as its page says them, in the language being spoken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from grievance.accounts.queries import profile
from grievance.cases import messages, passages, records, wages
from grievance.cases.act import Act
from grievance.cases.answers import Heard, heard
from grievance.cases.copies import Copy, Entry, Section, pay_entries
from grievance.cases.facts import grounds_of
from grievance.cases.files import Stored, size_text
from grievance.cases.models import CaseFile
from grievance.cases.wage_table import table_of
from grievance.clock import local_day, now
from grievance.deadlines.limits import JAPAN
from grievance.deadlines.telling import law_dates
from grievance.i18n import current, date_text
from grievance.i18n import gettext as _
from grievance.intake import referral_reading, remedies
from grievance.intake.appeals import decision_of
from grievance.intake.changed import marks
from grievance.intake.closing import closed_of
from grievance.intake.remedy_feedback import voices
from grievance.intake.status import authors, status_of
from grievance.questions import bank
from grievance.questions.summary import summary
from grievance.referrals.answered import THEIRS
from grievance.web.telephones import shown

Kept = Sequence[tuple[CaseFile, Stored]]


def copy_of(act: Act, kept: Kept) -> Copy:
    """All of it; a section without anything is left out."""
    read = _Report(act, kept)
    told = profile(act.session)
    sections = {
        _("Where it stands"): read.standing(),
        _("What you told us"): read.told(),
        _("Your pay, month by month"): read.pay(),
        _("We changed what stands in your report"): read.changed(),
        _("How we may reach you"): read.contact(),
        _("Messages"): read.messages(),
        _("Files"): read.files(),
        _("What was promised"): read.promised(),
        _("Who else knows, or may come to know"): read.known(),
        _("Time limits in the law"): read.dates(),
    }
    listed = ((heading, tuple(entries)) for heading, entries in sections.items())
    return Copy(
        current().slug,
        _("Copy"),
        (told.name if told else "", _("Made on %(day)s") % {"day": date_text(act.today)}),
        tuple(Section(heading, entries) for heading, entries in listed if entries),
    )


@dataclass(frozen=True)
class _Report:
    """What was read of it, section by section."""

    act: Act
    kept: Kept

    def standing(self) -> Iterator[Entry]:
        """How far it is, and what was decided."""
        session, opened = self.act.session, self.act.opened
        status = status_of(session, opened.case)
        yield Entry(_("Filed on"), self._day(opened.case.filed_at))
        yield Entry(status.title, f"{status.meaning}\n{status.next_step}")
        if decision := decision_of(session, opened):
            yield Entry(_("Why, and who else can help"), f"{decision.reason}\n{decision.name}")
        if closed := closed_of(session, opened):
            yield Entry(_("What came of it"), f"{closed.result}\n{closed.ground}")
        for voice in voices(self.act).values():
            yield Entry(date_text(voice.day), voice.text, voice.language.slug)

    def told(self) -> Iterator[Entry]:
        """Every answer, the person's own words in their own language."""
        for line in summary(bank.shipped(), self._said(), current().slug):
            if not line.question.startswith("contact"):
                yield Entry(line.label, line.text, self.act.case.language if line.written else "")

    def pay(self) -> Iterator[Entry]:
        """The months that were written down, and what they come to."""
        today = local_day(now(), JAPAN)
        diary = wages.read(self.act.session, self.act.opened)
        if diary.months:
            yield from pay_entries(table_of(wages.reckon(diary, self._said(), today), today))

    def changed(self) -> Iterator[Entry]:
        """What staff wrote down or corrected of it, and why."""
        for one in marks(self.act, ())["changes"]:
            for line in one.lines:
                said = " → ".join(text or "—" for text in (line.before, line.after))
                yield Entry(line.label, f"{said}\n{date_text(one.day)} · {one.why}")

    def contact(self) -> Iterator[Entry]:
        """How they said that they can be reached."""
        found: Mapping[str, str] = self._said().get("contact") or {}
        if found.get("way") == "phone":
            yield Entry(_("By phone:"), shown(found["value"]))
        elif found.get("way") == "email":
            yield Entry(_("By e-mail:"), found["value"])
        else:
            yield Entry("", _("Not at all. You come back with your number."))

    def messages(self) -> Iterator[Entry]:
        """The thread with us, each message with what people translated of it."""
        names = authors(self.act.actor.role)
        session, opened = self.act.session, self.act.opened
        thread = messages.thread(session, opened, "worker")
        for one in passages.current(session, opened, thread):
            by = f"{names[one.row.author]} · {self._day(one.row.at)}"
            yield Entry(by, one.text, one.row.language)
            for row, text in one.translations:
                yield Entry(_("Translated by a person"), text, row.language)

    def files(self) -> Iterator[Entry]:
        """The names of what was sent."""
        for row, stored in self.kept:
            yield Entry(self._day(row.at), f"{stored.name} ({size_text(stored.size)})")

    def promised(self) -> Iterator[Entry]:
        """What is claimed, offered, promised, and what came."""
        for row in remedies.rows(self.act.session, self.act.opened, self.kept):
            said = [row.words, row.stands, row.source, *(" ".join(one) for one in row.amounts)]
            if row.item.arrived_on:
                said.append(_("Here since %(day)s.") % {"day": date_text(row.item.arrived_on)})
            elif row.item.due_on:
                said.append(_("The day for it: %(day)s.") % {"day": date_text(row.item.due_on)})
            yield Entry(row.kind, "\n".join(filter(None, said)))

    def known(self) -> Iterator[Entry]:
        """To whom something went or may go, and what they said."""
        session, opened = self.act.session, self.act.opened
        for row in referral_reading.rows(session, opened):
            since = _("Since %(day)s.") % {"day": date_text(row.since)}
            answers = [_heard(one) for one in heard(session, opened, row.referral)]
            yield Entry(row.name, "\n".join([row.stands, since, *answers]))

    def dates(self) -> Iterator[Entry]:
        """Until when the law lets it be claimed."""
        for one in law_dates(grounds_of(self.act.session, self.act.opened), now()):
            yield Entry(one.label, "\n".join([one.until, one.text, one.basis.text, *one.notes]))

    def _said(self) -> dict[str, Any]:
        session, opened = self.act.session, self.act.opened
        parts = (records.read(session, opened, name) for name in ("answers", "identity"))
        return {name: given for part in parts for name, given in part.items()}

    def _day(self, moment: datetime) -> str:
        return date_text(local_day(moment, self.act.hours.zone))


def _heard(one: Heard) -> str:
    """What a body said, as far as the worker may read it."""
    sent = [f"{file.name} ({size_text(file.size)})" for file in one.proof]
    words = [*_stance(one), one.reference, one.words, *sent] if one.for_worker else []
    told = f"{_(referral_reading.ANSWERS[one.row.kind])} · {date_text(one.row.on)}"
    return "\n".join([told, *filter(None, words)])


def _stance(one: Heard) -> list[str]:
    """Where a company stands, what it proposes, and by when."""
    if one.stance is None:
        return []
    by = _("By %(day)s") % {"day": date_text(one.stance.by)} if one.stance.by else ""
    return [_(THEIRS[one.stance.position]), one.stance.remedy, by]
