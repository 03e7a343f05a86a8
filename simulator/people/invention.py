"""Names, numbers and choices that nobody has to be sorry for; the same again for the same seed."""

import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
FIRST_NAMES = ("Ada", "Bela", "Chidi", "Dora", "Emil", "Farah", "Goran", "Hanna", "Ines", "Jonas", "Keiko", "Lev")
LAST_NAMES = ("Abel", "Brandt", "Costa", "Duarte", "Eriksen", "Fontana", "Garcia", "Hoang", "Ito", "Jansen", "Kaya")
CITIES = ("Aarhus", "Bergamo", "Cork", "Dresden", "Evora", "Freiburg", "Gent", "Haarlem", "Innsbruck", "Jena")
KNOWN_TO_THE_OTHERS = 0.4
"""The share of new customers and persons that somebody has entered in the other CRM already."""
TRADES = ("Bakery", "Dairy", "Foundry", "Garage", "Mill", "Nursery", "Press", "Quarry", "Shipyard", "Tannery")


@dataclass(frozen=True, slots=True)
class Customer:
    name: str
    domain: str


@dataclass(frozen=True, slots=True)
class Person:
    first_name: str
    last_name: str
    email: str


Entry = TypeVar("Entry", Customer, Person)


class Invention:
    """`mark` tells records of one run from those of another."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._mark = f"{self._random.randrange(36**4):x}"
        self._number = 0
        self._customers: list[Customer] = []
        self._persons: list[Person] = []

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

    def customer(self, entered: Collection[object]) -> Customer:
        """A new one, or one that is known to people but not among those already entered here."""
        return self._known_or_new(self._customers, entered, lambda: Customer(self.company(), self.domain()))

    def person(self, entered: Collection[object]) -> Person:
        def invent() -> Person:
            return Person(self.first_name(), self.last_name(), self.email())

        return self._known_or_new(self._persons, entered, invent)

    def company(self) -> str:
        return f"{self.city()} {self.choice(TRADES)} {self._next()}"

    def domain(self) -> str:
        """One of its own: whatever is below example.com stands for nobody in particular."""
        return f"{self.choice(TRADES).lower()}-{self._mark}-{self._next()}-people.com"

    def email(self) -> str:
        return f"{self.first_name().lower()}@{self.domain()}"

    def _known_or_new(self, known: list[Entry], entered: Collection[object], invent: Callable[[], Entry]) -> Entry:
        others = [each for each in known if each not in entered]
        if others and self.happens(KNOWN_TO_THE_OTHERS):
            return self.choice(others)
        new = invent()
        known.append(new)
        return new

    def _next(self) -> int:
        self._number += 1
        return self._number
