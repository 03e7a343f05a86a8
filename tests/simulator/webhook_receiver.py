"""An app at the other end of webhooks: it remembers what it was sent, and answers as it is told."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Received(NamedTuple):
    path: str
    headers: dict[str, str]
    body: str

    @property
    def events(self) -> list[dict[str, Any]]:
        return list(json.loads(self.body))


class Receiver:
    """`answer` is asked for a status with the number of the request, from 0, while the sender waits."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.received: list[Received] = []
        self.answer: Callable[[int], int] = lambda _number: 200
        self.lock = threading.Lock()

    def take(self, request: Received) -> int:
        with self.lock:
            number = len(self.received)
            self.received.append(request)
        return self.answer(number)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for each in list(self.received) for event in each.events]

    def types(self) -> list[str]:
        return sorted(each["subscriptionType"] for each in self.events)


@contextmanager
def receiving() -> Iterator[Receiver]:
    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            status = receiver.take(Received(self.path, dict(self.headers), body))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the name it has in the library
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    server.daemon_threads = True
    receiver = Receiver(f"http://127.0.0.1:{server.server_port}/hook")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
