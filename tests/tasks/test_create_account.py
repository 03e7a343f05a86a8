"""Decision tables T1 and T2 (from the company's side), row by row, through the whole flow."""

import pytest

from tasks.contracts.errors import Ambiguous, NeedsHuman, Rejected
from tasks.contracts.records import AccountId, CompanyId, DomainMatch, Owed, PersonKind
from tasks.create_account import create_account
from tasks.sync_task import Outcome
from tests.doubles.world import World

CONTACT, LEAD = PersonKind.CONTACT, PersonKind.LEAD
ACCOUNT = "001000000000001AAA"
OTHER_ACCOUNT = "001000000000002AAA"
FOLLOW_UPS = [Owed("link_company", "1"), Owed("propagate_lifecycle_stage", "1")]


async def run(world: World, company_id: str = "1", *, forced: bool = False) -> Outcome:
    return await create_account(CompanyId(company_id), world.tools(forced=forced))


def linked(world: World, company_id: str = "1") -> AccountId | None:
    found = world.ledger.links.get(CompanyId(company_id))
    return found[0].account_id if found else None


# T1, top-down


async def test_t1_row_1_company_sync_off_creates_nothing_and_asks_nobody():
    world = World(company_sync=False)
    world.company()
    world.contact()
    assert await run(world, forced=True) is Outcome.LEFT_ALONE
    assert world.codes() == ["OBJECT_SYNC_OFF"]
    assert world.calls.made == ["record_verdict"]


async def test_t1_row_2_an_existing_account_is_adopted_before_any_creation_rule():
    world = World()
    world.company()
    world.account(ACCOUNT, company_id=CompanyId("1"))
    assert await run(world) is Outcome.DONE
    assert linked(world) == ACCOUNT
    assert world.codes() == ["LINKED_BY_KEY"]
    assert world.salesforce.created == []


async def test_t1_row_4_a_company_outside_its_segment_gets_none():
    world = World(company_segment="9")
    world.company()
    world.contact()
    assert await run(world) is Outcome.LEFT_ALONE
    assert world.codes() == ["COMPANY_NOT_IN_SEGMENT"]


async def test_t1_row_5_in_account_only_mode_the_segment_alone_decides():
    world = World(company_segment="9", company_segment_alone=True)
    world.company()
    world.hubspot.segments["9"].add("1")
    assert await run(world) is Outcome.DONE
    assert world.codes() == ["COMPANY_SEGMENT", "ACCOUNT_CREATED"]


async def test_t1_row_5_otherwise_the_segment_is_only_a_gate():
    world = World(company_segment="9")
    world.company()
    world.hubspot.segments["9"].add("1")
    assert await run(world) is Outcome.LEFT_ALONE
    assert world.codes() == ["N1_NO_CONTACTS"]


async def test_t1_row_6_no_contacts_no_account():
    world = World()
    world.company()
    assert await run(world) is Outcome.LEFT_ALONE
    assert world.codes() == ["N1_NO_CONTACTS"]


async def test_t1_row_7_no_qualifying_contact_no_account():
    world = World(contact_segment="7")
    world.company()
    world.person(world.contact(), CONTACT)
    assert await run(world) is Outcome.LEFT_ALONE
    assert world.codes() == ["N3_NONE_QUALIFIES"]


async def test_t1_row_8_only_leads_no_account():
    world = World()
    world.company(created_automatically=True)
    world.person(world.contact(), LEAD)
    world.person(world.contact(), LEAD)
    assert await run(world) is Outcome.LEFT_ALONE
    assert world.codes() == ["N2_ALL_LEADS"]


async def test_t1_row_9_a_private_contact_brings_an_account():
    world = World(default_object=LEAD)
    world.company()
    world.person(world.contact(), CONTACT)
    assert await run(world) is Outcome.DONE
    assert world.codes() == ["C2_PRIVATE_CONTACT", "ACCOUNT_CREATED"]


async def test_t1_row_9_but_not_one_outside_the_segment():
    world = World(default_object=LEAD, contact_segment="7")
    world.company()
    world.person(world.contact(), CONTACT)
    outsider_does_not_count = world.contact()
    world.hubspot.segments["7"].add(outsider_does_not_count)
    assert await run(world) is Outcome.LEFT_ALONE
    assert world.codes() == ["PENDING_CONTACT_SYNC"]


async def test_t1_row_10_a_company_hubspot_made_itself_gets_one_where_contacts_sync_as_contacts():
    world = World()
    world.company(created_automatically=True)
    world.contact()
    assert await run(world) is Outcome.DONE
    assert world.codes() == ["C1_AUTO_CREATED", "ACCOUNT_CREATED"]


async def test_t1_row_10_but_not_where_contacts_sync_as_leads():
    world = World(default_object=LEAD)
    world.company(created_automatically=True)
    world.contact()
    assert await run(world) is Outcome.LEFT_ALONE
    assert world.codes() == ["PENDING_CONTACT_SYNC"]


@pytest.mark.parametrize("who", ["a lead", "without an address"])
async def test_t1_row_10_but_not_for_a_contact_that_never_will_be_a_salesforce_contact(who):
    world = World(contact_segment="7")
    world.company(created_automatically=True)
    qualifying = world.contact(email="" if who == "without an address" else None)
    if who == "a lead":
        world.person(qualifying, LEAD)
    world.hubspot.segments["7"].add(qualifying)
    outsider_does_not_count = world.contact()
    world.person(outsider_does_not_count, CONTACT)
    assert await run(world) is Outcome.LEFT_ALONE
    assert world.codes() == ["PENDING_CONTACT_SYNC"]


async def test_t1_row_11_a_contact_that_will_sync_as_contact_brings_an_account():
    world = World()
    world.company()
    world.contact()
    assert await run(world) is Outcome.DONE
    assert world.codes() == ["C3_QUALIFYING_CONTACT", "ACCOUNT_CREATED"]


async def test_t1_row_11_a_contact_on_somebody_elses_account_still_counts():
    world = World(default_object=LEAD)
    world.company()
    world.account(ACCOUNT)
    world.link("2", ACCOUNT)
    world.person(world.contact(), CONTACT, account=ACCOUNT)
    assert await run(world) is Outcome.DONE
    assert world.codes() == ["C3_QUALIFYING_CONTACT", "ACCOUNT_CREATED"]
    assert linked(world) != ACCOUNT


async def test_t1_row_12_contacts_that_have_not_reached_salesforce_leave_it_pending():
    world = World(default_object=LEAD)
    world.company()
    world.contact()
    assert await run(world) is Outcome.LEFT_ALONE
    assert world.codes() == ["PENDING_CONTACT_SYNC"]


async def test_t1_row_12_a_contact_without_an_address_never_reaches_salesforce():
    world = World()
    world.company()
    world.contact(email="")
    assert await run(world) is Outcome.LEFT_ALONE
    assert world.codes() == ["PENDING_CONTACT_SYNC"]


# T2, from the company's side


async def test_t2_row_2_the_id_stored_on_the_company_is_believed():
    world = World()
    world.company(native_account_id=AccountId(ACCOUNT))
    world.account(ACCOUNT)
    assert await run(world) is Outcome.DONE
    assert (linked(world), world.codes()) == (ACCOUNT, ["LINKED_BY_STORED_ID"])


async def test_t2_row_2_but_not_if_the_account_belongs_to_another_company():
    world = World()
    world.company(account_id=AccountId(ACCOUNT))
    world.account(ACCOUNT)
    world.link("2", ACCOUNT)
    with pytest.raises(Ambiguous) as refusal:
        await run(world)
    assert refusal.value.code == "CONFLICT_DUP_LINK"
    assert world.salesforce.created == []


async def test_t2_row_3_the_account_most_of_its_contacts_sit_on():
    world = World()
    world.company()
    world.account(ACCOUNT)
    world.account(OTHER_ACCOUNT)
    for account in (ACCOUNT, ACCOUNT, OTHER_ACCOUNT):
        world.person(world.contact(), CONTACT, account=account)
    assert await run(world) is Outcome.DONE
    assert (linked(world), world.codes()) == (ACCOUNT, ["LINKED_BY_CONTACTS"])


async def test_t2_row_3_a_tie_is_for_a_person_to_decide():
    world = World()
    world.company()
    for account in (ACCOUNT, OTHER_ACCOUNT):
        world.account(account)
        world.person(world.contact(), CONTACT, account=account)
    with pytest.raises(Ambiguous) as refusal:
        await run(world)
    assert refusal.value.code == "CONFLICT_CONTACTS"


async def test_t2_row_3_only_contacts_whose_primary_company_it_is():
    world = World()
    world.company()
    world.account(ACCOUNT)
    world.person(world.contact(primary=False), CONTACT, account=ACCOUNT)
    await run(world)
    assert linked(world) != ACCOUNT


@pytest.mark.parametrize(
    ("website", "domain"),
    [
        ("https://WWW.Acme.com/en?x=1", "acme.com"),
        ("http://shop.acme.co.uk", "acme.co.uk"),
        ("bücher.de", "xn--bcher-kva.de"),
        ("ACME.com", "www.acme.com"),
    ],
)
async def test_t2_row_4_suggests_the_only_account_with_the_same_domain(website, domain):
    world = World()
    world.company(domain=domain)
    world.account(ACCOUNT, website=website)
    world.contact()
    with pytest.raises(Ambiguous) as suggestion:
        await run(world)
    assert suggestion.value.code == "SUGGEST_DOMAIN"
    assert suggestion.value.evidence["accounts"] == [ACCOUNT]


async def test_t2_row_4_adopts_it_where_the_operator_trusts_domains():
    world = World(domain_match=DomainMatch.AUTO)
    world.company(domain="acme.com")
    world.account(ACCOUNT, website="www.acme.com")
    assert await run(world) is Outcome.DONE
    assert (linked(world), world.codes()) == (ACCOUNT, ["LINKED_BY_DOMAIN"])


async def test_t2_row_4_subsidiaries_that_share_a_domain_are_for_a_person_to_decide():
    world = World(domain_match=DomainMatch.AUTO)
    world.company(domain="acme.com")
    world.account(ACCOUNT, website="acme.com")
    world.account(OTHER_ACCOUNT, website="www.acme.com")
    with pytest.raises(Ambiguous) as refusal:
        await run(world)
    assert refusal.value.code == "CONFLICT_DOMAIN"


@pytest.mark.parametrize("domain", ["gmail.com", "acme.github.io", "acme.com.evil.com", "notacme.com", ""])
async def test_t2_row_4_free_mail_shared_hosts_and_lookalikes_are_no_evidence(domain):
    world = World(domain_match=DomainMatch.AUTO)
    world.company(domain=domain)
    for number, website in enumerate(["gmail.com", "zeta.github.io", "acme.com", ""]):
        world.account(f"00100000000001{number}AAA", website=website)
    world.contact()
    assert await run(world) is Outcome.DONE
    assert world.codes() == ["C3_QUALIFYING_CONTACT", "ACCOUNT_CREATED"]


async def test_t2_row_4_a_domain_another_company_has_an_account_for_is_for_a_person_to_decide():
    world = World()
    world.company("1", domain="acme.com")
    world.company("2", domain="acme.com")
    for company in ("1", "2"):
        world.contact(company)
    await run(world, "1")
    with pytest.raises(Ambiguous) as refusal:
        await run(world, "2")
    assert refusal.value.code == "CONFLICT_DOMAIN_TAKEN"
    assert len(world.salesforce.created) == 1


async def test_t2_row_4_off_is_what_hubspots_own_integration_does():
    world = World(domain_match=DomainMatch.OFF)
    world.company(domain="acme.com")
    world.account(ACCOUNT, website="acme.com")
    world.contact()
    assert await run(world) is Outcome.DONE
    assert linked(world) != ACCOUNT


async def test_person_accounts_are_nobodys_company():
    world = World(domain_match=DomainMatch.AUTO)
    world.company(domain="acme.com")
    world.account(ACCOUNT, website="acme.com", is_person_account=True)
    world.person(world.contact(), CONTACT, account=ACCOUNT)
    await run(world)
    assert linked(world) != ACCOUNT


@pytest.mark.parametrize("named_by", ["its key", "the stored id", "the native stored id"])
@pytest.mark.parametrize("forced", [False, True])
async def test_a_person_account_is_not_adopted_whatever_names_it(named_by, forced):
    """A16."""
    world = World()
    stored = {"the stored id": "account_id", "the native stored id": "native_account_id"}.get(named_by)
    world.company(**({stored: AccountId(ACCOUNT)} if stored else {}))
    world.contact()
    world.account(ACCOUNT, is_person_account=True, company_id=None if stored else CompanyId("1"))
    with pytest.raises(Ambiguous) as question:
        await run(world, forced=forced)
    assert (question.value.code, question.value.evidence) == ("PERSON_ACCOUNT", {"accounts": [ACCOUNT]})
    assert linked(world) is None
    assert world.salesforce.created == []


@pytest.mark.parametrize("evidence", ["its key", "a stronger stored id"])
async def test_a_person_account_does_not_stand_in_the_way_of_stronger_evidence(evidence):
    world = World()
    stored = AccountId(OTHER_ACCOUNT) if evidence == "a stronger stored id" else None
    world.company(account_id=stored, native_account_id=AccountId(ACCOUNT))
    world.account(ACCOUNT, is_person_account=True)
    world.account(OTHER_ACCOUNT, company_id=None if stored else CompanyId("1"))
    await run(world)
    assert linked(world) == OTHER_ACCOUNT


async def test_names_prove_nothing():
    world = World(domain_match=DomainMatch.AUTO)
    world.company(name="Acme GmbH")
    world.account(ACCOUNT, name="Acme GmbH")
    world.contact()
    await run(world)
    assert linked(world) != ACCOUNT


# What else can be the case


async def test_a_linked_company_is_left_as_it_is_and_what_follows_is_owed():
    world = World()
    world.company()
    world.link("1", ACCOUNT)
    assert await run(world) is Outcome.ALREADY_DONE
    assert world.ledger.owed == FOLLOW_UPS
    assert world.salesforce.created == []


async def test_a_new_link_owes_what_follows():
    world = World()
    world.company()
    world.contact()
    await run(world)
    assert world.ledger.owed == FOLLOW_UPS


async def test_a_company_that_is_gone_says_so():
    world = World()
    assert await run(world, "404") is Outcome.LEFT_ALONE
    assert world.codes("404") == ["COMPANY_GONE"]


@pytest.mark.parametrize("why", ["an account to be confirmed", "no name"])
async def test_while_a_person_is_asked_the_contacts_still_move_the_stage(why):
    world = World()
    world.company(name="" if why == "no name" else "Acme", domain="" if why == "no name" else "acme.com")
    world.account(ACCOUNT, website="acme.com")
    world.contact(stage="customer")
    with pytest.raises(NeedsHuman):
        await run(world)
    assert world.ledger.owed == [Owed("propagate_lifecycle_stage", "1")]


async def test_a_company_without_name_and_domain_needs_a_person():
    world = World()
    world.company(name="", domain="")
    world.contact()
    with pytest.raises(Rejected) as refusal:
        await run(world)
    assert refusal.value.code == "COMPANY_UNNAMED"
    assert world.salesforce.accounts == {}


async def test_a_company_without_a_name_is_called_by_its_domain():
    world = World()
    world.company(name="", domain="acme.com")
    world.contact()
    await run(world)
    assert [one.name for one in world.salesforce.accounts.values()] == ["acme.com"]
