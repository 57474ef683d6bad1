"""Taking names and contact out of text that others will read.

Always taken out, in whatever case and, in Latin letters, with or without accents: a whole name of
two words or more, in any order, also written together where it is long enough; the words of a name
that stand side by side. In alphabets with capitals a single word of a name goes where it begins
with a capital; a name of one word of four letters or more goes in any case. In scripts with spaces
but no capitals a word of three letters goes, whatever ending follows it. In scripts without spaces
only the whole name is looked for, and a part of it where it stands alone or beside a form of
address. The person's own names become what is put in their place, all other names `[…]`.

Left for a person to look at, and every document says so to whoever checks it: a first name in small
letters, words like `Văn` or `Thị` alone, a name that is an ordinary English word at the start of a
sentence, names in another spelling or script, nicknames, descriptions, faces. An ordinary word that
begins a sentence and is also a word of the name is taken out. The worker reads the result before
they say yes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grievance.model import clusters, digits_of, few_marks

MARK = "[…]"
_NUMBER = re.compile(r"\+?\d[\d\s().\-\u2010-\u2015]{5,}\d")
_TAIL = 8  # digits that two ways of writing one telephone number have in common

_UNSPACED = (
    "CJK", "IDEOGRAPHIC", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "MYANMAR", "KHMER",
)  # fmt: skip
_SHORT_PARTS = ("CJK", "IDEOGRAPHIC", "HIRAGANA", "KATAKANA", "HANGUL")  # two letters tell a lot
_BETWEEN = r"[\s,'’·・‧\-\u2010-\u2013]"  # between the words of a whole name
_GAP = re.compile(_BETWEEN + r"{1,3}|\.")
_NEAR = re.compile(r"[ \u00a0\u3000'’·・‧\-\u2010-\u2013]{1,2}|\.")  # between some of them
_ENDS = "\n.!?…:;。！？"  # behind these a sentence begins
_NEARBY = 40  # letters before a word that are looked at
_QUOTES = " \t\u3000\"'“”‘’「『([-–—"
_JOINED = 8  # letters of a name written together that no other word has inside
_SMALL = 6  # letters that two words of a name have in small letters
_STEM = 3  # signs of a word that endings may follow, or that has no capital to tell it by
_LONE = 4  # letters of a name of one word that is looked for in small letters, too
# Never looked for alone unless a name ends with them.
_PARTICLES = frozenset((
    "van", "thi", "bin", "binti", "binte", "bt", "ibn", "de", "da", "dos", "das", "del", "la",
    "el", "al", "md", "mohd", "san",
))  # fmt: skip
# Ordinary words that are words of names, too; with other accents they are none.
_ORDINARY = frozenset((
    "am", "and", "as", "at", "be", "but", "by", "can", "do", "he", "if", "in", "is", "it", "long",
    "may", "me", "my", "no", "of", "on", "or", "so", "the", "to", "up", "us", "we", "win", "you",
))  # fmt: skip
_AFTER = ("さん", "様", "さま", "氏", "君", "くん", "ちゃん", "씨", "님")
_BEFORE = ("คุณ", "พี่", "น้อง", "นาย", "นาง", "นางสาว", "ທ້າວ", "ນາງ", "ဦး", "ဒေါ်", "ကို")


@dataclass(frozen=True)
class _Word:
    """A run of letters of one kind: folded, where it stands in the text, how it was written."""

    folded: str
    start: int
    end: int
    written: str
    unspaced: bool

    @property
    def script(self) -> str:
        return _script(self.written[0])

    @property
    def letters(self) -> int:
        return sum(unicodedata.category(one)[0] == "L" for one in self.written)

    @property
    def accents(self) -> list[str]:
        """Its accents, wherever in the word they are put: `Thúy` and `Thuý` are one name."""
        parts = unicodedata.normalize("NFD", self.written.casefold())
        return sorted(part for part in parts if part == "đ" or unicodedata.combining(part))

    @property
    def cased(self) -> bool:
        return self.script in ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN")


def _script(letter: str) -> str:
    name = unicodedata.name(unicodedata.normalize("NFKD", letter)[0], "")
    return name.replace("-", " ").split(" ")[0]


def _fold(letter: str) -> str:
    """A letter as it is compared: without case, Latin ones without accents; joiners are nothing."""
    if unicodedata.category(letter) == "Cf":
        return ""
    parts = unicodedata.normalize("NFKD", letter)
    if _script(letter) == "LATIN":
        parts = "".join(part for part in parts if not unicodedata.combining(part))
    return parts.casefold().replace("đ", "d")


def _folded(text: str) -> tuple[str, list[int]]:
    """The text as compared, and for each of its letters the place in `text` it came from."""
    found = [(part, place) for place, letter in enumerate(text) for part in _fold(letter)]
    return "".join(part for part, _place in found), [place for _part, place in found]


def _words(text: str) -> list[_Word]:
    """The words of a text in order; letters with and without spaces never share one."""
    found: list[_Word] = []
    start, kind = 0, ""
    for place, letter in enumerate([*text, " "]):
        sort = unicodedata.category(letter)
        if kind and (sort[0] == "M" or sort == "Cf"):
            continue
        now = "" if sort[0] != "L" else "unspaced" if _script(letter) in _UNSPACED else "spaced"
        if now == kind:
            continue
        if kind:
            written = text[start:place]
            folded = "".join(map(_fold, written))
            found.append(_Word(folded, start, place, written, kind == "unspaced"))
        start, kind = place, now
    return found


@dataclass(frozen=True)
class _Name:
    """One name, as it is searched for."""

    spaced: tuple[_Word, ...]
    unspaced: tuple[_Word, ...]

    @classmethod
    def read(cls, name: str) -> _Name:
        words = _words(unicodedata.normalize("NFC", name))
        spaced = tuple(word for word in words if not word.unspaced)
        return cls(spaced, tuple(word for word in words if word.unspaced))

    @property
    def alone(self) -> set[str]:
        """The words that tell who it is by themselves."""
        last = self.spaced[-1].folded if self.spaced else ""
        return {
            word.folded
            for word in self.spaced
            if word.letters > 1 and (word.folded == last or word.folded not in _PARTICLES)
        }

    @property
    def joined(self) -> list[str]:
        """The name written together, in the orders in which people do."""
        words = [word.folded for word in self.spaced]
        if len(words) < 2:
            return []
        orders = (words, words[::-1], [words[0], words[-1]], [words[-1], words[0]])
        return [one for one in map("".join, orders) if len(one) >= _JOINED]

    def spans(self, text: str, words: list[_Word]) -> Iterator[tuple[int, int]]:
        """Where this name stands in a text."""
        every = sorted(word.folded for word in self.spaced)
        for run in self._runs(text, words, whole=True):
            found = sorted(one for _word, one in run)
            if found == every and (len(every) > 1 or self._lone(run[0][0])):
                yield run[0][0].start, run[-1][0].end
        for run in self._runs(text, words, whole=False):
            if self._tells(text, run):
                yield run[0][0].start, run[-1][0].end
        for word in words:
            if any(one in word.folded for one in self.joined):
                yield word.start, word.end
        yield from self._whole(text)
        for word in words:
            if word.unspaced and any(word.folded == part.folded for part in self._parts):
                yield word.start, word.end

    def _runs(
        self, text: str, words: list[_Word], *, whole: bool
    ) -> Iterator[list[tuple[_Word, str]]]:
        """Words of this name side by side, each with the word of the name that it is; their
        accents matter unless a `whole` name is looked for."""
        every = [word.folded for word in self.spaced]
        run: list[tuple[_Word, str]] = []
        for word in words:
            same = (one for one in self.spaced if _same(word, one) and (whole or _spelt(word, one)))
            found = next((one.folded for one in same), "")
            gap = _GAP if whole else _NEAR
            near = run and gap.fullmatch(text[run[-1][0].end : word.start])
            again = [one for _word, one in run].count(found) >= every.count(found)
            if run and (again or not (found and near)):
                yield run
                run = []
            if found:
                run.append((word, found))
        if run:
            yield run

    def _lone(self, word: _Word) -> bool:
        """Whether it is a name of one word that is looked for in small letters, too."""
        return word.letters >= _LONE and word.accents == self.spaced[0].accents

    def _tells(self, text: str, run: list[tuple[_Word, str]]) -> bool:
        found = {one for _word, one in run}
        if len(found) > 1 and found & self.alone and sum(map(len, found)) >= _SMALL:
            return True
        return any(one in self.alone and _stands_out(text, word) for word, one in run)

    @property
    def _parts(self) -> list[_Word]:
        """Parts of a name without spaces that are long enough to be told from other words."""
        return [
            word
            for word in self.unspaced
            if len(self.unspaced) > 1 and word.letters >= (2 if word.script in _SHORT_PARTS else 3)
        ]

    def _whole(self, text: str) -> Iterator[tuple[int, int]]:
        letters = "".join(word.folded for word in self.unspaced)
        if _few(self.unspaced):
            return
        sought = [(_BETWEEN + "{0,2}").join(map(re.escape, letters))]
        after = "|".join("".join(map(_fold, one)) for one in _AFTER)
        before = "|".join(f"(?<={''.join(map(_fold, one))})" for one in _BEFORE)
        for part in (re.escape(one.folded) for one in self._parts):
            sought += [f"{part}(?={after})", f"(?:{before}){part}"]
        folded, places = _folded(text)
        for match in re.finditer("|".join(sought), folded):
            begin, end = places[match.start()], places[match.end() - 1] + 1
            if not text[end:] or unicodedata.category(text[end])[0] != "M":
                yield begin, end


def _spelt(word: _Word, sought: _Word) -> bool:
    """Whether it has the accents of this word, or one of them was written without any."""
    return word.script != "LATIN" or word.accents in ([], sought.accents) or not sought.accents


def _same(word: _Word, sought: _Word) -> bool:
    """Whether it is this word; other alphabets than Latin put endings behind a name."""
    if word.script == "LATIN" or len(sought.folded) < _STEM:
        return word.folded == sought.folded
    return not word.unspaced and word.folded.startswith(sought.folded)


def _stands_out(text: str, word: _Word) -> bool:
    """Whether a single word is written like a name."""
    if not word.cased:
        return len(word.folded) >= _STEM
    before = text[max(0, word.start - _NEARBY) : word.start].rstrip(_QUOTES)
    opens = not before or before[-1] in _ENDS
    return word.written[0].isupper() and not (opens and word.written.casefold() in _ORDINARY)


def _few(words: Iterable[_Word]) -> bool:
    return sum(word.letters for word in words) < 2


def too_short(names: Iterable[str]) -> bool:
    """Whether part of a name is a single letter, which is not searched for."""
    read = [_Name.read(name) for name in names]
    return any(
        _few(part)
        for name in read
        for part in (*((one,) for one in name.spaced), name.unspaced)
        if part
    )


def ordinary(names: Iterable[str]) -> bool:
    """Whether a word of a name is an ordinary word, which is not searched for everywhere."""
    words = (word.folded for name in names for word in _words(name))
    return any(word in _ORDINARY for word in words)


def without(text: str, own: Iterable[str], put: str = MARK, others: Iterable[str] = ()) -> str:
    """`text` with `put` wherever one of the person's `own` names stands, and `[…]` for the names
    of `others`. What could be either becomes `[…]`."""
    compared, places = _composed(text)
    words = _words(compared)
    found = [
        (places[start][0], places[end - 1][1], by)
        for names, by in ((own, put), (others, MARK))
        for name in names
        for start, end in _Name.read(name).spans(compared, words)
    ]
    pieces, done = [], 0
    for start, end, by in _merged(found):
        pieces += [text[done:start], by]
        done = end
    return "".join([*pieces, text[done:]])


def _composed(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text composed (NFC), as names are looked for in it, and where each of its letters
    stands in `text`: the words themselves stay as they were typed."""
    letters, places, at = [], [], 0
    for one in clusters(text):
        made = unicodedata.normalize("NFC", few_marks(one))
        letters.append(made)
        places += [(at, at + len(one))] * len(made)
        at += len(one)
    return "".join(letters), places


def _merged(found: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Overlapping places as one, with what is put for the names that fill all of it."""
    groups: list[list[tuple[int, int, str]]] = []
    for one in sorted(found):
        if groups and one[0] < max(end for _start, end, _by in groups[-1]):
            groups[-1].append(one)
        else:
            groups.append([one])
    merged = []
    for group in groups:
        start, end = group[0][0], max(end for _start, end, _by in group)
        by = {by for begin, stop, by in group if (begin, stop) == (start, end)}
        merged.append((start, end, by.pop() if len(by) == 1 else MARK))
    return merged


def without_contact(text: str, contacts: Iterable[str]) -> str:
    """`text` without these addresses and numbers, however the number is grouped."""
    for contact in contacts:
        if "@" in contact:
            text = re.sub(re.escape(contact), MARK, text, flags=re.IGNORECASE)
            continue
        tail = digits_of(contact.partition(";")[0])[-_TAIL:]  # without an extension
        if len(tail) == _TAIL:
            text = _NUMBER.sub(
                lambda found, tail=tail: (  # type: ignore[misc]
                    MARK if digits_of(found[0]).endswith(tail) else found[0]
                ),
                text,
            )
    return text
