"""The rule set is checked against the facts, and its version follows its content."""

import pytest

from grievance.directory.facts import shipped
from grievance.routing.rules import FILE, RulesError, load_rules, shipped_rules


def changed(tmp_path, old, new):
    text = FILE.read_text()
    assert old in text
    file = tmp_path / "rules.yaml"
    file.write_text(text.replace(old, new, 1))
    return file


def test_every_issue_has_a_list_everywhere():
    rules = shipped_rules()
    for issue in shipped().issues:
        assert all(rules.doors(place, issue) for place in ("japan", "abroad", "returned"))


def test_no_issue_puts_the_body_for_interns_in_two_places():
    rules = shipped_rules()
    assert not set(rules.intern_body_first) & set(rules.intern_body_second)


def test_the_version_follows_the_content(tmp_path):
    same = load_rules(shipped(), changed(tmp_path, "checked:", "checked:"))
    other = load_rules(shipped(), changed(tmp_path, "UNGP 31", "UNGP 30"))
    assert same.version == shipped_rules().version
    assert other.version != same.version
    assert same.version.startswith("2026-11-28-")


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("ngo-smj, jp-legal-affairs", "ngo-smj, jp-nowhere", "jp-nowhere"),
        ("  housing: LSA 24, 94–96\n", "", "housing is missing"),
        ("  housing: LSA", "  houses: LSA", "houses"),
        ("  VN: vn-dolab-embassy", "  VN: vn-embassy", "vn-embassy"),
        ("  VN: vn-dolab-embassy", "  XX: vn-dolab-embassy", "XX"),
        ("  hours: [hours-rest]", "  hours: []", "is empty"),
        ("  child-labour: [jp-lsio", "  child-labor: [jp-lsio", "child-labor"),
        ("never_automatic:", "never_automatically:", "never_automatically"),
        ("  danger: UNGP 31", "  peril: UNGP 31", "peril"),
    ],
)
def test_a_fault_is_named_with_its_line(tmp_path, old, new, what):
    file = changed(tmp_path, old, new)
    with pytest.raises(RulesError) as caught:
        load_rules(shipped(), file)
    assert any(what in fault.what and fault.line > 1 for fault in caught.value.faults)
