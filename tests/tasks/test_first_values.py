"""What a new account starts with: every mapped value that Salesforce takes, and an owner."""

import pytest

from tasks.contracts.descriptions import HubSpotOwner, SalesforceUser
from tasks.contracts.errors import Ambiguous, ProblemClass, Rejected
from tasks.contracts.fields import Everybody
from tasks.contracts.mapping import OwnerMapping, SyncRule, ValueType
from tasks.contracts.records import CompanyId, Link, PersonKind
from tasks.create_account import create_account
from tests.doubles.world import World
from tests.rules.mapped import mapped

ANN, DESK = "005000000000001AAA", "005000000000009AAA"
PHONE = mapped(names=("phone",), field="Phone")
CITY = mapped(names=("city",), field="BillingCity")
NAME = mapped(names=("name",), field="Name")
PARTNER = mapped(ValueType.BOOLEAN, names=("partner",), field="Partner__c")
OWNER = mapped(ValueType.OWNER, SyncRule.TWO_WAY, names=("hubspot_owner_id",), field="OwnerId")


def creating(*fields, **values) -> World:
    world = World()
    world.fields.fields = fields
    world.company(mapped=values)
    world.person(world.contact(), PersonKind.CONTACT)
    return world


async def create(world: World) -> dict[str, object]:
    """The fields of the account that was made."""
    await create_account("1", world.tools())
    (account_id,) = world.salesforce.created
    return dict(world.salesforce.fields[account_id])


async def test_every_mapped_value_is_there_from_the_start_in_one_call():
    world = creating(PHONE, CITY, NAME, phone="555", city="", name="Acme Ltd")
    assert await create(world) == {"Phone": "555", "Name": "Acme Ltd"}
    assert world.calls.made.count("upsert_account") == 1
    assert [one.name for one in world.salesforce.accounts.values()] == ["Acme Ltd"]


async def test_a_ticked_box_is_no_blank_for_an_account_to_come():
    assert await create(creating(PARTNER, partner="true")) == {"Partner__c": True}


async def test_a_value_that_salesforce_alone_decides_is_not_pushed():
    always = mapped(rule=SyncRule.ALWAYS_SALESFORCE, names=("phone",), field="Phone")
    assert await create(creating(always, phone="555")) == {}


@pytest.mark.parametrize(
    ("owner", "fallback", "user"),
    [("1", "", ANN), ("", "", None), ("", DESK, DESK), ("8", DESK, DESK)],
    ids=["the-company-s-owner", "nobody-said", "nobody-s-so-the-fallback", "an-unknown-owner-s-so-the-fallback"],
)
async def test_7_2_6a_who_owns_a_new_account(owner, fallback, user):
    world = creating(OWNER, hubspot_owner_id=owner)
    users = (SalesforceUser(ANN, "ann@x.example"), SalesforceUser(DESK, "desk@x.example"))
    world.fields.everybody = Everybody(OwnerMapping(fallback=fallback), (HubSpotOwner("1", "ann@x.example"),), users)
    assert (await create(world)).get("OwnerId") == user


@pytest.mark.parametrize("named", [["Phone"], []], ids=["it-is-named", "no-field-is-named"])
async def test_a_value_salesforce_refuses_costs_no_account(named):
    world = creating(PHONE, CITY, phone="555", city="Bonn")
    world.salesforce.refusals["Phone"] = Rejected("no", problem_class=ProblemClass.BUSINESS, fields=named)
    assert "Phone" not in await create(world)


async def test_a_refusal_of_the_name_itself_is_the_record_s():
    world = creating(PHONE, phone="555")
    world.salesforce.refusals["Name"] = Rejected("no", fields=["Name"])
    with pytest.raises(Rejected):
        await create_account("1", world.tools())
    assert world.salesforce.created == []


async def test_no_field_is_left_out_to_slip_past_a_duplicate_rule():
    world = creating(PHONE, phone="555")
    world.salesforce.refusals["Phone"] = Ambiguous("duplicates", code="DUPLICATES_DETECTED")
    with pytest.raises(Ambiguous):
        await create_account("1", world.tools())
    assert world.salesforce.created == []


def link_of(world: World) -> Link:
    (account_id,) = world.salesforce.created
    return Link(CompanyId("1"), account_id)


async def test_what_a_new_account_was_given_is_agreed_on_before_there_is_a_link():
    world = creating(PHONE, CITY, phone="555", city="")
    await create(world)
    assert world.ledger.baselines == {link_of(world): {"Phone": "555"}}
    assert world.calls.made.index("record_fields") < world.calls.made.index("record_link")


async def test_what_salesforce_refused_is_not_agreed_on():
    world = creating(PHONE, CITY, phone="555", city="Bonn")
    world.salesforce.refusals["Phone"] = Rejected("no", problem_class=ProblemClass.BUSINESS, fields=["Phone"])
    await create(world)
    assert world.ledger.baselines[link_of(world)] == {"BillingCity": "Bonn"}


@pytest.mark.parametrize(
    ("company", "derived"),
    [
        ({"name": "Acme", "domain": "acme.com"}, {"Website": "acme.com"}),
        ({"name": "", "domain": "acme.com"}, {"Name": "acme.com", "Website": "acme.com"}),
        ({"name": "Acme", "domain": "acme.com", "website": "www.acme.com"}, {}),
        ({"name": "Acme"}, {}),
    ],
    ids=["a-domain-only", "not-even-a-name", "a-website-of-its-own", "neither"],
)
async def test_what_we_made_up_for_a_new_account_is_remembered(company, derived):
    world = creating()
    world.company(**company)
    await create(world)
    assert world.ledger.derived.get(CompanyId("1"), {}) == derived
    if derived:
        assert world.calls.made.index("record_derived") < world.calls.made.index("upsert_account")


@pytest.mark.parametrize(
    ("owner", "fallback", "derived"),
    [("1", DESK, {}), ("", DESK, {"OwnerId": DESK}), ("", "", {})],
    ids=["the-company-s-owner", "the-fallback", "whoever-creates-it"],
)
async def test_a_fallback_owner_is_nobody_s_choice(owner, fallback, derived):
    world = creating(OWNER, hubspot_owner_id=owner)
    users = (SalesforceUser(ANN, "ann@x.example"), SalesforceUser(DESK, "desk@x.example"))
    world.fields.everybody = Everybody(OwnerMapping(fallback=fallback), (HubSpotOwner("1", "ann@x.example"),), users)
    await create(world)
    assert world.ledger.derived.get(CompanyId("1"), {}) == derived
