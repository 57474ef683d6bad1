"""A worker who comes back or writes while their case is erased finds an ended visit, never a
fault, and nothing that they sent stays behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from io import BytesIO
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import NullPool, create_engine, select
from sqlalchemy.orm import Session

from grievance.accounts import audit
from grievance.accounts.roles import Role
from grievance.cases import files
from grievance.cases.models import Case, CaseFile
from grievance.cases.operations import duplicates, receipts, shredding
from grievance.clock import real_now
from grievance.intake import returning
from grievance.questions import jobs
from grievance.refusals import Refused
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


@contextmanager
def sessions(live_app: Flask) -> Iterator[list[Session]]:
    """Three sessions with real commits, each on a connection of its own."""
    url, ring = live_app.config["SETTINGS"].database_url, live_app.config["KEY_RING"]
    engine = create_engine(url, execution_options=audit.vouching(ring), poolclass=NullPool)
    with ExitStack() as stack:
        made = [stack.enter_context(Session(engine)) for _ in range(3)]
        for one in made:
            one.info["actor"] = "cli:test"
        yield made


@pytest.mark.parametrize("comes", ["with the number", "in a visit"])
def test_who_waits_for_a_case_that_is_being_erased_finds_none(live_app: Flask, comes: str) -> None:
    ring = live_app.config["KEY_RING"]
    with sessions(live_app) as (erasing, looking, third):
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


def test_a_clean_form_that_is_kept_meanwhile_goes_too(live_app: Flask) -> None:
    """The cleaner holds no lock of the case: its file is read under its own."""
    site = live_app.config["SITE"]
    with sessions(live_app) as (erasing, cleaning, third):
        filed, staff = cast(erasing, live_app)
        stored = files.keep(site.blobs, b"June: 3", "june.txt")
        files.attach(
            erasing,
            staff.open(erasing, filed.case),
            replace(stored, clean_blob="", state="not_cleaned"),
            files.Brought("worker", real_now()),
        )
        erasing.commit()
        kept = uuid4()
        site.blobs.put(kept.hex, b"clean form")
        row = cleaning.scalars(select(CaseFile).with_for_update()).one()
        row.state, row.clean_blob = "cleaned", kept
        cleaning.flush()
        with ThreadPoolExecutor(1) as pool:
            begun = pool.submit(erase, erasing, live_app, filed, staff)
            until_one_waits(third)
            cleaning.commit()
            begun.result()
            erasing.commit()
        jobs.sweep_left(erasing, site.blobs)
        assert kept.hex not in set(site.blobs.ids())


def test_a_linked_case_that_is_being_changed_is_named_as_what_it_is(live_app: Flask) -> None:
    """It was told as a reference that nobody had typed."""
    site = live_app.config["SITE"]
    with sessions(live_app) as (erasing, changing, _third):
        filed, staff = cast(erasing, live_app)
        other = file_case(erasing, site, now=real_now())
        erasing.commit()
        act = staff.act(erasing, site, filed.case, real_now())
        duplicates.link_duplicate(act, other.case.reference)
        erasing.commit()
        changing.get_one(Case, other.case.id, with_for_update=True)
        with pytest.raises(Refused) as why:
            erase(erasing, live_app, filed, staff)
        assert why.value.code == "linked_busy"
        assert "linked" in why.value.sentence
        erasing.rollback()
        changing.rollback()
        erase(erasing, live_app, filed, staff)
        erasing.commit()
