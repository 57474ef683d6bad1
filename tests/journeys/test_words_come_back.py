"""A visit ends while somebody types: after the number the words stand there again, not yet sent."""

from __future__ import annotations

import psycopg
import pytest

from grievance.embedded.postgres import Postgres
from tests.journeys.conftest import Instance, Opener
from tests.journeys.test_wages import come_back
from tests.journeys.walking import go_on, name_of

SAID = "He came again on Saturday. သူ ထပ်လာတယ်။ Marker-kept-5512."
CODE, BOX = "[name=code]", "form[data-main] [name=message]"


def let_visits_run_out(instance: Instance) -> None:
    """As if nothing had happened for an hour: the clocks of security do not move with the demo."""
    address = Postgres(instance.data).url("app").replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True) as database:
        database.execute("SET grievance.actor = 'cli:test'")  # else no row is seen
        done = database.execute("UPDATE receipt_session SET seen_at = seen_at - interval '1 hour'")
        assert done.rowcount


@pytest.mark.journey
@pytest.mark.parametrize("javascript", [False, True], ids=["plain", "javascript"])
def test_words_stand_again_after_the_visit_ended(
    instance: Instance, open_page: Opener, javascript: bool
) -> None:
    page = open_page(javascript=javascript)
    words = f"{SAID} {'scripted' if javascript else 'plain'}"
    theirs = [one for one in instance.facts["cases"] if one["state"] == "in_review"]
    code = theirs[-1]["receipt"]
    come_back(page, "en", code)
    page.locator(BOX).fill(words)
    let_visits_run_out(instance)
    page.locator("button[data-verb=worker_writes]").click()
    assert name_of(page) == "return"
    assert "20 minutes" in page.locator("main").inner_text()
    page.locator(CODE).fill(code)
    go_on(page)
    assert page.locator(BOX).input_value() == words
    assert words not in page.locator(".thread").inner_text()
    page.locator("button[data-verb=worker_writes]").click()
    assert words in page.locator(".thread").inner_text()
