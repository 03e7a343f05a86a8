"""Salesforce as a flow sees it: everything a slice asks at one moment goes out in as few calls as possible."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from tasks.contracts.errors import SyncError
from tasks.contracts.fates import Fate
from tasks.contracts.finding import AccountSearch, AccountValues, Upserted
from tasks.contracts.records import Account, AccountId, CompanyId, Kind, OpportunitySignal, Person, PersonId
from workers.coordination.fuses import Written
from workers.crm.salesforce import SalesforceDoor
from workers.crm.salesforce_fates import KIND_OF
from workers.crm.salesforce_ids import long_ids_in
from workers.crm.salesforce_requests import (
    Command,
    FindAccount,
    FindAccounts,
    FindPeople,
    FindPeopleOf,
    FindSignals,
    UpsertAccount,
    WriteCompanyId,
    WriteContactAccount,
)
from workers.crm.salesforce_requests import Request as DoorRequest
from workers.crm.salesforce_requests import Result as DoorResult
from workers.gather import Gather, Step
from workers.ledger.postgres_ledger import PostgresLedger
from workers.toolbox.freshness import Shelf, Wanted
from workers.toolbox.fuses import Fuse
from workers.toolbox.pauses import Pauses
from workers.toolbox.reach import reach_ledger
from workers.toolbox.tombstones import buried_problem, together

CRM = "salesforce"
SCOPES: Mapping[type[DoorRequest], str] = {
    FindAccount: "salesforce.Account.read",
    FindAccounts: "salesforce.Account.read",
    FindPeople: "salesforce.people.read",
    FindPeopleOf: "salesforce.people.read",
    FindSignals: "salesforce.OpportunityContactRole.read",
    UpsertAccount: "salesforce.Account.write",
    WriteCompanyId: "salesforce.Account.write",
    WriteContactAccount: "salesforce.Contact.write",
}
"""What each request needs a right for."""
FATES_SCOPES = {
    Kind.ACCOUNT: "salesforce.Account.read",
    Kind.SALESFORCE_CONTACT: "salesforce.people.read",
    Kind.LEAD: "salesforce.people.read",
}


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


class SalesforceBatches:
    """What the flows of one slice ask Salesforce, many requests at a time."""

    def __init__(self, door: SalesforceDoor, ledger: PostgresLedger, pauses: Pauses, fuse: Fuse) -> None:
        self._door = door
        self._ledger = ledger
        self._pauses = pauses
        self._fuse = fuse
        self._people: Shelf[tuple[Person, ...]] = Shelf(ledger, "people_by_email", tuple[Person, ...])

    def ask(self, requests: Sequence[DoorRequest]) -> Sequence[object]:
        """Questions and commands as they are, all in one run of the door."""
        results = self._run(requests)
        self._remember_own_writes(dict(zip(requests, results, strict=True)))
        return results

    def fates(self, requests: Sequence[tuple[str, ...]]) -> list[list[Fate] | SyncError]:
        wanted = long_ids_in({one for ids in requests for one in ids}, *KIND_OF)
        scopes = {one: FATES_SCOPES[KIND_OF[one[:3]]] for one in wanted}
        found = self._pauses.ask_each(scopes, self._door.read_fates)
        return [together(found, ids) for ids in requests]

    def people(self, requests: Sequence[PeopleWanted]) -> list[object]:
        """By e-mail address from their snapshots, if these are fresh; and who is missing then, by id."""
        wanted = [one for request in requests for one in request.emails]
        facts = self._people.read(wanted, self._read_people)
        by_id = {one.id: one for fact in facts.values() if not isinstance(fact, SyncError) for one in fact}
        # Known people whose address in Salesforce is not the contact's any more: rare, so asked for apart.
        missing = sorted({person_id for request in requests for person_id in request.ids if person_id not in by_id})
        if missing:
            (found,) = self._run([FindPeople((), tuple(missing))])
            if isinstance(found, SyncError):
                return [
                    found if set(request.ids) & set(missing) else _people_of(request, facts, by_id)
                    for request in requests
                ]
            by_id.update({one.id: one for one in _people_in(found)})
        return [_people_of(request, facts, by_id) for request in requests]

    def passing(self, requests: Sequence[tuple[str, tuple[AccountId, ...]]]) -> list[frozenset[AccountId]]:
        asked: dict[str, set[AccountId]] = {}
        for condition, ids in requests:
            asked.setdefault(condition, set()).update(ids)
        found = {condition: self._door.find_passing(condition, sorted(ids)) for condition, ids in asked.items()}
        return [found[condition].intersection(ids) for condition, ids in requests]

    def give_account(self, requests: Sequence[GiveAccount]) -> list[SyncError | None]:
        """A row per person; a request has gone wrong if one of its rows has."""
        rows = [WriteContactAccount(one.id, request.account_id) for request in requests for one in request.people]
        written: dict[DoorRequest, object] = dict(zip(rows, self._run(rows), strict=True))
        patches: dict[str, dict[str, object]] = {
            row.person_id: {"account_id": row.account_id} for row in rows if written[row] is None
        }
        reach_ledger(lambda: self._ledger.record_own_writes(Kind.SALESFORCE_CONTACT, patches, {}))
        self._people.forget({one.email for request in requests for one in request.people})
        return [_first_error(request, written) for request in requests]

    def _run(self, requests: Sequence[DoorRequest]) -> list[DoorResult | SyncError]:
        """What is not paused, whose fuse is whole, and whose key is not buried, all in one run of the door."""
        refused = self._refuse_buried(requests)

        def run(going: Sequence[DoorRequest]) -> Mapping[DoorRequest, DoorResult | SyncError]:
            written: dict[DoorRequest, Written] = {one: _written(one) for one in going if isinstance(one, Command)}
            blown = self._fuse.find_blown(written)
            whole = [one for one in going if one not in blown]
            answers: dict[DoorRequest, DoorResult | SyncError] = dict(zip(whole, self._door.run(whole), strict=True))
            answers.update(blown)
            return answers

        answers = self._pauses.ask_each({one: SCOPES[type(one)] for one in requests if one not in refused}, run)
        return [refused.get(one) or answers[one] for one in requests]

    def _refuse_buried(self, requests: Sequence[DoorRequest]) -> dict[DoorRequest, SyncError]:
        """The one place that upserts and keys pass on their way out."""
        keyed = [one for one in requests if isinstance(one, UpsertAccount | WriteCompanyId)]
        if not keyed:
            return {}
        buried = reach_ledger(lambda: self._ledger.find_buried_keys([one.company_id for one in keyed]))
        return {
            one: buried_problem(one.company_id, buried[one.company_id])
            for one in keyed
            # An account that carried the key may be gone, and its survivor take the key over.
            if buried.get(one.company_id, "").startswith(Kind.COMPANY)
            or (isinstance(one, UpsertAccount) and one.company_id in buried)
        }

    def _remember_own_writes(self, results: Mapping[DoorRequest, object]) -> None:
        """So that the next poll does not take them for news."""
        patches: dict[str, Mapping[str, object]] = {}
        created: dict[str, Mapping[str, object]] = {}
        for request, result in results.items():
            if isinstance(request, UpsertAccount) and isinstance(result, Upserted):
                name, website = request.values.name, request.values.website
                account = Account(result.account_id, name, website, request.company_id)
                if result.created:
                    created[account.id] = asdict(account)
                else:
                    patches[account.id] = {name: value for name, value in asdict(account).items() if value}
            elif isinstance(request, WriteCompanyId) and result is None:
                patches[request.account_id] = {"company_id": request.company_id}
        if patches or created:
            reach_ledger(lambda: self._ledger.record_own_writes(Kind.ACCOUNT, patches, created))

    def _read_people(self, emails: list[str]) -> dict[str, tuple[Person, ...] | SyncError]:
        (found,) = self._run([FindPeople(tuple(emails))])
        if isinstance(found, SyncError):
            return dict.fromkeys(emails, found)
        by_email: dict[str, list[Person]] = {}
        for person in _people_in(found):
            by_email.setdefault(person.email, []).append(person)
        return {email: tuple(by_email.get(email, ())) for email in emails}


class GatheredSalesforce:
    """The `Salesforce` of one run."""

    def __init__(self, gather: Gather, batches: SalesforceBatches, *, as_of: datetime) -> None:
        self._ask = gather.ask
        self._batches = batches
        self._as_of = as_of

    async def find_accounts(self, search: AccountSearch) -> Sequence[Account]:
        found: Sequence[Account] = await self._ask(self._batches.ask, FindAccounts(search), step=Step.ACCOUNTS)
        return found

    async def find_account(self, account_id: AccountId) -> Account | None:
        account: Account | None = await self._ask(self._batches.ask, FindAccount(account_id), step=Step.ACCOUNT)
        return account

    async def find_passing(self, account_filter: str, account_ids: Sequence[AccountId]) -> frozenset[AccountId]:
        request = (account_filter, tuple(account_ids))
        found: frozenset[AccountId] = await self._ask(self._batches.passing, request, step=Step.ACCOUNT)
        return found

    async def find_people_of(self, account_id: AccountId) -> Sequence[Person]:
        found: Sequence[Person] = await self._ask(self._batches.ask, FindPeopleOf(account_id), step=Step.THEIR_PEOPLE)
        return found

    async def find_fates(self, record_ids: Sequence[str]) -> Sequence[Fate]:
        if not record_ids:
            return ()
        found: Sequence[Fate] = await self._ask(self._batches.fates, tuple(record_ids), step=Step.ACCOUNTS)
        return found

    async def find_people(self, emails: Sequence[str], ids: Sequence[PersonId] = ()) -> Sequence[Person]:
        # One spelling, that of the answer: the snapshots are kept under it.
        spelled = dict.fromkeys(email.strip().lower() for email in emails if email.strip())
        if not spelled and not ids:
            return ()
        wanted = PeopleWanted(tuple(Wanted(email, self._as_of) for email in spelled), tuple(ids))
        found: Sequence[Person] = await self._ask(self._batches.people, wanted, step=Step.PEOPLE)
        return found

    async def find_opportunity_signals(self, people: Sequence[PersonId]) -> Sequence[OpportunitySignal]:
        found: Sequence[OpportunitySignal] = await self._ask(
            self._batches.ask, FindSignals(tuple(people)), step=Step.STAGES
        )
        return found

    async def upsert_account(self, company_id: CompanyId, values: AccountValues) -> Upserted:
        upserted: Upserted = await self._ask(
            self._batches.ask, UpsertAccount(company_id, values), step=Step.WRITE_SALESFORCE
        )
        return upserted

    async def write_company_id(self, account_id: AccountId, company_id: CompanyId) -> None:
        await self._ask(self._batches.ask, WriteCompanyId(account_id, company_id), step=Step.WRITE_SALESFORCE)

    async def write_contact_accounts(self, people: Sequence[Person], account_id: AccountId) -> None:
        await self._ask(self._batches.give_account, GiveAccount(tuple(people), account_id), step=Step.WRITE_SALESFORCE)


def _written(command: Command) -> Written:
    match command:
        case UpsertAccount(company_id, _):
            # Which account that is, only Salesforce knows before the answer.
            return Written(CRM, "account of company", company_id)
        case WriteCompanyId(account_id, _):
            return Written(CRM, Kind.ACCOUNT, account_id)
        case WriteContactAccount(person_id, _):
            return Written(CRM, Kind.SALESFORCE_CONTACT, person_id)


def _first_error(request: GiveAccount, written: Mapping[DoorRequest, object]) -> SyncError | None:
    results = (written[WriteContactAccount(one.id, request.account_id)] for one in request.people)
    return next((one for one in results if isinstance(one, SyncError)), None)


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
