"""Who opened what: the log for auditors and directors, and what they and observers cannot open."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from grievance.accounts import audit
from grievance.accounts.models import ReadLog, StaffSession
from grievance.accounts.roles import ASSIGNABLE, PERMISSIONS, Permission, Role
from grievance.cases.models import Recusal
from grievance.cases.operations.exporting import Export, export
from grievance.clock import now
from tests.cast import NOW, Browser, Filed, Staff
from tests.desk.conftest import House
from tests.guard.test_routes import _rules, _some
from tests.pages import Page, read_page

Show = Callable[..., Page]
BY_LAW = "A court or an authority demands it by law"
CALM = (Role.AUDITOR, Role.OBSERVER)  # who open no case


def opened(house: House, filed: Filed, who: Staff, what: str = "case", days: int = 0) -> None:
    """A line of the log."""
    at = now() - timedelta(days=days)
    audit.record_read(house.session, filed.case.id, actor=f"member:{who.id}", now=at, what=what)
    house.session.commit()


def lines(page: Page) -> list[list[str]]:
    """Who, what and of which case, in page order, without those of the log itself."""
    rows = [row for row in page.all("tr") if row.get("data-what") not in (None, "log", "log_saved")]
    return [[" ".join("".join(td.itertext()).split()) for td in row][1:] for row in rows]


@pytest.fixture
def auditor(house: House) -> Browser:
    """Somebody who looks over the work."""
    return house.browser(house.hire(Role.AUDITOR, "Ueda Masao"))


def test_the_auditor_reads_who_opened_what_and_no_word_of_it(
    house: House, show: Show, auditor: Browser
) -> None:
    filed, handler = house.case(), house.hire(Role.HANDLER, "Tanaka Ken")
    lead = house.hire(Role.LEAD, "Mori Emi")
    assert house.browser(handler).get(f"/staff/cases/{filed.case.reference}").status_code == 200
    site = house.app.config["SITE"]
    export(lead.act(house.session, site, filed.case, now()), Export("law", "zip", who=True))
    house.session.commit()
    page = show(auditor, "/staff/reads")
    assert lines(page) == [
        [
            "Mori Emi Lead: works on cases, assigns them, gives keys",
            f"Printed or saved the case: {BY_LAW}. With who it is about.",
            filed.case.reference,
        ],
        ["Tanaka Ken Handler: works on cases", "The case", filed.case.reference],
    ]
    assert not page.all("a", href=f"/staff/cases/{filed.case.reference}")
    director = show(house.browser(house.operator.director), "/staff/reads")
    assert director.all("a", href=f"/staff/cases/{filed.case.reference}")


def test_that_somebody_looked_at_the_log_is_a_line_of_it(
    house: House, show: Show, auditor: Browser
) -> None:
    show(auditor, "/staff/reads")
    page = show(auditor, "/staff/reads")
    (row,) = [one for one in page.all("tr") if one.get("data-what") == "log"]
    assert "Ueda Masao" in "".join(row.itertext())


def test_it_is_narrowed_to_a_case_a_person_and_days(
    house: House, show: Show, auditor: Browser
) -> None:
    first, second = house.case(), house.case()
    ken, emi = house.hire(name="Tanaka Ken"), house.hire(Role.LEAD, "Mori Emi")
    opened(house, first, ken)
    opened(house, first, emi, "file")
    opened(house, second, ken, "facts", days=3)
    spaced = f"{first.case.reference[:5].lower()} {first.case.reference[5:]}"
    found = lines(show(auditor, f"/staff/reads?reference={spaced}"))
    assert [one[1] for one in found] == ["A file", "The case"]
    found = lines(show(auditor, f"/staff/reads?person={ken.id}"))
    assert {one[2] for one in found} == {first.case.reference, second.case.reference}
    day = (now() - timedelta(days=3)).date()
    around = f"first={day - timedelta(days=1)}&last={day + timedelta(days=1)}"
    found = lines(show(auditor, f"/staff/reads?{around}"))
    assert [one[2] for one in found] == [second.case.reference]


def test_what_cannot_be_meant_is_said_and_shows_nothing(
    house: House, show: Show, auditor: Browser
) -> None:
    opened(house, house.case(), house.hire())
    for asked, wrong in (
        ("reference=ZZZZZZZZZZ", "reference"),
        ("reference=%00%27", "reference"),
        ("first=2026-02-31", "first"),
        ("first=2026-04-02&last=2026-04-01", "last"),
    ):
        page = show(auditor, f"/staff/reads?{asked}")
        assert page.one("p", **{"data-error": wrong}) is not None, asked
        assert not lines(page), asked
    assert lines(show(auditor, f"/staff/reads?person={uuid4()}"))
    assert auditor.get("/staff/reads?after=forged").status_code == 404


def test_older_lines_are_a_page_on(house: House, show: Show, auditor: Browser) -> None:
    filed, ken = house.case(), house.hire()
    for back in range(51):
        opened(house, filed, ken, days=back + 1)
    page = show(auditor, f"/staff/reads?reference={filed.case.reference}")
    assert len(lines(page)) == 50
    (more,) = page.all("a", rel="next")
    assert len(lines(show(auditor, more.get("href") or ""))) == 1


def test_no_visit_of_a_worker_is_in_it(house: House, show: Show, auditor: Browser) -> None:
    filed = house.case()
    name = filed.actor.name
    audit.record_read(house.session, filed.case.id, actor=name, now=now(), what="copy")
    house.session.commit()
    assert lines(show(auditor, "/staff/reads")) == []


def test_a_director_with_a_conflict_of_interest_reads_nothing_of_that_case(
    house: House, show: Show, auditor: Browser
) -> None:
    filed, director = house.case(), house.operator.director
    opened(house, filed, house.hire())
    house.session.add(
        Recusal(
            case_id=filed.case.id, person_id=director.id, by_id=director.id, at=NOW, state="stands"
        )
    )
    house.session.commit()
    client = house.browser(director)
    assert lines(show(client, "/staff/reads")) == []
    page = show(client, f"/staff/reads?reference={filed.case.reference}")
    assert page.one("p", **{"data-error": "reference"}) is not None
    assert len(lines(show(auditor, "/staff/reads"))) == 1


def test_a_case_that_was_deleted_is_told_without_its_reference(
    house: House, show: Show, auditor: Browser
) -> None:
    ken = house.hire()
    audit.record_read(house.session, uuid4(), actor=f"member:{ken.id}", now=now(), what="case")
    house.session.commit()
    assert lines(show(auditor, "/staff/reads")) == [
        ["Tanaka Ken Handler: works on cases", "The case", "deleted"]
    ]


def below(page: Page) -> dict[str, str]:
    """The form below the lines."""
    return page.fields(page.one("form", action="/staff/reads.csv"))


def save(client: Browser, address: str = "/staff/reads", **more: str):
    """Press the button below the lines."""
    fields = below(read_page(client.get(address)))
    return client.post("/staff/reads.csv", data={**fields, **more})


def table(client: Browser, **more: str) -> list[list[str]]:
    """The lines of the table, without those of the log itself."""
    answer = save(client, **more)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    text = answer.get_data(as_text=True).removeprefix("\ufeff")
    return [row for row in csv.reader(io.StringIO(text)) if row[2] not in ("log", "log_saved")]


def test_the_table_to_take_along_is_a_line_of_the_log(house: House, auditor: Browser) -> None:
    filed, ken = house.case(), house.hire(name="=Tanaka")
    opened(house, filed, ken)
    head, row = table(auditor)
    assert head == ["at", "who", "what", "in_words", "case"]
    assert row[1:] == ["'=Tanaka", "case", "The case", filed.case.reference]
    assert datetime.fromisoformat(row[0]).astimezone(UTC).date() == now().date()
    saved = select(ReadLog.actor).where(ReadLog.what == "log_saved")
    assert len(list(house.session.scalars(saved))) == 1


def test_the_table_holds_what_the_page_is_narrowed_to(house: House, auditor: Browser) -> None:
    first, second, ken = house.case(), house.case(), house.hire()
    opened(house, first, ken)
    opened(house, second, ken)
    (_head, row) = table(auditor, address=f"/staff/reads?reference={first.case.reference}")
    assert row[4] == first.case.reference


def test_the_table_needs_the_token_and_the_password_once_more(
    house: House, auditor: Browser
) -> None:
    assert auditor.post("/staff/reads.csv", data={"token": "x"}).mimetype == "text/html"
    assert auditor.get("/staff/reads.csv").status_code == 405
    long_ago = now() - timedelta(hours=1)
    fields = below(read_page(auditor.get("/staff/reads")))
    house.session.execute(update(StaffSession).values(stepped_up_at=long_ago))
    house.session.commit()
    answer = auditor.post("/staff/reads.csv", data=fields)
    assert answer.mimetype == "text/html"
    assert "step_up" in read_page(answer).fields()


def test_only_auditors_and_directors_read_it(house: House) -> None:
    for role in ASSIGNABLE["operator"]:
        if role == Role.DIRECTOR:
            continue
        client = house.browser(house.hire(role, f"A {role}"))
        may = Permission.AUDIT_READ in PERMISSIONS[role]
        assert may == (role == Role.AUDITOR)
        assert client.get("/staff/reads").status_code == (200 if may else 403), role


@pytest.mark.parametrize("role", CALM)
def test_who_opens_no_case_begins_somewhere_and_opens_nothing_else(
    house: House, show: Show, role: Role
) -> None:
    filed = house.case()
    member = house.hire(role, "Ueda Masao")
    assert not member.holds_key
    client = house.browser(member)
    start = show(client, "/staff/")
    mine = {Role.AUDITOR: "/staff/reads", Role.OBSERVER: "/staff/half-years"}[role]
    menu = [one.get("href") for one in start.all("a") if (one.get("href") or "") == mine]
    assert len(menu) == 2, "in the menu and on the first page"
    token = start.all("input", name="token")[0].get("value")
    allowed = {str(one) for one in PERMISSIONS[role]} | {"signed-in"}
    refused = 0
    for rule in _rules(house.app):
        view = house.app.view_functions[rule.endpoint]
        if view.audience not in ("staff", "partner") or view.permission in allowed:
            continue
        values = {**_some(rule), "reference": filed.case.reference}
        named = {name: one for name, one in values.items() if name in rule.arguments}
        path = rule.build(named, append_unknown=False)[1]
        for method in sorted(rule.methods & {"GET", "POST"}):
            answer = client.open(path, method=method, data={"token": token})
            assert answer.status_code == 403, f"{method} {rule} as {role}"
            refused += 1
    assert refused > 100


@pytest.mark.parametrize("role", CALM)
def test_what_every_member_may_open_tells_them_nothing_of_a_case(house: House, role: Role) -> None:
    filed = house.case()
    client = house.browser(house.hire(role, "Ueda Masao"))
    for rule in _rules(house.app):
        view = house.app.view_functions[rule.endpoint]
        open_to_all = view.audience in ("staff", "member") and view.permission == "signed-in"
        if open_to_all and "GET" in rule.methods and not rule.arguments:
            said = client.get(rule.build({}, append_unknown=False)[1]).get_data(as_text=True)
            assert filed.case.reference not in said, rule
