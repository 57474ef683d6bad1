"""Every route says who it is for, and every page a stranger can open is a whole page."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from grievance.accounts.roles import Permission
from grievance.web.audience import AUDIENCES
from tests.guard.source import ROOT
from tests.pages import read_page

LINK = re.compile(r"url_for\(\s*['\"]([a-z_]*\.[a-z_]+)['\"]")


def _rules(app: Flask) -> list[Any]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def test_every_route_declares_its_audience_and_permission(shared_app: Flask) -> None:
    known = {permission.value for permission in Permission} | {"signed-in"}
    for rule in _rules(shared_app):
        view = shared_app.view_functions[rule.endpoint]
        kind = getattr(view, "audience", None)
        assert kind in AUDIENCES, f"{rule} has no audience"
        if kind == "staff":
            assert view.permission in known, f"{rule}: {view.permission}"  # type: ignore[attr-defined]


def test_staff_routes_lie_under_staff_and_no_others_do(shared_app: Flask) -> None:
    for rule in _rules(shared_app):
        view = shared_app.view_functions[rule.endpoint]
        if view.audience == "staff":  # type: ignore[attr-defined]
            assert rule.rule.startswith("/staff/"), rule
        if view.audience == "worker":  # type: ignore[attr-defined]
            assert rule.rule.startswith("/<language:lang>/"), rule


def test_ids_in_addresses_are_uuids(shared_app: Flask) -> None:
    for rule in _rules(shared_app):
        for name in rule.arguments:
            if name.endswith("_id") and name not in ("mechanism_id", "issue_id"):
                assert f"<uuid:{name}>" in rule.rule, f"{rule} takes {name} of any kind"


def test_staff_pages_send_strangers_to_sign_in(app: Flask, client: FlaskClient) -> None:
    for rule in _rules(app):
        view = app.view_functions[rule.endpoint]
        if view.audience != "staff":  # type: ignore[attr-defined]
            continue
        path = rule.build(_some(rule), append_unknown=False)[1]
        for method in sorted(rule.methods & {"GET", "POST"}):
            answer = client.open(path, method=method)
            assert answer.status_code == 303, f"{method} {rule}"
            assert "/staff/sign-in" in answer.headers["Location"], f"{method} {rule}"


def _some(rule: Any) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, converter in rule._converters.items():
        kind = type(converter).__name__
        if kind == "UUIDConverter":
            values[name] = "00000000-0000-4000-8000-000000000000"
        elif kind == "LanguageConverter":
            values[name] = "en"
        else:
            values[name] = "1" if kind == "IntegerConverter" else "x"
    return values


@pytest.mark.parametrize("language", ["en", "ja", "vi"])
def test_pages_for_everybody_are_whole(app: Flask, client: FlaskClient, language: str) -> None:
    seen = 0
    for rule in _rules(app):
        view = app.view_functions[rule.endpoint]
        arguments = rule.arguments - {"lang"}
        if view.audience != "public" or "GET" not in rule.methods or arguments:  # type: ignore[attr-defined]
            continue
        if "lang" not in rule.arguments:
            continue
        answer = client.get(rule.build({"lang": language}, append_unknown=False)[1])
        if answer.status_code in (302, 303):
            continue
        assert answer.status_code == 200, rule
        if answer.mimetype == "text/csv":
            continue
        assert read_page(answer).one("html").get("lang") == language
        seen += 1
    assert seen >= 6


def test_an_unknown_page_is_a_page(client: FlaskClient) -> None:
    page = read_page(client.get("/en/nothing-here"))
    assert (page.status, page.name) == (404, "error")


def test_every_page_that_is_linked_exists(shared_app: Flask) -> None:
    known = {rule.endpoint for rule in shared_app.url_map.iter_rules()}
    own = {"demo.mail", "demo.letter", "demo.move_clock"}  # only in a demonstration
    sources = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "grievance").rglob("*.py")]
    for path in sources:
        for name in LINK.findall(path.read_text(encoding="utf-8")):
            surfaces = [path.parent.name] if name.startswith(".") else [""]
            names = {f"{surface}{name}" for surface in surfaces}
            assert names & (known | own), f"{path.relative_to(ROOT)} links to {name}"
