"""Ready sentences to a worker: data beside the room, written out in a language they read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from grievance.cases.state_words import ACKNOWLEDGEMENT
from grievance.cases.verbs import Verb
from grievance.directory import facts
from grievance.i18n import date_text, speaking
from grievance.i18n import gettext as _
from grievance.sheets import Row, read

FILE = Path(__file__).parent / "data" / "replies.yaml"


@dataclass(frozen=True)
class Reply:
    """One of them: the verb it goes with, what the desk calls it, and its English. What the law
    says of some bodies alone is offered only where one of these `bodies` had the case."""

    id: str
    verb: str
    label: str
    text: str
    bodies: tuple[str, ...] = ()


@cache
def shipped() -> Mapping[str, Reply]:
    """All of this release by id, with the acknowledgement, which is sent first."""
    first = Reply("acknowledgement", "acknowledge", "", ACKNOWLEDGEMENT)
    return {first.id: first, **load(FILE)}


def load(file: Path) -> dict[str, Reply]:
    """The ready texts in this file. `SheetError`: an id twice, a verb or body that there is not, a
    text that is missing."""
    sheet = read(file)
    top, found = sheet.top(), {}
    for row in top.rows("replies"):
        one = _reply(row)
        if one.id in found:
            row.fault("id", f"the id {one.id!r} twice")
        found[one.id] = one
    top.done()
    sheet.end()
    return found


def _reply(row: Row) -> Reply:
    made = Reply(
        row.text("id"),
        row.code("verb", list(Verb)),
        row.text("label"),
        row.text("text"),
        row.codes("bodies", facts.shipped().mechanisms),
    )
    row.done()
    return made


def offered(verb: str, had: Collection[str]) -> tuple[Reply, ...]:
    """The ready texts for a verb, where these bodies had the case."""
    return tuple(
        one
        for one in shipped().values()
        if one.verb == verb and one.label and (not one.bodies or set(one.bodies) & set(had))
    )


def said(text: str, language: str, day: date) -> tuple[str, str]:
    """A ready text for a worker, and its language: English where nobody translated it yet."""
    with speaking(language) as spoken:
        if (translated := _(text)) != text or language == "en":
            return translated % {"day": date_text(day, spoken)}, language
    with speaking("en") as spoken:
        return text % {"day": date_text(day, spoken)}, "en"


def is_ready(text: str, verb: str, language: str, day: date) -> bool:
    """Whether somebody sends a ready text of this verb unchanged."""
    ready = [one for one in shipped().values() if one.verb == verb]
    return any(said(one.text, language, day)[0] == text.strip() for one in ready)
