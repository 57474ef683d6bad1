"""Filing for somebody who called, came or wrote: one page, in any order, saved as it goes, that
ends on the new case, which is of whoever wrote it.

The draft is one like a worker's, in a cookie of its own; it opens for the member alone who began
it. Its number is drawn once nothing is lacking, read out before it is sent, and not kept after.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, abort, current_app, make_response, render_template, request, url_for

from grievance.accounts import queries as accounts
from grievance.accounts import staff
from grievance.accounts.roles import Permission
from grievance.cases import doors
from grievance.cases.facts import advice_on
from grievance.cases.from_draft import filing_of, keys_under
from grievance.cases.models import Case
from grievance.cases.operations import handling
from grievance.cases.operations.filing import FilingClosed, file, filed_before
from grievance.cases.operations.moving import Conflict
from grievance.clock import local_day, now, real_now
from grievance.deadlines.queries import operator_hours
from grievance.desk import caller_form, words
from grievance.desk.blueprint import bp
from grievance.desk.caller_form import CallerForm
from grievance.desk.caller_words import ALOUD
from grievance.desk.loading import open_case, site
from grievance.extensions import acting, db
from grievance.i18n import name_in
from grievance.questions import drafts
from grievance.questions.bank import shipped
from grievance.questions.drafts import CLERK, OpenDraft
from grievance.questions.question import Answer, Question
from grievance.refusals import Refused
from grievance.routing.explain import Result
from grievance.vault.receipts import ReceiptKeys, slow_root
from grievance.vault.slots import HashSlots
from grievance.web.audience import audience
from grievance.web.binding import FORM_AGAIN, cookie, drop_cookie, set_cookie
from grievance.web.forms import Form
from grievance.web.redirects import see_other

COOKIE = "caller"
ONE = "worker"  # whose number is drawn


@bp.get("/caller")
@audience("staff", "case.work")
def caller() -> Response:
    """The page as it was left, or an empty one; nothing begins before it is saved."""
    draft = _mine()
    return _page(draft if draft and not draft.sent else None, last=_case_of(draft))


@bp.post("/caller")
@audience("staff", "case.work")
def save_caller() -> Response:
    """Keep what is right, and show what else is asked."""
    return _saved(_mine(lock=True), send=False)


@bp.post("/caller/send")
@audience("staff", "case.work")
def send_caller() -> Response:
    """Keep it, and file it once nothing is lacking and its number was on the page; sent twice, it
    is the same case."""
    draft = _mine(lock=True)
    case = _case_of(draft)
    if case and Form(request.form).validate():
        return _landed(case)
    return _saved(draft, send=True)


@bp.post("/caller/drop")
@audience("staff", "case.work")
def drop_caller() -> Response:
    """Throw away what was written so far."""
    draft, answer = _mine(lock=True), see_other(url_for("desk.caller"))
    if draft is not None and Form(request.form).validate():
        drafts.give_up(draft, real_now())
        db.session.commit()
        drop_cookie(answer, COOKIE)
    return answer


def _mine(*, lock: bool = False) -> OpenDraft | None:
    """The draft of this browser, if this member began it. Who holds no key could not open the case
    it ends on: 403."""
    member, ring = staff.current_member(), staff.key_ring()
    if not member.keys_of(member.organisation_id):
        abort(403)
    draft = drafts.load(db.session(), ring, cookie(COOKIE), real_now(), lock=lock)
    return draft if draft and draft.answers.get(CLERK) == member.actor else None


def _saved(found: OpenDraft | None, *, send: bool) -> Response:
    draft = None if found is None or found.sent else found
    before = draft.answers if draft else caller_form.BEGUN
    form, asked = caller_form.sent_form(before)
    form.validate()
    if "token" in form.errors:
        return _page(draft, form, asked)
    secret, draft, ready = _kept(draft, form, asked)
    if send and ready and not form.errors:
        return _sent(draft)
    db.session.commit()
    answer = _next(draft, form, asked, send=send)
    if secret:
        set_cookie(answer, COOKIE, secret)
    return answer


def _kept(
    draft: OpenDraft | None, form: CallerForm, asked: list[Question]
) -> tuple[str, OpenDraft, bool]:
    """The draft with what is right of what was sent, its secret where it is new, and whether it is
    whole as the page that was sent showed it, with its number."""
    secret, at = "", real_now()
    if draft is None:
        begun = {CLERK: staff.current_member().actor}
        secret, draft = drafts.start(db.session(), staff.key_ring(), at, answers=begun)
    shown = bool(draft.codes)
    drafts.save(draft, caller_form.right_in(form, asked, draft.answers), at)
    whole = not caller_form.lacking(draft.answers)
    if whole:
        drafts.draw_codes(draft, [ONE], at)
    return secret, draft, shown and whole and caller_form.asked_of(draft.answers) == asked


def _next(draft: OpenDraft, form: CallerForm, asked: list[Question], *, send: bool) -> Response:
    """On to what is asked now; or the page again, with what is wrong of it in its boxes."""
    again, lacking = caller_form.form_on(draft.answers), caller_form.lacking(draft.answers)
    caller_form.show_wrong(again, form, lacking if send else ())
    if again.errors:
        return _page(draft, again)
    new = [one.id for one in caller_form.asked_of(draft.answers) if one not in asked]
    return see_other(url_for("desk.caller", _anchor=next(iter([*new, *lacking]), "send")))


def _page(
    draft: OpenDraft | None,
    form: CallerForm | None = None,
    asked: list[Question] | None = None,
    *,
    last: Case | None = None,
) -> Response:
    answers = draft.answers if draft else caller_form.BEGUN
    asked = asked or caller_form.asked_of(answers)
    lacking, code = caller_form.lacking(answers), draft.codes.get(ONE, "") if draft else ""
    spoken = words.tongue(str(answers.get("language", "")))
    page = render_template(
        "desk/caller.html",
        form=form or caller_form.form_on(answers),
        sections=caller_form.sections(asked),
        aloud=caller_form.aloud(answers, asked),
        open=ALOUD,
        lacking=lacking if draft else [],
        spoken=name_in(spoken) if answers.get("language") else "",
        number=None if lacking or not code else caller_form.script_of(code, spoken),
        danger=_danger(answers),
        closed=bool(accounts.filing_closed(db.session())),
        begun=draft is not None,
        last=last,
    )
    return make_response(page, FORM_AGAIN if form else 200)


def _danger(answers: Mapping[str, Answer]) -> list[doors.Call] | None:
    """Whom somebody who may be in danger can call now; None where nothing says that they are."""
    if "doors" not in shipped().path(caller_form.JOURNEY, answers):
        return None
    return doors.to_call(_advice(answers), now())


def _advice(answers: Mapping[str, Answer]) -> Result:
    session = db.session()
    return advice_on(session, answers, local_day(now(), operator_hours(session).zone))


def _sent(draft: OpenDraft) -> Response:
    """File the draft as it was just saved, its slow hash first; and on to the case."""
    as_seen = (dict(draft.codes), dict(draft.answers))
    db.session.commit()
    keys = _keys(as_seen[0][ONE])
    mine = _mine(lock=True)
    if case := _case_of(mine):
        return _landed(case)
    if mine is None or (mine.codes, mine.answers) != as_seen:
        return see_other(url_for("desk.caller"))
    filing = filing_of(mine, {ONE: keys}, _advice(mine.answers))
    try:
        with acting(f"filing:{filing.filing_id}", db.session()):
            case = file(db.session(), site(), filing, now())
    except FilingClosed:
        db.session.rollback()
        return see_other(url_for("desk.caller"))
    mine.codes = {}
    drafts.mark_sent(db.session(), mine, real_now())
    db.session.commit()
    return _landed(case)


def _keys(code: str) -> ReceiptKeys:
    """The keys of a code; the session may have ended while a slot was waited for."""
    slots: HashSlots = current_app.config["HASH_SLOTS"]
    db.session.rollback()
    with slots.hold(known=True):
        root = slow_root(code, site().ring.receipt_salt)
    staff.still(Permission.CASE_WORK)
    return keys_under(site(), root)


def _case_of(draft: OpenDraft | None) -> Case | None:
    """The case that the draft became."""
    return filed_before(db.session(), draft.row.filing_id) if draft and draft.sent else None


def _landed(case: Case) -> Response:
    """On the case, which is theirs who took the call unless a colleague was faster."""
    reference = case.reference
    try:
        desk = open_case(reference, change=True)
        if desk.case.assignee_id is None:
            handling.take(desk.act(desk.case.version))
        db.session.commit()
    except (Conflict, Refused):
        db.session.rollback()
    return see_other(url_for("desk.case", reference=reference))
