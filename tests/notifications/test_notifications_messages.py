"""What letters say, and what they must not say."""

import re
from datetime import date
from inspect import signature
from uuid import UUID

import pytest

from grievance import i18n
from grievance.cases.models import NOTICES
from grievance.model import length_of
from grievance.notifications import messages
from grievance.notifications.pace import PACES

SITE = "https://desk.example"
TO = "someone@mail.example"
FACTOR = (
    "set", "removed", "app_removed", "passkey_set", "passkey_removed", "codes_made", "code_used",
    "copied", "wrong",
)  # fmt: skip
TELLING = re.compile(r"complain|grievance|case|report|employer|wage|help|right|reference", re.I)


def all_kinds(language: str) -> list[messages.Message]:
    address = messages.new_address(TO, language, f"{SITE}/staff/new/abc", date(2026, 12, 1))
    invitation = messages.invitation(TO, language, f"{SITE}/staff/join/abc", date(2026, 12, 1))
    until = date(2026, 12, 1)
    there = messages.invitation(TO, language, f"{SITE}/staff/join/abc", until, partner="Sample")
    plain = (
        messages.worker_news,
        messages.danger,
        messages.key_request,
        messages.partner_waits,
        messages.partner_reset,
        messages.key_waits,
        messages.member_removed,
        messages.conflict,
        messages.way_back,
        messages.member_changed,
        messages.sheet_used,
        messages.mail_test,
        messages.partner_news,
        messages.partner_stop,
        messages.former_stop,
        messages.passage_waits,
    )
    day = date(2026, 12, 1)
    much = dict.fromkeys(NOTICES, 2)
    waits = (
        messages.away(TO, language, SITE, day, mine=True),
        messages.away(TO, language, SITE, day, mine=False),
        messages.digest(TO, language, SITE, much),
        messages.digest(TO, language, SITE, {"new_case": 1}),
        messages.address_code(TO, language, SITE, "12345678"),
        messages.key_waits(TO, language, SITE, reset=True),
        messages.key_waits(TO, language, SITE, reset=True, day=day),
        messages.key_waits(TO, language, SITE, day=day),
        messages.way_back(TO, language, SITE, day=day),
        messages.way_back(TO, language, SITE, mine=True),
        messages.sheet_used(TO, language, SITE, mine=True),
        *(messages.factor(TO, language, SITE, what) for what in FACTOR),
        *(messages.factor(TO, language, SITE, what, partner=True) for what in FACTOR),
        messages.partner_left(TO, language, SITE, "Sample Union"),
        messages.partner_key(TO, language, SITE, "Sample Union"),
        messages.partner_removed(TO, language, SITE, "Sample Union"),
        messages.partner_closed(TO, language, SITE, "Sample Union"),
    )
    return [invitation, there, address, *waits, *(kind(TO, language, SITE) for kind in plain)]


@pytest.mark.parametrize("language", list(i18n.BY_SLUG))
def test_every_kind_can_be_read_in_every_language(language):
    for message in all_kinds(language):
        assert 5 <= length_of(message.subject) <= 78
        assert "\n" not in message.subject
        assert 60 <= length_of(message.body) <= 900
        assert not re.search(r"[{}]|%\(", message.subject + message.body)
        assert not re.search(r"\n\n\n", message.body)
        assert re.search(rf"^{SITE}/\S*$", message.body, re.M), "the address stands on its own line"


def test_every_template_has_a_function_and_every_function_a_template():
    kinds = {message.kind for message in all_kinds("en")}
    assert {path.stem for path in messages.TEMPLATES.glob("*.txt")} == kinds


@pytest.mark.parametrize("kind", [kind for kind, pace in PACES.items() if pace.alike])
def test_a_letter_that_stands_for_others_says_the_same_as_they(kind: str):
    """What one alone says would be lost while another waits."""
    taken = set(signature(getattr(messages, kind)).parameters)
    assert taken <= {"to", "language", "public_url", "case"}


def test_the_letter_of_a_day_counts_every_kind_that_waits_for_it():
    body = messages.digest(TO, "en", SITE, dict.fromkeys(NOTICES, 7)).body
    assert body.count("7") == len(NOTICES) - 1, "danger has a letter of its own"


def test_the_language_is_the_recipients_and_not_the_writers():
    with i18n.speaking("vi"):
        japanese = messages.invitation(TO, "ja", f"{SITE}/x", date(2026, 12, 1))
        assert i18n.current().slug == "vi"
    assert "2026年12月1日" in japanese.body
    with i18n.speaking("ja"):
        assert japanese.subject == i18n.gettext("Your invitation to the case desk")


def test_worker_news_says_nothing_about_what_it_is():
    news = messages.worker_news(TO, "en", SITE)
    assert news.subject == "You have a new note"
    assert not TELLING.search(news.subject)
    assert not TELLING.search(news.body)
    assert re.findall(r"https?://\S+", news.body) == [f"{SITE}/"]


def test_a_letter_names_no_case():
    case = "0d4f4f1e-7a53-4f0c-9d8e-3f6d3a1b2c4d"
    for kind in (messages.worker_news, messages.danger):
        message = kind(TO, "en", SITE, UUID(case))
        assert case[:8] not in message.subject + message.body


def test_a_message_can_be_printed_without_telling_address_or_text():
    printed = repr(messages.worker_news(TO, "en", SITE))
    assert TO not in printed
    assert "note" not in printed
