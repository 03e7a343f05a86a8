"""One object for equal texts: a city that a hundred thousand records name is kept once."""

MOST_REMEMBERED = 2_000


class SharedValues:
    """Remembers the first texts of each field; a field with more than that is one whose values differ anyway."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, str]] = {}

    def share(self, field: str, text: str) -> str:
        """The same text, as the object that earlier records hold if there is one."""
        known = self._known.get(field)
        if known is None:
            known = self._known[field] = {}
        if len(known) < MOST_REMEMBERED:
            return known.setdefault(text, text)
        return known.get(text, text)
