"""Who of a body a paper is for: chosen from the ways the directory has to it, or typed."""

from __future__ import annotations

from typing import Any

from wtforms.validators import StopValidation

from grievance.desk.forms import ActForm, choices_of
from grievance.directory.book import Entry
from grievance.directory.entries import CHANNEL_TYPES
from grievance.i18n import BY_SLUG, N_, lazy
from grievance.i18n import gettext as _
from grievance.model import some_of
from grievance.referrals.document import Addressee
from grievance.referrals.pdf import missing_letters, printable
from grievance.referrals.templates import PRINTED
from grievance.web.forms import Email, Line, Select
from grievance.web.read_back import Telephone

BEFORE = "to_"  # the names of these fields
FILLS = {"phone": "phone", "in_person": "address", "post": "address"}  # by the kind of way
some_of(FILLS, CHANNEL_TYPES)
TO = {
    "to_office": N_("Office or department"),
    "to_person": N_("Person there"),
    "to_registration": N_("Registration number"),
    "to_address": N_("Their address"),
    "to_email": N_("Their e-mail address"),
    "to_phone": N_("Their telephone number"),
    "to_language": N_("Language in which they are spoken with"),
}
some_of(TO, PRINTED)


def _label(name: str) -> Any:
    return lazy(TO[name])


def _in_our_letters(_form: Any, field: Any) -> None:
    """Refuse what no font of ours can print: the whole paper could not be printed for it."""
    strange = missing_letters(printable(field.data or ""))
    if strange:
        said = _("We cannot print these letters: %(letters)s. Write it in other ones.")
        raise StopValidation(said % {"letters": " ".join(sorted(strange)[:5])})


class AddresseeForm(ActForm):
    """Which office, who there, and how to reach them."""

    to_known = Select(
        lazy("From the directory"),
        hint=lazy("Fills the telephone number or the address, where you leave that empty."),
    )
    to_office = Line(
        _label("to_office"),
        hint=lazy("For example: Shinjuku Labour Standards Inspection Office, section 2."),
        limit=120,
        validators=[_in_our_letters],
    )
    to_person = Line(_label("to_person"), limit=80, validators=[_in_our_letters])
    to_registration = Line(_label("to_registration"), limit=20, validators=[_in_our_letters])
    to_address = Line(_label("to_address"), limit=200, validators=[_in_our_letters])
    to_email = Email(_label("to_email"))
    to_phone = Telephone(_label("to_phone"), near=("JP",))
    to_language = Select(_label("to_language"))

    def offer_ways(self, entry: Entry) -> None:
        """Put in what the directory has, and every language."""
        ways = ways_of(entry)
        self.to_known.choices = choices_of(
            [("", "—"), *((key, way[2]) for key, way in ways.items())]
        )
        spoken = ((slug, one.own_name) for slug, one in BY_SLUG.items() if slug != "ja-easy")
        self.to_language.choices = choices_of([("", "—"), *spoken])
        self.known_ways = ways

    known_ways: dict[str, tuple[str, str, str]] = {}

    def ask_for_a_lawyer(self, named: bool) -> None:
        """Ask by which number a lawyer is registered, and their e-mail address; of nobody else."""
        self.lawyer = named
        if named:
            del self.to_known  # a way of the directory leads to no one lawyer
        else:
            del self.to_registration, self.to_email

    lawyer = False

    def validate(self, extra_validators: Any = None) -> bool:
        """A paper for a lawyer says who that is, and where: by office or by registration."""
        fine: bool = super().validate(extra_validators)
        if not self.lawyer:
            return fine
        lacks = {
            "to_person": (not self.to_person.data, _("Write the name of the lawyer.")),
            "to_office": (
                not (self.to_office.data or self.to_registration.data),
                _("Write the office, or the number under which the lawyer is registered."),
            ),
        }
        for name, (lacking, sentence) in lacks.items():
            if lacking and not self[name].errors:
                self[name].errors = [sentence]
                fine = False
        return fine

    @property
    def to_fields(self) -> list[Any]:
        """The fields of the addressee."""
        return [one for one in self.shown if one.short_name.startswith(BEFORE)]

    def as_before(self, before: Addressee) -> None:
        """Put in who it was for."""
        self.to_office.data, self.to_person.data = before.office, before.person
        self.to_address.data, self.to_phone.data = before.address, before.phone
        self.to_language.data = before.language
        if self.lawyer:
            self.to_registration.data, self.to_email.data = before.registration, before.email

    @property
    def addressee(self) -> Addressee:
        """What was typed, and what was chosen where nothing was typed."""
        typed = {
            "office": self.to_office,
            "person": self.to_person,
            "registration": self.to_registration,
            "address": self.to_address,
            "email": self.to_email,
            "phone": self.to_phone,
            "language": self.to_language,
        }
        said = {part: str(box.data or "") for part, box in typed.items() if box is not None}
        chosen = str(self.to_known.data or "") if "to_known" in self else ""
        part, value, _label = self.known_ways.get(chosen, ("", "", ""))
        if part and not said[part]:
            said[part] = value
        return Addressee(**said)


def ways_of(entry: Entry) -> dict[str, tuple[str, str, str]]:
    """Every way that is shown of this body and says where: which box it fills, with what, and how
    it is offered; by what it is, so that a page from before a change never names another way."""
    found = {}
    for way in entry.public_ways:
        value = str(way.facts.value or way.say("value") or "")
        if way.facts.type in FILLS and value:
            note = way.say("note")
            label = f"{value} · {note}" if note else value
            found[f"{way.facts.type} {label}"] = (FILLS[way.facts.type], value, label)
    return found
