"""Which HubSpot records stand behind an announced Salesforce record, as far as the ledger knows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy import Connection, Select, and_, select
from sqlalchemy.orm import InstrumentedAttribute

from tasks.contracts.changes import Change
from tasks.contracts.feeds import ROLE
from tasks.contracts.records import Kind, Owed
from tasks.rules.routing import WHEN_LINKED
from workers.ledger.models import ContactLinkRow, LinkRow, SightingRow, SnapshotRow, first_fifteen
from workers.ledger.rows import is_among
from workers.ledger.sightings import SHELVES

HUBSPOT_KINDS = {Kind.COMPANY, Kind.CONTACT}
PEOPLE_KINDS = {Kind.SALESFORCE_CONTACT, Kind.LEAD}

Routed = tuple[Change, Sequence[Owed]]
Behind = dict[str, list[str]]
"""HubSpot ids by the first 15 characters of Salesforce ids."""


def translate(connection: Connection, routed: Sequence[Routed]) -> dict[str, list[Owed]]:
    """By event: what is owed for HubSpot records, also where a Salesforce record was announced."""
    behind = {
        **_behind(connection, LinkRow.account_id, LinkRow.company_id, _ids(routed, Kind.ACCOUNT)),
        **_contacts_behind(connection, _ids(routed, *PEOPLE_KINDS)),
    }
    in_opportunities = _find_roles(connection, _ids(routed, Kind.OPPORTUNITY))
    translated: dict[str, list[Owed]] = {}
    for change, owed in routed:
        if change.record in HUBSPOT_KINDS:
            translated[change.event_id] = list(owed)
        elif change.record is Kind.OPPORTUNITY:
            translated[change.event_id] = list(in_opportunities.get(change.id[:15], ())) if owed else []
        else:
            translated[change.event_id] = [
                then for one in owed for then in _for_hubspot(one, behind.get(one.record_id[:15], ()))
            ]
    return translated


def _for_hubspot(owed: Owed, record_ids: Sequence[str]) -> list[Owed]:
    """For the records behind; an account that has no company yet stays what it is."""
    task = WHEN_LINKED.get(owed.task, owed.task)
    if not record_ids:
        return [owed] if owed.task in WHEN_LINKED else []
    return [Owed(task, record_id, owed.lane, forced=owed.forced) for record_id in record_ids]


def _ids(routed: Sequence[Routed], *kinds: Kind) -> set[str]:
    return {change.id[:15] for change, _ in routed if change.record in kinds}


def _contacts_behind(connection: Connection, people: set[str]) -> Behind:
    """Who is linked with them; of those who are not, who has the e-mail address they were seen with."""
    linked = _behind(connection, ContactLinkRow.person_id, ContactLinkRow.contact_id, people)
    return {**_with_their_address(connection, people - linked.keys()), **linked}


def _with_their_address(connection: Connection, people: set[str]) -> Behind:
    if not people:
        return {}
    prefix, address = first_fifteen(SightingRow.record_id), SightingRow.facts["email"].astext
    has_address = and_(SnapshotRow.kind == SHELVES[Kind.CONTACT], SnapshotRow.body["email"].astext == address)
    query = (
        select(prefix, SnapshotRow.record_id)
        .join(SnapshotRow, has_address)
        .where(SightingRow.kind.in_(PEOPLE_KINDS), is_among(prefix, people), address != "")
        .order_by(SnapshotRow.record_id)
    )
    return _collected(connection, query)


def _find_roles(connection: Connection, opportunities: set[str]) -> dict[str, list[Owed]]:
    """For each opportunity what is owed for the contacts that have, or had, a role in it."""
    if not opportunities:
        return {}
    people = _people_in(connection, opportunities)
    contacts = _contacts_behind(connection, {one[:15] for those in people.values() for one in those})
    companies = _companies_of(connection, {one for those in contacts.values() for one in those})
    return {
        one: [
            owed
            for person in those
            for contact in contacts.get(person[:15], ())
            for owed in _owed_for(contact, companies)
        ]
        for one, those in people.items()
    }


def _people_in(connection: Connection, opportunities: set[str]) -> Behind:
    """By their roles, seen alone or with the opportunity; a role that was taken away counts as well."""
    opportunity = first_fifteen(SightingRow.facts["opportunity_id"].astext)
    found = _collected(
        connection,
        select(opportunity, SightingRow.facts["contact_id"].astext).where(
            SightingRow.kind == ROLE, is_among(opportunity, opportunities)
        ),
    )
    prefix = first_fifteen(SightingRow.record_id)
    query = select(prefix, SightingRow.facts["contact_ids"]).where(
        SightingRow.kind == Kind.OPPORTUNITY, is_among(prefix, opportunities)
    )
    for one, contact_ids in connection.execute(query):
        found[one] = sorted({*found.get(one, ()), *(contact_ids or ())})
    return found


def _owed_for(contact: str, companies: Mapping[str, Sequence[str]]) -> Iterator[Owed]:
    """Their companies; where the ledger knows none, whoever looks after the contact finds them."""
    for company in companies.get(contact, ()):
        yield Owed("propagate_lifecycle_stage", company)
    if contact not in companies:
        yield Owed("link_contact", contact)


def _companies_of(connection: Connection, contacts: set[str]) -> dict[str, list[str]]:
    """The primary company of each contact, as last read."""
    query = select(SnapshotRow.record_id, SnapshotRow.body).where(
        SnapshotRow.kind == "companies_of", is_among(SnapshotRow.record_id, contacts)
    )
    found = {}
    for contact, body in connection.execute(query):
        if primary := [str(one["company_id"]) for one in body or () if one.get("is_primary")]:
            found[contact] = primary
    return found


def _behind(
    connection: Connection,
    salesforce_id: InstrumentedAttribute[str],
    hubspot_id: InstrumentedAttribute[str],
    prefixes: Iterable[str],
) -> Behind:
    """The HubSpot records linked with these Salesforce ids."""
    if not prefixes:
        return {}
    prefix = first_fifteen(salesforce_id)
    query = select(prefix, hubspot_id).where(is_among(prefix, prefixes)).order_by(hubspot_id)
    return _collected(connection, query)


def _collected(connection: Connection, query: Select[str, str]) -> Behind:
    found: Behind = {}
    for key, value in connection.execute(query):
        found.setdefault(key, []).append(value)
    return found
