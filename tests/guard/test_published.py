"""What a stranger reads first: versions, `publiccode.yml`, issue forms, the list of components."""

from __future__ import annotations

import configparser
import json
import re
import subprocess
import sys

import pytest
import yaml

from grievance.i18n import BY_SLUG, LANGUAGES
from grievance.settings import Settings
from tests.guard.source import ROOT
from tests.guard.test_lock import BUCKET, RUNNING, TESTS

FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("[!c]*.yml"))
KINDS = {"markdown", "input", "textarea", "dropdown", "checkboxes"}


def about() -> configparser.SectionProxy:
    written = configparser.ConfigParser()
    written.read(ROOT / "setup.cfg")
    return written["metadata"]


def test_the_newest_numbered_section_of_the_changes_is_the_version() -> None:
    heads = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    numbered = [head for head in heads if head != "Unreleased"]
    assert heads[: len(heads) - len(numbered)] in ([], ["Unreleased"])
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", head) for head in numbered)
    parts = [tuple(map(int, head.split("."))) for head in numbered]
    assert parts == sorted(set(parts), reverse=True)
    assert numbered[0] == about()["version"]


def test_publiccode_has_what_the_standard_demands() -> None:
    told = yaml.safe_load((ROOT / "publiccode.yml").read_text("utf-8"))
    assert {"publiccodeYmlVersion", "name", "url", "platforms", "categories"} <= set(told)
    assert told["developmentStatus"] in ("concept", "development", "beta", "stable", "obsolete")
    assert told["softwareType"] == "standalone/web"
    english = told["description"]["en"]
    assert len(english["shortDescription"]) <= 150
    assert 150 <= len(english["longDescription"]) <= 10_000
    assert english["features"]
    assert told["legal"]["license"] == about()["license"]
    maintenance = told["maintenance"]
    assert maintenance["type"] in ("internal", "contract", "community", "none")
    needed = {"contract": "contractors", "internal": "contacts", "community": "contacts"}
    assert maintenance["type"] == "none" or maintenance[needed[maintenance["type"]]]
    assert told["localisation"]["localisationReady"] is True
    whole = [BY_SLUG[slug].tag for slug in Settings.languages]
    assert told["localisation"]["availableLanguages"] == whole


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_an_issue_form_begins_and_ends_with_nobody(path) -> None:
    form = yaml.safe_load(path.read_text("utf-8"))
    assert form["name"]
    assert form["description"]
    first, *fields = form["body"]
    assert first["type"] == "markdown"
    begins = "**Never write a person's name or anything of a case here.**"
    assert first["attributes"]["value"].startswith(begins)
    assert {field["type"] for field in fields} <= KINDS - {"markdown"}
    assert len({field["id"] for field in fields}) == len(fields)
    assert all(field["attributes"]["label"] for field in fields)
    assert [one["required"] for one in fields[-1]["attributes"]["options"]] == [True]


def test_there_is_a_form_for_each_and_a_translation_for_every_language() -> None:
    assert [path.stem for path in FORMS] == ["bug", "directory", "translation"]
    form = yaml.safe_load(FORMS[-1].read_text("utf-8"))
    listed = form["body"][1]["attributes"]["options"]
    assert listed == [f"{one.own_name} ({one.slug})" for one in LANGUAGES]


def test_the_list_of_components_is_that_of_the_locks() -> None:
    told = subprocess.run(
        [sys.executable, "-I", ROOT / ".ci" / "sbom.py"], capture_output=True, check=True
    )
    bom = json.loads(told.stdout)
    assert (bom["bomFormat"], bom["specVersion"]) == ("CycloneDX", "1.6")
    assert bom["metadata"]["component"]["version"] == about()["version"]
    found = {scope: {} for scope in ("required", "optional", "excluded")}
    for one in bom["components"]:
        found[one["scope"]][one["name"].lower()] = one["version"]
        assert one["purl"] == f"pkg:pypi/{one['name'].lower()}@{one['version']}"
    assert found == {"required": RUNNING, "optional": BUCKET, "excluded": TESTS}
    paths = ("requirements.txt", "deploy/requirements-s3.txt", "tests/requirements.txt")
    locks = [(ROOT / path).read_text() for path in paths]
    hashes = sum(len(one["hashes"]) for one in bom["components"])
    assert hashes == sum(lock.count("sha256:") for lock in locks)
