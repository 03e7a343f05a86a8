"""Announcements and work in memory: what is announced makes work owed, and what is owed is worked off."""

from typing import Any

from tasks.contracts.changes import Change, What
from tasks.contracts.errors import Busy, Dependent, NeedsHuman
from tasks.contracts.records import AccountId, CompanyId, Kind, LinkState, Owed, PersonKind
from tasks.create_account import create_account
from tasks.create_company import create_company
from tasks.follow_deletion import follow_deletion
from tasks.follow_merge import follow_merge
from tasks.follow_person import follow_person
from tasks.link_company import link_company
from tasks.link_contact import link_contact
from tasks.propagate_lifecycle_stage import propagate_lifecycle_stage
from tasks.rules.routing import choose_tasks, redirect
from tests.doubles.calls import Killed
from tests.doubles.world import World

TASKS = {
    one.name: one
    for one in (
        *(create_account, create_company, link_company, link_contact, propagate_lifecycle_stage),
        *(follow_deletion, follow_merge, follow_person),
    )
}
CREATORS = {create_account.name, create_company.name}
MOST_RUNS = 400


class Workday:
    """The owed book of a world. What gave up stays in `parked` until it is owed again."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.parked: dict[tuple[str, str], NeedsHuman] = {}

    def announce(self, kind: Kind, record_id: str, what: What = What.CHANGED) -> None:
        """As a producer does; what is owed for a Salesforce record is owed for the HubSpot records behind it."""
        change = Change(version=1, event_id="e", record=kind, id=record_id, what=what)
        owed = choose_tasks(change)
        behind = self._behind(kind, record_id)
        self.world.ledger.owed += redirect(owed, behind, is_free=self._is_free(record_id))

    async def work_off(self) -> None:
        """Until nothing is owed; AssertionError if that never happens."""
        ledger = self.world.ledger
        for _ in range(MOST_RUNS):
            if not ledger.owed:
                return
            owed = ledger.owed.pop(0)
            try:
                await self._run(owed)
            except Killed:
                ledger.owed.insert(0, owed)  # nobody has settled it
                raise
        raise AssertionError(f"still owed after {MOST_RUNS} runs: {ledger.owed}")

    async def _run(self, owed: Owed) -> None:
        key = (owed.task, owed.record_id)
        self.parked.pop(key, None)
        if owed.task in CREATORS:
            self.world.ledger.creating.add(owed.record_id)
        try:
            await TASKS[owed.task](owed.record_id, self.world.tools(forced=owed.forced))
        except Busy:
            self.world.ledger.owed.append(owed)
            return
        except NeedsHuman as problem:
            self.parked[key] = problem
            if isinstance(problem, Dependent):
                self.world.ledger.waiting[owed] = AccountId(problem.waits_for)
        if owed.task in CREATORS:
            self.world.ledger.creating.discard(owed.record_id)

    def _is_free(self, account_id: str) -> bool:
        states = {link.state for link, _ in self.world.ledger.links.values() if link.account_id == account_id}
        return states <= {LinkState.COMPANY_DELETED}

    def _behind(self, kind: Kind, record_id: str) -> list[str]:
        ledger = self.world.ledger
        if kind in {Kind.COMPANY, Kind.CONTACT}:
            return [record_id]
        if kind is Kind.ACCOUNT:
            accounts = {record_id}
            for _ in ledger.tombstones:
                accounts |= {one.record_id for one in ledger.tombstones.values() if one.survivor_id in accounts}
            return sorted(link.company_id for link, _ in ledger.links.values() if link.account_id in accounts)
        return sorted(one.contact_id for one in ledger.contact_links.values() if one.person_id == record_id)


def pairs(*links: tuple[CompanyId, AccountId], **switches: Any) -> World:
    """Linked companies with somebody in both CRMs."""
    world = World(**switches)
    for company_id, account_id in links:
        world.company(company_id, account_id=account_id)
        world.account(account_id, company_id=company_id)
        contact = world.contact(company_id)
        world.remember(contact, world.person(contact, PersonKind.CONTACT, account=account_id))
        world.link(company_id, account_id)
    return world


async def told(world: World, *events: tuple[Kind, str, What]) -> Workday:
    workday = Workday(world)
    for event in events:
        workday.announce(*event)
    await workday.work_off()
    return workday
