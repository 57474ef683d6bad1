"""Papers for the demonstration, drawn on the spot: a photographed pay slip, hours, a letter."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw, ImageFont

SIZE = (900, 1200)
SLIP = (
    "PAY SLIP  (sample)", "Mihon Foods", "", "Days worked          22", "Hours               176",
    "Basic pay       190,000", "Overtime         12,400", "Insurance       -29,800",
    "Dormitory       -32,000", "", "To be paid      140,600", "PAID                  0",
)  # fmt: skip
LETTER = (
    "LETTER  (sample)", "", "To the support desk", "", "About your letter:",
    "we have spoken with the company.", "It agrees to what we asked.", "",
    "(no real office wrote this)",
)  # fmt: skip
HOURS = ("WORKING HOURS  (sample)", "", *(f"{day:>2}    8:00 - 22:00" for day in range(1, 27)))


def draw(name: str) -> tuple[str, bytes]:
    """(file name, bytes) of a paper in the script: `pay-slip` is a photo, the others PDFs."""
    if name == "pay-slip":
        sheet = _sheet(SLIP, "#f4efe2").rotate(2, expand=True, fillcolor="#7a6b58")
        return "pay-slip.jpg", _saved(sheet, "JPEG")
    if name == "letter":
        return "letter.pdf", _saved(_sheet(LETTER, "white"), "PDF")
    if name == "hours":
        return "hours.pdf", _saved(_sheet(HOURS, "white"), "PDF")
    raise KeyError(name)


def _sheet(lines: tuple[str, ...], paper: str) -> Image.Image:
    image = Image.new("RGB", SIZE, paper)
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(size=34)
    for place, line in enumerate(lines):
        pen.text((90, 70 + 38 * place), line, fill="#222222", font=font)
    return image


def _saved(image: Image.Image, kind: str) -> bytes:
    target = io.BytesIO()
    image.save(target, kind)
    return target.getvalue()
