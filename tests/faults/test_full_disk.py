"""The store for files takes nothing: said in words, what was typed is kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.faults.filing import SHORT, Way, come_back, prepare, send
from tests.faults.machine import Machine
from tests.faults.robot import Robot

FILE = [("files", "slip.txt", b"Two months without pay.")]


@contextmanager
def no_store(machine: Machine) -> Iterator[None]:
    """Where the folder of files was is something that takes none (a mode would not stop root)."""
    store, away = machine.data / "files", machine.data / "files.away"
    store.rename(away)
    store.write_bytes(b"")
    try:
        yield
    finally:
        store.unlink()
        away.rename(store)


def test_a_filing_goes_on_without_its_file(machine: Machine) -> None:
    robot = Robot(machine.url)
    robot.walk("/en/file?route=full", {**SHORT, "what-happened": "The disk is full."}, "file.check")
    with no_store(machine):
        answer = robot.send(robot.get("/en/file/files").page, {}, FILE)
        assert answer.page.errors.get("files"), answer.page.main
    assert "The disk is full." in robot.get("/en/file/check").get_data()
    again = robot.send(robot.get("/en/file/files").page, {}, FILE)
    assert again.status_code == 200
    assert "slip.txt" in robot.get("/en/file/check").get_data()


def test_a_message_that_cannot_keep_its_file_keeps_its_words(
    machine: Machine, recorded: Way
) -> None:
    filer = prepare(recorded, "A message on a full disk.")
    send(filer)
    robot, _page = come_back(machine.url, filer.code)
    typed = "I add the slip of May."
    with no_store(machine):
        answer = robot.send(robot.get("/en/case").page, {"message": typed}, FILE)
        page = answer.page
        assert page.name == "case", page.main
        assert page.errors.get("files")
        assert page.fields()["message"] == typed
    sent = robot.send(page, {}, FILE)
    assert sent.page.name == "case"
    assert sent.get_data().count(typed) == 1
    assert "slip.txt" in sent.get_data()
