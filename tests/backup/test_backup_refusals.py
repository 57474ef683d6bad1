"""What is refused, and that a refusal or an interruption leaves everything as it was."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from grievance.backup import keys as rings
from grievance.cases.models import CaseFile
from tests.backup.conftest import PASSPHRASE, TEMPLATE, Lived, Place
from tests.waiting import PATIENCE, wait_for

Change = Callable[[Path], None]


def swap_byte(path: Path) -> None:
    """Change one byte in the middle."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def other_number(folder: Path) -> None:
    """Somebody who has the backup changes a telephone number, and the sums with it."""
    rows = folder / "database" / "operator_profile.copy"
    rows.write_bytes(rows.read_bytes().replace(b"desk@example.org", b"evil@example.org"))
    manifest = json.loads((folder / "manifest.json").read_text())
    (table,) = [one for one in manifest["tables"] if one["name"] == "operator_profile"]
    table["sha256"] = hashlib.sha256(rows.read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True))


def first_blob(folder: Path) -> Path:
    return next(p for p in sorted((folder / "files").rglob("*")) if p.is_file())


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


CHANGES: dict[str, tuple[Change, str]] = {
    "rows changed": (lambda f: swap_byte(f / "database" / "case_record.copy"), "was changed"),
    "rows cut off": (lambda f: cut(f / "database" / "event.copy"), "was changed or cut off"),
    "rows missing": (lambda f: (f / "database" / "person.copy").unlink(), "cannot be read"),
    "file changed": (lambda f: swap_byte(first_blob(f)), "was changed"),
    "file missing": (lambda f: first_blob(f).unlink(), "cannot be read"),
    "list changed": (lambda f: swap_byte(f / "files.list"), "was changed"),
    "manifest changed": (lambda f: swap_byte(f / "manifest.json"), "The manifest was changed"),
    "rows and manifest changed": (other_number, "The manifest was changed"),
    "ring changed": (lambda f: swap_byte(f / "keys.sealed"), "was changed"),
    "ring of a strange format": (
        lambda f: (f / "keys.sealed").write_bytes(b"PK"),
        "is not a key ring",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_an_altered_backup_is_refused_and_nothing_is_restored(
    made: Path, fresh: Place, tmp_path: Path, change: str
) -> None:
    folder = tmp_path / "altered"
    shutil.copytree(made, folder)
    alter, said = CHANGES[change]
    alter(folder)
    answer = fresh.run("restore", folder)
    assert answer.exit_code == 1, answer.output
    assert said in answer.stderr
    assert not answer.stdout
    nothing_there(fresh)


def nothing_there(place: Place) -> None:
    assert place.tables() == 0
    assert not place.ring.exists()
    assert not any((place.data / "files").rglob("*"))
    assert {p.name for p in place.data.iterdir()} <= {"passphrase", "files"}


def test_a_wrong_passphrase_is_refused(made: Path, fresh: Place) -> None:
    fresh.environment()
    (fresh.data / "passphrase").write_text("not-the-passphrase-of-it\n")
    answer = fresh.run("restore", made)
    assert answer.exit_code == 1
    assert "passphrase is wrong" in answer.stderr
    nothing_there(fresh)


def test_a_database_with_tables_is_refused_even_an_empty_one(
    lived: Lived, made: Path, fresh: Place
) -> None:
    name = f"{fresh.database}_full"
    fresh.server.ensure_database(name, template=TEMPLATE)
    for database in (name, lived.place.database):
        full = Place(fresh.server, database, fresh.ring, fresh.data)
        tables = full.tables()
        answer = full.run("restore", made)
        assert answer.exit_code == 1
        assert "database is not empty" in answer.stderr
        assert full.tables() == tables
        assert not full.ring.exists()


def test_a_storage_with_files_is_refused(made: Path, fresh: Place) -> None:
    (fresh.data / "files" / "ab").mkdir(parents=True)
    answer = fresh.run("restore", made)
    assert answer.exit_code == 1
    assert "is not empty" in answer.stderr
    assert fresh.tables() == 0


def test_a_key_ring_is_never_written_over(made: Path, fresh: Place) -> None:
    fresh.ring.mkdir()
    answer = fresh.run("restore", made)
    assert answer.exit_code == 1
    assert "exists already" in answer.stderr
    assert fresh.tables() == 0


def test_a_step_that_fails_undoes_the_others(made: Path, fresh: Place, tmp_path: Path) -> None:
    (fresh.data / "files").mkdir()
    blocked = fresh.data / "nothing"
    blocked.mkdir()
    (fresh.data / "files").rmdir()
    (fresh.data / "files").symlink_to(blocked / "missing" / "deeper")  # files cannot be written
    answer = fresh.run("restore", made)
    assert answer.exit_code == 1, answer.output
    assert fresh.tables() == 0
    assert not fresh.ring.exists()


@pytest.mark.parametrize("command", ["create", "restore"])
def test_another_role_than_the_owner_is_refused(
    lived: Lived, made: Path, fresh: Place, tmp_path: Path, command: str
) -> None:
    place, folder = (lived.place, tmp_path / "new") if command == "create" else (fresh, made)
    answer = place.run(command, folder, role="app")
    assert answer.exit_code == 3, answer.output
    assert "owner role" in answer.stderr
    assert not (tmp_path / "new").exists()


def test_a_folder_that_exists_is_never_written_over(lived: Lived, tmp_path: Path) -> None:
    for there in ("full", "empty"):
        (tmp_path / there).mkdir()
    (tmp_path / "full" / "mine").write_text("mine")
    for there in ("full", "empty"):
        answer = lived.place.run("create", tmp_path / there)
        assert answer.exit_code == 1
        assert "exists already" in answer.stderr
    assert {p.name for p in tmp_path.rglob("*")} == {"full", "empty", "mine"}


@pytest.mark.parametrize(
    ("text_", "code"), [("thirteen-char", 2), ("passwordpassword", 2), ("", 2), (PASSPHRASE, 0)]
)
def test_weak_passphrases_are_refused(lived: Lived, tmp_path: Path, text_: str, code: int) -> None:
    secret = tmp_path / "secret"
    secret.touch(0o600)
    secret.write_text(text_)
    given = {"GRIEVANCE_BACKUP_PASSPHRASE_FILE": str(secret)}
    assert lived.place.run("create", tmp_path / "new", **given).exit_code == code
    assert (tmp_path / "new").exists() == (code == 0)


def test_a_passphrase_that_others_may_read_is_refused(lived: Lived, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(PASSPHRASE)
    secret.chmod(0o640)
    given = {"GRIEVANCE_BACKUP_PASSPHRASE_FILE": str(secret)}
    assert lived.place.run("create", tmp_path / "new", **given).exit_code == 2


def test_without_file_and_terminal_it_says_what_is_missing(lived: Lived, tmp_path: Path) -> None:
    answer = lived.place.run("create", tmp_path / "new", GRIEVANCE_BACKUP_PASSPHRASE_FILE="")
    assert answer.exit_code == 3
    assert "GRIEVANCE_BACKUP_PASSPHRASE_FILE" in answer.stderr


def test_settings_that_are_missing_are_named(made: Path, fresh: Place) -> None:
    answer = fresh.run("restore", made, GRIEVANCE_KEYRING="")
    assert answer.exit_code == 3
    assert "GRIEVANCE_KEYRING is missing" in answer.stderr


def test_a_folder_without_a_backup_is_bad_usage(fresh: Place, tmp_path: Path) -> None:
    assert fresh.run("restore", tmp_path).exit_code == 2


SEALED = (  # of the first release, under "seven brown goats over there"
    "Z3JpZXZhbmNlIGtleSByaW5nIDEKCOIF7wiogR8xvAYqoG73MAEAAAABWdx2MWnSLnwcCHIyTpLY7GYGTMco12SO"
    "9n+cuwb22Qqq+4WCWicIlY8V+XFl728DWNv9+wkgMfR/BbqnWxzgqF2DZ0ypyegobzeo3Hm1YjwVfVYGjvqQ6qMB"
    "bQPGdenAuCnJ2Bv+ZW69AQSXxQruJO+KcEXMkTZ9QgG4ofEEtErm6yAYl9SkDHhwWvArLqm3RVCsnHObRi5OVXC8"
    "tLcAMcs7npf3jui+ZPDnwVJgqxFnJWjmj9OS4+TCyJzPT5oBTBePF1zUMWsbeAE4mh9o7DdU61jxXN98daedBCRC"
    "L6kczprfdxbxRtB5XmGkhRvjVMVHSxUs1ZVbAw7xEhh49bjH4HzEUUmiHNS3PkeO3GQVsDResLz4WS6rCOw="
)


def test_a_key_ring_of_the_first_release_opens_whatever_passwords_cost_today() -> None:
    """What its passphrase costs stands nowhere in the file."""
    held = rings.unseal(b64decode(SEALED), "seven brown goats over there")
    assert held == {"pepper-1": bytes(range(32))}


def test_a_backup_of_a_newer_release_is_refused(made: Path, fresh: Place, tmp_path: Path) -> None:
    folder = tmp_path / "newer"
    shutil.copytree(made, folder)
    whole = (folder / "manifest.json").read_bytes()
    altered = json.dumps({**json.loads(whole), "revision": "9999"}).encode()
    held = rings.unseal((folder / "keys.sealed").read_bytes(), PASSPHRASE)
    (folder / "manifest.json").write_bytes(altered)
    (folder / "manifest.mac").write_text(rings.vouch(held, altered))
    answer = fresh.run("restore", folder)
    assert answer.exit_code == 1
    assert "newer release" in answer.stderr
    nothing_there(fresh)


def test_a_file_that_a_case_names_and_the_storage_lost_is_told(
    lived: Lived, tmp_path: Path
) -> None:
    with lived.place.session() as session:
        lost = session.query(CaseFile).one().original_blob.hex
    path = lived.place.data / "files" / lost[:2] / lost[2:4] / lost
    path.rename(tmp_path / lost)
    try:
        answer = lived.place.run("create", tmp_path / "new")
    finally:
        (tmp_path / lost).rename(path)
    assert answer.exit_code == 1
    assert "1 files that cases name are missing" in answer.stderr
    assert (tmp_path / "new" / "manifest.json").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_backup_leaves_nothing_that_looks_like_one(
    lived: Lived, tmp_path: Path, number: signal.Signals
) -> None:
    env = {**os.environ, **lived.place.environment()}
    program = (  # what was started in the background inherits that Ctrl-C is ignored
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "from grievance.backup.command import backup; backup()"
    )
    with lived.place.session("owner") as session:
        session.execute(text("LOCK TABLE message IN ACCESS EXCLUSIVE MODE"))
        running = subprocess.Popen(
            [sys.executable, "-c", program, "create", str(tmp_path / "new")],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        copied = ".new.*.part/database/message.copy"
        wait_for(lambda: running.poll() is not None or list(tmp_path.glob(copied)))
        assert running.poll() is None, running.communicate()
        assert list(tmp_path.glob(copied))
        running.send_signal(number)
        said, _ = running.communicate(timeout=PATIENCE)
    assert running.returncode != 0
    assert not said
    assert not (tmp_path / "new").exists()
    if number != signal.SIGKILL:  # a killed one leaves its nameless part
        assert not list(tmp_path.iterdir())


def test_what_is_written_while_it_runs_is_whole_or_not_in_it(
    lived: Lived, fresh: Place, tmp_path: Path
) -> None:
    """A backup is of one moment: a table read later does not know more than one read before."""
    env = {**os.environ, **lived.place.environment()}
    program = "from grievance.backup.command import backup; backup()"
    with lived.place.session("owner") as session:
        before = session.scalar(text("SELECT count(*) FROM job_run"))
        session.execute(text("LOCK TABLE anchor IN ACCESS EXCLUSIVE MODE"))
        running = subprocess.Popen(
            [sys.executable, "-c", program, "create", str(tmp_path / "new")],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert wait_for(lambda: list(tmp_path.glob(".new.*.part/database/anchor.copy")))
        session.execute(
            text(
                "INSERT INTO job_run (id, job, started_at, finished_at, due, done, skipped, "
                "failed, ms) VALUES (gen_random_uuid(), 'drain', now(), now(), 0, 0, 0, 0, 1)"
            )
        )
        session.commit()
    said, errors = running.communicate(timeout=PATIENCE)
    assert running.returncode == 0, errors
    manifest = json.loads((tmp_path / "new" / "manifest.json").read_text())
    (runs,) = [table["rows"] for table in manifest["tables"] if table["name"] == "job_run"]
    assert runs == before
    with lived.place.session("owner") as session:
        session.execute(text("DELETE FROM job_run"))
        session.commit()
    assert json.loads(said)["database"] == manifest["rows"]
    done = fresh.run("restore", tmp_path / "new")
    assert done.exit_code == 0, (done.output, done.exception, done.stderr)
