"""Questions as SOQL: the terms of many questions merged into few queries."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote

import idna
from simple_salesforce.format import format_soql

from workers.crm.salesforce_ids import CONTACT, LEAD, find_account_id, long_ids_in
from workers.crm.salesforce_requests import FindAccount, FindAccounts, FindPeople, FindPeopleOf, FindSignals, Question

LONGEST_QUERY = 14_000
"""Characters of the encoded query: Salesforce cuts URLs off at 16 KB."""
ROOM_FOR_FIELDS = 1_000
"""Of the rest."""
STAMP = "SystemModstamp"
ACCOUNT_COLUMNS = (
    "Id",
    "Name",
    "Website",
    "BillingCountry",
    "ParentId",
    "CreatedDate",
    "LastModifiedDate",
    "IsDeleted",
    "MasterRecordId",
)
PERSON_ACCOUNT = "IsPersonAccount"
"""Exists only in orgs that have person accounts."""


@dataclass(frozen=True, slots=True)
class Term:
    """One thing to look for: rows of an object whose field has (or, for Website, contains) the value."""

    sobject: str
    field: str
    value: str
    deleted_too: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A query and what it looks for."""

    sobject: str
    terms: tuple[Term, ...]
    soql: str

    @property
    def path(self) -> str:
        """Below the root, with the query encoded."""
        resource = "queryAll" if any(term.deleted_too for term in self.terms) else "query"
        return f"{resource}/?q={quote(self.soql, safe='')}"


def terms_of(question: Question, account_key: str) -> tuple[Term, ...]:
    """What would make a query fail (malformed ids, blanks) is left out: it finds nothing anyway."""
    match question:
        case FindAccounts(search):
            ids = (find_account_id(id_) for id_ in search.account_ids)
            return (
                *((Term("Account", account_key, search.company_id),) if search.company_id else ()),
                *(Term("Account", "Id", id_) for id_ in ids if id_),
                *(Term("Account", "Website", spelling) for spelling in spellings_of(search.domains)),
            )
        case FindAccount(account_id):
            long = find_account_id(account_id)
            return (Term("Account", "Id", long, deleted_too=True),) if long else ()
        case FindPeopleOf(account_id):
            long = find_account_id(account_id)
            return (Term("Contact", "AccountId", long),) if long else ()
        case FindPeople(emails, ids_):
            wanted = [email.strip().lower() for email in emails if email.strip()]
            return (
                *(Term(sobject, "Email", email) for sobject in ("Contact", "Lead") for email in wanted),
                *(Term("Contact", "Id", id_) for id_ in long_ids_in(ids_, CONTACT)),
                *(Term("Lead", "Id", id_) for id_ in long_ids_in(ids_, LEAD)),
            )
        case FindSignals(people):
            return tuple(Term("OpportunityContactRole", "ContactId", id_) for id_ in long_ids_in(people, CONTACT))


def queries_for(terms: Iterable[Term], columns: Mapping[str, Sequence[str]]) -> list[Query]:
    """As few queries as the length of a URL allows, each of one object. Control characters match nothing."""
    queries: list[Query] = []
    by_object: dict[tuple[str, bool], list[Term]] = {}
    for term in dict.fromkeys(term for term in terms if term.value.isprintable()):
        by_object.setdefault((term.sobject, term.deleted_too), []).append(term)
    for (sobject, _), wanted in by_object.items():
        queries += [_query(sobject, columns[sobject], packed) for packed in _packed(wanted)]
    return queries


def columns_of(account_key: str) -> dict[str, tuple[str, ...]]:
    """What is read of each object."""
    return {
        "Account": (*ACCOUNT_COLUMNS, account_key, PERSON_ACCOUNT),
        "Contact": ("Id", "Email", "CreatedDate", "AccountId"),
        "Lead": ("Id", "Email", "CreatedDate", "IsConverted", "ConvertedAccountId", "ConvertedContactId"),
        "OpportunityContactRole": ("ContactId", "Opportunity.IsClosed", "Opportunity.IsWon"),
    }


def along(names: Sequence[str], columns: Sequence[str]) -> tuple[str, ...]:
    """Of these fields, what a query for the columns has to ask for besides; nothing where there is no room."""
    besides = tuple(dict.fromkeys(name for name in (STAMP, *names) if names and name not in columns))
    return besides if len(quote(", ".join(besides), safe="")) <= ROOM_FOR_FIELDS else ()


def spellings_of(domains: Iterable[str]) -> Iterator[str]:
    """A website field holds an international name in either spelling."""
    for domain in domains:
        if domain:
            yield domain
        if "xn--" in domain:
            with suppress(idna.IDNAError, UnicodeError):
                yield idna.decode(domain)


def _query(sobject: str, columns: Sequence[str], terms: Sequence[Term]) -> Query:
    by_field: dict[str, list[str]] = {}
    for term in terms:
        by_field.setdefault(term.field, []).append(term.value)
    websites = [format_soql("Website LIKE '%{:like}%'", value) for value in by_field.pop("Website", [])]
    conditions = [format_soql("{:literal} IN {}", field, values) for field, values in by_field.items()] + websites
    what = f"SELECT {', '.join(columns)} FROM {sobject}"  # noqa: S608 -- names of ours; the values are quoted above
    return Query(sobject, tuple(terms), f"{what} WHERE {' OR '.join(conditions)}")


def _packed(terms: Sequence[Term]) -> Iterator[list[Term]]:
    packed: list[Term] = []
    length = 0
    for term in terms:
        like = term.field == "Website"
        added = format_soql(" OR Website LIKE '%{:like}%'" if like else ",{}", term.value)
        of_term = len(quote(added, safe=""))
        if packed and length + of_term > LONGEST_QUERY:
            yield packed
            packed, length = [], 0
        packed.append(term)
        length += of_term
    if packed:
        yield packed
