"""Which event of HubSpot's becomes which change: a table, and what is counted or kept instead."""

from datetime import UTC, datetime

import pytest

from tasks.contracts.changes import What
from tasks.contracts.records import Kind
from tests.http.webhooks import PORTAL, event, without
from workers.http.webhook_events import WebhookEvents, WrittenValue, read_events


def read(*events: object) -> WebhookEvents:
    return read_events(list(events), portal=str(PORTAL))


def changes(*events: object) -> list[tuple[str, str, str]]:
    return [(one.change.record.value, one.change.id, one.change.what.value) for one in read(*events).told]


COMPANY, CONTACT = Kind.COMPANY.value, Kind.CONTACT.value
MERGED = {"primaryObjectId": 1, "mergedObjectIds": [2, 3], "newObjectId": 4, "objectId": 1}
ENDS = {"fromObjectId": 8, "toObjectId": 9}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (event("company.creation"), [(COMPANY, "512", "created")]),
        (event("contact.creation"), [(CONTACT, "512", "created")]),
        (event("company.deletion"), [(COMPANY, "512", "deleted")]),
        (event("contact.deletion"), [(CONTACT, "512", "deleted")]),
        (event("contact.privacyDeletion"), [(CONTACT, "512", "deleted")]),
        (event("company.propertyChange", propertyName="name"), [(COMPANY, "512", "changed")]),
        (event("contact.propertyChange", propertyName="email"), [(CONTACT, "512", "changed")]),
        (event("company.restore"), [(COMPANY, "512", "restored")]),
        (event("contact.restore"), [(CONTACT, "512", "restored")]),
        (event("object.restore", objectTypeId="0-1"), [(CONTACT, "512", "restored")]),
        (event("company.merge", **MERGED), [(COMPANY, one, "merged") for one in ("4", "1", "2", "3")]),
        (
            event("contact.merge", primaryObjectId=1, mergedObjectIds=2, newObjectId=0, objectId=None),
            [(CONTACT, one, "merged") for one in ("1", "2")],
        ),
        (
            without(
                "objectId", subscription_type="contact.associationChange", associationType="CONTACT_TO_COMPANY", **ENDS
            ),
            [(CONTACT, "8", "associated"), (COMPANY, "9", "associated")],
        ),
        (
            without(
                "objectId", subscription_type="company.associationChange", associationType="COMPANY_TO_CONTACT", **ENDS
            ),
            [(COMPANY, "8", "associated"), (CONTACT, "9", "associated")],
        ),
        (event("object.creation", objectTypeId="0-2"), [(COMPANY, "512", "created")]),
        (event("object.propertyChange", objectTypeId="0-1", propertyName="x"), [(CONTACT, "512", "changed")]),
        (
            event("object.merge", objectTypeId="0-2", mergedObjectIds=[2]),
            [(COMPANY, "512", "merged"), (COMPANY, "2", "merged")],
        ),
        (
            event("object.associationChange", fromObjectTypeId="0-1", toObjectTypeId="0-2", **ENDS),
            [(CONTACT, "8", "associated"), (COMPANY, "9", "associated")],
        ),
        ({**without("subscriptionType"), "eventType": "company.creation"}, [(COMPANY, "512", "created")]),
        (event("company.creation", objectId="512"), [(COMPANY, "512", "created")]),
    ],
)
def test_an_event_becomes_its_changes(told, expected):
    batch = read(told)
    assert changes(told) == expected
    assert not batch.malformed
    assert not batch.not_followed
    assert len({one.change.event_id for one in batch.told}) == len(expected)


@pytest.mark.parametrize(
    "told",
    [
        event("deal.creation"),
        event("company.newKind"),
        event("conversation.newMessage"),
        event("object.creation", objectTypeId="0-3"),
        event("object.creation"),
        event("company.associationChange", associationType="COMPANY_TO_DEAL", **ENDS),
        event("object.associationChange", fromObjectTypeId="0-1", toObjectTypeId="0-3", **ENDS),
        event(""),
        without("subscriptionType"),
    ],
)
def test_what_is_not_followed_is_counted_by_its_type(told):
    batch = read(told, event("company.deletion"))
    assert dict(batch.not_followed) == {told.get("subscriptionType", ""): 1}
    assert len(batch.told) == 1


@pytest.mark.parametrize(
    ("told", "field"),
    [
        (without("objectId"), "objectId"),
        (event(objectId=0), "objectId"),
        (event(objectId=-5), "objectId"),
        (event(objectId=True), "objectId"),
        (event(objectId=1.5), "objectId"),
        (event(objectId=[]), "objectId"),
        (event("company.merge", objectId=None), "merge"),
        (event("company.merge", mergedObjectIds=["x"]), "mergedObjectIds"),
        (event("contact.associationChange", associationType="CONTACT_TO_COMPANY", fromObjectId=1), "toObjectId"),
        ("text", "JSON object"),
        (None, "JSON object"),
    ],
)
def test_an_event_that_lacks_something_is_kept_and_costs_only_itself(told, field):
    batch = read(told, event("company.deletion"))
    assert field in batch.malformed[0].problem
    assert len(batch.told) == 1


def test_the_values_of_a_strange_event_are_not_kept():
    (kept,) = read(event(objectId=None, propertyValue="jane@example.com", more={"name": "Jane"})).malformed
    assert "jane" not in kept.payload.lower()
    assert str(PORTAL) in kept.payload


@pytest.mark.parametrize("told", [event(portalId=1), without("portalId"), event(portalId=None)])
def test_events_of_another_portal_are_counted_only(told):
    batch = read(told, event())
    assert (batch.of_other_portals, len(batch.told), len(batch.malformed)) == (1, 1, 0)


def test_an_event_sent_again_is_the_same_event():
    (first,), (again,) = read(event()).told, read(event(attemptNumber=3, propertyValue="other")).told
    assert first.change.event_id == again.change.event_id


@pytest.mark.parametrize(
    "other",
    [
        event(eventId=2),
        event(subscriptionId=8),
        event(objectId=513),
        event(occurredAt=1_764_000_000_124),
        event("company.restore"),
    ],
)
def test_every_part_of_its_identity_counts(other):
    (first,), (second,) = read(event()).told, read(other).told
    assert first.change.event_id != second.change.event_id


@pytest.mark.parametrize(
    ("occurred_at", "moment"),
    [
        (1_764_000_000_000, datetime(2025, 11, 24, 16, 0, tzinfo=UTC)),
        (10**30, None),
        (-1, None),
        ("soon", None),
        (None, None),
        (True, None),
    ],
)
def test_a_moment_that_cannot_be_is_left_out(occurred_at, moment):
    (told,) = read(event(occurredAt=occurred_at)).told
    assert told.change.occurred_at == moment


PROPERTY = {"subscription_type": "company.propertyChange", "propertyName": "sf_account_id", "propertyValue": "001"}


def test_only_a_property_that_an_app_set_may_be_an_echo():
    (told,) = read(event(**PROPERTY, changeSource="INTEGRATION")).told
    assert told.written == WrittenValue(Kind.COMPANY, "512", "sf_account_id", "001")
    (by_a_person,) = read(event(**PROPERTY)).told
    assert by_a_person.written is None
    (created,) = read(event(changeSource="INTEGRATION")).told
    assert (created.written, created.change.what) == (None, What.CREATED)


def test_a_single_event_needs_no_list():
    assert len(read_events(event(), portal=str(PORTAL)).told) == 1
