"""Row 3 of decision table T1: what pressing Sync overrides, and what is said about it."""

import pytest

from tasks.contracts.records import CompanyId
from tasks.create_account import create_account
from tasks.sync_task import Outcome
from tests.doubles.world import World


async def press_sync(world: World, company_id: str = "1") -> Outcome:
    return await create_account(CompanyId(company_id), world.tools(forced=True))


async def test_rule_T1_3_pressing_sync_creates_although_no_rule_would():
    world = World(contact_segment="7", company_segment="9")
    world.company()
    assert await press_sync(world) is Outcome.DONE
    assert world.codes() == ["SEGMENT_OVERRIDDEN", "MANUAL", "ACCOUNT_CREATED"]
    assert world.ledger.timeline[0][1].evidence == {"segments": ["company_segment"]}, (
        "there is no contact to be outside"
    )
    ((link, _),) = world.ledger.links.values()
    assert [link.account_id] == world.salesforce.created


@pytest.mark.parametrize("is_gone", [False, True], ids=["outside-the-lists", "the-lists-are-gone"])
async def test_rule_T1_3_pressing_sync_overrides_the_segments_with_a_warning(is_gone):
    """A23."""
    world = World(contact_segment="7", company_segment="9")
    world.company()
    world.contact()
    if is_gone:
        world.hubspot.segments.clear()
    assert await press_sync(world) is Outcome.DONE
    assert world.codes() == ["SEGMENT_OVERRIDDEN", "MANUAL", "ACCOUNT_CREATED"]
    assert world.ledger.timeline[0][1].evidence == {"segments": ["company_segment", "contact_segment"]}


async def test_rule_T1_3_without_a_warning_where_the_segments_would_have_let_it():
    world = World(contact_segment="7", company_segment="9")
    company = world.company()
    world.hubspot.segments |= {"7": {world.contact()}, "9": {company}}
    await press_sync(world)
    assert world.codes() == ["MANUAL", "ACCOUNT_CREATED"]


async def test_pressing_sync_is_the_answer_that_it_is_another_customer():
    world = World()
    world.company("1", domain="acme.com")
    world.company("2", domain="acme.com")
    world.contact("1")
    await create_account(CompanyId("1"), world.tools())
    assert await press_sync(world, "2") is Outcome.DONE
    assert len(world.salesforce.created) == 2
