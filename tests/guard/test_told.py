"""A sentence for the page that a request answers with is not followed by another address: nobody
would read it there."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from tests.guard.source import modules

AWAY = ("see_other", "redirect")


def _unread(block: Sequence[ast.stmt], after: ast.stmt | None = None) -> Iterator[int]:
    """Lines of `tell` after which comes an answer with another address. What follows the last
    statement of a block is what follows the block."""
    for nth, node in enumerate(block):
        following = block[nth + 1] if nth + 1 < len(block) else after
        if _calls(node, ("tell",)) and following is not None and _calls(following, AWAY):
            yield node.lineno
        inner = [getattr(node, name, []) for name in ("body", "orelse", "finalbody")]
        inner += [handler.body for handler in getattr(node, "handlers", [])]
        for part in inner:
            yield from _unread(part, following)


def _calls(node: ast.stmt, names: Sequence[str]) -> bool:
    call = getattr(node, "value", None)
    return isinstance(call, ast.Call) and getattr(call.func, "id", "") in names


def test_what_is_told_is_read() -> None:
    found = [f"{one.place}:{line}" for one in modules() for line in _unread(one.tree.body)]
    assert not found, f"told, and then another page is opened: {found}"


def test_one_that_nobody_reads_is_found() -> None:
    lost = """
def retry():
    if form.validate():
        try:
            retry()
        except Refused as refused:
            tell(refused.sentence, "bad")
    return see_other(url_for("letters"))
"""
    assert list(_unread(ast.parse(lost).body)) == [7]
    kept = lost.replace("return see_other", "return answer")
    assert not list(_unread(ast.parse(kept).body))
