"""A mail server that notes what it gets and misbehaves on demand, and small helpers."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.notifications.models import Outbox

SENDER = "Grievance <post@desk.example>"


@dataclass
class PostOffice:
    """What the mail server got, and what it says to whom."""

    at_recipient: dict[str, str] = field(default_factory=dict)
    at_text: dict[str, str] = field(default_factory=dict)
    hangs_for: set[str] = field(default_factory=set)
    leaves_at: set[str] = field(default_factory=set)  # takes the letter, and says nothing
    on_text: Callable[[], None] = lambda: None
    envelopes: list[tuple[str, bytes]] = field(default_factory=list)

    @property
    def letters(self) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=policy.default) for _, raw in self.envelopes]

    @property
    def recipients(self) -> list[str]:
        return [to for to, _ in self.envelopes]

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        answer = self.at_recipient.get(address, "250 OK")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, _session, envelope):
        to = envelope.rcpt_tos[0]
        if to in self.hangs_for:
            await asyncio.sleep(5)
        answer = self.at_text.get(to, "250 taken")
        if answer.startswith("2"):
            self.envelopes.append((to, envelope.original_content))
            self.on_text()
        if to in self.leaves_at:
            server.transport.abort()
        return answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def row_of(session: Session, row: UUID) -> Outbox:
    return session.scalars(
        select(Outbox).where(Outbox.id == row).execution_options(populate_existing=True)
    ).one()
