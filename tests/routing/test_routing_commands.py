"""`flask routing`: the answer alone on stdout, faults with file and line on stderr, exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from grievance.cli.directory import routing

SCENARIOS = Path(__file__).parent / "scenarios.yaml"


def run(*words, given=None):
    return CliRunner().invoke(routing, words, input=given)


def written(tmp_path, text):
    file = tmp_path / "profile.yaml"
    file.write_text(text)
    return str(file)


def test_all_scenarios_hold():
    done = run("check", str(SCENARIOS))
    assert done.exit_code == 0
    assert done.stdout.splitlines()[0] == "SC01 ok"
    assert done.stdout.splitlines()[-1] == "13/13"
    assert done.stderr == ""


def test_the_scenarios_of_further_people_hold():
    done = run("check", str(SCENARIOS.with_name("scenarios_people.yaml")))
    assert done.stdout.splitlines()[-1] == "11/11", done.stdout


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("first", ["jp-lsio"]),
        ("order", ["jp-labour-tribunal", "jp-lsio"]),
        ("include", ["jp-ncp"]),
        ("exclude", ["jp-lsio"]),
        ("warnings_contain", ["danger"]),
    ],
)
def test_a_scenario_that_does_not_hold_says_what_it_got(tmp_path, key, wrong):
    scenarios = yaml.safe_load(SCENARIOS.read_text())["scenarios"]
    scenarios[0]["expect"] = {key: wrong}
    file = written(tmp_path, yaml.safe_dump({"scenarios": scenarios[:2]}))
    done = run("check", file)
    assert done.exit_code == 1
    first, second, last = done.stdout.splitlines()
    assert first.startswith(f"SC01 FAIL {key}: expected {' > '.join(wrong)} got ")
    assert (second, last) == ("SC03 ok", "1/2")


def test_explain_answers_in_the_agreed_shape(tmp_path):
    file = written(tmp_path, "issue: wages-unpaid\nstatus: titp\ndate: 2026-11-20\n")
    done = run("explain", file)
    assert done.exit_code == 0
    answer = json.loads(done.stdout)
    assert list(answer) == [
        "profile",
        "rules_version",
        "date",
        "doors",
        "ruled_out",
        "warnings",
    ]
    door = answer["doors"][0]
    assert set(door) == {"mechanism", "rank", "reasons", "cautions", "cannot", "reachable"}
    assert (door["mechanism"], door["rank"]) == ("jp-foreign-worker-dial", 1)
    assert set(door["reasons"][0]) == {"code", "basis", "text"}
    assert answer["date"] == answer["profile"]["date"] == "2026-11-20"
    assert answer["profile"]["location"] == "japan"
    assert answer["profile"]["jacer_member"] == "unknown"
    assert answer["ruled_out"][0]["mechanism"] == "jp-esd-org"
    assert set(answer["ruled_out"][0]["reason"]) == {"code", "text"}


def test_explain_reads_json_from_stdin():
    done = run("explain", "-", given='{"issue": "violence", "danger": true}')
    assert json.loads(done.stdout)["warnings"][0]["code"] == "danger"


def test_explain_speaks_the_language_asked_for():
    done = run("explain", "-", "--lang", "ja", given="issue: wages-unpaid")
    english = run("explain", "-", given="issue: wages-unpaid")
    here, there = (json.loads(one.stdout)["doors"] for one in (done, english))
    assert [door["mechanism"] for door in here] == [door["mechanism"] for door in there]
    assert all(a["cannot"] != b["cannot"] for a, b in zip(here, there, strict=True))


def test_explain_without_a_date_means_today():
    answer = json.loads(run("explain", "-", given="issue: violence").stdout)
    assert answer["date"] >= "2026-11-20"


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("issue: wages-unpaid\nstatus: tourist\n", 2, "status: unknown code 'tourist'"),
        ("issue: wages-unpaid\n\ncolour: red\n", 3, "colour: unknown key"),
        ("status: titp\n", 1, "issue: is missing"),
        ("issue: other\nevents:\n  wages: soon\n", 3, "events.wages"),
        ("- issue: other\n", 1, "expected a mapping"),
        ("", 1, "expected a mapping"),
        ("issue: [other\nstatus: titp\n", 2, ""),
        ("issue: other\ndate: 2026-02-30\n", 2, "day"),
        ("issue: other\ndate: 9999-12-31\n", 2, "date: expected a day from 1950 to 2199"),
        ("issue: other\nevents:\n  wages: 9999-01-01\n", 3, "expected a day from 1950 to 2199"),
        ("issue: other\nevents:\n  wages: 0023-01-01\n", 3, "expected a day from 1950 to 2199"),
    ],
)
def test_a_bad_profile_is_named_by_file_line_and_fault(tmp_path, text, line, what):
    file = written(tmp_path, text)
    done = run("explain", file)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.startswith(f"{file}:{line}: ")
    assert what in done.stderr


def test_a_bad_profile_in_a_scenario_is_named_there(tmp_path):
    text = "scenarios:\n- id: A\n  profile:\n    issue: nothing\n  expect: {}\n"
    done = run("check", written(tmp_path, text))
    assert (done.exit_code, done.stdout) == (2, "")
    assert ":4: issue: unknown code" in done.stderr


@pytest.mark.parametrize("text", ["scenarios: []\n", "{}\n", "scenarios:\n- 3\n", "[]\n"])
def test_a_file_without_scenarios_is_refused(tmp_path, text):
    done = run("check", written(tmp_path, text))
    assert (done.exit_code, done.stdout) == (2, "")


def test_a_missing_file_and_bad_usage_exit_two(tmp_path):
    done = run("explain", str(tmp_path / "none.yaml"))
    assert done.exit_code == 2
    assert "none.yaml:1: " in done.stderr
    assert run("explain").exit_code == 2
    assert run("explain", "-", "--lang", "xx", given="issue: other").exit_code == 2


def test_the_command_runs_without_settings_or_database():
    flask = Path(sys.executable).with_name("flask")
    done = subprocess.run(
        [flask, "routing", "check", SCENARIOS],
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "13/13"), done.stderr
