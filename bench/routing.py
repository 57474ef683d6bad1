"""Routing: one profile, over every acceptance scenario."""

from __future__ import annotations

import json
from functools import partial

from bench.filing import timed
from bench.table import Floor, Line, percentile
from grievance.directory.facts import shipped
from grievance.routing.explain import as_plain, rank
from grievance.routing.profile import parse
from grievance.routing.rules import shipped_rules
from grievance.sheets import read
from tests.servers import ROOT

SCENARIOS = ROOT / "tests" / "routing" / "scenarios.yaml"
EACH = 100


def measure() -> list[Line]:
    """The slowest scenario's mean, and the p95 over all."""
    facts, rules = shipped(), shipped_rules()
    told = read(SCENARIOS).value["scenarios"]
    profiles = [parse(one["profile"], tuple(facts.issues)) for one in told]
    times = [
        timed(partial(rank, profile, rules, facts, facts.checked)) for profile in profiles * EACH
    ]
    answers = [as_plain(rank(profile, rules, facts, facts.checked)) for profile in profiles]
    written = [timed(partial(json.dumps, answer)) for answer in answers * EACH]
    floor = Floor(sum(written) / len(written), "to write the answer as JSON")
    mean = sum(times) / len(times)
    return [
        Line("routing one profile, mean", mean, "ms", "<= 20", floor, "< 1"),
        Line("routing one profile, p95", percentile(times, 0.95), "ms", "<= 40", floor, "< 1"),
    ]
