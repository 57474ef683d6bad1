"""A backup that is put back sends nothing by itself that had waited in it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy import delete, select

from grievance import clock
from grievance.notifications import messages, outbox, pace, proof
from grievance.notifications.addresses import seal_address
from grievance.notifications.models import Outbox
from grievance.vault.keyring import KeyRing
from tests.backup.conftest import Lived, Place

SITE = "http://localhost"
WORKER = "hoa@mail.example"


def waiting(place: Place, ring: KeyRing) -> dict[str, Outbox]:
    """Letters that wait: to staff, to a worker, and one to a worker that was given up."""
    now, public = clock.real_now(), ring.notifier_public
    staff = seal_address(public, uuid4(), "tanaka@desk.example")
    until = now.date() + timedelta(days=7)
    letters = {
        "danger": messages.danger(staff, "en", SITE, uuid4()),
        "invitation": messages.invitation("mori@desk.example", "en", f"{SITE}/x", until),
        "worker_news": messages.worker_news(WORKER, "en", SITE),
        "given up": messages.worker_news("lan@mail.example", "en", SITE),
    }
    with place.session() as session:
        session.expire_on_commit = False
        rows = {
            name: session.get_one(Outbox, outbox.enqueue(session, public, letter, now))
            for name, letter in letters.items()
        }
        rows["given up"].state = "dead"
        claim = proof.Claim(WORKER, uuid4(), written)
        assert proof.ask(session, ring.address_hmac, public, claim, now)
        kind = Outbox.kind == proof.KIND
        rows["code"] = session.scalars(select(Outbox).where(kind)).one()
        session.commit()
    return rows


def written(code: str) -> messages.Message:
    """The letter with a code."""
    return messages.address_code(WORKER, "en", SITE, code)


def before(place: Place) -> int:
    """How many to staff wait from its filing."""
    with place.session("owner") as session:
        return len(session.scalars(select(Outbox.id)).all())


def removed(place: Place, rows: dict[str, Outbox]) -> None:
    """The place is shared, and as it was."""
    with place.session("owner") as session:
        session.execute(delete(Outbox).where(Outbox.id.in_([row.id for row in rows.values()])))
        session.commit()


def test_letters_that_waited_in_the_backup_do_not_leave(
    lived: Lived, fresh: Place, tmp_path: Path
) -> None:
    ring = KeyRing.load(lived.place.ring, "web")
    filed = before(lived.place)
    rows = waiting(lived.place, ring)
    try:
        folder = tmp_path / "wednesday"
        assert lived.place.run("create", folder).exit_code == 0
    finally:
        removed(lived.place, rows)
    held = filed + 2
    answer = fresh.run("restore", folder)
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout)["held"] == held
    assert f"{held} letters to staff waited in the backup" in answer.stderr
    assert "3 letters to workers waited in the backup and were dropped" in answer.stderr
    assert fresh.work("drain")["due"] == 0
    with fresh.session() as session:
        found = {name: session.get_one(Outbox, row.id) for name, row in rows.items()}
        for name in ("danger", "invitation"):
            assert (found[name].state, found[name].error) == ("dead", outbox.RESTORED)
            assert found[name].sealed is not None
        for name in ("worker_news", "given up", "code"):
            assert (found[name].state, found[name].sealed) == ("cancelled", None)
        # whoever got the code before may type it
        code = proof.code_of(ring.address_hmac, rows["code"].id, WORKER)
        proof.check(session, ring.address_hmac, WORKER, uuid4(), code)
        assert found["code"].next_at == found["code"].at + outbox.KEPT
        assert outbox.revive(session, clock.real_now()) == held  # what a person lets go
        # whoever did not is written to when they ask again: the same code, once
        claim = proof.Claim(WORKER, uuid4(), written)
        asked = (session, ring.address_hmac, ring.notifier_public, claim, clock.real_now())
        assert [proof.ask(*asked), proof.ask(*asked)] == [True, False]
        session.commit()
        session.refresh(found["code"])
        assert (found["code"].state, found["code"].error) == ("pending", None)
        proof.check(session, ring.address_hmac, WORKER, uuid4(), code)
        session.commit()
    assert fresh.work("drain")["due"] == held + 1


def test_a_kind_that_nobody_listed_as_one_to_staff_is_dropped() -> None:
    assert "worker_news" not in pace.TO_STAFF
    assert proof.KIND not in pace.TO_STAFF
    assert {"danger", "invitation", "key_waits", "escalated"} <= pace.TO_STAFF
