"""Salesforce ids: 15 characters that differ only in case, or 18 that carry a checksum of it."""

from collections.abc import Iterable

from tasks.contracts.records import AccountId, PersonId
from tasks.rules.salesforce_ids import long_id

ACCOUNT, CONTACT, LEAD = "001", "003", "00Q"


def find_long_id(text: str | None, *prefixes: str) -> str | None:
    """The 18-character form, if this is an id of one of these objects. Anything else would spoil a query."""
    short = (text or "").strip()
    if len(short) not in {15, 18} or not (short.isascii() and short.isalnum()) or short[:3] not in prefixes:
        return None
    long = long_id(short)
    return long if len(short) == 15 or long == short[:15] + short[15:].upper() else None


def find_account_id(text: str | None) -> AccountId | None:
    """An account's id in the long form."""
    long = find_long_id(text, ACCOUNT)
    return AccountId(long) if long else None


def find_person_id(text: str | None) -> PersonId | None:
    """A contact's or lead's id in the long form."""
    long = find_long_id(text, CONTACT, LEAD)
    return PersonId(long) if long else None


def long_ids_in(texts: Iterable[str], *prefixes: str) -> list[str]:
    """The long forms of those that are ids of one of these objects."""
    return [long for text in texts if (long := find_long_id(text, *prefixes))]
