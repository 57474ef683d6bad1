"""What `flask demo fill` makes: everything works, nothing leaks, nothing is done twice."""

from __future__ import annotations

import json
import re
import stat
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from grievance.accounts import verifying
from grievance.accounts.models import Event, Organisation
from grievance.accounts.queries import filing_closed, operator, profile
from grievance.cases.lifecycle import STATES
from grievance.cases.models import (
    Attempt,
    Case,
    CaseFile,
    Feedback,
    FourEyes,
    Outcome,
    Receipt,
    RemedyItem,
)
from grievance.clock import local_day, real_now
from grievance.deadlines.operations import running
from grievance.deadlines.queries import overdue
from grievance.demo import script
from grievance.demo.acting import STEPS
from grievance.demo.mark import DemoMismatch, check_mark
from grievance.demo.models import DemoMark
from grievance.demo.story import announce
from grievance.directory.models import Channel
from grievance.questions.bank import shipped
from grievance.referrals.models import Referral
from grievance.referrals.states import STATES as REFERRAL_STATES
from grievance.referrals.states import UNDER_WAY
from grievance.vault.factors import code_at
from grievance.vault.keyring import KeyRing
from tests.cast import Browser
from tests.demo.conftest import Place, make_place
from tests.pages import read_page
from tests.servers import Server

KEY_HOLDERS = ("director", "lead", "handler")
LANGUAGES = {
    "en", "ja", "zh-hans", "ko", "vi", "fil", "id", "th", "my", "km", "ne", "mn", "pt-br", "es",
    "si", "bn", "ur",
}  # fmt: skip
# The clocks of which at least one runs where a state owes the worker a day.
OWED = {
    "received": {"acknowledge", "danger"},
    "in_review": {"acknowledge", "next_step", "answer", "appeal"},
    "accepted": {"next_step", "answer"},
    "with_mechanism": {"chase"},
    "in_dialogue": {"next_step", "answer"},
    "remedy_agreed": {"remedy"},
    "remedy_monitored": {"follow_up", "answer"},
    "closed": {"check_in"},
}


def test_counts_are_printed_and_told(place: Place) -> None:
    answer = place.run()
    counts = json.loads(answer.stdout)
    assert (counts["organisations"], counts["people"], counts["cases"]) == (6, 19, 45)
    assert counts["files"] == 6
    with place.session() as session:
        told = place.told
        cases = list(session.scalars(select(Case)))
        assert Counter((one["state"], one["language"]) for one in told["cases"]) == Counter(
            (case.state, case.language) for case in cases if not case.one_way
        )
        assert sum(case.one_way for case in cases) == 1  # nobody has its number
        assert {case.state for case in cases} == set(STATES)
        assert {case.language for case in cases} == LANGUAGES
        assert {case.country for case in cases} == {"JP", "MY", "BD", "TH"}
        assert sum(case.danger for case in cases) == 1
        known = Counter(session.scalars(select(Receipt.known_to).where(Receipt.state == "active")))
        assert known["staff"] == 3  # two filed on the telephone, one reissued
        assert set(session.scalars(select(CaseFile.state))) == {"cleaned"}


def test_the_file_is_for_its_owner_and_has_the_agreed_shape(place: Place) -> None:
    path = place.data / "demo.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    told = place.told
    assert set(told) == {"url", "accounts", "cases", "replies"}
    assert told["url"] == "http://127.0.0.1:8000"
    plain = {"role", "email", "password", "organisation"}
    assert [set(one) - plain for one in told["accounts"]] == [*[set()] * 6, {"totp"}, *[set()] * 12]
    assert all(plain <= set(one) for one in told["accounts"])
    assert all(set(one) == {"state", "language", "receipt"} for one in told["cases"])
    assert Counter(one["role"] for one in told["accounts"]) == Counter(
        director=1,
        lead=1,
        handler=2,
        administrator=1,
        directory_editor=2,
        partner_caseworker=6,
        auditor=1,
        observer=1,
        interpreter=1,
        company_respondent=3,
    )
    lines = announce(path)
    first = told["accounts"][0]
    assert lines[0] == (
        f"account director director@demo.example {first['password']} {first['organisation']}"
    )
    code = told["cases"][0]
    guarded = told["accounts"][6]
    assert lines[6].endswith(f" {guarded['organisation']} totp={guarded['totp']}")
    assert lines[19] == f"case {code['state']} {code['language']} {code['receipt']}"
    assert len(lines) == 64
    assert {line.split()[1] for line in lines[19:63]} == set(STATES)
    (reply,) = told["replies"]
    assert lines[63] == f"reply {reply['body']} {reply['link']} {reply['code']}"


def test_a_second_time_changes_nothing(place: Place) -> None:
    before = (place.data / "demo.json").read_bytes()
    with place.session() as session:
        heads = sorted(session.execute(select(Event.hash)).scalars())
    again = place.run()
    assert again.exit_code == 0
    assert json.loads(again.stdout)["cases"] == 45
    assert (place.data / "demo.json").read_bytes() == before
    with place.session() as session:
        assert sorted(session.execute(select(Event.hash)).scalars()) == heads


def test_a_database_in_use_is_refused(server: Server, ring_folder: Path, tmp_path: Path) -> None:
    used = make_place(server, ring_folder, tmp_path)
    with used.session() as session:
        session.add(Organisation(kind="operator", name="Real", founded_at=datetime.now(UTC)))
        session.commit()
    answer = used.run()
    assert answer.exit_code == 1
    assert "organisation" in answer.stderr
    with used.session() as session:
        assert session.get(DemoMark, 1) is None
        check_mark(session, demo=False)
        with pytest.raises(DemoMismatch):
            check_mark(session, demo=True)
    assert not (tmp_path / "demo.json").exists()


def test_a_demonstration_is_never_made_for_an_address_that_others_reach(
    server: Server, ring_folder: Path, tmp_path: Path
) -> None:
    bare = make_place(server, ring_folder, tmp_path)
    answer = bare.run("https://help.example.org")
    assert answer.exit_code == 1
    assert "loopback" in answer.stderr
    with bare.session() as session:
        assert session.get(DemoMark, 1) is None


def test_mark_and_setting_must_agree(place: Place) -> None:
    with place.session() as session:
        check_mark(session, demo=True)
        with pytest.raises(DemoMismatch, match="not set"):
            check_mark(session, demo=False)


def test_filing_is_open_and_the_operator_says_who_it_is(place: Place) -> None:
    with place.session() as session:
        assert filing_closed(session) == ()
        told = profile(session)
        assert told is not None
        assert told.everyday_site == "https://www.wikipedia.org/"
        for slug in ("en", "ja", "vi"):
            for name in ("who_runs", "who_reads", "can", "cannot", "kept", "advice", "complain"):
                said = told.say(name, slug)
                assert (said.language, said.stale) == (slug, False)


def test_directory_values_are_never_confirmed(place: Place) -> None:
    with place.session() as session:
        assert set(session.scalars(select(Channel.state))) == {"shipped"}
        assert not session.scalar(select(Channel.id).where(Channel.confirmed_by.is_not(None)))


def test_hand_overs_stand_at_every_step_and_several_on_one_case(place: Place) -> None:
    with place.session() as session:
        hands = session.scalars(select(Referral)).all()
        today = local_day(datetime.now(UTC), script.ZONE)
        waited = [one for one in hands if one.state in UNDER_WAY and one.next_chase]
        late = [one for one in waited if one.next_chase < today]
    assert {one.state for one in hands} == set(REFERRAL_STATES) - {"proposed"}
    assert len({one.mechanism for one in hands}) >= 12
    assert max(Counter(one.case_id for one in hands).values()) >= 4
    assert len(late) >= 2
    assert {one.delivered_by for one in hands if one.delivered_by} == {"staff", "worker_takes_it"}


def test_remedies_are_promised_late_broken_kept_and_watched(place: Place) -> None:
    today = local_day(datetime.now(UTC), script.ZONE)
    with place.session() as session:
        rows = session.execute(
            select(RemedyItem, Case.state).join(Case, Case.id == RemedyItem.case_id)
        ).all()
        said = session.scalars(select(Feedback)).all()
        tries = session.scalars(select(Attempt)).all()
        ends = session.scalars(select(Outcome)).all()
    assert {item.state for item, _state in rows} >= {
        "claimed",
        "offered",
        "agreed",
        "part",
        "arrived",
        "not_kept",
        "dropped",
    }
    assert {item.kind for item, _state in rows} >= {"money", "documents", "apology", "transfer"}
    late = [item for item, state in rows if state == "remedy_agreed" and item.due_on < today]
    assert late
    assert {one.by for one in ends} == {"signed", "recorded", "attempts"}
    assert {one.kind for one in said} == {"arrival", "sign_off"}
    assert any(one.reprisal for one in said)
    assert max(one.on for one in tries) - min(one.on for one in tries) >= timedelta(days=30)


def test_cases_wait_on_the_ladder_for_a_second_person_and_for_a_second_look(place: Place) -> None:
    with place.session() as session:
        cases = session.scalars(select(Case)).all()
        waiting = session.scalars(select(FourEyes.verb).where(FourEyes.state == "asked")).all()
        again = session.scalars(select(Event.verb).where(Event.verb == "worker_reopens")).all()
    climbed = [case.level for case in cases if case.escalation_waits]
    assert (len(climbed) > 1, max(climbed)) == (True, 3)
    assert sorted(waiting) == ["close", "decline"]
    assert sum(case.appealed_at is not None for case in cases) == 1
    assert len(again) == 1


def test_every_day_that_is_owed_has_its_clock_and_the_sweep_has_nothing_to_do(
    place: Place,
) -> None:
    with place.session() as session:
        for case in session.scalars(select(Case)):
            kinds = {clock.kind for clock in running(session, case.id)}
            owed = OWED.get(case.state)
            assert kinds & owed if owed else not kinds, case.state
        assert overdue(session, datetime.now(UTC) - timedelta(minutes=2), 100) == []


def test_every_chain_verifies(place: Place) -> None:
    with place.session() as session:
        ring = KeyRing.load(place.ring, "web")
        report = verifying.verify(session, ring.anchor_public, event_key=ring.event_key)
        cases = session.scalars(select(Case.id)).all()
    assert report.wrong == []
    assert report.broken == []
    assert report.before == 0
    assert report.streams > len(cases)


def test_nothing_was_done_in_the_future_or_out_of_order(place: Place) -> None:
    with place.session() as session:
        owner = operator(session)
        assert owner is not None
        rows = session.execute(
            select(Event.stream_id, Event.seq, Event.at).order_by(Event.stream_id, Event.seq)
        ).all()
    assert all(at <= datetime.now(UTC) for _stream, _seq, at in rows)
    for (stream, _seq, at), (following, _next, later) in zip(rows, rows[1:], strict=False):
        # what a worker does is stamped to the hour
        assert stream != following or at - timedelta(hours=1) < later


def test_every_account_signs_in_at_the_door_and_reads_what_its_role_reads(
    place: Place, visitor: Browser
) -> None:
    with place.session() as session:
        chosen = select(Case.reference).where(
            Case.main_issue == "wages-unpaid", Case.language == "vi"
        )
        reference = session.scalars(chosen).one()
    for account in place.told["accounts"]:
        page = read_page(visitor.get("/staff/sign-in"))
        sent = {**page.fields(), "email": account["email"], "password": account["password"]}
        answer = visitor.post("/staff/sign-in", data=sent)
        assert answer.status_code == 303, account["role"]
        if "totp" in account:
            where = answer.headers["Location"]
            typed = {"code": code_at(account["totp"], real_now())}
            sent = {**read_page(visitor.get(where)).fields(), **typed}
            assert visitor.post(where, data=sent).status_code == 303
        assert read_page(visitor.get("/staff/account")).status == 200, account["role"]
        opened = visitor.get(f"/staff/cases/{reference}")
        if account["role"] in KEY_HOLDERS:
            shown = read_page(opened).main
            assert "Hai tháng nay công ty không trả lương" in shown
            assert "For two months the company has not paid us" in shown
            assert "Trần Thị Mai Linh" in shown
            assert "Five workers in one dormitory" in shown
        else:
            assert opened.status_code == 403, account["role"]
            assert "Trần Thị Mai Linh" not in opened.get_data(as_text=True)
        visitor.delete_cookie("staff")


def test_every_case_can_be_read_at_the_desk(place: Place, visitor: Browser) -> None:
    lead = next(one for one in place.told["accounts"] if one["role"] == "lead")
    page = read_page(visitor.get("/staff/sign-in"))
    sent = {**page.fields(), "email": lead["email"], "password": lead["password"]}
    assert visitor.post("/staff/sign-in", data=sent).status_code == 303
    assert read_page(visitor.get("/staff/cases")).status == 200
    with place.session() as session:
        references = list(session.scalars(select(Case.reference)))
    for reference in references:
        assert read_page(visitor.get(f"/staff/cases/{reference}")).status == 200, reference


def test_every_number_opens_its_case(place: Place, visitor: Browser) -> None:
    numbered = [scene for scene in scenes() if scene.answers.get("route") != "tip"]
    words = {scene.answers["what-happened"] for scene in numbered}
    seen = set()
    for case in place.told["cases"]:
        page = read_page(visitor.get("/en/return"))
        answer = visitor.post("/en/return", data={**page.fields(), "code": case["receipt"]})
        assert answer.status_code == 303, case
        opened = read_page(visitor.get("/en/case"))
        assert opened.status == 200
        assert opened.one("body").get("data-page") == "case"
        found = [said for said in words if " ".join(str(said).split()) in opened.main]
        assert len(found) == 1, case
        seen.add(found[0])
        visitor.delete_cookie("receipt")
    assert seen == words


def test_every_paper_of_the_demo_says_where_to_answer_and_some_are_read_in_both_languages(
    place: Place, visitor: Browser
) -> None:
    papers = readings = 0
    for case in place.told["cases"]:
        page = read_page(visitor.get("/en/return"))
        visitor.post("/en/return", data={**page.fields(), "code": case["receipt"]})
        listed = read_page(visitor.get("/en/case"))
        links = {link.get("href") or "" for link in listed.all("a")}
        for link in (one for one in links if re.search("/handover/[0-9a-f-]{36}$", one)):
            paper = read_page(visitor.get(f"{link}/print"))
            lines = " ".join("".join(one.itertext()) for one in paper.all("p", data_line=""))
            assert "help@demo.example" in lines, case
            assert len(paper.all("p", data_line="")) == 4
            assert paper.all("p", data_made="")
            papers, readings = papers + 1, readings + len(paper.all("dd", data_reading=""))
        visitor.delete_cookie("receipt")
    assert papers > 10
    assert readings > 2


def scenes() -> list[script.Scene]:
    return script.scenes(shipped(), STEPS, datetime.now(UTC))


def test_no_word_name_or_number_is_readable_in_the_database(place: Place) -> None:
    secrets = [case["receipt"] for case in place.told["cases"]]
    secrets += [account["password"] for account in place.told["accounts"]]
    secrets += [account["email"] for account in place.told["accounts"]]
    secrets += [account["totp"] for account in place.told["accounts"] if "totp" in account]
    written = (
        "what-happened",
        "name",
        "helper-name",
        "company",
        "company-own",
        "wants-words",
        "contact-email",
        "contact-phone",
        "contact-when",
        "contact-never",
        "buyer",
        "told-where",
        "told-result",
        "company-place",
    )
    for scene in scenes():
        secrets += [str(scene.answers[name]) for name in written if name in scene.answers]
        for said in ("text", "words", "how"):
            secrets += [step.given[said] for step in scene.steps if said in step.given]
        for said in ("fields", "readings"):
            secrets += [text for step in scene.steps for text in step.given.get(said, {}).values()]
    assert len(secrets) > 300
    # shorter ones stand by chance in so many random bytes
    needles = {one for secret in secrets if len(one := secret.encode()) >= 6}
    needles |= {secret[: len(secret) // 2].encode() for secret in secrets if len(secret) > 30}
    needles.discard("監理団体".encode())  # a word of the public directory as well
    haystack = dump(place)
    assert b"in_review" in haystack
    assert b"Pham Thu Hoa" in haystack  # the scan does find what stands in clear
    assert [needle.decode() for needle in needles if needle in haystack] == []


def dump(place: Place) -> bytes:
    """Every value of every table, bytes as they are and everything else as text."""
    found = []
    with place.session() as session:
        columns = session.execute(
            text(
                "SELECT table_name, column_name, data_type FROM information_schema.columns "
                "WHERE table_schema = 'public' ORDER BY 1, 2"
            )
        ).all()
        for table, column, kind in columns:
            chosen = f'"{column}"' if kind == "bytea" else f'"{column}"::text'
            for (value,) in session.execute(text(f'SELECT {chosen} FROM "{table}"')):
                if value is not None:
                    found.append(bytes(value) if kind == "bytea" else value.encode())
    return b"\n".join(found)
