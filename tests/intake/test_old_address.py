"""A backup was put back that knows only where the worker was before: both sides read so."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from grievance.accounts.roles import Role
from grievance.cases.ledger import Act
from grievance.cases.models import Case
from grievance.cases.operations.replaying import replay
from grievance.cases.verbs import Verb
from grievance.i18n import gettext, speaking
from tests.cast import NOW, Browser, Filed, Operator, browser, file_case, found_operator, member
from tests.pages import Page, read_page

LOST = (
    "We had to go back to older data, and your last change here is lost. Please say again how we "
    "may reach you. Until then we send you no letter."
)
TOLD = "A backup was put back, and the worker changed this after it was made."


@pytest.fixture
def operator(app: Flask, session: Session) -> Operator:
    return found_operator(session, app.config["KEY_RING"])


@pytest.fixture
def filed(app: Flask, session: Session, operator: Operator) -> Filed:
    assert operator.id
    told = {"reach_by": "email", "contact_email": "home@example.org"}
    return file_case(session, app.config["SITE"], **told)


def put_back(session: Session, case: Case) -> None:
    """The ledger names a change that this database does not know."""
    act = Act(str(case.id), 99, "ab" * 32, Verb.CHANGE_CONTACT, NOW.isoformat(), {})
    assert replay(session, [act], NOW).acts == 1
    session.commit()


def visit(app: Flask, session: Session, filed: Filed, slug: str = "en") -> Browser:
    visitor = browser(app, session)
    page = read_page(visitor.get(f"/{slug}/return"))
    visitor.post(f"/{slug}/return", data={**page.fields(), "code": filed.code})
    return visitor


def notice(page: Page) -> str:
    """The notice of an old address; empty for none."""
    found = [one for one in page.root.iter() if one.get("data-old-contact") is not None]
    return " ".join("".join("".join(one.itertext()) for one in found).split())


@pytest.mark.parametrize("slug", ["en", "vi", "my", "ur"])
def test_the_worker_is_asked_to_say_again_how_they_may_be_reached(
    app: Flask, session: Session, filed: Filed, slug: str
) -> None:
    visitor = visit(app, session, filed, slug)
    assert not notice(read_page(visitor.get(f"/{slug}/case")))
    put_back(session, filed.case)
    page = read_page(visitor.get(f"/{slug}/case"))
    with speaking(slug):
        assert notice(page) == gettext(LOST)
    assert page.all("a", href=f"/{slug}/case/contact")
    form = read_page(visitor.get(f"/{slug}/case/contact", follow_redirects=True))
    at = "en" if slug in ("my", "ur") else slug
    said = {**form.fields(), "way": "none"}
    assert visitor.post(f"/{at}/case/contact", data=said).status_code == 303
    assert not notice(read_page(visitor.get(f"/{slug}/case")))


def test_a_handler_reads_that_somebody_else_may_answer_there(
    app: Flask, session: Session, operator: Operator, filed: Filed
) -> None:
    handler = browser(app, session, member(session, operator, Role.HANDLER))
    path = f"/staff/cases/{filed.case.reference}"
    assert not notice(read_page(handler.get(path)))
    put_back(session, filed.case)
    told = notice(read_page(handler.get(path)))
    assert told.startswith(TOLD)
    assert "do not write or call before they say it again" in told
