"""The forms around interpreting: giving passages, and one passage of those that were given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from grievance.accounts.interpreters import interpreters
from grievance.cases import assigned, passages, records
from grievance.cases.operations.interpreting import Giving, Heard, LookedOver
from grievance.cases.operations.verifying import Verifying
from grievance.cases.verbs import Verb
from grievance.clock import local_day
from grievance.deadlines.hours import Hours
from grievance.desk.forms import ActForm, choices_of
from grievance.desk.loading import Desk
from grievance.extensions import db
from grievance.i18n import BY_SLUG, STAFF_LANGUAGES, lazy
from grievance.i18n import gettext as _
from grievance.model import shortened
from grievance.refusals import Refused
from grievance.web.forms import Choice, Choices, Hidden, Line, Select, Tick, Words, option
from grievance.web.read_back import Day

WITHIN = timedelta(days=7)  # what is first offered
SHOWN = 80  # letters of a passage in the list
READS_BOTH = lazy("I read both languages and compared it with the original")


class GiveForm(ActForm):
    """Which passages, to whom, into which language, by when, and who is on the other side."""

    passages = Choices(lazy("Passages"), needed=lazy("Choose what is to be translated."))
    person = Select(lazy("Interpreter"), needed=lazy("Choose an interpreter."))
    language = Select(lazy("Translated into"), needed=lazy("Choose a language."))
    due_on = Day(lazy("By which day"), needed=lazy("Write the day."))
    other_side = Line(
        lazy("Who is on the other side"),
        hint=lazy(
            "The employer and others whom it is about, by name. The interpreter reads this before "
            "any passage, and says whether they have something to do with them."
        ),
        needed=lazy("Write who is on the other side."),
    )

    def offer(self, desk: Desk, people: Mapping[UUID, str]) -> None:
        session = db.session()
        texts = passages.texts(session, desk.opened).values()
        self.passages.choices = choices_of(
            (one.passage, f"{one.about or _('Message')}: {shortened(one.text, SHOWN)}")
            for one in texts
        )
        self.person.choices = choices_of(
            (str(one.id), one.name) for one in interpreters(session) if one.heard
        )
        slugs = dict.fromkeys((desk.member.language, *STAFF_LANGUAGES, desk.case.language))
        self.language.choices = choices_of((slug, BY_SLUG[slug].own_name) for slug in slugs)

    def fill(self, desk: Desk, verb: Verb, hours: Hours, now: datetime) -> None:
        who = records.read(db.session(), desk.opened, "identity")
        self.language.data = desk.member.language
        self.due_on.process_data(local_day(now, hours.zone) + WITHIN)
        self.other_side.data = str(who.get("company") or "")

    def value(self, desk: Desk) -> Giving:
        due_on = self.due_on.data
        assert isinstance(due_on, date)
        chosen = [str(one) for one in self.passages.data or ()]
        person, language = UUID(str(self.person.data)), str(self.language.data)
        return Giving(chosen, person, language, due_on, str(self.other_side.data))

    @property
    def codes(self) -> dict[str, Any]:
        return {"person": str(self.person.data), "language": str(self.language.data)}


class HeardForm(ActForm):
    """What the worker answered by telephone to what their page asks."""

    answer = Choice(
        lazy("The worker says"),
        needed=lazy("Choose yes or no."),
        choices=[
            option("yes", lazy("Yes, an interpreter may read")),
            option("no", lazy("No, no interpreter")),
        ],
    )
    words = Words(
        lazy("What you read out and what they answered"),
        hint=lazy(
            "Read out that interpreters read only the parts that we give them; that a name which "
            "stands in the text is read, too; that they are told first who it is about; and that "
            "the worker can take the yes back. It is kept sealed."
        ),
        needed=lazy("Write what was read out and what the worker answered."),
        limit=2000,
    )
    read_back = Tick(
        lazy("I read it back, and the worker said that it is right"),
        needed=lazy("Read it back to the worker first."),
    )

    def value(self, desk: Desk) -> Heard:
        return Heard(self.answer.data == "yes", str(self.words.data or ""))


class PassageForm(ActForm):
    """One passage of those that were given."""

    passage = Hidden()

    def value(self, desk: Desk) -> Any:
        """Refuses `not_given` for what is none."""
        return self.row(desk)

    def row(self, desk: Desk) -> UUID:
        """Which one; refuses `not_given` for what is none."""
        every = {str(one.id): one.id for one in assigned.of_case(db.session(), desk.case.id)}
        if str(self.passage.data) not in every:
            raise Refused("not_given")
        return every[str(self.passage.data)]


class LookedForm(PassageForm):
    """A passage that was handed in, and whether whoever looks it over compared it."""

    reads_both = Tick(READS_BOTH, hint=lazy("Without this it is shown as not checked."))

    def value(self, desk: Desk) -> LookedOver:
        return LookedOver(self.row(desk), bool(self.reads_both.data))


class VerifyForm(ActForm):
    """A translation that somebody else made, beside its original."""

    translation = Hidden()
    reads_both = Tick(READS_BOTH, needed=lazy("Only who reads both languages can check it."))

    def value(self, desk: Desk) -> Verifying:
        """Refuses `not_to_verify` for what is none."""
        try:
            return Verifying(UUID(str(self.translation.data)), bool(self.reads_both.data))
        except ValueError:
            raise Refused("not_to_verify") from None
