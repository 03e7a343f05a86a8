"""Whom to look at again when a switch is changed: the table, against what the flows really do before and after."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, fields, replace
from datetime import datetime
from itertools import product
from typing import Any

import pytest

from tasks.contracts.errors import NeedsHuman
from tasks.contracts.reasons import Reason
from tasks.contracts.records import DomainMatch, Kind, NameMatch, OpportunitySignal, PersonKind, StageName, Switches
from tasks.create_account import create_account
from tasks.create_company import create_company
from tasks.link_contact import link_contact
from tasks.propagate_lifecycle_stage import propagate_lifecycle_stage
from tasks.rules.reevaluation import ENDS, REVIEWS, SEGMENT_GONE, reviews_after
from tasks.sync_task import SyncTask
from tests.doubles.world import LATELY, LONG_AGO, World

ACCOUNT, OTHER_ACCOUNT = "001000000000001AAA", "001000000000002AAA"
CONTACTS, COMPANIES = "7", "9"
VALUES: dict[str, tuple[Any, ...]] = {
    "company_sync": (False, True),
    "hubspot_polling": (False, True),
    "salesforce_polling": (False, True),
    "default_object": tuple(PersonKind),
    "contact_segment": (None, CONTACTS),
    "company_segment": (None, COMPANIES),
    "company_segment_alone": (False, True),
    "domain_match": tuple(DomainMatch),
    "opt_out_domains": ((), ("acme.com",)),
    "name_match": tuple(NameMatch),
    "account_from_primary_company": (False, True),
    "keep_former_company": (False, True),
    "recreate_deleted_companies": (False, True),
    "opportunity_signals": (False, True),
    "stage_to_contacts": (False, True),
    "stages_of_all_contacts": (False, True),
    "rank_other": (False, True),
}
"""What every switch can be."""

ACCOUNT_SWITCHES = ["company_sync", "default_object", "contact_segment", "company_segment", "company_segment_alone"]
ACCOUNT_SWITCHES += ["domain_match"]
MATCH_SWITCHES = [
    "default_object",
    "contact_segment",
    "company_segment",
    "domain_match",
    "opt_out_domains",
    "name_match",
]
STAGE_SWITCHES = ["opportunity_signals", "stage_to_contacts", "stages_of_all_contacts", "rank_other"]
COMPANY_SWITCHES = ["company_sync", "domain_match", "opt_out_domains", "name_match"]
NOTHING_DECIDED_TURNS_OUT_OTHERWISE = {
    "account_from_primary_company",
    "keep_former_company",
    "recreate_deleted_companies",
    "hubspot_polling",
    "salesforce_polling",
}
"""Polls only find records, and whatever finds a record, it ends the same."""


def settings(names: list[str]) -> Iterator[Switches]:
    for values in product(*(VALUES[name] for name in names)):
        yield Switches(**{"company_sync": True, **dict(zip(names, values, strict=True))})


def changes(names: list[str]) -> Iterator[tuple[Switches, str, Any]]:
    """Every setting, and every switch that is then set to something else."""
    for before, name in product(settings(names), names):
        for value in VALUES[name]:
            if asdict(before)[name] != value:
                yield before, name, value


def company_with(people: str, accounts: str, members: str) -> World:
    world = World(contact_segment=CONTACTS, company_segment=COMPANIES)
    world.company(domain="acme.com")
    if people != "nobody":
        contact = world.contact()
        if people in {"a lead", "a private contact"}:
            world.person(contact, PersonKind.LEAD if people == "a lead" else PersonKind.CONTACT)
        if people == "one to come, another there":
            world.person(world.contact(), PersonKind.CONTACT)
        if "contact" in members:
            world.hubspot.segments[CONTACTS].add(contact)
    if "company" in members:
        world.hubspot.segments[COMPANIES].add("1")
    if accounts != "none":
        world.account(ACCOUNT, website="acme.com")
    if accounts == "two":
        world.account(OTHER_ACCOUNT, website="acme.com")
    if accounts in {"taken", "taken from a twin"}:
        world.link("2", ACCOUNT)
    if accounts == "taken from a twin":
        world.company(domain="acme.com", created_automatically=True)
    return world


def company_like(people: str, account: str) -> World:
    """An account that resembles it, by name or by domain alone; without a question it is left alone."""
    world = company_with(people, "none", "")
    world.company(domain="acme.com", country="Brazil")
    match account:
        case "doubtful":
            world.account(ACCOUNT, name="Zeta Shipping", website="acme.com")
        case "namesake":
            world.account(ACCOUNT, website="acme.com.br", country="BR")
        case "namesake from nowhere":
            world.account(ACCOUNT, website="acme.com.br")
        case "one, and a namesake":
            world.account(ACCOUNT, website="acme.com")
            world.account(OTHER_ACCOUNT, website="acme.com.br", country="BR")
        case "one, and a namesake from nowhere":
            world.account(ACCOUNT, name="Zeta Shipping", website="acme.com")
            world.account(OTHER_ACCOUNT, website="acme.com.br")
    return world


def account_with(companies: str, edited_at: datetime) -> World:
    world = World()
    world.account(ACCOUNT, website="acme.com", country="BR", created_at=LONG_AGO, modified_at=edited_at)
    match companies:
        case "one":
            world.company(domain="acme.com", country="Brazil")
        case "two" | "taken":
            world.company(domain="acme.com")
            world.company("2", domain="acme.com" if companies == "two" else "acme.de")
        case "doubtful":
            world.company(name="Zeta Shipping", domain="acme.com")
        case "namesake":
            world.company(country="Brazil")
        case "namesake from nowhere":
            world.company()
        case "one, and a namesake":
            world.company(domain="acme.com", name="Zeta Shipping")
            world.company("2", country="Brazil")
        case "one, and a namesake from nowhere":
            world.company(domain="acme.com", name="Zeta Shipping")
            world.company("2")
    if companies == "taken":
        world.link("1", OTHER_ACCOUNT)
    return world


def company_at(stage: str, synced: str, not_synced: str, has_won: bool) -> World:
    world = World()
    world.company(lifecycle_stage=StageName(stage))
    person = world.person(world.contact(stage=synced), PersonKind.CONTACT)
    world.salesforce.signals[person.id] = OpportunitySignal(person.id, has_won=has_won)
    world.contact(stage=not_synced)
    return world


PEOPLE = ("nobody", "a lead", "a private contact", "one to come", "one to come, another there")
MEMBERS = ("", "contact", "company", "contact and company")
CASES = [*product(PEOPLE, ("none", "one"), MEMBERS), ("nobody", "two", "")]
CASES += [("nobody", "taken", ""), ("nobody", "taken from a twin", "")]
COMPANIES_IN_TROUBLE = [lambda case=case: company_with(*case) for case in CASES]
LIKENESSES = (
    "doubtful",
    "namesake",
    "namesake from nowhere",
    "one, and a namesake",
    "one, and a namesake from nowhere",
)
COMPANIES_ALIKE = [lambda case=case: company_like(*case) for case in product(PEOPLE[:4], LIKENESSES)]
COMPANIES_ALIKE += [
    lambda accounts=accounts: company_with("nobody", accounts, "")
    for accounts in ("one", "two", "taken", "taken from a twin")
]
ACCOUNTS_IN_TROUBLE = [
    lambda case=case: account_with(*case)
    for case in product(("none", "one", "two", "taken", *LIKENESSES), (LONG_AGO, LATELY))
]
COMPANIES_AT_STAGES = [
    lambda case=case: company_at(*case)
    for case in product(
        ("", "lead", "customer", "other"), ("", "lead", "other"), ("", "lead", "customer"), (True, False)
    )
]


def state(world: World) -> object:
    links = {company: link.account_id for company, (link, _) in world.ledger.links.items()}
    return links, {**world.hubspot.companies}, {**world.hubspot.contacts}


async def end(task: SyncTask, world: World, switches: Switches, *, forced: bool = False) -> str:
    """The code it ends with."""
    world.switches = switches
    record_id = ACCOUNT if task.of is Kind.ACCOUNT else "1"
    try:
        await task(record_id, world.tools(forced=forced))
    except NeedsHuman as question:
        return question.code
    return [code for code in world.codes(record_id) if code in ENDS[task.name]][-1]


FORCED_OR_NOT: dict[SyncTask, tuple[bool, ...]] = {propagate_lifecycle_stage: (False, True)}
"""Where both count: what a forced create_account, or create_company, has decided no switch undoes."""


async def ends_that_change(
    task: SyncTask, names: list[str], cases: list[Callable[[], World]]
) -> set[tuple[str, str, bool]]:
    """Switch, code, and whether it was switched off: where the change has changed a record or a question."""
    found = set()
    for make, (before, name, value), forced in product(cases, changes(names), FORCED_OR_NOT.get(task, (False,))):
        world = make()
        code = await end(task, world, before, forced=forced)
        held = state(world)
        again = await end(task, world, replace(before, **{name: value}))
        is_asked_otherwise = code not in ENDS[task.name] and again not in {code, Reason.OBJECT_SYNC_OFF}
        if state(world) != held or is_asked_otherwise:
            found.add((name, code, value is False))
    return found


ACCOUNTS = ((ACCOUNT_SWITCHES, COMPANIES_IN_TROUBLE), (MATCH_SWITCHES, COMPANIES_ALIKE))
COMPANIES_TO_BE = ((COMPANY_SWITCHES, ACCOUNTS_IN_TROUBLE),)
STAGES = ((STAGE_SWITCHES, COMPANIES_AT_STAGES),)


@pytest.mark.parametrize(
    ("task", "trials"),
    [
        pytest.param(create_account, ACCOUNTS, id="accounts"),
        pytest.param(create_company, COMPANIES_TO_BE, id="companies"),
        pytest.param(propagate_lifecycle_stage, STAGES, id="stages"),
    ],
)
async def test_whoever_would_end_differently_is_looked_at_again_and_no_kind_that_never_does(task, trials):
    found = set().union(*[await ends_that_change(task, names, cases) for names, cases in trials])
    reviewed = {
        (name, code)
        for name, reviews in REVIEWS.items()
        for review in reviews
        for code in review.codes - {SEGMENT_GONE}
        if review.task == task.name
    }
    assert {(name, code) for name, code, _ in found} == reviewed
    assert not [one for one in found if one[2]], "what is switched off changes nothing that has been done"


def test_every_switch_is_in_the_table():
    assert REVIEWS.keys() == {one.name for one in fields(Switches)} == VALUES.keys()


def test_a_switch_that_is_switched_off_only_forbids():
    assert [reviews_after(name, False) for name in REVIEWS] == [()] * len(REVIEWS)
    assert {name for name in REVIEWS if not reviews_after(name, True)} == NOTHING_DECIDED_TURNS_OUT_OTHERWISE


async def test_a_contact_that_was_announced_while_the_sync_was_off_is_looked_at_again():
    world = World(company_sync=False)
    contact = world.contact(None)
    await link_contact(contact, world.tools())
    assert world.codes(contact) == [Reason.OBJECT_SYNC_OFF]
    assert any(review.task == link_contact.name for review in reviews_after("company_sync", True))


@pytest.mark.parametrize("name", ["contact_segment", "company_segment"])
async def test_who_was_parked_for_want_of_the_list_is_looked_at_again_with_another(name):
    world = World(**{name: "gone"})
    world.company()
    world.contact()
    world.hubspot.segments.clear()
    assert await end(create_account, world, world.switches) == SEGMENT_GONE
    assert SEGMENT_GONE in {code for review in REVIEWS[name] for code in review.codes}
