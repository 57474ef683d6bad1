"""Loading the facts of a release: what changes, what stays, what waits as a proposal."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.directory import facts, operations, queries
from grievance.directory.entries import Facts, Mechanism
from grievance.directory.models import Channel, MechanismRevision
from grievance.directory.texts import Word, mark
from grievance.i18n import BY_SLUG
from tests.directory.loaded import MEMBER, NOW, PAGE, check_of, words

LSIO = "jp-lsio"


def with_body(base: Facts, name: str, **changes: object) -> Facts:
    """The facts with one body changed."""
    body = replace(base.mechanisms[name], **changes)
    return replace(base, mechanisms={**base.mechanisms, name: body})


def load(session: Session, given: Facts) -> dict[str, dict[str, int]]:
    return operations.load(session, given, NOW, "cli:directory load", words=words())


def test_loading_the_same_release_twice_changes_nothing(session: Session) -> None:
    first = load(session, facts.shipped())
    second = load(session, facts.shipped())
    assert first["mechanisms"] == {"new": 89, "changed": 0, "same": 0, "proposed": 0}
    assert second["mechanisms"] == {"new": 0, "changed": 0, "same": 89, "proposed": 0}
    for table, counts in second.items():
        assert counts == {"new": 0, "changed": 0, "same": first[table]["new"], "proposed": 0}


def test_what_was_loaded_is_what_was_shipped(loaded: Session) -> None:
    there, shipped = queries.facts_for_routing(loaded), facts.shipped()
    assert list(there.mechanisms) == list(shipped.mechanisms)
    assert there.mechanisms == shipped.mechanisms
    assert there.issues == shipped.issues
    assert there.sources == shipped.sources


def test_a_changed_body_becomes_a_new_revision_and_the_old_one_stays(loaded: Session) -> None:
    counts = load(loaded, with_body(facts.shipped(), LSIO, third_party="yes"))
    assert counts["mechanisms"]["changed"] == 1
    states = loaded.scalars(
        select(MechanismRevision.state)
        .where(MechanismRevision.mechanism == LSIO)
        .order_by(MechanismRevision.number)
    )
    assert list(states) == ["old", "current"]
    assert queries.facts_for_routing(loaded).mechanisms[LSIO].third_party == "yes"


def test_a_release_does_not_overwrite_a_local_edit_but_proposes(loaded: Session) -> None:
    operations.revise(loaded, LSIO, {"time": {"en": "About a month."}}, actor=MEMBER, now=NOW)
    changed = with_body(facts.shipped(), LSIO, third_party="yes")
    assert load(loaded, changed)["mechanisms"]["proposed"] == 1
    assert load(loaded, changed)["mechanisms"]["same"] == 89
    body = queries.facts_for_routing(loaded).mechanisms[LSIO]
    assert body.texts["time"] == "About a month."
    assert body.third_party == facts.shipped().mechanisms[LSIO].third_party
    waiting = loaded.scalars(
        select(MechanismRevision).where(MechanismRevision.state == "proposed")
    ).one()
    assert waiting.facts["third_party"] == "yes"


def test_a_local_edit_survives_a_release_that_changes_nothing(loaded: Session) -> None:
    operations.revise(loaded, LSIO, {"time": {"en": "About a month."}}, actor=MEMBER, now=NOW)
    assert load(loaded, facts.shipped())["mechanisms"]["same"] == 89
    assert queries.facts_for_routing(loaded).mechanisms[LSIO].texts["time"] == "About a month."


def test_editing_the_english_makes_the_translation_stale_and_shows_the_english(
    loaded: Session,
) -> None:
    new = "They cannot order anything any more."
    operations.revise(loaded, LSIO, {"cannot_do": {"en": new}}, actor=MEMBER, now=NOW)
    said = queries.book(loaded).entries[LSIO].say("cannot_do", BY_SLUG["vi"])
    assert said is not None
    assert said.stale
    assert said.english == new
    assert said.language.slug == "vi"


def test_a_translation_made_from_older_english_is_stale(session: Session) -> None:
    given = {f"mechanism:{LSIO}:time": {"vi": Word("Khoảng một tháng", mark("older English"))}}
    operations.load(session, facts.shipped(), NOW, "cli:directory load", words=given)
    entry = queries.book(session).entries[LSIO]
    said = entry.say("time", BY_SLUG["vi"])
    assert (said.stale, said.english, str(said)) == (True, "", "Khoảng một tháng")
    english = entry.say("time", BY_SLUG["fil"])
    assert (english.stale, english.language.slug) == (False, "en")


def test_hours_and_places_of_channels_are_translated_too(loaded: Session) -> None:
    entries = queries.book(loaded).entries
    hours = entries["jp-otit"].ways[0].say("hours", BY_SLUG["vi"])
    place = entries["jp-labour-tribunal"].ways[0].say("value", BY_SLUG["ja"])
    assert hours is not None
    assert (hours.language.slug, hours.stale) == ("vi", False)
    assert place is not None
    assert place.language.slug == "ja"


def test_easy_japanese_falls_back_to_japanese(loaded: Session) -> None:
    said = queries.book(loaded).entries[LSIO].say("can_do", BY_SLUG["ja-easy"])
    assert said is not None
    assert said.language.slug == "ja"


def test_a_release_replaces_a_channel_nobody_touched(loaded: Session) -> None:
    counts = load(loaded, with_channel(facts.shipped(), "jp-police-9110", 0, value="#9119"))
    assert counts["channels"]["changed"] == 1
    body = queries.facts_for_routing(loaded).mechanisms["jp-police-9110"]
    assert body.channels[0].value == "#9119"


def test_a_release_does_not_overwrite_a_corrected_channel(loaded: Session) -> None:
    row = channel_of(loaded, "jp-police-9110")
    operations.correct(loaded, replace(check_of(row), value="#9118"), MEMBER, NOW)
    changed = with_channel(facts.shipped(), "jp-police-9110", 0, value="#9119")
    assert load(loaded, changed)["channels"]["proposed"] == 1
    assert load(loaded, changed)["channels"]["proposed"] == 0
    assert row.value == "#9118"
    assert row.proposed["value"] == "#9119"
    assert row in queries.channels_to_confirm(loaded)


def test_a_release_that_agrees_with_a_correction_proposes_nothing(loaded: Session) -> None:
    row = channel_of(loaded, "jp-police-9110")
    operations.correct(loaded, replace(check_of(row), value="#9118"), MEMBER, NOW)
    changed = with_channel(facts.shipped(), "jp-police-9110", 0, value="#9118")
    assert load(loaded, changed)["channels"]["proposed"] == 0
    assert row.state == "corrected"


def test_channels_keep_their_confirmation_when_a_release_inserts_one_before(
    loaded: Session,
) -> None:
    row = channel_of(loaded, "jp-police-9110")
    operations.confirm(loaded, check_of(row), MEMBER, NOW)
    body = facts.shipped().mechanisms["jp-police-9110"]
    first = replace(body.channels[0], type="web", value="https://www.npa.go.jp/")
    counts = load(loaded, with_body(facts.shipped(), body.id, channels=(first, *body.channels)))
    assert (counts["channels"]["new"], counts["channels"]["proposed"]) == (1, 0)
    assert (row.position, row.state, row.page) == (1, "confirmed", PAGE)


def test_a_channel_that_left_the_release_goes_unless_somebody_decided(loaded: Session) -> None:
    body = facts.shipped().mechanisms["jp-emergency"]
    kept = channel_of(loaded, body.id)
    operations.confirm(loaded, check_of(kept), MEMBER, NOW)
    load(loaded, with_body(facts.shipped(), body.id, channels=()))
    values = [way.value for way in queries.facts_for_routing(loaded).mechanisms[body.id].channels]
    assert values == ["110"]


def test_the_rules_in_use_are_noted_once(session: Session) -> None:
    assert operations.note_rules(session, "2026-11-20", "abc", NOW)["new"] == 1
    assert operations.note_rules(session, "2026-11-20", "abc", NOW)["same"] == 1
    assert operations.note_rules(session, "2026-11-20", "abd", NOW)["changed"] == 1


def test_a_company_desk_is_found_by_part_of_a_name_a_brand_or_its_number(loaded: Session) -> None:
    desk = operations.Desk(
        "desk-aozora",
        "company-hotline-template",
        "Aozora Foods K.K.",
        "1234567890123",
        ("あおぞら",),
    )
    operations.register_desk(loaded, desk, actor=MEMBER, now=NOW)
    found = [("desk-aozora", "Aozora Foods K.K.")]
    assert queries.find_desks(loaded, "ＡＯＺＯＲＡ foods") == found
    assert queries.find_desks(loaded, "あおぞら") == found
    assert queries.find_desks(loaded, "1234-5678-90123") == found
    assert queries.find_desks(loaded, "Midori") == []
    assert queries.find_desks(loaded, "A") == []
    assert not queries.facts_for_routing(loaded).mechanisms["desk-aozora"].reachable()


def test_an_unknown_body_cannot_be_edited(loaded: Session) -> None:
    with pytest.raises(LookupError):
        operations.revise(loaded, "no-such", {}, actor=MEMBER, now=NOW)


def with_channel(base: Facts, name: str, place: int, **changes: object) -> Facts:
    """The facts with one channel of a body changed."""
    body: Mechanism = base.mechanisms[name]
    channels = list(body.channels)
    channels[place] = replace(channels[place], **changes)
    return with_body(base, name, channels=tuple(channels))


def channel_of(session: Session, mechanism: str) -> Channel:
    """The first channel of a body."""
    asked = select(Channel).where(Channel.mechanism == mechanism).order_by(Channel.position)
    return session.scalars(asked).first()
