"""docs/routing.md names every code routing can use, with its sentence, and no other."""

import re
from pathlib import Path

from grievance.directory.facts import shipped
from grievance.routing.reasons import CAUTIONS, REASONS, ROLES, RULED_OUT, WARNINGS, role

TEXT = (Path(__file__).parents[2] / "docs" / "routing.md").read_text()


def test_every_code_is_explained_and_no_other():
    for title, table in (
        ("Reason", REASONS),
        ("Caution", CAUTIONS),
        ("Ruled-out", RULED_OUT),
        ("Warning", WARNINGS),
    ):
        part = TEXT.split(f"## {title} codes")[1].split("\n## ")[0]
        rows = [line for line in part.splitlines() if line.startswith("| `")]
        assert [re.match(r"\| `([a-z-]+)`", row)[1] for row in rows] == list(table), title
        assert all(any(text in row for row in rows) for text in table.values()), title


def test_every_body_has_something_it_is_good_for_and_every_such_code_a_body():
    assert {role(body) for body in shipped().mechanisms.values()} == set(ROLES)
