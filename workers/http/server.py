"""Runs the receiver until it is told to stop; what is under way is answered first."""

import signal
import socket

import uvicorn
from sqlalchemy.exc import DBAPIError

from workers.celery_app import make_app
from workers.http.application import make_application
from workers.http.parts import Parts
from workers.ledger.schema import refuse_unless_current
from workers.messenger import CeleryMessenger
from workers.settings import Settings
from workers.telemetry.logs import get_logger

log = get_logger(__name__)
STOPS_WITHIN_SECONDS = 10
LONGEST_HEADERS = 16_384


def run_receiver(settings: Settings, *, host: str, port: int) -> None:
    """Raises SystemExit, with what to do, if it may not start; OSError if the port is taken.

    A ledger that is away stops nobody: producers and HubSpot are told to come back, and do.
    """
    if problems := settings.missing_for_receiver():
        raise SystemExit("The receiver cannot start: " + "; ".join(problems))
    try:
        refuse_unless_current(settings.database_url.get_secret_value())
    except DBAPIError as problem:
        log.warning("ledger.away", problem=type(problem.orig).__name__)
    messenger = CeleryMessenger(make_app(settings), slice_size=settings.slice_size)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family, backlog=256) as listening:
        # uvicorn stops gracefully and then raises the signal again; that would end us as if killed.
        for stop in (signal.SIGTERM, signal.SIGINT):
            signal.signal(stop, lambda *_: None)
        server_of(Parts.build(settings, messenger)).run(sockets=[listening])


def server_of(parts: Parts) -> uvicorn.Server:
    """Says nothing of itself and believes no header about who is asking."""
    return uvicorn.Server(
        uvicorn.Config(
            make_application(parts),
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            h11_max_incomplete_event_size=LONGEST_HEADERS,
            timeout_graceful_shutdown=STOPS_WITHIN_SECONDS,
            # Below it a proxy that keeps connections would now and then find one closed.
            timeout_keep_alive=75,
            ws="none",
        )
    )
