"""What people do in both simulated CRMs, in their own screens or through SOAP."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

from simulator.hubspot.seeding import DEFAULT_TOKEN
from simulator.people import soap
from simulator.people.calls import Reply
from simulator.salesforce.credentials import Credentials

VERSION = "62.0"
OBJECTS = {"001": "Account", "003": "Contact", "00Q": "Lead"}


@dataclass(frozen=True, slots=True)
class ByHand:
    """`records` is companies or contacts."""

    url: str
    control_url: str

    def create_contact(self, email: str, company_id: str) -> str:
        """On the company, which is its primary one."""
        types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}]
        on = [{"to": {"id": company_id}, "types": types}]
        body = {"properties": {"email": email}, "associations": on}
        return str(self._in_hubspot("POST", "contacts", body).json()["id"])

    def create(self, sobject: str, values: Mapping[str, str]) -> str:
        path = f"{self.url}/services/data/v{VERSION}/sobjects/{sobject}"
        headers = {"Authorization": f"Bearer {self._session()}"}
        answer = requests.post(path, json=values, headers=headers, timeout=30)
        answer.raise_for_status()
        return str(answer.json()["id"])

    def archive(self, records: str, record_id: str) -> None:
        self._in_hubspot("DELETE", f"{records}/{record_id}")

    def restore(self, records: str, record_id: str) -> None:
        body = {"objectType": records, "id": record_id}
        requests.post(f"{self.control_url}/hubspot/restore", json=body, timeout=30).raise_for_status()

    def merge_in_hubspot(self, records: str, survivor: str, loser: str) -> str:
        """The id that the two have from now on."""
        told = self._in_hubspot(
            "POST", f"{records}/merge", {"primaryObjectId": survivor, "objectIdToMerge": loser}
        ).json()
        return str(told["id"])

    def delete(self, record_id: str) -> None:
        path = f"/services/data/v{VERSION}/sobjects/{OBJECTS[record_id[:3]]}/{record_id}"
        headers = {"Authorization": f"Bearer {self._session()}"}
        requests.delete(self.url + path, headers=headers, timeout=30).raise_for_status()

    def undelete(self, record_id: str) -> None:
        self._by_soap(soap.undelete(record_id))

    def merge_in_salesforce(self, survivor: str, loser: str) -> None:
        self._by_soap(soap.merge(OBJECTS[survivor[:3]], survivor, loser))

    def convert(self, lead_id: str, account_id: str) -> str:
        """The contact that the lead has become."""
        wishes = {"accountId": account_id, "doNotCreateOpportunity": "true"}
        return self._by_soap(soap.convert_lead(lead_id, wishes))["contactId"]

    def _in_hubspot(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> requests.Response:
        headers = {"Authorization": f"Bearer {DEFAULT_TOKEN}"}
        answer = requests.request(method, f"{self.url}/crm/v3/objects/{path}", json=body, headers=headers, timeout=30)
        answer.raise_for_status()
        return answer

    def _by_soap(self, operation: soap.SoapRequest) -> dict[str, str]:
        """RefusedError if Salesforce does not want to."""
        request = operation.with_session(self._session(), version=VERSION)
        answer = requests.post(
            self.url + request.path, data=str(request.body).encode(), headers=dict(request.headers), timeout=30
        )
        return soap.outcome(Reply(answer.status_code, {}, answer.text))

    def _session(self) -> str:
        app = Credentials()
        form = {"grant_type": "client_credentials", "client_id": app.consumer_key, "client_secret": app.consumer_secret}
        answer = requests.post(f"{self.url}/services/oauth2/token", data=form, timeout=30)
        return str(answer.json()["access_token"])
