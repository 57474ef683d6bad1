"""Every setting is documented, and every process is given its own and no other's."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from grievance.settings import (
    CommandSettings,
    Settings,
    SettingsError,
    WebSettings,
    WorkerSettings,
    read,
)
from tests.guard.source import ROOT, modules

DOCS = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
KINDS = (WebSettings, WorkerSettings, CommandSettings)
WHOLE = {
    "GRIEVANCE_DATABASE_URL": "postgresql://app@/grievance",
    "GRIEVANCE_KEYRING": "/keys",
    "GRIEVANCE_DATA": "/data",
    "GRIEVANCE_PUBLIC_URL": "https://example.org/",
    "GRIEVANCE_REDIS_URL": "redis://localhost",
    "GRIEVANCE_SMTP_URL": "smtp://localhost",
}


def test_every_setting_is_in_the_docs() -> None:
    for kind in KINDS:
        for one in fields(kind):
            assert f"`GRIEVANCE_{one.name.upper()}`" in DOCS, one.name


def test_every_variable_the_source_reads_is_in_the_docs() -> None:
    for module in modules():
        for name in re.findall(r"\"(GRIEVANCE_[A-Z_]+)\"", module.text):
            assert f"`{name}`" in DOCS, f"{module.place}: {name}"


@pytest.mark.parametrize("kind", KINDS)
def test_an_incomplete_process_refuses_to_start_and_names_all(kind: type[Settings]) -> None:
    with pytest.raises(SettingsError) as refused:
        read(kind, {})
    for name in ("DATABASE_URL", "KEYRING", "DATA", "PUBLIC_URL"):
        assert f"GRIEVANCE_{name} is missing" in str(refused.value)


def test_wrong_values_are_named_but_not_repeated() -> None:
    secret = "smtp://user:hunter2@host"
    with pytest.raises(SettingsError) as refused:
        read(WebSettings, WHOLE | {"GRIEVANCE_MAX_UPLOAD_MB": secret, "GRIEVANCE_DEMO": "perhaps"})
    assert "GRIEVANCE_MAX_UPLOAD_MB" in str(refused.value)
    assert "GRIEVANCE_DEMO" in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_values_are_read_as_what_they_are() -> None:
    made = read(WebSettings, WHOLE | {"GRIEVANCE_LANGUAGES": "vi, my"})
    assert made.languages == ("en", "vi", "my")
    assert made.public_url == "https://example.org"
    assert made.secure
    assert made.storage == str(Path("/data/files"))
    assert "postgresql" not in repr(made)


def test_the_web_process_never_knows_where_mail_goes() -> None:
    assert "smtp_url" not in {one.name for one in fields(WebSettings)}
