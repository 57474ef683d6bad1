"""PDFs: tagged, titled, no system font, never an empty box."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pypdfium2
import pytest

from grievance.i18n import LANGUAGES
from grievance.referrals import pdf
from grievance.referrals.document import Document, Paragraph, Section
from grievance.referrals.packets import Drafting, default_parts, draft
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
        template="generic", mechanism="x", title="申出書", language="ja", beside=language,
        form="named", parts=("story",), head=("宛先: 労働局",),
        sections=(Section("facts", "事実関係", (paragraph,)),),
    )  # fmt: skip


def streams(made: bytes) -> Iterator[bytes]:
    for found in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", made, re.DOTALL):
        with suppress(zlib.error):
            yield zlib.decompress(found)


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
    read = pypdfium2.PdfDocument(made)[0].get_textpage().get_text_bounded()
    word = SAID[language].split()[0].strip(".,。")
    if language in ("vi", "ja", "ko", "mn", "en", "es", "id", "zh-hans", "zh-hant"):
        assert word[:4] in read.replace("\r\n", "")


def test_it_is_tagged_titled_and_says_its_language():
    made = pdf.pdf(saying(SAID["vi"], "vi"))
    assert re.search(rb"/Marked\s+true", made)
    assert re.search(rb"/Lang\s*\(ja\)", made)
    assert any(b"/Lang(vi)" in stream for stream in streams(made))
    assert b"/StructTreeRoot" in made
    assert pypdfium2.PdfDocument(made).get_metadata_dict()["Title"] == "申出書"
    assert b"pdfuaid" in made


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
    template = book().templates[code]
    document = draft(
        template,
        TOLD,
        Drafting(
            mechanism="x", name="労働局", operator="Hidamari desk", language=language,
            beside="vi", form="named", parts=default_parts(template, "named", TOLD),
        ),
    )  # fmt: skip
    made = pypdfium2.PdfDocument(pdf.pdf(document))
    assert 1 <= len(made) <= 4


def test_the_fonts_are_few_and_carry_their_licence():
    files = list(pdf.FONTS.iterdir())
    assert sum(path.stat().st_size for path in files) < 12_000_000
    licence = (pdf.FONTS / "LICENSE").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE" in licence
    assert len(list(pdf.FONTS.glob("*.[ot]tf"))) == len(pdf.FAMILIES)
