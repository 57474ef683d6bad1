"""Data files have one reader, which names every fault by file and line: in each kind of file a key
too many, one missing, a value of the wrong kind, an id twice, a key twice."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grievance.cases import replies
from grievance.deadlines import limits, procedures
from grievance.demo import script
from grievance.demo.acting import STEPS
from grievance.directory import citing, facts
from grievance.questions import bank
from grievance.referrals import templates
from grievance.routing import rules, together
from grievance.sheets import SheetError, read
from tests.guard.source import ROOT

HERE = "¦"  # stands before the fault, and is taken out


def test_one_module_reads_yaml() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for room in ("grievance", "bench", "migrations")
        for path in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        and "yaml" in (getattr(node, "module", None) or node.names[0].name).split(".")
    ]
    assert [one.rpartition(":")[0] for one in found] == ["grievance/sheets.py"]


def test_every_data_file_is_of_a_kind_that_is_tried_here() -> None:
    tried = {name.partition("#")[0] for name in LOADERS}
    folders = {
        str(path.parent.relative_to(ROOT / "grievance"))
        for path in (ROOT / "grievance").rglob("*.yaml")
    }
    assert folders == {str(Path(name).parent) for name in tried}


def _scenes(file: Path) -> object:
    return script.scenes(bank.shipped(), STEPS, datetime(2026, 11, 29, tzinfo=UTC), file.parent)


# A file of each kind, and how it is loaded from a copy of its folder.
LOADERS: dict[str, Callable[[Path], object]] = {
    "cases/data/replies.yaml": replies.load,
    "deadlines/data/limits.yaml": limits.load,
    "deadlines/data/procedures.yaml": procedures.load,
    "demo/data/operator.yaml": script.operator,
    "demo/data/short.yaml": _scenes,
    "directory/data/citations.yaml": citing.load,
    "directory/data/issues.yaml": lambda file: facts.load_facts(file.parent),
    "directory/data/mechanisms/union.yaml": lambda file: facts.load_facts(file.parent.parent),
    "questions/data/families.yaml": lambda file: bank.load(file.parent),
    "questions/data/pages.yaml": lambda file: bank.load(file.parent),
    "questions/data/story.yaml": lambda file: bank.load(file.parent),
    "referrals/data/packets.yaml": templates.load,
    "routing/data/rules.yaml": lambda file: rules.load_rules(facts.shipped(), file),
    "routing/data/together.yaml": lambda file: together.load_together(facts.shipped(), file),
}
FAULTS = [
    ("cases/data/replies.yaml", "    label: Ask for papers", "    ¦labl: Ask for papers", "labl"),
    ("cases/data/replies.yaml", "    label: Ask for papers\n", "", "label"),
    ("cases/data/replies.yaml", "verb: ask_worker", "¦verb: ask", "unknown code 'ask'"),
    ("cases/data/replies.yaml", "label: Ask for papers", "¦label: [Ask]", "expected text"),
    ("cases/data/replies.yaml", "id: ask-when", "¦id: ask-papers", "twice"),
    ("cases/data/replies.yaml", "    label: Ask for", "    ¦verb: x\n    label: Ask for", "twice"),
    ("deadlines/data/limits.yaml", "label: Punished", "¦labl: Punished", "labl"),
    ("deadlines/data/limits.yaml", "    label: Punished because of a union\n", "", "label"),
    ("deadlines/data/limits.yaml", "period: 5 years", "¦period: five years", "expected a period"),
    ("deadlines/data/limits.yaml", "file_at: lawsuit", "¦file_at: court room", "unknown code"),
    ("deadlines/data/limits.yaml", "moved_by: [lawsuit]", "moved_by: [¦letter]", "unknown id"),
    ("deadlines/data/limits.yaml", "code: retirement", "¦code: wages", "twice"),
    ("deadlines/data/limits.yaml", "sources: [kkmlaw-jp-1]", "sources: [¦nobody]", "unknown id"),
    ("deadlines/data/limits.yaml", "'12-29', '12-30'", "¦'12-29', '30-12'", "month and day"),
    ("deadlines/data/limits.yaml", "  court: courts", "  ¦court: clubs", "unknown calendar"),
    ("deadlines/data/limits.yaml", "    sources: [mykomon-biz-1]\n", "", "no source is named"),
    ("deadlines/data/procedures.yaml", "    calendar: courts", "    ¦calender: courts", "calender"),
    ("deadlines/data/procedures.yaml", "        text: You file a lawsuit.\n", "", "text"),
    ("deadlines/data/procedures.yaml", "    plan: true", "    ¦plan: maybe", "true or false"),
    ("deadlines/data/procedures.yaml", "code: jacer", "¦code: ncp", "twice"),
    ("deadlines/data/procedures.yaml", "  - id: receipt", "  - ¦id: filed", "'filed' twice"),
    ("deadlines/data/procedures.yaml", "sent: report", "sent: report\n    ¦sent: talk", "twice"),
    ("deadlines/data/procedures.yaml", "        sources: [oizumi-town-1]\n", "", "seen"),
    ("demo/data/operator.yaml", "time_zone:", "¦zone:", "unknown key"),
    ("demo/data/operator.yaml", "time_zone: Asia/Tokyo\n", "", "time_zone"),
    ("demo/data/operator.yaml", "retention_days: 1825", "¦retention_days: long", "whole number"),
    ("demo/data/operator.yaml", "{key: lead,", "¦{key: director,", "twice"),
    ("demo/data/operator.yaml", "time_zone:", "languages: [en]\ntime_zone:", "twice"),
    ("demo/data/short.yaml", "    know: not-employer", "    ¦knew: not-employer", "no question"),
    ("demo/data/short.yaml", "at: 5d 09:30, by: handler,", "¦at: 5d 09:30,", "by"),
    ("demo/data/short.yaml", "    know: not-employer", "    ¦know: no", "expected text"),
    ("demo/data/short.yaml", "do: take", "¦do: steal", "unknown code"),
    ("demo/data/short.yaml", "at: 5d 09:30", "¦at: five days ago", "no moment"),
    ("demo/data/short.yaml", "    know: not-employer", "    who: own\n    ¦who: own", "twice"),
    ("directory/data/citations.yaml", "{names: [Minimum Wages Act],", "¦{name: [x],", "name"),
    ("directory/data/citations.yaml", "ja: 最低賃金法, ", "", "ja"),
    ("directory/data/citations.yaml", "[Minimum Wages Act]", "¦[LSA]", "twice"),
    ("directory/data/citations.yaml", "ja: 最低賃金法", "¦ja: 1, ja: 2", "key 'ja' twice"),
    ("directory/data/issues.yaml", "    level: medium", "    ¦leval: medium", "leval"),
    ("directory/data/issues.yaml", "scale: 3", "¦scale: big", "whole number"),
    ("directory/data/issues.yaml", "id: overtime-unpaid", "¦id: wages-unpaid", "twice"),
    ("directory/data/issues.yaml", "    level: medium", "    level: low\n    ¦level: low", "twice"),
    ("directory/data/mechanisms/union.yaml", "    status: ", "    ¦statos: ", "statos"),
    ("directory/data/mechanisms/union.yaml", "interpreters: false", "¦interpreters: maybe", "true"),
    ("directory/data/mechanisms/union.yaml", "    status: ", "    ¦id: x\n    status: ", "twice"),
    ("questions/data/families.yaml", "    label: My pay", "    ¦lable: My pay", "lable"),
    ("questions/data/families.yaml", "[wages-unpaid, ", "[", "wages-unpaid is missing"),
    ("questions/data/families.yaml", "label: My pay or my money", "¦label: no", "expected text"),
    ("questions/data/pages.yaml", "title: Before you begin", "¦titel: Before", "titel"),
    ("questions/data/pages.yaml", "    title: Before you begin\n", "", "title"),
    ("questions/data/pages.yaml", "asks: [what-happened, files,", "asks: [what, files,", "what"),
    ("questions/data/pages.yaml", "    - helper\n", "    - ¦helpers\n", "unknown id"),
    ("questions/data/story.yaml", "    kind: date", "    ¦kinds: date", "kinds"),
    ("questions/data/story.yaml", "    ask: When did it end?\n", "", "ask"),
    ("questions/data/story.yaml", "max: 20000", "¦max: many", "whole number"),
    ("questions/data/story.yaml", "{code: 'yes', label: 'Yes'}", "¦{code: yes, label: a}", "text"),
    ("questions/data/story.yaml", "  - id: until", "  - ¦id: since", "twice"),
    ("questions/data/story.yaml", "    kind: date", "    kind: date\n    ¦kind: text", "twice"),
    ("questions/data/story.yaml", "    packet: dates\n", "", "packet: name a part"),
    ("questions/data/story.yaml", "packet: dates", "¦packet: days", "unknown code 'days'"),
    ("questions/data/story.yaml", "packet: dates", "¦packet: {never: ''}", "never: expected text"),
    ("questions/data/story.yaml", "    headed: Since\n", "", "headed"),
    ("questions/data/story.yaml", "packet: dates", "packet: dates\n    ¦unsaid: [x]", "unsaid"),
    ("referrals/data/packets.yaml", "{code: danger, ", "{¦code: threat, ", "unknown code"),
    ("referrals/data/packets.yaml", "parts: [danger]", "parts: []", "child stands in"),
    ("questions/data/story.yaml", "    kind: date", "    kind: [", "did not find"),
    ("referrals/data/packets.yaml", "label: Your name,", "¦labl: Your name,", "labl"),
    ("referrals/data/packets.yaml", "    chase_days: 90\n", "", "chase_days"),
    ("referrals/data/packets.yaml", "  chase_days: 90", "  ¦chase_days: soon", "whole number"),
    ("referrals/data/packets.yaml", "code: labour-bureau\n", "¦code: ncp\n", "twice"),
    ("referrals/data/packets.yaml", "mechanisms: [jp-lsio]", "¦mechanisms: [jp-ncp]", "ncp twice"),
    ("referrals/data/packets.yaml", "[jp-ncp,", "[¦jp-gone,", "unknown id"),
    ("referrals/data/packets.yaml", "  tab: Papers", "  tab: Papers\n  ¦tab: Folders", "twice"),
    ("referrals/data/packets.yaml", "  tab: Papers\n", "", "tab is missing"),
    ("routing/data/rules.yaml", "checked: '2026-11-28'", "¦cheked: x\nchecked: '2026-11-28'", "ch"),
    ("routing/data/rules.yaml", "checked: '2026-11-28'", "¦checked: soon", "expected a day"),
    ("routing/data/rules.yaml", "checked: '2026-11-28'", "¦checked: 2026-02-30", "day"),
    ("routing/data/together.yaml", "kind: bars", "¦kind: stops", "unknown code 'stops'"),
    ("routing/data/together.yaml", "    law: UNGP 29\n", "", "no law and no source"),
    ("routing/data/together.yaml", "    with_any: true\n", "", "either those or with_any"),
    ("routing/data/together.yaml", "code: company-desk", "¦code: contact-point", "twice"),
    ("routing/data/rules.yaml", "  overtime-unpaid:\n", "  ¦wages-unpaid:\n", "twice"),
]


@pytest.mark.parametrize(("name", "old", "new", "what"), FAULTS)
def test_a_fault_has_its_file_and_line(
    tmp_path: Path, name: str, old: str, new: str, what: str
) -> None:
    source = ROOT / "grievance" / name
    folder = source.parents[len(Path(name).parts) - 3]  # `data`, with what lies below
    shutil.copytree(folder, tmp_path / "data")
    file = tmp_path / "data" / source.relative_to(folder)
    text = file.read_text("utf-8")
    assert old in text
    spoilt = text.replace(old, new, 1)
    file.write_text(spoilt.replace(HERE, ""), "utf-8")
    with pytest.raises(SheetError) as refused:
        LOADERS[name](file)
    line = spoilt[: spoilt.index(HERE)].count("\n") + 1 if HERE in new else None
    said = [str(fault) for fault in refused.value.faults]
    place = "/".join(file.parts[-2:])
    assert [one for one in said if one.startswith(f"{place}:{line or ''}") and what in one], said


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    with pytest.raises(SheetError, match=r"x\.yaml:1: No such file"):
        read(file)
    file.write_bytes(b"a: 1\nb: \xff\n")
    with pytest.raises(SheetError, match=r"x\.yaml:2: is not UTF-8"):
        read(file)


@pytest.mark.parametrize("opened", ["[", "- ", "{a: ", "? ", "[{a: "])
def test_a_file_that_is_nested_without_end_is_refused(tmp_path: Path, opened: str) -> None:
    for times in (2_000, 200_000):
        file = tmp_path / "x.yaml"
        file.write_text("# a\n" + opened * times)
        with pytest.raises(SheetError, match=r"x\.yaml:2: is nested too deep"):
            read(file)
