"""What the server does for clients whose sockets are set less well than those of the real libraries."""

import json
import socket
import time
from statistics import median
from urllib.parse import urlsplit

import pytest

from tests.simulator.hubspot_fixtures import TOKEN

CALLS = 40
A_DELAYED_ACKNOWLEDGEMENT = 0.02  # seconds; half of what Linux waits


def send_in_two_parts(connection, number):
    body = json.dumps({"properties": {"name": str(number)}}).encode()
    head = f"POST /crm/v3/objects/companies HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n"
    began = time.monotonic()
    connection.sendall(f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode())
    connection.sendall(body)
    assert connection.recv(65_536).startswith(b"HTTP/1.1 201")
    return time.monotonic() - began


def typical_call(hubspot, *, no_delay):
    address = urlsplit(hubspot.data)
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, no_delay)
        return median(send_in_two_parts(connection, number) for number in range(CALLS))


@pytest.mark.skipif(not hasattr(socket, "TCP_QUICKACK"), reason="this system has no say in when it acknowledges")
def test_a_client_that_waits_for_the_head_to_be_acknowledged_is_not_kept_waiting(hubspot):
    eager, patient = typical_call(hubspot, no_delay=1), typical_call(hubspot, no_delay=0)
    assert patient - eager < A_DELAYED_ACKNOWLEDGEMENT
