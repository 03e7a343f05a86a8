"""The fewest calls a created account can cost, from what both vendors publish about their batch calls."""

from typing import Final

HUBSPOT_FLOOR: Final = 1 / 100 + 1 / 1_000 + 1 / 100
"""0.021 calls per created account: the company is read with 99 others, its associations with 999 others, and the
account's id is written back together with 99 others. Reading contacts, segments and stages is not in it, nor is any
repeated call: a program that has to decide something cannot get there, but its distance says how well it batches."""

SALESFORCE_FLOOR: Final = 1 / 200
"""0.005 calls: the account is created with 199 others. Looking for an account that exists already is not in it. Five
such collections fit into one composite call, so writes alone can get below it."""


def ceiling(*, burst: int) -> float:
    """Accounts per second that a portal with so many calls per 10 s allows at the floor."""
    return burst / 10 / HUBSPOT_FLOOR
