"""What must hold for every profile whatsoever."""

import sys
from collections.abc import Iterator
from datetime import date
from itertools import combinations, islice, product

from hypothesis import given, settings
from hypothesis import strategies as st

from grievance.directory.facts import shipped
from grievance.routing.explain import as_plain, rank
from grievance.routing.profile import BANKS, FLAGS, GOALS, LOCATIONS, STATUSES, Profile, parse
from grievance.routing.reasons import RULED_OUT
from grievance.routing.rules import FILE_AT, shipped_rules
from grievance.routing.situation import Ending

FACTS, RULES = shipped(), shipped_rules()
ISSUES = tuple(FACTS.issues)
DAY = FACTS.checked
COUNTRIES = ("JP", "VN", "PH", "MM", "MY", "BD", "PK", "TH", "KR", "UZ", "NP")


def optional(values):
    return st.none() | st.sampled_from(values)


PROFILES = st.builds(
    Profile,
    issues=st.lists(st.sampled_from(ISSUES), min_size=1, max_size=3, unique=True).map(tuple),
    location=st.sampled_from(LOCATIONS),
    status=optional(STATUSES),
    goal=optional(GOALS),
    country=optional(COUNTRIES),
    now_in=optional(COUNTRIES),
    nationality=optional(COUNTRIES),
    sector=optional(("garment", "fishing", "shipping", "domestic")),
    language=optional(("vi", "ja-easy", "en")),
    prefecture=optional(("JP-13", "JP-47")),
    finance=st.lists(st.sampled_from(BANKS), unique=True).map(tuple),
    jacer_member=optional((True, False)),
    date=optional((date(2026, 11, 20), date(2027, 4, 1), date(2027, 12, 14), date(2031, 1, 1))),
    **{flag: st.booleans() for flag in FLAGS},
)
several = settings(max_examples=150, deadline=None)


def ask(profile):
    return rank(profile, RULES, FACTS, DAY)


def listed(result):
    return [FACTS.mechanisms[door.mechanism] for door in result.doors]


ENDINGS = st.builds(Ending, st.just("wages"), st.just(date(2026, 12, 1)), st.sampled_from(FILE_AT))


@several
@given(PROFILES, st.lists(ENDINGS, min_size=1, max_size=3).map(tuple))
def test_a_limit_that_ends_soon_adds_no_door_and_leaves_the_first(profile, endings):
    plain = [door.mechanism for door in ask(profile).doors]
    moved = [door.mechanism for door in rank(profile, RULES, FACTS, DAY, endings).doors]
    assert sorted(moved) == sorted(plain)
    assert moved[0] == plain[0]


@several
@given(PROFILES)
def test_there_is_always_a_door_and_none_twice(profile):
    names = [door.mechanism for door in ask(profile).doors]
    assert names
    assert len(set(names)) == len(names)
    assert [door.rank for door in ask(profile).doors] == list(range(1, len(names) + 1))


@several
@given(PROFILES.filter(lambda profile: profile.danger))
def test_in_danger_nobody_near_the_company_is_named(profile):
    assert not {door.kind for door in listed(ask(profile))} & {"company", "industry", "ncp"}


@several
@given(PROFILES.filter(lambda profile: profile.refugee))
def test_a_refugee_is_never_sent_to_the_home_country(profile):
    assert "sending_country_agency" not in {door.kind for door in listed(ask(profile))}


@several
@given(PROFILES)
def test_a_dangerous_authority_is_never_named_of_itself(profile):
    names = {door.mechanism for door in ask(profile).doors}
    assert not names & set(RULES.never_automatic)
    if profile.nationality == "MM":
        assert "sending-country-generic" not in names


@several
@given(PROFILES)
def test_every_door_is_open_on_the_day(profile):
    result = ask(profile)
    assert all(door.open_on(result.day) for door in listed(result))


@several
@given(PROFILES)
def test_every_door_has_a_reason_and_no_ruled_out_door_is_listed(profile):
    result = ask(profile)
    assert all(door.reasons and all(note.text for note in door.reasons) for door in result.doors)
    out = {one.mechanism for one in result.ruled_out}
    assert not out & {door.mechanism for door in result.doors}
    assert all(one.reason.text == RULED_OUT[one.reason.code] for one in result.ruled_out)


@several
@given(PROFILES)
def test_no_base_door_vanishes_without_a_reason(profile):
    result = ask(profile)
    seen = {d.mechanism for d in result.doors} | {o.mechanism for o in result.ruled_out}
    for issue in profile.issues:
        assert set(RULES.doors(profile.location, issue)) <= seen


@several
@given(PROFILES)
def test_the_same_question_has_the_same_answer(profile):
    assert ask(profile) == ask(profile)


@several
@given(PROFILES)
def test_hiding_and_language_change_no_rank(profile):
    def order(**changes):
        changed = Profile(**{**vars(profile), **changes})
        return [door.mechanism for door in ask(changed).doors]

    assert order() == order(hide_from_employer=not profile.hide_from_employer)
    assert order() == order(language="lo")


@several
@given(PROFILES)
def test_the_echoed_profile_asks_the_same(profile):
    plain = as_plain(ask(profile))
    assert as_plain(ask(parse(plain["profile"], ISSUES))) == plain


@several
@given(PROFILES)
def test_the_japanese_emergency_number_only_for_who_is_in_japan(profile):
    names = [door.mechanism for door in ask(profile).doors]
    here = profile.now_in == "JP" or (profile.now_in is None and profile.location == "japan")
    if profile.danger:
        assert (names[0] == "jp-emergency") is here
        assert ("jp-emergency" in names) is here


@several
@given(PROFILES)
def test_without_status_supporter_and_lawyer_lead_or_follow_the_emergency(profile):
    names = [door.mechanism for door in ask(profile).doors]
    if profile.irregular and profile.location == "japan" and not profile.danger:
        assert names[:2] == ["ngo-smj", "jp-bar-association"]
        assert "jp-hellowork-foreign" not in names


@several
@given(PROFILES)
def test_no_wish_comes_before_what_keeps_a_person_safe(profile):
    issue = next((one for one in profile.issues if one in RULES.families["safety_floor"]), None)
    if issue is None:
        return
    plain = {"goal": None, "supplier": False, "company_desk": False, "anonymous": False}
    alone = Profile(**{**vars(profile), **plain, "issues": (issue,)})
    lead = [door.mechanism for door in ask(alone).doors][:3]
    assert [door.mechanism for door in ask(profile).doors][: len(lead)] == lead


CIRCUMSTANCES = [
    {"irregular": True}, {"danger": True}, {"anonymous": True}, {"woman": True},
    {"refugee": True}, {"supplier": True}, {"company_desk": True}, {"bankrupt": True},
    {"left_host": True}, {"goal": "money"}, {"goal": "stop"}, {"goal": "change_employer"},
    {"goal": "information"}, {"nationality": "VN"}, {"nationality": "MM"}, {"now_in": "VN"},
    {"country": "BD", "sector": "garment"}, {"country": "MY"}, {"date": date(2028, 1, 10)},
    {"child": True, "fear": True}, {"exports_to_us": True, "exports_to_eu": True},
    {"multinational": True, "dispatched": True}, {"sector": "fishing", "prefecture": "JP-13"},
]  # fmt: skip


def everybody() -> Iterator[Profile]:
    """Every issue, place and status with every pair of circumstances."""
    for issue, location, status in product(ISSUES, LOCATIONS, STATUSES):
        for one, other in combinations(CIRCUMSTANCES, 2):
            yield Profile((issue,), location, status=status, **{**one, **other})


def test_every_issue_place_status_and_pair_of_circumstances_finds_a_door():
    asked = 0
    for profile in everybody():
        asked += 1
        assert ask(profile).doors
    assert asked == 41 * 3 * 6 * 253


def test_an_answer_takes_few_steps():
    """Steps are calls of functions: some 460 in the mean, 1,400 at most, whatever the machine."""
    steps = []
    for profile in islice(everybody(), 0, None, 101):
        called = 0

        def count(_frame: object, event: str, _given: object) -> None:
            nonlocal called
            called += event == "call"

        before = sys.getprofile()
        sys.setprofile(count)
        try:
            ask(profile)
        finally:
            sys.setprofile(before)
        steps.append(called)
    assert len(steps) > 1800
    assert max(steps) < 3000
    assert sum(steps) / len(steps) < 1000
