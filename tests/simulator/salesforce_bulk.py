"""Jobs of the Bulk API by hand: made, filled, begun and waited for."""

import csv
import io
import time
from typing import Any

import requests

from tests.simulator.salesforce_fixtures import VERSION, Client

FINAL = {"JobComplete", "Failed", "Aborted"}
Row = dict[str, Any]


def make(salesforce: Client, operation: str, **members: Any) -> Row:
    body = {"object": "Account", "operation": operation, "contentType": "CSV", **members}
    answer = salesforce.call("POST", "jobs/ingest", body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def upload(salesforce: Client, job_id: str, text: str | bytes) -> requests.Response:
    url = f"{salesforce.url}/services/data/v{VERSION}/jobs/ingest/{job_id}/batches"
    body = text.encode() if isinstance(text, str) else text
    return salesforce.http.put(url, data=body, headers={"Content-Type": "text/csv"}, timeout=30)


def enter(salesforce: Client, job_id: str, state: str, kind: str = "ingest") -> requests.Response:
    return salesforce.call("PATCH", f"jobs/{kind}/{job_id}", {"state": state})


def wait(salesforce: Client, job_id: str, kind: str = "ingest", until: set[str] = FINAL) -> Row:
    while True:
        job = dict(salesforce.call("GET", f"jobs/{kind}/{job_id}").json())
        if job["state"] in until:
            return job
        time.sleep(0.005)


def begin(salesforce: Client, operation: str, text: str | bytes, **members: Any) -> str:
    job_id = str(make(salesforce, operation, **members)["id"])
    assert upload(salesforce, job_id, text).status_code == 201
    assert enter(salesforce, job_id, "UploadComplete").json()["state"] == "UploadComplete"
    return job_id


def run(salesforce: Client, operation: str, text: str | bytes, **members: Any) -> Row:
    return wait(salesforce, begin(salesforce, operation, text, **members))


def results(salesforce: Client, job: Row, part: str) -> list[dict[str, str]]:
    answer = salesforce.call("GET", f"jobs/ingest/{job['id']}/{part}")
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode(), newline="")))


def errors(salesforce: Client, job: Row) -> list[str]:
    return [row["sf__Error"] for row in results(salesforce, job, "failedResults")]


def make_query(salesforce: Client, query: str, operation: str = "query", **members: Any) -> str:
    answer = salesforce.call("POST", "jobs/query", {"operation": operation, "query": query, **members})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def fetch(salesforce: Client, job_id: str, **query: Any) -> requests.Response:
    return salesforce.call("GET", f"jobs/query/{job_id}/results", params=query)
