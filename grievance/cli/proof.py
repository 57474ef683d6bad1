"""`flask proof`: a dated note is checked without a database, by anybody who has its file."""

from __future__ import annotations

import json
import sys
from datetime import date
from typing import IO, Any

import click

from grievance.cases.proofs import FORMAT
from grievance.cli.places import leave
from grievance.vault.errors import Tampered
from grievance.vault.proofs import Note, commitment, verify

WANTING, BAD_FILE = 1, 2


@click.group()
def proof() -> None:
    """Dated notes of filings."""


@proof.command("check")
@click.argument("file", type=click.File("r", encoding="utf-8"))
@click.option("--key", help="The public key of who signed, in hexadecimal digits; else FILE's.")
@click.option("--told", type=click.File("rb"), help="`note/told.json` of a copy.")
@click.option("--opening", type=click.File("r"), help="`note/opening.txt` of a copy.")
def check(file: IO[str], key: str | None, told: IO[bytes] | None, opening: IO[str] | None) -> None:
    """Check the signature of FILE (`note.json`), and with both files of a copy what it is about;
    exit 1 when something does not fit.

    Take the key from somebody you trust: who can forge the file can put another into it.
    """
    if (told is None) != (opening is None):
        leave("give both --told and --opening, or neither", BAD_FILE)
    try:
        facts = json.load(file)
        note, signature = _read(facts), bytes.fromhex(facts["signature"])
        public = bytes.fromhex(key or facts["public"])
        opened = bytes.fromhex(opening.read().strip()) if opening else b""
    except (ValueError, KeyError, TypeError, AttributeError):
        leave(f"{file.name}:1: this is no dated note, or a key or opening is none", BAD_FILE)
    fits = {"signature": _signed(public, note, signature)}
    if told:
        fits["told"] = commitment(opened, told.read()) == note.digest
    if not key:
        click.echo("The key is the file's own: give --key to be sure.", err=True)
    days = {"received_on": facts["received_on"], "signed_on": facts["signed_on"]}
    click.echo(json.dumps({"operator": note.operator, **days, **fits}, ensure_ascii=False))
    sys.exit(0 if all(fits.values()) else WANTING)


def _read(facts: Any) -> Note:
    if facts["format"] != FORMAT:
        raise ValueError
    received, signed = (date.fromisoformat(facts[name]) for name in ("received_on", "signed_on"))
    return Note(str(facts["operator"]), received, signed, bytes.fromhex(facts["digest"]))


def _signed(public: bytes, note: Note, signature: bytes) -> bool:
    try:
        verify(public, note, signature)
    except Tampered:
        return False
    return True
