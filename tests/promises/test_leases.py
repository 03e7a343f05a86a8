"""What flows rely on while they hold a lease."""

from contextlib import AsyncExitStack

import pytest

from tasks.contracts.errors import Busy
from tasks.contracts.records import Identity
from tests.promises.scene import Scene

COMPANY, ACCOUNT, DOMAIN, ODD = (
    Identity("company", "1"),
    Identity("account", "001000000000001AAA"),
    Identity("domain", "acme.com"),
    Identity("domain", "o'brien {söhne} 株式会社 *?"),
)


async def is_free(scene: Scene, *identities: Identity) -> bool:
    try:
        async with scene.leases.hold(identities):
            return True
    except Busy:
        return False


async def test_who_holds_a_lease_holds_all_of_its_identities(scene):
    async with scene.leases.hold([COMPANY, DOMAIN, ODD]):
        for identity in (COMPANY, DOMAIN, ODD):
            assert not await is_free(scene, identity)
        assert await is_free(scene, ACCOUNT)


async def test_one_that_is_taken_is_enough_to_be_busy_and_the_others_stay_free(scene):
    async with scene.leases.hold([DOMAIN]):
        with pytest.raises(Busy):
            async with scene.leases.hold([COMPANY, DOMAIN, ACCOUNT]):
                pytest.fail("two workers on one customer")
        assert await is_free(scene, COMPANY, ACCOUNT)


async def test_afterwards_everything_is_free_again(scene):
    async with scene.leases.hold([COMPANY, DOMAIN]):
        pass
    assert await is_free(scene, COMPANY, DOMAIN)


async def test_afterwards_everything_is_free_also_when_it_went_wrong(scene):
    with pytest.raises(ZeroDivisionError):
        async with scene.leases.hold([COMPANY, DOMAIN]):
            raise ZeroDivisionError
    assert await is_free(scene, COMPANY, DOMAIN)


async def test_an_identity_that_is_named_twice_does_not_stand_in_its_own_way(scene):
    async with scene.leases.hold([COMPANY, DOMAIN, COMPANY]):
        assert not await is_free(scene, COMPANY)
    assert await is_free(scene, COMPANY)


async def test_an_identity_is_its_kind_and_its_value(scene):
    async with scene.leases.hold([DOMAIN]):
        assert await is_free(scene, Identity("company", "acme.com"), Identity("domain", "acme.co"))


async def test_nothing_is_always_free(scene):
    async with scene.leases.hold([]), scene.leases.hold([]):
        pass


async def test_fences_only_ever_grow_whatever_is_held(scene):
    fences = []
    for identities in ([COMPANY], [DOMAIN], [COMPANY, ACCOUNT], [COMPANY]):
        async with scene.leases.hold(identities) as lease:
            fences.append(lease.fence)
        scene.lose_leases()
    assert fences == sorted(set(fences))


async def test_a_lease_that_was_lost_is_not_given_back_for_its_next_holder(scene):
    async with AsyncExitStack() as until_later:
        async with scene.leases.hold([COMPANY]) as early:
            scene.lose_leases()
            late = await until_later.enter_async_context(scene.leases.hold([COMPANY]))
            assert late.fence > early.fence
        assert not await is_free(scene, COMPANY), "its second holder is still at work"
    assert await is_free(scene, COMPANY)
