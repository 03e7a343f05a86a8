"""What people do in Salesforce."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from simulator.people import soap
from simulator.people.calls import Request
from simulator.people.invention import Customer, Invention, Person
from simulator.people.plans import Kind, Learned, Plan
from simulator.people.salesforce_records import SOBJECTS, SalesforceRecords

Planner = Callable[[SalesforceRecords, Invention], Plan | None]
STAGES = ("Prospecting", "Qualification", "Needs Analysis", "Negotiation/Review", "Closed Won", "Closed Lost")
ROLES = ("Business User", "Decision Maker", "Evaluator", "Influencer", "Other")
OWNED = ("Account", "Contact", "Lead", "Opportunity")
CLOSE_DATE = "2030-12-31"
EDITS: Mapping[str, Mapping[str, Callable[[Invention], Any]]] = {
    "Account": {
        "Name": Invention.company,
        "BillingCity": Invention.city,
        "Phone": Invention.phone,
        "Website": lambda invention: f"https://{invention.domain()}",
        "NumberOfEmployees": lambda invention: invention.number(5_000),
    },
    "Contact": {
        "FirstName": Invention.first_name,
        "LastName": Invention.last_name,
        "Phone": Invention.phone,
        "Email": Invention.email,
        "MailingCity": Invention.city,
    },
    "Lead": {
        "FirstName": Invention.first_name,
        "LastName": Invention.last_name,
        "Company": Invention.company,
        "Phone": Invention.phone,
    },
}


def create_account(known: SalesforceRecords, invention: Invention) -> Plan:
    customer = invention.customer(known.entered)
    values = {"Name": customer.name, "Website": f"https://{customer.domain}", "Phone": invention.phone()}
    return _create(known, "Account", values, customer)


def create_contact(known: SalesforceRecords, invention: Invention) -> Plan:
    """Most are somebody's at a company; the others are private."""
    person = invention.person(known.entered)
    values = {"FirstName": person.first_name, "LastName": person.last_name, "Email": person.email}
    if known.ids["Account"] and invention.happens(0.8):
        values["AccountId"] = invention.choice(known.ids["Account"])
    return _create(known, "Contact", values, person)


def create_lead(known: SalesforceRecords, invention: Invention) -> Plan:
    person = invention.person(known.entered)
    values = {
        "FirstName": person.first_name,
        "LastName": person.last_name,
        "Company": invention.company(),
        "Email": person.email,
    }
    return _create(known, "Lead", values, person)


def create_opportunity(known: SalesforceRecords, invention: Invention) -> Plan | None:
    if not known.ids["Account"]:
        return None
    values = {
        "Name": f"{invention.city()} {invention.number(1_000)}",
        "AccountId": invention.choice(known.ids["Account"]),
        "StageName": invention.choice(STAGES[:4]),
        "CloseDate": CLOSE_DATE,
    }
    return _create(known, "Opportunity", values)


def add_role(known: SalesforceRecords, invention: Invention) -> Plan | None:
    """A contact's part in an opportunity."""
    if not known.ids["Opportunity"] or not known.ids["Contact"]:
        return None
    opportunity, contact = invention.choice(known.ids["Opportunity"]), invention.choice(known.ids["Contact"])
    values = {"OpportunityId": opportunity, "ContactId": contact, "Role": invention.choice(ROLES)}
    request = Request("POST", f"{SOBJECTS}/OpportunityContactRole", values)
    return Plan((opportunity, contact), (request,), lambda answer: Learned(created=(answer["id"],)), values)


def edit(name: str) -> Planner:
    def plan(known: SalesforceRecords, invention: Invention) -> Plan | None:
        if not known.ids[name]:
            return None
        record = invention.choice(known.ids[name])
        fields = invention.two(tuple(EDITS[name]))
        return _update(name, record, {each: EDITS[name][each](invention) for each in fields})

    return plan


def change_stage(known: SalesforceRecords, invention: Invention) -> Plan | None:
    """Of an opportunity: Salesforce's accounts and contacts have no stages."""
    if not known.ids["Opportunity"]:
        return None
    return _update("Opportunity", invention.choice(known.ids["Opportunity"]), {"StageName": invention.choice(STAGES)})


def change_owner(known: SalesforceRecords, invention: Invention) -> Plan | None:
    name = invention.choice(OWNED)
    if not known.ids[name]:
        return None
    record = invention.choice(known.ids[name])
    others = [user for user in known.users if user != known.owner_of.get(record)]
    if not others:
        return None
    owner = invention.choice(others)
    return _update(name, record, {"OwnerId": owner}, lambda: known.owner_of.update({record: owner}))


def move_contact(known: SalesforceRecords, invention: Invention) -> Plan | None:
    """To another account."""
    if not known.ids["Contact"] or len(known.ids["Account"]) < 2:
        return None
    contact = invention.choice(known.ids["Contact"])
    account = invention.choice([each for each in known.ids["Account"] if each != known.account_of.get(contact)])

    def learn() -> None:
        known.account_of[contact] = account

    return _update("Contact", contact, {"AccountId": account}, learn)


def merge(name: str) -> Planner:
    def plan(known: SalesforceRecords, invention: Invention) -> Plan | None:
        if len(known.ids[name]) < 2:
            return None
        winner, loser = invention.two(known.ids[name])

        def learn(_answer: Any) -> Learned:
            known.move_children(loser, winner)
            known.forget(name, loser)
            return Learned()

        return Plan((winner, loser), (soap.merge(name, winner, loser),), learn)

    return plan


def delete(name: str) -> Planner:
    def plan(known: SalesforceRecords, invention: Invention) -> Plan | None:
        if not known.ids[name]:
            return None
        record = invention.choice(known.ids[name])

        def learn(_answer: Any) -> Learned:
            known.forget(name, record)
            known.bin.append((name, record))
            return Learned()

        return Plan((record,), (Request("DELETE", f"{SOBJECTS}/{name}/{record}"),), learn)

    return plan


def undelete(known: SalesforceRecords, invention: Invention) -> Plan | None:
    if not known.bin:
        return None
    name, record = invention.choice(known.bin)

    def learn(_answer: Any) -> Learned:
        known.bin.remove((name, record))
        known.add(name, record)
        return Learned()

    return Plan((record,), (soap.undelete(record),), learn)


def convert_lead(known: SalesforceRecords, invention: Invention) -> Plan | None:
    """Into an account that is there, or one that comes to be; with an opportunity or without."""
    if not known.ids["Lead"]:
        return None
    lead, wishes = invention.choice(known.ids["Lead"]), {}
    if known.ids["Account"] and invention.happens(0.5):
        wishes["accountId"] = invention.choice(known.ids["Account"])
    if invention.happens(0.5):
        wishes["doNotCreateOpportunity"] = "true"

    def learn(answer: Mapping[str, str]) -> Learned:
        known.forget("Lead", lead)
        account = answer["accountId"]
        created = [] if "accountId" in wishes else [account]
        if created:
            known.add("Account", account)
        for name, key in (("Contact", "contactId"), ("Opportunity", "opportunityId")):
            if key in answer:
                known.add(name, answer[key], account)
                created.append(answer[key])
        return Learned(created=created)

    return Plan((lead,), (soap.convert_lead(lead, wishes),), learn, wishes)


def _create(
    known: SalesforceRecords, name: str, values: Mapping[str, Any], entry: Customer | Person | None = None
) -> Plan:
    account = str(values.get("AccountId", ""))

    def learn(answer: Any) -> Learned:
        known.entered += [entry] if entry else []
        known.add(name, answer["id"], account)
        return Learned(created=(answer["id"],))

    records = (account,) if account else ()
    return Plan(records, (Request("POST", f"{SOBJECTS}/{name}", values),), learn, values)


def _update(name: str, record: str, values: Mapping[str, Any], and_then: Callable[[], None] = lambda: None) -> Plan:
    def learn(_answer: Any) -> Learned:
        and_then()
        return Learned()

    return Plan((record,), (Request("PATCH", f"{SOBJECTS}/{name}/{record}", values),), learn, values)


KINDS: Sequence[Kind[SalesforceRecords]] = (
    Kind("create_account", 4, create_account),
    Kind("create_contact", 5, create_contact),
    Kind("create_lead", 5, create_lead),
    Kind("create_opportunity", 3, create_opportunity),
    Kind("add_role", 3, add_role),
    Kind("edit_account", 12, edit("Account")),
    Kind("edit_contact", 12, edit("Contact")),
    Kind("edit_lead", 5, edit("Lead")),
    Kind("change_stage", 4, change_stage),
    Kind("change_owner", 4, change_owner),
    Kind("move_contact", 4, move_contact),
    Kind("merge_accounts", 1, merge("Account")),
    Kind("merge_contacts", 1, merge("Contact")),
    Kind("merge_leads", 1, merge("Lead")),
    Kind("delete_account", 1, delete("Account")),
    Kind("delete_contact", 1, delete("Contact")),
    Kind("delete_lead", 1, delete("Lead")),
    Kind("undelete", 2, undelete),
    Kind("convert_lead", 3, convert_lead),
)
