"""Letters at rest: what a stolen database shows, and what becomes of letters taken back."""

from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from grievance.notifications import messages, outbox
from grievance.notifications.addresses import AddressBox, open_address, seal_address
from grievance.notifications.models import Outbox
from grievance.vault.errors import Tampered
from grievance.vault.keyring import KeyRingError

ADDRESS = "hoa.nguyen@mail.example"
SITE = "https://desk.example"


def dump(database: str, table: str) -> str:
    address = database.replace("+psycopg", "").replace("-c+", "-c%20")  # libpq takes no plus
    with psycopg.connect(address) as connection:
        copied = connection.cursor().copy(f"copy {table} to stdout")
        with copied as rows:
            text = b"".join(bytes(row) for row in rows).decode()
    return text + "".join(
        bytes.fromhex(column[3:]).decode("latin-1")
        for column in text.split("\t")
        if column.startswith("\\\\x")
    )


def test_a_dump_of_the_outbox_shows_neither_address_nor_text(
    database, put, post_session, web_ring, now
):
    put(ADDRESS)
    box = seal_address(web_ring.notifier_public, uuid4(), ADDRESS)
    letter = messages.danger(box, "en", SITE)
    outbox.enqueue(post_session, web_ring.notifier_public, letter, now)
    post_session.commit()
    shown = dump(database, "outbox")
    assert "worker_news" in shown
    assert "danger" in shown
    for canary in (ADDRESS, "hoa", "mail.example", SITE, "note", "urgent", "Somebody"):
        assert canary.lower() not in shown.lower()


def test_letters_of_different_length_look_alike(put, post_session, web_ring, now):
    (short,) = put("a@b.example")
    (long,) = put("a.rather.longer.address.than.that@mail.somewhere.example")
    assert len(short.sealed) == len(long.sealed)


def test_the_keys_of_the_web_open_no_letter(put, web_ring, worker_ring):
    (row,) = put(ADDRESS)
    with pytest.raises(KeyRingError):
        _ = web_ring.notifier
    assert outbox.open_sealed(worker_ring.notifier, row.id, row.sealed).to == ADDRESS


def test_a_letter_moved_to_another_row_does_not_open(put, worker_ring):
    one, other = put(ADDRESS, "b@mail.example")
    with pytest.raises(Tampered):
        outbox.open_sealed(worker_ring.notifier, one.id, other.sealed)


def test_a_kept_address_opens_for_its_owner_only(web_ring, worker_ring):
    kept = seal_address(web_ring.notifier_public, uuid4(), ADDRESS)
    assert open_address(worker_ring.notifier, kept) == ADDRESS
    with pytest.raises(Tampered):
        open_address(worker_ring.notifier, AddressBox(uuid4(), kept.box))


def test_a_letter_is_undone_with_the_transaction_that_wrote_it(post_session, web_ring, now):
    letter = messages.worker_news(ADDRESS, "en", SITE)
    outbox.enqueue(post_session, web_ring.notifier_public, letter, now)
    post_session.rollback()
    assert post_session.scalars(select(Outbox)).all() == []


def test_the_minute_of_a_letter_is_not_kept(put, now):
    (row,) = put(ADDRESS)
    assert row.at == now.replace(minute=0, second=0)


def test_letters_about_a_case_are_taken_back_and_their_text_with_them(
    put, post_session: Session, now
):
    case = uuid4()
    (ours,) = put(ADDRESS, case=case)
    (other,) = put(ADDRESS)
    assert outbox.cancel(post_session, case, now) == 1
    post_session.commit()
    post_session.expire_all()
    assert (ours.state, ours.sealed) == ("cancelled", None)
    assert other.state == "pending"
    assert outbox.cancel(post_session, case, now) == 0


def test_a_letter_that_is_over_is_deleted_14_days_later(put, post_session, now):
    case = uuid4()
    put(ADDRESS, case=case)
    outbox.cancel(post_session, case, now)
    assert outbox.forget_ended(post_session, now + timedelta(days=13)) == 0
    assert outbox.forget_ended(post_session, now + timedelta(days=14)) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "lost"},
        {"sealed": None},
        {"state": "cancelled"},
        {"state": "sent", "sealed": None},
    ],
)
def test_the_database_refuses_a_letter_that_contradicts_itself(put, post_session, wrong):
    (row,) = put(ADDRESS)
    for name, value in wrong.items():
        setattr(row, name, value)
    with pytest.raises(IntegrityError):
        post_session.flush()
    post_session.rollback()
