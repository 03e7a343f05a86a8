"""What flows rely on while others run beside them in the same slice: their answers are theirs alone."""

import asyncio

from tasks.contracts.errors import Ambiguous, Busy, Gone, SyncError
from tasks.contracts.finding import AccountSearch, AccountValues
from tasks.contracts.records import (
    AccountId,
    Association,
    Company,
    CompanyId,
    Contact,
    ContactId,
    Identity,
    Kind,
    Link,
    Owed,
    Person,
    PersonId,
    PersonKind,
    StageName,
    Verdict,
)
from tasks.contracts.tools import Subject
from tests.doubles.world import LONG_AGO
from tests.promises.scene import Flow

ONE, TWO, NOBODY = CompanyId("1"), CompanyId("2"), CompanyId("404")
ANNA, BERT = ContactId("1001"), ContactId("1002")
ACME = AccountId("001000000000001AAA")
LEAD = StageName("lead")
DOMAIN = Identity("domain", "acme.com")
LINKED = Verdict("LINKED_BY_KEY")


def only_error(answers: list[object]) -> type[SyncError]:
    (error,) = (type(one) for one in answers if isinstance(one, SyncError))
    return error


async def test_each_finds_what_it_asked_for(scene):
    for company_id, contact_id in ((ONE, ANNA), (TWO, BERT)):
        scene.has_company(Company(company_id, f"Company {company_id}"))
        scene.has_contact(Contact(contact_id, f"{contact_id}@x.example"))
        scene.has_association(Association(company_id, contact_id))
        person_id = PersonId(f"003{contact_id:0>12}AAA")
        scene.has_person(Person(person_id, PersonKind.CONTACT, f"{contact_id}@x.example", LONG_AGO))
    scene.look_again()

    def finding(company_id: CompanyId) -> Flow:
        async def flow(tools):
            company = await tools.hubspot.find_company(company_id)
            associations = await tools.hubspot.find_contacts_of(company_id)
            contacts = await tools.hubspot.find_contacts([one.contact_id for one in associations])
            people = await tools.salesforce.find_people([one.email for one in contacts])
            return company.name, [one.id for one in contacts], [one.email for one in people]

        return flow

    assert await scene.at_once(finding(ONE), finding(TWO)) == [
        ("Company 1", [ANNA], ["1001@x.example"]),
        ("Company 2", [BERT], ["1002@x.example"]),
    ]


async def test_accounts_found_for_one_are_not_anothers(scene):
    def upserting(company_id: CompanyId, website: str) -> Flow:
        async def flow(tools):
            upserted = await tools.salesforce.upsert_account(company_id, AccountValues("Acme", website))
            found = await tools.salesforce.find_accounts(AccountSearch(company_id, domains=(website,)))
            return upserted.created, [one.id for one in found] == [upserted.account_id]

        return flow

    answers = await scene.at_once(upserting(ONE, "acme.com"), upserting(TWO, "zeta.example"))
    assert answers == [(True, True), (True, True)]


async def test_what_is_wrong_with_one_record_is_its_own_trouble(scene):
    scene.has_company(Company(ONE))

    def writing(company_id: CompanyId) -> Flow:
        return lambda tools: tools.hubspot.write_company_stage(company_id, LEAD)

    answers = await scene.at_once(writing(NOBODY), writing(ONE))
    assert only_error(answers) is Gone
    assert answers[1] == LEAD


async def test_of_two_that_lease_the_same_one_is_busy(scene):
    async def holding(tools):
        async with tools.leases.hold([DOMAIN]):
            await asyncio.sleep(0)  # long enough for the other one to come

    answers = await scene.at_once(holding, holding)
    assert only_error(answers) is Busy


async def test_of_two_that_claim_the_same_one_gets_it(scene):
    for company_id in (ONE, TWO):
        scene.owe_account(company_id)

    def claiming(holder: Subject) -> Flow:
        return lambda tools: tools.ledger.claim_identities(holder, [DOMAIN])

    one, two = Subject(Kind.COMPANY, ONE), Subject(Kind.COMPANY, TWO)
    answers = await scene.at_once(claiming(one), claiming(two))
    assert answers in ([{}, {DOMAIN: one}], [{DOMAIN: two}, {}])


async def test_of_two_that_link_the_same_account_one_is_refused_without_a_trace(scene):
    def linking(company_id: CompanyId) -> Flow:
        link, then = Link(company_id, ACME), (Owed("link_company", company_id),)
        return lambda tools: tools.ledger.record_link(link, LINKED, fence=1, then=then)

    answers = await scene.at_once(linking(ONE), linking(TWO))
    assert only_error(answers) is Ambiguous
    (link,) = await scene.ledger.find_links_of_accounts([ACME])
    assert {owed.record_id for owed in scene.owed()} == {link.company_id}
    assert [bool(scene.timeline(Subject(Kind.COMPANY, one))) for one in (ONE, TWO)] == [
        link.company_id == one for one in (ONE, TWO)
    ]


async def test_of_two_that_write_the_same_account_id_one_is_refused(scene):
    for company_id in (ONE, TWO):
        scene.has_company(Company(company_id))

    def writing(company_id: CompanyId) -> Flow:
        return lambda tools: tools.hubspot.write_account_id(company_id, ACME)

    assert only_error(await scene.at_once(writing(ONE), writing(TWO))) is Ambiguous
    scene.look_again()
    assert [(await scene.hubspot.find_company(one)).account_id for one in (ONE, TWO)].count(ACME) == 1


async def test_two_that_say_the_same_about_a_record_are_noted_once(scene):
    about = Subject(Kind.CONTACT, ANNA)
    await scene.at_once(*[lambda tools: tools.ledger.record_verdict(about, LINKED)] * 2)
    assert scene.timeline(about) == [LINKED]


async def test_fences_of_a_slice_are_all_different(scene):
    async def holding(tools, identity):
        async with tools.leases.hold([identity]) as lease:
            return lease.fence

    many = [Identity("company", str(number)) for number in range(20)]
    fences = await scene.at_once(*[lambda tools, one=one: holding(tools, one) for one in many])
    assert len(set(fences)) == len(many)
    (later,) = await scene.at_once(lambda tools: holding(tools, DOMAIN))
    assert later > max(fences)
