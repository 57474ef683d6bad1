"""Which columns of the directory an event vouches for: a changed number is found."""

from __future__ import annotations

from grievance.accounts.audit import DIRECTORY
from grievance.accounts.named import NAMED, Naming, columns_but
from grievance.directory.models import Channel, MechanismRevision

NAMED[Channel] = (
    Naming(
        columns_but(Channel, "position", "shipped_hash", "shipped", "proposed"),
        chain=DIRECTORY,
        version="version",
    ),
)
NAMED[MechanismRevision] = (
    Naming(columns_but(MechanismRevision, "shipped_hash", "state", "at", "by"), chain=DIRECTORY),
)
