"""How translations must say it: labels as they stand, Japanese signs, one spelling of 私."""

from __future__ import annotations

import re

import pytest
from babel.messages import Catalog

from grievance.cli import catalogues, wording
from grievance.i18n import LANGUAGES


def test_every_catalogue_quotes_labels_as_they_stand_and_writes_japanese_as_japanese() -> None:
    found = list(wording.source_faults(catalogues.wanted()))
    for language in LANGUAGES[1:]:
        for domain in ("public", "staff", "screens", "directory"):
            found += wording.wording(language, domain)
    assert [str(fault) for fault in found] == []


def test_no_sentence_carries_marks_that_no_page_draws() -> None:
    """Asterisks are how our own guides are written; a page and a letter show them as they are."""
    marked = re.compile(r"\*\w[^*]*\*|`[^`]+`")
    said = [str(one.id) for catalog in catalogues.wanted().values() for one in catalog if one.id]
    assert len(said) > 1000
    assert [one for one in said if marked.search(one)] == []


def test_a_label_quoted_in_other_words_is_a_fault() -> None:
    sentence = "Choose an answer. “I do not know” is one, too."
    options = {"I do not know": "わかりません"}
    assert wording.misquoted(sentence, "「わかりません」も答えです。", options) == []
    assert wording.misquoted(sentence, "「知りません」も答えです。", options)
    assert wording.misquoted(sentence, "「知りません」も答えです。", {}) == []


def test_a_quoted_label_that_stands_on_nothing_is_a_fault() -> None:
    catalog = Catalog()
    for sentence in ("Choose “I cannot answer now”.", "Choose “Leave”.", "Leave"):
        catalog.add(sentence)
    faults = [fault.sentence for fault in wording.source_faults({"public": catalog})]
    assert faults == ["Choose “I cannot answer now”."]


@pytest.mark.parametrize("said", ["Say this: “Read them back to me.”", "Before it, say: “No name”"])
def test_what_one_says_aloud_is_no_label(said: str) -> None:
    assert wording.labels(said) == []


@pytest.mark.parametrize(
    ("string", "wrong"),
    [
        ("まず電話してください:", True),
        ("番号だけを表示する(印刷用)", True),
        ("本当ですか?", True),
        ("わたしたちに書いてください。", True),
        ("まず電話してください：110、119（無料）", False),
        ("https:// で始まるもの。9:00から17:00。%(day)sまで。1,000円", False),
        ("私（わたし）たちが持っています。わたしてください。", False),
    ],
)
def test_japanese_has_full_width_signs_and_one_spelling_of_the_pronoun(
    string: str, wrong: bool
) -> None:
    assert bool(wording.japanese(string)) == wrong


# What staff read in Japanese says each of these in another word (`docs/handler-guide.md`).
OLD = (
    "主担当", "読んでいるところ", "引き継ぎ先は引き受けません", "封をして保管", "隠れた情報",
    "だれも気づきません", "本人の表し方", "今すること", "最重大",
)  # fmt: skip
ONE_WORKER = re.compile(r"(?<!case)\bworker(?:'s)?\b", re.IGNORECASE)


def _said(domain: str) -> list[tuple[str, str]]:
    """Each sentence of a Japanese catalogue with its English one."""
    found = catalogues.read("ja", domain)
    assert found is not None
    pairs = []
    for one in found:
        ids = one.id if isinstance(one.id, tuple | list) else (one.id,)
        said = one.string if isinstance(one.string, tuple | list) else (one.string,)
        pairs += [(ids[0], text) for text in said if ids[0]]
    return pairs


@pytest.mark.parametrize("domain", ["staff", "public"])
def test_staff_read_the_terms_of_the_field_in_japanese(domain: str) -> None:
    pairs = _said(domain)
    assert len(pairs) > 300
    assert [(said, old) for _id, said in pairs for old in OLD if old in said] == []


def test_staff_read_one_word_for_who_complains_in_japanese() -> None:
    others = re.compile("本人|相談者|申出人")
    pairs = [(of, said) for of, said in _said("staff") if ONE_WORKER.search(of)]
    assert len(pairs) > 150
    assert [said for _of, said in pairs if others.search(said)] == []
