"""Notes in older encodings, and the words of Word and Excel files."""

import io
import zipfile

import pytest
from file_makers import CANARY

from grievance.files import office
from grievance.files.cleaning import clean
from grievance.refusals import Refused

TIME_CARD = "2026/03/01,出勤 9:00,退勤 23:10,残業 5:10\n"


@pytest.mark.parametrize(
    ("language", "encoding", "text"),
    [
        ("vi", "cp932", TIME_CARD),
        ("ja", "cp932", "氏名,日付,出勤,退勤\n田中,3/1,8:00,22:00\n"),
        ("ko", "cp932", TIME_CARD),
        ("ne", "cp932", "ﾀﾅｶ ﾀﾛｳ ｻﾞﾝｷﾞｮｳ 12:30\nｷｭｳｹｲ ﾅｼ\n"),
        ("ja", "cp932", "①㈱山田工業　給与明細"),
        ("ja", "euc_jp", "出勤 9:00 退勤 22:00\n"),
        ("th", "tis-620", "ฉันไม่ได้รับเงินเดือนสามเดือนแล้ว นายจ้างยึดหนังสือเดินทาง\n"),
        ("en", "cp874", "วันที่ 1 มี.ค. เข้า 8.00 ออก 22.00 โอที 5 ชม.\n"),
        ("zh_Hant", "big5", "老闆三個月沒有給我們發工資，護照也被拿走了。\n"),
        ("ja", "big5", "老闆三個月沒有給我們發工資，護照也被拿走了。\n"),
        ("ko", "cp949", "출근 9:00 퇴근 23:00\n"),
        ("ja", "cp949", "사장님이 세 달 동안 월급을 주지 않았습니다. 여권도 가져갔어요.\n"),
        ("zh_Hans", "gb18030", "上班 9:00 下班 23:00\n"),
        ("es", "cp1252", "Señor José no pagó el salario de mayo.\n"),
    ],
)
def test_a_note_is_read_as_its_reader_would_have_written_it(
    language: str, encoding: str, text: str
) -> None:
    result = clean(text.encode(encoding), "note.csv", language=language)
    assert (result.data or b"").decode() == text
    assert result.warnings == ("encoding_guessed",)


# Word and Excel

WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def packed(parts: dict[str, str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("docProps/core.xml", f"<a>{CANARY}</a>")
        for name, text in parts.items():
            archive.writestr(name, text)
    return target.getvalue()


def docx(body: str, start: str = "") -> bytes:
    text = f'{start}<w:document xmlns:w="{WORDS}"><w:body>{body}</w:body></w:document>'
    return packed({"word/document.xml": text})


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def xlsx(rows: str, code: str = "[h]:mm") -> bytes:
    strings = "<si><t>出勤</t><rPh><t>シュッキン</t></rPh></si>"
    strings += "<si><r><t>グ</t></r><r><t>エン</t></r></si>"
    styles = (
        f"<numFmts>"
        f'<numFmt numFmtId="164" formatCode="{code}"/></numFmts><cellXfs><xf numFmtId="0"/>'
        '<xf numFmtId="14"/><xf numFmtId="20"/><xf numFmtId="164"/><xf numFmtId="22"/></cellXfs>'
    )
    return packed(
        {
            "xl/workbook.xml": f'<workbook xmlns="{SHEETS}" xmlns:r="{LINKS}"><sheets>'
            '<sheet name="3月" sheetId="1" r:id="rId1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="rId1" '
            'Target="worksheets/sheet1.xml"/></Relationships>',
            "xl/sharedStrings.xml": f'<sst xmlns="{SHEETS}">{strings}</sst>',
            "xl/styles.xml": f'<styleSheet xmlns="{SHEETS}">{styles}</styleSheet>',
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{SHEETS}"><sheetData>{rows}'
            "</sheetData></worksheet>",
        }
    )


def test_the_words_of_a_document_are_taken_out_and_nothing_else() -> None:
    cells = f"<w:tc>{paragraph('出勤')}</w:tc><w:tc>{paragraph('9:00')}</w:tc>"
    body = paragraph("Tôi làm 14 giờ") + f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>"
    result = clean(docx(body + f"<w:instrText>{CANARY}</w:instrText>"), "thư.docx")
    assert (result.state, result.extension) == ("cleaned", "txt")
    assert result.warnings == ("text_only",)
    assert (result.data or b"").decode() == "Tôi làm 14 giờ\n出勤 \t9:00 \t\n"


def test_a_time_sheet_shows_its_days_and_hours() -> None:
    rows = (
        '<row><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row>'
        '<row><c r="A2" s="1"><v>46082</v></c><c r="B2" s="2"><v>0.375</v></c>'
        '<c r="C2" s="3"><v>7.0208333333</v></c><c r="D2" s="4"><v>46082.5</v></c>'
        '<c r="E2"><v>1163</v></c><c r="F2" t="inlineStr"><is><t>夜勤</t></is></c></row>'
    )
    result = clean(xlsx(rows), "kintai.xlsx")
    assert (result.state, result.warnings) == ("cleaned", ("text_only",))
    assert (result.data or b"").decode() == (
        "[3月]\n出勤\t\tグエン\n2026-03-01\t9:00\t168:30\t2026-03-01 12:00\t1163\t夜勤\n\n"
    )


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ('m"月"d"日"', "46082", "2026-03-01"),
        ("aaa", "46082", "2026-03-01"),
        ("[Magenta]#,##0", "1163", "1163"),
        ('0"h"', "8", "8"),
        ("yyyy/m/d", "0.375", "9:00"),
        ("[$-411]h:mm;@", "0.9659722222", "23:11"),
        ("General", "46082", "46082"),
    ],
)
def test_a_number_is_a_day_or_an_hour_by_its_style(code: str, value: str, shown: str) -> None:
    named = code.replace('"', "&quot;")
    rows = f'<row><c r="A1" s="3"><v>{value}</v></c></row>'
    result = clean(xlsx(rows, named), "kintai.xlsx")
    assert (result.data or b"").decode() == f"[3月]\n{shown}\n\n"


def test_a_document_without_words_is_kept_for_download() -> None:
    result = clean(docx("<w:p/>"), "photo.docx")
    assert (result.state, result.extension, result.warnings) == (
        "download_only",
        "docx",
        ("unread",),
    )


def test_bombs_of_zip_and_xml_cost_no_more_than_their_limits() -> None:
    assert clean(docx(paragraph("ha" * 40_000_000)), "a.docx").state == "download_only"
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(10))
    with pytest.raises(Refused, match="broken"):
        clean(docx(paragraph("&l9;"), f"<!DOCTYPE w [{laughs}]>"), "a.docx")
    outside = '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    with pytest.raises(Refused, match="broken"):
        clean(docx(paragraph("&x;"), outside), "a.docx")
    gaps = "".join(f'<row><c r="XFD{n}"><v>1</v></c></row>' for n in range(1, 60_000))
    assert clean(xlsx(gaps), "a.xlsx").state == "download_only"


def test_markup_in_a_document_does_not_come_out_as_a_note() -> None:
    result = clean(docx(paragraph("&lt;html&gt;&lt;script&gt;")), "a.docx")
    assert (result.state, result.warnings, result.data) == ("download_only", ("unread",), None)


def test_a_broken_archive_and_another_one_are_refused() -> None:
    whole = docx(paragraph("pay") * 500)
    with pytest.raises(Refused, match="broken"):
        clean(whole[: len(whole) // 2], "a.docx")
    with pytest.raises(Refused, match="broken"):
        clean(b"PK\x03\x04" + b"word/document.xml" * 9, "a.docx")
    with pytest.raises(Refused, match="unsupported"):
        clean(packed({"ppt/presentation.xml": "<a/>"}), "a.pptx")


@pytest.mark.parametrize(
    "start", [b"fLaC\0\0\0\x22", bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")]
)
def test_sound_that_we_cannot_clean_is_refused(start: bytes) -> None:
    with pytest.raises(Refused, match="unsupported"):
        clean(start + bytes(100), "voice")


@pytest.mark.parametrize("begun", [b"", b"<", b'<w a="', b"<!-- ", b"<?w "])
def test_a_tag_that_does_not_end_is_given_up_early(begun: bytes) -> None:
    """Older expat reads what it has of a tag anew with each piece: 20 kB took a minute."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", begun + b"a" * (8 * 1024 * 1024))
    with zipfile.ZipFile(packed) as archive:
        parts = office._Parts(archive)
        with pytest.raises(office._TooMuch):
            parts.parse("word/document.xml", office._Reader())
    assert office.MOST_BYTES - parts._left < 2 * office.MOST_TOKEN
