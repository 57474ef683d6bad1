"""Roles that must have a second step, and ending sessions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, text, update

from grievance.accounts import door, queries, verifying
from grievance.accounts.models import Event, StaffSession
from grievance.accounts.operations import factors
from grievance.accounts.roles import Role
from grievance.clock import real_now
from grievance.vault.slots import SlowLane, account, network
from tests import cast
from tests.accounts.conftest import Browser, Office
from tests.accounts.test_second_step import ACCOUNT, set_up
from tests.pages import read_page


@pytest.fixture(autouse=True)
def fresh_lane(app: Any) -> None:
    app.config[door.LANE] = SlowLane(account)
    app.config[door.NETWORK_LANE] = SlowLane(network, before=door.WRONG_BY_NETWORK)


@pytest.fixture
def lan(office: Office) -> Any:
    return office.join("lan", Role.HANDLER)


def verbs(office: Office) -> list[str]:
    return list(office.session.scalars(select(Event.verb).order_by(Event.seq)))


def require(office: Office, *roles: Role) -> None:
    factors.require(office.act(), roles)
    office.session.commit()


def test_who_must_have_one_and_has_none_opens_nothing_else(
    app: Any, client: Browser, office: Office, lan: Any
) -> None:
    client.sign_in("lan@example.org")
    assert client.page("/staff/").name == "staff.today"
    require(office, Role.HANDLER)
    paths = [
        str(rule)
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "audience", "") in ("staff", "member")
        and "GET" in (rule.methods or ())
        and not rule.arguments
    ]
    assert len(paths) > 20
    setting_up = {ACCOUNT, f"{ACCOUNT}/new", "/staff/account/passkeys/new"}
    for path in sorted({*paths} - setting_up - {"/staff/confirm-password"}):
        assert client.get(path).headers["Location"] == ACCOUNT, path
    page = client.page(ACCOUNT)
    assert "nothing else opens before" in page.main
    assert not page.all("a", href="/staff/cases")
    assert not page.all("input", name="words")
    set_up(client, office)
    assert client.page("/staff/").name == "staff.today"


def test_words_that_were_just_written_are_shown_to_be_copied(
    client: Browser, office: Office, lan: Any
) -> None:
    client.sign_in("lan@example.org")
    token = client.page("/staff/").all("input", name="token")[0].get("value")
    require(office, Role.HANDLER)
    words = "Two months without pay, and the foreman keeps the card."
    answer = client.post("/staff/find", data={"token": token, "words": words})
    assert words in read_page(answer).main
    assert client.post("/staff/find", data={"token": "0", "words": words}).status_code == 303


def test_other_roles_and_who_has_one_go_on(client: Browser, office: Office, lan: Any) -> None:
    require(office, Role.DIRECTOR, Role.LEAD)
    client.sign_in("lan@example.org")
    assert client.page("/staff/").name == "staff.today"


def test_a_partners_person_must_too(app: Any, session: Any, ring: Any) -> None:
    operator = cast.found_operator(session, ring)
    who = cast.add_partner(session, operator, "posse", 1).people[0]
    client = cast.browser(app, session, who)
    assert client.get("/partner/").status_code == 200
    act = operator.director.acting(session, ring, real_now())
    factors.require(act, [Role.PARTNER_CASEWORKER])
    session.commit()
    assert client.get("/partner/").headers["Location"] == ACCOUNT
    assert not read_page(client.get(ACCOUNT)).all("a", href="/partner/people")


def test_the_console_says_who_has_one_and_which_roles_must(
    client: Browser, browse: Any, office: Office, lan: Any
) -> None:
    colleague = browse()
    colleague.sign_in("lan@example.org")
    set_up(colleague, office)
    assert colleague.get("/staff/people/second-step").status_code == 403
    client.sign_in("director@example.org")
    page = client.page("/staff/people/second-step")
    assert page.main.count("has one") == 1
    sent = {**page.fields(), "roles": ["handler", "lead"]}
    saved = client.post("/staff/people/second-step", data=sent).headers["Location"]
    page = client.page(saved)
    ticked = [one.get("value") for one in page.all("input", name="roles", checked="")]
    assert ticked == ["handler", "lead"]
    client.post("/staff/people/second-step", data={**page.fields(), "roles": ["handler", "lead"]})
    assert verbs(office).count("factor_required") == 1
    client.post("/staff/people/second-step", data={"token": page.fields()["token"]})
    assert not client.page("/staff/people/second-step").all("input", name="roles", checked="")


def test_a_rule_that_was_taken_away_is_found(office: Office) -> None:
    require(office, Role.DIRECTOR)

    def wrong() -> list[str]:
        office.session.expire_all()
        report = verifying.verify(office.session, event_key=office.ring.event_key)
        return [str(one["what"]).partition("/")[0] for one in report.wrong]

    assert wrong() == []
    office.session.execute(text("UPDATE factor_rule SET roles = '[]'"))
    assert wrong() == ["factor_rule"]


@pytest.mark.parametrize(
    ("role", "asked"),
    [(Role.HANDLER, True), (Role.ADMINISTRATOR, True), (Role.DIRECTORY_EDITOR, False)],
)
def test_who_holds_the_key_or_manages_people_is_asked_for_one(
    client: Browser, office: Office, role: Role, asked: bool
) -> None:
    office.join("mai", role)
    client.sign_in("mai@example.org")
    assert bool(client.page("/staff/").all("div", data_second_step="")) is asked
    set_up(client, office)
    assert not client.page("/staff/").all("div", data_second_step="")


def test_ones_own_sessions_are_listed_and_ended(
    client: Browser, browse: Any, office: Office, lan: Any
) -> None:
    client.sign_in("lan@example.org")
    others = [browse(), browse()]
    for one in others:
        one.sign_in("lan@example.org")
    page = client.page("/staff/account/sessions")
    forms = [one for one in page.all("form") if "/sessions/" in (one.get("action") or "")]
    assert len(forms) == 3
    assert page.main.count("this one") == 2  # the mark, and the button for all others
    client.post(forms[0].get("action"), data=page.fields(forms[0]))
    signed_in = [one.get("/staff/account").status_code == 200 for one in others]
    assert signed_in.count(True) == 1
    client.post("/staff/account/sessions/end", data=page.fields(forms[-1]))
    assert all(one.get("/staff/account").status_code == 303 for one in others)
    page = client.page("/staff/account/sessions")
    assert not [one for one in page.all("form") if "/sessions/" in (one.get("action") or "")]
    assert "sessions_ended" in verbs(office)


def test_the_session_of_another_ends_by_no_id(
    client: Browser, browse: Any, office: Office, lan: Any
) -> None:
    client.sign_in("lan@example.org")
    director = browse()
    director.sign_in("director@example.org")
    ids = office.session.scalars(
        select(StaffSession.id).where(StaffSession.person_id != lan.person_id)
    ).all()
    token = client.page("/staff/account").fields()["token"]
    for one in (*ids, uuid4()):
        client.post(f"/staff/account/sessions/{one}/end", data={"token": token})
    assert director.get("/staff/account").status_code == 200
    for path in ("end", f"{ids[0]}/end"):
        answer = client.post(f"/staff/account/sessions/{path}", data={"token": "x"})
        assert answer.status_code == 400


def test_a_director_signs_a_colleague_out_everywhere(
    client: Browser, browse: Any, office: Office, lan: Any
) -> None:
    colleague = browse()
    colleague.sign_in("lan@example.org")
    path = f"/staff/people/{lan.person_id}/sign-out"
    assert colleague.get(path).status_code == 403
    client.sign_in("director@example.org")
    assert client.send(path).headers["Location"].startswith("/staff/people")
    assert colleague.get("/staff/account").status_code == 303
    assert colleague.sign_in("lan@example.org").headers["Location"] == "/staff/"
    assert client.get("/staff/account").status_code == 200
    assert client.get(f"/staff/people/{uuid4()}/sign-out").status_code == 404


@pytest.mark.parametrize(
    ("column", "limit"), [("last_seen", queries.IDLE), ("created_at", queries.LONGEST)]
)
def test_a_session_ends_by_itself(
    client: Browser, office: Office, lan: Any, column: str, limit: timedelta
) -> None:
    client.sign_in("lan@example.org")
    for past, status in ((timedelta(minutes=1), 200), (-timedelta(seconds=1), 303)):
        when = real_now() - limit + past
        office.session.execute(update(StaffSession).values({column: when}))
        office.session.commit()
        assert client.get("/staff/account").status_code == status
