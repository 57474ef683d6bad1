"""The forms of a partner's desk beside the answer: what of the list is shown, and what its people
keep for themselves."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from grievance.i18n import gettext as _
from grievance.i18n import lazy
from grievance.referrals.links import DeskItem
from grievance.referrals.operations.laying import Kept
from grievance.web.forms import Form, Hidden, Select, Tick, Words, count_in, option
from grievance.web.read_back import Day


class ListForm(Form):
    """What the list may be narrowed to."""

    state = Select(lazy("State"))
    mine = Tick(lazy("Mine"))
    late = Tick(lazy("Due today or late"))

    def about(self, states: Mapping[str, str]) -> None:
        """Offer these states; a strange one is none."""
        known = {"": _("All"), **{code: _(label) for code, label in states.items()}}
        self.state.choices = [option(code, label) for code, label in known.items()]
        if self.state.data not in known:
            self.state.data = ""


class KeepForm(Form):
    """Who of them has it, their next day, and a note."""

    version = Hidden()
    person = Select(lazy("Who of you has it"))
    due_on = Day(lazy("Your next day"), hint=lazy("Only your organisation sees it."))
    note = Words(
        lazy("A note for yourselves"),
        hint=lazy(
            "The worker and the operator are not shown it. It goes when the case is deleted."
        ),
        limit=2000,
    )

    def about(self, colleagues: Mapping[UUID, str]) -> None:
        """Offer the colleagues who can read it."""
        people = [option(str(one), name) for one, name in colleagues.items()]
        self.person.choices = [option("", _("Nobody")), *people]

    def stand(self, item: DeskItem, note: str) -> None:
        """Show what is kept now."""
        self.version.data = str(item.version)
        known = {value for value, *_more in self.person.iter_choices()}
        has = str(item.person_id or "")
        self.person.data = has if has in known else ""
        self.due_on.process_data(item.due_on)
        self.note.data = note

    @property
    def seen(self) -> int:
        """The version that the page showed."""
        return count_in(self.version.data)

    @property
    def kept(self) -> Kept:
        """What it says."""
        person = UUID(self.person.data) if self.person.data else None
        return Kept(person, self.due_on.data, self.note.data or "")
