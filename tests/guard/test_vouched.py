"""Rows are vouched for by the columns that were named when they were written."""

from __future__ import annotations

from pathlib import Path

from grievance import tables
from grievance.accounts.named import NAMED

NAMED_SO = Path(__file__).with_name("vouched.txt")  # a table or a part of one, and its columns


def test_no_column_joins_those_that_rows_were_named_by() -> None:
    """A hash over one more column fits no row of before: after the update `flask audit verify`
    would call each of them changed. A column that comes later is a `part` of its own; a new table
    or part gets a line in the list, and no line of it ever changes."""
    assert tables.METADATA.tables
    known = dict(line.split(" ", 1) for line in NAMED_SO.read_text().splitlines())
    now = {
        naming.table(model): " ".join(sorted(naming.columns))
        for model, namings in NAMED.items()
        for naming in namings
    }
    assert now == known
