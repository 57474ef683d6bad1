"""How a translation must say it: quoted labels as the label stands, one kind of digits, Japanese
signs, pronouns."""

from __future__ import annotations

import re
from collections.abc import Iterator

from babel.messages import Catalog

from grievance.cli.catalogues import Fault, read
from grievance.i18n import Language

QUOTED = re.compile("“([^“”]+)”")
CODE = re.compile(r"https?://\S*|%\(\w+\)[sd]|%[sd]|<[^>]+>|(?<=\w)(?<=[ -~])[:.,()](?=[!-~])")
HALF = re.compile(r"[:;()!?,]")
PRONOUN = re.compile("(?<!（)わたし(?:たち|[がはもをの])")  # after 私 it is a reading


def labels(sentence: str) -> list[str]:
    """The words of buttons and options that a sentence quotes; what one says aloud is not."""
    return [
        found[1]
        for found in QUOTED.finditer(sentence)
        if not found[1].endswith(".") and not sentence[: found.start()].endswith("say: ")
    ]


def source_faults(source: dict[str, Catalog]) -> Iterator[Fault]:
    """Quoted words that no button or option carries."""
    for domain, catalog in source.items():
        for message in catalog:
            for label in labels(str(message.id)):
                if not any(one.get(label) for one in source.values()):
                    yield Fault(f"en/{domain}", str(message.id), f"nothing is labelled {label!r}")


def misquoted(sentence: str, string: str, translated: dict[str, str]) -> list[str]:
    """The labels that a translation quotes in other words than those that stand on them."""
    return [
        f"quotes {label!r} in other words than {translated[label]!r}"
        for label in labels(sentence)
        if translated.get(label) and translated[label].casefold() not in string.casefold()
    ]


def japanese(string: str) -> list[str]:
    """What a Japanese text has of half-width signs and of a second spelling of 私."""
    found = []
    if half := HALF.search(CODE.sub("", string)):
        found.append(f"{half[0]!r} is full-width in Japanese")
    if PRONOUN.search(string):
        found.append("わたし is written 私 here")
    return found


def other_digits(string: str) -> str:
    """The digits of a text that are not 0 to 9. Dates and numbers are written with these in every
    language, as telephones, pay slips and calendars in Japan are: two kinds on one page confuse."""
    return "".join(one for one in string if one.isdecimal() and not one.isascii())


def wording(language: Language, domain: str) -> Iterator[Fault]:
    """Everything of this that is wrong with one catalogue."""
    kept = read(language.catalogue, domain)
    translated = _translated(language, domain)
    for message in kept or ():
        if not message.id:
            continue
        strings = [message.string] if isinstance(message.string, str) else message.string or ()
        for string in filter(None, strings):
            wrong = misquoted(str(message.id), string, translated)
            if strange := other_digits(string):
                wrong.append(f"{strange!r} are not the digits of a page")
            if language.script == "Kore" and "당신" in string:
                wrong.append("nobody is called 당신 here")
            if language.script == "Jpan":
                wrong += japanese(string)
            for what in wrong:
                yield Fault(f"{language.catalogue}/{domain}", str(message.id), what)


def _translated(language: Language, domain: str) -> dict[str, str]:
    """Label -> what stands on it; the desk's pages show public labels, too."""
    domains = ("public", "staff") if domain == "staff" else (domain,)
    catalogs = [found for one in domains if (found := read(language.catalogue, one))]
    return {
        str(message.id): str(message.string)
        for catalog in catalogs
        for message in catalog
        if message.id and not message.context
    }
