"""The jobs of the Bulk API that read."""

from pathlib import Path

import pytest

from tests.simulator import salesforce_fixtures as fixtures
from tests.simulator.salesforce_bulk import enter, fetch, make_query, wait
from tests.simulator.salesforce_fixtures import KEY_FIELD, Client, refusal

salesforce_server = fixtures.salesforce_server


@pytest.fixture
def salesforce(salesforce_server) -> Client:
    org, port = salesforce_server
    org.reset()
    org.configure({"bulk_queue_seconds": 0, "bulk_batch_seconds": 0})
    org.seed({"Account": [{"Name": f"Acme {number}", KEY_FIELD: str(number)} for number in range(5)]})
    return Client(org, port)


def run(salesforce: Client, query: str, operation: str = "query", **members: str) -> str:
    job_id = make_query(salesforce, query, operation, **members)
    assert wait(salesforce, job_id, "query")["state"] == "JobComplete"
    return job_id


def test_a_query_is_answered_in_quoted_csv(salesforce):
    salesforce.create("Contact", LastName='Doe "J", Jr.', Account={KEY_FIELD: "1"})
    salesforce.create("Contact", LastName="Roe")
    answer = fetch(salesforce, run(salesforce, "SELECT LastName, account.name, HasOptedOutOfEmail FROM Contact"))
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.content.decode() == (
        '"LastName","account.name","HasOptedOutOfEmail"\n"Doe ""J"", Jr.","Acme 1","false"\n"Roe","","false"\n'
    )


def test_a_large_result_is_fetched_page_by_page(salesforce):
    job_id = run(salesforce, "SELECT Name FROM Account ORDER BY Name")
    assert wait(salesforce, job_id, "query")["numberRecordsProcessed"] == 5
    locator, names, sizes = "", [], []
    while locator != "null":
        answer = fetch(salesforce, job_id, maxRecords=2, locator=locator)
        locator = answer.headers["Sforce-Locator"]
        sizes.append(answer.headers["Sforce-NumberOfRecords"])
        names += answer.text.splitlines()[1:]
    assert names == [f'"Acme {number}"' for number in range(5)]
    assert sizes == ["2", "2", "1"]


def test_the_form_of_the_csv_can_be_chosen(salesforce):
    query = f"SELECT Name, {KEY_FIELD} FROM Account LIMIT 1"
    job_id = run(salesforce, query, columnDelimiter="PIPE", lineEnding="CRLF")
    assert fetch(salesforce, job_id).content == f'"Name"|"{KEY_FIELD}"\r\n"Acme 0"|"0"\r\n'.encode()


def test_an_empty_result_has_a_header(salesforce):
    answer = fetch(salesforce, run(salesforce, "SELECT Id FROM Account WHERE Name = 'Nobody'"))
    assert (answer.text, answer.headers["Sforce-Locator"]) == ('"Id"\n', "null")


def test_a_query_of_everything_finds_deleted_records(salesforce):
    (first, *_) = salesforce.ids("SELECT Id FROM Account")
    salesforce.call("DELETE", f"sobjects/Account/{first}")
    query = "SELECT IsDeleted FROM Account"
    assert fetch(salesforce, run(salesforce, query)).text.count("true") == 0
    assert fetch(salesforce, run(salesforce, query, "queryAll")).text.count("true") == 1


def test_a_query_job_can_be_aborted_and_deleted(salesforce):
    salesforce.org.configure({"bulk_queue_seconds": 3_600})
    job_id = make_query(salesforce, "SELECT Id FROM Account")
    assert refusal(fetch(salesforce, job_id)) == (400, "INVALIDJOBSTATE")
    assert enter(salesforce, job_id, "Aborted", "query").json()["state"] == "Aborted"
    assert refusal(enter(salesforce, job_id, "UploadComplete", "query")) == (400, "JSON_PARSER_ERROR")
    assert salesforce.call("DELETE", f"jobs/query/{job_id}").status_code == 204
    assert salesforce.call("GET", "jobs/query").json()["records"] == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"operation": "query"}, "JSON_PARSER_ERROR"),
        ({"operation": "insert", "query": "SELECT Id FROM Account"}, "JSON_PARSER_ERROR"),
        ({"operation": "query", "query": "SELECT Id FROM"}, "MALFORMED_QUERY"),
        ({"operation": "query", "query": "SELECT Nope FROM Account"}, "INVALID_FIELD"),
        ({"operation": "query", "query": "SELECT Id FROM Account WHERE Nope = 1"}, "INVALID_FIELD"),
        ({"operation": "query", "query": "SELECT Id FROM Nope"}, "INVALID_TYPE"),
        ({"operation": "query", "query": "SELECT COUNT() FROM Account"}, "API_ERROR"),
        ({"operation": "query", "query": "SELECT COUNT(Id) FROM Account"}, "API_ERROR"),
        ({"operation": "query", "query": "SELECT Name FROM Account GROUP BY Name"}, "API_ERROR"),
        ({"operation": "query", "query": "SELECT Id, (SELECT Id FROM Contacts) FROM Account"}, "API_ERROR"),
        ({"operation": "query", "query": "SELECT FIELDS(ALL) FROM Account LIMIT 5"}, "API_ERROR"),
        ({"operation": "query", "query": "SELECT Id FROM Account LIMIT 5 OFFSET 5"}, "API_ERROR"),
        ({"operation": "query", "query": "SELECT Id FROM Account", "contentType": "JSON"}, "INVALIDJOB"),
    ],
)
def test_a_query_job_that_makes_no_sense_is_refused(salesforce, body, code):
    assert refusal(salesforce.call("POST", "jobs/query", body)) == (400, code)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"locator": "x"}, "INVALID_QUERY_LOCATOR"),
        ({"locator": "####"}, "INVALID_QUERY_LOCATOR"),
        ({"maxRecords": "0"}, "INVALID_REQUEST_PARAMETER"),
        ({"maxRecords": "-1"}, "INVALID_REQUEST_PARAMETER"),
        ({"maxRecords": "many"}, "INVALID_REQUEST_PARAMETER"),
    ],
)
def test_a_page_that_makes_no_sense_is_refused(salesforce, query, code):
    assert refusal(fetch(salesforce, run(salesforce, "SELECT Id FROM Account"), **query)) == (400, code)


def test_a_query_that_the_org_no_longer_understands_fails(salesforce):
    for seconds in (0.2, 0.8, 3.2, 12.8):  # until the org is changed before the job begins
        salesforce.org.configure({"bulk_queue_seconds": seconds, "missing_fields": []})
        job_id = make_query(salesforce, f"SELECT {KEY_FIELD} FROM Account")
        salesforce.org.configure({"missing_fields": [f"Account.{KEY_FIELD}"]})
        job = wait(salesforce, job_id, "query")
        if job["state"] == "Failed":
            break
    assert (job["state"], "No such column" in job["errorMessage"]) == ("Failed", True)


def test_query_jobs_have_a_quota_of_their_own(salesforce):
    salesforce.org.configure({"daily_bulk_query_jobs": 1})
    run(salesforce, "SELECT Id FROM Account")
    assert salesforce.call("GET", "limits").json()["DailyBulkV2QueryJobs"] == {"Max": 1, "Remaining": 0}
    body = {"operation": "query", "query": "SELECT Id FROM Account"}
    assert refusal(salesforce.call("POST", "jobs/query", body)) == (400, "EXCEEDEDQUOTA")


def test_the_library_queries_and_downloads(salesforce, tmp_path):
    account = salesforce.library().bulk2.Account
    pages = list(account.query("SELECT Name FROM Account ORDER BY Name", max_records=3, wait=0))
    assert [len(page.splitlines()) for page in pages] == [4, 3]
    query = "SELECT Name FROM Account ORDER BY Name"
    files = account.download(query, path=str(tmp_path), max_records=4, wait=0)
    assert [file["number_of_records"] for file in files] == [4, 1]
    assert Path(files[1]["file"]).read_text(encoding="utf-8") == '"Name"\n"Acme 4"\n'
