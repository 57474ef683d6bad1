"""`flask mail test`: one letter by the settings in force, and one line that says how it went."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grievance.cli.mail import mail
from tests.notifications.post_office import PostOffice, free_port

TO = "someone@mail.example"
PASSWORD = "p@ss word"
QUOTED = "p%40ss%20word"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The command with a worker's settings; its database is never asked."""
    for name in [name for name in os.environ if name.startswith("GRIEVANCE_")]:
        monkeypatch.delenv(name)
    told = {
        "DATABASE_URL": "postgresql+psycopg://worker@127.0.0.1:1/none",
        "KEYRING": str(tmp_path / "ring"),
        "DATA": str(tmp_path),
        "PUBLIC_URL": "https://desk.example",
        "REDIS_URL": "redis://127.0.0.1:1",
        "MAIL_FROM": "post@desk.example",
    }

    def invoke(url: str, to: str = TO, timeout: str = "5") -> Result:
        env = {f"GRIEVANCE_{name}": text for name, text in told.items()}
        env["GRIEVANCE_SMTP_URL"] = url
        result = CliRunner().invoke(mail, ["test", to, "--timeout", timeout], env=env)
        assert result.exception is None or isinstance(result.exception, SystemExit)
        for secret in (PASSWORD, QUOTED, "wrong-one"):
            assert secret not in result.output
        assert len(result.stdout.splitlines()) == (1 if result.exit_code < 2 else 0)
        return result

    return invoke


def test_a_letter_that_was_taken_is_said_in_the_words_of_the_server(
    run, office: PostOffice
) -> None:
    told = run(office.url)
    assert told.exit_code == 0
    assert told.stdout == f"taken, smtp {office.url.removeprefix('smtp://')}: 250 taken\n"
    (letter,) = office.letters
    assert letter["To"] == TO
    assert re.findall(r"https?://\S+", letter.get_content()) == ["https://desk.example/"]
    assert "grievance" not in letter.as_string().lower().replace("grievance_", "")


@pytest.mark.parametrize("step", ["at_recipient", "at_text"])
@pytest.mark.parametrize("answer", ["550 5.1.1 no such user", "450 4.2.1 busy"])
def test_a_refusal_is_said_in_the_words_of_the_server(
    run, office: PostOffice, step: str, answer: str
) -> None:
    getattr(office, step)[TO] = answer
    told = run(office.url)
    assert told.exit_code == 1
    assert told.stdout.startswith("not taken, smtp 127.0.0.1:")
    assert told.stdout.endswith(f": {answer}\n")


def test_a_wrong_password_is_said_and_never_shown(
    run, guarded: PostOffice, certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    told = run(f"starttls://desk:wrong-one@{guarded.url}")
    assert (told.exit_code, guarded.letters) == (1, [])
    assert re.fullmatch(r"not taken, starttls 127\.0\.0\.1:\d+: 535 .+\n", told.stdout)
    told = run(f"starttls://desk:{QUOTED}@{guarded.url}")
    assert (told.exit_code, guarded.recipients) == (0, [TO])


def test_a_server_that_repeats_the_password_does_not_get_it_onto_the_screen(
    run, office: PostOffice
) -> None:
    office.at_text[TO] = f"554 you are {PASSWORD} or {QUOTED}"
    url = office.url.replace("smtp://", f"smtp://:{QUOTED}@")
    told = run(url)
    assert told.stdout.endswith(": 554 you are … or …\n")


def test_a_certificate_nobody_trusts_is_said(run, guarded: PostOffice) -> None:
    told = run(f"starttls://desk:{QUOTED}@{guarded.url}")
    assert told.exit_code == 1
    assert "certificate is not trusted" in told.stdout


def test_a_server_without_encryption_is_not_used(run, office: PostOffice) -> None:
    told = run(office.url.replace("smtp://", "starttls://"))
    assert (told.exit_code, office.letters) == (1, [])
    assert "offers no such encryption" in told.stdout


def test_a_server_that_hangs_or_is_away_is_said(run, office: PostOffice) -> None:
    office.hangs_for.add(TO)
    assert run(office.url, timeout="1").stdout.endswith(
        ": the server got the letter and did not say that it took it\n"
    )
    told = run(f"smtp://127.0.0.1:{free_port()}", timeout="1")
    assert (told.exit_code, told.stdout.endswith(": no connection\n")) == (1, True)


@pytest.mark.parametrize("address", ["nobody", "a@b, c@d", "a@b.example\nBcc: c@d.example"])
def test_what_is_no_address_is_said(run, office: PostOffice, address: str) -> None:
    told = run(office.url, to=address)
    assert (told.exit_code, office.letters) == (1, [])
    assert "cannot be sent to such an address" in told.stdout


def test_a_setting_that_names_no_safe_way_out_ends_with_3(run) -> None:
    told = run(f"smtp://desk:{QUOTED}@mail.example")
    assert told.exit_code == 3
    assert "needs smtps:// or starttls://" in told.stderr


def test_a_mailbox_takes_it(run, tmp_path: Path) -> None:
    told = run(f"mailbox:{tmp_path / 'mail'}")
    assert told.exit_code == 0
    (kept,) = (tmp_path / "mail").iterdir()
    assert told.stdout == f"taken, mailbox {tmp_path / 'mail'}: {kept.name}\n"
