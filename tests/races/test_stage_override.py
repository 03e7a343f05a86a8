"""Domain rule 8.2.2 and T3 row 5: a stage is set back in two writes, and a crash between them leaves no company blank.

The run is killed after every call; then what was to repeat it is lost in every way it can be lost.
"""

from collections.abc import Callable

import pytest

from tasks.contracts.errors import NeedsHuman
from tasks.contracts.records import CompanyId, PersonKind, StageName
from tasks.propagate_lifecycle_stage import propagate_lifecycle_stage
from tests.doubles.calls import Killed
from tests.doubles.hubspot import MemoryHubSpot
from tests.doubles.world import World

COMPANY = CompanyId("1")
CALLS = 20


def overriding() -> World:
    """A company that is further than its only contact, and is to follow it back."""
    world = World()
    world.company(lifecycle_stage=StageName("customer"))
    world.person(world.contact(stage="lead"), PersonKind.CONTACT)
    return world


def nothing_happens(_world: World) -> None:
    pass


def contacts_leave(world: World) -> None:
    world.hubspot.associations.clear()


def contact_is_blanked(world: World) -> None:
    for one in list(world.hubspot.contacts):
        world.hubspot.contacts[one] = world.hubspot.contacts[one].__class__(one, world.hubspot.contacts[one].email)


def everything_else_is_forgotten(world: World) -> None:
    """All that the timeline, the echo guard and the links knew."""
    world.ledger.timeline.clear()
    world.ledger.written_stages.clear()
    world.ledger.contact_links.clear()


MEANWHILE = (nothing_happens, contacts_leave, contact_is_blanked, everything_else_is_forgotten)


async def killed_after(nth: int) -> tuple[World, bool]:
    """And whether it was killed at all."""
    world = overriding()
    world.calls.kill_after = nth
    try:
        await propagate_lifecycle_stage(COMPANY, world.tools(forced=True))
    except Killed:
        return world, True
    finally:
        world.calls.kill_after = None
    return world, False


@pytest.mark.parametrize("meanwhile", MEANWHILE, ids=lambda one: one.__name__)
@pytest.mark.parametrize("nth", range(1, CALLS))
async def test_no_crash_leaves_a_company_blank_though_nobody_forces_it_again(nth: int, meanwhile: Callable[..., None]):
    world, _ = await killed_after(nth)
    was_begun = COMPANY in world.ledger.stage_moves or world.stage() != "customer"
    meanwhile(world)
    await propagate_lifecycle_stage(COMPANY, world.tools())

    if not was_begun:
        assert world.stage() == "customer", "the person's wish was lost as a whole, with the row that kept it"
    elif meanwhile in {nothing_happens, everything_else_is_forgotten}:
        assert world.stage() == "lead"
    else:
        assert world.stage() in {"lead", "customer"}
    assert world.ledger.stage_moves == {}


async def test_the_sweep_reaches_past_the_last_call_and_meets_the_blank_company():
    stages = {}
    for nth in range(1, CALLS):
        world, was_killed = await killed_after(nth)
        stages[nth] = world.stage() if was_killed else "over"
    assert "" in stages.values()
    assert stages[CALLS - 1] == "over"


async def test_a_company_whose_second_write_was_refused_is_mended_by_the_next_run():
    world = overriding()

    class KeepsBlank(MemoryHubSpot):
        async def write_company_stage(self, company_id: CompanyId, stage: StageName) -> StageName:
            return await super().write_company_stage(company_id, StageName(""))

    whole = world.hubspot
    world.hubspot = KeepsBlank(**vars(whole))
    with pytest.raises(NeedsHuman):
        await propagate_lifecycle_stage(COMPANY, world.tools(forced=True))
    assert world.stage() == ""
    world.hubspot = MemoryHubSpot(**vars(world.hubspot))
    contacts_leave(world)
    await propagate_lifecycle_stage(COMPANY, world.tools())
    assert world.stage() == "lead"


async def test_a_stage_that_somebody_else_set_in_between_stays_theirs():
    for nth in range(1, CALLS):
        world, _ = await killed_after(nth)
        world.company(lifecycle_stage=StageName("opportunity"))
        await propagate_lifecycle_stage(COMPANY, world.tools())
        assert (world.stage(), world.ledger.stage_moves) == ("opportunity", {})


async def test_nothing_is_journaled_for_a_stage_that_goes_forward():
    world = World()
    world.company(lifecycle_stage=StageName("lead"))
    world.person(world.contact(stage="customer"), PersonKind.CONTACT)
    await propagate_lifecycle_stage(COMPANY, world.tools(forced=True))
    assert world.stage() == "customer"
    assert not {"begin_stage_move", "end_stage_move"} & set(world.calls.made)
