"""Flows side by side: one call per step for all of them, and one flow's trouble is its own."""

import asyncio
from collections.abc import Sequence
from functools import partial

import pytest

from workers.gather import Gather


class Batches:
    def __init__(self) -> None:
        self.calls: list[tuple[str, list[int]]] = []

    def double(self, requests: Sequence[int]) -> list[object]:
        self.calls.append(("double", sorted(requests)))
        return [ValueError(str(one)) if one == 1313 else one * 2 for one in requests]

    def negate(self, requests: Sequence[int]) -> list[int]:
        self.calls.append(("negate", sorted(requests)))
        return [-one for one in requests]

    def broken(self, requests: Sequence[int]) -> list[int]:
        raise ConnectionError

    def forgetful(self, requests: Sequence[int]) -> list[int]:
        return []


@pytest.fixture
def batches() -> Batches:
    return Batches()


async def test_what_is_asked_at_the_same_moment_is_one_call(batches):
    gather = Gather()

    async def flow(number: int) -> int:
        twice = await gather.ask(batches.double, number)
        return int(await gather.ask(batches.negate, twice))

    assert await gather.run([flow(number) for number in range(500)]) == [-2 * number for number in range(500)]
    assert [name for name, _ in batches.calls] == ["double", "negate"]


async def test_flows_of_different_length_stay_in_step(batches):
    gather = Gather()

    async def flow(number: int) -> int:
        for _ in range(number):
            number = await gather.ask(batches.double, number)
        return number

    await gather.run([flow(number) for number in (0, 1, 3)])
    assert batches.calls == [("double", [1, 3]), ("double", [6]), ("double", [12])]


async def test_different_questions_of_one_moment_go_out_together(batches):
    gather = Gather()

    async def flow(number: int) -> int:
        return int(await gather.ask(batches.double if number % 2 else batches.negate, number))

    assert await gather.run([flow(number) for number in range(4)]) == [0, 2, -2, 6]
    assert sorted(batches.calls) == [("double", [1, 3]), ("negate", [0, 2])]


async def test_an_answer_that_is_an_error_is_raised_in_its_flow_alone(batches):
    gather = Gather()

    async def flow(number: int) -> str:
        try:
            return str(await gather.ask(batches.double, number))
        except ValueError as problem:
            return f"refused {problem}"

    assert await gather.run([flow(12), flow(1313), flow(14)]) == ["24", "refused 1313", "28"]


@pytest.mark.parametrize(("name", "error"), [("broken", ConnectionError), ("forgetful", RuntimeError)])
async def test_a_call_that_fails_as_a_whole_is_raised_in_every_flow(batches, name, error):
    gather = Gather()

    async def flow(number: int) -> type[Exception]:
        try:
            await gather.ask(getattr(batches, name), number)
        except Exception as problem:  # noqa: BLE001 -- the test looks at what was raised
            return type(problem)
        return AssertionError

    assert await gather.run([flow(1), flow(2)]) == [error, error]


async def test_calls_run_in_threads_so_that_slow_ones_do_not_add_up():
    gather = Gather()
    both_inside = asyncio.Barrier(2)
    loop = asyncio.get_running_loop()

    def meet(name: str, requests: Sequence[str]) -> list[str]:
        asyncio.run_coroutine_threadsafe(both_inside.wait(), loop).result(timeout=5)
        return [name] * len(requests)

    left, right = partial(meet, "left"), partial(meet, "right")

    async def flow(batch: partial[list[str]]) -> str:
        return str(await gather.ask(batch, ""))

    assert await gather.run([flow(left), flow(right)]) == ["left", "right"]
