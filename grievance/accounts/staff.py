"""The member of staff behind a request: who they are, what they may do, which keys they open.

The cookie holds a secret and nothing else; the row it names is opened with it. Flask's signed
session is not used. An organisation's key is opened through the membership row at each request,
so deleting that row ends access at the next one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from flask import Flask, Request, Response, abort, current_app, g, redirect, request, url_for
from flask_login import UserMixin, current_user

from grievance.accounts import queries, words
from grievance.accounts.act import KeyHolder, StaffAct
from grievance.accounts.keys import member_holder, open_organisation_keys
from grievance.accounts.models import Person, StaffSession
from grievance.accounts.operations.keys import change_due_key, reseal_slice
from grievance.accounts.operations.signing import member_private
from grievance.accounts.queries import (
    MembershipFact,
    hold_member,
    live_session,
    memberships_of,
)
from grievance.accounts.roles import KEY_HOLDERS, NAMES, Permission, Role
from grievance.clock import now, real_now
from grievance.extensions import act_as, db, login
from grievance.i18n import BY_SLUG, gettext, speak
from grievance.vault.errors import Tampered
from grievance.vault.keyring import KeyRing
from grievance.web import resuming
from grievance.web.audience import guard
from grievance.web.binding import cookie, only_of
from grievance.web.pages import keep_open, provide
from grievance.web.redirects import see_other

COOKIE = "staff"
SIGNED_IN = "signed-in"  # the permission of a page that every member may open
SEEN_EVERY_SECONDS = 60
SETTING_UP = {
    f"accounts.{name}"
    for name in (
        "second_step",
        "new_factor",
        "new_passkey",
        "ask_passkey",
        "confirm_password",
        "sign_out",
        "still",
    )
}
OURS = ("/staff/", "/partner/")  # where pages for who is signed in lie


@dataclass(frozen=True)
class Member(UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """Who is signed in. Permissions are those at the operator's desk, and none for partners'
    people: theirs are those of `partner`."""

    person_id: UUID
    name: str
    language: str
    memberships: tuple[MembershipFact, ...]
    session_id: UUID
    stepped_up_at: datetime
    member_private: bytes = field(repr=False)

    @property
    def operator(self) -> MembershipFact | None:
        """What the member is at the operator; None for partners' people."""
        return next((fact for fact in self.memberships if fact.kind == "operator"), None)

    @property
    def partner(self) -> MembershipFact | None:
        """What the member is at a partner or company; None for staff of the operator."""
        return next((fact for fact in self.memberships if fact.guest), None)

    @property
    def organisation_id(self) -> UUID:
        """The operator's id; 403 for who is no member of it."""
        if self.operator is None:
            abort(403)
        return self.operator.organisation_id

    @property
    def role(self) -> Role | None:
        """The member's role at the operator."""
        return self.operator.role if self.operator else None

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the member may do at the desk now; nothing about cases without the key."""
        return self.operator.permissions if self.operator else frozenset()

    @property
    def must_guard(self) -> bool:
        """Whether the member's role must have a second step, and they have none."""
        return any(fact.must_guard and not fact.guarded for fact in self.memberships)

    @property
    def asked_to_guard(self) -> bool:
        """Whether they should have one: who works on cases or manages people, and has none."""
        fact = self.operator
        if fact is None or fact.guarded:
            return False
        return fact.role in KEY_HOLDERS or self.can(Permission.PEOPLE_MANAGE)

    def can(self, permission: Permission) -> bool:
        """Whether the member may do this at the desk now."""
        return permission in self.permissions

    @property
    def actor(self) -> str:
        """How the member stands in events."""
        return f"member:{self.person_id}"

    @property
    def holder(self) -> KeyHolder:
        """The member as somebody who acts with their own key."""
        return KeyHolder(self.person_id, self.member_private)

    def organisation_keys(self) -> dict[tuple[UUID, int], bytes]:
        """Private keys by (organisation, generation), opened through the membership rows once in
        each request; empty for who holds none."""
        if "organisation_keys" not in g:
            g.organisation_keys = open_organisation_keys(
                db.session(), self.person_id, self.member_private
            )
        opened: dict[tuple[UUID, int], bytes] = g.organisation_keys
        return opened

    def keys_of(self, organisation_id: UUID) -> dict[int, bytes]:
        """The private keys of one organisation by generation; empty for who holds none."""
        opened = self.organisation_keys().items()
        return {generation: key for (owner, generation), key in opened if owner == organisation_id}

    def get_id(self) -> str:
        """What Flask-Login knows them by."""
        return str(self.person_id)


def key_ring() -> KeyRing:
    """The key ring of this web process."""
    ring: KeyRing = current_app.config["KEY_RING"]
    return ring


def current_member() -> Member:
    """The member this request is by; 403 on a page that no guard has let them into."""
    found = member()
    if found is None:
        abort(403)
    return found


def acting() -> StaffAct:
    """What this request's member does to the operator, from now on."""
    by = current_member()
    return StaffAct(db.session(), key_ring(), by.organisation_id, by.holder, real_now())


def acting_there() -> StaffAct:
    """What this request's member does to the partner they belong to, from now on."""
    by = current_member()
    if by.partner is None:
        abort(403)
    return StaffAct(db.session(), key_ring(), by.partner.organisation_id, by.holder, real_now())


def member() -> Member | None:
    """The member the guard let in, for templates; None on pages for everybody, where `current_user`
    would be whoever has a cookie."""
    found: Member | None = g.get("member")
    return found


def still(permission: str, kind: str = "staff") -> Member:
    """The member once more after a slow hash, held until the transaction ends: who has no session
    any more signs in again, who may not any more gets 403."""
    before, session = current_member(), db.session()
    hold_member(session, before.person_id)
    row = live_session(session, cookie(COOKIE), real_now())
    if row is None or row.id != before.session_id:
        abort(redirect(url_for("accounts.sign_in"), 303))
    g.member = replace(before, memberships=memberships_of(session, before.person_id))
    g.pop("organisation_keys", None)
    _may(current_member(), kind, permission)
    return current_member()


def load(_incoming: Request) -> Member | None:
    """The member of a request, or None. Ends the transaction it read in, then acts as them."""
    secret = cookie(COOKIE)
    if not secret:
        return None
    now, session = real_now(), db.session()
    row = live_session(session, secret, now)
    private = _opened(row, secret)
    if row is None or private is None:
        return None
    session_id, person_id, stepped_up_at = row.id, row.person_id, row.stepped_up_at
    if (now - row.last_seen).total_seconds() > SEEN_EVERY_SECONDS:
        row.last_seen = now
    session.commit()
    act_as(f"member:{person_id}")
    person = session.get_one(Person, person_id)
    memberships = memberships_of(session, person_id)
    return Member(
        person_id, person.name, person.language, memberships, session_id, stepped_up_at, private
    )


def _opened(row: StaffSession | None, secret: str) -> bytes | None:
    try:
        return member_private(row, secret, key_ring()) if row else None
    except Tampered:
        return None


def check(permission: str | None) -> None:
    """The guard of the operator's pages: sign in first (303), then the permission (403)."""
    _let_in("staff", permission)


def check_partner(permission: str | None) -> None:
    """The guard of partners' pages: sign in first (303), then member of a partner and the
    permission there (403)."""
    _let_in("partner", permission)


def check_member(_permission: str | None) -> None:
    """The guard of one's own account: sign in first (303), wherever one is a member."""
    _let_in("member", SIGNED_IN)


def _may(found: Member, kind: str, permission: str | None) -> None:
    """403 for who is no member of such an organisation, and for who may not do this there."""
    places = {"staff": (found.operator,), "partner": (found.partner,), "member": found.memberships}
    there = [fact for fact in places[kind] if fact is not None]
    allowed = {str(one) for fact in there for one in fact.permissions} | {SIGNED_IN}
    if not there or permission not in allowed:
        abort(403)


def _let_in(kind: str, permission: str | None) -> None:
    if not current_user.is_authenticated:
        abort(login.unauthorized())
    found: Member = current_user._get_current_object()
    g.member, g.actor_id = found, str(found.person_id)
    only_of(COOKIE)
    keep_open(url_for("accounts.still"))
    if resuming.proven(cookie(COOKIE)):
        words.drop(db.session(), cookie(COOKIE))
    speak(BY_SLUG[found.language])
    _guard_first(found)
    _may(found, kind, permission)
    _change_key(found)
    _reseal(found)


def _change_key(found: Member) -> None:
    """Change a partner's key that somebody who left had held, while a colleague is here anyway."""
    there = found.partner
    if there is None or not (there.rotation_due and there.holds_key) or request.method != "GET":
        return
    change_due_key(acting_there())
    db.session.commit()
    g.pop("organisation_keys", None)


def _guard_first(found: Member) -> None:
    """Whose role must have a second step, and who has none, opens nothing but the pages on which it
    is set up. What was just written is shown to be copied."""
    if found.must_guard and request.endpoint not in SETTING_UP:
        abort(resuming.texts_page(resuming.written(), url_for("accounts.second_step")))


def _signed_out() -> Response:
    """To the sign-in. Words that were just sent are kept for who signs in here again; where that
    cannot be, they are shown to be copied."""
    session, secret, now = db.session(), cookie(COOKIE), real_now()
    back = url_for("accounts.sign_in", next=request.path if request.method == "GET" else None)
    said = words.Words(resuming.address(), resuming.written())
    if request.endpoint == "accounts.sign_out":
        words.drop(session, secret)
    person = queries.ended_session(session, secret, now) if resuming.proven(secret) else None
    kept = False
    if person:
        kept = words.keep(session, secret, member_holder(key_ring(), person), said, now)
    session.commit()
    return see_other(back) if kept else resuming.texts_page(said.fields, back)


def kept_here(path: str) -> resuming.Fields | None:
    """The fields that wait for this session at an address of theirs."""
    found = load(request) if path.startswith(OURS) else None
    if found is None:
        return None
    session = db.session()
    own = words.of_member(session.get_one(Person, found.person_id))
    told = words.read(session, cookie(COOKIE), own, found.member_private, real_now())
    session.commit()
    return told.fields if told and told.path.partition("?")[0] == path else None


def _reseal(found: Member) -> None:
    """Move some old grants on to the newest key, while one who can open both is here anyway."""
    due = [fact for fact in found.memberships if fact.resealing and fact.holds_key]
    if not due or request.method != "GET":
        return
    session, ring = db.session(), key_ring()
    for fact in due:
        reseal_slice(session, fact.organisation_id, found.organisation_keys(), ring, now())
    db.session.commit()


def init_app(app: Flask) -> None:
    """Let the guard see every staff request, and templates know who is signed in."""
    app.config["REMEMBER_COOKIE_NAME"] = ";"  # no cookie can be called so: nothing is remembered
    login.session_protection = None
    login.init_app(app)
    login.request_loader(load)
    login.unauthorized_handler(_signed_out)
    resuming.opener(app, kept_here)
    guard(app, "staff", check)
    guard(app, "partner", check_partner)
    guard(app, "member", check_member)
    provide(
        app,
        member=member,
        role_name=lambda role: gettext(NAMES[role]),
        member_layout=lambda: f"layout/{'partner_desk' if _at_partner() else 'desk'}.html",
    )


def _at_partner() -> bool:
    found = member()
    return found is not None and found.partner is not None
