"""Zawgyi is read beside the original; everything else is left alone."""

from __future__ import annotations

import pytest

from grievance.web.burmese import in_unicode

ZAWGYI = "ကၽြန္ေတာ္ လစာ မရဘူး။ သူေဌးက ပိုက္ဆံမေပးဘူး"
UNICODE = "ကျွန်တော် လစာ မရဘူး။ သူဌေးက ပိုက်ဆံမပေးဘူး"


def test_zawgyi_is_converted() -> None:
    assert in_unicode(ZAWGYI) == UNICODE
    assert in_unicode(f"Hello. {ZAWGYI} 😡") == f"Hello. {UNICODE} 😡"


@pytest.mark.parametrize(
    "text",
    [
        UNICODE,
        "",
        "I was not paid.",
        "二か月分の給料",
        "မ",
        "ကခဂ",
        "ၵႂႃႇ လိၵ်ႈတႆး ယူႇသဝ်း",
        "ကညီ ကၠိာ် တၢ်ကတိၤ",
        "လစာ နှစ်လ မရပါ။ 2026",
    ],
    ids=[
        "Unicode",
        "nothing",
        "English",
        "Japanese",
        "a letter",
        "three",
        "Shan",
        "Karen",
        "mixed",
    ],
)
def test_what_is_not_surely_zawgyi_is_left_alone(text: str) -> None:
    assert in_unicode(text) == ""
