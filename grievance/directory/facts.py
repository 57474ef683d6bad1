"""The shipped facts: issues, bodies ("mechanisms"), their channels and the pages they come from.

Facts are frozen and checked whole when read: unknown codes, dead references and a public channel
without a source are all reported together, each with file and line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.messages.pofile import read_po

from grievance.directory import entries, hours
from grievance.directory.entries import Channel, Facts, Issue, Mechanism, Source
from grievance.directory.hours import Opening
from grievance.i18n import BY_SLUG, TRANSLATIONS, fallbacks
from grievance.sheets import Row, Sheet, SheetError, read

__all__ = [
    "Channel",
    "Facts",
    "FactsError",
    "Issue",
    "Mechanism",
    "Source",
    "load_facts",
    "shipped",
    "translated",
]

DATA = Path(__file__).parent / "data"


class FactsError(SheetError):
    """The facts cannot be used; `faults` lists everything wrong in them."""


def load_facts(folder: Path | None = None) -> Facts:
    """Read and check the facts in `folder` (the shipped ones without it).

    Raises `FactsError` naming every unknown code, dead reference and public channel without a
    source.
    """
    folder = folder or DATA
    try:
        heads = read(folder / "directory.yaml")
        issues = read(folder / "issues.yaml")
        laws = read(folder / "laws.yaml")
        pages = read(folder / "sources.yaml")
        bodies = [read(path) for path in sorted((folder / "mechanisms").glob("*.yaml"))]
    except SheetError as error:
        raise FactsError(error.faults) from None
    top = heads.top()
    checked, remedies = top.day("checked"), top.codes("remedies")
    top.done()
    known = _Known(
        frozenset(_ids(issues, "issues")),
        frozenset(_ids(pages, "sources")),
        frozenset(name for sheet in bodies for name in _ids(sheet, "mechanisms")),
        frozenset(remedies),
    )
    facts = Facts(
        checked or date.min,
        {body.id: body for sheet in bodies for body in _mechanisms(sheet, known)},
        {issue.id: issue for issue in _with_laws(_issues(issues), laws)},
        {page.id: page for page in _sources(pages)},
    )
    faults = [fault for sheet in (heads, issues, laws, pages, *bodies) for fault in sheet.faults]
    if faults:
        raise FactsError(faults)
    return facts


@cache
def shipped() -> Facts:
    """The facts that came with this release, read once."""
    return load_facts()


@cache
def translated(slug: str) -> Mapping[str, str]:
    """Shipped texts of a language by context (`mechanism:<id>:<field>`), with its fallbacks.

    Easy Japanese falls back to Japanese; what is not there at all stays English with the caller.
    """
    found: dict[str, str] = {}
    for language in reversed(fallbacks(BY_SLUG[slug])):
        path = TRANSLATIONS / language.catalogue / "LC_MESSAGES" / "directory.po"
        if path.exists():
            with path.open("rb") as source:
                rows = read_po(source, locale=language.catalogue.partition("@")[0])
            found |= {
                row.context: str(row.string)
                for row in rows
                if row.context and row.string and not row.fuzzy
            }
    return found


@dataclass(frozen=True)
class _Known:
    issues: frozenset[str]
    sources: frozenset[str]
    mechanisms: frozenset[str]
    remedies: frozenset[str]


def _ids(sheet: Sheet, key: str) -> list[str]:
    top = sheet.top()
    found: list[str] = []
    for row in top.rows(key):
        name = row.text("id")
        if name in found:
            row.fault("id", f"the id {name!r} twice")
        found.append(name)
    return found


def _sources(sheet: Sheet) -> list[Source]:
    top, found = sheet.top(), []
    for row in top.rows("sources"):
        found.append(
            Source(
                row.text("id"),
                row.text("organisation"),
                row.text("title"),
                row.maybe("address"),
                row.maybe("date"),
                row.flag("official"),
            )
        )
        row.done()
    top.done()
    return found


def _issues(sheet: Sheet) -> list[Issue]:
    top, found = sheet.top(), []
    indicators = top.codes("ilo_indicators")
    for row in top.rows("issues"):
        severity = row.row("severity")
        grades = {part: severity.number(part) for part in ("scale", "scope", "irremediability")}
        severity.done()
        found.append(
            Issue(
                row.text("id"),
                row.text("label_ja"),
                grades,
                row.code("level", entries.LEVELS),
                row.flag("emergency_flag"),
                row.codes("ilo_indicators", indicators),
                row.codes("standards"),
                row.codes("kinds", entries.KINDS),
                _texts(row, entries.ISSUE_TEXTS, ("label", "description")),
            )
        )
        row.done()
    top.done()
    return found


def _with_laws(issues: list[Issue], sheet: Sheet) -> list[Issue]:
    """The issues with what the law says of them, for those of which it is known."""
    top, known = sheet.top(), frozenset(issue.id for issue in issues)
    laws: dict[str, tuple[str, str]] = {}
    for row in top.rows("laws"):
        laws[row.code("issue", known)] = (row.text("text"), row.text("source"))
        row.done()
    top.done()
    return [
        replace(one, texts={**one.texts, entries.LAW: laws[one.id][0]}, law_source=laws[one.id][1])
        if one.id in laws
        else one
        for one in issues
    ]


def _texts(row: Row, known: tuple[str, ...], needed: tuple[str, ...] = ()) -> Mapping[str, str]:
    texts = row.texts("texts", known)
    for name in needed:
        if name not in texts:
            row.fault("texts", f"texts: {name} is missing")
    return texts


def _mechanisms(sheet: Sheet, known: _Known) -> list[Mechanism]:
    top, found = sheet.top(), []
    kind = top.code("kind", entries.KINDS)
    for row in top.rows("mechanisms"):
        found.append(_mechanism(row, kind, known))
        row.done()
    top.done()
    return found


def _mechanism(row: Row, kind: str, known: _Known) -> Mechanism:
    opens, closes = _limit(row, "valid_from"), _limit(row, "valid_until")
    words = tuple(
        key
        for key, day in (("valid_from", opens), ("valid_until", closes))
        if row.get(key) and day is None
    )
    successor = row.get("succeeded_by")
    return Mechanism(
        id=row.text("id"),
        kind=kind,
        status=row.code("status", entries.STATUSES),
        name_ja=row.text("name_ja"),
        operator=row.text("operator"),
        remedies=row.codes("remedies", known.remedies),
        issues=row.codes("issues", known.issues),
        nationality=row.text("nationality"),
        residence=row.codes("residence", entries.RESIDENCE),
        irregular=row.code("irregular", entries.IRREGULAR),
        from_abroad=row.code("from_abroad", entries.FROM_ABROAD),
        third_party=row.code("third_party", entries.THIRD_PARTY),
        languages=_languages(row),
        interpreters=row.flag("interpreters"),
        anonymous=row.code("anonymous", entries.ANONYMOUS),
        notifies_employer=row.code("notifies_employer", entries.NOTIFIES_EMPLOYER),
        immigration=row.code("immigration", entries.IMMIGRATION),
        police=row.code("police", entries.POLICE),
        legal_basis=row.codes("legal_basis"),
        escalates_to=row.codes("escalates_to", known.mechanisms),
        confidence=row.code("confidence", ("high", "medium", "low")),
        sources=row.codes("sources", known.sources),
        confirmation=row.code("confirmation", entries.CONFIRMATION),
        checked=row.day("checked"),
        valid_from=opens,
        valid_until=closes,
        succeeded_by=row.code("succeeded_by", known.mechanisms) if successor else None,
        review=words,
        texts=_texts(row, entries.MECHANISM_TEXTS, ("name", "cannot_do")),
        channels=tuple(_channel(channel, known) for channel in row.rows("channels")),
    )


def _limit(row: Row, key: str) -> date | None:
    """A day that opens or closes a body; any other words are no limit but ask for a review."""
    try:
        return date.fromisoformat(row.get(key) or "")
    except (TypeError, ValueError):
        return None


def _languages(row: Row) -> tuple[str, ...]:
    return row.codes("languages", (*BY_SLUG, *entries.EXTRA_LANGUAGES))


def _opening(row: Row, known: _Known) -> Opening | None:
    """The hours of a channel, from the page of its value unless another one is named."""
    if row.get("open") is None:
        return None
    told = row.row("open") if isinstance(row.get("open"), dict) else None
    rows = told.codes("rows") if told else row.codes("open")
    key = "source" if told and told.get("source") is not None else None
    source = told.code("source", known.sources) if told and key else row.get("source")
    zone = (told.maybe("zone") if told else None) or "Asia/Tokyo"
    country = (told.maybe("country") if told else None) or "JP"
    if told:
        told.done()
    try:
        hours.read(rows)
        ZoneInfo(zone)
    except (hours.HoursError, ZoneInfoNotFoundError) as error:
        row.fault("open", f"open: {error}")
        return None
    return Opening(rows, source, zone, country)


def _channel(row: Row, known: _Known) -> Channel:
    channel = Channel(
        type=row.code("type", entries.CHANNEL_TYPES),
        value=row.maybe("value"),
        status=row.code("status", entries.CHANNEL_STATUSES),
        publish=row.code("publish", entries.PUBLISH),
        source=row.code("source", known.sources) if row.get("source") is not None else None,
        languages=_languages(row),
        only_in=row.codes("only_in"),
        not_in=row.codes("not_in"),
        checked=row.day("checked"),
        texts=_texts(row, entries.CHANNEL_TEXTS),
        opening=_opening(row, known),
    )
    if channel.publish in entries.PUBLIC:
        if channel.value is None:
            row.fault("publish", "a public channel without a value")
        if channel.source is None and channel.status not in entries.NEEDS_NO_SOURCE:
            row.fault("publish", "a public channel without a source")
    row.done()
    return channel
