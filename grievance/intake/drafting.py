"""The draft of this browser while somebody files: loading it, its pages, what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import Response, abort, current_app, redirect, request, url_for

from grievance import clock, i18n
from grievance.cases import facts as cases
from grievance.deadlines.asked import NO_PAY, Pay
from grievance.directory import queries as directory
from grievance.extensions import db
from grievance.questions import drafts
from grievance.questions.bank import shipped
from grievance.questions.browser import COOKIE, give, here
from grievance.questions.drafts import OpenDraft
from grievance.questions.forms import Asking, answers_in, form_for
from grievance.questions.question import Answer, Question, listed
from grievance.questions.summary import Line, summary
from grievance.routing.explain import Result
from grievance.web import resuming
from grievance.web.binding import cookie
from grievance.web.forms import Form
from grievance.web.language import own_language, whole_page
from grievance.web.redirects import see_other

FULL = "full"
JOURNEY = "file"  # every question; the shorter ways have journeys of their own
START = "start"
# The first page of each shorter way; on that of a tip or a group nobody writes for somebody else.
TELL = {"short": "tell", "group": "tell-us", "tip": "tell-us"}
FIRST = (START, *TELL.values())
# What a tip says by itself: it has no number, so nobody learns a name and nobody is written to.
TIP: Mapping[str, Answer] = {"know": "nobody", "reach-by": "none", "reissue": "no"}
OVER = "over"  # said with a first page: its reader knows that earlier answers are gone
MINE = "mine"  # in an address: whoever comes here has said that the draft is theirs
ANEW = "anew"  # said with a first page: the draft that was here is not wanted
INSTEAD = "instead"  # the button "send a file instead of writing"
# What stands ticked before somebody chooses.
USUAL: Mapping[str, Mapping[str, Answer]] = {
    START: {"phone": "shared"},
    TELL["short"]: {"who": "own"},
    "come-back": {"reissue": "yes"},
}


def open_filing(*, lock: bool = False, secret: str = "") -> OpenDraft:
    """The filing under way in this browser; who has none is sent to the first page, who has sent
    theirs to its code."""
    draft = here(lock=lock, secret=secret)
    if draft is None:
        abort(_run_out())
    if draft.row.kind != JOURNEY:
        abort(redirect(url_for("intake.start"), 303))
    if draft.sent:
        abort(redirect(url_for("intake.sent"), 303))
    if not way_of(draft) and (elsewhere := whole_page()):
        abort(elsewhere)  # only the short ways speak every language
    return draft


def _run_out() -> Response:
    """The answers are gone: say so, and carry what was just written into a new draft."""
    said, page = resuming.written(), str((request.view_args or {}).get("page", ""))
    way = next((one for one in ("short", JOURNEY) if page in shipped().journeys[one]), "")
    over = "1" if cookie(COOKIE) else None
    full = FULL if over and way == JOURNEY else None
    start = url_for("intake.start", over=over, route=full, mine=1 if said else None)
    if not said or not page:
        return see_other(start)
    form = form_on(None, page, way) if way and resuming.proven(cookie(COOKIE)) else None
    if form is None or not form.validate():
        return resuming.texts_page(said, start)
    given, ring = answers_in(form, asked(None, page, way)), current_app.config["KEY_RING"]
    secret, draft = drafts.start(db.session(), ring, clock.real_now(), answers=given)
    db.session.commit()
    return give(see_other(start), draft, secret)


@dataclass(frozen=True)
class Found:
    """What a first page finds in this browser: the draft it goes on with, or one that nobody has
    called theirs, or that one was sent."""

    draft: OpenDraft | None = None
    other: OpenDraft | None = None
    earlier: bool = False

    @property
    def ran_out(self) -> bool:
        """Whether a first page is sent for a draft that is gone, by somebody who was not told."""
        if self.earlier or self.draft or self.other or not cookie(COOKIE):
            return False
        return request.method == "POST" and OVER not in request.form

    @property
    def may_keep(self) -> bool:
        """Whether what was sent has a place: nobody's draft stands in its way."""
        return not self.ran_out and (self.other is None or ANEW in request.form)


def found() -> Found:
    """The draft of this browser, as a first page sees it; locked."""
    draft = here(lock=True)
    if draft is None or draft.sent:
        return Found(earlier=draft is not None)
    return Found(draft) if claimed() else Found(other=draft)


def claimed() -> bool:
    """Whether somebody has said that the draft of this browser is theirs."""
    return MINE in request.args or "change" in request.args


def begun(found: Found) -> tuple[str, OpenDraft]:
    """The draft in which a first page is kept, and its secret when it is new. One that nobody has
    called theirs is given up: who left it must not read on, nor be written to."""
    now = clock.real_now()
    if found.draft is not None:
        drafts.renumber(found.draft, now)
        return "", found.draft
    if found.other is not None:
        drafts.give_up(found.other, now)
    return drafts.start(db.session(), current_app.config["KEY_RING"], now)


def told(draft: OpenDraft) -> dict[str, Answer]:
    """The answers, and whether a file was given."""
    return draft.answers | ({"files": "given"} if draft.files else {})


def way_of(draft: OpenDraft | None) -> str:
    """The shorter way that this filing goes; empty on the full one."""
    return str(draft.answers.get("route", "")) if draft else ""


def journey(draft: OpenDraft | None, page: str = "") -> str:
    """The journey of this filing. A page that is not on it is one of the full way: somebody who
    came from the finder may change there what was answered there."""
    way = way_of(draft) or JOURNEY
    return JOURNEY if page and page not in shipped().journeys[way] else way


def wanted_way(draft: OpenDraft | None) -> str:
    """The way on which the first page leads: what its address says, else as begun, else the short
    one."""
    named = request.args.get("route", "")
    if named == FULL or named in TELL:
        return named.replace(FULL, "")
    begun = draft is not None and START in draft.seen
    return way_of(draft) or ("" if begun else "short")


def take_way(draft: OpenDraft, way: str) -> dict[str, Answer]:
    """What choosing a way says by itself; what another way said is taken back."""
    left = dict.fromkeys(TIP, "") if way_of(draft) == "tip" else {}
    return {"route": way, **left, **(TIP if way == "tip" else {})}


def path(draft: OpenDraft) -> list[str]:
    """The pages of this filing."""
    return shipped().path(journey(draft), told(draft))


def meets(draft: OpenDraft, page: str) -> bool:
    """Whether a page of questions may be opened now."""
    known, bank = told(draft), shipped()
    on_way = page in path(draft) or page in bank.path(JOURNEY, known)
    return on_way and page not in FIRST


def asked(draft: OpenDraft | None, page: str, way: str = "") -> list[Question]:
    """The questions of a page."""
    return shipped().asked(way or journey(draft, page), page, told(draft) if draft else {})


def missing(draft: OpenDraft) -> str | None:
    """The first page that lacks an answer; None when this can be filed."""
    return shipped().first_missing(journey(draft), told(draft))


def form_on(draft: OpenDraft | None, page: str, way: str = "") -> Form:
    """The form of a page, filled with what was sent now or answered before."""
    bank, known = shipped(), told(draft) if draft else {}
    instead = bool(known.get("files")) or INSTEAD in request.form or _file_comes()
    excused = frozenset(
        q.id for q in asked(draft, page, way) if (q.unless and instead) or not bank.needs(page, q)
    )
    defaults: dict[str, Answer] = {"language": own_language().slug, **USUAL.get(page, {})}
    names = desk_names(known) if page == "desk" else {}
    asking = Asking(bank, way or journey(draft, page), {**defaults, **known}, excused, names)
    return form_for(asking, page, request.form if request.method == "POST" else None)


def _file_comes() -> bool:
    """Whether a file was sent with this page: then nothing need be written."""
    return any(part.filename for part in request.files.getlist("files"))


def keep(draft: OpenDraft, page: str, form: Form) -> None:
    """Save a page's answers and, with a company's name, which registered desks it may mean."""
    given = answers_in(form, asked(draft, page))
    if given.keys() & cases.NAMED:
        given["desk-found"] = cases.desks_of(db.session(), {**draft.answers, **given})
    drafts.save(draft, given, clock.real_now(), seen=page)


def after(draft: OpenDraft, page: str) -> str:
    """The address that follows a page: the next one, or the check when answers are complete.

    The first page leads to the first unseen one: what the finder has asked is not asked again, on
    a shorter way on no page.
    Somebody who came from the check page goes back to it, by way of pages that a changed answer
    has opened.
    """
    if request.args.get("change") or page == START or way_of(draft):
        return first_open(draft)
    following = shipped().next_page(JOURNEY, page, told(draft))
    return address(following) if following else url_for("intake.check")


def before(draft: OpenDraft, page: str) -> str:
    """The address of the page before, or of the check page for somebody who came from there. From
    a page that is not on this way back to where the way goes on."""
    if request.args.get("change"):
        return url_for("intake.check")
    if page not in shipped().journeys[journey(draft)]:
        return first_open(draft)
    return address(shipped().page_before(journey(draft), page, told(draft)) or START)


def address(page: str) -> str:
    """The address of a page; on the way back to the check page it stays so."""
    change = request.args.get("change")
    if page in FIRST:
        return url_for("intake.start", change=change, mine=None if change else 1)
    return url_for("intake.question", page=page, change=change)


def first_open(draft: OpenDraft) -> str:
    """Where this filing goes on: the first page that is unseen or lacks an answer, else the
    check."""
    unseen = (page for page in path(draft) if page not in draft.seen and _open(draft, page))
    page = next(unseen, None) or missing(draft)
    return address(page) if page else url_for("intake.check")


def _open(draft: OpenDraft, page: str) -> bool:
    """Whether an unseen page has something to ask: on a shorter way only what must be answered."""
    bank, questions = shipped(), asked(draft, page)
    needed = [one.id for one in questions if bank.needs(page, one)]
    known = bank.live(journey(draft), told(draft))
    return not way_of(draft) or not questions or any(not known.get(name) for name in needed)


def progress(draft: OpenDraft, page: str) -> tuple[int, int]:
    """(this page, about how many): the first page of the full way is not counted, the check page
    of a shorter way is, because the number stands there."""
    pages = [other for other in path(draft) if other != START]
    place = pages.index(page) + 1 if page in pages else len(pages)
    return place, len(pages) + bool(way_of(draft))


def lines(draft: OpenDraft) -> list[Line]:
    """All answers in words, in the language of the page, each with the page that asks it; what a
    way says by itself has none."""
    bank, known = shipped(), told(draft)
    live = {**bank.live(journey(draft), known), **bank.live(JOURNEY, known)}
    said = summary(bank, live, i18n.current().slug, desk_names(live))
    on = {line.question: bank.page_of(journey(draft), line.question, known) for line in said}
    fixed = TIP if way_of(draft) == "tip" else {}
    return [
        replace(line, page="" if line.question in fixed else on[line.question] or line.page)
        for line in said
    ]


def door() -> dict[str, Answer]:
    """The body from whose page somebody came, to be connected to it."""
    named = request.args.get("door", "")
    return {"door": named} if named in directory.book(db.session()).entries else {}


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
        "way": way_of(draft),
    }


def advice(draft: OpenDraft) -> Result:
    """What routing says to this draft."""
    return advice_on(told(draft))


def advice_on(known: Mapping[str, Answer], pay: Pay = NO_PAY) -> Result:
    """What routing says to these answers and months of pay today, with the directory as it
    stands."""
    return cases.advice_on(db.session(), known, today(), pay)


def today() -> date:
    """The day in the zone of this instance."""
    return clock.local_day(clock.now(), current_app.config["SETTINGS"].time_zone)
