"""Every verb in every state: it moves as the table says, or is refused and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from sqlalchemy import func, inspect, select

from grievance.accounts.audit import UnknownVerb
from grievance.accounts.models import Event
from grievance.accounts.roles import Permission
from grievance.cases import files
from grievance.cases.actors import Actor
from grievance.cases.models import Case, Message
from grievance.cases.operations import handling, receipts, replying
from grievance.cases.operations.moving import Conflict, Refused, check, move, verbs_for
from grievance.cases.states import HELPER, RESUME, STATES, TABLE, WORKER, Verb
from tests.cases.conftest import World, words
from tests.cast import NOW, new_keys

Doer = Callable[[World, Actor], object]


def _to_worker(send) -> Doer:
    def do(world: World, actor: Actor) -> object:
        return send(world.session, world.site, world.desk(), words(), actor, NOW, world.version)

    return do


def _translate(world: World, actor: Actor) -> object:
    return handling.translate(
        world.session, world.desk(), "what-happened", words(), actor, NOW
    )  # fmt: skip


def _original(world: World, actor: Actor) -> object:
    stored = files.keep(world.site.blobs, b"pay slip", "slip.txt")
    with world.session.no_autoflush:
        file = files.attach(
            world.session, world.desk(), stored, author="worker", message_id=None, at=NOW
        )
        world.session.flush()
    return handling.open_original(world.session, world.desk(), file, "Doubt", actor, NOW)


def _reissue(world: World, actor: Actor) -> object:
    asked = receipts.waiting_reissue(world.session, world.case.id)
    assert asked is not None
    _code, keys = new_keys(world.site.ring)
    return receipts.reissue(world.session, world.site, world.desk(), asked, keys, actor, NOW)


def _says(verb: Verb) -> Doer:
    """`say` picks the verb by the state; where it would pick the other, only the check is left."""

    def do(world: World, actor: Actor) -> object:
        picked = (
            Verb.WORKER_ANSWERS if world.case.state == "awaiting_worker" else Verb.WORKER_WRITES
        )
        if picked != verb:
            return check(world.case, verb, actor)
        return replying.say(world.session, world.site, world.home(), words(), [], actor, NOW)

    return do


def _change_receipt(world: World, actor: Actor) -> object:
    _code, keys = new_keys(world.site.ring)
    return receipts.change(world.session, world.site, world.home(), keys, actor, NOW)


DOERS: dict[Verb, Doer] = {
    Verb.TAKE: lambda w, a: handling.take(w.session, w.case, a, NOW, w.version),
    Verb.ASSIGN: lambda w, a: handling.assign(w.session, w.case, w.colleague.id, a, NOW, w.version),
    Verb.TRIAGE: lambda w, a: handling.triage(
        w.session, w.case, handling.Triage("high", ["housing"], danger=True), a, NOW, w.version
    ),
    Verb.ACKNOWLEDGE: _to_worker(handling.acknowledge),
    Verb.ASK_WORKER: _to_worker(handling.ask_worker),
    Verb.TELL_WORKER: _to_worker(handling.tell_worker),
    Verb.NOTE: lambda w, a: handling.note(w.session, w.desk(), words(), a, NOW),
    Verb.TRANSLATE: _translate,
    Verb.ACCEPT: lambda w, a: handling.accept(w.session, w.site, w.desk(), a, NOW, w.version),
    Verb.ASK_REISSUE: lambda w, a: receipts.ask_reissue(w.session, w.desk(), "Voice", a, NOW),
    Verb.REISSUE: _reissue,
    Verb.OPEN_ORIGINAL: _original,
    Verb.WORKER_ANSWERS: _says(Verb.WORKER_ANSWERS),
    Verb.WORKER_WRITES: _says(Verb.WORKER_WRITES),
    Verb.CHANGE_CONTACT: lambda w, a: replying.change_contact(w.session, w.home(), {}, a, NOW),
    Verb.CHANGE_RECEIPT: _change_receipt,
    Verb.WITHDRAW: lambda w, a: replying.withdraw(w.session, w.home(), a, NOW),
}


def snapshot(world: World) -> tuple[object, ...]:
    """The row and how much hangs on it, as the database has them."""
    world.session.flush()
    world.session.refresh(world.case)
    row = tuple(getattr(world.case, column.key) for column in inspect(Case).column_attrs)
    counts = tuple(
        world.session.scalar(select(func.count()).select_from(model)) for model in (Event, Message)
    )
    return row + counts


def actor_for(world: World, verb: Verb) -> Actor:
    if TABLE[verb].who in (WORKER, HELPER):
        return world.filed.actor
    return world.handler.actor


def test_every_verb_is_in_the_table_and_in_this_matrix():
    assert set(TABLE) == set(Verb) == set(DOERS)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("verb", list(Verb))
def test_a_verb_moves_as_the_table_says_or_changes_nothing(world: World, state: str, verb: Verb):
    if verb == Verb.REISSUE:
        receipts.ask_reissue(world.session, world.desk(), "Voice", world.colleague.actor, NOW)
    world.bring_to(state)
    row, actor, resumes = TABLE[verb], actor_for(world, verb), world.case.resumes_to
    offered = verb in verbs_for(world.case, actor)
    before = snapshot(world)
    assert offered == (state in row.sources)
    if not offered:
        with pytest.raises(Refused) as refused:
            DOERS[verb](world, actor)
        assert refused.value.why == "state"
        assert snapshot(world) == before
        return
    DOERS[verb](world, actor)
    world.session.flush()
    target = resumes if row.target == RESUME else row.target or state
    assert world.case.state == target
    events = select(Event).where(Event.stream_id == world.case.id).order_by(Event.seq.desc())
    last = world.session.scalars(events).first()
    assert (last.verb, last.codes["state"], last.actor) == (verb, target, actor.name)
    assert (target == "awaiting_worker") == (world.case.resumes_to is not None)


@pytest.mark.parametrize("verb", list(Verb))
def test_nobody_does_what_their_role_does_not_allow(world: World, verb: Verb):
    state = next(state for state in STATES if state in TABLE[verb].sources)
    if verb == Verb.REISSUE:
        receipts.ask_reissue(world.session, world.desk(), "Voice", world.colleague.actor, NOW)
    world.bring_to(state)
    everything = {str(p) for p in Permission} | {WORKER, HELPER}
    lacking = Actor(
        world.handler.actor.name,
        frozenset(everything - {TABLE[verb].who}),
        person=world.handler.id,
        receipt=world.filed.receipt.id,
    )
    before = snapshot(world)
    with pytest.raises(Refused) as refused:
        DOERS[verb](world, lacking)
    assert refused.value.why == "actor"
    assert snapshot(world) == before


VERSIONED = (
    Verb.TAKE, Verb.ASSIGN, Verb.TRIAGE, Verb.ACKNOWLEDGE, Verb.ASK_WORKER, Verb.TELL_WORKER,
    Verb.ACCEPT,
)  # fmt: skip


@pytest.mark.parametrize("verb", VERSIONED)
def test_the_slower_of_two_handlers_changes_nothing(world: World, verb: Verb):
    state = next(state for state in STATES if state in TABLE[verb].sources)
    world.bring_to(state)
    world.seen = world.case.version
    handling.note(world.session, world.desk(), words(), world.colleague.actor, NOW)
    before = snapshot(world)
    with pytest.raises(Conflict):
        DOERS[verb](world, world.handler.actor)
    assert snapshot(world) == before


def test_move_refuses_codes_that_are_not_of_the_vocabulary(world: World):
    with pytest.raises(UnknownVerb):
        move(world.session, world.case, Verb.NOTE, world.handler.actor, NOW, {"text": str(uuid4())})


@pytest.mark.parametrize(
    ("verb", "guard"),
    [(Verb.ACKNOWLEDGE, "not_acknowledged"), (Verb.ACCEPT, "assigned"),
     (Verb.ASK_REISSUE, "reissue_allowed"), (Verb.REISSUE, "reissue_allowed")],
)  # fmt: skip
def test_a_guard_that_does_not_hold_refuses_by_its_name(world: World, verb: Verb, guard: str):
    if verb == Verb.REISSUE:
        receipts.ask_reissue(world.session, world.desk(), "Voice", world.colleague.actor, NOW)
    world.bring_to("in_review")
    if guard == "not_acknowledged":
        world.case.acknowledged_at = NOW
    elif guard == "assigned":
        world.case.assignee_id = None
    else:
        world.case.reissue_allowed = False
    before = snapshot(world)
    assert verb not in verbs_for(world.case, world.handler.actor)
    with pytest.raises(Refused) as refused:
        DOERS[verb](world, world.handler.actor)
    assert refused.value.why == guard
    assert snapshot(world) == before
