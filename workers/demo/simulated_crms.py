"""The simulated CRMs as a process of their own, spoken to over HTTP like any other program."""

import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests

from workers.demo.people_at_work import office
from workers.demo.story import COMPANY_SEGMENT, CONTACT_SEGMENT, STAGES, Story
from workers.embedded import free_port

HUBSPOT_TOKEN = "pat-na1-simulator"  # noqa: S105 -- opens only the simulator
CONSUMER_KEY = "tandem-consumer-key"
CONSUMER_SECRET = "tandem-consumer-secret"  # noqa: S105 -- opens only the simulator
ACCOUNT_PROPERTY = {
    "name": "sf_account_id",
    "label": "Salesforce account id",
    "groupName": "companyinformation",
    "type": "string",
    "fieldType": "text",
    "hasUniqueValue": True,
}
NATIVE_PROPERTY = {**ACCOUNT_PROPERTY, "name": "salesforceaccountid", "hasUniqueValue": False}
"""What HubSpot's own integration left behind in this portal."""
LATENCY_SECONDS = 0.01
SALESFORCE_CALLS = ("calls", "oauth.token", "error.INVALID_SESSION_ID", "error.REQUEST_LIMIT_EXCEEDED", "error.414")
"""The org counts apart what it turns away at the door, and logins; a call is a call."""


class CannotPlay(Exception):
    """The demo cannot run like this; the text says why and what to do."""


class SimulatedCrms:
    """A context manager: both CRMs, empty. Raises CannotPlay."""

    def __init__(self, log_path: Path) -> None:
        self._log_path = log_path
        self.url = f"http://127.0.0.1:{free_port()}"
        self.control_url = f"http://127.0.0.1:{free_port()}"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Of the process, which leads a session of its own."""
        return self._process.pid if self._process else 0

    @property
    def settings(self) -> dict[str, str]:
        """What a worker needs in its environment to talk to them."""
        return {
            "TANDEM_HUBSPOT_URL": self.url,
            "TANDEM_HUBSPOT_TOKEN": HUBSPOT_TOKEN,
            "TANDEM_SALESFORCE_URL": self.url,
            "TANDEM_SALESFORCE_CONSUMER_KEY": CONSUMER_KEY,
            "TANDEM_SALESFORCE_CONSUMER_SECRET": CONSUMER_SECRET,
        }

    def __enter__(self) -> Self:
        port, control_port = (url.rpartition(":")[2] for url in (self.url, self.control_url))
        command = [sys.executable, "-m", "simulator", "--port", port, "--control-port", control_port]
        with self._log_path.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 -- our own program
                command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                requests.get(f"{self.control_url}/counters", timeout=5)
            except requests.ConnectionError:
                time.sleep(0.1)
            else:
                return self
        self._stop()
        raise CannotPlay(f"The simulated CRMs did not start; why, says the end of {self._log_path}.")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()

    def seed(self, story: Story) -> None:
        """Put the story's records into both CRMs."""
        way = {"latency": LATENCY_SECONDS}
        self.configure({"hubspot": way, "salesforce": way})
        lists = [
            {"listId": CONTACT_SEGMENT, "name": "Contacts to sync", "objectTypeId": "0-1"},
            {"listId": COMPANY_SEGMENT, "name": "Companies to sync", "objectTypeId": "0-2"},
        ]
        for one, members in zip(lists, (story.contact_members, story.company_members), strict=True):
            one.update({"processingType": "MANUAL", "members": members})  # type: ignore[dict-item]
        hubspot = {
            "properties": {"companies": [ACCOUNT_PROPERTY, NATIVE_PROPERTY]},
            "stages": [{"value": stage, "displayOrder": place} for place, stage in enumerate(STAGES)],
            "companies": story.companies,
            "contacts": story.contacts,
            "associations": story.associations,
            "lists": lists,
            **office.hubspot_seed(),
        }
        salesforce = {**story.salesforce, **office.salesforce_seed()}
        self._post("/seed", {"hubspot": hubspot, "salesforce": salesforce})

    def configure(self, switches: Mapping[str, Mapping[str, Any]]) -> None:
        """Turn the simulator's switches, by CRM."""
        self._post("/settings", switches)

    def set_up_webhooks(self, subscriptions: Mapping[str, Any]) -> None:
        """What an app wants to be told, and where, as people set it."""
        self._post("/hubspot/webhooks", subscriptions)

    def strike(self, **fault: Any) -> None:
        """Let calls go wrong, as `simulator.faults.Fault` describes it."""
        self._post("/faults", fault)

    def faults(self) -> list[dict[str, Any]]:
        """Those that were ordered, and how often each has struck."""
        ordered: list[dict[str, Any]] = requests.get(f"{self.control_url}/faults", timeout=30).json()
        return ordered

    def calm(self) -> None:
        """No more faults."""
        requests.delete(f"{self.control_url}/faults", timeout=30).raise_for_status()

    def calls(self) -> dict[str, int]:
        """Calls each CRM has counted so far, refused and repeated ones and logins included."""
        counters = self.counters()
        return {
            "hubspot": counters["hubspot"].get("calls", 0),
            "salesforce": sum(counters["salesforce"].get(name, 0) for name in SALESFORCE_CALLS),
        }

    def counters(self) -> dict[str, dict[str, int]]:
        """Everything the simulator counts, by CRM. Asking is not a call."""
        counted: dict[str, dict[str, int]] = requests.get(f"{self.control_url}/counters", timeout=30).json()
        return counted

    def state(self, crm: str) -> dict[str, Any]:
        """Every record of one CRM. Asking is not a call."""
        held: dict[str, Any] = requests.get(f"{self.control_url}/state", params={"system": crm}, timeout=60).json()
        return held

    def _post(self, path: str, body: Mapping[str, Any]) -> None:
        answer = requests.post(self.control_url + path, json=body, timeout=120)
        if answer.status_code != requests.codes.ok:
            raise CannotPlay(f"The simulated CRMs refused {path}: {answer.text[:500]}")
