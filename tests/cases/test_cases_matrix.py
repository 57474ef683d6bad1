"""Every verb in every state: it moves as the table says, or is refused and changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, inspect, select

from grievance.accounts.audit import UnknownVerb
from grievance.accounts.models import Event
from grievance.accounts.named import unnamed
from grievance.accounts.partners import recipient_of
from grievance.accounts.roles import Permission
from grievance.cases import assigned, calls, files, queries
from grievance.cases.act import Act, JobAct
from grievance.cases.actors import Actor, of_job
from grievance.cases.lifecycle import OPEN, PROMISED, STATES
from grievance.cases.models import Case, Message, Recusal, RemedyItem
from grievance.cases.opening import open_packet
from grievance.cases.operations import (
    adding,
    aftercare,
    asking,
    attaching,
    bodies,
    closing,
    conflicts,
    consenting,
    correcting,
    deciding,
    diary,
    duplicates,
    erasing,
    escalating,
    exporting,
    extending,
    feedback,
    freeing,
    handling,
    interpreting,
    linking,
    matters,
    passing,
    pausing,
    receipts,
    referring,
    remedying,
    replying,
    ringing,
    stating,
    unfolding,
    verifying,
    warning,
    watching,
)
from grievance.cases.operations.adding import Added
from grievance.cases.operations.aftercare import CheckIn
from grievance.cases.operations.bodies import Guessed
from grievance.cases.operations.closing import SignOff, Tried
from grievance.cases.operations.conflicts import Declared
from grievance.cases.operations.correcting import Corrected
from grievance.cases.operations.erasing import Erasing
from grievance.cases.operations.exporting import Export
from grievance.cases.operations.handling import Translating
from grievance.cases.operations.interpreting import GivenBack, HandedIn, LookedOver, Opening
from grievance.cases.operations.linking import Shown
from grievance.cases.operations.matters import Beside
from grievance.cases.operations.moving import Conflict, check, move, verbs_for
from grievance.cases.operations.referring import About, Proposal
from grievance.cases.operations.remedying import Agreement, Arrival, Heard, Remedy
from grievance.cases.operations.replying import Sent
from grievance.cases.operations.ringing import Called
from grievance.cases.operations.stating import Stated
from grievance.cases.operations.sums import Facts
from grievance.cases.operations.verifying import Verifying
from grievance.cases.recleaning import Reader
from grievance.cases.states import TABLE
from grievance.cases.transitions import (
    BODY,
    HELPER,
    INTERPRETER,
    JOB,
    LINK,
    RESUME,
    STANDING,
    TALKED,
    WORKER,
)
from grievance.cases.translated import Translation
from grievance.cases.verbs import Verb
from grievance.clock import real_now
from grievance.deadlines import operations as clocks
from grievance.deadlines.models import LimitationDate
from grievance.deadlines.queries import operator_hours
from grievance.directory import facts
from grievance.directory import operations as directory
from grievance.questions.bank import shipped
from grievance.questions.complaint import complaint_of
from grievance.referrals import queries as referrals
from grievance.referrals.answered import Answered
from grievance.referrals.links import BodyWrote
from grievance.referrals.models import Packet
from grievance.referrals.operations import laying, recalling, steps
from grievance.referrals.operations.linking import NewLink
from grievance.referrals.operations.steps import Delivery
from grievance.refusals import Refused
from grievance.vault.receipts import reply_pair
from tests.cases.conftest import ENDS, TODAY, World, document, words
from tests.cast import NOW, Step, file_case, new_keys
from tests.directory.loaded import words as entries
from tests.questions.answers import WAGES

Doer = Callable[[World, Actor], object]


def _to_worker(send) -> Doer:
    def do(world: World, actor: Actor) -> object:
        return send(world.act(actor), words())

    return do


def _translate(world: World, actor: Actor) -> object:
    return handling.translate(world.act(actor), handling.Translating("what-happened", words()))


def _correct(world: World, actor: Actor) -> object:
    noted = select(Message.id).where(Message.case_id == world.case.id, Message.verb == "note")
    target = world.session.scalars(noted).first() or uuid4()
    found = Corrected("note", target, words("We rang in May"), "The month")
    return correcting.correct(world.act(actor), found)


def _noted(world: World) -> None:
    handling.note(world.act(), words("We rang in March"))
    world.session.expire(world.case, ["version"])


def _original(world: World, actor: Actor) -> object:
    stored = files.keep(world.site.blobs, b"pay slip", "slip.txt")
    with world.session.no_autoflush:
        file = files.attach(world.session, world.desk(), stored, files.Brought("worker", NOW))
        world.session.flush()
    return handling.open_original(world.act(actor), handling.Looking(file, "Doubt"))


def _reissue(world: World, actor: Actor) -> object:
    _code, keys = new_keys(world.site.ring)
    return receipts.reissue(world.act(actor), keys)


def _says(verb: Verb) -> Doer:
    """`say` picks the verb; where no question waits that could be answered, only the check is
    left."""

    def do(world: World, actor: Actor) -> object:
        answers = verb == Verb.WORKER_ANSWERS
        if answers and world.case.state != "awaiting_worker":
            return check(world.case, verb, actor)
        return replying.say(world.own(actor), Sent(words(), answers=answers))

    return do


def _adds(world: World, actor: Actor) -> object:
    complaint = complaint_of(shipped(), {**WAGES, "company": "Mihon"})
    added = Added(complaint, (), words=True, rules_version="1", suggestion={})
    return adding.add(world.own(actor), added)


def _states(world: World, actor: Actor) -> object:
    complaint = complaint_of(shipped(), {**WAGES, "company": "Mihon"})
    added = Added(complaint, (), words=True, rules_version="1", suggestion={})
    stated = Stated({"company": ("", "Mihon")}, added, "By telephone", uuid4())
    return stating.state_facts(world.act(actor), stated)


def _adds_file(world: World, actor: Actor) -> object:
    stored = files.keep(world.site.blobs, b"pay slip", "slip.txt")
    with world.session.no_autoflush:
        file = files.attach(world.session, world.desk(), stored, files.Brought("staff", NOW))
        world.session.flush()
    return attaching.add_file(world.act(actor), file.id)


def _change_receipt(world: World, actor: Actor) -> object:
    _code, keys = new_keys(world.site.ring)
    return receipts.change(world.own(actor), keys)


def _escalate(world: World, actor: Actor) -> object:
    hours = operator_hours(world.session)
    clock = clocks.start(world.session, world.case.id, "answer", NOW, hours)
    act = JobAct(world.session, world.case, actor, NOW)
    return escalating.escalate(act, escalating.Overdue(world.site, clock, hours))


def _resumes(world: World, actor: Actor) -> object:
    act = JobAct(world.session, world.case, actor, NOW)
    running = clocks.running(world.session, world.case.id)
    still = next((one for one in running if one.paused_at), None)
    return pausing.clock_resumes(act, still) if still else act.check(Verb.CLOCK_RESUMES)


def _warn(world: World, actor: Actor) -> object:
    day = LimitationDate(id=uuid4(), case_id=world.case.id, latest_safe=NOW.date())
    world.session.add(day)
    return warning.warn(
        JobAct(world.session, world.case, actor, NOW), warning.Near(world.site, day)
    )


def _decides(verb: Verb) -> Doer:
    """Where nothing is proposed in this state, only the check is left."""

    def do(w: World, actor: Actor) -> object:
        asked = queries.proposal(w.session, w.case.id)
        if asked is None:
            return check(w.case, verb, actor)
        if verb == Verb.SEND_BACK:
            return deciding.send_back(w.act(actor), words())
        if verb == Verb.EXTEND:
            return extending.extend(w.act(actor))
        return deciding.decline(w.act(actor))

    return do


def _link(world: World, actor: Actor) -> object:
    other = world.other
    return duplicates.link_duplicate(world.act(actor), other)


def _beside(world: World) -> Beside:
    lead = world.handler
    reader = Reader(lead.id, lead.organisation, world.desk().privates)
    return Beside(world.other, reader, "She told us of him")


def _refer(w: World, actor: Actor) -> object:
    wanted = Proposal(document=document("jp-lsio"), purpose="complaint", ends_on=ENDS)
    return referring.refer(w.act(actor), wanted)


def _act(world: World, actor: Actor) -> Act:
    return world.act(actor)


def _of_hand_over(do, said: object) -> Doer:
    return lambda w, a: do(w.act(a), About(w.referral, said))


def _makes_link(w: World, actor: Actor) -> object:
    pair = reply_pair(b"root", "token", b"pepper")
    return linking.make_link(w.act(actor), About(w.referral, NewLink("token", pair, 1, NOW)))


def _shuts(w: World, actor: Actor) -> object:
    link = w.door and w.door.link
    return bodies.shut_out(JobAct(w.session, w.case, actor, NOW), Guessed(w.site, link))


def _record(w: World, actor: Actor) -> object:
    told = {"given_by": "staff_recorded", "known_to": "staff", "words": "Read out; yes"}
    said = w.said("yes", recorder_id=w.handler.id, **told)
    return referring.record_consent(w.act(actor), About(w.referral, said))


def _says_to_consent(answer: str) -> Doer:
    return lambda w, a: consenting.say(w.own(a), About(w.referral, w.said(answer)))


def _of(do, value) -> Doer:
    return lambda w, a: do(w.act(a), value())


def _claimed() -> Remedy:
    return Remedy("apology", "claimed", Facts("A letter from the company"))


def _reports(verb: Verb, came: str) -> Doer:
    """`report` picks the verb by the state; where it would pick another, only the check is left."""

    def do(w: World, actor: Actor) -> object:
        watched = remedying.asked_about(w.session, w.case)
        said = Arrival({one.id: came for one in watched}, False, words())
        if not watched or remedying.verb_of(w.case, watched, said, TODAY) != verb:
            return check(w.case, verb, actor)
        return remedying.report(w.own(actor), said)

    return do


def _records_news(w: World, actor: Actor) -> object:
    watched = remedying.asked_about(w.session, w.case)
    said = Arrival({one.id: "wait" for one in watched}, False, words("Not yet"), on=TODAY)
    return watching.record_news(w.act(actor), said)


def _record_sign_off(w: World, actor: Actor) -> object:
    said = SignOff(None, None, words("Read back: may be closed"))
    return closing.record_sign_off(_act(w, actor), said)


def _sign_off(w: World, actor: Actor) -> object:
    said = SignOff(5, False, words(""))
    return closing.sign_off(w.own(actor), said)


def _try(w: World, actor: Actor) -> object:
    tried = Tried("phone", TODAY, "Rang twice")
    return closing.try_to_reach(_act(w, actor), tried)


def _propose_close(w: World, actor: Actor) -> object:
    return w.propose_close(actor=actor)


def _close(w: World, actor: Actor) -> object:
    asked = queries.proposal(w.session, w.case.id)
    if asked is None:
        return check(w.case, Verb.CLOSE, actor)
    return closing.close(w.act(actor))


def translation_of(w: World) -> UUID:
    """The last translation of the case; of a case without one, of nobody's."""
    mine = select(Translation.id).where(Translation.case_id == w.case.id)
    return w.session.scalars(mine).first() or uuid4()


def _verify(w: World, actor: Actor) -> object:
    return verifying.verify_translation(w.act(actor), Verifying(translation_of(w), True))


def _of_passage(do, value=lambda passage: passage, by=World.act) -> Doer:
    """Of the passage that was given last; of a case without one, of nobody's."""

    def act(w: World, actor: Actor) -> object:
        given = assigned.of_case(w.session, w.case.id)
        return do(by(w, actor), value(given[0].id if given else uuid4()))

    return act


DOERS: dict[Verb, Doer] = {
    Verb.ALLOW_INTERPRETER: lambda w, a: interpreting.allow_interpreter(w.own(a)),
    Verb.REFUSE_INTERPRETER: lambda w, a: interpreting.refuse_interpreter(w.own(a)),
    Verb.RECORD_INTERPRETER: lambda w, a: interpreting.record_interpreter(
        w.act(a), interpreting.Heard(False, "She says no.")
    ),
    Verb.GIVE_PASSAGES: lambda w, a: interpreting.give_passages(w.act(a), w.giving()),
    Verb.TAKE_BACK_PASSAGE: _of_passage(interpreting.take_back_passage),
    Verb.CHECK_TRANSLATION: _of_passage(
        interpreting.check_translation, lambda one: LookedOver(one, reads_both=False)
    ),
    Verb.VERIFY_TRANSLATION: _verify,
    Verb.OPEN_PASSAGE: _of_passage(
        interpreting.open_passage, lambda one: Opening(one, nothing_to_do=True), World.interprets
    ),
    Verb.RETURN_PASSAGE: _of_passage(
        interpreting.return_passage, lambda one: GivenBack(one, conflict=True), World.interprets
    ),
    Verb.HAND_IN: _of_passage(
        interpreting.hand_in, lambda one: HandedIn(one, "No pay."), World.interprets
    ),
    Verb.ASK_ERASURE: lambda w, a: erasing.ask_erasure(w.own(a)),
    Verb.STOP_ERASURE: lambda w, a: erasing.stop_erasure(w.own(a)),
    Verb.PROPOSE_ERASE: _of(erasing.propose_erase, lambda: Erasing("worker", "On her page")),
    Verb.ERASE: lambda w, a: erasing.erase(w.act(a)),
    Verb.TELL_BODY: _of_hand_over(referring.tell_body, TODAY),
    Verb.MAKE_LINK: _makes_link,
    Verb.RENEW_LINK: _of_hand_over(linking.renew_link, NOW),
    Verb.CLOSE_LINK: _of_hand_over(linking.close_link, None),
    Verb.READ_REPLY: _of_hand_over(linking.read_reply, Shown(words=True)),
    Verb.BODY_OPENED: lambda w, a: bodies.come_in(w.over_link(a), w.referral),
    Verb.BODY_WROTE: lambda w, a: bodies.write(w.over_link(a), w.wrote("accepted")),
    Verb.LINK_SHUT: _shuts,
    Verb.LAY_ON_DESK: _of_hand_over(linking.lay_on_desk, None),
    Verb.BODY_STOPPED: lambda w, a: bodies.stopped(w.at_desk(a), w.referral),
    Verb.OPEN_DIALOGUE: _of(remedying.open_dialogue, words),
    Verb.NO_AGREEMENT: _of(remedying.no_agreement, words),
    Verb.RECORD_REMEDY: _of(remedying.record, _claimed),
    Verb.AGREE_REMEDY: _of(remedying.agree_remedy, lambda: Agreement("On the phone", words())),
    Verb.CONFIRM_FOR_WORKER: _of(remedying.confirm_for_worker, lambda: Heard("On the phone")),
    Verb.BREACH_FOR_WORKER: _of(remedying.breach_for_worker, lambda: "On the phone"),
    Verb.NEWS_FOR_WORKER: _records_news,
    Verb.REMEDY_NEWS: _reports(Verb.REMEDY_NEWS, "wait"),
    Verb.CONFIRM_REMEDY: _reports(Verb.CONFIRM_REMEDY, "all"),
    Verb.REMEDY_BREACHED: _reports(Verb.REMEDY_BREACHED, "no"),
    Verb.SIGN_OFF: _sign_off,
    Verb.RECORD_SIGN_OFF: _record_sign_off,
    Verb.TRY_TO_REACH: _try,
    Verb.CALL_DUE: lambda w, a: ringing.call_due(JobAct(w.session, w.case, a, NOW), "law"),
    Verb.RECORD_CALL: _of(ringing.record_call, lambda: Called("no_answer", words(""))),
    Verb.RECORD_WELL: _of(
        aftercare.record_well, lambda: CheckIn("yes", False, words("Well"), on=TODAY)
    ),
    Verb.RECORD_WORRY: _of(
        aftercare.record_worry, lambda: CheckIn("no", True, words("Not safe"), on=TODAY)
    ),
    Verb.CHECKED_IN: lambda w, a: aftercare.check_in(w.own(a), CheckIn("yes", False, words(""))),
    Verb.WORRIED: lambda w, a: aftercare.check_in(w.own(a), CheckIn("no", True, words(""))),
    Verb.PROPOSE_CLOSE: _propose_close,
    Verb.CLOSE: _close,
    Verb.REFER: _refer,
    Verb.RECORD_CONSENT: _record,
    Verb.DELIVER: _of_hand_over(referring.deliver, Delivery("staff", "post", TODAY)),
    Verb.REFERRAL_NEWS: _of_hand_over(referring.record_answer, Answered("accepted", TODAY)),
    Verb.REFERRAL_OVER: _of_hand_over(referring.record_answer, Answered("declined", TODAY)),
    Verb.CHASE: _of_hand_over(referring.chase, ENDS),
    Verb.RECALL_FOR_WORKER: _of_hand_over(referring.recall_for_worker, "By telephone"),
    Verb.CONSENT_GIVEN: _says_to_consent("yes"),
    Verb.CONSENT_REFUSED: _says_to_consent("no"),
    Verb.RECALL: lambda w, a: consenting.recall(w.own(a), "jp-lsio"),
    Verb.TAKE: lambda w, a: handling.take(w.act(a)),
    Verb.TAKE_OVER: lambda w, a: handling.take_over(w.act(a)),
    Verb.ASSIGN: lambda w, a: handling.assign(w.act(a), w.colleague.id),
    Verb.PASS_ON: lambda w, a: passing.pass_on(
        w.act(a), passing.Passed(w.colleague.id, words("Call her on Monday"))
    ),
    Verb.TRIAGE: lambda w, a: handling.triage(
        w.act(a), handling.Triage("high", ["housing"], danger=True)
    ),
    Verb.ACKNOWLEDGE: _to_worker(handling.acknowledge),
    Verb.ASK_WORKER: _to_worker(handling.ask_worker),
    Verb.TELL_WORKER: _to_worker(handling.tell_worker),
    Verb.NOTE: lambda w, a: handling.note(w.act(a), words()),
    Verb.TRANSLATE: _translate,
    Verb.CORRECT: _correct,
    Verb.ACCEPT: lambda w, a: handling.accept(w.act(a)),
    Verb.ASK_REISSUE: lambda w, a: receipts.ask_reissue(w.act(a), "Voice"),
    Verb.REISSUE: _reissue,
    Verb.OPEN_ORIGINAL: _original,
    Verb.OPEN_IDENTITY: _of(unfolding.open_identity, lambda: "contact"),
    Verb.EXPORT: _of(exporting.export, lambda: Export("review", "page")),
    Verb.WITHDRAW_QUESTION: lambda w, a: asking.withdraw_question(w.act(a)),
    Verb.RECORD_ANSWER: _to_worker(asking.record_answer),
    Verb.WORKER_ANSWERS: _says(Verb.WORKER_ANSWERS),
    Verb.WORKER_WRITES: _says(Verb.WORKER_WRITES),
    Verb.WORKER_ADDS: _adds,
    Verb.KEEP_WAGES: lambda w, a: diary.keep_wages(w.own(a), w.month_of_pay()),
    Verb.STATE_FACTS: _states,
    Verb.ADD_FILE: _adds_file,
    Verb.CHANGE_CONTACT: lambda w, a: replying.change_contact(w.own(a), {}),
    Verb.CHANGE_RECEIPT: _change_receipt,
    Verb.WITHDRAW: lambda w, a: replying.withdraw(w.own(a)),
    Verb.ESCALATE: _escalate,
    Verb.FREE: lambda w, a: freeing.free(JobAct(w.session, w.case, a, NOW), freeing.Left(w.site)),
    Verb.WARN: _warn,
    Verb.ACKNOWLEDGE_ESCALATION: lambda w, a: escalating.acknowledge_escalation(w.act(a)),
    Verb.PROPOSE_DECLINE: lambda w, a: w.propose(a),
    Verb.DECLINE: _decides(Verb.DECLINE),
    Verb.PROPOSE_EXTEND: lambda w, a: extending.propose_extend(w.act(a), w.later_day()),
    Verb.EXTEND: _decides(Verb.EXTEND),
    Verb.PAUSE_CLOCK: lambda w, a: pausing.pause_clock(w.act(a), w.pause()),
    Verb.RESUME_CLOCK: lambda w, a: pausing.resume_clock(w.act(a), "next_step"),
    Verb.CLOCK_RESUMES: _resumes,
    Verb.SEND_BACK: _decides(Verb.SEND_BACK),
    Verb.UNASSIGN: lambda w, a: handling.unassign(w.act(a)),
    Verb.LINK_DUPLICATE: _link,
    Verb.LINK_MATTER: lambda w, a: matters.link_matter(w.act(a), _beside(w)),
    Verb.PART_MATTER: lambda w, a: matters.part_matter(w.act(a), _beside(w)),
    Verb.RECUSE: lambda w, a: conflicts.recuse(w.act(a), "A cousin works there"),
    Verb.DECLARE_CONFLICT: lambda w, a: conflicts.declare_conflict(
        w.act(a), Declared(w.operator.director.id, "A cousin")
    ),
    Verb.AGREE_CONFLICT: lambda w, a: conflicts.agree_conflict(w.act(a), w.operator.director.id),
    Verb.LIFT_CONFLICT: lambda w, a: conflicts.lift_conflict(w.act(a), w.operator.director.id),
    Verb.REOPEN: lambda w, a: deciding.reopen(w.act(a)),
    Verb.APPEAL: lambda w, a: deciding.appeal(w.own(a), words()),
    Verb.WORKER_REOPENS: lambda w, a: deciding.worker_reopens(w.own(a), words()),
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
        receipts.ask_reissue(world.act(world.colleague.actor), "Voice")
    if verb == Verb.ACKNOWLEDGE_ESCALATION:
        world.case.level, world.case.escalation_waits = 1, True


STEP = {
    Verb.RECORD_CONSENT: "asked", Verb.CONSENT_GIVEN: "asked", Verb.CONSENT_REFUSED: "asked",
    Verb.DELIVER: "consented", Verb.REFERRAL_NEWS: "delivered", Verb.REFERRAL_OVER: "delivered",
    Verb.CHASE: "delivered", Verb.RECALL_FOR_WORKER: "delivered", Verb.RECALL: "delivered",
    Verb.TELL_BODY: "recalled", Verb.MAKE_LINK: "delivered",
}  # fmt: skip


def keep_sign_off(world: World) -> None:
    """The worker's yes to closing, without the verb that would move the case on."""
    said = words("You may close it")
    feedback.keep_feedback(world.own(), "sign_off", said)


def _hand_over(step: str) -> Callable[[World], None]:
    def ready(world: World) -> None:
        world.case.decided_at = world.case.decided_at or NOW
        world.hand_over(step)

    return ready


def _proposed_to_close(world: World) -> None:
    keep_sign_off(world)
    world.propose_close(actor=world.colleague.actor)


def _erasure_asked(world: World) -> None:
    erasing.ask_erasure(world.own())
    world.session.flush()


def _proposed_to_erase(world: World) -> None:
    _erasure_asked(world)
    erasing.propose_erase(world.act(world.colleague.actor), Erasing("worker", "On her page"))


def _proposed(world: World) -> None:
    if world.case.state in TABLE[Verb.PROPOSE_DECLINE].sources:
        world.propose(world.colleague.actor)
    elif world.case.state in TABLE[Verb.PROPOSE_CLOSE].sources:
        _proposed_to_close(world)
    else:
        _proposed_to_erase(world)


def _to_be_extended(world: World) -> None:
    """Its day is to come, also for who looks at it today."""
    _taken(world)
    ends = real_now() + timedelta(days=3)
    clocks.start_until(world.session, world.case.id, "next_step", NOW, ends).due_at = ends


def _proposed_to_extend(world: World) -> None:
    _to_be_extended(world)
    world.case.assignee_id = world.colleague.id
    extending.propose_extend(world.act(world.colleague.actor), world.later_day())
    world.case.assignee_id = world.handler.id


def _stands_still(world: World) -> None:
    _to_be_extended(world)
    pausing.pause_clock(world.act(), world.pause())


def _free(world: World) -> None:
    if world.case.state == "in_review":
        world.case.assignee_id = None


def _nobodys(world: World) -> None:
    world.case.assignee_id = None


def _taken(world: World) -> None:
    world.case.assignee_id = world.handler.id


def _appealed(world: World) -> None:
    if world.case.state == "not_accepted":
        world.case.appealed_at = NOW


def _promise(world: World) -> None:
    if world.case.state in PROMISED:
        world.promise("offered")
        every = RemedyItem.__table__.update()  # past the session, as no verb may
        world.session.execute(every.values(state="agreed", arrived_on=None))
        world.session.expire_all()
    else:
        world.promise()


def _linked(world: World) -> None:
    _hand_over("delivered")(world)
    world.open_door()


def _unread(world: World) -> None:
    """The body wrote, without the verb that would move the case on."""
    _linked(world)
    packet = world.session.get_one(Packet, world.referral.packet_id)
    paper = open_packet(world.session, world.desk(), packet)
    said = Step(world.session, paper, TODAY, NOW)
    answer = steps.record_answer(said, world.referral, Answered("accepted", TODAY))
    of_link = {"case_id": world.case.id, "link_id": world.door.link.id}
    world.session.add(BodyWrote(answer_id=answer.id, **of_link))


def _declared(name: str) -> Callable[[World], None]:
    def ready(world: World) -> None:
        by = getattr(world, name)
        world.session.add(
            Recusal(
                case_id=world.case.id,
                person_id=world.operator.director.id,
                by_id=by.id,
                state="asked",
                at=NOW,
            )
        )

    return ready


def _another(world: World) -> None:
    world.other = file_case(world.session, world.site).case.reference


def _directory(world: World) -> None:
    directory.load(world.session, facts.shipped(), NOW, "cli:directory load", words=entries())


def _with_account(world: World) -> None:
    """A body that has it by letter has an account since."""
    world.hand_over("delivered")
    world.add_partner()


def _taken_back(world: World) -> None:
    """It lay on the desk of its body, and was taken back: by the referrals' own acts."""
    row = world.hand_over("delivered")
    world.add_partner()
    packet = open_packet(world.session, world.desk(), world.session.get_one(Packet, row.packet_id))
    to = recipient_of(world.session, world.site.ring, row.mechanism)
    assert to is not None
    laying.lay(world.session, packet, row, laying.Recipients(to.id, (to,)), NOW)
    recalling.recall(world.session, world.case.id, row.mechanism, NOW)


def _interpreted(state: str) -> Callable[[World], None]:
    """A passage stands so, in a case that was open when it was given."""

    def ready(world: World) -> None:
        before = world.case.state
        if before not in OPEN:
            world.case.state = "in_review"
        world.give_passage(state)
        world.case.state = before

    return ready


def _of_colleague(world: World) -> None:
    """A colleague translated what happened."""
    written = Translating("what-happened", words("No pay.", "en"))
    handling.translate(world.act(world.colleague.actor), written)


def _allowed(world: World) -> None:
    world.add_interpreter()
    interpreting.allow_interpreter(world.own())


LINKED = (
    Verb.RENEW_LINK, Verb.CLOSE_LINK, Verb.BODY_OPENED, Verb.BODY_WROTE, Verb.LINK_SHUT,
)  # fmt: skip


# What some verbs need to be so in the state the case stands in.
def _to_be_called(world: World) -> None:
    calls.make(world.session, world.case, "message", NOW)


READY: dict[Verb, Callable[[World], object]] = {
    **{verb: _hand_over(step) for verb, step in STEP.items()},
    Verb.REFER: _directory,
    Verb.TAKE: _free,
    Verb.TAKE_OVER: _nobodys,
    Verb.UNASSIGN: _taken,
    Verb.PASS_ON: _taken,
    Verb.DECLINE: lambda world: world.propose(world.colleague.actor),
    Verb.PROPOSE_EXTEND: _to_be_extended,
    Verb.EXTEND: _proposed_to_extend,
    Verb.PAUSE_CLOCK: _to_be_extended,
    **dict.fromkeys((Verb.RESUME_CLOCK, Verb.CLOCK_RESUMES), _stands_still),
    Verb.SEND_BACK: _proposed,
    Verb.RECORD_CALL: _to_be_called,
    Verb.AGREE_REMEDY: _promise,
    Verb.PROPOSE_CLOSE: keep_sign_off,
    Verb.CLOSE: _proposed_to_close,
    Verb.STOP_ERASURE: _erasure_asked,
    Verb.ESCALATE: _erasure_asked,
    Verb.PROPOSE_ERASE: _erasure_asked,
    Verb.ERASE: _proposed_to_erase,
    Verb.LINK_DUPLICATE: _another,
    Verb.LINK_MATTER: _another,
    Verb.PART_MATTER: _another,
    Verb.AGREE_CONFLICT: _declared("colleague"),
    Verb.LIFT_CONFLICT: _declared("handler"),
    Verb.WORKER_REOPENS: _appealed,
    Verb.READ_REPLY: _unread,
    Verb.LAY_ON_DESK: _with_account,
    Verb.CORRECT: _noted,
    Verb.BODY_STOPPED: _taken_back,
    Verb.GIVE_PASSAGES: _allowed,
    Verb.TAKE_BACK_PASSAGE: _interpreted("given"),
    Verb.OPEN_PASSAGE: _interpreted("given"),
    Verb.RETURN_PASSAGE: _interpreted("given"),
    Verb.HAND_IN: _interpreted("opened"),
    Verb.CHECK_TRANSLATION: _interpreted("handed_in"),
    Verb.VERIFY_TRANSLATION: _of_colleague,
    **dict.fromkeys(LINKED, _linked),
}


def settle(world: World, verb: Verb) -> None:
    """Make the case ready for a verb that its state allows."""
    if verb in READY and world.case.state in TABLE[verb].sources:
        READY[verb](world)
    world.session.flush()


def actor_for(world: World, verb: Verb) -> Actor:
    if TABLE[verb].who == JOB:
        return of_job("sweep")
    if TABLE[verb].who in (WORKER, HELPER):
        return world.filed.actor
    if verb == Verb.BODY_STOPPED:
        return bodies.of_member(world.partner.people[0].id if world.partner else uuid4())
    if TABLE[verb].who == INTERPRETER:
        return interpreting.of_interpreter(world.interpreter.id if world.interpreter else uuid4())
    if TABLE[verb].who in (LINK, BODY):
        return bodies.of_link(world.door.link.id if world.door else uuid4())
    return world.handler.actor


def test_every_verb_is_in_the_table_and_in_this_matrix():
    assert set(TABLE) == set(Verb) == set(DOERS)


# A new number was asked for before the case came to its state; another case is filed for good.
ALONE = (Verb.REISSUE, Verb.LINK_DUPLICATE, Verb.LINK_MATTER, Verb.PART_MATTER)


@contextmanager
def _put_back(world: World) -> Iterator[None]:
    """Afterwards the world is as before: one case serves every verb of its state."""
    kept = world.other, world.referral, world.seen, world.door, world.interpreter
    point = world.session.begin_nested()
    try:
        yield
    finally:
        point.rollback()
        world.other, world.referral, world.seen, world.door, world.interpreter = kept


@pytest.mark.parametrize("state", STATES)
def test_a_verb_moves_as_the_table_says_or_changes_nothing(
    world: World, state: str, subtests: pytest.Subtests
):
    world.bring_to(state)
    world.session.flush()
    for verb in Verb:
        if verb not in ALONE:
            with subtests.test(str(verb)), _put_back(world):
                make_ready(world, verb)
                _moves_or_changes_nothing(world, state, verb)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("verb", ALONE)
def test_a_verb_with_a_past_of_its_own_does_so_too(world: World, state: str, verb: Verb):
    make_ready(world, verb)
    world.bring_to(state)
    _moves_or_changes_nothing(world, state, verb)


def _moves_or_changes_nothing(world: World, state: str, verb: Verb) -> None:
    settle(world, verb)
    row, actor, resumes = TABLE[verb], actor_for(world, verb), world.case.resumes_to
    offered = verb in verbs_for(world.case, actor)
    before = snapshot(world)
    assert offered == (state in row.sources)
    if not offered:
        with pytest.raises(Refused) as refused:
            DOERS[verb](world, actor)
        assert refused.value.code == "state"
        assert snapshot(world) == before
        return
    DOERS[verb](world, actor)
    world.session.flush()
    assert unnamed(world.session) == []
    target = row.target or state
    if row.target in (RESUME, STANDING, TALKED):
        target = {RESUME: resumes or state, STANDING: state, TALKED: "accepted"}[row.target]
        if target == "in_dialogue" and not referrals.under_way(world.session, world.case.id):
            target = "accepted"
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
    assert refused.value.code == "actor"
    assert snapshot(world) == before


VERSIONED = (
    Verb.TAKE, Verb.TAKE_OVER, Verb.ASSIGN, Verb.TRIAGE, Verb.ACKNOWLEDGE, Verb.ASK_WORKER,
    Verb.TELL_WORKER, Verb.PASS_ON,
    Verb.ACCEPT, Verb.ACKNOWLEDGE_ESCALATION, Verb.PROPOSE_DECLINE, Verb.DECLINE, Verb.SEND_BACK,
    Verb.UNASSIGN, Verb.LINK_DUPLICATE, Verb.RECUSE, Verb.REOPEN, Verb.REFER,
    Verb.RECORD_CONSENT, Verb.DELIVER, Verb.REFERRAL_NEWS, Verb.REFERRAL_OVER, Verb.CHASE,
    Verb.RECALL_FOR_WORKER, Verb.TELL_BODY, Verb.OPEN_DIALOGUE, Verb.NO_AGREEMENT,
    Verb.RECORD_REMEDY, Verb.AGREE_REMEDY, Verb.CONFIRM_FOR_WORKER, Verb.BREACH_FOR_WORKER,
    Verb.RECORD_SIGN_OFF, Verb.TRY_TO_REACH, Verb.PROPOSE_CLOSE, Verb.CLOSE, Verb.PROPOSE_ERASE,
    Verb.ERASE, Verb.STATE_FACTS, Verb.ADD_FILE,
    Verb.WITHDRAW_QUESTION, Verb.RECORD_ANSWER, Verb.RECORD_INTERPRETER,
)  # fmt: skip


@pytest.mark.parametrize("verb", VERSIONED)
def test_the_slower_of_two_handlers_changes_nothing(world: World, verb: Verb):
    state = next(state for state in STATES if state in TABLE[verb].sources)
    world.bring_to(state)
    settle(world, verb)
    world.seen = world.case.version
    handling.note(world.act(world.colleague.actor), words())
    before = snapshot(world)
    with pytest.raises(Conflict):
        DOERS[verb](world, world.handler.actor)
    assert snapshot(world) == before


def test_move_refuses_codes_that_are_not_of_the_vocabulary(world: World):
    with pytest.raises(UnknownVerb):
        move(world.act(), Verb.NOTE, {"text": str(uuid4())})


@pytest.mark.parametrize(
    ("verb", "guard"),
    [
        (Verb.ACKNOWLEDGE, "not_acknowledged"),
        (Verb.ACCEPT, "assigned"),
        (Verb.ASK_REISSUE, "reissue_allowed"),
        (Verb.REISSUE, "reissue_allowed"),
        (Verb.ACKNOWLEDGE_ESCALATION, "escalated_to_them"),
    ],
)
def test_a_guard_that_does_not_hold_refuses_by_its_name(world: World, verb: Verb, guard: str):
    if verb == Verb.REISSUE:
        receipts.ask_reissue(world.act(world.colleague.actor), "Voice")
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
    assert refused.value.code == guard
    assert snapshot(world) == before
