"""Find the Salesforce contact or lead behind a HubSpot contact, and tell its companies."""

from collections.abc import Sequence

from tasks.contracts.reasons import Reason
from tasks.contracts.records import Association, Contact, ContactId, Kind, Link, Owed, Person, Verdict
from tasks.contracts.tools import Subject, Tools
from tasks.facts import find_people_behind
from tasks.placing import place_contact
from tasks.sync_task import Outcome, sync_task


@sync_task("link_contact", of=Kind.CONTACT)
async def link_contact(contact_id: ContactId, tools: Tools) -> Outcome:
    """Creates nobody: the link is found by e-mail address or it is not there yet."""
    subject = Subject(Kind.CONTACT, contact_id)
    if not tools.switches.company_sync:
        await tools.ledger.record_verdict(subject, Verdict(Reason.OBJECT_SYNC_OFF))
        return Outcome.LEFT_ALONE
    contacts = await tools.hubspot.find_contacts([contact_id])
    if not contacts:
        await tools.ledger.record_verdict(subject, Verdict(Reason.CONTACT_GONE))
        return Outcome.LEFT_ALONE

    people = await find_people_behind(contacts, tools)
    person = people.get(contact_id)
    associations = await tools.hubspot.find_companies_of(contact_id)
    moved = await place_contact(contact_id, person, associations, tools) if person else None
    if moved and moved.code == Reason.CONTACT_MOVED_IN_HUBSPOT:
        associations = await tools.hubspot.find_companies_of(contact_id)
    then = await _choose_next(associations, person, tools)
    await tools.ledger.record_verdict(subject, moved or _verdict(contacts[0], person), then=then)
    return Outcome.DONE if person else Outcome.LEFT_ALONE


async def _choose_next(associations: Sequence[Association], person: Person | None, tools: Tools) -> tuple[Owed, ...]:
    """Its companies may now be allowed an account, have a further stage, or a contact to take in."""
    links = {link.company_id: link for link in await tools.ledger.find_links([one.company_id for one in associations])}
    owed = [Owed("create_account", one.company_id) for one in associations if one.company_id not in links]
    for one in associations:
        if one.company_id in links and one.is_primary:
            owed.append(Owed("propagate_lifecycle_stage", one.company_id))
            if person and person.is_private:
                owed.append(Owed("link_company", one.company_id))
    owed += [Owed("link_company", link.company_id) for link in await _find_new_home(associations, person, tools)]
    return tuple(dict.fromkeys(owed))


async def _find_new_home(associations: Sequence[Association], person: Person | None, tools: Tools) -> Sequence[Link]:
    """The company of the account it belongs to in Salesforce, unless it sits there already."""
    if person is None or person.account_id is None:
        return ()
    present = {one.company_id for one in associations}
    links = await tools.ledger.find_links_of_accounts([person.account_id])
    return [link for link in links if link.company_id not in present]


def _verdict(contact: Contact, person: Person | None) -> Verdict:
    if person:
        return Verdict(Reason.CONTACT_LINKED, {"person": person.id, "as": person.kind, "account": person.account_id})
    return Verdict(Reason.CONTACT_NOT_IN_SALESFORCE if contact.email else Reason.CONTACT_WITHOUT_EMAIL)
