"""Catalogues: what must be translated, what is, and whether a translation fits its sentence.

`public` is what workers read, `staff` what the desk reads; a sentence that both use is public.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from grievance.i18n import LANGUAGES, TRANSLATIONS
from grievance.questions.extract import extract as extract_questions

ROOT = TRANSLATIONS.parent
PUBLIC = (
    "grievance/portal", "grievance/intake", "grievance/questions", "grievance/routing",
    "grievance/web", "grievance/cases", "grievance/deadlines", "grievance/directory",
    "grievance/referrals",
    "grievance/notifications", "templates/components", "templates/portal", "templates/intake",
    "templates/web", "templates/questions", "templates/notifications",
)  # fmt: skip
PUBLIC_FILES = ("templates/layout/base.html",)
STAFF = (
    "grievance/accounts", "grievance/desk", "grievance/console", "templates/accounts",
    "templates/desk", "templates/console",
)  # fmt: skip
STAFF_FILES = ("templates/layout/desk.html",)
KEYWORDS = {
    "_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2), "N_": None,
    "lazy": None,
}  # fmt: skip
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
QUESTIONS = [("**/data/**.yaml", extract_questions)]
OPTIONS = {"**.html": {"silent": "false"}, "**.txt": {"silent": "false"}}
STAFF_LANGUAGES = ("ja",)
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd]")
TAG = re.compile(r"</?([a-z][a-z0-9]*)[^>]*>")


@dataclass(frozen=True)
class Fault:
    """What is wrong with one sentence of one catalogue."""

    catalogue: str
    sentence: str
    what: str

    def __str__(self) -> str:
        return f"{self.catalogue}: {self.sentence[:70]!r}: {self.what}"


def _in(folder: Path) -> Iterator[tuple[object, str | None]]:
    for *_, message, _comments, context in extract_from_dir(
        str(folder), METHODS, OPTIONS, keywords=KEYWORDS, strip_comment_tags=True
    ):
        yield message, context
    if folder not in (ROOT / "grievance/questions", ROOT / "grievance/cases"):
        return
    for *_, message, _comments, context in extract_from_dir(
        str(folder),
        QUESTIONS,  # type: ignore[arg-type]  # Babel takes functions as well
    ):
        yield message, context


def _collect(folders: tuple[str, ...], files: tuple[str, ...]) -> Catalog:
    catalog = Catalog(charset="utf-8")
    for name in folders:
        folder = ROOT / name
        for message, context in _in(folder) if folder.is_dir() else ():
            catalog.add(message, context=context)  # type: ignore[arg-type]
    for name in files:
        parent, wanted = (ROOT / name).parent, Path(name).name
        for found in extract_from_dir(
            str(parent), [(wanted, "jinja2")], {wanted: {"silent": "false"}}, keywords=KEYWORDS
        ):
            catalog.add(found[2], context=found[4])
    return catalog


def wanted() -> dict[str, Catalog]:
    """What the source says now, by domain."""
    public = _collect(PUBLIC, PUBLIC_FILES)
    staff = _collect(STAFF, STAFF_FILES)
    for message in list(staff):
        if message.id and public.get(message.id, message.context):
            staff.delete(message.id, message.context)
    return {"public": public, "staff": staff}


def path_of(catalogue: str, domain: str) -> Path:
    """Where a catalogue lies."""
    return TRANSLATIONS / catalogue / "LC_MESSAGES" / f"{domain}.po"


def read(catalogue: str, domain: str) -> Catalog | None:
    """A catalogue as it is on disk."""
    path = path_of(catalogue, domain)
    if not path.exists():
        return None
    with path.open("rb") as source:
        return read_po(source, locale=catalogue.partition("@")[0], domain=domain)


def merge(source: Catalog, kept: Catalog | None, catalogue: str, domain: str) -> bytes:
    """The catalogue for what the source says now: kept translations, new ones empty, sorted."""
    fresh = Catalog(locale=catalogue.partition("@")[0], domain=domain, charset="utf-8")
    for message in source:
        if not message.id:
            continue
        before = kept.get(message.id, message.context) if kept else None
        string = before.string if before else None
        fresh.add(message.id, string, context=message.context)
    written = io.BytesIO()
    write_po(written, fresh, sort_output=True, omit_header=True, width=0)
    header = (
        f'msgid ""\nmsgstr ""\n"Language: {catalogue}\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Plural-Forms: {fresh.plural_forms}\\n"\n\n'
    )
    return header.encode() + written.getvalue()


def _forms(message: Message) -> list[tuple[str, str]]:
    if isinstance(message.id, (tuple, list)):
        return [(str(message.id[-1]), str(string)) for string in message.string or ()]
    return [(str(message.id), str(message.string or ""))]


def _misfit(original: str, string: str) -> str:
    if sorted(PLACEHOLDER.findall(original)) != sorted(PLACEHOLDER.findall(string)):
        return "placeholders differ"
    if sorted(TAG.findall(original)) != sorted(TAG.findall(string)):
        return "tags differ"
    if original[:1].isspace() != string[:1].isspace():
        return "space at the beginning differs"
    return ""


def faults(catalogue: str, domain: str, source: Catalog, *, whole: bool) -> Iterator[Fault]:
    """What is wrong with a catalogue: stale, fuzzy, misfitting, and with `whole` untranslated."""
    name = f"{catalogue}/{domain}"
    kept = read(catalogue, domain)
    if kept is None:
        if whole:
            yield Fault(name, "", "there is no catalogue")
        return
    known = {(str(m.id), m.context) for m in kept if m.id}
    for missing in {(str(m.id), m.context) for m in source if m.id} - known:
        yield Fault(name, missing[0], "not in the catalogue: run `flask translations update`")
    for message in kept:
        if not message.id:
            continue
        if message.fuzzy:
            yield Fault(name, str(message.id), "fuzzy")
        for original, string in _forms(message):
            if string and (what := _misfit(original, string)):
                yield Fault(name, original, what)
            if whole and not string:
                yield Fault(name, original, "not translated")


def catalogues() -> list[str]:
    """The names of all languages' catalogues but English, which is the source."""
    return [language.catalogue for language in LANGUAGES if language.slug != "en"]
