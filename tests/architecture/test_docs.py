"""The documents agree with the code they describe."""

import re
from pathlib import PurePath

import pytest

from tasks.contracts import changes
from tasks.contracts.errors import ProblemClass
from tasks.contracts.reasons import IN_PLAIN_WORDS, Reason
from tasks.contracts.records import Kind
from tests.architecture.source_tree import ROOT, files, read
from tests.architecture.test_deploy import COMMANDS
from workers.celery_app import app

MARKDOWN = files(".md")
LINK = re.compile(r"\]\(([^)\s]+)\)")


def test_every_reason_is_explained_with_the_sentence_tandem_why_prints() -> None:
    listed = dict(re.findall(r"^\| `([A-Z0-9_]+)` \| (.*) \|$", read("docs/errors.md"), re.MULTILINE))
    assert {reason.value: IN_PLAIN_WORDS[reason] for reason in Reason}.items() <= listed.items()


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


@pytest.mark.parametrize("path", MARKDOWN)
def test_links_lead_somewhere(path: str) -> None:
    for target in LINK.findall(read(path)):
        if not target.startswith(("http://", "https://", "#")):
            assert (ROOT / path).parent.joinpath(target.partition("#")[0]).exists(), target


@pytest.mark.parametrize("path", MARKDOWN)
def test_a_command_that_is_named_exists(path: str) -> None:
    assert set(re.findall(r"`tandem ([a-z]+)", read(path))) <= COMMANDS
