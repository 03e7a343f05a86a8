"""Runs the flows of a slice side by side and answers what they ask for at the same moment with one call each."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from enum import IntEnum
from typing import Any, TypeVar

T = TypeVar("T")
Request = Any
Answer = Any

Batch = Callable[[Sequence[Request]], Sequence[Answer]]
"""Answers many requests at once, in their order. An answer that is an exception is raised in its flow alone;
an exception out of the call is raised in every flow that asked. Runs in a thread."""


class Step(IntEnum):
    """What is asked for, in the order in which flows come by it."""

    NOTES = 0
    """The ledger and the leases: quick, and not counted by anybody."""
    COMPANIES = 1
    ASSOCIATIONS = 2
    CONTACTS = 3
    ACCOUNT = 4
    THEIR_PEOPLE = 5
    THEIR_CONTACTS = 6
    PEOPLE = 7
    THEIR_COMPANIES = 8
    CANDIDATES = 9
    ACCOUNTS = 10
    SEGMENTS = 11
    STAGES = 12
    WRITE_SALESFORCE = 13
    WRITE_HUBSPOT = 14


Waiting = list[tuple[Request, "asyncio.Future[Answer]"]]


class Gather:
    """The flows advance in step: a round of calls goes out when every flow that still runs is waiting for one.

    Of all that is waited for, only the earliest step is answered. Who is ahead waits for those behind, and then they
    ask together: a slice of 500 records makes about as many calls as there are steps, not 500 times as many. A flow
    asks for one thing at a time; asking twice at once (asyncio.gather inside a flow) would make rounds start early.
    """

    def __init__(self) -> None:
        self._running = 0
        self._asked = 0
        self._waiting: dict[Step, dict[Batch, Waiting]] = {}
        self._in_flight: set[asyncio.Task[None]] = set()

    async def run(self, flows: Sequence[Awaitable[T]]) -> list[T]:
        """All of them to the end, results in order."""
        self._running = len(flows)
        return await asyncio.gather(*(self._run_one(flow) for flow in flows))

    async def ask(self, batch: Batch, request: Request, *, step: Step = Step.NOTES) -> Answer:
        """The answer to this request, once its round has been."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(step, {}).setdefault(batch, []).append((request, answer))
        self._asked += 1
        self._go_if_all_wait()
        return await answer

    async def _run_one(self, flow: Awaitable[T]) -> T:
        try:
            return await flow
        finally:
            self._running -= 1
            self._go_if_all_wait()

    def _go_if_all_wait(self) -> None:
        if self._asked and self._asked == self._running:
            this_round = self._waiting.pop(min(self._waiting))
            self._asked -= sum(map(len, this_round.values()))
            going = asyncio.get_running_loop().create_task(self._go(this_round))
            self._in_flight.add(going)
            going.add_done_callback(self._in_flight.discard)

    async def _go(self, this_round: dict[Batch, Waiting]) -> None:
        answers = await asyncio.gather(*(_call(batch, asked) for batch, asked in this_round.items()))
        for asked, answered in zip(this_round.values(), answers, strict=True):
            for (_, future), answer in zip(asked, answered, strict=True):
                if future.cancelled():
                    continue
                if isinstance(answer, Exception):
                    future.set_exception(answer)
                else:
                    future.set_result(answer)


async def _call(batch: Batch, asked: Sequence[tuple[Request, object]]) -> Sequence[Answer]:
    requests = [request for request, _ in asked]
    try:
        answers = await asyncio.to_thread(batch, requests)
    except Exception as problem:  # noqa: BLE001 -- handed to the flows that asked, which is where it is judged
        return [problem] * len(requests)
    if len(answers) != len(requests):
        return [RuntimeError(f"{len(answers)} answers to {len(requests)} requests")] * len(requests)
    return answers
