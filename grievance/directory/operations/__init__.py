"""Every verb of the directory. None of them commits; each takes its actor and its moment."""

import grievance.directory.named  # noqa: F401  what an event tells of these tables
from grievance.directory.operations.confirm import (
    Check,
    Eyes,
    NewWay,
    Overtaken,
    add,
    confirm,
    correct,
    reject,
    saw,
    saw_new,
)
from grievance.directory.operations.load import load, note_rules
from grievance.directory.operations.revise import (
    Desk,
    NoSuchMechanism,
    register_desk,
    revise,
    settle,
)

__all__ = [
    "Check",
    "Desk",
    "Eyes",
    "NewWay",
    "NoSuchMechanism",
    "Overtaken",
    "add",
    "confirm",
    "correct",
    "load",
    "note_rules",
    "register_desk",
    "reject",
    "revise",
    "saw",
    "saw_new",
    "settle",
]
