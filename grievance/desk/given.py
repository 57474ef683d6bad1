"""What was given to interpreters of a case, as the desk shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from grievance.accounts import queries as accounts
from grievance.accounts.models import Person
from grievance.cases import assigned, passages
from grievance.cases.assigned import ENDED, LIVE, Assigned, Said
from grievance.cases.passages import Text
from grievance.cases.verbs import Verb
from grievance.clock import local_day, now
from grievance.deadlines.queries import operator_hours
from grievance.desk import words
from grievance.desk.giving_form import LookedForm
from grievance.desk.loading import Desk
from grievance.extensions import db
from grievance.i18n import N_, STAFF_LANGUAGES, Language
from grievance.i18n import gettext as _
from grievance.model import complete

STATES = {
    "given": N_("Not opened yet"),
    "opened": N_("Being translated"),
    "handed_in": N_("Handed in: look it over"),
    "checked": N_("Looked over"),
    "returned": N_("Given back untranslated"),
    "conflict": N_("Given back: a conflict of interest"),
    "taken_back": N_("Taken back"),
}
complete(STATES, (*LIVE, *ENDED))
WISHES = {
    "": N_("The worker has not said yet whether an interpreter may read this. Their page asks."),
    assigned.ALLOW: N_("The worker said that an interpreter may read this."),
    assigned.REFUSE: N_("The worker does not want an interpreter to read this."),
}
NOT_ASKED = N_(
    "The worker has not said yet whether an interpreter may read this, and their page does not ask "
    "in this language. Ask them by telephone and write the answer down here."
)
NOBODY = N_("Nobody can say yes for a tip: no interpreter may read it.")
complete(WISHES, ("", assigned.ALLOW, assigned.REFUSE))


@dataclass(frozen=True)
class Given:
    """One passage in an interpreter's hands, or that was: who, how far, and what they made of it.
    `lost` where they have another key by now, and can read it no more; `changed` where the passage
    reads otherwise by now."""

    row: Assigned
    name: str
    state: str
    into: Language
    late: bool
    lost: bool
    form: LookedForm
    text: str = field(repr=False)
    language: Language
    about: str
    said: Said | None = field(repr=False)
    changed: bool

    @property
    def live(self) -> bool:
        """It can be taken back."""
        return self.row.state in LIVE

    @property
    def waits(self) -> bool:
        """It is to be looked over."""
        return self.row.state == "handed_in"


@dataclass(frozen=True)
class Standing:
    """How interpreting stands, for the page of the case: what the worker said, how many passages
    are in somebody's hands, and how many wait to be looked over."""

    allowed: bool
    out: int
    waits: int


def standing(desk: Desk, allowed: bool) -> Standing:
    """For the page of the case; nothing is opened. `allowed` is that passages can be given now."""
    states = [one.state for one in assigned.of_case(db.session(), desk.case.id)]
    out = sum(one in LIVE for one in states)
    return Standing(allowed, out, states.count("handed_in"))


def wish(desk: Desk) -> str:
    """What the worker said, in words."""
    if desk.case.one_way:
        return _(NOBODY)
    found = assigned.wish(db.session(), desk.case.id)
    asked = found or desk.case.language not in STAFF_LANGUAGES
    return _(WISHES[found] if asked else NOT_ASKED)


def given(desk: Desk) -> list[Given]:
    """All that was given of a case, the newest first, opened."""
    session = db.session()
    rows = assigned.of_case(session, desk.case.id)
    names = accounts.names(session, [one.person_id for one in rows]) if rows else {}
    texts = passages.texts(session, desk.opened)
    today = local_day(now(), operator_hours(session).zone)
    return [_given(desk, one, names, texts, today) for one in rows]


def _given(
    desk: Desk, row: Assigned, names: Mapping[UUID, str], texts: Mapping[str, Text], today: date
) -> Given:
    key, there = assigned.key_at(desk.opened, row), texts.get(row.passage)
    content = assigned.content_of(row, key)
    form = LookedForm()
    form.on(desk.case, f"{Verb.TAKE_BACK_PASSAGE}-{row.id.hex[:6]}")
    form.passage.data = str(row.id)
    generation = db.session().get_one(Person, row.person_id).key_generation
    live = row.state in LIVE
    return Given(
        row=row,
        name=names.get(row.person_id, ""),
        state=_(STATES[row.state]),
        into=words.tongue(row.language),
        late=live and row.due_on < today,
        lost=live and row.holder_generation != generation,
        form=form,
        text=content.text,
        language=words.tongue(content.language),
        about=content.about or _("Message"),
        said=assigned.said_of(row, key),
        changed=there is None or there.text != content.text,
    )
