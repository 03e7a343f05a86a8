"""What operators ask: does it live, may it be sent anything, what does it count?"""

import pytest
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

from tasks.contracts.errors import ProblemClass
from tasks.contracts.fields import FieldReport, LeftOut
from tasks.contracts.records import Link, Owed
from tests.http.running import PROBLEM, receiving
from tests.http.webhooks import event
from tests.ledger.samples import execute, link
from workers.embedded import free_port
from workers.ledger.field_book import FieldBook
from workers.ledger.owed_book import PostgresOwedBook
from workers.ledger.postgres_ledger import PostgresLedger
from workers.toolbox.ledger import LedgerBatches

ORDER = (
    "field",
    "task",
    "lane",
    "state",
    "problem_class",
    "code",
    "source",
    "outcome",
    "flaw",
    "route",
    "status",
    "le",
)


def figures(receiver) -> dict[tuple[str, tuple[str, ...]], float]:
    families = text_string_to_metric_families(receiver.get("/metrics").text)
    return {
        (one.name, tuple(one.labels[name] for name in sorted(one.labels, key=ORDER.index))): one.value
        for family in families
        for one in family.samples
    }


def test_it_lives_and_is_ready(receiver):
    assert (receiver.get("/health").status_code, receiver.get("/ready").status_code) == (200, 200)


def test_a_schema_of_another_version_is_not_ready_but_alive(receiver):
    with receiver.engine.begin() as connection:
        (version,) = connection.exec_driver_sql("SELECT version_num FROM alembic_version").one()
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    try:
        answer = receiver.get("/ready")
        assert answer.status_code == 503
        assert "tandem migrate" in answer.json()["detail"]
        assert receiver.get("/health").status_code == 200
    finally:
        with receiver.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = %s", (version,))


def test_what_is_owed_is_told_by_task_and_lane(receiver):
    PostgresOwedBook(receiver.engine).owe([Owed("create_account", "1"), Owed("create_account", "2")])
    ago = "now() - interval '5 minutes'"
    execute(receiver.engine, f"UPDATE owed SET owed_since = {ago}, not_before = {ago} WHERE record_id = '1'")
    told = figures(receiver)
    assert told["tandem_ledger_up", ()] == 1
    assert told["tandem_owed", ("create_account", "live", "due")] == 2
    assert told["tandem_parked", ("create_account", "live")] == 0
    assert 300 <= told["tandem_oldest_due_seconds", ("create_account", "live")] < 3600


def test_a_paused_field_raises_the_alarm_in_the_figures_and_once_in_the_log(receiver):
    def refused(number: int) -> tuple[Link, FieldReport]:
        why = ("Fax", ProblemClass.CONFIG, "INVALID_FIELD_FOR_INSERT_UPDATE", "read-only", "Grant it.")
        return link(number, number), FieldReport({}, (LeftOut(*why),))

    batches = LedgerBatches(PostgresLedger(receiver.engine), FieldBook(receiver.engine))
    with capture_logs() as logs:
        batches.record_fields([refused(1), refused(2)])
        batches.record_fields([refused(3)])
    told = figures(receiver)
    assert told["tandem_paused_fields", ("Fax", "INVALID_FIELD_FOR_INSERT_UPDATE")] == 1
    assert told["tandem_parked_fields", ("CONFIG", "INVALID_FIELD_FOR_INSERT_UPDATE")] == 3
    assert [(one["event"], one["field"], one["remedy"]) for one in logs] == [("field.paused", "Fax", "Grant it.")]


def test_paths_that_somebody_thought_up_are_counted_as_one(receiver):
    for number in range(3):
        receiver.get(f"/nowhere/{number}")
    told = figures(receiver)
    assert {labels[0] for (name, labels) in told if name == "tandem_http_requests_total"} >= {"elsewhere", "/metrics"}
    assert not [labels for _, labels in told if any("nowhere" in label for label in labels)]


@pytest.fixture
def without_ledger(engine):
    nowhere = f"postgresql://u:its-password@127.0.0.1:{free_port()}/x"
    with receiving(engine, nowhere) as started:
        started.key = "tandem_" + "0" * 12 + "_" + "0" * 64
        yield started


def test_while_the_ledger_is_away_everybody_is_told_to_come_back(without_ledger):
    answers = [
        without_ledger.post("/changes", []),
        without_ledger.post("/companies/42/sync"),
        without_ledger.deliver([event()]),
        without_ledger.get("/ready"),
    ]
    for answer in answers:
        assert (answer.status_code, answer.headers["Content-Type"]) == (503, PROBLEM)
        assert int(answer.headers["Retry-After"]) >= 1
        assert "its-password" not in answer.text
    assert without_ledger.get("/health").status_code == 200
    assert figures(without_ledger)["tandem_ledger_up", ()] == 0
    assert without_ledger.deliver([event()], secret="another").status_code == 401


def test_what_the_ledger_does_not_take_in_time_is_not_said_to_be_stored(receiver):
    change = {"version": 1, "event_id": "e1", "record": "hubspot.company", "id": "42"}
    with receiver.engine.begin() as other:
        other.exec_driver_sql("LOCK TABLE changes IN ACCESS EXCLUSIVE MODE")
        assert receiver.post("/changes", change).status_code == 503
        assert receiver.deliver([event()]).status_code == 503
    assert (receiver.changes(), receiver.owed(), receiver.woken.owed) == ([], [], [])
    assert receiver.post("/changes", change).json()["new"] == 1
    assert receiver.deliver([event()]).json()["new"] == 1
