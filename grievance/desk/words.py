"""Codes of the desk as words: severities, places, ages, clocks, and what an event says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from grievance.cases.finding import BY
from grievance.cases.labels import REGION
from grievance.cases.models import AUTHORS, Case
from grievance.cases.operations.moving import NEVER
from grievance.cases.ordering import SORTS
from grievance.cases.queue import AGES, DUE_WITHIN, LISTS
from grievance.clock import local_day
from grievance.deadlines.counting import SOON_DAYS
from grievance.deadlines.models import KINDS
from grievance.i18n import BY_SLUG, N_, Language, current, date_text, ngettext, time_text
from grievance.i18n import gettext as _
from grievance.model import complete, some_of
from grievance.questions.places import country_name

LAW_SHOWN_DAYS = 180  # a day of the law further ahead says nothing in a list
AGE = {
    "7": N_("More than a week"),
    "30": N_("More than a month"),
    "90": N_("More than three months"),
}
complete(AGE, AGES)
LIST = {
    "danger": N_("Danger"),
    "escalated": N_("Escalated to you"),
    "passed": N_("Passed on to you"),
    "reminded": N_("Your reminders"),
    "answered": N_("The worker wrote"),
    "body": N_("A body wrote"),
    "interpreted": N_("Late with an interpreter"),
    "second": N_("Waits for a second person"),
    "erase": N_("To be deleted"),
    "tell": N_("Tell a body that it ended"),
    "law": N_("A time limit in the law ends within 60 days"),
    "due": N_("Due within two days"),
    "stopped": N_("Stands still while we wait"),
    "silent": N_("Asked, and silent for two weeks"),
    "mine": N_("All that is yours"),
    "unassigned": N_("Nobody has it"),
    "news": N_("Since you were last here"),
}
complete(LIST, LISTS)
SORT = {
    "law": N_("The next day of the law first"),
    "new": N_("The newest first"),
    "old": N_("The oldest first"),
    "news": N_("The latest news first"),
    "severity": N_("The gravest first"),
}
complete(SORT, SORTS)
FOUND_BY = {
    "reference": N_("Its reference"),
    "paper": N_("A paper's number"),
    "name": N_("Name"),
    "company": N_("Company or town"),
    "phone": N_("Telephone number"),
    "email": N_("E-mail address"),
    "note": N_("Your own note"),
}
complete(FOUND_BY, BY)
CLOCK = {
    "acknowledge": N_("Tell the worker that a person has read it"),
    "danger": N_("Danger: a person acts"),
    "answer": N_("Answer what the worker wrote or did"),
    "next_step": N_("Tell the worker the next step"),
    "appeal": N_("Answer the appeal"),
    "chase": N_("Ask the body again"),
    "remedy": N_("See that what was promised has arrived"),
    "follow_up": N_("Ask the worker whether it really arrived"),
    "erasure": N_("Delete the case, as its worker asked"),
    "check_in": N_("Hear from the worker after the end"),
    "call": N_("Call the worker"),
}
complete(CLOCK, KINDS)
LEVEL = {
    1: N_("Escalated to handlers"),
    2: N_("Escalated to leads"),
    3: N_("Escalated to directors"),
}
AUTHOR = {
    "worker": N_("The worker"),
    "helper": N_("The helper"),
    "member": N_("A member of the group"),
    "system": N_("The system"),
}
some_of(AUTHOR, AUTHORS, without=("staff",))


@dataclass(frozen=True)
class Due:
    """When something is due, in the operator's zone, and whether that is late or soon."""

    text: str
    mark: str = ""
    word: str = ""


def due(moment: datetime, now: datetime, zone: str) -> Due:
    """A due moment as a handler reads it, only the day when that ends with it; the word stands
    beside the colour."""
    if moment >= NEVER:
        return Due(_("Nothing is due"))
    local = moment.astimezone(ZoneInfo(zone))
    whole_day = (local.hour, local.minute) == (23, 59)
    text = date_text(local_day(moment, zone)) if whole_day else time_text(moment, ZoneInfo(zone))
    if moment < now:
        return Due(text, "late", _("Late"))
    if moment < now + DUE_WITHIN:
        return Due(text, "due-soon", _("Soon"))
    return Due(text)


def law(day: date | None, today: date) -> Due | None:
    """The next day of the law as the queue shows it; None where none comes within half a year."""
    if day is None or (day - today).days > LAW_SHOWN_DAYS:
        return None
    text = _("Law: %(day)s") % {"day": date_text(day)}
    return Due(text, "due-soon", _("Soon")) if (day - today).days <= SOON_DAYS else Due(text)


def level(case: Case) -> str:
    """To whom the case was escalated; nothing when nothing is overdue."""
    return _(LEVEL[case.level]) if case.level in LEVEL else ""


def age(since: datetime, now: datetime) -> str:
    """How old a case is."""
    days = max(now - since, timedelta()).days
    return ngettext("%(num)s day", "%(num)s days", days) % {"num": days} if days else _("Today")


def place(case: Case) -> str:
    """The region in Japan, or the country."""
    if case.region:
        return _(REGION[case.region])
    return country_name(case.country, current())


def tongue(slug: str) -> Language:
    """A language by its slug; English for one that is gone from the table."""
    return BY_SLUG.get(slug, BY_SLUG["en"])


FILE_STATE = {
    "cleaned": N_("Cleaned of hidden data"),
    "download_only": N_("Could not be cleaned: it may show where and by whom it was made"),
    "not_cleaned": N_("Still waiting to be cleaned of hidden data; it is tried again by itself"),
}
