"""One customer's domain is taken once its company has an account, however it came by it: decision table T2, row 4."""

import contextlib

import pytest

from tasks.contracts.errors import Ambiguous, Busy
from tasks.contracts.records import CompanyId, DomainMatch, Identity, Kind
from tasks.contracts.tools import Subject
from tasks.create_account import create_account
from tests.doubles.world import World

ACCOUNT = "001000000000001AAA"


async def run(world: World, company_id: str, *, forced: bool = False) -> None:
    await create_account(CompanyId(company_id), world.tools(forced=forced))


@pytest.mark.parametrize("first", ["adopts", "is forced"])
async def test_a_domain_is_taken_whatever_the_website_of_its_companys_account_says(first):
    world = World()
    world.company("1", domain="acme.com", website="https://zeta.com")
    world.company("2", domain="acme.com")
    world.contact("2")
    if first == "adopts":
        world.account(ACCOUNT, company_id=CompanyId("1"))
    await run(world, "1", forced=first == "is forced")
    created = len(world.salesforce.created)
    with pytest.raises(Ambiguous) as refusal:
        await run(world, "2")
    assert refusal.value.code == "CONFLICT_DOMAIN_TAKEN"
    assert refusal.value.evidence == {"linked_companies": ["1"], "domains": ["acme.com"]}
    assert len(world.salesforce.created) == created


@pytest.mark.parametrize("has_evidence", [False, True])
async def test_waiting_for_another_company_asks_salesforce_for_no_account(has_evidence):
    world = World()
    for company in ("1", "2"):
        world.company(company, domain="acme.com")
        world.contact(company)
    if has_evidence:
        world.account(ACCOUNT, company_id=CompanyId("2"))
    world.ledger.creating |= {CompanyId("1"), CompanyId("2")}
    await world.ledger.claim_identities(Subject(Kind.COMPANY, "1"), [Identity("domain", "acme.com")])
    for _ in range(3):
        with pytest.raises(Busy, match="company 1 is about to get a counterpart"):
            await run(world, "2")
    assert "find_accounts" not in world.calls.made
    world.ledger.creating.remove(CompanyId("1"))
    await run(world, "2")
    assert CompanyId("2") in world.ledger.links


@pytest.mark.parametrize("why", ["a person pressed Sync", "domains are no evidence"])
async def test_nobody_is_waited_for_where_the_domain_decides_nothing(why):
    forced = why == "a person pressed Sync"
    world = World() if forced else World(domain_match=DomainMatch.OFF)
    world.company("2", domain="acme.com")
    world.contact("2")
    world.ledger.creating.add(CompanyId("1"))
    await world.ledger.claim_identities(Subject(Kind.COMPANY, "1"), [Identity("domain", "acme.com")])
    await run(world, "2", forced=forced)
    assert CompanyId("2") in world.ledger.links


async def test_a_company_with_one_domain_taken_holds_its_other_one():
    world = World()
    world.company("1", domain="acme.com")
    world.company("2", domain="acme.com", additional_domains=("acme.de",))
    world.company("3", domain="acme.de")
    for company in ("1", "3"):
        world.contact(company)
    await run(world, "1")
    await run(world, "2", forced=True)
    with pytest.raises(Ambiguous) as refusal:
        await run(world, "3")
    assert refusal.value.evidence == {"linked_companies": ["2"], "domains": ["acme.de"]}


async def test_t2_row_4_another_company_of_the_domain_makes_it_a_question():
    world = World(domain_match=DomainMatch.AUTO)
    world.company(domain="acme.com")
    world.company("2", name="Acme Nord", additional_domains=("acme.com",))
    world.account(ACCOUNT, website="acme.com")
    with pytest.raises(Ambiguous) as refusal:
        await run(world, "1")
    assert (refusal.value.code, refusal.value.evidence["companies"]) == ("CONFLICT_DOMAIN", ["2"])


@pytest.mark.parametrize("mode", [DomainMatch.OFF, DomainMatch.SUGGEST])
async def test_t2_row_4_other_companies_are_asked_for_only_where_one_would_be_adopted(mode):
    world = World(domain_match=mode)
    world.company(domain="acme.com")
    world.account(ACCOUNT, website="acme.com")
    with contextlib.suppress(Ambiguous):
        await run(world, "1")
    assert "find_companies" not in world.calls.made
