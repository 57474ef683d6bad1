"""Handlers at once, wrong roles by direct POST, swapped ids, somebody who has left."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import text

from grievance.cases.states import TABLE
from grievance.cases.verbs import Verb
from tests.faults.cases_seen import connected
from tests.faults.filing import SHORT, Filer, Way, code_on, come_back, prepare, send
from tests.faults.machine import Machine
from tests.faults.robot import Robot, filled
from tests.faults.staff import Desk, form_of

STAFF_VERBS = [verb for verb, row in TABLE.items() if row.who.startswith("case.")]
TYPED = {
    "message": "Typed by a stranger.", "language": "en", "severity": "low", "danger": "yes",
    "issue": "wages-unpaid", "passage": "what-happened", "check_made": "none", "reason": "none",
    "person": str(uuid4()),
}  # fmt: skip


@pytest.fixture(scope="module")
def handlers(machine: Machine) -> list[Desk]:
    """Both handlers, signed in."""
    return [Desk(machine, "handler", nth) for nth in range(2)]


def filed(recorded: Way, handler: Desk, story: str) -> tuple[Filer, str]:
    """A new case and its reference."""
    filer = prepare(recorded, story)
    assert send(filer) == 303
    return filer, handler.find(story)


def state(machine: Machine, reference: str) -> tuple[object, ...]:
    """All that a verb changes."""
    with connected(machine) as connection:
        row = connection.execute(
            text(
                "SELECT c.id, state, version, event_seq, assignee_id, severity, danger,"
                " (SELECT count(*) FROM message WHERE case_id = c.id),"
                " (SELECT count(*) FROM translation WHERE case_id = c.id),"
                " (SELECT count(*) FROM receipt WHERE case_id = c.id)"
                " FROM grievance_case c WHERE reference = :reference"
            ),
            {"reference": reference},
        ).one()
    return tuple(row)


def test_of_two_in_the_same_moment_one_wins_and_the_other_keeps_the_words(
    machine: Machine, recorded: Way, handlers: list[Desk]
) -> None:
    _filer, reference = filed(recorded, handlers[0], "Two hands reach for this.")
    pages = [desk.get(f"/staff/cases/{reference}").page for desk in handlers]
    start = Barrier(2)

    def press(number: int):
        start.wait()
        return handlers[number].press(pages[number], "acknowledge", message=f"Words of {number}.")

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(press, range(2)))
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    slower = next(n for n, answer in enumerate(answers) if answer.status_code == 409)
    assert f"Words of {slower}." in answers[slower].page.fields()["message"]
    after = handlers[0].get(f"/staff/cases/{reference}").get_data()
    assert f"Words of {1 - slower}." in after
    assert f"Words of {slower}." not in after


def paths(reference: str) -> list[str]:
    """Where each verb of staff is done."""
    case = f"/staff/cases/{reference}"
    elsewhere = {
        Verb.OPEN_ORIGINAL: f"{case}/files/{uuid4()}/open_original",
        Verb.REFER: f"{case}/refer/jp-lsio",
        Verb.RECORD_REMEDY: f"{case}/remedy",
        Verb.GIVE_PASSAGES: f"{case}/passages",
        Verb.RECORD_CALL: f"{case}/call",
        Verb.STATE_FACTS: f"{case}/facts/company",
        Verb.CORRECT: f"{case}/correct/note/{uuid4()}",
    }
    handing = (
        Verb.RECORD_CONSENT,
        Verb.DELIVER,
        Verb.REFERRAL_NEWS,
        Verb.REFERRAL_OVER,
        Verb.CHASE,
        Verb.RECALL_FOR_WORKER,
        Verb.TELL_BODY,
        Verb.MAKE_LINK,
        Verb.RENEW_LINK,
        Verb.CLOSE_LINK,
        Verb.READ_REPLY,
        Verb.LAY_ON_DESK,
    )
    elsewhere |= {verb: f"{case}/referrals/{uuid4()}/{verb}" for verb in handing}
    return [elsewhere.get(verb, f"{case}/{verb}") for verb in STAFF_VERBS]


@pytest.mark.parametrize(
    "role",
    [
        "administrator",
        "directory_editor",
        "auditor",
        "observer",
        "interpreter",
        "signed out",
        "worker",
    ],
)
def test_who_may_not_is_refused_at_every_verb_and_changes_nothing(
    machine: Machine, recorded: Way, handlers: list[Desk], role: str
) -> None:
    filer, reference = filed(recorded, handlers[0], f"Not for {role}.")
    version = state(machine, reference)
    if role == "signed out":
        browser = Robot(machine.url)
        token = browser.get("/en/return").token
    elif role == "worker":
        browser, page = come_back(machine.url, filer.code)
        token = browser.get("/en/case").token
    else:
        browser = Desk(machine, role)
        token = browser.form_token
    for path in paths(reference):
        sent = {**TYPED, "token": token, "version": str(version[2]), "seq": str(version[3])}
        answer = browser.post(path, {**sent, "form_id": str(uuid4())})
        if role in ("signed out", "worker"):
            assert answer.status_code == 200, path  # their own words, to copy; nothing else
            assert answer.page.name == "texts", path
            assert [one.text for one in answer.page.all("textarea")] == [TYPED["message"]]
            ways = [one.get("href", "") for one in answer.page.all("a")]
            assert any("/staff/sign-in" in way for way in ways)
        else:
            assert answer.status_code == 403, path
        assert filer.story not in answer.get_data()
    for path in ("/staff/cases", f"/staff/cases/{reference}"):
        assert browser.get(path).page.name in ("error", "staff.sign-in"), path
    assert state(machine, reference) == version


def test_a_form_without_its_token_or_with_anothers_changes_nothing(
    machine: Machine, recorded: Way, handlers: list[Desk]
) -> None:
    _filer, reference = filed(recorded, handlers[0], "A forged form.")
    before = state(machine, reference)
    one, other = handlers
    for path in paths(reference):
        for token in ("", "0" * 40, other.get("/staff/").token):
            sent = {**TYPED, "version": str(before[2]), "token": token, "form_id": str(uuid4())}
            status = one.post(path, sent).status_code
            nothing_waits = path.endswith(("/reissue", "/erase")) and status == 303
            assert nothing_waits or status in (403, 404, 409, 422), (path, status)
    assert state(machine, reference) == before


def with_file(machine: Machine, story: str) -> Filer:
    """Somebody files with a text file."""
    robot = Robot(machine.url)
    robot.walk("/en/file?route=full", {**SHORT, "what-happened": story}, "file.check")
    page = robot.get("/en/file/files").page
    robot.send(page, {}, [("files", "proof.txt", story.encode())])
    page = robot.walk("/en/file/check", SHORT, "file.receipt")
    filer = Filer(robot, story, code_on(page.html), token=page.fields()["token"])
    assert send(filer) == 303
    return filer


def test_ids_of_another_case_are_not_found(machine: Machine, handlers: list[Desk]) -> None:
    people = [with_file(machine, f"Belongs to case {n}.") for n in range(2)]
    desk = handlers[0]
    references = [desk.find(filer.story) for filer in people]
    with connected(machine) as connection:
        ids = [
            connection.execute(
                text(
                    "SELECT f.id FROM case_file f JOIN grievance_case c ON c.id = f.case_id"
                    " WHERE c.reference = :reference"
                ),
                {"reference": reference},
            ).scalar_one()
            for reference in references
        ]
    workers = [come_back(machine.url, filer.code)[0] for filer in people]
    for own, foreign in ((0, 1), (1, 0)):
        mine = workers[own].get(f"/en/case/files/{ids[own]}")
        assert mine.status_code == 200
        assert mine.body == people[own].story.encode()
        assert workers[own].get(f"/en/case/files/{ids[foreign]}").status_code == 404
        case = f"/staff/cases/{references[own]}"
        assert desk.get(f"{case}/files/{ids[own]}").status_code == 200
        assert desk.get(f"{case}/files/{ids[foreign]}").status_code == 404
        page = desk.get(case).page
        sent = filled(page, {"reason": "Curious."}, form_of(page, "open_original"))
        assert desk.post(f"{case}/files/{ids[foreign]}/open_original", sent).status_code == 404


def test_a_passage_of_another_case_cannot_be_translated(
    machine: Machine, recorded: Way, handlers: list[Desk]
) -> None:
    desk = handlers[0]
    references = [filed(recorded, desk, f"Passage of {n}.")[1] for n in range(2)]
    assert desk.do(references[0], "acknowledge").status_code == 303
    with connected(machine) as connection:
        message = connection.execute(
            text(
                "SELECT m.id FROM message m JOIN grievance_case c ON c.id = m.case_id"
                " WHERE c.reference = :reference"
            ),
            {"reference": references[0]},
        ).scalar_one()
    before = state(machine, references[1])
    answer = desk.do(references[1], "translate", passage=str(message), message="Taken.")
    assert answer.status_code in (404, 409)
    assert state(machine, references[1]) == before


def test_a_removed_member_is_out_at_the_next_request(machine: Machine) -> None:
    leaver, director = Desk(machine, "lead"), Desk(machine, "director")
    queue = leaver.get("/staff/cases")
    assert queue.page.name == "staff.queue"
    people = director.get("/staff/people").page
    links = {
        link.get("href") or "": "".join(row.itertext())
        for row in [*people.all("tr"), *people.all("li"), *people.all("article")]
        for link in row.iter("a")
        if (link.get("href") or "").endswith("/remove")
    }
    (remove,) = [href for href, row in links.items() if "Daniel Costa" in row]
    page = director.get(remove).page
    assert "Daniel Costa" in page.main
    assert director.send(page, {"cases_to": "nobody"}).page.name == "staff.people"
    for path in ("/staff/", "/staff/cases", "/staff/account"):
        assert leaver.get(path).page.name == "staff.sign-in", path
    back = Robot(machine.url)
    account = machine.account("lead")
    sent = {"email": account["email"], "password": account["password"]}
    assert back.send(back.get("/staff/sign-in").page, sent).page.name == "staff.sign-in"
    assert Desk(machine, "handler").get("/staff/cases").page.name == "staff.queue"
