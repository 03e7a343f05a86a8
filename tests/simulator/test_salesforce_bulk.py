"""The jobs of the Bulk API that write."""

import time

import pytest

from tests.simulator import salesforce_fixtures as fixtures
from tests.simulator.salesforce_bulk import begin, enter, errors, make, results, run, upload, wait
from tests.simulator.salesforce_fixtures import KEY_FIELD, Client, refusal

salesforce_server = fixtures.salesforce_server
WRONG_TYPE = "INVALID_TYPE_ON_FIELD_IN_RECORD"
UPSERT = {"externalIdFieldName": KEY_FIELD}
DELIMITERS = {"BACKQUOTE": "`", "CARET": "^", "COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "TAB": "\t"}


@pytest.fixture
def salesforce(salesforce_server) -> Client:
    org, port = salesforce_server
    org.reset()
    org.configure({"bulk_queue_seconds": 0, "bulk_batch_seconds": 0})
    return Client(org, port)


def test_a_job_goes_from_open_to_in_progress(salesforce):
    salesforce.org.configure({"bulk_batch_seconds": 3_600})
    job = make(salesforce, "upsert", **UPSERT)
    address = f"services/data/v62.0/jobs/ingest/{job['id']}/batches"
    assert (job["state"], job["apiVersion"], job["contentUrl"]) == ("Open", 62.0, address)
    assert upload(salesforce, job["id"], f"{KEY_FIELD},Name\n1,Acme\n").status_code == 201
    assert enter(salesforce, job["id"], "UploadComplete").json()["state"] == "UploadComplete"
    assert "contentUrl" not in wait(salesforce, job["id"], until={"InProgress"})


def test_a_job_waits_in_the_queue(salesforce):
    salesforce.org.configure({"bulk_queue_seconds": 3_600})
    job_id = begin(salesforce, "insert", "Name\nAcme\n")
    assert salesforce.call("GET", f"jobs/ingest/{job_id}").json()["state"] == "UploadComplete"


def test_a_job_needs_the_time_of_its_batches(salesforce):
    salesforce.org.configure({"bulk_batch_seconds": 0.5, "bulk_batch_records": 1_000})
    job = run(salesforce, "insert", "Name\n" + "x\n" * 201)
    expected = {
        "state": "JobComplete", "numberRecordsProcessed": 201, "numberRecordsFailed": 0, "jobType": "V2Ingest"
    }  # fmt: skip
    assert {name: job[name] for name in expected} == expected
    assert job["totalProcessingTime"] >= 200  # two chunks, each a fifth of a batch


def test_the_rows_of_an_upsert_come_back_with_what_became_of_them(salesforce):
    old = salesforce.create(Name="Old", **{KEY_FIELD: "2"})
    job = run(salesforce, "upsert", f"{KEY_FIELD},Name\n1,New\n2,Changed\n3,\n,Keyless\n", **UPSERT)
    assert (job["numberRecordsProcessed"], job["numberRecordsFailed"]) == (4, 2)
    new, changed = results(salesforce, job, "successfulResults")
    assert new == {"sf__Id": new["sf__Id"], "sf__Created": "true", KEY_FIELD: "1", "Name": "New"}
    assert (changed["sf__Id"], changed["sf__Created"]) == (old, "false")
    assert salesforce.read(old)["Name"] == "Changed"
    assert errors(salesforce, job) == [
        "REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --",
        f"MISSING_ARGUMENT:{KEY_FIELD} not specified:{KEY_FIELD} --",
    ]


def test_the_rules_of_the_org_hold_for_jobs_too(salesforce):
    holder = salesforce.create(Name="Holder", **{KEY_FIELD: "1"})
    region = {"name": "Region__c", "type": "string", "length": 3, "unique": True}
    rule = {"object": "Account", "where": "Name = 'Forbidden'", "message": "No."}
    salesforce.org.configure({"extra_fields": {"Account": [region]}, "validation_rules": [rule]})
    salesforce.call("PATCH", f"sobjects/Account/{holder}", {"Region__c": "EU"})
    rows = ["2,Acme,EU", "3,Forbidden,US", "4,Acme,LONG", "5,Acme,", "6,Acme,", "6,Acme,"]
    job = run(salesforce, "upsert", "\n".join([f"{KEY_FIELD},Name,Region__c", *rows]), **UPSERT)
    assert errors(salesforce, job) == [
        f"DUPLICATE_VALUE:duplicate value found: Region__c duplicates value on record with id: {holder[:15]}:--",
        "FIELD_CUSTOM_VALIDATION_EXCEPTION:No.:--",
        "STRING_TOO_LONG:Region: data value too large: LONG (max length=3):Region__c --",
        *[f"DUPLICATE_VALUE:Duplicate external id specified: 6:{KEY_FIELD} --"] * 2,
    ]


def test_a_lost_race_and_a_locked_row_fail_their_row_only(salesforce):
    salesforce.create(Name="Old", **{KEY_FIELD: "1"})
    salesforce.org.configure({"lost_upsert_races": 1})
    job = run(salesforce, "upsert", f"{KEY_FIELD},Name\n1,a\n2,b\n", **UPSERT)
    assert [error.partition(":")[0] for error in errors(salesforce, job)] == ["DUPLICATE_VALUE"]
    salesforce.org.configure({"lock_errors": 1})
    job = run(salesforce, "upsert", f"{KEY_FIELD},Name\n1,a\n2,b\n", **UPSERT)
    assert [error.partition(":")[0] for error in errors(salesforce, job)] == ["UNABLE_TO_LOCK_ROW"]


@pytest.mark.parametrize("name", DELIMITERS)
@pytest.mark.parametrize("ending", ["LF", "CRLF"])
def test_every_delimiter_and_line_ending_is_read_and_written(salesforce, name, ending):
    mark, newline = DELIMITERS[name], {"LF": "\n", "CRLF": "\r\n"}[ending]
    tricky = f'"a{mark}b\r\nc\n""d"""'
    text = newline.join([f"Name{mark}Description", f"Acme{mark}{tricky}", ""])
    job = run(salesforce, "insert", text, columnDelimiter=name, lineEnding=ending)
    assert job["numberRecordsFailed"] == 0, errors(salesforce, job)
    content = salesforce.call("GET", f"jobs/ingest/{job['id']}/successfulResults").content.decode()
    header = mark.join(f'"{each}"' for each in ("sf__Id", "sf__Created", "Name", "Description"))
    assert content.startswith(header + newline)
    assert content.endswith(f'"Acme"{mark}{tricky}{newline}')
    (record_id,) = salesforce.ids("SELECT Id FROM Account")
    assert salesforce.read(record_id)["Description"] == f'a{mark}b\r\nc\n"d"'


@pytest.mark.parametrize(
    ("operation", "text", "members", "problem"),
    [
        ("insert", "Name\r\nAcme\r\n", {}, "LineEnding is invalid on user data. Current LineEnding setting is LF"),
        ("insert", "Name\nAcme\n", {"lineEnding": "CRLF"}, "Current LineEnding setting is CRLF"),
        ("insert", "Name,Nope\nAcme,x\n", {}, "InvalidBatch : Field name not found : Nope"),
        ("insert", "\ufeffName\nAcme\n", {}, "InvalidBatch : Field name not found : \ufeffName"),
        ("insert", "Name,Owner.Username\nAcme,x\n", {}, "Field name not found : Owner.Username"),
        ("insert", "Name,Name\nAcme,x\n", {}, "Duplicate field name : Name"),
        ("insert", "Name,Phone\nAcme\n", {}, "row 1 has 1 values, the header 2"),
        ("insert", 'Name\n"Acme\n', {}, "Failed to parse CSV"),
        ("insert", "\n\n", {}, "Failed to parse CSV"),
        ("insert", b"Name\n\xff\n", {}, "not UTF-8"),
        ("delete", "Id,Name\n1,x\n", {}, "The 'delete' batch must contain only ids"),
    ],
)
def test_an_upload_that_cannot_be_understood_fails_the_job(salesforce, operation, text, members, problem):
    job = run(salesforce, operation, text, **members)
    assert job["state"] == "Failed"
    assert problem in job["errorMessage"]
    assert salesforce.ids("SELECT Id FROM Account") == []
    assert salesforce.org.counters["bulk.failed"] == 1


def test_an_empty_cell_says_nothing_and_a_mark_empties_the_field(salesforce):
    record_id = salesforce.create(Name="Acme", Phone="1", Fax="2", Website="acme.example")
    run(salesforce, "update", f"Id,Phone,Fax,Website\n{record_id},,#N/A,new.example\n")
    record = salesforce.read(record_id)
    assert (record["Phone"], record["Fax"], record["Website"]) == ("1", None, "new.example")


def test_texts_become_what_their_field_holds(salesforce):
    header = "LastName,HasOptedOutOfEmail,Birthdate"
    rows = ["a,TRUE,2000-02-01", "b,0,", "c,maybe,", "d,,01/02/2000"]
    job = run(salesforce, "insert", "\n".join([header, *rows]), object="Contact")
    assert errors(salesforce, job) == [
        f"{WRONG_TYPE}:Has Opted Out Of Email: value not of required type: maybe:HasOptedOutOfEmail --",
        f"{WRONG_TYPE}:Birthdate: value not of required type: 01/02/2000:Birthdate --",
    ]
    first, second = salesforce.org.state()["Contact"]
    assert (first["HasOptedOutOfEmail"], first["Birthdate"]) == (True, "2000-02-01")
    assert second["HasOptedOutOfEmail"] is False
    job = run(salesforce, "insert", "Name,NumberOfEmployees,AnnualRevenue\nA,12,1e3\nB,many,\n")
    assert [error.partition(":")[0] for error in errors(salesforce, job)] == [WRONG_TYPE]
    assert salesforce.org.state()["Account"][0]["AnnualRevenue"] == 1000.0


def test_a_child_names_its_parent_by_external_id(salesforce):
    account = salesforce.create(Name="Acme", **{KEY_FIELD: "7"})
    text = f"LastName,Account.{KEY_FIELD}\nDoe,7\nRoe,404\nPoe,\nLoe,#N/A\n"
    job = run(salesforce, "insert", text, object="Contact")
    parents = {contact["LastName"]: contact.get("AccountId") for contact in salesforce.org.state()["Contact"]}
    assert parents == {"Doe": account, "Poe": None, "Loe": None}
    assert errors(salesforce, job)[0].startswith("INVALID_FIELD:Foreign key external ID: 404 not found")


def test_records_are_updated_and_deleted_by_id(salesforce):
    kept, gone = salesforce.create(Name="a"), salesforce.create(Name="b")
    job = run(salesforce, "delete", f"Id\n{gone}\n{gone}\n003Vr0000000001\n001Vr0000009999\n")
    codes = [error.partition(":")[0] for error in errors(salesforce, job)]
    assert codes == ["ENTITY_IS_DELETED", "MALFORMED_ID", "INVALID_CROSS_REFERENCE_KEY"]
    assert results(salesforce, job, "successfulResults")[0]["sf__Id"] == gone
    job = run(salesforce, "update", f"Id,Name\n{kept},A\n,B\n{gone},C\n")
    assert salesforce.read(kept)["Name"] == "A"
    assert [error.partition(":")[0] for error in errors(salesforce, job)] == ["MISSING_ARGUMENT", "ENTITY_IS_DELETED"]


def test_a_hard_deleted_record_is_not_in_the_recycle_bin(salesforce):
    soft, hard = salesforce.create(Name="a"), salesforce.create(Name="b", **{KEY_FIELD: "1"})
    child = salesforce.create("Contact", LastName="Doe", AccountId=hard)
    run(salesforce, "delete", f"Id\n{soft}\n")
    run(salesforce, "hardDelete", f"Id\n{hard}\n")
    left = salesforce.query("SELECT Id FROM Account", resource="queryAll").json()["records"]
    assert [record["Id"] for record in left] == [soft]
    assert salesforce.query("SELECT Id FROM Contact", resource="queryAll").json()["records"] == []
    assert salesforce.call("GET", f"sobjects/Contact/{child}").status_code == 404
    assert run(salesforce, "upsert", f"{KEY_FIELD},Name\n1,new\n", **UPSERT)["numberRecordsFailed"] == 0


def test_an_upsert_by_id_inserts_where_there_is_none(salesforce):
    old = salesforce.create(Name="a")
    job = run(salesforce, "upsert", f"Id,Name\n{old},A\n,B\n", externalIdFieldName="Id")
    outcomes = [(row["sf__Created"], row["Name"]) for row in results(salesforce, job, "successfulResults")]
    assert outcomes == [("false", "A"), ("true", "B")]


def test_a_job_takes_one_upload(salesforce):
    job = make(salesforce, "insert")
    assert refusal(enter(salesforce, job["id"], "UploadComplete")) == (400, "INVALIDJOBSTATE")
    assert upload(salesforce, job["id"], "Name\nAcme\n").status_code == 201
    assert refusal(upload(salesforce, job["id"], "Name\nAcme\n")) == (400, "INVALIDJOBSTATE")
    enter(salesforce, job["id"], "UploadComplete")
    wait(salesforce, job["id"])
    assert refusal(upload(salesforce, job["id"], "Name\nAcme\n")) == (400, "INVALIDJOBSTATE")
    assert len(salesforce.ids("SELECT Id FROM Account")) == 1


def test_an_upload_has_a_limit_once_it_is_base64(salesforce):
    salesforce.org.configure({"bulk_upload_bytes": 4_000})
    job = make(salesforce, "insert")
    assert upload(salesforce, job["id"], "Name\n" + "x" * 2_996).status_code == 413
    assert upload(salesforce, job["id"], "Name\n" + "x" * 2_995).status_code == 201


def test_an_upload_may_be_larger_than_any_other_call(salesforce):
    body = "Name,Description\n" + ("x," + "d" * 30_000 + "\n") * 2_500
    assert len(body) > 64 * 1024 * 1024
    assert upload(salesforce, make(salesforce, "insert")["id"], body).status_code == 201


def test_an_aborted_job_leaves_what_it_did_and_tells_what_it_did_not(salesforce):
    salesforce.org.configure({"bulk_batch_seconds": 3_600})
    job_id = begin(salesforce, "insert", "Name\n" + "x\n" * 500)
    while salesforce.org.counters["records.created"] < 200:
        time.sleep(0.005)
    assert enter(salesforce, job_id, "Aborted").json()["state"] == "Aborted"
    job = wait(salesforce, job_id)
    assert job["numberRecordsProcessed"] == len(salesforce.ids("SELECT Id FROM Account")) == 200
    assert len(results(salesforce, job, "successfulResults")) == 200
    for spelling in ("unprocessedRecords", "unprocessedrecords"):
        assert results(salesforce, job, spelling) == [{"Name": "x"}] * 300
    assert refusal(enter(salesforce, job_id, "Aborted")) == (400, "INVALIDJOBSTATE")


def test_a_job_aborted_before_it_began_has_processed_nothing(salesforce):
    job = make(salesforce, "insert")
    upload(salesforce, job["id"], "Name\nAcme\n")
    enter(salesforce, job["id"], "Aborted")
    assert results(salesforce, job, "unprocessedrecords") == [{"Name": "Acme"}]
    assert salesforce.ids("SELECT Id FROM Account") == []


def test_a_chunk_holds_its_rows_while_it_runs(salesforce):
    account = salesforce.create(Name="Acme", **{KEY_FIELD: "1"})
    salesforce.org.configure({"row_locks": True, "bulk_batch_seconds": 3_600})
    job_id = begin(salesforce, "upsert", f"{KEY_FIELD},Phone\n1,1\n", **UPSERT)
    while not salesforce.org.counters["records.updated"]:
        time.sleep(0.005)
    answer = salesforce.call("PATCH", f"sobjects/Account/{account}", {"Phone": "2"})
    assert refusal(answer) == (400, "UNABLE_TO_LOCK_ROW")
    assert enter(salesforce, job_id, "Aborted").status_code == 200


def test_a_chunk_may_commit_late(salesforce):
    made = make(salesforce, "insert")
    upload(salesforce, made["id"], "Name\nAcme\n")
    salesforce.org.configure({"late_commit_rate": 1.0, "late_commit_seconds": 1.1})
    enter(salesforce, made["id"], "UploadComplete")
    job = wait(salesforce, made["id"])
    (record,) = salesforce.org.state()["Account"]
    assert record["SystemModstamp"] < job["systemModstamp"]
    assert salesforce.org.counters["commits.late"] == 2  # the call that began the job, and its one chunk


def test_there_are_no_results_before_the_end(salesforce):
    job = make(salesforce, "insert")
    assert refusal(salesforce.call("GET", f"jobs/ingest/{job['id']}/failedResults")) == (400, "INVALIDJOBSTATE")


def test_a_job_at_rest_is_deleted(salesforce):
    job = make(salesforce, "insert")
    assert refusal(salesforce.call("DELETE", f"jobs/ingest/{job['id']}")) == (400, "INVALIDJOBSTATE")
    enter(salesforce, job["id"], "Aborted")
    assert salesforce.call("DELETE", f"jobs/ingest/{job['id']}").status_code == 204
    assert refusal(salesforce.call("GET", f"jobs/ingest/{job['id']}")) == (404, "NOT_FOUND")


def test_jobs_are_listed_page_by_page(salesforce):
    salesforce.org.configure({"bulk_list_size": 2})
    made = [make(salesforce, "insert")["id"] for _ in range(5)]
    url, listed = "jobs/ingest", []
    while url:
        page = salesforce.call("GET", url).json()
        listed += [job["id"] for job in page["records"]]
        assert page["done"] is (page["nextRecordsUrl"] is None)
        url = (page["nextRecordsUrl"] or "").removeprefix("/services/data/v62.0/")
    assert listed == made
    assert salesforce.call("GET", "jobs/ingest?jobType=Classic").json()["records"] == []
    assert refusal(salesforce.call("GET", "jobs/ingest?queryLocator=x")) == (400, "INVALID_QUERY_LOCATOR")


def test_a_multipart_request_makes_and_fills_a_job_at_once(salesforce):
    job = '{"object": "Account", "operation": "insert", "contentType": "CSV"}'
    parts = {"job": (None, job, "application/json"), "content": ("content", "Name\nAcme\n", "text/csv")}
    answer = salesforce.http.post(f"{salesforce.url}/services/data/v62.0/jobs/ingest", files=parts, timeout=10)
    assert (answer.status_code, answer.json()["state"]) == (200, "UploadComplete")
    assert wait(salesforce, answer.json()["id"])["numberRecordsProcessed"] == 1
    assert len(salesforce.ids("SELECT Id FROM Account WHERE Name = 'Acme'")) == 1


@pytest.mark.parametrize(
    "files", [{"job": "{"}, {"content": "x"}, {"job": "{", "content": "x"}, {"job": "1", "content": "x"}]
)
def test_a_multipart_request_that_makes_no_sense_is_refused(salesforce, files):
    url = f"{salesforce.url}/services/data/v62.0/jobs/ingest"
    parts = {name: (None, text) for name, text in files.items()}
    assert refusal(salesforce.http.post(url, files=parts, timeout=10)) == (400, "JSON_PARSER_ERROR")


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"operation": "merge"}, "JSON_PARSER_ERROR"),
        ({"operation": "query"}, "JSON_PARSER_ERROR"),
        ({"columnDelimiter": "DOT"}, "JSON_PARSER_ERROR"),
        ({"lineEnding": "CR"}, "JSON_PARSER_ERROR"),
        ({"object": "Nope"}, "INVALIDENTITY"),
        ({"object": 1}, "JSON_PARSER_ERROR"),
        ({"contentType": "XML"}, "INVALIDJOB"),
        ({"operation": "upsert"}, "INVALIDJOB"),
        ({"operation": "upsert", "externalIdFieldName": "Name"}, "INVALIDJOB"),
    ],
)
def test_a_job_that_makes_no_sense_is_refused(salesforce, members, code):
    body = {"object": "Account", "operation": "insert", **members}
    assert refusal(salesforce.call("POST", "jobs/ingest", body)) == (400, code)


@pytest.mark.parametrize("path", ["jobs", "jobs/x", "jobs/ingest/750x", "jobs/query/750x/results", "jobs/ingest/a/b/c"])
def test_no_other_resource_of_jobs_exists(salesforce, path):
    assert refusal(salesforce.call("GET", path)) == (404, "NOT_FOUND")


def test_every_ten_thousand_rows_are_a_batch_of_the_day(salesforce):
    salesforce.org.configure({"bulk_batch_records": 400, "daily_bulk_batches": 3})
    assert run(salesforce, "insert", "Name\n" + "x\n" * 401)["state"] == "JobComplete"
    assert salesforce.call("GET", "limits").json()["DailyBulkApiBatches"] == {"Max": 3, "Remaining": 1}
    job = run(salesforce, "insert", "Name\n" + "x\n" * 401)
    assert (job["state"], job["numberRecordsProcessed"]) == ("Failed", 400)
    assert "ApiBatchItems Limit exceeded" in job["errorMessage"]
    assert refusal(salesforce.call("POST", "jobs/ingest", {"object": "Account", "operation": "insert"}))[0] == 400
    assert salesforce.org.counters["bulk.batches"] == 3


def test_the_bulk_api_can_be_off(salesforce):
    salesforce.org.configure({"bulk_api": False})
    assert refusal(salesforce.call("GET", "jobs/ingest")) == (403, "API_DISABLED_FOR_ORG")


def in_the_middle_of_a_job(salesforce: Client) -> str:
    """A job that writes another two hundred rows every fifth of a second, and has begun to."""
    salesforce.org.configure({"bulk_batch_seconds": 0.2, "bulk_batch_records": 200})
    job_id = begin(salesforce, "insert", "Name\n" + "x\n" * 20_000)
    while salesforce.org.counters["records.created"] < 200:
        time.sleep(0.005)
    return job_id


def test_an_aborted_job_does_not_go_on(salesforce):
    job_id = in_the_middle_of_a_job(salesforce)
    enter(salesforce, job_id, "Aborted")
    written = len(salesforce.org.state()["Account"])
    time.sleep(0.5)
    assert len(salesforce.org.state()["Account"]) == written
    assert salesforce.call("GET", f"jobs/ingest/{job_id}").json()["state"] == "Aborted"


def test_a_reset_ends_the_work(salesforce):
    in_the_middle_of_a_job(salesforce)
    salesforce.org.reset()
    time.sleep(0.5)
    assert salesforce.org.state()["Account"] == []


def test_the_library_writes_and_reads_its_results(salesforce):
    account = salesforce.library().bulk2.Account
    rows = [{KEY_FIELD: str(number), "Name": f"Acme, {number}"} for number in range(3)]
    (done,) = account.upsert(records=[*rows, {KEY_FIELD: "9", "Name": ""}], external_id_field=KEY_FIELD, wait=0)
    assert (done["numberRecordsProcessed"], done["numberRecordsFailed"]) == (4, 1)
    everything = account.get_all_ingest_records(done["job_id"])
    assert [row["sf__Created"] for row in everything["successfulRecords"]] == ["true"] * 3
    assert everything["failedRecords"][0]["sf__Error"].startswith("REQUIRED_FIELD_MISSING:")
    assert everything["unprocessedRecords"] == []
    ids = [{"Id": row["sf__Id"]} for row in everything["successfulRecords"]]
    (done,) = account.update(records=[{**each, "Phone": "1"} for each in ids], wait=0)
    assert done["numberRecordsFailed"] == 0
    (done,) = account.delete(records=ids[:2], wait=0)
    assert done["numberRecordsFailed"] == 0
    (done,) = account.hard_delete(records=ids[2:], wait=0)
    assert done["numberRecordsFailed"] == 0
    assert len(salesforce.query("SELECT Id FROM Account", resource="queryAll").json()["records"]) == 2


def test_the_library_splits_a_large_file(salesforce, tmp_path):
    rows = [{"Name": f"Acme {number}"} for number in range(1_000)]
    done = salesforce.library().bulk2.Account.insert(records=rows, batch_size=400, concurrency=2, wait=0)
    assert sum(job["numberRecordsProcessed"] for job in done) == 1_000
    assert salesforce.query("SELECT COUNT() FROM Account").json()["totalSize"] == 1_000
