"""What is deployed agrees with the code: commands that exist, settings that exist, locks that hold."""

import json
import os
import re
import subprocess
import sys
import tomllib
from xml.etree import ElementTree as ET

import pytest

from tests.architecture.source_tree import PARTIAL_LOCKS, ROOT, files, lines, read
from workers.settings import Settings

COMMANDS = frozenset(
    {"up", "demo", "worker", "beat", "flower", "migrate", "announce", "sync", "why", "status", "parked", "doctor"}
    | {"health", "switch", "producer", "receiver", "mapping"}
)
"""Of the command line, as `tandem --help` lists them."""
READ_FROM_THE_ENVIRONMENT_DIRECTLY = {
    *("TANDEM_BEAT_FILE", "TANDEM_FLOWER_ADDRESS", "TANDEM_FLOWER_CONFIG"),
    "TANDEM_VERSION",  # by Compose
}
BELONGS_TO_COMPOSE = {"POSTGRES_PASSWORD"}

SALESFORCE = "deploy/salesforce"
SALESFORCE_XML = {"": "http://soap.sforce.com/2006/04/metadata"}
ASSIGNED = re.compile(r"^(?:# )?([A-Z][A-Z_]+)=", re.MULTILINE)
SERVICE = re.compile(r"^  ([a-z]+):\n((?:(?:    .*)?\n)+)", re.MULTILINE)


def services() -> dict[str, str]:
    _, _, text = read("docker-compose.yml").partition("\nservices:\n")
    return dict(SERVICE.findall(text.partition("\nvolumes:\n")[0] + "\n"))


def variables() -> set[str]:
    return {
        str(field.validation_alias or f"TANDEM_{name.upper()}") for name, field in Settings.model_fields.items()
    } | READ_FROM_THE_ENVIRONMENT_DIRECTLY


def requirements(path: str) -> dict[str, str]:
    pins = (line.split("==", 1) for line in lines(path) if re.match(r"^[a-z0-9]", line))
    return {name: re.split(r"[ ;\\]", version)[0] for name, version in pins}


def test_compose_runs_everything_there_is() -> None:
    assert set(services()) == {"postgres", "redis", "migrate", "worker", "beat", "receiver", "flower", "simulator"}


@pytest.mark.parametrize("name", sorted(services()))
def test_a_service_runs_a_command_that_exists(name: str) -> None:
    for text in re.findall(r"(?:command|test): (\[.*\])$", services()[name], re.MULTILINE):
        words = [word for word in json.loads(text) if word != "CMD"]
        if words[0] == "tandem":
            assert words[1] in COMMANDS
        if words[:2] == ["python", "-m"]:
            assert (ROOT / words[2]).is_dir()


def test_any_number_of_workers_may_run_and_each_is_asked_whether_it_works() -> None:
    worker = services()["worker"]
    assert "container_name" not in read("docker-compose.yml")
    assert "ports:" not in worker
    assert '["CMD", "tandem", "health"]' in worker
    assert "stop_grace_period:" in worker


@pytest.mark.parametrize("name", ["receiver", "flower", "simulator"])
def test_what_is_published_is_for_this_machine_only(name: str) -> None:
    (ports,) = re.findall(r"ports: (\[.*\])$", services()[name], re.MULTILINE)
    assert all(port.startswith("127.0.0.1:") for port in json.loads(ports))


def test_nothing_else_is_published() -> None:
    assert [name for name, text in services().items() if "ports:" in text] == ["receiver", "flower", "simulator"]


def test_redis_refuses_rather_than_forgets() -> None:
    assert '"--maxmemory-policy", "noeviction"' in services()["redis"]
    assert '"--appendonly", "yes"' in services()["redis"]


@pytest.mark.parametrize("path", ["deploy/env.example", "docker-compose.yml", "deploy/Dockerfile"])
def test_every_variable_exists(path: str) -> None:
    assigned = set(ASSIGNED.findall(read(path))) if path.endswith("example") else set()
    named = set(re.findall(r"\b(?:TANDEM|POSTGRES)_[A-Z_]*[A-Z]\b", read(path))) | assigned
    assert named - BELONGS_TO_COMPOSE - {"POSTGRES_USER", "POSTGRES_DB"} <= variables()


def test_operations_lists_every_variable_with_its_default() -> None:
    listed = dict(re.findall(r"^\| `([A-Z_]+)` \| (?:`(.*?)`)? ?\|", read("docs/operations.md"), re.MULTILINE))
    assert set(listed) == variables()
    for name, field in Settings.model_fields.items():
        variable = str(field.validation_alias or f"TANDEM_{name.upper()}")
        default = field.default
        shown = getattr(default, "get_secret_value", lambda default=default: default)()
        seconds = getattr(shown, "total_seconds", None)
        assert listed[variable] == (f"{seconds():g}" if seconds else str(shown)), variable


def test_every_variable_the_code_reads_is_known() -> None:
    read_by_code = {
        name
        for path in files(".py")
        if path.startswith(("tasks/", "workers/", "deploy/"))
        for name in re.findall(r"environ\S*[\[(]\"(TANDEM_\w+)\"", read(path))
    }
    assert read_by_code == READ_FROM_THE_ENVIRONMENT_DIRECTLY - {"TANDEM_VERSION"}


@pytest.mark.parametrize("path", PARTIAL_LOCKS)
def test_a_part_is_locked_at_the_versions_of_the_whole_with_hashes(path: str) -> None:
    everything, part = requirements("requirements.lock"), requirements(path)
    assert part.items() <= everything.items()
    for lock in (path, "requirements.lock"):
        assert read(lock).count("--hash=sha256:") >= len(requirements(lock))


def test_the_images_carry_what_is_needed_and_no_more() -> None:
    project = tomllib.loads(read("pyproject.toml"))["project"]
    runtime, simulator = requirements("requirements-runtime.lock"), requirements("requirements-simulator.lock")
    assert names_of(project["dependencies"]) <= set(runtime)
    assert names_of(project["optional-dependencies"]["simulator"]) <= set(simulator)
    tools = names_of(project["optional-dependencies"]["dev"] + project["optional-dependencies"]["embedded"])
    assert not (tools | {"setuptools", "aiohttp"}) & set(runtime)
    assert not (tools | {"setuptools", "celery", "redis", "sqlalchemy", "psycopg"}) & set(simulator)


def test_what_builds_the_package_is_in_the_lock_for_that() -> None:
    pyproject = tomllib.loads(read("pyproject.toml"))
    assert pyproject["project"]["optional-dependencies"]["build"] == pyproject["build-system"]["requires"]
    assert set(requirements("requirements-build.lock")) == names_of(pyproject["build-system"]["requires"])


def names_of(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=; ]", one)[0].lower() for one in requirements}


@pytest.mark.parametrize("path", ["deploy/Dockerfile", "Makefile"])
def test_nothing_is_fetched_without_a_hash(path: str) -> None:
    """With hashes from a lock, or from what is there already; and no build backend on the side."""
    fetching = re.findall(r"pip (?:install|wheel) [^&|\n]*", read(path))
    assert fetching
    for command in fetching:
        assert "--require-hashes -r requirements" in command or "--no-deps" in command, command
        if "--require-hashes" not in command:
            assert "--no-build-isolation" in command or command.endswith(".whl"), command


def test_an_image_installs_nothing_that_only_developers_need() -> None:
    assert set(re.findall(r"requirements[\w-]*\.lock", read("deploy/Dockerfile"))) == set(PARTIAL_LOCKS)


def test_an_image_is_built_from_what_the_builder_may_see() -> None:
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", read("deploy/Dockerfile"), re.MULTILINE)
    let_in = {line[1:] for line in lines("deploy/Dockerfile.dockerignore") if line.startswith("!")}
    assert {path for paths in copied for path in paths.split()} == let_in
    assert all((ROOT / path).exists() for path in let_in)


@pytest.mark.parametrize("path", [path for path in files(".xml") if path.startswith(SALESFORCE)])
def test_the_salesforce_metadata_can_be_parsed(path: str) -> None:
    ET.parse(ROOT / path)


def test_the_manifest_names_every_salesforce_field_and_the_settings_know_the_key() -> None:
    manifest = ET.parse(ROOT / SALESFORCE / "package.xml")
    named = {str(each.text) for each in manifest.findall("types/members", SALESFORCE_XML)}
    there = set()
    for path in files(".field-meta.xml"):
        there.add(f"{path.split('/')[-3]}.{path.split('/')[-1].removesuffix('.field-meta.xml')}")
        field = ET.parse(ROOT / path)
        assert field.findtext("externalId", namespaces=SALESFORCE_XML) == "true"
        assert field.findtext("unique", namespaces=SALESFORCE_XML) == "true"
        assert field.findtext("caseSensitive", namespaces=SALESFORCE_XML) == "false"
    assert named == there | {"Tandem_Sync"}
    assert f"Account.{Settings.model_fields['salesforce_account_key'].default}" in there


def test_the_hubspot_property_is_the_one_the_settings_and_the_simulator_know() -> None:
    definition = json.loads(read("deploy/hubspot/sf_account_id.json"))
    assert definition["name"] == Settings.model_fields["hubspot_account_property"].default
    assert definition["hasUniqueValue"] is True
    seed = json.loads(read("deploy/simulator-seed.json"))
    assert seed["hubspot"]["properties"]["companies"] == [definition]


@pytest.mark.parametrize("path", [".ci/run"])
def test_what_is_to_be_run_can_be_run(path: str) -> None:
    assert os.access(ROOT / path, os.X_OK)
    assert read(path).startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in read(path)


IMPORTED_BY_NAME = "kombu.transport.redis celery.apps.worker celery.apps.beat flower.command"


@pytest.mark.parametrize(
    ("lock", "by_name", "ours"),
    [
        ("requirements-runtime.lock", IMPORTED_BY_NAME, ["tasks", "workers"]),
        ("requirements-simulator.lock", "", ["simulator"]),
    ],
    ids=["runtime", "simulator"],
)
def test_an_images_lock_file_installs_all_that_its_program_imports(lock: str, by_name: str, ours: list[str]) -> None:
    """Here the tests' own libraries are installed as well, which hides what a deployed program lacks."""
    command = [sys.executable, "-m", "tests.architecture.runtime_imports", lock, by_name, *ours]
    imported = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert imported.returncode == 0, imported.stderr[-2000:]
