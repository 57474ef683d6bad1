"""The number as a picture: digits and nothing that says what they are for."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

WIDTH, LINE, MARGIN, SIZE = 720, 110, 60, 64


def of(rows: Sequence[str]) -> BytesIO:
    """A PNG with each row of digits on two lines, black on white, ready to be read."""
    lines = [half for row in rows for half in _halves(row)]
    image = Image.new("L", (WIDTH, LINE * len(lines) + 2 * MARGIN), 255)
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(SIZE)
    for place, line in enumerate(lines):
        pen.text((MARGIN, MARGIN + place * LINE), line, fill=0, font=font)
    drawn = BytesIO()
    image.save(drawn, "PNG")
    drawn.seek(0)
    return drawn


def _halves(row: str) -> tuple[str, str]:
    groups = row.split()
    return " ".join(groups[:3]), " ".join(groups[3:])
