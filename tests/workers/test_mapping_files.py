"""Where a mapping comes from."""

from pathlib import Path

from simulator.hubspot.properties import COMPANY_TYPES, INDUSTRIES
from tasks.contracts.mapping import FieldMapping, MappedObject, SyncRule, ValueType
from workers.mapping.files import default_mapping, load_mapping

SHIPPED = {
    "name": "Name",
    "website": "Website",
    "phone": "Phone",
    "industry": "Industry",
    "numberofemployees": "NumberOfEmployees",
    "annualrevenue": "AnnualRevenue",
    "description": "Description",
    "type": "Type",
    "address + address2": "BillingStreet",
    "city": "BillingCity",
    "state": "BillingState",
    "zip": "BillingPostalCode",
    "country": "BillingCountry",
    "hubspot_owner_id": "OwnerId",
}


def shipped() -> FieldMapping:
    mapping = load_mapping("")
    assert isinstance(mapping, FieldMapping)
    return mapping


def test_7_4_the_default_mapping_maps_the_standard_fields_and_prefers_salesforce_except_for_the_owner():
    entries = shipped().entries[MappedObject.COMPANY]
    assert {" + ".join(one.properties): one.field for one in entries} == SHIPPED
    rules = {one.field: one.rule for one in entries}
    assert rules.pop("OwnerId") is SyncRule.TWO_WAY
    assert set(rules.values()) == {SyncRule.PREFER_SALESFORCE}


def test_7_4_its_value_maps_know_every_value_of_hubspots():
    entries = {one.field: one for one in shipped().entries[MappedObject.COMPANY]}
    for field, options in (("Industry", INDUSTRIES), ("Type", COMPANY_TYPES)):
        assert entries[field].type is ValueType.SELECT
        assert {option.value for option in options} <= {choice.hubspot for choice in entries[field].choices}


def test_a_file_of_ones_own_begins_with_the_default(tmp_path: Path):
    own = tmp_path / "mapping.toml"
    own.write_bytes(default_mapping())
    assert load_mapping(str(own)) == shipped()


def test_a_file_that_cannot_be_read_is_a_finding(tmp_path: Path):
    found = load_mapping(str(tmp_path / "missing.toml"))
    assert isinstance(found, tuple)
    assert "missing.toml cannot be read: No such file or directory" in found[0].problem
