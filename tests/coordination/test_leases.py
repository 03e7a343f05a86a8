"""What leases promise: all of a group or none, only one's own, and gone when nobody renews."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from multiprocessing import get_context

import pytest
import redis

from tasks.contracts.errors import Unreachable
from tasks.contracts.records import Identity
from workers.coordination.leases import RedisLeases
from workers.coordination.scripts import Script

TTL = timedelta(seconds=20)
TTL_MS = 20_000
COMPANY, DOMAIN, ACCOUNT = Identity("company", "1"), Identity("domain", "acme.com"), Identity("account", "001")


@pytest.fixture
def leases(client):
    return RedisLeases(client, TTL)


def test_a_group_is_taken_whole_under_readable_keys_that_expire(leases, client):
    (token,) = leases.take([(COMPANY, DOMAIN)])

    assert token
    assert {key.decode() for key in client.scan_iter()} == {"tandem:lease:company:1", "tandem:lease:domain:acme.com"}
    assert 0 < client.pttl("tandem:lease:domain:acme.com") <= 20_000


def test_one_held_identity_refuses_the_whole_group_and_leaves_nothing_behind(leases, client):
    leases.take([(DOMAIN,)])

    assert leases.take([(COMPANY, DOMAIN, ACCOUNT)]) == [None]
    assert client.exists("tandem:lease:company:1", "tandem:lease:account:001") == 0


def test_groups_of_one_call_stand_on_their_own_and_the_earlier_wins(leases):
    first, second, third = leases.take([(COMPANY, DOMAIN), (DOMAIN,), (ACCOUNT,)])

    assert first is not None
    assert third not in {None, first}
    assert second is None


def test_asking_again_after_a_lost_answer_does_not_find_oneself_in_the_way(client):
    take = Script(client, "leases_take")

    assert [take.run(["tandem:lease:company:1"], ["20000", "token", "1"]) for _ in range(2)] == [[1], [1]]


def test_release_frees_one_s_own_group(leases):
    (token,) = leases.take([(COMPANY, DOMAIN)])
    leases.release([(token, (COMPANY, DOMAIN))])

    assert leases.take([(DOMAIN, COMPANY)]) != [None]


def test_a_late_release_leaves_the_next_holder_alone(leases, client):
    (old,) = leases.take([(COMPANY,)])
    client.delete("tandem:lease:company:1")
    (new,) = leases.take([(COMPANY,)])

    leases.release([(old, (COMPANY,))])

    assert client.get("tandem:lease:company:1").decode() == new


def test_a_lease_nobody_renews_ends(leases, client):
    leases.take([(COMPANY,)])
    assert leases.take([(COMPANY,)]) == [None]
    assert 0 < client.pttl("tandem:lease:company:1") <= TTL_MS
    client.pexpire("tandem:lease:company:1", 1)  # nearly all of it has passed
    time.sleep(0.01)
    assert leases.take([(COMPANY,)]) != [None]


def test_renewal_keeps_it(leases, client):
    (token,) = leases.take([(COMPANY, DOMAIN)])
    assert token
    keys = list(client.scan_iter())
    for key in keys:
        client.pexpire(key, TTL_MS // 2)  # half of it has passed
    assert leases.renew([(token, (COMPANY, DOMAIN))]) == frozenset()
    assert all(TTL_MS // 2 < client.pttl(key) <= TTL_MS for key in keys)
    assert leases.take([(COMPANY,)]) == [None]


def test_renewal_tells_what_is_lost_and_never_prolongs_another_s(leases, client):
    mine, lost = leases.take([(ACCOUNT,), (COMPANY, DOMAIN)])
    client.set("tandem:lease:domain:acme.com", "somebody-else", px=5_000)

    assert leases.renew([(mine, (ACCOUNT,)), (lost, (COMPANY, DOMAIN))]) == {lost}
    assert client.pttl("tandem:lease:domain:acme.com") <= 5_000


def test_redis_forgetting_its_scripts_goes_unnoticed(leases, client):
    (token,) = leases.take([(COMPANY,)])
    client.script_flush()
    assert leases.renew([(token, (COMPANY,))]) == frozenset()
    client.script_flush()
    leases.release([(token, (COMPANY,))])
    client.script_flush()
    assert leases.take([(COMPANY,)]) != [None]


def test_nothing_to_take_needs_no_redis(nowhere):
    leases = RedisLeases(nowhere, TTL)

    assert leases.take([]) == []
    assert leases.renew([]) == frozenset()
    leases.release([])


def test_redis_being_away_is_a_reason_to_try_again(nowhere):
    with pytest.raises(Unreachable):
        RedisLeases(nowhere, TTL).take([(COMPANY,)])


def count_winners(url: str, rounds: int) -> Counter[int]:
    """For each round, how many of this process's threads got the lease all of them wanted."""
    leases = RedisLeases(redis.Redis.from_url(url), TTL)

    def contend(number: int) -> int:
        group = (Identity("company", str(number)), Identity("domain", f"{number}.com"))
        return number if leases.take([group])[0] else -1

    with ThreadPoolExecutor(8) as threads:
        return Counter(threads.map(contend, [number for number in range(rounds) for _ in range(8)]))


def test_of_all_who_want_it_one_gets_it(redis_server, client):
    with get_context("spawn").Pool(2) as processes:
        counted = processes.starmap(count_winners, [(redis_server.url, 40)] * 2)

    winners = sum(counted, Counter())
    assert {number: winners[number] for number in range(40)} == dict.fromkeys(range(40), 1)
