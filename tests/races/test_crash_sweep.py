"""Every flow, killed after its n-th tool call for every n, then run again: the same end as without the crash."""

from collections.abc import Callable, Mapping

import pytest

from tasks.contracts.errors import Rejected
from tasks.contracts.reasons import Reason
from tasks.contracts.records import AccountId, CompanyId, ContactId, ContactLink, Kind, PersonKind, Place, StageName
from tasks.contracts.tools import Subject
from tasks.create_account import create_account
from tasks.create_company import create_company
from tasks.link_company import link_company
from tasks.link_contact import link_contact
from tasks.propagate_lifecycle_stage import propagate_lifecycle_stage
from tasks.sync_fields import sync_fields
from tasks.sync_task import SyncTask
from tests.doubles.calls import Killed
from tests.doubles.world import LATELY, World
from tests.rules.mapped import mapped

ACCOUNT, OTHER_ACCOUNT = "001000000000001AAA", "001000000000002AAA"


def creating() -> World:
    world = World()
    world.company(domain="acme.com", lifecycle_stage=StageName("lead"))
    world.person(world.contact(stage="customer"), PersonKind.CONTACT)
    return world


def overriding() -> World:
    world = creating()
    world.switches = World(contact_segment="7", company_segment="9").switches
    world.hubspot.segments = {"7": set(), "9": set()}
    return world


def adopting() -> World:
    world = World()
    world.company()
    world.account(ACCOUNT, website="acme.com")
    world.person(world.contact(), PersonKind.CONTACT, account=ACCOUNT)
    return world


def creating_a_company() -> World:
    world = World()
    world.account(ACCOUNT, website="acme.com", created_at=LATELY)
    world.person(world.contact(None), PersonKind.CONTACT, account=ACCOUNT)
    return world


def adopting_a_company() -> World:
    world = adopting()
    world.account(ACCOUNT, website="acme.com", created_at=LATELY)
    return world


def linking() -> World:
    world = adopting()
    world.link("1", ACCOUNT)
    world.person(world.contact(), PersonKind.CONTACT)
    stray = world.contact(None)
    person = world.person(stray, PersonKind.CONTACT, account=ACCOUNT)
    world.ledger.contact_links[stray] = ContactLink(stray, person.id, person.kind, AccountId(ACCOUNT))
    return world


def moving() -> World:
    """A contact that Tandem put on one company has moved to another account in Salesforce."""
    world = linking()
    world.company("2")
    world.account(OTHER_ACCOUNT)
    world.link("2", OTHER_ACCOUNT)
    mover = world.person(world.contact("1"), PersonKind.CONTACT, account=OTHER_ACCOUNT)
    contact_id = ContactId("1003")
    world.ledger.contact_links[contact_id] = ContactLink(contact_id, mover.id, mover.kind, AccountId(ACCOUNT))
    world.ledger.places[contact_id] = Place(AccountId(ACCOUNT), AccountId(ACCOUNT))
    world.ledger.our_associations.add((CompanyId("1"), contact_id))
    return world


def staging() -> World:
    world = creating()
    world.switches = World(stage_to_contacts=True).switches
    world.contact(stage="subscriber")
    return world


def carrying() -> World:
    """Fields that go to either side, one that is refused, and one that is equal already."""
    world = World()
    names = {"phone": "Phone", "city": "BillingCity", "zip": "BillingPostalCode", "description": "Description"}
    world.fields.fields = tuple(mapped(names=(ours,), field=theirs) for ours, theirs in names.items())
    world.company(mapped={"phone": "1", "city": "", "zip": "53111", "description": "same"})
    world.account(ACCOUNT)
    world.salesforce.fields[AccountId(ACCOUNT)] = {"BillingCity": "Bonn", "Description": "same"}
    world.salesforce.refusals["BillingPostalCode"] = Rejected("no", fields=["BillingPostalCode"])
    world.link("1", ACCOUNT)
    return world


FLOWS: Mapping[str, tuple[SyncTask, Callable[[], World], str]] = {
    "create_account-creates": (create_account, creating, "1"),
    "create_account-forced": (create_account, overriding, "1"),
    "create_account-adopts": (create_account, adopting, "1"),
    "create_company-creates": (create_company, creating_a_company, ACCOUNT),
    "create_company-adopts": (create_company, adopting_a_company, ACCOUNT),
    "link_company": (link_company, linking, "1"),
    "link_contact": (link_contact, linking, "1001"),
    "link_contact-moves": (link_contact, moving, "1003"),
    "sync_fields": (sync_fields, carrying, "1"),
    "propagate_lifecycle_stage": (propagate_lifecycle_stage, staging, "1"),
    "propagate_lifecycle_stage-backwards": (propagate_lifecycle_stage, staging, "1"),
}


def state_of(world: World) -> dict[str, object]:
    """All that a customer could see, and what the echo guard knows."""
    return {
        "companies": world.hubspot.companies,
        "contacts": world.hubspot.contacts,
        "associations": world.hubspot.associations,
        "accounts": world.salesforce.accounts,
        "fields": world.salesforce.fields,
        "baselines": world.ledger.baselines,
        "derived": world.ledger.derived,
        "left_out": {(one, field) for one, fields in world.ledger.left_out.items() for field in fields},
        "people": world.salesforce.people,
        "created": (world.salesforce.created, world.hubspot.created),
        "links": {company_id: link for company_id, (link, _) in world.ledger.links.items()},
        "contact_links": world.ledger.contact_links,
        "timeline": [(subject, verdict.code) for subject, verdict in world.ledger.timeline],
        "owed": set(world.ledger.owed),
        "places": (world.ledger.places, world.ledger.our_associations),
        "written_stages": world.ledger.written_stages,
    }


async def run_to_the_end(name: str) -> tuple[World, int]:
    task, make, record_id = FLOWS[name]
    world = make()
    await task(record_id, world.tools(forced=name.endswith(("backwards", "forced"))))
    return world, len(world.calls.made)


COMPANY_1 = Subject(Kind.COMPANY, "1")
NEW_COMPANY, THE_ACCOUNT = Subject(Kind.COMPANY, "9000"), Subject(Kind.ACCOUNT, ACCOUNT)
LIFTED = {(Subject(Kind.CONTACT, one), Reason.STAGE_LIFTED_CONTACT) for one in ("1000", "1001")}
FOUND_DONE = {
    # Created, but killed before the link was written: the account is found by its key.
    "create_account-creates": {(COMPANY_1, Reason.ACCOUNT_CREATED)},
    "create_account-forced": {(COMPANY_1, Reason.ACCOUNT_CREATED)},
    "create_company-creates": {
        (NEW_COMPANY, Reason.COMPANY_CREATED),
        (THE_ACCOUNT, Reason.COMPANY_CREATED),
    },
    "create_company-adopts": {(THE_ACCOUNT, Reason.LINKED_BY_CONTACTS)},
    # Everything written, but killed before the summary: there is nothing left to sum up.
    "link_company": {(COMPANY_1, Reason.IDS_WRITTEN)},
    # The same for a contact that has moved.
    "link_contact-moves": {(Subject(Kind.CONTACT, "1003"), Reason.CONTACT_MOVED_IN_HUBSPOT)},
    # Lifted, but killed before it was told: told before, it might not be true.
    "propagate_lifecycle_stage": LIFTED,
    "propagate_lifecycle_stage-backwards": LIFTED,
}
"""What the timeline may lack after a crash, because the second run finds it done."""

LONGEST = 24
SWEEP = [pytest.param(name, nth, id=f"{name}-{nth}") for name in FLOWS for nth in range(1, LONGEST + 1)]


@pytest.mark.parametrize(("name", "nth"), SWEEP)
async def test_a_crash_after_any_call_ends_like_no_crash(name, nth):
    task, make, record_id = FLOWS[name]
    expected, calls = await run_to_the_end(name)
    world = make()
    world.calls.kill_after = nth
    forced = name.endswith(("backwards", "forced"))
    if nth <= calls:
        with pytest.raises(Killed):
            await task(record_id, world.tools(forced=forced))
    world.calls.kill_after = None
    world.leases.held.clear()  # they expire
    await task(record_id, world.tools(forced=forced))

    after, wanted = state_of(world), state_of(expected)
    # Whatever was decided stays explained; the second run may add how it found things.
    assert set(wanted.pop("timeline")) <= set(after.pop("timeline")) | FOUND_DONE.get(name, set())  # type: ignore[call-overload]
    assert after == wanted


async def test_the_sweep_reaches_past_the_last_call_of_every_flow():
    lengths = {name: (await run_to_the_end(name))[1] for name in FLOWS}
    assert max(lengths.values()) < LONGEST, lengths
    assert min(lengths.values()) >= 6, lengths


async def test_the_flows_meet_what_the_sweep_is_about():
    """A sweep over flows that do nothing would prove nothing."""
    created, _ = await run_to_the_end("create_account-creates")
    assert len(created.salesforce.created) == 1
    company, _ = await run_to_the_end("create_company-creates")
    assert company.hubspot.created == ["9000"]
    adopted, _ = await run_to_the_end("create_company-adopts")
    assert (adopted.hubspot.created, list(adopted.ledger.links)) == ([], ["1"])
    linked, _ = await run_to_the_end("link_company")
    assert linked.salesforce.accounts[AccountId(ACCOUNT)].company_id == "1"
    assert linked.hubspot.companies[CompanyId("1")].account_id == ACCOUNT
    assert (CompanyId("1"), ContactId("1002")) in linked.hubspot.associations
    assert {person.account_id for person in linked.salesforce.people.values()} == {ACCOUNT}
    carried, _ = await run_to_the_end("sync_fields")
    assert carried.hubspot.companies[CompanyId("1")].mapped["city"] == "Bonn"
    assert carried.salesforce.fields[AccountId(ACCOUNT)]["Phone"] == "1"
    assert list(carried.ledger.left_out[CompanyId("1")]) == ["BillingPostalCode"]
    moved, _ = await run_to_the_end("link_contact-moves")
    (sits,) = (one for one in moved.hubspot.associations.values() if one.contact_id == "1003")
    assert (sits.company_id, sits.is_primary) == ("2", True)
    staged, _ = await run_to_the_end("propagate_lifecycle_stage")
    assert staged.stage() == "customer"
    assert {one.lifecycle_stage for one in staged.hubspot.contacts.values()} == {"customer"}
