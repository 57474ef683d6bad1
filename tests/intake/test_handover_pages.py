"""Saying yes or no to a hand-over, reading what would go, and taking it back."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance import clock
from grievance.accounts.models import Event
from grievance.accounts.queries import operator_public_key
from grievance.cases import files, records
from grievance.cases.operations import attaching
from grievance.directory import search
from grievance.referrals.answered import Answered
from grievance.referrals.drafting import Drafting, draft
from grievance.referrals.models import Consent, Packet, PacketGrant, Referral
from grievance.referrals.operations import sealing, steps
from grievance.referrals.operations.sealing import FlatFile, Making
from grievance.referrals.operations.steps import Asking, Delivery
from grievance.referrals.templates import book
from grievance.refusals import Refused
from grievance.vault.keys import Holder
from grievance.vault.labels import Label
from tests.cast import Browser, Filed, Operator, Step, browser, file_case, found_operator
from tests.noticed import noticed
from tests.pages import Page, read_page

BODY = "jp-lsio"
PARTS = ("name", "story", "company", "issue")
NAMED = {"name": "Nguyễn Thị Linh", "company": "Aichi Foods"}
Visit = Callable[[str], Browser]


@dataclass
class Desk:
    """What the staff did before the worker comes: each helper is one real act."""

    session: Session
    app: Flask
    operator: Operator

    def file(self, **options: Any) -> Filed:
        """A case that a person reads."""
        filed = file_case(self.session, self.app.config["SITE"], **{**NAMED, **options})
        filed.case.state = "in_review"
        self.session.commit()
        return filed

    def packet(self, filed: Filed, **options: Any) -> Packet:
        """A frozen packet that the operator and this receipt can read."""
        opened = self.operator.director.open(self.session, filed.case)
        told = {
            **records.read(self.session, opened, "answers"),
            **records.read(self.session, opened, "identity"),
        }
        asked = Drafting(
            mechanism=BODY,
            name="労働基準監督署",
            operator="Hidamari desk",
            language="ja",
            beside="vi",
            form="named",
            parts=options.pop("parts", PARTS),
            translations={"what-happened": "二か月、給料がありません。"},
        )
        making = Making(
            case_id=filed.case.id,
            mechanism=BODY,
            immigration=options.pop("immigration", "principle_no"),
            document=draft(book().templates["lsio"], told, asked),
            files=[FlatFile("slip.png", "image/png", b"picture")],
        )
        ours = operator_public_key(self.session, self.operator.ring)
        assert ours is not None
        holders = [Holder("organisation", ours.id, ours.generation, ours.public)]
        if filed.receipt.role == "worker":
            holders.append(Holder("receipt", filed.receipt.id, 1, filed.keys.pair.public))
        blobs = self.app.config["SITE"].blobs
        kept = sealing.keep(self.session, making, holders, blobs, clock.now())
        sealing.freeze(self.session, kept.packet, clock.now())
        return kept.packet

    def asked(self, filed: Filed, **options: Any) -> tuple[Referral, Packet]:
        """A hand-over that waits for the worker's yes or no."""
        director = self.operator.director.id
        referral = steps.propose(self.session, filed.case.id, BODY, director, clock.now())
        packet = self.packet(filed, **options)
        self.ask(referral, packet)
        return referral, packet

    def ask(self, referral: Referral, packet: Packet) -> None:
        """Ask for consent to it, for half a year."""
        today = clock.now().date()
        asking = Asking("complaint", today + timedelta(days=180), today)
        steps.ask(self.session, referral, packet, asking, clock.now())
        self.session.commit()

    def change(self, filed: Filed, referral: Referral, packet: Packet) -> Packet:
        """Another packet takes the place of this one, and the worker is asked again."""
        other = self.packet(filed, parts=("story",))
        sealing.supersede(self.session, packet, other, clock.now())
        self.ask(referral, other)
        return other


@pytest.fixture
def desk(app: Flask, session: Session, loaded: Session) -> Desk:
    return Desk(session, app, found_operator(session, app.config["KEY_RING"]))


@pytest.fixture
def filed(desk: Desk) -> Filed:
    return desk.file()


@pytest.fixture
def visit(app: Flask, session: Session) -> Visit:
    def begin(code: str) -> Browser:
        made = browser(app, session)
        page = read_page(made.get("/en/return"))
        assert made.post("/en/return", data={**page.fields(), "code": code}).status_code == 303
        return made

    return begin


def path(referral: Referral, more: str = "") -> str:
    return f"/en/case/handover/{referral.id}{more}"


def say(visitor: Browser, referral: Referral, answer: str, **written: str) -> Page:
    """Press a button of the page as it stands."""
    fields = read_page(visitor.get(path(referral))).fields()
    return post(visitor, referral, {**fields, "answer": answer, **written})


def post(visitor: Browser, referral: Referral, data: dict[str, str]) -> Page:
    return read_page(visitor.post(path(referral), data=data, follow_redirects=True))


def state(page: Page) -> str:
    return page.one("body").get("data-state") or ""


def consents(session: Session, referral: Referral) -> list[Consent]:
    return list(session.scalars(select(Consent).where(Consent.case_id == referral.case_id)))


def test_the_page_of_the_case_asks_for_a_yes_or_no(desk: Desk, filed: Filed, visit: Visit) -> None:
    visitor = visit(filed.code)
    before = read_page(visitor.get("/en/case"))
    assert "Nobody outside" in before.main
    referral, _packet = desk.asked(filed)
    page = read_page(visitor.get("/en/case"))
    assert "We need your yes or no" in page.main
    link = next(a for a in page.all("a", class_="go") if "handover" in (a.get("href") or ""))
    assert link.get("href") == path(referral)
    assert page.all("li", data_referral="asked")


def test_the_worker_reads_exactly_what_would_go(desk: Desk, filed: Filed, visit: Visit) -> None:
    referral, packet = desk.asked(filed)
    page = read_page(visit(filed.code).get(path(referral)))
    opened = desk.operator.director.open(desk.session, filed.case)
    told = records.read(desk.session, opened, "answers")
    for said in ("Nguyễn Thị Linh", "Aichi Foods", str(told["what-happened"]), "労働基準監督署"):
        assert " ".join(said.split()) in page.main, said
    for said in ("With your name", "To complain there for you", "Your name", "The company"):
        assert said in page.main, said
    assert "Nothing gets worse for you" in page.main
    assert packet.digest is not None
    assert page.fields()["digest"] == packet.digest.hex()
    verbs = [button.get("data-verb") for button in page.all("button")]
    assert [verb for verb in verbs if verb] == ["consent_given", "consent_refused"]
    same = {b.get("class") for b in page.all("button") if b.get("data-verb")}
    assert len(same) == 1, "the two answers weigh the same"


def test_a_body_of_another_country_is_said_to_be_one(
    desk: Desk, filed: Filed, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    referral, _packet = desk.asked(filed)
    said = "It is a body of another country"
    assert said not in read_page(visit(filed.code).get(path(referral))).main
    monkeypatch.setitem(search._PLACES, BODY, "VN")
    assert f"{said}, Vietnam." in read_page(visit(filed.code).get(path(referral))).main


def test_one_look_says_to_whom_why_named_or_not_who_learns_and_until_when(
    desk: Desk, filed: Filed, visit: Visit
) -> None:
    referral, packet = desk.asked(filed)
    visitor = visit(filed.code)
    page = read_page(visitor.get(path(referral)))
    look = page.one("dl", data_look="")
    terms = ["".join(term.itertext()) for term in look.iter("dt")]
    assert terms == [
        "To whom",
        "Why",
        "With or without your name",
        "Who will learn it",
        "Until",
    ]
    yes, no = page.one("a", href="#paper"), page.one("button", form="say", name="answer")
    assert (yes.get("class"), no.get("value")) == (no.get("class"), "no")
    at = [page.html.index(part) for part in ("data-look", 'href="#paper"', 'form="say"')]
    paper, counts = page.html.index('id="paper"'), page.html.index('data-verb="consent_given"')
    assert at == sorted(at)
    assert at[-1] < paper < counts, "the yes counts only under the paper"
    fields = page.fields(page.one("form", id="say"))
    assert state(post(visitor, referral, {**fields, "answer": "no"})) == "refused"
    assert packet.digest is not None


def test_who_hears_the_page_that_asks_is_told_what_each_answer_does(
    desk: Desk, filed: Filed, visit: Visit
) -> None:
    """What can be pressed says by itself what it does, and no two say the same; headings come in
    order; what stands in another language says which."""
    referral, _packet = desk.asked(filed)
    page = read_page(visit(filed.code).get(path(referral)))
    main, named = page.one("main"), {}
    for one in [*main.iter("a"), *main.iter("button")]:
        said = " ".join("".join(one.itertext()).split())
        assert len(said) > 3, said
        named.setdefault(said, set()).add(one.get("href") or one.get("value"))
    assert [said for said, does in named.items() if len(does) > 1] == []
    assert {"Yes: read the paper, then agree", "No, do not give it"} <= set(named)
    levels = [int(one.tag[1]) for one in main.iter() if one.tag in ("h1", "h2", "h3", "h4")]
    assert all(after - before <= 1 for before, after in pairwise(levels)), levels
    foreign = [one for one in main.iter() if re.match(r"\s*[ぁ-ヿ一-龯]", one.text or "")]
    above = {child: one for one in main.iter() for child in one}
    assert foreign
    for one in foreign:
        holder = one
        while not holder.get("lang") and holder in above:
            holder = above[holder]
        assert holder.get("lang") == "ja", one.text


def test_a_yes_is_recorded_told_to_the_staff_and_said_once(
    desk: Desk, filed: Filed, visit: Visit
) -> None:
    referral, packet = desk.asked(filed)
    visitor, before = visit(filed.code), noticed(desk.session, "worker_answered")
    fields = read_page(visitor.get(path(referral))).fields()
    for _ in range(2):
        page = post(visitor, referral, {**fields, "answer": "yes", "words": "Xin gửi giúp."})
        assert (page.status, state(page)) == (200, "consented")
    [given] = consents(desk.session, referral)
    assert (given.answer, given.given_by, given.digest) == ("yes", "receipt", packet.digest)
    assert given.at.minute == 0
    assert given.words is not None
    assert filed.open(desk.session).open_json(Label.CONSENT_WORDS, given.id, given.words) == (
        "Xin gửi giúp."
    )
    [event] = desk.session.scalars(select(Event).where(Event.verb == "consent_given"))
    assert event.codes["consent"] == str(given.id)
    assert len(noticed(desk.session, "worker_answered")) == len(before) + 1
    assert desk.session.get_one(type(filed.case), filed.case.id).worker_waits


def test_a_no_leaves_the_paper_to_the_operator_and_the_worker(
    desk: Desk, filed: Filed, visit: Visit
) -> None:
    referral, packet = desk.asked(filed)
    visitor = visit(filed.code)
    page = say(visitor, referral, "no")
    assert (page.status, state(page)) == (200, "refused")
    assert "You said no. Nothing went out." in page.main
    assert "Aichi Foods" in page.main
    assert not page.all("button", data_verb="recall")
    held = select(PacketGrant.holder_kind).where(PacketGrant.packet_id == packet.id)
    assert sorted(desk.session.scalars(held)) == ["organisation", "receipt"]
    desk.session.refresh(referral)
    today, at = clock.now().date(), clock.now()
    delivery = Delivery("staff", "post", today)
    opened = desk.operator.director.open(desk.session, filed.case)
    with pytest.raises(Refused, match="consent"):
        steps.deliver(Step(desk.session, opened, today, at), referral, delivery)
    assert [
        event.verb
        for event in desk.session.scalars(select(Event).where(Event.verb.like("consent%")))
    ] == ["consent_refused"]


def test_a_yes_after_a_no_is_refused_in_words(desk: Desk, filed: Filed, visit: Visit) -> None:
    referral, _packet = desk.asked(filed)
    visitor = visit(filed.code)
    fields = read_page(visitor.get(path(referral))).fields()
    post(visitor, referral, {**fields, "answer": "no"})
    page = post(visitor, referral, {**fields, "answer": "yes"})
    assert (page.status, state(page)) == (422, "refused")
    assert "We do not wait for an answer to this any more" in page.main


def test_a_changed_packet_needs_a_new_yes_and_keeps_the_words(
    desk: Desk, filed: Filed, visit: Visit
) -> None:
    referral, packet = desk.asked(filed)
    visitor = visit(filed.code)
    old = read_page(visitor.get(path(referral))).fields()
    other = desk.change(filed, referral, packet)
    page = post(visitor, referral, {**old, "answer": "yes", "words": "Not my age."})
    assert (page.status, state(page)) == (422, "asked")
    assert "This changed while you were reading" in page.errors["answer"]
    assert page.fields()["words"] == "Not my age."
    assert other.digest is not None
    assert page.fields()["digest"] == other.digest.hex()
    assert consents(desk.session, referral) == []
    assert state(post(visitor, referral, {**page.fields(), "answer": "yes"})) == "consented"


def test_somebody_who_is_asked_anew_is_told_why_and_their_old_yes_is_not_shown(
    desk: Desk, filed: Filed, visit: Visit
) -> None:
    referral, packet = desk.asked(filed)
    visitor = visit(filed.code)
    assert not read_page(visitor.get(path(referral))).all("p", data_changed="")
    second = desk.change(filed, referral, packet)
    page = read_page(visitor.get(path(referral)))
    assert "We changed this since we asked you first." in page.main
    old = page.fields()
    assert state(say(visitor, referral, "yes")) == "consented"
    desk.session.refresh(referral)
    third = desk.change(filed, referral, second)
    page = read_page(visitor.get(path(referral)))
    assert state(page) == "asked"
    assert "That yes does not count any more" in page.main
    assert not page.all("button", data_verb="recall")
    assert "Aichi Foods" not in page.main
    assert "You said yes" not in read_page(visitor.get("/en/case")).main
    assert state(post(visitor, referral, {**old, "answer": "yes"})) == "asked"
    page = say(visitor, referral, "yes")
    assert state(page) == "consented"
    assert not page.all("p", data_changed="")
    valid = [one for one in consents(desk.session, referral) if one.recalled_at is None]
    assert [one.digest for one in valid] == [third.digest]


def test_beside_the_no_stands_how_to_have_something_left_out(
    desk: Desk, filed: Filed, visit: Visit
) -> None:
    referral, _packet = desk.asked(filed)
    visitor = visit(filed.code)
    page = read_page(visitor.get(path(referral)))
    assert "Should something be left out?" in page.main
    [link] = [a for a in page.all("a") if (a.get("href") or "").endswith("#messages")]
    assert read_page(visitor.get(str(link.get("href")))).one("h2", id="messages") is not None


def test_the_letter_of_a_body_is_opened_by_its_own_worker_only(
    desk: Desk, filed: Filed, visit: Visit
) -> None:
    referral, _packet = desk.asked(filed)
    visitor = visit(filed.code)
    say(visitor, referral, "yes")
    desk.session.refresh(referral)
    director, site = desk.operator.director, desk.app.config["SITE"]
    opened = director.open(desk.session, filed.case)
    today, at = clock.now().date(), clock.now()
    sent = Delivery("staff", "post", today)
    steps.deliver(Step(desk.session, opened, today, at), referral, sent)
    stored = files.keep(site.blobs, b"They refuse.\n", "decision.txt")
    letter = attaching.attach(director.act(desk.session, site, filed.case, at), stored)
    heard = Answered("declined", today, file_id=letter.id)
    steps.record_answer(Step(desk.session, opened, today, at), referral, heard)
    desk.session.commit()
    page = read_page(visitor.get(path(referral)))
    [link] = [a for a in page.all("a") if str(letter.id) in (a.get("href") or "")]
    assert "".join(link.itertext()) == "decision.txt"
    got = visitor.get(str(link.get("href")))
    assert got.data == b"They refuse.\n"
    assert got.headers["Content-Disposition"].startswith("attachment")
    stranger = visit(desk.file().code)
    assert stranger.get(str(link.get("href"))).status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("digest", "00" * 32),
        ("digest", "zz"),
        ("recipient", "jp-otit"),
        ("purpose", "advice"),
        ("under", "no_identity"),
        ("ends", "2039-01-01"),
        ("ends", "soon"),
        ("parts", "story"),
    ],
)
def test_a_yes_to_anything_that_was_not_shown_is_refused(
    desk: Desk, filed: Filed, visit: Visit, field: str, value: str
) -> None:
    referral, _packet = desk.asked(filed)
    page = say(visit(filed.code), referral, "yes", **{field: value})
    assert (page.status, state(page)) == (422, "asked")
    assert "This changed" in page.errors["answer"]
    assert consents(desk.session, referral) == []


def test_neither_yes_nor_no_asks_again(desk: Desk, filed: Filed, visit: Visit) -> None:
    referral, _packet = desk.asked(filed)
    page = say(visit(filed.code), referral, "")
    assert (page.status, page.errors["answer"]) == (422, "⚠ Say yes or no.")


def test_with_a_number_that_others_have_seen_the_yes_counts_as_written_down(
    desk: Desk, visit: Visit
) -> None:
    seen = desk.file(known_to="staff")
    referral, _packet = desk.asked(seen)
    visitor = visit(seen.code)
    assert "counts as written down by us" in read_page(visitor.get(path(referral))).main
    page = say(visitor, referral, "yes")
    assert "counts as written down by us" in page.main
    [given] = consents(desk.session, referral)
    assert (given.given_by, given.known_to) == ("staff_recorded", "staff")


def test_a_yes_that_may_reach_immigration_wants_its_own_tick(
    desk: Desk, filed: Filed, visit: Visit
) -> None:
    referral, _packet = desk.asked(filed, immigration="possible")
    visitor = visit(filed.code)
    shown = read_page(visitor.get(path(referral))).main
    assert "They may tell immigration" in shown
    assert "As a rule they do not tell immigration." not in shown
    page = say(visitor, referral, "yes", words="I thought about it.")
    assert page.status == 422
    assert "tick that you read this" in page.errors["warned"]
    assert page.fields()["words"] == "I thought about it."
    assert consents(desk.session, referral) == []
    assert state(say(visitor, referral, "yes", warned="yes")) == "consented"
    assert consents(desk.session, referral)[0].immigration_warned


def test_a_no_needs_no_tick(desk: Desk, filed: Filed, visit: Visit) -> None:
    referral, _packet = desk.asked(filed, immigration="possible")
    assert state(say(visit(filed.code), referral, "no")) == "refused"


def test_a_helper_sees_no_packet_and_decides_nothing(desk: Desk, visit: Visit) -> None:
    helped = desk.file(role="helper")
    referral, _packet = desk.asked(helped)
    helper = visit(helped.code)
    assert "yes or no" not in read_page(helper.get("/en/case")).main
    for more in ("", "/print", "/pdf", f"/files/{uuid4()}"):
        assert helper.get(path(referral, more)).status_code == 403, more
    token = read_page(helper.get("/en/case")).fields()["token"]
    for more in ("", "/recall"):
        data = {"token": token, "answer": "yes"}
        assert helper.post(path(referral, more), data=data).status_code == 403, more
    assert consents(desk.session, referral) == []


def test_a_hand_over_of_another_case_is_not_there(desk: Desk, filed: Filed, visit: Visit) -> None:
    other = desk.file()
    theirs, packet = desk.asked(other)
    [copy] = sealing.files_of(desk.session, packet)
    mine, _mine = desk.asked(filed)
    visitor = visit(filed.code)
    for more in ("", "/print", "/pdf", f"/files/{copy.id}"):
        assert visitor.get(path(theirs, more)).status_code == 404, more
    fields = read_page(visitor.get(path(mine))).fields()
    for more in ("", "/recall"):
        data = {**fields, "answer": "yes"}
        assert visitor.post(path(theirs, more), data=data).status_code == 404, more
    assert visitor.get(path(mine, f"/files/{copy.id}")).status_code == 404


def test_the_paper_and_its_copies_are_saved_by_nobody_on_the_way(
    desk: Desk, filed: Filed, visit: Visit
) -> None:
    referral, packet = desk.asked(filed)
    [copy] = sealing.files_of(desk.session, packet)
    visitor = visit(filed.code)
    paper = visitor.get(path(referral, "/pdf"))
    assert paper.data.startswith(b"%PDF")
    image = visitor.get(path(referral, f"/files/{copy.id}"))
    assert image.data == b"picture"
    for answer in (paper, image):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert "sandbox" in answer.headers["Content-Security-Policy"]
    printed = read_page(visitor.get(path(referral, "/print")))
    assert printed.name == "case.handover.print"
    assert "Aichi Foods" in printed.main


@pytest.mark.parametrize(
    ("language", "part", "heading", "answer"),
    [
        ("en", "Danger, and whether a child is part of it", "Danger, and children", "Yes"),
        ("ja", "身の危険、子どもの関わり", "身の危険・子どもの関わり", "はい"),
        ("vi", "Nguy hiểm, và có trẻ em liên quan không", "Nguy hiểm và trẻ em", "Có"),
    ],
)
def test_that_danger_and_a_child_are_told_is_read_before_the_yes(
    desk: Desk, visit: Visit, language: str, part: str, heading: str, answer: str
) -> None:
    told = {"hurt": "yes", "free": "yes", "taken": "no", "child": "yes"}
    filed = desk.file(problem="treatment", issue="violence", **told)
    referral, packet = desk.asked(filed, parts=(*PARTS, "danger"))
    address = path(referral).replace("/en/", f"/{language}/")
    page = read_page(visit(filed.code).get(address))
    for said in (part, heading, answer, "18"):
        assert said in page.main, said
    assert packet.digest is not None
    assert page.fields()["digest"] == packet.digest.hex()


def test_the_reading_copy_is_in_the_language_of_the_page(
    desk: Desk, filed: Filed, visit: Visit
) -> None:
    referral, _packet = desk.asked(filed)
    visitor = visit(filed.code)
    page = read_page(visitor.get(path(referral)))
    assert "only helps you to read it" in page.main
    ours = [span for span in page.all("span", class_="soft") if span.get("lang") == "en"]
    assert "Main problem" in ["".join(span.itertext()) for span in ours]
    japanese = read_page(visitor.get(path(referral).replace("/en/", "/ja/")))
    assert "only helps you to read it" not in japanese.main


def test_taking_it_back_ends_it_in_one_act_and_twice_is_no_error(
    desk: Desk, filed: Filed, visit: Visit
) -> None:
    referral, _packet = desk.asked(filed)
    visitor = visit(filed.code)
    page = say(visitor, referral, "yes")
    assert "If you take it back, nothing will" in page.main
    assert page.all("button", data_verb="recall")
    for _ in range(2):
        answer = visitor.post(path(referral, "/recall"), data=page.fields(), follow_redirects=True)
        assert state(read_page(answer)) == "recalled"
    [given] = consents(desk.session, referral)
    assert given.recalled_at is not None
    assert len(desk.session.scalars(select(Event).where(Event.verb == "recall")).all()) == 1
    assert "You took it back" in read_page(visitor.get("/en/case")).main


def test_what_they_answered_is_read_and_what_cannot_be_undone_is_said(
    desk: Desk, filed: Filed, visit: Visit
) -> None:
    referral, _packet = desk.asked(filed)
    visitor = visit(filed.code)
    say(visitor, referral, "yes")
    desk.session.refresh(referral)
    opened = desk.operator.director.open(desk.session, filed.case)
    today, at = clock.now().date(), clock.now()
    posted = Delivery("staff", "post", today, note="RR123456789JP")
    steps.deliver(Step(desk.session, opened, today, at), referral, posted)
    heard = Answered("acknowledged", today, reference="R8-114")
    steps.record_answer(Step(desk.session, opened, today, at), referral, heard)
    desk.session.commit()
    page = read_page(visitor.get(path(referral)))
    for said in ("by letter", "RR123456789JP", "R8-114", "nobody can undo that"):
        assert said in page.main, said
    assert "We look again by" in read_page(visitor.get("/en/case")).main


def test_who_takes_it_there_reads_what_to_bring_and_to_say(
    desk: Desk, filed: Filed, visit: Visit
) -> None:
    referral, _packet = desk.asked(filed)
    visitor = visit(filed.code)
    assert not say(visitor, referral, "yes").all("section", data_taking="")
    desk.session.refresh(referral)
    deliver(desk, filed, referral, "worker_takes_it", note="Floor 2, window 5")
    template = book().templates["lsio"]
    ours, theirs = template.say.say("en"), template.say.say("ja")
    for more in ("", "/print"):
        page = read_page(visitor.get(path(referral, more)))
        told = " ".join("".join(page.one("section", data_taking="").itertext()).split())
        for said in (*template.to_bring("en"), ours, theirs):
            assert said in told, said
        japanese = read_page(visitor.get(path(referral, more).replace("/en/", "/ja/")))
        assert japanese.main.count(theirs) == 1
    page = read_page(visitor.get(path(referral)))
    note = page.one("dl", class_="figures")
    assert "".join(note.itertext()) == "Our noteFloor 2, window 5"
    assert page.main.index("You take it there yourself.") < page.main.index("Take with you")


def test_what_we_hand_over_asks_nothing_of_the_worker(
    desk: Desk, filed: Filed, visit: Visit
) -> None:
    referral, _packet = desk.asked(filed)
    visitor = visit(filed.code)
    say(visitor, referral, "yes")
    desk.session.refresh(referral)
    deliver(desk, filed, referral, "staff")
    for more in ("", "/print"):
        page = read_page(visitor.get(path(referral, more)))
        assert not page.all("section", data_taking="")
    assert "Our note" not in page.main


def deliver(desk: Desk, filed: Filed, referral: Referral, by: str, note: str = "") -> None:
    """It goes out by hand today."""
    opened = desk.operator.director.open(desk.session, filed.case)
    today, at = clock.now().date(), clock.now()
    sent = Delivery(by, "in_person", today, note=note)
    steps.deliver(Step(desk.session, opened, today, at), referral, sent)
    desk.session.commit()


def test_the_reading_copy_is_not_printed(desk: Desk, filed: Filed, visit: Visit) -> None:
    referral, _packet = desk.asked(filed)
    visitor = visit(filed.code)
    page = read_page(visitor.get(path(referral, "/print")))
    kept_back = [one for one in page.root.iter() if "no-print" in (one.get("class") or "").split()]
    inside = {id(part) for one in kept_back for part in one.iter()}
    copies = [one for one in page.all("span", class_="soft") if one.get("lang") == "en"]
    assert copies
    assert {id(one) for one in copies} <= inside
    with visitor.get(page.one("link", rel="stylesheet").get("href") or "") as sheet:
        style = sheet.data.decode()
    assert ".no-print" in style[style.index("@media print") :]


def test_who_cannot_read_the_paper_cannot_agree_to_it(
    desk: Desk, filed: Filed, visit: Visit
) -> None:
    referral, packet = desk.asked(filed)
    visitor = visit(filed.code)
    fields = read_page(visitor.get(path(referral))).fields()
    [grant] = desk.session.scalars(
        select(PacketGrant).where(
            PacketGrant.packet_id == packet.id, PacketGrant.holder_kind == "receipt"
        )
    )
    desk.session.delete(grant)
    desk.session.commit()
    page = read_page(visitor.get(path(referral)))
    assert "We cannot show you the paper with this number" in page.main
    assert not page.all("button", data_verb="consent_given")
    assert state(post(visitor, referral, {**fields, "answer": "yes"})) == "asked"
    assert consents(desk.session, referral) == []
    assert state(post(visitor, referral, {**fields, "answer": "no"})) == "refused"
