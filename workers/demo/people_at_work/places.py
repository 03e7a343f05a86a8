"""A contact sits on the company of its account, and follows when people move it on either side."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from workers.demo.people_at_work.journal import Journal
from workers.demo.people_at_work.world import Contact, Person, World, short

SETTLED_AFTER = timedelta(seconds=45)
"""A contact that is moved before Tandem has seen it twice was never seen to move."""
MERGES = ("merge_contacts", "merge_companies", "merge_accounts")


def wrong_places(world: World, journal: Journal, *, since: datetime) -> Iterator[str]:
    home_of = {account.id: company.id for company, account in world.pairs()}
    account_of = {company.id: account.id for company, account in world.pairs()}
    movers = _moved_for_sure(journal, since)
    for contact, person in _certain_people(world):
        home = home_of.get(person.account_id)
        if home and home not in contact.company_ids:
            yield f"contact {contact.id} is not on company {home}, whose account {person.account_id} it belongs to"
        elif home and contact.company_id != home and {contact.id, person.id} & movers:
            primary = account_of.get(contact.company_id)
            if primary:
                yield (
                    f"contact {contact.id} is on company {contact.company_id} (account {primary}),"
                    f" person {person.id} on account {person.account_id}"
                )


def _certain_people(world: World) -> Iterator[tuple[Contact, Person]]:
    """Contacts with exactly one Salesforce contact, and no lead, of their address."""
    for contact in world.contacts:
        people = world.people_by_email.get(contact.email, [])
        if len(people) == 1 and not people[0].is_lead:
            yield contact, people[0]


def _moved_for_sure(journal: Journal, since: datetime) -> set[str]:
    """Who was moved when Tandem had long seen them, and was not merged with anybody."""
    born = {short(key): act.at for act in journal.acts for key in act.created}
    born |= {short(key): act.at for act in journal.acts if act.act in {"restore", "undelete"} for key in act.records}
    merged = {short(key) for act in journal.acts if act.act in MERGES for key in act.touched}
    moves = (
        *journal.done("hubspot", "move_contact", "change_primary_company"),
        *journal.done("salesforce", "move_contact"),
    )
    moved = {short(act.records[0]): act.at for act in moves if not {short(key) for key in act.records} & merged}
    return {key for key, at in moved.items() if at - born.get(key, since) > SETTLED_AFTER}
