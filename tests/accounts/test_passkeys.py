"""Passkeys as a second step: made, asked for, taken in place of the password once more, taken off;
and every answer that does not fit."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from grievance.accounts import door, queries, verifying
from grievance.accounts.factors import WRONG_MOST, FactorTry, Passkey, RecoveryCode, StaffEntry
from grievance.accounts.models import Event, StaffSession
from grievance.accounts.operations import factors, invitations
from grievance.accounts.operations.asserting import LASTS
from grievance.accounts.operations.passkeys import MOST
from grievance.accounts.roles import Role
from grievance.clock import real_now
from grievance.notifications.models import Outbox
from grievance.vault import passkeys as vault
from grievance.vault.factors import code_at
from grievance.vault.slots import SlowLane, account, network
from tests.accounts.authenticator import Authenticator
from tests.accounts.conftest import PASSWORD, Browser, Office
from tests.accounts.test_second_step import ACCOUNT, set_up
from tests.pages import read_page

NEW, ASK = "/staff/account/passkeys/new", "/staff/account/passkeys/ask"
CODE, AT_SIGN_IN = "/staff/sign-in/code", "/staff/sign-in/passkey"


@pytest.fixture(autouse=True)
def fresh_lane(app: Any) -> None:
    app.config[door.LANE] = SlowLane(account)
    app.config[door.NETWORK_LANE] = SlowLane(network, before=door.WRONG_BY_NETWORK)


@pytest.fixture
def lan(office: Office) -> Any:
    return office.join("lan", Role.HANDLER)


def begun(client: Browser, **proof: str) -> tuple[dict[str, Any], dict[str, str]]:
    """What the browser is asked to make, and the fields that go with the answer."""
    page = read_page(client.send(NEW, name="work telephone", **proof))
    place = page.one("div", data_passkey="")
    return json.loads(place.get("data-make") or "{}"), page.fields()


def make(client: Browser, key: Authenticator, **proof: str) -> Any:
    options, fields = begun(client, **proof)
    return client.post(NEW, data={**fields, "made": key.make(options)})


def asked(client: Browser, page: str = CODE, at: str = AT_SIGN_IN) -> dict[str, Any]:
    """What a browser is given to sign."""
    token = client.page(page).all("input", name="token")[-1].get("value")
    answer = client.post(at, data={"token": token})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def half_way(browse: Any) -> Browser:
    made: Browser = browse()
    assert made.sign_in("lan@example.org").headers["Location"].startswith(CODE)
    return made


def enter(client: Browser, answer: str) -> Any:
    return client.send(CODE, passkey=answer)


def stale(office: Office) -> None:
    past = real_now() - queries.STEP_UP - timedelta(seconds=1)
    office.session.execute(update(StaffSession).values(stepped_up_at=past))
    office.session.commit()


def verbs(office: Office) -> list[str]:
    return list(office.session.scalars(select(Event.verb).order_by(Event.seq)))


def count(office: Office, model: Any) -> int:
    return office.session.scalar(select(func.count()).select_from(model)) or 0


def letters(office: Office) -> int:
    told = select(func.count()).select_from(Outbox).where(Outbox.kind == "factor")
    return office.session.scalar(told) or 0


def turned(office: Office) -> list[str]:
    """The tables of which a row is not as the chain tells it."""
    office.session.expire_all()
    report = verifying.verify(office.session, event_key=office.ring.event_key)
    return [str(one["what"]).partition("/")[0] for one in report.wrong]


@pytest.fixture
def key(client: Browser, office: Office, lan: Any) -> Authenticator:
    """Lan's only second step, made through the pages."""
    client.sign_in("lan@example.org")
    made = Authenticator()
    page = read_page(make(client, made))
    assert page.name == "staff.recovery-codes", page.main
    return made


def test_one_is_made_and_signs_in_once(
    client: Browser, browse: Any, office: Office, lan: Any
) -> None:
    other = browse()
    other.sign_in("lan@example.org")
    client.sign_in("lan@example.org")
    assert NEW in {one.get("href") for one in client.page(ACCOUNT).all("a")}
    options, fields = begun(client)
    assert options["rp"]["id"] == "localhost"
    assert options["attestation"] == "none"
    wanted = options["authenticatorSelection"]
    assert (wanted["userVerification"], wanted["residentKey"]) == ("required", "preferred")
    key = Authenticator()
    sent = {**fields, "made": key.make(options)}
    page = read_page(client.post(NEW, data=sent))
    assert len({one.text for one in page.all("output")}) == 10
    assert other.get("/staff/account").status_code == 303
    assert letters(office) == 1
    row = office.session.scalars(select(Passkey)).one()
    assert (row.name, row.transports) == ("work telephone", ["hybrid", "internal"])
    assert key.id not in row.kept
    assert read_page(client.post(NEW, data=sent)).status == 422  # its challenge is used up
    first, second = half_way(browse), half_way(browse)
    told = asked(first)
    assert told["userVerification"] == "required"
    assert [one["id"] for one in told["allowCredentials"]] == [json.loads(key.sign(told))["id"]]
    answer = key.sign(told)
    assert enter(first, answer).headers["Location"] == "/staff/"
    assert first.page("/staff/account").status == 200
    assert enter(second, answer).status_code == 422
    assert second.get("/staff/account").status_code == 303
    third = half_way(browse)
    assert enter(third, key.sign(asked(third))).headers["Location"] == "/staff/"
    assert "–" not in client.page(ACCOUNT).one("table").text
    assert turned(office) == []


WRONG = {
    "of another page": {"origin": "https://grievance.example"},
    "of another port": {"origin": "http://localhost:8000"},
    "of another site": {"site": "example"},
    "without the person": {"verifies": False},
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_what_does_not_fit_neither_makes_nor_opens(
    client: Browser, browse: Any, office: Office, key: Authenticator, change: dict[str, Any]
) -> None:
    wrong = replace(key, **change)
    thief = half_way(browse)
    page = read_page(enter(thief, wrong.sign(asked(thief))))
    assert "did not fit" in page.errors["code"]
    assert thief.get("/staff/account").status_code == 303
    assert count(office, FactorTry) == 1
    other = Authenticator(**change)
    proof = key.sign(asked(client, NEW, ASK))
    assert read_page(make(client, other, passkey=proof)).status == 422
    assert count(office, Passkey) == 1


def test_each_answer_is_for_its_own_challenge(
    client: Browser, browse: Any, office: Office, key: Authenticator
) -> None:
    """Another session's, an older one, one for something else, of nobody's key, and no answer."""
    mine, other = half_way(browse), half_way(browse)
    theirs, older = asked(other), asked(mine)
    session = asked(client, NEW, ASK)
    newest = asked(mine)
    assert enter(mine, key.sign(older)).status_code == 422
    assert enter(mine, key.sign(newest)).status_code == 422  # the wrong one has used it up
    for told in (theirs, session):
        asked(mine)
        assert enter(mine, key.sign(told)).status_code == 422
    assert enter(mine, replace(key, key=Authenticator().key).sign(asked(mine))).status_code == 422
    for broken in ("{}", "[1]", "x", "[" * 4000, '{"id": 1, "response": 2}', "\u2620"):
        asked(mine)
        assert enter(mine, broken).status_code in (422, 429)
    office.session.execute(text("DELETE FROM factor_try"))
    office.session.commit()
    late = asked(mine)
    past = real_now() - LASTS
    office.session.execute(update(StaffEntry).values(challenged_at=past))
    office.session.commit()
    assert enter(mine, key.sign(late)).status_code == 422
    fields, told = client.page(NEW).fields(), asked(client, NEW, ASK)
    sent = {**fields, "name": "x", "made": Authenticator().make(told)}
    assert client.post(NEW, data=sent).status_code == 422  # drawn to sign with, not to make one
    assert enter(mine, key.sign(asked(mine))).status_code == 303


def test_without_a_token_or_a_password_nothing_is_asked(
    client: Browser, browse: Any, key: Authenticator
) -> None:
    stranger = browse()
    token = stranger.page("/staff/sign-in").fields()["token"]
    for path in (AT_SIGN_IN, ASK):
        assert stranger.post(path, data={"token": token}).status_code in (303, 400, 403)
    for browser, path in ((half_way(browse), AT_SIGN_IN), (client, ASK)):
        assert browser.post(path, data={"token": "x"}).status_code == 400


def test_a_copy_is_refused_and_told(
    browse: Any, office: Office, key: Authenticator, client: Browser
) -> None:
    mine = half_way(browse)
    key.count = 5
    assert enter(mine, key.sign(asked(mine))).status_code == 303
    copy = replace(key, count=3)
    thief = half_way(browse)
    page = read_page(enter(thief, copy.sign(asked(thief))))
    assert "may have a copy" in page.errors["code"]
    assert "passkey_copied" in verbs(office)
    assert letters(office) == 2
    assert thief.get("/staff/account").status_code == 303
    assert enter(thief, key.sign(asked(thief))).status_code == 303


def test_ten_wrong_answers_wait_as_codes_do(
    browse: Any, office: Office, client: Browser, lan: Any
) -> None:
    client.sign_in("lan@example.org")
    app, _codes = set_up(client, office)
    key = Authenticator()
    assert make(client, key, code=app.later()).headers["Location"] == f"{ACCOUNT}?made=1"
    thief = half_way(browse)
    wrong = replace(key, verifies=False)
    for turn in range(WRONG_MOST):
        if turn % 2:
            assert enter(thief, wrong.sign(asked(thief))).status_code == 422
        else:
            assert thief.send(CODE, code="000000").status_code == 422
    assert enter(thief, key.sign(asked(thief))).status_code == 429
    assert "codes_wrong" in verbs(office)
    office.session.execute(text("DELETE FROM factor_try"))
    office.session.commit()
    assert thief.send(CODE, code=app.later()).status_code == 303  # either counts


def test_it_takes_the_place_of_the_password_once_more(
    client: Browser, browse: Any, office: Office, key: Authenticator
) -> None:
    """On the way to a page, and with a form that is carried on."""
    stale(office)
    where = client.get(ACCOUNT).headers["Location"]
    assert "confirm-password" in where
    page = read_page(client.send(where, step_up_passkey="{}"))
    assert "did not fit" in page.errors["password"]
    answer = key.sign(asked(client, where, ASK))
    assert client.send(where, step_up_passkey=answer).headers["Location"] == ACCOUNT
    assert client.page(ACCOUNT).status == 200
    row = office.session.scalars(select(Passkey)).one()
    path = f"/staff/account/passkeys/{row.id}"
    waiting = client.page(path).fields()
    stale(office)
    carried = read_page(client.post(path, data={**waiting, "name": "on my ring"}))
    assert carried.name == "staff.step-up"
    again = read_page(client.post(path, data={**carried.fields(), "step_up_passkey": answer}))
    assert again.errors["step_up"]
    fields = again.fields()
    assert fields["name"] == "on my ring"
    assert "step_up_passkey" not in fields or not fields["step_up_passkey"]
    told = asked(client, where, ASK)
    sent = {**fields, "step_up_passkey": key.sign(told)}
    assert client.post(path, data=sent).headers["Location"] == ACCOUNT
    assert "on my ring" in client.page(ACCOUNT).main
    assert "passkey_renamed" in verbs(office)
    stale(office)
    done = client.send(client.get(ACCOUNT).headers["Location"], password=PASSWORD)
    assert done.headers["Location"] == ACCOUNT


def test_another_needs_the_second_step_and_five_are_the_most(
    client: Browser, office: Office, key: Authenticator
) -> None:
    assert read_page(client.send(NEW, name="thief")).errors["code"]
    assert read_page(client.send(NEW, name="thief", code="000000")).errors["code"]
    same = make(client, key, passkey=key.sign(asked(client, NEW, ASK)))
    assert same.status_code == 422
    for _ in range(MOST - 1):
        proof = key.sign(asked(client, NEW, ASK))
        assert make(client, Authenticator(), passkey=proof).status_code == 303
    assert count(office, RecoveryCode) == 10
    page = client.page(NEW)
    assert "five passkeys" in page.main
    assert not page.all("input", name="name")
    assert NEW not in {one.get("href") for one in client.page(ACCOUNT).all("a")}


def test_the_last_goes_with_its_codes_and_not_where_the_role_needs_it(
    client: Browser, browse: Any, office: Office, key: Authenticator
) -> None:
    row = office.session.scalars(select(Passkey)).one()
    path = f"/staff/account/passkeys/{row.id}"
    factors.require(office.act(), [Role.HANDLER])
    office.session.commit()
    kept = read_page(client.send(f"{path}/remove", passkey=key.sign(asked(client, path, ASK))))
    assert "Your role needs a second step" in kept.main
    client.send(ACCOUNT, what="replace", passkey=key.sign(asked(client, ACCOUNT, ASK)))
    secret = (client.page(f"{ACCOUNT}/new").one("output", id="secret").text or "").replace(" ", "")
    from_app = code_at(secret, real_now())
    assert read_page(client.send(f"{ACCOUNT}/new", code=from_app)).name == "staff.recovery-codes"
    other = Authenticator()
    director = browse()
    director.sign_in("director@example.org")
    assert director.get(path).status_code == 404  # another's passkey is not there
    assert director.send(NEW, name="x").status_code == 200
    removed = client.send(f"{path}/remove", passkey=key.sign(asked(client, path, ASK)))
    assert removed.headers["Location"] == ACCOUNT
    assert count(office, Passkey) == 0
    assert client.get(path).status_code == 404
    office.session.execute(text("UPDATE second_factor SET last_step = 0"))
    office.session.commit()
    still = read_page(client.send(ACCOUNT, what="remove", code=code_at(secret, real_now())))
    assert "Your role needs a second step" in still.main
    make(client, other, code=code_at(secret, real_now()))
    office.session.execute(text("UPDATE second_factor SET last_step = 0"))
    office.session.commit()
    assert client.send(ACCOUNT, what="remove", code=code_at(secret, real_now())).status_code == 303
    assert client.page("/staff/").name == "staff.today"  # the passkey counts for the rule
    factors.require(office.act(), [])
    office.session.commit()
    last = office.session.scalars(select(Passkey)).one()
    there = f"/staff/account/passkeys/{last.id}/remove"
    client.send(there, passkey=other.sign(asked(client, there, ASK)))
    assert (count(office, Passkey), count(office, RecoveryCode)) == (0, 0)
    assert browse().sign_in("lan@example.org").headers["Location"] == "/staff/"
    assert verbs(office).count("passkey_removed") == 2
    assert turned(office) == []


@pytest.mark.parametrize("role", [Role.HANDLER, Role.DIRECTORY_EDITOR, Role.ADMINISTRATOR])
def test_who_must_have_a_second_step_may_take_a_passkey(
    client: Browser, office: Office, role: Role
) -> None:
    office.join("mai", role)
    client.sign_in("mai@example.org")
    factors.require(office.act(), [role])
    office.session.commit()
    assert client.get("/staff/account").headers["Location"] == ACCOUNT
    assert read_page(make(client, Authenticator())).name == "staff.recovery-codes"
    assert client.page("/staff/account").status == 200
    director = client.application.test_client()
    director.sign_in("director@example.org")
    assert director.page("/staff/people/second-step").main.count("has one") == 1


def test_a_new_password_by_link_takes_it_off_and_tells(
    client: Browser, browse: Any, office: Office, key: Authenticator, lan: Any
) -> None:
    token = invitations.offer_reset(office.act(), lan.person_id)
    office.session.commit()
    new = "another lantern beside the harbour"
    page = browse()
    page.send(f"/staff/invitation/{token}", password=new, again=new)
    assert count(office, Passkey) == 0
    assert letters(office) == 2
    named = office.session.scalars(select(Event.codes).where(Event.verb == "member_reset")).one()
    gone = [name for name, mark in named["rows"].items() if name.startswith("passkey/")]
    assert len(gone) == 1
    assert browse().sign_in("lan@example.org", new).headers["Location"] == "/staff/"


TURNED = {
    "taken away": "DELETE FROM passkey",
    "forgets how often it signed": "UPDATE passkey SET sign_count = 0",
    "another key": "UPDATE passkey SET kept = 'x'",
}


@pytest.mark.parametrize("change", TURNED.values(), ids=TURNED)
def test_one_that_was_turned_is_found_and_opens_nothing(
    browse: Any, office: Office, key: Authenticator, change: str
) -> None:
    """Whoever writes into the database: a key of theirs does not open under the member's."""
    key.count = 7
    mine = half_way(browse)
    enter(mine, key.sign(asked(mine)))
    office.session.execute(text(change))
    office.session.commit()
    assert turned(office) == ["passkey"]
    if "kept" in change:
        assert asked(half_way(browse))["allowCredentials"] == []


@pytest.mark.parametrize(
    ("address", "name", "origin", "takes"),
    [
        ("http://localhost:8000", "localhost", "http://localhost:8000", True),
        ("https://Desk.Example:443", "desk.example", "https://desk.example", True),
        ("https://desk.example:8443/", "desk.example", "https://desk.example:8443", True),
        ("http://desk.example", "desk.example", "http://desk.example", False),
        ("http://127.0.0.1:8000", "127.0.0.1", "http://127.0.0.1:8000", False),
    ],
)
def test_the_site_is_that_of_the_public_address(
    address: str, name: str, origin: str, takes: bool
) -> None:
    site = vault.site_of(address, "")
    assert (site.name, site.origin, site.takes_passkeys) == (name, origin, takes)


def test_without_scripts_the_page_says_so(browse: Any, key: Authenticator) -> None:
    page = half_way(browse).page(CODE)
    assert "needs a browser that runs scripts" in page.main
    assert page.one("button", data_verb="passkey").get("hidden") is not None
    assert "A recovery code" in page.main
