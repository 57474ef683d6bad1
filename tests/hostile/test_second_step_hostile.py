"""The second step against two at once, and against the owner of the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pyotp
import pytest
from flask import Flask
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from grievance.accounts import audit
from grievance.accounts.act import KeyHolder
from grievance.accounts.factors import RecoveryCode, SecondFactor
from grievance.accounts.operations import entering, factors, signing
from grievance.accounts.operations.owning import Own, WrongCode
from grievance.accounts.operations.persons import Admitted
from grievance.clock import real_now
from tests.cast import Staff, found_operator
from tests.hostile.audit_scene import Scene
from tests.hostile.meanwhile import until_one_waits


def set_up(session: Session, staff: Staff, now: datetime) -> tuple[pyotp.TOTP, list[str]]:
    """The member's app, and the codes on paper."""
    own = Own(session, KeyHolder(staff.id, staff.private), now)
    factors.offer(own)
    app = pyotp.TOTP(factors.shown(own) or "")
    return app, factors.confirm(own, app.at(now))


@pytest.fixture
def begin(live_app: Flask) -> Iterator[Callable[[], Session]]:
    """Sessions with real commits on many connections."""
    settings, ring = live_app.config["SETTINGS"], live_app.config["KEY_RING"]
    engine = create_engine(settings.database_url, execution_options=audit.vouching(ring))

    def session() -> Session:
        made = Session(engine)
        made.info["actor"] = "cli:test"
        return made

    yield session
    engine.dispose()


def test_of_two_requests_with_one_code_one_gets_in(
    live_app: Flask, begin: Callable[[], Session]
) -> None:
    """Two browsers stand half-way in, and send the same code at once: the second waits for the
    first, and finds the code used."""
    ring, now = live_app.config["KEY_RING"], datetime(2026, 4, 22, 3, 20, 5, tzinfo=UTC)
    first, second = begin(), begin()
    director = found_operator(first, ring).director
    app, _codes = set_up(first, director, now)
    proven = Admitted(director.id, director.private)
    one, other = (entering.begin(first, proven, ring=ring, now=now) for _ in range(2))
    first.commit()
    later, by = now.replace(minute=25), KeyHolder(director.id, director.private)
    code = app.at(later)
    assert entering.finish(Own(first, by, later), one, code).by == "app"
    with ThreadPoolExecutor(1) as pool, begin() as third, first:
        begun = pool.submit(entering.finish, Own(second, by, later), other, code)
        until_one_waits(third)
        first.commit()
        with pytest.raises(WrongCode):
            begun.result()
    second.close()


def test_no_session_begins_without_a_code(live_app: Flask, begin: Callable[[], Session]) -> None:
    """Whoever comes in by the password alone: `open_session` itself refuses."""
    ring, now = live_app.config["KEY_RING"], real_now()
    with begin() as session:
        director = found_operator(session, ring).director
        set_up(session, director, now)
        proven = Admitted(director.id, director.private)
        with pytest.raises(signing.CodeWanted):
            signing.open_session(session, proven, ring=ring, now=now)


@pytest.fixture(scope="module")
def guarded(played_once: Scene) -> tuple[pyotp.TOTP, list[str]]:
    """A colleague of the scene with a second step."""
    made = set_up(played_once.session, played_once.colleague, real_now())
    played_once.session.commit()
    return made


TURNED = {
    "taken away": ("second_factor", "DELETE FROM second_factor"),
    "forgets its last code": ("second_factor", "UPDATE second_factor SET last_step = 0"),
    "waits again": ("second_factor", "UPDATE second_factor SET confirmed_at = NULL"),
    "of somebody else": ("second_factor", "UPDATE second_factor SET person_id = :who"),
    "codes taken away": ("recovery_code", "DELETE FROM recovery_code"),
    "a code of theirs": ("recovery_code", "UPDATE recovery_code SET mark = id::text::bytea"),
}


@pytest.mark.parametrize(("table", "change"), TURNED.values(), ids=TURNED)
def test_a_factor_that_was_turned_is_found(
    scene: Scene, guarded: object, table: str, change: str
) -> None:
    assert scene.report().wrong == []
    named = {"who": scene.handler.id} if ":who" in change else {}
    scene.run(change, **named)
    assert {what.partition("/")[0] for _, what in scene.wrong()} == {table}


def test_an_older_factor_and_used_codes_put_back_are_found(scene: Scene) -> None:
    """From an older copy: what a member had before they took the step off."""
    session, staff = scene.session, scene.handler
    _app, codes = set_up(session, staff, real_now())
    session.commit()
    kept = [
        (model, {column.name: getattr(row, column.name) for column in model.__table__.columns})
        for model in (SecondFactor, RecoveryCode)
        for row in session.scalars(select(model).where(model.person_id == staff.id))
    ]
    factors.remove(Own(session, KeyHolder(staff.id, staff.private), real_now()), codes[0])
    session.commit()
    assert scene.report().wrong == []
    for model, row in kept:
        scene.owner.execute(model.__table__.insert().values(**row))
    assert len([what for _, what in scene.wrong()]) == len(kept) == 11
