"""The operator's profile: when filing may open, hours, stale translations, two who save at once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from grievance.accounts import queries
from grievance.accounts.models import OperatorProfile
from grievance.accounts.operations.profile import ProfileDraft, save_profile
from grievance.accounts.profile import FIELDS
from grievance.clock import real_now
from grievance.console import samples
from grievance.refusals import Refused
from tests.accounts.conftest import Browser, Office
from tests.pages import read_page

WEEK = {str(day): ["09:00", "18:00"] for day in range(5)}


def draft(version: int = 1, **other: object) -> ProfileDraft:
    kept: dict[str, object] = {
        "version": version,
        "name": "Kobo Support",
        "texts": {(field, "en"): f"About {field}." for field in FIELDS},
        "hours": WEEK,
        "languages": ["en", "vi"],
        "time_zone": "Asia/Tokyo",
        "everyday_site": "https://www.jma.go.jp/",
        "contacts": ["+81 3 0000 0000"],
        "retention_days": 1825,
    }
    return ProfileDraft(**{**kept, **other})


def save(office: Office, what: ProfileDraft) -> None:
    save_profile(office.act(), what)
    office.session.commit()


def test_filing_opens_when_the_last_field_is_there(office: Office) -> None:
    assert queries.filing_closed(office.session) == ("profile_incomplete",)
    for lacking in ("hours", "languages", "contacts"):
        version = queries.profile(office.session).version
        empty = {} if lacking == "hours" else []
        save(office, draft(version, **{lacking: empty}))
        assert queries.profile(office.session).missing == (lacking,)
        assert not queries.filing_open(office.session)
    save(office, draft(queries.profile(office.session).version))
    assert queries.filing_open(office.session)


def test_filing_stays_closed_without_a_confirmed_sheet(unconfirmed: Office) -> None:
    save(unconfirmed, draft())
    assert queries.filing_closed(unconfirmed.session) == ("recovery_unconfirmed",)


def test_translation_goes_stale_with_its_english_and_falls_back_without(office: Office) -> None:
    texts = {**draft().texts, ("can", "vi"): "Chúng tôi lắng nghe."}
    save(office, draft(texts=texts))
    said = queries.profile(office.session).say("can", "vi")
    assert (said.text, said.language, said.stale) == ("Chúng tôi lắng nghe.", "vi", False)
    save(office, draft(2, texts={**texts, ("can", "en"): "We listen and call."}))
    assert queries.profile(office.session).say("can", "vi").stale
    save(office, draft(3, texts={**texts, ("can", "vi"): "Chúng tôi lắng nghe và gọi."}))
    assert not queries.profile(office.session).say("can", "vi").stale
    save(office, draft(4, texts={**texts, ("can", "vi"): ""}))
    said = queries.profile(office.session).say("can", "vi")
    assert (said.text, said.language) == ("About can.", "en")


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ((2026, 11, 20, 1, 0), "2026-11-20T10:00"),  # Friday, within hours
        ((2026, 11, 19, 22, 0), "2026-11-20T09:00"),  # Friday, before opening
        ((2026, 11, 20, 9, 0), "2026-11-24T09:00"),  # Friday 18:00; Monday is a holiday
        ((2026, 11, 21, 3, 0), "2026-11-24T09:00"),  # Saturday
    ],
)
def test_next_reading_skips_nights_weekends_and_holidays(
    office: Office, now: tuple[int, ...], expected: str
) -> None:
    save(office, draft())
    found = queries.profile(office.session).next_reading(datetime(*now, tzinfo=UTC))
    assert found.isoformat(timespec="minutes").startswith(expected)


def test_without_hours_nothing_is_promised(office: Office) -> None:
    assert queries.profile(office.session).next_reading(real_now()) is None


def test_second_of_two_saves_is_told_and_keeps_what_was_written(browse, office: Office) -> None:
    first, second = browse(), browse()
    first.sign_in("director@example.org")
    second.sign_in("director@example.org")
    stale = second.page("/staff/operator").fields()
    assert first.send("/staff/operator", can_en="Written first", languages="en").status_code == 303
    answer = second.post(
        "/staff/operator", data={**stale, "can_en": "Written second", "languages": "en"}
    )
    told = read_page(answer)
    assert "Somebody else saved" in told.main
    assert told.fields()["can_en"] == "Written second"
    assert queries.profile(office.session).say("can", "en").text == "Written first"
    assert second.post("/staff/operator", data=told.fields()).status_code == 303
    office.session.commit()
    assert queries.profile(office.session).say("can", "en").text == "Written second"


def test_a_profile_without_languages_is_refused_and_kept_on_the_page(
    browse, office: Office
) -> None:
    client = browse()
    client.sign_in("director@example.org")
    told = read_page(client.send("/staff/operator", can_en="We call you back."))
    assert told.errors["languages"] == "⚠ Choose at least one language."
    assert told.fields()["can_en"] == "We call you back."
    assert not queries.profile(office.session).languages


def test_old_version_is_refused(office: Office) -> None:
    save(office, draft())
    with pytest.raises(Refused, match="changed"):
        save(office, draft())


def test_profile_is_written_in_the_browser(client: Browser, office: Office) -> None:
    client.sign_in("director@example.org")
    written = {f"{field}_en": f"About {field}." for field in FIELDS}
    week = {f"opens_{day}": "9:00" for day in range(5)} | {
        f"closes_{day}": "１８:００" for day in range(5)
    }
    fields = client.page("/staff/operator").fields()
    answer = client.post(
        "/staff/operator",
        data={
            **fields,
            **written,
            **week,
            "languages": ["en", "vi"],
            "contacts": "03-0000-0000\n\nTokyo",
            "retention_days": "1825",
            "everyday_site": "https://www.jma.go.jp/",
        },
    )
    assert answer.status_code == 303
    office.session.commit()
    saved = queries.profile(office.session)
    assert saved.complete
    assert saved.hours == WEEK
    assert saved.contacts == ("03-0000-0000", "Tokyo")
    assert saved.retention_days == 1825
    shown = client.page("/staff/operator")
    assert shown.name == "staff.operator"
    assert shown.fields()["opens_0"] == "09:00"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("opens_0", "25:00"),
        ("closes_0", "08:00"),
        ("time_zone", "Mars/Base"),
        ("retention_days", "7"),
        ("retention_days", "366"),  # for a year a case can be opened again
        ("everyday_site", "http://example.org"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field(
    client: Browser, office: Office, field: str, value: str
) -> None:
    client.sign_in("director@example.org")
    answer = client.send("/staff/operator", **{"opens_0": "09:00", field: value})
    told = read_page(answer).errors
    assert set(told) & {field, "closes_0"}
    assert office.session.get_one(OperatorProfile, office.id).version == 1


def test_samples_stand_in_empty_boxes_only_and_are_not_saved_as_they_are(
    client: Browser, office: Office
) -> None:
    save(office, draft(texts={("who_runs", "en"): "We are Kobo."}))
    client.sign_in("director@example.org")
    offered = client.page("/staff/operator?samples=1").fields()
    assert offered["who_runs_en"] == "We are Kobo."
    assert "[number]" in offered["who_reads_en"]
    refused = read_page(client.send("/staff/operator?samples=1"))
    assert "[number]" in refused.errors["who_reads_en"]
    assert set(refused.errors) >= {f"{field}_en" for field in FIELDS if field != "who_runs"}
    profile = queries.profile(office.session)
    assert profile
    assert "who_reads" not in profile.texts
    assert client.page("/staff/operator").fields()["who_reads_en"] == ""


@pytest.mark.parametrize("field", list(FIELDS))
def test_every_text_has_a_sample_with_something_to_fill_in(field: str) -> None:
    for slug in ("en", "ja", "vi"):
        assert samples.left(field, slug, samples.sample(field, slug))


def test_every_field_without_which_nobody_can_file_says_so(client: Browser, office: Office) -> None:
    client.sign_in("director@example.org")
    page = client.page("/staff/operator")
    for name in (*(f"{field}_en" for field in FIELDS), "contacts", "retention_days"):
        label = " ".join(page.one("label", **{"for": name}).itertext())
        assert "needed before workers can file" in label, name
