"""The forms of the desk, one for each verb. Each carries the version and the last event of the
page it stood on, and an id of its own, so that a repeat writes once and a surprise is noticed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from grievance.accounts.absences import away
from grievance.accounts.models import Event
from grievance.cases import replies
from grievance.cases.labels import IDENTITY_WHY, SEVERITY
from grievance.cases.messages import Written
from grievance.cases.models import Case
from grievance.cases.operations import handling
from grievance.cases.operations.handling import Looking, Translating, Triage
from grievance.cases.operations.moving import allowed
from grievance.cases.operations.passing import Passed
from grievance.cases.state_words import ACKNOWLEDGEMENT
from grievance.cases.verbs import Verb
from grievance.clock import local_day, now
from grievance.deadlines import operations as clocks
from grievance.deadlines.hours import Hours
from grievance.deadlines.queries import operator_hours
from grievance.desk.filters import issues
from grievance.desk.loading import Desk, named, open_file
from grievance.extensions import db
from grievance.i18n import BY_SLUG, STAFF_LANGUAGES, lazy
from grievance.i18n import gettext as _
from grievance.web.binding import same_form
from grievance.web.forms import Choices, Form, Hidden, Line, Select, Tick, Words, count_in, option

NO_MEMORY = {"autocomplete": "off"}  # or a browser fills in the ids of an older page
Choosable = Iterable[tuple[str, str]]


class ActForm(Form):
    """What every verb carries."""

    version = Hidden(render_kw=NO_MEMORY)
    seq = Hidden(render_kw=NO_MEMORY)
    form_id = Hidden(render_kw=NO_MEMORY)
    verb: Verb | None = None  # what it was sent for
    let_go = False  # whether `prepare` let go of the case, which then is loaded and locked again

    def on(self, case: Case, name: str) -> None:
        """Stand on the page of this case as it is now; `name` tells the form's controls apart."""
        self.version.data, self.seq.data = str(case.version), str(case.event_seq)
        self.form_id.data = self.form_id.data or str(uuid4())
        for field in self:
            field.id = f"{name}-{field.name}"

    @property
    def seen(self) -> int:
        """The version of the page; one that never was where somebody tampered with it."""
        return count_in(self.version.data)

    @property
    def seen_seq(self) -> int:
        """The last event that the page knew of."""
        return count_in(self.seq.data)

    @property
    def once(self) -> UUID:
        """What this sending is known by: the same form with other words, or sent to another case,
        is another sending."""
        where = str(named("reference") or "")
        kept = ("token", "version", "seq", "form_id")
        said = (str(field.data) for field in self if field.short_name not in kept)
        return same_form(self.form_id.data or "", where, *said)

    @classmethod
    def of(cls, _desk: Desk) -> type[ActForm]:
        """The form for this case: where it asks about each of some things, with a field of each."""
        return cls

    def fill(self, desk: Desk, verb: Verb, hours: Hours, now: datetime) -> None:
        """Put in what a fresh form starts with."""

    def offer(self, desk: Desk, people: Mapping[UUID, str]) -> None:
        """Put in what can be chosen."""

    def prepare(self) -> bool:
        """Do what takes seconds, once the form is right and before the verb; False where it did not
        work, with the sentence beside its field."""
        return True

    def take_back(self) -> None:
        """Undo what `prepare` did, because the verb was refused."""

    def value(self, desk: Desk) -> Any:
        """What the verb is done with; None for a verb that needs nothing more."""
        return None

    @property
    def codes(self) -> dict[str, Any]:
        """What the form asks for, as the codes of its event: tells a repeat from a surprise."""
        return {}

    @property
    def shown(self) -> list[Any]:
        """The fields a person sees."""
        return [field for field in self if field.type not in ("Hidden", "CSRFTokenField")]

    def repeats(self, events: list[Event], actor: str, verb: Verb) -> bool:
        """Whether what happened since is only what this form asked for, done by this person."""
        if len(events) != 1 or (events[0].actor, events[0].verb) != (actor, verb):
            return False
        return all(events[0].codes.get(name) == value for name, value in self.codes.items())


class MessageForm(ActForm):
    """Words to the worker, and the language they are in."""

    message = Words(lazy("Message"), needed=lazy("Write the message."))
    language = Select(lazy("Written in"), needed=lazy("Choose the language it is written in."))

    def offer(self, desk: Desk, people: Mapping[UUID, str]) -> None:
        slugs = dict.fromkeys((desk.case.language, desk.member.language, *STAFF_LANGUAGES))
        self.language.choices = choices_of((slug, BY_SLUG[slug].own_name) for slug in slugs)

    def fill(self, desk: Desk, verb: Verb, hours: Hours, now: datetime) -> None:
        own = desk.case.language
        self.language.data = own if own in STAFF_LANGUAGES else desk.member.language

    def value(self, desk: Desk) -> Any:
        return self.written

    def repeats(self, events: list[Event], actor: str, verb: Verb) -> bool:
        """The same words are found by their id before: what is left are other words."""
        return False

    @property
    def written(self) -> Written:
        """The message."""
        return Written(self.message.data or "", str(self.language.data), self.once)


class ToWorkerForm(MessageForm):
    """Words that the worker reads: in another language only when somebody says they can."""

    reads = Tick(lazy("The worker reads this language, or has somebody who translates it"))
    told: tuple[str, date] = ("", date.min)  # the worker's language, the day of our next step

    def offer(self, desk: Desk, people: Mapping[UUID, str]) -> None:
        super().offer(desk, people)
        self.told = (desk.case.language, next_step(now(), operator_hours(db.session())))

    def fill(self, desk: Desk, verb: Verb, hours: Hours, now: datetime) -> None:
        self.language.data = desk.case.language
        if verb == Verb.ACKNOWLEDGE:
            self.start_from(ACKNOWLEDGEMENT)

    def start_from(self, ready: str) -> None:
        """Put a ready text in, in a language that the worker reads where somebody translated it."""
        self.message.data, self.language.data = replies.said(ready, *self.told)

    def validate(self, *arguments: Any, **options: Any) -> bool:
        """Ask before sending free words in a language that is not the worker's."""
        if not super().validate(*arguments, **options):
            return False
        written, language = str(self.message.data), str(self.language.data)
        ready = self.verb and replies.is_ready(written, self.verb, language, self.told[1])
        if language == self.told[0] or self.reads.data or ready:
            return True
        own = BY_SLUG.get(self.told[0], BY_SLUG["en"]).own_name
        asks = _("The worker reads %(language)s. Send a translation or a ready text, or tick this.")
        self.reads.errors = [asks % {"language": own}]
        return False


class NoteForm(ActForm):
    """Words that only staff read."""

    message = Words(lazy("Note"), needed=lazy("Write the note."))

    def value(self, desk: Desk) -> Written:
        """The note, in the language of who writes it."""
        return Written(self.message.data or "", desk.member.language, self.once)


class HeardForm(NoteForm):
    """What the worker answered by telephone, read back to them."""

    message = Words(
        lazy("What they answered"),
        hint=lazy("Their own words, as far as you can. The worker can read it."),
        needed=lazy("Write what the worker answered."),
    )
    read_back = Tick(
        lazy("I read it back, and the worker said that it is right"),
        needed=lazy("Read it back to the worker first."),
    )


class TranslateForm(MessageForm):
    """A human translation of one passage."""

    passage = Hidden()

    def offer(self, desk: Desk, people: Mapping[UUID, str]) -> None:
        super().offer(desk, people)
        self.message.label.text = _("Translation")

    def fill(self, desk: Desk, verb: Verb, hours: Hours, now: datetime) -> None:
        self.language.data = desk.member.language

    def value(self, desk: Desk) -> Translating:
        return Translating(str(self.passage.data), self.written)


class AssignForm(ActForm):
    """Who is to answer for the case."""

    person = Select(lazy("Give the case to"), needed=lazy("Choose a person."))

    def offer(self, desk: Desk, people: Mapping[UUID, str]) -> None:
        self.person.choices = choices_of((str(one), name) for one, name in people.items())

    def fill(self, desk: Desk, verb: Verb, hours: Hours, now: datetime) -> None:
        named = {str(one): str(name) for one, name, *_rest in self.person.iter_choices()}
        may = handling.assignable(db.session(), desk.case, map(UUID, named), now)
        meant = desk.case.assignee_id or desk.member.person_id
        open_choice = [] if meant in may else [("", "—")]  # or the browser would choose the first
        self.person.choices = choices_of(
            [*open_choice, *((i, name) for i, name in named.items() if UUID(i) in may)]
        )
        self.person.data = str(meant) if meant in may else ""

    def value(self, desk: Desk) -> Any:
        return UUID(str(self.person.data))

    @property
    def codes(self) -> dict[str, Any]:
        return {"assignee": str(self.person.data)}


class PassForm(AssignForm):
    """Which colleague is to answer for an own case, and what they need to know."""

    person = Select(lazy("Pass the case on to"), needed=lazy("Choose a person."))
    message = Words(
        lazy("Note"),
        hint=lazy("What your colleague needs to know, and what comes next."),
        needed=lazy("Write the note."),
    )

    def offer(self, desk: Desk, people: Mapping[UUID, str]) -> None:
        own = (desk.member.person_id, desk.case.assignee_id)
        super().offer(desk, {one: name for one, name in people.items() if one not in own})

    def fill(self, desk: Desk, verb: Verb, hours: Hours, now: datetime) -> None:
        super().fill(desk, verb, hours, now)
        gone = {str(one) for one in away(db.session(), now)}
        named = [(str(one), str(name)) for one, name, *_rest in self.person.iter_choices()]
        self.person.choices = choices_of([one for one in named if one[0] not in gone])

    def value(self, desk: Desk) -> Passed:
        note = Written(self.message.data or "", desk.member.language, self.once)
        return Passed(UUID(str(self.person.data)), note)


class TriageForm(ActForm):
    """How grave it is, which problems, whether somebody is in danger."""

    severity = Select(lazy("Severity"), needed=lazy("Choose how grave it is."))
    issue = Select(lazy("Main problem"), needed=lazy("Choose the main problem."))
    issues = Choices(lazy("Other problems"))
    danger = Tick(lazy("Somebody is in danger"))

    def offer(self, desk: Desk, people: Mapping[UUID, str]) -> None:
        self.severity.choices = choices_of((code, _(label)) for code, label in SEVERITY.items())
        self.issue.choices, self.issues.choices = choices_of(issues()), choices_of(issues())

    def fill(self, desk: Desk, verb: Verb, hours: Hours, now: datetime) -> None:
        case = desk.case
        self.severity.data, self.danger.data = case.severity, case.danger
        self.issue.data = case.main_issue
        self.issues.data = [issue for issue in case.issues if issue != case.main_issue]

    def value(self, desk: Desk) -> Triage:
        return self.found

    @property
    def found(self) -> Triage:
        """The main problem first."""
        main = str(self.issue.data)
        others = [issue for issue in self.issues.data or [] if issue != main]
        return Triage(str(self.severity.data), [main, *others], bool(self.danger.data))

    @property
    def codes(self) -> dict[str, Any]:
        found = self.found
        issues_ = list(found.issues)
        return {"severity": found.severity, "issues": issues_, "danger": found.danger}


class CheckForm(ActForm):
    """By which agreed check the caller was known."""

    check_made = Line(
        lazy("How did you make sure that it is the worker?"),
        hint=lazy("Say which agreed check you made, for example a question only they can answer."),
        needed=lazy("Write which check you made."),
    )

    def value(self, desk: Desk) -> str:
        return str(self.check_made.data)


class ReasonForm(ActForm):
    """Why the file has to be seen as it was sent."""

    reason = Line(
        lazy("Why do you need the original?"),
        hint=lazy("The original may show where and by whom it was made. Your reason is kept."),
        needed=lazy("Write why you need the original."),
    )
    file: UUID | None = None  # the file it is about, as the address says

    def offer(self, desk: Desk, people: Mapping[UUID, str]) -> None:
        self.file = open_file(desk, named("file_id")).id

    def value(self, desk: Desk) -> Looking:
        return Looking(open_file(desk, named("file_id")), str(self.reason.data))


class UnfoldForm(ActForm):
    """Why who the case is about has to be seen."""

    reason = Select(lazy("Why do you need to see it?"), needed=lazy("Choose why."))

    def offer(self, desk: Desk, people: Mapping[UUID, str]) -> None:
        said = ((code, _(label)) for code, label in IDENTITY_WHY.items())
        self.reason.choices = choices_of([("", "—"), *said])

    def value(self, desk: Desk) -> str:
        return str(self.reason.data)


def can(desk: Desk, verb: Verb) -> bool:
    """Whether the table lets this member do the verb now."""
    return allowed(desk.case, verb, desk.actor)


def next_step(at: datetime, hours: Hours) -> date:
    """The day by which a worker who is told something now hears of the next step."""
    return local_day(clocks.due("next_step", at, hours), hours.zone)


def choices_of(pairs: Choosable) -> list[Any]:
    """(value, label) pairs as the options of a list."""
    return [option(value, label) for value, label in pairs]
