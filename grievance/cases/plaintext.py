"""Notes and chats in any of the encodings our readers' machines write, to UTF-8.

Run in the one-shot child, standard library only. Controls and bidirectional overrides are dropped;
ZWJ, ZWNJ and direction marks stay, for words of several scripts are wrong without them.
"""

import codecs

Result = tuple[str, bytes | None, list[str]]

_OLDER = ("cp932", "euc_jp", "gb18030")
for _name in ("utf-8-sig", "utf-16", "iso2022_jp", "cp1252", *_OLDER):
    codecs.lookup(_name)  # loaded now: once the file is read nothing can be loaded any more

_DROPPED = dict.fromkeys(
    [code for code in range(0xA0) if code not in (9, 10) and (code < 0x20 or code >= 0x7F)]
    + [0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xFFF9, 0xFFFC)]
)
_COMMON_HAN = frozenset("的一是不了人我在有他这个们中来上大为和国地到以说时要就出会可也你对生能")


def strip(name: str, data: bytes) -> Result:
    """The text in UTF-8; the code `unsupported` or `empty` in place of the format."""
    text, guessed = _decoded(data)
    if text is None or "\0" in text:
        return "unsupported", None, []
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_DROPPED)
    if not text.strip():
        return "empty", None, []
    return name, text.encode(), ["encoding_guessed"] if guessed else []


def _decoded(data: bytes) -> tuple[str | None, bool]:
    """The text or None, and whether its encoding is only the likeliest."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16"), False
    if b"\x1b$" in data or b"\x1b(" in data:
        return data.decode("iso2022_jp"), False
    try:
        return data.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        pass  # an older encoding, then
    scores = []
    for encoding in _OLDER:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        scores.append((_plausible(text, encoding), encoding, text))
    score, _, text = max(scores, default=(0, "", ""))
    if score < 0.75 and _alone(data):
        return data.decode("cp1252"), True
    return text if score >= 0.4 else None, True


def _alone(data: bytes) -> bool:
    """Whether most bytes beyond ASCII stand alone, as the accented letters of Europe do."""
    high = data[:50_000].translate(b"\0" * 128 + b"\1" * 128)
    return high.split(b"\0").count(b"\1") * 5 > high.count(b"\1") * 4


def _plausible(text: str, encoding: str) -> float:
    """From -1 to 1: how far the letters beyond ASCII are those that people write."""
    letters = [letter for letter in text[:50_000] if letter > "\x7f"]
    total = 0.0
    for letter in letters:
        if "\u3041" <= letter <= "\u30fe":
            total += -1 if encoding == "gb18030" else 1
        elif "\u3000" <= letter <= "\u3020" or "\uff01" <= letter <= "\uff5e":
            total += 1
        elif "\u4e00" <= letter <= "\u9fff":
            total += 1 if encoding == "gb18030" and letter in _COMMON_HAN else 0.5
        elif "\uff61" <= letter <= "\uff9f" or "\ue000" <= letter <= "\uf8ff":
            total -= 1
    return total / max(1, len(letters))
