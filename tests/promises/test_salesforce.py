"""What flows rely on when they speak to Salesforce."""

from datetime import UTC, datetime

import pytest

from tasks.contracts.errors import Ambiguous, Gone, NeedsHuman, Rejected
from tasks.contracts.finding import AccountSearch, AccountValues
from tasks.contracts.records import (
    Account,
    AccountId,
    CompanyId,
    OpportunitySignal,
    Person,
    PersonId,
    PersonKind,
)
from tests.promises.scene import Scene

ONE, TWO, NOBODY = CompanyId("1"), CompanyId("2"), CompanyId("404")
ACME, ZETA, NOWHERE = (AccountId(f"00100000000000{number}AAA") for number in (1, 2, 9))
ANNA, BERT, STRANGER = (PersonId(f"00300000000000{number}AAA") for number in (1, 2, 9))
LEA = PersonId("00Q000000000001EAA")
JOINED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ODD_NAME = 'O\'Brien & "Söhne" \\ <株式会社> 🚲 %_ @{x}'


def person(person_id: PersonId, email: str = "", account_id: AccountId | None = None) -> Person:
    kind = PersonKind.LEAD if person_id.startswith("00Q") else PersonKind.CONTACT
    return Person(person_id, kind, email, JOINED, account_id)


async def person_in(scene: Scene, who: Person) -> Person:
    """What the run sees after its own writes, and what Salesforce really holds, by address and by id: the same."""
    (seen,) = await scene.salesforce.find_people([who.email])
    scene.look_again()
    assert list(await scene.salesforce.find_people([], [who.id])) == [seen]
    assert list(await scene.salesforce.find_people([who.email])) == [seen]
    return seen


async def account_ids(scene: Scene, *ids: AccountId, company_id: CompanyId = NOBODY, domains: tuple[str, ...] = ()):
    found = await scene.salesforce.find_accounts(AccountSearch(company_id, ids, domains))
    assert len(found) == len({one.id for one in found}), "each account once"
    return {one.id for one in found}


# Accounts


async def test_an_account_is_found_with_everything_a_rule_asks_for(scene):
    account = Account(
        ACME, ODD_NAME, "https://www.acme.example/shop", ONE, is_person_account=True, country="Österreich",
        parent_id=ZETA, created_at=JOINED, modified_at=JOINED,
    )  # fmt: skip
    scene.has_account(Account(ZETA, "Zeta"))
    scene.has_account(account)
    assert list(await scene.salesforce.find_accounts(AccountSearch(ONE))) == [account]
    assert await scene.salesforce.find_account(ACME) == account


async def test_accounts_are_found_by_key_by_id_and_by_domain_each_once(scene):
    scene.has_account(Account(ACME, "Acme", "https://WWW.Acme.com/shop", ONE))
    scene.has_account(Account(ZETA, "Zeta"))
    assert await account_ids(scene, company_id=ONE) == {ACME}
    assert await account_ids(scene, ZETA, ZETA, NOWHERE) == {ZETA}
    assert await account_ids(scene, domains=("zeta.example", "acme.com")) == {ACME}
    assert await account_ids(scene, ACME, ZETA, company_id=ONE, domains=("acme.com",)) == {ACME, ZETA}


@pytest.mark.parametrize("website", ["https://münchen.example", "http://shop.XN--MNCHEN-3YA.example/"])
async def test_an_international_domain_is_found_in_either_spelling(scene, website):
    scene.has_account(Account(ACME, "Acme", website))
    assert await account_ids(scene, domains=("xn--mnchen-3ya.example",)) == {ACME}


async def test_nothing_to_go_by_finds_nothing(scene):
    scene.has_account(Account(ACME, "Acme"))
    assert await account_ids(scene) == set()
    assert await account_ids(scene, domains=("",)) == set()


@pytest.mark.parametrize("domain", ["a_me.com", "%", "' OR Name != '", "o'neil.com", "x\\"])
async def test_what_is_searched_for_is_taken_by_the_letter(scene, domain):
    scene.has_account(Account(ACME, "Acme", "acme.com"))
    assert await account_ids(scene, domains=(domain,)) == set()


async def test_a_deleted_account_is_never_found(scene):
    scene.has_account(Account(ACME, "Acme", "acme.com", ONE))
    scene.delete_account(ACME)
    assert await account_ids(scene, ACME, company_id=ONE, domains=("acme.com",)) == set()


# Creating


async def test_upserting_twice_creates_once_and_lands_on_the_same_account(scene):
    values = AccountValues(ODD_NAME, "https://acme.example")
    first = await scene.salesforce.upsert_account(ONE, values)
    second = await scene.salesforce.upsert_account(ONE, values)
    assert first.created
    assert not second.created
    assert first.account_id == second.account_id
    assert scene.accounts() == [Account(first.account_id, ODD_NAME, "https://acme.example", ONE)]


async def test_what_was_just_created_is_found(scene):
    upserted = await scene.salesforce.upsert_account(ONE, AccountValues("Acme", "acme.com"))
    for found in ({"company_id": ONE}, {"domains": ("acme.com",)}):
        assert await account_ids(scene, **found) == {upserted.account_id}
    assert await account_ids(scene, upserted.account_id) == {upserted.account_id}


async def test_an_upsert_lands_on_the_account_that_carries_the_key(scene):
    scene.has_account(Account(ACME, "Acme", company_id=ONE))
    scene.has_account(Account(ZETA, "Acme", company_id=TWO))
    upserted = await scene.salesforce.upsert_account(ONE, AccountValues("Acme Ltd"))
    assert (upserted.account_id, upserted.created) == (ACME, False)
    assert len(scene.accounts()) == 2


async def test_an_upsert_that_lost_the_race_lands_on_the_winners_account(scene):
    winner = await scene.salesforce.upsert_account(ONE, AccountValues("Acme"))
    scene.lose_next_race()
    loser = await scene.salesforce.upsert_account(ONE, AccountValues("Acme"))
    assert (loser.account_id, loser.created) == (winner.account_id, False)
    assert len(scene.accounts()) == 1


async def test_an_upsert_never_blanks_what_it_does_not_know(scene):
    scene.has_account(Account(ACME, "Acme", "acme.com", ONE))
    await scene.salesforce.upsert_account(ONE, AccountValues("Acme Ltd"))
    assert scene.accounts() == [Account(ACME, "Acme Ltd", "acme.com", ONE)]


@pytest.mark.parametrize("values", [AccountValues("A" * 256), AccountValues("Acme", "https://" + "a" * 248)])
async def test_what_salesforce_has_no_room_for_is_rejected_and_nothing_is_created(scene, values):
    with pytest.raises(Rejected):
        await scene.salesforce.upsert_account(ONE, values)
    assert scene.accounts() == []
    assert (await scene.salesforce.upsert_account(ONE, AccountValues("A" * 255))).created


async def test_two_companies_of_one_name_are_two_accounts(scene):
    upserted = [await scene.salesforce.upsert_account(one, AccountValues("Acme", "acme.com")) for one in (ONE, TWO)]
    assert [one.created for one in upserted] == [True, True]
    assert {one.company_id: one.id for one in scene.accounts()} == {
        ONE: upserted[0].account_id,
        TWO: upserted[1].account_id,
    }


async def test_a_deleted_account_is_not_brought_back_by_an_upsert(scene):
    first = await scene.salesforce.upsert_account(ONE, AccountValues("Acme"))
    await scene.salesforce.upsert_account(TWO, AccountValues("Zeta"))
    scene.delete_account(first.account_id)
    again = await scene.salesforce.upsert_account(ONE, AccountValues("Acme"))
    assert again.created
    assert again.account_id != first.account_id
    assert {one.company_id for one in scene.accounts()} == {ONE, TWO}


# Our id on the account


async def test_a_company_id_is_written_and_may_be_written_again(scene):
    scene.has_account(Account(ACME, "Acme", "acme.com"))
    for _ in range(2):
        await scene.salesforce.write_company_id(ACME, ONE)
    assert scene.accounts() == [Account(ACME, "Acme", "acme.com", ONE)]
    assert await account_ids(scene, company_id=ONE) == {ACME}


async def test_a_company_id_another_account_carries_is_ambiguous_and_stays_where_it_is(scene):
    scene.has_account(Account(ACME, "Acme", company_id=ONE))
    scene.has_account(Account(ZETA, "Zeta"))
    with pytest.raises(Ambiguous):
        await scene.salesforce.write_company_id(ZETA, ONE)
    assert {one.id: one.company_id for one in scene.accounts()} == {ACME: ONE, ZETA: None}


async def test_nothing_is_written_to_an_account_that_is_gone(scene):
    scene.has_account(Account(ACME, "Acme"))
    scene.delete_account(ACME)
    with pytest.raises(Gone):
        await scene.salesforce.write_company_id(ACME, ONE)
    with pytest.raises(NeedsHuman):
        await scene.salesforce.write_company_id(NOWHERE, ONE)
    assert await account_ids(scene, ACME, NOWHERE, company_id=ONE) == set()


# People


async def test_people_are_found_with_everything_a_rule_asks_for(scene):
    scene.has_account(Account(ACME, "Acme"))
    anna, bert = person(ANNA, "anna@x.example", ACME), person(BERT, "bert@x.example")
    lea = Person(LEA, PersonKind.LEAD, "anna@x.example", JOINED, is_converted=True)
    for one in (anna, bert, lea):
        scene.has_person(one)
    assert set(await scene.salesforce.find_people(["anna@x.example", "nobody@x.example"])) == {anna, lea}
    assert set(await scene.salesforce.find_people([], [BERT, LEA, STRANGER])) == {bert, lea}
    found = await scene.salesforce.find_people(["anna@x.example", "anna@x.example"], [ANNA, BERT, BERT])
    assert sorted(one.id for one in found) == [ANNA, BERT, LEA], "each once"


async def test_an_address_is_the_same_however_its_case(scene):
    scene.has_person(person(ANNA, "Anna.O'Neil@X.example"))
    for spelling in ("anna.o'neil@x.example", "ANNA.O'NEIL@X.EXAMPLE", " Anna.O'Neil@x.Example "):
        (anna,) = await scene.salesforce.find_people([spelling])
        assert anna == person(ANNA, "anna.o'neil@x.example")


async def test_an_address_that_was_asked_for_in_two_spellings_brings_its_person_once(scene):
    scene.has_person(person(ANNA, "anna@x.example"))
    found = await scene.salesforce.find_people(["anna@x.example", "Anna@X.example"])
    assert [one.id for one in found] == [ANNA]


async def test_nobody_has_a_blank_address(scene):
    scene.has_person(person(ANNA))
    for emails in ([], [""], [" "]):
        assert list(await scene.salesforce.find_people(emails)) == []
    assert list(await scene.salesforce.find_people([""], [ANNA])) == [person(ANNA)]


@pytest.mark.parametrize("email", ["o'neil@x.example", 'o"neil@x.example', "o\\neil@x.example", "ö@bücher.example"])
async def test_an_odd_address_is_found(scene, email):
    scene.has_person(person(ANNA, email))
    assert list(await scene.salesforce.find_people([email])) == [person(ANNA, email)]


@pytest.mark.parametrize("email", ["a_na@x.example", "%", "%@x.example", "' OR Email != '", "an*@x.example"])
async def test_an_address_is_taken_by_the_letter(scene, email):
    scene.has_person(person(ANNA, "anna@x.example"))
    assert list(await scene.salesforce.find_people([email])) == []


async def test_who_was_deleted_is_never_found(scene):
    for one in (ANNA, LEA):
        scene.has_person(person(one, "anna@x.example"))
        scene.delete_person(one)
    assert list(await scene.salesforce.find_people(["anna@x.example"], [ANNA, LEA])) == []


async def test_a_change_that_was_announced_is_seen(scene):
    assert list(await scene.salesforce.find_people(["anna@x.example"])) == []
    scene.has_person(person(ANNA, "anna@x.example"))
    scene.look_again()
    assert list(await scene.salesforce.find_people(["anna@x.example"])) == [person(ANNA, "anna@x.example")]


# People on accounts


@pytest.fixture
def private(scene: Scene) -> tuple[Person, Person]:
    """An account, and two contacts who belong to none."""
    scene.has_account(Account(ACME, "Acme"))
    anna, bert = person(ANNA, "anna@x.example"), person(BERT, "bert@x.example")
    for one in (anna, bert):
        scene.has_person(one)
    return anna, bert


async def test_contacts_are_put_on_an_account_and_may_be_put_there_again(scene, private):
    anna, bert = private
    assert set(await scene.salesforce.find_people([anna.email, bert.email])) == {anna, bert}
    for _ in range(2):
        await scene.salesforce.write_contact_accounts([anna, bert, anna], ACME)
    assert (await person_in(scene, anna)).account_id == ACME
    assert (await person_in(scene, bert)).account_id == ACME


async def test_a_contact_that_is_gone_does_not_keep_the_others_from_their_account(scene, private):
    anna, bert = private
    scene.delete_person(ANNA)
    with pytest.raises(Gone):
        await scene.salesforce.write_contact_accounts([anna, bert], ACME)
    assert (await person_in(scene, bert)).account_id == ACME


async def test_nobody_is_put_on_an_account_that_is_gone(scene, private):
    anna, _ = private
    scene.delete_account(ACME)
    with pytest.raises(NeedsHuman):
        await scene.salesforce.write_contact_accounts([anna], ACME)
    assert (await person_in(scene, anna)).account_id is None


async def test_putting_nobody_on_an_account_does_nothing(scene):
    await scene.salesforce.write_contact_accounts([], ACME)


# Opportunities


async def test_only_contacts_with_a_role_on_an_opportunity_give_a_signal(scene):
    both, lost = OpportunitySignal(ANNA, has_open=True, has_won=True), OpportunitySignal(BERT)
    for one in (ANNA, BERT, STRANGER, LEA):
        scene.has_person(person(one))
    scene.has_opportunities(both)
    scene.has_opportunities(lost)
    found = await scene.salesforce.find_opportunity_signals([ANNA, STRANGER, LEA, BERT, ANNA])
    assert sorted(found, key=lambda one: one.person_id) == [both, lost], "each once"
    assert list(await scene.salesforce.find_opportunity_signals([BERT])) == [lost]
    assert list(await scene.salesforce.find_opportunity_signals([])) == []
