"""A tenth of what is left in an hour: one source never has it all, and a new hour begins anew."""

from grievance.vault.shares import HOUR, Shares

GIGA = 10**9


def test_one_source_leaves_most_of_it_to_the_others():
    shares, left = Shares(lambda: 0.0), 8 * GIGA
    while shares.take(b"flood", 10**7, left):
        left -= 10**7
    assert left > 7 * GIGA
    assert shares.take(b"somebody", 10**7, left)


def test_a_day_of_it_still_leaves_room_for_a_photo():
    now, left = [0.0], 8 * GIGA
    shares = Shares(lambda: now[0])
    for _ in range(24):
        now[0] += HOUR
        while shares.take(b"flood", 10**6, left):
            left -= 10**6
    assert shares.take(b"somebody", 10**7, left)


def test_fifty_people_behind_one_address_send_a_photo_each():
    shares, left = Shares(lambda: 0.0), 8 * GIGA
    for _ in range(50):
        assert shares.take(b"dormitory", 2 * 4 * 10**6, left)
        left -= 2 * 4 * 10**6


def test_nothing_left_is_nothing_for_anybody():
    assert not Shares(lambda: 0.0).take(b"somebody", 1, -5)
