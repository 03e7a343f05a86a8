"""Salesforce as a flow sees it: everything a slice asks at one moment goes out in as few calls as possible."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tasks.contracts.errors import SyncError
from tasks.contracts.records import Account, AccountId, CompanyId, OpportunitySignal, Person, PersonId
from tasks.contracts.tools import AccountSearch, AccountValues, Upserted
from workers.crm.salesforce import SalesforceDoor
from workers.crm.salesforce_requests import (
    FindAccounts,
    FindPeople,
    FindSignals,
    UpsertAccount,
    WriteCompanyId,
    WriteContactAccount,
)
from workers.crm.salesforce_requests import Request as DoorRequest
from workers.crm.salesforce_requests import Result as DoorResult
from workers.gather import Gather
from workers.ledger.postgres_ledger import PostgresLedger
from workers.toolbox.freshness import Shelf, Wanted


@dataclass(frozen=True, slots=True)
class PeopleWanted:
    """People by e-mail address, fresh enough, and by id if the addresses do not bring them."""

    emails: tuple[Wanted, ...]
    ids: tuple[PersonId, ...]


@dataclass(frozen=True, slots=True)
class GiveAccount:
    """Salesforce contacts that are put on an account."""

    people: tuple[Person, ...]
    account_id: AccountId


Ask = PeopleWanted | GiveAccount | DoorRequest


class SalesforceBatches:
    """What the flows of one slice ask Salesforce in one round, whatever it is."""

    def __init__(self, door: SalesforceDoor, ledger: PostgresLedger) -> None:
        self._door = door
        self._people: Shelf[tuple[Person, ...]] = Shelf(ledger, "people_by_email", tuple[Person, ...])

    def round(self, asks: Sequence[Ask]) -> list[object]:
        """People through their snapshots, account changes row by row, the rest as it is: one run of the door."""
        people = [ask for ask in asks if isinstance(ask, PeopleWanted)]
        others = [ask for ask in asks if not isinstance(ask, PeopleWanted)]
        # What the door has to answer besides rides along with the people, in the same calls.
        answers: dict[int, object] = {}
        self._read_people(people, others, answers)
        return [answers[id(ask)] for ask in asks]

    def _read_people(self, people: list[PeopleWanted], others: Sequence[Ask], answers: dict[int, object]) -> None:
        carried = False

        def read_now(emails: list[str]) -> dict[str, tuple[Person, ...] | SyncError]:
            nonlocal carried
            carried = True
            found, *rest = self._door.run([FindPeople(tuple(emails)), *_rows(others)])
            _deal(others, rest, answers)
            if isinstance(found, SyncError):
                return dict.fromkeys(emails, found)
            by_email: dict[str, list[Person]] = {}
            for person in _people_in(found):
                by_email.setdefault(person.email, []).append(person)
            return {email: tuple(by_email.get(email, ())) for email in emails}

        wanted = [one for ask in people for one in ask.emails]
        facts = self._people.read(wanted, read_now) if wanted else {}
        if not carried and others:
            _deal(others, self._door.run(_rows(others)), answers)
        self._forget_moved(others)
        self._complete_by_id(people, facts, answers)

    def _complete_by_id(
        self,
        people: list[PeopleWanted],
        facts: dict[str, tuple[Person, ...] | SyncError],
        answers: dict[int, object],
    ) -> None:
        """Known people whose address in Salesforce is not the contact's any more: rare, so asked for apart."""
        by_id = {one.id: one for fact in facts.values() if not isinstance(fact, SyncError) for one in fact}
        missing = sorted({person_id for ask in people for person_id in ask.ids if person_id not in by_id})
        if missing:
            (found,) = self._door.run([FindPeople((), tuple(missing))])
            if isinstance(found, SyncError):
                answers.update({id(ask): found for ask in people})
                return
            by_id.update({one.id: one for one in _people_in(found)})
        for ask in people:
            answers[id(ask)] = _people_of(ask, facts, by_id)

    def _forget_moved(self, others: Sequence[Ask]) -> None:
        moved = {one.email for ask in others if isinstance(ask, GiveAccount) for one in ask.people}
        if moved:
            self._people.forget(moved)


class GatheredSalesforce:
    """The `Salesforce` of one run."""

    def __init__(self, gather: Gather, batches: SalesforceBatches, *, as_of: datetime) -> None:
        self._ask = gather.ask
        self._batches = batches
        self._as_of = as_of

    async def find_accounts(self, search: AccountSearch) -> Sequence[Account]:
        found: Sequence[Account] = await self._ask(self._batches.round, FindAccounts(search))
        return found

    async def find_people(self, emails: Sequence[str], ids: Sequence[PersonId] = ()) -> Sequence[Person]:
        if not emails and not ids:
            return ()
        wanted = PeopleWanted(tuple(Wanted(email, self._as_of) for email in emails), tuple(ids))
        found: Sequence[Person] = await self._ask(self._batches.round, wanted)
        return found

    async def find_opportunity_signals(self, people: Sequence[PersonId]) -> Sequence[OpportunitySignal]:
        found: Sequence[OpportunitySignal] = await self._ask(self._batches.round, FindSignals(tuple(people)))
        return found

    async def upsert_account(self, company_id: CompanyId, values: AccountValues) -> Upserted:
        upserted: Upserted = await self._ask(self._batches.round, UpsertAccount(company_id, values))
        return upserted

    async def write_company_id(self, account_id: AccountId, company_id: CompanyId) -> None:
        await self._ask(self._batches.round, WriteCompanyId(account_id, company_id))

    async def write_contact_accounts(self, people: Sequence[Person], account_id: AccountId) -> None:
        await self._ask(self._batches.round, GiveAccount(tuple(people), account_id))


def _rows(asks: Sequence[Ask]) -> list[DoorRequest]:
    rows: list[DoorRequest] = []
    for ask in asks:
        if isinstance(ask, GiveAccount):
            rows += [WriteContactAccount(person.id, ask.account_id) for person in ask.people]
        elif not isinstance(ask, PeopleWanted):
            rows.append(ask)
    return rows


def _deal(asks: Sequence[Ask], results: Sequence[object], answers: dict[int, object]) -> None:
    """Hand the door's results, in the order of `_rows`, to the asks they belong to."""
    left = iter(results)
    for ask in asks:
        if isinstance(ask, GiveAccount):
            row_results = [next(left) for _ in ask.people]
            answers[id(ask)] = next((one for one in row_results if isinstance(one, SyncError)), None)
        else:
            answers[id(ask)] = next(left)


def _people_in(result: DoorResult) -> list[Person]:
    return [one for one in result if isinstance(one, Person)] if isinstance(result, tuple) else []


def _people_of(
    ask: PeopleWanted, facts: dict[str, tuple[Person, ...] | SyncError], by_id: dict[PersonId, Person]
) -> object:
    found: dict[PersonId, Person] = {one: by_id[one] for one in ask.ids if one in by_id}
    for wanted in ask.emails:
        fact = facts[wanted.record_id]
        if isinstance(fact, SyncError):
            return fact
        found.update({one.id: one for one in fact})
    return list(found.values())
