"""Notes and chats in any of the encodings our readers' machines write, to UTF-8.

Run in the one-shot child, standard library only. Controls and bidirectional overrides are dropped;
ZWJ, ZWNJ and direction marks stay, for words of several scripts are wrong without them. An older
encoding does not say what it is: each is weighed by how many of its letters people really write,
and that of the reader's language, or of Japan, is believed first.
"""

import codecs
import re
import unicodedata

Result = tuple[str, bytes | None, list[str]]

# By the first byte of a letter: how likely a person wrote it. What is not named counts against.
_WEIGHTS = {
    "cp932": {0x81: 0.5, 0x82: 1, 0x83: 1, 0x87: 0.2}
    | dict.fromkeys(range(0x88, 0x98), 0.7)  # the usual characters, then the rare ones
    | dict.fromkeys((*range(0x98, 0xA0), *range(0xE0, 0xEB)), -0.2)
    | dict.fromkeys((0xED, 0xEE, 0xFA, 0xFB, 0xFC), 0),
    "euc_jp": {0xA1: 0.5, 0xA3: 0.3, 0xA4: 1, 0xA5: 1, 0xAD: 0.2}
    | dict.fromkeys(range(0xB0, 0xD0), 0.7)
    | dict.fromkeys(range(0xD0, 0xF5), -0.2),
    "gb18030": {0xA1: 0.5, 0xA3: 0.5}
    | dict.fromkeys(range(0xB0, 0xD8), 0.7)
    | dict.fromkeys(range(0xD8, 0xF8), -0.2),
    "cp950": {0xA1: 0.5, 0xA2: 0.2}
    | dict.fromkeys(range(0xA4, 0xC7), 0.8)
    | dict.fromkeys(range(0xC9, 0xFA), -0.2),
    "cp949": {0xA1: 0.5, 0xA3: 0.5}
    | dict.fromkeys(range(0xB0, 0xC9), 0.7)
    | dict.fromkeys(range(0xCA, 0xFE), -0.3),
}
_OLDER = (*_WEIGHTS, "cp874")
_OF_LANGUAGE = {"ko": "cp949", "th": "cp874", "zh_Hans": "gb18030", "zh_Hant": "cp950"}
for _name in ("utf-8-sig", "utf-16", "iso2022_jp", "cp1252", "cp1258", *_OLDER):
    codecs.lookup(_name)  # loaded now: once the file is read nothing can be loaded any more

_DROPPED = dict.fromkeys(
    [code for code in range(0xA0) if code not in (9, 10) and (code < 0x20 or code >= 0x7F)]
    + [0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xFFF9, 0xFFFC)]
)
_COMMON_HAN = frozenset("的一是不了人我在有他这个们中来上大为和国地到以说时要就出会可也你对生能")
_COMMON_HANGUL = frozenset(
    "이다의는을가에하고지한도로사어서리기자은인대나를시들정해아부그과있수일보장게주전으여"
    "니습요않안없된월급근출퇴무간돈원님"
)
_COMMON = {"gb18030": (_COMMON_HAN, 1), "cp949": (_COMMON_HANGUL, 1.3)}
_SAMPLE = 20_000  # letters


def strip(name: str, data: bytes, language: str = "") -> Result:
    """The text in UTF-8; the code `unsupported` or `empty` in place of the format."""
    text, guessed = _decoded(data, language)
    if text is None or "\0" in text:
        return "unsupported", None, []
    text = tidy(text)
    if not text.strip():
        return "empty", None, []
    return name, text.encode(), ["encoding_guessed"] if guessed else []


def tidy(text: str) -> str:
    """A text with plain ends of lines and without what must not be seen."""
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_DROPPED)


def _decoded(data: bytes, language: str) -> tuple[str | None, bool]:
    """The text or None, and whether its encoding is only the likeliest."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16"), False
    if b"\x1b$" in data or b"\x1b(" in data:
        return data.decode("iso2022_jp"), False
    try:
        return data.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        pass  # an older encoding, then
    scores = [(0.0, 0.0, "", "")]
    for encoding in _OLDER:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        score = _thai(text) if encoding == "cp874" else _plausible(text, encoding)
        scores.append((score + _trust(encoding, language), score, encoding, text))
    _, score, _, text = max(scores)
    if language == "vi" and (vietnamese := _vietnamese(data)):
        return vietnamese, True
    if score < 0.75 and _alone(data):
        return data.decode("cp1252", "replace"), True
    return text if score >= 0.4 else None, True


def _trust(encoding: str, language: str) -> float:
    """How much more an encoding is believed for the reader's language, then for Japan."""
    if encoding == _OF_LANGUAGE.get(language):
        return 0.3
    own = language not in _OF_LANGUAGE
    return (0.2 if own else 0.1) if encoding in ("cp932", "euc_jp") else 0


def _alone(data: bytes) -> bool:
    """Whether most bytes beyond ASCII stand alone, as the accented letters of Europe do."""
    high = data[:50_000].translate(b"\0" * 128 + b"\1" * 128)
    return high.split(b"\0").count(b"\1") * 5 > high.count(b"\1") * 4


def _plausible(text: str, encoding: str) -> float:
    """At most 1.3: how far the letters beyond ASCII are those that people write."""
    weights, total, before = _WEIGHTS[encoding], 0.0, ""
    common, often = _COMMON.get(encoding, (frozenset(), 1))
    letters = [letter for letter in text if letter > "\x7f"][:_SAMPLE]
    for letter in letters:
        pair = letter.encode(encoding)
        if "\uff61" <= letter <= "\uff9f":
            total += _half_width(letter, before)
        elif letter in common:
            total += often
        elif len(pair) != 2 or (pair[1] < 0xA1 and encoding in ("euc_jp", "gb18030", "cp949")):
            total -= 1
        else:
            total += weights.get(pair[0], -1)
        before = letter
    return total / max(1, len(letters))


def _half_width(letter: str, before: str) -> float:
    """Narrow kana are single bytes, as any letter is in other encodings: voiced marks tell."""
    if letter in "ﾞﾟ":
        return 1 if "ｶ" <= before <= "ﾄ" or "ﾊ" <= before <= "ﾎ" or before == "ｳ" else -2
    if letter in "｡｢｣､･":
        return -0.3
    if "ｧ" <= letter <= "ｯ":
        return 0.7 if "ｱ" <= before <= "ﾟ" else -1
    return 0.6


def _thai(text: str) -> float:
    """Vowels and tones of Thai stand on consonants, nearly every sentence has a tone, and no Latin
    letter follows at once."""
    total, before, number, tones = 0.0, " ", 0, 0
    for letter in text[: 2 * _SAMPLE]:
        thai = "ก" <= letter <= "๛"
        number += letter > "\x7f"
        if thai and unicodedata.category(letter) == "Mn":
            stands = "ก" <= before <= "ฮ" or unicodedata.category(before) == "Mn"
            total += 1 if stands else -2
            tones += letter >= "็" and stands
        elif thai:
            total += -1 if letter in "ฃฅ" or (letter >= "๐" and "ก" <= before < "๐") else 1
        elif letter > "\x7f":
            total -= 0.5
        elif letter >= "@" and "ก" <= before <= "๛":
            total -= 1
        if "เ" <= before <= "ไ" and not "ก" <= letter <= "ฮ":
            total -= 2
        before = letter
    return total / max(1, number) * (0.9 if tones * 30 > number else 0.6)


def _vietnamese(data: bytes) -> str:
    """The text in the encoding of older Vietnamese machines, empty where that is not likely."""
    few = _MANY_TONES.sub(rb"\1", data)  # to join a long run of tones takes its length squared
    text = unicodedata.normalize("NFC", few.decode("cp1258", "replace"))
    letters = [letter for letter in text if letter > "\x7f"]
    own = sum("\u1ea0" <= letter <= "\u1ef9" or letter in _VIETNAMESE for letter in letters)
    return text if own * 10 >= len(letters) * 9 else ""


_TONES = rb"[\xcc\xd2\xde\xec\xf2]"  # those of cp1258, each a letter's mark of its own
_MANY_TONES = re.compile(rb"(" + _TONES + rb"{30})" + _TONES + rb"+")
_VIETNAMESE = frozenset("àáâãèéêìíòóôõùúýăđĩũơưÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĐĨŨƠƯ₫")
