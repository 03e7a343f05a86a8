"""How Flower shows the work: behind a password, on loopback, to look at only, and with record ids at most."""

import os
import re
from typing import Any

from tasks.contracts.records import Lane
from workers.settings import read_settings

_settings = read_settings()
if not _settings.flower_password.get_secret_value():
    raise SystemExit("Flower cannot start: TANDEM_FLOWER_PASSWORD is not set.")

basic_auth = [f"{_settings.flower_user}:{_settings.flower_password.get_secret_value()}"]
address = os.environ.get("TANDEM_FLOWER_ADDRESS", "127.0.0.1")
port = _settings.flower_port
# Whoever can read the dashboard should not be able to send tasks or stop workers through it.
read_only = True
# Its memory of tasks is a convenience; on disk it would be a pickle that somebody may put there.
persistent = False
db = ""
max_tasks = 20_000
purge_offline_workers = 3_600

_HIDDEN = "(hidden)"
_ID = r"'(?:\d{1,20}|(?=[A-Za-z]{0,2}\d)[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?)(?:\.\.\.)?'"
_IDS = re.compile(rf"[\[(]*(?:(?:{_ID}|\.\.\.),? ?)*[\]),]*")
_LANES = "|".join(Lane)
_OPTIONS = re.compile(rf"\{{(?:(?:'lane': '(?:{_LANES})'|'(?:owed|forced)': (?:True|False))(?:, )?)*\}}")


def format_task(task: Any) -> Any:
    """Anybody may send a task, with anything in it: what is not plainly ids and lanes is not shown."""
    is_ours = str(task.name or "").startswith("tasks.")
    task.args = task.args if is_ours and _is_only(_IDS, task.args) else _HIDDEN
    task.kwargs = task.kwargs if is_ours and _is_only(_OPTIONS, task.kwargs) else _HIDDEN
    task.result = task.result if is_ours and str(task.result or "").isdigit() else None
    return task


def _is_only(pattern: re.Pattern[str], text: Any) -> bool:
    return text is None or pattern.fullmatch(str(text)) is not None
