"""When two spellings of a company's name are likely to mean the same company. Likely: a name alone proves nothing."""

import re
from functools import lru_cache

from anyascii import anyascii
from rapidfuzz import fuzz

from tasks.rules.legal_forms import (
    AT_THE_END,
    AT_THE_FRONT,
    PHRASES_AT_THE_END,
    PHRASES_AT_THE_FRONT,
    WITHOUT_SPACES,
)

# "&" between names is written as a word in one CRM and left out in the other.
CONJUNCTIONS = frozenset({"and", "und", "et", "og", "och", "en"})
APOSTROPHE = re.compile(r"['`]")
ABBREVIATION = re.compile(r"(?<![a-z0-9])(?:[a-z][./] ?){1,}[a-z]?(?![a-z0-9])")
ONE_VOWEL = re.compile(r"([aou])e+")
"""Müller is written Mueller and Muller, Ørsted Oersted and Orsted."""
ONE_A = re.compile(r"a{2,}")
WORD = re.compile(r"[a-z0-9]+")
DIGIT = re.compile(r"\d")
SMALLEST_ACRONYM = 3


@lru_cache(maxsize=65_536)
def normal_name(spelling: str) -> str:
    """`Müller & Söhne GmbH & Co. KG` → `muller sohne`: what is left to compare; blank only for what has no letters."""
    for form in WITHOUT_SPACES:
        spelling = spelling.replace(form, " ")
    text = anyascii(spelling)
    # What one pass leaves can be shortened once more: the letters of "O. E." first become a word, then one vowel.
    while (shorter := " ".join(_without_legal_form(_words(text)))) != text:
        text = shorter
    return text


def _words(text: str) -> list[str]:
    text = APOSTROPHE.sub("", text.lower().replace("&", " and ").replace("+", " and "))
    text = ABBREVIATION.sub(lambda found: re.sub(r"[./ ]", "", found.group()) + " ", text)
    text = ONE_A.sub("a", ONE_VOWEL.sub(r"\1", text))
    words = WORD.findall(text)
    telling = [word for word in words if word not in CONJUNCTIONS] or words
    return _joined_letters(telling)


def _joined_letters(words: list[str]) -> list[str]:
    """`s a s` is `sas`."""
    joined: list[str] = []
    letters = ""
    for word in [*words, ""]:
        if len(word) == 1 and word.isalpha():
            letters += word
            continue
        if letters:
            joined.append(letters)
        letters = ""
        if word:
            joined.append(word)
    return joined


def _without_legal_form(words: list[str]) -> list[str]:
    """Both ends, again and again; a name that is nothing but a legal form stays as it is."""
    while len(words) > 1:
        shorter = _shorter(words)
        if not shorter or shorter == words:
            break
        words = shorter
    return words


def _shorter(words: list[str]) -> list[str]:
    for phrase in PHRASES_AT_THE_END:
        if tuple(words[-len(phrase) :]) == phrase:
            return words[: -len(phrase)]
    for phrase in PHRASES_AT_THE_FRONT:
        if tuple(words[: len(phrase)]) == phrase:
            return words[len(phrase) :]
    if words[-1] in AT_THE_END:
        return words[:-1]
    return words[1:] if words[0] in AT_THE_FRONT else words


def compact(name: str) -> str:
    """The normal name in one word, as it would stand in a web address."""
    return normal_name(name).replace(" ", "")


def is_same_name(one: str, other: str) -> bool:
    """The same letters once case, accents, punctuation and legal form are gone; blank names are nobody's."""
    return bool(normal_name(one)) and compact(one) == compact(other)


def name_similarity(one: str, other: str) -> float:
    """From 0 to 1, however the words are ordered: only as alike as the two words that differ most.

    So a typo counts for little, and `Nord` against `Süd` for much, however long the name around them. Numbers are
    names: `Store 12` and `Store 13` are strangers.
    """
    if is_same_name(one, other):
        return 1.0
    mine, yours = normal_name(one).split(), normal_name(other).split()
    only_mine = [word for word in mine if word not in yours]
    only_yours = [word for word in yours if word not in mine]
    if not only_mine or not only_yours or any(DIGIT.search(word) for word in (*only_mine, *only_yours)):
        return 0.0
    weakest = min(_worst_word(only_mine, only_yours), _worst_word(only_yours, only_mine))
    return min(weakest, fuzz.token_sort_ratio(" ".join(mine), " ".join(yours)) / 100)


def _worst_word(words: list[str], others: list[str]) -> float:
    return min(max(fuzz.ratio(word, other) for other in others) / 100 for word in words)


def is_acronym(one: str, other: str) -> bool:
    """`IBM` and `International Business Machines`, either way round."""
    short, long = sorted((normal_name(one), normal_name(other)), key=len)
    initials = "".join(word[0] for word in long.split())
    return " " not in short and len(short) >= SMALLEST_ACRONYM and short == initials
