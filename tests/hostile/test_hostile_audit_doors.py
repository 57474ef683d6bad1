"""What the owner of the database could change to let somebody in, or to make a decision pass."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from grievance.accounts import audit, named, verifying
from grievance.accounts.act import KeyHolder, StaffAct
from grievance.accounts.models import Organisation
from grievance.accounts.operations import invitations, recovery, signing
from grievance.accounts.operations.persons import Admitted, locked
from grievance.accounts.roles import Role
from grievance.cases.models import Case
from grievance.cases.operations import handling
from grievance.cli.audit import audit as command
from grievance.clock import real_now
from tests.cases.conftest import World, words
from tests.cast import Operator, cheap_password, file_case, found_operator, member
from tests.hostile.audit_scene import Scene


@pytest.fixture(scope="module")
def judged(played_once: Scene, app_of_scene: Flask) -> UUID:
    """A second case: the worker agreed that it may be closed, and a colleague proposes it."""
    session, site = played_once.session, app_of_scene.config["SITE"]
    house = Operator(played_once.handler.organisation, played_once.handler, played_once.ring)
    filed = file_case(session, site)
    world = World(session, site, house, played_once.handler, played_once.colleague, filed)
    world.bring_to("accepted")
    world.signed()
    world.propose_close()
    session.commit()
    return filed.case.id


def told(scene: Scene) -> set[str]:
    """The tables in which something is wrong."""
    return {what.partition("/")[0] for _, what in scene.wrong()}


def test_what_nobody_touched_holds(scene: Scene, judged: UUID) -> None:
    report = scene.report()
    assert (report.wrong, report.to_adopt) == ([], 0)


OF_A_PROPOSAL = {
    "withdrawn": "UPDATE four_eyes SET state = 'lapsed' WHERE case_id = :case",
    "decided": "UPDATE four_eyes SET state = 'approved', decided_by = :who, decided_at = now()"
    " WHERE case_id = :case",
    "alone": "UPDATE four_eyes SET alone = true WHERE case_id = :case",
    "by another": "UPDATE four_eyes SET asked_by = :who WHERE case_id = :case",
    "yes taken away": "UPDATE feedback SET state = 'lapsed' WHERE case_id = :case",
    "out of sight": "UPDATE grievance_case SET next_due = '2099-01-01' WHERE id = :case",
}
SAID = {"four_eyes", "four_eyes.state", "feedback.state", "grievance_case.next_due"}


@pytest.mark.parametrize("change", OF_A_PROPOSAL.values(), ids=OF_A_PROPOSAL)
def test_a_decision_that_was_turned_is_found(scene: Scene, judged: UUID, change: str) -> None:
    named = {"case": judged, "who": scene.colleague.id}
    scene.run(change, **{name: one for name, one in named.items() if f":{name}" in change})
    found = [(stream, what.partition("/")[0]) for stream, what in scene.wrong()]
    assert len(found) == 1
    assert found[0][0] == str(judged)
    assert found[0][1] in SAID


def test_a_yes_that_lapsed_and_was_put_back_is_found(
    scene: Scene, judged: UUID, app_of_scene: Flask
) -> None:
    """The worker is asked something more: what was agreed and proposed is void."""
    session, site, by = scene.session, app_of_scene.config["SITE"], scene.handler
    case = session.get_one(Case, judged)
    handling.ask_worker(by.act(session, site, case, real_now()), words("Which month?"))
    session.commit()
    assert scene.report().wrong == []
    for table, state in (("feedback", "given"), ("four_eyes", "asked")):
        put_back = f"UPDATE {table} SET state = :state WHERE case_id = :case"
        scene.run(put_back, state=state, case=judged)
    assert told(scene) == {"feedback.state", "four_eyes.state"}


OPEN = "WHERE used_at IS NULL"
DOORS = {
    "who left": ("person", "SET state = 'left' WHERE id = :who"),
    "address": ("person", "SET email_tag = decode(repeat('00', 32), 'hex') WHERE id = :who"),
    "letters": ("person", "SET address_box = address_box || '\\x00' WHERE id = :who"),
    "name": ("person", "SET name = 'Somebody else' WHERE id = :who"),
    "key": ("person", "SET key_generation = key_generation + 1 WHERE id = :who"),
    "password": (
        "member_key_wrap",
        "SET ciphertext = ciphertext || '\\x00' WHERE person_id = :who",
    ),
    "no password": ("member_key_wrap", "WHERE person_id = :who"),
    "alone": ("membership_key", "WHERE person_id = :who"),
    "sheet": ("recovery_key", "SET generation = generation + 1"),
    "invited": ("invitation", f"SET invited_by = :who {OPEN}"),
    "role": ("invitation", f"SET role = 'director' {OPEN}"),
    "later": ("invitation", f"SET expires_at = '2099-01-01' {OPEN}"),
    "again": ("invitation", "SET used_at = NULL WHERE person_id = :who"),
    "gone": ("invitation", OPEN),
}


@pytest.fixture(scope="module")
def invited(played_once: Scene) -> str:
    """The link of somebody who was invited and has not come yet."""
    handler, session = played_once.handler, played_once.session
    invitee = invitations.Invitee("Nguyen Lan", "lan@example.org", Role.HANDLER)
    token = invitations.invite(handler.acting(session, played_once.ring, real_now()), invitee)
    session.commit()
    return token


@pytest.mark.parametrize(("table", "change"), DOORS.values(), ids=DOORS)
def test_a_door_that_was_opened_is_found(
    scene: Scene, invited: str, table: str, change: str
) -> None:
    assert scene.report().wrong == []
    act = f"UPDATE {table}" if change.startswith("SET") else f"DELETE FROM {table}"
    scene.run(f"{act} {change}", **({"who": scene.colleague.id} if ":who" in change else {}))
    assert told(scene) == {table}


def test_an_invitation_of_nobody_is_found(scene: Scene, invited: str) -> None:
    """The link is a hash, so who writes the row knows a link that opens."""
    scene.run(
        "INSERT INTO invitation (id, token_hash, kind, person_id, organisation_id, name, email_tag,"
        " address_box, role, invited_by, created_at, expires_at) SELECT gen_random_uuid(),"
        " decode(repeat('11', 32), 'hex'), kind, gen_random_uuid(), organisation_id, name,"
        " decode(repeat('11', 32), 'hex'), address_box, 'administrator', invited_by, created_at,"
        " expires_at FROM invitation WHERE used_at IS NULL"
    )
    assert told(scene) == {"invitation"}


Act = Callable[[Session, Operator, Admitted], None]


def _password(session: Session, house: Operator, who: Admitted) -> None:
    secret = signing.open_session(session, who, ring=house.ring, now=real_now())
    held = text("SELECT id FROM staff_session WHERE person_id = :who")
    kept = session.execute(held, {"who": who.person_id}).scalar_one()
    assert secret
    anew = cheap_password(house.ring, "another horse, another staple")
    signing.change_password(session, who, anew, keep_session=kept, now=real_now())


def _at_todays_costs(session: Session, house: Operator, who: Admitted) -> None:
    anew = cheap_password(house.ring)
    signing.open_session(session, who, ring=house.ring, now=real_now(), anew=anew)


def _reset(session: Session, house: Operator, who: Admitted) -> None:
    token = invitations.offer_reset(
        house.director.acting(session, house.ring, real_now()), who.person_id
    )
    password = cheap_password(house.ring)
    invitations.accept(
        session, token, invitations.Newcomer(password, "en"), ring=house.ring, now=real_now()
    )


def _sheet(session: Session, house: Operator, who: Admitted) -> None:
    by = KeyHolder(who.person_id, who.private)
    recovery.replace_sheet(StaffAct(session, house.ring, house.id, by, real_now()))


@pytest.mark.parametrize("act", [_password, _at_todays_costs, _reset, _sheet])
def test_what_is_done_lawfully_is_named_and_what_was_before_it_is_found(
    app: Flask, session: Session, act: Act
) -> None:
    """The older rows, put back after the act: an old password, key or sheet would open again."""
    ring = app.config["KEY_RING"]
    house = found_operator(session, ring)
    lead = member(session, house, Role.LEAD)
    tables = ("member_key_wrap", "membership_key", "recovery_key")
    before = {one: session.execute(text(f"SELECT * FROM {one}")).mappings().all() for one in tables}
    act(session, house, Admitted(lead.id, lead.private))
    assert named.unnamed(session) == []
    session.commit()

    def wrong() -> list[str]:
        session.expire_all()
        return [one["what"] for one in verifying.verify(session, event_key=ring.event_key).wrong]

    assert wrong() == []
    for table, rows in before.items():
        session.execute(text(f"DELETE FROM {table}"))
        for row in rows:
            _put(session, table, dict(row))
    assert wrong()


def _put(session: Session, table: str, row: dict[str, object]) -> None:
    row = {name: json.dumps(one) if isinstance(one, dict) else one for name, one in row.items()}
    names = ", ".join(row)
    values = ", ".join(f":{one}" for one in row)
    session.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)


def test_a_chain_that_lags_behind_is_told_and_taken_and_nothing_is_blessed(
    scene: Scene,
    app_of_scene: Flask,
    ring_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A process of the release before acted last: it names less, and says that it named all."""
    session = scene.session
    with monkeypatch.context() as before:
        for model, namings in list(named.NAMED.items()):
            old = tuple(one for one in namings if one.since == 1)
            before.setitem(named.NAMED, model, old)
        for model, heading in list(named.HEADED.items()):
            before.setitem(named.HEADED, model, named.Heading(heading.columns, reach=1))
        found = found_partner(session)
        head = locked(session, Organisation, found)
        audit.record(session, head, audit.Deed("signed_in", "member:x", real_now()))
        session.commit()
    try:
        report = scene.report()
        assert (report.wrong, report.to_adopt) == ([], 1)
        env = {
            "GRIEVANCE_DATABASE_URL": app_of_scene.config["SETTINGS"].database_url,
            "GRIEVANCE_KEYRING": str(ring_folder),
            "GRIEVANCE_DATA": str(tmp_path),
            "GRIEVANCE_PUBLIC_URL": "http://localhost",
        }
        scene.owner.rollback()
        adopted = CliRunner().invoke(command, ["adopt"], env=env)
        assert json.loads(adopted.stdout) == {"adopted": 1}
        assert scene.report().to_adopt == 0
    finally:
        scene.owner.rollback()


def found_partner(session: Session) -> UUID:
    """An organisation beside the operator."""
    made = Organisation(kind="partner", mechanism="other", name="Other")
    session.add(made)
    session.flush()
    return made.id
