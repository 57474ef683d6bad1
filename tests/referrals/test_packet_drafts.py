"""What a draft holds and leaves out."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import date
from typing import Any

import pytest

from grievance.cases.packets import default_parts
from grievance.directory import facts
from grievance.referrals import redaction
from grievance.referrals.document import Document
from grievance.referrals.drafting import (
    Drafting,
    check_read,
    draft,
    needs_immigration_warning,
)
from grievance.referrals.templates import book, template_for
from grievance.refusals import Refused
from tests.referrals.told import TOLD


def drafted(template: str = "lsio", **changed: Any) -> Document:
    answers = {**TOLD, **changed.pop("answers", {})}
    form = changed.get("form", "named")
    found = book().templates[template]
    told: dict[str, Any] = {
        "mechanism": "jp-lsio",
        "name": "労働基準監督署",
        "operator": "Hidamari desk",
        "language": "ja",
        "beside": "vi",
        "form": form,
        "parts": default_parts(found, form, answers),
    }
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
            assert not {part for part in offered if book().parts[part].sensitive}
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


def test_the_head_is_written_as_japanese_is():
    assert drafted().head[:2] == ("宛先：労働基準監督署", "取次：Hidamari desk")


def test_a_paper_says_that_the_person_gives_their_name_only_where_it_does():
    says = "本人は氏名を明らかにします。"
    assert says in drafted(parts=("name", "story")).head
    assert says not in drafted(parts=("story", "company")).head
    assert says not in drafted(parts=("name", "story"), answers={"name": "", "name-own": ""}).head
    assert "本人は身元を明らかにしません。" in "".join(drafted(form="no_identity").head)


@pytest.mark.parametrize(
    ("location", "place", "now"),
    [("japan", "In Japan", "I am in Japan now"), ("returned", "In Japan", "I have gone home")],
)
def test_where_somebody_is_now_is_said_only_when_it_is_ticked(location: str, place: str, now: str):
    answers = {"location": location}
    document = drafted(language="en", parts=("place",), answers=answers)
    told = {one.item: one.text for s in document.sections for one in s.paragraphs}
    assert told["location"] == place
    assert now not in everything(document)
    ticked = drafted(language="en", parts=("place", "whereabouts"), answers=answers)
    assert now in everything(ticked)
    japanese = everything(drafted(parts=("place",), answers=answers))
    assert "日本国内" in japanese
    assert "今" not in japanese


IN_DANGER = {"hurt": "yes", "free": "no", "taken": "unknown", "child": "yes"}
SAFE = {"hurt": "no", "free": "yes", "taken": "no", "child": "no"}


def test_danger_and_a_child_are_told_to_who_can_act_on_them():
    document = drafted(language="en", parts=("story", "danger"), answers=IN_DANGER)
    (section,) = (one for one in document.sections if one.code == "danger")
    assert [(one.item, one.text) for one in section.paragraphs] == [
        ("hurt", "Yes"),
        ("free", "No"),
        ("taken", "I do not know or cannot answer now"),
        ("child", "Yes"),
    ]
    copy = drafted(language="vi", parts=("danger",), answers=IN_DANGER)
    (section,) = (one for one in copy.sections if one.code == "danger")
    assert (section.heading, section.paragraphs[0].text) == ("Nguy hiểm và trẻ em", "Có")


def test_which_parts_were_ticked_tells_of_no_child():
    """They stand in clear beside the packet, as the flag of danger does: a child's does not."""
    line = template_for(facts.shipped().mechanisms["jp-foreign-worker-dial"])
    child, danger = ({**TOLD, **SAFE, "child": "yes"}, {**TOLD, **IN_DANGER})
    offered = default_parts(line, "named", child)
    assert "danger" in offered
    assert offered == default_parts(line, "named", danger)


def test_answers_that_tell_nothing_are_neither_offered_nor_printed():
    union = template_for(facts.shipped().mechanisms["union-individual"])
    assert not {"danger", "helper"} & set(default_parts(union, "named", {**TOLD, **SAFE}))
    document = drafted(parts=("danger", "helper", "story"), answers=SAFE)
    told = {one.item for section in document.sections for one in section.paragraphs}
    assert told == {"what-happened"}


@pytest.mark.parametrize("template", ["company", "jacer", "ncp", "labour-bureau"])
def test_a_company_does_not_read_of_danger_even_when_it_is_ticked(template: str):
    document = drafted(template, parts=("story", "danger"), answers=IN_DANGER)
    told = {one.item for section in document.sections for one in section.paragraphs}
    assert told == {"what-happened"}


def test_who_receives_it_knows_whether_a_witness_tells_it():
    witness = drafted(language="en", answers={"who": "witness", "helper-role": "colleague"})
    assert "I saw something that happens to others" in everything(witness)


def hidden(form: str, **changed: Any) -> Document:
    """Drafted without the name, every written answer of the worker translated."""
    translated = {"what-happened": "給料が払われない。", "wants-words": "給料を払ってほしい。"}
    pseudonym = "A" if form == "pseudonym" else ""
    told = {"parts": ("story", "wish", "company"), "translations": translated, **changed}
    return drafted(form=form, pseudonym=pseudonym, **told)


@pytest.mark.parametrize("form", ["pseudonym", "no_identity"])
def test_without_a_name_nothing_tells_which_language_somebody_speaks(form: str):
    document = hidden(form)
    assert "給料が払われない。" in everything(document)
    assert (document.title_beside, document.beside) == ("", "ja")
    assert not any(section.beside for section in document.sections)
    assert not re.search("[ạ-ỹăâđêôơư]", everything(document).casefold())
    assert "vi" not in re.findall(r'"(\w\w)"', json.dumps(document.plain()))
    assert "untranslated" not in document.warnings
    check_read(document)


@pytest.mark.parametrize("form", ["named", "pseudonym", "no_identity"])
def test_words_nobody_translated_are_warned_of_and_do_not_go(form: str):
    document = hidden(form, translations={"what-happened": "給料が払われない。"})
    assert "untranslated" in document.warnings
    assert (document.strange, document.untranslated) == (["vi"], ["wants-words"])
    with pytest.raises(Refused, match="untranslated"):
        check_read(document)


@pytest.mark.parametrize("item", ["contact-when", "contact-never"])
def test_a_wish_for_safety_goes_in_a_language_that_its_reader_reads_or_not_at_all(item: str):
    wish = {"language": "vi", item: "Đừng viết tên công ty"}
    with pytest.raises(Refused, match="untranslated"):
        check_read(drafted(parts=("contact",), answers=wish))
    said = {item: "会社名は書かないでください。"}
    told = drafted(parts=("contact",), answers=wish, translations=said)
    check_read(told)
    assert "会社名は書かないでください。" in everything(told)


def test_a_language_that_is_ticked_may_show_and_is_named():
    parts = ("story", "wish", "language")
    document = hidden("no_identity", parts=parts, answers={"language": "vi"})
    assert "trả lương" in everything(document)
    assert document.title_beside == book().templates["lsio"].title.say("vi")
    told = {one.item: one.text for s in document.sections for one in s.paragraphs}
    assert told["language"] == "ベトナム語"
    assert "language" in document.parts
    assert {"sensitive"} <= set(document.warnings)
    open_ = hidden("no_identity", parts=parts, translations={})
    assert "untranslated" in open_.warnings
    with pytest.raises(Refused, match="untranslated"):
        check_read(open_)


def test_words_in_the_documents_own_language_tell_nothing():
    answers = {"language": "ja-easy", "what-happened": "おかねを もらって いません。"}
    document = drafted(form="no_identity", parts=("story",), beside="ja-easy", answers=answers)
    assert "もらって" in everything(document)
    assert "untranslated" not in document.warnings
    check_read(document)


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


def test_the_paper_says_where_to_answer_for_what_and_until_when():
    asked = {"purpose": "mediation", "ends_on": date(2026, 10, 31), "contacts": ["03-0", "a@b.c"]}
    document = drafted(**asked)
    assert document.lines == [
        "回答先：03-0 · a@b.c",
        "目的：当事者間の話合いによる解決",
        "本人の同意の期限：2026年10月31日",
    ]
    assert set(document.lines) < set(document.texts())
    assert document.lines_in("vi")[1] == "Mục đích: nói chuyện với hai bên và tìm cách giải quyết"
    assert Document.from_plain(json.loads(json.dumps(document.plain()))) == document
    assert drafted().lines == []


def test_what_staff_wrote_keeps_its_reading_copy_and_never_prints_it():
    written = {"fields": {"interest": "本人です。"}, "readings": {"interest": "Chính tôi."}}
    for form in ("named", "no_identity"):
        document = drafted("ncp", form=form, **written)
        [said] = [p for s in document.sections for p in s.paragraphs if p.item == "interest"]
        assert (said.reading, said.read_in.slug) == ("Chính tôi.", "vi")
        assert said.strange_to("vi")
        assert not said.strange_to("ja-easy")
        assert "Chính tôi." not in everything(document)
    story = next(p for s in document.sections for p in s.paragraphs if p.item == "what-happened")
    assert not story.strange_to("en")


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
        ("Suharto, Suharto and suharto", "Suharto", "[…], […] and […]"),
        ("Lan, Lan, lần nữa", "Lan", "[…], […], lần nữa"),
        ("A b c", "A", "A b c"),
        ("văn bản ngày bảy, Văn bản này", "Nguyễn Văn Bảy", "văn bản ngày bảy, Văn bản này"),
        ("anh Bảy và Văn Bảy", "Nguyễn Văn Bảy", "anh […] và […]"),
        ("Bày ra. Van Bay noi", "Nguyễn Văn Bảy", "Bày ra. […] noi"),
        ("bayNguyen, NguyenVanBay88", "Nguyễn Văn Bảy", "[…], […]88"),
        ("nguyen.van.bay@example.org", "Nguyễn Văn Bảy", "[…]@example.org"),
        ("BAY, Nguyen Van", "Nguyễn Văn Bảy", "[…]"),
        ("mya mya khin nói", "Mya Mya Khin", "[…] nói"),
        ("Thuý, Thuỷ", "Trần Thị Thúy", "[…], Thuỷ"),
        ("Ng\u0075\u0303 Li\u200bnh", "Ngũ Linh", "[…]"),
        ("Ｌｉｎｈ! Xin Linh.", "Linh", "[…]! Xin […]."),
        ("The boss. I know The. Thế!", "Trần Thế", "The boss. I know […]. […]!"),
        ("My boss. Chị Mỹ, my job", "Lê Mỹ", "My boss. Chị […], my job"),
        ("Maria de la Cruz de Cebu", "Maria de la Cruz", "[…] de Cebu"),
        ("私はLinhです", "Linh", "私は[…]です"),
        ("山田花子、山田さん、山田川", "山田 花子", "[…]、[…]さん、山田川"),
        ("阮 氏 玲 と 氏名", "阮氏玲", "[…] と 氏名"),
        ("คุณสมชายใจดี คุณสมชาย คนใจดี", "สมชาย ใจดี", "คุณ[…] คุณ[…] คนใจดี"),
        ("သူ ပြောတယ် မေသူကို", "မေ သူ", "သူ ပြောတယ် […]ကို"),
        ("김영희가 영희씨에게 희망", "김 영희", "[…]가 […]씨에게 희망"),
        ("रामले भन्यो। आराम", "राम बहादुर", "[…] भन्यो। आराम"),
        ("Болдын ажил", "Болд", "[…] ажил"),
    ],
)
def test_names_are_taken_out_where_they_occur(text: str, name: str, left: str):
    assert redaction.without(text, [name]) == left


def test_a_name_of_one_letter_or_an_ordinary_word_is_said_to_be_left():
    assert redaction.too_short(["U Ba"])
    assert redaction.too_short(["林"])
    assert not redaction.too_short(["Linh", "阮 氏玲", ""])
    assert redaction.ordinary(["Trần Thế Mỹ"])
    assert not redaction.ordinary(["Nguyễn Văn Bảy", "阮氏玲"])
    document = drafted(form="no_identity", parts=("story",), answers={"name": "Đỗ A"})
    assert {"short_name", "common_name"} <= set(document.warnings)
    assert not {"short_name", "common_name"} & set(drafted(form="no_identity").warnings)


def test_the_name_of_somebody_else_never_becomes_the_pseudonym():
    text = "Nguyễn Văn Bảy giúp chị Linh. Anh Bảy, bà Nguyễn, Nguyễn Thị Linh"
    left = redaction.without(text, ["Nguyễn Thị Linh"], "A", ["Nguyễn Văn Bảy"])
    assert left == "[…] giúp chị A. Anh […], bà […], A"
    document = drafted(
        form="pseudonym",
        pseudonym="S-san",
        parts=("story",),
        answers={"helper-name": "Trần Văn Hải", "what-happened": "Trần Văn Hải gọi Linh, văn bản"},
    )
    assert "[…] gọi S-san, văn bản" in everything(document)


def test_text_without_a_name_in_it_stays_as_it_is():
    names = ["Nguyễn Thị Linh", "阮氏玲", "สมชาย ใจดี", "An Do"]
    for text in (
        "Công ty không trả lương cho tôi.\n\n Họ thì nói: đi!",
        "二か月分。",
        "",
        "a\u200bb",
    ):
        assert redaction.without(text, names) == text


@pytest.mark.parametrize("written", ["090-1234-5678", "+81 90 1234 5678", "09012345678"])
def test_a_number_is_taken_out_however_it_is_grouped(written: str):
    assert redaction.without_contact(f"Call {written}!", ["+819012345678"]) == "Call […]!"
    assert redaction.without_contact("Pay 150,000 on 2026-02-25", ["+819012345678"]) == (
        "Pay 150,000 on 2026-02-25"
    )
    assert redaction.without_contact("To A.b@x.org", ["a.b@x.org"]) == "To […]"


def test_names_are_found_however_they_are_composed_and_the_rest_stays_as_typed():
    rest = unicodedata.normalize("NFD", "bị quỵt lương ở ") + "\ufa19\u5d0e\u7dcf\u696d \ufa10"
    for name in ("Nguyễn Thị Linh", unicodedata.normalize("NFD", "Nguyễn Thị Linh")):
        assert redaction.without(f"{name} {rest}", ["Nguyễn Thị Linh"], "A") == f"A {rest}"
    assert redaction.without(rest, ["Trần Văn Bảy"]) == rest
    assert redaction.without("\ufa19\u5d0e \ufa19\u5149\u3055\u3093", ["神崎 神光"], "A") == "Aさん"
