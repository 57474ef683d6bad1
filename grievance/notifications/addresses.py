"""E-mail addresses at rest: sealed to the notifier, so that only the worker process reads them."""

from __future__ import annotations

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
