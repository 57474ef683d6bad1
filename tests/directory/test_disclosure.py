"""Whom a body tells: a worker and a handler read the same of each code."""

from __future__ import annotations

import pytest

from grievance.desk.packet_reading import who_learns
from grievance.directory import disclosure, entries, facts
from grievance.directory.book import Entry
from grievance.i18n import gettext, speaking

TABLES = {
    "employer": (disclosure.EMPLOYER, disclosure.EMPLOYER_UNKNOWN),
    "immigration": (disclosure.IMMIGRATION, disclosure.IMMIGRATION_UNKNOWN),
    "police": (disclosure.POLICE, disclosure.POLICE_UNKNOWN),
}


@pytest.mark.parametrize("who", TABLES)
def test_each_code_has_a_sentence_of_its_own_for_both(who: str) -> None:
    table, unknown = TABLES[who]
    said = [told for told in table.values() if told not in (unknown, disclosure.NOTHING)]
    for reader in ("worker", "staff"):
        assert len({getattr(told, reader) for told in said}) == len(said), reader
    doubt = [told for told in said if "do not know" in told.worker + told.staff]
    assert doubt == []


@pytest.mark.parametrize("who", TABLES)
def test_both_read_it_in_their_languages(who: str) -> None:
    table, unknown = TABLES[who]
    for told in (*table.values(), unknown):
        for sentence, slugs in ((told.worker, ("ja", "vi")), (told.staff, ("ja",))):
            for slug in slugs if sentence else ():
                with speaking(slug):
                    assert gettext(sentence) != sentence


def test_the_codes_of_the_directory_are_those_with_words() -> None:
    assert tuple(disclosure.EMPLOYER) == entries.NOTIFIES_EMPLOYER
    for body in facts.shipped().mechanisms.values():
        assert body.notifies_employer in disclosure.EMPLOYER
        assert body.tells_immigration in disclosure.IMMIGRATION
        assert body.police in disclosure.POLICE


def test_who_probably_tells_the_employer_is_said_so_to_the_handler() -> None:
    likely = [b for b in facts.shipped().mechanisms.values() if b.notifies_employer == "likely"]
    assert likely
    for body in likely:
        assert who_learns(Entry(body, {}, ()))[0] == ("The employer will probably learn of it.")
