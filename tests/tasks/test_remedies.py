"""What Tandem tells people to do about a parked record is true: once they have done it, the record gets through."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tasks.contracts.errors import NeedsHuman
from tasks.contracts.reasons import WHAT_TO_DO, Reason
from tasks.contracts.records import AccountId, CompanyId, DomainMatch, NameMatch, PersonKind, StageName
from tasks.create_account import create_account
from tasks.create_company import create_company
from tasks.link_company import link_company
from tasks.propagate_lifecycle_stage import propagate_lifecycle_stage
from tasks.rules.matching import NAME_REASONS
from tasks.sync_task import SyncTask
from tests.doubles.crms import MemoryHubSpot
from tests.doubles.world import LATELY, World

COMPANY, OTHER = CompanyId("1"), CompanyId("2")
ACCOUNT, SECOND = AccountId("001000000000001AAA"), AccountId("001000000000002AAA")
NEW = {"created_at": LATELY, "modified_at": LATELY}
ROOT = Path(__file__).parents[2]

Act = Callable[[World], None]


# What a person does in the CRMs


def stores_account_id(world: World) -> None:
    company = world.hubspot.companies[COMPANY]
    world.hubspot.companies[COMPANY] = replace(company, account_id=SECOND)


def clears_account_id(world: World) -> None:
    company = world.hubspot.companies[COMPANY]
    world.hubspot.companies[COMPANY] = replace(company, account_id=None)


def writes_key(world: World) -> None:
    world.salesforce.accounts[SECOND] = replace(world.salesforce.accounts[SECOND], company_id=COMPANY)


def corrects_the_key(world: World) -> None:
    world.salesforce.accounts[ACCOUNT] = replace(world.salesforce.accounts[ACCOUNT], company_id=OTHER)


def clears_the_key(world: World) -> None:
    world.salesforce.accounts[ACCOUNT] = replace(world.salesforce.accounts[ACCOUNT], company_id=None)


def creates_keyed_account(world: World) -> None:
    world.account("001000000000003AAA", company_id=COMPANY)


def moves_contacts(world: World) -> None:
    world.salesforce.people = {
        key: replace(person, account_id=SECOND) for key, person in world.salesforce.people.items()
    }


def merges_the_company_away(world: World) -> None:
    del world.hubspot.companies[COMPANY]


def creates_keyed_company(world: World) -> None:
    world.company("3", account_id=SECOND)


def gathers_contacts(world: World) -> None:
    for one in list(world.hubspot.associations.values()):
        world.hubspot.make_primary(COMPANY, one.contact_id)


def merges_the_account_away(world: World) -> None:
    world.salesforce.accounts[SECOND] = replace(world.salesforce.accounts[SECOND], is_deleted=True, master_id=ACCOUNT)


def restores_the_account(world: World) -> None:
    world.account(ACCOUNT, company_id=COMPANY)


def gives_it_a_name(world: World) -> None:
    world.company(name="Acme")


def gives_it_a_domain(world: World) -> None:
    world.company(name="", domain="acme.com")


def stops_the_workflow(world: World) -> None:
    world.hubspot = MemoryHubSpot(**vars(world.hubspot))


def asks_by_force(_world: World) -> None:
    pass


# How records come to be parked


def two_accounts_with_the_domain(world: World) -> None:
    world.company(domain="acme.com")
    world.contact()
    for account in (ACCOUNT, SECOND):
        world.account(account, website="acme.com")


def one_account_with_the_domain(world: World) -> None:
    world.company(domain="acme.com")
    world.contact()
    world.account(SECOND, website="acme.com")


def a_doubtful_account_with_the_domain(world: World) -> None:
    world.switches = World(domain_match=DomainMatch.AUTO).switches
    world.company(domain="acme.com")
    world.contact()
    world.account(SECOND, name="Zeta Shipping", website="acme.com")


def a_namesake(world: World) -> None:
    """Found because its website contains the company's domain, which is another one."""
    world.switches = World(name_match=NameMatch.SUGGEST).switches
    world.company(domain="acme.com", country="Brazil")
    world.contact()
    world.account(SECOND, website="acme.com.br", country="BR")


def a_namesake_from_nowhere(world: World) -> None:
    a_namesake(world)
    world.account(SECOND, website="acme.com.br")


def contacts_on_two_accounts(world: World) -> None:
    world.company()
    for account in (ACCOUNT, SECOND):
        world.account(account)
        world.person(world.contact(), PersonKind.CONTACT, account=account)


def domain_of_a_linked_company(world: World) -> None:
    world.company(domain="acme.com")
    world.contact()
    world.account(ACCOUNT, website="acme.com")
    world.link(OTHER, ACCOUNT)


def stored_id_taken(world: World) -> None:
    world.company(account_id=ACCOUNT)
    world.contact()
    world.account(ACCOUNT)
    world.account(SECOND)
    world.link(OTHER, ACCOUNT)


def native_id_taken(world: World) -> None:
    stored_id_taken(world)
    world.company(native_account_id=ACCOUNT)


def stored_id_of_a_person(world: World) -> None:
    world.company(account_id=ACCOUNT)
    world.contact()
    world.account(ACCOUNT, is_person_account=True)
    world.account(SECOND)


def key_on_a_person(world: World) -> None:
    world.company()
    world.contact()
    world.account(ACCOUNT, company_id=COMPANY, is_person_account=True)


def key_on_a_linked_account(world: World) -> None:
    world.company()
    world.contact()
    world.account(ACCOUNT, company_id=COMPANY)
    world.link(OTHER, ACCOUNT)


def linked_account_with_anothers_key(world: World) -> None:
    world.company()
    world.account(ACCOUNT, company_id=OTHER)
    world.link(COMPANY, ACCOUNT)


def linked_account_deleted(world: World) -> None:
    world.company()
    world.link(COMPANY, ACCOUNT)


def no_name_and_no_domain(world: World) -> None:
    world.company(name="")
    world.contact()


def held_stage(world: World) -> None:
    world.company(lifecycle_stage=StageName("lead"))
    world.person(world.contact(stage="customer"), PersonKind.CONTACT, account=ACCOUNT)
    world.hubspot = Holding(**vars(world.hubspot))


class Holding(MemoryHubSpot):
    """A workflow moves every stage back at once."""

    async def write_company_stage(self, company_id: CompanyId, stage: StageName) -> StageName:
        return self.companies[company_id].lifecycle_stage


# The same from the account's side: it is SECOND that looks for its company


def company_with_the_domain(world: World) -> None:
    world.company(domain="acme.com")
    world.account(SECOND, website="acme.com", **NEW)


def doubtful_company_with_the_domain(world: World) -> None:
    world.switches = World(domain_match=DomainMatch.AUTO).switches
    world.company(domain="acme.com")
    world.account(SECOND, name="Zeta Shipping", website="acme.com", **NEW)


def namesake_in_hubspot(world: World) -> None:
    world.switches = World(name_match=NameMatch.SUGGEST).switches
    world.company(country="Brazil")
    world.account(SECOND, country="BR", **NEW)


def namesake_in_hubspot_from_nowhere(world: World) -> None:
    namesake_in_hubspot(world)
    world.company()


def two_companies_with_the_domain(world: World) -> None:
    company_with_the_domain(world)
    world.company(OTHER, domain="acme.com")


def contacts_on_two_companies(world: World) -> None:
    world.account(SECOND, **NEW)
    for company in (COMPANY, OTHER):
        world.company(company)
        world.person(world.contact(company), PersonKind.CONTACT, account=SECOND)


def domain_of_linked(world: World) -> None:
    company_with_the_domain(world)
    world.account(ACCOUNT)
    world.link(COMPANY, ACCOUNT)


def twin_of_a_linked_company(world: World) -> None:
    domain_of_a_linked_company(world)
    world.company(domain="acme.com", created_automatically=True)


@dataclass(frozen=True)
class Remedy:
    reason: Reason
    parked_by: Act
    done: Act
    told: str
    """The words of the remedy that ask for it."""
    ends: str
    """The first code on the timeline afterwards."""
    task: SyncTask = create_account
    forced: bool = False


R = Reason
FROM_THE_COMPANY = (
    Remedy(R.SUGGEST_DOMAIN, one_account_with_the_domain, stores_account_id, "sf_account_id", "LINKED_BY_STORED_ID"),
    Remedy(R.SUGGEST_DOMAIN, one_account_with_the_domain, writes_key, "HubSpot_Company_Id__c", "LINKED_BY_KEY"),
    Remedy(R.SUGGEST_DOMAIN, one_account_with_the_domain, creates_keyed_account, "an account", "LINKED_BY_KEY"),
    Remedy(R.SUGGEST_DOMAIN_DOUBTFUL, a_doubtful_account_with_the_domain, writes_key, "Company_Id__c", "LINKED_BY_KEY"),
    Remedy(R.SUGGEST_NAME, a_namesake, writes_key, "HubSpot_Company_Id__c", "LINKED_BY_KEY"),
    Remedy(R.SUGGEST_SIMILAR_NAME, a_namesake_from_nowhere, writes_key, "HubSpot_Company_Id__c", "LINKED_BY_KEY"),
    Remedy(R.CONFLICT_DOMAIN, two_accounts_with_the_domain, stores_account_id, "sf_account_id", "LINKED_BY_STORED_ID"),
    Remedy(R.CONFLICT_DOMAIN, two_accounts_with_the_domain, writes_key, "HubSpot_Company_Id__c", "LINKED_BY_KEY"),
    Remedy(R.CONFLICT_DOMAIN, two_accounts_with_the_domain, creates_keyed_account, "an account", "LINKED_BY_KEY"),
    Remedy(R.CONFLICT_CONTACTS, contacts_on_two_accounts, stores_account_id, "sf_account_id", "LINKED_BY_STORED_ID"),
    Remedy(R.CONFLICT_CONTACTS, contacts_on_two_accounts, writes_key, "HubSpot_Company_Id__c", "LINKED_BY_KEY"),
    Remedy(R.CONFLICT_CONTACTS, contacts_on_two_accounts, moves_contacts, "contacts on it", "LINKED_BY_CONTACTS"),
    Remedy(R.CONFLICT_DOMAIN_TAKEN, domain_of_a_linked_company, asks_by_force, "--force", "MANUAL", forced=True),
    Remedy(R.CONFLICT_DOMAIN_TAKEN, domain_of_a_linked_company, merges_the_company_away, "merge it", "COMPANY_GONE"),
    Remedy(R.CONFLICT_DUP_LINK, stored_id_taken, stores_account_id, "Correct", "LINKED_BY_STORED_ID"),
    Remedy(R.CONFLICT_DUP_LINK, stored_id_taken, clears_account_id, "clear", "C3_QUALIFYING_CONTACT"),
    Remedy(R.CONFLICT_DUP_LINK, native_id_taken, stores_account_id, "Correct", "LINKED_BY_STORED_ID"),
    Remedy(R.CONFLICT_DUP_LINK, key_on_a_linked_account, corrects_the_key, "Correct", "C3_QUALIFYING_CONTACT"),
    Remedy(R.CONFLICT_DUP_LINK, key_on_a_linked_account, merges_the_company_away, "merge this company", "COMPANY_GONE"),
    Remedy(R.CONFLICT_DUP_LINK, linked_account_with_anothers_key, clears_the_key, "clear", "IDS_WRITTEN", link_company),
    Remedy(R.PERSON_ACCOUNT, stored_id_of_a_person, stores_account_id, "sf_account_id", "LINKED_BY_STORED_ID"),
    Remedy(R.PERSON_ACCOUNT, stored_id_of_a_person, clears_account_id, "or clear it", "C3_QUALIFYING_CONTACT"),
    Remedy(R.PERSON_ACCOUNT, key_on_a_person, clears_the_key, "clear `HubSpot_Company_Id__c`", "C3_QUALIFYING_CONTACT"),
    Remedy(R.ACCOUNT_GONE, linked_account_deleted, restores_the_account, "Restore", "IDS_WRITTEN", link_company),
    Remedy(R.COMPANY_UNNAMED, no_name_and_no_domain, gives_it_a_name, "a name", "C3_QUALIFYING_CONTACT"),
    Remedy(R.COMPANY_UNNAMED, no_name_and_no_domain, gives_it_a_domain, "a domain", "C3_QUALIFYING_CONTACT"),
    Remedy(R.SUGGEST_MERGE, twin_of_a_linked_company, merges_the_company_away, "merge it", "COMPANY_GONE"),
    Remedy(R.SUGGEST_MERGE, twin_of_a_linked_company, asks_by_force, "--force", "MANUAL", forced=True),
    Remedy(R.STAGE_REFUSED, held_stage, stops_the_workflow, "workflow", "STAGE_RAISED", propagate_lifecycle_stage),
)  # fmt: skip
FROM_THE_ACCOUNT = (
    Remedy(R.SUGGEST_DOMAIN, company_with_the_domain, stores_account_id, "id`", "LINKED_BY_STORED_ID"),
    Remedy(R.SUGGEST_DOMAIN, company_with_the_domain, writes_key, "Id__c", "LINKED_BY_KEY"),
    Remedy(R.SUGGEST_DOMAIN, company_with_the_domain, creates_keyed_company, "a company", "LINKED_BY_STORED_ID"),
    Remedy(R.SUGGEST_DOMAIN_DOUBTFUL, doubtful_company_with_the_domain, writes_key, "Id__c", "LINKED_BY_KEY"),
    Remedy(R.SUGGEST_NAME, namesake_in_hubspot, writes_key, "Id__c", "LINKED_BY_KEY"),
    Remedy(R.SUGGEST_SIMILAR_NAME, namesake_in_hubspot_from_nowhere, writes_key, "Id__c", "LINKED_BY_KEY"),
    Remedy(R.CONFLICT_DOMAIN, two_companies_with_the_domain, stores_account_id, "sf_account_id", "LINKED_BY_STORED_ID"),
    Remedy(R.CONFLICT_DOMAIN, two_companies_with_the_domain, creates_keyed_company, "a company", "LINKED_BY_STORED_ID"),
    Remedy(R.CONFLICT_CONTACTS, contacts_on_two_companies, writes_key, "HubSpot_Company_Id__c", "LINKED_BY_KEY"),
    Remedy(R.CONFLICT_CONTACTS, contacts_on_two_companies, gathers_contacts, "primary one", "LINKED_BY_CONTACTS"),
    Remedy(R.CONFLICT_DOMAIN_TAKEN, domain_of_linked, asks_by_force, "account ID --force", "MANUAL", forced=True),
    Remedy(R.CONFLICT_DOMAIN_TAKEN, domain_of_linked, merges_the_account_away, "merge it", "ACCOUNT_MERGED"),
)  # fmt: skip
REMEDIES = (*FROM_THE_COMPANY, *(replace(one, task=create_company) for one in FROM_THE_ACCOUNT))


@pytest.mark.parametrize(
    "remedy", REMEDIES, ids=lambda one: f"{one.reason}-{one.parked_by.__name__}-{one.done.__name__}"
)
async def test_a_record_gets_through_once_its_remedy_was_followed(remedy: Remedy):
    world = World(domain_match=DomainMatch.SUGGEST)
    remedy.parked_by(world)
    record = SECOND if remedy.task is create_company else COMPANY
    with pytest.raises(NeedsHuman) as refusal:
        await remedy.task(record, world.tools())
    assert refusal.value.code == remedy.reason
    assert remedy.told in refusal.value.remedy

    world.ledger.timeline.clear()
    remedy.done(world)
    await remedy.task(record, world.tools(forced=remedy.forced))
    assert world.codes(record)[:1] == [remedy.ends]


def test_every_remedy_was_tried():
    assert {one.reason for one in REMEDIES} == set(WHAT_TO_DO)


async def test_whether_it_is_the_same_customer_can_be_judged_from_the_evidence():
    world = World()
    domain_of_a_linked_company(world)
    with pytest.raises(NeedsHuman) as refusal:
        await create_account(COMPANY, world.tools())
    assert refusal.value.evidence == {"accounts": [ACCOUNT], "domains": ["acme.com"], "linked_companies": [OTHER]}


PARKING = {"AskHuman", "Ambiguous", "Rejected", "Gone", "NeedsHuman"}


def calls_that_park() -> Iterator[tuple[str, ast.Call]]:
    for path in sorted((ROOT / "tasks").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in PARKING:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def test_every_reason_that_a_flow_parks_with_has_a_remedy():
    """A flow names one of our reasons, or passes on the one that a rule has named."""
    named: set[str] = set()
    for place, call in calls_that_park():
        code = call.args[0] if isinstance(call.func, ast.Name) and call.func.id == "AskHuman" else None
        code = code or next((one.value for one in call.keywords if one.arg == "code"), None)
        if isinstance(code, ast.Name):
            assert code.id == "reason", place
            continue
        assert isinstance(code, ast.Attribute), f"{place}: no reason is given"
        named.add(code.attr)
    named |= {reason.value for _, reason in NAME_REASONS}
    assert named == {reason.value for reason in WHAT_TO_DO}
