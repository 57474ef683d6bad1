"""Letters that a mail server took, and sent back."""

from __future__ import annotations

import imaplib
from collections.abc import Iterator
from datetime import timedelta
from email.mime.text import MIMEText
from uuid import uuid4

import pytest

from grievance.notifications import messages, queries
from grievance.notifications.drain import drain, purge
from grievance.notifications.returned import collect, inbox_of, report_of
from tests.notifications.letter_box import LetterBox, LetterBoxServer
from tests.notifications.post_office import SENDER, row_of

DAY = timedelta(days=1)


@pytest.fixture
def mailbox() -> Iterator[LetterBoxServer]:
    with LetterBoxServer(LetterBox()) as served:
        yield served


def report(letter: str, action: str = "failed", status: str = "5.1.1") -> bytes:
    """A report as RFC 3464 writes it, on what a server did with the letter of that Message-ID."""
    return f"""From: MAILER-DAEMON@mail.example
To: post@desk.example
Message-ID: <{uuid4()}@desk.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="cut"

--cut
Content-Type: text/plain

I could not deliver your message to gone@mail.example.
--cut
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example

Final-Recipient: rfc822; gone@mail.example
Action: {action}
Status: {status}

--cut
Content-Type: text/rfc822-headers

Message-ID: {letter}
To: gone@mail.example

--cut--
""".replace("\n", "\r\n").encode()


def test_a_letter_that_came_back_is_known_and_its_report_deleted(
    put, post, post_session, office, mailbox, now
):
    back, fine = put("gone@mail.example", "here@mail.example")
    back.recipient = b"1" * 32
    post_session.commit()
    drain(post_session, post, now)
    by_letter = {mail["To"]: mail["Message-ID"] for mail in office.letters}
    answer = MIMEText("Please help me, they came to my room")
    answer["From"], answer["In-Reply-To"] = "here@mail.example", by_letter["here@mail.example"]
    box = mailbox.box
    kept = box.put(answer.as_bytes())
    box.put(report(by_letter["gone@mail.example"]))
    box.put(report(by_letter["here@mail.example"], "delayed", "4.4.1"))
    stranger = box.put(report(f"<{uuid4()}@elsewhere.example>"))
    counts = collect(post_session, inbox_of(mailbox.url), SENDER, now + DAY)
    assert counts == {"due": 4, "done": 1, "skipped": 2}
    assert set(box.mails) == {kept, stranger}, "what a person wrote stays"
    came = row_of(post_session, back.id)
    assert (came.state, came.error, came.sealed) == ("dead", "returned", None)
    assert row_of(post_session, fine.id).state == "sent", "late is not lost"
    asked = " ".join(box.asked)
    assert "EXAMINE" in asked
    assert "Seen" not in asked


def test_an_address_is_lost_after_letters_came_back_on_two_days(
    put, post, post_session, office, mailbox, now
):
    rows = put("gone@mail.example", "gone@mail.example", "gone@mail.example")
    drain(post_session, post, now)
    for row in rows:
        row.recipient = b"1" * 32
    post_session.commit()
    one, two, three = (mail["Message-ID"] for mail in office.letters)
    inbox, box = inbox_of(mailbox.url), mailbox.box
    box.put(report(one))
    box.put(report(two))
    assert collect(post_session, inbox, SENDER, now)["done"] == 2
    assert queries.refused(post_session) == {}, "a bad day of one server"
    box.put(report(one))
    later = now + 30 * DAY
    assert collect(post_session, inbox, SENDER, later)["done"] == 0, "the same report once more"
    purge(post_session, later)
    box.put(report(three))
    assert collect(post_session, inbox, SENDER, later)["done"] == 0, "it was deleted long ago"
    (last,) = put("gone@mail.example")
    last.recipient = b"1" * 32
    post_session.commit()
    drain(post_session, post, later)
    box.put(report(office.letters[-1]["Message-ID"]))
    assert collect(post_session, inbox, SENDER, later)["done"] == 1
    assert list(queries.refused(post_session)) == [b"1" * 32]
    purge(post_session, later + 61 * DAY)
    assert queries.refused(post_session) == {}


def test_a_letter_to_staff_that_came_back_is_in_the_list_of_those_given_up(
    put, post, post_session, office, mailbox, now
):
    (row,) = put("staff@desk.example", kind=messages.danger)
    drain(post_session, post, now)
    mailbox.box.put(report(office.letters[0]["Message-ID"]))
    collect(post_session, inbox_of(mailbox.url), SENDER, now)
    assert [one.id for one in queries.dead(post_session)] == [row.id]


def test_a_slow_mailbox_holds_no_row_and_no_run(put, post, post_session, office, monkeypatch, now):
    put("one@mail.example", "two@mail.example")
    drain(post_session, post, now)
    post_session.rollback()
    box = {str(n): report(mail["Message-ID"]) for n, mail in enumerate(office.letters)}

    class Slow:
        def read(self):
            for number, raw in list(box.items()):
                assert not post_session.in_transaction()
                yield number, raw

        def delete(self, numbers):
            for number in numbers:
                del box[number]

    monkeypatch.setattr("grievance.notifications.returned.ROUND_SECONDS", -1)
    for left in (1, 0):
        assert collect(post_session, Slow(), SENDER, now)["done"] == 1
        assert len(box) == left


def test_nobody_cuts_a_worker_off_who_knows_only_the_address():
    forged = report("nothing").replace(b"nothing", b"gone@mail.example")
    assert report_of(forged, SENDER) is None
    assert report_of(report(f"<{uuid4()}@elsewhere.example>"), SENDER) is None
    letter = uuid4()
    told = report_of(report(f"<{letter}@desk.example>"), SENDER)
    assert (told.letter, told.permanent) == (letter, True)


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe\x00", b"Content-Type: multipart/report\n\n--"])
def test_what_is_no_mail_is_no_report(raw):
    assert report_of(raw, SENDER) is None


def test_a_mailbox_that_does_not_let_us_in_is_a_failed_run(post_session, mailbox, now):
    wrong = inbox_of(mailbox.url.replace("cret", "nonsense"))
    assert "nonsense" not in repr(wrong)
    with pytest.raises(imaplib.IMAP4.error):
        collect(post_session, wrong, SENDER, now)


@pytest.mark.parametrize(
    "url",
    [
        "https://user:password@mail.example",
        "imaps://mail.example",
        "imap://user:password@mail.example",
        "imaps://user:password@mail.example/a%0d%0ab",
    ],
)
def test_a_mailbox_is_named_whole_and_reached_over_tls(url):
    with pytest.raises(ValueError):
        inbox_of(url)
