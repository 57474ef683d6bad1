"""The page of one remedy: what is claimed, offered, promised, what came, with its proof."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Response, abort, make_response, render_template, request, url_for

from grievance.cases import money, queries
from grievance.cases.lifecycle import PROMISED
from grievance.cases.models import RemedyItem
from grievance.cases.operations import remedying
from grievance.cases.operations.moving import Conflict, allowed
from grievance.cases.operations.referring import local_today
from grievance.cases.operations.remedying import Remedy
from grievance.cases.operations.sums import Facts, facts_of
from grievance.cases.states import TABLE, Verb
from grievance.clock import now
from grievance.desk import remedy_words as words
from grievance.desk.acting import back
from grievance.desk.blueprint import bp
from grievance.desk.forms import ActForm, choices_of
from grievance.desk.loading import Desk, open_case
from grievance.desk.uploading import OneFile, WithFile
from grievance.desk.views import note_read
from grievance.extensions import db
from grievance.i18n import N_, lazy
from grievance.i18n import gettext as _
from grievance.refusals import Refused
from grievance.web.audience import audience
from grievance.web.forms import Line, Select, Words
from grievance.web.read_back import Day

BESIDE = {
    "remedy_kind": "kind",
    "stands": "stands",
    "remedy_words": "told",
    "currency": "currency",
    "due_on": "due_on",
    "arrived_on": "arrived_on",
}
CHANGED = N_("Somebody changed the case while you wrote. Look at it again; what you wrote is here.")


class RemedyForm(WithFile, ActForm):
    """One remedy. Everything but its kind, its days and how far it is, is kept sealed."""

    kind = Select(lazy("What kind"), needed=lazy("Choose what kind of remedy it is."))
    told = Words(
        lazy("What exactly"),
        hint=lazy("For example: wages of March and April. The worker reads this."),
        needed=lazy("Write what it is."),
        limit=1000,
    )
    stands = Select(lazy("How far it is"), needed=lazy("Choose how far it is."))
    source = Line(lazy("Who gives it"), hint=lazy("For example: the company. The worker reads it."))
    currency = Select(lazy("Currency"))
    claimed = Line(lazy("Amount claimed"))
    offered = Line(lazy("Amount offered"))
    agreed = Line(lazy("Amount agreed"))
    received = Line(lazy("Amount received"))
    due_on = Day(
        lazy("Promised by"),
        hint=lazy(
            "After this day the worker's page asks whether it came. No letter is sent for it."
        ),
    )
    arrived_on = Day(lazy("Arrived on"), past=True)
    file = OneFile(lazy("Proof"))

    def offer(self, *_given: object) -> None:
        self.kind.choices = choices_of((code, _(label)) for code, label in words.KINDS.items())
        self.stands.choices = choices_of((code, _(label)) for code, label in words.STANDS.items())
        self.currency.choices = choices_of(
            (code, f"{code} – {money.name(code)}") for code in money.CURRENCIES
        )

    def show(self, item: RemedyItem, facts: Facts) -> None:
        """Start from what is written down."""
        self.kind.data, self.stands.data = item.kind, item.state
        self.told.data, self.source.data = facts.words, facts.source
        self.currency.data = facts.currency or "JPY"
        for name in words.AMOUNTS:
            self[name].data = money.typed(getattr(facts, name), facts.currency)
        self.due_on.process_data(item.due_on)
        self.arrived_on.process_data(item.arrived_on)

    def validate(self, *arguments: Any, **options: Any) -> bool:
        """Amounts are whole sums of the currency."""
        fine = super().validate(*arguments, **options)
        for name in words.AMOUNTS:
            if self[name].data and self._amount(name) is None:
                self[name].errors = [_("Write the amount in digits, for example 120,000.")]
                fine = False
        return fine

    def _amount(self, name: str) -> int | None:
        try:
            return money.parse(self[name].data or "", str(self.currency.data))
        except (money.NotAnAmount, KeyError):
            return None

    @property
    def remedy(self) -> Remedy:
        """It as a value, without the proof."""
        amounts = {name: self._amount(name) for name in words.AMOUNTS}
        named = any(one is not None for one in amounts.values())
        facts = Facts(
            self.told.data or "",
            self.source.data or "",
            str(self.currency.data) if named else "",
            **amounts,
        )
        return Remedy(
            str(self.kind.data),
            str(self.stands.data),
            facts,
            self.due_on.data,
            self.arrived_on.data,
        )


def _item(desk: Desk, item_id: UUID | None) -> RemedyItem | None:
    """A remedy of this case, or 404."""
    if item_id is None:
        return None
    row = db.session.get(RemedyItem, item_id)
    if row is None or row.case_id != desk.case.id:
        abort(404)
    return row


@bp.get("/cases/<reference>/remedy")
@bp.get("/cases/<reference>/remedy/<uuid:item_id>")
@audience("staff", TABLE[Verb.RECORD_REMEDY].who)
def remedy(reference: str, item_id: UUID | None = None) -> Response:
    """Write down a remedy, or look at one and change it."""
    desk, form = open_case(reference), RemedyForm()
    form.offer()
    item = _item(desk, item_id)
    if item:
        form.show(item, facts_of(desk.opened, item))
    elif desk.case.state in PROMISED:
        form.stands.data = "agreed"
    return _page(desk, form, item)


@bp.post("/cases/<reference>/remedy")
@bp.post("/cases/<reference>/remedy/<uuid:item_id>")
@audience("staff", TABLE[Verb.RECORD_REMEDY].who)
def record_remedy(reference: str, item_id: UUID | None = None) -> Response:
    """Keep it."""
    form = RemedyForm(request.form)
    form.offer()
    if not form.validate() or not form.receive():
        desk = open_case(reference)
        return _page(desk, form, _item(desk, item_id), 422)
    desk = open_case(reference, change=True)
    item = _item(desk, item_id)
    try:
        _keep(desk, form, item.id if item else form.once)
    except (Conflict, Refused) as refused:
        db.session.rollback()
        form.take_back()
        return _refused(reference, item_id, form, refused)
    db.session.commit()
    return back(reference)


def _keep(desk: Desk, form: RemedyForm, item_id: UUID) -> None:
    act = desk.act(form.seen)
    file = form.attach(act)
    proof = file.id if file else None
    remedying.record(act, replace(form.remedy, file_id=proof, id=item_id))


def _refused(
    reference: str, item_id: UUID | None, form: RemedyForm, refused: Conflict | Refused
) -> Response:
    desk = open_case(reference)
    if isinstance(refused, Conflict):
        since = queries.events_since(db.session(), desk.case.id, form.seen_seq)
        if form.repeats(since, desk.actor.name, Verb.RECORD_REMEDY):
            return back(reference)
        return _page(desk, form, _item(desk, item_id), 409, _(CHANGED))
    if beside := BESIDE.get(refused.code):
        form[beside].errors = [refused.sentence]
        return _page(desk, form, _item(desk, item_id), 422)
    status = 403 if refused.code == "actor" else 409
    return _page(desk, form, _item(desk, item_id), status, refused.sentence)


def _page(
    desk: Desk, form: RemedyForm, item: RemedyItem | None, status: int = 200, why: str = ""
) -> Response:
    form.on(desk.case, str(Verb.RECORD_REMEDY))
    page = render_template(
        "desk/remedy.html",
        case=desk.case,
        form=form,
        item=item,
        why=why,
        amounts=list(words.AMOUNTS),
        can=allowed(desk.case, Verb.RECORD_REMEDY, desk.actor),
        action=url_for(
            "desk.record_remedy", reference=desk.case.reference, item_id=item.id if item else None
        ),
        today=local_today(db.session(), now()),
    )
    note_read(desk, "remedy")
    db.session.commit()
    return make_response(page, status)
