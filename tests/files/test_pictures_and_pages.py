"""Pictures and pages larger than paper stay readable within the memory of the cleaner."""

import pypdfium2
import pytest
from file_makers import halves, opened, pdf, sample, saved
from PIL import Image, ImageDraw

from grievance.files.cleaning import clean
from grievance.refusals import Refused


def chat(width: int, height: int) -> Image.Image:
    """A chat of many screens: grey lines, and one stroke of a letter at each end."""
    picture = Image.new("RGB", (width, height), "white")
    drawing = ImageDraw.Draw(picture)
    for top in range(0, height, 60):
        drawing.line((20, top, width - 20, top), fill=(90, 90, 90), width=3)
    drawing.line((500, 100, 500, 130), fill="black", width=2)
    drawing.line((500, height - 130, 500, height - 100), fill="black", width=2)
    return picture


@pytest.mark.parametrize("size", [(1080, 24_000), (24_000, 1080), (1440, 26_000)])
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_of_many_screens_keeps_its_width(size: tuple[int, int], kind: str) -> None:
    result = clean(saved(chat(*size), kind), "a")
    assert (result.state, result.warnings) == ("cleaned", ())
    assert opened(result.data).size == size


def test_a_transparent_picture_of_many_screens_stays_readable_within_the_memory() -> None:
    result = clean(saved(chat(1600, 40_000).convert("RGBA"), "PNG"), "a.png")
    image = opened(result.data)
    assert (result.state, image.mode) == ("cleaned", "RGBA")
    assert image.width >= 1200
    assert abs(image.height / image.width - 25) < 0.1


@pytest.mark.parametrize("kind", ["JPEG", "HEIF", "PNG"])
def test_a_photo_of_48_megapixels_is_taken(kind: str) -> None:
    result = clean(saved(halves(8064, 6048), kind, quality=80), "IMG_1.jpg")
    assert result.state == "cleaned"
    image = opened(result.data)
    assert image.size == (3000, 2250)
    assert image.getpixel((100, 100))[0] > 200 < image.getpixel((2900, 100))[2]


def test_a_progressive_photo_and_a_panorama_are_taken() -> None:
    photo = saved(halves(8064, 6048), "JPEG", progressive=True, subsampling=0)
    assert opened(clean(photo, "a.jpg").data).size == (3000, 2250)
    assert opened(clean(saved(halves(16_000, 3600), "JPEG"), "a.jpg").data).height == 1500


def test_above_64_megapixels_a_picture_is_refused_by_its_header() -> None:
    with pytest.raises(Refused, match="too_many_pixels"):
        clean(saved(Image.new("L", (12_000, 9_000)), "JPEG"), "a.jpg")


def test_the_film_behind_a_photo_is_gone_and_told() -> None:
    photo = saved(halves(), "JPEG") + sample("clip.mp4")
    result = clean(photo, "PXL_20260301.MP.jpg")
    assert (result.state, result.extension) == ("cleaned", "jpg")
    assert result.warnings == ("first_picture_only",)
    assert b"ftyp" not in (result.data or b"ftyp")
    assert opened(result.data).size == (60, 40)


def test_a_moving_picture_becomes_its_first_picture() -> None:
    frames = [Image.new("RGB", (30, 30), colour) for colour in ("red", "blue")]
    moving = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    result = clean(moving, "chat.gif")
    assert (result.mime, result.warnings) == ("image/png", ("first_picture_only",))
    assert opened(result.data).convert("RGB").getpixel((9, 9)) == (255, 0, 0)
    assert clean(saved(halves(), "GIF"), "chat.gif").warnings == ()


def test_a_script_that_calls_itself_a_picture_is_broken() -> None:
    with pytest.raises(Refused, match="broken"):
        clean(b"GIF89a/*<html><script>alert(1)</script>*/=1", "a.gif")


def width_of(data: bytes | None) -> int:
    assert data is not None
    page = pypdfium2.PdfDocument(data)[0]
    return next(iter(page.get_objects())).get_px_size()[0]


@pytest.mark.parametrize(("pages", "least"), [(1, 1050), (4, 700)])
def test_a_page_of_many_screens_is_drawn_as_wide_as_paper(pages: int, least: int) -> None:
    long = pdf("BT /F 24 Tf 20 9000 Td (pay) Tj ET", pages=pages)
    result = clean(long.replace(b"0 0 300 200", b"0 0 595 14400"), "chat.pdf")
    assert result.state == "cleaned"
    assert width_of(result.data) >= least


def test_fifty_long_pages_fit_the_cleaner() -> None:
    result = clean(pdf("", pages=50).replace(b"0 0 300 200", b"0 0 595 14400"), "a.pdf")
    assert result.state == "cleaned"
