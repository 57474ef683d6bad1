"""Every verb in every state: it moves as the table says, or is refused and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from sqlalchemy import func, inspect, select

from grievance.accounts.audit import UnknownVerb
from grievance.accounts.models import Event
from grievance.accounts.roles import Permission
from grievance.cases import files, queries
from grievance.cases.actors import Actor, of_job
from grievance.cases.models import Case, Message
from grievance.cases.operations import (
    belonging,
    consenting,
    deciding,
    escalating,
    handling,
    receipts,
    referring,
    replying,
)
from grievance.cases.operations.moving import Conflict, Refused, check, move, verbs_for
from grievance.cases.operations.referring import Act, HandingOver
from grievance.cases.states import HELPER, JOB, RESUME, STANDING, STATES, TABLE, WORKER, Verb
from grievance.deadlines import operations as clocks
from grievance.deadlines.queries import operator_hours
from grievance.directory import facts
from grievance.directory import operations as directory
from grievance.referrals import queries as referrals
from grievance.referrals.models import Packet
from grievance.referrals.operations.handing import Answered, Delivery
from tests.cases.conftest import ENDS, TODAY, World, document, words
from tests.cast import NOW, file_case, new_keys
from tests.directory.loaded import words as bodies

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


def _escalate(world: World, actor: Actor) -> object:
    hours = operator_hours(world.session)
    clock = clocks.start(world.session, world.case.id, "answer", NOW, hours)
    return escalating.escalate(
        world.session, world.site, clock, world.case, actor, NOW, hours
    )  # fmt: skip


def _decides(verb: Verb) -> Doer:
    """Where nothing is proposed in this state, only the check is left."""

    def do(w: World, actor: Actor) -> object:
        asked = queries.proposal(w.session, w.case.id)
        if asked is None:
            return check(w.case, verb, actor)
        if verb == Verb.SEND_BACK:
            return deciding.send_back(w.session, w.desk(), asked, words(), actor, NOW, w.version)
        return deciding.decline(w.session, w.site, w.desk(), asked, actor, NOW, w.version)

    return do


def _link(world: World, actor: Actor) -> object:
    other = world.other
    return belonging.link_duplicate(world.session, world.case, other, actor, NOW, world.version)


def _refer(w: World, actor: Actor) -> object:
    wanted = HandingOver(document=document("jp-lsio"), purpose="complaint", ends_on=ENDS)
    return referring.refer(w.session, w.site, w.desk(), wanted, _act(w, actor))


def _act(world: World, actor: Actor) -> Act:
    return Act(actor, NOW, world.version)


def _answer(kind: str) -> Doer:
    def do(w: World, actor: Actor) -> object:
        said = Answered(kind, TODAY)
        return referring.record_answer(
            w.session, w.site, w.desk(), w.referral, said, _act(w, actor)
        )

    return do


def _record(w: World, actor: Actor) -> object:
    told = {"given_by": "staff_recorded", "known_to": "staff", "words": "Read out; yes"}
    said = w.said("yes", recorder_id=w.handler.id, **told)
    return referring.record_consent(w.session, w.desk(), w.referral, said, _act(w, actor))


def _deliver(w: World, actor: Actor) -> object:
    sent = Delivery("staff", "post", TODAY)
    return referring.deliver(w.session, w.site, w.desk(), w.referral, sent, _act(w, actor))


def _says_to_consent(answer: str) -> Doer:
    def do(w: World, actor: Actor) -> object:
        packet = w.session.get(Packet, w.referral.packet_id) if w.referral else None
        return consenting.say(
            w.session, w.site, w.home(), w.referral, packet, w.said(answer), actor, NOW
        )

    return do


DOERS: dict[Verb, Doer] = {
    Verb.REFER: _refer,
    Verb.RECORD_CONSENT: _record,
    Verb.DELIVER: _deliver,
    Verb.REFERRAL_NEWS: _answer("accepted"),
    Verb.REFERRAL_OVER: _answer("declined"),
    Verb.CHASE: lambda w, a: referring.chase(w.session, w.case, w.referral, ENDS, _act(w, a)),
    Verb.RECALL_FOR_WORKER: lambda w, a: referring.recall_for_worker(
        w.session, w.desk(), "jp-lsio", "By telephone", _act(w, a)
    ),
    Verb.CONSENT_GIVEN: _says_to_consent("yes"),
    Verb.CONSENT_REFUSED: _says_to_consent("no"),
    Verb.RECALL: lambda w, a: consenting.recall(w.session, w.site, w.home(), "jp-lsio", a, NOW),
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
    Verb.ESCALATE: _escalate,
    Verb.ACKNOWLEDGE_ESCALATION: lambda w, a: escalating.acknowledge_escalation(
        w.session, w.case, a, NOW, w.version
    ),
    Verb.PROPOSE_DECLINE: lambda w, a: w.propose(a),
    Verb.DECLINE: _decides(Verb.DECLINE),
    Verb.SEND_BACK: _decides(Verb.SEND_BACK),
    Verb.UNASSIGN: lambda w, a: belonging.unassign(w.session, w.case, a, NOW, w.version),
    Verb.LINK_DUPLICATE: _link,
    Verb.RECUSE: lambda w, a: belonging.recuse(
        w.session, w.desk(), w.colleague.id, "A cousin works there", a, NOW, w.version
    ),
    Verb.REOPEN: lambda w, a: deciding.reopen(w.session, w.site, w.desk(), a, NOW, w.version),
    Verb.APPEAL: lambda w, a: deciding.appeal(w.session, w.site, w.home(), words(), a, NOW),
    Verb.WORKER_REOPENS: lambda w, a: deciding.worker_reopens(
        w.session, w.site, w.home(), words(), a, NOW
    ),
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


def make_ready(world: World, verb: Verb) -> None:
    """What some verbs need to have happened before."""
    if verb == Verb.REISSUE:
        receipts.ask_reissue(world.session, world.desk(), "Voice", world.colleague.actor, NOW)
    if verb == Verb.ACKNOWLEDGE_ESCALATION:
        world.case.level, world.case.escalation_waits = 1, True


STEP = {
    Verb.RECORD_CONSENT: "asked", Verb.CONSENT_GIVEN: "asked", Verb.CONSENT_REFUSED: "asked",
    Verb.DELIVER: "consented", Verb.REFERRAL_NEWS: "delivered", Verb.REFERRAL_OVER: "delivered",
    Verb.CHASE: "delivered", Verb.RECALL_FOR_WORKER: "delivered", Verb.RECALL: "delivered",
}  # fmt: skip


def settle(world: World, verb: Verb) -> None:
    """What some verbs need to be so in the state the case stands in."""
    case = world.case
    if verb in STEP and case.state in TABLE[verb].sources:
        case.decided_at = NOW
        world.hand_over(STEP[verb])
    if verb == Verb.REFER:
        directory.load(world.session, facts.shipped(), NOW, "cli:directory load", words=bodies())
    if verb == Verb.TAKE and case.state == "in_review":
        case.assignee_id = None
    if verb == Verb.UNASSIGN:
        case.assignee_id = world.handler.id
    if verb in (Verb.DECLINE, Verb.SEND_BACK) and case.state in TABLE[verb].sources:
        world.propose(world.colleague.actor)
    if verb == Verb.LINK_DUPLICATE:
        world.other = file_case(world.session, world.site).case.reference
    if verb == Verb.WORKER_REOPENS and case.state == "not_accepted":
        case.appealed_at = NOW
    world.session.flush()


def actor_for(world: World, verb: Verb) -> Actor:
    if TABLE[verb].who == JOB:
        return of_job("sweep")
    if TABLE[verb].who in (WORKER, HELPER):
        return world.filed.actor
    return world.handler.actor


def test_every_verb_is_in_the_table_and_in_this_matrix():
    assert set(TABLE) == set(Verb) == set(DOERS)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("verb", list(Verb))
def test_a_verb_moves_as_the_table_says_or_changes_nothing(world: World, state: str, verb: Verb):
    if verb == Verb.REISSUE:
        make_ready(world, verb)
    world.bring_to(state)
    if verb != Verb.REISSUE:
        make_ready(world, verb)
    settle(world, verb)
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
    target = row.target or state
    if row.target in (RESUME, STANDING):
        target = resumes if row.target == RESUME else state
        if target in ("in_review", "accepted", "with_mechanism"):
            at_bodies = referrals.under_way(world.session, world.case.id)
            home = "accepted" if target == "with_mechanism" else target
            target = "with_mechanism" if at_bodies else home
    assert world.case.state == target
    events = select(Event).where(Event.stream_id == world.case.id).order_by(Event.seq.desc())
    last = world.session.scalars(events).first()
    assert (last.verb, last.codes["state"], last.actor) == (verb, target, actor.name)
    assert (target == "awaiting_worker") == (world.case.resumes_to is not None)


@pytest.mark.parametrize("verb", list(Verb))
def test_nobody_does_what_their_role_does_not_allow(world: World, verb: Verb):
    state = next(state for state in STATES if state in TABLE[verb].sources)
    make_ready(world, verb)
    world.bring_to(state)
    settle(world, verb)
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
    Verb.ACCEPT, Verb.ACKNOWLEDGE_ESCALATION, Verb.PROPOSE_DECLINE, Verb.DECLINE, Verb.SEND_BACK,
    Verb.UNASSIGN, Verb.LINK_DUPLICATE, Verb.RECUSE, Verb.REOPEN, Verb.REFER,
    Verb.RECORD_CONSENT, Verb.DELIVER, Verb.REFERRAL_NEWS, Verb.REFERRAL_OVER, Verb.CHASE,
    Verb.RECALL_FOR_WORKER,
)  # fmt: skip


@pytest.mark.parametrize("verb", VERSIONED)
def test_the_slower_of_two_handlers_changes_nothing(world: World, verb: Verb):
    state = next(state for state in STATES if state in TABLE[verb].sources)
    world.bring_to(state)
    settle(world, verb)
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
     (Verb.ASK_REISSUE, "reissue_allowed"), (Verb.REISSUE, "reissue_allowed"),
     (Verb.ACKNOWLEDGE_ESCALATION, "escalated_to_them")],
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
