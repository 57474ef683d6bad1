"""What tests of filing share: an operator to file with, and a browser that fills forms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import uuid4
from xml.etree.ElementTree import Element

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from grievance.accounts.models import OperatorProfile, Organisation, Person, RecoveryKey
from grievance.accounts.operations.keymaking import add_generation
from grievance.accounts.profile import FIELDS
from grievance.vault.keyring import KeyRing
from tests.pages import Page, read_page

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
FILE = "/en/file?route=full"  # every question; the short ways are in test_short_pages.py
TYPED = {"text": "words", "textarea": "It happened again.", "date": "2026-08-25",
         "email": "a@example.com", "phone": "+84 91 234 56 78"}  # fmt: skip


def found_operator(session: Session, ring: KeyRing) -> None:
    """An operator with a key, a confirmed recovery sheet and a complete profile."""
    organisation = Organisation(id=uuid4(), kind="operator", name="Hidamari", founded_at=NOW)
    person = Person(
        id=uuid4(),
        name="Founder",
        email_tag=b"t",
        address_box=b"a",
        public=b"p",
        public_mac=b"m",
        created_at=NOW,
    )
    session.add_all([organisation, person])
    session.flush()
    add_generation(session, organisation, ring, NOW)
    session.add(
        RecoveryKey(
            organisation_id=organisation.id,
            generation=1,
            public=b"p",
            mac=b"m",
            organisation_generation=1,
            box=b"b",
            printed_by=person.id,
            created_at=NOW,
            confirmed_at=NOW,
        )
    )
    session.add(
        OperatorProfile(
            organisation_id=organisation.id,
            texts={
                name: {"en": {"text": f"About {name}.", "of": "", "by": "person"}}
                for name in FIELDS
            },
            hours={"0": ["09:00", "18:00"], "4": ["09:00", "18:00"]},
            languages=["en"],
            everyday_site="https://weather.example/",
            contacts=["03-0000-0000"],
            retention_days=365,
        )
    )
    session.commit()


class Robot:
    """A browser that fills every control of a page by its kind and sends the main form."""

    def __init__(self, client: FlaskClient, choices: Mapping[str, str]) -> None:
        self.client, self.choices = client, choices
        self.visited: list[str] = []

    def open(self, path: str = FILE) -> Page:
        """The page at `path`, after redirects."""
        answer = self.client.get(path, follow_redirects=True)
        self.path = answer.request.full_path.rstrip("?")
        return read_page(answer)

    def send(self, page: Page, **changes: str | list[str]) -> Page:
        """Fill the main form of the page, send it and follow."""
        self.visited.append(page.one("body").get("data-question") or page.name)
        filled = {**self._filled(page), **changes}
        answer = self.client.post(
            self.path, data=filled, follow_redirects=True, content_type="multipart/form-data"
        )
        self.path = answer.request.full_path.rstrip("?")
        return read_page(answer)

    def go(self, until: str = "file.sent", most: int = 40, start: str = "") -> Page:
        """Fill and send page after page until the named one."""
        page = self.open(start) if start else self.open()
        for _ in range(most):
            if page.name == until:
                return page
            page = self.send(page)
            assert not page.errors, (self.visited, page.errors)
        raise AssertionError(f"never reached {until}: {self.visited}")

    def _filled(self, page: Page) -> dict[str, str]:
        form = page.one("form", data_main="")
        sent = page.fields(form)
        for control in form.iter():
            kind, name = control.get("data-kind"), control.get("name") or ""
            if not kind or kind == "files":
                continue
            if name in self.choices:
                sent[name] = self.choices[name]
            elif not sent.get(name) and control.get("data-required") == "yes":
                sent[name] = _first(control, kind)
        return sent


def _first(control: Element, kind: str) -> str:
    if kind in TYPED:
        return TYPED[kind]
    if control.tag == "select":
        return next(o.get("value") or "" for o in control.iter("option") if o.get("value"))
    return control.get("value") or ""
