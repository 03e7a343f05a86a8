"""Rules 10.1 to 10.9 and A10 to A13 through the whole flows: what people did, and what becomes of it."""

import pytest

from tasks.contracts.changes import What
from tasks.contracts.errors import Busy
from tasks.contracts.fates import End, Settlement, Tombstone
from tasks.contracts.records import (
    AccountId,
    CompanyId,
    ContactId,
    DeletedAccounts,
    Kind,
    LinkState,
    Owed,
)
from tasks.fates import dig_out
from tests.doubles.workday import pairs, told
from tests.doubles.world import World

ONE, TWO, THREE = (CompanyId(str(number)) for number in (1, 2, 3))
ACME, ZETA = (AccountId(f"00100000000000{number}AAA") for number in (1, 2))
ANNA, BERT = ContactId("1000"), ContactId("1001")
LINKED, SF_DELETED, COMPANY_DELETED, IN_REVIEW = LinkState


def about_account(account_id: str, what: What = What.DELETED) -> tuple[Kind, str, What]:
    return Kind.ACCOUNT, account_id, what


def about_company(company_id: str, what: What = What.DELETED) -> tuple[Kind, str, What]:
    return Kind.COMPANY, company_id, what


# A10, 10.4: an account is deleted


async def test_rule_A10_a_deleted_account_keeps_its_company_and_is_not_created_again():
    world = pairs((ONE, ACME))
    world.salesforce.delete(ACME)
    await told(world, about_account(ACME), about_company(ONE, What.CHANGED))
    assert world.linked() == (ACME, SF_DELETED)
    assert ONE in world.hubspot.companies
    assert world.salesforce.created == []
    assert world.codes() == ["LINK_RESTS_ACCOUNT"]


async def test_rule_10_4_an_account_out_of_the_recycle_bin_is_as_gone():
    world = pairs((ONE, ACME))
    del world.salesforce.accounts[ACME]
    await told(world, about_account(ACME))
    assert world.linked() == (ACME, SF_DELETED)


@pytest.mark.parametrize("what", [What.RESTORED, What.DELETED, What.CHANGED])
async def test_rule_A10_undeleted_it_is_linked_again_whatever_was_announced(what):
    world = pairs((ONE, ACME))
    world.salesforce.delete(ACME)
    await told(world, about_account(ACME))
    world.salesforce.undelete(ACME)
    await told(world, about_account(ACME, what), about_company(ONE, What.CHANGED))
    assert world.linked() == (ACME, LINKED)
    assert world.ledger.tombstones == {}
    assert "LINK_RESTORED" in world.codes()


async def test_rule_A10_the_switch_archives_the_company():
    world = pairs((ONE, ACME), deleted_accounts=DeletedAccounts.ARCHIVE_COMPANY)
    world.salesforce.delete(ACME)
    await told(world, about_account(ACME))
    assert ONE in world.hubspot.past.archived
    assert world.linked() == (ACME, COMPANY_DELETED)
    assert world.codes() == ["LINK_RESTS_ACCOUNT", "COMPANY_ARCHIVED", "LINK_RESTS_COMPANY"]


async def test_rule_A10_the_switch_clears_the_link_and_the_company_may_get_another_account():
    world = pairs((ONE, ACME), deleted_accounts=DeletedAccounts.CLEAR_LINK)
    world.salesforce.delete(ACME)
    await told(world, about_account(ACME))
    assert world.linked() is None
    await told(world, about_company(ONE, What.CHANGED))
    assert world.linked() == (world.salesforce.created[0], LINKED)


async def test_rule_A10_without_a_link_a_restored_account_is_adopted_again_and_written_to():
    world = pairs((ONE, ACME), deleted_accounts=DeletedAccounts.CLEAR_LINK)
    world.salesforce.delete(ACME)
    await told(world, about_account(ACME))
    world.salesforce.undelete(ACME)
    world.company(ONE)
    workday = await told(world, about_account(ACME, What.RESTORED), about_company(ONE, What.CHANGED))
    assert world.linked() == (ACME, LINKED)
    assert world.salesforce.created == []
    assert world.ledger.tombstones == {}
    assert world.hubspot.companies[ONE].account_id == ACME
    assert workday.parked == {}


async def test_rule_A10_an_account_that_disappears_before_it_is_adopted_is_not():
    """Its tombstone stands; what was read of it is a moment old."""
    world = pairs((ONE, ACME), deleted_accounts=DeletedAccounts.CLEAR_LINK)
    world.salesforce.delete(ACME)
    await told(world, about_account(ACME))
    found = world.account(ACME, company_id=ONE)
    del world.salesforce.accounts[found]
    with pytest.raises(Busy):
        await dig_out(found, world.tools())
    assert (Kind.ACCOUNT, ACME) in world.ledger.tombstones


async def test_rule_A10_pressing_sync_gives_the_company_an_account_of_its_own():
    world = pairs((ONE, ACME))
    world.salesforce.delete(ACME)
    await told(world, about_account(ACME))
    await told(world, about_company(ONE, What.SYNC_REQUESTED))
    assert world.linked() == (world.salesforce.created[0], LINKED)
    assert "LINK_RELEASED" in world.codes()


# A11, 10.5: accounts are merged


async def test_rule_10_5_an_unlinked_survivor_takes_the_link_and_the_key():
    world = pairs((ONE, ACME))
    world.account(ZETA)
    world.salesforce.join(ZETA, ACME)
    await told(world, about_account(ACME, What.MERGED), about_company(ONE, What.CHANGED))
    assert world.linked() == (ZETA, LINKED)
    assert world.salesforce.accounts[ZETA].company_id == ONE
    assert world.hubspot.companies[ONE].account_id == ZETA
    assert world.salesforce.created == []


async def test_rule_A11_a_chain_of_merges_is_followed_to_its_end():
    world = pairs((ONE, ACME))
    third = world.account("001000000000003AAA")
    world.account(ZETA)
    world.salesforce.join(ZETA, ACME)
    world.salesforce.join(third, ZETA)
    await told(world, about_account(ACME, What.MERGED))
    assert world.linked() == (third, LINKED)


async def test_rule_A11_the_survivors_key_is_not_overwritten():
    world = pairs((ONE, ACME))
    world.company(TWO)
    world.account(ZETA, company_id=TWO)
    world.salesforce.join(ZETA, ACME)
    workday = await told(world, about_account(ACME, What.MERGED))
    assert world.salesforce.accounts[ZETA].company_id == TWO
    assert workday.parked["follow_merge", ONE].code == "CONFLICT_KEY"


async def test_rule_A11_what_somebody_typed_into_the_key_is_a_question_too():
    world = pairs((ONE, ACME))
    world.account(ZETA, company_id=CompanyId("acme"))
    world.salesforce.join(ZETA, ACME)
    workday = await told(world, about_account(ACME, What.MERGED))
    assert workday.parked["follow_merge", ONE].evidence["carries"] == "acme"
    assert world.salesforce.accounts[ZETA].company_id == "acme"


async def test_rule_A11_the_remedy_for_a_foreign_key_is_true():
    world = pairs((ONE, ACME))
    world.company(TWO)
    world.account(ZETA, company_id=TWO)
    world.salesforce.join(ZETA, ACME)
    workday = await told(world, about_account(ACME, What.MERGED))
    assert "clear its `HubSpot_Company_Id__c`" in workday.parked["follow_merge", ONE].remedy
    world.account(ZETA)
    world.ledger.owed.append(Owed("follow_merge", ONE))
    await workday.work_off()
    assert world.linked() == (ZETA, LINKED)
    assert workday.parked == {}


async def test_rule_A11_both_linked_is_reviewed_and_nothing_is_created_by_the_losers_key():
    world = pairs((ONE, ACME), (TWO, ZETA))
    world.salesforce.join(ZETA, ACME)
    workday = await told(world, about_account(ACME, What.MERGED), about_company(ONE, What.CHANGED))
    problem = workday.parked["follow_merge", ONE]
    assert problem.code == "CONFLICT_ACCOUNTS_MERGED"
    assert problem.evidence == {"companies": [ONE, TWO], "accounts": [ACME, ZETA], "surviving_account": ZETA}
    assert (world.linked(ONE), world.linked(TWO)) == ((ACME, IN_REVIEW), (ZETA, LINKED))
    assert world.salesforce.created == []


async def test_rule_A11_a_survivor_that_is_gone_is_buried_with_its_own_link_and_not_before():
    world = pairs((ONE, ACME), (TWO, ZETA))
    world.salesforce.join(ZETA, ACME)
    world.salesforce.delete(ZETA)
    await told(world, about_account(ACME, What.MERGED))
    assert (world.linked(ONE), world.linked(TWO)) == ((ACME, SF_DELETED), (ZETA, LINKED))
    assert (Kind.ACCOUNT, ZETA) not in world.ledger.tombstones
    await told(world, about_account(ZETA))
    assert world.linked(TWO) == (ZETA, SF_DELETED)
    assert (Kind.ACCOUNT, ZETA) in world.ledger.tombstones


@pytest.mark.parametrize("stored", ["account_id", "native_account_id"])
async def test_rule_A11_a_stored_id_of_a_merged_account_leads_to_its_survivor(stored):
    """Nobody is given a second account because the id it carries is that of a loser."""
    world = pairs((ONE, ACME))
    third = world.account("001000000000003AAA")
    world.account(ZETA)
    world.salesforce.join(ZETA, ACME)
    await told(world, about_account(ACME, What.MERGED))
    world.salesforce.join(third, ZETA)
    await told(world, about_account(ZETA, What.MERGED))
    world.company(TWO, **{stored: ACME})
    world.contact(TWO)
    workday = await told(world, about_company(TWO, What.CREATED))
    assert world.salesforce.created == []
    assert workday.parked["create_account", TWO].evidence == {"account": third, "linked_company": ONE}


async def test_rule_A11_merging_the_companies_ends_the_review():
    world = pairs((ONE, ACME), (TWO, ZETA))
    world.salesforce.join(ZETA, ACME)
    workday = await told(world, about_account(ACME, What.MERGED))
    world.hubspot.join_companies(TWO, ONE)
    workday.announce(Kind.COMPANY, TWO, What.MERGED)
    await workday.work_off()
    assert workday.parked == {}
    assert (world.linked(ONE), world.linked(TWO)) == (None, (ZETA, LINKED))


# A12, 10.9: a company is deleted


async def test_rule_10_9_a_deleted_company_leaves_its_account_alone():
    world = pairs((ONE, ACME))
    before = dict(world.salesforce.accounts)
    world.hubspot.delete_company(ONE)
    await told(world, about_company(ONE), about_account(ACME, What.CHANGED))
    assert world.salesforce.accounts == before
    assert world.linked() == (ACME, COMPANY_DELETED)
    assert (Kind.COMPANY, ONE) in world.ledger.tombstones


@pytest.mark.parametrize("what", [What.RESTORED, What.CHANGED])
async def test_rule_A12_restored_it_gets_its_link_back(what):
    world = pairs((ONE, ACME))
    world.hubspot.delete_company(ONE)
    await told(world, about_company(ONE))
    world.hubspot.restore_company(ONE)
    await told(world, about_company(ONE, what))
    assert world.linked() == (ACME, LINKED)


async def test_rule_A12_unless_another_company_has_the_account_by_then():
    world = pairs((ONE, ACME))
    world.hubspot.delete_company(ONE)
    await told(world, about_company(ONE))
    world.company(TWO, account_id=ACME)
    await told(world, about_company(TWO, What.CREATED))
    assert world.linked(TWO) == (ACME, LINKED)
    assert world.salesforce.accounts[ACME].company_id == TWO, "the key of a company that is gone keeps nobody out"
    world.hubspot.restore_company(ONE)
    workday = await told(world, about_company(ONE, What.RESTORED))
    assert workday.parked["follow_deletion", ONE].code == "CONFLICT_RECORD_TAKEN"
    # The remedy: one of the two goes.
    world.hubspot.delete_company(TWO)
    workday.announce(*about_company(TWO))
    await workday.work_off()
    assert world.linked(ONE) == (ACME, LINKED)
    assert workday.parked == {}


async def test_rule_A12_a_company_without_a_link_is_buried_and_dug_out_as_well():
    world = World()
    world.company(ONE)
    world.contact(ONE)
    world.hubspot.delete_company(ONE)
    await told(world, about_company(ONE))
    assert (Kind.COMPANY, ONE) in world.ledger.tombstones
    world.hubspot.restore_company(ONE)
    await told(world, about_company(ONE, What.RESTORED))
    assert world.ledger.tombstones == {}
    assert world.linked() == (world.salesforce.created[0], LINKED)


async def test_rule_A12_restored_it_is_dug_out_whatever_was_announced():
    world = World()
    world.company(ONE)
    world.contact(ONE)
    world.hubspot.delete_company(ONE)
    await told(world, about_company(ONE))
    world.hubspot.restore_company(ONE)
    workday = await told(world, about_company(ONE, What.CHANGED))
    assert world.ledger.tombstones == {}
    assert world.linked() == (world.salesforce.created[0], LINKED)
    assert workday.parked == {}


@pytest.mark.parametrize("holds", [False, True])
async def test_rule_A12_an_archived_company_may_keep_its_account_id_and_the_link_does_without(holds):
    world = pairs((ONE, ACME))
    world.hubspot.archived_holds_unique = holds
    world.hubspot.delete_company(ONE)
    await told(world, about_company(ONE))
    world.company(TWO, native_account_id=ACME)
    workday = await told(world, about_company(TWO, What.CREATED))
    assert world.linked(TWO) == (ACME, LINKED)
    assert world.hubspot.companies[TWO].account_id == (None if holds else ACME)
    assert ("STORED_ID_KEPT" in world.codes(TWO)) is holds
    assert workday.parked == {}


# A13, 10.8: companies are merged


@pytest.mark.parametrize("announced", [ONE, TWO])
async def test_rule_4_7_an_unlinked_survivor_takes_the_link(announced):
    world = pairs((ONE, ACME))
    world.company(TWO)
    world.hubspot.join_companies(TWO, ONE)
    await told(world, about_company(announced, What.MERGED))
    assert (world.linked(ONE), world.linked(TWO)) == (None, (ACME, LINKED))
    assert world.salesforce.accounts[ACME].company_id == TWO


async def test_rule_10_8_a_survivor_is_given_no_account_before_its_inheritance_is_known():
    world = pairs((ONE, ACME))
    world.company(TWO)
    world.contact(TWO)
    world.hubspot.join_companies(TWO, ONE)
    await told(world, about_company(TWO, What.CHANGED))
    assert world.linked(TWO) == (ACME, LINKED)
    assert world.salesforce.created == []


async def test_rule_A13_both_linked_is_a_question_and_merging_the_accounts_answers_it():
    world = pairs((ONE, ACME), (TWO, ZETA))
    world.hubspot.join_companies(TWO, ONE)
    workday = await told(world, about_company(TWO, What.MERGED))
    problem = workday.parked["follow_merge", ONE]
    assert problem.code == "CONFLICT_COMPANIES_MERGED"
    assert problem.evidence["accounts"] == [ACME, ZETA]
    world.salesforce.join(ACME, ZETA)
    workday.announce(*about_account(ZETA, What.MERGED))
    workday.announce(*about_company(ONE, What.MERGED))
    await workday.work_off()
    assert workday.parked == {}
    assert (world.linked(ONE), world.linked(TWO)) == (None, (ACME, LINKED))


# Whatever is announced


@pytest.mark.parametrize("what", [What.DELETED, What.MERGED, What.RESTORED])
async def test_a_rumour_about_records_that_are_both_there_changes_nothing(what):
    world = pairs((ONE, ACME))
    await told(world, about_company(ONE, what), about_account(ACME, what))
    assert world.linked() == (ACME, LINKED)
    assert not {"write_account_id", "write_company_id", "upsert_account"} & set(world.calls.made)


async def test_nothing_is_followed_while_company_sync_is_off():
    world = pairs((ONE, ACME), company_sync=False)
    world.salesforce.delete(ACME)
    await told(world, about_account(ACME), (Kind.CONTACT, ANNA, What.DELETED), about_company(ONE, What.MERGED))
    assert set(world.calls.made) == {"record_verdict"}
    assert (world.codes(), world.codes(ANNA)) == (["OBJECT_SYNC_OFF"], ["OBJECT_SYNC_OFF"])


async def test_a_key_that_a_deleted_account_may_hold_is_never_upserted_by():
    """Whatever the links say: the last guard stands in front of the CRM itself."""
    world = World()
    world.company(ONE)
    world.contact(ONE)
    stone = Tombstone(Kind.ACCOUNT, ACME, End.DELETED, key=ONE)
    await world.ledger.settle(Settlement(tombstones=(stone,)), fence=0)
    workday = await told(world, about_company(ONE, What.CHANGED))
    assert world.salesforce.created == []
    assert workday.parked["create_account", ONE].code == "TOMBSTONED"
    workday.announce(*about_company(ONE, What.SYNC_REQUESTED))
    await workday.work_off()
    assert world.linked() == (world.salesforce.created[0], LINKED), "a person may ask for an account of its own"
