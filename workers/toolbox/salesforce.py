"""Salesforce as a flow sees it: everything a slice asks at one moment goes out in as few calls as possible."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from tasks.contracts.errors import Rejected, SyncError, TryAgain
from tasks.contracts.feeds import MAPPED
from tasks.contracts.fields import AccountFields, JsonValue
from tasks.contracts.finding import AccountSearch, AccountValues, Upserted
from tasks.contracts.records import Account, AccountId, CompanyId, Kind, OpportunitySignal, Person, PersonId
from workers.crm.salesforce import SalesforceDoor
from workers.crm.salesforce_requests import (
    FindAccount,
    FindPeople,
    FindPeopleOf,
    FindSignals,
    UpsertAccount,
    WriteAccountFields,
    WriteCompanyId,
    WriteContactAccount,
)
from workers.crm.salesforce_requests import Request as DoorRequest
from workers.crm.salesforce_requests import Result as DoorResult
from workers.gather import Gather, Step
from workers.ledger.postgres_ledger import PostgresLedger
from workers.toolbox.freshness import Shelf, Wanted
from workers.toolbox.reach import reach_ledger


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

    def __init__(
        self,
        door: SalesforceDoor,
        ledger: PostgresLedger,
        *,
        mapped: Callable[[], Sequence[str]] = tuple,
        on_unknown_field: Callable[[], None] = lambda: None,
    ) -> None:
        self._door = door
        self._mapped = mapped
        self._ledger = ledger
        self._on_unknown_field = on_unknown_field
        self._people: Shelf[tuple[Person, ...]] = Shelf(ledger, "people_by_email", tuple[Person, ...])

    def ask(self, requests: Sequence[DoorRequest]) -> Sequence[object]:
        """Questions and commands as they are, all in one run of the door."""
        results = self._door.run(requests)
        self._remember_own_writes(dict(zip(requests, results, strict=True)))
        return results

    def accounts(self, requests: Sequence[AccountSearch]) -> Sequence[object]:
        """Their mapped fields come along, so that nobody has to read them again."""
        names = self._mapped()
        read_at = reach_ledger(self._ledger.now)
        answers, fields = self._door.find_accounts(requests, names)
        self._account_fields(frozenset(names)).keep(fields, read_at=read_at)
        return answers

    def account_fields(
        self, requests: Sequence[tuple[Wanted, tuple[str, ...]]]
    ) -> list[AccountFields | SyncError | None]:
        names = sorted({name for _, asked in requests for name in asked})
        shelf = self._account_fields(frozenset(names))
        facts = shelf.read(
            [wanted for wanted, _ in requests],
            lambda ids: self._door.read_fields([AccountId(one) for one in ids], names),
        )
        self._note_seen({key: fact.mapped for key, fact in facts.items() if isinstance(fact, AccountFields)})
        return [self._unless_outdated(facts[wanted.record_id]) for wanted, _ in requests]

    def write_account_fields(self, requests: Sequence[WriteAccountFields]) -> list[SyncError | None]:
        results = self._door.run(requests)
        written = list(zip(requests, results, strict=True))
        self._account_fields(frozenset()).correct(
            {one.account_id: {"mapped": dict(one.values)} for one, told in written if not isinstance(told, SyncError)}
        )
        self._note_seen({one.account_id: dict(one.values) for one, told in written if not isinstance(told, SyncError)})
        return [told if isinstance(told, SyncError) else None for told in results]

    def _note_seen(self, mapped: Mapping[str, Mapping[str, JsonValue]]) -> None:
        """What field sync looks at, and what it writes, is no news when the next poll sees it."""
        patches = {account_id: {MAPPED: dict(values)} for account_id, values in mapped.items()}
        reach_ledger(lambda: self._ledger.record_own_writes(Kind.ACCOUNT, patches, {}))

    def _account_fields(self, names: frozenset[str]) -> Shelf[AccountFields | None]:
        return Shelf(
            self._ledger,
            "account_fields",
            AccountFields | None,
            is_whole=lambda one: one is None or one.mapped.keys() >= names,
        )

    def _unless_outdated(self, fact: AccountFields | SyncError | None) -> AccountFields | SyncError | None:
        """A field that its description still showed is gone: what can be read is found out anew, and tried again."""
        if isinstance(fact, Rejected) and fact.code == "INVALID_FIELD":
            self._on_unknown_field()
            return TryAgain(f"{fact}; the mapping is looked at anew", code=fact.code)
        return fact

    def people(self, requests: Sequence[PeopleWanted]) -> list[object]:
        """By e-mail address from their snapshots, if these are fresh; and who is missing then, by id."""
        wanted = [one for request in requests for one in request.emails]
        facts = self._people.read(wanted, self._read_people)
        by_id = {one.id: one for fact in facts.values() if not isinstance(fact, SyncError) for one in fact}
        # Known people whose address in Salesforce is not the contact's any more: rare, so asked for apart.
        missing = sorted({person_id for request in requests for person_id in request.ids if person_id not in by_id})
        if missing:
            (found,) = self._door.run([FindPeople((), tuple(missing))])
            if isinstance(found, SyncError):
                return [
                    found if set(request.ids) & set(missing) else _people_of(request, facts, by_id)
                    for request in requests
                ]
            by_id.update({one.id: one for one in _people_in(found)})
        return [_people_of(request, facts, by_id) for request in requests]

    def give_account(self, requests: Sequence[GiveAccount]) -> list[SyncError | None]:
        """A row per person; a request has gone wrong if one of its rows has."""
        rows = [WriteContactAccount(one.id, request.account_id) for request in requests for one in request.people]
        written: dict[DoorRequest, object] = dict(zip(rows, self._door.run(rows), strict=True))
        patches: dict[str, dict[str, object]] = {
            row.person_id: {"account_id": row.account_id} for row in rows if written[row] is None
        }
        reach_ledger(lambda: self._ledger.record_own_writes(Kind.SALESFORCE_CONTACT, patches, {}))
        self._people.forget({one.email for request in requests for one in request.people})
        return [_first_error(request, written) for request in requests]

    def _remember_own_writes(self, results: Mapping[DoorRequest, object]) -> None:
        """So that the next poll does not take them for news."""
        patches: dict[str, Mapping[str, object]] = {}
        created: dict[str, Mapping[str, object]] = {}
        for request, result in results.items():
            if isinstance(request, UpsertAccount) and isinstance(result, Upserted):
                name, website = request.values.name, request.values.website
                account = Account(result.account_id, name, website, request.company_id)
                given = {"Name": name, "Website": website} | dict(request.values.fields)
                mapped = {MAPPED: {one: value for one, value in given.items() if value != ""}}
                if result.created:
                    created[account.id] = asdict(account) | mapped
                else:
                    patches[account.id] = {name: value for name, value in asdict(account).items() if value} | mapped
            elif isinstance(request, WriteCompanyId) and result is None:
                patches[request.account_id] = {"company_id": request.company_id}
        if patches or created:
            reach_ledger(lambda: self._ledger.record_own_writes(Kind.ACCOUNT, patches, created))

    def _read_people(self, emails: list[str]) -> dict[str, tuple[Person, ...] | SyncError]:
        (found,) = self._door.run([FindPeople(tuple(emails))])
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
        found: Sequence[Account] = await self._ask(self._batches.accounts, search, step=Step.ACCOUNTS)
        return found

    async def find_account_fields(self, account_id: AccountId, names: Sequence[str]) -> AccountFields | None:
        fields: AccountFields | None = await self._ask(
            self._batches.account_fields, (Wanted(account_id, self._as_of), tuple(names)), step=Step.ACCOUNTS
        )
        return fields

    async def write_account_fields(self, account_id: AccountId, values: Mapping[str, JsonValue]) -> None:
        await self._ask(
            self._batches.write_account_fields,
            WriteAccountFields(account_id, tuple(values.items())),
            step=Step.WRITE_SALESFORCE,
        )

    async def find_account(self, account_id: AccountId) -> Account | None:
        account: Account | None = await self._ask(self._batches.ask, FindAccount(account_id), step=Step.ACCOUNT)
        return account

    async def find_people_of(self, account_id: AccountId) -> Sequence[Person]:
        found: Sequence[Person] = await self._ask(self._batches.ask, FindPeopleOf(account_id), step=Step.THEIR_PEOPLE)
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
