"""The documents agree with the code they describe."""

import dataclasses
import json
import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

import pytest

from simulator.control import Line
from simulator.faults import KINDS, Fault
from simulator.hubspot.switches import Switches
from simulator.salesforce.settings import Settings
from tasks.contracts import changes
from tasks.contracts.errors import ProblemClass
from tasks.contracts.reasons import IN_PLAIN_WORDS, WHAT_TO_DO, Reason
from tasks.contracts.records import Kind
from tests.architecture.simulator_behaviours import HUBSPOT, SALESFORCE, behaviours
from tests.architecture.source_tree import ROOT, files, read
from tests.architecture.test_deploy import COMMANDS
from workers.celery_app import app
from workers.settings import Settings as TandemSettings

MARKDOWN = files(".md")
LINK = re.compile(r"\]\(([^)\s]+)\)")


def test_every_reason_is_explained_with_the_sentence_tandem_why_prints() -> None:
    listed = rows("docs/errors.md", "Why it was decided so", r"\| `([A-Z0-9_]+)` \| (.*) \|")
    assert listed == sorted((reason.value, IN_PLAIN_WORDS[reason]) for reason in Reason)


def test_what_to_do_about_a_parked_record_stands_as_tandem_says_it() -> None:
    listed = rows("docs/errors.md", "What to do about what is parked", r"\| `([A-Z0-9_]+)` \| (.*) \|")
    assert listed == sorted((reason.value, remedy) for reason, remedy in WHAT_TO_DO.items())
    assert set(re.findall(r"`tandem ([a-z]+)", " ".join(WHAT_TO_DO.values()))) <= COMMANDS


def test_the_fields_a_remedy_names_are_those_of_the_settings() -> None:
    named = set(re.findall(r"`(\w+)`", " ".join(WHAT_TO_DO.values())))
    defaults = TandemSettings.model_fields
    assert named == {defaults["hubspot_account_property"].default, defaults["salesforce_account_key"].default}


def test_every_class_of_problem_is_explained() -> None:
    assert all(f"| `{each.value}` |" in read("docs/errors.md") for each in ProblemClass)


def test_every_task_has_its_page_and_every_page_its_task() -> None:
    tasks = {name.removeprefix("tasks.") for name in app.tasks if name.startswith("tasks.")}
    pages = {PurePath(path).stem for path in MARKDOWN if path.startswith("docs/tasks/")} - {"README"}
    assert pages == tasks
    for name in tasks:
        assert read(f"docs/tasks/{name}.md").startswith(f"# tasks.{name}\n")


def test_the_change_event_is_described_as_it_is() -> None:
    text = read("docs/changes.md")
    assert set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) == set(changes.Change.model_fields)
    assert f"{changes.MAX_EVENT_BYTES:,} bytes" in text
    assert f"{changes.MAX_EVENTS:,} events" in text
    assert all(f"`{kind.value}`" in text for kind in (*Kind, *changes.What))


def section(path: str, heading: str) -> str:
    """What stands below a heading, up to the next."""
    return re.split(r"^#+ ", read(path).partition(f"# {heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]


def rows(path: str, heading: str, row: str) -> list[Any]:
    """The groups of every row of the table below a heading; a row that is of another form fails."""
    table = re.findall(r"^\|.*$", section(path, heading), re.MULTILINE)[2:]
    found = [re.fullmatch(row, line) for line in table]
    assert all(found), [line for line, match in zip(table, found, strict=True) if not match]
    return sorted(match.groups() for match in found if match)


def as_written(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    return sorted((name, json.dumps(value)) for name, value in values.items())


@pytest.mark.parametrize(("heading", "switches"), [("HubSpot", Switches), ("Salesforce", Settings), ("Either", Line)])
def test_every_switch_of_the_simulator_is_listed_with_its_default(heading: str, switches: type[Any]) -> None:
    listed = rows("docs/simulator.md", heading, r"\| `(\w+)` \| [^|]+ \| `([^|]+)` \| \w[^|]+ \|")
    assert listed == as_written(dataclasses.asdict(switches()))


def test_every_behaviour_of_the_simulator_is_listed_once_and_in_order() -> None:
    numbers = re.findall(r"^\| (\d+) \|", section("docs/simulator.md", "Behaviours"), re.MULTILINE)
    assert [int(number) for number in numbers] == [*HUBSPOT, *SALESFORCE]


def test_every_switch_and_fault_of_a_behaviour_of_hubspot_exists_and_has_that_default() -> None:
    known = dict(as_written(dataclasses.asdict(Switches())))
    for each in (behaviours()[number] for number in HUBSPOT):
        if each.are_faults:
            assert set(each.switches) | set(each.counters) <= set(KINDS), each.number
        else:
            assert each.defaults == tuple(known[name] for name in each.switches), each.number


def test_every_fault_of_the_simulator_is_listed_with_its_parameters() -> None:
    kinds = rows("docs/simulator.md", "Kinds", r"\| `(\w+)` \| [^|]+ \| (.*)\|")
    assert [name for name, _ in kinds] == sorted(KINDS)
    parameters = dataclasses.asdict(Fault(KINDS[0]))
    for name in ("kind", "id", "seen", "struck"):  # the kind has a table; the rest is nobody's to give
        del parameters[name]
    assert rows("docs/simulator.md", "Parameters", r"\| `(\w+)` \| [^|]+ \| `([^|]+)` \|") == as_written(parameters)
    assert {name for _, cell in kinds for name in re.findall(r"`(\w+)`", cell)} <= set(parameters)


def test_every_switch_of_a_salesforce_behaviour_exists() -> None:
    known = {field.name for each in (Settings, Line) for field in dataclasses.fields(each)} | set(KINDS)
    for each in (behaviours()[number] for number in SALESFORCE):
        assert each.switches, each.number
        assert each.counters, each.number
        assert set(each.switches) <= known, each.number


@pytest.mark.parametrize("path", MARKDOWN)
def test_links_lead_somewhere(path: str) -> None:
    for target in LINK.findall(read(path)):
        if not target.startswith(("http://", "https://", "#")):
            assert (ROOT / path).parent.joinpath(target.partition("#")[0]).exists(), target


@pytest.mark.parametrize("path", MARKDOWN)
def test_a_command_that_is_named_exists(path: str) -> None:
    assert set(re.findall(r"`tandem ([a-z]+)", read(path))) <= COMMANDS
