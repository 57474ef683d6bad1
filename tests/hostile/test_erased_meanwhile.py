"""A worker who comes back or writes while their case is erased finds an ended visit, never a
fault, and nothing that they sent stays behind."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import NullPool, create_engine
from sqlalchemy.orm import Session

from grievance.accounts import audit
from grievance.accounts.roles import Role
from grievance.cases.models import Case
from grievance.cases.operations import receipts, shredding
from grievance.clock import real_now
from grievance.intake import returning
from grievance.vault.receipts import slow_root
from tests.cast import Filed, Staff, browser, file_case, found_operator, member
from tests.hostile.meanwhile import acting_as, until_one_waits
from tests.pages import read_page


def erase(session: Session, app: Flask, filed: Filed, staff: Staff) -> None:
    case = session.get_one(Case, filed.case.id, with_for_update=True)
    act = staff.act(session, app.config["SITE"], case, real_now())
    shredding.shred(act, [], ground="worker")


def cast(session: Session, app: Flask) -> tuple[Filed, Staff]:
    staff = member(session, found_operator(session, app.config["KEY_RING"]), Role.LEAD)
    return file_case(session, app.config["SITE"], now=real_now()), staff


@pytest.mark.parametrize("comes", ["with the number", "in a visit"])
def test_who_waits_for_a_case_that_is_being_erased_finds_none(live_app: Flask, comes: str) -> None:
    ring = live_app.config["KEY_RING"]
    settings = live_app.config["SETTINGS"]
    engine = create_engine(
        settings.database_url, execution_options=audit.vouching(ring), poolclass=NullPool
    )
    erasing, looking, third = Session(engine), Session(engine), Session(engine)
    for one in (erasing, looking, third):
        one.info["actor"] = "cli:test"
    with erasing, looking, third:
        filed, staff = cast(erasing, live_app)
        secret = receipts.begin_visit(erasing, ring, filed.receipt, filed.keys, real_now())
        root = slow_root(filed.code, ring.receipt_salt)
        erasing.commit()
        do: Callable[[], object] = {
            "with the number": lambda: receipts.prove(looking, ring, root),
            "in a visit": lambda: receipts.continue_visit(
                looking, ring, secret, real_now(), lock=True
            ),
        }[comes]
        erase(erasing, live_app, filed, staff)
        with ThreadPoolExecutor(1) as pool:
            begun = pool.submit(do)
            until_one_waits(third)
            erasing.commit()
            assert begun.result() is None


def test_files_that_were_sent_while_the_case_was_erased_leave_the_store(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed, staff = cast(session, app)
    visitor, read = browser(app, session), returning.read_message
    page = read_page(visitor.get("/en/return"))
    visitor.post("/en/return", data={**page.fields(), "code": filed.code})
    page = read_page(visitor.get("/en/case"))
    store = app.config["SITE"].blobs
    before = set(store.ids())

    def erased_meanwhile(form):
        stored = read(form)
        assert set(store.ids()) > before
        with acting_as("cli:test"):
            erase(session, app, filed, staff)
            session.commit()
        return stored

    monkeypatch.setattr(returning, "read_message", erased_meanwhile)
    data = {**page.fields(), "message": "One more", "files": (BytesIO(b"June: 3"), "june.txt")}
    answer = visitor.post("/en/case/message", data=data, content_type="multipart/form-data")
    assert answer.status_code in (200, 303)
    assert set(store.ids()) == before
