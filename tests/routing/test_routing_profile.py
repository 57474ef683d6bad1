"""A profile is read strictly: an unknown key or code is refused, and said where."""

from datetime import date

import pytest

from grievance.directory.facts import shipped
from grievance.routing.profile import Profile, ProfileError, parse
from grievance.routing.rules import shipped_rules

ISSUES = tuple(shipped().issues)


def test_only_the_issue_is_needed():
    assert parse({"issue": "violence"}, ISSUES) == Profile(("violence",))


def test_several_issues_the_main_one_first():
    profile = parse({"issues": ["violence", "housing"]}, ISSUES)
    assert (profile.issue, profile.issues) == ("violence", ("violence", "housing"))


def test_absent_and_empty_are_the_same():
    empty = dict.fromkeys(("status", "goal", "country", "date", "danger", "events", "finance"))
    assert parse({"issue": "other", **empty}, ISSUES) == parse({"issue": "other"}, ISSUES)


def test_values_of_every_kind_are_read():
    given = {
        "issue": "wages-unpaid",
        "location": "abroad",
        "country": "MY",
        "now_in": "NP",
        "prefecture": "JP-47",
        "nationality": "NP",
        "status": "work",
        "danger": True,
        "jacer_member": "unknown",
        "finance": "jica",
        "sector": "garment",
        "language": "zh-hans",
        "goal": "stop",
        "events": {"wages": "2026-01-31"},
        "date": "2026-11-20",
    }
    profile = parse(given, ISSUES, shipped_rules().limitation_codes)
    assert profile.finance == ("jica",)
    assert profile.events == {"wages": date(2026, 1, 31)}
    assert profile.date == date(2026, 11, 20)
    assert profile.jacer_member is None
    assert parse(profile.echo(), ISSUES, shipped_rules().limitation_codes) == profile


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "issue"),
        ({"issue": "no-such"}, "issue"),
        ({"issue": ["violence"]}, "issue"),
        ({"issues": []}, "issues"),
        ({"issues": "violence"}, "issues"),
        ({"issues": ["violence", "violence"]}, "issues"),
        ({"issues": ["violence"], "issue": "housing"}, "issue"),
        ({"colour": "red"}, "colour"),
        ({"name": "somebody"}, "name"),
        ({"location": "mars"}, "location"),
        ({"country": "XX"}, "country"),
        ({"country": "vn"}, "country"),
        ({"country": "EU"}, "country"),
        ({"nationality": False}, "nationality"),
        ({"now_in": 7}, "now_in"),
        ({"prefecture": "JP-48"}, "prefecture"),
        ({"prefecture": "JP-00"}, "prefecture"),
        ({"prefecture": "Tokyo"}, "prefecture"),
        ({"status": "tourist"}, "status"),
        ({"danger": "yes"}, "danger"),
        ({"danger": 1}, "danger"),
        ({"jacer_member": "maybe"}, "jacer_member"),
        ({"finance": ["adb"]}, "finance"),
        ({"finance": 3}, "finance"),
        ({"sector": "Garment Industry"}, "sector"),
        ({"language": "xx"}, "language"),
        ({"goal": "revenge"}, "goal"),
        ({"events": {"no-such": "2026-01-01"}}, "events"),
        ({"events": {"wages": "soon"}}, "events.wages"),
        ({"events": ["wages"]}, "events"),
        ({"date": "20th"}, "date"),
        ({"date": True}, "date"),
    ],
)
def test_what_is_wrong_is_refused_and_named(given, field):
    if given and "issue" not in given and "issues" not in given:
        given = {"issue": "violence"} | given
    with pytest.raises(ProfileError) as caught:
        parse(given, ISSUES, shipped_rules().limitation_codes)
    assert caught.value.field == field


@pytest.mark.parametrize("given", [None, [], "violence", 3])
def test_a_profile_is_a_mapping(given):
    with pytest.raises(ProfileError):
        parse(given, ISSUES)


def test_norway_without_quotes_gets_a_hint():
    with pytest.raises(ProfileError, match="in quotes"):
        parse({"issue": "other", "nationality": False}, ISSUES)
