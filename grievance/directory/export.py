"""The directory as open data: HSDS 3 (Human Services Data Specification) and CSV.

Only what pages show is exported: a channel nobody stands behind is in neither.
"""

from __future__ import annotations

import csv
import io
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from babel import Locale

from grievance.directory.book import Book, Entry, Way
from grievance.directory.entries import BY_NUMBER
from grievance.directory.search import place_of
from grievance.i18n import BY_SLUG, ENGLISH, Language

VERSION = "3.0.1"
COLUMNS = (
    "id", "kind", "country", "name", "name_ja", "operator", "can_do", "cannot_do", "cost",
    "channel", "value", "languages", "only_in", "not_in", "hours", "checked", "page_date",
)  # fmt: skip
_STATUS = {"active": "active", "closed": "defunct"}


def hsds(book: Book, language: Language = ENGLISH) -> dict[str, Any]:
    """Every body as an HSDS 3 organization with one service; ids are stable across exports."""
    return {
        "version": VERSION,
        "language": language.tag,
        "organizations": [organization(entry, language) for entry in book.entries.values()],
    }


def organization(entry: Entry, language: Language = ENGLISH) -> dict[str, Any]:
    """One body as an HSDS organization with its service, phones, addresses and languages."""
    made = {
        "id": _id(entry.id),
        "name": entry.name(language),
        "alternate_name": entry.facts.name_ja,
        "description": str(entry.say("can_do", language) or entry.name(language)),
        "services": [service(entry, language)],
    }
    return made | _first(entry, "website", "email")


def service(entry: Entry, language: Language = ENGLISH) -> dict[str, Any]:
    """What one body offers, as an HSDS service."""
    facts = entry.facts
    made: dict[str, Any] = {
        "id": _id(entry.id, "service"),
        "organization_id": _id(entry.id),
        "name": entry.name(language),
        "alternate_name": facts.name_ja,
        "status": _STATUS.get(facts.status, "inactive"),
        "description": str(entry.say("can_do", language) or ""),
        "application_process": str(entry.say("how_to_start", language) or ""),
        "fees_description": str(entry.say("cost", language) or ""),
        "wait_time": str(entry.say("time", language) or ""),
        "alert": str(entry.say("cannot_do", language) or ""),
        "phones": [_phone(entry, way, language) for way in entry.public_ways if _is_phone(way)],
        "languages": [_language(entry, slug) for slug in facts.languages],
        "required_documents": _documents(entry, language),
    }
    assured = [way.confirmed for way in entry.public_ways if way.confirmed]
    if assured:  # by a person of this instance; nobody assures what a release was read from
        made["assured_date"] = max(assured).isoformat()
    if place := place_of(entry.id):
        made["service_areas"] = [
            {
                "id": _id(entry.id, "area"),
                "name": _country(place),
                "extent": place,
                "extent_type": "other",
            }
        ]
    return {name: value for name, value in (made | _first(entry, "url", "email")).items() if value}


def table(book: Book, language: Language = ENGLISH) -> str:
    """CSV, one line a channel; a body without a channel that may be shown has one line too."""
    sheet = io.StringIO()
    writer = csv.DictWriter(sheet, COLUMNS)
    writer.writeheader()
    for entry in book.entries.values():
        for way in entry.public_ways or (None,):
            writer.writerow(_line(entry, way, language))
    return sheet.getvalue()


def _line(entry: Entry, way: Way | None, language: Language) -> dict[str, str]:
    facts = entry.facts
    line = {
        "id": facts.id,
        "kind": facts.kind,
        "country": place_of(facts.id),
        "name": entry.name(language),
        "name_ja": facts.name_ja,
        "operator": facts.operator,
    }
    for name in ("can_do", "cannot_do", "cost"):
        line[name] = str(entry.say(name, language) or "")
    if way is not None:
        line |= {
            "channel": way.facts.type,
            "value": str(way.say("value", language) or way.facts.value),
            "languages": " ".join(way.facts.languages),
            "only_in": " ".join(way.facts.only_in),
            "not_in": " ".join(way.facts.not_in),
            "hours": str(way.say("hours", language) or ""),
            "checked": way.confirmed.isoformat() if way.confirmed else "",
            "page_date": (way.page.date or "") if way.page else "",
        }
    return line


def _first(entry: Entry, *names: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for way in entry.public_ways:
        value = way.facts.value or ""
        if way.facts.type == "web" and value.startswith("http"):
            found.setdefault(names[0], value)
        elif way.facts.type == "email":
            found.setdefault(names[1], value)
    return found


def _phone(entry: Entry, way: Way, language: Language) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": _id(entry.id, str(way.id)),
        "service_id": _id(entry.id, "service"),
        "number": way.facts.value,
        "type": "voice",
        "description": str(way.say("hours", language) or ""),
        "languages": [_language(entry, slug, str(way.id)) for slug in way.facts.languages],
    }
    return {name: value for name, value in made.items() if value}


def _is_phone(way: Way) -> bool:
    return way.facts.type in BY_NUMBER


def _language(entry: Entry, slug: str, part: str = "service") -> dict[str, str]:
    known = BY_SLUG.get(slug)
    tag = known.tag if known else slug
    name = known.english_name if known else str(Locale("en").languages.get(slug, slug))
    return {"id": _id(entry.id, part, slug), "code": tag, "name": name}


def _documents(entry: Entry, language: Language) -> list[dict[str, str]]:
    bring = entry.say("bring", language)
    return [
        {"id": _id(entry.id, "bring", str(place)), "document": line}
        for place, line in enumerate(bring.lines if bring else ())
    ]


def _country(code: str) -> str:
    return str(Locale("en").territories.get(code, code))


def _id(*parts: str) -> str:
    return str(uuid5(NAMESPACE_URL, "grievance:" + "/".join(parts)))
