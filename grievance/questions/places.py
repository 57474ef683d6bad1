"""Places by code: Japan's prefectures and regions, and the countries of the world."""

from __future__ import annotations

from functools import cache

from babel import Locale

from grievance.i18n import Language

# ISO 3166-2:JP in order, romanised and as written in Japan.
PREFECTURES = (
    ("Hokkaido", "北海道"), ("Aomori", "青森県"), ("Iwate", "岩手県"), ("Miyagi", "宮城県"),
    ("Akita", "秋田県"), ("Yamagata", "山形県"), ("Fukushima", "福島県"), ("Ibaraki", "茨城県"),
    ("Tochigi", "栃木県"), ("Gunma", "群馬県"), ("Saitama", "埼玉県"), ("Chiba", "千葉県"),
    ("Tokyo", "東京都"), ("Kanagawa", "神奈川県"), ("Niigata", "新潟県"), ("Toyama", "富山県"),
    ("Ishikawa", "石川県"), ("Fukui", "福井県"), ("Yamanashi", "山梨県"), ("Nagano", "長野県"),
    ("Gifu", "岐阜県"), ("Shizuoka", "静岡県"), ("Aichi", "愛知県"), ("Mie", "三重県"),
    ("Shiga", "滋賀県"), ("Kyoto", "京都府"), ("Osaka", "大阪府"), ("Hyogo", "兵庫県"),
    ("Nara", "奈良県"), ("Wakayama", "和歌山県"), ("Tottori", "鳥取県"), ("Shimane", "島根県"),
    ("Okayama", "岡山県"), ("Hiroshima", "広島県"), ("Yamaguchi", "山口県"),
    ("Tokushima", "徳島県"), ("Kagawa", "香川県"), ("Ehime", "愛媛県"), ("Kochi", "高知県"),
    ("Fukuoka", "福岡県"),
    ("Saga", "佐賀県"), ("Nagasaki", "長崎県"), ("Kumamoto", "熊本県"), ("Oita", "大分県"),
    ("Miyazaki", "宮崎県"), ("Kagoshima", "鹿児島県"), ("Okinawa", "沖縄県"),
)  # fmt: skip
# The eight regions, each with the number of its last prefecture.
REGIONS = (
    ("hokkaido", 1), ("tohoku", 7), ("kanto", 14), ("chubu", 23),
    ("kansai", 30), ("chugoku", 35), ("shikoku", 39), ("kyushu", 47),
)  # fmt: skip
# Groups and test codes of CLDR, and an island that it names in English only.
_NOT_COUNTRIES = {"CQ", "EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}


def prefecture_codes() -> list[str]:
    """JP-01 to JP-47."""
    return [f"JP-{number:02}" for number in range(1, len(PREFECTURES) + 1)]


def prefecture_name(code: str, language: Language) -> str:
    """`愛知県` for readers of Japanese, `Aichi (愛知県)` for all others; the code if unknown."""
    if code not in prefecture_codes():
        return code
    roman, written = PREFECTURES[int(code[3:]) - 1]
    return written if language.script == "Jpan" else f"{roman} ({written})"


def region_of(prefecture: str) -> str:
    """The region a prefecture lies in; empty for anything that is no prefecture."""
    if prefecture not in prefecture_codes():
        return ""
    number = int(prefecture[3:])
    return next(region for region, last in REGIONS if number <= last)


@cache
def country_codes() -> frozenset[str]:
    """The ISO 3166-1 codes of countries, from CLDR."""
    codes = {str(code) for code in Locale("en").territories}
    return frozenset({c for c in codes if len(c) == 2 and c.isalpha()} - _NOT_COUNTRIES)


def country_name(code: str, language: Language) -> str:
    """A country's name in the language, in English where CLDR lacks it; the code if unknown."""
    if code not in country_codes():
        return code
    name: str = language.locale.territories.get(code) or Locale("en").territories[code]
    return name


@cache
def countries(language: Language) -> tuple[tuple[str, str], ...]:
    """(code, name) of every country, in the order of the names."""
    named = ((code, country_name(code, language)) for code in country_codes())
    return tuple(sorted(named, key=lambda row: row[1].casefold()))
