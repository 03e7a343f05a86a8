"""A contact, or the Salesforce contact or lead behind it, was merged, deleted, restored or converted."""

from collections.abc import Sequence
from dataclasses import replace

from tasks.contracts.fates import End, Fate, Note, Settlement
from tasks.contracts.reasons import Reason
from tasks.contracts.records import ContactId, ContactLink, DeletedPeople, Kind, Owed, PersonId, Verdict
from tasks.contracts.tools import Tools
from tasks.fates import note_sync_off
from tasks.rules.fates import living_of, tombstones_of
from tasks.sync_task import Outcome, sync_task

WHY_PERSON = {
    End.DELETED: Reason.PERSON_DELETED,
    End.UNKNOWN: Reason.PERSON_DELETED,
    End.MERGED: Reason.PERSON_MERGED,
    End.CONVERTED: Reason.PERSON_CONVERTED,
    End.LIVING: Reason.PERSON_STANDS,
}


@sync_task("follow_person", of=Kind.CONTACT)
async def follow_person(contact_id: ContactId, tools: Tools) -> Outcome:
    """Salesforce is never written: what people did there stands."""
    if not tools.switches.company_sync:
        return await note_sync_off(Kind.CONTACT, contact_id, tools)
    contact, *absorbed = await _find_contacts(contact_id, tools)
    links = {link.contact_id: link for link in await tools.ledger.find_contact_links([contact_id])}
    link = links.get(contact_id)
    if contact.survivor_is_gone or contact.is_moved:
        return await _contact_is_gone(contact, link, tools)
    if absorbed:
        # Announced is the survivor; the others hand over to it what they had.
        await tools.ledger.owe([Owed("follow_person", one.record_id) for one in absorbed])
    if link is None:
        await _write(contact, (), (), tools, then=[Owed("link_contact", contact_id)])
        return Outcome.LEFT_ALONE
    (person,) = await tools.salesforce.find_fates([link.person_id])
    return await _person_has_a_fate(contact, link, person, tools)


async def _find_contacts(contact_id: ContactId, tools: Tools) -> Sequence[Fate]:
    """The contact's fate, and those it absorbed that were linked and have no tombstone yet."""
    (contact,) = await tools.hubspot.find_fates(Kind.CONTACT, [contact_id])
    linked = await tools.ledger.find_contact_links([ContactId(one) for one in contact.absorbed])
    buried = {one.record_id for one in await tools.ledger.find_tombstones(Kind.CONTACT, contact.absorbed)}
    return [contact, *(Fate(Kind.CONTACT, one.contact_id) for one in linked if one.contact_id not in buried)]


async def _contact_is_gone(contact: Fate, link: ContactLink | None, tools: Tools) -> Outcome:
    """Merged, only the survivor keeps syncing, with the person it has, or with this one's."""
    reason = Reason.CONTACT_MERGED if contact.is_moved else Reason.CONTACT_DELETED
    verdict = Verdict(reason, {"survivor": contact.survivor_id} if contact.is_moved else {})
    survivor = ContactId(contact.survivor_id)
    inherited: tuple[ContactLink, ...] = ()
    then: tuple[Owed, ...] = ()
    if contact.is_moved and not contact.survivor_is_gone:
        then = (Owed("link_contact", survivor),)
        if link and not await tools.ledger.find_contact_links([survivor]):
            inherited = (replace(link, contact_id=survivor),)
    await _write(contact, inherited, (Note(Kind.CONTACT, contact.record_id, verdict),), tools, then=then)
    return Outcome.DONE


async def _person_has_a_fate(contact: Fate, link: ContactLink, person: Fate, tools: Tools) -> Outcome:
    contact_id = link.contact_id
    reason = Reason.PERSON_DELETED if person.survivor_is_gone else WHY_PERSON[person.end]
    verdict = Verdict(reason, {"person": link.person_id, "survivor": person.survivor_id})
    note = Note(Kind.CONTACT, contact_id, verdict)
    follows: tuple[ContactLink, ...] = ()
    if person.is_moved and not person.survivor_is_gone:
        (survivor,) = await tools.salesforce.find_people([], [PersonId(person.survivor_id)])
        follows = (ContactLink(contact_id, survivor.id, survivor.kind, survivor.account_id),)
    then = (Owed("link_contact", contact_id),)
    await _write(contact, follows, (note,), tools, person=person, then=then)
    if person.survivor_is_gone:
        await _archive_if_wanted(contact_id, tools)
    return Outcome.DONE


async def _archive_if_wanted(contact_id: ContactId, tools: Tools) -> None:
    if tools.switches.deleted_people is not DeletedPeople.ARCHIVE_CONTACT:
        return
    segment = tools.switches.contact_segment
    if segment and not await tools.hubspot.find_members(segment, Kind.CONTACT, [contact_id]):
        return
    note = Note(Kind.CONTACT, contact_id, Verdict(Reason.CONTACT_ARCHIVED))
    await tools.ledger.settle(Settlement(notes=(note,)), fence=0)
    await tools.hubspot.archive_contact(contact_id)


async def _write(
    contact: Fate,
    contact_links: tuple[ContactLink, ...],
    notes: tuple[Note, ...],
    tools: Tools,
    *,
    person: Fate | None = None,
    then: Sequence[Owed] = (),
) -> None:
    fates = [contact, person] if person else [contact]
    settlement = Settlement(
        tombstones=tuple(stone for fate in fates for stone in tombstones_of(fate)),
        living=tuple(one for fate in fates for one in living_of(fate)),
        contact_links=contact_links,
        notes=notes,
    )
    await tools.ledger.settle(settlement, fence=0, then=then)
