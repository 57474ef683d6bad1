"""Reads the question files into dataclasses; every fault is noted in its sheet, with its line.

An answer's code is text: `'yes'` and `'no'` are quoted, and whoever forgets is told.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from grievance.questions.question import (
    PARTS,
    Condition,
    Family,
    More,
    Option,
    Page,
    Question,
)
from grievance.sheets import Row

Groups = Mapping[str, frozenset[str]]  # names that stand for several issues


def question(row: Row, groups: Groups) -> Question:
    """One question. A fault where it neither says with which part it is handed over, nor why it
    never is."""
    packet, never = _packet(row)
    made = Question(
        id=row.text("id"),
        page=row.text("page"),
        kind=row.text("kind"),
        ask=row.text("ask"),
        help=row.maybe("help") or "",
        more=_more(row.row("more"), groups) if "more" in row.value else None,
        why=row.maybe("why") or "",
        needed=row.maybe("needed") or "",
        options=tuple(map(_option, row.rows("options"))),
        required=row.flag("required"),
        unless=row.maybe("unless") or "",
        max=row.number("max") if "max" in row.value else None,
        stores=row.maybe("stores") or "secret",
        compartment=row.maybe("compartment") or "story",
        shown_if=_shown(row, groups),
        only=row.maybe("only") or "",
        safety=row.flag("safety"),
        retired=row.flag("retired"),
        version=row.number("version") if "version" in row.value else 1,
        packet=packet,
        never=never,
        headed=row.maybe("headed") or "",
        unsaid=row.codes("unsaid"),
    )
    if bool(made.headed) != (bool(packet) and made.kind != "files"):
        row.fault("headed", "headed: how an answer is headed that is handed over, and no other")
    for code in made.unsaid:
        if code not in [option.code for option in made.options]:
            row.fault("unsaid", f"unsaid: unknown code {code!r}")
    row.done()
    return made


def _packet(row: Row) -> tuple[str, str]:
    """The part that an answer belongs to, or why it never goes out."""
    given = row.get("packet")
    if given is None:
        row.fault("packet", "packet: name a part of what is handed over, or {never: why}")
        return "", ""
    if not isinstance(given, dict):
        return row.code("packet", PARTS), ""
    why = row.row("packet")
    found = why.text("never")
    why.done()
    return "", found


def page(row: Row, groups: Groups) -> Page:
    """One page with its heading."""
    made = Page(
        row.text("id"),
        row.text("title"),
        row.maybe("view") or "",
        _shown(row, groups),
        row.codes("asks"),
        row.maybe("why") or "",
    )
    row.done()
    return made


def journeys(row: Row, pages: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The order of pages in each journey."""
    return {name: row.codes(name, pages) for name in row.value}


def family(row: Row) -> Family:
    """One group of issues."""
    made = Family(row.text("code"), row.text("label"), row.codes("issues"))
    row.done()
    return made


def condition(row: Row, groups: Groups) -> Condition:
    """`{all|any: [rules]}`, `{not: rule}`, `{issue: group or list}`, `{answer: {question: list}}`;
    anything else is a fault."""
    if len(row.value) != 1:
        row.sheet.fault(row.path, f"a condition has one key, not {sorted(row.value)}")
        return Condition("all")
    (op,) = row.value
    if op in ("all", "any"):
        return Condition(op, tuple(condition(part, groups) for part in row.rows(op)))
    if op == "not":
        return Condition(op, (condition(row.row(op), groups),))
    if op == "issue":
        names = (row.text(op),) if isinstance(row.get(op), str) else row.codes(op)
        empty: frozenset[str] = frozenset()
        return Condition(op, values=empty.union(*(groups.get(n, {n}) for n in names)))
    if op == "answer":
        return _answered(row.row(op))
    row.fault(op, f"no such condition: {op}")
    return Condition("all")


def _answered(row: Row) -> Condition:
    if len(row.value) != 1:
        row.sheet.fault(row.path, f"a condition is about one question, not {sorted(row.value)}")
        return Condition("all")
    (name,) = row.value
    return Condition("answer", question=name, values=frozenset(row.codes(name)))


def _shown(row: Row, groups: Groups) -> Condition | None:
    return condition(row.row("shown_if"), groups) if "shown_if" in row.value else None


def _more(row: Row, groups: Groups) -> More:
    made = More(row.text("help"), condition(row.row("shown_if"), groups))
    row.done()
    return made


def _option(row: Row) -> Option:
    made = Option(row.text("code"), row.text("label"), row.flag("retired"))
    row.done()
    return made
