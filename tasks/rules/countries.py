"""When two spellings of a country mean the same one: `DE`, `Germany`, `Allemagne`."""

from collections import defaultdict
from functools import lru_cache

from babel import Locale

# The languages in which people who share a CRM write their countries' names.
LANGUAGES = "en de fr es it pt nl sv da nb fi pl cs sk sl hr hu ro tr el bg ru uk ja zh ko ar he et lv lt"
NO_COUNTRIES = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}
OTHER_NAMES = {
    "usa": "US",
    "u.s.": "US",
    "u.s.a.": "US",
    "united states of america": "US",
    "uk": "GB",
    "u.k.": "GB",
    "great britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "northern ireland": "GB",
    "großbritannien": "GB",
    "grande-bretagne": "GB",
    "holland": "NL",
    "the netherlands": "NL",
    "czech republic": "CZ",
    "tschechische republik": "CZ",
    "russian federation": "RU",
    "korea": "KR",
    "republic of korea": "KR",
    "turkey": "TR",
    "hong kong": "HK",
    "macau": "MO",
    "uae": "AE",
    "ivory coast": "CI",
    "brasil": "BR",
    "viet nam": "VN",
}


@lru_cache(maxsize=4_096)
def country_code(spelling: str) -> str | None:
    """The ISO 3166 code in two letters; None if it is blank, unknown or could be several countries."""
    written = " ".join(spelling.split()).casefold()
    return _codes().get(written)


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    meant: dict[str, set[str]] = defaultdict(set)
    for language in LANGUAGES.split():
        for code, name in Locale.parse(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in NO_COUNTRIES:
                meant[name.casefold()].add(code)
                meant[code.casefold()].add(code)
    unmistakable = {name: next(iter(codes)) for name, codes in meant.items() if len(codes) == 1}
    return unmistakable | OTHER_NAMES
