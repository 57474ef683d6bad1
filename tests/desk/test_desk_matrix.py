"""Every verb of staff in every state, sent by every role to its own address."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

from grievance.accounts.models import Event
from grievance.accounts.roles import Role, permissions_of
from grievance.cases import assigned, records
from grievance.cases.lifecycle import STATES
from grievance.cases.models import Case, Message
from grievance.cases.operations import remedying
from grievance.cases.states import TABLE
from grievance.cases.verbs import Verb
from grievance.clock import real_now
from tests.cases.conftest import ENDS, World
from tests.cases.test_cases_matrix import make_ready, settle, translation_of
from tests.cast import Browser, Staff, browser, file_case, found_operator, member
from tests.desk.test_desk_handover import SAID
from tests.desk.test_desk_remedy import PROMISE
from tests.pages import read_page

ROLES = (Role.HANDLER, Role.LEAD, Role.DIRECTOR, Role.ADMINISTRATOR, Role.DIRECTORY_EDITOR)
# They have pages of their own with more steps: a new number is shown first, a file is named, a
# document is drafted, what goes is shown. Refusing them is tried here all the same.
# What was said of a promise ends in one of three verbs (`test_desk_watch`).
# Whose yes ends or lifts a conflict of interest hangs on who declared it, beside the role.
STEPS = (
    Verb.REISSUE, Verb.OPEN_ORIGINAL, Verb.REFER, Verb.AGREE_CONFLICT, Verb.LIFT_CONFLICT,
    Verb.ERASE, Verb.MAKE_LINK, Verb.NEWS_FOR_WORKER,
)  # fmt: skip
BY_STAFF = [verb for verb, row in TABLE.items() if row.who.startswith("case.")]
HANDED = (
    Verb.RECORD_CONSENT, Verb.DELIVER, Verb.REFERRAL_NEWS, Verb.REFERRAL_OVER, Verb.CHASE,
    Verb.RECALL_FOR_WORKER, Verb.TELL_BODY, Verb.MAKE_LINK, Verb.RENEW_LINK, Verb.CLOSE_LINK,
    Verb.READ_REPLY, Verb.LAY_ON_DESK,
)  # fmt: skip
# What only who has the case may do, or a lead: here a lead has it.
OWN_OR_LEAD = (Verb.UNASSIGN, Verb.ACKNOWLEDGE_ESCALATION)
OWN = (Verb.PASS_ON, Verb.PROPOSE_EXTEND, Verb.PAUSE_CLOCK)  # what only who has the case may do
SAYS = {"message": "Chào bạn.", "language": "vi"}
REASON = {"reason": "They asked by telephone"}
HOW = {"how": "By telephone"}
AFTER = {"on_day": "2026-04-22", "words": "She said so", "read_back": "yes"}


def typed(world: World, verb: Verb, staff: Staff) -> dict[str, Any]:
    """A form of the verb that anybody would call complete."""
    others: dict[Verb, Callable[[], dict[str, Any]]] = {
        Verb.OPEN_IDENTITY: lambda: {"reason": "contact"},
        Verb.EXPORT: lambda: {"reason": "review", "shape": "page"},
        Verb.CORRECT: lambda: {**SAYS, "why": "The month"},
        Verb.STATE_FACTS: lambda: {"company": "Mihon", "why": "By telephone"},
        Verb.ADD_FILE: lambda: {"file": (BytesIO(b"Pay slip"), "slip.txt")},
        Verb.RECORD_ANSWER: lambda: {"message": "March", "read_back": "yes"},
        Verb.ASSIGN: lambda: {"person": str(world.colleague.id)},
        Verb.PASS_ON: lambda: {"person": str(world.colleague.id), "message": "Call her on Monday"},
        Verb.TRIAGE: lambda: {"severity": "high", "issue": "housing"},
        Verb.TRANSLATE: lambda: {
            "passage": "what-happened",
            "message": "No pay.",
            "language": "en",
        },
        Verb.ASK_REISSUE: lambda: {"check_made": "Asked for the month"},
        Verb.PROPOSE_EXTEND: lambda: _later(world),
        Verb.PAUSE_CLOCK: lambda: _still(world),
        Verb.RESUME_CLOCK: lambda: {"clock": "next_step"},
        Verb.PROPOSE_DECLINE: lambda: {**SAYS, "reason": "better_door", "door": _door(world)},
        Verb.LINK_DUPLICATE: lambda: {"reference": world.other or "0000000000"},
        **dict.fromkeys((Verb.LINK_MATTER, Verb.PART_MATTER), lambda: _beside(world)),
        Verb.RECUSE: lambda: {"person": str(staff.id), "reason": "A cousin works there"},
        Verb.DECLARE_CONFLICT: lambda: {
            "person": str(world.colleague.id),
            "reason": "A cousin works there",
        },
        Verb.RECORD_CONSENT: lambda: {**SAID, **_shown(world), "immigration": "yes"},
        Verb.DELIVER: lambda: {"by": "staff", "channel": "post", "on_day": "2026-04-22"},
        Verb.REFERRAL_NEWS: lambda: {"kind": "accepted", "on_day": "2026-04-22"},
        Verb.REFERRAL_OVER: lambda: {"next_chase": str(ENDS)},
        Verb.CHASE: lambda: {"next_chase": str(ENDS)},
        Verb.RECALL_FOR_WORKER: lambda: REASON,
        Verb.TELL_BODY: lambda: {"on_day": "2026-04-22"},
        Verb.RECORD_REMEDY: lambda: {**PROMISE, "stands": "offered"},
        Verb.AGREE_REMEDY: lambda: {**SAYS, **HOW},
        Verb.CONFIRM_FOR_WORKER: lambda: {**HOW, **_all_came(world)},
        Verb.BREACH_FOR_WORKER: lambda: HOW,
        Verb.RECORD_SIGN_OFF: lambda: {"rating": "4", "reprisal": "no", "words": "She said yes"},
        Verb.TRY_TO_REACH: lambda: {"way": "phone", "on_day": "2026-04-22", "note": "Rang"},
        Verb.RECORD_WELL: lambda: AFTER,
        Verb.RECORD_WORRY: lambda: {**AFTER, "safe": "no", "reprisal": "yes", "stayed": "no"},
        Verb.RECORD_CALL: lambda: {"result": "reached", "words": "She was told"},
        Verb.PROPOSE_CLOSE: lambda: {**SAYS, "result": "advised"},
        Verb.GIVE_PASSAGES: lambda: {
            "passages": "what-happened",
            "person": str(world.interpreter.id if world.interpreter else uuid4()),
            "language": "en",
            "due_on": "2030-05-10",
            "other_side": "Mihon Foods",
        },
        Verb.RECORD_INTERPRETER: lambda: {"answer": "no", "words": "No", "read_back": "yes"},
        Verb.TAKE_BACK_PASSAGE: lambda: _passage(world),
        Verb.CHECK_TRANSLATION: lambda: _passage(world),
        Verb.VERIFY_TRANSLATION: lambda: {
            "translation": str(translation_of(world)),
            "reads_both": "yes",
        },
        Verb.PROPOSE_ERASE: lambda: {"ground": "worker", "why": "On her page"},
    }
    return others.get(verb, lambda: SAYS)()


def _beside(world: World) -> dict[str, str]:
    return {"reference": world.other or "0000000000", "why": "She told us of him"}


def _later(world: World) -> dict[str, str]:
    day = str(world.later_day().day)
    return {"clock": "next_step", "day": day, "why": "more", "message": "Many books"}


def _still(world: World) -> dict[str, str]:
    day = str(world.pause(real_now()).day)
    return {"clock": "next_step", "day": day, "why": "body", "message": "The office decides"}


def _passage(world: World) -> dict[str, str]:
    """The passage that was given last."""
    given = assigned.of_case(world.session, world.case.id)
    return {"passage": str(given[0].id if given else uuid4())}


def _door(world: World) -> str:
    kept = records.suggestion(world.session, world.desk())
    return str(kept["doors"][0]["mechanism"])


def _shown(world: World) -> dict[str, str]:
    """What the form of a yes by telephone carries along."""
    said = world.said("yes")
    return {
        "digest": said.digest.hex(),
        "recipient": said.recipient,
        "shown_purpose": said.purpose,
        "shown_form": said.form,
        "shown_end": str(said.ends_on),
        "shown_parts": " ".join(said.parts),
        "shown_office": str(said.office or ""),
    }


def _note(world: World) -> UUID:
    """The last note among staff; of a case without one, nobody's."""
    mine = (Message.case_id == world.case.id, Message.verb == "note")
    found = select(Message.id).where(*mine).order_by(Message.seq.desc())
    return world.session.scalars(found).first() or uuid4()


def address(world: World, verb: Verb) -> str:
    case = f"/staff/cases/{world.case.reference}"
    if verb in HANDED:
        return f"{case}/referrals/{world.referral.id if world.referral else uuid4()}/{verb}"
    own = {
        Verb.OPEN_ORIGINAL: f"{case}/files/{uuid4()}/open_original",
        Verb.REFER: f"{case}/refer/jp-lsio",
        Verb.RECORD_REMEDY: f"{case}/remedy",
        Verb.GIVE_PASSAGES: f"{case}/passages",
        Verb.RECORD_CALL: f"{case}/call",
        Verb.STATE_FACTS: f"{case}/facts/company",
        Verb.CORRECT: f"{case}/correct/note/{_note(world)}",
    }
    return own.get(verb, f"{case}/{verb}")


def snapshot(world: World) -> tuple[object, ...]:
    """The row, and how much hangs on it."""
    world.session.expire_all()
    world.session.refresh(world.case)
    row = tuple(getattr(world.case, column.key) for column in inspect(Case).column_attrs)
    return row + tuple(
        world.session.scalar(select(func.count()).select_from(model)) for model in (Event, Message)
    )


@contextmanager
def undone(session: Session) -> Iterator[None]:
    """Whatever is committed meanwhile never was."""
    session.commit()
    point = session.get_bind().begin_nested()
    try:
        yield
    finally:
        session.rollback()
        point.rollback()
        session.expire_all()


pytestmark = pytest.mark.usefixtures("loaded")  # an answer is advised on


@pytest.fixture
def world(app: Flask, session: Session) -> World:
    """A case whose handler is a lead."""
    operator = found_operator(session, app.config["KEY_RING"])
    lead = member(session, operator, Role.LEAD, "Tanaka Ken")
    colleague = member(session, operator, Role.LEAD, "Mori Emi")
    site = app.config["SITE"]
    return World(session, site, operator, lead, colleague, file_case(session, site))


@pytest.fixture
def people(app: Flask, world: World) -> dict[Role, tuple[Staff, Browser, str]]:
    """Somebody of every role, their browser, and the token of its forms."""
    staff = {role: member(world.session, world.operator, role, str(role)) for role in ROLES[::4]}
    staff |= {
        Role.LEAD: world.handler,
        Role.DIRECTOR: world.operator.director,
        Role.ADMINISTRATOR: member(world.session, world.operator, Role.ADMINISTRATOR, "Admin"),
    }
    found = {}
    for role in ROLES:
        client = browser(app, world.session, staff[role])
        token = read_page(client.get("/staff/")).all("input", name="token")[0].get("value")
        found[role] = (staff[role], client, str(token))
    return found


@pytest.mark.parametrize("state", STATES)
def test_every_verb_by_every_role_does_what_the_table_says(
    world: World, people: dict[Role, tuple[Staff, Browser, str]], state: str
) -> None:
    world.bring_to(state)
    world.session.commit()
    for verb in BY_STAFF:
        for role in ROLES:
            staff, client, token = people[role]
            with undone(world.session):
                if TABLE[verb].who in _can(role, staff) and verb not in STEPS:
                    make_ready(world, verb)
                    settle(world, verb)
                    world.session.commit()
                _send(world, verb, role, (staff, client, token))
            world.referral = None


def _all_came(world: World) -> dict[str, str]:
    kept = remedying.items(world.session, world.case.id)
    return {f"sum-{one.id.hex}": "9,000,000" for one in kept}


def _can(role: Role, staff: Staff) -> set[str]:
    return {str(one) for one in permissions_of(role, holds_key=staff.holds_key)}


def _send(world: World, verb: Verb, role: Role, by: tuple[Staff, Browser, str]) -> None:
    staff, client, token = by
    before, row, state = snapshot(world), TABLE[verb], world.case.state
    sent = {
        **typed(world, verb, staff),
        "token": token,
        "version": str(world.case.version),
        "seq": str(world.case.event_seq),
        "form_id": str(uuid4()),
    }
    answer = client.post(address(world, verb), data=sent)
    said = f"{verb} in {state} by {role}: {answer.status_code}"
    if row.who not in _can(role, staff):
        assert answer.status_code == 403, said
        assert snapshot(world) == before, said
        return
    not_theirs = role == Role.HANDLER and verb in OWN_OR_LEAD and world.case.assignee_id
    not_theirs = not_theirs or (verb in OWN and world.case.assignee_id != staff.id)
    refused = state not in row.sources or not_theirs
    if refused or verb in STEPS:
        assert answer.status_code in (303, 403, 404, 409, 422), said
        assert snapshot(world) == before, said
        return
    done = 200 if verb == Verb.EXPORT else 303  # it is given what it asked for
    assert answer.status_code == done, f"{said} {read_page(answer).main[:300]}"
    last = world.session.scalars(
        select(Event).where(Event.stream_id == world.case.id).order_by(Event.seq.desc())
    ).first()
    assert last is not None
    assert (last.verb, last.actor) == (verb, f"member:{staff.id}"), said
