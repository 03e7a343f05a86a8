"""Values and their holders, and the texts that records share."""

import pytest

from simulator.salesforce.catalogue import STANDARD
from simulator.salesforce.field_index import FieldIndex, index_key
from simulator.salesforce.schema import Field
from simulator.shared_values import MOST_REMEMBERED, SharedValues
from tests.simulator import salesforce_fixtures as fixtures

salesforce_server, salesforce = fixtures.salesforce_server, fixtures.salesforce
EMAIL = Field("Email", "email", length=80)


def test_holders_come_and_go_in_order_whatever_their_number():
    index = FieldIndex(EMAIL)
    for record_id in ("1", "2", "3", "2"):
        index.add("A@example.com", record_id)
    index.add("b@example.com", "4")
    index.remove("a@EXAMPLE.com", "1")
    assert list(index.holders("a@example.com")) == ["2", "3"]
    index.remove("a@example.com", "2")
    index.remove("a@example.com", "3")
    index.remove("b@example.com", "4")
    assert [*index.holders("a@example.com"), *index.holders("b@example.com")] == []
    index.add("a@example.com", "5")
    assert list(index.holders("a@example.com")) == ["5"]


@pytest.mark.parametrize(
    ("field", "value", "key"),
    [(EMAIL, "A@b.C", "a@b.c"), (Field("Key__c", case_sensitive=True), "Ab", "Ab"),
     (Field("AccountId", "reference"), "001Vr0000000001AAA", "001Vr0000000001")],
)  # fmt: skip
def test_a_key_ignores_what_the_field_ignores(field, value, key):
    assert index_key(field, value) == key


def test_a_text_that_needs_no_folding_is_its_own_key():
    value = "".join(["a@b", ".c"])
    assert index_key(EMAIL, value) is value


def test_parents_are_indexed_and_owners_are_not():
    indexed = {field.name for field in STANDARD["Contact"][1] if field.indexed}
    assert {"AccountId", "Email", "HubSpot_Contact_Id__c", "MasterRecordId"} <= indexed
    assert indexed.isdisjoint({"OwnerId", "CreatedById", "LastModifiedById"})


def test_equal_texts_become_one_object_until_a_field_has_too_many():
    shared, numbers = SharedValues(), range(MOST_REMEMBERED)
    first = [shared.share("City", f"City {n}") for n in numbers]
    assert all(shared.share("City", f"City {n}") is first[n] for n in numbers)
    late = "".join(["too ", "late"])
    assert shared.share("City", late) is late
    assert shared.share("City", "".join(["too ", "late"])) is not late


def test_records_written_apart_hold_the_same_text(salesforce):
    ids = [salesforce.create(Name=f"Account {n}", BillingCity="Trier") for n in range(2)]
    one, other = (next(r for r in salesforce.org.state()["Account"] if r["Id"] == each) for each in ids)
    assert one["BillingCity"] is other["BillingCity"]
