"""Companies by their key, and by a search that many values share."""

import json

import pytest

from tasks.contracts.errors import Ambiguous, Rejected
from tasks.contracts.finding import CompanyValues, UpsertedCompany
from tasks.contracts.records import AccountId, CompanyId

ACME, ZETA = (AccountId(f"00100000000000{number}AAA") for number in (1, 2))
NATIVE = {"name": "salesforceaccountid", "label": "Salesforce Account ID", "type": "string", "fieldType": "text"}
LOST = {
    "status": "error",
    "category": "VALIDATION_ERROR",
    "message": "Property values were not valid: sf_account_id: 7 already has that value.",
    "context": {"objectWriteTraceId": [ACME]},
}


def lose_the_race(hubspot) -> None:
    """Between our looking and our writing somebody else has created it."""
    hubspot.wire.answer("batch/upsert", 207, {"status": "COMPLETE", "results": [], "errors": [LOST]})


def test_who_lost_the_race_gets_the_winners_company(hubspot):
    hubspot.has(companies={"7": {"name": "Acme", "sf_account_id": ACME}})
    lose_the_race(hubspot)
    told = hubspot.door().keyed.upsert_companies({ACME: CompanyValues("Acme")})
    assert told == {ACME: UpsertedCompany(CompanyId("7"), created=False)}


def test_the_owner_that_a_refusal_names_is_not_adopted_unless_it_carries_the_key(hubspot):
    hubspot.has(companies={"7": {"name": "Zeta", "sf_account_id": ZETA}})
    lose_the_race(hubspot)
    told = hubspot.door().keyed.upsert_companies({ACME: CompanyValues("Acme")})
    assert isinstance(told[ACME], Ambiguous)


def test_an_archived_company_that_holds_the_key_is_nobodys_to_adopt(hubspot):
    hubspot.portal.configure({"archived_holds_unique": True})
    hubspot.portal.seed(
        {"companies": [{"id": "7", "archived": True, "properties": {"name": "Acme", "sf_account_id": ACME}}]}
    )
    told = hubspot.door().keyed.upsert_companies({ACME: CompanyValues("Acme"), ZETA: CompanyValues("Zeta")})
    assert isinstance(told[ACME], Ambiguous)
    assert isinstance(told[ZETA], UpsertedCompany)
    assert told[ZETA].created


def test_many_values_share_a_search_of_at_most_3000_characters(hubspot):
    domains = [f"customer-{number}.example.com" for number in range(150)]
    hubspot.has(companies={str(number + 1): {"domain": domain} for number, domain in enumerate(domains)})
    terms = [(name, domain) for domain in domains for name in ("domain", "hs_additional_domains")]
    assert hubspot.door().index.find(terms) == {str(number + 1) for number in range(150)}
    sizes = [len(sent.body) for sent in hubspot.wire.calls("search")]
    assert max(sizes) < 3_000
    assert len(sizes) <= 5


def test_more_than_a_page_of_companies_of_one_domain_is_read_to_its_end(hubspot):
    hubspot.has(companies={str(number): {"domain": "acme.com"} for number in range(1, 251)})
    assert len(hubspot.door().index.find([("domain", "acme.com")])) == 250


def test_a_portal_without_the_native_property_is_asked_for_it_once(hubspot):
    hubspot.has(companies={"7": {"domain": "acme.com"}})
    door = hubspot.door()
    for _ in range(2):
        assert door.index.find([("domain", "acme.com"), ("salesforceaccountid", ACME)]) == {"7"}
    asked = [json.loads(sent.body) for sent in hubspot.wire.calls("search")]
    assert [len(one["filterGroups"]) for one in asked] == [2, 1, 1]


def test_where_it_exists_companies_are_found_by_it(hubspot):
    hubspot.portal.seed({"properties": {"companies": [NATIVE]}})
    hubspot.has(companies={"7": {"salesforceaccountid": ACME}})
    assert hubspot.door().index.find([("salesforceaccountid", ACME)]) == {"7"}


def test_another_refusal_stays_a_refusal(hubspot):
    with pytest.raises(Rejected):
        hubspot.door().index.find([("no_such_property", "x")])
