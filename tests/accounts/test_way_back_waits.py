"""The wait of a way back, and the right to refuse it, are not taken away with the key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from grievance.accounts import quorum
from grievance.accounts.operations import invitations, keys, leaving, letters, members
from grievance.accounts.operations.keys import ALONE_WAITS
from grievance.accounts.operations.persons import Admitted
from grievance.accounts.roles import Role
from grievance.clock import real_now
from grievance.notifications.models import Outbox
from tests.accounts.conftest import Browser
from tests.accounts.test_way_back import House, fresh_lanes, house

__all__ = ("fresh_lanes", "house")
MINUTE = timedelta(minutes=1)


def remove(house: House, boss: Admitted, who: Admitted) -> None:
    leaving.remove_member(house.office.act(boss), who.person_id)


def lower(house: House, boss: Admitted, who: Admitted) -> None:
    members.change_role(house.office.act(boss), who.person_id, Role.DIRECTORY_EDITOR)


def reset(house: House, boss: Admitted, who: Admitted) -> None:
    house.office.accept(invitations.offer_reset(house.office.act(boss), who.person_id))


def turn_away(house: House, boss: Admitted, who: Admitted) -> None:
    reset(house, boss, who)
    keys.refuse(house.office.act(), house.office.request(who).id)


WAYS = (remove, lower, reset, turn_away)


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("take", WAYS)
def test_taking_the_key_from_who_holds_it_shortens_nothing(
    house: House, take: Callable[[House, Admitted, Admitted], None], before: bool
) -> None:
    lan = house.office.join("lan", Role.HANDLER)
    boss = house.office.join("boss", Role.ADMINISTRATOR)
    made = None if before else house.offer()
    take(house, boss, lan)
    house.session.commit()
    made = made or house.offer()
    assert house.refused(made.token) == "way_back_early"
    assert house.refused(made.token, now=real_now() + ALONE_WAITS - MINUTE) == "way_back_early"
    assert house.come(made.token, now=real_now() + ALONE_WAITS + MINUTE)


def test_who_got_the_key_after_the_offer_and_lost_it_again_counts(house: House) -> None:
    boss = house.office.join("boss", Role.ADMINISTRATOR)
    made = house.offer()
    lan = house.office.join("lan", Role.HANDLER)
    remove(house, boss, lan)
    house.session.commit()
    assert house.refused(made.token) == "way_back_early"


def test_after_thirty_days_they_count_no_more_unless_they_held_it_at_the_offer(
    house: House,
) -> None:
    lan = house.office.join("lan", Role.HANDLER)
    boss = house.office.join("boss", Role.ADMINISTRATOR)
    remove(house, boss, lan)
    house.session.commit()
    late = real_now() + quorum.COUNTS
    assert house.offer(now=late).way.others == frozenset()
    early = house.offer(now=late - MINUTE)
    assert house.refused(early.token, now=late + MINUTE) == "way_back_early"


@pytest.mark.parametrize("take", [lower, reset])
def test_who_is_still_a_member_is_told_and_refuses_it(
    browse: Callable[[], Browser],
    house: House,
    take: Callable[[House, Admitted, Admitted], None],
) -> None:
    lan = house.office.join("lan", Role.HANDLER)
    boss = house.office.join("boss", Role.ADMINISTRATOR)
    take(house, boss, lan)
    house.session.commit()
    made = house.offer()
    letters.tell_of_way_back(
        house.session, made.way, "http://localhost", ring=house.office.ring, now=real_now()
    )
    house.session.commit()
    assert house.session.scalars(select(Outbox.kind)).all() == ["way_back"] * 2
    client = browse()
    client.sign_in("lan@example.org")
    page = client.page("/staff/account")
    (link,) = [a.get("href") for a in page.all("a") if "way-back" in (a.get("href") or "")]
    assert "director" in page.main
    assert client.send(link).status_code == 303
    assert house.refused(made.token, now=real_now() + ALONE_WAITS + MINUTE) == "used"
