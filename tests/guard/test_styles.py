"""Every class that a template gives is known to a stylesheet: one that is not does nothing."""

from __future__ import annotations

import re

from tests.guard.source import ROOT

GIVEN = re.compile(r'class="((?:[^"{]|\{\{.*?\}\}|\{%.*?%\})*)"')
SAID = re.compile(r"\{\{.*?\}\}|\{%.*?%\}")
KNOWN = re.compile(r"\.(-?[a-zA-Z][\w-]*)")


def test_no_template_gives_a_class_that_no_stylesheet_knows() -> None:
    sheets = "".join(one.read_text() for one in (ROOT / "grievance/web/static").glob("*.css"))
    known, strange = set(KNOWN.findall(sheets)), set()
    for template in (ROOT / "templates").rglob("*.html"):
        for given in GIVEN.findall(template.read_text(encoding="utf-8")):
            names = SAID.sub(" ", given).split()
            strange |= {f"{template.name}: {name}" for name in names if name not in known}
    assert known
    assert not strange
