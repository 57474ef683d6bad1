"""One function for each kind of letter, written at once in the recipient's language.

The text of a kind is `templates/notifications/<kind>.txt`: a `subject` block and a `body` block.
Letters carry no name, reference or word of a case. Those to workers are all alike and do not say
what they are about: somebody else may read the phone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from grievance import i18n
from grievance.notifications.addresses import Recipient
from grievance.shipped import shipped

TEMPLATES = shipped("templates") / "notifications"

_letters = Environment(
    loader=FileSystemLoader(TEMPLATES),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701  plain text
    trim_blocks=True,
    lstrip_blocks=True,
    extensions=["jinja2.ext.i18n"],
)
_letters.install_gettext_callables(  # type: ignore[attr-defined]
    i18n.gettext, i18n.ngettext, newstyle=True, pgettext=i18n.pgettext
)
_letters.filters["day"] = i18n.date_text


@dataclass(frozen=True)
class Message:
    """A letter ready for the outbox; printing it shows neither recipient nor text."""

    kind: str
    to: Recipient = field(repr=False)
    subject: str = field(repr=False)
    body: str = field(repr=False)
    language: str
    case: UUID | None = None
    channel: str = "email"


def worker_news(to: Recipient, language: str, public_url: str, case: UUID | None = None) -> Message:
    """Something waits for the worker. Says nothing else, and links to the site's first page."""
    return _written("worker_news", to, language, case, link=f"{public_url}/")


def address_code(to: Recipient, language: str, public_url: str, code: str) -> Message:
    """The one letter to an address nobody has confirmed: its code, and nothing else."""
    shown = f"{code[:4]} {code[4:]}"
    return _written("address_code", to, language, None, link=f"{public_url}/", code=shown)


def danger(to: Recipient, language: str, public_url: str, case: UUID | None = None) -> Message:
    """Somebody may be in danger: goes before every other letter."""
    return _written("danger", to, language, case, link=_desk(public_url))


def passage_waits(
    to: Recipient, language: str, public_url: str, case: UUID | None = None
) -> Message:
    """A passage waits for the recipient, who interprets, and not until tomorrow."""
    return _written("passage_waits", to, language, case, link=f"{_desk(public_url)}passages")


def digest(
    to: Recipient, language: str, public_url: str, counts: Mapping[str, int] | None = None
) -> Message:
    """How much came for the recipient since the last one, by kind."""
    link = _desk(public_url)
    return _written("digest", to, language, None, counts=defaultdict(int, counts or {}), link=link)


def partner_news(
    to: Recipient, language: str, public_url: str, case: UUID | None = None
) -> Message:
    """Something new lies on the desk of the recipient's organisation."""
    return _written("partner_news", to, language, case, link=f"{public_url}/partner/")


def partner_stop(
    to: Recipient, language: str, public_url: str, case: UUID | None = None
) -> Message:
    """Something that lay there was taken back, or its time is over: it may be used no further."""
    return _written("partner_stop", to, language, case, link=f"{public_url}/partner/")


def former_stop(to: Recipient, language: str, public_url: str, case: UUID | None = None) -> Message:
    """The same, for who opened it and has no desk any more on which it would stand."""
    return _written("former_stop", to, language, case, link=f"{public_url}/")


def conflict(to: Recipient, language: str, public_url: str, case: UUID | None = None) -> Message:
    """A conflict of interest of the recipient, or a colleague, was declared, agreed or lifted."""
    return _written("conflict", to, language, case, link=_desk(public_url))


def key_request(to: Recipient, language: str, public_url: str) -> Message:
    """A colleague waits for a holder's approval before they can open cases."""
    return _written("key_request", to, language, None, link=f"{_desk(public_url)}keys")


def partner_waits(to: Recipient, language: str, public_url: str) -> Message:
    """A colleague at a partner waits for the approval of one of them."""
    return _written("partner_waits", to, language, None, link=f"{public_url}/partner/people")


def partner_key(to: Recipient, language: str, public_url: str, partner: str) -> Message:
    """A partner organisation has a key now, of which somebody has to hear six words."""
    link = f"{_desk(public_url)}keys"
    return _written("partner_key", to, language, None, link=link, partner=partner)


def partner_reset(to: Recipient, language: str, public_url: str) -> Message:
    """A new password was set for the recipient, who is of a partner."""
    return _written("partner_reset", to, language, None, link=f"{public_url}/partner/people")


def partner_removed(to: Recipient, language: str, public_url: str, partner: str) -> Message:
    """The recipient has no account for this partner any more."""
    link = f"{public_url}/"
    return _written("partner_removed", to, language, None, link=link, partner=partner)


def partner_closed(to: Recipient, language: str, public_url: str, partner: str) -> Message:
    """The partner of which the recipient was has no account here any more."""
    link = f"{public_url}/"
    return _written("partner_closed", to, language, None, link=link, partner=partner)


def key_waits(
    to: Recipient, language: str, public_url: str, *, reset: bool = False, day: date | None = None
) -> Message:
    """A new password was set for the recipient (`reset`), or they joined; `day` is when the one
    person who asked for their key, and alone holds it, may give it."""
    link = _desk(public_url)
    return _written("key_waits", to, language, None, reset=reset, day=day, link=link)


def member_removed(to: Recipient, language: str, public_url: str) -> Message:
    """The recipient, or a colleague, was removed from the desk or refused its key."""
    return _written("member_removed", to, language, None, link=_desk(public_url))


def partner_left(to: Recipient, language: str, public_url: str, partner: str) -> Message:
    """Somebody of a partner was taken out or refused its key; for who manages partners."""
    link = f"{_desk(public_url)}partners"
    return _written("partner_left", to, language, None, link=link, partner=partner)


def member_changed(to: Recipient, language: str, public_url: str) -> Message:
    """Role, name or address of the recipient or a colleague were changed, or are to be."""
    return _written("member_changed", to, language, None, link=_desk(public_url))


def factor(
    to: Recipient, language: str, public_url: str, what: str, *, partner: bool = False
) -> Message:
    """The second step of the recipient's sign-in: `set`, `removed`, `app_removed`, `passkey_set`,
    `passkey_removed`, `codes_made`, `code_used`, a passkey that was perhaps `copied`, or ten
    `wrong` codes after the right password. Who is of a partner has no director here."""
    link = f"{_desk(public_url)}account"
    return _written("factor", to, language, None, what=what, link=link, partner=partner)


def new_address(to: Recipient, language: str, link: str, until: date) -> Message:
    """The link that proves that the recipient reads this address, and the last day it works."""
    return _written("new_address", to, language, None, link=link, until=until)


def way_back(
    to: Recipient, language: str, public_url: str, *, mine: bool = False, day: date | None = None
) -> Message:
    """A link was made at the server to come back with the recovery sheet, for the recipient
    (`mine`) or a colleague; `day` is when it begins to work, none for at once."""
    link = f"{_desk(public_url)}account"
    return _written("way_back", to, language, None, mine=mine, day=day, link=link)


def sheet_used(to: Recipient, language: str, public_url: str, *, mine: bool = False) -> Message:
    """The recipient (`mine`) or a colleague came back with the recovery sheet."""
    return _written("sheet_used", to, language, None, mine=mine, link=_desk(public_url))


def away(to: Recipient, language: str, public_url: str, day: date, *, mine: bool) -> Message:
    """Somebody is away until `day`: the recipient (`mine`), whom a colleague noted so, or whose
    cases the recipient looks after."""
    return _written("away", to, language, None, mine=mine, day=day, link=f"{_desk(public_url)}away")


def invitation(
    to: Recipient, language: str, link: str, until: date, *, partner: str = ""
) -> Message:
    """An invitation to the desk, or to the pages of a partner of this name: the whole one-time
    link, and the last day it works."""
    return _written("invitation", to, language, None, link=link, until=until, partner=partner)


def mail_test(to: Recipient, language: str, public_url: str) -> Message:
    """Nothing but that it arrived, for whoever sets up the way letters leave."""
    return _written("mail_test", to, language, None, link=f"{public_url}/")


def _desk(public_url: str) -> str:
    return f"{public_url}/staff/"


def _written(
    kind: str, to: Recipient, language: str, case: UUID | None, **values: object
) -> Message:
    template = _letters.get_template(f"{kind}.txt")
    with i18n.speaking(language):
        context = template.new_context(values)
        subject = " ".join("".join(template.blocks["subject"](context)).split())
        body = "".join(template.blocks["body"](context)).strip() + "\n"
    return Message(kind, to, subject, body, language, case)
