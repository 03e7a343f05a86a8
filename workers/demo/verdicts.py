"""Compares how the demo ended with how it was built to end. Knows nothing of how Tandem decides."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workers.demo.readback import Readback
from workers.demo.story import Expected, Phase, Story


@dataclass(frozen=True, slots=True)
class Judgement:
    """How it ended."""

    problems: tuple[str, ...]
    accounts_created: int
    created_in_backlog: int
    accounts_adopted: int
    stages_moved: int
    duplicates: int
    malformed: int
    not_created: Mapping[str, int]


def judge(
    story: Story,
    found: Readback,
    reasons: Mapping[str, Sequence[str]],
    *,
    malformed: int,
    known_problems: Sequence[str] = (),
) -> Judgement:
    """Every company against its expected end.

    `reasons` are the codes on each company's timeline; `malformed` is how many bad announcements were kept.
    """
    by_company: dict[str, list[str]] = {}
    for account in found.accounts:
        if account["HubSpot_Company_Id__c"]:
            by_company.setdefault(account["HubSpot_Company_Id__c"], []).append(account["Id"])
    seeded = {str(account["Id"]) for account in story.salesforce["Account"]}
    problems = [
        *known_problems,
        *_wrong_companies(story, found, by_company, seeded, reasons),
        *_wrong_groups(story, by_company),
        *_wrong_names(story, found),
        *_moved_people(story, found),
        *_wrong_associations(story, found),
        *_wrong_totals(story, found, seeded),
    ]
    linked = [ids[0] for ids in by_company.values()]
    before = {str(one["id"]): _properties(one).get("lifecyclestage", "") for one in story.companies}
    return Judgement(
        problems=tuple(problems),
        accounts_created=sum(1 for account_id in linked if account_id not in seeded),
        created_in_backlog=sum(
            1
            for company_id in story.in_phase(Phase.MAIN)
            for account_id in by_company.get(company_id, ())
            if account_id not in seeded
        ),
        accounts_adopted=sum(1 for account_id in linked if account_id in seeded),
        stages_moved=sum(
            1 for key, stage in before.items() if found.companies.get(key, {}).get("lifecyclestage", "") != stage
        ),
        duplicates=_duplicates(story, found, by_company, seeded),
        malformed=malformed,
        not_created=Counter(
            expected.reason
            for company_id, expected in story.expected.items()
            if company_id not in by_company and expected.reason in reasons.get(company_id, ())
        ),
    )


def _wrong_companies(
    story: Story,
    found: Readback,
    by_company: Mapping[str, Sequence[str]],
    seeded: set[str],
    reasons: Mapping[str, Sequence[str]],
) -> Iterator[str]:
    for company_id, expected in story.expected.items():
        accounts = by_company.get(company_id, ())
        record = found.companies.get(company_id, {})
        if not expected.one_of:
            yield from _wrong_account(company_id, expected, accounts, seeded)
        if not (expected.one_of and accounts):  # whoever of them came first has a reason of its own
            yield from _missing_reasons(company_id, expected, reasons.get(company_id, ()))
        if record.get("sf_account_id", "") != (accounts[0] if accounts else ""):
            yield f"company {company_id} carries {record.get('sf_account_id')}, but its account is {list(accounts)}"
        if record.get("lifecyclestage", "") != expected.stage:
            yield f"company {company_id} is at {record.get('lifecyclestage')!r} instead of {expected.stage!r}"
        for contact in expected.given_account:
            if found.account_of_contact.get(contact) not in accounts:
                yield f"Salesforce contact {contact} is not on the account of company {company_id}"


def _missing_reasons(company_id: str, expected: Expected, told: Sequence[str]) -> Iterator[str]:
    for reason in (expected.reason, *expected.also):
        if reason not in told:
            yield f"company {company_id}: expected {reason} on its timeline, found {', '.join(told) or 'nothing'}"


def _wrong_account(company_id: str, expected: Expected, accounts: Sequence[str], seeded: set[str]) -> Iterator[str]:
    if len(accounts) > 1:
        yield f"company {company_id} has {len(accounts)} accounts: {', '.join(accounts)}"
    match expected.account:
        case "none" if accounts:
            yield f"company {company_id} ({expected.reason}) must have no account, has {accounts[0]}"
        case "none":
            return
        case _ if not accounts:
            yield f"company {company_id} ({expected.reason}) must have an account, has none"
        case "created" if accounts[0] in seeded:
            yield f"company {company_id} must have a new account, adopted {accounts[0]}"
        case wanted if wanted not in {"created", accounts[0]}:
            yield f"company {company_id} must have adopted {wanted}, has {accounts[0]}"


def _wrong_groups(story: Story, by_company: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for customer, members in _groups(story).items():
        accounts = [account for company_id in members for account in by_company.get(company_id, ())]
        if len(accounts) != 1:
            yield f"the {len(members)} companies of {customer} have {len(accounts)} accounts instead of 1"


def _surplus_in_groups(story: Story, by_company: Mapping[str, Sequence[str]]) -> int:
    return sum(
        max(0, sum(len(by_company.get(company_id, ())) for company_id in members) - 1)
        for members in _groups(story).values()
    )


def _duplicates(story: Story, found: Readback, by_company: Mapping[str, Sequence[str]], seeded: set[str]) -> int:
    """Second accounts of one company or customer, and accounts nobody expected: those carry no key to tell by."""
    several = sum(len(ids) - 1 for ids in by_company.values()) + _surplus_in_groups(story, by_company)
    return max(several, len(found.accounts) - len(seeded) - _to_be_created(story))


def _wrong_names(story: Story, found: Readback) -> Iterator[str]:
    """A new account is called what its company is called; one that was there before stays as it was."""
    before = {str(one["Id"]): (one["Name"], one.get("Website") or None) for one in story.salesforce["Account"]}
    companies = {str(one["id"]): _properties(one) for one in story.companies}
    for account in found.accounts:
        company = companies.get(account["HubSpot_Company_Id__c"] or "")
        wanted = before.get(account["Id"]) or (company and (company.get("name"), company.get("domain")))
        is_there = (account["Name"], account["Website"])
        if wanted and is_there != wanted:
            yield f"account {account['Id']} has name and website {is_there} instead of {wanted}"


def _moved_people(story: Story, found: Readback) -> Iterator[str]:
    """Nobody changes account or lifecycle stage who was not to."""
    stages: dict[str, str] = {str(one["id"]): _properties(one).get("lifecyclestage", "") for one in story.contacts}
    for expected in story.expected.values():
        stages |= expected.contact_stages
    for contact, stage in stages.items():
        if found.contact_stages.get(contact) != stage:
            yield f"contact {contact} is at {found.contact_stages.get(contact)!r} instead of {stage!r}"
    given = {person for expected in story.expected.values() for person in expected.given_account}
    for person in story.salesforce["Contact"]:
        now, then = found.account_of_contact.get(str(person["Id"])), person.get("AccountId")
        if person["Id"] not in given and now != then:
            yield f"Salesforce contact {person['Id']} is on account {now} instead of {then}"


def _wrong_associations(story: Story, found: Readback) -> Iterator[str]:
    """Contacts sit on the companies they sat on, and on those they were to be put on."""
    wanted: dict[str, set[str]] = {str(one["id"]): set() for one in story.contacts}
    for pair in story.associations:
        wanted[str(pair["contact"])].add(str(pair["company"]))
    for company_id, expected in story.expected.items():
        for contact in expected.associated:
            wanted[contact].add(company_id)
    for contact, companies in wanted.items():
        there = found.companies_of_contact.get(contact, frozenset())
        if there != companies:
            yield f"contact {contact} sits on companies {sorted(there)} instead of {sorted(companies)}"


def _properties(record: Mapping[str, Any]) -> Mapping[str, str]:
    properties: Mapping[str, str] = record["properties"]
    return properties


def _to_be_created(story: Story) -> int:
    return sum(1 for expected in story.expected.values() if expected.account == "created") + len(_groups(story))


def _groups(story: Story) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for company_id, expected in story.expected.items():
        if expected.one_of:
            groups.setdefault(expected.one_of, []).append(company_id)
    return groups


def _wrong_totals(story: Story, found: Readback, seeded: set[str]) -> Iterator[str]:
    """Nothing may exist that nobody expected, not even without a key."""
    created = _to_be_created(story)
    if len(found.accounts) != len(seeded) + created:
        yield f"{len(found.accounts)} accounts in Salesforce instead of {len(seeded)} seeded + {created} to be created"
    gone = seeded - {account["Id"] for account in found.accounts}
    if gone:
        yield f"{len(gone)} seeded accounts are gone"
    idle = [phase.value for phase in Phase if not story.in_phase(phase)]
    if idle:
        yield f"the story has nobody for: {', '.join(idle)}"
