"""E-mail addresses at rest: sealed to the notifier, so that only the worker process reads them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from uuid import UUID

from grievance.vault.framing import frame
from grievance.vault.grants import open_with, seal_to
from grievance.vault.keys import KeyPair
from grievance.vault.labels import Label


@dataclass(frozen=True)
class AddressBox:
    """An address as it is kept: `owner` is the id of the person (or case) it was sealed for."""

    owner: UUID
    box: bytes = field(repr=False)
    label: Label = Label.STAFF_ADDRESS


Recipient = str | AddressBox


def seal_address(
    notifier_public: bytes, owner: UUID, address: str, label: Label = Label.STAFF_ADDRESS
) -> AddressBox:
    """Seal an address for keeping; it opens only for the same owner and label."""
    return AddressBox(owner, seal_to(notifier_public, frame(label, owner), address.encode()), label)


def open_address(notifier: KeyPair, kept: AddressBox) -> str:
    """The address; Tampered when the box was made for another owner or another key."""
    return open_with(notifier.private, frame(kept.label, kept.owner), kept.box).decode()


def seal_for_jobs(
    notifier_public: bytes, row: UUID, address: str, language: str, counted_as: bytes
) -> bytes:
    """A worker's confirmed address for the row `row` of the address box: opens for jobs alone, and
    says nothing but where to write, in which language and which neutral letter."""
    said = {"to": address, "language": language, "kind": "worker_news", "as": counted_as.hex()}
    return seal_to(notifier_public, frame(Label.WORKER_ADDRESS, row), json.dumps(said).encode())


def open_for_jobs(notifier: KeyPair, row: UUID, content: bytes) -> dict[str, str]:
    """What `seal_for_jobs` sealed; Tampered when it lies in another row."""
    told = json.loads(open_with(notifier.private, frame(Label.WORKER_ADDRESS, row), content))
    return {str(name): str(value) for name, value in told.items()}
