"""Record ids: 15 case-sensitive characters, and the 18-character form with its check characters."""

import string

CHECK_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
INSTANCE = "Vr"


def to_18(record_id: str) -> str:
    """Append the three check characters to a 15-character id; an 18-character one is returned as it is."""
    if len(record_id) == 18:
        return record_id
    if len(record_id) != 15:
        raise ValueError(f"not a record id: {record_id!r}")
    checks = []
    for block in (record_id[:5], record_id[5:10], record_id[10:]):
        bits = sum(1 << place for place, character in enumerate(block) if "A" <= character <= "Z")
        checks.append(CHECK_CHARACTERS[bits])
    return record_id + "".join(checks)


def make_id(prefix: str, number: int) -> str:
    """The 18-character id of the record with this running number; ids sort as their numbers do."""
    digits = ""
    while number:
        number, remainder = divmod(number, 62)
        digits = DIGITS[remainder] + digits
    return to_18(f"{prefix}{INSTANCE}{digits:0>10}")


def find_short_id(text: object) -> str | None:
    """The 15 characters that identify the record, or None if the text cannot be an id."""
    if not isinstance(text, str) or not text.isascii() or not text.isalnum():
        return None
    if len(text) == 15:
        return text
    if len(text) == 18 and to_18(text[:15]) == text:
        return text[:15]
    return None
