"""The directory: what can go wrong at work, which bodies can help, and how each is reached.

`facts` reads the shipped facts; they live in `data/` and need no database. `sheets` reads the
YAML files they are kept in and tells the line of every fault. `operations` load them into the
database, where people confirm channels and edit texts; `queries` read the directory as it stands
into a `book`, which `search` and `export` work on. `texts` says each text in a reader's language.
"""

from __future__ import annotations

from flask import Flask

from grievance.directory import facts


def init_app(app: Flask) -> None:
    """Refuse to start with shipped facts that cannot be used."""
    app.config["FACTS_CHECKED"] = facts.shipped().checked
