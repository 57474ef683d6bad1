"""A second step at sign-in: set up, asked for, used once, lost, taken off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyotp
import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import ProgrammingError

from grievance.accounts import door, queries
from grievance.accounts.factors import (
    WRONG_MOST,
    FactorTry,
    RecoveryCode,
    SecondFactor,
    StaffEntry,
    counting,
)
from grievance.accounts.models import Event, StaffSession
from grievance.accounts.operations import invitations, leaving
from grievance.accounts.roles import Role
from grievance.clock import real_now
from grievance.notifications.models import Outbox
from grievance.vault.keyring import KeyRing
from grievance.vault.slots import SlowLane, account, network
from tests import cast
from tests.accounts.conftest import PASSWORD, Browser, Office
from tests.backup.conftest import Place
from tests.cast import found_operator
from tests.conftest import TEMPLATE
from tests.pages import Page, read_page

ACCOUNT = "/staff/account/second-step"


@pytest.fixture(autouse=True)
def fresh_lane(app: Any) -> None:
    app.config[door.LANE] = SlowLane(account)
    app.config[door.NETWORK_LANE] = SlowLane(network, before=door.WRONG_BY_NETWORK)


@pytest.fixture
def lan(office: Office) -> Any:
    return office.join("lan", Role.HANDLER)


class App:
    """An authenticator: its codes, each for a step of its own. Time does not pass in a test, so a
    code that was used is forgotten by the factor row instead."""

    def __init__(self, secret: str, office: Any) -> None:
        self.totp, self.office = pyotp.TOTP(secret), office

    def code(self) -> str:
        return self.totp.at(real_now())

    def later(self) -> str:
        """A code after some time: the steps used until now lie further back."""
        self.office.session.execute(text("UPDATE second_factor SET last_step = last_step - 10"), {})
        self.office.session.commit()
        return self.code()


def app_of(page: Page, office: Office) -> App:
    return App((page.one("output", id="secret").text or "").replace(" ", ""), office)


def set_up(client: Browser, office: Office) -> tuple[App, list[str]]:
    """Through the pages; the app, and the ten recovery codes."""
    client.send(ACCOUNT)
    app = app_of(client.page(f"{ACCOUNT}/new"), office)
    page = read_page(client.send(f"{ACCOUNT}/new", code=app.code()))
    assert page.name == "staff.recovery-codes", page.errors
    return app, [one.text for one in page.all("output")]


@pytest.fixture
def guarded(client: Browser, office: Office, lan: Any) -> tuple[App, list[str]]:
    client.sign_in("lan@example.org")
    return set_up(client, office)


def test_who_opens_the_picture_of_nothing_reads_why(client: Browser, lan: Any) -> None:
    client.sign_in("lan@example.org")
    answer = client.get(f"{ACCOUNT}/new")
    page = client.page(answer.headers["Location"])
    assert "Nothing is being set up any more. Begin again." in page.main


def half_way(browse: Any, address: str = "lan@example.org") -> Browser:
    """A browser in which the password was typed."""
    made: Browser = browse()
    answer = made.sign_in(address)
    assert answer.headers["Location"].startswith("/staff/sign-in/code")
    return made


def type_code(client: Browser, code: str) -> Any:
    return client.send("/staff/sign-in/code", code=code)


def letters(office: Office) -> int:
    """How many letters told of a second step."""
    found = select(func.count()).select_from(Outbox).where(Outbox.kind == "factor")
    return office.session.scalar(found) or 0


def verbs(office: Office) -> list[str]:
    return list(office.session.scalars(select(Event.verb).order_by(Event.seq)))


def test_the_page_shows_the_secret_and_counts_only_after_a_code(
    client: Browser, office: Office, lan: Any, browse: Any
) -> None:
    client.sign_in("lan@example.org")
    client.send(ACCOUNT)
    page = client.page(f"{ACCOUNT}/new")
    assert "<svg" in page.html
    app = app_of(page, office)
    assert browse().sign_in("lan@example.org").headers["Location"] == "/staff/"
    wrong = read_page(client.send(f"{ACCOUNT}/new", code="000000"))
    assert wrong.errors["code"]
    assert app_of(wrong, office).totp.secret == app.totp.secret
    done = read_page(client.send(f"{ACCOUNT}/new", code=app.code()))
    codes = [one.text for one in done.all("output")]
    assert len(set(codes)) == 10
    assert letters(office) == 1
    assert "factor_set" in verbs(office)
    half_way(browse)


@pytest.mark.parametrize("letter", ["山", "👩‍👩‍👧‍👦", "a" + "\u0301" * 30])
def test_the_picture_is_drawn_for_the_longest_names(
    client: Browser, office: Office, lan: Any, letter: str
) -> None:
    longest = {"name": letter * 200}
    office.session.execute(text("UPDATE person SET name = :name"), longest)
    office.session.execute(text("UPDATE organisation SET name = :name"), longest)
    office.session.commit()
    client.sign_in("lan@example.org")
    client.send(ACCOUNT)
    page = client.page(f"{ACCOUNT}/new")
    assert page.status == 200
    assert "<svg" in page.html


def test_the_code_used_to_set_it_up_does_not_sign_in(
    browse: Any, office: Office, guarded: tuple[App, list[str]]
) -> None:
    app, _codes = guarded
    assert read_page(type_code(half_way(browse), app.code())).errors["code"]


def test_setting_it_up_ends_every_other_session(
    client: Browser, office: Office, lan: Any, browse: Any
) -> None:
    other = browse()
    other.sign_in("lan@example.org")
    client.sign_in("lan@example.org")
    set_up(client, office)
    assert "/staff/sign-in" in other.get("/staff/account").headers["Location"]
    assert client.get("/staff/account").status_code == 200


def test_the_right_code_lets_in_once(
    browse: Any, office: Office, guarded: tuple[App, list[str]]
) -> None:
    app, _codes = guarded
    first, second = half_way(browse), half_way(browse)
    code = app.later()
    assert type_code(first, code).headers["Location"] == "/staff/"
    assert first.page("/staff/account").status == 200
    replayed = read_page(type_code(second, code))
    assert replayed.status == 422
    assert "not right, or it was used" in replayed.errors["code"]


def test_who_can_help_is_named(browse: Any, office: Office, guarded: tuple[App, list[str]]) -> None:
    """Partners' people have no administrator of their own."""
    house = queries.operator(office.session)
    assert house is not None
    for path in ("/staff/sign-in/code", "/staff/sign-in"):
        assert f"administrator of {house.name} for" in half_way(browse).page(path).main


def test_groups_and_digits_of_another_script_are_read(
    browse: Any, office: Office, guarded: tuple[App, list[str]]
) -> None:
    code = guarded[0].later()
    wide = code.translate({ord("0") + n: 0xFF10 + n for n in range(10)})
    assert type_code(half_way(browse), f" {wide[:3]} {wide[3:]} ").status_code == 303


def test_the_code_of_another_member_is_wrong(
    browse: Any, office: Office, guarded: tuple[App, list[str]]
) -> None:
    office.join("mai", Role.HANDLER)
    mai = browse()
    mai.sign_in("mai@example.org")
    hers, _codes = set_up(mai, office)
    office.session.execute(text("UPDATE second_factor SET last_step = 0"))
    office.session.commit()
    assert read_page(type_code(half_way(browse), hers.code())).errors["code"]
    assert read_page(type_code(half_way(browse), _codes[0])).errors["code"]


def test_a_recovery_code_works_once_and_is_told(
    browse: Any, office: Office, guarded: tuple[App, list[str]]
) -> None:
    _app, codes = guarded
    typed = codes[0].lower().replace("-", " ")
    assert type_code(half_way(browse), typed).status_code == 303
    assert letters(office) == 2
    assert "recovery_code_used" in verbs(office)
    assert read_page(type_code(half_way(browse), codes[0])).errors["code"]
    assert office.session.scalar(select(func.count()).select_from(RecoveryCode)) == 9


def test_every_failure_says_the_same(
    browse: Any, office: Office, guarded: tuple[App, list[str]]
) -> None:
    app, codes = guarded
    type_code(half_way(browse), codes[1])
    used = app.later()
    type_code(half_way(browse), used)
    said = {
        read_page(type_code(half_way(browse), typed)).errors["code"]
        for typed in (used, codes[1], "000000", "x", "ABCDE-FGHJK")
    }
    assert len(said) == 1


def test_ten_wrong_codes_wait_and_are_told_and_a_known_device_goes_on(
    browse: Any, client: Browser, office: Office, guarded: tuple[App, list[str]]
) -> None:
    """`client` is known: it was signed in before. The thief's browsers share one lane."""
    app, _codes = guarded
    thief = half_way(browse)
    for _ in range(WRONG_MOST):
        assert type_code(thief, "000000").status_code == 422
    assert letters(office) == 2
    assert "codes_wrong" in verbs(office)
    code = app.later()
    refused = type_code(half_way(browse), code)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) <= 3600
    client.delete_cookie("staff")
    client.sign_in("lan@example.org")
    assert type_code(client, code).status_code == 303
    office.session.execute(update(FactorTry).values(at=real_now() - timedelta(hours=1)))
    office.session.commit()
    assert type_code(thief, app.later()).status_code == 303


def test_half_way_ends_after_ten_minutes(
    browse: Any, office: Office, guarded: tuple[App, list[str]]
) -> None:
    app, _codes = guarded
    client = half_way(browse)
    waiting = client.page("/staff/sign-in/code").fields()
    past = real_now() - timedelta(minutes=10)
    office.session.execute(update(StaffEntry).values(created_at=past))
    office.session.commit()
    answer = client.post("/staff/sign-in/code", data={**waiting, "code": app.later()})
    assert answer.headers["Location"].startswith("/staff/sign-in?")
    assert "took too long" in client.page(answer.headers["Location"]).main
    assert office.session.scalar(select(func.count()).select_from(StaffEntry)) == 1
    half_way(browse)
    assert office.session.scalar(select(func.count()).select_from(StaffEntry)) == 1


def test_the_job_that_forgets_deletes_what_came_without_its_code(
    server: Any, ring_folder: Path, tmp_path: Path
) -> None:
    """Of the row it reads nothing but the time: the member's key lies there, sealed."""
    name = f"grievance_entries_{uuid4().hex[:8]}"
    server.ensure_database(name, template=TEMPLATE)
    place = Place(server, name, ring_folder, tmp_path)
    with place.session() as session:
        person = found_operator(session, KeyRing.load(ring_folder, "web")).director.id
        rest: dict[str, Any] = {"person_id": person, "member_key": b"sealed"}
        for past in (timedelta(minutes=9), timedelta(minutes=10)):
            hashed, at = uuid4().bytes * 2, real_now() - past
            session.add(StaffEntry(id=uuid4(), token_hash=hashed, created_at=at, **rest))
        session.commit()
        assert place.work("forget")["done"] == 1
        assert session.scalar(select(func.count()).select_from(StaffEntry)) == 1
    with place.session("worker") as worker, pytest.raises(ProgrammingError) as refused:
        worker.execute(select(StaffEntry.member_key))
    assert "permission denied" in str(refused.value)


def test_a_new_password_ends_what_is_half_way(
    browse: Any, client: Browser, office: Office, guarded: tuple[App, list[str]]
) -> None:
    app, _codes = guarded
    thief = half_way(browse)
    new = "another lantern beside the harbour"
    client.send("/staff/account", current=PASSWORD, password=new, again=new)
    answer = type_code_again(thief, app.later())
    assert answer.headers["Location"].startswith("/staff/sign-in?")


def type_code_again(client: Browser, code: str) -> Any:
    """On a page that was opened before; the token is the cookie's."""
    return client.post("/staff/sign-in/code", data={"token": "x", "code": code})


def test_without_the_token_of_its_cookie_no_code_is_taken(
    browse: Any, office: Office, guarded: tuple[App, list[str]]
) -> None:
    app, _codes = guarded
    client = half_way(browse)
    code = app.later()
    assert type_code_again(client, code).status_code == 422
    client.set_cookie("visit", "planted")
    other = browse()
    other.set_cookie("visit", "planted")
    token = other.page("/staff/sign-in").fields()["token"]
    answer = client.post("/staff/sign-in/code", data={"token": token, "code": code})
    assert answer.status_code == 422
    assert type_code(client, code).status_code == 303


def test_words_that_were_kept_wait_through_a_half_way_that_ran_out(
    client: Browser, office: Office, guarded: tuple[App, list[str]]
) -> None:
    words, (app, codes) = "Two months without pay, and the foreman has the card.", guarded
    token = client.page("/staff/account").fields()["token"]
    past = real_now() - timedelta(hours=1)
    office.session.execute(update(StaffSession).values(last_seen=past))
    office.session.commit()
    client.post("/staff/find", data={"token": token, "words": words})
    client.sign_in("lan@example.org")
    assert words not in client.get("/staff/find?kept=1", follow_redirects=True).text
    waiting = client.page("/staff/sign-in/code").fields()
    past = real_now() - timedelta(minutes=10)
    office.session.execute(update(StaffEntry).values(created_at=past))
    office.session.commit()
    answer = client.post("/staff/sign-in/code", data={**waiting, "code": app.later()})
    assert "over=1" in answer.headers["Location"]
    client.sign_in("lan@example.org")
    answer = type_code(client, codes[0])
    assert answer.headers["Location"] == "/staff/find?kept=1"
    assert words in client.get("/staff/find?kept=1").text


def test_it_goes_on_to_where_one_was_going(
    browse: Any, office: Office, guarded: tuple[App, list[str]]
) -> None:
    client = browse()
    away = client.get("/staff/keys").headers["Location"]
    asked = client.send(away, email="lan@example.org", password=PASSWORD)
    after = client.send(asked.headers["Location"], code=guarded[0].later())
    assert after.headers["Location"] == "/staff/keys"
    assert client.get("/staff/sign-in/code").headers["Location"].startswith("/staff/sign-in")


@pytest.mark.parametrize("what", ["replace", "codes", "remove"])
def test_changing_it_needs_password_and_code(
    client: Browser, office: Office, guarded: tuple[App, list[str]], what: str
) -> None:
    app, codes = guarded
    past = real_now() - queries.STEP_UP - timedelta(seconds=1)
    office.session.execute(update(StaffSession).values(stepped_up_at=past))
    office.session.commit()
    assert "confirm-password" in client.get(ACCOUNT).headers["Location"]
    token = client.page("/staff/account").fields()["token"]
    sent = {"token": token, "what": what, "code": app.later()}
    asked = read_page(client.post(ACCOUNT, data=sent))
    assert asked.name == "staff.step-up"
    assert state(office) == (1, 10)
    client.send("/staff/confirm-password", password=PASSWORD)
    wrong = read_page(client.send(ACCOUNT, what=what, code="000000"))
    assert wrong.errors["code"]
    assert state(office) == (1, 10)
    done = client.send(ACCOUNT, what=what, code=app.later())
    told = {"replace": (303, (1, 10)), "codes": (200, (1, 10)), "remove": (303, (0, 0))}[what]
    assert (done.status_code, state(office)) == told
    if what == "codes":
        assert letters(office) == 2
        assert not {one.text for one in read_page(done).all("output")} & set(codes)
    if what == "remove":
        assert letters(office) == 2
        assert "factor_removed" in verbs(office)


def test_the_password_beside_what_was_sent_carries_it_on(
    client: Browser, office: Office, guarded: tuple[App, list[str]]
) -> None:
    """The page was opened more than ten minutes ago; it belongs to every member, at any place."""
    _app, codes = guarded
    past = real_now() - queries.STEP_UP - timedelta(seconds=1)
    page = client.page(ACCOUNT)
    office.session.execute(update(StaffSession).values(stepped_up_at=past))
    office.session.commit()
    sent = {**page.fields(), "what": "codes", "code": codes[0]}
    asked = read_page(client.post(ACCOUNT, data=sent))
    assert asked.name == "staff.step-up"
    done = client.post(ACCOUNT, data={**asked.fields(), "step_up": PASSWORD})
    assert done.status_code == 200
    assert read_page(done).name == "staff.recovery-codes"


def state(office: Office) -> tuple[int, int]:
    """Factors that count, and recovery codes."""
    counts = select(func.count()).where(SecondFactor.confirmed_at.is_not(None))
    return (
        office.session.scalar(counts) or 0,
        office.session.scalar(select(func.count()).select_from(RecoveryCode)) or 0,
    )


def test_another_app_takes_the_place_only_when_its_code_was_typed(
    client: Browser, browse: Any, office: Office, guarded: tuple[App, list[str]]
) -> None:
    old, codes = guarded
    client.send(ACCOUNT, what="replace", code=codes[0])
    new = app_of(client.page(f"{ACCOUNT}/new"), office)
    assert new.totp.secret != old.totp.secret
    assert type_code(half_way(browse), old.later()).status_code == 303
    page = read_page(client.send(f"{ACCOUNT}/new", code=new.code()))
    assert page.name == "staff.recovery-codes"
    assert read_page(type_code(half_way(browse), old.later())).errors["code"]
    assert read_page(type_code(half_way(browse), codes[1])).errors["code"]
    assert type_code(half_way(browse), new.later()).status_code == 303


def test_what_was_offered_half_an_hour_ago_is_over(
    client: Browser, office: Office, lan: Any
) -> None:
    client.sign_in("lan@example.org")
    client.send(ACCOUNT)
    app = app_of(client.page(f"{ACCOUNT}/new"), office)
    waiting = client.page(f"{ACCOUNT}/new").fields()
    past = real_now() - timedelta(minutes=30)
    office.session.execute(text("UPDATE second_factor SET created_at = :past"), {"past": past})
    office.session.commit()
    answer = client.post(f"{ACCOUNT}/new", data={**waiting, "code": app.code()})
    assert "Begin again." in client.page(answer.headers["Location"]).main
    assert counting(office.session, lan.person_id) is None


def test_sending_the_code_of_the_setting_up_twice_sets_it_up_once(
    client: Browser, office: Office, lan: Any
) -> None:
    client.sign_in("lan@example.org")
    client.send(ACCOUNT)
    page = client.page(f"{ACCOUNT}/new")
    data = {**page.fields(), "code": app_of(page, office).code()}
    client.post(f"{ACCOUNT}/new", data=data)
    again = client.post(f"{ACCOUNT}/new", data=data)
    assert again.headers["Location"] == ACCOUNT
    assert state(office) == (1, 10)


def test_a_new_password_by_link_takes_it_off_and_is_told(
    client: Browser, browse: Any, office: Office, guarded: tuple[App, list[str]], lan: Any
) -> None:
    """Both lost. The key of the factor goes with the member's old key; a holder still approves."""
    token = invitations.offer_reset(office.act(), lan.person_id)
    office.session.commit()
    assert state(office) == (1, 10)
    came = browse()
    answer = came.send(f"/staff/invitation/{token}", password=PASSWORD, again=PASSWORD)
    assert answer.headers["Location"] == "/staff/account"
    assert state(office) == (0, 0)
    assert letters(office) == 2
    assert office.request(lan).reason == "reset"
    event = office.session.scalars(select(Event).where(Event.verb == "member_reset")).one()
    assert any(name.startswith("second_factor/") for name in event.codes["rows"])
    assert browse().sign_in("lan@example.org").headers["Location"] == "/staff/"


def test_who_is_removed_leaves_nothing_of_it(
    office: Office, guarded: tuple[App, list[str]], browse: Any, lan: Any
) -> None:

    half_way(browse)
    leaving.remove_member(office.act(), lan.person_id)
    office.session.commit()
    assert state(office) == (0, 0)
    assert office.session.scalar(select(func.count()).select_from(StaffEntry)) == 0


@pytest.fixture
def routes(app: Any) -> Iterator[str]:
    return iter(
        str(rule)
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "audience", "") == "staff"
        and "GET" in (rule.methods or ())
        and not rule.arguments
    )


def test_half_way_opens_no_page_of_staff_whatever_cookie_it_is_in(
    browse: Any, office: Office, guarded: tuple[App, list[str]], routes: Iterator[str]
) -> None:
    client = half_way(browse)
    secret = client.get_cookie("entry").value
    client.set_cookie("staff", secret)
    tried = 0
    for path in routes:
        answer = client.get(path)
        assert answer.status_code == 303, path
        assert answer.headers["Location"].startswith("/staff/sign-in"), path
        tried += 1
    assert tried > 15


def test_an_entry_moved_among_the_sessions_opens_nothing(
    browse: Any, office: Office, guarded: tuple[App, list[str]]
) -> None:
    """The owner of the database copies the row: it is sealed for another place."""
    client = half_way(browse)
    office.session.execute(
        text(
            "INSERT INTO staff_session (id, token_hash, person_id, member_key, created_at,"
            " last_seen, stepped_up_at) SELECT id, token_hash, person_id, member_key, now(), now(),"
            " now() FROM staff_entry"
        )
    )
    office.session.commit()
    client.set_cookie("staff", client.get_cookie("entry").value)
    assert "/staff/sign-in" in client.get("/staff/account").headers["Location"]


def test_a_secret_or_code_of_another_member_put_under_a_name_opens_nothing(
    browse: Any, office: Office, guarded: tuple[App, list[str]], lan: Any
) -> None:
    """The owner of the database puts their own secret in the place of a colleague's."""
    mai = office.join("mai", Role.HANDLER)
    client = browse()
    client.sign_in("mai@example.org")
    hers, codes = set_up(client, office)
    move = {"to": lan.person_id, "of": mai.person_id}
    gone = text("DELETE FROM second_factor WHERE person_id = :to")
    office.session.execute(gone, {"to": lan.person_id})
    office.session.execute(
        text("UPDATE second_factor SET person_id = :to WHERE person_id = :of"), move
    )
    office.session.execute(
        text("UPDATE recovery_code SET person_id = :to WHERE person_id = :of"), move
    )
    office.session.execute(text("UPDATE second_factor SET last_step = 0"))
    office.session.commit()
    answer = type_code(half_way(browse), hers.code())
    assert answer.status_code != 303
    assert type_code(half_way(browse), codes[0]).status_code != 303


def test_a_partners_person_has_one_too(app: Any, session: Any, ring: Any) -> None:
    """The sign-in serves every role; asked for the password on the way, they come back to it."""
    who = cast.add_partner(session, cast.found_operator(session, ring), "posse", 1).people[0]
    client = cast.browser(app, session, who)
    past = real_now() - queries.STEP_UP - timedelta(seconds=1)
    session.execute(update(StaffSession).values(stepped_up_at=past))
    session.commit()
    asked = client.get(ACCOUNT).headers["Location"]
    fields = read_page(client.get(asked)).fields()
    answer = client.post(asked, data={**fields, "password": cast.PASSWORD})
    assert answer.headers["Location"] == ACCOUNT
    client.post(ACCOUNT, data=read_page(client.get(ACCOUNT)).fields())
    page = read_page(client.get(f"{ACCOUNT}/new"))
    app_ = App((page.one("output", id="secret").text or "").replace(" ", ""), None)
    shown = client.post(f"{ACCOUNT}/new", data={**page.fields(), "code": app_.code()})
    codes = [one.text for one in read_page(shown).all("output")]
    other = cast.browser(app, session)
    fields = read_page(other.get("/staff/sign-in")).fields()
    sent = {**fields, "email": who.address, "password": cast.PASSWORD}
    where = other.post("/staff/sign-in", data=sent).headers["Location"]
    assert where.startswith("/staff/sign-in/code")
    fields = read_page(other.get(where)).fields()
    answer = other.post(where, data={**fields, "code": codes[0]})
    assert answer.headers["Location"] == "/partner/"
