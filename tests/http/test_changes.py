"""`POST /changes` and the Sync button over HTTP: who is let in, what is stored, and what a bad event costs."""

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tasks.contracts.changes import MAX_EVENTS
from tasks.contracts.records import Owed
from tests.http.running import PROBLEM
from tests.waiting import until
from workers.http.changes import MAX_BYTES
from workers.ledger.producers import PostgresProducers


def change(event_id: str = "e1", **values: Any) -> dict[str, Any]:
    return {"version": 1, "event_id": event_id, "record": "hubspot.company", "id": "42", **values}


def refusal(answer: requests.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == PROBLEM
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    return body


def test_what_is_announced_is_stored_owed_and_then_woken(receiver):
    answer = receiver.post("/changes", [change("e1"), change("e2", record="hubspot.contact", id="7")])
    assert answer.status_code == 202
    assert answer.json() == {"new": 2, "repeated": 0, "owed": 2, "refused": []}
    assert receiver.changes() == [
        ("crm-bridge", "hubspot.company", "42", "changed"),
        ("crm-bridge", "hubspot.contact", "7", "changed"),
    ]
    assert receiver.owed() == [("create_account", "42", 1, 0), ("link_contact", "7", 1, 0)]
    until(lambda: receiver.woken.owed == [Owed("create_account", "42"), Owed("link_contact", "7")])


def test_the_answer_does_not_wait_for_redis_and_a_lost_wake_up_costs_nothing(receiver):
    receiver.woken.pause.clear()
    try:
        answers = [receiver.post("/changes", change(f"e{number}", id=str(number))) for number in range(1, 6)]
    finally:
        assert receiver.woken.owed == []
        assert len(receiver.owed()) == 5
        receiver.woken.pause.set()
    assert {answer.status_code for answer in answers} == {202}
    until(lambda: len(receiver.woken.owed) == 5)


def test_a_single_event_needs_no_list_and_no_event_is_no_mistake(receiver):
    assert receiver.post("/changes", change()).json()["new"] == 1
    assert receiver.post("/changes", []).json() == {"new": 0, "repeated": 0, "owed": 0, "refused": []}


def test_the_same_event_again_is_one_change(receiver):
    receiver.post("/changes", change())
    again = receiver.post("/changes", [change(), change()])
    assert (again.status_code, again.json()["new"], again.json()["repeated"]) == (202, 0, 2)
    assert receiver.owed() == [("create_account", "42", 1, 0)]


def test_the_same_event_from_many_connections_at_once_is_one_change(receiver):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: receiver.post("/changes", change()), range(8)))
    assert sum(answer.json()["new"] for answer in answers) == 1
    assert receiver.owed() == [("create_account", "42", 1, 0)]


def test_a_producer_can_neither_speak_as_another_nor_use_up_its_event_ids(receiver):
    receiver.post("/changes", change("e1", producer="billing"))
    assert receiver.changes() == [("crm-bridge", "hubspot.company", "42", "changed")]
    receiver.key = PostgresProducers(receiver.engine).add("billing")
    assert receiver.post("/changes", change("e1")).json()["new"] == 1
    assert {producer for producer, *_ in receiver.changes()} == {"billing", "crm-bridge"}


def test_a_bad_event_costs_only_itself_and_is_kept(receiver):
    events = [change("e1"), change("e2", id="jane@example.com"), "text", change("e4", id="43", colour="red")]
    answer = receiver.post("/changes", events)
    assert answer.status_code == 202
    body = answer.json()
    assert (body["new"], [(one["index"], one["field"]) for one in body["refused"]]) == (
        1,
        [(1, "id"), (2, ""), (3, "")],
    )
    assert all(one["problem"] for one in body["refused"])
    assert "jane" not in answer.text
    assert "colour" not in answer.text
    assert len(receiver.malformed()) == 3


def test_where_no_event_is_any_good_the_request_is_refused_event_by_event(receiver):
    body = refusal(receiver.post("/changes", [change(id="x"), 5]), 422)
    assert [(one["index"], one["field"]) for one in body["errors"]] == [(0, "id"), (1, "")]
    assert len(receiver.malformed()) == 2
    assert receiver.changes() == []


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic {key}",
        "{key}",
        "Bearer {key}0",
        "Bearer tandem_000000000000_" + "0" * 64,
        "Bearer é",
    ],
)
def test_without_a_good_key_nothing_is_taken(receiver, header):
    text = header.format(key=receiver.key).encode()
    answer = requests.post(
        f"{receiver.url}/changes", data=b"{}", headers={"Authorization": text} if text else {}, timeout=20
    )
    body = refusal(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert receiver.key not in answer.text
    assert "tandem producer add" in body["detail"]
    assert receiver.changes() == []


def test_a_revoked_key_is_refused_with_the_next_request(receiver):
    assert receiver.post("/changes", change()).status_code == 202
    PostgresProducers(receiver.engine).revoke("crm-bridge")
    refusal(receiver.post("/changes", change("e2")), 401)
    assert len(receiver.changes()) == 1


def test_the_key_is_stamped_when_it_is_used(receiver):
    receiver.post("/changes", change())
    assert PostgresProducers(receiver.engine).list_keys()[0].last_used_at is not None


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b"[1,]", b"[" * 100_000, b"9" * 10_000, b"nul", b'{"a":'],
)
def test_what_is_no_json_is_refused(receiver, body):
    assert "JSON" in refusal(receiver.post("/changes", body), 400)["detail"] or b"[[" in body


@pytest.mark.parametrize(
    "headers",
    [
        {"Content_Type": "text/plain"},
        {"Content_Type": "application/json; charset=latin-1"},
        {"Content_Type": ""},
        {"Content_Type": "application/json", "Content_Encoding": "gzip"},
    ],
)
def test_another_kind_of_body_is_refused(receiver, headers):
    refusal(receiver.post("/changes", change(), **headers), 415)


def test_utf_8_may_be_named(receiver):
    assert receiver.post("/changes", change(), Content_Type='application/json; charset="UTF-8"').status_code == 202


def test_a_body_that_is_announced_too_large_is_refused_before_it_is_sent(receiver):
    where = urlsplit(receiver.url)
    with socket.create_connection((where.hostname, where.port), timeout=20) as connection:
        head = f"POST /changes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {receiver.key}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {MAX_BYTES + 1}\r\n\r\n"
        connection.sendall(head.encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 413")


def test_a_body_that_turns_out_too_large_is_refused_before_its_end(receiver):
    def without_end():
        yield b"["
        while True:
            yield b" " * 65_536

    url, headers = (
        f"{receiver.url}/changes",
        {"Authorization": f"Bearer {receiver.key}", "Content-Type": "application/json"},
    )
    try:
        answer = requests.post(url, data=without_end(), headers=headers, timeout=20)
    except requests.ConnectionError:
        return  # it closed the connection while we were still talking
    assert answer.status_code == 413


def test_too_many_events_are_refused_and_none_is_taken(receiver):
    body = refusal(receiver.post("/changes", [change(f"e{number}") for number in range(MAX_EVENTS + 1)]), 413)
    assert f"{MAX_EVENTS:,}" in body["detail"]
    assert receiver.changes() == []
    assert receiver.post("/changes", [change(f"e{number}") for number in range(MAX_EVENTS)]).json()["new"] == MAX_EVENTS


def test_a_producer_that_asks_too_much_at_once_is_told_to_wait_and_others_are_not(receiver):
    other = PostgresProducers(receiver.engine).add("billing")
    where, waiting = urlsplit(receiver.url), []
    head = f"POST /changes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {receiver.key}\r\n"
    head += "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n"

    def is_full() -> bool:
        waiting.append(socket.create_connection((where.hostname, where.port), timeout=20))
        waiting[-1].sendall(head.encode())
        return bool(receiver.post("/changes", change()).status_code == 429)

    try:
        until(is_full)
        answer = receiver.post("/changes", change())
        refusal(answer, 429)
        assert answer.headers["Retry-After"] == "1"
        assert receiver.post("/changes", change("e9"), Authorization=f"Bearer {other}").status_code == 202
    finally:
        for each in waiting:
            each.close()
    until(lambda: receiver.post("/changes", change()).status_code == 202)


def test_pressing_sync_makes_the_company_owed_whatever_the_rules_say(receiver):
    answer = receiver.post("/companies/42/sync")
    assert answer.status_code == 202
    assert answer.json()["company"] == "42"
    assert receiver.owed() == [("create_account", "42", 1, 1)]
    assert receiver.changes() == [("crm-bridge", "hubspot.company", "42", "sync_requested")]
    until(lambda: receiver.woken.owed == [Owed("create_account", "42", forced=True)])


def test_pressing_sync_twice_asks_twice(receiver):
    first, second = (receiver.post("/companies/42/sync").json()["event_id"] for _ in range(2))
    assert first != second
    assert receiver.owed() == [("create_account", "42", 2, 2)]


@pytest.mark.parametrize("company", ["0", "abc", "-1", "4%202", "1" * 21, "42%0A"])
def test_what_is_no_company_cannot_be_synced(receiver, company):
    assert "company_id" in refusal(receiver.post(f"/companies/{company}/sync"), 422)["detail"]
    assert receiver.changes() == []


def test_sync_needs_a_key_too(receiver):
    receiver.key = ""
    refusal(receiver.post("/companies/42/sync"), 401)


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/changes", 405), ("POST", "/changes/", 404), ("GET", "/docs", 404)]
)
def test_what_the_framework_refuses_is_a_problem_as_well(receiver, method, path, status):
    refusal(requests.request(method, receiver.url + path, timeout=20), status)


def test_what_is_stored_does_not_hold_more_than_was_asked_for(receiver):
    receiver.post("/changes", json.dumps(change(occurred_at="2026-11-25T10:00:00Z")).encode())
    with receiver.engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT occurred_at, event_id FROM changes").one()
    assert row.occurred_at.utcoffset() == timedelta()
    assert row.event_id == "crm-bridge:e1"
