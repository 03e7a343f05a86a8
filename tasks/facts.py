"""What the flows ask about people: a company's contacts, who they are in Salesforce, and who is in which segment."""

from collections import defaultdict
from collections.abc import Sequence

from tasks.contracts.errors import Rejected
from tasks.contracts.records import (
    AccountId,
    Association,
    Company,
    CompanyId,
    Contact,
    ContactId,
    ContactLink,
    Kind,
    Person,
    SyncingContact,
)
from tasks.contracts.tools import Tools
from tasks.rules.account_creation import Standing
from tasks.rules.people import choose_person


async def find_syncing_contacts(company_id: CompanyId, tools: Tools) -> tuple[SyncingContact, ...]:
    """The company's contacts, each with the person behind it; what is found out is remembered."""
    associations = await tools.hubspot.find_contacts_of(company_id)
    if not associations:
        return ()
    primary = {one.contact_id for one in associations if one.is_primary}
    contacts = await tools.hubspot.find_contacts([one.contact_id for one in associations])
    people = await find_people_behind(contacts, tools)
    return tuple(
        SyncingContact(contact, contact.id in primary, people.get(contact.id))
        for contact in sorted(contacts, key=lambda one: one.id)
    )


async def find_standing(company: Company, people: tuple[SyncingContact, ...], tools: Tools) -> Standing:
    """How the company and its contacts stand to the segments, which decide nothing when a person pressed Sync."""
    contact_ids = [one.contact.id for one in people]
    qualifying = frozenset(contact_ids)
    in_segment = True
    if tools.switches.contact_segment and contact_ids:
        members = await _find_members(tools.switches.contact_segment, Kind.CONTACT, contact_ids, tools)
        qualifying = frozenset(ContactId(member) for member in members)
    if tools.switches.company_segment:
        members = await _find_members(tools.switches.company_segment, Kind.COMPANY, [company.id], tools)
        in_segment = company.id in members
    return Standing(qualifying, company_in_segment=in_segment)


async def _find_members(segment: str, kind: Kind, record_ids: Sequence[str], tools: Tools) -> frozenset[str]:
    try:
        return await tools.hubspot.find_members(segment, kind, record_ids)
    except Rejected:
        # A list that is gone, or not ours to read, keeps nobody from pressing Sync; it is overridden like any other.
        if tools.forced:
            return frozenset()
        raise


async def find_homes(account_id: AccountId, tools: Tools) -> tuple[Association, ...]:
    """The companies of the HubSpot contacts that are the account's contacts in Salesforce."""
    people = await tools.salesforce.find_people_of(account_id)
    if not people:
        return ()
    links = await tools.ledger.find_contact_links_of_people([person.id for person in people])
    linked = {link.person_id for link in links}
    emails = sorted({person.email for person in people if person.email and person.id not in linked})
    contacts = list(await tools.hubspot.find_contacts([link.contact_id for link in links])) if links else []
    contacts += await tools.hubspot.find_contacts_by_email(emails) if emails else ()
    behind = await find_people_behind(list(dict.fromkeys(contacts)), tools)
    # Who has the same address elsewhere in Salesforce may be that other person.
    here = [contact_id for contact_id, person in behind.items() if person.account_id == account_id]
    return tuple(await tools.hubspot.find_companies_of_contacts(sorted(here))) if here else ()


async def find_people_behind(contacts: Sequence[Contact], tools: Tools) -> dict[ContactId, Person]:
    """The Salesforce contact or lead behind each contact, by e-mail address; the links are recorded."""
    if not contacts:
        return {}
    links = await tools.ledger.find_contact_links([contact.id for contact in contacts])
    known = {link.contact_id: link for link in links}
    emails = sorted({contact.email for contact in contacts if contact.email})
    found = list(await tools.salesforce.find_people(emails, [link.person_id for link in links]))
    found += await _find_converted(found, links, tools)
    by_email: dict[str, list[Person]] = defaultdict(list)
    by_id = {person.id: person for person in found}
    for person in by_id.values():
        by_email[person.email].append(person)

    people: dict[ContactId, Person] = {}
    for contact in contacts:
        link = known.get(contact.id)
        candidates = by_email[contact.email] if contact.email else []
        # The known person stays a candidate although its address was changed in Salesforce, or it was a lead.
        known_person = by_id.get(link.person_id) if link else None
        successor = by_id.get(known_person.contact_id) if known_person and known_person.contact_id else None
        candidates = [*candidates, *filter(None, (known_person, successor))]
        if chosen := successor or choose_person(candidates, link):
            people[contact.id] = chosen
    await _remember(people, known, tools)
    return people


async def _find_converted(found: Sequence[Person], links: Sequence[ContactLink], tools: Tools) -> Sequence[Person]:
    """The contacts that linked leads have become, where their addresses do not bring them (rule 5.10)."""
    linked, present = {link.person_id for link in links}, {person.id for person in found}
    converted = [one.contact_id for one in found if one.id in linked and one.contact_id]
    missing = sorted({contact_id for contact_id in converted if contact_id not in present})
    return await tools.salesforce.find_people([], missing) if missing else ()


async def _remember(people: dict[ContactId, Person], known: dict[ContactId, ContactLink], tools: Tools) -> None:
    current = [
        ContactLink(contact_id, person.id, person.kind, person.account_id) for contact_id, person in people.items()
    ]
    news = [link for link in current if known.get(link.contact_id) != link]
    if news:
        await tools.ledger.record_contact_links(news)
