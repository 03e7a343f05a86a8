"""Rules 2.2 to 2.7 with real workers: which of the announced accounts have a company in the end, and which one."""

import pytest
import requests

from tests.running import Running
from workers.demo.simulated_crms import HUBSPOT_TOKEN
from workers.demo.story import Author
from workers.ledger.review_desk import ParkedFilter, ReviewDesk

pytestmark = pytest.mark.processes

LONG_AGO, IN_FUTURE = "2020-01-01T00:00:00.000+0000", "2099-01-01T00:00:00.000+0000"
OLD = dict.fromkeys(("CreatedDate", "LastModifiedDate"), LONG_AGO)
NEW = dict.fromkeys(("CreatedDate", "LastModifiedDate"), IN_FUTURE)
CONVERTED = {"IsConverted": True, "ConvertedDate": IN_FUTURE[:10], "LastModifiedDate": IN_FUTURE}


@pytest.fixture
def author():
    return Author(seed=1)


@pytest.fixture
def run(services, empty_ledger, author, tmp_path):
    url, engine = empty_ledger
    return Running(tmp_path, url, services.redis_url, engine, author.story)


def account(author: Author, name: str, **values: object) -> str:
    account_id = author.account(name=name, website=f"{name.lower()}.com")
    author.story.salesforce["Account"][-1].update(values)
    return account_id


def announce(running: Running, *account_ids: str, what: str = "changed") -> None:
    events = [{"version": 1, "event_id": f"{what}-{one}", "record": "salesforce.account"} for one in account_ids]
    running.announce(*({**event, "id": one, "what": what} for event, one in zip(events, account_ids, strict=True)))


def test_2_2_to_2_7_only_who_may_come_over_does_and_each_once(run, author):
    master = account(author, "Master", **NEW)
    left_alone = [
        account(author, "Untouched", **OLD),
        account(author, "Deleted", **NEW, IsDeleted=True),
        account(author, "Merged", **NEW, IsDeleted=True, MasterRecordId=master),
    ]
    coming = [account(author, "New", **NEW), account(author, "Edited", **{**OLD, "LastModifiedDate": IN_FUTURE})]
    by_lead, imported = account(author, "Converted", **OLD), account(author, "Imported", **OLD)
    author.lead("lee@converted.com")
    author.story.salesforce["Lead"][-1].update(CONVERTED, ConvertedAccountId=by_lead)
    author.lead("lea@nowhere.com")
    with run as running:
        announce(running, *left_alone, *coming, by_lead)
        announce(running, imported, what="imported")
        running.wait_until_settled(rows=8)
        read = running.read_back()
    names = sorted(str(values.get("name")) for values in read.companies.values())
    assert names == ["Converted", "Edited", "Imported", "Master", "New"]


def test_2_7_the_company_that_hubspot_made_by_itself_becomes_the_account_s(run, author):
    account_id = account(author, "Acme", **NEW)
    author.salesforce_contact("ann@acme.com", account=account_id)
    with run as running:
        running.crms.configure({"hubspot": {"auto_company": True, "auto_company_delay": 0.1}})
        contact = {"properties": {"email": "ann@acme.com"}}
        url, headers = f"{running.crms.url}/crm/v3/objects/contacts", {"Authorization": f"Bearer {HUBSPOT_TOKEN}"}
        requests.post(url, json=contact, headers=headers, timeout=10).raise_for_status()
        running.wait_until(lambda: running.read_back().companies, what="HubSpot makes a company")
        (company_id,) = running.read_back().companies
        announce(running, account_id)
        running.send("create_account", company_id)
        running.wait_until_settled(rows=2)
        read = running.read_back()
        assert ReviewDesk(running.engine).find_parked(ParkedFilter()) == []
    assert list(read.companies) == [company_id]
    assert [(one["Id"], one["HubSpot_Company_Id__c"]) for one in read.accounts] == [(account_id, company_id)]
