"""The pages of the directory: first page, bodies, issues, who runs this."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Flask, abort, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from grievance import clock, i18n
from grievance.accounts import queries as accounts
from grievance.accounts.profile import Profile
from grievance.deadlines.stages import told_of
from grievance.directory import queries, search
from grievance.directory.book import Book, Entry, IssueEntry
from grievance.directory.citing import Cited, cite
from grievance.directory.entries import Source
from grievance.directory.lines import is_old, language_name
from grievance.directory.search import Filters
from grievance.extensions import db
from grievance.i18n import BY_SLUG
from grievance.portal import doors
from grievance.portal.blueprint import portal
from grievance.portal.results import first_doors
from grievance.portal.words import KINDS, QUESTIONS, WAYS
from grievance.questions import bank
from grievance.questions.places import country_name
from grievance.web.audience import audience
from grievance.web.language import best, is_partial, own_language, served
from grievance.web.pages import provide as provide_to_templates

FIRST_DOORS = 5


def book() -> Book:
    """The directory as it stands."""
    return queries.book(db.session())


@portal.app_template_filter("cited")
def cited(citations: str | Iterable[str]) -> Cited:
    """The laws behind a fact, named in the reader's language."""
    return cite(citations)


@portal.get("/")
@audience("public")
def root() -> Any:
    """To the first page in the reader's language: the one they chose, else their browser's."""
    chosen = own_language().slug
    known = "own" in request.cookies and chosen in served()
    answer = redirect(url_for(".home", lang=chosen if known else best().slug))
    answer.headers["Vary"] = "Accept-Language, Cookie"
    return answer


@portal.get("/<language:lang>/")
@audience("public")
def home() -> str:
    """What a person can do here, the most urgent first."""
    return render_template(
        "portal/first.html" if is_partial(i18n.current()) else "portal/home.html",
        operator=accounts.profile(db.session()),
        filing=accounts.filing_open(db.session()),
    )


@portal.get("/<language:lang>/mechanisms")
@audience("public")
def mechanisms() -> str:
    """All bodies, or those that fit the words and filters."""
    here = book()
    wanted = _filters(request.args, here)
    found = search.find(here, wanted)
    return render_template(
        "portal/mechanisms.html",
        groups=search.by_kind(found),
        count=len(found),
        total=len(here.entries),
        wanted=wanted,
        kinds_said=[(code, i18n.gettext(label)) for code, label in KINDS.items()],
        kind_labels={code: i18n.gettext(label) for code, label in KINDS.items()},
        countries=[(code, country_name(code, i18n.current())) for code in search.countries(here)],
        issues=[(issue.id, issue.label()) for issue in here.issues.values()],
        spoken=_spoken(here),
    )


@portal.get("/<language:lang>/mechanisms/<mechanism_id>")
@audience("public")
def mechanism(mechanism_id: str) -> str:
    """One body: what it can do, how to reach it, who will learn your name."""
    return render_template("portal/mechanism.html", **_about_body(mechanism_id))


@portal.get("/<language:lang>/mechanisms/<mechanism_id>/print")
@audience("public")
def mechanism_print(mechanism_id: str) -> str:
    """The same on paper, with nothing on it that says what it is about."""
    return render_template("portal/mechanism_print.html", **_about_body(mechanism_id))


@portal.get("/<language:lang>/issues")
@audience("public")
def issues() -> str:
    """What can go wrong at work, in groups that a person recognises."""
    return render_template("portal/issues.html", groups=_families(book()))


@portal.get("/<language:lang>/issues/<issue_id>")
@audience("public")
def issue(issue_id: str) -> str:
    """One issue: what it is, what to keep, and where to turn first."""
    here = book()
    found = here.issues.get(issue_id) or abort(404)
    now = clock.now()
    today = accounts.day_here(db.session(), now)
    return render_template(
        "portal/issue.html",
        issue=found,
        cards=first_doors(here, issue_id, today, now)[:FIRST_DOORS],
        filing=accounts.filing_open(db.session()),
    )


@portal.get("/<language:lang>/about")
@audience("public")
def about() -> str:
    """Who runs this, who can read a case, what they can and cannot do."""
    profile = accounts.profile(db.session())
    days = i18n.current().locale.days["format"]["wide"]
    return render_template(
        "portal/about.html",
        profile=profile,
        questions={field: i18n.gettext(label) for field, label in QUESTIONS.items()},
        filing=accounts.filing_open(db.session()),
        closed=_closed(profile) if profile else [],
        days={str(number): name for number, name in days.items()},
        zone=i18n.zone_text(profile.time_zone) if profile else "",
        # A profile that was saved before this was checked may say less than the year promised.
        kept_for=i18n.days_text(profile.keeps_days or 0) if profile else "",
        languages_read=[language_name(slug) for slug in profile.languages] if profile else [],
    )


def _closed(profile: Profile) -> list[tuple[str, str]]:
    """(first, last) of the operator's closed days of the next three months; one day has no last."""
    today = clock.local_day(clock.now(), profile.time_zone)
    ahead = today + timedelta(days=90)
    near = [one for one in profile.calendar.closures if today <= one.last and one.first <= ahead]
    return [
        (i18n.date_text(one.first), i18n.date_text(one.last) if one.last > one.first else "")
        for one in near
    ]


def provide(app: Flask) -> None:
    """What the templates of public pages call by name."""
    provide_to_templates(app, way_label=lambda code: i18n.gettext(WAYS[code]))


def _about_body(mechanism_id: str) -> dict[str, Any]:
    here = book()
    entry = here.entries.get(mechanism_id) or abort(404)
    mine, others = doors.ways(entry, clock.now())
    today = accounts.day_here(db.session(), clock.now())
    closed = not entry.facts.open_on(today)
    reachable = entry.facts.reachable_somewhere
    return {
        "entry": entry,
        "card": doors.card(entry, doors.Standpoint(now=clock.now())),
        "kind": i18n.gettext(KINDS[entry.facts.kind]),
        "ways": mine,
        "other_ways": others,
        "reachable": reachable,
        "closed": closed,
        "later": entry.facts.opens_after(today),
        "steps": told_of(entry.facts),
        "old": is_old(entry.facts.checked, today),
        "nearby": [] if reachable and not closed else doors.nearby(here, entry),
        "successor": here.entries.get(entry.facts.succeeded_by or ""),
        "issues": [here.issues[name] for name in entry.facts.issues if name in here.issues],
        "pages": _pages(here, entry),
        "filing": accounts.filing_open(db.session()),
    }


def _pages(here: Book, entry: Entry) -> list[Source]:
    """The pages the facts come from; without address where that is an unconfirmed channel."""
    used = [*entry.facts.sources, *(way.facts.source or "" for way in entry.public_ways)]
    pages = here.facts.sources
    hidden = tuple(w.facts.value for w in entry.ways if w.facts.value and not w.facts.public)
    return [
        replace(page, address=None) if (page.address or "").startswith(hidden) else page
        for page in (pages[name] for name in dict.fromkeys(used) if name in pages)
    ]


def _families(here: Book) -> list[tuple[str, list[IssueEntry]]]:
    issues = here.issues
    return [
        (i18n.gettext(family.label), [issues[name] for name in family.issues if name in issues])
        for family in bank.shipped().families
        if issues
    ]


def _filters(args: MultiDict[str, str], here: Book) -> Filters:
    """What was asked for; a code nobody knows is left out rather than refused."""

    def among(name: str, known: Any) -> str:
        given = args.get(name, "")
        return given if given in known else ""

    return Filters(
        words=args.get("words", "").strip()[:200],
        kind=among("kind", KINDS),
        country=among("country", search.countries(here)),
        issue=among("issue", here.issues),
        language=among("language", BY_SLUG),
        free=args.get("free") == "yes",
        nameless=args.get("nameless") == "yes",
    )


def _spoken(here: Book) -> list[tuple[str, str]]:
    spoken = {slug for entry in here.entries.values() for slug in search.languages_of(entry)}
    return [(slug, row.own_name) for slug, row in BY_SLUG.items() if slug in spoken]
