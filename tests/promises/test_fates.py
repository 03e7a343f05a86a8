"""What flows rely on when they ask what became of a record, and when they bury it."""

from datetime import UTC, datetime

import pytest

from tasks.contracts.errors import Ambiguous, Busy, Gone
from tasks.contracts.fates import End, Fate, Note, Settlement, Tombstone
from tasks.contracts.finding import AccountSearch, AccountValues, CompanyValues
from tasks.contracts.reasons import Reason
from tasks.contracts.records import (
    Account,
    AccountId,
    Association,
    Company,
    CompanyId,
    Contact,
    ContactId,
    ContactLink,
    Kind,
    Link,
    LinkState,
    Owed,
    Person,
    PersonId,
    PersonKind,
    Verdict,
)
from tasks.contracts.tools import Subject

ONE, TWO, THREE, NOBODY = (CompanyId(str(number)) for number in (1, 2, 3, 404))
ANNA, BERT = ContactId("1001"), ContactId("1002")
ACME, ZETA, NOVA, NOWHERE = (AccountId(f"00100000000000{number}AAA") for number in (1, 2, 3, 9))
EVA, EVE = PersonId("003000000000001AAA"), PersonId("003000000000002AAA")
LEA = PersonId("00Q000000000001EAA")
JOINED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
LINK = Link(ONE, ACME)
LINKED = Verdict(Reason.LINKED_BY_KEY, {"account": ACME})
RESTS = Verdict(Reason.LINK_RESTS_ACCOUNT, {"account": ACME})
GONE_ACME = Tombstone(Kind.ACCOUNT, ACME, End.DELETED, key=ONE)
NEXT = (Owed("link_company", "1"),)


def living(kind: Kind, record_id: str, **values: object) -> Fate:
    return Fate(kind, record_id, End.LIVING, record_id, **values)  # type: ignore[arg-type]


def deleted(kind: Kind, record_id: str, **values: object) -> Fate:
    return Fate(kind, record_id, End.DELETED, record_id, survivor_is_gone=True, **values)  # type: ignore[arg-type]


def merged(kind: Kind, record_id: str, survivor: str, **values: object) -> Fate:
    return Fate(kind, record_id, End.MERGED, survivor, **values)  # type: ignore[arg-type]


def unknown(kind: Kind, record_id: str) -> Fate:
    return Fate(kind, record_id, End.UNKNOWN, record_id, survivor_is_gone=True)


@pytest.fixture
def companies(scene) -> None:
    for company_id in (ONE, TWO, THREE):
        scene.has_company(Company(company_id, "Acme"))


@pytest.fixture
def accounts(scene) -> None:
    for account_id in (ACME, ZETA, NOVA):
        scene.has_account(Account(account_id, "Acme"))


# HubSpot


@pytest.mark.usefixtures("companies")
async def test_a_company_is_living_archived_or_unknown(scene):
    scene.archive_company(TWO)
    found = await scene.hubspot.find_fates(Kind.COMPANY, [ONE, TWO, NOBODY, ONE])
    assert set(found) == {living(Kind.COMPANY, ONE), deleted(Kind.COMPANY, TWO), unknown(Kind.COMPANY, NOBODY)}
    assert list(await scene.hubspot.find_fates(Kind.COMPANY, [])) == []


@pytest.mark.usefixtures("companies")
async def test_a_company_that_was_merged_away_leads_to_its_survivor_in_the_end(scene):
    scene.merge_companies(TWO, ONE)
    scene.merge_companies(THREE, TWO)
    found = {one.record_id: one for one in await scene.hubspot.find_fates(Kind.COMPANY, [ONE, TWO, THREE])}
    assert found[ONE] == merged(Kind.COMPANY, ONE, THREE)
    assert found[TWO] == merged(Kind.COMPANY, TWO, THREE)
    assert set(found[THREE].absorbed) >= {TWO}
    company = await scene.hubspot.find_company(THREE)
    assert company
    assert set(company.merged_ids) >= {TWO}


@pytest.mark.usefixtures("companies")
async def test_a_company_that_was_restored_is_living_with_its_contacts(scene):
    scene.has_contact(Contact(ANNA))
    scene.has_association(Association(ONE, ANNA, is_primary=True))
    scene.archive_company(ONE)
    scene.restore_company(ONE)
    assert list(await scene.hubspot.find_fates(Kind.COMPANY, [ONE])) == [living(Kind.COMPANY, ONE)]
    assert list(await scene.hubspot.find_contacts_of(ONE)) == [Association(ONE, ANNA, is_primary=True)]


async def test_contacts_have_fates_as_well(scene):
    for contact_id in (ANNA, BERT, ContactId("1003")):
        scene.has_contact(Contact(contact_id))
    scene.merge_contacts(ANNA, BERT)
    scene.archive_contact(ContactId("1003"))
    found = {one.record_id: one for one in await scene.hubspot.find_fates(Kind.CONTACT, [ANNA, BERT, "1003"])}
    assert found[ANNA].absorbed == (BERT,)
    assert found[BERT] == merged(Kind.CONTACT, BERT, ANNA)
    assert found["1003"].end is End.DELETED
    scene.restore_contact(ContactId("1003"))
    assert list(await scene.hubspot.find_fates(Kind.CONTACT, ["1003"])) == [living(Kind.CONTACT, "1003")]


@pytest.mark.usefixtures("companies")
async def test_companies_are_merged_with_their_contacts_and_again_nothing_happens(scene):
    scene.has_contact(Contact(ANNA))
    scene.has_association(Association(ONE, ANNA))
    for _ in range(2):
        await scene.hubspot.merge_companies(TWO, ONE)
    assert list(await scene.hubspot.find_fates(Kind.COMPANY, [ONE])) == [merged(Kind.COMPANY, ONE, TWO)]
    assert [one.contact_id for one in await scene.hubspot.find_contacts_of(TWO)] == [ANNA]


@pytest.mark.usefixtures("companies")
async def test_a_company_that_is_gone_is_not_merged(scene):
    scene.archive_company(ONE)
    with pytest.raises(Gone):
        await scene.hubspot.merge_companies(TWO, ONE)
    assert list(await scene.hubspot.find_fates(Kind.COMPANY, [TWO])) == [living(Kind.COMPANY, TWO)]


@pytest.mark.usefixtures("companies")
async def test_records_are_archived_and_again_nothing_happens(scene):
    scene.has_contact(Contact(ANNA))
    assert await scene.hubspot.find_company(ONE)
    for _ in range(2):
        await scene.hubspot.archive_company(ONE)
        await scene.hubspot.archive_contact(ANNA)
    assert await scene.hubspot.find_company(ONE) is None
    assert list(await scene.hubspot.find_contacts([ANNA])) == []
    assert await scene.hubspot.find_company(TWO)


# Salesforce


@pytest.mark.usefixtures("accounts")
async def test_an_account_is_living_deleted_or_unknown_and_tells_the_key_it_carries(scene):
    await scene.salesforce.write_company_id(ACME, ONE)
    scene.delete_account(ZETA)
    found = await scene.salesforce.find_fates([ACME, ZETA, NOWHERE, ACME])
    assert set(found) == {
        living(Kind.ACCOUNT, ACME, key=ONE),
        deleted(Kind.ACCOUNT, ZETA),
        unknown(Kind.ACCOUNT, NOWHERE),
    }
    assert list(await scene.salesforce.find_fates([])) == []


@pytest.mark.usefixtures("accounts")
async def test_a_chain_of_merged_accounts_leads_to_its_end(scene):
    scene.merge_in_salesforce(ZETA, ACME)
    scene.merge_in_salesforce(NOVA, ZETA)
    assert list(await scene.salesforce.find_fates([ACME])) == [merged(Kind.ACCOUNT, ACME, NOVA)]
    scene.delete_account(NOVA)
    assert list(await scene.salesforce.find_fates([ACME])) == [merged(Kind.ACCOUNT, ACME, NOVA, survivor_is_gone=True)]


@pytest.mark.usefixtures("accounts")
async def test_an_account_that_was_undeleted_is_living(scene):
    scene.delete_account(ACME)
    scene.undelete(ACME)
    assert list(await scene.salesforce.find_fates([ACME])) == [living(Kind.ACCOUNT, ACME)]


@pytest.mark.usefixtures("accounts")
async def test_people_are_merged_deleted_and_converted(scene):
    for person_id in (EVA, EVE):
        scene.has_person(Person(person_id, PersonKind.CONTACT, f"{person_id}@acme.example", JOINED, ACME))
    scene.has_person(Person(LEA, PersonKind.LEAD, "lea@acme.example", JOINED))
    scene.merge_in_salesforce(EVA, EVE)
    became = scene.convert(LEA, ACME)
    found = {one.record_id: one for one in await scene.salesforce.find_fates([EVA, EVE, LEA])}
    assert found[EVA] == living(Kind.SALESFORCE_CONTACT, EVA)
    assert found[EVE] == merged(Kind.SALESFORCE_CONTACT, EVE, EVA)
    assert found[LEA] == Fate(Kind.LEAD, LEA, End.CONVERTED, became)
    scene.delete_person(EVA)
    (eve,) = await scene.salesforce.find_fates([EVE])
    assert eve.survivor_is_gone


# Tombstones


async def settle(scene, settlement: Settlement, *, fence: int = 9, then: tuple[Owed, ...] = ()) -> None:
    await scene.ledger.settle(settlement, fence=fence, then=then)


async def test_a_tombstone_is_found_until_it_is_lifted(scene):
    for _ in range(2):
        await settle(scene, Settlement(tombstones=(GONE_ACME,)))
    assert list(await scene.ledger.find_tombstones(Kind.ACCOUNT, [ACME, ZETA, ACME])) == [GONE_ACME]
    assert list(await scene.ledger.find_tombstones(Kind.COMPANY, [ACME])) == []
    await settle(scene, Settlement(living=((Kind.ACCOUNT, ACME), (Kind.ACCOUNT, ZETA))))
    assert list(await scene.ledger.find_tombstones(Kind.ACCOUNT, [ACME])) == []


async def test_what_became_of_a_record_last_is_what_its_tombstone_says(scene):
    moved = Tombstone(Kind.ACCOUNT, ACME, End.MERGED, ZETA)
    await settle(scene, Settlement(tombstones=(GONE_ACME,)))
    await settle(scene, Settlement(tombstones=(moved,)))
    assert list(await scene.ledger.find_tombstones(Kind.ACCOUNT, [ACME])) == [moved]


@pytest.mark.parametrize(
    "stone", [Tombstone(Kind.COMPANY, ONE, End.MERGED, TWO), GONE_ACME], ids=["of-the-company", "with-the-key"]
)
@pytest.mark.usefixtures("companies")
async def test_nothing_is_upserted_by_a_buried_key_until_the_tombstone_is_lifted(scene, stone):
    await settle(scene, Settlement(tombstones=(stone,)))
    with pytest.raises(Gone) as refusal:
        await scene.salesforce.upsert_account(ONE, AccountValues("Acme"))
    assert refusal.value.code == Reason.TOMBSTONED
    assert scene.accounts() == []
    assert (await scene.salesforce.upsert_account(TWO, AccountValues("Acme"))).created
    await settle(scene, Settlement(living=((stone.kind, stone.record_id),)))
    assert (await scene.salesforce.upsert_account(ONE, AccountValues("Acme"))).created


@pytest.mark.usefixtures("companies")
async def test_a_key_that_was_released_may_be_upserted_by_again(scene):
    await settle(scene, Settlement(tombstones=(GONE_ACME, Tombstone(Kind.ACCOUNT, ZETA, End.MERGED, NOVA, key=ONE))))
    await settle(scene, Settlement(released=(ONE, TWO)))
    assert {one.key for one in await scene.ledger.find_tombstones(Kind.ACCOUNT, [ACME, ZETA])} == {None}
    assert (await scene.salesforce.upsert_account(ONE, AccountValues("Acme"))).created


@pytest.mark.usefixtures("accounts")
async def test_a_buried_companys_id_is_written_to_no_account(scene):
    await settle(scene, Settlement(tombstones=(Tombstone(Kind.COMPANY, ONE, End.DELETED),)))
    with pytest.raises(Gone) as refusal:
        await scene.salesforce.write_company_id(ACME, ONE)
    assert refusal.value.code == Reason.TOMBSTONED
    (account,) = await scene.salesforce.find_accounts(AccountSearch(ONE, (ACME,)))
    assert account.company_id is None


@pytest.mark.usefixtures("accounts")
async def test_the_survivor_of_a_buried_account_takes_over_its_key(scene):
    await settle(scene, Settlement(tombstones=(GONE_ACME,)))
    await scene.salesforce.write_company_id(ZETA, ONE)


@pytest.mark.usefixtures("companies")
async def test_a_buried_accounts_id_is_written_to_no_company(scene):
    await settle(scene, Settlement(tombstones=(GONE_ACME,)))
    with pytest.raises(Gone) as refusal:
        await scene.hubspot.write_account_id(ONE, ACME)
    assert refusal.value.code == Reason.TOMBSTONED
    await scene.hubspot.write_account_id(TWO, ZETA)


async def test_no_company_is_upserted_for_a_buried_account(scene):
    await settle(scene, Settlement(tombstones=(GONE_ACME,)))
    with pytest.raises(Gone) as refusal:
        await scene.hubspot.upsert_company(ACME, CompanyValues("Acme"))
    assert refusal.value.code == Reason.TOMBSTONED
    assert (await scene.hubspot.upsert_company(ZETA, CompanyValues("Zeta"))).created


# Links that move, rest and end


async def test_a_link_rests_and_comes_back_with_why_and_what_is_next(scene):
    await scene.ledger.record_link(LINK, LINKED, fence=1)
    resting = Link(ONE, ACME, LinkState.SF_DELETED)
    note = Note(Kind.COMPANY, ONE, RESTS)
    await settle(scene, Settlement(LINK, resting, tombstones=(GONE_ACME,), notes=(note,)), then=NEXT)
    assert await scene.ledger.find_link(ONE) == resting
    assert scene.timeline(Subject(Kind.COMPANY, ONE)) == [LINKED, RESTS]
    assert scene.owed() == set(NEXT)
    await settle(scene, Settlement(resting, LINK, living=((Kind.ACCOUNT, ACME),)))
    assert await scene.ledger.find_link(ONE) == LINK


async def test_a_link_moves_to_another_account_and_to_another_company(scene):
    await scene.ledger.record_link(LINK, LINKED, fence=1)
    await settle(scene, Settlement(LINK, Link(ONE, ZETA)))
    assert await scene.ledger.find_link(ONE) == Link(ONE, ZETA)
    await settle(scene, Settlement(Link(ONE, ZETA), Link(TWO, ZETA)))
    assert await scene.ledger.find_link(ONE) is None
    assert list(await scene.ledger.find_links_of_accounts([ACME, ZETA])) == [Link(TWO, ZETA)]


async def test_a_link_ends_and_others_with_it(scene):
    other = Link(TWO, ZETA)
    for link in (LINK, other):
        await scene.ledger.record_link(link, LINKED, fence=1)
    await settle(scene, Settlement(LINK, Link(TWO, ACME), ends=(other,)))
    assert list(await scene.ledger.find_links([ONE, TWO])) == [Link(TWO, ACME)]
    await settle(scene, Settlement(Link(TWO, ACME)))
    assert list(await scene.ledger.find_links([ONE, TWO])) == []


@pytest.mark.parametrize(
    ("was", "becomes", "fence"),
    [
        pytest.param(Link(ONE, NOVA), LINK, 9, id="it-is-another-one-now"),
        pytest.param(Link(ONE, ACME, LinkState.IN_REVIEW), LINK, 9, id="its-state-is-another-one-now"),
        pytest.param(LINK, Link(ONE, ACME, LinkState.SF_DELETED), 1, id="a-later-holder-has-written"),
        pytest.param(LINK, Link(ONE, ZETA), 9, id="the-account-is-taken"),
        pytest.param(LINK, Link(TWO, ACME), 9, id="the-company-is-taken"),
    ],
)
async def test_a_settlement_that_comes_too_late_leaves_no_trace(scene, was, becomes, fence):
    await scene.ledger.record_link(LINK, LINKED, fence=5)
    await scene.ledger.record_link(Link(TWO, ZETA), LINKED, fence=5)
    note = Note(Kind.COMPANY, ONE, RESTS)
    with pytest.raises(Busy):
        await settle(scene, Settlement(was, becomes, tombstones=(GONE_ACME,), notes=(note,)), fence=fence, then=NEXT)
    assert set(await scene.ledger.find_links([ONE, TWO])) == {LINK, Link(TWO, ZETA)}
    assert list(await scene.ledger.find_tombstones(Kind.ACCOUNT, [ACME])) == []
    assert scene.timeline(Subject(Kind.COMPANY, ONE)) == [LINKED]
    assert scene.owed() == set()


async def test_a_deleted_companys_account_can_be_linked_with_another_one(scene):
    await scene.ledger.record_link(LINK, LINKED, fence=1)
    resting = Link(ONE, ACME, LinkState.COMPANY_DELETED)
    await settle(scene, Settlement(LINK, resting))
    await scene.ledger.record_link(Link(TWO, ACME), LINKED, fence=2)
    assert list(await scene.ledger.find_links_of_accounts([ACME])) == [Link(TWO, ACME)]
    assert set(await scene.ledger.find_all_links_of_account(ACME)) == {resting, Link(TWO, ACME)}
    with pytest.raises(Busy):
        await settle(scene, Settlement(resting, LINK))


async def test_a_deleted_accounts_company_keeps_its_link(scene):
    await scene.ledger.record_link(LINK, LINKED, fence=1)
    await settle(scene, Settlement(LINK, Link(ONE, ACME, LinkState.SF_DELETED)))
    with pytest.raises(Ambiguous):
        await scene.ledger.record_link(Link(TWO, ACME), LINKED, fence=20)
    with pytest.raises(Busy):
        await scene.ledger.record_link(LINK, LINKED, fence=20)


async def test_a_contact_whose_person_is_buried_is_on_no_account(scene):
    anna = ContactLink(ANNA, EVA, PersonKind.CONTACT, ACME)
    await settle(scene, Settlement(contact_links=(anna,)))
    assert list(await scene.ledger.find_contact_links_of_account(ACME)) == [anna]
    await settle(scene, Settlement(tombstones=(Tombstone(Kind.SALESFORCE_CONTACT, EVA, End.DELETED),)))
    assert list(await scene.ledger.find_contact_links_of_account(ACME)) == []
    assert list(await scene.ledger.find_contact_links([ANNA])) == [anna]
