"""The acceptance scenarios, and the full order each names as its reference."""

from pathlib import Path

import pytest
import yaml

from grievance.deadlines.advising import advise
from grievance.directory.facts import shipped
from grievance.routing.profile import parse
from grievance.routing.rules import shipped_rules

FILES = [Path(__file__).parent / name for name in ("scenarios.yaml", "scenarios_people.yaml")]
SCENARIOS = [one for file in FILES for one in yaml.safe_load(file.read_text())["scenarios"]]
WHOLE = [one for one in SCENARIOS if "reference_order" in one["expect"]]


@pytest.mark.parametrize("scenario", WHOLE, ids=lambda one: one["id"])
def test_the_whole_order_is_the_reference(scenario):
    facts = shipped()
    rules = shipped_rules()
    profile = parse(scenario["profile"], tuple(facts.issues), rules.limitation_codes)
    result = advise(profile, rules, facts, facts.checked)
    got = [door.mechanism for door in result.doors]
    assert got == scenario["expect"]["reference_order"]
