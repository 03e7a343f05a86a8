"""An announcement is noted once, and what it makes owed is owed for a HubSpot record."""

import pytest
from sqlalchemy import Engine, select

from tasks.contracts.changes import Change, What, malformed_event
from tasks.contracts.records import AccountId, CompanyId, ContactId, ContactLink, Kind, Link, Owed, PersonId, PersonKind
from tasks.rules.routing import choose_tasks
from tests.ledger.samples import at_once, link_request, owed_row, wait_until_blocked
from workers.ledger.inbox import PostgresInbox
from workers.ledger.models import ChangeRow, MalformedRow, OwedRow
from workers.ledger.postgres_ledger import PostgresLedger

ACCOUNT = AccountId("0015g00000AbCdEAAV")
OTHER_CASE = AccountId("0015g00000abcdeAAA")
PERSON = PersonId("0035g00000XyZabAAB")


def routed(event_id: str, kind: Kind = Kind.COMPANY, record_id: str = "1", what: What = What.CHANGED):
    change = Change(version=1, event_id=event_id, record=kind, id=record_id, what=what, producer="crm-bridge")
    return change, choose_tasks(change)


def noted(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return dict(connection.execute(select(ChangeRow.event_id, ChangeRow.owed_rows)).all())


def test_a_change_is_noted_and_its_task_owed(engine: Engine, inbox: PostgresInbox) -> None:
    received = inbox.record_changes([routed("a"), routed("b", Kind.CONTACT, "7")])
    assert (received.new, received.repeated) == (2, 0)
    assert received.owed == (Owed("create_account", "1"), Owed("link_contact", "7"))
    assert noted(engine) == {"a": 1, "b": 1}
    assert owed_row(engine, "7", "link_contact").requested == 1


def test_the_same_event_again_owes_nothing(engine: Engine, inbox: PostgresInbox) -> None:
    inbox.record_changes([routed("a")])
    received = inbox.record_changes([routed("a"), routed("b"), routed("b")])
    assert (received.new, received.repeated, received.owed) == (1, 2, (Owed("create_account", "1"),))
    assert owed_row(engine).requested == 2


def test_the_same_event_from_many_producers_at_once_counts_once(engine: Engine, inbox: PostgresInbox) -> None:
    batch = [routed(f"e{n:03d}", record_id=str(n)) for n in range(1, 401)]
    received = at_once(*[lambda turn=turn: inbox.record_changes(batch[::turn]) for turn in (1, -1, 1, -1)])
    assert sum(one.new for one in received) == 400
    with engine.connect() as connection:
        assert set(connection.scalars(select(OwedRow.requested))) == {1}


def test_batches_in_another_order_wait_for_each_other_and_never_in_a_circle(engine: Engine, inbox) -> None:
    insert = "INSERT INTO changes (event_id, version, kind, record_id, what) VALUES (%s, 1, 'x', '1', 'changed')"
    with engine.connect() as other:
        other.exec_driver_sql("SET LOCAL deadlock_timeout = '20s'")
        other.exec_driver_sql(insert, ("a",))

        def cross() -> None:
            wait_until_blocked(engine)
            other.exec_driver_sql(insert, ("b",))
            other.commit()

        received, _ = at_once(lambda: inbox.record_changes([routed("b"), routed("a")]), cross)
    assert (received.new, received.repeated) == (0, 2)


def test_a_person_who_asked_is_remembered(engine: Engine, inbox: PostgresInbox) -> None:
    received = inbox.record_changes([routed("a"), routed("b", what=What.SYNC_REQUESTED)])
    assert {one.forced for one in received.owed} == {False, True}
    row = owed_row(engine)
    assert (row.requested, row.forced_upto) == (1, 1)


def test_a_note_without_its_work_is_not_kept(engine: Engine, inbox: PostgresInbox) -> None:
    change, _ = routed("a")
    with pytest.raises(Exception, match="lane"):
        inbox.record_changes([(change, [Owed("create_account", "1", "express")])])  # type: ignore[arg-type]
    assert noted(engine) == {}


@pytest.mark.parametrize("announced", [ACCOUNT, ACCOUNT[:15]])
def test_an_account_stands_for_its_company(engine: Engine, inbox, ledger: PostgresLedger, announced) -> None:
    ledger.record_links([link_request(Link(CompanyId("1"), ACCOUNT)), link_request(Link(CompanyId("2"), OTHER_CASE))])
    received = inbox.record_changes([routed("a", Kind.ACCOUNT, announced)])
    assert received.owed == (Owed("link_company", "1"),)
    assert owed_row(engine, "1", "link_company").requested == 1
    assert owed_row(engine, announced, "link_company") is None


@pytest.mark.parametrize("announced", [ACCOUNT, ACCOUNT[:15]])
def test_an_account_without_a_company_is_owed_one_under_its_long_id(inbox: PostgresInbox, announced: str) -> None:
    assert inbox.record_changes([routed("a", Kind.ACCOUNT, announced)]).owed == (Owed("create_company", ACCOUNT),)


@pytest.mark.parametrize("kind", [Kind.SALESFORCE_CONTACT, Kind.LEAD])
def test_a_person_stands_for_the_contacts_linked_with_it(inbox, ledger: PostgresLedger, kind) -> None:
    ledger.record_contact_links(
        [ContactLink(ContactId(one), PERSON, PersonKind.CONTACT) for one in ("8", "7")]
        + [ContactLink(ContactId("9"), PersonId("0035g00000xyzabAAA"), PersonKind.CONTACT)]
    )
    received = inbox.record_changes([routed("a", kind, PERSON[:15])])
    assert received.owed == (Owed("link_contact", "7"), Owed("link_contact", "8"))


@pytest.mark.parametrize(
    ("kind", "record_id"),
    [(Kind.LEAD, PERSON), (Kind.SALESFORCE_CONTACT, PERSON), (Kind.OPPORTUNITY, PERSON)],
)
def test_a_salesforce_record_without_a_link_is_noted_and_owes_nothing(engine, inbox, kind, record_id) -> None:
    change, owed = routed("a", kind, record_id)
    received = inbox.record_changes([(change, owed or (Owed("create_account", record_id),))])
    assert (received.new, received.owed) == (1, ())
    assert noted(engine) == {"a": 0}
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM owed").scalar_one() == 0


def test_the_malformed_is_kept_whole_and_counted(engine: Engine, inbox: PostgresInbox) -> None:
    strange = malformed_event({"id": "a\x00b\ud800"}, "version: Field required")
    inbox.park_malformed([strange, strange])
    inbox.park_malformed([strange, malformed_event("x", "an event is a JSON object")])
    with engine.connect() as connection:
        rows = connection.execute(select(MalformedRow.payload, MalformedRow.problem, MalformedRow.times)).all()
    assert set(rows) == {
        (strange.payload, "version: Field required", 3),
        ('"x"', "an event is a JSON object", 1),
    }


def test_an_empty_batch_is_nothing(inbox: PostgresInbox) -> None:
    assert inbox.record_changes([]).new == 0
    inbox.park_malformed([])


def test_events_are_kept_as_announced(engine: Engine, inbox: PostgresInbox) -> None:
    change = Change.model_validate(
        {"version": 1, "event_id": "a", "record": "hubspot.company", "id": "1", "occurred_at": "2026-01-01T10:00:00Z"}
    )
    inbox.record_changes([(change, ())])
    with engine.connect() as connection:
        row = connection.execute(select(ChangeRow)).one()
    assert (row.version, row.kind, row.record_id, row.what) == (1, "hubspot.company", "1", "changed")
    assert (row.occurred_at, row.owed_rows) == (change.occurred_at, 0)
