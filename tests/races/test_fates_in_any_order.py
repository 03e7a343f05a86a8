"""People create, merge, delete and restore on both sides, and are told of late, twice and out of order.

Whatever the order: nothing is linked with a record that is gone, no company gets two accounts, and it comes to rest.
"""

import asyncio
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tasks.contracts.changes import What
from tasks.contracts.fates import End
from tasks.contracts.records import Account, AccountId, CompanyId, Kind, LinkState, MergedAccounts, PersonKind
from tests.doubles.workday import Workday
from tests.doubles.world import World

Event = tuple[Kind, str, What]
PICK = st.integers(min_value=0, max_value=10_000)


class FatesInAnyOrder(RuleBasedStateMachine):
    merged_accounts = MergedAccounts.REVIEW

    def __init__(self) -> None:
        super().__init__()
        self.world = World(merged_accounts=self.merged_accounts)
        self.workday = Workday(self.world)
        self.untold: list[Event] = []
        self.companies_ever: list[str] = []
        self.accounts_ever: list[str] = []
        self.created_for: dict[str, str] = {}

    # What people do

    @rule()
    def create_company(self) -> None:
        company_id = str(len(self.companies_ever) + 1)
        self.companies_ever.append(company_id)
        self.world.company(company_id)
        self.world.person(self.world.contact(company_id), PersonKind.CONTACT)
        self.untold.append((Kind.COMPANY, company_id, What.CREATED))

    @rule()
    def create_account(self) -> None:
        account_id = AccountId(f"001OWN{len(self.accounts_ever):09d}AAA")
        self.accounts_ever.append(account_id)
        self.world.salesforce.accounts[account_id] = Account(account_id, "Acme")

    @precondition(lambda self: len(self.world.hubspot.companies) > 1)
    @rule(one=PICK, other=PICK, tell_survivor=st.booleans())
    def merge_companies(self, one: int, other: int, tell_survivor: bool) -> None:
        survivor, loser = two_of(self.world.hubspot.companies, one, other)
        self.world.hubspot.join_companies(survivor, loser)
        self.untold.append((Kind.COMPANY, survivor if tell_survivor else loser, What.MERGED))

    @precondition(lambda self: len(self.world.salesforce.accounts) > 1)
    @rule(one=PICK, other=PICK)
    def merge_accounts(self, one: int, other: int) -> None:
        survivor, loser = two_of(self.world.salesforce.accounts, one, other)
        self.world.salesforce.join(survivor, loser)
        self.untold += [(Kind.ACCOUNT, loser, What.MERGED), (Kind.ACCOUNT, survivor, What.CHANGED)]

    @precondition(lambda self: self.world.hubspot.companies)
    @rule(one=PICK)
    def delete_company(self, one: int) -> None:
        company_id = one_of(self.world.hubspot.companies, one)
        self.world.hubspot.delete_company(company_id)
        self.untold.append((Kind.COMPANY, company_id, What.DELETED))

    @precondition(lambda self: self.world.hubspot.past.archived)
    @rule(one=PICK)
    def restore_company(self, one: int) -> None:
        company_id = one_of(self.world.hubspot.past.archived, one)
        self.world.hubspot.restore_company(CompanyId(company_id))
        self.untold.append((Kind.COMPANY, company_id, What.RESTORED))

    @precondition(lambda self: self.world.salesforce.accounts)
    @rule(one=PICK)
    def delete_account(self, one: int) -> None:
        account_id = one_of(self.world.salesforce.accounts, one)
        self.world.salesforce.delete(account_id)
        self.untold.append((Kind.ACCOUNT, account_id, What.DELETED))

    @precondition(lambda self: self.world.salesforce.past.bin)
    @rule(one=PICK)
    def undelete_account(self, one: int) -> None:
        """Merged ones as well."""
        account_id = one_of(self.world.salesforce.past.bin, one)
        try:
            self.world.salesforce.undelete(account_id)
        except ValueError:
            return
        self.untold.append((Kind.ACCOUNT, account_id, What.RESTORED))

    # What Tandem hears and does

    @precondition(lambda self: self.untold)
    @rule(one=PICK, again=st.booleans())
    def hear(self, one: int, again: bool) -> None:
        event = self.untold[one % len(self.untold)]
        if not again:
            self.untold.remove(event)
        self.workday.announce(*event)

    @precondition(lambda self: self.companies_ever)
    @rule(one=PICK)
    def hear_of_any_company(self, one: int) -> None:
        self.workday.announce(Kind.COMPANY, self.companies_ever[one % len(self.companies_ever)])

    @rule()
    def work(self) -> None:
        asyncio.run(self.workday.work_off())
        self.note_created()

    # What must hold

    @invariant()
    def no_company_gets_two_accounts(self) -> None:
        self.note_created()

    @invariant()
    def nobody_is_linked_with_a_buried_record(self) -> None:
        buried = set(self.world.ledger.tombstones)
        for link, _ in self.world.ledger.links.values():
            if link.is_live:
                assert not buried & {(Kind.COMPANY, link.company_id), (Kind.ACCOUNT, link.account_id)}

    @invariant()
    def a_link_rests_for_a_reason(self) -> None:
        for link, _ in self.world.ledger.links.values():
            if link.state is LinkState.COMPANY_DELETED:
                assert (Kind.COMPANY, link.company_id) in self.world.ledger.tombstones
            if link.state is LinkState.SF_DELETED:
                assert (Kind.ACCOUNT, link.account_id) in self.world.ledger.tombstones

    @invariant()
    def an_account_has_one_live_link(self) -> None:
        live = [link.account_id for link, _ in self.world.ledger.links.values() if link.is_live]
        assert len(live) == len(set(live))

    @invariant()
    def chains_of_survivors_end(self) -> None:
        stones = self.world.ledger.tombstones
        for kind, record_id in stones:
            next_id, seen = record_id, {record_id}
            while (stone := stones.get((kind, next_id))) and stone.survivor_id:
                next_id = stone.survivor_id
                assert next_id not in seen
                seen.add(next_id)

    def teardown(self) -> None:
        while self.untold:
            self.workday.announce(*self.untold.pop())
        self.work()
        self.is_as_the_crms_are()
        before = self.rest()
        self.hear_everything_again()
        self.work()
        assert self.rest() == before
        self.is_as_the_crms_are()

    def is_as_the_crms_are(self) -> None:
        for link, _ in self.world.ledger.links.values():
            company = self.world.hubspot.past.fate(Kind.COMPANY, link.company_id)
            account = self.world.salesforce.past.fate(link.account_id)
            if link.is_live:
                assert (company.end, account.end) == (End.LIVING, End.LIVING), link
                key = self.world.salesforce.accounts[link.account_id].company_id
                # A merged account that was taken out of the bin again has its key back, and a person is asked.
                assert key == link.company_id or ("link_company", link.company_id) in self.workday.parked
                assert self.world.hubspot.companies[link.company_id].account_id == link.account_id
            elif link.state is LinkState.SF_DELETED:
                assert account.survivor_is_gone, link
            elif link.state is LinkState.COMPANY_DELETED:
                assert company.survivor_is_gone, link
            else:
                asked = {record_id for _, record_id in self.workday.parked}
                assert link.company_id in asked, f"nobody asks about {link}"

    def hear_everything_again(self) -> None:
        for what in (What.CHANGED, What.DELETED, What.MERGED):
            for company_id in self.companies_ever:
                self.workday.announce(Kind.COMPANY, company_id, what)
            for account_id in [*self.accounts_ever, *self.world.salesforce.created]:
                self.workday.announce(Kind.ACCOUNT, account_id, what)

    def rest(self) -> dict[str, Any]:
        return {
            "links": {one: link for one, (link, _) in self.world.ledger.links.items()},
            # Of a company that was merged into an archived one HubSpot says nothing, until that one is back.
            "tombstones": {one for one in self.world.ledger.tombstones if one[0] is Kind.ACCOUNT},
            "companies": dict(self.world.hubspot.companies),
            "accounts": dict(self.world.salesforce.accounts),
            "created": list(self.world.salesforce.created),
        }

    def note_created(self) -> None:
        for account_id in self.world.salesforce.created:
            if account_id in self.created_for:
                continue
            company_id = self.world.salesforce.accounts[account_id].company_id
            assert company_id
            assert company_id not in self.created_for.values(), f"company {company_id} was given a second account"
            self.created_for[account_id] = company_id


def one_of(records: Any, place: int) -> Any:
    return sorted(records)[place % len(records)]


def two_of(records: Any, one: int, other: int) -> tuple[Any, Any]:
    ids = sorted(records)
    first = one % len(ids)
    second = (first + 1 + other % (len(ids) - 1)) % len(ids)
    return ids[first], ids[second]


class FatesWhereCompaniesAreMerged(FatesInAnyOrder):
    merged_accounts = MergedAccounts.MERGE_COMPANIES


QUICK = settings(
    max_examples=250,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
TestFatesInAnyOrder = FatesInAnyOrder.TestCase
TestFatesInAnyOrder.settings = QUICK
TestFatesWhereCompaniesAreMerged = FatesWhereCompaniesAreMerged.TestCase
TestFatesWhereCompaniesAreMerged.settings = QUICK
