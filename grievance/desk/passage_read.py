"""Words of a person on the page of a case: what was translated of them, by whom, who checked it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from grievance.cases.corrections import Words
from grievance.cases.translated import Translation, makers, verified
from grievance.cases.verbs import Verb
from grievance.deadlines.hours import Hours
from grievance.desk import words
from grievance.desk.forms import ActForm, TranslateForm
from grievance.desk.giving_form import VerifyForm
from grievance.desk.loading import Desk
from grievance.desk.parts import Passage, Translated
from grievance.desk.verbs import blank
from grievance.i18n import Language, time_text


@dataclass(frozen=True)
class Passages:
    """What is known of a case's translations, as its page read it: `verbs` can be done now, `wrong`
    was sent and refused, `fixed` are the corrections, `stale` those left behind."""

    desk: Desk
    at: datetime
    hours: Hours
    verbs: Sequence[Verb]
    wrong: tuple[Verb, ActForm] | None
    names: Mapping[UUID, str]
    fixed: Mapping[UUID, list[Words]]
    stale: Collection[UUID]

    def of(
        self,
        name: str,
        text: str,
        language: Language,
        translated: Sequence[tuple[Translation, str]],
    ) -> Passage:
        """Words of the worker, what was translated of them, and the form for one more."""
        shown = tuple(self._translated(row, body) for row, body in translated)
        form = self._translate(name) if Verb.TRANSLATE in self.verbs else None
        return Passage(name, text, language, shown, form)

    def _translated(self, row: Translation, body: str) -> Translated:
        checked, stale = self.checked_by(row), row.id in self.stale
        mine = self.desk.actor.person in makers(row, self.fixed.get(row.id, ()))
        can = Verb.VERIFY_TRANSLATION in self.verbs and not (checked or stale or mine)
        return Translated(
            body,
            words.tongue(row.language),
            self.names.get(row.person_id, ""),
            row.id,
            stale,
            self._time(row.at),
            row.origin == "interpreter",
            checked,
            self._verify(row) if can else None,
        )

    def checked_by(self, row: Translation) -> str:
        """Who compared a translation as it reads now, and when; empty where nobody did."""
        if not row.verified_by or not verified(row, self.fixed.get(row.id, ())):
            return ""
        assert row.verified_at is not None
        return f"{self.names.get(row.verified_by, '')} · {self._time(row.verified_at)}"

    def _verify(self, row: Translation) -> ActForm:
        name = f"verify-{row.id.hex}"
        if self.wrong and isinstance(self.wrong[1], VerifyForm):
            sent = self.wrong[1]
            if sent.translation.data == str(row.id):
                sent.on(self.desk.case, name)
                return sent
        form = blank(Verb.VERIFY_TRANSLATION, self.desk, {}, self.hours, self.at)
        form["translation"].data = str(row.id)
        form.on(self.desk.case, name)
        return form

    def _translate(self, name: str) -> ActForm:
        if self.wrong and isinstance(self.wrong[1], TranslateForm):
            sent = self.wrong[1]
            if sent.passage.data == name:
                sent.on(self.desk.case, f"translate-{name}")
                return sent
        form = blank(Verb.TRANSLATE, self.desk, {}, self.hours, self.at)
        form["passage"].data = name
        form.on(self.desk.case, f"translate-{name}")
        return form

    def _time(self, moment: datetime) -> str:
        return time_text(moment, ZoneInfo(self.hours.zone))
