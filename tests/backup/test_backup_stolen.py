"""What somebody reads who has the folder of a backup, and nothing else: codes, days and counts."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grievance.vault.keyring import KeyRing
from tests.backup.conftest import NOTE, PASSPHRASE, STORY, Lived
from tests.cast import PASSWORD

# Tables of what everybody may read anyway, or of staff at work; `docs/threat-model.md` names them.
PUBLIC = {
    "mechanism", "mechanism_revision", "channel", "issue_type", "source", "rule_set",
    "operator_profile", "organisation", "person", "invitation", "demo_mark",
}  # fmt: skip
# One value of any other table: a number, a day, an id, bytes, a code, or several codes.
ONE = r"[A-Za-z0-9][A-Za-z0-9_.:+/-]*"
PLAIN = re.compile(rf"\\N|t|f|\\\\x[0-9a-f]*|-?{ONE}|\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d[0-9.+:]*|")
LIST = re.compile(rf"\{{(|{ONE}(,{ONE})*)\}}")


def words_in(data: Any) -> Iterator[str]:
    """Every text of a JSON value."""
    if isinstance(data, dict):
        for name, value in data.items():
            yield from (name, *words_in(value))
    elif isinstance(data, list):
        for value in data:
            yield from words_in(value)
    elif isinstance(data, str):
        yield data


def is_code(value: str) -> bool:
    """Whether this can be no word of a person: nothing with a space, a letter of another script."""
    if PLAIN.fullmatch(value) or LIST.fullmatch(value):
        return True
    try:
        data = json.loads(value.replace("\\\\", "\\"))
    except ValueError:
        return False
    return all(re.fullmatch(rf"|{ONE}|\d+ [0-9a-f]+", one) for one in words_in(data))


def rows(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Every value: its table, its column, and it."""
    manifest = json.loads((folder / "manifest.json").read_text())
    for table in manifest["tables"]:
        lines = (folder / "database" / f"{table['name']}.copy").read_text("utf-8").splitlines()
        for line in lines:
            for column, value in zip(table["columns"], line.split("\t"), strict=True):
                yield table["name"], column, value


OURS = ("filing_note", "operator")  # what everybody reads that it is called


def test_no_table_of_a_case_holds_a_word_of_a_person(made: Path) -> None:
    found = [
        f"{table}.{column}: {value[:60]}"
        for table, column, value in rows(made)
        if table not in PUBLIC and (table, column) != OURS and not is_code(value)
    ]
    assert found == []


def test_the_search_would_find_words() -> None:
    assert not is_code("They kept my passport")
    assert not is_code("給料")
    assert not is_code('{"note": "They kept it"}')
    assert is_code('{"rows": {"message/4d": "ab12"}, "danger": false}')


@pytest.mark.parametrize("what", ["content", "secrets", "passwords"])
def test_nothing_is_there_in_any_spelling(lived: Lived, made: Path, what: str) -> None:
    ring = lived.place.ring
    secret = {
        "content": [STORY.encode(), NOTE, b"passport.txt", lived.filed.code.encode()],
        "secrets": [p.read_bytes() for p in ring.iterdir() if not p.name.endswith("-public")],
        "passwords": [
            PASSWORD.encode(),
            PASSPHRASE.encode(),
            lived.handler.address.encode(),
            lived.handler.private,
            lived.filed.keys.pair.private,
        ],
    }[what]
    whole = b"\n".join(path.read_bytes() for path in sorted(made.rglob("*")) if path.is_file())
    lowered = whole.lower()
    for one in secret:
        assert one not in whole
        assert one.hex().encode() not in lowered
        for cut in range(3):  # base64 depends on where it begins
            assert b64encode(one[cut : cut + (len(one) - cut) // 3 * 3]) not in whole
    assert lived.reference.encode() in whole  # the search finds what is there


def test_the_key_ring_is_apart_and_its_names_tell_no_values(made: Path, lived: Lived) -> None:
    manifest = json.loads((made / "manifest.json").read_text())
    assert set(manifest["secrets"]) == {path.name for path in lived.place.ring.iterdir()}
    assert KeyRing.load(lived.place.ring, "cli").event_key.hex() not in json.dumps(manifest)
