"""YAML files read strictly: every value checked, every fault named with its file and line."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

Key = str | int
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DEEPEST = 100  # what is nested deeper would end the process: the loader calls itself for each step


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, and where."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


class SheetError(Exception):
    """A file cannot be used; `faults` says everything that is wrong with it."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


@dataclass
class Sheet:
    """One YAML or JSON text, its value, and the faults found in it so far."""

    name: str
    text: str
    faults: list[Fault] = field(default_factory=list)
    value: Any = None

    def __post_init__(self) -> None:
        """Parse the text; one that is not YAML, or names a key twice, is a `SheetError`."""
        try:
            if line := _too_deep(self.text):
                raise SheetError([Fault(self.name, line, "is nested too deep")])
            loader = LOADER(self.text)
            self._node = loader.get_single_node()
            self.faults += [Fault(self.name, *twice) for twice in _twice(self._node, set())]
            self.value = loader.construct_document(self._node) if self._node else None
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark else 1
            what = getattr(error, "problem", None) or "not YAML"
            raise SheetError([Fault(self.name, line, what)]) from None
        except ValueError as error:  # a day such as 2026-02-30, written without quotes
            raise SheetError([Fault(self.name, _unreadable(self._node), str(error))]) from None
        if self.faults:
            raise SheetError(self.faults)

    def line(self, path: tuple[Key, ...]) -> int:
        """The line, from 1, on which the value at `path` (or its nearest parent) is written."""
        node = self._node
        line = node.start_mark.line if node is not None else 0
        for key in path:
            found = _child(node, key)
            if found is None:
                break
            line, node = found
        return int(line) + 1

    def fault(self, path: tuple[Key, ...], what: str) -> None:
        """Note that what stands at `path` is wrong."""
        self.faults.append(Fault(self.name, self.line(path), what))

    def top(self) -> Row:
        """The whole file as a row; it must be a mapping."""
        return Row(self, (), self.value)

    def end(self) -> None:
        """`SheetError` when anything was found wrong."""
        if self.faults:
            raise SheetError(self.faults)


def read(path: Path, name: str = "") -> Sheet:
    """The sheet in this file, named so or by the last two parts of its path.

    `SheetError` where there is no such file, or none that can be read as UTF-8 and YAML.
    """
    name = name or "/".join(path.parts[-2:])
    try:
        return parsed(name, path.read_bytes())
    except OSError as error:
        raise SheetError([Fault(name, 1, error.strerror or "cannot be read")]) from None


def parsed(name: str, raw: bytes) -> Sheet:
    """The sheet in these bytes; `SheetError` as in `read`."""
    try:
        return Sheet(name, raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise SheetError([Fault(name, line, "is not UTF-8 text")]) from None


def _too_deep(text: str) -> int:
    """The line on which something is nested deeper than anybody writes it; 0 where nothing is."""
    depth = 0
    for event in yaml.parse(text, LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            mark = event.start_mark
            return int(mark.line) + 1 if mark else 1
    return 0


def _twice(node: Any, seen: set[int]) -> Iterator[tuple[int, str]]:
    """Line and words of every key that stands twice in one mapping: YAML keeps only the last."""
    if id(node) in seen:  # an alias
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _twice(item, seen)
    if isinstance(node, yaml.MappingNode):
        known: set[str] = set()
        for key, item in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in known:
                    yield key.start_mark.line + 1, f"key {key.value!r} twice"
                known.add(key.value)
            yield from _twice(item, seen)


def _unreadable(node: Any) -> int:
    """The line of the first bare value that its kind does not allow."""
    if isinstance(node, yaml.ScalarNode):
        try:
            yaml.SafeLoader("").construct_object(node)
        except ValueError:
            return int(node.start_mark.line) + 1
        return 0
    below = node.value if isinstance(node, yaml.SequenceNode) else sum(node.value, ())
    return next(filter(None, map(_unreadable, below)), 0)


def _child(node: Any, key: Key) -> tuple[int, Any] | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        item = node.value[key]
        return item.start_mark.line, item
    if isinstance(node, yaml.MappingNode):
        for name, item in reversed(node.value):  # what was merged in stands first
            if name.value == str(key):
                return name.start_mark.line, item
    return None


@dataclass
class Row:
    """A mapping in a sheet whose values are asked for by name and kind.

    A missing or wrong value is noted as a fault and stands as empty; a key nobody asked for is
    noted by `done`.
    """

    sheet: Sheet
    path: tuple[Key, ...]
    value: Any
    asked: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        if not isinstance(self.value, dict):
            self.fault("", "expected a mapping")
            self.value = {}

    def fault(self, key: Key, what: str) -> None:
        """Note that the value of `key` is wrong."""
        self.sheet.fault((*self.path, key), what)

    def get(self, key: str) -> Any:
        """The bare value, None when there is none."""
        self.asked.add(key)
        return self.value.get(key)

    def text(self, key: str) -> str:
        """A text that must be there."""
        found = self.get(key)
        if not isinstance(found, str) or not found:
            self.fault(key, f"{key}: expected text")
            return ""
        return found

    def maybe(self, key: str) -> str | None:
        """A text that may be absent."""
        return self.text(key) if self.get(key) is not None else None

    def flag(self, key: str) -> bool:
        """True or false; absent is false."""
        found = self.get(key)
        if not isinstance(found, bool | None):
            self.fault(key, f"{key}: expected true or false")
        return found is True

    def number(self, key: str) -> int:
        """A whole number that must be there."""
        found = self.get(key)
        if not isinstance(found, int) or isinstance(found, bool):
            self.fault(key, f"{key}: expected a whole number")
            return 0
        return found

    def code(self, key: str, known: Collection[str]) -> str:
        """One of the `known` codes."""
        found = self.text(key)
        if found and found not in known:
            self.fault(key, f"{key}: unknown code {found!r}")
        return found

    def codes(self, key: str, known: Collection[str] | None = None) -> tuple[str, ...]:
        """A list of texts, each one of `known` when that is given; absent is empty."""
        found = self.get(key) or []
        if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
            self.fault(key, f"{key}: expected a list of texts")
            return ()
        for place, item in enumerate(found):
            if known is not None and item not in known:
                self.sheet.fault((*self.path, key, place), f"{key}: unknown id {item!r}")
        if len(set(found)) != len(found):
            self.fault(key, f"{key}: the same one twice")
        return tuple(found)

    def texts(self, key: str, known: Collection[str] | None = None) -> Mapping[str, str]:
        """A mapping of texts; absent is empty. Keys must be of `known` when that is given."""
        found = self.get(key) or {}
        if not isinstance(found, dict) or not all(isinstance(item, str) for item in found.values()):
            self.fault(key, f"{key}: expected texts")
            return {}
        for name in found:
            if known is not None and name not in known:
                self.sheet.fault((*self.path, key, name), f"{key}: unknown name {name!r}")
        return found

    def day(self, key: str) -> date | None:
        """A day written as ISO date; absent is None."""
        found = self.get(key)
        if found is None or isinstance(found, date):
            return found
        try:
            return date.fromisoformat(found)
        except (TypeError, ValueError):
            self.fault(key, f"{key}: expected a day such as 2026-11-20")
            return None

    def rows(self, key: str) -> Iterator[Row]:
        """The mappings of a list; absent is empty."""
        found = self.get(key) or []
        if not isinstance(found, list):
            self.fault(key, f"{key}: expected a list")
            return
        for place, item in enumerate(found):
            yield Row(self.sheet, (*self.path, key, place), item)

    def row(self, key: str) -> Row:
        """The mapping under `key`."""
        return Row(self.sheet, (*self.path, key), self.get(key))

    def named(self, key: str) -> Iterator[tuple[str, Row]]:
        """The mappings of a mapping by name; absent is empty."""
        if self.get(key) is None:
            return
        inner = self.row(key)
        for name in inner.value:
            yield str(name), inner.row(name)

    def done(self) -> None:
        """Every key has been asked for; note each that is left."""
        for key in self.value:
            if key not in self.asked:
                self.fault(key, f"unknown key {key!r}")
