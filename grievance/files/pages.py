"""PDF: each page is drawn and the drawing alone goes into a new document.

Run in the one-shot child, which has loaded the libraries.
"""

import io
import sys
from typing import Any

MAX_PAGES = 50
DOTS_PER_INCH = 150
MAX_LONG, MAX_SHORT = 3000, 1500  # pixels of a page larger than paper; one of the two is kept
MAX_AREA, MIN_AREA = 40_000_000, 9_000_000  # pixels of a page, fewer where there are many pages
MAX_JPEG_SIDE = 65_000

Result = tuple[str, bytes | None, list[str]]


def strip(_name: str, data: bytes) -> Result:
    """The document with its pages drawn; the code of a refusal in place of the format."""
    pdfium: Any = sys.modules["pypdfium2"]
    try:
        source = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        locked = error.err_code in (4, 5)  # FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY
        return "encrypted_pdf" if locked else "broken", None, []
    if len(source) > MAX_PAGES:
        return "too_many_pages", None, []
    if not len(source):
        return "broken", None, []
    source.init_forms()  # what was typed into a form is part of the page
    target, missing = pdfium.PdfDocument.new(), False
    area = min(MAX_AREA, max(MIN_AREA, 2 * MAX_AREA // len(source)))
    for page in source:
        missing = missing or _lacks_font(page)
        _add_page(target, page, area)
        page.close()
    written = io.BytesIO()
    target.save(written)
    return "pdf", written.getvalue(), ["fonts_missing"] if missing else []


def _add_page(target: Any, page: Any, area: int) -> None:
    pdfium: Any = sys.modules["pypdfium2"]
    width, height = page.get_size()
    scale = min(DOTS_PER_INCH / 72, _fitting(width, height, area))
    drawing = io.BytesIO()
    page.render(scale=scale).to_pil().convert("RGB").save(drawing, "JPEG", quality=75)
    image = pdfium.PdfImage.new(target)
    image.load_jpeg(drawing, inline=True, autoclose=False)
    image.set_matrix(pdfium.PdfMatrix().scale(width, height))
    flat = target.new_page(width, height)
    flat.insert_obj(image)
    flat.gen_content()
    flat.close()


def _fitting(width: float, height: float, area: int) -> float:
    """The scale for a page: a long one, a website saved as one page, keeps its width."""
    short, long = sorted((max(width, 1), max(height, 1)))
    scale = max(MAX_LONG / long, MAX_SHORT / short)
    return float(min(scale, (area / (short * long)) ** 0.5, MAX_JPEG_SIDE / long))


def _lacks_font(page: Any) -> bool:
    """Whether letters beyond Latin are set in a font that the file does not bring along."""
    pdfium, raw = sys.modules["pypdfium2"], sys.modules["pypdfium2.raw"]
    letters = page.get_textpage()
    for part in page.get_objects(filter=(raw.FPDF_PAGEOBJ_TEXT,), textpage=letters):
        try:
            if not part.get_font().is_embedded and any(c > "\u024f" for c in part.extract()):
                return True
        except pdfium.PdfiumError:
            continue  # no letters, or no font to ask
    return False
