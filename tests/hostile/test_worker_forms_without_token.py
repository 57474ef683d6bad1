"""Every form of a worker, sent whole: refused without its token, done with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from grievance.accounts.roles import Role
from grievance.clock import real_now
from grievance.notifications import proof
from grievance.notifications.models import Outbox
from tests.cases.conftest import World
from tests.cast import Browser, browser, file_case, found_operator, member
from tests.hostile.test_without_token import rows
from tests.intake.test_cards import FIRST
from tests.intake.test_remedy_pages import filled
from tests.pages import read_page

ADDRESS = "linh@mail.example"
Form = tuple[str, dict[str, str]]


def _whole(client: Browser, path: str, **typed: str) -> Form:
    page = read_page(client.get(path))
    main = page.one("form", data_main="")
    return (main.get("action") or path).partition("?")[0], {**page.fields(main), **typed}


def _message(world: World, client: Browser) -> Form:
    return _whole(client, "/en/case", message="Not yet.")


def _contact(world: World, client: Browser) -> Form:
    return _whole(client, "/en/case/contact", way="email", email=ADDRESS)


def _address(world: World, client: Browser) -> Form:
    path, data = _contact(world, client)
    assert client.post(path, data=data).status_code == 303
    letter = world.session.scalars(select(Outbox).where(Outbox.kind == proof.KIND)).one()
    code = proof.code_of(world.operator.ring.address_hmac, letter.id, ADDRESS)
    return _whole(client, "/en/case/address", letter=code)


def _handover(world: World, client: Browser) -> Form:
    world.bring_to("accepted")
    asked = world.hand_over("asked")
    world.session.commit()
    path = f"/en/case/handover/{asked.id}"
    return path, {**read_page(client.get(path)).fields(), "answer": "yes"}


def _recall(world: World, client: Browser) -> Form:
    world.bring_to("accepted")
    given = world.hand_over("delivered")
    world.session.commit()
    path = f"/en/case/handover/{given.id}"
    page = read_page(client.get(path))
    return f"{path}/recall", page.fields(page.one("form", action=f"{path}/recall"))


def _remedy(world: World, client: Browser) -> Form:
    world.bring_to("remedy_agreed")
    world.session.commit()
    return "/en/case/remedy", filled(client, "all")


def _close(world: World, client: Browser) -> Form:
    world.bring_to("accepted")
    world.session.commit()
    return _whole(client, "/en/case/close", rating="4", reprisal="no", message="Thank you.")


def _withdraw(world: World, client: Browser) -> Form:
    return _whole(client, "/en/case/withdraw")


def _number(world: World, client: Browser) -> Form:
    return _whole(client, "/en/case/number")


def _appeal(world: World, client: Browser) -> Form:
    world.bring_to("not_accepted")
    return _over(world, client, "/en/case/appeal")


def _reopen(world: World, client: Browser) -> Form:
    world.bring_to("closed")
    return _over(world, client, "/en/case/reopen")


def _over(world: World, client: Browser, path: str) -> Form:
    world.case.state_since = real_now()
    world.session.commit()
    return _whole(client, path, message="Look again.")


def _card(world: World, client: Browser) -> Form:
    return _whole(client, "/en/case/more/company", company="Mihon")


FORMS: list[Callable[[World, Browser], Form]] = [
    _message, _contact, _address, _handover, _recall, _remedy, _close, _withdraw, _number, _appeal,
    _reopen, _card,
]  # fmt: skip


def _planted(client: Browser, name: str) -> str:
    """What whoever was in this browser before can know: a cookie they left, and its token."""
    client.set_cookie(name, f"{name}.known")
    earlier = client.application.test_client()
    earlier.set_cookie(name, f"{name}.known")
    return read_page(earlier.get("/en/return")).fields()["token"]


def _type_number(client: Browser, code: str) -> None:
    page = read_page(client.get("/en/return"))
    assert client.post("/en/return", data={**page.fields(), "code": code}).status_code == 303


def _there(session: Session) -> tuple[dict[str, str], list[object]]:
    drawn = session.execute(text("SELECT pending_box FROM receipt_session ORDER BY id")).scalars()
    waiting = [bytes(one) if one else None for one in drawn]
    return rows(session), list(waiting)


@pytest.mark.parametrize("form", FORMS, ids=[one.__name__[1:] for one in FORMS])
def test_only_the_token_keeps_a_worker_s_form_from_being_done(
    app: Flask, session: Session, loaded: Session, form: Callable[[World, Browser], Form]
) -> None:
    assert loaded is not None
    operator, site = found_operator(session, app.config["KEY_RING"]), app.config["SITE"]
    lead, colleague = (
        member(session, operator, Role.LEAD, name) for name in ("Tanaka Ken", "Mori Emi")
    )
    short = FIRST if form is _card else {}
    filed = file_case(session, site, **short)
    world, client = World(session, site, operator, lead, colleague, filed), browser(app, session)
    known = {name: _planted(client, name) for name in ("visit", "draft", "staff")}
    _type_number(client, filed.code)
    path, sent = form(world, client)
    token = sent.pop("token")
    assert token not in known.values()
    before = _there(session)
    wrongs = [{"token": one} for one in ("0" * 40, "", *known.values())]
    for wrong in ({}, *wrongs):
        client.post(path, data={**sent, **wrong})
        assert _there(session) == before
    assert client.post(path, data={**sent, "token": token}).status_code in (200, 303)
    assert _there(session) != before


def test_a_planted_cookie_keeps_no_visit_open(app: Flask, session: Session) -> None:
    found_operator(session, app.config["KEY_RING"])
    filed, client = file_case(session, app.config["SITE"]), browser(app, session)
    known = _planted(client, "staff")
    _type_number(client, filed.code)
    own = read_page(client.get("/en/case")).all("input", name="token")[0].get("value")
    assert client.post("/en/case/still", data={"token": known}).status_code == 400
    assert client.post("/en/case/still", data={"token": own}).status_code == 204


def test_one_browser_of_staff_and_of_a_number_keeps_them_apart(
    app: Flask, session: Session
) -> None:
    """A member of staff who tries a number: each page goes by its own cookie, a public one by
    any of them."""
    operator = found_operator(session, app.config["KEY_RING"])
    filed = file_case(session, app.config["SITE"])
    client = browser(app, session, operator.director)
    _type_number(client, filed.code)
    of_staff = read_page(client.get("/staff/")).all("input", name="token")[0].get("value")
    path, sent = "/en/case/message", _whole(client, "/en/case", message="Not yet.")[1]
    before = _there(session)
    assert client.post(path, data={**sent, "token": of_staff}).status_code == 422
    assert client.post("/staff/still", data={"token": sent["token"]}).status_code == 400
    assert _there(session) == before
    assert client.post(path, data=sent).status_code == 303
    assert _there(session) != before
    assert client.post("/staff/still", data={"token": of_staff}).status_code == 204
    again = {"code": filed.code, "token": sent["token"]}
    assert client.post("/en/return", data=again).status_code == 303
    assert client.post("/en/return", data={**again, "token": of_staff}).status_code == 303
