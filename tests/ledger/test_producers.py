"""Keys of producers: what is kept of them, who is let in, and who no longer is."""

import pytest
from sqlalchemy import Engine, select

from tests.ledger.samples import execute
from workers.ledger.models import ProducerKeyRow
from workers.ledger.producers import PostgresProducers


@pytest.fixture
def producers(engine: Engine) -> PostgresProducers:
    return PostgresProducers(engine)


def test_a_key_tells_whose_it_is(producers):
    first, second = producers.add("crm-bridge"), producers.add("billing")
    assert (producers.find_name(first), producers.find_name(second)) == ("crm-bridge", "billing")


def test_the_ledger_does_not_hold_the_key(producers, engine):
    key = producers.add("crm-bridge")
    with engine.connect() as connection:
        row = connection.execute(select(ProducerKeyRow)).one()
    assert key.rpartition("_")[2] not in str(row)
    assert len(key.rpartition("_")[2]) == 64
    assert row.key_id in key


@pytest.mark.parametrize("spoil", [str.upper, lambda key: key[:-1], lambda key: key + "0", lambda key: ""])
def test_a_key_that_is_not_quite_right_is_nobodys(producers, spoil):
    assert producers.find_name(spoil(producers.add("crm-bridge"))) is None


def test_the_secret_of_one_key_does_not_open_another(producers):
    first, second = producers.add("crm-bridge"), producers.add("billing")
    mixed = f"{first.rpartition('_')[0]}_{second.rpartition('_')[2]}"
    assert producers.find_name(mixed) is None


def test_a_revoked_key_is_refused_at_once_and_stays_listed(producers):
    old, new = producers.add("crm-bridge"), producers.add("crm-bridge")
    assert producers.revoke("crm-bridge", key_id=old.split("_")[1]) == 1
    assert (producers.find_name(old), producers.find_name(new)) == (None, "crm-bridge")
    assert producers.revoke("crm-bridge") == 1
    assert producers.find_name(new) is None
    assert [one.revoked_at is None for one in producers.list_keys()] == [False, False]
    assert producers.revoke("crm-bridge") == 0


def test_revoking_does_not_touch_the_key_of_another_producer(producers):
    key = producers.add("billing")
    producers.add("crm-bridge")
    assert producers.revoke("crm-bridge", key_id=key.split("_")[1]) == 0
    producers.revoke("crm-bridge")
    assert producers.find_name(key) == "billing"


def test_use_is_stamped_once_a_minute_and_only_with_the_right_key(producers, engine):
    key = producers.add("crm-bridge")
    producers.find_name(key[:-1] + ("0" if key[-1] != "0" else "1"))
    assert producers.list_keys()[0].last_used_at is None
    producers.find_name(key)
    used = producers.list_keys()[0].last_used_at
    producers.find_name(key)
    assert producers.list_keys()[0].last_used_at == used
    execute(engine, "UPDATE producer_keys SET last_used_at = now() - interval '61 seconds'")
    producers.find_name(key)
    assert producers.list_keys()[0].last_used_at >= used


@pytest.mark.parametrize("name", ["", "Crm", "a b", "-a", "a:b", "a" * 64, "ä", "a\n", "poll", "hubspot"])
def test_a_name_that_could_be_mistaken_is_not_given(producers, name):
    with pytest.raises(ValueError, match="name"):
        producers.add(name)
    assert producers.list_keys() == []
