"""Twenty create_company at once, and both directions at once on one customer, over four worker processes."""

import pytest

from tests.running import Running
from workers.demo.readback import Readback
from workers.demo.story import Author, Expected, Phase
from workers.ledger.review_desk import ParkedFilter, ReviewDesk

AT_ONCE = 20
SHARED = "one-customer.com"
AFTER_SWITCHING_ON = dict.fromkeys(("CreatedDate", "LastModifiedDate"), "2099-01-01T00:00:00.000+0000")

pytestmark = pytest.mark.processes


@pytest.fixture
def author():
    return Author(seed=1)


@pytest.fixture
def run(services, empty_ledger, author, tmp_path):
    def running(without: str = "") -> Running:
        url, engine = empty_ledger
        return Running(
            tmp_path,
            url,
            services.redis_url,
            engine,
            author.story,
            workers=4,
            app="tests.races.unguarded:app",
            # A slice of its own for every account, or twenty flows in one process would wait for each other.
            env={"TEST_WITHOUT": without, "TANDEM_SLICE_SIZE": "1"},
        )

    return running


def new_account(author: Author, **values: str) -> str:
    account_id = author.account(**values)
    author.story.salesforce["Account"][-1].update(AFTER_SWITCHING_ON)
    return account_id


def create_all(run: Running, alone: str, sharing: list[str]) -> Readback:
    for account_id in sharing:
        run.send("create_company", account_id)
        run.send("create_company", [alone[:15]])
    run.wait_until_settled(rows=1 + AT_ONCE)
    return run.read_back()


def companies_of(read: Readback, domain: str) -> list[str]:
    return [company_id for company_id, values in read.companies.items() if values.get("domain") == domain]


@pytest.mark.parametrize("without", ["", "leases", "claims"])
def test_accounts_that_share_a_domain_get_one_company(run, author, without):
    alone = new_account(author, website="alone.com")
    sharing = [new_account(author, website=SHARED) for _ in range(AT_ONCE)]
    with run(without) as running:
        read = create_all(running, alone, sharing)
        parked = ReviewDesk(running.engine).find_parked(ParkedFilter(task="create_company"))
    assert len(companies_of(read, SHARED)) == 1
    assert len(companies_of(read, "alone.com")) == 1
    assert {one.code for one in parked} <= {"CONFLICT_DOMAIN_TAKEN", "CONFLICT_DOMAIN"}
    assert len(parked) == AT_ONCE - 1


def test_without_either_guard_they_get_several(run, author):
    """What the guards are for, and that the test above can fail."""
    alone = new_account(author, website="alone.com")
    sharing = [new_account(author, website=SHARED) for _ in range(AT_ONCE)]
    with run("leases,claims") as running:
        # However unevenly the machine shares its time, between looking and creating there is room for the others.
        running.crms.configure({"hubspot": {"latency": 0.4}, "salesforce": {"latency": 0.2}})
        read = create_all(running, alone, sharing)
    assert len(companies_of(read, SHARED)) > 1
    assert len(companies_of(read, "alone.com")) == 1, "the key is the account's id, so one account has one company"


def test_both_directions_at_once_link_each_customer_with_itself(run, author):
    pairs = []
    for number in range(AT_ONCE):
        values = {"name": f"Customer {number}", "domain": f"customer-{number}.com"}
        company = author.company(Expected(Phase.MAIN, ""), **values)
        author.contact(company)
        pairs.append((company, new_account(author, name=values["name"], website=values["domain"])))
    with run() as running:
        for company, account_id in pairs:
            running.send("create_account", company)
            running.send("create_company", account_id)
        running.wait_until_settled(rows=2 * AT_ONCE)
        read = running.read_back()
        parked = ReviewDesk(running.engine).find_parked(ParkedFilter())
    assert parked == []
    assert len(read.companies) == len(read.accounts) == AT_ONCE
    assert {one["HubSpot_Company_Id__c"]: one["Id"] for one in read.accounts} == dict(pairs)
