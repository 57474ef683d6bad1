"""Sending: at least once, each letter by one drain, whatever the mail server or a kill does."""

import os
import signal
import subprocess
import sys
import threading
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text, update

from grievance.i18n import date_text
from grievance.notifications import messages, outbox, queries
from grievance.notifications.addresses import seal_address
from grievance.notifications.channels import channel_for
from grievance.notifications.drain import (
    CLAIM,
    IN_DOUBT,
    LONGEST_DELAY,
    LONGEST_WHEN_DOWN,
    Post,
    delay,
    drain,
    purge,
)
from grievance.notifications.models import JobRun, Outbox
from tests.notifications.post_office import SENDER, free_port, row_of

SITE = "https://desk.example"


def without_ms(counts):
    return {name: number for name, number in counts.items() if name != "ms"}


def test_what_is_due_is_sent_and_its_text_is_gone(put, post, post_session, office, now):
    put("a@mail.example", "b@mail.example")
    (later,) = put("c@mail.example", at=now + timedelta(minutes=1))
    counts = drain(post_session, post, now)
    assert without_ms(counts) == {"due": 2, "sent": 2, "retry": 0, "dead": 0}
    assert sorted(office.recipients) == ["a@mail.example", "b@mail.example"]
    rows = post_session.scalars(select(Outbox).where(Outbox.state == "sent")).all()
    assert [row.sealed for row in rows] == [None, None]
    assert {row.sent_at for row in rows} == {now.replace(minute=0, second=0)}
    assert row_of(post_session, later.id).attempts == 0
    assert drain(post_session, post, now)["sent"] == 0


def test_a_member_of_staff_is_reached_by_the_sealed_address(
    post, post_session, web_ring, office, now
):
    box = seal_address(web_ring.notifier_public, uuid4(), "handler@desk.example")
    letter = messages.danger(box, "ja", SITE, uuid4())
    outbox.enqueue(post_session, web_ring.notifier_public, letter, now)
    post_session.commit()
    drain(post_session, post, now)
    (mail,) = office.letters
    assert mail["To"] == "handler@desk.example"
    assert f"{SITE}/staff/" in mail.get_content()


def test_danger_overtakes_everything_that_waits(put, post, post_session, office, now):
    put("early@mail.example", at=now - timedelta(days=1))
    put("handler@desk.example", kind=messages.danger)
    drain(post_session, post, now)
    assert office.recipients == ["handler@desk.example", "early@mail.example"]


def test_nobody_crowds_out_the_letter_that_says_from_when_a_key_may_be_given(
    post, post_session, web_ring, office, now
):
    """Each names a day of its own: none stands for another, the third in an hour leaves later."""
    box = seal_address(web_ring.notifier_public, uuid4(), "new@desk.example")
    days = [date(2026, 11, day) for day in (22, 23, 24)]
    for day in days:
        for letter in (
            messages.key_waits(box, "en", SITE, day=day),
            messages.key_request(box, "en", SITE),
        ):
            outbox.enqueue(post_session, web_ring.notifier_public, letter, now)
    post_session.commit()
    kinds = post_session.scalars(select(Outbox.kind)).all()
    assert sorted(kinds) == ["key_request", "key_waits", "key_waits", "key_waits"]
    assert drain(post_session, post, now)["sent"] == 3
    assert drain(post_session, post, now)["sent"] == 0
    assert drain(post_session, post, now + timedelta(hours=1))["sent"] == 1
    told = " ".join(letter.get_content() for letter in office.letters)
    assert [day for day in days if date_text(day) not in told] == []


def test_two_drains_at_once_send_each_letter_once(put, post, opener, office, now):
    put(*(f"w{number}@mail.example" for number in range(40)))
    answers = []
    sessions = [opener(), opener()]
    threads = [
        threading.Thread(target=lambda each=each: answers.append(drain(each, post, now)))
        for each in sessions
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(office.recipients) == sorted(f"w{number}@mail.example" for number in range(40))
    assert [answer["sent"] > 0 for answer in answers] == [True, True]
    assert sum(answer["sent"] for answer in answers) == 40


def test_no_transaction_is_open_while_the_server_thinks(
    put, post, post_session, opener, office, now
):
    seen = []

    def look():
        watcher = opener()
        seen.append(
            watcher.scalar(
                text("select count(*) from pg_stat_activity where state like 'idle in%'")
            )
        )
        watcher.close()

    office.on_text = look
    put("a@mail.example")
    drain(post_session, post, now)
    assert seen == [0]


def test_killed_between_sending_and_marking_it_sends_again_under_the_same_id(
    put, post, post_session, office, database, rings, tmp_path, now
):
    (row,) = put("a@mail.example")
    environ = {
        "PATH": os.environ["PATH"],
        "GRIEVANCE_DATABASE_URL": database,
        "GRIEVANCE_KEYRING": str(rings / "worker"),
        "GRIEVANCE_DATA": str(tmp_path),
        "GRIEVANCE_PUBLIC_URL": SITE,
        "GRIEVANCE_REDIS_URL": "unix:///nowhere",
        "GRIEVANCE_SMTP_URL": office.url,
        "GRIEVANCE_MAIL_FROM": SENDER,
    }
    victim = subprocess.Popen(
        [sys.executable, "-c", "from grievance.cli.work import outbox; outbox(['drain'])"],
        env=environ,
    )
    office.on_text = lambda: os.kill(victim.pid, signal.SIGKILL)
    assert victim.wait(30) == -signal.SIGKILL
    office.on_text = lambda: None
    claimed = row_of(post_session, row.id)
    assert (claimed.state, claimed.attempts) == ("pending", 1)
    post_session.rollback()
    assert drain(post_session, post, claimed.next_at - timedelta(seconds=1))["due"] == 0
    assert drain(post_session, post, claimed.next_at)["sent"] == 1
    first, second = office.letters
    assert first["Message-ID"] == second["Message-ID"] == f"<{row.id}@desk.example>"


def test_a_refused_recipient_is_given_up_and_the_others_get_their_letters(
    put, post, post_session, office, now
):
    bad, _ = put("gone@mail.example", "here@mail.example")
    office.at_recipient["gone@mail.example"] = "550 5.1.1 no such user"
    assert without_ms(drain(post_session, post, now)) == {
        "due": 2,
        "sent": 1,
        "retry": 1,
        "dead": 0,
    }
    assert office.recipients == ["here@mail.example"]
    assert queries.refused(post_session) == {}
    assert drain(post_session, post, now + timedelta(hours=23))["due"] == 0
    later = now + timedelta(hours=24)
    assert drain(post_session, post, later)["dead"] == 1, "on two days"
    dead = row_of(post_session, bad.id)
    assert (dead.state, dead.error) == ("dead", "smtp-550")
    assert [each.id for each in queries.dead(post_session)] == [bad.id]


def test_of_an_address_only_a_refusal_for_good_is_kept_and_no_delay(
    put, post, post_session, office, now
):
    """A worker whose mailbox was full for two weeks can be reached by letter again."""
    gone, full = put("gone@mail.example", "full@mail.example")
    for row in (gone, full):
        row.recipient = row.id.bytes
    post_session.commit()
    office.at_recipient["gone@mail.example"] = "550 5.1.1 no such user"
    office.at_recipient["full@mail.example"] = "452 4.2.2 mailbox full"
    for days in (0, 1, 2, 15):
        drain(post_session, post, now + timedelta(days=days))
    assert {row_of(post_session, row.id).state for row in (gone, full)} == {"dead"}
    assert list(queries.refused(post_session)) == [gone.id.bytes]


def test_a_letter_to_staff_that_is_refused_is_shown_at_once(put, post, post_session, office, now):
    put("staff@desk.example", kind=messages.danger)
    office.at_recipient["staff@desk.example"] = "550 5.1.1 no such user"
    assert drain(post_session, post, now)["dead"] == 1


def test_a_busy_mailbox_is_tried_again_later(put, post, post_session, office, now):
    (row,) = put("busy@mail.example")
    office.at_text["busy@mail.example"] = "451 4.3.0 try later"
    assert drain(post_session, post, now)["retry"] == 1
    waiting = row_of(post_session, row.id)
    assert (waiting.state, waiting.error, waiting.attempts) == ("pending", "smtp-451", 1)
    assert timedelta(seconds=24) <= waiting.next_at - now <= timedelta(seconds=36)
    office.at_text.clear()
    assert drain(post_session, post, now + timedelta(seconds=37))["sent"] == 1
    assert row_of(post_session, row.id).error is None


def test_a_letter_is_given_up_after_14_days_and_kept_14_more(put, post, post_session, office, now):
    (row,) = put("busy@mail.example")
    office.at_text["busy@mail.example"] = "451 4.3.0 try later"
    late = now + timedelta(days=14)
    assert drain(post_session, post, late)["dead"] == 1
    assert row_of(post_session, row.id).sealed is not None
    assert purge(post_session, late + timedelta(days=13))["done"] == 0
    assert purge(post_session, late + timedelta(days=14))["done"] == 1
    assert post_session.scalar(select(func.count(Outbox.id))) == 0


def test_a_dead_letter_goes_out_once_the_cause_is_mended(put, post, post_session, office, now):
    put("staff@desk.example", kind=messages.danger)
    office.at_recipient["staff@desk.example"] = "554 5.7.1 relay access denied"
    drain(post_session, post, now)
    office.at_recipient.clear()
    assert outbox.revive(post_session, now) == 1
    assert drain(post_session, post, now)["sent"] == 1


def test_while_the_server_is_away_one_letter_asks_and_the_others_stay_due(
    put, worker_ring, post_session, now
):
    put("a@mail.example", "b@mail.example", "c@mail.example")
    absent = channel_for(f"smtp://127.0.0.1:{free_port()}", SENDER, timeout=1)
    counts = drain(post_session, Post(worker_ring.notifier, {"email": absent}), now)
    assert without_ms(counts) == {"due": 3, "sent": 0, "retry": 1, "dead": 0}
    assert queries.due(post_session, now) == 2
    assert queries.lag(post_session, now + timedelta(seconds=5)) == 5.0


def test_a_server_that_hangs_for_one_letter_holds_up_nobody_for_long(
    put, worker_ring, post_session, office, now
):
    brief = Post(worker_ring.notifier, {"email": channel_for(office.url, SENDER, timeout=2)})
    put("tarpit@mail.example")
    put("here@mail.example", at=now + timedelta(seconds=1))
    office.hangs_for.add("tarpit@mail.example")
    assert drain(post_session, brief, now + timedelta(seconds=1))["retry"] == 1
    assert drain(post_session, brief, now + timedelta(seconds=6))["sent"] == 1
    assert office.recipients == ["here@mail.example"]


def test_a_letter_nobody_can_open_is_shown_and_stops_nothing(put, post, post_session, office, now):
    one, other, _ = put("a@mail.example", "b@mail.example", "c@mail.example")
    post_session.execute(
        update(Outbox).where(Outbox.id == one.id).values(sealed=other.sealed, turn=0)
    )
    post_session.commit()
    assert without_ms(drain(post_session, post, now)) == {
        "due": 3,
        "sent": 2,
        "retry": 0,
        "dead": 1,
    }
    assert row_of(post_session, one.id).error == "unreadable"


def test_a_letter_taken_back_while_it_is_sent_stays_taken_back(
    put, post, post_session, opener, office, now
):
    case = uuid4()
    (row,) = put("a@mail.example", case=case)

    def take_back():
        other = opener()
        outbox.cancel(other, case, now)
        other.commit()

    office.on_text = take_back
    drain(post_session, post, now)
    assert row_of(post_session, row.id).state == "cancelled"


STEPS = [timedelta(minutes=5) * number for number in range(3 * 24 * 12)]


def sent_by_then(session, post, office, now, steps=STEPS):
    """How many copies had gone at each step."""
    gone = []
    for step in steps:
        drain(session, post, now + step)
        gone.append(len(office.envelopes))
    return gone


def test_a_letter_that_was_taken_in_silence_goes_again_after_hours_and_then_no_more(
    put, post, post_session, office, now
):
    """It arrived each time, and nobody said so: 28 times in two hours is a flood."""
    (row,) = put("a@mail.example")
    office.leaves_at.add("a@mail.example")
    gone = sent_by_then(post_session, post, office, now)
    assert gone[0] == 1
    assert gone[9] == 1, "nothing more for three quarters of an hour"
    assert gone[24] == 2, "twice in two hours"
    assert gone[-1] == 1 + len(IN_DOUBT)
    assert {mail["Message-ID"] for mail in office.letters} == {f"<{row.id}@desk.example>"}
    over = row_of(post_session, row.id)
    assert (over.state, over.error, over.attempts) == ("dead", "doubt", 1 + len(IN_DOUBT))
    office.leaves_at.clear()
    outbox.revive(post_session, now + STEPS[-1])
    assert drain(post_session, post, now + STEPS[-1])["sent"] == 1, "a person may send it again"


def test_a_letter_that_kills_whoever_sends_it_goes_no_more_often(
    put, worker_ring, post_session, office, channel, now
):
    class Killed(BaseException):
        pass

    class Deadly:
        def send(self, letter):
            channel.send(letter)
            raise Killed

    (row,) = put("a@mail.example")
    deadly, died = Post(worker_ring.notifier, {"email": Deadly()}), 0
    for step in STEPS:
        try:
            drain(post_session, deadly, now + step)
        except Killed:
            died += 1
            post_session.rollback()
    assert died == 1 + len(IN_DOUBT)
    over = row_of(post_session, row.id)
    assert (over.state, over.error) == ("dead", "doubt")


def test_a_refusal_between_doubts_is_none(put, post, post_session, office, now):
    (row,) = put("a@mail.example")
    office.at_text["a@mail.example"] = "451 4.3.0 try later"
    for step in STEPS[:30]:
        drain(post_session, post, now + step)
    waiting = row_of(post_session, row.id)
    assert (waiting.state, waiting.doubts) == ("pending", 0)


def test_what_happens_while_a_letter_is_in_doubt_gets_a_letter_of_its_own(
    post, post_session, web_ring, office, now
):
    """It may have arrived: nobody waits hours for a danger that came after it."""
    box = seal_address(web_ring.notifier_public, uuid4(), "handler@desk.example")
    letter = messages.danger(box, "en", SITE, uuid4())
    outbox.enqueue(post_session, web_ring.notifier_public, letter, now)
    post_session.commit()
    office.leaves_at.add("handler@desk.example")
    drain(post_session, post, now)
    office.leaves_at.clear()
    outbox.enqueue(post_session, web_ring.notifier_public, letter, now + timedelta(minutes=1))
    post_session.commit()
    assert drain(post_session, post, now + timedelta(minutes=1))["sent"] == 1


def test_a_channel_that_is_not_there_keeps_its_letters(put, worker_ring, post_session, now):
    (row,) = put("a@mail.example")
    assert drain(post_session, Post(worker_ring.notifier, {}), now)["retry"] == 1
    assert row_of(post_session, row.id).error == "no-channel"


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 30), (2, 60), (5, 480), (10, 15360), (11, 21600), (500, 21600)]
)
def test_the_wait_doubles_from_30_seconds_to_6_hours_give_or_take_a_fifth(attempts, seconds):
    waits = {delay(attempts).total_seconds() for _ in range(50)}
    assert seconds * 0.8 <= min(waits)
    assert max(waits) <= seconds * 1.2
    assert len(waits) > 10, "no two alike, so that letters do not march in step"
    assert delay(attempts, LONGEST_WHEN_DOWN) <= LONGEST_WHEN_DOWN * 1.2
    assert timedelta(hours=6) == LONGEST_DELAY


def test_a_claim_outlasts_a_round_and_a_slow_conversation():
    assert timedelta(seconds=45 + 120) < CLAIM


def test_runs_that_did_nothing_are_forgotten_first(post_session, now):
    for days, done in ((1, 0), (3, 0), (3, 2), (31, 2)):
        at = now - timedelta(days=days)
        post_session.add(JobRun(job="drain", started_at=at, finished_at=at, done=done))
    post_session.commit()
    purge(post_session, now)
    left = post_session.execute(select(JobRun.started_at, JobRun.done)).all()
    ages = sorted(((now - at).days, done) for at, done in left)
    assert ages == [(1, 0), (3, 2)]


def test_a_row_somebody_else_is_working_on_is_passed_over(
    put, post, post_session, opener, office, now
):
    held, _ = put("held@mail.example", "free@mail.example")
    other = opener()
    other.execute(select(Outbox.id).where(Outbox.id == held.id).with_for_update())
    post_session.execute(text("set lock_timeout = '2s'"))
    assert drain(post_session, post, now)["sent"] == 1
    assert office.recipients == ["free@mail.example"]
