"""Changes were announced: which tasks are owed for which records?"""

from collections.abc import Sequence
from typing import Any

from tasks.contracts.changes import Change, Malformed, parse_changes
from tasks.contracts.machinery import Inbox, Messenger, Received
from tasks.rules.routing import choose_tasks


def receive_changes(payload: Any, inbox: Inbox, messenger: Messenger) -> Received:
    """Note first, wake afterwards. Any part of it may be repeated; a bad event costs only itself."""
    received = note_changes(*parse_changes(payload), inbox=inbox)
    messenger.wake(received.owed)
    return received


def note_changes(changes: Sequence[Change], malformed: Sequence[Malformed], *, inbox: Inbox) -> Received:
    """What was understood with what it makes owed, and what was not as it is. Nobody is woken yet."""
    if malformed:
        inbox.park_malformed(malformed)
    return inbox.record_changes([(change, choose_tasks(change)) for change in changes])
