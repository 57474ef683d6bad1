"""Every address of the filing, asked for on every way and at every step: a page or a way on, never
a failure. Somebody goes back, has two tabs, or types an address by hand."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from grievance.clock import real_now
from grievance.questions import drafts
from grievance.questions.bank import shipped
from tests.cast import browser, found_operator
from tests.pages import read_page
from tests.questions.answers import WAGES

OWN = ("check", "receipt", "sent", "open", "number", "number.png", "begun", "nothing")
WAYS = ("", *(way for way in shipped().journeys if way not in ("file", "finder", "later")))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", ["file", "finder"])
@pytest.mark.parametrize("known", ["all", "nothing"])
def test_any_page_at_any_time_is_a_page_or_leads_on(
    app: Flask, session: Session, loaded: Session, way: str, kind: str, known: str
) -> None:
    assert loaded is not None
    ring = app.config["KEY_RING"]
    found_operator(session, ring)
    said = {**(WAGES if known == "all" else {}), **({"route": way} if way else {})}
    visitor = browser(app, session)
    for page in (*shipped().pages, *OWN):
        secret, _draft = drafts.start(session, ring, real_now(), kind=kind, answers=said)
        session.commit()
        visitor.set_cookie("draft", secret)
        path = f"/en/file/{page}"
        shown = visitor.get(path)
        token = read_page(visitor.get("/en/return")).fields()["token"]
        for data in ({}, {"token": token}, {"token": token, "add": "1"}):
            sent = visitor.post(path, data=data)
            assert sent.status_code < 500, (path, data)
        assert shown.status_code < 500, path
