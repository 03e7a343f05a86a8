"""A small benchmark for real: both contenders do the same job, and what is reported is what the simulator counted."""

from io import StringIO

import pytest
import redis
from rich.console import Console

from benchmarks.__main__ import compare
from benchmarks.conditions import CannotRun, Conditions, prepare_ground
from benchmarks.report import Comparison
from workers.embedded import EmbeddedServices

pytestmark = pytest.mark.processes

COMPANIES = 20
CHILDREN = 2


@pytest.fixture(scope="module")
def comparison(services: EmbeddedServices, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    return compare(
        Conditions(workers=1, children=CHILDREN, latency=0.002, patience=30),
        services,
        companies=COMPANIES,
        usual_sample=COMPANIES,
        folder=tmp_path_factory.mktemp("benchmark"),
        console=Console(file=StringIO()),
    )


def test_both_give_every_company_its_account(comparison):
    for figures in (comparison.tandem, comparison.usual):
        assert (figures.records, figures.right, figures.accounts) == (COMPANIES, COMPANIES, COMPANIES), figures
    assert comparison.is_right


def test_the_usual_way_makes_one_call_for_each_step(comparison):
    usual = comparison.usual
    assert usual.hubspot_calls - usual.rate_limited == 4 * COMPANIES
    assert usual.salesforce_calls == 4 * COMPANIES + CHILDREN  # each child logs in for itself


def test_tandem_makes_its_calls_for_many_at_once(comparison):
    tandem = comparison.tandem
    assert 0 < tandem.hubspot_calls < COMPANIES
    assert 0 < tandem.salesforce_calls < COMPANIES
    assert tandem.rate_limited == 0


def test_a_redis_with_something_in_it_is_not_emptied(services, redis_url, tmp_path):
    with redis.Redis.from_url(redis_url) as connection:
        connection.set("somebody", "else")
        with (
            pytest.raises(CannotRun, match="something in it"),
            prepare_ground(Conditions(), services, companies=1, folder=tmp_path),
        ):
            pytest.fail("it was taken")
        assert connection.get("somebody") == b"else"
        connection.delete("somebody")
