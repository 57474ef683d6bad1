"""Every route that takes a form is sent a good one without its token: not one row changes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from grievance.accounts.operations import invitations
from grievance.accounts.queries import waiting_requests
from grievance.accounts.roles import Role
from grievance.cases import files
from grievance.cases.operations import receipts, remedying
from grievance.cases.states import TABLE
from grievance.cases.verbs import Verb
from grievance.clock import real_now
from grievance.directory.models import Channel
from grievance.questions import drafts
from grievance.tables import METADATA
from tests.cases.conftest import World
from tests.cases.test_cases_matrix import make_ready, settle
from tests.cast import NOW, Browser, browser, cheap_password, file_case, found_operator, member
from tests.desk.test_desk_matrix import AFTER, BY_STAFF, address, typed, undone
from tests.guard.test_tokens import WITHOUT
from tests.intake.filing_kit import Robot
from tests.pages import Page, read_page
from tests.questions.answers import WAGES

SAID = {
    "message": "Words.", "reason": "better_door", "language": "en", "note": "Words.",
    "words": "Words.", "how": "By telephone", "severity": "high", "issue": "housing",
    "email": "new@example.org", "name": "Somebody", "role": "handler", "channel": "phone",
    "check_made": "Asked", "rating": "4", "reprisal": "no", "way": "phone",
    "on_day": "2026-04-22", "problem": "money", "send": "now", "what-happened": "Again.",
    "typed": "Words.", "result": "advised", "preference": "none", "lang": "en",
}  # fmt: skip
# Where a case stands when a verb is tried: the first of these that the table allows.
PREFERRED = (
    "accepted", "in_review", "received", "with_mechanism", "in_dialogue", "remedy_agreed",
    "remedy_monitored", "awaiting_worker", "not_accepted", "closed", "withdrawn",
)  # fmt: skip
# What a look alone writes: that a case was opened, what was seen, when a session was last here.
LOOKED = {"read_log", "case_visit", "notice", "staff_session", "receipt_session"}

# What the same address writes when it is only looked at, and why.
AS_A_LOOK = {
    "intake.check": ("the number is drawn when the answers are first shown", {"draft"}),
    "intake.whose": ("a new secret for whoever sees the question", {"draft"}),
}


class Scene:
    """One browser that holds every cookie: of a lead, of a worker's visit and of a filing."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.app, self.session = app, session
        ring = app.config["KEY_RING"]
        operator = found_operator(session, ring)
        self.colleague = member(session, operator, Role.HANDLER, "Other Person")
        lead = member(session, operator, Role.LEAD, "Tanaka Ken")
        self.filed = file_case(session, app.config["SITE"])
        self.world = World(session, app.config["SITE"], operator, lead, self.colleague, self.filed)
        self.ids = self._there()
        self.client: Browser = browser(app, session, operator.director)
        visit = receipts.begin_visit(session, ring, self.filed.receipt, self.filed.keys, real_now())
        secret, draft = drafts.start(session, ring, real_now(), answers=WAGES)
        drafts.save(draft, {}, real_now(), seen="start")
        session.commit()
        self.client.set_cookie("receipt", visit)
        self.client.set_cookie("draft", secret)
        self.forms: dict[str, tuple[Page, Any]] = {}
        self.counted, self.digests = -1, {}

    def _there(self) -> dict[str, UUID]:
        """Of each kind of thing that an address names one that is there, and fit to be acted on."""
        session, ring, world = self.session, self.app.config["KEY_RING"], self.world
        world.bring_to("accepted")
        item, referral = world.promise(), world.hand_over("asked")
        stored = files.keep(world.site.blobs, b"14 hours", "note.txt")
        file = files.attach(session, self.filed.open(session), stored, files.Brought("worker", NOW))
        invitee = invitations.Invitee("New Person", "new-person@example.org", Role.HANDLER)
        now = real_now()
        token = invitations.invite(self.colleague.acting(session, ring, now), invitee)
        came = invitations.accept(
            session, token, invitations.Newcomer(cheap_password(ring), "en"), ring=ring, now=now
        )
        request = waiting_requests(session, world.operator.id, came.person_id)[0]
        phones = select(Channel.id).where(Channel.type == "phone", Channel.value.is_not(None))
        channel = session.scalars(phones.order_by(Channel.mechanism, Channel.position)).first()
        assert channel
        return {
            "file_id": file.id,
            "referral_id": referral.id,
            "item_id": item.id,
            "channel_id": channel,
            "request_id": request.id,
        }

    def paths(self) -> Iterator[tuple[str, str, set[str]]]:
        """Every route: its name, an address that is there, what it takes."""
        given = {
            "lang": "en",
            "reference": self.filed.case.reference,
            "page": "safe",
            "token": "x" * 40,
            "mechanism_id": "ngo-smj",
            "issue": "wages-unpaid",
            "person_id": self.colleague.id,
            **self.ids,
        }
        for rule in sorted(self.app.url_map.iter_rules(), key=str):
            ids = {name: given.get(name, "") for name in rule.arguments}
            try:
                built = rule.build(ids, append_unknown=False)
            except ValueError:
                continue
            if built is not None and rule.methods:
                yield rule.endpoint, built[1], set(rule.methods)

    def look(self) -> None:
        """Open every page once and remember its forms by where they are sent."""
        for endpoint, path, methods in self.paths():
            if "GET" not in methods or endpoint in ("static", "accounts.sign_out"):
                continue
            answer = self.client.get(path)
            if answer.status_code != 200 or answer.mimetype != "text/html":
                continue
            page = read_page(answer)
            for form in page.all("form", method="post"):
                sent_to = (form.get("action") or path).partition("?")[0]
                self.forms.setdefault(sent_to, (page, form))

    def body(self, path: str) -> dict[str, str]:
        """What somebody would send there; of a form we saw, filled."""
        if path not in self.forms:
            return dict(SAID)
        page, form = self.forms[path]
        sent = page.fields(form)
        if form.get("data-main") is not None:
            sent = Robot(self.client, SAID)._filled(page)
        return {**SAID, **{name: said or SAID.get(name, "") for name, said in sent.items()}}

    def rows(self) -> dict[str, str]:
        """A digest of each table's rows; the one from before where nothing was written since."""
        counted = written(self.session)
        if counted != self.counted:
            self.counted, self.digests = counted, rows(self.session)
        return self.digests


def written(session: Session) -> int:
    """How many rows this transaction has written, what it took back again among them."""
    return session.scalar(
        text(
            "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables"
            " WHERE relname <> ALL(:looked)"
        ),
        {"looked": list(LOOKED)},
    )


def rows(session: Session) -> dict[str, str]:
    """A digest of each table's rows."""
    names = sorted(set(METADATA.tables) - LOOKED)
    each = " UNION ALL ".join(
        f"SELECT '{name}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))"
        f' FROM "{name}" t'
        for name in names
    )
    found = session.execute(text(each)).all()
    session.commit()  # a savepoint that stays open would take later requests back
    return {str(name): str(digest) for name, digest in found}


@pytest.fixture
def scene(app: Flask, session: Session, loaded: Session) -> Scene:
    """The house, looked through."""
    assert loaded is not None
    made = Scene(app, session)
    made.look()
    return made


def test_a_form_without_its_token_changes_nothing(scene: Scene) -> None:
    taking = [(name, path) for name, path, methods in scene.paths() if "POST" in methods]
    taking.sort(key=lambda one: one[0] in WITHOUT)  # leaving comes last: it ends the visit
    before, changed = scene.rows(), {}
    for endpoint, path in taking:
        data = {n: v for n, v in scene.body(path).items() if n != "token"}
        scene.client.post(path, data=data)
        scene.client.post(path, data={**data, "token": "0" * 40})
        after = scene.rows()
        if after != before:
            changed[endpoint] = {name for name in after if after[name] != before[name]}
        before = after
    for endpoint, (_why, rows) in AS_A_LOOK.items():
        assert changed.pop(endpoint, rows) <= rows | {"draft_successor"}
    assert {name: rows for name, rows in changed.items() if name not in WITHOUT} == {}
    assert len(taking) > 80


def test_a_token_from_before_somebody_came_in_changes_nothing(scene: Scene) -> None:
    """Whoever used the browser earlier can know its `visit` or draft cookie, and the token."""
    earlier = scene.app.test_client()
    for name, known in (("visit", "planted"), ("draft", "planted.too")):
        scene.client.set_cookie(name, known)
        earlier.set_cookie(name, known)
        token = read_page(earlier.get("/en/return")).fields()["token"]
        before, changed = scene.rows(), set()
        for endpoint, path, methods in scene.paths():
            if "POST" in methods and path.startswith(("/staff/", "/en/case")):
                scene.client.post(path, data={**scene.body(path), "token": token})
                if scene.rows() != before:
                    before = scene.rows()
                    changed.add(endpoint)
        assert changed == set()


@contextmanager
def untouched(scene: Scene) -> Iterator[None]:
    """Whatever is done meanwhile never was, in this browser neither."""
    kept = dict(scene.client._cookies)
    with undone(scene.session):
        yield
    scene.client._cookies.clear()
    scene.client._cookies.update(kept)


def test_the_same_forms_with_their_token_change_something(scene: Scene) -> None:
    """Else the test above would show nothing: of what an address names each is there."""
    before, did = scene.rows(), set()
    for endpoint, path, methods in scene.paths():
        data = scene.body(path) if "POST" in methods and endpoint not in WITHOUT else {}
        if "token" in data:
            with untouched(scene):
                scene.client.post(path, data=data)
                if scene.rows() != before:
                    did.add(endpoint)
    assert len(did) >= 30, sorted(did)
    assert {
        "console.refuse_key",
        "console.remove_person",
        "desk.open_original",
        "desk.record_consent",
        "desk.recall_for_worker",
        "desk.record_remedy",
        "intake.message",
        "intake.withdraw",
    } <= did


@pytest.fixture
def world(app: Flask, session: Session, loaded: Session) -> World:
    """One case and who works on it, without a look at every page."""
    operator = found_operator(session, app.config["KEY_RING"])
    lead, colleague = (
        member(session, operator, Role.LEAD, name) for name in ("Tanaka Ken", "Mori Emi")
    )
    site = app.config["SITE"]
    return World(session, site, operator, lead, colleague, file_case(session, site))


# Pages of their own with more steps; those of conflicts hang on who declared them.
LEFT = {Verb.REISSUE, Verb.OPEN_ORIGINAL, Verb.REFER, Verb.AGREE_CONFLICT, Verb.LIFT_CONFLICT}


def _file(verb: Verb) -> dict[str, object]:
    """A file that no earlier request has closed."""
    return {"file": (BytesIO(b"Pay slip"), "slip.txt")} if verb == Verb.ADD_FILE else {}


def _news(world: World, verb: Verb) -> dict[str, str]:
    """What the worker says of each thing that was promised."""
    if verb != Verb.NEWS_FOR_WORKER:
        return {}
    kept = remedying.items(world.session, world.case.id)
    return {**AFTER, "reprisal": "no", **{f"came-{one.id.hex}": "wait" for one in kept}}


@pytest.mark.parametrize("verb", [verb for verb in BY_STAFF if verb not in LEFT])
def test_only_the_token_keeps_a_verb_from_being_done(
    app: Flask, session: Session, world: World, verb: Verb
) -> None:
    """A case that is ready for it and a whole form: refused without its token, done with it."""
    world.bring_to(next(state for state in PREFERRED if state in TABLE[verb].sources))
    make_ready(world, verb)
    settle(world, verb)
    session.commit()
    client = browser(app, session, world.handler)
    token = read_page(client.get("/staff/")).all("input", name="token")[0].get("value")
    sent = {
        **typed(world, verb, world.handler),
        **_news(world, verb),
        "version": str(world.case.version),
        "seq": str(world.case.event_seq),
        "form_id": str(uuid4()),
    }
    before, path = rows(session), address(world, verb)
    for wrong in ({}, {"token": "0" * 40}, {"token": ""}):
        client.post(path, data={**sent, **_file(verb), **wrong})
        assert rows(session) == before
    # there is no case left to go back to; link and code are shown this once; a copy is given
    done = 200 if verb in (Verb.ERASE, Verb.MAKE_LINK, Verb.EXPORT) else 303
    right = {**sent, **_file(verb), "token": token}
    assert client.post(path, data=right).status_code == done
    assert rows(session) != before
