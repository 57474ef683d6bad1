"""Letters are no weapon: one to an address until its code was typed, few to anybody."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from grievance.cases import records
from grievance.cases.operations import addressing, replying, telling
from grievance.cases.operations.replying import Sent
from grievance.notifications import outbox, proof
from grievance.notifications.channels import Letter
from grievance.notifications.drain import Post, drain
from grievance.notifications.models import KeptAddress, Outbox
from grievance.vault.keyring import KeyRing
from tests.cases.conftest import World, words
from tests.cast import NOW, file_case

STRANGER = "stranger@mail.example"


class Held:
    """A channel that keeps what it is given."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []

    def send(self, letter: Letter) -> None:
        self.letters.append(letter)


@pytest.fixture
def mail(ring_folder, world: World) -> Held:
    """What leaves: `world` is drained by the worker's keys whenever a test says so."""
    held = Held()
    held.ring = KeyRing.load(ring_folder, "worker")  # type: ignore[attr-defined]
    send_all(world, held, NOW - timedelta(days=2))
    send_all(world, held, NOW)  # what the making of the world has told
    held.letters.clear()
    return held


def send_all(world: World, mail: Held, now: datetime) -> list[Letter]:
    """One drain; what it sent."""
    before = len(mail.letters)
    drain(world.session, Post(mail.ring.notifier, {"email": mail}), now)  # type: ignore[attr-defined]
    return mail.letters[before:]


def name(world: World, address: str, filed=None) -> None:
    """The worker of a case says that letters may go there."""
    filed = filed or world.filed
    contact = {"way": "email", "value": address, "safe_when": "", "never_say": ""}
    replying.change_contact(filed.act(world.session, world.site), contact)


def contact_of(world: World) -> dict:
    return records.read(world.session, world.home(), "identity")["contact"]


def code_in(letter: Letter) -> str:
    lines = [line.replace(" ", "") for line in letter.body.splitlines()]
    return next(line for line in lines if line.isdecimal() and len(line) == 8)


def boxes(world: World) -> int:
    return world.session.scalar(select(func.count()).select_from(KeptAddress)) or 0


def test_a_stranger_gets_one_letter_whoever_names_the_address_and_how_often(
    world: World, mail: Held
):
    for number in range(6):
        name(world, STRANGER.upper() if number % 2 else STRANGER)
        telling.worker_of_news(world.session, world.site, world.home(), NOW)
    other = file_case(world.session, world.site)
    name(world, STRANGER, other)
    telling.worker_of_news(world.session, world.site, other.open(world.session), NOW)
    sent = [one for one in send_all(world, mail, NOW) if one.to.lower() == STRANGER]
    assert len(sent) == 1
    assert sent[0].subject == "Bạn có ghi chú mới"  # in the language of the case


def test_the_code_of_the_letter_confirms_and_then_news_goes_out(world: World, mail: Held):
    name(world, STRANGER)
    (letter,) = send_all(world, mail, NOW)
    with pytest.raises(proof.NotTheCode):
        addressing.confirm(world.own(), "00000000")
    assert boxes(world) == 0
    confirm(world, code_in(letter))
    assert contact_of(world)["box"]
    assert telling.worker_of_news(world.session, world.site, world.desk(), NOW)
    (news,) = send_all(world, mail, NOW)
    assert news.to == STRANGER
    assert "ghi chú mới" in news.body


def confirm(world: World, code: str) -> None:
    addressing.confirm(world.own(), code)


def test_the_code_fits_no_other_address_and_wrong_ones_use_up_only_their_own(
    world: World, mail: Held
):
    name(world, STRANGER)
    (letter,) = send_all(world, mail, NOW)
    name(world, "other@mail.example")
    with pytest.raises(proof.NotTheCode):
        confirm(world, code_in(letter))
    name(world, STRANGER)
    for number in range(proof.MOST_WRONG):
        with pytest.raises(proof.NotTheCode):
            confirm(world, str(number).zfill(8))
    with pytest.raises(proof.NotTheCode):
        confirm(world, code_in(letter))
    other = file_case(world.session, world.site)
    name(world, STRANGER, other)
    addressing.confirm(other.act(world.session, world.site), code_in(letter))


def test_all_cases_together_try_few_of_the_codes(world: World, mail: Held):
    name(world, STRANGER)
    (letter,) = send_all(world, mail, NOW)
    tried = update(Outbox).where(Outbox.kind == proof.KIND).values(wrong=proof.MOST_OF_ALL)
    world.session.execute(tried)
    with pytest.raises(proof.NotTheCode):
        confirm(world, code_in(letter))
    assert proof.MOST_OF_ALL / 10**proof.DIGITS <= 1 / 10_000


def test_after_two_weeks_there_may_be_another_letter(world: World, mail: Held):
    name(world, STRANGER)
    (letter,) = send_all(world, mail, NOW)
    later = NOW + outbox.KEPT + timedelta(hours=1)
    gone = update(Outbox).where(Outbox.kind == proof.KIND).values(recipient=None)
    world.session.execute(gone)  # as if purged, which only the worker process may
    with pytest.raises(proof.NoLetter):
        confirm(world, code_in(letter))
    assert addressing.ask(world.session, world.site, world.case, contact_of(world), later)


@pytest.mark.parametrize("ending", ["change", "none"])
def test_what_was_confirmed_of_an_address_goes_when_it_is_changed(
    world: World, mail: Held, ending: str
):
    name(world, STRANGER)
    (letter,) = send_all(world, mail, NOW)
    confirm(world, code_in(letter))
    name(world, STRANGER)
    assert "box" in contact_of(world)  # saved again unchanged: still confirmed
    if ending == "change":
        name(world, "new@mail.example")
    else:
        replying.change_contact(world.own(), {})
    assert "box" not in contact_of(world)


def test_a_confirmed_address_has_a_copy_only_while_a_letter_is_planned(world: World, mail: Held):
    name(world, STRANGER)
    (letter,) = send_all(world, mail, NOW)
    assert boxes(world) == 0
    confirm(world, code_in(letter))
    assert boxes(world) == 1
    (copy,) = world.session.scalars(select(KeptAddress))
    assert str(copy.id) == contact_of(world)["box"]
    assert STRANGER.encode() not in copy.content
    replying.change_contact(world.own(), {})
    assert boxes(world) == 0


def test_fifteen_messages_in_danger_are_few_letters_and_none_is_forgotten(world: World, mail: Held):
    send_all(world, mail, NOW)
    world.case.danger = True
    counted: dict[str, int] = {}
    for number in range(15):
        replying.say(world.own(), Sent(words(f"No. {number}")))
        for letter in send_all(world, mail, NOW):
            counted[letter.to] = counted.get(letter.to, 0) + 1
    assert counted
    assert max(counted.values()) <= 2
    held = world.session.scalars(select(Outbox).where(Outbox.state == "pending")).all()
    assert len(held) == len(counted)  # what came after waits for the next hour, one for each
    assert {letter.to for letter in send_all(world, mail, NOW + timedelta(hours=1))} == set(counted)


def test_a_letter_that_stands_for_two_cases_is_not_cancelled_with_one(world: World):
    other = file_case(world.session, world.site)
    for case in (world.case, other.case):
        case.danger = True
        telling.staff_of_answer(world.session, world.site, case, NOW)
    waiting = select(func.count()).where(Outbox.kind == "danger", Outbox.state == "pending")
    people = world.session.scalar(waiting)
    outbox.cancel(world.session, world.case.id, NOW)
    assert world.session.scalar(waiting) == people


def test_danger_is_told_every_hour_however_many_are_filed(world: World, mail: Held):
    send_all(world, mail, NOW)
    world.case.danger = True
    for hour in range(1, 30):
        now = NOW + timedelta(hours=hour)
        for _ in range(5):
            telling.staff_of_new_case(world.session, world.site, world.case, now)
            send_all(world, mail, now)
        told = [letter.to for letter in mail.letters if letter.at == now]
        assert told
        assert all(told.count(one) <= 2 for one in told)


def test_one_case_asks_for_few_letters_with_a_code(world: World, mail: Held):
    """Changing the address again and again sent one letter for each, to as many strangers."""
    for n in range(10):
        name(world, f"stranger{n}@mail.example")
    assert len(send_all(world, mail, NOW)) == proof.MOST_ASKED
    others = file_case(world.session, world.site)
    name(world, "another@mail.example", others)
    assert len([one for one in send_all(world, mail, NOW) if one.to == "another@mail.example"]) == 1


def test_a_mailbox_of_many_names_is_one(world: World, mail: Held):
    """name+1@, name+2@ … are all delivered to the same person."""
    for n in range(2 * proof.MOST_ASKED):
        filed = file_case(world.session, world.site)
        name(world, f"Stranger+{n}@mail.example", filed)
    sent = [letter for letter in send_all(world, mail, NOW) if "tranger" in letter.to]
    assert len(sent) == proof.MOST_ASKED
