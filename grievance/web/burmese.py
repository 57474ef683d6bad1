"""Burmese typed in Zawgyi, which older phones write and newer ones show as nonsense.

The words are kept as they were typed; beside them stands what they are in Unicode.
"""

from __future__ import annotations

from functools import cache
from warnings import catch_warnings, simplefilter

from myanmar import converter
from myanmartools import ZawgyiDetector

from grievance.model import few_marks

SURE = 0.95  # as the detector's makers advise; Shan, Karen and Mon stay far below
LOOKED_AT = 1000  # letters that tell which one it is
CONVERTED = 5000  # letters that are converted while somebody waits for the page


@cache
def _detector() -> ZawgyiDetector:
    with catch_warnings():  # it opens its table in an older way
        simplefilter("ignore", DeprecationWarning)
        return ZawgyiDetector()


def in_unicode(text: str) -> str:
    """The same words in Unicode where they were surely typed in Zawgyi, else an empty string."""
    burmese = [letter for letter in text if "\u1000" <= letter <= "\u109f" or letter.isspace()]
    sample = "".join(burmese[:LOOKED_AT])
    if not sample.strip() or _detector().get_zawgyi_probability(sample) < SURE:
        return ""
    begun = text[:CONVERTED].rpartition(" ")[0] if len(text) > CONVERTED else text
    converted = str(converter.convert(few_marks(begun), "zawgyi", "unicode"))
    return "" if converted == begun else converted + " …" * (begun != text)
