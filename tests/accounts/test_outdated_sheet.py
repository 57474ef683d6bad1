"""A recovery sheet that was printed before a new pepper or a new key: the desk says so until a new
one is printed and typed back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from grievance.accounts import peppers
from grievance.accounts.operations import keys, recovery
from grievance.accounts.roles import Role
from grievance.clock import real_now
from grievance.vault import keyring
from grievance.vault.keyring import KeyRing
from tests.accounts.conftest import Browser, Office

SAYS = "The recovery sheet on paper is outdated."


@pytest.fixture
def used(office: Office) -> Office:
    """An office whose first pepper was noted when a web process started on it."""
    peppers.agree(office.session, office.ring, real_now())
    return office


def add_pepper(office: Office, folder: Path) -> None:
    """As `flask keyring add-pepper` and the next start of a web process leave it."""
    whole = folder / "ring"
    keyring.create(whole)
    keyring.add_pepper(whole)
    office.session.execute(peppers.PepperCheck.__table__.delete())
    ring = KeyRing.load(whole, "web")
    peppers.agree(office.session, ring, real_now())


def why(office: Office) -> tuple[str, ...]:
    office.session.expire_all()
    return recovery.outdated(office.session, office.id)


def renewed(office: Office) -> None:
    recovery.replace_sheet(office.act())
    office.session.commit()
    assert why(office) == ()  # another notice says that it was not typed back
    recovery.confirm_sheet(office.act(), office.sheet())
    office.session.commit()


def test_a_new_sheet_is_not_outdated(used: Office) -> None:
    assert why(used) == ()


def test_a_pepper_that_was_added_later_outdates_it(used: Office, tmp_path: Path) -> None:
    add_pepper(used, tmp_path)
    assert why(used) == ("pepper",)
    again = real_now() + timedelta(minutes=1)
    peppers.agree(used.session, KeyRing.load(tmp_path / "ring", "web"), again)
    renewed(used)
    assert why(used) == ()


def test_a_changed_key_outdates_it(used: Office) -> None:
    keys.rotate(used.act())
    used.session.commit()
    assert why(used) == ("key",)
    renewed(used)
    assert why(used) == ()


def test_everybody_who_holds_the_key_reads_it_until_it_is_renewed(
    client: Browser, used: Office
) -> None:
    used.join("lan", Role.HANDLER)
    client.sign_in("lan@example.org")
    assert SAYS not in client.page("/staff/").main
    keys.rotate(used.act())
    used.session.commit()
    assert SAYS in client.page("/staff/").main
    page = client.page("/staff/keys")
    assert SAYS in page.main
    assert "Ask a lead or director" in page.main
    renewed(used)
    assert SAYS not in client.page("/staff/").main
    assert SAYS not in client.page("/staff/keys").main


def test_when_a_pepper_was_noted_first_stays(used: Office) -> None:
    first = used.session.scalars(select(peppers.PepperCheck.noted_at)).one()
    peppers.agree(used.session, used.ring, real_now() + timedelta(days=1))
    assert used.session.scalars(select(peppers.PepperCheck.noted_at)).one() == first
