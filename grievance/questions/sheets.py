"""Reads the question files into dataclasses; every fault names its file and question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from grievance.questions.question import Condition, Family, More, Option, Page, Question

FIELDS = {
    "id", "page", "kind", "ask", "help", "why", "needed", "options", "required", "unless", "max",
    "stores", "compartment", "shown_if", "only", "safety", "retired", "version", "more",
}  # fmt: skip


class BankError(Exception):
    """The questions cannot be used; `faults` lists everything that is wrong with them."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = list(faults)


def read(path: Path) -> Any:
    """A YAML file in which every scalar is text: `no` is an answer here, not a falsehood."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506


def questions(path: Path, groups: Mapping[str, frozenset[str]]) -> list[Question]:
    """The questions of one file; `groups` are names that stand for several issues."""
    return [_question(path.name, row, groups) for row in read(path)["questions"]]


def pages(path: Path, groups: Mapping[str, frozenset[str]]) -> list[Page]:
    """The pages with their headings."""
    found = []
    for row in read(path)["pages"]:
        shown = condition(row["shown_if"], groups) if "shown_if" in row else None
        asks, why = tuple(row.get("asks", ())), row.get("why", "")
        found.append(Page(row["id"], row["title"], row.get("view", ""), shown, asks, why))
    return found


def journeys(path: Path) -> dict[str, tuple[str, ...]]:
    """The order of pages in each journey."""
    return {name: tuple(order) for name, order in read(path)["journeys"].items()}


def families(path: Path) -> tuple[Family, ...]:
    """The groups of issues."""
    rows = read(path)["families"]
    return tuple(Family(row["code"], row["label"], tuple(row["issues"])) for row in rows)


def condition(rule: Mapping[str, Any], groups: Mapping[str, frozenset[str]]) -> Condition:
    """`{all|any: [rules]}`, `{not: rule}`, `{issue: group or list}`, `{answer: {question: list}}`.

    BankError for anything else.
    """
    if len(rule) != 1:
        raise BankError([f"a condition has one key, not {sorted(rule)}"])
    ((op, inner),) = rule.items()
    if op in ("all", "any"):
        return Condition(op, tuple(condition(part, groups) for part in inner))
    if op == "not":
        return Condition(op, (condition(inner, groups),))
    if op == "issue":
        names = [inner] if isinstance(inner, str) else inner
        empty: frozenset[str] = frozenset()
        return Condition(op, values=empty.union(*(groups.get(n, {n}) for n in names)))
    if op == "answer" and len(inner) == 1:
        ((question, values),) = inner.items()
        return Condition(op, question=question, values=frozenset(values))
    raise BankError([f"no such condition: {op}"])


def _question(file: str, row: Mapping[str, Any], groups: Mapping[str, frozenset[str]]) -> Question:
    name = f"{file}: {row.get('id', '?')}"
    unknown, missing = set(row) - FIELDS, {"id", "page", "kind", "ask"} - set(row)
    if unknown or missing:
        raise BankError([f"{name}: {sorted(unknown or missing)} unknown or missing"])
    values: dict[str, Any] = {
        key: row[key]
        for key in ("id", "page", "kind", "ask", "help", "why", "needed", "unless", "only")
        + ("stores", "compartment")
        if key in row
    }
    values |= {key: row[key] == "yes" for key in ("required", "safety", "retired") if key in row}
    values |= {key: int(row[key]) for key in ("max", "version") if key in row}
    if "shown_if" in row:
        values["shown_if"] = condition(row["shown_if"], groups)
    if "more" in row:
        values["more"] = More(row["more"]["help"], condition(row["more"]["shown_if"], groups))
    values["options"] = tuple(_option(name, option) for option in row.get("options", ()))
    return Question(**values)


def _option(name: str, row: Mapping[str, Any]) -> Option:
    if not {"code", "label"} <= set(row) <= {"code", "label", "retired"}:
        raise BankError([f"{name}: an option is code and label, not {sorted(row)}"])
    return Option(row["code"], row["label"], row.get("retired") == "yes")
