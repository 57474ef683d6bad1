"""Every route that takes a form is sent a good one without its token: not one row changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from grievance.accounts.roles import Role
from grievance.cases.operations import receipts
from grievance.clock import real_now
from grievance.questions import drafts
from grievance.tables import METADATA
from tests.cast import Browser, browser, file_case, found_operator, member
from tests.guard.test_tokens import WITHOUT
from tests.intake.filing_kit import Robot
from tests.pages import Page, read_page
from tests.questions.answers import WAGES

SAID = {
    "message": "Words.", "reason": "better_door", "language": "en", "note": "Words.",
    "words": "Words.", "how": "By telephone", "severity": "high", "issue": "housing",
    "email": "new@example.org", "name": "Somebody", "role": "handler", "channel": "phone",
    "check_made": "Asked", "rating": "4", "reprisal": "no", "way": "phone",
    "on_day": "2026-04-22", "problem": "money", "send": "now", "what-happened": "Again.",
    "typed": "Words.", "result": "advised", "preference": "none", "lang": "en",
}  # fmt: skip
# What a look alone writes: that a case was opened, when a session was last here.
LOOKED = {"read_log", "case_visit", "staff_session", "receipt_session"}

# What the same address writes when it is only looked at, and why.
AS_A_LOOK = {
    "intake.check": ("the number is drawn when the answers are first shown", {"draft"}),
    "intake.whose": ("a new secret for whoever sees the question", {"draft"}),
}


class Scene:
    """One browser that holds every cookie: of a lead, of a worker's visit and of a filing."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.app, self.session = app, session
        ring = app.config["KEY_RING"]
        operator = found_operator(session, ring)
        self.colleague = member(session, operator, Role.HANDLER, "Other Person")
        self.filed = file_case(session, app.config["SITE"])
        self.client: Browser = browser(app, session, operator.director)
        visit = receipts.begin_visit(session, ring, self.filed.receipt, self.filed.keys, real_now())
        secret, draft = drafts.start(session, ring, real_now(), answers=WAGES)
        drafts.save(draft, {}, real_now(), seen="start")
        session.commit()
        self.client.set_cookie("receipt", visit)
        self.client.set_cookie("draft", secret)
        self.forms: dict[str, tuple[Page, Any]] = {}

    def paths(self) -> Iterator[tuple[str, str, set[str]]]:
        """Every route: its name, an address that is there, what it takes."""
        given = {
            "lang": "en", "reference": self.filed.case.reference, "page": "safe", "token": "x" * 40,
            "mechanism_id": "ngo-smj", "issue": "wages-unpaid", "person_id": self.colleague.id,
        }  # fmt: skip
        for rule in sorted(self.app.url_map.iter_rules(), key=str):
            ids = {name: given.get(name, UUID(int=7)) for name in rule.arguments}
            try:
                built = rule.build(ids, append_unknown=False)
            except ValueError:
                continue
            if built is not None and rule.methods:
                yield rule.endpoint, built[1], set(rule.methods)

    def look(self) -> None:
        """Open every page once and remember its forms by where they are sent."""
        for endpoint, path, methods in self.paths():
            if "GET" not in methods or endpoint in ("static", "accounts.sign_out"):
                continue
            answer = self.client.get(path)
            if answer.status_code != 200 or answer.mimetype != "text/html":
                continue
            page = read_page(answer)
            for form in page.all("form", method="post"):
                sent_to = (form.get("action") or path).partition("?")[0]
                self.forms.setdefault(sent_to, (page, form))

    def body(self, path: str) -> dict[str, str]:
        """What somebody would send there; of a form we saw, filled."""
        if path not in self.forms:
            return dict(SAID)
        page, form = self.forms[path]
        sent = page.fields(form)
        if form.get("data-main") is not None:
            sent = Robot(self.client, SAID)._filled(page)
        return {**SAID, **{name: said or SAID.get(name, "") for name, said in sent.items()}}

    def rows(self) -> dict[str, str]:
        """A digest of each table's rows."""
        names = sorted(set(METADATA.tables) - LOOKED)
        each = " UNION ALL ".join(
            f"SELECT '{name}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))"
            f' FROM "{name}" t'
            for name in names
        )
        found = self.session.execute(text(each)).all()
        self.session.commit()  # a savepoint that stays open would take later requests back
        return {str(name): str(digest) for name, digest in found}


@pytest.fixture
def scene(app: Flask, session: Session, loaded: Session) -> Scene:
    """The house, looked through."""
    assert loaded is not None
    made = Scene(app, session)
    made.look()
    return made


def test_a_form_without_its_token_changes_nothing(scene: Scene) -> None:
    taking = [(name, path) for name, path, methods in scene.paths() if "POST" in methods]
    taking.sort(key=lambda one: one[0] in WITHOUT)  # leaving comes last: it ends the visit
    before, changed = scene.rows(), {}
    for endpoint, path in taking:
        data = {n: v for n, v in scene.body(path).items() if n != "token"}
        scene.client.post(path, data=data)
        scene.client.post(path, data={**data, "token": "0" * 40})
        after = scene.rows()
        if after != before:
            changed[endpoint] = {name for name in after if after[name] != before[name]}
        before = after
    for endpoint, (_why, rows) in AS_A_LOOK.items():
        assert changed.pop(endpoint, rows) <= rows | {"draft_successor"}
    assert {name: rows for name, rows in changed.items() if name not in WITHOUT} == {}
    assert len(taking) > 80


def test_the_same_forms_with_their_token_change_something(scene: Scene) -> None:
    """Else the test above would show nothing."""
    before, did = scene.rows(), set()
    for endpoint, path, methods in scene.paths():
        if "POST" not in methods or endpoint.startswith("accounts.") or endpoint in WITHOUT:
            continue
        data = scene.body(path)
        if "token" not in data:
            continue
        scene.client.post(path, data=data)
        after = scene.rows()
        if after != before:
            did.add(endpoint)
        before = after
    assert len(did) >= 10, sorted(did)
    assert {"intake.message", "desk.note"} <= did
