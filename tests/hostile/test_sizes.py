"""Sizes tell no more than is said: of answers whether a number or an account exists, of what is
kept whether somebody gave a name or a way to be reached."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grievance import tables
from grievance.cases.models import Recusal
from grievance.cases.operations import receipts
from grievance.vault.receipts import draw
from tests.cast import NOW, Operator, browser, file_case, found_operator, member, new_keys
from tests.pages import read_page

WORDS = "guess after guess after guess"
NAMED = {"name": "Nguyễn Thị Hoa", "reach_by": "email", "contact_email": "hoa@mail.example"}
NAMELESS = {"reach_by": "none"}


@pytest.fixture(autouse=True)
def operator(app: Flask, session: Session) -> Operator:
    return found_operator(session, app.config["KEY_RING"])


def answered(app: Flask, session: Session, path: str, **typed: str) -> tuple[int, int, list[str]]:
    """Status, length and names of headers of what a stranger is answered."""
    client = browser(app, session)
    answer = client.post(path, data={**read_page(client.get(path)).fields(), **typed})
    return answer.status_code, len(answer.data), sorted(name for name, _ in answer.headers)


def test_a_number_that_was_retired_is_answered_as_one_that_never_was(
    app: Flask, session: Session
) -> None:
    filed, ring = file_case(session, app.config["SITE"]), app.config["KEY_RING"]
    never = draw()
    receipts.change(filed.act(session, app.config["SITE"], NOW), new_keys(ring)[1])
    session.commit()
    known = answered(app, session, "/en/return", code=filed.code)
    assert known == answered(app, session, "/en/return", code=never)
    assert known[0] == 200


def test_an_account_that_is_there_is_answered_as_one_that_is_not(
    app: Flask, session: Session
) -> None:
    there = "director@example.org"
    signed = {"email": there, "password": WORDS}
    known = answered(app, session, "/staff/sign-in", **signed)
    unknown = {**signed, "email": "nobody00@example.org"}
    assert known == answered(app, session, "/staff/sign-in", **unknown)
    assert known[0] == 422


def test_a_case_somebody_stepped_aside_from_is_answered_as_none(
    app: Flask, session: Session, operator: Operator
) -> None:
    reader = member(session, operator)
    case = file_case(session, app.config["SITE"]).case
    session.add(
        Recusal(case_id=case.id, person_id=reader.id, by_id=reader.id, at=NOW, state="stands")
    )
    session.commit()
    client = browser(app, session, reader)
    shut = client.get(f"/staff/cases/{case.reference}")
    none = client.get("/staff/cases/" + "A" * len(case.reference))
    assert (shut.status_code, shut.data) == (none.status_code, none.data)
    assert shut.status_code == 404


def sealed_sizes(session: Session, case: UUID) -> dict[str, list[int]]:
    """By column, the sizes of what lies sealed in the rows of a case."""
    found = {}
    for table in tables.METADATA.tables.values():
        for column in table.columns:
            if "sealed" in column.info.get("holds", "") and "case_id" in table.columns:
                mine = select(func.length(column)).where(table.c.case_id == case)
                found[f"{table.name}.{column.name}"] = sorted(session.scalars(mine), key=str)
    return {name: sizes for name, sizes in found.items() if sizes}


def test_what_is_kept_of_a_named_worker_is_as_long_as_of_a_nameless_one(
    app: Flask, session: Session
) -> None:
    """Who it is and how to reach them fills less than a step."""
    kept = [
        sealed_sizes(session, file_case(session, app.config["SITE"], **answers).case.id)
        for answers in (NAMELESS, NAMED)
    ]
    assert kept[0] == kept[1]
    assert len(kept[0]["case_record.content"]) >= 3
