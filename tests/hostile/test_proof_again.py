"""What a slow hash proved is read again where it counts: a change ends what was under way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import create_engine, delete, func, select
from sqlalchemy.orm import Session

from grievance.accounts import audit, door, hashing, queries
from grievance.accounts.keys import recovery_key
from grievance.accounts.models import Invitation, MemberKeyWrap, StaffSession
from grievance.accounts.operations import invitations, leaving, recovery, signing
from grievance.accounts.operations.persons import Admitted, set_password
from grievance.accounts.roles import Role
from grievance.cases.models import Case, Receipt, ReceiptSession, Reissue
from grievance.cases.operations import receipts
from grievance.clock import real_now
from grievance.refusals import Refused
from grievance.vault.passwords import MemberWrap, Parameters
from grievance.vault.receipts import slow_root
from grievance.vault.slots import SlowLane, account
from tests.cast import (
    PASSWORD,
    Browser,
    Filed,
    Operator,
    Staff,
    browser,
    cheap_password,
    file_case,
    found_operator,
    member,
    new_keys,
)
from tests.hostile.meanwhile import Act, meanwhile, until_one_waits
from tests.pages import Page, read_page

NEXT = "another lantern beside the quiet harbour"


@pytest.fixture(autouse=True)
def fresh_lanes(request: pytest.FixtureRequest) -> None:
    name = "live_app" if "live_app" in request.fixturenames else "app"
    request.getfixturevalue(name).config[door.LANE] = SlowLane(account)


@pytest.fixture
def operator(app: Flask, session: Session) -> Operator:
    return found_operator(session, app.config["KEY_RING"])


@pytest.fixture
def filed(app: Flask, session: Session, operator: Operator) -> Filed:
    assert operator.id
    return file_case(session, app.config["SITE"])


def changed_by_its_worker(app: Flask, filed: Filed) -> Act:
    """The worker takes a new number."""

    def act(session: Session) -> None:
        case = session.get_one(Case, filed.case.id)
        receipt = session.get_one(Receipt, filed.receipt.id)
        own = Filed(case, receipt, filed.code, filed.keys)
        _code, keys = new_keys(app.config["KEY_RING"])
        receipts.change(own.act(session, app.config["SITE"]), keys)

    return act


def new_password_for(app: Flask, staff: Staff, password: str = NEXT) -> Act:
    """A member's password is changed, as from another browser of theirs."""

    def act(session: Session) -> None:
        hashed = cheap_password(app.config["KEY_RING"], password)
        set_password(session, Admitted(staff.id, staff.private), hashed)
        session.execute(delete(StaffSession).where(StaffSession.person_id == staff.id))

    return act


def removed(operator: Operator, staff: Staff) -> Act:
    """A director removes a member."""

    def act(session: Session) -> None:
        leaving.remove_member(
            operator.director.acting(session, operator.ring, real_now()), staff.id
        )

    return act


def sent(client: Browser, path: str, **written: str) -> Page:
    page = read_page(client.get(path))
    form = page.one("form", data_main="")
    data = {**page.fields(form), **written}
    return read_page(client.post(form.get("action") or path, data=data, follow_redirects=True))


def test_a_log_in_with_a_number_that_is_changed_meanwhile_opens_no_visit(
    app: Flask, session: Session, filed: Filed
) -> None:
    with meanwhile(app, changed_by_its_worker(app, filed)):
        page = sent(browser(app, session), "/en/return", code=filed.code)
    assert "We do not find this number" in page.errors["code"]
    assert session.scalar(select(func.count()).select_from(ReceiptSession)) == 0


def test_a_visit_with_a_number_that_is_no_more_is_over(
    app: Flask, session: Session, filed: Filed
) -> None:
    visitor = browser(app, session)
    assert sent(visitor, "/en/return", code=filed.code).name == "case"
    receipt = session.get_one(Receipt, filed.receipt.id)
    receipt.state = "retired"  # and whoever retired it forgot the visits
    session.commit()
    for path in ("/en/case", "/en/case/withdraw", "/en/case/contact"):
        assert visitor.get(path).headers["Location"].startswith("/en/return")


def test_a_new_number_is_taken_once_by_one_of_two_visits(
    app: Flask, session: Session, filed: Filed
) -> None:
    visitor = browser(app, session)
    sent(visitor, "/en/return", code=filed.code)
    sent(visitor, "/en/case/number")
    with meanwhile(app, changed_by_its_worker(app, filed)):
        page = sent(visitor, "/en/case/new-number")
    assert page.name == "return"
    active = select(func.count()).where(Receipt.state == "active")
    assert session.scalar(active) == 1


@pytest.mark.parametrize("how", ["changed", "removed"])
def test_a_sign_in_that_began_before_opens_no_session(
    app: Flask, session: Session, operator: Operator, how: str
) -> None:
    lan = member(session, operator)
    act = new_password_for(app, lan) if how == "changed" else removed(operator, lan)
    with meanwhile(app, act):
        page = sent(browser(app, session), "/staff/sign-in", email=lan.address, password=PASSWORD)
    assert "do not belong together" in page.errors["password"]
    assert session.scalar(select(func.count()).select_from(StaffSession)) == 0


def test_a_password_wrapped_anew_meanwhile_still_signs_in(
    app: Flask, session: Session, operator: Operator
) -> None:
    lan = member(session, operator)
    with meanwhile(app, new_password_for(app, lan, PASSWORD)):
        page = sent(browser(app, session), "/staff/sign-in", email=lan.address, password=PASSWORD)
    assert page.name == "staff.today"


@pytest.mark.parametrize("where", ["/staff/confirm-password", "/staff/account"])
def test_a_password_that_is_changed_meanwhile_confirms_nothing(
    app: Flask, session: Session, operator: Operator, where: str
) -> None:
    lan = member(session, operator)
    thief = browser(app, session, lan)
    written = {"password": PASSWORD}
    if where == "/staff/account":
        own = "the thief keeps this door open"
        written = {"current": PASSWORD, "password": own, "again": own}
    with meanwhile(app, new_password_for(app, lan)):
        sent(thief, where, **written)
    assert session.scalar(select(func.count()).select_from(StaffSession)) == 0
    wrap = session.scalars(select(MemberKeyWrap).where(MemberKeyWrap.person_id == lan.id)).one()
    kept = hashing.Candidate(lan.id, MemberWrap(Parameters.read(wrap.parameters), wrap.ciphertext))
    assert kept.open(NEXT, operator.ring) == lan.private


def test_an_invitation_that_is_replaced_meanwhile_lets_nobody_in(
    app: Flask, session: Session, operator: Operator
) -> None:
    def invite(own: Session) -> str:
        invitee = invitations.Invitee("Mai", "mai@example.org", Role.HANDLER)
        return invitations.invite(operator.director.acting(own, operator.ring, real_now()), invitee)

    token = invite(session)
    session.commit()
    with meanwhile(app, invite):
        page = sent(
            browser(app, session),
            f"/staff/invitation/{token}",
            language="en",
            password=NEXT,
            again=NEXT,
        )
    assert page.status == 422 or "used already" in page.main
    open_ones = select(func.count()).where(Invitation.kind == "join", Invitation.used_at.is_(None))
    assert session.scalar(open_ones) == 1
    assert session.scalar(select(func.count()).select_from(StaffSession)) == 0


def test_a_link_for_a_password_of_somebody_removed_meanwhile_lets_nobody_in(
    app: Flask, session: Session, operator: Operator
) -> None:
    lan = member(session, operator)
    token = invitations.offer_reset(
        operator.director.acting(session, operator.ring, real_now()), lan.id
    )
    session.commit()
    with meanwhile(app, removed(operator, lan)):
        sent(
            browser(app, session),
            f"/staff/invitation/{token}",
            language="en",
            password=NEXT,
            again=NEXT,
        )
    assert session.scalar(select(func.count()).select_from(StaffSession)) == 0


def test_who_is_removed_while_a_code_is_hashed_issues_none(
    app: Flask, session: Session, operator: Operator, filed: Filed
) -> None:
    asker, issuer = member(session, operator, name="Mori"), member(session, operator, name="Ito")
    act = asker.act(session, app.config["SITE"], filed.case)
    receipts.ask_reissue(act, "Knew the foreman")
    session.commit()
    client = browser(app, session, issuer)
    with meanwhile(app, removed(operator, issuer)):
        page = sent(client, f"/staff/cases/{filed.case.reference}/reissue")
    assert page.name == "staff.sign-in"
    assert session.scalars(select(Reissue.state)).all() == ["asked"]
    assert session.scalars(select(Receipt.state)).all() == ["active"]


def test_an_older_sheet_does_not_confirm_the_newer_one(
    session: Session, operator: Operator
) -> None:
    """The page has read the old sheet already when a colleague draws a new one."""
    act = operator.director.acting(session, operator.ring, real_now())
    recovery.replace_sheet(act)
    session.commit()
    old = recovery.sheet_secret(session, operator.id, act.by)
    seen = recovery_key(session, operator.id)  # what this request has read stays in its session
    assert old is not None
    assert seen is not None
    with Session(session.connection(), join_transaction_mode="create_savepoint") as other:
        other.info["actor"] = "cli:test"
        recovery.replace_sheet(replace(act, session=other))
        other.commit()
    with pytest.raises(Refused, match="sheet"):
        recovery.confirm_sheet(act, old)


@pytest.fixture
def engine_session(live_app: Flask):
    """Sessions with real commits on many connections."""
    settings, ring = live_app.config["SETTINGS"], live_app.config["KEY_RING"]
    engine = create_engine(settings.database_url, execution_options=audit.vouching(ring))

    def begin() -> Session:
        session = Session(engine)
        session.info["actor"] = "cli:test"
        return session

    yield begin
    engine.dispose()


def test_a_log_in_waits_for_the_change_that_runs(live_app: Flask, engine_session) -> None:
    """The log-in has found the number before the change commits: it must still lose."""
    site, ring = live_app.config["SITE"], live_app.config["KEY_RING"]
    changing, looking = engine_session(), engine_session()
    found_operator(changing, ring)
    filed = file_case(changing, site)
    root = slow_root(filed.code, ring.receipt_salt)
    _code, keys = new_keys(ring)
    receipts.change(filed.act(changing, site), keys)
    changing.flush()
    with ThreadPoolExecutor(1) as pool, engine_session() as third, changing:
        begun = pool.submit(receipts.prove, looking, ring, root)
        until_one_waits(third)
        changing.commit()
        assert begun.result() is None
    for one in (changing, looking):
        one.close()


def test_a_sign_in_waits_for_the_change_that_runs(live_app: Flask, engine_session) -> None:
    ring = live_app.config["KEY_RING"]
    changing, entering = engine_session(), engine_session()
    director = found_operator(changing, ring).director
    candidate = signing.candidate(entering, director.address, ring)
    entering.rollback()
    proven = Admitted(director.id, candidate.open(PASSWORD, ring), candidate.wrap)
    other = signing.open_session(changing, proven, ring=ring, now=real_now())
    row = queries.live_session(changing, other, real_now())
    assert row is not None
    signing.change_password(
        changing, proven, cheap_password(ring, NEXT), keep_session=row.id, now=real_now()
    )
    changing.flush()
    with ThreadPoolExecutor(1) as pool, engine_session() as third, changing:
        begun = pool.submit(signing.open_session, entering, proven, ring=ring, now=real_now())
        until_one_waits(third)
        changing.commit()
        with pytest.raises(signing.Superseded):
            begun.result()
    for one in (changing, entering):
        one.close()
