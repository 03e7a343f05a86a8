"""What a person does in the CRM while Tandem is at work, through the API that HubSpot's own pages use."""

from collections.abc import Mapping

import requests


def set_stages_back(hubspot_url: str, hubspot_token: str, stages: Mapping[str, str]) -> None:
    """Companies to earlier stages. HubSpot ignores a step back, so each is cleared first."""
    for wanted in (dict.fromkeys(stages, ""), stages):
        inputs = [{"id": company, "properties": {"lifecyclestage": stage}} for company, stage in wanted.items()]
        answer = requests.post(
            f"{hubspot_url}/crm/v3/objects/companies/batch/update",
            json={"inputs": inputs},
            headers={"Authorization": f"Bearer {hubspot_token}"},
            timeout=30,
        )
        answer.raise_for_status()
