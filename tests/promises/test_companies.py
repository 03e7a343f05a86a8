"""What the tools promise to whoever looks for an account's company, or makes it."""

from datetime import UTC, datetime

import pytest

from tasks.contracts.errors import Rejected
from tasks.contracts.finding import CompanySearch, CompanyValues
from tasks.contracts.records import (
    Account,
    AccountId,
    Association,
    Company,
    CompanyId,
    Contact,
    ContactId,
    ContactLink,
    Identity,
    Kind,
    Link,
    Person,
    PersonId,
    PersonKind,
    Place,
    Verdict,
)
from tasks.contracts.tools import Subject
from tests.promises.scene import Scene

ONE, TWO, THREE = (CompanyId(str(number)) for number in (1, 2, 3))
ACME, ZETA, NOWHERE = (AccountId(f"00100000000000{number}AAA") for number in (1, 2, 9))
ANNA, BERT = ContactId("1001"), ContactId("1002")
MADE = datetime(2026, 1, 2, tzinfo=UTC)
DOMAIN = Identity("domain", "acme.com")
ON_ACME = Subject(Kind.ACCOUNT, ACME)


async def found(scene: Scene, **search: object) -> set[CompanyId]:
    return {one.id for one in await scene.hubspot.find_companies(CompanySearch(**search))}  # type: ignore[arg-type]


async def company_now(scene: Scene, company_id: CompanyId) -> Company:
    scene.look_again()
    company = await scene.hubspot.find_company(company_id)
    assert company
    return company


def person_on(scene: Scene, account_id: AccountId | None, number: int) -> Person:
    person_id = PersonId(f"00300000000000{number}AAA")
    person = Person(person_id, PersonKind.CONTACT, f"p{number}@acme.com", MADE, account_id)
    scene.has_person(person)
    return person


# Looking for companies


async def test_companies_are_found_by_id_by_account_and_by_domain_each_once(scene):
    carrier = Company(ONE, "Acme", "acme.com", country="France", account_id=ACME, created_at=MADE)
    scene.has_company(carrier)
    scene.has_company(Company(TWO, "Zeta", native_account_id=ZETA))
    scene.has_company(Company(THREE, "Acme Nord", "nord.example", additional_domains=("acme.com",)))
    search = CompanySearch(ACME, (ONE, ONE), ("acme.com", "nowhere.example"))
    by_id = {one.id: one for one in await scene.hubspot.find_companies(search)}
    assert by_id.keys() == {ONE, THREE}
    assert by_id[ONE] == carrier
    assert await found(scene, account_id=ZETA) == {TWO}
    assert await found(scene, account_id=NOWHERE, company_ids=(CompanyId("404"),)) == set()


async def test_nothing_to_look_for_finds_nothing(scene):
    scene.has_company(Company(ONE, "Acme", "acme.com"))
    assert await found(scene) == set()


@pytest.mark.parametrize(("name", "ids"), [("ACME", {ONE}), ("acme GmbH", {ONE}), ("Acme Nord", set()), ("", set())])
async def test_a_name_is_found_by_its_letters_without_its_legal_form(scene, name, ids):
    scene.has_company(Company(ONE, "Acme"))
    assert await found(scene, name=name) == ids


async def test_an_archived_company_is_not_found(scene):
    scene.has_company(Company(ONE, "Acme", "acme.com", account_id=ACME))
    scene.archive_company(ONE)
    assert await found(scene, account_id=ACME, company_ids=(ONE,), domains=("acme.com",)) == set()


async def test_what_each_looked_for_at_one_moment_is_not_anothers(scene):
    scene.has_company(Company(ONE, "Acme", "acme.com"))
    scene.has_company(Company(TWO, "Zeta", "zeta.com", account_id=ZETA))
    one, two = await scene.at_once(
        lambda tools: tools.hubspot.find_companies(CompanySearch(ACME, (), ("acme.com",))),
        lambda tools: tools.hubspot.find_companies(CompanySearch(ZETA)),
    )
    assert ([each.id for each in one], [each.id for each in two]) == ([ONE], [TWO])


# Making them


async def test_a_company_is_made_with_its_values_and_its_key(scene):
    made = await scene.hubspot.upsert_company(ACME, CompanyValues("Acme", "acme.com", "https://acme.com/x", "DE"))
    assert made.created
    company = await company_now(scene, made.company_id)
    assert (company.name, company.domain, company.website, company.country) == (
        "Acme",
        "acme.com",
        "https://acme.com/x",
        "DE",
    )
    assert company.account_id == ACME


async def test_a_company_is_found_as_soon_as_it_is_made(scene):
    made = await scene.hubspot.upsert_company(ACME, CompanyValues("Acme", "acme.com"))
    assert await found(scene, account_id=ACME) == {made.company_id}
    assert await found(scene, domains=("acme.com",)) == {made.company_id}


async def test_upserting_twice_makes_one_and_blanks_nothing(scene):
    first = await scene.hubspot.upsert_company(ACME, CompanyValues("Acme", "acme.com"))
    second = await scene.hubspot.upsert_company(ACME, CompanyValues("Acme Ltd"))
    assert (second.company_id, second.created) == (first.company_id, False)
    company = await company_now(scene, first.company_id)
    assert (company.name, company.domain) == ("Acme Ltd", "acme.com")


async def test_a_company_whose_values_are_refused_is_nobody_elses_trouble(scene):
    too_long = CompanyValues("x" * 70_000)
    refused, made = await scene.at_once(
        lambda tools: tools.hubspot.upsert_company(ACME, too_long),
        lambda tools: tools.hubspot.upsert_company(ZETA, CompanyValues("Zeta")),
    )
    assert isinstance(refused, Rejected)
    assert made.created
    scene.look_again()
    assert await found(scene, account_id=ACME) == set()


# Contacts and people


async def test_contacts_are_found_by_address_however_it_is_typed(scene):
    scene.has_contact(Contact(ANNA, "Anna@Acme.com"))
    assert [one.id for one in await scene.hubspot.find_contacts_by_email(["ANNA@acme.com", "", "b@acme.com"])] == [ANNA]
    assert list(await scene.hubspot.find_contacts_by_email(["", " "])) == []


async def test_the_companies_of_several_contacts_are_found_at_once(scene):
    for company_id in (ONE, TWO):
        scene.has_company(Company(company_id, "Acme"))
    for contact_id in (ANNA, BERT):
        scene.has_contact(Contact(contact_id))
    on_one, on_two = Association(ONE, ANNA, is_primary=True), Association(TWO, BERT)
    scene.has_association(on_one)
    scene.has_association(on_two)
    assert set(await scene.hubspot.find_companies_of_contacts([ANNA, BERT])) == {on_one, on_two}


async def test_the_people_of_an_account_are_its_contacts(scene):
    scene.has_account(Account(ACME, "Acme"))
    scene.has_account(Account(ZETA, "Zeta"))
    here = person_on(scene, ACME, 1)
    person_on(scene, ZETA, 2)
    person_on(scene, None, 3)
    assert list(await scene.salesforce.find_people_of(ACME)) == [here]
    assert list(await scene.salesforce.find_people_of(NOWHERE)) == []


async def test_an_account_is_found_although_it_is_deleted(scene):
    scene.has_account(Account(ZETA, "Zeta"))
    scene.has_account(Account(ACME, "Acme", is_deleted=True, master_id=ZETA))
    account = await scene.salesforce.find_account(ACME)
    assert (account.is_deleted, account.master_id) == (True, ZETA)
    assert await scene.salesforce.find_account(NOWHERE) is None


async def test_the_contacts_behind_people_are_remembered(scene):
    links = [ContactLink(one, PersonId("003000000000001AAA"), PersonKind.CONTACT, ACME) for one in (ANNA, BERT)]
    await scene.ledger.record_contact_links(links)
    asked = [PersonId("003000000000001AAA"), PersonId("003000000000009AAA")]
    assert set(await scene.ledger.find_contact_links_of_people(asked)) == set(links)


async def test_a_converted_lead_tells_what_it_has_become(scene):
    scene.has_account(Account(ACME, "Acme"))
    contact = person_on(scene, ACME, 1)
    lead_id = PersonId("00Q000000000001EAA")
    lead = Person(lead_id, PersonKind.LEAD, "l@acme.com", MADE, ACME, is_converted=True, contact_id=contact.id)
    scene.has_person(lead)
    assert list(await scene.salesforce.find_people(["l@acme.com"])) == [lead]


async def test_where_a_contact_was_seen_is_remembered(scene):
    await scene.ledger.record_place(ANNA, Place(ACME, None))
    await scene.ledger.record_place(ANNA, Place(ACME, ZETA))
    await scene.ledger.record_place(BERT, Place(None, None))
    asked = [ANNA, BERT, ContactId("1404")]
    assert await scene.ledger.find_places(asked) == {ANNA: Place(ACME, ZETA), BERT: Place(None, None)}


# Claims from both sides


async def test_a_company_and_an_account_exclude_each_other(scene):
    scene.owe_company(ACME)
    scene.owe_account(ONE)
    assert await scene.ledger.claim_identities(ON_ACME, [DOMAIN]) == {}
    assert await scene.ledger.claim_identities(Subject(Kind.COMPANY, ONE), [DOMAIN]) == {DOMAIN: ON_ACME}


async def test_a_linked_account_holds_and_claims_as_its_company(scene):
    scene.owe_company(ACME)
    company = Subject(Kind.COMPANY, ONE)
    await scene.ledger.claim_identities(ON_ACME, [DOMAIN])
    await scene.ledger.record_link(Link(ONE, ACME), Verdict("COMPANY_CREATED"), fence=1)
    for holder in (company, ON_ACME):
        assert await scene.ledger.claim_identities(holder, [DOMAIN]) == {}
    assert await scene.ledger.claim_identities(Subject(Kind.COMPANY, TWO), [DOMAIN]) == {DOMAIN: company}


async def test_an_account_that_nobody_owes_a_company_holds_nobody_up(scene):
    await scene.ledger.claim_identities(ON_ACME, [DOMAIN])
    assert await scene.ledger.claim_identities(Subject(Kind.COMPANY, ONE), [DOMAIN]) == {}


async def test_what_tandem_has_associated_is_remembered_until_it_is_taken_back(scene):
    one, other = Association(ONE, ANNA), Association(TWO, ANNA)
    asked = [one, other, Association(ONE, BERT), one]
    assert list(await scene.ledger.find_our_associations(asked)) == []
    for _ in range(2):
        await scene.ledger.record_our_associations([Association(ONE, ANNA, is_primary=True), other])
    assert set(await scene.ledger.find_our_associations(asked)) == {one, other}
    for _ in range(2):
        await scene.ledger.forget_our_associations([one, Association(THREE, BERT)])
    assert list(await scene.ledger.find_our_associations(asked)) == [other]
    await scene.ledger.record_our_associations([])
    assert list(await scene.ledger.find_our_associations([])) == []
