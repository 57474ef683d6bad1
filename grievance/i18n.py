"""Languages: the one table of them, negotiation, and speaking one for a while.

A language has a slug (in URLs), a catalogue name (on disk, what Babel understands), a BCP 47 tag
(in HTML), a direction and its own name. Text that only a release changes is gettext: the catalogue
`public` for workers, `staff` for the desk. A catalogue is read from its `.po` file at first use.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from functools import cache
from gettext import GNUTranslations, NullTranslations
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale, dates
from babel.core import get_global, parse_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import LazyProxy
from sqlalchemy_utils import i18n as named

from grievance.clock import local_day
from grievance.shipped import shipped

TRANSLATIONS = shipped("translations")
Unit = Literal["day", "week", "month", "year"]
DOMAINS = ("public", "staff", "screens")


@dataclass(frozen=True)
class Language:
    """One row of the language table."""

    slug: str
    catalogue: str
    tag: str
    own_name: str
    english_name: str
    script: str = "Latn"
    direction: str = "ltr"
    fallback: str | None = None  # slug of the language to fall back to before English

    @property
    def locale(self) -> Locale:
        """The CLDR locale used for dates and numbers."""
        return Locale.parse(self.catalogue.partition("@")[0])


LANGUAGES: tuple[Language, ...] = (
    Language("en", "en", "en", "English", "English"),
    Language("ja", "ja", "ja", "日本語", "Japanese", "Jpan"),
    Language(
        "ja-easy", "ja@easy", "ja-x-easy", "やさしい日本語", "Easy Japanese", "Jpan", fallback="ja"
    ),
    Language("zh-hans", "zh_Hans", "zh-Hans", "简体中文", "Chinese (simplified)", "Hans"),
    Language("zh-hant", "zh_Hant", "zh-Hant", "繁體中文", "Chinese (traditional)", "Hant"),
    Language("ko", "ko", "ko", "한국어", "Korean", "Kore"),
    Language("vi", "vi", "vi", "Tiếng Việt", "Vietnamese"),
    Language("fil", "fil", "fil", "Filipino", "Filipino"),
    Language("id", "id", "id", "Bahasa Indonesia", "Indonesian"),
    Language("th", "th", "th", "ไทย", "Thai", "Thai"),
    Language("my", "my", "my", "မြန်မာ", "Burmese", "Mymr"),
    Language("km", "km", "km", "ខ្មែរ", "Khmer", "Khmr"),
    Language("ne", "ne", "ne", "नेपाली", "Nepali", "Deva"),
    Language("mn", "mn", "mn", "Монгол", "Mongolian", "Cyrl"),
    Language("pt-br", "pt_BR", "pt-BR", "Português (Brasil)", "Portuguese (Brazil)"),
    Language("es", "es", "es", "Español", "Spanish"),
    Language("si", "si", "si", "සිංහල", "Sinhala", "Sinh"),
    Language("bn", "bn", "bn", "বাংলা", "Bengali", "Beng"),
    Language("ur", "ur", "ur", "اردو", "Urdu", "Arab", "rtl"),
    Language("lo", "lo", "lo", "ລາວ", "Lao", "Laoo"),
)
BY_SLUG = {language.slug: language for language in LANGUAGES}
ENGLISH = BY_SLUG["en"]
STAFF_LANGUAGES = ("en", "ja")

_current: ContextVar[Language] = ContextVar("language", default=ENGLISH)


def current() -> Language:
    """The language being spoken in this request, job or block."""
    return _current.get()


named.get_locale = lambda: current().locale  # in which a currency says its name


@contextmanager
def speaking(language: Language | str) -> Iterator[Language]:
    """Speak `language` (a slug or a row of the table) until the block ends."""
    chosen = BY_SLUG[language] if isinstance(language, str) else language
    token = _current.set(chosen)
    try:
        yield chosen
    finally:
        _current.reset(token)


def speak(language: Language) -> None:
    """Speak `language` from here on in this context (a request has a context of its own)."""
    _current.set(language)


def fallbacks(language: Language) -> tuple[Language, ...]:
    """The language itself, then what it falls back to; English always last."""
    chain = [language]
    if language.fallback:
        chain.append(BY_SLUG[language.fallback])
    if ENGLISH not in chain:
        chain.append(ENGLISH)
    return tuple(chain)


def _read(catalogue: str, domain: str) -> NullTranslations | None:
    path = TRANSLATIONS / catalogue / "LC_MESSAGES" / f"{domain}.po"
    if not path.exists():
        return None
    with path.open("rb") as source:
        messages = read_po(source, locale=catalogue.partition("@")[0], domain=domain)
    compiled = io.BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return GNUTranslations(compiled)


@cache
def catalogue(slug: str) -> NullTranslations:
    """All messages of a language: its `public`, then `staff`, then those it falls back to."""
    chain: NullTranslations | None = None
    for language in fallbacks(BY_SLUG[slug]):
        for domain in DOMAINS:
            found = _read(language.catalogue, domain)
            if found is None:
                continue
            if chain is None:
                chain = found
            else:
                chain.add_fallback(found)
    return chain or NullTranslations()


@cache
def has_screens(slug: str) -> bool:
    """Whether the first screens (home, danger, the short ways of filing) speak this language."""
    return (TRANSLATIONS / BY_SLUG[slug].catalogue / "LC_MESSAGES" / "screens.po").exists()


def gettext(message: str) -> str:
    """`message` in the current language, or as it is where nobody translated it yet."""
    return catalogue(current().slug).gettext(message) if message else ""


def ngettext(one: str, many: str, number: int) -> str:
    """The form of the message that `number` asks for in the current language."""
    return catalogue(current().slug).ngettext(one, many, number)


def pgettext(context: str, message: str) -> str:
    """`message` in the current language where the same English means two things."""
    return catalogue(current().slug).pgettext(context, message)


def lazy(message: str) -> LazyProxy:
    """A message that is looked up when shown: for labels made at import time."""
    return LazyProxy(gettext, message, enable_cache=False)


def N_(message: str) -> str:  # noqa: N802 - the extractor's customary name
    """Mark a message for the catalogue and leave it as it is; `gettext` shows it later."""
    return message


def _likely(tag: str) -> tuple[str, str] | None:
    """(language, script) of a BCP 47 tag, filled in by CLDR's likely subtags."""
    try:
        name, territory, script = parse_locale(tag.replace("-", "_"))[:3]
    except ValueError:
        return None
    name = get_global("language_aliases").get(name, name)
    name = {"tl": "fil", "in": "id"}.get(name, name)
    for key in (f"{name}_{territory}", name):
        likely = get_global("likely_subtags").get(key)
        if likely and not script:
            script = parse_locale(likely)[2]
    return name, script or ""


def _wanted(header: str) -> list[str]:
    weighted: list[tuple[float, int, str]] = []
    for place, part in enumerate(header.split(",")[:30]):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        if tag and weight > 0:
            weighted.append((-weight, place, tag))
    return [tag for _, _, tag in sorted(weighted)]


def negotiate(header: str, enabled: Iterable[str]) -> Language:
    """The first enabled language an `Accept-Language` header asks for; English when none is.

    zh-TW and zh-HK mean traditional characters, tl is Filipino, `in` is Indonesian.
    """
    slugs = list(enabled)
    for tag in _wanted(header):
        if tag.lower() in ("ja-x-easy", "ja-easy") and "ja-easy" in slugs:
            return BY_SLUG["ja-easy"]
        wanted = _likely(tag)
        for slug in slugs:
            language = BY_SLUG[slug]
            if slug != "ja-easy" and wanted and _likely(language.tag) == wanted:
                return language
    return ENGLISH


def date_text(day: date, language: Language | None = None) -> str:
    """A day with its weekday and the month written out.

    A moment has no day before somebody says where (`clock.local_day`): TypeError.
    """
    if isinstance(day, datetime):
        raise TypeError("a moment is not a day: use local_day")
    return dates.format_date(day, format="full", locale=(language or current()).locale)


def formal_date(day: date, language: Language | None = None) -> str:
    """A day as papers that go out write it: the month written out, no weekday."""
    return dates.format_date(day, format="long", locale=(language or current()).locale)


def days_text(days: int, language: Language | None = None) -> str:
    """A number of days as somebody would say it: whole years as years."""
    locale = (language or current()).locale
    unit: Literal["day", "year"] = "day" if days % 365 else "year"
    threshold = days + 1 if days % 365 else 1
    return dates.format_timedelta(
        timedelta(days=days), granularity=unit, threshold=threshold, locale=locale
    )


def amount_text(number: int, unit: Unit) -> str:
    """So many of a unit of time, in the language being spoken: "3 months"."""
    long = timedelta(days=number * {"day": 1, "week": 7, "month": 30, "year": 365}[unit])
    locale = current().locale
    return dates.format_timedelta(long, granularity=unit, threshold=number + 999, locale=locale)


def zone_text(zone: str, language: Language | None = None) -> str:
    """What the time of a zone is called, all year alike: a reader knows no technical name."""
    locale = (language or current()).locale
    return dates.get_timezone_name(
        ZoneInfo(zone), width="long", zone_variant="generic", locale=locale
    )


def name_in(spoken: Language, language: Language | None = None) -> str:
    """What a language is called inside a sentence; its name for itself stands alone, in lists."""
    locale = (language or current()).locale
    named = "" if spoken.slug == "ja-easy" else spoken.locale.get_display_name(locale)
    if not named or spoken == (language or current()):
        named = spoken.own_name
    if locale.language == "vi":  # a proper noun only where the sentence begins
        return named[0].lower() + named[1:]
    return named.replace(" (", "（").replace(")", "）") if locale.language == "ja" else named


def time_text(moment: datetime, zone: tzinfo, language: Language | None = None) -> str:
    """A moment as day and time of day in `zone`, the zone named by the caller's sentence."""
    clock = clock_text(moment.astimezone(zone).time(), language)
    return f"{date_text(local_day(moment, str(zone)), language)} {clock}"


def clock_text(at: time, language: Language | None = None) -> str:
    """A time of day as the reader's language writes it."""
    return dates.format_time(at, format="short", locale=(language or current()).locale)
