"""What the demo counts as a call."""

import requests

from workers.demo.simulated_crms import CONSUMER_KEY, CONSUMER_SECRET, HUBSPOT_TOKEN, SimulatedCrms


def test_logins_and_what_is_turned_away_at_the_door_are_calls_too(tmp_path):
    with SimulatedCrms(tmp_path / "simulator.log") as crms:
        form = {"grant_type": "client_credentials", "client_id": CONSUMER_KEY, "client_secret": CONSUMER_SECRET}
        requests.post(f"{crms.url}/services/oauth2/token", data=form, timeout=10).raise_for_status()
        nobody = {"Authorization": "Bearer nobody"}
        assert requests.get(f"{crms.url}/services/data/v62.0/sobjects", headers=nobody, timeout=10).status_code == 401
        crms.configure({"hubspot": {"burst_limit": 1}})
        for _ in range(2):
            key = {"Authorization": f"Bearer {HUBSPOT_TOKEN}"}
            requests.get(f"{crms.url}/crm/v3/objects/companies", headers=key, timeout=10)
        assert crms.calls() == {"hubspot": 2, "salesforce": 2}
