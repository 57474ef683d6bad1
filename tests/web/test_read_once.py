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


def _zone(session: Session) -> str:
    told = profile(session)
    assert told is not None
    return told.time_zone


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
    assert _zone(session) == "Asia/Tokyo"
    with counted() as seen:
        _zone(session)
    assert seen == []
    write(session)
    assert _zone(session) == "Asia/Seoul"


def test_what_was_taken_back_is_not_read(app: Flask, session: Session) -> None:
    found_operator(session, app.config["KEY_RING"])
    session.commit()
    _by_statement(session)
    assert _zone(session) == "Asia/Seoul"
    session.rollback()
    assert _zone(session) == "Asia/Tokyo"


def test_where_flushing_is_held_back_a_kept_read_holds_it_back(
    app: Flask, session: Session
) -> None:
    found_operator(session, app.config["KEY_RING"])
    with session.no_autoflush:
        _by_object(session)
        assert _zone(session) == "Asia/Seoul"  # one object in this session, written or not
        assert session.dirty
    session.rollback()


def test_somebody_else_reads_for_themselves(app: Flask, session: Session) -> None:
    """Rows are shown by who acts."""
    found_operator(session, app.config["KEY_RING"])
    _zone(session)
    act_as("job:sweep", session)
    with counted() as seen:
        _zone(session)
    assert len(seen) == 1
