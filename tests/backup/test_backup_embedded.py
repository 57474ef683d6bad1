"""An instance of its own, without settings: the command starts what it needs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import NullPool, create_engine, text

from grievance.backup.command import backup
from grievance.cli.keys import migrate
from grievance.cli.places import Place
from grievance.embedded.instance import Instance
from tests.backup.conftest import PASSPHRASE

GIVEN = ("DATABASE_URL", "KEYRING", "STORAGE", "PUBLIC_URL")
BLOB = "ab" * 16


@pytest.fixture
def secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The passphrase in its file, and no settings."""
    for name in GIVEN:
        monkeypatch.delenv(f"GRIEVANCE_{name}", raising=False)
    path = tmp_path / "secret"
    path.touch(0o600)
    path.write_text(PASSPHRASE)
    return path


def test_an_instance_is_saved_and_put_into_a_new_folder(tmp_path: Path, secret: Path) -> None:
    old, new, saved = tmp_path / "old", tmp_path / "new", tmp_path / "saved"

    def run(home: Path, *words: str) -> Result:
        env = {"GRIEVANCE_DATA": str(home), "GRIEVANCE_BACKUP_PASSPHRASE_FILE": str(secret)}
        return CliRunner().invoke(backup, [*words, str(saved)], env=env)

    with Instance(old) as instance:
        Place(old, instance.postgres.url, instance.valkey.url()).keys("migrate")
    made = CliRunner().invoke(migrate, [], env={"GRIEVANCE_DATA": str(old)})
    assert made.exit_code == 0, made.output
    assert f"Working on the instance in {old}." in made.stderr
    blob = old / "files" / "ab" / "ab" / BLOB
    blob.parent.mkdir(parents=True)
    blob.write_bytes(b"sealed")
    with Instance(old):  # as while it serves
        answer = run(old, "create")
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout)["files"] == 1

    with Instance(new):
        refused = run(new, "restore")
    assert refused.exit_code == 1
    assert "is running: stop it first" in refused.stderr
    answer = run(new, "restore")
    assert answer.exit_code == 0, answer.output
    assert (new / "files" / "ab" / "ab" / BLOB).read_bytes() == b"sealed"
    for path in (old / "keys" / "all").iterdir():
        assert (new / "keys" / "all" / path.name).read_bytes() == path.read_bytes()
    with Instance(new) as instance:
        engine = create_engine(instance.postgres.url("app"), poolclass=NullPool)
        with engine.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM grievance_case")).scalar() == 0
    assert run(new, "restore").exit_code == 1
