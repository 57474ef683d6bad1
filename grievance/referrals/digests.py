"""The digest of a packet: what a consent names, who of a company reads it with it. SHA-256 of
ciphertexts and of all that is beside them in the clear; never of a plaintext, which could be
guessed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from grievance.referrals.models import Packet, PacketFile
from grievance.vault.framing import frame


def digest_of(packet: Packet, files: Iterable[PacketFile]) -> bytes:
    """The digest of a packet as it stands now, with its copies in order."""
    parts: list[bytes] = [
        frame(
            "packet digest/1",
            packet.case_id,
            packet.id,
            packet.mechanism,
            packet.immigration,
            packet.template,
            packet.language,
            packet.beside,
            packet.form,
            ",".join(packet.parts),
            packet.key_check,
            hashlib.sha256(packet.content).digest(),
        )
    ]
    if packet.readers:
        named = hashlib.sha256(packet.reader_names or b"").digest()
        parts.append(frame("packet readers/1", *packet.readers, named))
    for file in files:
        meta = hashlib.sha256(file.meta).digest()
        parts.append(frame(file.id, file.place, file.blob, file.blob_digest, meta))
    return hashlib.sha256(frame(*parts)).digest()
