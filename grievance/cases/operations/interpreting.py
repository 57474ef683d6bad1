"""Letting somebody interpret: the worker's yes, giving passages, translating them, and what becomes
of it.

An interpreter holds the key of each passage that was given to them, as long as they translate it,
and none of the case. What they hand in is a translation once one of staff has looked it over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from grievance.accounts.interpreters import interpreter_holder
from grievance.cases import assigned, passages
from grievance.cases.act import Act, JobAct
from grievance.cases.actors import Actor
from grievance.cases.assigned import LIVE, Assigned, Content, Said
from grievance.cases.lifecycle import OPEN
from grievance.cases.models import Case, Recusal
from grievance.cases.opening import OpenCase
from grievance.cases.operations import telling
from grievance.cases.passages import Text
from grievance.cases.transitions import INTERPRETER
from grievance.cases.translated import Translation
from grievance.cases.verbs import Verb
from grievance.clock import to_the_hour
from grievance.refusals import Refused
from grievance.vault import values
from grievance.vault.keys import Holder, new_key
from grievance.vault.labels import Label


@dataclass(frozen=True)
class Heard:
    """What the worker said by telephone or in person: whether an interpreter may read it, and the
    words that were read back to them."""

    yes: bool
    words: str = field(repr=False)


@dataclass(frozen=True)
class Giving:
    """Which passages go to whom, into which language and by which day; and who is on the other
    side, as the interpreter is told before they open anything."""

    passages: Collection[str]
    person: UUID
    language: str
    due_on: date
    other_side: str = field(repr=False)


@dataclass(frozen=True)
class Opening:
    """A passage that its interpreter wants to open, and whether they have nothing to do with
    anybody in the case."""

    passage: UUID
    nothing_to_do: bool


@dataclass(frozen=True)
class HandedIn:
    """What an interpreter made of a passage, and where they are not sure."""

    passage: UUID
    text: str = field(repr=False)
    unsure: str = field(default="", repr=False)


@dataclass(frozen=True)
class LookedOver:
    """A translation that was handed in, and whether whoever takes it over reads both languages and
    compared it with the original."""

    passage: UUID
    reads_both: bool


@dataclass(frozen=True)
class GivenBack:
    """A passage that its interpreter does not translate; with a conflict of interest none of the
    case."""

    passage: UUID
    conflict: bool


def of_interpreter(person: UUID) -> Actor:
    """Who translates what was given to them."""
    return Actor(f"member:{person}", frozenset({INTERPRETER}), person, role="interpreter")


def case_of(case: Case, person: UUID, generation: int, private: bytes) -> OpenCase:
    """The case as an interpreter has it: shut, but for the passages that were given to them."""
    return OpenCase(case, {}, Holder(INTERPRETER, person, generation, b""), {generation: private})


def allow_interpreter(act: Act) -> None:
    """The worker lets an interpreter read what they wrote and what we write to them, passage by
    passage, for as long as they do not take it back. Says nothing twice."""
    act.check(Verb.ALLOW_INTERPRETER)
    if assigned.wish(act.session, act.case.id) != assigned.ALLOW:
        act.move(Verb.ALLOW_INTERPRETER)


def refuse_interpreter(act: Act | JobAct) -> None:
    """The worker does not want it, or not any more: nobody can read what they had been given, from
    this moment. Says nothing twice."""
    act.check(Verb.REFUSE_INTERPRETER)
    if assigned.wish(act.session, act.case.id) != assigned.REFUSE:
        ended = end(act, assigned.live(act.session, act.case.id))
        act.move(Verb.REFUSE_INTERPRETER, assigned=ended)


def record_interpreter(act: Act, heard: Heard) -> None:
    """Write down the worker's yes or no that somebody heard and read back to them. It counts as
    theirs on their page; a no takes at once what interpreters have. The worker gets the neutral
    letter.

    Refuses `words` without them, and `state` for a yes to a case that is over.
    """
    act.check(Verb.RECORD_INTERPRETER)
    if heard.yes and act.case.state not in OPEN:
        raise Refused("state")
    detail = act.detail(heard.words, "words")
    ended = [] if heard.yes else end(act, assigned.live(act.session, act.case.id))
    act.case.worker_acted_at = to_the_hour(act.now)
    telling.worker_of_news(act.session, act.site, act.opened, act.now)
    answer = "yes" if heard.yes else "no"
    act.move(Verb.RECORD_INTERPRETER, detail=detail, answer=answer, assigned=ended)


def end(act: Act | JobAct, rows: Iterable[Assigned], state: str = "taken_back") -> list[str]:
    """Take these out of their interpreters' hands: the boxes with their keys go. Who did not give
    them back is told."""
    found = [one for one in rows if one.state in LIVE]
    for one in found:
        one.box, one.state, one.ended_at = None, state, act.at
    act.session.flush()
    if found and state == "taken_back":
        telling.interpreters_of_end(act, {one.person_id for one in found})
    return [str(one.id) for one in found]


def end_all(act: Act) -> None:
    """The case is over: nobody interprets it any more."""
    end(act, assigned.live(act.session, act.case.id))


def give_passages(act: Act, giving: Giving) -> None:
    """Give passages to one interpreter, sealed to their key alone.

    Refuses `interpreter_allowed` without the worker's yes, `interpreter` for who does not interpret
    here or whose six words nobody has heard, `interpreter_conflict` for who has something to do
    with somebody in the case, `given_day` for a day that is over, `other_side` without a word about
    the other side, `passage` for what is not the worker's story or the thread with them, or is in
    this person's hands.
    """
    act.check(Verb.GIVE_PASSAGES)
    session, case, person = act.session, act.case, giving.person
    to = interpreter_holder(session, act.site.ring, person)
    if to is None:
        raise Refused("interpreter")
    if _barred(session, case, person):
        raise Refused("interpreter_conflict")
    if giving.due_on < act.today:
        raise Refused("given_day")
    if not giving.other_side.strip():
        raise Refused("other_side")
    texts = passages.texts(session, act.opened)
    theirs = {one.passage for one in assigned.live(session, case.id) if one.person_id == person}
    wanted = list(dict.fromkeys(giving.passages))
    if not wanted or any(one not in texts or one in theirs for one in wanted):
        raise Refused("passage")
    rows = [_give(act, giving, texts[one], to) for one in wanted]
    session.flush()
    given = [str(one.id) for one in rows]
    telling.interpreter_of_passage(act, act.site, person)
    act.move(Verb.GIVE_PASSAGES, person=person, language=giving.language, assigned=given)


def _give(act: Act, giving: Giving, text: Text, to: Holder) -> Assigned:
    row = Assigned(
        id=uuid4(),
        case_id=act.case.id,
        person_id=to.id,
        passage=text.passage,
        language=giving.language,
        due_on=giving.due_on,
        state="given",
        given_by=act.actor.person,
        given_at=act.now,
        key_generation=act.case.key_generation,
    )
    content = Content(text.text, text.language, text.about, giving.other_side.strip())
    assigned.seal(act.opened, row, new_key(), to, content)
    act.session.add(row)
    return row


def _barred(session: Session, case: Case, person: UUID) -> bool:
    recused = session.get(Recusal, (case.id, person))
    return assigned.in_conflict(session, case.id, person) or bool(
        recused and recused.state == "stands"
    )


def take_back_passage(act: Act | JobAct, passage: UUID) -> None:
    """Take a passage out of an interpreter's hands: from this moment they cannot read it. Refuses
    `not_given` where nobody has it."""
    act.check(Verb.TAKE_BACK_PASSAGE)
    row = _row(act, passage)
    if row.state not in LIVE:
        raise Refused("not_given")
    act.move(Verb.TAKE_BACK_PASSAGE, assigned=end(act, [row]))


def _row(act: Act | JobAct, passage: UUID) -> Assigned:
    """A passage of this case, as nobody changes it meanwhile; of an interpreter's own where one
    acts."""
    row = act.session.get(Assigned, passage, populate_existing=True)
    if row is None or row.case_id != act.case.id:
        raise Refused("not_given")
    if INTERPRETER in act.actor.can and row.person_id != act.actor.person:
        raise Refused("not_given")
    return row


def _key(act: Act, row: Assigned) -> bytes:
    """With the interpreter's own key; refuses `not_given` for who has it no more, or another."""
    private = act.opened.privates.get(row.holder_generation)
    if row.state not in LIVE or private is None:
        raise Refused("not_given")
    return assigned.key_of(row, private)


def read_passage(act: Act, passage: UUID) -> tuple[Assigned, Content]:
    """A passage as its interpreter reads it, if it is in their hands; else refuses `not_given`."""
    row = _row(act, passage)
    return row, assigned.content_of(row, _key(act, row))


def open_passage(act: Act, opening: Opening) -> None:
    """Open a passage for its interpreter. Refuses `declare` where they have not said yet that they
    have nothing to do with anybody in the case, `not_given` where it is not in their hands."""
    act.check(Verb.OPEN_PASSAGE)
    row, _content = read_passage(act, opening.passage)
    before = assigned.declared(act.session, act.case.id, row.person_id)
    if not (before or opening.nothing_to_do):
        raise Refused("declare")
    if row.state == "given":
        row.state, row.opened_at = "opened", act.at
        act.session.flush()
        act.move(Verb.OPEN_PASSAGE, assigned=row.id)


def return_passage(act: Act, back: GivenBack) -> None:
    """Give a passage back untranslated. With a conflict of interest every one of the case goes back
    and no more is given to them. Refuses `not_given` for what is not in their hands."""
    act.check(Verb.RETURN_PASSAGE)
    row = _row(act, back.passage)
    if row.state not in LIVE:
        raise Refused("not_given")
    found = [row]
    if back.conflict:
        every = assigned.live(act.session, act.case.id)
        found = [one for one in every if one.person_id == row.person_id]
    state = "conflict" if back.conflict else "returned"
    telling.staff_of_passage(act.session, act.site, act.case, act.now)
    act.move(Verb.RETURN_PASSAGE, assigned=end(act, found, state), why=state)


def hand_in(act: Act, handed: HandedIn) -> None:
    """Hand in the translation of a passage: from now on its interpreter reads neither, and who has
    the case looks it over. Refuses `not_given` for what is not in their hands, `declare` before it
    was opened, `translation` without one."""
    act.check(Verb.HAND_IN)
    row, _content = read_passage(act, handed.passage)
    if row.state != "opened":
        raise Refused("declare")
    if not handed.text.strip():
        raise Refused("translation")
    key = _key(act, row)
    assigned.put_down(row, key, Said(handed.text, handed.unsure.strip()))
    row.box, row.state, row.ended_at = None, "handed_in", act.at
    act.session.flush()
    telling.staff_of_passage(act.session, act.site, act.case, act.now)
    act.move(Verb.HAND_IN, assigned=row.id, value=values.digest(row.said or b"").hex())


def check_translation(act: Act, looked: LookedOver) -> Translation:
    """A second reader looked it over: from now on it is a translation of the passage, checked where
    they read both languages.

    Refuses `not_given` for what was not handed in, `passage_changed` where the passage does not say
    any more what was translated.
    """
    act.check(Verb.CHECK_TRANSLATION)
    row = _row(act, looked.passage)
    if row.state != "handed_in":
        raise Refused("not_given")
    key = assigned.key_at(act.opened, row)
    said, given = assigned.said_of(row, key), assigned.content_of(row, key)
    text = passages.texts(act.session, act.opened).get(row.passage)
    if said is None or text is None or text.text != given.text:
        raise Refused("passage_changed")
    translation = _translation(act, row, said)
    if looked.reads_both and act.actor.person != row.person_id:  # nobody checks their own
        translation.verified_by, translation.verified_at = act.actor.person, act.at
    act.session.add(translation)
    row.state, act.case.needs_translation = "checked", False
    act.session.flush()
    value = values.digest(translation.body).hex()
    told = {"language": row.language, "value": value}
    act.move(Verb.CHECK_TRANSLATION, detail=None, assigned=row.id, passage=row.passage, **told)
    return translation


def _translation(act: Act, row: Assigned, said: Said) -> Translation:
    return Translation(
        id=row.id,
        case_id=act.case.id,
        passage=row.passage,
        language=row.language,
        person_id=row.person_id,
        key_generation=act.case.key_generation,
        body=act.opened.seal_text(Label.PASSAGE_TRANSLATION, row.id, said.text),
        at=act.now,
        origin="interpreter",
    )
