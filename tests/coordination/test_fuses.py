"""What the write fuses promise: a record is not written more often than a record can need, whoever writes it."""

from datetime import timedelta

import pytest

from tasks.contracts.errors import Unreachable
from tests.coordination.test_budget import settings
from workers.coordination.fuses import WriteFuses, Written

ACME, ZETA = Written("hubspot", "hubspot.company", "1"), Written("hubspot", "hubspot.company", "2")
WINDOW = timedelta(seconds=60)


@pytest.fixture
def fuses(client) -> WriteFuses:
    return WriteFuses(client, settings(write_fuse=3, write_fuse_window=WINDOW))


def test_each_record_is_counted_by_itself_whichever_crm_and_kind(fuses):
    elsewhere = Written("salesforce", "hubspot.company", "1")
    assert fuses.count([ACME, ZETA]) == [1, 1]
    assert fuses.count([ACME, elsewhere]) == [2, 1]


def test_writes_long_ago_do_not_count(client, fuses):
    fuses.count([ACME])
    (key,) = client.keys("tandem:writes:*")
    assert timedelta(seconds=50) < timedelta(milliseconds=client.pttl(key)) <= WINDOW
    fuses.count([ACME])
    client.delete(key)  # as when its time is over
    assert fuses.count([ACME]) == [1]


def test_the_window_begins_with_the_first_write_and_is_not_prolonged_by_the_others(client, fuses):
    fuses.count([ACME])
    (key,) = client.keys("tandem:writes:*")
    client.pexpire(key, 5_000)
    fuses.count([ACME])
    assert client.pttl(key) <= 5_000


def test_whoever_tries_in_spite_of_a_blown_fuse_keeps_it_blown(client, fuses):
    for _ in range(4):
        fuses.count([ACME])
    (key,) = client.keys("tandem:writes:*")
    client.pexpire(key, 5_000)
    assert fuses.count([ACME]) == [5]
    assert client.pttl(key) > 50_000


def test_a_mended_fuse_counts_anew(fuses):
    for _ in range(4):
        fuses.count([ACME])
    fuses.mend([ACME])
    assert fuses.count([ACME]) == [1]


def test_redis_being_away_is_a_reason_to_try_again(nowhere):
    with pytest.raises(Unreachable):
        WriteFuses(nowhere, settings()).count([ACME])
