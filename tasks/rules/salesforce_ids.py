"""Salesforce ids: 15 characters that differ only in case, or 18 that carry a checksum of it."""

_CHECK_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def long_id(short_or_long: str) -> str:
    """The 18-character form of a well-formed id: the one that work is owed for."""
    short = short_or_long[:15]
    return short + _checksum(short)


def _checksum(short: str) -> str:
    blocks = (short[start : start + 5] for start in (0, 5, 10))
    return "".join(
        _CHECK_CHARACTERS[sum(1 << place for place, letter in enumerate(block) if "A" <= letter <= "Z")]
        for block in blocks
    )
