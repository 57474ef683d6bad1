"""Coming back with the recovery sheet, without signing in; and refusing a link to do so."""

from __future__ import annotations

from uuid import UUID

from flask import Response, abort, current_app, request, url_for

from grievance.accounts import door, factors, forms, queries, staff, stepping
from grievance.accounts.models import Person
from grievance.accounts.operations import letters, way_back
from grievance.accounts.operations.persons import Admitted
from grievance.accounts.roles import Permission
from grievance.accounts.surface import accounts, answer, busy_page, moment
from grievance.clock import real_now
from grievance.extensions import db
from grievance.refusals import Refused
from grievance.vault.keys import pair_from_seed
from grievance.vault.passwords import WrongPassword
from grievance.vault.slots import Busy
from grievance.web.audience import audience
from grievance.web.pages import tell
from grievance.web.redirects import see_other


@accounts.route("/way-back/<token>", methods=["GET", "POST"])
@audience("public")
def come_back(token: str) -> Response:
    """A new password and the recovery sheet. Looking at the page uses nothing up."""
    way = way_back.way(db.session(), token, real_now())
    if way is None or not way.works:
        return answer("way_back_gone", 404)
    if real_now() < way.opens:
        return answer("way_back_later", opens=moment(way.opens), ends=moment(way.row.expires_at))
    form = _form(way)
    if request.method == "POST" and form.validate():
        try:
            admitted = _come_back(token, way, form)
        except WrongPassword:
            db.session.rollback()
            form.rows.errors = [Refused("sheet").sentence]
        except Refused as refused:
            db.session.rollback()
            tell(refused.sentence, "bad")
        except Busy as problem:
            return busy_page("way_back", problem, form=form)
        else:
            return door.enter(door.Entrant(admitted), url_for("accounts.recovery_sheet"))
    return answer("way_back", 422 if form.errors else 200, form=form)


def _form(way: way_back.Way) -> forms.WayBack:
    form = forms.WayBack(request.form)
    person = db.session.get(Person, way.row.person_id)
    form.known = (person.name if person else "",)
    form.offer()
    return form


def _come_back(token: str, way: way_back.Way, form: forms.WayBack) -> Admitted:
    """Compare the sheet, hash outside the transaction, then prove all of it again and act."""
    session, ring = db.session(), staff.key_ring()
    fits = pair_from_seed(form.typed).public == way_back.sheet_public(session, way)
    hashed = door.password_with_sheet(forms.text_of(form.password), str(way.row.id), fits=fits)
    comer, now = way_back.Comer(hashed, form.typed), real_now()
    guarded = factors.counting(session, way.row.person_id)
    admitted = way_back.come_back(session, token, comer, ring=ring, now=now)
    public_url = current_app.config["SETTINGS"].public_url
    letters.tell_of_sheet_used(session, admitted.person_id, public_url, ring=ring, now=now)
    if guarded:
        door.tell_of_factor(admitted.person_id, "removed")
    return admitted


@accounts.route("/way-back/<uuid:way_id>/refuse", methods=["GET", "POST"])
@audience("staff", staff.SIGNED_IN)
def refuse_way(way_id: UUID) -> Response:
    """Refuse a link to come back by: who holds the key, or the person it is for."""
    found = next((one for one in ways_of_mine() if one.row.id == way_id), None)
    if found is None:
        abort(404)
    stepping.needs_step_up()
    form, member = forms.Confirm(request.form), staff.current_member()
    compares = member.can(Permission.KEYS_COMPARE)
    after = url_for("console.keys" if compares else "accounts.account")
    if request.method == "POST" and form.validate():
        try:
            way_back.refuse(staff.acting(), way_id)
            db.session.commit()
        except Refused as refused:
            db.session.rollback()
            tell(refused.sentence, "bad")
        else:
            return see_other(after)
    names = queries.names(db.session(), [found.row.person_id])
    return answer("way_back_refuse", form=form, back=after, name=names[found.row.person_id])


def ways_of_mine() -> list[way_back.Way]:
    """The links this member may refuse."""
    member, session = staff.current_member(), db.session()
    if member.operator is None:
        return []
    found = way_back.open_ways(session, member.organisation_id, real_now())
    if not found:
        return []
    return [one for one in found if member.person_id in {*one.others, one.row.person_id}]


def ways_here() -> list[tuple[way_back.Way, str]]:
    """The same, with the name of whom it is for; none where that is this member, who perhaps does
    not know of it. The account page shows them: not everybody sees the page of keys."""
    found, mine = ways_of_mine(), staff.current_member().person_id
    names = queries.names(db.session(), [one.row.person_id for one in found])
    return [(one, names[one.row.person_id] if one.row.person_id != mine else "") for one in found]
