"""Cases on their way to a remedy, brought there by the real operations, and their worker's visit.

Staff act some days ago where a promise must be late by now: `Way.at` is when they do.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy.orm import Session

from grievance import clock
from grievance.accounts.roles import Role
from grievance.cases.act import Act
from grievance.cases.messages import Written
from grievance.cases.models import Case, RemedyItem
from grievance.cases.operations import closing, handling, referring, remedying
from grievance.cases.operations.remedying import Agreement, Arrival, Remedy
from grievance.cases.operations.sums import Facts
from grievance.cases.site import Site
from grievance.referrals.answered import Answered
from grievance.referrals.drafting import Drafting, draft
from grievance.referrals.models import Referral
from grievance.referrals.operations import sealing, steps
from grievance.referrals.operations.sealing import Making
from grievance.referrals.operations.steps import Asking, Delivery, Said
from grievance.referrals.templates import book
from tests.cast import (
    Browser,
    Filed,
    Operator,
    Staff,
    Step,
    browser,
    file_case,
    found_operator,
    member,
)
from tests.pages import Page, read_page

WORDS = "The wages of March and April"
SOURCE = "Aichi Foods"
ZONE = "Asia/Tokyo"
BEGAN = clock.now()  # when the operator of all these tests was founded


def words(text: str = "Some words") -> Written:
    """Something typed on a fresh form."""
    return Written(text, "en", uuid4())


def today() -> date:
    """The day it is where the operator is."""
    return clock.local_day(clock.now(), ZONE)


def wages(stands: str = "agreed", due: int = 14, **changed: Any) -> Remedy:
    """Wages that are owed; `due` in so many days from today."""
    told = {"claimed": 300_000, "agreed": 250_000, **changed.pop("amounts", {})}
    facts = Facts(changed.pop("words", WORDS), SOURCE, changed.pop("currency", "JPY"), **told)
    arrived = today() if stands == "arrived" else None
    return Remedy(
        changed.pop("kind", "money"),
        stands,
        facts,
        today() + timedelta(days=due),
        arrived,
        changed.pop("file_id", None),
    )


@dataclass
class Way:
    """A case, its handler and a second person, as far as the acts have brought it."""

    session: Session
    site: Site
    operator: Operator
    handler: Staff
    filed: Filed
    colleague: Staff | None = None
    items: list[UUID] = field(default_factory=list)
    at: datetime = field(default_factory=clock.now)

    @property
    def case(self) -> Case:
        """The case."""
        return self.filed.case

    @property
    def act(self) -> Act:
        """The handler, now, with the newest page."""
        return self.handler.act(self.session, self.site, self.case, self.at)

    def accept(self) -> Way:
        """Taken and accepted."""
        handling.take(self.handler.act(self.session, self.site, self.case, self.at))
        desk = self.handler.open(self.session, self.case)
        handling.accept(
            Act(self.session, self.site, desk, self.handler.actor, self.at, self.case.version)
        )
        self.session.commit()
        return self

    def record(self, *remedies: Remedy) -> Way:
        """Written down, one after the other."""
        for remedy in remedies:
            self.at += timedelta(seconds=1)
            self.items.append(uuid4())
            self.write(self.items[-1], remedy)
        return self

    def write(self, item: UUID, remedy: Remedy) -> RemedyItem:
        """Write one down, or change it."""
        row = remedying.record(self.act, replace(remedy, id=item))
        self.session.commit()
        return row

    def promise(self, *remedies: Remedy) -> Way:
        """Accepted, these remedies agreed."""
        return self.accept().record(*(remedies or (wages(),))).agree()

    def agree(self, *offers: UUID) -> Way:
        """The worker said yes to what is written down as promised, and to these offers."""
        said = words("They promise it.")
        remedying.agree_remedy(self.act, Agreement("By telephone", said, offers))
        self.session.commit()
        return self

    def arrive(self) -> Way:
        """The worker said that all of it is there."""
        came = {one.id: "all" for one in remedying.asked_about(self.session, self.case)}
        said = Arrival(came, False, words(""))
        remedying.report(self.filed.act(self.session, self.site, self.at), said)
        self.session.commit()
        return self

    def hand_over(self, body: str = "jp-lsio") -> Referral:
        """A hand-over that the worker agreed to, gone out, by the referrals' own acts."""
        session, desk = self.session, self.handler.open(self.session, self.case)
        drafting = Drafting(
            mechanism=body,
            name=body,
            operator="Hidamari desk",
            language="ja",
            beside="vi",
            form="named",
            parts=("story",),
            translations={"what-happened": "二か月、給料がありません。"},
        )
        document = draft(book().templates["generic"], {"what-happened": "No pay."}, drafting)
        making = Making(case_id=self.case.id, mechanism=body, immigration="no", document=document)
        holders = referring.holders(session, self.site, self.case)
        packet = sealing.keep(session, making, holders, self.site.blobs, self.at).packet
        digest = sealing.freeze(session, packet, self.at)
        row = steps.propose(session, self.case.id, body, self.handler.id, self.at)
        ends, day = today() + timedelta(days=180), today()
        steps.ask(session, row, packet, Asking("complaint", ends, day), self.at)
        said = Said(
            "yes", digest, body, "complaint", "named", ends, packet.parts, "receipt", "self"
        )
        steps.consent(Step(session, desk, day, self.at), row, packet, said)
        sent = Delivery("staff", "post", day)
        steps.deliver(Step(session, desk, day, self.at), row, sent)
        session.commit()
        return row

    def hand_over_and_end(self, body: str = "jp-lsio") -> Referral:
        """The same, and its result."""
        row, desk = self.hand_over(body), self.handler.open(self.session, self.case)
        day, told = today(), Answered("outcome", today(), "", "They paid.")
        steps.record_answer(Step(self.session, desk, day, self.at), row, told)
        self.session.commit()
        return row

    def ask(self, question: str = "Which month?") -> Way:
        """The handler asks the worker something."""
        handling.ask_worker(self.act, words(question))
        self.session.commit()
        return self

    def record_sign_off(self, read_back: str) -> Way:
        """The worker said by telephone that it may be closed."""
        said = closing.SignOff(4, False, words(read_back))
        closing.record_sign_off(self.act, said)
        self.session.commit()
        return self

    def try_to_reach(self, way: str, days_ago: int) -> Way:
        """A try to reach the worker, so many days ago."""
        tried = closing.Tried(way, today() - timedelta(days=days_ago), "Nobody answered.")
        closing.try_to_reach(self.act, tried)
        self.session.commit()
        return self

    def close(self, result: str = "remedied") -> Way:
        """Two people close it, or the one there is, two days on."""
        found = closing.Closing(result, words("We wish you well."))
        closing.propose_close(self.act, found)
        second = self.colleague or self.handler
        later = self.at if self.colleague else self.at + timedelta(days=2)
        closing.close(second.act(self.session, self.site, self.case, later))
        self.session.commit()
        return self


def way(app: Flask, session: Session, *, alone: bool = False, **options: Any) -> Way:
    """An operator with two people (or one) who work on cases, and a case that was just filed."""
    operator = found_operator(session, app.config["KEY_RING"], BEGAN)
    handler = operator.director
    colleague = None if alone else member(session, operator, Role.LEAD, "Mori Emi", now=BEGAN)
    site: Site = app.config["SITE"]
    at = options.pop("at", clock.now())
    filed = file_case(session, site, now=at, **options)
    return Way(session, site, operator, handler, filed, colleague, at=at)


def visit(app: Flask, session: Session, code: str, language: str = "en") -> Browser:
    """A browser that has typed this code."""
    made = browser(app, session)
    page = read_page(made.get(f"/{language}/return"))
    answer = made.post(f"/{language}/return", data={**page.fields(), "code": code})
    assert answer.status_code == 303
    return made


def read(visitor: Browser, path: str = "", language: str = "en") -> Page:
    """A page of this visit's case, which is there."""
    page = read_page(visitor.get(f"/{language}/case{path}"))
    assert page.status == 200
    return page


def came(page: Page) -> list[str]:
    """The names of the fields that ask whether something came, in page order."""
    names = [control.get("name") or "" for control in page.all("input", type="radio")]
    return list(dict.fromkeys(name for name in names if name.startswith("came-")))


def state(page: Page) -> str:
    """The state that the page says the case is in."""
    return page.one("body").get("data-state") or ""
