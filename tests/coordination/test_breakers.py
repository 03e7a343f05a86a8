"""What the breakers promise: a CRM that is away, or refuses us, is asked by one probe at a time, whoever asks."""

from datetime import timedelta
from itertools import count
from multiprocessing import get_context

import pytest
import redis
from pydantic import SecretStr

from tasks.contracts.errors import Unreachable
from tasks.contracts.records import Lane
from tests.coordination.test_budget import settings
from tests.waiting import until
from workers.coordination.breakers import breaker_key
from workers.coordination.budget import Allowance, Budget
from workers.granting import Grant, Noted, Outcome
from workers.settings import Settings

numbers = count()
PATIENCE = 3
FIRST, LONGEST = timedelta(milliseconds=200), timedelta(milliseconds=700)


def quick(**changes) -> Settings:
    known = {"breaker_failures": PATIENCE, "breaker_first_wait": FIRST, "breaker_longest_wait": LONGEST}
    return settings(**{**known, **changes})


def ask(budget: Budget, crm: str = "hubspot") -> tuple[str, Grant]:
    call = f"call-{next(numbers)}"
    return call, budget.take([Allowance.HUBSPOT_BURST], Lane.LIVE, family=f"{crm}.companies.read", call=call)


def note(budget: Budget, outcome: Outcome, crm: str = "hubspot") -> Noted:
    """Of a call that was let through."""
    call, grant = ask(budget, crm)
    assert not grant.wait
    return budget.note_outcome(crm, call, outcome, "NO_ANSWER")


def open_it(budget: Budget) -> None:
    assert [note(budget, Outcome.UNANSWERED).opened for _ in range(PATIENCE)] == [False] * (PATIENCE - 1) + [True]


def next_probe(budget: Budget) -> str:
    """The id of the call that is let through, as soon as one is."""
    return until(lambda: next((call for call, grant in [ask(budget)] if not grant.wait), ""))


@pytest.fixture
def budget(client: redis.Redis) -> Budget:
    return Budget(client, quick())


def test_a_crm_that_leaves_many_calls_in_a_row_unanswered_is_not_called_any_more(budget):
    open_it(budget)

    _, grant = ask(budget)
    assert (grant.halted_by, grant.is_watched) == ("NO_ANSWER", False)
    assert timedelta() < grant.wait <= FIRST


def test_an_answer_in_between_starts_the_count_anew(budget):
    for _ in range(3):
        for _ in range(PATIENCE - 1):
            assert note(budget, Outcome.UNANSWERED) == Noted()
        assert ask(budget)[1].is_watched
        assert note(budget, Outcome.ANSWERED) == Noted()
    assert not ask(budget)[1].is_watched


def test_refused_credentials_open_it_at_once(budget):
    assert note(budget, Outcome.REFUSED).opened


def test_one_crm_does_not_stop_the_other(budget):
    open_it(budget)
    assert ask(budget, "hubspot")[1].wait
    assert not ask(budget, "salesforce")[1].wait


def test_in_the_good_case_nothing_is_written_for_the_breaker(budget, client):
    for _ in range(5):
        assert not ask(budget)[1].is_watched
    assert not client.exists(breaker_key("hubspot", quick()))


def test_corrected_credentials_have_a_breaker_of_their_own(client, budget):
    assert note(budget, Outcome.REFUSED).opened
    corrected = Budget(client, quick(hubspot_token=SecretStr("another")))
    assert ask(budget)[1].wait
    assert not ask(corrected)[1].wait


def test_one_probe_at_a_time_is_let_through(budget):
    open_it(budget)
    next_probe(budget)
    assert all(ask(budget)[1].wait for _ in range(20))


def test_a_probe_that_fails_doubles_the_wait_up_to_the_longest(budget):
    open_it(budget)
    waits = [budget.note_outcome("hubspot", next_probe(budget), Outcome.UNANSWERED, "X").next_probe for _ in range(3)]
    assert waits == [2 * FIRST, LONGEST, LONGEST]


def test_a_probe_that_never_reports_back_is_replaced(budget, client):
    open_it(budget)
    next_probe(budget)
    client.hset(breaker_key("hubspot", quick()), "probe_until", 0)
    next_probe(budget)


def test_a_probe_of_which_nothing_is_known_is_sent_again_at_once(budget):
    open_it(budget)
    probe = next_probe(budget)
    assert budget.note_outcome("hubspot", probe, Outcome.UNKNOWN).next_probe
    assert not ask(budget)[1].wait


def test_an_answer_to_a_call_that_left_before_the_opening_does_not_close_it(budget):
    early, _ = ask(budget)
    open_it(budget)
    assert not budget.note_outcome("hubspot", early, Outcome.ANSWERED).closed
    assert ask(budget)[1].halted_by


def test_failures_of_calls_that_left_before_the_opening_do_not_make_the_wait_longer(budget):
    early = [ask(budget)[0] for _ in range(5)]
    open_it(budget)
    waits = [budget.note_outcome("hubspot", call, Outcome.UNANSWERED, "X").next_probe for call in early]
    assert all(wait <= FIRST for wait in waits)


def test_it_closes_with_an_answer_and_a_slow_start(budget, client):
    open_it(budget)
    assert budget.note_outcome("hubspot", next_probe(budget), Outcome.ANSWERED).closed

    key = breaker_key("hubspot", quick())
    granted = [sum(not ask(budget)[1].wait for _ in range(30))]
    for _ in range(2):
        client.hincrby(key, "closed_at", -5_000)
        granted.append(sum(not ask(budget)[1].wait for _ in range(30)))
    assert granted == [2, 2, 4], "two calls at once, twice as many five seconds later, and again"
    _, grant = ask(budget)
    assert not grant.halted_by
    assert timedelta() < grant.wait <= timedelta(seconds=2), "until the ninth has its turn"


def test_an_opening_is_told_to_one_caller_of_the_fleet(client, redis_server):
    with get_context("spawn").Pool(2) as processes:
        opened = processes.starmap(openings, [(redis_server.url, 10)] * 2)
    assert sum(opened) == 1


def openings(url: str, calls: int) -> int:
    budget = Budget(redis.Redis.from_url(url), quick())
    noted = [budget.note_outcome("hubspot", f"x-{number}", Outcome.UNANSWERED, "NO_ANSWER") for number in range(calls)]
    return sum(one.opened for one in noted)


def test_what_is_open_is_told_with_code_and_next_probe(budget):
    assert budget.breakers.find_open() == []
    open_it(budget)
    (told,) = budget.breakers.find_open()
    assert (told.crm, told.code) == ("hubspot", "NO_ANSWER")
    assert timedelta() < told.next_probe <= FIRST


def test_somebody_who_wants_to_know_makes_the_next_call_the_probe(client):
    budget = Budget(client, quick(breaker_first_wait=timedelta(hours=1), breaker_longest_wait=timedelta(hours=1)))
    assert note(budget, Outcome.REFUSED).opened
    assert ask(budget)[1].wait
    budget.breakers.probe_now()
    assert not ask(budget)[1].wait
    assert ask(budget)[1].wait


def test_without_redis_nobody_says_that_all_is_well(nowhere):
    breakers = Budget(nowhere, quick()).breakers
    with pytest.raises(Unreachable):
        breakers.find_open()
    with pytest.raises(Unreachable):
        breakers.note("hubspot", "x", Outcome.UNANSWERED)
