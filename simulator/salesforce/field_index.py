"""Which records hold a value of one field, without looking at them all."""

from collections.abc import Iterable

from simulator.salesforce.schema import Field

Holders = str | dict[str, None]  # most values have one holder, and a dict takes five times its room


class FieldIndex:
    def __init__(self, field: Field) -> None:
        self.field = field
        self._holders: dict[str, Holders] = {}

    def add(self, value: object, record_id: str) -> None:
        key = index_key(self.field, value)
        holders = self._holders.setdefault(key, record_id)
        if isinstance(holders, dict):
            holders[record_id] = None
        elif holders != record_id:
            self._holders[key] = {holders: None, record_id: None}

    def remove(self, value: object, record_id: str) -> None:
        key = index_key(self.field, value)
        holders = self._holders[key]
        if isinstance(holders, dict):
            del holders[record_id]
        if not isinstance(holders, dict) or not holders:
            del self._holders[key]

    def holders(self, key: str) -> Iterable[str]:
        """In the order in which they came to hold it."""
        holders = self._holders.get(key, ())
        return (holders,) if isinstance(holders, str) else holders


def index_key(field: Field, value: object) -> str:
    """Two values with one key are the same value to the index."""
    if field.type in {"id", "reference"}:
        return str(value)[:15]
    text = str(value).strip()  # as every value is kept
    folded = text if field.case_sensitive else text.casefold()
    return text if folded == text else folded  # the same object, not another one like it
