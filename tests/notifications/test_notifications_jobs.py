"""The bell and the worker: what they leave behind, and what they outlive."""

import ast
import json
import logging
import os
import pickle
import signal
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import func, select

import grievance
from grievance import clock, jobs
from grievance.embedded.process import wait_until
from grievance.embedded.valkey import Valkey
from grievance.notifications import messages, outbox, queries
from grievance.notifications.models import JobRun
from grievance.settings import WorkerSettings, read
from tests.notifications.post_office import SENDER, free_port

SITE = "https://desk.example"
PATIENCE = 60.0  # seconds; only a test that fails waits so long
CANARY = "hoa.nguyen@mail.example"


@pytest.fixture
def valkey(tmp_path):
    given = os.environ.get("GRIEVANCE_TEST_VALKEY")
    server = Valkey(tmp_path / "valkey", program=Path(given) if given else None)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def environ(database, rings, tmp_path, valkey):
    return {
        "PATH": os.environ["PATH"],
        "GRIEVANCE_DATABASE_URL": database,
        "GRIEVANCE_KEYRING": str(rings / "worker"),
        "GRIEVANCE_DATA": str(tmp_path),
        "GRIEVANCE_PUBLIC_URL": SITE,
        "GRIEVANCE_REDIS_URL": valkey.url(),
        "GRIEVANCE_SMTP_URL": f"mailbox:{tmp_path}/mail",
        "GRIEVANCE_MAIL_FROM": SENDER,
    }


@pytest.fixture
def shop(environ, worker_ring, opener):
    return jobs.Workshop(read(WorkerSettings, environ), worker_ring, opener)


@pytest.fixture
def write(opener, web_ring):
    """Put a letter into the outbox, as of now."""

    def write_one() -> None:
        session = opener()
        letter = messages.worker_news(CANARY, "en", SITE)
        outbox.enqueue(session, web_ring.notifier_public, letter, clock.now())
        session.commit()
        session.close()

    return write_one


@pytest.fixture
def start(environ, tmp_path):
    """Start a command of the worker as a process; all are killed at the end."""
    running: list[subprocess.Popen] = []

    def start_one(command: str) -> subprocess.Popen:
        code = f"from grievance.cli.work import {command}; {command}([])"
        with (tmp_path / f"{command}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-c", code], env=environ, stderr=log, stdout=log
            )
        running.append(process)
        return process

    yield start_one
    for process in running:
        process.kill()
        process.wait()


def letters(tmp_path: Path) -> int:
    return len(list(tmp_path.glob("mail/*.eml")))


def eventually(true: Callable[[], object]) -> bool:
    return wait_until(true, PATIENCE)


def test_a_run_is_noted_with_what_became_of_the_letters(shop, write, opener):
    write()
    counts = jobs.perform(jobs.BY_NAME["drain"], shop)
    assert counts["sent"] == 1
    run = queries.last_runs(opener())["drain"]
    assert (run.due, run.done, run.skipped, run.failed) == (1, 1, 0, 0)
    assert run.started_at <= run.finished_at


def test_a_job_acts_under_its_own_name(shop):
    seen = []

    def look(work: jobs.Work) -> jobs.Counts:
        asked = select(func.current_setting("grievance.actor"))
        seen.append(work.session.scalar(asked))
        return {}

    jobs.perform(jobs.Job("looking", 5, look), shop)
    assert seen == ["job:looking"]


def test_a_job_that_fails_is_noted_and_logged_without_its_words(shop, opener, caplog):
    def fail(work: jobs.Work) -> jobs.Counts:
        raise RuntimeError(CANARY)

    with caplog.at_level(logging.DEBUG):
        assert jobs.perform(jobs.Job("failing", 5, fail), shop) is None
    assert queries.last_runs(opener())["failing"].failed == 1
    (line,) = [record for record in caplog.records if record.name == "grievance.jobs"]
    assert (line.job, line.kind) == ("failing", "RuntimeError")
    assert CANARY not in caplog.text


def test_a_job_outlives_the_loss_of_the_database(environ, worker_ring):
    gone = environ | {"GRIEVANCE_DATABASE_URL": f"postgresql://x@127.0.0.1:{free_port()}/x"}
    engine = jobs.create_engine(gone["GRIEVANCE_DATABASE_URL"], poolclass=jobs.NullPool)
    shop = jobs.Workshop(read(WorkerSettings, gone), worker_ring, lambda: jobs.Session(engine))
    assert jobs.perform(jobs.BY_NAME["drain"], shop) is None


def bell_of(valkey: Valkey) -> jobs.Bell:
    bell = jobs.Bell(Redis.from_url(valkey.url()), logging_level=logging.WARNING)
    for job in jobs.JOBS:
        bell.register(jobs.run, jobs.QUEUE, args=(job.name,), interval=job.every, name=job.name)
    return bell


def ring_again(bell: jobs.Bell) -> None:
    for job in bell.get_jobs():
        job.latest_enqueue_time = None
    bell.enqueue_jobs()


def test_the_queue_holds_names_of_jobs_and_no_pickle(valkey):
    bell_of(valkey).enqueue_jobs()
    server = Redis.from_url(valkey.url())
    stored = [server.hgetall(key) for key in server.keys("rq:job:*")]
    assert len(stored) == len(jobs.JOBS)
    for job in stored:
        name = job[b"description"].decode()
        function, _, args, kwargs = json.loads(zlib.decompress(job[b"data"]))
        assert (function, args, kwargs) == ("grievance.jobs.run", [name], {})
        with pytest.raises(pickle.UnpicklingError):
            pickle.loads(zlib.decompress(job[b"data"]))


def test_rings_do_not_pile_up_while_nobody_works(valkey):
    one, other = bell_of(valkey), bell_of(valkey)
    for _ in range(20):
        ring_again(one)
        ring_again(other)
    server = Redis.from_url(valkey.url())
    assert server.llen(f"rq:queue:{jobs.QUEUE}") == len(jobs.JOBS)


def test_every_job_of_the_list_has_a_name_of_its_own_and_time_to_finish_within_its_claim():
    assert len(jobs.BY_NAME) == len(jobs.JOBS)
    assert {"drain", "purge"} <= set(jobs.BY_NAME)
    for job in jobs.JOBS:
        assert job.every >= 5
        assert job.timeout <= 120 or job.name != "drain"


def test_worker_and_bell_send_what_is_written_and_leave_no_result(
    start, write, tmp_path, valkey, opener
):
    start("worker")
    start("cron")
    write()
    assert eventually(lambda: letters(tmp_path) == 1)
    assert eventually(lambda: "purge" in queries.last_runs(opener()))
    server = Redis.from_url(valkey.url())
    assert eventually(lambda: not server.keys("rq:job:*"))
    assert server.keys("rq:results:*") == []
    everything = b"".join(server.dump(key) or b"" for key in server.keys("*"))
    assert b"mail.example" not in everything
    said = (tmp_path / "worker.log").read_text() + (tmp_path / "cron.log").read_text()
    assert CANARY not in said
    told = [line for line in said.splitlines() if not line.startswith("Working on the ")]
    assert all(json.loads(line) for line in told)


def test_worker_and_bell_outlive_a_valkey_that_is_killed_and_comes_back_empty(
    start, write, tmp_path, valkey
):
    worker, bell = start("worker"), start("cron")
    write()
    assert eventually(lambda: letters(tmp_path) == 1)
    os.kill(valkey.pid, signal.SIGKILL)
    assert eventually(lambda: valkey.poll() is not None)
    write()
    assert eventually(lambda: missed(tmp_path, "worker") > 1 and missed(tmp_path, "cron") > 1)
    assert (worker.poll(), bell.poll()) == (None, None)
    valkey.start()
    assert eventually(lambda: letters(tmp_path) == 2)
    write()
    assert eventually(lambda: letters(tmp_path) == 3)
    assert (worker.poll(), bell.poll()) == (None, None)


def test_worker_and_bell_wait_for_a_valkey_that_is_not_there_and_stop_when_told(
    start, write, tmp_path, valkey
):
    valkey.stop()
    waiting = [start("worker"), start("cron")]
    assert eventually(lambda: all(missed(tmp_path, name) for name in ("worker", "cron")))
    assert [process.poll() for process in waiting] == [None, None]
    valkey.start()
    write()
    assert eventually(lambda: letters(tmp_path) == 1)
    told = {name: missed(tmp_path, name) for name in ("worker", "cron")}
    os.kill(valkey.pid, signal.SIGKILL)
    assert eventually(lambda: all(missed(tmp_path, one) > told[one] for one in told))
    for process in waiting:
        process.terminate()
    for process in waiting:
        process.wait(PATIENCE)


def missed(tmp_path: Path, name: str) -> int:
    """How often the process said that its queue is away."""
    log = tmp_path / f"{name}.log"
    said = log.read_text() if log.exists() else ""
    return said.count("waits for the queue") + said.count("Could not connect to Redis")


def test_a_worker_killed_with_its_job_loses_nothing(start, write, tmp_path, valkey):
    first = start("worker")
    start("cron")
    write()
    assert eventually(lambda: letters(tmp_path) == 1)
    first.kill()
    write()
    queue = Redis.from_url(valkey.url())
    assert eventually(lambda: queue.llen(f"rq:queue:{jobs.QUEUE}"))  # the bell rang for nobody
    start("worker")
    assert eventually(lambda: letters(tmp_path) == 2)


@pytest.mark.parametrize(("command", "lacks"), [("worker", "SMTP_URL"), ("cron", "REDIS_URL")])
def test_without_its_settings_a_process_ends_with_3_and_says_what_is_missing(command, lacks):
    code = f"from grievance.cli.work import {command}; {command}([])"
    ended = subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": os.environ["PATH"], "GRIEVANCE_DATABASE_URL": "postgresql:///nowhere"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 3
    assert f"GRIEVANCE_{lacks} is missing" in ended.stderr
    assert ended.stdout == ""


def test_the_drain_command_prints_its_counts_and_nothing_else(environ, write, tmp_path):
    write()
    ended = subprocess.run(
        [sys.executable, "-c", "from grievance.cli.work import outbox; outbox(['drain'])"],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 0
    counts = json.loads(ended.stdout)
    assert list(counts) == ["due", "sent", "retry", "dead", "ms"]
    assert (counts["due"], counts["sent"]) == (1, 1)
    assert letters(tmp_path) == 1


def test_the_drain_command_ends_with_3_for_the_keys_of_another_process(environ, rings):
    ended = subprocess.run(
        [sys.executable, "-c", "from grievance.cli.work import outbox; outbox(['drain'])"],
        env=environ | {"GRIEVANCE_KEYRING": str(rings / "web")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 3
    assert "notifier-private" in ended.stderr


def modules_imported_by(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").split(".")[0])
    return found


def test_only_the_list_of_jobs_knows_the_queue():
    package = Path(grievance.__file__).parent
    users = [path for path in package.rglob("*.py") if "rq" in modules_imported_by(path)]
    assert [path.relative_to(package).as_posix() for path in users] == ["jobs.py"]


def test_runs_of_two_workers_at_once_are_all_noted(shop, opener):
    threads = [
        threading.Thread(target=jobs.perform, args=(jobs.BY_NAME["drain"], shop)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert opener().scalar(select(func.count(JobRun.id))) == 4
