"""A photo that came while others held the cleaner does not stay uncleaned."""

from __future__ import annotations

import pytest

from grievance.cases import files, recleaning
from grievance.cases.models import CaseFile
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
    return recleaning.clean_again(world.session, blobs, world.desk(), file.id, PERSON)


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
    assert not again(world, blobs, file)  # and not a second time


def test_a_file_that_breaks_the_cleaner_is_tried_three_times_and_busy_ones_for_ever(
    world, blobs, monkeypatch
):
    with cleaning.CHILDREN.hold(FLOOD), cleaning.CHILDREN.hold(b"other flood"):
        file = brought(world, blobs)
        for _ in range(5):
            assert not again(world, blobs, file)
    monkeypatch.setattr(cleaning, "_run", lambda *_: (-9, b""))
    for tries in (1, 2, 3):
        assert not again(world, blobs, file)
        assert files.read_meta(world.desk(), file).tries == tries
    assert not recleaning.waits(files.read_meta(world.desk(), file), file.state)
