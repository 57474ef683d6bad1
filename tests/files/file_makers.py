"""Files made on the spot for the tests of storage, spooling and cleaning."""

import io
from pathlib import Path
from typing import Any

import pillow_heif
from PIL import Image

CANARY = "Canary Marlowe 35.6812"
SAMPLES = Path(__file__).with_name("samples")

pillow_heif.register_heif_opener()


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def opened(data: bytes | None) -> Image.Image:
    assert data is not None
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def exif(orientation: int = 1) -> Image.Exif:
    notes = Image.Exif()
    notes[0x0112] = orientation
    notes[0x010F] = CANARY
    notes.get_ifd(0x8825)[2] = (35.0, 40.0, 52.0)  # GPS latitude
    return notes


def halves(width: int = 60, height: int = 40) -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", (width, height), (250, 0, 0))
    image.paste((0, 0, 250), (width // 2, 0, width, height))
    return image


def pdf(page_content: str, *, pages: int = 1, catalog: str = "", more: str = "") -> bytes:
    """A PDF without a table of objects, which readers mend; numbers from 10 to 99 are free."""
    kids = " ".join(["4 0 R", *(f"{100 + number} 0 R" for number in range(pages - 1))])
    page = (
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 5 0 R"
        "/Resources<</Font<</F 6 0 R/J 7 0 R>>/XObject<</X0 20 0 R>>>>>>"
    )
    font, descendant = "/BaseFont/MS-Mincho", "/DescendantFonts[8 0 R]"
    japanese = "<</Registry(Adobe)/Ordering(Japan1)/Supplement 2>>"
    parts = [
        "%PDF-1.7",
        f"1 0 obj<</Type/Catalog/Pages 2 0 R {catalog}>>endobj",
        f"2 0 obj<</Type/Pages/Count {pages}/Kids[{kids}]>>endobj",
        f"3 0 obj<</Title({CANARY})>>endobj",
        f"4 0 obj{page}endobj",
        f"5 0 obj<</Length {len(page_content)}>>stream\n{page_content}\nendstream endobj",
        "6 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj",
        f"7 0 obj<</Type/Font/Subtype/Type0{font}/Encoding/UniJIS-UCS2-H{descendant}>>endobj",
        f"8 0 obj<</Type/Font/Subtype/CIDFontType0{font}/CIDSystemInfo{japanese}>>endobj",
        more,
        *(f"{100 + number} 0 obj{page}endobj" for number in range(pages - 1)),
        "trailer<</Root 1 0 R/Info 3 0 R>>\n%%EOF\n",
    ]
    return "\n".join(parts).encode("latin-1")


def endless_pdf() -> bytes:
    """Ten levels of forms, each drawing the next ten times: ten thousand million boxes."""
    body = "/X Do " * 10
    forms = [
        f"{20 + level} 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 300 200]/Resources"
        f"<</XObject<</X {21 + level} 0 R>>>>/Length {len(body)}>>stream\n{body}\nendstream endobj"
        for level in range(10)
    ]
    box = "0 0 300 200 re f"
    forms.append(
        f"30 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 300 200]/Length {len(box)}>>"
        f"stream\n{box}\nendstream endobj"
    )
    return pdf("/X0 Do", more="\n".join(forms))
