"""The order of last changes, and what search makes of it."""

from collections import Counter

from simulator.hubspot.object_types import COMPANIES
from simulator.hubspot.search_index import SearchIndex
from simulator.hubspot.store import Record
from simulator.hubspot.switches import Switches
from simulator.hubspot.timeline import Timeline

EVER = 10**15
SEARCH = "/crm/v3/objects/companies/search"


def test_places_come_by_moment_then_by_id_and_none_comes_twice():
    timeline = Timeline()
    for place in [(7, "b"), (9, "a"), (7, "a"), (7, "c"), (1, "z"), (7, "b")]:
        timeline.add(*place)
    assert list(timeline.between(-EVER, EVER)) == [(1, "z"), (7, "a"), (7, "b"), (7, "c"), (9, "a")]
    assert list(timeline.between(7, 7)) == [(7, "a"), (7, "b"), (7, "c")]
    timeline.keep(lambda moment, record_id: (moment, record_id) in {(7, "b"), (9, "a")})
    assert list(timeline.between(-EVER, EVER)) == [(7, "b"), (9, "a")]


def found(hubspot):
    body = {"sorts": [{"propertyName": "hs_lastmodifieddate"}], "limit": 200}
    [total, results] = map(hubspot.call("POST", SEARCH, body).body.get, ("total", "results"))
    assert total == len(results)
    return [each["id"] for each in results]


def test_a_record_that_changes_again_and_again_is_found_once_at_its_last_change(hubspot):
    first, second = hubspot.company(), hubspot.company()
    for name in "abcdefghij":
        hubspot.call("PATCH", f"/crm/v3/objects/companies/{first}", {"properties": {"name": name}})
    assert found(hubspot) == [second, first]
    hubspot.call("DELETE", f"/crm/v3/objects/companies/{second}")
    assert found(hubspot) == [first]


def test_outdated_places_are_cleared_away_and_nothing_else():
    index = SearchIndex(Switches(search_lag=0.0), Counter(), outdated_allowed=3)
    records = [Record(name, COMPANIES, {}, created_at="", updated_at="") for name in "ab"]
    for moment in range(1, 30):
        for record in records:
            record.properties = {"hs_lastmodifieddate": str(moment)}
            record.version += 1
            index.changed(record)
    assert [each.record.id for each in index.entries_modified(COMPANIES, -EVER, EVER)] == ["a", "b"]
    assert len(index._by_time[COMPANIES.plural]) <= 2 * len(records) + 3


def test_what_is_seeded_is_known_to_search_at_once_however_far_it_lags(hubspot):
    hubspot.set(search_lag=1000.0)
    pairs = [{"contact": "11", "company": "21", "primary": True}]
    hubspot.portal.seed({"contacts": [{"id": "11"}], "companies": [{"id": "21"}], "associations": pairs})
    filters = [{"propertyName": "num_associated_contacts", "operator": "EQ", "value": "1"}]
    body = {"filterGroups": [{"filters": filters}]}
    assert [each["id"] for each in hubspot.call("POST", SEARCH, body).body["results"]] == ["21"]


def test_twenty_versions_of_a_property_are_remembered_the_newest_first(hubspot):
    company = hubspot.company(name="0")
    for name in range(1, 25):
        hubspot.call("PATCH", f"/crm/v3/objects/companies/{company}", {"properties": {"name": str(name)}})
    seen = hubspot.call("GET", f"/crm/v3/objects/companies/{company}?propertiesWithHistory=name,phone").body
    versions = [each["value"] for each in seen["propertiesWithHistory"]["name"]]
    assert versions == [str(name) for name in range(24, 4, -1)]
    assert seen["propertiesWithHistory"]["phone"] == []
