"""Every column that can hold text says what it holds; what is sealed names a known label."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import ARRAY, Column, ForeignKeyConstraint, LargeBinary, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy_utils import has_index

from grievance.tables import METADATA
from grievance.vault.labels import Label

COLUMNS = [
    pytest.param(column, id=f"{table.name}.{column.name}")
    for table in METADATA.sorted_tables
    for column in table.columns
    if isinstance(column.type, String | LargeBinary | JSONB | ARRAY)
    or getattr(column.type, "impl", None).__class__ in (String, LargeBinary)
]
SEALED = re.compile(r"sealed\(([^)]+)\)")


@pytest.mark.parametrize("column", COLUMNS)
def test_the_column_says_what_it_holds(column: Column[object]) -> None:
    holds = column.info.get("holds", "")
    sealed = SEALED.fullmatch(holds)
    if sealed:
        assert isinstance(column.type, LargeBinary)
        assert set(sealed[1].split()) <= {label.value for label in Label}
    else:
        assert holds in ("public", "code", "staff"), holds


def test_nothing_about_a_worker_stands_in_clear() -> None:
    forbidden = (
        "nationality",
        "residence",
        "status_of",
        "sex",
        "pregnan",
        "refugee",
        "irregular",
        "prefecture",
        "sector",
        "employer",
        "narrative",
        "contact",
        "ip_",
        "user_agent",
        "email",
    )
    kept = {"operator_profile.contacts", "invitation.email_tag", "person.email_tag"}
    for table in METADATA.sorted_tables:
        if table.name in ("mechanism_revision", "channel", "issue_type", "mechanism", "source"):
            continue
        for column in table.columns:
            name = f"{table.name}.{column.name}"
            if name not in kept:
                assert not any(word in column.name for word in forbidden), name


HANGS_ON_A_CASE = [
    pytest.param(key, id=f"{table.name}.{'+'.join(key.column_keys)}")
    for table in METADATA.sorted_tables
    for key in sorted(table.foreign_key_constraints, key=lambda key: key.column_keys)
    if key.referred_table.name == "grievance_case"
]


@pytest.mark.parametrize("key", HANGS_ON_A_CASE)
def test_what_hangs_on_a_case_is_found_by_an_index(key: ForeignKeyConstraint) -> None:
    assert has_index(key)
