"""Queries over the wire: pages, parents, deleted records, and the real client."""

import time

import pytest

from tests.simulator import salesforce_fixtures as fixtures
from tests.simulator.salesforce_fixtures import KEY_FIELD, Client, refusal

salesforce_server, salesforce = fixtures.salesforce_server, fixtures.salesforce


def seed_accounts(salesforce: Client, number: int) -> None:
    accounts = [
        {"Name": f"Company {n}", "Website": f"https://www.site{n}.example", KEY_FIELD: str(n)} for n in range(number)
    ]
    salesforce.org.seed({"Account": accounts})


def test_a_long_answer_comes_in_pages(salesforce):
    seed_accounts(salesforce, 4_500)
    first = salesforce.query("SELECT Name FROM Account").json()
    assert (first["totalSize"], first["done"], len(first["records"])) == (4_500, False, 2_000)
    assert first["nextRecordsUrl"].startswith("/services/data/v62.0/query/01g")
    assert first["nextRecordsUrl"].endswith("-2000")
    rest = salesforce.library().query_all("SELECT Name FROM Account")["records"]
    assert len({record["Name"] for record in rest}) == 4_500
    last = salesforce.http.get(salesforce.url + first["nextRecordsUrl"].replace("-2000", "-4000"), timeout=10).json()
    assert (last["done"], len(last["records"]), "nextRecordsUrl" in last) == (True, 500, False)


@pytest.mark.parametrize(("wanted", "got"), [("200", 200), ("500", 500), ("10", 200), ("9999", 600), ("x", 600)])
def test_the_page_size_is_negotiable_within_limits(salesforce, wanted, got):
    seed_accounts(salesforce, 600)
    headers = {"Sforce-Query-Options": f"batchSize={wanted}"}
    assert len(salesforce.query("SELECT Id FROM Account", headers=headers).json()["records"]) == got


def test_a_void_cursor_is_refused(salesforce):
    salesforce.org.configure({"page_size": 1, "open_cursors": 2})
    seed_accounts(salesforce, 3)
    urls = [salesforce.query("SELECT Id FROM Account").json()["nextRecordsUrl"] for _ in range(3)]
    paths = [url.removeprefix("/services/data/v62.0/") for url in urls]
    assert refusal(salesforce.call("GET", paths[0])) == (400, "INVALID_QUERY_LOCATOR")
    assert salesforce.call("GET", paths[2]).status_code == 200
    assert refusal(salesforce.call("GET", paths[2] + "9")) == (400, "INVALID_QUERY_LOCATOR")
    salesforce.org.configure({"expire_cursors": True})
    assert refusal(salesforce.call("GET", paths[2])) == (400, "INVALID_QUERY_LOCATOR")


def test_parents_come_along_nested(salesforce):
    account = salesforce.create(Name="Acme")
    contact = salesforce.create("Contact", LastName="Doe", AccountId=account)
    salesforce.create("Contact", LastName="Loner")
    deal = salesforce.create(
        "Opportunity", Name="Deal", StageName="Closed Won", CloseDate="2026-01-01", AccountId=account
    )
    salesforce.create("OpportunityContactRole", OpportunityId=deal, ContactId=contact)
    query = "SELECT LastName, account.name, Account.Owner.Name FROM Contact ORDER BY LastName"
    doe, loner = salesforce.query(query).json()["records"]
    assert (doe["Account"]["Name"], doe["Account"]["Owner"]["Name"]) == ("Acme", "Integration User")
    assert doe["Account"]["attributes"]["type"] == "Account"
    assert loner["Account"] is None
    (role,) = salesforce.query(
        "SELECT Opportunity.IsWon, Opportunity.IsClosed, Contact.AccountId FROM OpportunityContactRole "
        "WHERE Opportunity.IsWon = true AND Contact.Account.Name = 'ACME'"
    ).json()["records"]
    assert (role["Opportunity"]["IsWon"], role["Contact"]["AccountId"]) == (True, account)


def test_a_semi_join_asks_another_object(salesforce):
    with_contact, without = salesforce.create(Name="A"), salesforce.create(Name="B")
    salesforce.create("Contact", LastName="Doe", AccountId=with_contact)
    join = "(SELECT AccountId FROM Contact WHERE LastName = 'doe')"
    assert salesforce.ids(f"SELECT Id FROM Account WHERE Id IN {join}") == [with_contact]
    assert salesforce.ids(f"SELECT Id FROM Account WHERE Id NOT IN {join}") == [without]


def test_short_ids_find_the_same_record(salesforce):
    record_id = salesforce.create(Name="A")
    salesforce.create("Contact", LastName="Doe", AccountId=record_id)
    for form in (record_id, record_id[:15]):
        assert salesforce.ids(f"SELECT Id FROM Account WHERE Id = '{form}'") == [record_id]
        assert len(salesforce.ids(f"SELECT Id FROM Contact WHERE AccountId IN ('{form}')")) == 1
    assert salesforce.ids(f"SELECT Id FROM Account WHERE Id = '{record_id[:15].swapcase()}'") == []


def test_the_library_counts(salesforce):
    seed_accounts(salesforce, 3)
    assert salesforce.library().query("SELECT COUNT() FROM Account WHERE Name != 'company 1'")["totalSize"] == 2


def test_a_query_needs_text(salesforce):
    assert refusal(salesforce.call("GET", "query")) == (400, "MALFORMED_QUERY")
    assert refusal(salesforce.query("")) == (400, "MALFORMED_QUERY")


def test_a_url_has_an_end(salesforce):
    salesforce.org.configure({"longest_url": 5_000})
    assert salesforce.query(f"SELECT Id FROM Account WHERE Name = '{'x' * 4_000}'").status_code == 200
    answer = salesforce.query(f"SELECT Id FROM Account WHERE Name = '{'x' * 6_000}'")
    assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (414, "text/html")


@pytest.mark.parametrize("length", [20_000, 100_000, 200_000])
def test_no_query_fits_a_url_by_being_longer_still(salesforce, length):
    assert salesforce.query(f"SELECT Id FROM Account WHERE Name = '{'x' * length}'").status_code == 414


def test_a_query_has_an_end_whatever_its_url_may(salesforce):
    salesforce.org.configure({"longest_url": 1_000_000})
    assert salesforce.query(f"SELECT Id FROM Account WHERE Name = '{'x' * 90_000}'").status_code == 200
    answer = salesforce.query(f"SELECT Id FROM Account WHERE Name = '{'x' * 100_000}'")
    assert refusal(answer) == (400, "MALFORMED_QUERY")


def test_big_conditions_stay_quick(salesforce):
    """Bounds of work, not of waiting: ten times what it takes. Without the tree of patterns the first is passed."""
    seed_accounts(salesforce, 20_000)
    likes = " OR ".join(f"Website LIKE '%site{n}.e%'" for n in range(400))
    keys = ", ".join(f"'{n}'" for n in range(700))
    started = time.process_time()
    assert len(salesforce.ids(f"SELECT Id FROM Account WHERE {likes}")) == 400
    assert time.process_time() - started < 0.3
    started = time.process_time()
    for _ in range(20):
        assert len(salesforce.ids(f"SELECT Id FROM Account WHERE {KEY_FIELD} IN ({keys})")) == 700
    assert time.process_time() - started < 2.0
