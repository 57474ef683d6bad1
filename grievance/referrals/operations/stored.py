"""A clean file in the store, before a row of a packet names it: sealed under a key of its own."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from grievance.storage import Blobs
from grievance.vault.files import SealingWriter


@dataclass(frozen=True)
class KeptFile:
    """A clean file once it lies sealed in the store: the ids of its row and its blob, the digest of
    what lies there, and what opens it."""

    id: UUID
    blob: UUID
    digest: bytes
    meta: Mapping[str, Any] = field(repr=False)


def put_file(
    blobs: Blobs, name: str, mime: str, data: bytes, source: UUID | None = None
) -> KeptFile:
    """Seal a clean file under a key of its own and put it into the store."""
    sealed, blob = io.BytesIO(), uuid4()
    writer = SealingWriter(sealed)
    writer.write(data)
    done = writer.finish()
    blobs.put(blob.hex, sealed.getvalue())
    meta = {
        "key": done.key.hex(),
        "name": name,
        "mime": mime,
        "size": done.size,
        "source": str(source) if source else "",
    }
    return KeptFile(uuid4(), blob, done.digest, meta)
