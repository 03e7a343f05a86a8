"""Runs the flows of a slice side by side and answers what they ask for at the same moment with one call each."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")
Request = Any
Answer = Any

Batch = Callable[[Sequence[Request]], Sequence[Answer]]
"""Answers many requests at once, in their order. An answer that is an exception is raised in its flow alone;
an exception out of the call is raised in every flow that asked. Runs in a thread."""


class Gather:
    """The flows advance in step: a round of calls goes out when every flow that still runs is waiting for one.

    So a slice of 500 records makes as many calls as its longest flow has steps, not 500 times as many. A flow asks
    for one thing at a time; asking twice at once (asyncio.gather inside a flow) would make rounds start early.
    """

    def __init__(self) -> None:
        self._running = 0
        self._asked = 0
        self._round: dict[Batch, list[tuple[Request, asyncio.Future[Answer]]]] = {}
        self._in_flight: set[asyncio.Task[None]] = set()

    async def run(self, flows: Sequence[Awaitable[T]]) -> list[T]:
        """All of them to the end, results in order."""
        self._running = len(flows)
        return await asyncio.gather(*(self._run_one(flow) for flow in flows))

    async def ask(self, batch: Batch, request: Request) -> Answer:
        """The answer to this request, once everybody's round has been."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._round.setdefault(batch, []).append((request, answer))
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
            this_round, self._round, self._asked = self._round, {}, 0
            going = asyncio.get_running_loop().create_task(self._go(this_round))
            self._in_flight.add(going)
            going.add_done_callback(self._in_flight.discard)

    async def _go(self, this_round: dict[Batch, list[tuple[Request, asyncio.Future[Answer]]]]) -> None:
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
