"""A member of staff in a plain browser."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from tests.faults.machine import Machine
from tests.faults.robot import Answer, Robot, filled
from tests.pages import Page

CASE = re.compile(r'href="/staff/cases/([0-9A-Z]{10})"')


class Desk(Robot):
    """Somebody who is signed in."""

    def __init__(self, machine: Machine, role: str, nth: int = 0) -> None:
        super().__init__(machine.url)
        account = machine.account(role, nth)
        page = self.get("/staff/sign-in").page
        came = self.send(page, {"email": account["email"], "password": account["password"]})
        assert came.page.name == "staff.today", came.page.main
        self.form_token = came.token

    def find(self, story: str) -> str:
        """The reference of the case that tells this story, among the newest."""
        seen: list[str] = []
        path: str | None = "/staff/cases?state=received"
        while path:
            answer = self.get(path)
            for reference in dict.fromkeys(CASE.findall(answer.get_data())):
                if reference in seen:
                    continue
                seen.append(reference)
                if story in self.get(f"/staff/cases/{reference}").get_data():
                    return reference
            path = next((a.get("href") for a in answer.page.all("a", rel="next")), None)
        raise AssertionError(f"not among {len(seen)} cases")

    def do(self, reference: str, verb: str, **typed: str) -> Answer:
        """Press the button of a verb on a fresh page of the case."""
        return self.press(self.get(f"/staff/cases/{reference}").page, verb, **typed)

    def press(self, page: Page, verb: str, **typed: str) -> Answer:
        """Press the button of a verb on this page; where it leads is not followed."""
        form = form_of(page, verb)
        return self.post(form.get("action") or "", {**filled(page, typed, form), **typed})


def form_of(page: Page, verb: str) -> Element:
    """The form whose button does this verb."""
    for form in page.all("form"):
        if any(button.get("data-verb") == verb for button in form.iter("button")):
            return form
    raise AssertionError(f"no {verb} on {page.name}: {page.main[:300]}")
