"""People at work in both simulated CRMs: under which names, and the program that they are."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

TOKEN = "pat-na1-people"  # noqa: S105 -- opens only the simulator
APP_ID = "1000002"
CONSUMER_KEY = "people-consumer-key"
CONSUMER_SECRET = "people-consumer-secret"  # noqa: S105 -- opens only the simulator
USER_IDS = ("005Dm0000009001", "005Dm0000009002", "005Dm0000009003")
"""The first is who the others' work is booked on."""
COLLEAGUES = ("ada", "bela", "chidi")
ACTS_PER_SECOND = 5.0
SEED = 2026


def hubspot_seed() -> dict[str, Any]:
    """People's own token, and who may own records."""
    people = [
        {"id": str(71 + number), "email": f"{name}@tandem-demo.com", "firstName": name.title(), "lastName": "Demo"}
        for number, name in enumerate(COLLEAGUES)
    ]
    return {"tokens": {TOKEN: {"name": "People", "appId": APP_ID}}, "owners": people}


def salesforce_seed() -> dict[str, Any]:
    """The same people as users; their app runs as the first."""
    users = [
        {
            "Id": user_id,
            "Username": f"{name}@tandem-demo.com",
            "Email": f"{name}@tandem-demo.com",
            "FirstName": name.title(),
            "LastName": "Demo",
            "IsActive": True,
        }
        for user_id, name in zip(USER_IDS, COLLEAGUES, strict=True)
    ]
    app = {"consumer_key": CONSUMER_KEY, "consumer_secret": CONSUMER_SECRET, "user_id": USER_IDS[0]}
    return {"users": users, "apps": [app]}


class People:
    """A context manager: they work from entry on, for so many seconds or until the exit."""

    def __init__(self, folder: Path, *, crms_url: str, control_url: str, seconds: float) -> None:
        self.journal_path = folder / "people.jsonl"
        self.log_path = folder / "people.log"
        self._command = _command(crms_url, control_url, seconds, self.journal_path)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 -- our own program
                self._command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()

    @property
    def pid(self) -> int:
        """Of the process, which leads a session of its own."""
        return self._process.pid if self._process else 0

    @property
    def exit_status(self) -> int | None:
        """None: they are still at work."""
        return self._process.poll() if self._process else None

    @property
    def acts(self) -> int:
        """So far."""
        return len(self.journal_path.read_bytes().splitlines()) if self.journal_path.exists() else 0


def _command(crms_url: str, control_url: str, seconds: float, journal: Path) -> Sequence[str]:
    options: Mapping[str, object] = {
        "hubspot-url": crms_url,
        "hubspot-screens-url": control_url,
        "hubspot-token": TOKEN,
        "salesforce-url": crms_url,
        "consumer-key": CONSUMER_KEY,
        "consumer-secret": CONSUMER_SECRET,
        "rate": ACTS_PER_SECOND,
        "seconds": seconds,
        "seed": SEED,
        "journal": journal,
    }
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    return [sys.executable, "-m", "simulator.people", *words]
