"""What flows rely on when they ask the ledger, and when they tell it."""

import pytest

from tasks.contracts.errors import Ambiguous, Busy
from tasks.contracts.reasons import Reason
from tasks.contracts.records import (
    AccountId,
    CompanyId,
    ContactId,
    ContactLink,
    Identity,
    Kind,
    Lane,
    Link,
    Owed,
    PersonId,
    PersonKind,
    StageName,
    Verdict,
)
from tasks.contracts.tools import Subject
from tests.promises.scene import Scene

ONE, TWO, THREE, NOBODY = (CompanyId(str(number)) for number in (1, 2, 3, 404))
ACME, ZETA, NOWHERE = (AccountId(f"00100000000000{number}AAA") for number in (1, 2, 9))
ANNA, BERT, STRANGER = (ContactId(str(number)) for number in (1001, 1002, 1404))
LINK = Link(ONE, ACME)
ABOUT_ONE = Subject(Kind.COMPANY, "1")


def about(company_id: CompanyId) -> Subject:
    return Subject(Kind.COMPANY, company_id)


LINKED = Verdict(Reason.LINKED_BY_KEY, {"account": ACME})
NEXT = (Owed("link_company", "1"), Owed("propagate_lifecycle_stage", "1"))
LEAD, CUSTOMER = StageName("lead"), StageName("customer")
ACME_COM, ACME_DE, ODD = (
    Identity("domain", value) for value in ("acme.com", "acme.de", 'o\'brien & "söhne" \\ 株式会社 %_')
)


def person_behind(
    contact_id: ContactId, number: int = 1, kind: PersonKind = PersonKind.CONTACT, account_id: AccountId | None = ACME
) -> ContactLink:
    return ContactLink(contact_id, PersonId(f"003{number:012d}AAA"), kind, account_id)


async def link(scene: Scene, one: Link = LINK, *, fence: int = 1) -> None:
    await scene.ledger.record_link(one, LINKED, fence=fence)


# Links


async def test_a_link_is_found_by_either_side(scene):
    await link(scene)
    await link(scene, Link(TWO, ZETA))
    assert await scene.ledger.find_link(ONE) == LINK
    assert list(await scene.ledger.find_links([ONE, NOBODY, ONE])) == [LINK]
    assert list(await scene.ledger.find_links_of_accounts([ZETA, NOWHERE, ZETA])) == [Link(TWO, ZETA)]
    assert set(await scene.ledger.find_links([TWO, ONE])) == {LINK, Link(TWO, ZETA)}


async def test_who_is_not_linked_has_no_link(scene):
    assert await scene.ledger.find_link(ONE) is None
    assert list(await scene.ledger.find_links([ONE])) == []
    assert list(await scene.ledger.find_links([])) == []
    assert list(await scene.ledger.find_links_of_accounts([ACME])) == []
    assert list(await scene.ledger.find_links_of_accounts([])) == []


async def test_a_link_its_verdict_and_what_is_owed_next_are_written_together(scene):
    await scene.ledger.record_link(LINK, LINKED, fence=1, then=NEXT)
    assert await scene.ledger.find_link(ONE) == LINK
    assert scene.timeline(ABOUT_ONE) == [LINKED]
    assert scene.owed() == set(NEXT)


@pytest.mark.parametrize("fence", [1, 2])
async def test_a_link_may_be_recorded_again_by_the_same_lease_or_a_later_one(scene, fence):
    for which in (1, fence):
        await scene.ledger.record_link(LINK, LINKED, fence=which, then=NEXT)
    assert await scene.ledger.find_link(ONE) == LINK
    assert scene.timeline(ABOUT_ONE) == [LINKED]
    assert scene.owed() == set(NEXT)


REFUSED = [
    pytest.param(LINK, 4, Busy, id="the-same-link-with-a-stale-fence"),
    pytest.param(Link(ONE, NOWHERE), 4, Busy, id="another-link-with-a-stale-fence"),
    pytest.param(Link(ONE, NOWHERE), 6, Ambiguous, id="a-company-that-is-linked-elsewhere"),
    pytest.param(Link(THREE, ACME), 6, Ambiguous, id="an-account-that-is-linked-elsewhere"),
    pytest.param(Link(ONE, ZETA), 6, Ambiguous, id="both"),
]


@pytest.mark.parametrize(("refused", "fence", "error"), REFUSED)
async def test_a_link_that_is_refused_leaves_no_trace(scene, refused, fence, error):
    await link(scene, fence=5)
    await link(scene, Link(TWO, ZETA), fence=5)
    with pytest.raises(error):
        await scene.ledger.record_link(refused, Verdict("OTHER"), fence=fence, then=NEXT)
    assert set(await scene.ledger.find_links([ONE, TWO, THREE])) == {LINK, Link(TWO, ZETA)}
    assert scene.timeline(ABOUT_ONE) == [LINKED]
    assert scene.timeline(Subject(Kind.COMPANY, "3")) == []
    assert scene.owed() == set()


async def test_a_link_that_contradicts_another_says_so_by_its_code(scene):
    await link(scene)
    with pytest.raises(Ambiguous) as problem:
        await link(scene, Link(TWO, ACME), fence=2)
    assert problem.value.code == Reason.CONFLICT_DUP_LINK


async def test_a_repeat_moves_the_fence_so_the_earlier_holder_is_late(scene):
    await link(scene, fence=1)
    await link(scene, fence=3)
    with pytest.raises(Busy):
        await link(scene, fence=2)


async def test_fences_of_one_company_say_nothing_about_another(scene):
    await link(scene, fence=9)
    await link(scene, Link(TWO, ZETA), fence=1)
    assert await scene.ledger.find_link(TWO)


# Claims


async def test_identities_are_claimed_and_may_be_claimed_again(scene):
    scene.owe_account(ONE)
    for _ in range(2):
        assert await scene.ledger.claim_identities(about(ONE), [ACME_COM, ODD, ACME_COM]) == {}


async def test_claiming_nothing_is_always_granted(scene):
    assert await scene.ledger.claim_identities(about(ONE), []) == {}


async def test_a_claim_stands_while_its_holder_is_owed_an_account(scene):
    scene.owe_account(ONE)
    await scene.ledger.claim_identities(about(ONE), [ACME_COM, ODD])
    assert await scene.ledger.claim_identities(about(TWO), [ACME_COM, ODD]) == {ACME_COM: about(ONE), ODD: about(ONE)}


async def test_who_is_about_to_get_an_account_is_found_by_what_it_has_claimed(scene):
    for one, identities in ((ONE, [ACME_COM, ODD]), (TWO, [ACME_DE])):
        scene.owe_account(one)
        await scene.ledger.claim_identities(about(one), identities)
    assert list(await scene.ledger.find_creators(about(THREE), [ODD, ACME_COM, ODD])) == [about(ONE)]
    assert set(await scene.ledger.find_creators(about(THREE), [ACME_COM, ACME_DE])) == {about(ONE), about(TWO)}
    assert list(await scene.ledger.find_creators(about(ONE), [ACME_COM, ODD])) == [], "nobody waits for itself"
    assert list(await scene.ledger.find_creators(about(ONE), [])) == []
    assert await scene.ledger.claim_identities(about(ONE), [ACME_COM]) == {}, "looking has changed nothing"


@pytest.mark.parametrize("by", ["link", "settle", "park"])
async def test_whoever_has_its_account_or_gets_none_is_not_waited_for(scene, by):
    scene.owe_account(ONE)
    await scene.ledger.claim_identities(about(ONE), [ACME_COM])
    if by == "link":
        await link(scene)
    elif by == "settle":
        scene.settle_account(ONE)
    else:
        scene.park_account(ONE)
    assert list(await scene.ledger.find_creators(about(TWO), [ACME_COM])) == []


async def test_a_claim_stands_while_its_holder_is_linked(scene):
    scene.owe_account(ONE)
    await scene.ledger.claim_identities(about(ONE), [ACME_COM])
    await link(scene)
    scene.settle_account(ONE)
    assert await scene.ledger.claim_identities(about(TWO), [ACME_COM]) == {ACME_COM: about(ONE)}


@pytest.mark.parametrize("ends", ["settle_account", "park_account"])
async def test_a_claim_lapses_when_its_holder_is_neither(scene, ends):
    for company_id in (ONE, TWO):
        scene.owe_account(company_id)
    await scene.ledger.claim_identities(about(ONE), [ACME_COM])
    getattr(scene, ends)(ONE)
    assert await scene.ledger.claim_identities(about(TWO), [ACME_COM]) == {}
    assert await scene.ledger.claim_identities(about(ONE), [ACME_COM]) == {ACME_COM: about(TWO)}


async def test_a_claim_of_somebody_nobody_owes_anything_holds_nobody_up(scene):
    await scene.ledger.claim_identities(about(ONE), [ACME_COM])
    assert await scene.ledger.claim_identities(about(TWO), [ACME_COM]) == {}


async def test_all_identities_are_claimed_or_none(scene):
    for company_id in (ONE, TWO, THREE):
        scene.owe_account(company_id)
    await scene.ledger.claim_identities(about(ONE), [ACME_COM])
    assert await scene.ledger.claim_identities(about(TWO), [ACME_DE, ACME_COM, ODD]) == {ACME_COM: about(ONE)}
    assert await scene.ledger.claim_identities(about(THREE), [ACME_DE, ODD]) == {}


async def test_an_identity_is_its_kind_and_its_value(scene):
    scene.owe_account(ONE)
    await scene.ledger.claim_identities(about(ONE), [ACME_COM])
    others = [Identity("account", "acme.com"), Identity("domain", "acme.co"), Identity("domain", "Acme.com")]
    assert await scene.ledger.claim_identities(about(TWO), others) == {}


# The people behind contacts


async def test_the_person_behind_a_contact_is_found_by_contact_and_by_account(scene):
    anna, bert = person_behind(ANNA, 1), person_behind(BERT, 2, PersonKind.LEAD, None)
    await scene.ledger.record_contact_links([anna, bert])
    assert set(await scene.ledger.find_contact_links([BERT, ANNA, STRANGER])) == {anna, bert}
    assert list(await scene.ledger.find_contact_links([ANNA, ANNA])) == [anna]
    assert list(await scene.ledger.find_contact_links_of_account(ACME)) == [anna]


async def test_whoever_is_unknown_has_nobody_behind(scene):
    assert list(await scene.ledger.find_contact_links([STRANGER])) == []
    assert list(await scene.ledger.find_contact_links([])) == []
    assert list(await scene.ledger.find_contact_links_of_account(ACME)) == []
    await scene.ledger.record_contact_links([])


async def test_the_last_word_about_a_contact_wins_also_within_one_call(scene):
    await scene.ledger.record_contact_links([person_behind(ANNA, 1)])
    moved = person_behind(ANNA, 3, account_id=ZETA)
    for _ in range(2):
        await scene.ledger.record_contact_links([person_behind(ANNA, 2), moved])
    assert list(await scene.ledger.find_contact_links([ANNA])) == [moved]
    assert list(await scene.ledger.find_contact_links_of_account(ACME)) == []
    assert list(await scene.ledger.find_contact_links_of_account(ZETA)) == [moved]


async def test_two_contacts_may_be_one_person(scene):
    both = {person_behind(ANNA, 1), person_behind(BERT, 1)}
    await scene.ledger.record_contact_links(list(both))
    assert set(await scene.ledger.find_contact_links_of_account(ACME)) == both


# Verdicts


async def test_a_verdict_that_says_the_same_again_is_not_noted_twice(scene):
    for _ in range(2):
        await scene.ledger.record_verdict(ABOUT_ONE, LINKED)
    assert scene.timeline(ABOUT_ONE) == [LINKED]


async def test_the_timeline_is_in_order_and_comes_back_to_what_it_said_before(scene):
    other = Verdict(Reason.LINKED_BY_KEY, {"account": ZETA})
    for verdict in (LINKED, other, LINKED):
        await scene.ledger.record_verdict(ABOUT_ONE, verdict)
    assert scene.timeline(ABOUT_ONE) == [LINKED, other, LINKED]


async def test_every_record_has_a_timeline_of_its_own(scene):
    others = [Subject(Kind.CONTACT, "1"), Subject(Kind.COMPANY, "11")]
    for subject in (ABOUT_ONE, *others, ABOUT_ONE):
        await scene.ledger.record_verdict(subject, LINKED)
    assert [scene.timeline(subject) for subject in (ABOUT_ONE, *others)] == [[LINKED]] * 3


async def test_a_link_that_says_what_the_timeline_says_is_not_noted_twice(scene):
    await scene.ledger.record_verdict(ABOUT_ONE, LINKED)
    await link(scene)
    assert scene.timeline(ABOUT_ONE) == [LINKED]


async def test_evidence_is_kept_as_it_was_given(scene):
    evidence = {"domains": ["o'brien.example", "söhne.example"], "count": 2, "account": None, "odd": '"\\ 株 🚲'}
    verdict = Verdict(Reason.CONFLICT_DOMAIN, evidence)
    for _ in range(2):
        await scene.ledger.record_verdict(ABOUT_ONE, verdict)
    assert scene.timeline(ABOUT_ONE) == [verdict]


async def test_something_may_be_owed_without_a_verdict(scene):
    await scene.ledger.owe(NEXT)
    await scene.ledger.owe([])
    assert scene.owed() == set(NEXT)
    assert scene.timeline(ABOUT_ONE) == []


async def test_what_follows_from_a_verdict_is_owed_also_when_it_says_nothing_new(scene):
    await scene.ledger.record_verdict(ABOUT_ONE, LINKED)
    forced = Owed("create_account", "2", Lane.MAINTENANCE, forced=True)
    await scene.ledger.record_verdict(ABOUT_ONE, LINKED, then=[*NEXT, *NEXT, forced])
    assert scene.owed() == {*NEXT, forced}


# The echo guard's memory


async def test_the_stage_we_wrote_last_is_remembered_of_each_contact(scene):
    for stage in (LEAD, CUSTOMER):
        await scene.ledger.record_written_stages([ANNA, ANNA], stage)
    await scene.ledger.record_written_stages([BERT], LEAD)
    assert await scene.ledger.find_written_stages([ANNA, STRANGER, BERT, ANNA]) == {ANNA: CUSTOMER, BERT: LEAD}
    assert await scene.ledger.find_written_stages([BERT]) == {BERT: LEAD}


async def test_nobody_and_nothing_are_remembered_as_such(scene):
    await scene.ledger.record_written_stages([], LEAD)
    assert await scene.ledger.find_written_stages([]) == {}
    assert await scene.ledger.find_written_stages([STRANGER]) == {}
