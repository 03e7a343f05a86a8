"""An account whose company, or that itself, was deleted, merged or restored; row A12 of decision table T2."""

import pytest

from tasks.contracts.errors import Busy
from tasks.contracts.fates import End, Tombstone
from tasks.contracts.records import AccountId, CompanyId, Kind, LinkState, Owed
from tasks.sync_task import Outcome
from tests.doubles.workday import Workday
from tests.doubles.world import World
from tests.tasks.test_create_company import ACCOUNT, NEW, OTHER_ACCOUNT, codes, run


async def test_rule_A12_a_company_that_was_deleted_is_not_created_again():
    world = World()
    world.account(ACCOUNT, **NEW)
    world.link("1", ACCOUNT, LinkState.COMPANY_DELETED)
    assert await run(world) is Outcome.LEFT_ALONE
    assert codes(world) == ["COMPANY_DELETED"]
    assert world.hubspot.created == []


@pytest.mark.parametrize(("recreate", "forced"), [(True, False), (False, True)], ids=["by-the-switch", "by-hand"])
async def test_rule_A12_but_it_is_if_somebody_wants_that(recreate, forced):
    world = World(recreate_deleted_companies=recreate)
    world.account(ACCOUNT, **NEW)
    world.link("1", ACCOUNT, LinkState.COMPANY_DELETED)
    assert await run(world, forced=forced) is Outcome.DONE
    assert len(world.hubspot.created) == 1
    links = {link.company_id: link.state for link, _ in world.ledger.links.values()}
    assert links == {"1": LinkState.COMPANY_DELETED, world.hubspot.created[0]: LinkState.LINKED}


async def test_rule_A12_another_company_that_is_the_accounts_is_adopted():
    world = World()
    world.account(ACCOUNT, **NEW)
    world.link("1", ACCOUNT, LinkState.COMPANY_DELETED)
    world.company("2", account_id=AccountId(ACCOUNT))
    assert await run(world) is Outcome.DONE
    assert codes(world)[-1] == "LINKED_BY_STORED_ID"
    assert world.ledger.links[CompanyId("2")][0].is_live


@pytest.mark.parametrize("state", [LinkState.SF_DELETED, LinkState.IN_REVIEW])
async def test_a_link_that_rests_is_followed_before_anything_is_created(state):
    world = World()
    world.account(ACCOUNT, **NEW)
    world.link("1", ACCOUNT, state)
    assert await run(world) is Outcome.LEFT_ALONE
    assert world.ledger.owed == [Owed("follow_deletion", "1")]
    assert world.hubspot.created == []


async def test_a_company_that_is_back_gets_what_it_had_before_it_is_linked():
    world = World()
    world.account(ACCOUNT, **NEW)
    world.company("1", account_id=AccountId(ACCOUNT))
    world.link("1", ACCOUNT, LinkState.COMPANY_DELETED)
    world.ledger.tombstones[Kind.COMPANY, "1"] = Tombstone(Kind.COMPANY, "1", End.DELETED)
    with pytest.raises(Busy):
        await run(world)
    assert world.ledger.owed == [Owed("follow_deletion", "1")]
    await Workday(world).work_off()
    assert await run(world) is Outcome.ALREADY_DONE
    assert world.ledger.links[CompanyId("1")][0].is_live
    assert world.ledger.tombstones == {}


async def test_a_company_that_absorbed_a_linked_one_inherits_its_account_first():
    world = World()
    world.account(ACCOUNT, **NEW)
    world.company("2", account_id=AccountId(ACCOUNT), merged_ids=(CompanyId("1"),))
    world.link("1", OTHER_ACCOUNT)
    with pytest.raises(Busy):
        await run(world)
    assert world.ledger.owed == [Owed("follow_merge", "2")]


async def test_an_account_that_is_back_has_no_tombstone_once_it_has_its_company():
    world = World()
    world.account(ACCOUNT, **NEW)
    world.ledger.tombstones[Kind.ACCOUNT, ACCOUNT] = Tombstone(Kind.ACCOUNT, ACCOUNT, End.DELETED)
    assert await run(world) is Outcome.DONE
    assert world.ledger.tombstones == {}
