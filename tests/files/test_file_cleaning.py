"""What becomes of images, documents and notes: drawn anew, or refused with a code."""

import io
import re
import zipfile

import pypdfium2
import pytest
from file_makers import CANARY, exif, halves, opened, pdf, sample, saved
from PIL import Image, PngImagePlugin

from grievance.files import plaintext
from grievance.files.cleaning import REFUSALS, Limits, clean, safe_name
from grievance.model import length_of
from grievance.refusals import Refused


def refusal(data: bytes, name: str = "a.jpg") -> str:
    with pytest.raises(Refused) as caught:
        clean(data, name)
    assert caught.value.code in REFUSALS
    return caught.value.code


# Images


def test_a_photo_loses_place_maker_and_comment_and_stands_upright() -> None:
    # Orientation 6: the camera was turned, the top of the scene is the left of the stored picture.
    photo = saved(halves(), "JPEG", exif=exif(6), comment=CANARY.encode(), quality=95)
    assert CANARY.encode() in photo
    result = clean(photo, "photo.jpeg")
    assert (result.kind, result.mime, result.extension) == ("image", "image/jpeg", "jpg")
    assert (result.state, result.warnings) == ("cleaned", ())
    image = opened(result.data)
    assert image.size == (40, 60)
    assert image.getpixel((20, 10))[0] > 200 > 60 > image.getpixel((20, 10))[2]
    assert image.getpixel((20, 50))[2] > 200
    assert not dict(image.getexif())
    assert CANARY.encode() not in (result.data or b"")
    assert b"Exif" not in (result.data or b"")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_comes_out_as_pillow_itself_would_turn_it(orientation: int) -> None:
    stored = Image.new("RGB", (64, 48), "white")
    stored.paste("black", (0, 0, 16, 16))
    photo = saved(stored, "JPEG", exif=exif(orientation), quality=95)
    image = opened(clean(photo, "a.jpg").data).convert("L")
    corners = [(4, 4), (image.width - 5, 4), (4, image.height - 5)]
    corners.append((image.width - 5, image.height - 5))
    black = [number for number, place in enumerate(corners) if image.getpixel(place) < 99]
    expected_corner = {1: 0, 2: 1, 3: 3, 4: 2, 5: 0, 6: 1, 7: 3, 8: 2}[orientation]
    assert black == [expected_corner]
    assert image.size == ((48, 64) if orientation > 4 else (64, 48))


def test_an_iphone_photo_becomes_a_jpeg_without_notes() -> None:
    photo = saved(halves(), "HEIF", exif=exif(), quality=90)
    assert CANARY.encode() in photo
    result = clean(photo, "IMG_0001.HEIC")
    assert (result.mime, result.state, result.warnings) == ("image/jpeg", "cleaned", ())
    image = opened(result.data)
    assert (image.format, image.size) == ("JPEG", (60, 40))
    assert image.getpixel((10, 20))[0] > 200 < image.getpixel((50, 20))[2]
    assert CANARY.encode() not in (result.data or b"")


def test_a_screenshot_stays_lossless_keeps_its_transparency_and_loses_its_notes() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", CANARY)
    picture = halves().convert("RGBA")
    picture.putpixel((3, 3), (1, 2, 3, 77))
    result = clean(saved(picture, "PNG", pnginfo=notes, icc_profile=CANARY.encode()), "a.png")
    image = opened(result.data)
    assert (image.format, image.mode, image.getpixel((3, 3))) == ("PNG", "RGBA", (1, 2, 3, 77))
    assert not image.info
    assert result.extension == "png"


def test_webp_is_drawn_on_white_paper_and_only_its_first_picture() -> None:
    frames = [Image.new("RGBA", (30, 30), (0, 0, 0, 0)), Image.new("RGBA", (30, 30), "red")]
    moving = saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    result = clean(moving, "a.webp")
    assert (result.extension, result.warnings) == ("jpg", ("first_picture_only",))
    assert min(opened(result.data).getpixel((15, 15))) > 240


def test_deep_grey_and_palette_pictures_keep_their_tones() -> None:
    grey = clean(saved(Image.new("I;16", (20, 20), 32768), "PNG"), "a.png")
    assert opened(grey.data).getpixel((5, 5)) in (127, 128)
    palette = halves().convert("P")
    assert opened(clean(saved(palette, "PNG"), "a.png").data).getpixel((5, 5))[0] > 200


def test_a_large_photo_is_brought_to_three_thousand_pixels() -> None:
    result = clean(saved(Image.new("RGB", (5000, 2500), "white"), "JPEG"), "a.jpg")
    assert opened(result.data).size == (3000, 1500)


def test_a_picture_bomb_is_refused_by_its_header() -> None:
    bomb = saved(Image.new("1", (20_000, 20_000)), "PNG")
    assert len(bomb) < 100_000
    assert refusal(bomb, "a.png") == "too_many_pixels"
    assert refusal(saved(Image.new("L", (9000, 7600)), "WEBP", method=0)) == "too_many_pixels"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_a_truncated_picture_is_broken(kind: str) -> None:
    noise = Image.effect_noise((300, 300), 90).convert("RGB")
    whole = saved(noise, kind)
    assert refusal(whole[: len(whole) // 2]) == "broken"


def test_html_behind_a_picture_is_gone() -> None:
    result = clean(saved(halves(), "JPEG") + b"<script>alert(1)</script>", "a.jpg")
    assert b"<script" not in (result.data or b"<script")


# What is no file of ours, whatever it calls itself


@pytest.mark.parametrize(
    "data",
    [
        saved(halves(), "BMP"),
        saved(halves(), "TIFF"),
        b"<!doctype html><p>hello",
        b"\xef\xbb\xbf \n<html>",
        "<html>".encode("utf-16"),
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        "\u202e<html>".encode(),
        b"MZ" + bytes(200),
        b"\x7fELF" + bytes(200),
        b"{\\rtf1 hello}",
        b"%!PS-Adobe-3.0",
        bytes(range(256)),
    ],
)
def test_other_files_are_refused(data: bytes) -> None:
    assert refusal(data, "photo.jpg") == "unsupported"


def test_an_archive_named_like_a_photo_is_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("payload.exe", b"MZ")
    assert refusal(target.getvalue(), "photo.jpg") == "unsupported"


def test_nothing_and_too_much_are_refused_before_a_child_starts() -> None:
    assert refusal(b"") == "empty"
    assert refusal(b" \r\n\t", "a.txt") == "empty"
    assert refusal(b"x" * (Limits().file_bytes + 1), "a.txt") == "too_big"


def test_a_name_that_promises_something_else_is_only_a_warning() -> None:
    assert clean(saved(halves(), "PNG"), "letter.pdf").warnings == ("name_differs",)
    assert clean(saved(halves(), "PNG"), "no suffix").warnings == ()


# Documents


def drawn(data: bytes | None) -> pypdfium2.PdfDocument:
    assert data is not None
    assert data.startswith(b"%PDF-")
    return pypdfium2.PdfDocument(data)


def test_a_document_is_drawn_flat_without_script_attachment_text_or_title() -> None:
    original = pdf(
        f"BT /F 24 Tf 20 100 Td ({CANARY}) Tj ET",
        catalog="/OpenAction 10 0 R/Names<</JavaScript<</Names[(a)10 0 R]>>"
        "/EmbeddedFiles<</Names[(evil.exe)11 0 R]>>>>",
        more="10 0 obj<</S/JavaScript/JS(app.alert\\(1\\))>>endobj\n"
        "11 0 obj<</Type/Filespec/F(evil.exe)/EF<</F 12 0 R>>>>endobj\n"
        "12 0 obj<</Type/EmbeddedFile/Length 2>>stream\nMZ\nendstream endobj",
    )
    source = pypdfium2.PdfDocument(original)
    assert source.count_attachments() == 1
    assert CANARY in source[0].get_textpage().get_text_range()
    result = clean(original, "letter.pdf")
    assert (result.kind, result.mime, result.state) == ("pdf", "application/pdf", "cleaned")
    for trace in (b"JavaScript", b"evil", b"Marlowe", b"/Font", b"/OpenAction"):
        assert trace not in (result.data or trace)
    flat = drawn(result.data)
    assert flat.count_attachments() == 0
    assert flat[0].get_size() == (300, 200)
    assert flat[0].get_textpage().get_text_range() == ""
    picture = flat[0].render().to_pil().convert("L")
    dark = picture.point(lambda value: 255 * (value < 128)).getbbox()
    assert dark is not None, "the text was not drawn"
    assert (dark[0] < 30, 70 < dark[1] < dark[3] < 115) == (True, True)


def test_what_was_typed_into_a_form_is_drawn() -> None:
    form = pdf(
        "",
        catalog="/AcroForm<</Fields[10 0 R]>>",
        more="10 0 obj<</Type/Annot/Subtype/Widget/FT/Tx/T(wage)/V(900)/F 4/Rect[50 50 250 150]"
        "/P 4 0 R/AP<</N 11 0 R>>>>endobj\n"
        "11 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 200 100]/Length 16>>stream\n"
        "0 0 200 100 re f\nendstream endobj",
    ).replace(b"/Contents 5 0 R", b"/Contents 5 0 R/Annots[10 0 R]")
    page = drawn(clean(form, "form.pdf").data)[0].render().to_pil().convert("L")
    assert page.getpixel((150, 100)) < 60 < 200 < page.getpixel((20, 20))


def test_every_page_is_kept_up_to_fifty() -> None:
    assert len(drawn(clean(pdf("", pages=50), "a.pdf").data)) == 50
    assert refusal(pdf("", pages=51), "a.pdf") == "too_many_pages"
    assert refusal(pdf("", pages=60), "a.pdf") == "too_many_pages"


def test_letters_whose_font_is_missing_are_told() -> None:
    japanese = "BT /J 24 Tf 20 100 Td <7d664e0e> Tj ET"
    assert clean(pdf(japanese), "a.pdf").warnings == ("fonts_missing",)
    assert clean(pdf("BT /F 24 Tf 20 100 Td (pay) Tj ET"), "a.pdf").warnings == ()


def test_a_page_of_enormous_size_is_drawn_small() -> None:
    result = clean(pdf("").replace(b"0 0 300 200", b"0 0 9000 14000"), "a.pdf")
    assert len(result.data or b"") < 200_000


def test_a_locked_document_and_a_broken_one_are_told_apart() -> None:
    assert refusal(sample("locked.pdf"), "a.pdf") == "encrypted_pdf"
    assert refusal(b"%PDF-1.7\nhello", "a.pdf") == "broken"


# Notes


@pytest.mark.parametrize(
    ("encoding", "text", "guessed"),
    [
        ("utf-8", "ဒီလ လစာ မရသေးပါ။ میں نے کام کیا\n", False),
        ("utf-8-sig", "給与が払われません\n", False),
        ("utf-16", "給与が払われません\n", False),
        ("iso2022_jp", "給与が払われません\n", False),
        ("cp932", "残業代が三か月払われていません。社長に言うと怒られます。\n", True),
        ("cp932", "テストのメモ\n", True),
        ("euc_jp", "残業代が三か月払われていません。社長に言うと怒られます。\n", True),
        ("gb18030", "老板三个月没有给我们发工资，护照也被拿走了。\n", True),
        ("cp1252", "Não é possível trabalhar assim, é perigoso. Señor José.\n", True),
    ],
)
def test_a_note_in_any_usual_encoding_becomes_utf8(encoding: str, text: str, guessed: bool) -> None:
    result = clean(text.encode(encoding), "note.txt")
    assert result.data == text.encode()
    assert result.warnings == (("encoding_guessed",) if guessed else ())
    assert (result.kind, result.mime, result.extension) == ("text", "text/plain", "txt")


def test_controls_and_overrides_go_and_joiners_and_marks_stay() -> None:
    note = "a\u202eb\u2066c\x1bd\x85e\ufeff\r\nf\tg\rक्\u200dष می\u200cخواهم\u200f"
    assert clean(note.encode(), "a.txt").data == (
        "abcde\nf\tg\nक्\u200dष می\u200cخواهم\u200f".encode()
    )


def test_a_run_of_tones_in_an_old_vietnamese_note_is_cut_before_they_are_joined() -> None:
    """To join n of them takes n² steps: 128 kB held the cleaner for half a minute."""
    words = "Tôi không đươ\u0323c tra\u0309 lương. ".encode("cp1258")
    text = plaintext.strip("text", words * 60 + b"a" + b"\xcc" * 400, "vi")[1] or b""
    marks = re.findall("[\u0300-\u036f]+", text.decode())
    assert max(len(run) for run in marks) <= 30


def test_random_bytes_are_no_note() -> None:
    assert refusal(bytes(range(128, 256)) * 20, "a.txt") == "unsupported"


# Names


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("photo.HEIC", "photo.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\Users\\me\\photo.jpg", "photo.jpg"),
        ("invoice\u202egpj.exe", "invoicegpj.jpg"),
        ("a\x00b\nc\x1f.png", "ab c.jpg"),
        ('a"<b>:|?*.png', "a__b_____.jpg"),
        ("..", "file.jpg"),
        ("", "file.jpg"),
        (".htaccess", "htaccess.jpg"),
        ("給与明細 3月.pdf", "給与明細 3月.jpg"),
        ("क्\u200dष می\u200cخواهم.png", "क्\u200dष می\u200cخواهم.jpg"),
        ("report.2026.final", "report.2026.jpg"),
    ],
)
def test_a_name_is_made_safe_and_keeps_its_script(given: str, kept: str) -> None:
    assert safe_name(given, "jpg") == kept


def test_a_long_name_is_cut_between_letters_as_people_see_them() -> None:
    name = safe_name("မြန်မာ" * 100, "jpg")
    assert name.endswith(".jpg")
    assert length_of(name) <= 80
    assert length_of(safe_name("x" * 300, "jpg")) == 80
    assert len(safe_name("e" + "\u0301" * 500, "jpg")) <= 200
