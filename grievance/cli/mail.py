"""`flask mail test`: whether letters leave, in the words of the mail server."""

from __future__ import annotations

import sys
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import click

from grievance.cli.places import environment, leave, or_leave
from grievance.clock import real_now
from grievance.notifications.channels import TIMEOUT, Letter, TransportError, channel_for
from grievance.notifications.messages import mail_test
from grievance.settings import WorkerSettings, read

WANTING = 1
WHY = {
    "address": "mail cannot be sent to such an address",
    "mailbox": "the folder cannot be written",
    "doubt": "the server got the letter and did not say that it took it",
    "timeout": "no answer in time",
    "disconnected": "the connection was closed",
    "unreachable": "no connection",
    "tls": "the connection could not be encrypted, or the certificate is not trusted",
    "unsupported": "the server offers no such encryption or log-in",
}


@click.group()
def mail() -> None:
    """The way letters leave."""


@mail.command("test")
@click.argument("address")
@click.option("--timeout", default=TIMEOUT, show_default=True, help="Seconds for each step.")
def test(address: str, timeout: float) -> None:
    """Send one neutral letter to ADDRESS and print in a line what the mail server answered.

    It goes by the settings of the worker, past the outbox. Exit 1 when it was not taken.
    """
    with environment("worker") as given:
        settings = or_leave(lambda: read(WorkerSettings, given))
    try:
        channel = channel_for(settings.smtp_url, settings.mail_from, timeout)
    except ValueError as problem:
        leave(f"GRIEVANCE_SMTP_URL, GRIEVANCE_MAIL_FROM: {problem}")
    written = mail_test(address, "en", settings.public_url)
    letter = Letter(uuid4(), address, written.subject, written.body, "en", real_now())
    try:
        taken, said = True, channel.send(letter)
    except TransportError as refusal:
        taken, said = False, WHY.get(refusal.code) or refusal.said
    parts = urlsplit(settings.smtp_url)
    place = (
        f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname or unquote(parts.path)
    )
    answer = f"{'taken' if taken else 'not taken'}, {parts.scheme} {place}: {said}"
    click.echo(_without(answer, parts.password or ""))
    sys.exit(0 if taken else WANTING)


def _without(answer: str, password: str) -> str:
    """The answer without the password, should a server repeat it."""
    for secret in filter(None, (password, unquote(password))):
        answer = answer.replace(secret, "…")
    return answer
