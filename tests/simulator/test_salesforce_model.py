"""The object API against a dictionary: whatever is done over the wire, both hold the same records."""

from dataclasses import dataclass, field
from typing import Any

import requests
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from simulator.salesforce.org import Org
from tests.simulator import salesforce_fixtures as fixtures
from tests.simulator import salesforce_soap as soap
from tests.simulator.salesforce_fixtures import KEY_FIELD, Client, refusal

salesforce_server = fixtures.salesforce_server
Values = dict[str, str | None]
names = st.sampled_from(["Acme", " Acme ", "B", "", None])
keys = st.sampled_from(["1", "a", "A"])
optional_keys = keys | st.sampled_from([None, ""])
values = st.fixed_dictionaries({}, optional={"Name": names, "Phone": names, KEY_FIELD: optional_keys})
key_rows = st.lists(st.tuples(keys, st.fixed_dictionaries({}, optional={"Name": names, "Phone": names})), max_size=4)
numbers = st.integers(0, 30)
Outcome = tuple[str, str]  # "ok" and the id, or an error code and a part of its text


@dataclass
class Account:
    values: dict[str, str]
    is_deleted: bool = False
    contacts: set[str] = field(default_factory=set)


class Model:
    """What the documents promise, with nothing but dictionaries."""

    def __init__(self) -> None:
        self.accounts: dict[str, Account] = {}

    def holder(self, key: str) -> str | None:
        matching = (
            record_id
            for record_id, account in self.accounts.items()
            if not account.is_deleted and account.values.get(KEY_FIELD, "").lower() == key.lower()
        )
        return next(matching, None)

    def refused(self, changed: dict[str, str], *, own_id: str = "") -> Outcome | None:
        if "Name" not in changed:
            return "REQUIRED_FIELD_MISSING", "Name"
        holder = self.holder(changed[KEY_FIELD]) if KEY_FIELD in changed else None
        return ("DUPLICATE_VALUE", holder[:15]) if holder and holder != own_id else None

    def changed(self, known: dict[str, str], given: Values) -> dict[str, str]:
        stripped = {name: (value or "").strip() for name, value in given.items()}
        return {name: value for name, value in {**known, **stripped}.items() if value}


def outcome_of(answer: requests.Response) -> Outcome:
    if answer.status_code in {200, 201, 204}:
        return "ok", answer.json()["id"] if answer.content else ""
    problem = answer.json()[0]
    return problem["errorCode"], problem["message"]


def agree(outcome: Outcome, expected: Outcome | None) -> bool:
    return outcome[0] == expected[0] and expected[1] in outcome[1] if expected else outcome[0] == "ok"


class OrgAgainstModel(RuleBasedStateMachine):
    def __init__(self, org: Org, port: int) -> None:
        super().__init__()
        org.reset()
        self.client = Client(org, port)
        self.model = Model()

    def pick(self, number: int) -> tuple[str, Account]:
        return list(self.model.accounts.items())[number % len(self.model.accounts)]

    def adopt(self, record_id: str, known: dict[str, str]) -> None:
        assert record_id not in self.model.accounts
        self.model.accounts[record_id] = Account(known)

    @initialize()
    def begin_with_two(self) -> None:
        for name in "AB":
            self.adopt(self.client.create(Name=name), {"Name": name})

    @rule(given=values)
    def create(self, given: Values) -> None:
        wanted = self.model.changed({}, given)
        outcome = outcome_of(self.client.call("POST", "sobjects/Account", given))
        expected = self.model.refused(wanted)
        assert agree(outcome, expected), (outcome, expected)
        if not expected:
            self.adopt(outcome[1], wanted)

    @rule(number=numbers, given=values)
    def update(self, number: int, given: Values) -> None:
        record_id, account = self.pick(number)
        wanted = self.model.changed(account.values, given)
        outcome = outcome_of(self.client.call("PATCH", f"sobjects/account/{record_id}", given))
        gone = ("ENTITY_IS_DELETED", "") if account.is_deleted else None
        expected = gone or self.model.refused(wanted, own_id=record_id)
        assert agree(outcome, expected), (outcome, expected)
        if not expected:
            account.values = wanted

    @rule(key=keys, given=values)
    def upsert(self, key: str, given: Values) -> None:
        body = {name: value for name, value in given.items() if name != KEY_FIELD}
        holder = self.model.holder(key)
        answer = self.client.call("PATCH", f"sobjects/Account/{KEY_FIELD}/{key}", body)
        self.settle(key, body, outcome_of(answer))
        if answer.ok:
            assert (answer.status_code, answer.json()["created"]) == ((200, False) if holder else (201, True))

    def settle(self, key: str, body: Values, outcome: Outcome) -> None:
        """What an upsert by this key must have done."""
        holder = self.model.holder(key)
        known = self.model.accounts[holder].values if holder else {KEY_FIELD: key}
        wanted = self.model.changed(known, body)
        expected = None if "Name" in wanted else ("REQUIRED_FIELD_MISSING", "Name")
        assert agree(outcome, expected), (outcome, expected)
        if expected:
            return
        if holder:
            assert outcome[1] == holder
            self.model.accounts[holder].values = wanted
        else:
            self.adopt(outcome[1], wanted)

    @rule(rows=key_rows)
    def upsert_together(self, rows: list[tuple[str, Values]]) -> None:
        answer = self.client.upsert_rows([{KEY_FIELD: key, **body} for key, body in rows])
        spelled = [key.lower() for key, _ in rows]
        for (key, body), result in zip(rows, answer.json(), strict=True):
            if spelled.count(key.lower()) > 1:
                assert result["errors"][0]["statusCode"] == "DUPLICATE_VALUE"
            else:
                error = None if result["success"] else result["errors"][0]
                self.settle(key, body, (error["statusCode"], error["message"]) if error else ("ok", result["id"]))

    @rule(picked=st.lists(numbers, min_size=1, max_size=3), given=values)
    def update_all_or_none(self, picked: list[int], given: Values) -> None:
        ids = list(dict.fromkeys(self.pick(number)[0] for number in picked))
        body = {KEY_FIELD: None, **given}
        records = [{"attributes": {"type": "Account"}, "Id": record_id, **body} for record_id in ids]
        results = self.client.call("PATCH", "composite/sobjects", {"allOrNone": True, "records": records}).json()
        key = (given.get(KEY_FIELD) or "").strip()
        fails = (
            any(self.model.accounts[record_id].is_deleted for record_id in ids)
            or any("Name" not in self.model.changed(self.model.accounts[each].values, body) for each in ids)
            or (bool(key) and (len(ids) > 1 or self.model.holder(key) not in {None, ids[0]}))
        )
        assert any(not result["success"] for result in results) is fails, results
        assert not fails or not any(result["success"] for result in results)
        for record_id in () if fails else ids:
            self.model.accounts[record_id].values = self.model.changed(self.model.accounts[record_id].values, body)

    @rule(number=numbers)
    def add_contact(self, number: int) -> None:
        record_id, account = self.pick(number)
        answer = self.client.call("POST", "sobjects/Contact", {"LastName": "Doe", "AccountId": record_id})
        assert agree(outcome_of(answer), ("ENTITY_IS_DELETED", "") if account.is_deleted else None)
        if answer.ok:
            account.contacts.add(answer.json()["id"])

    @rule(number=numbers)
    def delete(self, number: int) -> None:
        record_id, account = self.pick(number)
        answer = self.client.call("DELETE", f"sobjects/Account/{record_id}")
        assert agree(outcome_of(answer), ("ENTITY_IS_DELETED", "") if account.is_deleted else None)
        account.is_deleted = True

    @rule(key=keys)
    def pass_a_key_on(self, key: str) -> None:
        """The holder goes, and another record takes its key: then there is no way back for the holder."""
        holder = self.model.holder(key)
        answer = self.client.call("DELETE", f"sobjects/Account/{KEY_FIELD}/{key}")
        assert agree(outcome_of(answer), None if holder else ("NOT_FOUND", ""))
        if holder:
            self.model.accounts[holder].is_deleted = True
            self.upsert(key, {"Name": "Heir"})

    @rule(picked=st.lists(numbers, min_size=1, max_size=3))
    def delete_together(self, picked: list[int]) -> None:
        ids = [self.pick(number)[0] for number in picked]
        results = self.client.call("DELETE", "composite/sobjects", params={"ids": ",".join(ids)}).json()
        for record_id, result in zip(ids, results, strict=True):
            assert result["success"] is not self.model.accounts[record_id].is_deleted
            self.model.accounts[record_id].is_deleted = True

    @precondition(lambda self: any(account.is_deleted for account in self.model.accounts.values()))
    @rule(number=numbers)
    def undelete(self, number: int) -> None:
        gone = [item for item in self.model.accounts.items() if item[1].is_deleted]
        record_id, account = gone[number % len(gone)] if number else self.pick(number)
        (result,) = soap.call(self.client, "undelete", soap.each_id(record_id))
        taken = self.model.refused(account.values, own_id=record_id)
        expected = taken if account.is_deleted else ("UNDELETE_FAILED", "")
        outcome = (result["statusCode"][0], result["message"][0]) if "statusCode" in result else ("ok", "")
        assert agree(outcome, expected), (outcome, expected)
        if not expected:
            account.is_deleted = False

    @rule(number=numbers)
    def read(self, number: int) -> None:
        record_id, account = self.pick(number)
        answer = self.client.call("GET", f"sobjects/Account/{record_id[:15]}")
        if account.is_deleted:
            assert refusal(answer) == (404, "ENTITY_IS_DELETED")
        else:
            record = answer.json()
            assert {name: record[name] for name in ("Name", "Phone", KEY_FIELD) if record[name]} == account.values

    @rule(key=keys)
    def read_by_key(self, key: str) -> None:
        answer = self.client.call("GET", f"sobjects/Account/{KEY_FIELD}/{key}")
        assert (answer.json()["Id"] if answer.ok else None) == self.model.holder(key)

    @invariant()
    def both_hold_the_same(self) -> None:
        query = f"SELECT Id, IsDeleted, Name, Phone, {KEY_FIELD}, (SELECT Id FROM Contacts) FROM Account"
        found: dict[str, Any] = {}
        for record in self.client.query(query, resource="queryAll").json()["records"]:
            contacts = {contact["Id"] for contact in (record["Contacts"] or {"records": []})["records"]}
            held = {name: record[name] for name in ("Name", "Phone", KEY_FIELD) if record[name]}
            found[record["Id"]] = (record["IsDeleted"], held, contacts)
        assert found == {
            record_id: (account.is_deleted, account.values, set() if account.is_deleted else account.contacts)
            for record_id, account in self.model.accounts.items()
        }


def test_the_org_and_a_dictionary_hold_the_same_records(salesforce_server):
    org, port = salesforce_server

    class Machine(OrgAgainstModel):
        def __init__(self) -> None:
            super().__init__(org, port)

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.reuse, Phase.generate],  # looking for a shorter failure takes minutes over the wire
        ),
    )
