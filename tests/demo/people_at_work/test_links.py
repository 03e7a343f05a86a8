"""The checker finds ids that do not lead to each other, and ids of records that are gone."""

import pytest

from tests.demo.people_at_work.agreeing import ONE, TWO, Agreeing
from workers.demo.people_at_work.told import Told


def test_nothing_is_found_where_both_sides_agree(crms):
    assert crms.problems() == []


def lose_the_id_in_hubspot(crms: Agreeing) -> str:
    crms.set_company("1", sf_account_id="")
    return f"account {ONE} carries the id of company 1, which carries none"


def lose_the_id_in_salesforce(crms: Agreeing) -> str:
    crms.set_account(ONE, HubSpot_Company_Id__c=None)
    return f"company 1 carries the id of account {ONE}, which carries none"


def name_an_account_twice(crms: Agreeing) -> str:
    crms.set_company("2", sf_account_id=ONE)
    return f"account {ONE} is the account of 2 companies"


def give_a_company_two_accounts(crms: Agreeing) -> str:
    crms.set_account(TWO, HubSpot_Company_Id__c="1")
    return "company 1 has 2 accounts"


def delete_the_account(crms: Agreeing) -> str:
    crms.set_account(ONE, IsDeleted=True)
    return f"company 1 carries the id of account {ONE}, which is deleted"


def merge_the_account(crms: Agreeing) -> str:
    crms.add_account("001000000000003")
    crms.set_account(ONE, IsDeleted=True, MasterRecordId="001000000000003AAA")
    return f"company 1 carries the id of account {ONE}, which was merged into 001000000000003"


def lose_the_account(crms: Agreeing) -> str:
    del crms.accounts[ONE]
    return f"company 1 carries the id of account {ONE}, which nobody knows"


def archive_the_company(crms: Agreeing) -> str:
    del crms.companies["1"]
    crms.archived.add("1")
    return f"account {ONE} carries the id of company 1, which is deleted"


def purge_the_company(crms: Agreeing) -> str:
    del crms.companies["1"]
    return f"account {ONE} carries the id of company 1, which is gone"


def merge_the_company(crms: Agreeing) -> str:
    del crms.companies["1"]
    crms.add_company("3", hs_merged_object_ids="9;1")
    return f"account {ONE} carries the id of company 1, which was merged into 3"


SPOILED = (
    *(lose_the_id_in_hubspot, lose_the_id_in_salesforce, name_an_account_twice, give_a_company_two_accounts),
    *(delete_the_account, merge_the_account, lose_the_account, archive_the_company, purge_the_company),
    merge_the_company,
)


@pytest.mark.parametrize("spoil", SPOILED, ids=lambda spoil: spoil.__name__)
def test_a_wrong_link_is_found(crms, spoil):
    assert spoil(crms) in crms.problems()


@pytest.mark.parametrize(
    ("spoil", "about", "reason"),
    [
        (delete_the_account, "1", "LINK_RESTS_ACCOUNT"),
        (archive_the_company, "1", "LINK_RESTS_COMPANY"),
        (merge_the_company, "3", "CONFLICT_COMPANIES_MERGED"),
        (merge_the_account, "1", "CONFLICT_ACCOUNTS_MERGED"),
        (lose_the_id_in_hubspot, "1", "CONFLICT_DUP_LINK"),
    ],
)
def test_a_link_that_rests_or_is_in_question_is_no_problem(crms, spoil, about, reason):
    spoil(crms)
    crms.told = Told({about: ["C3_QUALIFYING_CONTACT", reason]})
    assert crms.problems() == []


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (delete_the_account, "CONFLICT_DUP_LINK"),
        (delete_the_account, "LINK_RESTS_COMPANY"),
        (archive_the_company, "LINK_RESTS_ACCOUNT"),
        (merge_the_company, "LINK_RESTS_COMPANY"),
        (lose_the_account, "CONFLICT_DUP_LINK"),
        (name_an_account_twice, "CONFLICT_DUP_LINK"),
        (give_a_company_two_accounts, "CONFLICT_DUP_LINK"),
    ],
)
def test_a_reason_of_another_kind_excuses_nothing(crms, spoil, reason):
    expected = spoil(crms)
    crms.told = Told({"1": [reason], "2": [reason], "3": [reason]})
    assert expected in crms.problems()


def test_a_chain_of_merges_is_followed_to_its_end(crms):
    """Account ONE went into another one, and that into a third, which is deleted."""
    crms.add_account("001000000000003", IsDeleted=True, MasterRecordId="001000000000004AAA")
    crms.add_account("001000000000004", IsDeleted=True)
    crms.set_account(ONE, IsDeleted=True, MasterRecordId="001000000000003AAA")
    assert "which was merged into 001000000000004" in " ".join(crms.problems())
    crms.told = Told({"1": ["LINK_RESTS_ACCOUNT"]})
    assert crms.problems() == []
