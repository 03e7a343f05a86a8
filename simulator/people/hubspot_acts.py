"""What people do in HubSpot."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from simulator.people.calls import ByHand, Request
from simulator.people.hubspot_records import OBJECTS, OWNER, HubSpotRecords
from simulator.people.invention import Invention
from simulator.people.plans import Kind, Learned, Plan

Planner = Callable[[HubSpotRecords, Invention], Plan | None]
UNLABELLED, PRIMARY = 279, 1
STAGES = ("subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer", "evangelist")
EDITS: Mapping[str, Mapping[str, Callable[[Invention], str]]] = {
    "companies": {
        "name": Invention.company,
        "city": Invention.city,
        "phone": Invention.phone,
        "domain": Invention.domain,
        "numberofemployees": lambda invention: str(invention.number(5_000)),
    },
    "contacts": {
        "firstname": Invention.first_name,
        "lastname": Invention.last_name,
        "phone": Invention.phone,
        "email": Invention.email,
        "city": Invention.city,
    },
}


def create_company(known: HubSpotRecords, invention: Invention) -> Plan:
    customer = invention.customer(known.entered)
    values = {"name": customer.name, "domain": customer.domain, "city": invention.city()}

    def learn(answer: Any) -> Learned:
        known.entered.append(customer)
        known.companies.append(answer["id"])
        return Learned(created=(answer["id"],))

    return Plan((), (Request("POST", f"{OBJECTS}/companies", {"properties": values}),), learn, values)


def create_contact(known: HubSpotRecords, invention: Invention) -> Plan:
    """Most are somebody's at a company from the beginning."""
    person = invention.person(known.entered)
    values = {"email": person.email, "firstname": person.first_name, "lastname": person.last_name}
    company = invention.choice(known.companies) if known.companies and invention.happens(0.8) else ""
    body: dict[str, Any] = {"properties": values}
    if company:
        body["associations"] = [{"to": {"id": company}, "types": [_type(UNLABELLED), _type(PRIMARY)]}]

    def learn(answer: Any) -> Learned:
        known.entered.append(person)
        known.contacts.append(answer["id"])
        if company:
            known.companies_of[answer["id"]] = [company]
        return Learned(created=(answer["id"],))

    return Plan((company,) if company else (), (Request("POST", f"{OBJECTS}/contacts", body),), learn, values)


def edit(plural: str) -> Planner:
    def plan(known: HubSpotRecords, invention: Invention) -> Plan | None:
        if not known.ids(plural):
            return None
        record = invention.choice(known.ids(plural))
        names = invention.two(tuple(EDITS[plural]))
        return _update(plural, record, {name: EDITS[plural][name](invention) for name in names})

    return plan


def change_stage(known: HubSpotRecords, invention: Invention) -> Plan | None:
    """Forward or back, as people do; the portal may not go back and not say so."""
    plural = invention.choice(("companies", "contacts"))
    if not known.ids(plural):
        return None
    record = invention.choice(known.ids(plural))
    return _update(plural, record, {"lifecyclestage": invention.choice(STAGES)})


def change_owner(known: HubSpotRecords, invention: Invention) -> Plan | None:
    plural = invention.choice(("companies", "contacts"))
    if not known.ids(plural):
        return None
    record = invention.choice(known.ids(plural))
    if not known.other_owners(record):
        return None
    owner = invention.choice(known.other_owners(record))

    def learn(_answer: Any) -> Learned:
        known.owner_of[record] = owner
        return Learned()

    return replace(_update(plural, record, {OWNER: owner}), learn=learn)


def associate_contact(known: HubSpotRecords, invention: Invention) -> Plan | None:
    """With one more company."""
    if not known.contacts:
        return None
    contact = invention.choice(known.contacts)
    others = [each for each in known.companies if each not in known.companies_of.get(contact, ())]
    if not others:
        return None
    company = invention.choice(others)
    path = f"/crm/v4/objects/contacts/{contact}/associations/default/companies/{company}"

    def learn(_answer: Any) -> Learned:
        known.companies_of.setdefault(contact, []).append(company)
        return Learned()

    return Plan((contact, company), (Request("PUT", path),), learn)


def change_primary_company(known: HubSpotRecords, invention: Invention) -> Plan | None:
    """To another company of theirs, or to one that is new to them."""
    if not known.employed() or len(known.companies) < 2:
        return None
    contact = invention.choice(known.employed())
    former = known.companies_of[contact][0]
    others = known.companies_of[contact][1:] or [each for each in known.companies if each != former]
    company = invention.choice(others)

    def learn(_answer: Any) -> Learned:
        known.put_first(contact, company)
        return Learned()

    return Plan((contact, company), (_make_primary(contact, company),), learn)


def move_contact(known: HubSpotRecords, invention: Invention) -> Plan | None:
    """From one company to another."""
    if not known.employed() or len(known.companies) < 2:
        return None
    contact = invention.choice(known.employed())
    former = known.companies_of[contact][0]
    company = invention.choice([each for each in known.companies if each != former])
    leave = Request("DELETE", f"/crm/v4/objects/contacts/{contact}/associations/companies/{former}")

    def learn(_answer: Any) -> Learned:
        known.companies_of[contact].remove(former)
        known.put_first(contact, company)
        return Learned()

    return Plan((contact, company, former), (_make_primary(contact, company), leave), learn)


def merge(plural: str) -> Planner:
    def plan(known: HubSpotRecords, invention: Invention) -> Plan | None:
        if len(known.ids(plural)) < 2:
            return None
        survivor, loser = invention.two(known.ids(plural))
        body = {"primaryObjectId": survivor, "objectIdToMerge": loser}

        def learn(answer: Any) -> Learned:
            kept = known.companies_of.get(survivor)
            known.forget(plural, loser)
            if answer["id"] == survivor:
                return Learned()
            known.forget(plural, survivor)
            known.ids(plural).append(answer["id"])
            if kept:
                known.companies_of[answer["id"]] = kept
            return Learned(created=(answer["id"],))

        return Plan((survivor, loser), (Request("POST", f"{OBJECTS}/{plural}/merge", body),), learn)

    return plan


def delete(plural: str) -> Planner:
    def plan(known: HubSpotRecords, invention: Invention) -> Plan | None:
        if not known.ids(plural):
            return None
        record = invention.choice(known.ids(plural))

        def learn(_answer: Any) -> Learned:
            known.forget(plural, record)
            known.bin.append((plural, record))
            return Learned()

        return Plan((record,), (Request("DELETE", f"{OBJECTS}/{plural}/{record}"),), learn)

    return plan


def restore(known: HubSpotRecords, invention: Invention) -> Plan | None:
    """By hand: the API cannot. What else became of its associations is not looked at."""
    if not known.bin:
        return None
    plural, record = invention.choice(known.bin)

    def learn(_answer: Any) -> Learned:
        known.bin.remove((plural, record))
        known.ids(plural).append(record)
        return Learned()

    wish = Request("POST", "/hubspot/restore", {"objectType": plural, "id": record})
    return Plan((record,), (ByHand(wish),), learn)


def _update(plural: str, record: str, values: Mapping[str, str]) -> Plan:
    def learn(answer: Any) -> Learned:
        return Learned(is_ignored=any(answer["properties"].get(name) != value for name, value in values.items()))

    return Plan((record,), (Request("PATCH", f"{OBJECTS}/{plural}/{record}", {"properties": values}),), learn, values)


def _make_primary(contact: str, company: str) -> Request:
    path = f"/crm/v4/objects/contacts/{contact}/associations/companies/{company}"
    return Request("PUT", path, [_type(UNLABELLED), _type(PRIMARY)])


def _type(type_id: int) -> dict[str, Any]:
    return {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}


KINDS: tuple[Kind[HubSpotRecords], ...] = (
    Kind("create_company", 4, create_company),
    Kind("create_contact", 6, create_contact),
    Kind("edit_company", 15, edit("companies")),
    Kind("edit_contact", 15, edit("contacts")),
    Kind("change_stage", 8, change_stage),
    Kind("change_owner", 4, change_owner),
    Kind("associate_contact", 3, associate_contact),
    Kind("change_primary_company", 3, change_primary_company),
    Kind("move_contact", 3, move_contact),
    Kind("merge_companies", 1, merge("companies")),
    Kind("merge_contacts", 1, merge("contacts")),
    Kind("delete_company", 1, delete("companies")),
    Kind("delete_contact", 1, delete("contacts")),
)
BY_HAND: tuple[Kind[HubSpotRecords], ...] = (Kind("restore", 1, restore),)
