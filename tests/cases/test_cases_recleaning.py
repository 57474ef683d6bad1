"""A photo that came while others held the cleaner does not stay uncleaned."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from grievance.cases import files, recleaning
from grievance.cases.models import CaseFile, Recusal
from grievance.cases.operations import shredding
from grievance.cases.pauses import BUSY, FIRST, LONGEST, Pauses, Waiting, pause_after
from grievance.files import cleaning
from grievance.storage import FolderBlobs
from tests.cases.conftest import World
from tests.cast import NOW

NOTE = "明細: 三月分".encode()
FLOOD, PERSON = b"flood", b"person"


@pytest.fixture
def blobs(tmp_path) -> FolderBlobs:
    return FolderBlobs(tmp_path)


def brought(world: World, blobs: FolderBlobs, source: bytes = PERSON) -> CaseFile:
    """A worker's file, as it was kept."""
    stored = files.keep(blobs, NOTE, "slip.txt", source)
    opened = world.home()
    file = files.attach(world.session, opened, stored, files.Brought("worker", NOW))
    world.session.flush()
    return file


def again(world: World, blobs: FolderBlobs, file: CaseFile) -> bool:
    tried = recleaning.clean_again(world.session, blobs, world.desk(), file.id, PERSON)
    return tried is not None and tried.state == "cleaned"


def test_one_network_holds_one_child_and_the_other_stays_for_a_bystander(world, blobs):
    with cleaning.CHILDREN.hold(FLOOD):
        assert brought(world, blobs, FLOOD).state in ("cleaned", "not_cleaned")
        assert brought(world, blobs, PERSON).state == "cleaned"


def test_what_was_kept_uncleaned_is_cleaned_when_the_case_is_opened_next(world, blobs):
    with cleaning.CHILDREN.hold(FLOOD), cleaning.CHILDREN.hold(b"other flood"):
        file = brought(world, blobs)
        assert file.state == "not_cleaned"
        assert not again(world, blobs, file)  # still held: it does not wait
    before = files.read_meta(world.desk(), file)
    assert (before.warnings, before.tries) == (("busy",), 0)
    assert again(world, blobs, file)
    stored = files.read_meta(world.desk(), file)
    assert (file.state, stored.state, stored.warnings) == ("cleaned", "cleaned", ())
    assert files.content(blobs, stored, original=False) == NOTE
    assert files.content(blobs, stored, original=True) == NOTE
    assert stored.clean_key != stored.original_key
    assert again(world, blobs, file)  # a second time finds it done


def test_a_file_that_breaks_the_cleaner_is_never_given_up(world, blobs, monkeypatch):
    with cleaning.CHILDREN.hold(FLOOD), cleaning.CHILDREN.hold(b"other flood"):
        file = brought(world, blobs)
        for _ in range(5):
            assert not again(world, blobs, file)
    run = cleaning._run
    monkeypatch.setattr(cleaning, "_run", lambda *_: (-9, b""))
    for tries in range(1, 9):
        assert not again(world, blobs, file)
        assert files.read_meta(world.desk(), file).tries == tries
    assert recleaning.waits(files.read_meta(world.desk(), file), file.state)
    monkeypatch.setattr(cleaning, "_run", run)
    assert again(world, blobs, file)


def test_pauses_grow_to_a_day_and_a_busy_cleaner_does_not_count():
    said = [pause_after(tries) for tries in range(12)]
    assert said[0] == BUSY
    assert said == sorted(said)
    assert said[1:5] == [FIRST, 4 * FIRST, 16 * FIRST, 64 * FIRST]
    assert set(said[5:]) == {LONGEST}


def test_a_file_rests_and_is_taken_by_one_alone():
    pauses, one = Pauses(), Waiting(uuid4(), uuid4())
    assert pauses.take([one], NOW) == one
    assert pauses.take([one], NOW) is None  # somebody is at it
    pauses.rest(one.file, 2, NOW)
    almost = NOW + pause_after(2) - timedelta(seconds=1)
    assert pauses.take([one], almost) is None
    assert pauses.take([one], NOW + pause_after(2)) == one


def test_a_case_with_very_many_files_has_one_turn_like_any_other():
    pauses, hostile, person = Pauses(), uuid4(), uuid4()
    theirs = [Waiting(hostile, uuid4()) for _ in range(50)]
    mine = [Waiting(person, uuid4()) for _ in range(3)]
    taken = [pauses.take([*theirs, *mine], NOW) for _ in range(6)]
    assert [one.case for one in taken if one].count(person) == 3


def test_cases_that_came_in_a_crowd_go_last():
    pauses, person = Pauses(), Waiting(uuid4(), uuid4())
    crowd = [Waiting(uuid4(), uuid4(), crowd=True) for _ in range(200)]
    assert pauses.take([*crowd, person], NOW) == person
    taken = {pauses.take([*crowd, person], NOW) for _ in crowd}
    assert taken == set(crowd)


def test_what_is_remembered_is_bounded(monkeypatch):
    monkeypatch.setattr("grievance.cases.pauses.MOST", 5)
    pauses = Pauses()
    for _ in range(20):
        pauses.take([Waiting(uuid4(), uuid4())], NOW)
    assert len(pauses._rests) == len(pauses._served) == 5


def test_files_of_every_case_wait_but_not_of_one_that_is_not_there_for_the_reader(world, blobs):
    with cleaning.CHILDREN.hold(FLOOD), cleaning.CHILDREN.hold(b"other flood"):
        file = brought(world, blobs)
    reader, session = world.handler.id, world.session
    assert [one.file for one in recleaning.waiting(session, reader)] == [file.id]
    session.add(
        Recusal(case_id=world.case.id, person_id=reader, by_id=reader, at=NOW, state="stands")
    )
    session.flush()
    assert recleaning.waiting(session, reader) == []


@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_a_case_that_is_erased_leaves_no_clean_form(world, blobs, monkeypatch, when):
    with cleaning.CHILDREN.hold(FLOOD), cleaning.CHILDREN.hold(b"other flood"):
        file = brought(world, blobs)
    opened, made = world.desk(), files.made_clean
    before, file_id = set(blobs.ids()), file.id

    def erase():
        shredding.shred(world.act(), [], ground="worker")
        world.session.commit()

    def erased_meanwhile(*given):
        fresh = made(*given)
        assert set(blobs.ids()) > before
        erase()
        return fresh

    if when == "before":
        erase()
    monkeypatch.setattr(files, "made_clean", erased_meanwhile)
    assert recleaning.clean_again(world.session, blobs, opened, file_id, PERSON) is None
    assert set(blobs.ids()) == before  # what its row names is swept after the erasure
