"""What becomes of a link: A10-A13 of the ambiguities and 10.4, 10.5, 10.8 and 10.9 of the rules, as a table."""

from dataclasses import replace
from typing import Any

import pytest

from tasks.contracts.fates import End, Fate, Tombstone
from tasks.contracts.reasons import WHAT_TO_DO, Reason
from tasks.contracts.records import (
    AccountId,
    CompanyId,
    DeletedAccounts,
    Kind,
    Link,
    LinkState,
    MergedAccounts,
    Switches,
)
from tasks.rules.fates import (
    Ask,
    Circumstances,
    Finish,
    Follow,
    MergeCompanies,
    Rival,
    Stay,
    WaitFor,
    choose_ruling,
    living_of,
    survivors_tombstone,
    tombstones_of,
)

ONE, TWO, THREE = (CompanyId(str(number)) for number in (1, 2, 3))
ACME, ZETA, NOVA = (AccountId(f"00100000000000{number}AAA") for number in (1, 2, 3))
LINKED, SF_DELETED, COMPANY_DELETED, IN_REVIEW = LinkState
DEFAULT = Switches()
CLEARING = Switches(deleted_accounts=DeletedAccounts.CLEAR_LINK)
MERGING = Switches(merged_accounts=MergedAccounts.MERGE_COMPANIES)


def company(record_id: str = ONE, end: End = End.LIVING, into: str = "", *, gone: bool | None = None) -> Fate:
    is_gone = end in {End.DELETED, End.UNKNOWN} if gone is None else gone
    return Fate(Kind.COMPANY, record_id, end, into or record_id, survivor_is_gone=is_gone)


def account(
    record_id: str = ACME, end: End = End.LIVING, into: str = "", *, gone: bool | None = None, key: str | None = None
) -> Fate:
    return replace(company(record_id, end, into, gone=gone), kind=Kind.ACCOUNT, key=key)


LINK, COMPANY_1, ACCOUNT_1 = Link(ONE, ACME), company(), account()


def at(link: Link = LINK, company: Fate = COMPANY_1, account: Fate = ACCOUNT_1, **around: Any) -> Circumstances:
    return Circumstances(link, company, account, **around)


MERGED_1 = company(ONE, End.MERGED, TWO)
MERGED_A = account(ACME, End.MERGED, ZETA)
RESTING = Link(ONE, ACME, SF_DELETED)
OF_TWO = Rival(Link(TWO, ZETA), company(TWO))
TWO_HAS_ZETA: dict[str, Any] = {"of_company": Rival(Link(TWO, ZETA), account(ZETA))}

TABLE = [
    pytest.param(at(), DEFAULT, Stay(LINKED, Reason.LINK_STANDS), id="both-are-there"),
    # A10, 10.4
    pytest.param(
        at(account=account(end=End.DELETED)),
        DEFAULT,
        Stay(SF_DELETED, Reason.LINK_RESTS_ACCOUNT),
        id="A10-a-deleted-account-lets-the-link-rest",
    ),
    pytest.param(
        at(account=account(end=End.UNKNOWN)),
        DEFAULT,
        Stay(SF_DELETED, Reason.LINK_RESTS_ACCOUNT),
        id="A10-so-does-one-that-has-left-the-recycle-bin",
    ),
    pytest.param(
        at(account=account(end=End.DELETED)), CLEARING, Finish(Reason.LINK_CLEARED), id="A10-the-switch-clears-the-link"
    ),
    pytest.param(at(RESTING), DEFAULT, Stay(LINKED, Reason.LINK_RESTORED), id="A10-undeleted-it-is-linked-again"),
    pytest.param(
        at(RESTING, of_account=(Rival(Link(TWO, ACME), company(TWO)),)),
        DEFAULT,
        Reason.CONFLICT_RECORD_TAKEN,
        id="A10-unless-another-company-has-it-now",
    ),
    pytest.param(
        at(RESTING, of_account=(Rival(Link(TWO, ACME, COMPANY_DELETED), company(TWO, End.DELETED)),)),
        DEFAULT,
        Stay(LINKED, Reason.LINK_RESTORED),
        id="A10-a-deleted-company-has-nothing",
    ),
    pytest.param(
        at(RESTING, of_account=(Rival(Link(TWO, ACME), company(TWO, End.DELETED)),)),
        DEFAULT,
        WaitFor(TWO),
        id="A10-whose-deletion-was-not-followed-yet-is-followed-first",
    ),
    # A11, 10.5
    pytest.param(
        at(account=MERGED_A),
        DEFAULT,
        Follow(Link(ONE, ZETA), Reason.LINK_FOLLOWED_ACCOUNT),
        id="A11-the-link-follows-an-unlinked-survivor",
    ),
    pytest.param(
        at(account=replace(MERGED_A, survivor_is_gone=True)),
        DEFAULT,
        Follow(Link(ONE, ZETA, SF_DELETED), Reason.LINK_FOLLOWED_ACCOUNT),
        id="A11-and-rests-with-it",
    ),
    pytest.param(
        at(account=MERGED_A, of_account=(OF_TWO,)),
        DEFAULT,
        Reason.CONFLICT_ACCOUNTS_MERGED,
        id="A11-both-linked-is-for-a-person",
    ),
    pytest.param(
        at(account=MERGED_A, of_account=(OF_TWO,)),
        MERGING,
        MergeCompanies(survivor=TWO, loser=ONE),
        id="A11-or-the-switch-merges-the-companies",
    ),
    pytest.param(
        at(account=MERGED_A, of_account=(Rival(Link(TWO, ZETA, COMPANY_DELETED), company(TWO, End.DELETED)),)),
        DEFAULT,
        Follow(Link(ONE, ZETA), Reason.LINK_FOLLOWED_ACCOUNT),
        id="A11-a-deleted-companys-link-is-not-in-the-way",
    ),
    pytest.param(
        at(account=replace(MERGED_A, key=THREE), key_holder=company(THREE)),
        DEFAULT,
        Reason.CONFLICT_KEY,
        id="A11-a-survivor-that-carries-a-living-companys-id-is-for-a-person",
    ),
    pytest.param(
        at(account=replace(MERGED_A, key=THREE), key_holder=company(THREE, End.DELETED)),
        DEFAULT,
        Follow(Link(ONE, ZETA), Reason.LINK_FOLLOWED_ACCOUNT),
        id="A11-a-deleted-companys-id-has-no-say",
    ),
    # A12, 10.9
    pytest.param(
        at(company=company(end=End.DELETED)),
        DEFAULT,
        Stay(COMPANY_DELETED, Reason.LINK_RESTS_COMPANY),
        id="A12-a-deleted-company-lets-the-link-rest-and-the-account-be",
    ),
    pytest.param(
        at(company=company(end=End.DELETED), account=account(end=End.DELETED)),
        CLEARING,
        Stay(COMPANY_DELETED, Reason.LINK_RESTS_COMPANY),
        id="A12-whatever-becomes-of-the-account",
    ),
    pytest.param(
        at(Link(ONE, ACME, COMPANY_DELETED)),
        DEFAULT,
        Stay(LINKED, Reason.LINK_RESTORED),
        id="A12-restored-it-is-linked-again",
    ),
    pytest.param(
        at(Link(ONE, ACME, COMPANY_DELETED), account=account(end=End.DELETED)),
        DEFAULT,
        Stay(SF_DELETED, Reason.LINK_RESTS_ACCOUNT),
        id="A12-unless-the-account-is-gone-meanwhile",
    ),
    # A13, 10.8
    pytest.param(
        at(company=MERGED_1),
        DEFAULT,
        Follow(Link(TWO, ACME), Reason.LINK_FOLLOWED_COMPANY),
        id="A13-the-link-follows-an-unlinked-survivor",
    ),
    pytest.param(
        at(company=company(ONE, End.MERGED, THREE)),
        DEFAULT,
        Follow(Link(THREE, ACME), Reason.LINK_FOLLOWED_COMPANY),
        id="A13-also-to-a-new-id",
    ),
    pytest.param(
        at(company=MERGED_1, **TWO_HAS_ZETA),
        DEFAULT,
        Reason.CONFLICT_COMPANIES_MERGED,
        id="A13-both-linked-is-for-a-person",
    ),
    pytest.param(
        at(company=MERGED_1, account=MERGED_A, **TWO_HAS_ZETA),
        DEFAULT,
        Finish(Reason.LINK_MERGED),
        id="A13-accounts-merged-as-well-leave-one-link",
    ),
    pytest.param(
        at(company=MERGED_1, of_company=Rival(Link(TWO, ZETA), account(ZETA, End.MERGED, ACME))),
        DEFAULT,
        Finish(Reason.LINK_MERGED),
        id="A13-whichever-account-survived",
    ),
    pytest.param(
        at(company=MERGED_1, of_company=Rival(Link(TWO, ZETA, SF_DELETED), account(ZETA, End.DELETED))),
        DEFAULT,
        Follow(Link(TWO, ACME), Reason.LINK_FOLLOWED_COMPANY, ends=(Link(TWO, ZETA, SF_DELETED),)),
        id="A13-a-living-account-outranks-a-deleted-one",
    ),
    pytest.param(
        at(company=MERGED_1, account=account(end=End.DELETED), **TWO_HAS_ZETA),
        DEFAULT,
        Finish(Reason.LINK_MERGED),
        id="A13-and-a-deleted-one-is-given-up",
    ),
    pytest.param(
        at(company=MERGED_1, of_company=Rival(Link(TWO, ZETA, COMPANY_DELETED), account(ZETA))),
        DEFAULT,
        WaitFor(TWO),
        id="A13-a-survivor-that-was-restored-gets-its-own-link-back-first",
    ),
    pytest.param(
        at(account=MERGED_A, of_account=(Rival(Link(TWO, ZETA, SF_DELETED), company(TWO)),)),
        DEFAULT,
        WaitFor(TWO),
        id="A11-so-does-the-company-of-an-account-that-was-restored",
    ),
    pytest.param(
        at(
            Link(TWO, NOVA),
            company(TWO),
            account(NOVA, End.MERGED, ACME),
            of_account=(Rival(Link(ONE, ACME), MERGED_1),),
        ),
        DEFAULT,
        WaitFor(ONE),
        id="A13-a-rival-that-is-merged-into-this-company-goes-first",
    ),
]


@pytest.mark.parametrize(("circumstances", "switches", "ruling"), TABLE)
def test_ruling(circumstances, switches, ruling):
    found = choose_ruling(circumstances, switches)
    if isinstance(ruling, Reason):
        assert isinstance(found, Ask)
        assert found.reason is ruling
        assert found.evidence
        assert WHAT_TO_DO[found.reason]
    else:
        assert found == ruling


def test_what_a_person_is_asked_about_both_merged_accounts_names_all_four_records():
    asked = choose_ruling(at(account=MERGED_A, of_account=(OF_TWO,)), DEFAULT)
    assert isinstance(asked, Ask)
    assert asked.evidence == {"companies": [ONE, TWO], "accounts": [ACME, ZETA], "surviving_account": ZETA}


@pytest.mark.parametrize(
    ("fate", "tombstones"),
    [
        (company(), ()),
        (company(end=End.DELETED), (Tombstone(Kind.COMPANY, ONE, End.DELETED),)),
        (company(end=End.UNKNOWN), (Tombstone(Kind.COMPANY, ONE, End.DELETED),)),
        (MERGED_1, (Tombstone(Kind.COMPANY, ONE, End.MERGED, TWO),)),
    ],
)
def test_whoever_is_gone_gets_a_tombstone(fate, tombstones):
    assert tombstones_of(fate) == tombstones


def test_so_does_whoever_answered_in_its_place():
    assert survivors_tombstone(MERGED_1) == ()
    gone = replace(MERGED_1, survivor_is_gone=True)
    assert survivors_tombstone(gone) == (Tombstone(Kind.COMPANY, TWO, End.DELETED),)


def test_a_deleted_account_is_buried_with_the_key_it_carried():
    (stone,) = tombstones_of(account(end=End.DELETED), key=ONE)
    assert stone.key == ONE


def test_the_tombstone_of_whoever_answers_is_lifted():
    assert living_of(company()) == ((Kind.COMPANY, ONE),)
    assert living_of(MERGED_1) == ((Kind.COMPANY, TWO),)
    assert living_of(company(end=End.DELETED)) == ()
