"""PDFs: tagged, neutrally titled, no system font, never an empty box."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any

import pypdfium2
import pytest

from grievance.cases.packets import default_parts
from grievance.i18n import LANGUAGES
from grievance.referrals import pdf
from grievance.referrals.document import Document, Paragraph, Section
from grievance.referrals.drafting import Drafting, draft
from grievance.referrals.templates import book
from tests.referrals.told import TOLD

SAID = {
    "my": "လစာ နှစ်လ မရပါ။",
    "km": "ខ្ញុំមិនទទួលបានប្រាក់ខែពីរខែទេ។",
    "ur": "مجھے دو مہینے سے تنخواہ نہیں ملی۔",
    "ne": "मैले दुई महिनादेखि तलब पाएको छैन।",
    "th": "ฉันไม่ได้รับเงินเดือนสองเดือน",
    "ja": "二か月分の給料が払われていません。髙橋﨑①",
    "vi": "Tôi chưa được trả lương hai tháng.",
    "si": "මට මාස දෙකක වැටුප් ලැබුණේ නැහැ.",
    "bn": "আমি দুই মাস বেতন পাইনি।",
    "lo": "ຂ້ອຍບໍ່ໄດ້ຮັບເງິນເດືອນ.",
    "mn": "Надад хоёр сарын цалин өгөөгүй.",
    "zh-hans": "我两个月没拿到工资。",
    "zh-hant": "公司拖欠薪資兩個月。",
    "ko": "두 달 동안 월급을 받지 못했습니다.",
    "fil": "Hindi ako nabayaran ng dalawang buwan. ₱5,000",
    "id": "Gaji saya belum dibayar.",
    "pt-br": "Não recebi meu salário.",
    "es": "¿Por qué no me pagan?",
    "en": "I was not paid.",
    "ja-easy": "おかねを もらって いません。",
}


def saying(text: str, language: str) -> Document:
    paragraph = Paragraph("what-happened", "起きたこと", text, language)
    return Document(
        template="generic",
        mechanism="x",
        title="申出書",
        language="ja",
        beside=language,
        form="named",
        parts=("story",),
        head=("宛先: 労働局",),
        sections=(Section("facts", "事実関係", (paragraph,)),),
    )


def printed(made: bytes) -> str:
    """What stands on the pages, lines joined."""
    pages = [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(made)]
    return "".join(pages).replace("\r\n", "").replace("\n", "")


def told(code: str, language: str, form: str = "named", **changed: Any) -> Document:
    """A template filled with what somebody told."""
    template = book().templates[code]
    given: dict[str, Any] = {
        "mechanism": "x",
        "name": "労働局",
        "operator": "Hidamari desk",
        "language": language,
        "beside": "vi",
        "form": form,
        "parts": default_parts(template, form, TOLD),
    }
    return draft(template, TOLD, Drafting(**{**given, **changed}))


def streams(made: bytes) -> Iterator[bytes]:
    for found in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", made, re.DOTALL):
        with suppress(zlib.error):
            yield zlib.decompress(found)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_its_head_says_where_to_answer_for_what_and_until_when(language: str):
    asked = told(
        "lsio", language, purpose="inspection", ends_on=date(2026, 10, 31), contacts=["a@b.example"]
    )
    read = printed(pdf.pdf(replace(asked, number="4F2A-91C7")))
    for line in replace(asked, number="4F2A-91C7").lines:
        assert line.replace(" ", "") in read.replace(" ", "")
    assert "4F2A-91C7" in read


def test_every_language_of_the_product_is_tried():
    assert set(SAID) == {language.slug for language in LANGUAGES}


@pytest.mark.parametrize("language", SAID)
def test_a_language_prints_without_an_empty_box(language: str):
    document = saying(SAID[language], language)
    assert pdf.missing_letters(SAID[language]) == set()
    assert pdf.can_print(document)
    made = pdf.pdf(document)
    assert made.startswith(b"%PDF-")
    assert b".notdef" not in made
    read = printed(made)
    word = SAID[language].split()[0].strip(".,。")
    if language in ("vi", "ja", "ko", "mn", "en", "es", "id", "zh-hans", "zh-hant"):
        assert word[:4] in read


def test_it_is_tagged_and_says_its_languages():
    made = pdf.pdf(saying(SAID["vi"], "vi"))
    assert re.search(rb"/Marked\s+true", made)
    assert re.search(rb"/Lang\s*\(ja\)", made)
    assert any(b"/Lang(vi)" in one for one in (made, *streams(made)))
    assert b"/StructTreeRoot" in made
    assert b"pdfuaid" in made


def test_what_a_viewer_shows_of_it_is_neutral():
    made = pdf.pdf(told("lsio", "ja"))
    known = pypdfium2.PdfDocument(made).get_metadata_dict()
    assert known["Title"] == "書類"
    assert not any(known[name] for name in ("Author", "Subject", "Keywords", "Producer"))
    assert not any(known[name] for name in ("CreationDate", "ModDate"))
    assert pypdfium2.PdfDocument(pdf.pdf(told("lsio", "en"))).get_metadata_dict()["Title"] == (
        "Papers"
    )


def test_the_same_packet_prints_the_same_file():
    assert pdf.pdf(told("ncp", "ja")) == pdf.pdf(told("ncp", "ja"))


def test_words_in_another_language_are_marked_with_its_name():
    assert "原文（ベトナム語）" in printed(pdf.pdf(saying(SAID["vi"], "vi")))
    assert "原文（ミャンマー語）" in printed(pdf.pdf(saying(SAID["my"], "my")))
    for language in ("ja", "ja-easy"):
        assert "原文" not in printed(pdf.pdf(saying(SAID[language], language)))
    translated = told("generic", "en", translations={"what-happened": "No pay for two months."})
    read = printed(pdf.pdf(translated))
    story = read.index("No pay for two months.")
    assert story < read.index("Original (Vietnamese)", story) < read.index("Công ty không trả")


def test_only_a_named_paper_for_a_body_that_expects_it_has_a_place_to_sign():
    assert "日付 / Ngày" in printed(pdf.pdf(told("ncp", "ja")))
    assert "Date / Ngày" in printed(pdf.pdf(told("lsio", "en")))
    for document in (told("lsio", "ja", "no_identity"), told("company", "ja"), told("jacer", "ja")):
        assert "署名" not in printed(pdf.pdf(document))


def test_the_day_it_was_made_stands_in_its_head_and_an_older_one_has_none():
    made = told("lsio", "ja", day=date(2026, 4, 22))
    read = printed(pdf.pdf(made))
    assert read.index("取次：") < read.index("作成日：2026年4月22日") < read.index("事実関係")
    old = made.plain()
    del old["day"]
    assert "作成日" not in printed(pdf.pdf(Document.from_plain(old)))
    english = told("lsio", "en", day=date(2026, 4, 22))
    assert "Made on April 22, 2026" in printed(pdf.pdf(english))


@pytest.mark.parametrize("form", ["pseudonym", "no_identity"])
def test_without_a_name_the_file_does_not_say_which_language_somebody_speaks(form: str):
    document = told(
        "company",
        "ja",
        form,
        pseudonym="A" if form == "pseudonym" else "",
        parts=("story",),
        translations={"what-happened": "給料が払われない。"},
    )
    made = pdf.pdf(document)
    assert "給料が払われない。" in printed(made)
    assert "ベトナム" not in printed(made)
    assert not any(b"/Lang(vi)" in one for one in (made, *streams(made)))


def test_a_heading_that_we_have_in_english_only_is_english_and_is_not_said_twice():
    document = told("lsio", "ja", beside="ur")
    assert document.title_beside.isascii()
    beside = pdf._values(document)["beside"]
    assert beside["language"] == {"lang": "en", "dir": "ltr", "tall": False}
    read = printed(pdf.pdf(told("lsio", "en", beside="ur")))
    assert read.count(book().templates["lsio"].title.say("en")) == 1


def test_an_old_packet_is_printed_with_its_own_words():
    old = replace(told("lsio", "ja"), title="昔の申出書", template="dropped-since")
    old = replace(old, sections=(replace(old.sections[0], heading="昔の見出し"),))
    read = printed(pdf.pdf(Document.from_plain(json.loads(json.dumps(old.plain())))))
    assert "昔の申出書" in read
    assert "昔の見出し" in read
    assert book().templates["lsio"].title.say("ja") not in read


def test_an_answer_stands_beside_its_label_unless_it_is_long():
    values = pdf._values(saying("短い", "ja"))
    assert not values["sections"][0]["paragraphs"][0]["long"]
    for text in ("給" * 160, "a " * 160, "\n".join("abcde")):
        values = pdf._values(saying(text, "ja"))
        assert values["sections"][0]["paragraphs"][0]["long"], text[:9]


def test_fonts_are_subsets_and_the_file_stays_small():
    made = pdf.pdf(saying("".join(SAID[one] for one in ("my", "km", "ur", "ja")), "my"))
    fonts = set(re.findall(rb"/FontName\s*/([A-Z]{6}\+)?(\w+)", made))
    assert len(fonts) >= 4
    assert all(prefix and name.startswith(b"Noto") for prefix, name in fonts)
    assert len(made) < 200_000


def test_a_script_without_a_font_gets_no_pdf():
    for strange in ("ᏣᎳᎩ", "𞤆𞤵𞤤𞤢𞤪", "ꦗꦮ"):
        document = saying(f"abc {strange}", "en")
        assert not pdf.can_print(document)
        with pytest.raises(pdf.Unprintable):
            pdf.pdf(document)


def test_nothing_that_a_person_writes_is_taken_for_markup():
    nasty = '#read("/etc/passwd") $x$ *b* _i_ <a> @b \\ #panic() [c] `d` // e'
    made = pdf.pdf(replace(saying(nasty, "en"), title='"#t'))
    read = pypdfium2.PdfDocument(made)[0].get_textpage().get_text_bounded()
    assert '#read("/etc/passwd") $x$ *b* _i_ <a> @b' in read
    assert "root:" not in read


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("code", list(book().templates))
def test_every_template_prints(code: str, language: str):
    for form in ("named", "no_identity"):
        made = pypdfium2.PdfDocument(pdf.pdf(told(code, language, form)))
        assert 1 <= len(made) <= 3
    assert not any(pdf.missing_letters(one.say(language)) for one in book().paper.values())


def test_the_fonts_are_few_and_carry_their_licence():
    files = list(pdf.FONTS.iterdir())
    assert sum(path.stat().st_size for path in files) < 12_000_000
    licence = (pdf.FONTS / "LICENSE").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE" in licence
    assert len(list(pdf.FONTS.glob("*.[ot]tf"))) == len(pdf.FAMILIES)


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        ("😡", "[pouting face]"),
        ("👩🏽\u200d👦🏽", "[woman, boy]"),
        ("❤\ufe0f\u200d🔥", "[heavy black heart, fire]"),
        ("🇻🇳", "[VN]"),
        ("1\ufe0f\u20e3", "1"),
        ("🏽", "[emoji modifier fitzpatrick type-4]"),
    ],
)
def test_a_picture_does_not_cost_the_paper(picture: str, said: str) -> None:
    document = saying(f"No pay {picture} again", "en")
    assert pdf.can_print(document)
    read = " ".join(printed(pdf.pdf(document)).split())
    assert "No pay" in read
    assert said.replace(" ", "") in read.replace(" ", "").replace("\ufffe", "")


def test_letters_without_a_font_still_have_no_pdf() -> None:
    assert not pdf.can_print(saying("ᠮᠣᠩᠭᠣᠯ 😡", "en"))
    assert not pdf.can_print(saying("\ue000", "en"))
