"""The ways out, against a real mail server that accepts, refuses, hangs or is not there."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller

from grievance import i18n
from grievance.notifications.channels import Letter, TransportError, channel_for
from tests.notifications.post_office import SENDER, PostOffice, free_port

ROW = UUID("3f0c9d8e-7a53-4f0c-9d8e-3f6d3a1b2c4d")
AT = datetime(2026, 11, 20, 10, 32, tzinfo=UTC)


def letter(
    to="someone@mail.example", subject="You have a new note", body="Hello.\n", language="en"
):
    return Letter(ROW, to, subject, body, language, AT)


def failure_of(channel, to="someone@mail.example") -> TransportError:
    with pytest.raises(TransportError) as caught:
        channel.send(letter(to))
    assert to not in str(caught.value)
    return caught.value


def test_a_letter_arrives_as_plain_text_that_says_who_must_not_answer(channel, office):
    channel.send(letter())
    (mail,) = office.letters
    assert mail["Message-ID"] == f"<{ROW}@desk.example>"
    assert mail["From"] == "post@desk.example", "no name beside the address"
    assert mail["To"] == "someone@mail.example"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == AT
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().splitlines() == ["Hello."]
    assert set(mail.keys()) <= {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "Content-Language",
        "Content-Type",
        "Content-Transfer-Encoding",
        "MIME-Version",
    }


@pytest.mark.parametrize("language", list(i18n.BY_SLUG.values()), ids=lambda each: each.slug)
def test_every_script_arrives_unharmed(channel, office, language):
    text = f"{language.own_name} " * 30
    channel.send(letter(subject=text.strip(), body=text + "\n", language=language.slug))
    (mail,) = office.letters
    assert mail["Subject"] == text.strip()
    assert mail.get_content().splitlines() == [text]
    assert mail["Content-Language"] == language.tag


@pytest.mark.parametrize(
    ("answer", "permanent", "down"),
    [
        ("550 5.1.1 no such user <someone@mail.example>", True, False),
        ("554 5.7.1 relay access denied", True, False),
        ("450 4.2.1 mailbox busy", False, False),
        ("452 4.2.2 mailbox full", False, False),
        ("421 4.3.2 shutting down", False, True),
    ],
)
@pytest.mark.parametrize("step", ["at_recipient", "at_text"])
def test_a_refusal_says_whether_it_is_for_good(channel, office, step, answer, permanent, down):
    getattr(office, step)["someone@mail.example"] = answer
    refused = failure_of(channel)
    assert refused.code == f"smtp-{answer[:3]}"
    assert (refused.permanent, refused.down) == (permanent, down)


def test_a_server_that_hangs_is_left_after_the_time_limit(office):
    office.hangs_for.add("someone@mail.example")
    hung = failure_of(channel_for(office.url, SENDER, timeout=1))
    assert (hung.code, hung.permanent, hung.down) == ("doubt", False, True)


@pytest.mark.parametrize("answer", ["what", "354 more"])
def test_an_answer_to_the_whole_letter_that_is_none_leaves_it_in_doubt(channel, office, answer):
    office.at_text["someone@mail.example"] = answer
    assert failure_of(channel).code == "doubt"


def test_a_server_that_leaves_before_the_letter_had_none_of_it(office):
    office.at_recipient["someone@mail.example"] = "421 closing"
    assert failure_of(channel_for(office.url, SENDER)).code == "smtp-421"


def test_a_server_that_is_not_there_is_tried_again(office):
    absent = channel_for(f"smtp://127.0.0.1:{free_port()}", SENDER, timeout=1)
    failed = failure_of(absent)
    assert (failed.code, failed.permanent, failed.down) == ("unreachable", False, True)


@pytest.mark.parametrize(
    "address",
    ["", "nobody", "a@", "@b.example", "a@b.example\nBcc: c@d.example", "a@b, c@d", "名@b.example"],
)
def test_what_is_no_address_is_never_sent(channel, office, address):
    assert failure_of(channel, address or "x").permanent
    assert office.letters == []


def test_a_domain_in_its_own_script_is_written_as_the_network_knows_it(channel, office):
    channel.send(letter("someone@例え.jp"))
    assert office.recipients == ["someone@xn--r8jz45g.jp"]


@pytest.mark.parametrize(
    "url",
    ["", "mail.example", "http://mail.example", "mailbox:", "smtp://", "smtp://u:p@mail.example"],
)
def test_a_setting_that_names_no_safe_way_out_is_refused(url):
    with pytest.raises(ValueError):
        channel_for(url, SENDER)


def test_a_mailbox_keeps_each_letter_once_for_its_owner_only(tmp_path):
    folder = tmp_path / "mail"
    mailbox = channel_for(f"mailbox:{folder}", SENDER)
    mailbox.send(letter())
    mailbox.send(letter())
    (kept,) = folder.iterdir()
    assert kept.name == f"{ROW}.eml"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    mail = message_from_bytes(kept.read_bytes(), policy=policy.default)
    assert mail["To"] == "someone@mail.example"
    assert mail.get_content() == "Hello.\n"


def test_a_mailbox_that_cannot_be_written_is_down(tmp_path):
    (tmp_path / "mail").write_text("a file where the folder should be")
    failed = failure_of(channel_for(f"mailbox:{tmp_path}/mail", SENDER))
    assert (failed.code, failed.permanent, failed.down) == ("mailbox", False, True)


def test_a_password_goes_over_tls_to_a_server_that_proves_its_name(
    guarded, certificate, monkeypatch
):
    channel = channel_for(f"starttls://desk:p%40ss%20word@{guarded.url}", SENDER, timeout=60)
    stranger = failure_of(channel)
    assert (stranger.code, stranger.permanent, stranger.down) == ("tls", False, True)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    channel.send(letter())
    assert guarded.recipients == ["someone@mail.example"]


def test_a_wrong_password_kills_no_letter(guarded, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    channel = channel_for(f"starttls://desk:wrong@{guarded.url}", SENDER, timeout=60)
    refused = failure_of(channel)
    assert (refused.code, refused.permanent, refused.down) == ("smtp-535", False, True)


def test_a_server_that_offers_no_encryption_is_not_used_without(office):
    plain = office.url.replace("smtp://", "starttls://")
    failed = failure_of(channel_for(plain, SENDER, timeout=1))
    assert (failed.code, failed.down) == ("unsupported", True)
    assert office.letters == []


def test_encryption_from_the_first_byte(certificate, monkeypatch):
    handler = PostOffice()
    server = Controller(handler, hostname="127.0.0.1", port=free_port(), ssl_context=certificate[1])
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    server.start()
    try:
        channel_for(f"smtps://127.0.0.1:{server.port}", SENDER, timeout=60).send(letter())
    finally:
        server.stop()
    assert handler.recipients == ["someone@mail.example"]
