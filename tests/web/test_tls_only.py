"""How far browsers are told to come with TLS only: this name, unless the operator says more."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from grievance.settings import HSTS, SettingsError, WebSettings, read
from grievance.web.headers import TLS_ONLY
from tests.guard.test_settings import WHOLE

HEADER = "Strict-Transport-Security"


def test_nothing_is_said_without_tls(client: FlaskClient) -> None:
    assert HEADER not in client.get("/en/").headers


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "max-age=63072000"),
        ({"GRIEVANCE_HSTS": "subdomains"}, "max-age=63072000; includeSubDomains"),
        ({"GRIEVANCE_HSTS": "preload"}, "max-age=63072000; includeSubDomains; preload"),
    ],
)
def test_it_reaches_as_far_as_was_said(
    app: Flask, client: FlaskClient, given: dict[str, str], told: str
) -> None:
    before = app.config["SETTINGS"]
    hsts = read(WebSettings, {**WHOLE, **given}).hsts
    app.config.update(SETTINGS=replace(before, hsts=hsts), SECURE=True)
    try:
        assert client.get("/en/").headers[HEADER] == told
    finally:
        app.config.update(SETTINGS=before, SECURE=False)


def test_every_reach_has_its_words_and_another_one_is_refused() -> None:
    assert set(TLS_ONLY) == set(HSTS)
    with pytest.raises(SettingsError, match="HSTS"):
        read(WebSettings, {**WHOLE, "GRIEVANCE_HSTS": "everything"})
