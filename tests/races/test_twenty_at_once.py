"""Twenty create_account at once over four worker processes: one customer, one account, whichever guard is out."""

from collections import Counter

import pytest

from tests.running import Running
from workers.demo.story import Author, Expected, Phase
from workers.ledger.review_desk import ParkedFilter, ReviewDesk

AT_ONCE = 20
SHARED = "one-customer.com"

pytestmark = pytest.mark.processes


@pytest.fixture
def author():
    return Author(seed=1)


@pytest.fixture
def run(services, empty_ledger, author, tmp_path):
    def running(without: str) -> Running:
        url, engine = empty_ledger
        return Running(
            tmp_path,
            url,
            services.redis_url,
            engine,
            author.story,
            workers=4,
            app="tests.races.unguarded:app",
            # A slice of its own for every company, or twenty flows in one process would wait for each other.
            env={"TEST_WITHOUT": without, "TANDEM_SLICE_SIZE": "1"},
        )

    return running


def write_companies(author: Author) -> tuple[str, list[str]]:
    expected = Expected(Phase.MAIN, "")
    alone = author.company(expected)
    author.contact(alone)
    sharing = [author.company(expected, domain=SHARED) for _ in range(AT_ONCE)]
    for company in sharing:
        author.contact(company)
    return alone, sharing


def create_all(run: Running, alone: str, sharing: list[str]) -> Counter[str]:
    """Accounts by their domain afterwards."""
    run.wait_until_all_listen()
    for company in sharing:
        run.send("create_account", company)
        run.send("create_account", [alone])
    run.wait_until_settled(rows=1 + AT_ONCE)
    return Counter(
        SHARED if one["Website"] == SHARED else one["HubSpot_Company_Id__c"] for one in run.read_back().accounts
    )


@pytest.mark.parametrize("without", ["", "leases", "claims"])
def test_one_customer_gets_one_account(run, author, without):
    alone, sharing = write_companies(author)
    with run(without) as running:
        accounts = create_all(running, alone, sharing)
        parked = ReviewDesk(running.engine).find_parked(ParkedFilter())
    assert accounts == {alone: 1, SHARED: 1}
    assert Counter(one.code for one in parked) == {"CONFLICT_DOMAIN_TAKEN": AT_ONCE - 1}


def test_without_either_guard_one_customer_gets_several(run, author):
    """What the guards are for, and that the test above can fail."""
    alone, sharing = write_companies(author)
    with run("leases,claims") as running:
        # However unevenly the machine shares its time, between looking and creating there is room for the others.
        running.crms.configure({"hubspot": {"latency": 0.2}, "salesforce": {"latency": 0.4}})
        accounts = create_all(running, alone, sharing)
    assert accounts[SHARED] > 1
    assert accounts[alone] == 1, "the account's key is the company's id, so even now one company has one account"
