"""Leases in Redis: one worker at a time per customer, for as long as it says that it lives.

A lease can be lost at any time, so it saves work and proves nothing; the fence that proves is the ledger's.
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta

import redis

from tasks.contracts.records import Identity
from workers.coordination.scripts import Script

Held = tuple[str, tuple[Identity, ...]]
"""A group that was taken: its token, and what it is about."""


class RedisLeases:
    """Takes, renews and gives back leases of many groups in one call each."""

    def __init__(self, client: redis.Redis, ttl: timedelta) -> None:
        self._ttl_ms = int(ttl.total_seconds() * 1000)
        self._take = Script(client, "leases_take")
        self._renew = Script(client, "leases_renew")
        self._release = Script(client, "leases_release")

    def take(self, groups: Sequence[tuple[Identity, ...]]) -> list[str | None]:
        """A token per group, or None where somebody (maybe an earlier group) holds one of its identities."""
        held = [(secrets.token_urlsafe(16), group) for group in groups]
        answers = self._ask_of_groups(self._take, held)
        return [token if taken else None for (token, _), taken in zip(held, answers, strict=True)]

    def renew(self, held: Sequence[Held]) -> frozenset[str]:
        """Keep them for another time to live; returns the tokens that are lost."""
        answers = self._ask_of_groups(self._renew, held)
        return frozenset(token for (token, _), kept in zip(held, answers, strict=True) if not kept)

    def release(self, held: Sequence[Held]) -> None:
        """Give back what is still one's own. Safe to repeat."""
        keys = [_key(identity) for _, group in held for identity in group]
        if keys:
            self._release.run(keys, [token for token, group in held for _ in group])

    def _ask_of_groups(self, script: Script, held: Sequence[Held]) -> list[int]:
        if not held:
            return []
        keys = [_key(identity) for _, group in held for identity in group]
        arguments: list[str | int | float] = [self._ttl_ms]
        for token, group in held:
            arguments += [token, len(group)]
        answers: list[int] = script.run(keys, arguments)
        return answers


def _key(identity: Identity) -> str:
    return f"tandem:lease:{identity}"
