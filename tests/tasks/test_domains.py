"""One customer's domain is taken once its company has an account, however it came by it: decision table T2, row 4."""

import pytest

from tasks.contracts.errors import Ambiguous
from tasks.contracts.records import CompanyId
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
