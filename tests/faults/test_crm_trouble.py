"""Calls to both CRMs go wrong in every way the wire knows, before and after the write; real workers carry on."""

from collections.abc import Iterator, Sequence

import pytest

from simulator.faults import KINDS
from tests.running import Running
from workers.demo.story import Author, Expected, Phase
from workers.ledger.review_desk import ParkedFilter, ReviewDesk

COMPANIES = 6
TIMES = 2
WRITES = ("companies/batch/update$", "composite/sobjects")
READS = ("companies/batch/read$", "/(query|composite)/?$")
AFTER_THE_WRITE = {"cut_after_commit", "hang_after_commit", "status_after_commit", "truncate"}
TROUBLE = {
    **{f"writing: {kind}": (kind, WRITES) for kind in KINDS},
    **{f"reading: {kind}": (kind, READS) for kind in KINDS if kind not in AFTER_THE_WRITE},
}
STRUCK_FOR_SECONDS = 1.25
"""Longer than the workers wait for an answer."""

pytestmark = pytest.mark.processes


def write_companies(author: Author) -> list[str]:
    companies = [author.company(Expected(Phase.MAIN, "")) for _ in range(COMPANIES)]
    for company in companies:
        _, email = author.contact(company, stage="customer")
        author.salesforce_contact(email)
    return companies


@pytest.fixture(scope="module")
def companies_of() -> tuple[Author, dict[str, list[str]]]:
    """For every kind of trouble some companies that nobody has spoken of yet."""
    author = Author(seed=1)
    return author, {name: write_companies(author) for name in TROUBLE}


@pytest.fixture(scope="module")
def running(companies_of, database_url, redis_url, engine, tmp_path_factory) -> Iterator[Running]:
    author, _ = companies_of
    env = {
        "TANDEM_READ_TIMEOUT": "0.5",
        "TANDEM_SLICE_SIZE": "4",
        "TANDEM_RESEND_AFTER": "1",
        "TANDEM_RESEND_EVERY": "0.5",
        # By so much only: a late write falls before one attempt and after another.
        "TEST_TIMES_QUICKER": "2",
    }
    folder, app = tmp_path_factory.mktemp("logs"), "tests.faults.hurried:app"
    with Running(folder, database_url, redis_url, engine, author.story, app=app, env=env) as started:
        yield started


def announce(running: Running, companies: Sequence[str]) -> None:
    running.announce(
        *({"version": 1, "event_id": f"e-{one}", "record": "hubspot.company", "id": one} for one in companies)
    )


def count_rows(running: Running) -> int:
    with running.engine.connect() as connection:
        return connection.exec_driver_sql("SELECT count(*) FROM owed").scalar() or 0


@pytest.mark.timeout(180)
@pytest.mark.parametrize("name", TROUBLE)
def test_every_company_gets_its_one_account_and_its_stage(running, companies_of, name):
    kind, paths = TROUBLE[name]
    companies = companies_of[1][name]
    for path in paths:
        running.crms.strike(kind=kind, path=path, times=TIMES, seconds=STRUCK_FOR_SECONDS)
    rows = count_rows(running)
    announce(running, companies)
    running.wait_until_settled(rows=rows + 4 * len(companies))

    assert [one["struck"] for one in running.crms.faults()] == [TIMES] * len(paths)
    running.crms.calm()
    found = running.read_back()
    account_of = {one["HubSpot_Company_Id__c"]: one["Id"] for one in found.accounts}
    assert len(account_of) == len(found.accounts), "an account is not its company's only one"
    assert [found.companies[one].get("sf_account_id") for one in companies] == [account_of[one] for one in companies]
    assert {found.companies[one].get("lifecyclestage") for one in companies} == {"customer"}
    assert set(found.account_of_contact.values()) == set(account_of.values()), "private contacts have got theirs"
    assert not ReviewDesk(running.engine).find_parked(ParkedFilter())
