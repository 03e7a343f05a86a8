"""`POST /webhooks/hubspot`: whose deliveries are taken, what they make owed, and what is known to be our own echo."""

from datetime import timedelta

import pytest
import requests

from tests.http.running import PROBLEM, receiving
from tests.http.webhooks import PATH, PORTAL, SECRET, event, signed
from tests.waiting import until
from workers.ledger.postgres_ledger import PostgresLedger

COMPANY = "hubspot.company"
WRITTEN = {"propertyName": "sf_account_id", "propertyValue": "001000000000042AAA", "changeSource": "INTEGRATION"}


def know(receiver, **body: object) -> None:
    ledger = PostgresLedger(receiver.engine)
    ledger.record_snapshots("company", {"512": {"id": "512", **body}}, read_at=ledger.now())


def figure(receiver, name: str) -> float:
    lines = receiver.get("/metrics").text.splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))


def test_a_delivery_is_stored_owed_and_woken(receiver):
    answer = receiver.deliver([event(), event("contact.deletion", objectId=7)])
    assert answer.status_code == 200
    assert answer.json()["new"] == 2
    assert receiver.changes() == [
        ("hubspot", COMPANY, "512", "created"),
        ("hubspot", "hubspot.contact", "7", "deleted"),
    ]
    assert receiver.owed() == [("create_account", "512", 1, 0), ("link_contact", "7", 1, 0)]
    until(lambda: len(receiver.woken.owed) == 2)


def test_a_full_batch_is_one_insert_and_answered_while_redis_hangs(receiver):
    receiver.woken.pause.clear()
    try:
        answer = receiver.deliver([event(objectId=number) for number in range(1, 101)])
        assert (answer.status_code, answer.json()["new"]) == (200, 100)
        assert receiver.woken.owed == []
    finally:
        receiver.woken.pause.set()
    assert len(receiver.owed()) == 100


def test_a_delivery_sent_again_or_recorded_and_played_again_changes_nothing(receiver):
    body, headers = signed(receiver.url + PATH, [event(), event("company.deletion")])
    first, again = (requests.post(receiver.url + PATH, data=body, headers=headers, timeout=20) for _ in range(2))
    assert (first.json()["new"], again.json()["new"], again.json()["repeated"]) == (2, 0, 2)
    retried = receiver.deliver([event("company.deletion", attemptNumber=1), event(attemptNumber=1)])
    assert retried.json()["repeated"] == 2
    assert receiver.owed() == [("create_account", "512", 1, 0)]


@pytest.mark.parametrize(
    ("sent", "meaning"),
    [
        pytest.param({"secret": "another"}, "does not fit", id="forged"),
        pytest.param({"ago": timedelta(minutes=5, seconds=1)}, "too old", id="old"),
        pytest.param({"ago": timedelta(days=300)}, "too old", id="played-again-much-later"),
        pytest.param({"ago": timedelta(minutes=-2)}, "in the future", id="in-the-future"),
    ],
)
def test_a_delivery_that_is_not_hubspots_is_refused_and_counted(receiver, sent, meaning):
    before = figure(receiver, "tandem_refused_webhooks_total")
    answer = receiver.deliver([event()], **sent)
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == PROBLEM
    assert meaning in answer.json()["detail"]
    assert SECRET not in answer.text
    assert receiver.changes() == []
    assert figure(receiver, "tandem_refused_webhooks_total") == before + 1


def test_a_delivery_that_was_tampered_with_is_refused(receiver):
    body, headers = signed(receiver.url + PATH, [event()])
    for tampered, query in ((body.replace(b"512", b"513"), ""), (body + b" ", ""), (body, "?a=1")):
        answer = requests.post(receiver.url + PATH + query, data=tampered, headers=headers, timeout=20)
        assert answer.status_code == 401
    for name in ("X-HubSpot-Signature-v3", "X-HubSpot-Request-Timestamp"):
        without = {key: value for key, value in headers.items() if key != name}
        assert requests.post(receiver.url + PATH, data=body, headers=without, timeout=20).status_code == 401
    assert receiver.changes() == []


def test_a_query_hubspot_was_given_is_part_of_what_is_signed(receiver):
    address = receiver.url + PATH + "?to="
    body, headers = signed(address + "a/b%20c", [event()])
    answer = requests.post(address + "a%2Fb%20c", data=body, headers=headers, timeout=20)
    assert answer.status_code == 200


def test_events_of_another_portal_are_refused_unless_there_are_ours_among_them(receiver):
    answer = receiver.deliver([event(portalId=1)])
    assert (answer.status_code, answer.headers["Content-Type"]) == (403, PROBLEM)
    assert receiver.deliver([event(portalId=1), event()]).status_code == 200
    assert len(receiver.changes()) == 1


def test_what_is_not_followed_is_answered_and_counted(receiver):
    before = figure(receiver, 'tandem_received_changes_total{outcome="not_followed",source="webhook"}')
    answer = receiver.deliver([event("deal.creation"), event("company.somethingNew")])
    assert (answer.status_code, answer.json()["not_followed"]) == (200, 2)
    assert figure(receiver, 'tandem_received_changes_total{outcome="not_followed",source="webhook"}') == before + 2
    assert receiver.changes() == []


def test_a_strange_event_is_kept_without_its_values_and_costs_only_itself(receiver):
    answer = receiver.deliver([event(objectId="x", propertyValue="jane@example.com"), event()])
    assert (answer.status_code, answer.json()["malformed"], answer.json()["new"]) == (200, 1, 1)
    ((payload, problem),) = receiver.malformed()
    assert "jane" not in payload
    assert "objectId" in problem


@pytest.mark.parametrize("body", [b"", b"{", b"\xff"])
def test_what_is_signed_and_yet_no_json_is_refused(receiver, body):
    assert receiver.deliver(body).status_code == 400


def test_an_echo_of_our_own_write_owes_nothing(receiver):
    know(receiver, account_id=WRITTEN["propertyValue"])
    answer = receiver.deliver([event("company.propertyChange", **WRITTEN)])
    assert (answer.json()["echoes"], answer.json()["new"]) == (1, 0)
    assert (receiver.changes(), receiver.owed()) == ([], [])


@pytest.mark.parametrize(
    ("known", "told"),
    [
        pytest.param({"account_id": "001000000000007AAA"}, {}, id="another-app-wrote-another-value"),
        pytest.param({"account_id": WRITTEN["propertyValue"]}, {"propertyValue": ""}, id="it-was-cleared"),
        pytest.param({"account_id": WRITTEN["propertyValue"]}, {"changeSource": "CRM_UI"}, id="a-person-wrote-it"),
        pytest.param({"account_id": WRITTEN["propertyValue"]}, {"propertyName": "city"}, id="of-another-property"),
        pytest.param({"account_id": WRITTEN["propertyValue"]}, {"objectId": 513}, id="of-another-company"),
        pytest.param(None, {}, id="nothing-is-known"),
    ],
)
def test_the_source_alone_makes_no_echo(receiver, known, told):
    if known is not None:
        know(receiver, **known)
    answer = receiver.deliver([event("company.propertyChange", **{**WRITTEN, **told})])
    assert (answer.json()["echoes"], answer.json()["new"]) == (0, 1)
    assert len(receiver.owed()) == 1


def test_news_beside_an_echo_is_news(receiver):
    know(receiver, account_id=WRITTEN["propertyValue"])
    answer = receiver.deliver([event("company.propertyChange", **WRITTEN), event("company.deletion")])
    assert (answer.json()["echoes"], answer.json()["new"]) == (1, 1)


def test_either_secret_is_good_while_they_are_exchanged(engine, database_url):
    with receiving(engine, database_url, hubspot_webhook_secrets=f"{SECRET} newer") as receiver:
        assert receiver.deliver([event(eventId=71)]).status_code == 200
        assert receiver.deliver([event(eventId=72)], secret="newer").status_code == 200
        assert receiver.deliver([event(eventId=73)], secret=f"{SECRET} newer").status_code == 401


def test_without_a_secret_there_are_no_webhooks(engine, database_url):
    with receiving(engine, database_url, hubspot_webhook_secrets="") as receiver:
        assert receiver.deliver([event()]).status_code == 404
        assert receiver.deliver([event()], secret="").status_code == 404


def test_it_is_the_configured_address_that_counts(engine, database_url):
    public = "https://sync.example.com/tandem"
    with receiving(engine, database_url, public_url=public) as receiver:
        assert receiver.deliver([event(eventId=81)]).status_code == 401
        body, headers = signed(public + PATH, [event(eventId=81, portalId=PORTAL)])
        headers |= {"Host": "elsewhere.example", "X-Forwarded-Host": "elsewhere.example"}
        assert requests.post(receiver.url + PATH, data=body, headers=headers, timeout=20).status_code == 200


def test_an_echo_of_a_mapped_property_that_we_wrote_owes_nothing_and_the_next_edit_does(receiver):
    know(receiver, mapped={"phone": "", "city": "Bonn"})
    ledger = PostgresLedger(receiver.engine)
    ledger.patch_snapshots("company", {"512": {"mapped": {"phone": "555"}}})
    ours = {**WRITTEN, "propertyName": "phone", "propertyValue": "555"}
    answer = receiver.deliver([event("company.propertyChange", **ours)])
    assert (answer.json()["echoes"], receiver.owed()) == (1, [])
    answer = receiver.deliver([event("company.propertyChange", **{**ours, "propertyValue": "777"})])
    assert (answer.json()["echoes"], len(receiver.owed())) == (0, 1)
