"""Eight clients at once, each the real library in a thread of its own: nothing is lost, no key is held twice."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceError

from tests.simulator import salesforce_fixtures as fixtures
from tests.simulator.salesforce_fixtures import KEY_FIELD, Client

salesforce_server, salesforce = fixtures.salesforce_server, fixtures.salesforce
CLIENTS = 8
ROUNDS = 12


def all_at_once(salesforce: Client, work: Callable[[Salesforce, int], list[str]]) -> list[str]:
    """What every client has to say about its work."""
    libraries = [salesforce.library() for _ in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as threads:
        said = threads.map(work, libraries, range(CLIENTS))
        return [each for words in said for each in words]


def read_with_tag(library: Salesforce, record_id: str) -> tuple[int, str]:
    response = library.session.get(f"{library.base_url}sobjects/Account/{record_id}", headers=library.headers)
    return int(response.json()["NumberOfEmployees"]), response.headers["ETag"]


def test_no_update_is_lost_between_clients_that_write_on_condition(salesforce):
    counter = salesforce.create(Name="Counter", NumberOfEmployees=0)

    def count_up(library: Salesforce, _number: int) -> list[str]:
        words: list[str] = []
        while words.count("counted") < ROUNDS:
            value, tag = read_with_tag(library, counter)
            try:
                library.Account.update(counter, {"NumberOfEmployees": value + 1}, headers={"If-Match": tag})
                words.append("counted")
            except SalesforceError as refused:
                words.append(str(refused.status))
        return words

    words = Counter(all_at_once(salesforce, count_up))
    assert words == {"counted": CLIENTS * ROUNDS, "412": salesforce.org.counters["preconditions.failed"]}
    assert salesforce.read(counter)["NumberOfEmployees"] == CLIENTS * ROUNDS


def test_no_key_is_held_twice_however_it_is_claimed(salesforce):
    keys = [str(number) for number in range(ROUNDS)]

    def claim(library: Salesforce, number: int) -> list[str]:
        words: list[str] = []
        for key in keys[number % 3 :] + keys[: number % 3]:
            try:
                if number % 2:
                    status = library.Account.upsert(f"{KEY_FIELD}/{key}", {"Name": f"{number}"})
                    words.append("created" if status == 201 else "found")
                else:
                    library.Account.create({"Name": f"{number}", KEY_FIELD: key})
                    words.append("created")
            except SalesforceError as refused:
                words.append(refused.content[0]["errorCode"])
        return words

    words = Counter(all_at_once(salesforce, claim))
    assert words["created"] == len(keys)
    assert words.keys() == {"created", "found", "DUPLICATE_VALUE"}
    records = salesforce.query(f"SELECT {KEY_FIELD} FROM Account").json()["records"]
    assert sorted(record[KEY_FIELD] for record in records) == sorted(keys)


@pytest.mark.parametrize("all_or_none", [True, False])
def test_no_key_is_held_twice_when_batches_overlap(salesforce, all_or_none):
    keys = [str(number) for number in range(60)]

    def upsert_all(library: Salesforce, number: int) -> list[str]:
        turned = keys[number * 5 :] + keys[: number * 5]
        records = [{"attributes": {"type": "Account"}, KEY_FIELD: key, "Name": key} for key in turned]
        rows = library.restful(
            f"composite/sobjects/Account/{KEY_FIELD}",
            method="PATCH",
            json={"allOrNone": all_or_none, "records": records},
        )
        return ["created" if row["created"] else "found" for row in rows or []]

    words = Counter(all_at_once(salesforce, upsert_all))
    assert words == {"created": len(keys), "found": len(keys) * (CLIENTS - 1)}
    assert len(salesforce.ids("SELECT Id FROM Account")) == len(keys)
