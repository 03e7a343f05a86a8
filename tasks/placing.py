"""One contact's place: its account in Salesforce and its primary company in HubSpot follow each other."""

from collections.abc import Sequence
from typing import assert_never

from tasks.contracts.reasons import Reason
from tasks.contracts.records import (
    AccountId,
    Association,
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
    """Rules 9.1 to 9.4 and A7; what was done, if anything. The former company stays an ordinary one."""
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
        case MoveInHubSpot(account_id) if home:
            await tools.hubspot.associate([Association(home.company_id, contact_id, is_primary=True)])
            verdict, place = _moved(Reason.CONTACT_MOVED_IN_HUBSPOT, home), Place(account_id, account_id)
        case MoveInSalesforce(account_id):
            await tools.salesforce.write_contact_accounts([person], account_id)
            link = ContactLink(contact_id, person.id, person.kind, account_id)
            await tools.ledger.record_contact_links([link])
            verdict = Verdict(Reason.CONTACT_MOVED_IN_SALESFORCE, {"person": person.id, "account": account_id})
            place = Place(account_id, account_id)
        case MoveInHubSpot() | Stay():
            pass
        case _:
            assert_never(decision)
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


def _moved(reason: Reason, link: Link) -> Verdict:
    return Verdict(reason, {"company": link.company_id, "account": link.account_id})
