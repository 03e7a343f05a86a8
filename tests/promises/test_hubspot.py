"""What flows rely on when they speak to HubSpot."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest

from tasks.contracts.errors import Ambiguous, Gone, Rejected
from tasks.contracts.records import (
    BLANK_STAGE,
    AccountId,
    Association,
    Company,
    CompanyId,
    Contact,
    ContactId,
    Kind,
    StageName,
)
from tests.promises.scene import Scene

ONE, TWO, NOBODY = CompanyId("1"), CompanyId("2"), CompanyId("404")
ANNA, BERT, STRANGER = ContactId("1001"), ContactId("1002"), ContactId("1404")
ACCOUNT, OTHER_ACCOUNT = AccountId("001000000000001AAA"), AccountId("001000000000002AAA")
LEAD, CUSTOMER = StageName("lead"), StageName("customer")
ODD_NAME = 'O\'Brien & "Söhne" \\ <株式会社> 🚲 %_'
dated = partial(Company, created_at=datetime(2026, 1, 2, tzinfo=UTC))
"""HubSpot knows since when it has a company."""


def on(company_id: CompanyId, contact_id: ContactId) -> Association:
    return Association(company_id, contact_id)


def primary(company_id: CompanyId, contact_id: ContactId) -> Association:
    return Association(company_id, contact_id, is_primary=True)


async def company_in(scene: Scene, company_id: CompanyId = ONE) -> Company:
    """What the run sees after its own writes, and what HubSpot really holds: the same."""
    seen = await scene.hubspot.find_company(company_id)
    scene.look_again()
    held = await scene.hubspot.find_company(company_id)
    assert seen == held
    assert held
    return replace(held, mapped={})


def unmapped(company: Company | None) -> Company | None:
    """The mapping decides which values come along; what these promises are about does not depend on it."""
    return company and replace(company, mapped={})


async def associations_in(scene: Scene, company_id: CompanyId = ONE) -> set[Association]:
    """As above."""
    seen = await scene.hubspot.find_contacts_of(company_id)
    scene.look_again()
    held = await scene.hubspot.find_contacts_of(company_id)
    assert set(seen) == set(held)
    assert len(held) == len(set(held))
    return set(held)


async def stages_in(scene: Scene, *contact_ids: ContactId) -> dict[ContactId, StageName]:
    """As above."""
    seen = await scene.hubspot.find_contacts(contact_ids)
    scene.look_again()
    held = await scene.hubspot.find_contacts(contact_ids)
    assert set(seen) == set(held)
    return {one.id: one.lifecycle_stage for one in held}


@pytest.fixture
def people(scene: Scene) -> None:
    """Two companies, and two contacts who sit nowhere."""
    for company_id in (ONE, TWO):
        scene.has_company(dated(company_id, "Acme"))
    for contact_id in (ANNA, BERT):
        scene.has_contact(Contact(contact_id, f"{contact_id}@acme.example"))


# Companies


async def test_a_company_is_found_with_everything_a_rule_asks_for(scene):
    company = dated(
        ONE,
        name=ODD_NAME,
        domain="acme.example",
        website="https://www.acme.example/shop",
        additional_domains=("acme.test", "xn--sdmilch-n2a.test"),
        lifecycle_stage=LEAD,
        account_id=ACCOUNT,
        native_account_id=OTHER_ACCOUNT,
        created_automatically=True,
    )
    scene.has_company(company)
    assert unmapped(await scene.hubspot.find_company(ONE)) == company


async def test_what_a_company_lacks_is_blank(scene):
    scene.has_company(dated(ONE))
    assert unmapped(await scene.hubspot.find_company(ONE)) == dated(ONE)


async def test_a_company_that_was_never_there_is_none(scene):
    assert await scene.hubspot.find_company(NOBODY) is None


async def test_an_archived_company_is_none(scene):
    scene.has_company(dated(ONE, "Acme"))
    scene.archive_company(ONE)
    assert await scene.hubspot.find_company(ONE) is None


@pytest.mark.usefixtures("people")
async def test_a_company_that_was_merged_away_is_none(scene):
    scene.merge_companies(TWO, ONE)
    assert await scene.hubspot.find_company(ONE) is None
    assert await scene.hubspot.find_company(TWO)


async def test_a_change_that_was_announced_is_seen(scene):
    assert await scene.hubspot.find_company(ONE) is None
    scene.has_company(dated(ONE, "Acme"))
    scene.look_again()
    assert unmapped(await scene.hubspot.find_company(ONE)) == dated(ONE, "Acme")


# Contacts


async def test_those_contacts_are_found_that_exist(scene):
    anna, bert = Contact(ANNA, "anna@acme.example", LEAD), Contact(BERT)
    scene.has_contact(anna)
    scene.has_contact(bert)
    assert set(await scene.hubspot.find_contacts([STRANGER, BERT, ANNA])) == {anna, bert}


async def test_an_archived_contact_is_not_found(scene):
    scene.has_contact(Contact(ANNA))
    scene.archive_contact(ANNA)
    assert list(await scene.hubspot.find_contacts([ANNA])) == []


async def test_asking_for_no_contacts_finds_none(scene):
    assert list(await scene.hubspot.find_contacts([])) == []


async def test_a_contact_that_is_asked_for_twice_is_found_once(scene):
    scene.has_contact(Contact(ANNA))
    assert list(await scene.hubspot.find_contacts([ANNA, ANNA])) == [Contact(ANNA)]


async def test_a_contacts_address_is_in_lower_case(scene):
    scene.has_contact(Contact(ANNA, "Anna.O'Neil@ACME.example"))
    (anna,) = await scene.hubspot.find_contacts([ANNA])
    assert anna.email == "anna.o'neil@acme.example"


# Who sits where


@pytest.mark.usefixtures("people")
async def test_associations_are_found_from_both_ends_and_tell_the_primary_company(scene):
    for one in (primary(ONE, ANNA), on(TWO, ANNA), on(ONE, BERT)):
        scene.has_association(one)
    assert set(await scene.hubspot.find_contacts_of(ONE)) == {primary(ONE, ANNA), on(ONE, BERT)}
    assert set(await scene.hubspot.find_contacts_of(TWO)) == {on(TWO, ANNA)}
    assert set(await scene.hubspot.find_companies_of(ANNA)) == {primary(ONE, ANNA), on(TWO, ANNA)}
    assert set(await scene.hubspot.find_companies_of(BERT)) == {on(ONE, BERT)}


@pytest.mark.usefixtures("people")
async def test_who_is_alone_has_no_associations_and_neither_has_who_is_not_there(scene):
    for company_id in (ONE, NOBODY):
        assert list(await scene.hubspot.find_contacts_of(company_id)) == []
    for contact_id in (ANNA, STRANGER):
        assert list(await scene.hubspot.find_companies_of(contact_id)) == []


@pytest.mark.usefixtures("people")
async def test_an_archived_record_sits_nowhere(scene):
    scene.has_association(primary(ONE, ANNA))
    scene.has_association(primary(TWO, BERT))
    scene.archive_company(ONE)
    scene.archive_contact(BERT)
    assert list(await scene.hubspot.find_companies_of(ANNA)) == []
    assert list(await scene.hubspot.find_contacts_of(TWO)) == []


@pytest.mark.usefixtures("people")
async def test_a_company_becomes_primary_only_where_it_is_said(scene):
    assert await associations_in(scene) == set()
    await scene.hubspot.associate([on(ONE, ANNA), primary(ONE, BERT)])
    assert await associations_in(scene) == {on(ONE, ANNA), primary(ONE, BERT)}


@pytest.mark.usefixtures("people")
async def test_associating_twice_is_like_once(scene):
    for _ in range(2):
        await scene.hubspot.associate([on(ONE, ANNA), primary(ONE, BERT), on(ONE, ANNA)])
    assert await associations_in(scene) == {on(ONE, ANNA), primary(ONE, BERT)}


@pytest.mark.usefixtures("people")
async def test_associating_keeps_the_primary_company_a_contact_has(scene):
    scene.has_association(primary(ONE, ANNA))
    await scene.hubspot.associate([on(ONE, ANNA), on(TWO, ANNA)])
    assert await associations_in(scene) == {primary(ONE, ANNA)}
    assert await associations_in(scene, TWO) == {on(TWO, ANNA)}


@pytest.mark.usefixtures("people")
async def test_a_contact_has_one_primary_company_the_one_that_was_said_last(scene):
    scene.has_association(primary(ONE, ANNA))
    scene.has_association(on(TWO, ANNA))
    assert set(await scene.hubspot.find_companies_of(ANNA)) == {primary(ONE, ANNA), on(TWO, ANNA)}
    await scene.hubspot.associate([primary(TWO, ANNA)])
    assert set(await scene.hubspot.find_companies_of(ANNA)) == {on(ONE, ANNA), primary(TWO, ANNA)}
    scene.look_again()
    assert await associations_in(scene, ONE) == {on(ONE, ANNA)}
    assert await associations_in(scene, TWO) == {primary(TWO, ANNA)}


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("missing", [on(ONE, STRANGER), on(NOBODY, ANNA), primary(ONE, STRANGER)])
async def test_nobody_sits_with_a_record_that_is_gone_but_the_others_do(scene, missing):
    with pytest.raises(Gone):
        await scene.hubspot.associate([on(ONE, ANNA), missing, on(ONE, BERT)])
    assert await associations_in(scene) == {on(ONE, ANNA), on(ONE, BERT)}


async def test_associating_nobody_does_nothing(scene):
    await scene.hubspot.associate([])
    await scene.hubspot.dissociate([])


@pytest.mark.usefixtures("people")
async def test_a_contact_is_taken_off_one_company_and_stays_on_the_others(scene):
    for one in (primary(ONE, ANNA), on(TWO, ANNA), on(ONE, BERT)):
        scene.has_association(one)
    assert await associations_in(scene) == {primary(ONE, ANNA), on(ONE, BERT)}
    for _ in range(2):
        await scene.hubspot.dissociate([on(ONE, ANNA), on(ONE, STRANGER), on(NOBODY, ANNA), on(ONE, ANNA)])
    assert await associations_in(scene) == {on(ONE, BERT)}
    assert set(await scene.hubspot.find_companies_of(ANNA)) == {on(TWO, ANNA)}


# Segments


async def test_the_members_of_a_segment_are_told_apart_from_the_others(scene):
    for contact_id in (ANNA, BERT):
        scene.has_contact(Contact(contact_id))
    scene.has_segment("7", Kind.CONTACT, [ANNA])
    scene.has_segment("8", Kind.CONTACT, [BERT])
    assert await scene.hubspot.find_members("7", Kind.CONTACT, [ANNA, BERT, STRANGER, ANNA]) == {ANNA}
    assert await scene.hubspot.find_members("7", Kind.CONTACT, []) == frozenset()


async def test_companies_can_be_members_as_well(scene):
    for company_id in (ONE, TWO):
        scene.has_company(dated(company_id))
    scene.has_segment("9", Kind.COMPANY, [TWO])
    assert await scene.hubspot.find_members("9", Kind.COMPANY, [ONE, TWO]) == {TWO}


async def test_a_segment_that_was_deleted_is_not_one_without_members(scene):
    scene.has_contact(Contact(ANNA))
    with pytest.raises(Rejected):
        await scene.hubspot.find_members("404", Kind.CONTACT, [ANNA])


# Our id on the company


@pytest.mark.usefixtures("people")
async def test_an_account_id_is_written_and_may_be_written_again(scene):
    for _ in range(2):
        await scene.hubspot.write_account_id(ONE, ACCOUNT)
    assert await company_in(scene) == dated(ONE, "Acme", account_id=ACCOUNT)


@pytest.mark.usefixtures("people")
async def test_an_account_id_another_company_carries_is_ambiguous_and_stays_where_it_is(scene):
    await scene.hubspot.write_account_id(ONE, ACCOUNT)
    with pytest.raises(Ambiguous):
        await scene.hubspot.write_account_id(TWO, ACCOUNT)
    assert (await company_in(scene, ONE)).account_id == ACCOUNT
    assert (await company_in(scene, TWO)).account_id is None


@pytest.mark.usefixtures("people")
async def test_an_account_id_that_was_replaced_is_free_for_another_company(scene):
    await scene.hubspot.write_account_id(ONE, ACCOUNT)
    await scene.hubspot.write_account_id(ONE, OTHER_ACCOUNT)
    await scene.hubspot.write_account_id(TWO, ACCOUNT)
    assert (await company_in(scene, ONE)).account_id == OTHER_ACCOUNT
    assert (await company_in(scene, TWO)).account_id == ACCOUNT


@pytest.mark.usefixtures("people")
async def test_nothing_is_written_to_a_company_that_is_gone(scene):
    scene.archive_company(ONE)
    for company_id in (ONE, NOBODY):
        with pytest.raises(Gone):
            await scene.hubspot.write_account_id(company_id, ACCOUNT)
        with pytest.raises(Gone):
            await scene.hubspot.write_company_stage(company_id, LEAD)
        assert await scene.hubspot.find_company(company_id) is None
    await scene.hubspot.write_account_id(TWO, ACCOUNT)


# Stages


@pytest.mark.parametrize("before", [BLANK_STAGE, LEAD, CUSTOMER])
async def test_a_stage_moves_forward_and_may_be_written_again(scene, before):
    scene.has_company(dated(ONE, "Acme", lifecycle_stage=before))
    for _ in range(2):
        assert await scene.hubspot.write_company_stage(ONE, CUSTOMER) == CUSTOMER
    assert await company_in(scene) == dated(ONE, "Acme", lifecycle_stage=CUSTOMER)


async def test_a_backward_write_succeeds_changes_nothing_and_says_so(scene):
    scene.has_company(dated(ONE, lifecycle_stage=CUSTOMER))
    assert await scene.hubspot.write_company_stage(ONE, LEAD) == CUSTOMER
    assert (await company_in(scene)).lifecycle_stage == CUSTOMER


async def test_a_stage_goes_back_by_way_of_blank(scene):
    scene.has_company(dated(ONE, lifecycle_stage=CUSTOMER))
    assert await scene.hubspot.write_company_stage(ONE, BLANK_STAGE) == BLANK_STAGE
    assert (await company_in(scene)).lifecycle_stage == BLANK_STAGE
    assert await scene.hubspot.write_company_stage(ONE, LEAD) == LEAD
    assert (await company_in(scene)).lifecycle_stage == LEAD


@pytest.mark.parametrize("before", [BLANK_STAGE, LEAD])
async def test_a_stage_the_portal_does_not_have_is_rejected(scene, before):
    scene.has_company(dated(ONE, lifecycle_stage=before))
    with pytest.raises(Rejected):
        await scene.hubspot.write_company_stage(ONE, StageName("deleted long ago"))
    assert (await company_in(scene)).lifecycle_stage == before


async def test_the_order_of_stages_is_the_portals_own_without_deleted_ones(scene):
    own = [StageName(name) for name in ("1234567", "lead", "subscriber", "customer")]
    scene.has_stages(own, deleted=[StageName("opportunity")])
    assert list(await scene.hubspot.read_stage_order()) == own


async def test_forward_is_what_the_portals_own_order_says(scene):
    scene.has_stages([CUSTOMER, LEAD])
    scene.has_company(dated(ONE, lifecycle_stage=CUSTOMER))
    assert await scene.hubspot.write_company_stage(ONE, LEAD) == LEAD
    assert await scene.hubspot.write_company_stage(ONE, CUSTOMER) == LEAD


async def test_each_contact_has_the_stage_that_hubspot_reports(scene):
    scene.has_contact(Contact(ANNA, lifecycle_stage=LEAD))
    scene.has_contact(Contact(BERT, lifecycle_stage=StageName("evangelist")))
    reported = {ANNA: CUSTOMER, BERT: "evangelist"}
    for _ in range(2):
        assert await scene.hubspot.write_contact_stages([ANNA, BERT, ANNA], CUSTOMER) == reported
    assert await stages_in(scene, ANNA, BERT) == reported


async def test_a_contact_that_is_gone_does_not_keep_the_others_from_their_stage(scene):
    for contact_id in (ANNA, BERT):
        scene.has_contact(Contact(contact_id, lifecycle_stage=LEAD))
    with pytest.raises(Gone):
        await scene.hubspot.write_contact_stages([ANNA, STRANGER, BERT], CUSTOMER)
    assert await stages_in(scene, ANNA, BERT) == {ANNA: CUSTOMER, BERT: CUSTOMER}


async def test_writing_the_stages_of_nobody_reports_nothing(scene):
    assert await scene.hubspot.write_contact_stages([], CUSTOMER) == {}
