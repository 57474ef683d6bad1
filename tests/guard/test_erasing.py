"""Every table says what an erasure does to it: one that hangs on a case, or holds what is sealed,
and that nobody decided about, is found here."""

from __future__ import annotations

import pytest
from sqlalchemy import Table

from grievance.cases.operations.shredding import BLOBS, FURTHER, OF_A_CASE
from grievance.tables import METADATA

CASE = "grievance_case"
TAKEN = {model.__tablename__ for model in (*OF_A_CASE, *FURTHER)} | {CASE}
# Tables with something sealed that no erasure of a case takes row by row, and why.
APART = {
    "address_box": "by the ids that stand in the sealed contacts of the case",
    "outbox": "its letters are emptied and belong to no case any more",
    "draft_successor": "goes with its draft",
    "invitation": "of staff",
    "member_key_wrap": "of staff",
    "membership_key": "of staff",
    "organisation_key": "of the operator",
    "passkey": "of staff",
    "person": "of staff",
    "recovery_key": "of the operator",
    "second_factor": "of staff",
    "staff_entry": "of staff",
    "staff_session": "of staff",
}
# Columns that name a case without a key of the database, and what becomes of them.
NAMING = {
    "outbox.case": "emptied",
    "event.stream_id": "the chain stays: codes, days, digests",
    "read_log.stream_id": "stays: who read it when",
    "unanchored_stream.stream_id": "stays until the next anchor",
    "draft.filing_id": "goes",
    f"{CASE}.filing_id": "goes",
    "kept_words.holder_id": "goes",
    "case_grant.holder_id": "goes",
    "packet_grant.holder_id": "goes",
}
WORDS = ("case", "stream_id", "filing_id", "holder_id")


def _parents(table: Table) -> set[str]:
    """Tables that a row of this one points at, and would not go with by itself."""
    return {
        key.referred_table.name
        for key in table.foreign_key_constraints
        if key.ondelete not in ("CASCADE", "SET NULL")
    }


@pytest.mark.parametrize("table", METADATA.sorted_tables, ids=lambda table: table.name)
def test_what_hangs_on_a_case_is_taken(table: Table) -> None:
    hangs = _parents(table) & TAKEN
    assert not hangs or table.name in TAKEN


@pytest.mark.parametrize("table", METADATA.sorted_tables, ids=lambda table: table.name)
def test_what_is_sealed_is_taken_or_said_to_be_of_nobody(table: Table) -> None:
    if any("sealed" in column.info.get("holds", "") for column in table.columns):
        assert table.name in TAKEN | set(APART)
    assert not (table.name in TAKEN and table.name in APART)


def test_a_column_that_names_a_case_is_decided_about() -> None:
    found = {
        f"{table.name}.{column.name}"
        for table in METADATA.sorted_tables
        for column in table.columns
        if column.name in WORDS
    }
    assert found == set(NAMING)


def test_the_files_that_go_are_all_that_such_rows_name() -> None:
    named = {
        (table.name, column.name)
        for table in METADATA.sorted_tables
        for column in table.columns
        if table.name in TAKEN and column.name.endswith("blob")
    }
    assert named == {(model.__tablename__, column) for model, column in BLOBS}
