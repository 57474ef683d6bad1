"""What the owner of the database could do without being found, and is found now.

Every act is done as that role, with all hashes put right where only hashes are in the way: what is
missing is the key, which is not in the database.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from grievance.accounts import anchors, audit, named, verifying
from grievance.accounts.models import Organisation
from grievance.accounts.operations.persons import locked
from grievance.cases.models import Case
from grievance.cases.operations import handling
from grievance.cli import audit as cli
from grievance.cli.audit import audit as command
from grievance.clock import real_now
from tests.cast import found_anew
from tests.hostile.audit_scene import Scene, worked, written
from tests.servers import Server

Tampering = Callable[[Scene], None]


def test_what_nobody_touched_holds(scene: Scene) -> None:
    report = scene.report()
    assert (report.wrong, report.broken, report.before) == ([], [], 0)
    assert report.vouched
    assert scene.report(offline=True).broken == []


def _last_hour(scene: Scene) -> None:
    taken = scene.last("take")
    scene.rewrite(taken.seq, actor=scene.colleague.actor.name)


def _an_event_of_our_own(scene: Scene) -> None:
    """A colleague is made to have written a note: appended with right hashes, no key."""
    note = scene.last("note")
    scene.run(
        "INSERT INTO event (id, stream_kind, stream_id, seq, at, verb, actor, codes, hash, mac)"
        " SELECT :id, stream_kind, stream_id, seq + 1, at, verb, actor, codes, hash, mac FROM event"
        " WHERE id = :like AND false OR id = (SELECT id FROM event WHERE stream_id = :stream"
        " ORDER BY seq DESC LIMIT 1)",
        id=uuid4(),
        like=note.id,
        stream=scene.case_id,
    )
    scene.run(
        "UPDATE grievance_case SET event_seq = event_seq + 1 WHERE id = :id", id=scene.case_id
    )
    last = scene.filed.case.event_seq + 1
    scene.rewrite(last, actor=scene.colleague.actor.name)


def _last_event(scene: Scene) -> None:
    scene.run("DELETE FROM recusal WHERE case_id = :case", case=scene.case_id)
    scene.cut("grievance_case", scene.case_id)


def _authentication_stripped(scene: Scene) -> None:
    scene.run("UPDATE event SET mac = NULL WHERE id = :id", id=scene.last("note").id)


def _pretend_it_is_from_before(scene: Scene) -> None:
    scene.run("UPDATE event SET mac = NULL WHERE stream_id = :id AND seq > 1", id=scene.case_id)
    scene.run("UPDATE grievance_case SET event_mac = NULL WHERE id = :id", id=scene.case_id)


def _case_row(column: str, value: object) -> Tampering:
    def change(scene: Scene) -> None:
        statement = f"UPDATE grievance_case SET {column} = :value WHERE id = :id"
        scene.run(statement, value=value, id=scene.case_id)

    change.__name__ = column
    return change


def _assignee(scene: Scene) -> None:
    _case_row("assignee_id", scene.colleague.id)(scene)


def _swapped_messages(scene: Scene) -> None:
    scene.run(
        "UPDATE message SET body = other.body FROM message AS other WHERE message.thread = 'staff'"
        " AND other.thread = 'staff' AND message.id <> other.id"
    )


def _deleted_message(scene: Scene) -> None:
    scene.run("DELETE FROM message WHERE thread = 'staff' AND seq = 2")


def _message_of_our_own(scene: Scene) -> None:
    scene.run(
        "INSERT INTO message (id, case_id, seq, thread, author, person_id, verb, form_id, language,"
        " key_generation, body, at) SELECT gen_random_uuid(), case_id, 9, thread, author,"
        " person_id, verb, gen_random_uuid(), language, key_generation, body, at FROM message"
        " WHERE thread = 'staff' AND seq = 1"
    )


def _detail(scene: Scene) -> None:
    scene.run("DELETE FROM event_detail")


def _clocks(scene: Scene) -> None:
    """An alarm that will not ring."""
    scene.run("UPDATE deadline SET due_at = '2099-01-01' WHERE case_id = :id", id=scene.case_id)


TAMPERINGS: list[tuple[Tampering, str]] = [
    (_last_hour, "authentication"),
    (_an_event_of_our_own, "authentication"),
    (_last_event, "head"),
    (_authentication_stripped, "authentication"),
    (_pretend_it_is_from_before, "authentication"),
    (_case_row("state", "withdrawn"), "grievance_case.state"),
    (_case_row("level", 3), "grievance_case.level"),
    (_case_row("severity", "low"), "grievance_case.severity"),
    (_case_row("danger", True), "grievance_case.danger"),
    (_case_row("reissue_allowed", False), "grievance_case.reissue_allowed"),
    (_case_row("filed_at", "2020-01-01"), "grievance_case.filed_at"),
    (_assignee, "grievance_case.assignee_id"),
    (_swapped_messages, "message/"),
    (_deleted_message, "message/"),
    (_message_of_our_own, "message/"),
    (_detail, "event_detail/"),
    (_clocks, "deadline/"),
]


@pytest.mark.parametrize(
    ("tamper", "what"), TAMPERINGS, ids=[f"{one.__name__}" for one, _ in TAMPERINGS]
)
def test_what_is_done_to_a_case_is_found(scene: Scene, tamper: Tampering, what: str) -> None:
    tamper(scene)
    found = scene.wrong()
    assert any(stream == str(scene.case_id) and why.startswith(what) for stream, why in found), (
        found
    )


def test_a_recusal_taken_away_and_one_put_in_are_found(scene: Scene) -> None:
    scene.run("DELETE FROM recusal WHERE case_id = :case", case=scene.case_id)
    place = f"recusal/{scene.case_id}:{scene.colleague.id}"
    assert scene.wrong() == [(str(scene.case_id), place)]
    scene.owner.rollback()
    scene.run(
        "INSERT INTO recusal (case_id, person_id, by_id, state, at)"
        " VALUES (:case, :who, :who, 'stands', now())",
        case=scene.case_id,
        who=scene.handler.id,
    )
    assert scene.wrong() == [(str(scene.case_id), f"recusal/{scene.case_id}:{scene.handler.id}")]


ANOTHER = (
    "(SELECT id FROM channel WHERE state = 'shipped' AND type = 'phone' AND id <> :id LIMIT 1)"
)
COLUMNS = "mechanism, position, type, value, languages, status, publish, texts, state, version"
COLUMNS += ", only_in, not_in"
NUMBERS = {
    "confirmed": "UPDATE channel SET value = '03-0000-0000' WHERE id = :id",
    "page": "UPDATE channel SET page = 'https://evil.example' WHERE id = :id",
    "gone": "DELETE FROM channel WHERE id = :id",
    "shipped": f"UPDATE channel SET value = '03-0000-0000' WHERE id = {ANOTHER}",
    "facts": "UPDATE mechanism_revision SET facts = '{}' WHERE mechanism ="
    " (SELECT mechanism FROM channel WHERE id = :id)",
    "new": f"INSERT INTO channel (id, {COLUMNS}) SELECT gen_random_uuid(), {COLUMNS} FROM channel"
    f" WHERE id = {ANOTHER}",
}


@pytest.mark.parametrize("change", NUMBERS.values(), ids=NUMBERS)
def test_a_public_number_that_was_changed_is_found(scene: Scene, change: str) -> None:
    scene.run(change, id=scene.channel)
    assert [what.partition("/")[0] for _, what in scene.wrong()] in (
        ["channel"],
        ["mechanism_revision"],
    )


MINE = "WHERE organisation_id = (SELECT id FROM organisation WHERE kind = 'operator')"
OF_THE_HOUSE = {
    "number": f"UPDATE operator_profile SET contacts = '[\"03-0000-0000\"]' {MINE}",
    "everyday site": f"UPDATE operator_profile SET everyday_site = 'https://evil.example' {MINE}",
    "texts": f"UPDATE operator_profile SET texts = '{{}}' {MINE}",
    "name": "UPDATE organisation SET name = 'Somebody else' WHERE kind = 'operator'",
    "role": f"UPDATE membership SET role = 'administrator' {MINE} AND role = 'handler'",
    "put out": f"UPDATE membership SET active = false {MINE} AND role = 'handler'",
    "gone": f"DELETE FROM membership {MINE} AND role = 'lead'",
    "earlier": f"UPDATE key_request SET created_at = created_at - interval '3 days' {MINE}",
    "given by": f"UPDATE key_request SET decided_by = invited_by {MINE}",
}


@pytest.mark.parametrize("change", OF_THE_HOUSE.values(), ids=OF_THE_HOUSE)
def test_what_is_changed_about_the_operator_and_its_people_is_found(
    scene: Scene, change: str
) -> None:
    scene.run(change)
    told = {what.partition("/")[0] for stream, what in scene.wrong() if stream == str(house(scene))}
    assert told
    gone = {"person", "member_key_wrap"}  # nobody knows whose, when the membership is away
    assert told <= {"operator_profile", "organisation", "membership", "key_request", *gone}


def test_a_member_whom_nobody_let_in_is_found(scene: Scene) -> None:
    scene.run("DELETE FROM membership WHERE person_id = :who", who=scene.colleague.id)
    gone = scene.wrong()
    scene.run(
        "INSERT INTO membership (id, person_id, organisation_id, role, active) SELECT"
        " gen_random_uuid(), :who, id, 'director', true FROM organisation WHERE kind = 'operator'",
        who=scene.colleague.id,
    )
    added = [one for one in scene.wrong() if one not in gone]
    assert [what.partition("/")[0] for _, what in added] == ["membership"]


def house(scene: Scene) -> UUID:
    """The operator."""
    found: UUID = scene.owner.execute(
        text("SELECT id FROM organisation WHERE kind = 'operator'")
    ).scalar_one()
    return found


def test_a_chain_of_the_release_before_names_its_people_with_its_next_act(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before, events of an organisation told neither its row nor who is what there."""
    ring = app.config["KEY_RING"]
    with monkeypatch.context() as before:
        for model in [one for one in named.NAMED if one.__module__ == Organisation.__module__]:
            before.delitem(named.NAMED, model)
        before.delitem(named.HEADED, Organisation)
        operator = found_anew(session, ring)
    session.execute(text("UPDATE organisation SET event_reach = 0"))  # as the migration does
    session.expire_all()

    def wrong() -> list[str]:
        found = verifying.verify(session, ring.anchor_public, None, ring.event_key).wrong
        return [one["what"] for one in found]

    assert wrong() == []
    head = locked(session, Organisation, operator.id)
    audit.record(session, head, audit.Deed("signed_in", operator.director.actor.name, real_now()))
    session.commit()
    assert wrong() == []
    session.execute(text("UPDATE operator_profile SET contacts = '[]'"))
    assert [what.partition("/")[0] for what in wrong()] == ["operator_profile"]


@pytest.mark.parametrize(
    ("column", "value", "told"), [("severity", "high", 0), ("danger", "true", 1)]
)
def test_what_the_release_before_left_untold_is_no_break(
    scene: Scene, column: str, value: str, told: int
) -> None:
    """0.2.0 raised the severity of who was punished and said so in no event; danger it told."""
    scene.run("DELETE FROM event_detail")
    scene.run(
        "UPDATE event SET mac = NULL, codes = codes - 'rows' - 'row' - 'whole'"
        " WHERE stream_id = :id",
        id=scene.case_id,
    )
    scene.run(
        "UPDATE grievance_case SET event_mac = NULL, event_reach = 0 WHERE id = :id",
        id=scene.case_id,
    )
    scene.rewrite(1)
    before = scene.wrong()
    scene.run(f"UPDATE grievance_case SET {column} = :value", value=value)
    added = [one for one in scene.wrong() if one not in before]
    assert added == [(str(scene.case_id), f"grievance_case.{column}")] * told


def test_an_older_version_of_a_number_put_back_is_found(scene: Scene) -> None:
    """The release's own value, from before a person corrected or confirmed it."""
    scene.run(
        "UPDATE channel SET state = 'shipped', version = 1, page = NULL, confirmed_at = NULL,"
        " confirmed_by = NULL WHERE id = :id",
        id=scene.channel,
    )
    assert [what for _, what in scene.wrong()] == [f"channel/{scene.channel}"]


def test_a_read_changed_or_put_in_is_found_before_it_is_chained(scene: Scene) -> None:
    scene.run("UPDATE read_log SET actor = :who", who=scene.colleague.actor.name)
    assert {what.partition("/")[0] for _, what in scene.wrong()} == {"read_log"}


def test_a_read_that_was_chained_cannot_be_taken_out(
    scene: Scene, server: Server, ring_folder: Path
) -> None:
    worked(scene, server, ring_folder)
    assert scene.report().wrong == []
    scene.run("DELETE FROM read_log WHERE what = 'file'")
    assert scene.wrong() == [(str(audit.READ_CHAIN), "reads")]
    scene.owner.rollback()
    scene.run("UPDATE read_log SET stream_id = :other WHERE what = 'file'", other=uuid4())
    assert (str(audit.READ_CHAIN), "reads") in scene.wrong()


def test_a_chain_cut_back_with_an_old_head_is_found_by_the_anchor(
    scene: Scene, server: Server, ring_folder: Path
) -> None:
    """Even who kept an older copy of the row that heads the chain."""
    worked(scene, server, ring_folder)
    scene.run(
        "INSERT INTO unanchored_stream (stream_id, seq, head) SELECT id, event_seq, event_head FROM"
        " grievance_case WHERE id = :id",
        id=scene.case_id,
    )
    scene.cut("grievance_case", scene.case_id)
    assert (str(scene.case_id), "anchored event") in scene.wrong()
    found = [one["what"] for one in scene.report(offline=True).wrong]
    assert "anchored event" in found


def test_a_chain_kept_from_the_anchors_is_found(
    scene: Scene, server: Server, ring_folder: Path
) -> None:
    worked(scene, server, ring_folder)
    case = scene.session.get_one(Case, scene.case_id)
    handling.note(
        scene.handler.act(scene.session, scene.site, case, real_now()), written("A third.")
    )
    scene.session.commit()
    assert scene.report().wrong == []
    scene.run("DELETE FROM unanchored_stream WHERE stream_id = :id", id=scene.case_id)
    assert scene.wrong() == [(str(scene.case_id), "never anchored")]


@pytest.mark.parametrize("statement", ["UPDATE read_log SET what = 'x'", "DELETE FROM read_log"])
def test_the_web_role_only_adds_to_the_read_log(
    scene: Scene, server: Server, statement: str
) -> None:
    name = make_url(str(scene.session.get_bind().engine.url)).database
    web = create_engine(server.url("app", name), poolclass=NullPool)
    with web.connect() as session, pytest.raises(ProgrammingError, match="permission denied"):
        session.execute(text(statement))


def test_an_export_is_proved_without_the_database(
    scene: Scene, app_of_scene: Flask, ring_folder: Path, tmp_path: Path, server: Server
) -> None:
    worked(scene, server, ring_folder)
    settings = app_of_scene.config["SETTINGS"]
    env = {
        "GRIEVANCE_DATABASE_URL": settings.database_url,
        "GRIEVANCE_KEYRING": str(ring_folder),
        "GRIEVANCE_DATA": str(tmp_path),
        "GRIEVANCE_PUBLIC_URL": "http://localhost",
    }
    told = CliRunner().invoke(command, ["verify", "--export"], env=env)
    assert told.exit_code == 0, told.output
    export = json.loads(told.stdout)
    assert {"streams", "events", "broken", "anchors", "head", "before", "vouched"} <= set(export)
    file = tmp_path / "export.json"

    def proved(**changes: object) -> tuple[int, dict[str, object]]:
        file.write_text(json.dumps({**export, **changes}))
        public = scene.ring.anchor_public.hex()
        answer = CliRunner().invoke(command, ["check", str(file), "--public", public])
        return answer.exit_code, json.loads(answer.stdout)

    code, facts = proved()
    same = ("streams", "events", "broken", "anchors", "head", "before")
    assert code == 0
    assert {name: facts[name] for name in same} == {name: export[name] for name in same}
    changed = [dict(event) for event in export["chains"]]
    changed[3]["actor"] = "member:somebody-else"
    assert proved(chains=changed)[0] == 1
    assert proved(chains=export["chains"][:-1])[0] == 1
    anchored = [dict(anchor) for anchor in export["anchored"]]
    anchored[-1]["cases"] = 7
    assert proved(anchored=anchored)[0] == 1
    file.write_text("{}")
    assert CliRunner().invoke(command, ["check", str(file)]).exit_code == 2


def test_an_anchor_that_is_signed_meanwhile_is_no_break(
    scene: Scene,
    app_of_scene: Flask,
    ring_folder: Path,
    tmp_path: Path,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opens = cli._session

    def opened(*args: str, **more: str) -> Session:
        session = opens(*args, **more)
        session.execute(text("SELECT count(*) FROM anchor"))
        who = scene.handler.actor.name
        audit.record_read(scene.session, scene.case_id, actor=who, now=real_now(), what="case")
        scene.session.commit()
        worked(scene, server, ring_folder)
        anchors.copy_anchors(scene.session, tmp_path / anchors.COPY)
        return session

    monkeypatch.setattr(cli, "_session", opened)
    env = {
        "GRIEVANCE_DATABASE_URL": app_of_scene.config["SETTINGS"].database_url,
        "GRIEVANCE_KEYRING": str(ring_folder),
        "GRIEVANCE_DATA": str(tmp_path),
        "GRIEVANCE_PUBLIC_URL": "http://localhost",
    }
    told = CliRunner().invoke(command, ["verify"], env=env)
    assert (told.exit_code, json.loads(told.stdout)["wrong"]) == (0, [])


def test_a_lawful_erasure_is_told_and_is_no_break(scene: Scene) -> None:
    """Room for it: an event says which rows went, and that the law asked for it."""
    session = scene.session
    case = session.get_one(Case, scene.case_id, with_for_update=True)
    gone = session.execute(
        text("SELECT id FROM message WHERE thread = 'staff' AND seq = 2")
    ).scalar_one()
    codes = {"rows": {f"message/{gone}": ""}, "all": False}
    audit.record(session, case, audit.Deed(audit.ERASED, "cli:test", real_now(), codes))
    session.execute(text("DELETE FROM message WHERE id = :id"), {"id": gone})
    session.flush()
    report = verifying.verify(session, scene.ring.anchor_public, None, scene.ring.event_key)
    assert report.wrong == []


def test_a_page_never_waits_for_the_chain_of_reads(scene: Scene) -> None:
    """Two pages of one case at once: neither touches a row that the other holds."""
    named = {"actor": scene.handler.actor.name, "now": real_now(), "what": "case"}
    engine = scene.session.get_bind()
    with Session(engine) as one, Session(engine) as other:
        for page in (one, other):
            page.info["actor"] = "cli:test"
            page.execute(text("SET LOCAL lock_timeout = 500"))
            audit.record_read(page, scene.case_id, **named)


def _next_act(scene: Scene, model: type, one: UUID, verb: str) -> None:
    """Somebody does something that has nothing to do with what was changed."""
    with Session(scene.owner.execution_options(**audit.vouching(scene.ring))) as session:
        session.info["actor"] = "cli:test"
        head = locked(session, model, one)
        codes = {"state": head.state, "message": uuid4()} if model is Case else {}
        by = scene.handler.actor.name
        knows = ("state", "message") if model is Case else None
        audit.record(session, head, audit.Deed(verb, by, real_now(), codes, knows=knows))
        session.flush()


AGAIN = [
    "event_mac = NULL",
    "event_reach = 0",
    "event_reach = 1",
    "event_mac = NULL, event_reach = 0",
]


@pytest.mark.parametrize("again", AGAIN)
def test_a_chain_that_is_made_to_begin_again_blesses_nothing(scene: Scene, again: str) -> None:
    scene.run(f"UPDATE operator_profile SET everyday_site = 'https://evil.example' {MINE}")
    scene.run("DELETE FROM invitation")
    scene.run(f"UPDATE organisation SET {again} WHERE kind = 'operator'")
    assert "head" in {what for _stream, what in scene.wrong()}
    _next_act(scene, Organisation, house(scene), "signed_in")
    assert {"begun again", "head"} & {what for _stream, what in scene.wrong()}


@pytest.mark.parametrize("again", AGAIN)
def test_a_case_that_is_made_to_begin_again_blesses_nothing(scene: Scene, again: str) -> None:
    scene.run(
        f"UPDATE grievance_case SET assignee_id = :who, {again} WHERE id = :id",
        who=scene.colleague.id,
        id=scene.case_id,
    )
    assert "head" in {what for _stream, what in scene.wrong()}
    _next_act(scene, Case, scene.case_id, "note")
    assert {"begun again", "head"} & {what for _stream, what in scene.wrong()}
