"""`/.well-known/security.txt`: there when it can name somebody, and only then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from grievance.accounts.models import OperatorProfile
from grievance.settings import SettingsError, WebSettings, read
from tests.cast import found_operator
from tests.guard.test_settings import WHOLE

PLACE = "/.well-known/security.txt"


def told(client: FlaskClient) -> dict[str, list[str]]:
    """Its fields."""
    answer = client.get(PLACE)
    assert answer.status_code == 200
    assert answer.content_type == "text/plain; charset=utf-8"
    fields: dict[str, list[str]] = {}
    for line in answer.text.splitlines():
        name, _, value = line.partition(": ")
        fields.setdefault(name, []).append(value)
    return fields


def test_nobody_is_named_before_there_is_an_operator(client: FlaskClient) -> None:
    assert client.get(PLACE).status_code == 404


def test_the_addresses_of_the_profile_are_named(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    found_operator(session, app.config["KEY_RING"])
    contacts = ["desk@example.org", "https://help.example.org/us", "03-1234-5678", "Room 2, Tokyo"]
    session.execute(update(OperatorProfile.__table__).values(contacts=contacts))
    fields = told(client)
    assert fields["Contact"] == ["mailto:desk@example.org", "https://help.example.org/us"]
    assert fields["Canonical"] == [f"http://localhost{PLACE}"]
    expires = datetime.fromisoformat(fields["Expires"][0])
    assert timedelta(days=30) < expires - datetime.now(UTC) < timedelta(days=365)
    session.execute(update(OperatorProfile.__table__).values(contacts=["03-1234-5678"]))
    assert client.get(PLACE).status_code == 404


def test_a_setting_goes_before_the_profile(app: Flask, client: FlaskClient) -> None:
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(before, security_contact="security@example.org")
    try:
        assert told(client)["Contact"] == ["mailto:security@example.org"]
    finally:
        app.config["SETTINGS"] = before


@pytest.mark.parametrize("wrong", ["nobody", "http://example.org", "tel:110"])
def test_a_setting_that_is_no_address_is_refused(wrong: str) -> None:
    with pytest.raises(SettingsError, match="SECURITY_CONTACT"):
        read(WebSettings, {**WHOLE, "GRIEVANCE_SECURITY_CONTACT": wrong})
