"""Word and Excel files (docx, xlsx): their words and figures, taken out as text.

Run in the one-shot child, standard library only. Of the archive only known parts are read, within
one budget of bytes, whatever its headers promise; a document type, where entities are declared, is
never accepted. None in place of the text where there is none to take.
"""

import io
import re
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.parsers import expat

MOST_BYTES = 60 * 1024 * 1024  # of all parts read, unpacked
MOST_TOKEN = 2 * 1024 * 1024  # one tag or comment: older expat reads it anew with each piece
MOST_LETTERS = 4 * 1024 * 1024
MOST_PARTS = 5000
MOST_GAP = 200  # empty cells in a row that are kept as room

Result = tuple[str, bytes | None, list[str]]


def strip(name: str, data: bytes) -> Result:
    """The text of a docx or xlsx; its own name and no bytes where it holds no words."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = _Parts(archive)
        text = _document(parts) if name == "docx" else _workbook(parts)
    if text is None or not text.strip():
        return name, None, ["unread"]
    return "text", text.encode("utf-8", "replace"), ["text_only"]


class _TooMuch(Exception):
    """The file unpacks to more than anybody could read."""


class _Parts:
    """The parts of an archive, read within one budget."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.names = archive.namelist()[:MOST_PARTS]
        self._archive, self._left = archive, MOST_BYTES

    def parse(self, name: str, reader: "_Reader") -> None:
        """Lead `reader` through a part; nothing for a part that is not there."""
        if name not in self.names:
            return
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = reader.start
        parser.EndElementHandler = reader.end
        parser.CharacterDataHandler = reader.letters
        parser.StartDoctypeDeclHandler = _no_type
        with self._archive.open(name) as part:
            while piece := part.read(65536):
                self._left -= len(piece)
                if self._left < 0 or part.tell() - parser.CurrentByteIndex > MOST_TOKEN:
                    raise _TooMuch
                parser.Parse(piece, False)
        parser.Parse(b"", True)


def _no_type(*_declared: Any) -> None:
    raise ValueError("a document type")


class _Reader:
    """Collects text; what is read is capped."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self._size = 0

    def put(self, text: str) -> None:
        self._size += len(text)
        if self._size > MOST_LETTERS:
            raise _TooMuch
        self.out.append(text)

    def start(self, name: str, given: dict[str, str]) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def letters(self, text: str) -> None:
        """Characters between."""


def _tag(name: str) -> str:
    return name.rpartition(" ")[2]


# Word


class _Words(_Reader):
    def __init__(self) -> None:
        super().__init__()
        self._in_text, self._cells, self._skipped = False, 0, 0

    def start(self, name: str, given: dict[str, str]) -> None:
        tag = _tag(name)
        self._in_text = tag == "t"
        self._cells += tag == "tc"
        self._skipped += tag == "Fallback"  # the same words once more, for older programs
        if tag in ("tab", "br", "cr") and not self._skipped:
            self.put("\t" if tag == "tab" else "\n")

    def end(self, name: str) -> None:
        tag = _tag(name)
        self._in_text = False
        self._cells -= tag == "tc"
        self._skipped -= tag == "Fallback"
        if tag in ("p", "tc", "tr") and not self._skipped:
            inside = " " if self._cells else "\n"
            self.put({"p": inside, "tc": "\t", "tr": "\n"}[tag])

    def letters(self, text: str) -> None:
        if self._in_text and not self._skipped:
            self.put(text)


def _document(parts: _Parts) -> str | None:
    words = _Words()
    beside = r"word/(header|footer|footnotes|endnotes|comments)\d*\.xml"
    try:
        for name in ("word/document.xml", *(n for n in parts.names if re.fullmatch(beside, n))):
            parts.parse(name, words)
    except _TooMuch:
        return None
    return re.sub(r"\n{3,}", "\n\n", "".join(words.out))


# Excel. Days and hours are numbers there: only the style of a cell tells.

_DAYS = frozenset((*range(14, 18), 22, *range(27, 32), *range(34, 37), *range(50, 59)))  # Japan's
_HOURS = frozenset((*range(18, 23), 32, 33, 45, 46, 47))


class _Styles(_Reader):
    """For each style of a cell, whether a number in it is a day, an hour, both or neither."""

    def __init__(self) -> None:
        super().__init__()
        self.kinds: list[tuple[bool, bool]] = []
        self._own: dict[int, tuple[bool, bool]] = {}
        self._inside = False

    def start(self, name: str, given: dict[str, str]) -> None:
        tag = _tag(name)
        if tag == "numFmt":
            code = re.sub(
                r'"[^"]*"|\\.|\[(?!(?:h+|m+|s+)\])[^\]]*\]', "", given["formatCode"].lower()
            )
            hours = "h" in code or "s" in code or "[m" in code
            days = "y" in code or "d" in code or "aaa" in code or ("m" in code and not hours)
            self._own[int(given["numFmtId"])] = (days, hours)
        elif tag == "cellXfs":
            self._inside = True
        elif tag == "xf" and self._inside and len(self.kinds) < 100_000:
            number = int(given.get("numFmtId", 0))
            kind = self._own.get(number, (number in _DAYS, number in _HOURS))
            self.kinds.append(kind)

    def end(self, name: str) -> None:
        if _tag(name) == "cellXfs":
            self._inside = False


class _Strings(_Reader):
    """The strings that cells point to, without the readings of kanji."""

    def __init__(self) -> None:
        super().__init__()
        self.all: list[str] = []
        self._in_text, self._reading = False, False

    def start(self, name: str, given: dict[str, str]) -> None:
        tag = _tag(name)
        self._in_text = tag == "t" and not self._reading
        self._reading = self._reading or tag == "rPh"
        if tag == "si":
            self.out = []

    def end(self, name: str) -> None:
        tag = _tag(name)
        self._in_text = False
        self._reading = self._reading and tag != "rPh"
        if tag == "si":
            self.all.append("".join(self.out))

    def letters(self, text: str) -> None:
        if self._in_text:
            self.put(text)


class _Book(_Reader):
    """The sheets in their order, and from which day days are counted."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[tuple[str, str]] = []
        self.first = datetime(1899, 12, 30, tzinfo=UTC)
        self.targets: dict[str, str] = {}

    def start(self, name: str, given: dict[str, str]) -> None:
        tag = _tag(name)
        if tag == "sheet":
            own = next((value for key, value in given.items() if key.endswith(" id")), "")
            self.sheets.append((given.get("name", ""), own))
        elif tag == "workbookPr" and given.get("date1904") in ("1", "true"):
            self.first = datetime(1904, 1, 1, tzinfo=UTC)
        elif tag == "Relationship":
            target = given.get("Target", "").lstrip("/")
            self.targets[given.get("Id", "")] = "xl/" + target.removeprefix("xl/")


class _Sheet(_Reader):
    """The cells of a sheet, a row a line, with tabs between."""

    def __init__(self, strings: list[str], kinds: list[tuple[bool, bool]], first: datetime) -> None:
        super().__init__()
        self._strings, self._kinds, self._first = strings, kinds, first
        self._column = self._at = 0
        self._type, self._style, self._value = "", 0, ""
        self._taking = False

    def start(self, name: str, given: dict[str, str]) -> None:
        tag = _tag(name)
        if tag == "row":
            self._column = 0
        elif tag == "c":
            self._at = _column(given.get("r", "")) or self._column + 1
            self._type, self._value = given.get("t", "n"), ""
            self._style = int(given.get("s", 0))
        self._taking = tag in ("v", "t")

    def letters(self, text: str) -> None:
        if self._taking and len(self._value) < MOST_LETTERS:
            self._value += text

    def end(self, name: str) -> None:
        tag = _tag(name)
        self._taking = False
        if tag == "row":
            self.put("\n")
        elif tag == "c" and self._value:
            gap = min(max(self._at - max(self._column, 1), 0), MOST_GAP)
            self.put("\t" * gap + self._shown().replace("\n", " "))
            self._column = self._at

    def _shown(self) -> str:
        value = self._value
        if self._type == "s":
            return self._strings[int(value)]
        if self._type == "b":
            return "TRUE" if value == "1" else "FALSE"
        kind = self._kinds[self._style] if self._style < len(self._kinds) else (False, False)
        return _moment(value, *kind, self._first) if self._type == "n" and any(kind) else value


def _moment(value: str, days: bool, hours: bool, first: datetime) -> str:
    """A day and an hour as people write them; a sum of hours may be more than a day's."""
    number = float(value)
    if not 0 <= number < 2_900_000:
        return value
    minutes = round(number * 1440)
    if not days or number < 1:
        return f"{minutes // 60}:{minutes % 60:02}"
    moment = first + timedelta(minutes=minutes)
    return f"{moment:%Y-%m-%d %H:%M}" if hours else f"{moment:%Y-%m-%d}"


def _column(place: str) -> int:
    number = 0
    for letter in place[:3]:
        if not "A" <= letter <= "Z":
            break
        number = number * 26 + ord(letter) - 64
    return number


def _workbook(parts: _Parts) -> str | None:
    book, strings, styles = _Book(), _Strings(), _Styles()
    lines: list[str] = []
    try:
        parts.parse("xl/workbook.xml", book)
        parts.parse("xl/_rels/workbook.xml.rels", book)
        parts.parse("xl/sharedStrings.xml", strings)
        parts.parse("xl/styles.xml", styles)
        for title, own in book.sheets[:200]:
            sheet = _Sheet(strings.all, styles.kinds, book.first)
            parts.parse(book.targets.get(own, ""), sheet)
            lines += [f"[{title}]\n", *sheet.out, "\n"]
            if sum(map(len, lines)) > MOST_LETTERS:
                return None
    except _TooMuch:
        return None
    return re.sub(r"\n{3,}", "\n\n", "".join(lines))
