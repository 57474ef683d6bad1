"""A translation says who made it, and whether somebody else compared it with its original."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from grievance.cases import corrections
from grievance.cases.operations import correcting, handling, stating, verifying
from grievance.cases.operations.correcting import Corrected
from grievance.cases.operations.handling import Translating
from grievance.cases.operations.verifying import Verifying
from grievance.cases.translated import Translation, verified
from grievance.refusals import Refused
from tests.cases.conftest import World, words
from tests.cases.test_cases_stating import stated
from tests.cast import NOW, browser
from tests.pages import read_page

pytestmark = pytest.mark.usefixtures("loaded")
STORY = "what-happened"


@pytest.fixture
def row(world: World) -> Translation:
    """The handler translated what happened."""
    return handling.translate(world.act(), Translating(STORY, words("They do not pay me.")))


def check(world: World, row: UUID, minute: int = 1, reads_both: bool = True) -> None:
    """The colleague compares it, so many minutes later."""
    act = world.act(world.colleague.actor, NOW + timedelta(minutes=minute))
    verifying.verify_translation(act, Verifying(row, reads_both))


def refused(world: World, row: UUID, minute: int = 1, reads_both: bool = True) -> str:
    with pytest.raises(Refused) as why:
        check(world, row, minute, reads_both)
    return why.value.code


def holds(world: World, row: Translation) -> bool:
    found = corrections.of_words(world.session, world.desk())
    return verified(row, found.get(row.id, ()))


def test_only_another_who_reads_both_languages_checks_it_and_once(
    world: World, row: Translation
) -> None:
    own = Verifying(row.id, reads_both=True)
    with pytest.raises(Refused, match="not_to_verify"):
        verifying.verify_translation(world.act(), own)
    assert refused(world, row.id, reads_both=False) == "not_to_verify"
    assert refused(world, uuid4()) == "not_to_verify"
    assert (row.origin, holds(world, row)) == ("staff", False)
    check(world, row.id)
    assert (row.verified_by, holds(world, row)) == (world.colleague.id, True)
    assert refused(world, row.id) == "not_to_verify"


def test_a_correction_voids_it_and_who_corrected_checks_it_not(
    world: World, row: Translation
) -> None:
    check(world, row.id)
    again = Corrected("translation", row.id, words("They paid nothing."), "The sum")
    correcting.correct(world.act(world.colleague.actor, NOW + timedelta(minutes=2)), again)
    world.session.flush()
    assert not holds(world, row)
    assert refused(world, row.id, 3) == "not_to_verify"


def test_one_that_its_original_left_behind_is_not_checked(world: World, row: Translation) -> None:
    said = stated(world, {STORY: "Họ trả một nửa."})
    stating.state_facts(world.act(now=NOW + timedelta(minutes=1)), said)
    world.session.flush()
    assert refused(world, row.id, 2) == "not_to_verify"


def test_the_database_takes_no_check_by_who_made_it(world: World, row: Translation) -> None:
    row.verified_by, row.verified_at = row.person_id, NOW
    with pytest.raises(IntegrityError, match="two_people"):
        world.session.flush()


def test_the_desk_says_who_checked_it_and_offers_it_to_another(
    app: Flask, world: World, row: Translation
) -> None:
    world.session.commit()
    there = f"/staff/cases/{world.case.reference}"
    own = read_page(browser(app, world.session, world.handler).get(there))
    assert "Nobody has checked it yet" in own.main
    assert not [one for one in own.all("form") if "verify_translation" in (one.get("action") or "")]
    client = browser(app, world.session, world.colleague)
    page = read_page(client.get(there))
    (form,) = [one for one in page.all("form") if "verify_translation" in (one.get("action") or "")]
    sent = page.fields(form)
    assert client.post(form.get("action"), data=sent).status_code == 422
    assert client.post(form.get("action"), data={**sent, "reads_both": "y"}).status_code == 303
    after = read_page(client.get(there))
    assert after.one("p", data_checked="yes").text.count("Mori Emi") == 1
    assert "compared a translation with its original" in after.main
