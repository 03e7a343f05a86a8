"""Flower asks for a password, stays on loopback, and shows record ids at most."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from celery.utils.saferepr import saferepr
from tornado.options import OptionParser

from tests.architecture.source_tree import ROOT
from workers.settings import read_settings

CONFIG = ROOT / "deploy" / "flowerconfig.py"
SALESFORCE_ID = "0015g000004XyZAEA0"


@pytest.fixture
def options(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """Read the way Flower reads it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TANDEM_FLOWER_PASSWORD", "a:pass,word")
    monkeypatch.delenv("TANDEM_FLOWER_ADDRESS", raising=False)
    read_settings.cache_clear()
    parser = OptionParser()
    parser.define("basic_auth", type=str, default=None, multiple=True)
    parser.define("address", type=str, default="")
    parser.define("port", type=int, default=1)
    parser.define("persistent", type=bool, default=True)
    parser.define("read_only", type=bool, default=False)
    parser.define("format_task", type=type(lambda: None), default=None)
    parser.parse_config_file(str(CONFIG), final=False)
    yield parser
    read_settings.cache_clear()


def shown(options: Any, name: str, args: object, kwargs: object = None, result: object = None) -> Any:
    task = SimpleNamespace(name=name, args=saferepr(args, 1024), kwargs=saferepr(kwargs or {}), result=result)
    return options.format_task(task)


def test_it_asks_for_a_password_on_loopback_and_only_shows(options: Any) -> None:
    assert options.basic_auth == ["tandem:a:pass,word"]
    assert options.address == "127.0.0.1"
    assert options.port == 5555
    assert options.read_only is True
    assert options.persistent is False


def test_without_a_password_it_does_not_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TANDEM_FLOWER_PASSWORD", raising=False)
    read_settings.cache_clear()
    with pytest.raises(SystemExit, match="TANDEM_FLOWER_PASSWORD is not set"):
        OptionParser().parse_config_file(str(CONFIG))
    read_settings.cache_clear()


@pytest.mark.parametrize(
    "args",
    [("512",), (["512", "513"],), (["12345678901"] * 500,), ([SALESFORCE_ID, SALESFORCE_ID[:15]],), ()],
    ids=["one", "several", "more-than-fit", "salesforce", "none"],
)
def test_ids_are_shown(options: Any, args: object) -> None:
    task = shown(options, "tasks.create_account", args, {"lane": "live", "owed": True}, "12")
    assert task.args == saferepr(args, 1024)
    assert task.kwargs == "{'lane': 'live', 'owed': True}"
    assert task.result == "12"


@pytest.mark.parametrize(
    "args",
    [("Jane Doe",), (["512", "jane@acme.test"],), ({"id": "512"},), ("Christopherson1",), (["512"], "Jane"), (512.5,)],
)
def test_anything_else_is_hidden(options: Any, args: object) -> None:
    assert shown(options, "tasks.receive_changes", args).args == "(hidden)"


@pytest.mark.parametrize("kwargs", [{"lane": "Jane"}, {"name": "live"}, {"lane": "live", "email": "j@acme.test"}])
def test_so_are_options_we_do_not_know(options: Any, kwargs: object) -> None:
    assert shown(options, "tasks.create_account", ("512",), kwargs).kwargs == "(hidden)"


def test_a_task_that_is_not_ours_shows_nothing(options: Any) -> None:
    task = shown(options, "others.mail", ("512",), {}, "sent to Jane")
    assert (task.args, task.kwargs, task.result) == ("(hidden)", "(hidden)", None)
    assert shown(options, "tasks.receive_changes", ("512",), {}, "{'Jane': 1}").result is None
