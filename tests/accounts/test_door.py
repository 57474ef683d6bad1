"""The door as a browser meets it: founding, joining, signing in, losing access, stepping up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from argon2.low_level import hash_secret_raw
from flask import session as signed_session
from flask_login import UserMixin
from sqlalchemy import delete, event, select, update

from grievance.accounts import door, hashing, queries, staff
from grievance.accounts.models import (
    Event,
    KeyRequest,
    KnownDevice,
    MemberKeyWrap,
    MembershipKey,
    Person,
    StaffSession,
)
from grievance.accounts.operations import founding, leaving
from grievance.accounts.operations.keys import ALONE_WAITS
from grievance.accounts.roles import Role
from grievance.clock import real_now
from grievance.extensions import login
from grievance.notifications.models import Outbox
from grievance.vault import passwords
from grievance.vault.passwords import Parameters, kek_for, wrap_member_key
from grievance.vault.recovery import sheet_text
from grievance.vault.slots import SlowLane, account, network
from tests.accounts.conftest import PASSWORD, Browser, Office
from tests.pages import read_page


@pytest.fixture(autouse=True)
def fresh_lane(app):
    """Wrong tries of one test do not slow the next."""
    app.config[door.LANE] = SlowLane(account)
    app.config[door.NETWORK_LANE] = SlowLane(network, before=door.WRONG_BY_NETWORK)


def where(response) -> str:
    assert response.status_code == 303, read_page(response).errors
    return response.headers["Location"]


def test_founding_ends_with_an_open_door_for_workers(client: Browser, session) -> None:
    token = founding.set_up(session, real_now())
    session.commit()
    path = f"/staff/invitation/{token}"
    assert client.page(path).name == "staff.invitation"
    assert client.page(path).status == 200  # looking uses nothing up
    answer = client.send(
        path,
        organisation="Kobo Support",
        name="Aiko Mori",
        email="aiko@example.org",
        language="en",
        password=PASSWORD,
        again=PASSWORD,
    )
    assert where(answer) == "/staff/recovery-sheet"
    assert queries.filing_closed(session) == ("recovery_unconfirmed", "profile_incomplete")
    printed = client.page("/staff/recovery-sheet")
    assert printed.name == "staff.recovery"
    rows = "".join(printed.one("pre").itertext())
    wrong = client.send("/staff/recovery-sheet", rows=rows.replace("K.2", "K.3", 1))
    assert "K." in read_page(wrong).errors["rows"]
    typed = "\n".join(line.lower() for line in rows.splitlines() if line.startswith("K."))
    assert where(client.send("/staff/recovery-sheet", rows=typed)) == "/staff/operator"
    assert queries.filing_closed(session) == ("profile_incomplete",)
    assert client.get("/staff/recovery-sheet").status_code == 404
    assert client.get(path).status_code == 404


def test_another_sheet_is_not_accepted(client: Browser, unconfirmed: Office) -> None:
    client.sign_in("director@example.org")
    answer = client.send("/staff/recovery-sheet", rows=sheet_text(bytes(range(32))))
    assert "rows" in read_page(answer).errors
    assert "recovery_unconfirmed" in queries.filing_closed(unconfirmed.session)


@pytest.mark.parametrize(
    "password", ["short", "passwordpassword", "kobo support kobo", "aaaaaaaaaaaaaaaaaa"]
)
def test_weak_password_is_refused_and_the_offered_one_stays(
    client: Browser, session, password: str
) -> None:
    token = founding.set_up(session, real_now())
    session.commit()
    answer = client.send(
        f"/staff/invitation/{token}",
        organisation="Kobo Support",
        name="Aiko Mori",
        email="aiko@example.org",
        password=password,
        again=password,
    )
    again = read_page(answer)
    assert "password" in again.errors
    offered = again.fields()["offered"]
    assert offered in again.main
    assert len(offered) >= 14
    assert session.scalars(select(Person)).all() == []


def test_sign_in_says_nothing_of_which_was_wrong(client: Browser, office: Office) -> None:
    wrong = read_page(client.sign_in("director@example.org", "not the password at all"))
    unknown = read_page(client.sign_in("nobody@example.org", PASSWORD))
    assert wrong.errors == unknown.errors
    assert wrong.errors["password"]
    assert wrong.status == unknown.status
    assert office.session.scalars(select(StaffSession)).all() == []


def test_unknown_account_does_the_same_work(client: Browser, monkeypatch) -> None:
    """The same slow hash at the same costs; a clock would tell of the machine."""
    hashed: list[tuple[object, ...]] = []

    def counted(secret: bytes, salt: bytes, *costs: object, **more: object) -> bytes:
        hashed.append((len(salt), *costs, *sorted(more.items())))
        return hash_secret_raw(secret, salt, *costs, **more)

    monkeypatch.setattr(passwords, "hash_secret_raw", counted)
    client.sign_in("director@example.org", "not the password at all")
    known = list(hashed)
    hashed.clear()
    client.sign_in("nobody@example.org", "not the password at all")
    assert known == hashed
    assert len(known) == 1


def test_address_is_found_in_any_letter_case(client: Browser, office: Office) -> None:
    assert where(client.sign_in(" Director@EXAMPLE.org ")) == "/staff/"


def test_nothing_in_the_session_row_opens_without_the_cookie(
    client: Browser, office: Office
) -> None:
    client.sign_in("director@example.org")
    row = office.session.scalars(select(StaffSession)).one()
    cookie = client.get_cookie("staff").value
    assert cookie.encode() not in row.token_hash + row.member_key
    assert office.founder.private not in row.member_key


def test_guessing_slows_strangers_and_not_the_known_device(browse, office: Office, app) -> None:
    at_home, stranger = browse(), browse()
    at_home.sign_in("director@example.org")
    at_home.delete_cookie("staff")
    for _ in range(6):
        stranger.sign_in("director@example.org", "guess after guess after guess")
    lane = app.config[door.LANE]
    tag = queries.email_tag(office.ring, "director@example.org").hex()
    device = str(office.session.scalars(select(KnownDevice.id)).one())
    assert lane.is_slow(tag, "")
    assert not lane.is_slow(tag, device)
    assert where(at_home.sign_in("director@example.org")) == "/staff/"


def test_random_addresses_slow_their_own_network_and_no_known_device(
    browse, office: Office, app
) -> None:
    lane = app.config[door.NETWORK_LANE] = SlowLane(network, before=3)
    at_home, stranger = browse(), browse()
    at_home.sign_in("director@example.org")
    at_home.delete_cookie("staff")
    for number in range(3):
        stranger.sign_in(f"nobody-{number}@example.org", "guess after guess after guess")
    assert lane.is_slow("127.0.0.1")
    assert not lane.is_slow("192.0.2.1")
    with lane.pass_through("127.0.0.1"):  # the lane of this network has no place now
        for _ in range(2):
            lane._reserve(lane._key(("127.0.0.1",)))
        refused = stranger.sign_in("nobody-x@example.org", "guess after guess after guess")
        assert refused.status_code == 503
        assert "nobody-x@example.org" in refused.text
        assert where(at_home.sign_in("director@example.org")) == "/staff/"


def test_an_address_nobody_has_costs_the_same_work(browse, office: Office, monkeypatch) -> None:
    """Counted, not timed: the same statements and the same slow hash for both."""
    work: list[str] = []
    engine = office.session.get_bind().engine

    def noting(*said):
        work.append(said[2])

    event.listen(engine, "before_cursor_execute", noting)
    real = passwords.kek_for

    def counting(password, parameters, pepper):
        work.append(f"argon2id {parameters.memory_kib} {parameters.time_cost} {len(password)}")
        return real(password, parameters, pepper)

    monkeypatch.setattr(passwords, "kek_for", counting)
    done = []
    for address in ("director@example.org", "nobody00@example.org"):
        client = browse()
        client.page("/staff/sign-in")
        work.clear()
        assert client.sign_in(address, "guess after guess after guess").status_code == 422
        done.append([step for step in work if "SAVEPOINT" not in step])
    event.remove(engine, "before_cursor_execute", noting)
    assert done[0] == done[1]
    assert sum(step.startswith("argon2id") for step in done[0]) == 1


def test_device_of_one_person_is_no_known_device_of_another(browse, office: Office) -> None:
    office.join("lan", Role.HANDLER)
    shared = browse()
    shared.sign_in("director@example.org")
    shared.delete_cookie("staff")
    shared.sign_in("lan@example.org")
    owners = office.session.scalars(select(KnownDevice.person_id)).all()
    assert len(set(owners)) == 2


def test_staff_pages_ask_to_sign_in_and_come_back(client: Browser, office: Office) -> None:
    answer = client.get("/staff/people")
    assert where(answer) == "/staff/sign-in?next=/staff/people"
    sent = client.send(
        "/staff/sign-in?next=/staff/people", email="director@example.org", password=PASSWORD
    )
    assert where(sent) == "/staff/people"


@pytest.mark.parametrize(
    "path", ["//evil.example/staff/", "https://evil.example/staff/", "/\\evil", "/en/", "/staff"]
)
def test_sign_in_goes_on_to_pages_of_the_desk_only(
    client: Browser, office: Office, path: str
) -> None:
    sent = client.post(
        "/staff/sign-in",
        query_string={"next": path},
        data={
            **client.page("/staff/sign-in").fields(),
            "email": "director@example.org",
            "password": PASSWORD,
        },
    )
    assert where(sent) == "/staff/"


def test_form_of_another_browser_is_refused(browse, office: Office) -> None:
    mine, theirs = browse(), browse()
    theirs.get("/staff/sign-in")
    stolen = mine.page("/staff/sign-in").fields()["token"]
    answer = theirs.post(
        "/staff/sign-in",
        data={"token": stolen, "email": "director@example.org", "password": PASSWORD},
    )
    assert answer.status_code == 422
    assert office.session.scalars(select(StaffSession)).all() == []


@pytest.mark.parametrize("column", ["last_seen", "created_at"])
def test_sessions_end_when_idle_and_after_twelve_hours(
    client: Browser, office: Office, column: str
) -> None:
    client.sign_in("director@example.org")
    assert client.get("/staff/account").status_code == 200
    age = {"last_seen": queries.IDLE, "created_at": queries.LONGEST}[column]
    past = real_now() - age - timedelta(seconds=1)
    office.session.execute(update(StaffSession).values({column: past}))
    office.session.commit()
    assert client.get("/staff/account").status_code == 303


def test_use_keeps_a_session_alive(client: Browser, office: Office) -> None:
    client.sign_in("director@example.org")
    past = real_now() - queries.IDLE + timedelta(minutes=1)
    office.session.execute(update(StaffSession).values(last_seen=past))
    office.session.commit()
    client.get("/staff/account")
    office.session.expire_all()
    seen = office.session.scalars(select(StaffSession.last_seen)).one()
    assert real_now() - seen < timedelta(minutes=1)


def test_signing_out_ends_the_session_on_the_server(client: Browser, office: Office) -> None:
    client.sign_in("director@example.org")
    cookie = client.get_cookie("staff").value
    token = client.page("/staff/account").fields()["token"]
    assert where(client.post("/staff/sign-out", data={"token": token})) == "/staff/sign-in"
    client.set_cookie("staff", cookie)
    assert client.get("/staff/account").status_code == 303


def test_signing_out_by_a_strange_form_does_nothing(client: Browser, office: Office) -> None:
    client.sign_in("director@example.org")
    assert client.post("/staff/sign-out").status_code == 400
    assert client.get("/staff/account").status_code == 200


def test_session_row_moved_to_another_person_opens_nothing(client: Browser, office: Office) -> None:
    lan = office.join("lan", Role.HANDLER)
    client.sign_in("director@example.org")
    office.session.execute(update(StaffSession).values(person_id=lan.person_id))
    office.session.commit()
    assert client.get("/staff/account").status_code == 303


def test_leaver_with_a_live_session_is_out_at_the_next_request(
    client: Browser, office: Office
) -> None:
    office.join("lan", Role.DIRECTOR)
    client.sign_in("lan@example.org")
    assert client.get("/staff/keys").status_code == 200
    leaving.remove_member(office.act(), office.person("lan").id)
    office.session.commit()
    assert client.get("/staff/keys").status_code == 303
    assert client.sign_in("lan@example.org").status_code == 422


def test_without_the_key_row_a_live_session_may_do_nothing_with_cases(
    client: Browser, office: Office
) -> None:
    lan = office.join("lan", Role.LEAD)
    client.sign_in("lan@example.org")
    assert client.get("/staff/keys").status_code == 200
    office.session.connection().execute(
        delete(MembershipKey).where(MembershipKey.person_id == lan.person_id)
    )
    office.session.commit()
    assert client.get("/staff/keys").status_code == 403


def test_invited_handler_joins_reads_their_words_and_the_lead_approves(
    browse, office: Office
) -> None:
    director, handler = browse(), browse()
    director.sign_in("director@example.org")
    sent = read_page(
        director.send("/staff/people", name="Lan Pham", email="lan@example.org", role="handler")
    )
    link = "".join(sent.one("output", id="link").itertext())
    path = link.removeprefix("http://localhost")
    answer = handler.send(path, language="ja", password=PASSWORD, again=PASSWORD)
    assert where(answer) == "/staff/account"
    mine = handler.page("/staff/account")
    assert mine.one("html").get("lang") == "ja"
    words = "".join(mine.one("strong", id="fingerprint").itertext())
    assert len(words.split()) == 6
    assert handler.get("/staff/keys").status_code == 403
    listed = director.page("/staff/keys")
    (approve,) = [a.get("href") for a in listed.all("a") if "approve" in a.get("href")]
    shown = director.page(approve)
    assert words not in shown.html
    assert "director" in shown.main  # who invited them
    assert "words" in read_page(director.send(approve, words=words)).errors  # alone, too early
    lan = office.person("Lan Pham")
    office.session.execute(update(KeyRequest.__table__).values(created_at=real_now() - ALONE_WAITS))
    office.session.commit()
    wrong = read_page(director.send(approve, words="a b c d e f"))
    assert "words" in wrong.errors
    assert lan.name in wrong.main
    assert where(director.send(approve, words=f"  {words.upper()} ")) == "/staff/keys"
    assert not handler.page("/staff/account").all("strong", id="fingerprint")
    kinds = office.session.scalars(select(Outbox.kind)).all()
    assert sorted(kinds) == ["invitation", "key_request", "key_waits"]
    assert director.get(approve).status_code == 404


def test_administrator_resets_a_password_in_the_browser(browse, office: Office) -> None:
    lan = office.join("lan", Role.HANDLER)
    office.join("admin", Role.ADMINISTRATOR)
    admin, handler = browse(), browse()
    handler.sign_in("lan@example.org")
    admin.sign_in("admin@example.org")
    sent = read_page(admin.send(f"/staff/people/{lan.person_id}/reset"))
    link = "".join(sent.one("output", id="link").itertext())
    assert handler.get("/staff/account").status_code == 200
    newer = browse()
    another = "violin-garden-thirty-copper-rain"
    path = link.removeprefix("http://localhost")
    assert where(newer.send(path, password=another, again=another)) == "/staff/account"
    assert newer.page("/staff/account").all("strong", id="fingerprint")
    assert handler.get("/staff/account").status_code == 303
    assert handler.sign_in("lan@example.org", PASSWORD).status_code == 422
    assert admin.get("/staff/keys").status_code == 403


def test_members_are_found_in_ones_own_organisation_only(client: Browser, office: Office) -> None:
    client.sign_in("director@example.org")
    nobody = "00000000-0000-4000-8000-000000000000"
    for path in (f"people/{nobody}/remove", f"people/{nobody}/reset", f"keys/{nobody}/approve"):
        assert client.get(f"/staff/{path}").status_code == 404


def test_grave_acts_ask_for_the_password_again(client: Browser, office: Office) -> None:
    lan = office.join("lan", Role.HANDLER)
    path = f"/staff/people/{lan.person_id}/remove"
    client.sign_in("director@example.org")
    past = real_now() - queries.STEP_UP - timedelta(seconds=1)
    office.session.execute(update(StaffSession).values(stepped_up_at=past))
    office.session.commit()
    token = client.page("/staff/account").fields()["token"]
    for answer in (client.get(path), client.post(path, data={"token": "of another site"})):
        assert where(answer) == f"/staff/confirm-password?next={path}"
    assert "step_up" in read_page(client.post(path, data={"token": token})).fields()
    assert office.opens(lan)
    again = f"/staff/confirm-password?next={path}"
    assert "password" in read_page(client.send(again, password="wrong wrong wrong")).errors
    assert where(client.send(again, password=PASSWORD)) == path
    assert where(client.send(path)) == "/staff/people"
    assert office.opens(lan) == {}


def test_changed_password_opens_the_same_key_and_ends_other_sessions(
    browse, office: Office
) -> None:
    here, there = browse(), browse()
    here.sign_in("director@example.org")
    there.sign_in("director@example.org")
    another = "violin-garden-thirty-copper-rain"
    wrong = here.send("/staff/account", current="wrong", password=another, again=another)
    assert "current" in read_page(wrong).errors
    sent = here.send("/staff/account", current=PASSWORD, password=another, again=another)
    assert where(sent) == "/staff/account?changed=1"
    assert here.get("/staff/keys").status_code == 200
    assert there.get("/staff/keys").status_code == 303
    assert there.sign_in("director@example.org", PASSWORD).status_code == 422
    assert where(there.sign_in("director@example.org", another)) == "/staff/"
    assert there.get("/staff/keys").status_code == 200


def test_wrap_of_old_costs_is_made_anew_at_sign_in(client: Browser, office: Office) -> None:
    row = office.session.scalars(select(MemberKeyWrap)).one()
    cheap = Parameters(bytes(16), office.ring.newest_pepper, memory_kib=8 * 1024, time_cost=1)
    kek = kek_for(PASSWORD, cheap, office.ring.pepper(cheap.pepper_version))
    old = wrap_member_key(kek, office.founder.person_id, office.founder.private, cheap)
    row.parameters, row.ciphertext = old.parameters.stored(), old.ciphertext
    office.session.commit()
    assert where(client.sign_in("director@example.org")) == "/staff/"
    anew = hashing.candidate_for(
        queries.wrap_for(office.session, person_id=office.founder.person_id), office.ring
    )
    assert not anew.outdated(office.ring)
    assert anew.open(PASSWORD, office.ring) == office.founder.private


def test_a_remembered_login_cookie_means_nothing(client: Browser, office: Office) -> None:
    client.set_cookie("remember_token", f"{office.founder.person_id}|abc")
    assert client.get("/staff/account").status_code == 303


def test_used_and_expired_links_say_so(client: Browser, office: Office) -> None:
    token = office.invite("lan", Role.HANDLER)
    office.session.commit()
    assert client.page(f"/staff/invitation/{token}").status == 200
    office.accept(token)
    office.session.commit()
    assert client.page(f"/staff/invitation/{token}").status == 404
    late = office.invite("minh", Role.HANDLER)
    office.session.commit()
    assert queries.invitation(office.session, late, real_now() + timedelta(days=8)) is None


def test_sign_ins_stand_in_the_chain(client: Browser, office: Office) -> None:
    client.sign_in("director@example.org")
    last = office.session.scalars(select(Event).order_by(Event.seq.desc()).limit(1)).one()
    assert (last.verb, last.actor) == ("signed_in", f"member:{office.founder.person_id}")


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        (Role.HANDLER, "/staff/people", 403),
        (Role.HANDLER, "/staff/keys", 200),
        (Role.HANDLER, "/staff/keys/change", 403),
        (Role.HANDLER, "/staff/keys/sheet", 403),
        (Role.HANDLER, "/staff/operator", 403),
        (Role.LEAD, "/staff/people", 200),
        (Role.LEAD, "/staff/operator", 403),
        (Role.LEAD, "/staff/keys", 200),
        (Role.DIRECTOR, "/staff/people", 200),
        (Role.ADMINISTRATOR, "/staff/people", 200),
        (Role.ADMINISTRATOR, "/staff/operator", 200),
        (Role.ADMINISTRATOR, "/staff/keys", 403),
        (Role.DIRECTORY_EDITOR, "/staff/people", 403),
        (Role.DIRECTORY_EDITOR, "/staff/operator", 403),
    ],
)
def test_roles_open_their_pages_and_no_others(
    client: Browser, office: Office, role: Role, path: str, status: int
) -> None:
    office.join("lan", role)
    client.sign_in("lan@example.org")
    assert client.page(path).status == status


def test_lead_sees_people_and_cannot_invite(client: Browser, office: Office) -> None:
    lan = office.join("lan", Role.LEAD)
    client.sign_in("lan@example.org")
    assert not client.page("/staff/people").all("form", data_main="")
    token = client.page("/staff/account").fields()["token"]
    sent = {"token": token, "name": "x", "email": "x@example.org", "role": "director"}
    assert client.post("/staff/people", data=sent).status_code == 403
    assert client.get(f"/staff/people/{lan.person_id}/remove").status_code == 403


def test_two_accept_the_same_link_and_one_is_told(browse, office: Office) -> None:
    token = office.invite("lan", Role.HANDLER)
    office.session.commit()
    path = f"/staff/invitation/{token}"
    first, second = browse(), browse()
    waiting = second.page(path).fields()
    assert where(first.send(path, password=PASSWORD, again=PASSWORD))
    answer = second.post(path, data={**waiting, "password": PASSWORD, "again": PASSWORD})
    assert read_page(answer).status == 404
    assert len(office.session.scalars(select(Person).where(Person.name == "lan")).all()) == 1


def test_language_of_the_browser_is_chosen_already(client: Browser, session) -> None:
    token = founding.set_up(session, real_now())
    session.commit()
    path = f"/staff/invitation/{token}"
    found = read_page(client.get(path, headers={"Accept-Language": "ja-JP,ja;q=0.9"}))
    assert found.one("html").get("lang") == "ja"
    assert found.fields()["language"] == "ja"


def test_flask_login_carries_the_member_and_writes_no_session(app) -> None:
    """What its readers look for is used as they know it; the cookie stays ours."""
    assert issubclass(staff.Member, UserMixin)
    assert login.request_callback is staff.load
    with app.test_request_context("/staff/"):
        away = login.unauthorized()
        assert "/staff/sign-in" in where(away)
        assert not signed_session.modified
