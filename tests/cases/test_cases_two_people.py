"""One person never decides what takes two: not by declaring conflicts for others, not by putting
colleagues out, whatever they do in whatever order."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from grievance.accounts import audit
from grievance.accounts.models import Membership, MembershipKey, Person
from grievance.accounts.operations import invitations, keys, leaving
from grievance.accounts.queries import waiting_requests
from grievance.accounts.roles import Role
from grievance.cases import queries, records
from grievance.cases.act import Act
from grievance.cases.models import Recusal
from grievance.cases.operations import (
    conflicts,
    deciding,
    escalating,
    handling,
    moving,
    offering,
    receipts,
)
from grievance.cases.operations.conflicts import Declared
from grievance.cases.states import TABLE
from grievance.cases.verbs import Verb
from grievance.notifications.models import Outbox
from grievance.refusals import Refused
from grievance.vault.recovery import fingerprint
from tests.cases.conftest import World, words
from tests.cast import NOW, Staff, cheap_password, member, new_keys

LATER = NOW + timedelta(days=3)  # longer than anybody alone has to sleep on it
MONTH = NOW + timedelta(days=31)


def refused(do: Callable[[], object]) -> str:
    with pytest.raises(Refused) as why:
        do()
    return why.value.code


def declare(world: World, of: Staff, by: Staff, now=NOW) -> None:
    act = by.act(world.session, world.site, world.case, now)
    conflicts.declare_conflict(act, Declared(of.id, "A cousin"))
    world.session.flush()


def agree(world: World, of: Staff, by: Staff, now=NOW) -> None:
    conflicts.agree_conflict(by.act(world.session, world.site, world.case, now), of.id)
    world.session.flush()


def lift(world: World, of: Staff, by: Staff, now=NOW) -> None:
    conflicts.lift_conflict(by.act(world.session, world.site, world.case, now), of.id)
    world.session.flush()


def remove(world: World, whom: Staff, by: Staff, now=NOW) -> None:
    leaving.remove_member(by.acting(world.session, world.operator.ring, now), whom.id)
    world.session.flush()


def propose(world: World, by: Staff) -> None:
    """With the key of who does it: a colleague's may be gone."""
    world.propose(by.actor, by.open(world.session, world.case))


def second(world: World, by: Staff, now=NOW, desk: Staff | None = None) -> None:
    opened = (desk or by).open(world.session, world.case)
    asked = queries.proposal(world.session, world.case.id)
    if asked is None:
        raise Refused("proposed")
    deciding.decline(Act(world.session, world.site, opened, by.actor, now, world.case.version))
    world.session.flush()


def let_in(world: World, by: Staff) -> Staff:
    """Invite somebody and give them the key as soon as one person can, without a commit."""
    session, ring, org = world.session, world.operator.ring, world.operator.id
    name = f"puppet-{uuid4().hex[:8]}"
    invitee = invitations.Invitee(name, f"{name}@example.org", Role.LEAD)
    token = invitations.invite(by.acting(session, ring), invitee)
    made = invitations.accept(
        session, token, invitations.Newcomer(cheap_password(ring), "en"), ring=ring, now=NOW
    )
    asked = waiting_requests(session, org, made.person_id)[0]
    typed = fingerprint(session.get_one(Person, made.person_id).public)
    keys.approve(by.acting(session, ring, LATER), asked.id, typed)
    return Staff(made.person_id, name, "", Role.LEAD, org, made.private)


def appeal(world: World, now=NOW) -> None:
    deciding.appeal(world.own(now=now), words("Look again"))
    world.session.flush()


def sees(world: World, person: Staff) -> bool:
    return queries.for_reading(world.session, world.case.reference, person.id) is not None


def letters(session: Session, kind: str) -> int:
    return len(session.scalars(select(Outbox).where(Outbox.kind == kind)).all())


def test_a_lead_who_declares_conflicts_for_everybody_does_not_decide_alone(world: World):
    lead, director = world.handler, world.operator.director
    handlers = [member(world.session, world.operator, name=name) for name in ("Abe", "Ito")]
    world.bring_to("in_review")
    world.propose()
    for one in (director, world.colleague, *handlers):
        declare(world, one, lead)
    assert all(sees(world, one) for one in (director, world.colleague, *handlers))
    assert refused(lambda: world.second(lead, LATER)) == "proposer"
    for one in (director, world.colleague, *handlers):
        assert refused(lambda one=one: agree(world, one, lead)) == "conflict_declared"
    assert refused(lambda: world.second(lead, MONTH)) == "proposer"
    world.second(director, LATER)
    assert world.case.state == "not_accepted"


def test_who_is_meant_and_the_directors_are_told_of_a_declared_conflict(world: World):
    handler = member(world.session, world.operator, name="Abe")
    declare(world, handler, world.handler)
    assert letters(world.session, "conflict") == 2
    agree(world, handler, world.colleague)
    assert letters(world.session, "conflict") == 2  # what waits stands for it: no flood delays it
    assert not sees(world, handler)


def test_a_declared_conflict_that_a_second_person_agreed_to_never_makes_alone(world: World):
    """The director is shut out by two people, the colleague by one who left: nobody is alone."""
    director, lead = world.operator.director, world.handler
    declare(world, director, lead)
    agree(world, director, world.colleague)
    assert not sees(world, director)
    conflicts.recuse(world.act(world.colleague.actor), "Mine")
    world.session.flush()
    world.bring_to("in_review")
    world.propose()
    assert refused(lambda: world.second(lead, MONTH)) == "proposer"


def test_who_agreed_to_a_conflict_of_their_own_is_out_and_counts_as_out(world: World):
    director, lead = world.operator.director, world.handler
    for one in (director, world.colleague):
        declare(world, one, lead)
        agree(world, one, one)
    world.bring_to("in_review")
    world.propose()
    assert refused(lambda: world.second(lead, NOW + timedelta(hours=47))) == "too_early"
    world.second(lead, LATER)


def test_a_director_lifts_a_conflict_who_neither_declared_it_nor_is_meant(world: World):
    two = member(world.session, world.operator, Role.DIRECTOR, "Abe")
    director, lead = world.operator.director, world.handler
    declare(world, director, lead)
    assert refused(lambda: lift(world, director, world.colleague)) == "conflict_to_lift"
    assert refused(lambda: lift(world, director, director)) == "conflict_to_lift"
    agree(world, director, world.colleague)
    assert refused(lambda: lift(world, director, lead)) == "conflict_to_lift"
    lift(world, director, two)
    assert sees(world, director)
    declare(world, director, two)
    lift(world, director, two)  # taken back while it waits
    declare(world, director, two)
    agree(world, director, lead)
    assert refused(lambda: lift(world, director, two)) == "conflict_to_lift"


def test_what_somebody_said_of_themselves_is_not_lifted(world: World):
    conflicts.recuse(world.act(world.colleague.actor), "Mine")
    world.session.flush()
    assert refused(lambda: lift(world, world.colleague, world.operator.director)) == (
        "conflict_to_lift"
    )


def test_whom_one_removed_still_counts_for_them_for_a_month(world: World):
    director = world.operator.director
    world.bring_to("in_review")
    for one in (world.handler, world.colleague):
        remove(world, one, director)
    propose(world, director)
    assert refused(lambda: second(world, director, LATER)) == "proposer"
    second(world, director, MONTH)
    assert world.case.state == "not_accepted"


def test_whom_one_let_in_after_removing_the_others_is_no_second_person(world: World):
    director = world.operator.director
    world.bring_to("in_review")
    for one in (world.handler, world.colleague):
        remove(world, one, director)
    puppet = let_in(world, director)
    propose(world, director)
    assert refused(lambda: second(world, puppet, LATER)) == "one_hand"
    world.session.expire_all()
    deciding.send_back(director.act(world.session, world.site, world.case), words("No"))
    propose(world, puppet)
    assert refused(lambda: second(world, director, LATER)) == "one_hand"


def test_who_waits_for_the_key_since_a_new_password_still_counts(world: World):
    director = world.operator.director
    world.bring_to("in_review")
    remove(world, world.colleague, director)
    token = invitations.offer_reset(
        director.acting(world.session, world.operator.ring), world.handler.id
    )
    invitations.accept(
        world.session,
        token,
        invitations.Newcomer(cheap_password(world.operator.ring), "en"),
        ring=world.operator.ring,
        now=NOW,
    )
    held = select(MembershipKey.person_id)
    assert world.session.scalars(held).all() == [director.id]
    propose(world, director)
    assert refused(lambda: second(world, director, MONTH)) == "proposer"


def test_who_proposed_never_hears_the_appeal_while_anybody_else_is_there(world: World):
    """Two leads and a director; everybody but the proposer declared out by the proposer."""
    lead, director = world.handler, world.operator.director
    world.bring_to("not_accepted")
    appeal(world)
    assert world.case.assignee_id == director.id
    case, session = world.case, world.session
    for do in (
        lambda: handling.assign(lead.act(session, world.site, case), lead.id),
        lambda: handling.accept(world.act(lead.actor)),
        world.propose,
    ):
        assert refused(do) == "hears_own"
    case.assignee_id = None
    session.flush()
    assert refused(lambda: handling.take(lead.act(session, world.site, case))) == ("hears_own")
    handling.tell_worker(world.act(lead.actor), words())
    assert case.assignee_id is None


def test_an_appeal_goes_to_who_took_the_decision_before_it_goes_to_who_proposed_it(world: World):
    world.bring_to("not_accepted")
    conflicts.recuse(world.act(world.operator.director.actor), "Mine")
    world.session.flush()
    appeal(world)
    assert world.case.assignee_id == world.colleague.id


def test_an_appeal_goes_to_nobody_while_the_only_others_were_put_out_by_who_proposed(world: World):
    director = world.operator.director
    world.bring_to("in_review")
    propose(world, director)
    world.second(world.colleague)
    world.case.assignee_id = director.id
    for one in (world.handler, world.colleague):
        remove(world, one, director)
    deciding.appeal(world.own(), words("Look again"))
    assert world.case.assignee_id is None


def test_a_lone_proposer_hears_the_appeal_for_nobody_else_is_there(world: World):
    for row in world.session.scalars(
        select(Membership).where(Membership.person_id != world.handler.id)
    ):
        row.active = False
    world.bring_to("in_review")
    world.propose()
    world.second(world.handler, LATER)
    appeal(world, LATER)
    assert world.case.assignee_id == world.handler.id
    handling.accept(world.act(now=LATER))


def test_above_the_first_rung_not_who_let_it_lie_says_that_they_see_to_it(world: World):
    session, case, lead = world.session, world.case, world.handler
    world.bring_to("in_review")
    case.level, case.escalation_waits = 2, True
    codes = {"state": case.state, "clock": "answer", "level": 2, "assignee": lead.id}
    known = ("state", *TABLE[Verb.ESCALATE].codes)
    audit.record(session, case, audit.Deed("escalate", "job:sweep", NOW, codes, knows=known))
    handling.assign(lead.act(session, world.site, case), world.colleague.id)
    case.level, case.escalation_waits = 2, True
    session.flush()

    def see(by: Staff) -> None:
        escalating.acknowledge_escalation(by.act(session, world.site, case))

    verb = Verb.ACKNOWLEDGE_ESCALATION
    assert verb not in offering.offered(session, case, lead.actor, NOW)
    assert verb in offering.offered(session, case, world.colleague.actor, NOW)
    assert refused(lambda: see(lead)) == "own_escalation"
    see(world.colleague)


def test_one_person_never_issues_a_number_they_asked_for(world: World):
    receipts.ask_reissue(world.act(), "Voice")
    world.session.flush()
    _code, fresh = new_keys(world.operator.ring)
    for one in (world.colleague, world.operator.director):
        declare(world, one, world.handler)
    assert refused(lambda: receipts.reissue(world.act(now=MONTH), fresh)) == "same_person"


def test_a_lost_number_is_not_issued_by_whom_the_asker_let_in(world: World):
    director = world.operator.director
    receipts.ask_reissue(world.act(director.actor), "Voice")
    for one in (world.handler, world.colleague):
        remove(world, one, director)
    puppet = let_in(world, director)
    _code, fresh = new_keys(world.operator.ring)

    def issue() -> None:
        receipts.reissue(puppet.act(world.session, world.site, world.case, LATER), fresh)

    assert refused(issue) == "one_hand"
    shown = offering.offered(world.session, world.case, puppet.actor, LATER)
    assert Verb.REISSUE not in shown
    assert Verb.REISSUE in moving.verbs_for(world.case, puppet.actor)


def test_what_is_refused_for_who_one_is_is_not_offered(world: World):
    """The button of who proposed a decision, of whom they let in, and of who is free to decide."""
    handling.take(world.act())
    propose(world, world.handler)
    for one, there in ((world.handler, False), (world.colleague, True)):
        shown = offering.offered(world.session, world.case, one.actor, NOW)
        assert (Verb.DECLINE in shown) is there


def offered(world: World, to: Staff, now=NOW) -> set[Verb]:
    return set(offering.offered(world.session, world.case, to.actor, now))


def test_a_conflict_is_offered_to_nobody_whom_its_declarer_let_in(world: World):
    """Agreeing is refused them; who is meant and a third are asked."""
    director = world.operator.director
    for one in (world.handler, world.colleague):
        remove(world, one, director)
    puppet = let_in(world, director)
    meant, third = (member(world.session, world.operator, Role.LEAD, n) for n in ("A", "B"))
    declare(world, meant, director, LATER)
    assert refused(lambda: agree(world, meant, puppet, LATER)) == "one_hand"
    for one, there in ((puppet, False), (director, False), (meant, True), (third, True)):
        assert (Verb.AGREE_CONFLICT in offered(world, one, LATER)) is there
    declare(world, puppet, third, LATER)
    can = conflicts.to_agree(world.session, world.case, puppet.actor, LATER)
    assert [one.person_id for one in can] == [puppet.id]
    assert Verb.AGREE_CONFLICT in offered(world, puppet, LATER)


def test_an_appeal_is_offered_to_nobody_who_would_be_refused_it(world: World):
    """Who proposed neither proposes again, nor decides beside a third, nor is named to have it."""
    proposer, third, fresh = world.handler, world.colleague, world.operator.director
    world.bring_to("not_accepted")
    appeal(world)
    assert Verb.PROPOSE_DECLINE not in offered(world, proposer)
    assert Verb.PROPOSE_DECLINE in offered(world, fresh)
    all_of_them = {one.id for one in handling.workers(world.session, world.case)}
    named = handling.assignable(world.session, world.case, all_of_them, NOW)
    assert named == all_of_them - {proposer.id}
    propose(world, fresh)
    assert Verb.DECLINE not in offered(world, proposer)
    assert Verb.DECLINE in offered(world, third)


def test_two_who_decided_before_are_not_offered_the_appeal(world: World):
    """Who decided proposes, another who decided is asked: a third has to agree."""
    world.bring_to("not_accepted")
    deciders = queries.deciders(world.session, world.case.id)
    appeal(world)
    people = (world.handler, world.colleague, world.operator.director)
    decider = next(one for one in people if one.id in deciders and one.id != world.handler.id)
    propose(world, decider)
    asked = queries.proposal(world.session, world.case.id)
    assert asked
    for one in people:
        why = deciding.refusal(world.session, world.case, asked, one.id, NOW)
        assert (Verb.DECLINE in offered(world, one)) is (not why)
        if why:
            assert refused(lambda one=one: second(world, one)) == why
    assert deciding.refusal(world.session, world.case, asked, world.handler.id, NOW)


def test_a_new_number_lapses_when_who_asked_for_it_steps_aside(world: World):
    asked = receipts.ask_reissue(world.act(), "Voice")
    world.session.flush()
    conflicts.recuse(world.act(), "A cousin")
    assert asked.state == "refused"
    assert receipts.waiting_reissue(world.session, world.case.id) is None


def test_two_of_whom_one_let_the_other_in_alone_decide_as_one_person(world: World):
    director = world.operator.director
    for one in (world.handler, world.colleague):  # long gone, by nobody's doing
        world.session.connection().execute(
            delete(MembershipKey).where(MembershipKey.person_id == one.id)
        )
        for row in world.session.scalars(select(Membership).where(Membership.person_id == one.id)):
            row.active = False
    world.bring_to("in_review")
    puppet = let_in(world, director)
    propose(world, puppet)
    asked = queries.proposal(world.session, world.case.id)
    almost = NOW + timedelta(hours=47)
    assert refused(lambda: second(world, director, almost)) == "too_early"
    second(world, director, LATER)
    assert asked
    assert asked.alone
    assert records.read(world.session, world.home(), "decision")["alone"] is True


def test_who_proposed_does_not_hear_the_appeal_as_the_second_of_two(world: World):
    """A fresh person proposes anew; the first proposer says no to it while a third is there."""
    proposer, third, fresh = world.handler, world.colleague, world.operator.director
    world.bring_to("not_accepted")
    appeal(world)
    propose(world, fresh)
    assert refused(lambda: second(world, proposer)) == "hears_own"
    second(world, third)
    assert world.case.state == "not_accepted"


def _puppet(world: World) -> None:
    director = world.operator.director
    second(world, let_in(world, director), LATER, director)


# What one director can do by themselves: each may be refused, none may lead to a decision.
ACTS: dict[str, Callable[[World], object]] = {
    "propose": lambda w: propose(w, w.operator.director),
    "decide": lambda w: second(w, w.operator.director, LATER),
    "declare-one": lambda w: declare(w, w.handler, w.operator.director),
    "remove-one": lambda w: remove(w, w.handler, w.operator.director),
    "declare-two": lambda w: declare(w, w.colleague, w.operator.director),
    "remove-two": lambda w: remove(w, w.colleague, w.operator.director),
    "puppet-decides": _puppet,
}


def _try(world: World, act: str) -> None:
    """Do it, or be refused and leave everything as it was."""
    try:
        with world.session.begin_nested():
            ACTS[act](world)
            world.session.flush()
    except (Refused, AssertionError):
        world.session.expire_all()
    assert world.case.state == "in_review"


def _never(orders) -> list[tuple[str, ...]]:
    """Orders in which putting others out could help: a proposal and a decision are in them."""
    return [one for one in orders if one[-1] in ("decide", "puppet-decides") and "propose" in one]


ORDERS = _never(itertools.permutations(ACTS, 4))


@pytest.mark.parametrize("first", [act for act in ACTS if act not in ("decide", "puppet-decides")])
def test_no_order_of_acts_of_one_person_decides_what_takes_two(world: World, first: str):
    world.bring_to("in_review")
    world.session.commit()
    for order in (one for one in ORDERS if one[0] == first):
        step = world.session.begin_nested()
        for act in order:
            _try(world, act)
        step.rollback()
        world.session.expire_all()
    assert ORDERS


@pytest.mark.parametrize("ready", [True, False])
def test_a_conflict_that_stood_before_counts_for_shutting_out_and_not_for_alone(
    world: World, ready: bool
):
    """Rows of before two people were asked for: by another, agreed by nobody."""
    for one in (world.operator.director, world.colleague):
        by = world.handler.id if ready else one.id
        world.session.add(Recusal(case_id=world.case.id, person_id=one.id, by_id=by, at=NOW))
    world.session.flush()
    assert not sees(world, world.colleague)
    world.bring_to("in_review")
    world.propose()
    if ready:
        assert refused(lambda: world.second(world.handler, MONTH)) == "proposer"
    else:
        world.second(world.handler, LATER)


def test_the_chain_tells_who_declared_and_who_agreed(world: World):
    declare(world, world.operator.director, world.handler)
    agree(world, world.operator.director, world.colleague)
    told = [
        (one.verb, one.actor, one.codes.get("declared"))
        for one in queries.timeline(world.session, world.case.id)[-2:]
    ]
    assert told == [
        ("declare_conflict", world.handler.actor.name, None),
        ("agree_conflict", world.colleague.actor.name, str(world.handler.id)),
    ]
