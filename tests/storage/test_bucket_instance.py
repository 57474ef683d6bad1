"""A whole instance over a bucket: web, worker and commands, while the bucket is there and away."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from grievance import jobs
from grievance.embedded.valkey import Valkey
from tests.buckets import PREFIX, SECRET, Buckets
from tests.faults.conftest import FLASK, running
from tests.faults.filing import SHORT, come_back
from tests.faults.machine import PROC, Machine
from tests.faults.robot import Robot
from tests.faults.staff import Desk
from tests.servers import ROOT
from tests.waiting import PATIENCE, wait_for

pytestmark = pytest.mark.xdist_group("bucket")
WORDS = "GPS and the name of a telephone"


@pytest.fixture(scope="module")
def place(buckets: Buckets) -> str:
    """The address of its bucket."""
    return buckets.new()


@pytest.fixture(scope="module")
def machine(
    buckets: Buckets, place: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    """A demonstration, whose files lie in the bucket."""
    given = {"GRIEVANCE_STORAGE": place, **buckets.environment}
    with running(tmp_path_factory.mktemp("bucket"), given) as made:
        yield made


def photo() -> bytes:
    """A picture that tells more than it shows."""
    made, told = io.BytesIO(), Image.Exif()
    told[0x010E] = WORDS
    Image.new("RGB", (64, 48), "navy").save(made, "JPEG", exif=told)
    return made.getvalue()


PHOTO = [("files", "slip.jpg", photo())]


def names(buckets: Buckets, place: str) -> set[str]:
    """The objects in the bucket, as another client sees it."""
    pages = buckets.client.get_paginator("list_objects_v2").paginate(Bucket=bucket_of(place))
    return {one["Key"] for page in pages for one in page.get("Contents", ())}


def lying(buckets: Buckets, place: str, name: str) -> bytes:
    """What lies there under this name."""
    found = buckets.client.get_object(Bucket=bucket_of(place), Key=name)
    return bytes(found["Body"].read())


def bucket_of(place: str) -> str:
    """The name of the bucket of an address."""
    return place.removeprefix("s3://").partition("/")[0]


def filed(machine: Machine, story: str) -> tuple[Robot, str]:
    """A report with a photo, sent; the browser and its number."""
    robot = Robot(machine.url)
    robot.walk("/en/file?route=full", {**SHORT, "what-happened": story}, "file.check")
    answer = robot.send(robot.get("/en/file/files").page, {}, PHOTO)
    assert answer.status_code == 200, answer.page.main
    page = robot.walk("/en/file/check", {}, "file.receipt")
    code = re.sub(r"\D", "", page.one("output", id="receipt").text or "")
    assert robot.send(page, {}).page.name == "file.sent"
    return robot, code


def link(page: str, pattern: str) -> str:
    """The first address on a page that fits."""
    found = re.search(rf'"({pattern})"', page)
    assert found, page[-3000:]
    return found[1]


def test_a_photo_is_filed_cleaned_opened_at_the_desk_and_by_its_worker(
    machine: Machine, buckets: Buckets, place: str
) -> None:
    before = names(buckets, place)
    assert before, "the demonstration's files lie there, too"
    _robot, code = filed(machine, "The slip of a bucket.")
    new = names(buckets, place) - before
    assert len(new) == 2  # the original and its clean form
    for name in new:
        data = lying(buckets, place, name)
        assert re.fullmatch(rf"{PREFIX}/[0-9a-f]{{32}}", name)
        assert b"JFIF" not in data
        assert WORDS.encode() not in data
    worker, page = come_back(machine.url, code)
    own = worker.get(link(page, r"/en/case/files/[0-9a-f-]{36}"))
    assert Image.open(io.BytesIO(own.body)).size == (64, 48)
    desk = Desk(machine, "handler")
    reference = desk.find("The slip of a bucket.")
    seen = desk.get(f"/staff/cases/{reference}").get_data()
    clean = desk.get(link(seen, rf"/staff/cases/{reference}/files/[0-9a-f-]{{36}}"))
    assert clean.headers["Content-Disposition"].startswith("attachment")
    assert Image.open(io.BytesIO(clean.body)).size == (64, 48)
    assert WORDS.encode() not in clean.body


def test_what_a_draft_leaves_is_deleted_from_the_bucket(
    machine: Machine, buckets: Buckets, place: str
) -> None:
    robot = Robot(machine.url)
    robot.walk("/en/file?route=full", {**SHORT, "what-happened": "No."}, "file.check")
    before = names(buckets, place)
    robot.send(robot.get("/en/file/files").page, {}, PHOTO)
    assert len(names(buckets, place) - before) == 2
    with buckets.away():
        page = robot.get("/en/file/files").page
        form = next(f for f in page.all("form") if "remove" in (f.get("action") or ""))
        gone = robot.follow(robot.post(form.get("action") or "", page.fields(form)))
        assert gone.status_code == 200
        assert "slip.jpg" not in gone.page.main
    queue = Redis.from_url(Valkey(machine.data).url())
    Queue(jobs.QUEUE, connection=queue, serializer=JSONSerializer).enqueue(jobs.run, "forget")
    queue.close()
    assert wait_for(lambda: names(buckets, place) == before)


def test_a_dead_bucket_loses_no_report_and_no_word(machine: Machine, buckets: Buckets) -> None:
    robot = Robot(machine.url)
    story = "The bucket is away."
    robot.walk("/en/file?route=full", {**SHORT, "what-happened": story}, "file.check")
    with buckets.away():
        answer = robot.send(robot.get("/en/file/files").page, {}, PHOTO)
        assert answer.page.errors.get("files"), answer.page.main
        page = robot.walk("/en/file/check", {}, "file.receipt")
        code = re.sub(r"\D", "", page.one("output", id="receipt").text or "")
        assert robot.send(page, {}).page.name == "file.sent"
        mine, _page = come_back(machine.url, code)
        typed = "I add the slip of May."
        refused = mine.send(mine.get("/en/case").page, {"message": typed}, PHOTO).page
        assert refused.name == "case"
        assert refused.errors.get("files")
        assert refused.fields()["message"] == typed
        assert wait_for(lambda: machine.read("/healthz")["status"] == "degraded", pause=1)
    sent = mine.send(refused, {}, PHOTO)
    assert sent.get_data().count(typed) == 1
    assert "slip.jpg" in sent.get_data()
    assert wait_for(machine.well, pause=1)


def test_a_file_that_cannot_be_fetched_now_is_said_so(machine: Machine, buckets: Buckets) -> None:
    _robot, code = filed(machine, "Fetch it later.")
    worker, page = come_back(machine.url, code)
    address = link(page, r"/en/case/files/[0-9a-f-]{36}")
    with buckets.away():
        answer = worker.get(address)
        assert answer.status_code == 503
        assert answer.page.name == "error"
        assert answer.headers["Retry-After"]
    assert worker.get(address).status_code == 200


def test_a_backup_holds_what_lies_in_the_bucket(
    machine: Machine, buckets: Buckets, place: str, tmp_path: Path
) -> None:
    words = ["backup", "create", "--without-keys", tmp_path / "one"]
    made = flask(machine.environment, *words)
    assert made.returncode == 0, made.stderr
    there = names(buckets, place)
    assert json.loads(made.stdout)["files"] == len(there) > 0
    kept = [path for path in (tmp_path / "one" / "files").rglob("*") if path.is_file()]
    assert len(kept) == len(there)
    for path in kept:
        assert path.read_bytes() == lying(buckets, place, f"{PREFIX}/{path.name}")
    with buckets.away():
        refused = flask(machine.environment, "backup", "create", "--without-keys", tmp_path / "two")
    assert refused.returncode == 3
    assert "does not answer" in refused.stderr
    assert not (tmp_path / "two").exists()


@pytest.mark.parametrize("lacks", ["bucket", "extra"])
def test_what_can_never_keep_a_file_does_not_start(
    machine: Machine, tmp_path: Path, lacks: str
) -> None:
    """Web and worker: exit 3 and a sentence."""
    (tmp_path / "obstore").mkdir()
    (tmp_path / "obstore" / "__init__.py").write_text("raise ImportError")
    wrong = {
        "bucket": {"GRIEVANCE_STORAGE": "s3://bucket-of-nobody/files"},
        "extra": {"PYTHONPATH": str(tmp_path)},
    }[lacks]
    why = {"bucket": "there is no such bucket", "extra": "requirements-s3.txt"}[lacks]
    worker = flask({**machine.environment, **wrong}, "worker")
    assert (worker.returncode, why in worker.stderr) == (3, True), worker.stderr
    given = (PROC / str(machine.pid("web")) / "environ").read_text().split("\0")
    own = dict(line.split("=", 1) for line in given if line.startswith(("GRIEVANCE_", "PATH=")))
    web = subprocess.run(
        [
            sys.executable,
            "-m",
            "gunicorn",
            "wsgi:app",
            "--bind",
            "127.0.0.1:0",
            "--no-control-socket",
        ],
        cwd=ROOT,
        env={**own, **wrong},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert (web.returncode, why in web.stderr) == (3, True), web.stderr
    assert SECRET not in web.stderr + worker.stderr


def test_the_worker_goes_on_without_it(machine: Machine, buckets: Buckets) -> None:
    with buckets.away():
        swept = flask(machine.environment, "deadlines", "sweep")
    assert swept.returncode == 0, swept.stderr
    assert "the store of files is away" in swept.stderr


def flask(environment: object, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """A command, to its end."""
    return subprocess.run(
        [FLASK, *words],
        cwd=ROOT,
        env=dict(environment),
        capture_output=True,
        text=True,
        timeout=300,
    )  # type: ignore[call-overload]


def test_its_secret_is_in_no_log(machine: Machine) -> None:
    said = [path.read_text(errors="replace") for path in machine.data.rglob("*.log")]
    said.append((machine.data.parent / "up.err").read_text())
    assert not any(SECRET in text or "key-of-the-bucket" in text for text in said)
