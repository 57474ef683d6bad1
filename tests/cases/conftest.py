"""A case with its handler, a colleague and its worker, ready for any verb."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from grievance.accounts.keys import open_organisation_keys
from grievance.accounts.roles import Role
from grievance.cases import assigned, records
from grievance.cases.act import Act
from grievance.cases.actors import Actor
from grievance.cases.assigned import Assigned
from grievance.cases.messages import Written
from grievance.cases.models import Case, FourEyes, RemedyItem
from grievance.cases.opening import OpenCase, open_packet
from grievance.cases.operations import (
    bodies,
    closing,
    consenting,
    deciding,
    handling,
    interpreting,
    laying,
    referring,
    remedying,
    replying,
)
from grievance.cases.operations.bodies import Wrote
from grievance.cases.operations.closing import Closing, SignOff
from grievance.cases.operations.diary import Kept
from grievance.cases.operations.extending import Extending
from grievance.cases.operations.interpreting import Giving, HandedIn, Opening
from grievance.cases.operations.pausing import Pausing
from grievance.cases.operations.referring import About
from grievance.cases.operations.remedying import Agreement, Heard, Remedy
from grievance.cases.operations.sums import Facts
from grievance.cases.site import Site
from grievance.cases.wages import Month
from grievance.clock import local_day, real_now
from grievance.deadlines import operations as clocks
from grievance.deadlines.queries import operator_hours
from grievance.referrals.document import Document
from grievance.referrals.drafting import Drafting, draft
from grievance.referrals.links import ReplyLink
from grievance.referrals.models import ON_DESK, Packet, Referral
from grievance.referrals.operations import linking, recalling, sealing, steps
from grievance.referrals.operations import readers as named_readers
from grievance.referrals.operations.linking import NewLink
from grievance.referrals.operations.sealing import Making
from grievance.referrals.operations.steps import Asking, Delivery, Said
from grievance.referrals.templates import book
from grievance.vault.receipts import draw_reply_code, reply_pair, slow_root
from grievance.vault.sessions import new_secret
from tests.cast import (
    NOW,
    Filed,
    Firm,
    Operator,
    Partner,
    Staff,
    Step,
    add_company,
    add_interpreter,
    add_partner,
    file_case,
    found_operator,
    member,
)

ENDS, TODAY = date(2030, 12, 31), date(2026, 4, 22)
DUE = date(2026, 5, 10)  # the day of a promise


def document(body: str) -> Document:
    """What would go to a body."""
    told = {"language": "vi", "what-happened": "Two months without pay."}
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
    return draft(book().templates["generic"], told, drafting)


def words(text: str = "Some words", language: str = "en") -> Written:
    """Something typed on a fresh form."""
    return Written(text, language, uuid4())


@dataclass(frozen=True)
class Door:
    """A reply link with what only its body has."""

    link: ReplyLink
    token: str
    code: str
    private: bytes


@dataclass
class World:
    """An operator with two members and one case."""

    session: Session
    site: Site
    operator: Operator
    handler: Staff
    colleague: Staff
    filed: Filed
    other: str = ""  # the reference of another case
    referral: Referral | None = None  # the hand-over that was made last
    seen: int | None = None  # the version of a page that is old by now
    door: Door | None = None  # the reply link that was made last
    partner: Partner | None = None  # a body with an account, added last
    interpreter: Staff | None = None  # who interprets, added last

    @property
    def case(self) -> Case:
        """The case."""
        return self.filed.case

    @property
    def version(self) -> int:
        """The version that a form would carry."""
        return self.case.version if self.seen is None else self.seen

    def desk(self) -> OpenCase:
        """The case as the handler opens it."""
        return self.handler.open(self.session, self.case)

    def home(self) -> OpenCase:
        """The case as its worker opens it."""
        return self.filed.open(self.session)

    def propose(self, actor: Actor | None = None, opened: OpenCase | None = None) -> FourEyes:
        """The handler proposes to decline, with the first door that routing suggested."""
        by, desk = actor or self.handler.actor, opened or self.desk()
        door = records.suggestion(self.session, desk)["doors"][0]["mechanism"]
        found = deciding.Declining("better_door", door, words("Go to them."))
        return deciding.propose_decline(replace(self.act(by), opened=desk), found)

    def later_day(self, clock: str = "next_step", days: int = 7) -> Extending:
        """A day so much later than that of a clock, if it runs."""
        running = clocks.running(self.session, self.case.id)
        due = next((one.due_at for one in running if one.kind == clock), NOW)
        day = local_day(due, operator_hours(self.session).zone)
        return Extending(clock, day + timedelta(days=days), "more", "Many books")

    def pause(self, at: datetime = NOW) -> Pausing:
        """The next step stands still for a week from here."""
        day = local_day(at, operator_hours(self.session).zone) + timedelta(days=7)
        return Pausing("next_step", day, "body", "The office decides")

    def second(self, by: Staff, now: datetime = NOW) -> None:
        """Somebody says so too."""
        deciding.decline(self.act(by.actor, now))

    def hand_over(self, step: str, body: str = "jp-lsio", readers: Sequence[UUID] = ()) -> Referral:
        """A hand-over to a body as far as this step, by the referrals' own acts: the case does not
        move."""
        session, desk = self.session, self.desk()
        making = Making(
            case_id=self.case.id, mechanism=body, immigration="no", document=document(body)
        )
        holders = referring.holders(session, self.site, self.case)
        kept = sealing.keep(session, making, holders, self.site.blobs, NOW)
        named_readers.write(session, kept, laying.chosen(session, body, readers))
        packet = kept.packet
        digest = sealing.freeze(session, packet, NOW)
        row = steps.propose(session, self.case.id, body, self.handler.id, NOW)
        steps.ask(session, row, packet, Asking("complaint", ENDS, TODAY), NOW)
        said = Said(
            "yes", digest, body, "complaint", "named", ENDS, packet.parts, "receipt", "self"
        )
        if step != "asked":
            steps.consent(Step(session, desk, TODAY, NOW), row, packet, said)
        if step in ("delivered", "recalled"):
            sent = Delivery("staff", "post", TODAY)
            steps.deliver(Step(session, desk, TODAY, NOW), row, sent)
        if step == "recalled":
            recalling.recall(session, self.case.id, body, NOW)
        self.referral = row
        return row

    def open_door(self, now: datetime | None = None) -> Door:
        """A reply link to the hand-over that was made last, by its own act: the case does not
        move."""
        row, session = self.referral, self.session
        assert row is not None
        token, code = new_secret(), draw_reply_code()
        ring = self.site.ring
        pair = reply_pair(slow_root(code, ring.receipt_salt), token, ring.pepper(1))
        packet = open_packet(session, self.desk(), session.get_one(Packet, row.packet_id))
        new = NewLink(token, pair, 1, now or real_now())
        link = linking.make(session, packet, row, new, self.handler.id)
        self.door = Door(link, token, code, pair.private)
        return self.door

    def over_link(self, actor: Actor | None = None, now: datetime = NOW) -> Act:
        """An act of the body that came in over the link, if there is one."""
        if self.door is None:
            opened = OpenCase(self.case, {})
            return Act(self.session, self.site, opened, actor or bodies.of_link(uuid4()), now)
        link = self.door.link
        opened = bodies.case_of(self.case, link, self.door.private)
        return Act(self.session, self.site, opened, actor or bodies.of_link(link.id), now)

    def add_partner(self, body: str = "jp-lsio", people: int = 2) -> Partner:
        """A body gets an account here: from now on what is agreed to for it is sealed to it."""
        self.partner = add_partner(self.session, self.operator, body, people)
        return self.partner

    def add_company(self, people: int = 3) -> Firm:
        """A company gets accounts here: nobody of it reads what nobody named them for."""
        found = add_company(self.session, self.operator, "company-hotline-template", people)
        self.partner = found
        return found

    def on_desk(self, body: str = "jp-lsio", readers: Sequence[UUID] = ()) -> Referral:
        """A hand-over that lies on the desk of its body, by the verbs of its worker and handler."""
        row = self.hand_over("asked", body, readers)
        consenting.say(self.own(), About(row, self.said("yes")))
        sent = Delivery("staff", ON_DESK, self.act().today)
        referring.deliver(self.act(), About(row, sent))
        return row

    def at_desk(self, actor: Actor | None = None, number: int = 0, now: datetime = NOW) -> Act:
        """An act of somebody of the body with an account, if there is one."""
        if self.partner is None:
            return self.over_link(actor, now)
        by = self.partner.people[number]
        if isinstance(self.partner, Firm):
            held_by = bodies.case_by_name(self.case, by.id, {1: by.private})
            return Act(self.session, self.site, held_by, actor or bodies.of_member(by.id), now)
        held = open_organisation_keys(self.session, by.id, by.private)
        privates = {g: key for (owner, g), key in held.items() if owner == self.partner.id}
        opened = bodies.case_at(self.case, self.partner.id, privates)
        return Act(self.session, self.site, opened, actor or bodies.of_member(by.id), now)

    def add_interpreter(self) -> Staff:
        """Somebody who interprets for the operator, whose six words were heard."""
        self.interpreter = add_interpreter(self.session, self.operator)
        return self.interpreter

    def interprets(self, actor: Actor | None = None, now: datetime = NOW) -> Act:
        """An act of the interpreter, if there is one."""
        by = self.interpreter
        person, private = (by.id, by.private) if by else (uuid4(), b"")
        opened = interpreting.case_of(self.case, person, 1, private)
        return Act(
            self.session, self.site, opened, actor or interpreting.of_interpreter(person), now
        )

    def month_of_pay(self) -> Kept:
        """What the worker writes down of May."""
        return Kept(date(2026, 5, 1), Month(9600, 200_000, 50_000), "JPY", "25", "next")

    def giving(self, *passages: str, **changed: object) -> Giving:
        """Passages that go to the interpreter."""
        told: dict[str, object] = {
            "passages": passages or ("what-happened",),
            "person": self.interpreter.id if self.interpreter else uuid4(),
            "language": "en",
            "due_on": DUE,
            "other_side": "Mihon Foods",
        }
        return Giving(**{**told, **changed})

    def give_passage(self, state: str = "given") -> Assigned:
        """The worker's story in the interpreter's hands as far as this state, by the real verbs as
        far as the case's own state lets them."""
        self.add_interpreter()
        if assigned.wish(self.session, self.case.id) != assigned.ALLOW:
            interpreting.allow_interpreter(self.own())
        interpreting.give_passages(self.act(), self.giving())
        row = assigned.of_case(self.session, self.case.id)[0]
        if state != "given":
            interpreting.open_passage(self.interprets(), Opening(row.id, nothing_to_do=True))
        if state == "handed_in":
            handed = HandedIn(row.id, "Two months without pay.", "The month")
            interpreting.hand_in(self.interprets(), handed)
        return row

    def wrote(self, kind: str, words: str = "", sending: UUID | None = None) -> About[Wrote]:
        """What a body writes over the link."""
        return About(self.referral, Wrote(kind, "A-17", words, sending or uuid4()))

    def act(self, actor: Actor | None = None, now: datetime = NOW) -> Act:
        """An act of the handler, or of somebody else at the desk, on the page as it is."""
        by = actor or self.handler.actor
        return Act(self.session, self.site, self.desk(), by, now, self.version)

    def own(self, actor: Actor | None = None, now: datetime = NOW) -> Act:
        """An act of the worker, or of somebody who stands in for them, at home."""
        return Act(self.session, self.site, self.home(), actor or self.filed.actor, now)

    def promise(self, stands: str = "agreed", due_on: date = DUE, **changed: object) -> RemedyItem:
        """A remedy is written down."""
        told: dict[str, object] = {"words": "Wages of June", "currency": "JPY", "agreed": 300000}
        remedy = Remedy("money", stands, Facts(**{**told, **changed}), due_on)
        return remedying.record(self.act(), remedy)

    def agree(self, *offers: UUID) -> None:
        """The worker agreed to it, and to these offers."""
        agreed = Agreement("On the phone", words(), offers)
        remedying.agree_remedy(self.act(), agreed)

    def signed(self, **changed: object) -> None:
        """The worker says that the case may be closed."""
        told: dict[str, object] = {"rating": 4, "reprisal": False, "written": words("Thank you")}
        said = SignOff(**{**told, **changed})
        closing.sign_off(self.own(), said)

    def propose_close(self, result: str = "advised", actor: Actor | None = None) -> FourEyes:
        """Somebody proposes to close."""
        return closing.propose_close(self.act(actor), Closing(result, words("Good luck.")))

    def said(self, answer: str, **changed: object) -> Said:
        """The worker's answer to exactly what was asked last."""
        row = self.referral
        packet = self.session.get_one(Packet, row.packet_id) if row else None
        if row is None or packet is None:
            return Said(answer, b"", "", "", "", ENDS, (), "receipt", "self")
        office = laying.office_of(self.session, self.site, packet)
        told: dict[str, object] = {
            "answer": answer,
            "digest": packet.digest,
            "recipient": row.mechanism,
            "purpose": row.purpose,
            "form": packet.form,
            "ends_on": row.ends_on,
            "parts": packet.parts,
            "given_by": "receipt",
            "known_to": "self",
            "office": office.id if office else None,
        }
        return Said(**{**told, **changed})

    def bring_to(self, state: str) -> None:
        """Do real verbs until the case stands there."""
        if state not in ("received", "withdrawn"):
            handling.take(self.act())
        for step in WAYS[state]:
            step(self)
        self.session.flush()
        assert self.case.state == state

    def ask(self) -> None:
        """The handler asks the worker something."""
        handling.ask_worker(self.act(), words("Which month?"))

    def accept(self) -> None:
        """The handler accepts the case."""
        handling.accept(self.act())

    def deliver(self) -> None:
        """A body gets it."""
        row, sent = self.hand_over("consented", "jp-ncp"), Delivery("staff", "post", TODAY)
        referring.deliver(self.act(), About(row, sent))

    def talk(self) -> None:
        """The body brings the sides to talk."""
        remedying.open_dialogue(self.act(), words())

    def confirm(self) -> None:
        """The worker tells the handler that it arrived."""
        remedying.confirm_for_worker(self.act(), Heard("By phone"))

    def close(self) -> None:
        """A second person closes what was proposed."""
        closing.close(self.act(self.colleague.actor))

    def withdraw(self) -> None:
        """The worker takes it back."""
        replying.withdraw(self.own())


AGREED = (World.accept, World.promise, World.agree)
WAYS: dict[str, tuple[Callable[[World], object], ...]] = {
    "received": (),
    "in_review": (),
    "awaiting_worker": (World.ask,),
    "accepted": (World.accept,),
    "with_mechanism": (World.deliver,),
    "in_dialogue": (World.deliver, World.talk),
    "remedy_agreed": AGREED,
    "remedy_monitored": (*AGREED, World.confirm),
    "not_accepted": (World.propose, lambda world: world.second(world.colleague)),
    "withdrawn": (World.withdraw,),
    "closed": (World.accept, World.signed, World.propose_close, World.close),
}


@pytest.fixture
def world(app: Flask, session: Session) -> World:
    """The case as it was filed."""
    operator = found_operator(session, app.config["KEY_RING"])
    handler = member(session, operator, Role.LEAD, "Tanaka Ken")
    colleague = member(session, operator, Role.LEAD, "Mori Emi")
    site = app.config["SITE"]
    return World(session, site, operator, handler, colleague, file_case(session, site))


@pytest.fixture
def another(world: World) -> Callable[..., Filed]:
    """Files one more case."""

    def filed(**answers: object) -> Filed:
        return file_case(world.session, world.site, **answers)

    return filed
