"""What may enter a packet is decided in one place, whatever a surface ticks."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from grievance.cases import files, records
from grievance.cases.operations import attaching
from grievance.cases.packets import HOLDS_FOR, Outgoing, Ticked, answers_of, read_again
from grievance.directory import queries as directory
from grievance.i18n import speaking
from grievance.referrals.templates import book
from tests.cases.conftest import TODAY, World
from tests.cast import NOW

EVERY = tuple(book().parts)
IDENTIFYING = {part.code for part in book().parts.values() if part.identifying}
TICKED = Ticked(
    form="named", language="ja", parts=EVERY, purpose="complaint", ends_on=TODAY + HOLDS_FOR
)


def outgoing(world: World, body: str = "jp-lsio") -> Outgoing:
    entry = directory.book(world.session).entries[body]
    return Outgoing(world.session, world.desk(), entry)


def test_who_it_is_goes_out_only_with_the_name() -> None:
    assert IDENTIFYING
    assert replace(TICKED).going == EVERY
    for form in ("pseudonym", "no_identity"):
        assert replace(TICKED, form=form).going == tuple(p for p in EVERY if p not in IDENTIFYING)


def test_without_a_name_no_document_of_any_body_holds_who_it_is(
    world: World, loaded: Session
) -> None:
    for body in ("jp-lsio", "union-individual", "company-hotline-template"):
        made = outgoing(world, body)
        found = made.document(replace(TICKED, form="no_identity"), TODAY)
        inside = {one.item for section in found.sections for one in section.paragraphs}
        assert not set(found.parts) & IDENTIFYING
        assert not inside & {item for code in IDENTIFYING for item in book().parts[code].items}


def test_only_a_file_that_was_cleaned_goes_out(world: World, loaded: Session) -> None:
    stored = files.keep(world.site.blobs, b"pay slip", "slip.txt")
    clean = attaching.attach(world.act(), stored)
    other = attaching.attach(world.act(), replace(stored, id=str(uuid4()), clean_blob=""))
    other.state = "not_cleaned"
    made = outgoing(world)
    assert [row.id for row, _stored in made.files] == [clean.id]
    ticked = replace(TICKED, copies=[clean.id, other.id, uuid4()])
    assert [one.source for one in made.wanted(ticked, world.act()).files] == [clean.id]
    unticked = replace(ticked, parts=("story",))
    assert not made.wanted(unticked, world.act()).files


@pytest.mark.parametrize("way", ["email", "phone"])
def test_the_way_to_reach_the_worker_is_told_as_it_was_left(world: World, way: str) -> None:
    other = {"email": "phone", "phone": "email"}[way]
    told = {"way": way, "value": "lan@example.org", "safe_when": "Sundays", "never_say": "union"}
    desk = world.desk()
    identity = records.read(world.session, desk, "identity")
    records.write(world.session, desk, "identity", {**identity, "contact": told}, NOW)
    world.session.flush()
    found = answers_of(world.session, desk)
    assert found[f"contact-{way}"] == "lan@example.org"
    assert found[f"contact-{other}"] == ""
    assert (found["contact-when"], found["contact-never"]) == ("Sundays", "union")
    assert "contact" not in found


def test_the_reading_copy_tells_the_way_that_the_frozen_document_tells(
    world: World, loaded: Session
) -> None:
    desk = world.desk()
    identity = records.read(world.session, desk, "identity")
    told = {"way": "email", "value": "lan@example.org", "safe_when": "", "never_say": ""}
    records.write(world.session, desk, "identity", {**identity, "contact": told}, NOW)
    frozen = outgoing(world, "jp-ncp").document(TICKED, TODAY)
    gone = {**told, "way": "none", "value": ""}
    records.write(world.session, world.desk(), "identity", {**identity, "contact": gone}, NOW)
    entry = directory.book(world.session).entries["jp-ncp"]
    with speaking("vi"):
        answers = answers_of(world.session, world.desk())
        copies = read_again(world.session, frozen, answers, entry)
    for one in copies:
        assert one is not None
        inside = [p for section in one.sections for p in section.paragraphs]
        assert [p.text for p in inside if p.item == "contact-email"] == ["lan@example.org"]
