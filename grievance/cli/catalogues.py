"""Catalogues: what must be translated, what is, and whether a translation fits its sentence.

`public` is what workers read, `staff` what the desk reads; a sentence that both use is public.
`screens` is the part of `public` that stands on the first screens (home, danger, the short ways of
filing, the page of a new report), for languages that have no whole catalogue yet.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import regex
from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir, extract_from_file
from babel.messages.pofile import read_po, write_po

from grievance.cases.doors import FIRST_SAID
from grievance.cli.sentences import sentences
from grievance.deadlines import telling
from grievance.i18n import LANGUAGES, TRANSLATIONS, Language
from grievance.intake.drafting import TELL
from grievance.intake.status import early_sentences
from grievance.questions.bank import shipped
from grievance.sheets import read as read_sheet
from grievance.shipped import BESIDE

ROOT = BESIDE
PUBLIC = (
    "grievance/portal", "grievance/intake", "grievance/questions", "grievance/routing",
    "grievance/web", "grievance/cases", "grievance/deadlines", "grievance/directory",
    "grievance/referrals", "grievance/papers", "grievance/partners", "templates/papers",
    "templates/partners",
    "grievance/notifications", "templates/components", "templates/portal", "templates/intake",
    "templates/web", "templates/questions", "templates/notifications",
)  # fmt: skip
PUBLIC_FILES = ("templates/layout/base.html", "templates/layout/partner.html")
STAFF = (
    "grievance/accounts", "grievance/desk", "grievance/console", "grievance/reports",
    "grievance/partner_desk", "grievance/interpreting", "templates/accounts", "templates/desk",
    "templates/console",
    "templates/reports", "templates/partner_desk", "templates/interpreting",
)  # fmt: skip
SCREENS = (
    "templates/layout/base.html", "templates/components/danger.html",
    "templates/components/forms.html", "templates/components/page.html",
    "templates/portal/first.html", "templates/intake/short/start.html",
    "templates/intake/short/check.html", "templates/intake/short/strip.html",
    "templates/intake/whose.html", "templates/intake/whose_parts.html",
    "templates/intake/file_question.html", "templates/intake/file_files.html",
    "templates/intake/file_doors.html", "templates/intake/file_parts.html",
    "templates/intake/file_receipt.html", "templates/intake/file_sent.html",
    "templates/intake/file_paper.html", "templates/intake/file_closed.html",
    "templates/questions/fields.html", "templates/intake/ran_out.html",
    "templates/intake/return.html", "grievance/intake/number_form.py",
    "templates/intake/case.html", "templates/intake/case_file.html",
    "templates/intake/case_seen.html", "templates/intake/number.html",
    "templates/intake/new_number.html", "grievance/intake/message_form.py",
    "grievance/intake/sending.py", "grievance/cases/call_words.py",
    "templates/web/error.html",
    "grievance/intake/visits.py",
    "grievance/intake/interpreter.py", "templates/intake/case_interpreter.html",
    "grievance/intake/called.py", "templates/intake/case_calls.html",
    "grievance/intake/after_form.py", "grievance/intake/reprisal_form.py",
    "templates/intake/after.html",
    "templates/intake/case_after.html", "templates/intake/number_seen.html",
    "grievance/intake/wages.py", "templates/intake/pay.html", "grievance/cases/wage_table.py",
    "templates/web/texts.html", "grievance/web/resuming.py",
    "grievance/web/forms.py", "grievance/web/read_back.py", "grievance/web/file_notes.py",
    "grievance/web/file_refusals.py",
    "grievance/questions/forms.py",
)  # fmt: skip
STAFF_FILES = (
    "templates/layout/desk.html", "templates/layout/partner_desk.html", "grievance/refusals.py",
)  # fmt: skip
KEYWORDS = {
    "_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2), "N_": None,
    "lazy": None,
}  # fmt: skip
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
SHEETS = (
    "grievance/questions", "grievance/cases", "grievance/referrals", "grievance/deadlines",
    "grievance/routing",
)  # fmt: skip
STRICT = {"silent": "false"}
OPTIONS = {"**.html": STRICT, "**.txt": STRICT}
STAFF_LANGUAGES = ("ja",)
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd]")
SCRIPTS = {  # ISO 15924 names that stand for several scripts of Unicode, or for one of them
    "Jpan": r"[\p{Han}\p{Hiragana}\p{Katakana}]", "Hans": r"\p{Han}", "Hant": r"\p{Han}",
    "Kore": r"\p{Hangul}",
}  # fmt: skip
# Groups of digits that are read from the right unless they are isolated.
TURNED, ISOLATED = re.compile(r"\+\d|\d[ -]+\d"), re.compile("\u2066[^\u2069]*\u2069")
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
    if folder in [ROOT / name for name in SHEETS]:
        for file in sorted((folder / "data").glob("*.yaml")):
            for _line, context, message in sentences(read_sheet(file)):
                yield message, context


def _collect(folders: tuple[str, ...], files: tuple[str, ...]) -> Catalog:
    catalog = Catalog(charset="utf-8")
    for name in folders:
        folder = ROOT / name
        for message, context in _in(folder) if folder.is_dir() else ():
            catalog.add(message, context=context)  # type: ignore[arg-type]
    for name in files:
        method, options = ("python", {}) if name.endswith(".py") else ("jinja2", STRICT)
        for found in extract_from_file(method, ROOT / name, keywords=KEYWORDS, options=options):
            catalog.add(found[1], context=found[3])
    return catalog


def _screens(public: Catalog) -> Catalog:
    """The sentences of the first screens: of their templates and forms, and of the questions."""
    catalog = _collect((), SCREENS)
    bank = shipped()
    pages = dict.fromkeys(page for way in TELL for page in bank.journeys[way])
    said = [bank.pages[page].title for page in pages] + early_sentences()
    said += [*FIRST_SAID, *telling.SAYS.values(), telling.GONE]  # the law's date of a month of pay
    for question in (one for page in pages for one in bank.on_page(page)):
        said += [question.ask, question.help, question.why, question.needed]
        said += [option.label for option in question.options if not option.retired]
    for sentence in said:
        if sentence:
            catalog.add(sentence)
    for message in list(catalog):
        if message.id and not public.get(message.id, message.context):
            catalog.delete(message.id, message.context)
    return catalog


def wanted() -> dict[str, Catalog]:
    """What the source says now, by domain."""
    public = _collect(PUBLIC, PUBLIC_FILES)
    staff = _collect(STAFF, STAFF_FILES)
    for message in list(staff):
        if message.id and public.get(message.id, message.context):
            staff.delete(message.id, message.context)
    return {"public": public, "staff": staff, "screens": _screens(public)}


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


def strange(language: Language, source: Catalog) -> Iterator[Fault]:
    """What a slip leaves in first screens: other digits, or no letter of the language's script."""
    name = f"{language.catalogue}/screens"
    for message in read(language.catalogue, "screens") or ():
        string = str(message.string or "")
        if not message.id or not string or source.get(message.id, message.context) is None:
            continue
        for what in slips(language.script, str(message.id), string):
            yield Fault(name, str(message.id), what)


def slips(script: str, sentence: str, string: str) -> list[str]:
    """What is wrong with one translation: `digits differ`, `no letter of` its script.

    A small number may be written as a digit (three minutes, 3分); nothing may look like a
    telephone number or a day that the sentence does not name.
    """
    asked, given = Counter(_digits(sentence)), Counter(_digits(string))
    added = [number for number in given - asked if len(number) > 2]
    found = ["digits differ"] if asked - given or added else []
    if not regex.search(SCRIPTS.get(script, rf"\p{{{script}}}"), string):
        found.append(f"no letter of {script}")
    if script == "Arab" and TURNED.search(ISOLATED.sub("", string)):
        found.append("a number comes out turned around: put U+2066 before and U+2069 after it")
    return found


def _digits(text: str) -> list[str]:
    plain = "".join(str(unicodedata.digit(letter, letter)) for letter in text)
    return re.findall(r"\d+", PLACEHOLDER.sub("", plain))


def catalogues() -> list[str]:
    """The names of all languages' catalogues but English, which is the source."""
    return [language.catalogue for language in LANGUAGES if language.slug != "en"]
