"""The acceptance scenarios, and the full order each names as its reference."""

from pathlib import Path

import pytest
import yaml

from grievance.directory.facts import shipped
from grievance.routing.explain import rank
from grievance.routing.profile import parse
from grievance.routing.rules import shipped_rules

FILE = Path(__file__).parent / "scenarios.yaml"
SCENARIOS = yaml.safe_load(FILE.read_text())["scenarios"]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one["id"])
def test_the_whole_order_is_the_reference(scenario):
    facts = shipped()
    profile = parse(scenario["profile"], tuple(facts.issues))
    result = rank(profile, shipped_rules(), facts, facts.checked)
    got = [door.mechanism for door in result.doors]
    assert got == scenario["expect"]["reference_order"]
