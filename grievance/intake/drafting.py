"""The draft of this browser while somebody files: loading it, its pages, what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import abort, current_app, redirect, request, url_for

from grievance import clock, i18n
from grievance.directory import queries as directory
from grievance.extensions import db
from grievance.intake.visits import site
from grievance.questions import drafts
from grievance.questions.bank import shipped
from grievance.questions.drafts import OpenDraft
from grievance.questions.forms import Asking, answers_in, form_for
from grievance.questions.profile import profile_of
from grievance.questions.question import Answer, Question, listed
from grievance.questions.summary import Line, summary
from grievance.routing.explain import Result, rank
from grievance.routing.profile import parse
from grievance.routing.rules import shipped_rules
from grievance.web.binding import cookie
from grievance.web.forms import Form
from grievance.web.language import own_language

COOKIE = "draft"
JOURNEY = "file"
START = "start"
ONE_DAY = 24 * 60 * 60
INSTEAD = "instead"  # the button "send a file instead of writing"


def here(*, lock: bool = False) -> OpenDraft | None:
    """The draft whose cookie this browser sent, of the finder or a filing, or None."""
    return drafts.load(db.session(), site().ring, cookie(COOKIE), clock.real_now(), lock=lock)


def open_filing(*, lock: bool = False) -> OpenDraft:
    """The filing under way in this browser; who has none is sent to the first page, who has sent
    theirs to its code."""
    draft = here(lock=lock)
    if draft is None or draft.row.kind != JOURNEY:
        abort(redirect(url_for("intake.start"), 303))
    if draft.sent:
        abort(redirect(url_for("intake.sent"), 303))
    return draft


def told(draft: OpenDraft) -> dict[str, Answer]:
    """The answers, and whether a file was given."""
    return draft.answers | ({"files": "given"} if draft.files else {})


def path(draft: OpenDraft) -> list[str]:
    """The pages of this filing."""
    return shipped().path(JOURNEY, told(draft))


def asked(draft: OpenDraft, page: str) -> list[Question]:
    """The questions of a page."""
    return shipped().asked(JOURNEY, page, told(draft))


def form_on(draft: OpenDraft | None, page: str) -> Form:
    """The form of a page, filled with what was sent now or answered before."""
    bank, known = shipped(), told(draft) if draft else {}
    questions = bank.asked(JOURNEY, page, known)
    instead = bool(known.get("files")) or INSTEAD in request.form
    excused = frozenset(q.id for q in questions if q.unless and instead)
    defaults = {"language": own_language().slug, "phone": "shared"} if page == START else {}
    names = desk_names(known) if page == "desk" else {}
    asking = Asking(bank, JOURNEY, {**defaults, **known}, excused, names)
    return form_for(asking, page, request.form if request.method == "POST" else None)


def keep(draft: OpenDraft, page: str, form: Form) -> None:
    """Save a page's answers and, with a company's name, which registered desks it may mean."""
    given = answers_in(form, asked(draft, page))
    if {"company", "company-own", "buyer"} & set(given):
        given["desk-found"] = desks_of({**draft.answers, **given})
    drafts.save(draft, given, clock.real_now(), seen=page)


def after(draft: OpenDraft, page: str) -> str:
    """The address that follows a page: the next one, or the check when answers are complete.

    The first page leads to the first unseen one: what the finder has asked is not asked again.
    Somebody who came from the check page goes back to it, by way of pages that a changed answer
    has opened.
    """
    bank, known = shipped(), told(draft)
    if request.args.get("change"):
        unseen = [p for p in bank.path(JOURNEY, known) if p not in draft.seen]
        following = next(iter(unseen), None) or bank.first_missing(JOURNEY, known)
    elif page == START:
        return first_open(draft)
    else:
        following = bank.next_page(JOURNEY, page, known)
    return address(following) if following else url_for("intake.check")


def before(draft: OpenDraft, page: str) -> str:
    """The address of the page before, or of the check page for somebody who came from there."""
    if request.args.get("change"):
        return url_for("intake.check")
    return address(shipped().page_before(JOURNEY, page, told(draft)) or START)


def address(page: str) -> str:
    """The address of a page; on the way back to the check page it stays so."""
    change = request.args.get("change")
    if page == START:
        return url_for("intake.start", change=change)
    return url_for("intake.question", page=page, change=change)


def first_open(draft: OpenDraft) -> str:
    """Where this filing goes on: the first page that is unseen or lacks an answer, else the
    check."""
    known = told(draft)
    unseen = (page for page in path(draft) if page not in draft.seen)
    page = next(unseen, None) or shipped().first_missing(JOURNEY, known)
    return address(page) if page else url_for("intake.check")


def progress(draft: OpenDraft, page: str) -> tuple[int, int]:
    """(this page, about how many), the first page not counted."""
    pages = [other for other in path(draft) if other != START]
    return pages.index(page) + 1, len(pages)


def lines(draft: OpenDraft) -> list[Line]:
    """All answers in words, in the language of the page."""
    bank = shipped()
    live = bank.live(JOURNEY, told(draft))
    return summary(bank, live, i18n.current().slug, desk_names(live))


def desks_of(answers: Mapping[str, Answer]) -> list[str]:
    """The registered desks that the named company or buyer may mean."""
    found: list[str] = []
    for name in ("company", "company-own", "buyer"):
        given = answers.get(name, "")
        if given:
            found += [desk for desk, _ in directory.find_desks(db.session(), str(given))]
    return list(dict.fromkeys(found))


def desk_names(answers: Mapping[str, Answer]) -> dict[str, str]:
    """The companies' names by desk, and the name of the body somebody came from."""
    found = listed(answers.get("desk-found", "")) + listed(answers.get("door", ""))
    if not found:
        return {}
    book = directory.book(db.session())
    return {name: book.name(name) for name in found}


def around(draft: OpenDraft, page: str) -> dict[str, Any]:
    """What every page on the way shows besides its form."""
    return {
        "question": page,
        "questions": asked(draft, page),
        "heading": i18n.gettext(shipped().pages[page].title),
        "progress": progress(draft, page),
        "back": before(draft, page),
        "for_other": draft.answers.get("who", "own") != "own",
    }


def advice(draft: OpenDraft) -> Result:
    """What routing says to these answers today, with the directory as it stands."""
    bank, known = shipped(), told(draft)
    facts = directory.facts_for_routing(db.session())
    rules = shipped_rules()
    profile = parse(profile_of(bank, JOURNEY, known), tuple(facts.issues), rules.limitation_codes)
    return rank(profile, rules, facts, today())


def today() -> date:
    """The day in the zone of this instance."""
    return clock.local_day(clock.now(), current_app.config["SETTINGS"].time_zone)
