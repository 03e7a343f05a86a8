"""The command line, working on a ledger of its own."""

from collections.abc import Callable, Iterator

import pytest
from typer.testing import CliRunner, Result

from workers.cli.deployment import open_ledger
from workers.cli.main import app
from workers.settings import read_settings


@pytest.fixture
def tandem(empty_ledger, services, monkeypatch) -> Iterator[Callable[..., Result]]:
    url, _ = empty_ledger
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("REDIS_URL", services.redis_url)
    read_settings.cache_clear()
    open_ledger.cache_clear()
    yield lambda *words, stdin=None: CliRunner().invoke(app, [*words], input=stdin)
    open_ledger().dispose()
    open_ledger.cache_clear()
    read_settings.cache_clear()
