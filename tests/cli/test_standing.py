"""What `tandem status` and `tandem doctor` say about a whole CRM, and about decisions for all records."""

import json

from structlog.testing import capture_logs

from tests.cli.test_commands import printed
from workers.coordination.breakers import Breakers
from workers.embedded import free_port
from workers.granting import Outcome
from workers.settings import read_settings
from workers.toolbox.hands import connect_redis


def test_status_says_which_crm_nobody_calls(tandem):
    settings = read_settings()
    assert printed(tandem("status", "--json"))["halted"] == []
    with connect_redis(settings) as connection:
        Breakers(connection, settings).note("hubspot", "a call", Outcome.REFUSED, "INVALID_AUTHENTICATION")
    (halted,) = printed(tandem("status", "--json"))["halted"]
    assert (halted["crm"], halted["code"], halted["next_probe"] > 0) == ("hubspot", "INVALID_AUTHENTICATION", True)
    assert "Nobody calls hubspot since" in tandem("status").stdout


def test_doctor_asks_a_crm_although_nobody_calls_it(tandem, monkeypatch):
    nowhere = f"http://127.0.0.1:{free_port()}"
    for name in ("HUBSPOT_TOKEN", "SALESFORCE_CONSUMER_KEY", "SALESFORCE_CONSUMER_SECRET"):
        monkeypatch.setenv(f"TANDEM_{name}", "x")
    for name in ("HUBSPOT_URL", "SALESFORCE_URL"):
        monkeypatch.setenv(f"TANDEM_{name}", nowhere)
    read_settings.cache_clear()
    settings = read_settings()
    with connect_redis(settings) as connection:
        Breakers(connection, settings).note("hubspot", "a call", Outcome.REFUSED, "INVALID_AUTHENTICATION")
    told = json.loads(tandem("doctor", "--json").stdout)
    (found,) = [one for one in told if one["name"] == "HubSpot: connection and key"]
    assert "no answer" in found["problem"]


def test_a8_two_cascades_are_warned_of_when_they_are_switched_on_and_in_the_status(tandem):
    with capture_logs() as logs:
        assert tandem("switch", "set", "stage_to_contacts", "true").exit_code == 0
    assert [one["event"] for one in logs] == ["stages.two_cascades"]
    assert len(printed(tandem("status", "--json"))["doubts"]) == 1
    assert "nobody has said" in tandem("status").stdout.replace("\n", " ")
    with capture_logs() as logs:
        assert tandem("switch", "set", "hubspot_cascade", "off").exit_code == 0
    assert logs == []
    assert printed(tandem("status", "--json"))["doubts"] == []
