"""From the suggested door to the recorded answer and the remedy: a National Contact Point, the
labour bureau, a company. The worker reads on a phone of 360 × 640, without JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.journeys import remedy_walk as step
from tests.journeys.conftest import Instance, Opener
from tests.journeys.walking import name_of, state_of

# tests/routing/scenarios.yaml, SC15: fees paid for a job at a supplier abroad.
FEES = {
    "language": "en", "problem": "agency", "issue": "recruitment-fees-debt", "location": "abroad",
    "country": "MY", "now-in": "MY", "nationality": "NP", "supplier": "yes", "exports": ["eu"],
    "sector": "electronics", "company": "Selat Circuits", "buyer": "Mihon Denki",
    "what-happened": "I paid an agent for this job. Marker-5150.", "goal": "money",
    "wants-words": "I want my fees back.", "name": "Bishnu Sample", "told": "no", "fear": "yes",
}  # fmt: skip
SUBMISSION = {
    "field_interest": "The person who paid the fees.",
    "field_enterprise": "A buyer with its seat in Tokyo.",
    "field_chapters": "Chapter V.",
    "field_link": "The factory makes parts for the buyer.",
    "field_confidentiality": "Please do not give the name to the factory.",
}


@pytest.mark.journey
def test_a_contact_point_offers_talks_and_fees_are_paid_back(
    instance: Instance, open_page: Opener
) -> None:
    secret = ("Marker-5150", "Selat", "Bishnu", "NCP-77")
    made = step.begin(instance, open_page, FEES, secret)
    step.prepare(made, "jp-ncp", language="en", **SUBMISSION)
    told = step.decide(made, "consent_given")
    assert "Bishnu Sample" in told
    assert SUBMISSION["field_link"] in told
    assert state_of(step.at_home(made)) == "accepted"
    step.deliver(made, by="staff", channel="post", tracking="EMS 1234")
    step.hear(made, "acknowledged", number="NCP-77", file=step.letter("received.pdf"))
    step.hear(made, "accepted", told="They offer good offices.")
    step.look(made, made.desk, "staff.referral")
    worker = step.at_home(made)
    assert state_of(worker) == "with_mechanism"
    worker.locator("[data-referral] a").click()
    step.look(made, worker, "case.handover")
    assert "NCP-77" in step.read(worker)
    with worker.expect_download() as saved:
        worker.get_by_role("link", name="received.pdf").click()
    assert saved.value.path().read_bytes().startswith(b"%PDF")
    promise(made)
    step.came(made, "all", message="It is in my account.")
    assert state_of(made.worker) == "remedy_monitored"
    sign_off(made, "Thank you all.")
    desk = step.at_desk(made)
    assert "Thank you all." in step.read(desk)
    assert desk.locator("[data-ground=yes]").count() == 1
    step.act(desk, "tell_worker", message="We are glad. Two of us look at it once more.")
    step.hear(made, "outcome", told="Both sides agreed.")
    step.close(made, "remedied", "All that was promised has come. We wish you well.")


def promise(made: step.Walk) -> None:
    """Talks begin; an offer is written down and becomes a promise that the worker agreed to."""
    step.act(step.at_desk(made), "open_dialogue", message="The other side comes to talk.")
    assert state_of(step.at_home(made)) == "in_dialogue"
    offer = {
        "kind": "fees",
        "told": "The fees paid to the agent",
        "source": "Mihon Denki",
        "currency": "JPY",
        "claimed": "600,000",
        "offered": "400,000",
        "stands": "offered",
    }
    step.write_down(made, **offer)
    assert step.remedies(step.at_home(made)) == ["offered"]
    assert "¥400,000" in step.read(made.worker)
    due = step.day(made, 14)
    step.write_down(made, 0, agreed="550,000", stands="agreed", due_on=due)
    step.act(made.desk, "agree_remedy", how="By telephone", message="They pay 550,000 yen.")
    assert state_of(made.desk) == "remedy_agreed"
    worker = step.at_home(made)
    step.look(made, worker, "case")
    assert step.remedies(worker) == ["agreed"]
    assert "¥550,000" in step.read(worker)


def sign_off(made: step.Walk, words: str) -> None:
    """The worker says that it may be closed."""
    worker = step.at_home(made)
    step.look(made, worker, "case")
    worker.locator("[data-asks=remedy] a.go").click()
    step.look(made, worker, "case.close")
    step.act(worker, "sign_off", rating="5", reprisal="no", message=words)
    assert name_of(worker) == "case"
    assert words in worker.locator("[data-asks=closing]").inner_text()


# SC01: a technical intern who was not paid and wants the money.
WAGES = {
    "language": "vi", "problem": "money", "issue": "wages-unpaid", "location": "japan",
    "prefecture": "JP-23", "status": "titp", "nationality": "VN", "goal": "money",
    "supplier": "no", "since": "2026-08-25", "company": "Kawa Shokuhin", "company-place": "Kawa",
    "what-happened": "Hai tháng rồi tôi chưa nhận được lương. Dấu-4242.", "fear": "no",
    "wants-words": "Tôi muốn nhận đủ lương.", "name": "Nguyễn Thị Mẫu", "company-desk": "no",
}  # fmt: skip
READS = {"language": "vi"}


@pytest.mark.journey
def test_conciliation_fails_and_another_door_brings_the_wages(
    instance: Instance, open_page: Opener
) -> None:
    made = step.begin(instance, open_page, WAGES, ("Dấu-4242", "Kawa", "Nguyễn"))
    step.translate(made, "二か月分の賃金が支払われていません。全額の支払いを求めます。")
    step.prepare(made, "jp-labour-bureau-conciliation")
    told = step.decide(made, "consent_given")
    assert "Kawa Shokuhin" in told
    step.deliver(made, by="worker_takes_it", channel="in_person", tracking="Tầng 2, quầy 5")
    worker = step.at_home(made)
    worker.locator("[data-referral] a").click()
    step.look(made, worker, "case.handover")
    assert "Tầng 2, quầy 5" in step.read(worker)
    to_take(worker)
    worker.locator("a[href$='/print']").click()
    step.look(made, worker, "case.handover.print")
    to_take(worker)
    step.hear(made, "accepted")
    step.act(step.at_desk(made), "open_dialogue", message="Công ty đồng ý hòa giải.", **READS)
    no_agreement(made)
    step.hear(made, "outcome", told="Hòa giải không thành.")
    next_door(made)
    wages_after_all(made)


def to_take(worker: Page) -> None:
    """What to bring and to say there stands in the worker's language, to show it in Japanese."""
    told = worker.locator("[data-taking]").inner_text()
    for said in ("Đơn này", "Bản sao hợp đồng", "xin hòa giải", "あっせんを申請します"):
        assert said in told, said


def no_agreement(made: step.Walk) -> None:
    """The ready text of a conciliation that ended says that thirty days are left for a court."""
    desk = step.at_desk(made)
    step.unfold(desk)
    desk.locator("a[href*='reply=conciliation-ended']").click()
    step.unfold(desk)
    form = step.button(desk, "no_agreement").locator("xpath=ancestor::form")
    ready = form.locator("textarea").input_value()
    assert "30" in ready
    step.look(made, desk, "staff.case")
    step.act(desk, "no_agreement")
    assert state_of(desk) == "with_mechanism"
    worker = step.at_home(made)
    assert ready.split(".")[0] in step.read(worker)


def next_door(made: step.Walk) -> None:
    """A second hand-over to the door that stands next in the suggestion."""
    step.prepare(made, "jp-lsio", purpose="inspection")
    step.decide(made, "consent_given")
    step.deliver(made, by="staff", channel="in_person")
    step.hear(made, "accepted", number="R8-12")


def wages_after_all(made: step.Walk) -> None:
    """Two promises: one is not kept, so the work goes on; then it comes after all."""
    due = step.day(made, 10)
    promised = {"kind": "money", "source": "Kawa Shokuhin", "stands": "agreed", "due_on": due}
    step.write_down(made, told="Lương tháng 8", agreed="170,000", **promised)
    step.write_down(made, told="Lương tháng 9", agreed="165,000", **promised)
    agreed = {"how": "Qua điện thoại", "message": "Công ty hứa trả.", **READS}
    step.act(step.at_desk(made), "agree_remedy", **agreed)
    step.came(made, "all", "no", message="Chỉ có tháng 8.")
    assert state_of(made.worker) == "with_mechanism"
    step.look(made, made.worker, "case")
    desk = step.at_desk(made)
    assert step.remedies(desk) == ["arrived", "not_kept"]
    step.act(desk, "tell_worker", message="Chúng tôi hỏi lại công ty.", **READS)
    step.write_down(made, 1, stands="agreed", due_on=step.day(made, 5))
    step.act(made.desk, "agree_remedy", **agreed)
    step.came(made, "all", "all")
    assert state_of(made.worker) == "remedy_monitored"
    assert step.remedies(step.at_desk(made)) == ["arrived", "arrived"]


# A harassed worker whose company has a desk for complaints.
HARASSED = {
    "language": "en", "problem": "treatment", "issue": "harassment-power", "location": "japan",
    "prefecture": "JP-13", "hurt": "no", "free": "yes", "taken": "no", "child": "no",
    "status": "work", "nationality": "IN", "goal": "stop", "company": "Umi Logistics",
    "what-happened": "The chief shouts at me every day. Marker-6006.", "fear": "no",
    "company-desk": "yes", "wants-words": "I want it to stop.", "name": "Asha Sample",
}  # fmt: skip


@pytest.mark.journey
def test_a_company_learns_nothing_before_the_yes_and_answers_after_it(
    instance: Instance, open_page: Opener
) -> None:
    made = step.begin(instance, open_page, HARASSED, ("Marker-6006", "Umi", "Asha"))
    named = ["name", "company", "issue", "story", "wish"]
    complaint = {"purpose": "complaint", "language": "en"}
    step.prepare(made, "company-hotline-template", form="named", parts=named, **complaint)
    assert "Asha Sample" in step.decide(made, "consent_refused", words="Leave my name out.")
    nothing_goes_out(made)
    step.prepare(made, "company-hotline-template", form="no_identity", **complaint)
    assert "Asha" not in "".join(step.document(made.desk))
    step.decide(made, "consent_given")
    step.deliver(made, by="staff", channel="web")
    step.hear(made, "outcome", told="They apologise and pay the costs.")
    step.look(made, made.desk, "staff.referral")
    apology_and_costs(made)
    step.close(made, "remedied", "You told us by telephone that it is all there.")
    assert "I read it out; she said: please close it." in step.read(made.worker)


def nothing_goes_out(made: step.Walk) -> None:
    """After a no there is no button, and a hand-made sending is refused and leaves no trace."""
    desk = step.at_hand_over(made)
    assert state_of(desk) == "refused"
    assert step.button(desk, "deliver").count() == 0
    assert "Leave my name out." in step.read(desk)
    step.look(made, desk, "staff.referral")
    address = desk.url
    step.at_desk(made)
    before = desk.locator(".timeline li").all_text_contents()
    step.unfold(desk)
    form = step.button(desk, "note").locator("xpath=ancestor::form")
    hidden = form.locator("input[type=hidden]").evaluate_all(
        "all => Object.fromEntries(all.map(e => [e.name, e.value]))"
    )
    typed = {"by": "staff", "channel": "web", "on_day": step.day(made, 0).isoformat()}
    origin = {"Origin": address.split("/staff")[0], "Referer": address}
    sent = desk.request.post(f"{address}/deliver", form={**hidden, **typed}, headers=origin)
    assert sent.status == 409
    assert "The person has not agreed to this hand-over." in sent.text()
    assert state_of(step.at_hand_over(made)) == "refused"
    step.at_desk(made)
    assert desk.locator(".timeline li").all_text_contents() == before
    assert state_of(desk) == "accepted"


def apology_and_costs(made: step.Walk) -> None:
    """Both are promised and come; the worker is tried twice and says so by telephone."""
    due = step.day(made, 3)
    step.write_down(made, kind="apology", told="A letter", stands="agreed", due_on=due)
    costs = {"kind": "fees", "told": "The costs of a doctor", "source": "The company"}
    step.write_down(made, agreed="12,000", stands="agreed", due_on=due, **costs)
    told = {"how": "By telephone", "message": "They write to you and pay."}
    step.act(step.at_desk(made), "agree_remedy", **told)
    for way in ("phone", "chat"):
        tried = {"way": way, "on_day": step.day(made, 0), "note": "Nobody answered."}
        step.act(made.desk, "try_to_reach", **tried)
    step.look(made, made.desk, "staff.case")
    assert made.desk.locator("[aria-labelledby=to-close] li").count() == 2
    asked = made.desk.locator("input[name^='sum-']").first.get_attribute("name") or ""
    step.act(made.desk, "confirm_for_worker", how="They rang us", **{asked: "12,000"})
    assert step.remedies(made.desk) == ["arrived", "arrived"]
    said = {"rating": "4", "reprisal": "no", "words": "I read it out; she said: please close it."}
    step.act(made.desk, "record_sign_off", **said)
    assert made.desk.locator("[data-voice=sign_off]").count() == 1
