"""What field sync relies on: mapped values on both sides, and what the ledger remembers about them."""

from functools import partial

import pytest

from tasks.contracts.errors import Gone, ProblemClass, Rejected
from tasks.contracts.fields import FieldMemory, FieldReport, LeftOut
from tasks.contracts.finding import AccountValues
from tasks.contracts.records import Account, AccountId, Company, CompanyId, Link

ONE, TWO, NOBODY = (CompanyId(number) for number in "129")
ACME, ZETA, NOWHERE = (AccountId(f"00100000000000{number}AAA") for number in (1, 2, 9))
PHONE, CITY = "phone", "city"


async def test_mapped_properties_are_written_together_and_seen_at_once(scene):
    scene.has_company(Company(ONE, "Acme"))
    await scene.hubspot.find_company(ONE)
    await scene.hubspot.write_properties(ONE, {PHONE: "555", CITY: "Bonn"})
    await scene.hubspot.write_properties(ONE, {CITY: "", "name": "Acme Ltd"})
    for _ in range(2):
        company = await scene.hubspot.find_company(ONE)
        assert (company.mapped[PHONE], company.mapped[CITY], company.name) == ("555", "", "Acme Ltd")
        scene.look_again()


async def test_a_refused_property_is_named_and_nothing_of_the_record_is_written(scene):
    for company_id in (ONE, TWO):
        scene.has_company(Company(company_id, "Acme"))
    scene.refuses_property("industry")
    values = [{PHONE: "1", "industry": "NO_SUCH_INDUSTRY"}, {PHONE: "2"}]
    refused, written = await scene.at_once(
        *(
            partial(_write_properties, company_id=company_id, values=told)
            for company_id, told in zip((ONE, TWO), values, strict=True)
        )
    )
    assert isinstance(refused, Rejected)
    assert refused.fields == ("industry",)
    assert written is None
    scene.look_again()
    assert not (await scene.hubspot.find_company(ONE)).mapped.get(PHONE)
    assert (await scene.hubspot.find_company(TWO)).mapped[PHONE] == "2"


async def _write_properties(tools, *, company_id, values):
    await tools.hubspot.write_properties(company_id, values)


async def test_properties_of_a_company_that_is_gone_are_gone(scene):
    with pytest.raises(Gone):
        await scene.hubspot.write_properties(NOBODY, {PHONE: "1"})


async def test_hubspot_knows_when_a_property_changed(scene):
    scene.has_company(Company(ONE, "Acme"))
    scene.edits_company(ONE, PHONE, "555")
    times = await scene.hubspot.find_change_times(ONE, [PHONE])
    assert times[PHONE].tzinfo


async def test_account_fields_are_found_as_they_are_and_blank_is_said(scene):
    scene.has_account(Account(ACME, "Acme", "acme.com"))
    found = await scene.salesforce.find_account_fields(ACME, ["Name", "Website", "Phone"])
    assert found.mapped == {"Name": "Acme", "Website": "acme.com", "Phone": None}
    assert await scene.salesforce.find_account_fields(NOWHERE, ["Name"]) is None


async def test_account_fields_are_written_together_and_seen_at_once(scene):
    scene.has_account(Account(ACME, "Acme", "acme.com"))
    names = ["Name", "Phone", "NumberOfEmployees"]
    await scene.salesforce.find_account_fields(ACME, names)
    await scene.salesforce.write_account_fields(ACME, {"Phone": "555", "NumberOfEmployees": 12})
    await scene.salesforce.write_account_fields(ACME, {"Phone": None})
    for _ in range(2):
        found = await scene.salesforce.find_account_fields(ACME, names)
        assert found.mapped == {"Name": "Acme", "Phone": None, "NumberOfEmployees": 12}
        scene.look_again()


async def test_a_refused_field_is_named_and_nothing_of_the_account_is_written(scene):
    for account_id in (ACME, ZETA):
        scene.has_account(Account(account_id, "Acme"))
    scene.refuses_field("Phone")
    refused, written = await scene.at_once(
        partial(_write_fields, account_id=ACME, values={"Phone": "5" * 41, "Site": "Bonn"}),
        partial(_write_fields, account_id=ZETA, values={"Site": "Rome"}),
    )
    assert isinstance(refused, Rejected)
    assert refused.fields == ("Phone",)
    assert written is None
    scene.look_again()
    sites = [(await scene.salesforce.find_account_fields(one, ["Site"])).mapped["Site"] for one in (ACME, ZETA)]
    assert sites == [None, "Rome"]


async def _write_fields(tools, *, account_id, values):
    await tools.salesforce.write_account_fields(account_id, values)


async def test_fields_of_a_deleted_account_are_gone(scene):
    scene.has_account(Account(ACME, "Acme"))
    scene.delete_account(ACME)
    assert await scene.salesforce.find_account_fields(ACME, ["Name"]) is None
    with pytest.raises(Gone):
        await scene.salesforce.write_account_fields(ACME, {"Phone": "1"})


async def test_a_new_account_starts_with_the_fields_it_is_given(scene):
    values = AccountValues("Acme", "acme.com", (("Phone", "555"), ("Name", "Acme Ltd")))
    upserted = await scene.salesforce.upsert_account(ONE, values)
    found = await scene.salesforce.find_account_fields(upserted.account_id, ["Name", "Website", "Phone"])
    assert found.mapped == {"Name": "Acme Ltd", "Website": "acme.com", "Phone": "555"}


PAIR = Link(CompanyId("1"), AccountId("001000000000001AAA"))
TOO_LONG = LeftOut("Phone", ProblemClass.DATA, "STRING_TOO_LONG", "too long", "Shorten it.", "digest")


async def test_baselines_and_problems_of_a_pair_are_remembered(scene):
    assert await scene.ledger.find_field_memory(PAIR) == FieldMemory()
    await scene.ledger.record_fields(PAIR, FieldReport({"Name": "Acme", "BillingCity": "Bonn"}, (TOO_LONG,)))
    await scene.ledger.record_fields(PAIR, FieldReport({"Name": "Zeta"}, (TOO_LONG,)))
    expected = FieldMemory({"Name": "Zeta", "BillingCity": "Bonn"}, {"Phone": TOO_LONG})
    assert await scene.ledger.find_field_memory(PAIR) == expected


async def test_a_problem_that_is_not_reported_any_more_is_over_unless_nobody_looked(scene):
    await scene.ledger.record_fields(PAIR, FieldReport({}, (TOO_LONG,)))
    await scene.ledger.record_fields(PAIR, FieldReport({}, (), frozenset({"Phone"})))
    assert (await scene.ledger.find_field_memory(PAIR)).left_out == {"Phone": TOO_LONG}
    await scene.ledger.record_fields(PAIR, FieldReport({}))
    assert (await scene.ledger.find_field_memory(PAIR)).left_out == {}


async def test_another_account_of_the_company_has_no_baselines(scene):
    await scene.ledger.record_fields(PAIR, FieldReport({"Name": "Acme"}))
    other = Link(PAIR.company_id, AccountId("001000000000002AAA"))
    assert (await scene.ledger.find_field_memory(other)).baselines == {}


async def test_another_company_s_problems_stay_when_one_s_own_are_over(scene):
    other = Link(CompanyId("2"), AccountId("001000000000002AAA"))
    await scene.ledger.record_fields(other, FieldReport({}, (TOO_LONG,)))
    await scene.ledger.record_fields(PAIR, FieldReport({"Name": "Acme"}))
    assert (await scene.ledger.find_field_memory(other)).left_out == {"Phone": TOO_LONG}


async def test_what_a_new_account_was_given_of_our_own_is_remembered_beside_the_baselines(scene):
    link, another_s = Link(ONE, ACME), Link(TWO, ZETA)
    await scene.ledger.record_derived(ONE, {"Website": "acme.com", "Phone": "1"})
    await scene.ledger.record_fields(link, FieldReport({"Phone": "555"}))
    memory = await scene.ledger.find_field_memory(link)
    assert memory == FieldMemory({"Phone": "555"}, {}, {"Website": "acme.com", "Phone": "1"})
    assert await scene.ledger.find_field_memory(another_s) == FieldMemory()
