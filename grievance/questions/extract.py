"""Finds the sentences of the question files for the `public` catalogue (a Babel method).

In `babel.cfg`: `[extractors] questions = grievance.questions.extract:extract` and
`[questions: grievance/questions/data/**.yaml]`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import IO, Any

import yaml

SENTENCES = ("ask", "help", "why", "needed", "label", "title", "text")
Message = tuple[int, None, str, list[str]]


def extract(
    fileobj: IO[bytes],
    _keywords: Sequence[str],
    _comment_tags: Sequence[str],
    options: dict[str, Any],  # noqa: ARG001 - Babel gives it by name
) -> Iterator[Message]:
    """(line, None, sentence, comments) of every sentence in one file, in order.

    The comment names the question, so that a translator sees what belongs together.
    """
    for document in yaml.compose_all(fileobj, Loader=yaml.SafeLoader):
        yield from _walk(document, "")


def _walk(node: yaml.Node, inside: str) -> Iterator[Message]:
    if isinstance(node, yaml.SequenceNode):
        for child in node.value:
            yield from _walk(child, inside)
    if not isinstance(node, yaml.MappingNode):
        return
    pairs = [(key.value, value) for key, value in node.value]
    name = next((str(v.value) for k, v in pairs if k in ("id", "code")), "")
    here = f"{inside} {name}".strip()
    for key, value in pairs:
        if key in SENTENCES and isinstance(value, yaml.ScalarNode) and value.value:
            yield value.start_mark.line + 1, None, value.value, [f"{here}: {key}"]
        else:
            yield from _walk(value, here)
