"""One contact's place: its account in Salesforce and its primary company in HubSpot follow each other."""

from collections.abc import Sequence
from typing import assert_never

from tasks.contracts.reasons import Reason
from tasks.contracts.records import (
    AccountId,
    Association,
    CompanyId,
    ContactId,
    ContactLink,
    Link,
    Person,
    PersonKind,
    Place,
    Verdict,
)
from tasks.contracts.tools import Tools
from tasks.rules.placement import MoveInHubSpot, MoveInSalesforce, Stay, choose_place


async def place_contact(
    contact_id: ContactId, person: Person, associations: Sequence[Association], tools: Tools
) -> Verdict | None:
    """Rules 9.1 to 9.4 and A7; what was done, if anything."""
    if person.kind is not PersonKind.CONTACT:
        return None
    home = await _find_home(person, tools)
    if person.account_id and home is None:
        # What was seen last stays: once the account is linked, the move is still to be followed.
        return Verdict(Reason.WAITING_FOR_ACCOUNT, {"person": person.id, "account": person.account_id})

    now = Place(person.account_id, await _find_account_of_primary(associations, tools))
    seen = (await tools.ledger.find_places([contact_id])).get(contact_id)
    verdict, place = None, now
    match decision := choose_place(now, seen, tools.switches):
        case MoveInHubSpot() if home:
            verdict = await _follow_in_hubspot(contact_id, home, associations, tools)
            place = Place(home.account_id, home.account_id)
        case MoveInSalesforce(account_id):
            verdict = await _follow_in_salesforce(contact_id, person, account_id, tools)
            place = Place(account_id, account_id)
        case MoveInHubSpot() | Stay():
            pass
        case _:
            assert_never(decision)
    if home and (left := await _take_off_former(contact_id, home, seen, tools)):
        verdict = _moved(home, taken_off=left)
    # A crash before this line is safe: the move is seen again, and repeated or found done.
    if place != seen:
        await tools.ledger.record_place(contact_id, place)
    return verdict


async def _find_home(person: Person, tools: Tools) -> Link | None:
    links = await tools.ledger.find_links_of_accounts([person.account_id]) if person.account_id else ()
    return next(iter(links), None)


async def _find_account_of_primary(associations: Sequence[Association], tools: Tools) -> AccountId | None:
    primary = [one.company_id for one in associations if one.is_primary]
    links = await tools.ledger.find_links(primary) if primary else ()
    return next((link.account_id for link in links), None)


async def _follow_in_hubspot(
    contact_id: ContactId, home: Link, associations: Sequence[Association], tools: Tools
) -> Verdict:
    new = Association(home.company_id, contact_id, is_primary=True)
    if new.company_id not in {one.company_id for one in associations}:
        await tools.ledger.record_our_associations([new])
    await tools.hubspot.associate([new])
    return _moved(home)


async def _follow_in_salesforce(contact_id: ContactId, person: Person, account_id: AccountId, tools: Tools) -> Verdict:
    await tools.salesforce.write_contact_accounts([person], account_id)
    await tools.ledger.record_contact_links([ContactLink(contact_id, person.id, person.kind, account_id)])
    return Verdict(Reason.CONTACT_MOVED_IN_SALESFORCE, {"person": person.id, "account": account_id})


async def _take_off_former(contact_id: ContactId, home: Link, seen: Place | None, tools: Tools) -> list[CompanyId]:
    """Where Tandem put the contact because of the account it has left since; what people made stays.

    Not before it sits on the new company: in between it is on both, never on none.
    """
    if tools.switches.keep_former_company or seen is None or seen.in_salesforce in {None, home.account_id}:
        return []
    links = await tools.ledger.find_links_of_accounts([seen.in_salesforce])
    former = await tools.ledger.find_our_associations([Association(link.company_id, contact_id) for link in links])
    if former:
        await tools.hubspot.dissociate(former)
        await tools.ledger.forget_our_associations(former)
    return [one.company_id for one in former]


def _moved(home: Link, *, taken_off: Sequence[CompanyId] = ()) -> Verdict:
    evidence = {"company": home.company_id, "account": home.account_id, "taken_off": list(taken_off)}
    return Verdict(Reason.CONTACT_MOVED_IN_HUBSPOT, evidence)
