"""Changes were announced: which tasks are owed for which records?"""

from typing import Any

from tasks.contracts.changes import parse_changes
from tasks.contracts.tools import Inbox, Messenger, Received
from tasks.rules.routing import choose_tasks


def receive_changes(payload: Any, inbox: Inbox, messenger: Messenger) -> Received:
    """Note first, wake afterwards. Any part of it may be repeated; a bad event costs only itself."""
    changes, malformed = parse_changes(payload)
    if malformed:
        inbox.park_malformed(malformed)
    received = inbox.record_changes([(change, choose_tasks(change)) for change in changes])
    messenger.wake(received.owed)
    return received
