"""An interpreter reads the passages given to them, with their own key, and nothing else."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from grievance.accounts.models import Event
from grievance.accounts.operations import interpreters
from grievance.cases import assigned, ledger, messages
from grievance.cases.assigned import Assigned
from grievance.cases.models import CaseGrant
from grievance.cases.opening import Shut
from grievance.cases.operations import handling, interpreting, replaying, replying
from grievance.cases.operations.interpreting import GivenBack, HandedIn, LookedOver, Opening
from grievance.cases.translated import Translation
from grievance.cases.verbs import Verb
from grievance.refusals import Refused
from grievance.vault.errors import Tampered
from tests.cases.conftest import World, words
from tests.cast import NOW, add_interpreter

STORY = "what-happened"


@pytest.fixture
def world(world: World) -> World:
    """A case that is read."""
    world.bring_to("in_review")
    return world


def refused(do, *given: object) -> str:
    with pytest.raises(Refused) as why:
        do(*given)
    return why.value.code


def test_nothing_is_given_before_the_worker_said_yes(world: World) -> None:
    world.add_interpreter()
    assert refused(interpreting.give_passages, world.act(), world.giving()) == "interpreter_allowed"
    interpreting.allow_interpreter(world.own())
    interpreting.give_passages(world.act(), world.giving())
    assert len(assigned.live(world.session, world.case.id)) == 1


def test_danger_is_no_reason_to_leave_the_worker_unasked(world: World) -> None:
    world.add_interpreter()
    world.case.danger = True
    assert refused(interpreting.give_passages, world.act(), world.giving()) == "interpreter_allowed"


def test_nothing_is_given_before_their_six_words_were_heard(world: World) -> None:
    world.interpreter = add_interpreter(world.session, world.operator, heard=False)
    interpreting.allow_interpreter(world.own())
    assert refused(interpreting.give_passages, world.act(), world.giving()) == "interpreter"
    act = world.operator.director.acting(world.session, world.site.ring)
    assert refused(interpreters.hear, act, world.interpreter.id, "six other words") == "fingerprint"
    assert refused(interpreters.hear, act, world.handler.id, "any") == "not_member"


def test_the_interpreter_holds_the_passage_and_no_key_of_the_case(world: World) -> None:
    row = world.give_passage("opened")
    act = world.interprets()
    _row, content = interpreting.read_passage(act, row.id)
    told = messages.translations(world.session, world.desk())
    assert content.text
    assert content.other_side == "Mihon Foods"
    assert not told
    holders = select(CaseGrant.holder_kind).where(CaseGrant.holder_id == world.interpreter.id)
    assert not world.session.scalars(holders).all()
    with pytest.raises(Shut):
        messages.thread(world.session, act.opened, "worker") or act.opened._key("message.body/1")


def test_another_interpreter_cannot_open_it_even_with_the_row(world: World) -> None:
    row = world.give_passage()
    other = add_interpreter(world.session, world.operator)
    with pytest.raises(Tampered):
        assigned.key_of(row, other.private)
    world.interpreter = other
    assert refused(interpreting.read_passage, world.interprets(), row.id) == "not_given"


def test_who_it_is_about_is_said_before_the_first_passage_of_a_case_is_opened(world: World) -> None:
    row = world.give_passage()
    opening = Opening(row.id, nothing_to_do=False)
    assert refused(interpreting.open_passage, world.interprets(), opening) == "declare"
    assert refused(interpreting.hand_in, world.interprets(), HandedIn(row.id, "No")) == "declare"
    interpreting.open_passage(world.interprets(), Opening(row.id, nothing_to_do=True))
    handling.tell_worker(world.act(), words("Chào bạn", "vi"))
    message = messages.thread(world.session, world.desk(), "worker")[-1].row
    interpreting.give_passages(world.act(), world.giving(str(message.id)))
    second = assigned.live(world.session, world.case.id)
    fresh = next(one for one in second if one.state == "given")
    interpreting.open_passage(world.interprets(), Opening(fresh.id, nothing_to_do=False))
    assert fresh.state == "opened"


def test_a_conflict_gives_everything_back_unopened_and_bars_them(world: World) -> None:
    row = world.give_passage()
    interpreting.return_passage(world.interprets(), GivenBack(row.id, conflict=True))
    assert (row.state, row.box) == ("conflict", None)
    assert refused(interpreting.give_passages, world.act(), world.giving()) == (
        "interpreter_conflict"
    )


def test_what_was_handed_in_is_a_translation_once_it_was_looked_over(world: World) -> None:
    row = world.give_passage("handed_in")
    assert refused(interpreting.read_passage, world.interprets(), row.id) == "not_given"
    assert STORY not in messages.translations(world.session, world.desk(), [STORY])
    interpreting.check_translation(world.act(), LookedOver(row.id, reads_both=True))
    (found,) = messages.translations(world.session, world.desk(), [STORY])[STORY]
    assert found[0].person_id == world.interpreter.id
    assert found[1] == "Two months without pay."
    assert (found[0].origin, found[0].verified_by) == ("interpreter", world.handler.id)
    assert (
        refused(interpreting.check_translation, world.act(), LookedOver(row.id, True))
        == "not_given"
    )


def test_a_translation_of_what_reads_otherwise_by_now_does_not_hold(world: World) -> None:
    handling.tell_worker(world.act(), words("Chào bạn", "vi"))
    row = world.give_passage("handed_in")
    key = assigned.key_at(world.desk(), row)
    content = assigned.content_of(row, key)
    other = assigned.Content("Something else", content.language, content.about, "Mihon")
    row.content = assigned.values.seal_json(
        key, assigned._place(assigned.Label.ASSIGNED_CONTENT, row), assigned.asdict(other)
    )
    assert (
        refused(interpreting.check_translation, world.act(), LookedOver(row.id, True))
        == "passage_changed"
    )
    assert world.session.scalars(select(Translation)).all() == []


@pytest.mark.parametrize("how", ["handler", "worker", "withdrawal"])
def test_who_takes_it_back_takes_the_key_with_it(world: World, how: str) -> None:
    row = world.give_passage("opened")
    if how == "handler":
        interpreting.take_back_passage(world.act(), row.id)
    elif how == "worker":
        interpreting.refuse_interpreter(world.own())
    else:
        replying.withdraw(world.own())
    assert (row.state, row.box) == ("taken_back", None)
    assert refused(interpreting.read_passage, world.interprets(), row.id) == "not_given"


@pytest.mark.parametrize(
    ("verb", "why", "state"),
    [
        (Verb.REFUSE_INTERPRETER, {}, "taken_back"),
        (Verb.RECORD_INTERPRETER, {"answer": "no"}, "taken_back"),
        (Verb.TAKE_BACK_PASSAGE, {}, "taken_back"),
        (Verb.RETURN_PASSAGE, {"why": "conflict"}, "conflict"),
    ],
)
def test_a_restore_takes_it_back_again(
    world: World, verb: Verb, why: dict[str, str], state: str
) -> None:
    row = world.give_passage("opened")
    codes = {"assigned": [str(row.id)], **why}
    act = ledger.Act(str(world.case.id), 10_000, "ab" * 32, verb, NOW.isoformat(), codes)
    assert replaying.replay(world.session, [act], NOW).acts == 1
    assert (row.state, row.box) == (state, None)
    assert assigned.in_conflict(world.session, world.case.id, row.person_id) == ("why" in why)
    refuses = verb in (Verb.REFUSE_INTERPRETER, Verb.RECORD_INTERPRETER)
    assert (assigned.wish(world.session, world.case.id) == assigned.REFUSE) == refuses
    assert replaying.replay(world.session, [act], NOW).acts == 0


def test_said_twice_is_written_down_once(world: World) -> None:
    for _time in range(2):
        interpreting.allow_interpreter(world.own())
    for _time in range(2):
        interpreting.refuse_interpreter(world.own())
    said = select(Event.verb).where(Event.verb.in_((assigned.ALLOW, assigned.REFUSE)))
    assert sorted(world.session.scalars(said)) == [assigned.ALLOW, assigned.REFUSE]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"due_on": date(2026, 4, 1)}, "given_day"),
        ({"other_side": " "}, "other_side"),
        ({"passages": ["name"]}, "passage"),
        ({"passages": []}, "passage"),
    ],
)
def test_what_cannot_be_given(world: World, changed: dict[str, object], code: str) -> None:
    world.add_interpreter()
    interpreting.allow_interpreter(world.own())
    assert refused(interpreting.give_passages, world.act(), world.giving(**changed)) == code
    assert world.session.scalars(select(Assigned)).all() == []
