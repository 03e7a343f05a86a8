"""The values of linked pairs agree, and what people wrote on the side that has the say still stands."""

from collections.abc import Iterator, Sequence
from typing import Any

from workers.demo.people_at_work.journal import Act, Journal
from workers.demo.people_at_work.mapping import SimpleField
from workers.demo.people_at_work.world import Account, Company, World, short

OWNERS = ("hubspot_owner_id", "OwnerId")
SALESFORCE_HAS_THE_SAY = frozenset({"prefer_salesforce", "always_salesforce"})


def wrong_fields(world: World, fields: Sequence[SimpleField], journal: Journal) -> Iterator[str]:
    for company, account in world.pairs():
        for field in fields:
            yield from _different_values(company, account, field)
        yield from _different_owners(company, account, world)
    yield from _overwritten_accounts(world, fields, journal)
    yield from _overwritten_domains(world, journal)


def _different_values(company: Company, account: Account, field: SimpleField) -> Iterator[str]:
    here, there = company.properties.get(field.hubspot, ""), account.values[field.salesforce]
    may_differ = field.rule == "always_salesforce" and there in {None, ""}
    if not may_differ and _comparable(here, field) != _comparable(there, field):
        yield (
            f"company {company.id} has {field.hubspot} {here!r},"
            f" account {account.id} has {field.salesforce} {there!r} ({field.rule})"
        )


def _different_owners(company: Company, account: Account, world: World) -> Iterator[str]:
    """Compared by address; an owner who is unknown on the other side may differ."""
    here = world.email_of_owner.get(company.properties.get(OWNERS[0], ""), "")
    there = world.email_of_owner.get(short(account.values[OWNERS[1]] or ""), "")
    on_both_sides = {email for email in (here, there) if list(world.email_of_owner.values()).count(email) > 1}
    if here != there and {here, there} <= on_both_sides:
        yield f"company {company.id} is owned by {here}, account {account.id} by {there}"


def _overwritten_accounts(world: World, fields: Sequence[SimpleField], journal: Journal) -> Iterator[str]:
    """Where Salesforce has the say, the last value that a person wrote there is the value."""
    theirs = {field.salesforce: field for field in fields if field.rule in SALESFORCE_HAS_THE_SAY}
    edits = journal.done("salesforce", "create_account", "edit_account")
    for (account_id, name), value in _last_values(edits).items():
        account = world.living_accounts.get(short(account_id))
        if account and name in theirs:
            held = account.values[name]
            if _comparable(held, theirs[name]) != _comparable(value, theirs[name]):
                yield f"account {account.id} has {name} {held!r}, but a person last wrote {value!r}"


def _overwritten_domains(world: World, journal: Journal) -> Iterator[str]:
    """A company's domain is HubSpot's alone."""
    edits = journal.done("hubspot", "create_company", "edit_company")
    for (company_id, name), value in _last_values(edits).items():
        company = world.companies.get(company_id)
        if company and name == "domain" and company.properties.get(name) != value:
            yield f"company {company_id} has domain {company.properties.get(name)!r}, but a person last wrote {value!r}"


def _last_values(edits: Iterator[Act]) -> dict[tuple[str, str], Any]:
    return {(act.touched[-1], name): value for act in edits for name, value in act.fields.items()}


def _comparable(value: Any, field: SimpleField) -> object:
    text = "" if value is None else str(value).strip()
    return float(text) if field.is_number and text else text
