"""Fields that ask back: what was typed stays, the choice counts, no guess is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from grievance.i18n import speaking
from grievance.web.forms import Form
from grievance.web.read_back import Day, Telephone


class Reached(Form):
    """A form with one of each."""

    class Meta:
        csrf = False

    day = Day("Day", past=True)
    other = Day("Other day")
    phone = Telephone("Phone", near=("VN",))


def sent(app: Flask, given: Mapping[str, str]) -> Reached:
    with app.test_request_context(), speaking("en"):
        form = Reached(MultiDict(given))
        form.validate()
        return form


def test_a_foreign_number_without_its_country_code_is_asked_back_and_then_kept(app):
    form = sent(app, {"phone": "0912345678"})
    assert form.phone.data == "0912345678"
    assert "country" in form.phone.errors[0]
    assert [value for value, _ in form.phone.readings] == ["+84912345678"]
    chosen = sent(app, {"phone": "0912345678", "phone-meant": "+84912345678"})
    assert (chosen.phone.data, chosen.phone.errors) == ("+84912345678", [])


def test_a_choice_that_is_no_reading_of_the_text_does_not_count(app):
    form = sent(app, {"phone": "0912345678", "phone-meant": "+819012345678"})
    assert form.phone.errors


def test_a_mobile_number_of_japan_is_taken_as_it_is(app):
    assert sent(app, {"phone": "090-1234-5678"}).phone.data == "+819012345678"


def test_a_year_of_two_digits_is_asked_back_and_then_kept(app):
    form = sent(app, {"day": "26-04-25"})
    assert (form.day.data, form.day.typed) == (None, "26-04-25")
    assert [value for value, _ in form.day.readings] == ["2026-04-25", "2025-04-26"]
    chosen = sent(app, {"day": "26-04-25", "day-meant": "2026-04-25"})
    assert chosen.day.data == date(2026, 4, 25)


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("day", "2038-04-25", "not come yet"),
        ("day", "9999-01-01", "could not read"),
        ("other", "9999-01-01", "could not read"),
        ("day", "tomorrow", "could not read"),
        ("phone", "12345", "could not read"),
    ],
)
def test_what_cannot_be_is_refused_with_its_text_kept(app, name, typed, sentence):
    form = sent(app, {name: typed})
    assert sentence in str(form[name].errors[0])
    assert (form[name].typed if name != "phone" else form.phone.data) == typed


def test_a_promise_may_lie_ahead(app):
    assert sent(app, {"other": "2027-04-25"}).other.data == date(2027, 4, 25)
