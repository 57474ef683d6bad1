"""`flask directory` at the terminal."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from grievance.cli.directory import directory
from grievance.directory import facts
from grievance.directory.readiness import Asked, usable


def run(*arguments: str) -> Result:
    return CliRunner().invoke(directory, list(arguments))


@pytest.fixture
def instance(live_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that name a database of this test's own."""
    settings = live_app.config["SETTINGS"]
    monkeypatch.setenv("GRIEVANCE_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("GRIEVANCE_KEYRING", str(settings.keyring))
    monkeypatch.setenv("GRIEVANCE_DATA", str(settings.data))
    monkeypatch.setenv("GRIEVANCE_PUBLIC_URL", "http://localhost")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The shipped facts in a folder that may be changed."""
    return Path(shutil.copytree(facts.DATA, tmp_path / "facts"))


def test_check_needs_no_database_and_ends_with_the_readiness_figure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("GRIEVANCE_DATABASE_URL", raising=False)
    told = run("check")
    assert told.exit_code == 0
    figure = re.fullmatch(
        r"readiness (0\.\d+) \((\d+) of (\d+) first doors\)", told.stdout.splitlines()[-1]
    )
    assert figure
    share, without, places = float(figure[1]), int(figure[2]), int(figure[3])
    assert places > 3000
    assert share == round(without / places, 4)
    assert share <= 0.07
    lines = told.stdout.splitlines()
    assert "procedures 26 (own 26, of the kind 63, plans 56)" in lines
    assert any(re.fullmatch(r"problems without a limit of the law \d+", one) for one in lines)
    assert re.fullmatch(r"usable 0\.\d+ \(\d+ of \d+ first doors by language\)", lines[-2])
    raising = [line for line in lines if line.startswith("would raise usable: ")]
    assert len(raising) == 10
    assert raising[0].startswith("would raise usable: jp-")


def test_what_counts_as_usable_is_a_line_in_ones_language_or_a_written_way() -> None:
    bodies = facts.shipped().mechanisms
    tongues = ("vi", "en", "lo")

    def served(name: str, prefecture: str | None = None, in_japan: bool = True) -> int:
        place = Asked([bodies[name]], prefecture, in_japan, "JP" if in_japan else "VN")
        return usable([place], tongues).usable

    assert served("jp-labour-hotline") == 2  # a line each for two of the three
    assert served("jp-labour-hotline", in_japan=False) == 0  # free numbers end at the border
    assert served("jp-lsio") == 0  # a page to read is not a way to ask
    assert served("ifc-cao") == 3  # a letter is written in any language
    assert served("jp-prefecture-labour-office") == 0
    assert served("jp-prefecture-labour-office", "JP-13") == 1


def test_check_names_file_and_line_of_a_fault(copy: Path) -> None:
    path = copy / "mechanisms" / "union.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    at = next(n for n, line in enumerate(lines) if "anonymous:" in line)
    lines[at] = lines[at].split(":")[0] + ": perhaps"
    path.write_text("\n".join(lines), encoding="utf-8")
    told = run("check", str(copy))
    assert told.exit_code == 1
    assert f"union.yaml:{at + 1}: " in told.stdout
    assert told.stdout.splitlines()[-1] == "faults 1"
    loaded = run("load", str(copy))
    assert loaded.exit_code == 2
    assert loaded.stdout == ""
    assert f"union.yaml:{at + 1}: " in loaded.stderr


def test_a_folder_without_facts_is_a_fault(tmp_path: Path) -> None:
    told = run("load", str(tmp_path))
    assert told.exit_code == 2
    assert "directory.yaml:1: " in told.stderr


def test_load_counts_and_a_second_time_everything_is_the_same(instance: None) -> None:
    first, second = (json.loads(run("load").stdout) for _ in range(2))
    assert first["mechanisms"] == {"new": 89, "changed": 0, "same": 0, "proposed": 0}
    assert second["mechanisms"] == {"new": 0, "changed": 0, "same": 89, "proposed": 0}
    assert first["issues"]["new"] == 41
    assert (first["rules"]["new"], second["rules"]["same"]) == (1, 1)


def test_export_prints_what_is_shown(instance: None) -> None:
    run("load")
    made = json.loads(run("export", "--format", "hsds", "--lang", "vi").stdout)
    assert len(made["organizations"]) == 89
    otit = next(o for o in made["organizations"] if "OTIT" in o["alternate_name"])
    assert "0120-250-168" in [phone["number"] for phone in otit["services"][0]["phones"]]
    rows = list(csv.DictReader(io.StringIO(run("export", "--format", "csv").stdout)))
    assert {row["id"] for row in rows} == set(facts.shipped().mechanisms)
    assert [row["value"] for row in rows if row["id"] == "jp-emergency"] == ["110", "119"]


def test_an_unknown_format_is_refused() -> None:
    assert run("export", "--format", "xml").exit_code == 2
