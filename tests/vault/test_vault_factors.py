"""Codes of an app and codes on paper: when they fit, and under whose key they lie."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pyotp
import pytest

from grievance.vault.errors import Tampered
from grievance.vault.factors import (
    address_for_app,
    code_mark,
    draw_codes,
    new_secret,
    open_secret,
    seal_secret,
    step_at,
    step_of,
)
from grievance.vault.keys import new_key

NOW = datetime(2026, 4, 22, 3, 20, 5, tzinfo=UTC)
# RFC 6238, appendix B: the secret "12345678901234567890", SHA-1, the last six digits.
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
KNOWN = [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]


@pytest.mark.parametrize(("seconds", "code"), KNOWN)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert step_of(SECRET, code, at, 0) == seconds // 30


@pytest.mark.parametrize(
    ("away", "fits"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_step_either_way_fits_and_no_more(away: int, fits: bool) -> None:
    code = pyotp.TOTP(SECRET).at(NOW, counter_offset=away)
    assert step_of(SECRET, code, NOW, 0) == (step_at(NOW) + away if fits else None)


def test_a_step_that_was_used_and_every_one_before_it_is_over() -> None:
    here, app = step_at(NOW), pyotp.TOTP(SECRET)
    for away in (-1, 0, 1):
        assert step_of(SECRET, app.at(NOW, counter_offset=away), NOW, here + 1) is None
    assert step_of(SECRET, app.at(NOW, counter_offset=1), NOW, here) == here + 1
    assert step_of(SECRET, app.at(NOW), NOW + timedelta(seconds=90), 0) is None


@pytest.mark.parametrize("typed", ["", "1", "2870820", "x", "28708", "二八七〇八二"])
def test_what_is_no_code_fits_never(typed: str) -> None:
    assert step_of(SECRET, typed, datetime.fromtimestamp(59, UTC), 0) is None


def test_a_secret_opens_with_its_members_key_in_its_own_row_only() -> None:
    key, person, row = new_key(), uuid4(), uuid4()
    box = seal_secret(key, person, row, secret := new_secret())
    assert open_secret(key, person, row, box) == secret
    assert secret.encode() not in box
    for other in ((new_key(), person, row), (key, uuid4(), row), (key, person, uuid4())):
        with pytest.raises(Tampered):
            open_secret(*other, box)


def test_recovery_codes_are_told_apart_and_read_as_people_write() -> None:
    codes = draw_codes()
    assert len(set(codes)) == 10
    assert {len(one) for one in codes} == {11}
    key, person = new_key(), uuid4()
    mark = code_mark(key, person, "A0B1C-D2E3F")
    for typed in ("a0b1cd2e3f", "AOBIC D2E3F", " aoblc-d2e3f "):
        assert code_mark(key, person, typed) == mark
    assert code_mark(new_key(), person, "A0B1C-D2E3F") != mark
    assert code_mark(key, uuid4(), "A0B1C-D2E3F") != mark


def test_an_app_is_told_whose_secret_it_is() -> None:
    told = address_for_app(SECRET, "Sato Hanako", "Hidamari desk")
    assert pyotp.parse_uri(told).secret == SECRET
    assert pyotp.parse_uri(told).issuer == "Hidamari desk"
