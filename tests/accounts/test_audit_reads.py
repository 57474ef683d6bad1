"""Reads and the event that chains them, in one transaction."""

from __future__ import annotations

from grievance.accounts import audit
from grievance.accounts.models import Organisation
from grievance.clock import real_now
from tests.accounts.conftest import Office


def test_an_event_chains_the_reads_of_its_own_transaction(office: Office) -> None:
    row = office.session.get_one(Organisation, office.id)
    office.session.refresh(row)
    named = {"actor": "member:x", "now": real_now()}
    audit.record_read(office.session, row.id, **named, what="case")
    assert audit.READS in audit.record(office.session, row, "signed_in", **named).codes
    assert audit.READS not in audit.record(office.session, row, "signed_in", **named).codes
