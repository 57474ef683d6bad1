"""What is told to others: browsers, other sites, search engines, readers of the monthly counts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.cases.models import Tally
from tests.cast import file_case, found_operator
from tests.guard.source import ROOT
from tests.guard.test_routes import _rules

TEMPLATES = ROOT / "templates"
MEMBERS = ("layout/desk.html", "layout/partner_desk.html")
EXTENDS = re.compile(r"{% extends ['\"]([^'\"]+)['\"]")
NOINDEX = '<meta name="robots" content="noindex">'
PUBLIC = ("portal", "web")  # the directory and pages of errors
FROM_US = {"'self'", "'none'", "data:"}
ELSEWHERE = re.compile(
    r"<(?:script|img|link|iframe|source|audio|video)\b[^>]*?(?:src|href)=\"(?!/|data:)"
)


def _some(rule: Any) -> dict[str, Any]:
    """Values for an address: one of those that are allowed, else of nothing that is there."""
    kinds = {"UUIDConverter": str(UUID(int=0)), "LanguageConverter": "en", "IntegerConverter": 1}
    return {
        name: next(iter(getattr(converter, "items", ())), None)
        or kinds.get(type(converter).__name__, "x")
        for name, converter in rule._converters.items()
    }


def test_every_answer_asks_nobody_else_and_is_not_kept(app: Flask, client: FlaskClient) -> None:
    """Pages, errors and redirects of every route, whoever asks."""
    asked = 0
    for rule in _rules(app):
        path = rule.build(_some(rule), append_unknown=False)[1]
        for method in ("GET", "POST", "PUT"):
            answer = client.open(path, method=method)
            told, where = answer.headers, f"{method} {rule}: {answer.status_code}"
            for part in told["Content-Security-Policy"].split("; "):
                assert set(part.split()[1:]) <= FROM_US, where
            assert told["X-Frame-Options"] == "DENY", where
            assert told["Referrer-Policy"] == "no-referrer", where
            assert told["X-Content-Type-Options"] == "nosniff", where
            assert told["Cache-Control"] == "no-store", where
            assert not ELSEWHERE.search(answer.get_data(as_text=True)), where
            asked += 1
    assert asked > 300


def _is_private(template: Path) -> bool:
    text = template.read_text(encoding="utf-8")
    if NOINDEX in text or "set private = true" in text:
        return True
    if "{% extends member_layout() %}" in text:  # of the desk, or of a partner's desk
        return all(_is_private(TEMPLATES / parent) for parent in MEMBERS)
    parent = EXTENDS.search(text)
    return bool(parent) and _is_private(TEMPLATES / parent[1])


def test_no_page_of_a_worker_is_found_by_a_search_engine() -> None:
    """Every whole page but those of the directory says so itself."""
    pages = [
        path
        for path in TEMPLATES.rglob("*.html")
        if path.relative_to(TEMPLATES).parts[0] not in (*PUBLIC, "layout")
        and re.search(r"{% extends |<html", path.read_text(encoding="utf-8"))
    ]
    assert len(pages) > 50
    assert [str(path.relative_to(ROOT)) for path in pages if not _is_private(path)] == []


def test_tallies_name_no_case_and_no_status(app: Flask, session: Session) -> None:
    """Of a filing stays: so many of a month, of a nationality or a sector."""
    found_operator(session, app.config["KEY_RING"])
    file_case(session, app.config["SITE"], nationality="VN", status="none")
    rows = session.scalars(select(Tally)).all()
    assert set(Tally.__table__.columns.keys()) == {"month", "dimension", "value", "count"}
    assert {row.dimension for row in rows} <= {"nationality", "sector"}
    assert "VN" in {row.value for row in rows}
    assert all(row.month.day == 1 for row in rows)
    assert not {"none", "irregular", "status"} & {row.value for row in rows}
