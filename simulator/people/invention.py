"""Names, numbers and choices that nobody has to be sorry for; the same again for the same seed."""

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
FIRST_NAMES = ("Ada", "Bela", "Chidi", "Dora", "Emil", "Farah", "Goran", "Hanna", "Ines", "Jonas", "Keiko", "Lev")
LAST_NAMES = ("Abel", "Brandt", "Costa", "Duarte", "Eriksen", "Fontana", "Garcia", "Hoang", "Ito", "Jansen", "Kaya")
CITIES = ("Aarhus", "Bergamo", "Cork", "Dresden", "Evora", "Freiburg", "Gent", "Haarlem", "Innsbruck", "Jena")
TRADES = ("Bakery", "Dairy", "Foundry", "Garage", "Mill", "Nursery", "Press", "Quarry", "Shipyard", "Tannery")


class Invention:
    """`mark` tells records of one run from those of another."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._mark = f"{self._random.randrange(36**4):x}"
        self._number = 0

    def choice(self, among: Sequence[T]) -> T:
        return self._random.choice(among)

    def weighted(self, among: Sequence[T], weights: Sequence[float]) -> T:
        return self._random.choices(among, weights)[0]

    def two(self, among: Sequence[T]) -> tuple[T, T]:
        """Different ones."""
        first, second = self._random.sample(among, 2)
        return first, second

    def happens(self, probability: float) -> bool:
        return self._random.random() < probability

    def number(self, below: int) -> int:
        return self._random.randrange(below)

    def first_name(self) -> str:
        return self.choice(FIRST_NAMES)

    def last_name(self) -> str:
        return f"{self.choice(LAST_NAMES)}-{self.choice(LAST_NAMES)}"

    def city(self) -> str:
        return self.choice(CITIES)

    def phone(self) -> str:
        return f"+49 30 {self.number(10**7):07}"

    def company(self) -> str:
        return f"{self.city()} {self.choice(TRADES)} {self._next()}"

    def domain(self) -> str:
        return f"{self.choice(TRADES).lower()}-{self._mark}-{self._next()}.example.com"

    def email(self) -> str:
        return f"{self.first_name().lower()}@{self.domain()}"

    def _next(self) -> int:
        self._number += 1
        return self._number
