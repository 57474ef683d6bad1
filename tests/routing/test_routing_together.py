"""What runs together with what: only where a rule with a source says so."""

from __future__ import annotations

from pathlib import Path

from grievance.directory.facts import shipped
from grievance.routing.together import KINDS, pairs, shipped_together, with_place

TEXT = (Path(__file__).parents[2] / "docs" / "routing.md").read_text()
ASSEN, TRIBUNAL, COURT = "jp-labour-bureau-conciliation", "jp-labour-tribunal", "jp-civil-court"
COMPANY, LSIO, EQUAL = "company-hotline-template", "jp-lsio", "jp-equal-employment"


def told(places: list[str], *issues: str) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(one.rule.kind, one.this, one.others) for one in pairs(places, issues)]


def test_of_the_places_of_a_case_what_bars_comes_first_and_each_names_only_places_of_it() -> None:
    assert told([COURT, "jp-ncp", ASSEN, TRIBUNAL, LSIO], "wages-unpaid") == [
        ("bars", ASSEN, (COURT, TRIBUNAL)),
        ("pauses", TRIBUNAL, (COURT,)),
        ("together", "jp-ncp", (COURT, ASSEN, TRIBUNAL, LSIO)),
    ]
    assert told([LSIO, "jp-wage-advance"]) == [("first", LSIO, ("jp-wage-advance",))]
    assert told([COMPANY, "buyer-grievance-template", LSIO]) == [
        ("together", COMPANY, (LSIO,)),
        ("together", "buyer-grievance-template", (LSIO,)),
    ]


def test_a_rule_about_certain_problems_holds_only_for_them() -> None:
    assert told([ASSEN, EQUAL, COURT], "wages-unpaid") == [("bars", ASSEN, (COURT,))]
    assert told([ASSEN, EQUAL, COURT], "wages-unpaid", "harassment-sexual") == [
        ("bars", ASSEN, (COURT,)),
        ("bars", ASSEN, (EQUAL,)),
        ("pauses", EQUAL, (COURT,)),
    ]


def test_what_no_rule_names_is_not_said() -> None:
    assert told(["ngo-smj", LSIO, "jp-bar-association", "union-individual"], "wages-unpaid") == []
    assert told([ASSEN], "wages-unpaid") == told([COMPANY]) == told([]) == []
    assert told([COURT, COURT, "gone"]) == []


def test_one_place_is_told_only_what_concerns_it() -> None:
    found = pairs([COURT, ASSEN, TRIBUNAL, COMPANY], ["wages-unpaid"])
    mine = [(one.rule.kind, one.this, one.others) for one in with_place(found, COURT)]
    assert mine == [
        ("bars", ASSEN, (COURT,)),
        ("pauses", TRIBUNAL, (COURT,)),
        ("together", COMPANY, (COURT,)),
    ]


def test_every_rule_has_a_source_and_is_in_the_docs() -> None:
    part = TEXT.split("## What goes together")[1].split("\n## ")[0]
    for rule in shipped_together():
        assert rule.law or rule.sources
        assert rule.text in part, rule.text
        assert not set(rule.these) & set(rule.those)
    assert all(f"`{kind}`" in part for kind in KINDS)
    assert {one for rule in shipped_together() for one in rule.these} <= set(shipped().mechanisms)
