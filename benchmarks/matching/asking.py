"""Ask the rules about every record of a world, with the candidates that a search in the other CRM would bring."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from benchmarks.matching.labelled import World
from tasks.contracts.reasons import Reason
from tasks.contracts.records import (
    Account,
    AccountId,
    Association,
    Company,
    CompanyId,
    Contact,
    ContactId,
    Person,
    PersonId,
    PersonKind,
    Switches,
    SyncingContact,
)
from tasks.rules.company_matching import AdoptCompany, CompanyCandidates, CompanyMatch, match_company
from tasks.rules.company_names import compact
from tasks.rules.identity import account_domain, company_domains
from tasks.rules.matching import Adopt, AskHuman, Candidates, Match, match_account

Pairing = tuple[CompanyId, AccountId]
FIRST_LETTERS = 4
"""Of the name in one word: what a search by name goes by."""
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Answers:
    """What the rules said: linked, or suggested to a person."""

    links: list[Pairing] = field(default_factory=list)
    suggestions: list[tuple[Pairing, Reason]] = field(default_factory=list)


def ask_accounts(world: World, switches: Switches) -> Answers:
    """Which company is each account? None is linked yet."""
    index, answers = Index(world), Answers()
    for account in world.accounts.values():
        companies = index.find_companies(account)
        people = [Association(pair[0], one, is_primary=True) for pair, one in index.find_contacts(account.id)]
        candidates = CompanyCandidates(companies, {}, people, rivals=index.find_rival_accounts(account))
        match: CompanyMatch = match_company(account, candidates, switches)
        if isinstance(match, AdoptCompany):
            answers.links.append((match.company.id, account.id))
        suggested = _suggested(match, "companies")
        answers.suggestions += [((CompanyId(key), account.id), reason) for key, reason in suggested]
    return answers


def ask_companies(world: World, switches: Switches) -> Answers:
    """Which account is each company? None is linked yet."""
    index, answers = Index(world), Answers()
    for company in world.companies.values():
        accounts = index.find_accounts(company)
        people = [_syncing(one, pair[1]) for pair, one in index.find_contacts(company.id)]
        candidates = Candidates(accounts, {}, index.find_rival_companies(company))
        match: Match = match_account(company, people, candidates, switches)
        if isinstance(match, Adopt):
            answers.links.append((company.id, match.account.id))
        suggested = _suggested(match, "accounts")
        answers.suggestions += [((company.id, AccountId(key)), reason) for key, reason in suggested]
    return answers


def _suggested(match: Match | CompanyMatch, side: str) -> Iterator[tuple[str, Reason]]:
    if isinstance(match, AskHuman) and match.reason.startswith("SUGGEST_"):
        ids = match.evidence[side]
        assert isinstance(ids, list)
        yield from ((key, match.reason) for key in ids)


def _syncing(contact_id: ContactId, account_id: AccountId) -> SyncingContact:
    person = Person(PersonId(contact_id), PersonKind.CONTACT, "", LONG_AGO, account_id)
    return SyncingContact(Contact(contact_id), is_primary=True, person=person)


class Index:
    """Both CRMs by domain, by the first letters of the name, by id and by contact."""

    def __init__(self, world: World) -> None:
        self._companies: dict[str, dict[CompanyId, Company]] = defaultdict(dict)
        self._accounts: dict[str, dict[AccountId, Account]] = defaultdict(dict)
        self._contacts: dict[str, list[tuple[Pairing, ContactId]]] = defaultdict(list)
        for pair, count in world.shared_contacts.items():
            for number in range(count):
                contact = ContactId(f"{pair[0]}-{pair[1]}-{number}")
                for record_id in pair:
                    self._contacts[record_id].append((pair, contact))
        for company in world.companies.values():
            for term in self._terms_of_company(company):
                self._companies[term][company.id] = company
        for account in world.accounts.values():
            for term in self._terms_of_account(account):
                self._accounts[term][account.id] = account

    def find_companies(self, account: Account) -> list[Company]:
        """Every company the account could be."""
        found = (self._companies.get(term, {}) for term in sorted(self._terms_of_account(account)))
        return list({key: one for each in found for key, one in each.items()}.values())

    def find_accounts(self, company: Company) -> list[Account]:
        """Every account the company could be."""
        found = (self._accounts.get(term, {}) for term in sorted(self._terms_of_company(company)))
        return list({key: one for each in found for key, one in each.items()}.values())

    def find_rival_accounts(self, account: Account) -> list[Account]:
        """Other accounts of its domain."""
        same = self._accounts.get(account_domain(account) or "", {})
        return [one for one in same.values() if one.id != account.id]

    def find_rival_companies(self, company: Company) -> list[Company]:
        """Other companies of its domains."""
        found = (self._companies.get(domain, {}) for domain in company_domains(company))
        return [one for each in found for one in each.values() if one.id != company.id]

    def find_contacts(self, record_id: str) -> list[tuple[Pairing, ContactId]]:
        """Contacts it shares, and with whom."""
        return self._contacts.get(record_id, [])

    def _terms_of_company(self, company: Company) -> set[str]:
        shared = (account_id for (_, account_id), _ in self.find_contacts(company.id))
        stored = (company.account_id, company.native_account_id)
        return _terms((company.id, *stored, *shared, *company_domains(company)), company.name)

    def _terms_of_account(self, account: Account) -> set[str]:
        shared = (company_id for (company_id, _), _ in self.find_contacts(account.id))
        return _terms((account.id, account.company_id, *shared, account_domain(account)), account.name)


def _terms(known: Iterable[str | None], name: str) -> set[str]:
    return {term for term in (*known, compact(name)[:FIRST_LETTERS]) if term}
