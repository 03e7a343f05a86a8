"""Commands that run something, as processes: what starts, what refuses to, and what it says."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping

import psutil
import pytest
import requests

from tests.running import QUICK
from tests.waiting import until
from workers.demo.simulated_crms import SimulatedCrms
from workers.demo.story import Author, Expected, Phase
from workers.embedded import free_port

pytestmark = pytest.mark.processes

TANDEM = [sys.executable, "-m", "workers.cli"]
SECRETS = ("tandem-consumer-secret", "pat-na1-simulator", "pat-na1-wrong", "not-the-secret")


@pytest.fixture
def crms(tmp_path) -> Iterator[SimulatedCrms]:
    author = Author(seed=1)
    author.contact(author.company(Expected(Phase.MAIN, "")))
    with SimulatedCrms(tmp_path / "simulator.log") as started:
        started.seed(author.story)
        yield started


@pytest.fixture
def environment(crms, empty_ledger, services) -> dict[str, str]:
    return {**crms.settings, **QUICK, "DATABASE_URL": empty_ledger[0], "REDIS_URL": services.redis_url}


def tandem(environment: Mapping[str, str], *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("TANDEM_", "DATABASE", "REDIS"))}
    finished = subprocess.run(
        [*TANDEM, *words],
        env={**clean, **environment},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert not [secret for secret in SECRETS if secret in finished.stdout + finished.stderr]
    assert "Traceback" not in finished.stderr, finished.stderr
    return finished


def configure(crms: SimulatedCrms, system: str, **switches: object) -> None:
    requests.post(f"{crms.control_url}/settings", json={system: switches}, timeout=10).raise_for_status()


def test_a_worker_that_lacks_settings_names_them_and_ends():
    finished = tandem({}, "worker")
    assert finished.returncode == 1
    for name in ("DATABASE_URL", "REDIS_URL", "TANDEM_HUBSPOT_TOKEN", "TANDEM_SALESFORCE_CONSUMER_KEY"):
        assert name in finished.stderr


def test_a_worker_refuses_a_ledger_that_was_not_migrated(environment, empty_ledger):
    with empty_ledger[1].begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    finished = tandem(environment, "worker")
    assert finished.returncode == 1
    assert "tandem migrate" in finished.stderr


def test_a_worker_refuses_a_mapping_file_that_cannot_be_used(environment, tmp_path):
    path = tmp_path / "mapping.toml"
    path.write_text('version = 1\n[[company]]\nhubspot = "phone"\nsalesforce = "Phone"\nrule = "often"\n')
    finished = tandem({**environment, "TANDEM_MAPPING": str(path)}, "worker")
    assert finished.returncode == 1
    assert "line 5, company[1].rule" in finished.stderr


def test_a_worker_refuses_a_mapping_of_which_no_entry_fits(environment, tmp_path):
    path = tmp_path / "mapping.toml"
    path.write_text('version = 1\n[[company]]\nhubspot = "no_such"\nsalesforce = "Phone"\n')
    finished = tandem({**environment, "TANDEM_MAPPING": str(path)}, "worker")
    assert finished.returncode == 1
    assert "no entry can be used" in finished.stderr


HALF_CONFIGURED = [
    ("hubspot", {}, {"TANDEM_HUBSPOT_TOKEN": "pat-na1-wrong"}, "Set TANDEM_HUBSPOT_TOKEN"),
    ("hubspot", {}, {"TANDEM_HUBSPOT_ACCOUNT_PROPERTY": "no_such_property"}, "company property no_such_property"),
    ("salesforce", {}, {"TANDEM_SALESFORCE_CONSUMER_SECRET": "not-the-secret"}, "CONSUMER_SECRET to the secret"),
    ("salesforce", {"missing_fields": ["Account.HubSpot_Company_Id__c"]}, {}, "Account.HubSpot_Company_Id__c"),
    ("salesforce", {"not_external_id_fields": ["Account.HubSpot_Company_Id__c"]}, {}, "not an External ID"),
    ("salesforce", {"object_permissions": {"Account": ["read"]}}, {}, "Grant Create, Edit on Account"),
]


@pytest.mark.parametrize(("system", "switches", "env", "named"), HALF_CONFIGURED)
def test_what_is_missing_in_a_crm_is_named_by_doctor_and_stops_a_worker(
    environment, crms, system, switches, env, named
):
    configure(crms, system, **switches)
    diagnosed = tandem({**environment, **env}, "doctor")
    assert diagnosed.returncode == 1
    assert named in diagnosed.stdout
    started = tandem({**environment, **env}, "worker")
    assert started.returncode == 1
    assert named in started.stderr
    assert "tandem doctor" in started.stderr


def test_doctor_finds_nothing_wrong_where_nothing_is(environment):
    assert tandem(environment, "doctor").returncode == 0
    checks = json.loads(tandem(environment, "doctor", "--json").stdout)
    assert len(checks) >= 10
    assert not any(check["problem"] for check in checks)


def test_doctor_names_services_that_do_not_answer(environment):
    nowhere = f"127.0.0.1:{free_port()}"
    gone = {"DATABASE_URL": f"postgresql://u:pat-na1-wrong@{nowhere}/x", "REDIS_URL": f"redis://{nowhere}/0"}
    finished = tandem({**environment, **gone}, "doctor")
    assert finished.returncode == 1
    assert "Is it running where DATABASE_URL says?" in finished.stdout
    assert "Is it running where REDIS_URL says?" in finished.stdout


@pytest.mark.parametrize(
    ("env", "words", "status", "said"),
    [
        ({}, ("why", "company", "1"), 1, "DATABASE_URL is not set"),
        ({"TANDEM_CLAIM_TTL": "soon"}, ("status",), 1, "TANDEM_CLAIM_TTL"),
        (
            {"DATABASE_URL": "postgresql://u:pat-na1-wrong@127.0.0.1:1/x"},
            ("why", "company", "1"),
            1,
            "Is Postgres running",
        ),
        ({}, ("why", "planet", "1"), 2, "planet"),
        ({}, ("flower",), 1, "TANDEM_FLOWER_PASSWORD"),
        ({"TANDEM_FLOWER_PASSWORD": "x"}, ("flower",), 1, "REDIS_URL is not set"),
        ({}, ("beat",), 1, "REDIS_URL is not set"),
        ({"DATABASE_URL": "pat-na1-wrong"}, ("doctor",), 1, "DATABASE_URL: it has to look like"),
        ({"REDIS_URL": "127.0.0.1:6379:pat-na1-wrong"}, ("doctor",), 1, "REDIS_URL: it has to look like"),
        ({"TANDEM_LOG_LEVEL": "LOUD"}, ("up",), 1, "TANDEM_LOG_LEVEL: one of CRITICAL"),
        ({"TANDEM_HUBSPOT_BURST": "0"}, ("doctor",), 1, "TANDEM_HUBSPOT_BURST"),
        ({"TANDEM_FLOWER_PORT": "70000"}, ("doctor",), 1, "TANDEM_FLOWER_PORT"),
    ],
)
def test_an_error_is_a_sentence_and_a_status(env, words, status, said):
    finished = tandem(env, *words)
    assert finished.returncode == status
    assert said in finished.stderr


def test_a_ledger_without_a_schema_is_not_taken_for_an_absent_one(environment, empty_ledger):
    with empty_ledger[1].begin() as connection:
        connection.exec_driver_sql("ALTER TABLE owed RENAME TO owed_elsewhere")
    try:
        finished = tandem(environment, "status")
    finally:
        with empty_ledger[1].begin() as connection:
            connection.exec_driver_sql("ALTER TABLE owed_elsewhere RENAME TO owed")
    assert finished.returncode == 1
    assert "Run `tandem migrate` first." in finished.stderr


def test_up_says_when_its_folder_cannot_be_used(crms, tmp_path):
    (tmp_path / "file").write_text("")
    finished = tandem(crms.settings, "up", "--folder", str(tmp_path / "file"))
    assert finished.returncode == 1
    assert "choose another folder" in finished.stderr


def test_up_says_when_postgres_cannot_start_there(crms, tmp_path):
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "something").write_text("of somebody else's")
    finished = tandem(crms.settings, "up", "--folder", str(tmp_path))
    assert finished.returncode == 1
    assert "Postgres did not start" in finished.stderr


def test_flower_says_when_its_port_is_taken(environment, crms):
    taken = crms.url.rpartition(":")[2]
    finished = tandem({**environment, "TANDEM_FLOWER_PASSWORD": "x", "TANDEM_FLOWER_PORT": taken}, "flower")
    assert finished.returncode == 1
    assert "Address already in use" in finished.stderr


@pytest.mark.timeout(180)
def test_up_runs_everything_and_takes_everything_down(environment, crms, tmp_path):
    port, receiver_port = free_port(), free_port()
    ports = {"TANDEM_FLOWER_PORT": str(port), "TANDEM_RECEIVER_PORT": str(receiver_port)}
    env = {**os.environ, **environment, **ports}
    del env["DATABASE_URL"], env["REDIS_URL"]
    output = tmp_path / "up.log"
    with output.open("wb") as log:
        up = subprocess.Popen([*TANDEM, "up", "--folder", str(tmp_path / "tandem")], env=env, stdout=log, stderr=log)
    try:
        where = until(lambda: re.findall(r"export (\w+)='(.*)'", output.read_text()), seconds=40, every=0.3)
        deployed = {**environment, **dict(where)}
        assert tandem(deployed, "switch", "set", "company_sync", "true").returncode == 0
        event = {"version": 1, "event_id": "e1", "record": "hubspot.company", "id": "20000000001"}
        announced = tandem(deployed, "announce", "-", "--confirm", stdin=json.dumps(event))
        assert announced.returncode == 0, announced.stderr
        assert until(
            lambda: "IDS_WRITTEN" in tandem(deployed, "why", "company", "20000000001").stdout, seconds=30, every=0.3
        )
        assert tandem(deployed, "health").returncode == 0
        assert len(json.loads(tandem(deployed, "status", "--json").stdout)["workers"]) == 2
        assert requests.get(f"http://127.0.0.1:{receiver_port}/ready", timeout=10).status_code == 200
        flower = f"http://127.0.0.1:{port}/"
        password = re.search(r"password (\S+)", output.read_text())
        assert requests.get(flower, timeout=10).status_code == 401
        assert password
        assert requests.get(f"{flower}workers", auth=("tandem", password[1]), timeout=10).status_code == 200
        children = psutil.Process(up.pid).children(recursive=True)
        assert len(children) >= 8
    finally:
        up.send_signal(signal.SIGTERM)
        up.wait(timeout=60)
    assert up.returncode == 0
    _, alive = psutil.wait_procs(children, timeout=10)
    assert [one.cmdline() for one in alive if one.status() != psutil.STATUS_ZOMBIE] == []
