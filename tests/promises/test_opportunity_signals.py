"""Domain rule 8.2.7: open and won opportunities speak for contacts that have a role in them, whenever they got it."""

import pytest

from tasks.contracts.records import CompanyId, Lane, Owed
from tasks.propagate_lifecycle_stage import propagate_lifecycle_stage
from tests.crm.wire import Wire
from tests.ledger.samples import execute
from tests.workers.test_slices import Woken
from workers.slices import run_slice
from workers.toolbox.hands import Hands

ACCOUNT, PERSON, OPPORTUNITY = "001000000000001AAA", "003000000000001AAA", "006000000000001AAA"
COMPANY = CompanyId("1")


@pytest.fixture
def customer(hands: Hands, crms: Wire) -> Hands:
    """A company with one contact, who is a Salesforce contact."""
    crms.portal.seed(
        {
            "companies": [{"id": COMPANY, "properties": {"name": "Acme", "lifecyclestage": "lead"}}],
            "contacts": [{"id": "11", "properties": {"email": "a@acme.example", "lifecyclestage": "lead"}}],
            "associations": [{"contact": "11", "company": COMPANY, "primary": True}],
        }
    )
    crms.org.seed({"Account": [{"Id": ACCOUNT, "Name": "Acme"}]})
    crms.org.seed({"Contact": [{"Id": PERSON, "LastName": "Doe", "Email": "a@acme.example", "AccountId": ACCOUNT}]})
    hands.ledger.write_switch("company_sync", True, "test")
    return hands


def opportunity(crms: Wire, stage: str) -> None:
    row = {"Id": OPPORTUNITY, "Name": "x", "AccountId": ACCOUNT, "StageName": stage, "CloseDate": "2026-01-01"}
    crms.org.seed({"Opportunity": [row]})


def role(crms: Wire) -> None:
    crms.org.seed({"OpportunityContactRole": [{"OpportunityId": OPPORTUNITY, "ContactId": PERSON}]})


def stage_afterwards(hands: Hands, crms: Wire) -> str:
    hands.book.owe([Owed("propagate_lifecycle_stage", COMPANY)])
    execute(hands.engine, "UPDATE owed SET not_before = now() - interval '1 second'")
    run_slice(propagate_lifecycle_stage, [], Lane.LIVE, hands, Woken())
    (company,) = crms.portal.state()["companies"]
    return str(company["properties"]["lifecyclestage"])


def test_an_opportunity_without_a_role_does_nothing_and_a_role_added_after_the_win_does(customer, crms):
    opportunity(crms, "Closed Won")
    assert stage_afterwards(customer, crms) == "lead"
    role(crms)
    assert stage_afterwards(customer, crms) == "customer"


@pytest.mark.parametrize(
    ("stage", "becomes"), [("Prospecting", "opportunity"), ("Closed Won", "customer"), ("Closed Lost", "lead")]
)
def test_an_open_one_means_opportunity_a_won_one_customer_a_lost_one_nothing(customer, crms, stage, becomes):
    opportunity(crms, stage)
    role(crms)
    assert stage_afterwards(customer, crms) == becomes


def test_an_opportunity_that_is_won_later_lifts_the_company_once_more_and_a_lost_one_never_lowers_it(customer, crms):
    opportunity(crms, "Prospecting")
    role(crms)
    assert stage_afterwards(customer, crms) == "opportunity"
    opportunity(crms, "Closed Won")
    assert stage_afterwards(customer, crms) == "customer"
    opportunity(crms, "Closed Lost")
    assert stage_afterwards(customer, crms) == "customer"


def test_where_the_operator_switched_it_off_nothing_changes(customer, crms):
    customer.ledger.write_switch("opportunity_signals", False, "test")
    opportunity(crms, "Closed Won")
    role(crms)
    assert stage_afterwards(customer, crms) == "lead"
