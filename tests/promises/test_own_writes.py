"""What we write ourselves is no news to the next poll, in either CRM, and costs no call beyond the poll's own."""

import pytest

from tasks.contracts.finding import AccountValues
from tasks.contracts.records import (
    AccountId,
    Association,
    Company,
    CompanyId,
    Contact,
    ContactId,
    Kind,
    Person,
    PersonId,
    PersonKind,
    StageName,
)
from tasks.poll_hubspot import poll_hubspot
from tests.crm.wire import Wire
from tests.doubles.world import LONG_AGO
from tests.promises.poll_scenes import ACCOUNT, AT_ONCE, RealPollScene, poll
from tests.promises.real_scene import RealScene
from workers.toolbox.hands import Hands

COMPANY, CONTACT, PERSON = CompanyId("7"), ContactId("8"), PersonId("003000000000001AAA")
PERSON_NOW = Person(PERSON, PersonKind.CONTACT, "one@example.com", LONG_AGO)


@pytest.fixture
def search_rate() -> int:
    """What is found does not depend on how long it takes; the rate is tested with the budget."""
    return 1_000


@pytest.fixture
def polls(real_scene: RealScene, hands: Hands, crms: Wire) -> RealPollScene:
    """Everything was seen once."""
    polls = RealPollScene(hands, crms)
    poll(polls)
    real_scene.has_company(Company(COMPANY, "Acme", lifecycle_stage=StageName("lead")))
    real_scene.has_contact(Contact(CONTACT, "one@example.com", StageName("lead")))
    polls.write_row(Kind.SALESFORCE_CONTACT, PERSON, "one@example.com")
    polls.write_row(Kind.ACCOUNT, ACCOUNT, "Acme")
    poll(polls)
    assert len(polls.noted()) == 4
    return polls


async def test_no_write_of_ours_is_news(polls: RealPollScene, real_scene: RealScene, crms: Wire, hands: Hands):
    hubspot, salesforce = real_scene.hubspot, real_scene.salesforce
    await hubspot.write_account_id(COMPANY, AccountId(ACCOUNT))
    await hubspot.write_company_stage(COMPANY, StageName("customer"))
    await hubspot.write_contact_stages([CONTACT], StageName("customer"))
    await hubspot.associate([Association(COMPANY, CONTACT, is_primary=True)])
    await salesforce.write_company_id(AccountId(ACCOUNT), COMPANY)
    await salesforce.write_contact_accounts([PERSON_NOW], AccountId(ACCOUNT))
    await salesforce.upsert_account(COMPANY, AccountValues("Acme Inc", "https://acme.example"))
    new = await salesforce.upsert_account(CompanyId("9"), AccountValues("Zeta"))
    # What the org itself fills in is known once field sync has looked, which is owed from the start.
    await salesforce.find_account_fields(new.account_id, hands.mapping.names())
    crms.sent.clear()
    poll_hubspot(polls.hubspot, polls.book, polls.messenger, AT_ONCE, quota_left=1)
    assert [sent.path.rpartition("/")[2] for sent in crms.sent] == ["search", "search"]
    poll(polls)
    assert len(polls.noted()) == 4


async def test_what_somebody_else_writes_at_the_same_time_is_news(polls: RealPollScene, real_scene: RealScene):
    await real_scene.hubspot.write_company_stage(COMPANY, StageName("customer"))
    await real_scene.salesforce.write_company_id(AccountId(ACCOUNT), COMPANY)
    polls.write(Kind.COMPANY, COMPANY, "Acme Inc")
    polls.write_row(Kind.ACCOUNT, ACCOUNT, "Acme Inc")
    poll(polls)
    assert {(kind, id_) for kind, id_, _ in polls.noted()[4:]} == {(Kind.COMPANY, COMPANY), (Kind.ACCOUNT, ACCOUNT)}
