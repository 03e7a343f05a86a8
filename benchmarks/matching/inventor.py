"""Companies nobody has heard of, and the ways people write them down."""

import random
from collections.abc import Iterator, Sequence

from benchmarks.matching.words import (
    ACCENTED,
    COUNTRY_NAMES,
    ENDINGS,
    ENDS,
    FORMS,
    FREE_MAIL,
    SYLLABLES,
    TRADES,
    WEBSITES,
)
from tasks.rules.company_names import compact

Record = tuple[str, str, str]
Pairs = Iterator[tuple[bool, Record, Record, tuple[str, ...]]]
"""Same or not, the company, the account, and what ties them beside their names."""


class Inventor:
    """Companies nobody has heard of, and the ways people write them down."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self._known: set[str] = set()
        self.mail_hosts = iter(FREE_MAIL)

    def pick(self, choices: Sequence[str]) -> str:
        return self.random.choice(choices)

    def name(self, *, accented: bool = False) -> str:
        """A new one, in one to three words."""
        while True:
            brand = self.pick(ACCENTED) if accented else "".join(self.random.choices(SYLLABLES, k=2)).capitalize()
            brand = f"{brand} {self.pick(SYLLABLES).capitalize()}{self.pick(ENDINGS)}" if accented else brand
            brand = brand if accented else brand + self.pick(ENDINGS)
            name = f"{brand} {self.pick(TRADES)}" if self.random.random() < 0.5 else brand
            if compact(name) not in self._known:
                self._known.add(compact(name))
                return name

    def country(self) -> str:
        return self.pick(tuple(FORMS))

    def place(self, country: str) -> str:
        """The country in somebody's spelling; one in five leaves it out."""
        return "" if self.random.random() < 0.2 else self.pick(COUNTRY_NAMES[country])

    def domain(self, name: str, country: str, *, unlike: str = "") -> str:
        """Its own, in the country's zone or in .com."""
        ends = [end for end in (ENDS[country], "com", "io", "eu") if not unlike or not unlike.endswith(f".{end}")]
        return f"{compact(name)}.{self.pick(ends[:2])}"

    def in_full(self, name: str, country: str) -> str:
        """As it is registered, or as somebody typed it in a hurry."""
        written = self.pick((name, name, name.upper(), name.lower()))
        return written if self.random.random() < 0.3 else f"{written} {self.pick(FORMS[country])}"

    def website(self, domain: str) -> str:
        return self.pick(WEBSITES).format(d=domain, D=domain.upper())

    def typo(self, name: str) -> str:
        """One letter lost, doubled or swapped with the next, not in the first four."""
        at = self.random.randrange(4, len(name) - 1)
        kept, letter, after, rest = name[:at], name[at], name[at + 1], name[at + 2 :]
        return self.pick((kept + after + rest, kept + letter + letter + after + rest, kept + after + letter + rest))

    def evidence(self) -> tuple[str, ...]:
        """What ties a true pair beside its name: nothing in half of the cases."""
        return self.random.choices(
            ((), ("key",), ("stored",), ("native",), ("contacts:1",), ("contacts:3",)), (10, 2, 1, 1, 3, 3)
        )[0]
