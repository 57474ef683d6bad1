"""Hearing the six words of an interpreter: from then on passages can be given to them."""

from __future__ import annotations

from uuid import UUID

from grievance.accounts.act import StaffAct
from grievance.accounts.interpreters import Interpreter
from grievance.accounts.models import Person
from grievance.accounts.operations.invitations import active_membership
from grievance.accounts.operations.keymaking import member_of
from grievance.accounts.operations.keys import are_words_of, newest_private
from grievance.accounts.operations.persons import locked
from grievance.accounts.roles import Role
from grievance.refusals import Refused


def hear(act: StaffAct, person_id: UUID, words: str) -> None:
    """Say that this is the key of this very person: they read out its six words. From now on
    passages can be sealed to them, and nothing else.

    Refused (`fingerprint`) for other words, (`not_holder`) for who does not hold the operator's
    key, (`not_member`) for who does not interpret here, (`key_confirmed`) when nothing is to be
    heard. StrangeKey when the key was swapped in the database.
    """
    session, house = act.session, act.organisation()
    newest_private(session, house.id, act.by)
    membership = active_membership(session, house.id, person_id)
    if membership.role != Role.INTERPRETER:
        raise Refused("not_member")
    person, seat = locked(session, Person, person_id), session.get(Interpreter, person_id)
    if seat and seat.heard_generation == person.key_generation:
        raise Refused("key_confirmed")
    member = member_of(session, act.ring, person_id)
    if not are_words_of(words, member.public):
        raise Refused("fingerprint")
    seat = seat or Interpreter(person_id=person_id, organisation_id=house.id)
    seat.heard_generation, seat.heard_by = member.generation, act.by.person_id
    seat.heard_at = act.now
    session.add(seat)
    session.flush()
    act.record(house, "interpreter_heard", person=person_id, generation=member.generation)
