"""Every command of the product by what it works on."""

from __future__ import annotations

import configparser
from collections.abc import Iterator
from pkgutil import resolve_name

import click

from tests.servers import ROOT

# Reads what is shipped or a file; works on no instance.
NONE = {
    "routing explain": ["profile.yaml"],
    "routing check": ["profile.yaml"],
    "directory check": [],
    "deadlines limits": ["cases.yaml"],
    "audit check": ["export.json"],
    "proof check": ["note.json"],
    "translations status": [],
    "translations update": [],  # of the checkout, not of an instance
    "translations check": [],
}
# Judges, copies, changes or serves an instance, which is there already.
THERE: dict[str, list[str]] = {
    "directory load": [],
    "directory export": ["--format", "csv"],
    "outbox drain": [],
    "deadlines sweep": [],
    "worker": [],
    "cron": [],
    "audit verify": [],
    "audit adopt": [],
    "audit due": [],
    "backup create": ["saved"],
    "backup drill": ["saved"],
    "backup scrub": [],
    "operator setup": [],
    "operator way-back": ["someone@example.org"],
    "demo fill": [],
    "migrate": [],
    "mail test": ["someone@example.org"],
}
# Makes one where there is none.
MAKES = {"up": ["--host", "192.0.2.1"], "backup restore": ["saved"]}
# Works on the folder it is given, which is no instance: how that is named.
FOLDER = {
    "keyring create": (["ring"], "the key ring in ring"),
    "keyring split": (["ring", "web", "part"], "the key ring in ring"),
    "keyring complete": (["ring"], "the key ring in ring"),
    "keyring add-pepper": (["ring"], "the key ring in ring"),
    "backup prune": (["saved"], "the backups in saved"),
}


def commands() -> Iterator[tuple[str, click.Command]]:
    """Name and command of everything that can be called, however deep it lies."""
    written = configparser.ConfigParser()
    written.read(ROOT / "setup.cfg")
    for line in written["options.entry_points"]["flask.commands"].split("\n"):
        if line.strip():
            name, _, place = (part.strip() for part in line.partition("="))
            yield from below(name, resolve_name(place))


def below(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    """The command itself, or those of a group."""
    if not isinstance(command, click.Group):
        yield name, command
        return
    for word, inner in sorted(command.commands.items()):
        yield from below(f"{name} {word}", inner)


ALL = dict(commands())
