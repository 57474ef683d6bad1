"""A body without an account: the link, the code, the document, its answers."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from grievance.accounts.models import ReadLog
from grievance.cases import queue
from grievance.cases.models import Notice
from grievance.cases.operations import linking as verbs
from grievance.cases.operations.linking import Shown
from grievance.cases.operations.referring import About
from grievance.clock import real_now
from grievance.deadlines import operations as clocks
from grievance.referrals.links import BodyWrote, ReplyLink, ReplySession
from grievance.referrals.models import PacketGrant, Referral, ReferralAnswer
from grievance.referrals.operations import linking
from grievance.referrals.states import SAID
from grievance.refusals import Refused
from grievance.vault.errors import Tampered
from grievance.vault.labels import Label
from grievance.vault.receipts import draw_reply_code, reply_pair
from tests.cast import browser
from tests.pages import read_page
from tests.partners.conftest import Body

STORY = "二か月、給料がありません。"


def told(body: Body) -> int:
    """How often somebody of the desk was told of it."""
    wanted = select(func.count()).select_from(Notice).where(Notice.kind == "body_news")
    return body.world.session.scalar(wanted) or 0


def test_a_body_reads_what_was_agreed_and_nothing_else(body: Body):
    door = body.get(lang="ja")
    assert (door.name, door.one("html").get("lang")) == ("reply.door", "ja")
    assert STORY not in door.text
    page = body.come_in()
    assert page.name == "reply.paper"
    assert STORY in page.main
    assert body.world.case.reference not in page.html
    assert str(body.world.case.id) not in page.html
    assert "treated worse" in page.main
    assert "December 31, 2030" in page.main
    assert "desk@example.org" in page.main
    pdf = body.client.get(f"{body.path}/paper.pdf")
    assert pdf.data[:5] == b"%PDF-"
    assert body.world.case.reference not in pdf.headers["Content-Disposition"]


@pytest.mark.parametrize(("lang", "said"), [("ja", "コード"), ("en", "Your code"), ("vi", "Mã")])
def test_the_page_speaks_japanese_unless_asked_otherwise(body: Body, lang: str, said: str):
    assert said in body.get(lang=lang).main
    assert read_page(body.client.get(body.path)).one("html").get("lang") == "ja"
    assert read_page(body.client.get(f"{body.path}?lang=xx")).one("html").get("lang") == "ja"


def test_scanners_of_mail_open_and_consume_nothing(body: Body):
    before = body.world.session.get_one(ReplyLink, body.door.link.id).wrong
    for path in ("", "?lang=ja", "/paper.pdf", f"/copies/{uuid4()}"):
        browser(body.app, body.world.session).get(f"{body.path}{path}")
        body.client.head(f"{body.path}{path}")
    assert body.events("body_opened") == []
    assert body.world.session.get_one(ReplyLink, body.door.link.id).wrong == before == 0
    assert body.come_in().name == "reply.paper"


def test_each_opening_is_written_down_and_seen_at_the_desk_and_by_the_worker(body: Body):
    body.come_in()
    body.client.delete_cookie("reply")
    body.come_in()
    opened = body.events("body_opened")
    assert [event.actor for event in opened] == [f"reply:{body.door.link.id}"] * 2
    reads = select(ReadLog).where(ReadLog.actor == f"reply:{body.door.link.id}")
    assert len(body.world.session.scalars(reads).all()) == 2
    row = body.world.referral
    path = f"/staff/cases/{body.world.case.reference}/referrals/{row.id}"
    desk = read_page(browser(body.app, body.world.session, body.world.handler).get(path))
    assert len(desk.all("li", data_step="body_opened")) == 2
    assert desk.all("li", data_link="live")


def test_a_code_of_the_wrong_form_is_not_counted(body: Body):
    for typed, said in (
        ("123", "12 digits"),
        ("abc", "only digits"),
        ("1234 5678 9012", "swapped"),
    ):
        answer = body.type(typed)
        assert answer.status_code == 422
        assert said in read_page(answer).errors["code"]
    assert body.world.session.get_one(ReplyLink, body.door.link.id).wrong == 0


def test_ten_wrong_codes_close_the_link_and_tell_the_handler(body: Body):
    for _ in range(9):
        answer = body.type(draw_reply_code())
        assert answer.status_code == 422
        assert "does not open this page" in read_page(answer).errors["code"]
    assert body.type(draw_reply_code()).status_code == 404
    row = body.world.session.get_one(ReplyLink, body.door.link.id)
    body.world.session.refresh(row)
    assert (row.closed_by, len(body.events("link_shut"))) == ("wrong", 1)
    grants = select(PacketGrant).where(PacketGrant.holder_id == row.id)
    assert body.world.session.scalars(grants).all() == []
    assert told(body) == 1
    assert body.client.get(body.path).status_code == 404
    sent = {"code": body.door.code, "token": "x"}
    assert body.client.post(body.path, data=sent).status_code == 404


def test_a_right_code_begins_the_count_anew(body: Body):
    for _ in range(9):
        body.type(draw_reply_code())
    body.come_in()
    body.world.session.expire_all()
    assert body.world.session.get_one(ReplyLink, body.door.link.id).wrong == 0


@pytest.mark.parametrize(
    ("kind", "state", "column"),
    [
        ("acknowledged", "acknowledged", "acknowledged_on"),
        ("accepted", "accepted", "accepted_on"),
        ("declined", "declined", "declined_on"),
        ("outcome", "outcome", "outcome_on"),
    ],
)
def test_an_answer_counts_as_one_that_staff_wrote_down(
    body: Body, kind: str, state: str, column: str
):
    body.come_in()
    assert body.send(kind=kind, words="山田が担当します。", reference="A-17").status_code == 303
    session, world = body.world.session, body.world
    session.expire_all()
    row = session.get_one(Referral, world.referral.id)
    assert row.state == state
    assert getattr(row, column) is not None
    (event,) = body.events("body_wrote")
    assert (event.actor, event.codes["kind"]) == (f"reply:{body.door.link.id}", kind)
    over = kind in ("declined", "outcome")
    assert world.case.state == ("accepted" if over else "with_mechanism")
    running = {one.kind for one in clocks.running(session, world.case.id)}
    assert ("chase" in running) is not over
    assert [
        one.id
        for one in queue.today(queue.Seer(session, world.handler.id, real_now()))["body"].cases
    ] == [world.case.id]
    assert told(body) == 1


def test_progress_moves_the_next_day_and_a_question_does_not(body: Body):
    body.come_in()
    body.send(kind="accepted")
    session, row = body.world.session, body.world.referral
    session.expire_all()
    row.next_chase = row.next_chase - timedelta(days=3)
    session.commit()
    asked = row.next_chase
    body.send(kind="question", words="いつから未払いですか。")
    session.refresh(row)
    assert (row.state, row.next_chase) == ("accepted", asked)
    body.send(kind="progress", words="来週、会社を訪ねます。")
    session.refresh(row)
    assert (row.state, row.next_chase > asked) == ("accepted", True)


def test_what_says_nothing_alone_needs_words(body: Body):
    body.come_in()
    answer = body.send(kind="declined")
    assert answer.status_code == 422
    assert "sentence or two" in read_page(answer).errors["words"]
    assert body.events("body_wrote") == []


def test_what_is_sent_twice_is_done_once(body: Body):
    page = body.come_in()
    for _ in range(3):
        assert body.send(page, kind="accepted", words="Yes").status_code == 303
    assert len(body.events("body_wrote")) == 1


def test_another_window_with_other_words_is_refused_and_keeps_them(body: Body):
    page = body.come_in()
    body.send(page, kind="accepted", words="Yes")
    answer = body.send(page, kind="declined", words="No, not ours at all.")
    shown = read_page(answer)
    assert answer.status_code == 409
    assert "No, not ours at all." in shown.html
    assert len(body.events("body_wrote")) == 1
    assert body.send(shown, kind="declined", words="No, not ours at all.").status_code == 303
    assert len(body.events("body_wrote")) == 2


def test_the_words_of_a_body_reach_the_worker_after_the_desk(body: Body):
    body.come_in()
    body.send(kind="accepted", words="We know who you are.", reference="A-17")
    world = body.world
    worker = worker_browser(body)
    path = f"/en/case/handover/{world.referral.id}"
    page = read_page(worker.get(path))
    assert page.all("div", data_said="accepted")
    assert "We know who you are." not in page.main
    assert page.all("p", data_opened="")
    desk = browser(body.app, world.session, world.handler)
    at = f"/staff/cases/{world.case.reference}/referrals/{world.referral.id}"
    shown = read_page(desk.get(at))
    assert "We know who you are." in shown.main
    assert "A-17" in shown.main
    form = next(f for f in shown.all("form") if (f.get("action") or "").endswith("/read_reply"))
    sent = shown.fields(form)
    assert sent.pop("words") == "yes"
    assert desk.post(f"{at}/read_reply", data=sent).status_code == 303
    assert "We know who you are." not in read_page(worker.get(path)).main
    assert queue.today(queue.Seer(world.session, world.handler.id, real_now()))["body"].cases == []


def test_words_that_the_desk_passes_on_are_read_as_theirs(body: Body):
    body.come_in()
    body.send(kind="accepted", words="We visit the firm on Monday.", reference="A-17")
    world = body.world
    verbs.read_reply(world.act(), About(world.referral, Shown(words=True)))
    world.session.commit()
    page = read_page(worker_browser(body).get(f"/en/case/handover/{world.referral.id}"))
    assert "We visit the firm on Monday." in page.main
    assert "theirs, not ours" in page.main


def test_a_question_is_never_shown_to_the_worker(body: Body):
    body.come_in()
    body.send(kind="question", words="What is her passport number?")
    world = body.world
    verbs.read_reply(world.act(), About(world.referral, Shown(words=True)))
    world.session.commit()
    page = read_page(worker_browser(body).get(f"/en/case/handover/{world.referral.id}"))
    assert page.all("div", data_said="question")
    assert "passport" not in page.main


def worker_browser(body: Body):
    world = body.world
    client = browser(body.app, world.session)
    page = read_page(client.get("/en/return"))
    client.post("/en/return", data={**page.fields(), "code": world.filed.code})
    return client


def test_every_kind_is_offered_where_it_can_be_said(body: Body):
    body.come_in()
    offered = {one.get("value") for one in body.get().all("input", name="kind")}
    assert offered == set(SAID) - {"progress"}
    body.send(kind="declined", words="Not ours.")
    offered = {one.get("value") for one in body.get().all("input", name="kind")}
    assert offered == {"question"}


def test_nothing_of_link_code_or_words_lies_in_the_database(body: Body):
    body.come_in()
    body.send(kind="accepted", words="Canary-5133", reference="Canary-5134")
    session = body.world.session
    for model in (ReplyLink, ReplySession, BodyWrote, ReferralAnswer, PacketGrant):
        for row in session.scalars(select(model)):
            told = [getattr(row, column.key) for column in model.__mapper__.column_attrs]
            raw = b"|".join(one if isinstance(one, bytes) else str(one).encode() for one in told)
            for secret in (body.door.token, body.door.code, "Canary"):
                assert secret.encode() not in raw
            assert body.door.private not in raw


def test_what_the_body_wrote_opens_with_the_packet_and_not_with_the_case(body: Body):
    body.come_in()
    body.send(kind="accepted", words="Yes")
    row = body.world.session.scalars(select(ReferralAnswer)).one()
    with pytest.raises(Tampered):
        body.world.desk().open_json(Label.REFERRAL_ANSWER, row.id, row.content)


def test_the_desk_makes_renews_and_closes_a_link(body: Body):
    world = body.world
    desk = browser(body.app, world.session, world.handler)
    at = f"/staff/cases/{world.case.reference}/referrals/{world.referral.id}"

    def do(verb: str):
        page = read_page(desk.get(at))
        form = next(f for f in page.all("form") if (f.get("action") or "").endswith(f"/{verb}"))
        return desk.post(f"{at}/{verb}", data=page.fields(form))

    made = read_page(do("make_link"))
    assert made.name == "staff.reply_link"
    link, code = ("".join(made.one("output", id=one).itertext()) for one in ("link", "code"))
    assert body.client.get(body.path).status_code == 404  # the one before ended
    path = link.removeprefix("http://localhost")
    assert body.type(code, path).status_code == 303
    assert read_page(body.client.get(f"{path}?lang=en")).name == "reply.paper"
    session = world.session
    row = session.scalars(select(ReplyLink).where(ReplyLink.closed_at.is_(None))).one()
    row.ends_at = real_now() + timedelta(days=1)
    session.commit()
    assert do("renew_link").status_code == 303
    session.refresh(row)
    assert row.ends_at > real_now() + timedelta(days=59)
    assert do("close_link").status_code == 303
    assert body.client.get(path).status_code == 404
    shown = read_page(desk.get(at))
    assert code not in shown.html
    assert link not in shown.html


def test_a_link_needs_a_hand_over_that_is_under_way_and_a_yes(body: Body):
    world, ended = body.world, body.world.referral
    with pytest.raises(Refused, match="link_over"):
        verbs.renew_link(world.act(), About(world.hand_over("delivered", "jp-ncp"), real_now()))
    world.door.link.ends_at = real_now() - timedelta(seconds=1)
    with pytest.raises(Refused, match="link_over"):
        verbs.renew_link(world.act(), About(ended, real_now()))
    asked = world.hand_over("asked", "jp-otit")
    with pytest.raises(Refused, match="consent"):
        verbs.make_link(world.act(), About(asked, new_link()))
    agreed = world.hand_over("consented", "jp-moj-legal-affairs")
    with pytest.raises(Refused, match="not_now"):
        verbs.make_link(world.act(), About(agreed, new_link()))


def new_link() -> linking.NewLink:
    return linking.NewLink("token", reply_pair(b"root", "token", b"pepper"), 1, real_now())


def test_a_link_never_outlives_the_consent(body: Body):
    row = body.world.hand_over("delivered", "jp-ncp")
    row.ends_on = (real_now() + timedelta(days=10)).date()
    link = verbs.make_link(body.world.act(), About(row, new_link()))
    assert link.ends_at < real_now() + timedelta(days=12)
