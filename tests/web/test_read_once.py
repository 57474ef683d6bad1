"""What nearly every part of a page asks for is read once in a transaction, and never old."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from grievance.accounts.models import OperatorProfile
from grievance.accounts.queries import profile
from grievance.extensions import act_as
from tests.cast import found_operator
from tests.desk.looking import counted


def _by_object(session: Session) -> None:
    session.query(OperatorProfile).one().time_zone = "Asia/Seoul"


def _by_statement(session: Session) -> None:
    session.execute(text("UPDATE operator_profile SET time_zone = 'Asia/Seoul'"))


def _and_committed(session: Session) -> None:
    _by_statement(session)
    session.commit()


@pytest.mark.parametrize("write", [_by_object, _by_statement, _and_committed])
def test_what_was_written_since_is_read(
    app: Flask, session: Session, write: Callable[[Session], None]
) -> None:
    found_operator(session, app.config["KEY_RING"])
    before = profile(session)
    with counted() as seen:
        assert profile(session) is before
    assert seen == []
    write(session)
    now = profile(session)
    assert before is not None
    assert now is not None
    assert (before.time_zone, now.time_zone) == ("Asia/Tokyo", "Asia/Seoul")


def test_what_was_taken_back_is_not_read(app: Flask, session: Session) -> None:
    found_operator(session, app.config["KEY_RING"])
    session.commit()
    _by_statement(session)
    assert profile(session).time_zone == "Asia/Seoul"  # type: ignore[union-attr]
    session.rollback()
    assert profile(session).time_zone == "Asia/Tokyo"  # type: ignore[union-attr]


def test_somebody_else_reads_for_themselves(app: Flask, session: Session) -> None:
    """Rows are shown by who acts."""
    found_operator(session, app.config["KEY_RING"])
    profile(session)
    act_as("job:sweep", session)
    with counted() as seen:
        profile(session)
    assert len(seen) == 1
