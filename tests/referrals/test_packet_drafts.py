"""What a draft holds and leaves out."""

from __future__ import annotations

from typing import Any

import pytest

from grievance.referrals import redaction
from grievance.referrals.document import Document
from grievance.referrals.packets import (
    Drafting,
    default_parts,
    draft,
    needs_immigration_warning,
)
from grievance.referrals.refusals import Refused
from grievance.referrals.templates import book
from tests.referrals.told import TOLD


def drafted(template: str = "lsio", **changed: Any) -> Document:
    answers = {**TOLD, **changed.pop("answers", {})}
    form = changed.get("form", "named")
    found = book().templates[template]
    told: dict[str, Any] = {
        "mechanism": "jp-lsio", "name": "労働基準監督署", "operator": "Hidamari desk",
        "language": "ja", "beside": "vi", "form": form,
        "parts": default_parts(found, form, answers),
    }  # fmt: skip
    return draft(found, answers, Drafting(**{**told, **changed}))


def everything(document: Document) -> str:
    return "\n".join(document.texts())


def test_only_ticked_parts_are_in_it():
    document = drafted(parts=("story",))
    assert "Aichi Foods" not in everything(document)
    assert "trả lương" in everything(document)
    assert {one.item for s in document.sections for one in s.paragraphs} == {"what-happened"}


def test_status_nationality_and_home_are_never_offered_first():
    for template in book().templates.values():
        for form in ("named", "pseudonym", "no_identity"):
            offered = default_parts(template, form, {**TOLD, "now-in": "VN"})
            assert not {"status", "nationality", "personal", "whereabouts", "home"} & set(offered)
    assert "技能実習" not in everything(drafted())
    shown = drafted(parts=("story", "status"))
    assert "技能実習" in everything(shown)
    assert "sensitive" in shown.warnings


def test_codes_are_said_in_the_language_of_the_body_and_words_stay_the_persons():
    document = drafted()
    assert "賃金" in everything(document)
    story = next(p for s in document.sections for p in s.paragraphs if p.item == "what-happened")
    assert story.language == "vi"
    assert "untranslated" in document.warnings
    facts = next(section for section in document.sections if section.code == "facts")
    assert (facts.heading, facts.beside) == ("事実関係", "Sự việc")


def test_a_translation_stands_first_and_the_persons_words_beside_it():
    document = drafted(translations={"what-happened": "給料が払われない。"})
    story = next(p for s in document.sections for p in s.paragraphs if p.item == "what-happened")
    assert (story.text, story.language) == ("給料が払われない。", "ja")
    assert "trả lương" in story.original
    assert story.original_language == "vi"


def test_the_worker_can_read_it_in_their_own_language():
    document = drafted("ncp", language="vi")
    assert document.title.startswith("Đơn gửi Đầu mối")
    assert "Sự việc" in everything(document)
    assert "事実" not in everything(document)
    assert document.head[0] == "Gửi: 労働基準監督署"


def test_what_the_body_needs_and_does_not_have_is_listed():
    document = drafted("ncp", fields={"interest": "Affected directly."})
    missing = {item for _, item in document.missing}
    assert {"enterprise", "chapters", "link", "confidentiality"} <= missing
    assert "interest" not in missing
    assert "name" not in missing
    assert ("interest", "name") in drafted("ncp", form="no_identity").missing


@pytest.mark.parametrize("form", ["pseudonym", "no_identity"])
def test_without_a_name_nothing_names_the_person(form: str):
    document = drafted(
        form=form,
        pseudonym="A" if form == "pseudonym" else "",
        parts=("name", "contact", "story", "wish", "helper", "home"),
        answers={"helper-role": "friend", "helper-name": "Trần Văn Bảy"},
        fields={"home": "豊橋市1-2-3"},
    )
    said = everything(document).casefold()
    for secret in ("linh", "nguyễn", "nguyen", "阮氏玲", "5678", "bảy", "1-2-3"):
        assert secret not in said, secret
    assert "trả lương" in said
    assert "text_may_identify" in document.warnings


def test_a_pseudonym_takes_the_place_of_the_name():
    document = drafted(form="pseudonym", pseudonym="申告者A")
    assert "申告者A im đi" in everything(document)
    names = [p.text for s in document.sections for p in s.paragraphs if p.item == "name"]
    assert names == ["申告者A"]


def test_a_body_that_needs_a_name_is_warned_of():
    assert "name_needed" in drafted(form="no_identity", anonymous="not_accepted").warnings
    assert "name_needed" not in drafted(form="no_identity", anonymous="accepted").warnings
    assert "name_needed" not in drafted(anonymous="not_accepted").warnings


def test_copies_are_listed_and_under_no_name_warned_of():
    document = drafted(parts=("story", "files"), files=["slip Linh.png"], form="no_identity")
    assert "slip […].png" in everything(document)
    assert "files_may_identify" in document.warnings
    assert "slip" not in everything(drafted(parts=("story",), files=["slip.png"]))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"form": "secret", "parts": ()}, "form_code"),
        ({"language": "km"}, "language"),
        ({"parts": ("story", "shoe-size")}, "part"),
        ({"form": "pseudonym"}, "pseudonym"),
    ],
)
def test_a_draft_that_makes_no_sense_is_refused(changed: dict[str, Any], code: str):
    with pytest.raises(Refused) as refused:
        drafted(**changed)
    assert refused.value.code == code


def test_nothing_is_drafted_for_the_state_a_person_fled_from():
    fled = {"true-for-me": ["refugee"]}
    with pytest.raises(Refused, match="refugee"):
        drafted("sending-country", answers=fled)
    assert drafted("support-group", answers=fled).sections
    assert drafted("sending-country").sections


@pytest.mark.parametrize(
    ("immigration", "parts", "needed"),
    [
        ("is_authority", ("story",), True),
        ("possible", ("story",), True),
        ("unknown", ("story",), False),
        ("unknown", ("story", "nationality"), True),
        ("unknown", ("home",), True),
        ("no", ("nationality",), False),
        ("principle_no", ("story",), False),
    ],
)
def test_when_the_warning_about_immigration_is_needed(
    immigration: str, parts: tuple[str, ...], needed: bool
):
    assert needs_immigration_warning(immigration, parts) is needed


def test_a_document_survives_being_sealed_as_json():
    document = drafted("ncp", translations={"what-happened": "給料"})
    assert Document.from_plain(document.plain()) == document


@pytest.mark.parametrize(
    ("text", "name", "left"),
    [
        ("I am An. Another day.", "An", "I am […]. Another day."),
        ("NGUYEN THI LINH!", "Nguyễn Thị Linh", "[…]!"),
        ("Đỗ Văn Đức và do van duc", "Đỗ Văn Đức", "[…] và […]"),
        ("私は阮氏玲です", "阮氏玲", "私は[…]です"),
        ("ကျွန်မ မေသူ ပါ", "မေသူ", "ကျွန်မ […] ပါ"),
        ("میں عائشہ ہوں", "عائشہ", "میں […] ہوں"),
        ("Sok, Sok and sok", "Sok", "[…], […] and […]"),
        ("A b c", "A", "A b c"),
    ],
)
def test_names_are_taken_out_where_they_occur(text: str, name: str, left: str):
    assert redaction.without(text, [name]) == left


def test_a_name_of_one_letter_is_said_to_be_left():
    assert redaction.too_short(["U Ba"])
    assert not redaction.too_short(["Linh"])


@pytest.mark.parametrize("written", ["090-1234-5678", "+81 90 1234 5678", "09012345678"])
def test_a_number_is_taken_out_however_it_is_grouped(written: str):
    assert redaction.without_contact(f"Call {written}!", ["+819012345678"]) == "Call […]!"
    assert redaction.without_contact("Pay 150,000 on 2026-02-25", ["+819012345678"]) == (
        "Pay 150,000 on 2026-02-25"
    )
    assert redaction.without_contact("To A.b@x.org", ["a.b@x.org"]) == "To […]"
