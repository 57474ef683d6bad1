"""E-mail addresses as people type them, and as carriers of Japan gave them out."""

from __future__ import annotations

import pytest

from grievance.model import address_of, can_get_mail
from grievance.notifications.channels import _recipient


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ａｂｃ＠ｅｘａｍｐｌｅ．ｃｏｍ", "abc@example.com"),
        ("a@example.com。", "a@example.com"),
        ("a@example。jp", "a@example.jp"),
        ("a@example.com.", "a@example.com"),
        ("mailto:a@example.com", "a@example.com"),
        ("MAILTO: a@example.com?subject=x", "a@example.com"),
        ("<a@example.com>", "a@example.com"),
        ("「a@example.com」", "a@example.com"),
        ("\u200ba@example.com\ufeff", "a@example.com"),
        ("a..b@docomo.ne.jp", "a..b@docomo.ne.jp"),
        ("a.@ezweb.ne.jp", "a.@ezweb.ne.jp"),
        ("A.B-c@Example.COM", "A.B-c@Example.COM"),
    ],
)
def test_the_address_that_was_meant_is_read(typed: str, meant: str) -> None:
    assert address_of(typed) == meant
    assert can_get_mail(meant)
    assert _recipient(meant)


@pytest.mark.parametrize(
    "typed",
    [
        "a..b@example.com",
        "a@example",
        "a b@example.com",
        "@docomo.ne.jp",
        "a@b@c.com",
        "abc",
        "",
        "。",
        "a..b@docomo.ne.jp.evil.example",
        "a\nb@docomo.ne.jp",
    ],
)
def test_what_gets_no_mail_is_still_refused(typed: str) -> None:
    assert not can_get_mail(address_of(typed))
