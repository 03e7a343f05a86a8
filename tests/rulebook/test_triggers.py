"""What sets a sync off, how soon and at what cost: 6.1 to 6.11."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from tasks.contracts.changes import Change, What
from tasks.contracts.errors import Halted, Hindered, Throttled, Unreachable
from tasks.contracts.mapping import FieldMapping, MappedObject, SyncRule
from tasks.contracts.mapping_file import parse_mapping
from tasks.contracts.records import Kind, Owed
from tasks.rules.field_plan import Pair, plan_fields
from tasks.rules.mapping_import import Known, import_mapping
from tasks.rules.owners import OwnerDirectory
from tasks.rules.retry_policy import Attempt, next_wait, uses_up_an_attempt
from tasks.rules.routing import choose_tasks
from tests.http.webhooks import PORTAL, event
from tests.rules.mapped import mapped
from tests.rules.test_mapping_check import NAME, check, entry
from workers.gather import Gather
from workers.http.webhook_events import read_events


@pytest.mark.parametrize(
    "happened",
    ["creation", "propertyChange", "deletion", "merge", "restore"],
)
def test_rule_6_2_what_happens_to_a_company_or_contact_in_hubspot_is_a_change(happened):
    for record, kind in (("company", Kind.COMPANY), ("contact", Kind.CONTACT)):
        told = read_events([event(f"{record}.{happened}", propertyName="name")], portal=str(PORTAL)).told
        assert {one.change.record for one in told} == {kind}
        assert all(choose_tasks(one.change) for one in told)


def test_rule_6_2_what_happens_to_other_records_is_counted_and_sets_nothing_off():
    batch = read_events([event("deal.creation"), event("ticket.propertyChange")], portal=str(PORTAL))
    assert (batch.told, batch.not_followed) == ((), {"deal.creation": 1, "ticket.propertyChange": 1})


def test_rule_6_4_a_calculated_field_is_only_ever_read():
    (finding,) = check(NAME, entry("staff", "Sum__c", "number")).findings
    assert 'rule = "always_salesforce"' in finding.remedy
    checked = check(NAME, entry("staff", "Sum__c", "number", SyncRule.ALWAYS_SALESFORCE))
    assert checked.findings == ()
    pair = Pair({"name": "Acme", "staff": "1"}, {"Name": "Acme", "Sum__c": 2.0})
    plan = plan_fields(checked.fields["Account"], pair, OwnerDirectory())
    assert (plan.to_hubspot, plan.to_salesforce) == ({"staff": "2"}, {})


def test_rule_6_5_a_person_who_asks_for_a_company_is_asking_by_force():
    change = Change(version=1, event_id="e", record=Kind.COMPANY, id="1", what=What.SYNC_REQUESTED)
    assert choose_tasks(change) == (Owed("create_account", "1", forced=True),)
    assert [one.forced for one in choose_tasks(change.model_copy(update={"what": What.CHANGED}))] == [False]


def test_rule_6_6_a_change_that_no_rule_carries_writes_nothing():
    fields = [
        mapped(rule=SyncRule.DONT_SYNC, names=("a",), field="A__c"),
        mapped(rule=SyncRule.ALWAYS_SALESFORCE, names=("b",), field="B__c"),
    ]
    plan = plan_fields(fields, Pair({"a": "new", "b": "new"}, {"A__c": "old", "B__c": None}), OwnerDirectory())
    assert (plan.to_hubspot, plan.to_salesforce, plan.problems) == ({}, {}, ())


async def test_rule_6_7_what_a_slice_asks_for_at_once_is_one_call():
    calls: list[int] = []

    def read(requests: Sequence[int]) -> list[int]:
        calls.append(len(requests))
        return list(requests)

    gather = Gather()

    async def flow(number: int) -> int:
        return int(await gather.ask(read, number))

    assert await gather.run([flow(number) for number in range(100)]) == list(range(100))
    assert calls == [100]


def test_rule_6_8_without_quota_work_stays_owed_and_is_not_failing():
    out_of_budget = Throttled("the day is used up", after=timedelta(minutes=15))
    assert next_wait(out_of_budget, Attempt(99, timedelta(hours=24))) == timedelta(minutes=15)
    assert not uses_up_an_attempt(out_of_budget)


def test_rule_6_9_what_fails_is_tried_again_after_twice_the_wait_and_parked_at_the_eighth_failure():
    waits = [next_wait(Hindered("a lock"), Attempt(failures, timedelta())) for failures in range(9)]
    assert waits == [timedelta(seconds=2**failures) for failures in range(8)] + [None]
    assert next_wait(Unreachable("503"), Attempt(99, timedelta(hours=5))) == timedelta(minutes=5)
    assert next_wait(Unreachable("503"), Attempt(99, timedelta(hours=6))) is None


def test_rule_6_10_a_refused_connection_parks_nobody_however_long_it_lasts():
    suspended = Halted("INVALID_SESSION_ID")
    assert next_wait(suspended, Attempt(99, timedelta(days=30))) == timedelta(minutes=5)
    assert not uses_up_an_attempt(suspended)


def test_rule_6_11_an_exported_mapping_of_hubspots_own_integration_becomes_one_of_ours():
    export = "HubSpot Field Name,Salesforce Field Name,Sync Rule\nphone,Phone,Two-way\n"
    imported = import_mapping(export.encode(), Known())
    mapping = parse_mapping(imported.text.encode())
    assert isinstance(mapping, FieldMapping)
    (one,) = mapping.entries[MappedObject.COMPANY]
    assert (one.properties, one.field, one.rule) == (("phone",), "Phone", SyncRule.TWO_WAY)
