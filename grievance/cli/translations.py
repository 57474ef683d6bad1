"""`flask translations`: how far each language is, what is wrong, and bringing files up to date."""

from __future__ import annotations

import json
import sys

import click

from grievance.cli import catalogues, wording
from grievance.cli.places import leave
from grievance.i18n import DOMAINS, LANGUAGES, TRANSLATIONS
from grievance.settings import Settings
from grievance.shipped import is_checkout

COMPLETE = tuple(slug for slug in Settings.languages if slug != "en")
PARTIAL = tuple(one for one in LANGUAGES if one.slug not in (*COMPLETE, "en"))


@click.group()
def translations() -> None:
    """Catalogues of what is translated: compared with the source, so only in a checkout."""
    if not is_checkout():
        leave("The catalogues are compared with the source: run this in a checkout.")


@translations.command("status")
def status() -> None:
    """Counts by language and catalogue: all sentences, those done, those unsure."""
    source = catalogues.wanted()
    totals = {domain: len(catalog) for domain, catalog in source.items()}
    told: dict[str, dict[str, dict[str, int]]] = {}
    for language in LANGUAGES[1:]:
        told[language.slug] = {
            domain: _counted(language.catalogue, domain, totals.get(domain))
            for domain in (*DOMAINS, "directory")
        }
    click.echo(json.dumps(told, ensure_ascii=False))


def _counted(catalogue: str, domain: str, total: int | None) -> dict[str, int]:
    kept = catalogues.read(catalogue, domain)
    done = [m for m in kept or () if m.id and all(s for _, s in catalogues._forms(m))]
    unsure = [m for m in done if m.fuzzy]
    if total is None:
        reference = catalogues.read("ja", domain)
        total = len(reference) if reference else 0
    return {"total": total, "done": len(done) - len(unsure), "fuzzy": len(unsure)}


@translations.command("update")
def update() -> None:
    """Bring every catalogue that exists, and those of the complete languages, up to the source."""
    source = catalogues.wanted()
    by_slug = {language.slug: language.catalogue for language in LANGUAGES}
    needed = {(by_slug[slug], "public") for slug in COMPLETE}
    needed |= {(name, "staff") for name in catalogues.STAFF_LANGUAGES}
    needed |= {(language.catalogue, "screens") for language in PARTIAL}
    for name in catalogues.catalogues():
        for domain in DOMAINS:
            path = catalogues.path_of(name, domain)
            if path.exists() or (name, domain) in needed:
                path.parent.mkdir(parents=True, exist_ok=True)
                kept = catalogues.read(name, domain)
                path.write_bytes(catalogues.merge(source[domain], kept, name, domain))
                click.echo(str(path.relative_to(TRANSLATIONS)))


@translations.command("check")
def check() -> None:
    """Exit 1 when a catalogue is stale, unsure, misfitting or, where it must be whole, not."""
    source = catalogues.wanted()
    found: list[catalogues.Fault] = []
    for language in LANGUAGES[1:]:
        whole = {
            "public": language.slug in COMPLETE,
            "staff": language.catalogue in catalogues.STAFF_LANGUAGES,
        }
        for domain in ("public", "staff"):
            found += catalogues.faults(
                language.catalogue, domain, source[domain], whole=whole[domain]
            )
    for language in PARTIAL:
        found += catalogues.faults(language.catalogue, "screens", source["screens"], whole=True)
        found += catalogues.strange(language, source["screens"])
    found += wording.source_faults(source)
    for language in LANGUAGES[1:]:
        for domain in (*DOMAINS, "directory"):
            found += wording.wording(language, domain)
    for fault in found:
        click.echo(str(fault), err=True)
    click.echo(json.dumps({"faults": len(found)}))
    sys.exit(1 if found else 0)
