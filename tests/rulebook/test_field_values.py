"""Which types go together, and what becomes of their values: 7.3."""

import pytest

from tasks.contracts.descriptions import FieldDescription, MappedField, PropertyDescription
from tasks.contracts.mapping import Entry, OnTooLong, ValueType
from tasks.contracts.reasons import Reason
from tasks.rules.field_values import JsonValue, Problem, from_hubspot, from_salesforce, to_hubspot, to_salesforce
from tasks.rules.value_types import suits
from tests.rules.mapped import mapped

SELECT, MULTI, BOOLEAN, DATE = ValueType.SELECT, ValueType.MULTI_SELECT, ValueType.BOOLEAN, ValueType.DATE


def carried(field: MappedField, hubspot: str) -> JsonValue | Reason:
    """What Salesforce is told, or why nothing."""
    common = from_hubspot(field, [hubspot])
    said = common if isinstance(common, Problem) else to_salesforce(field, common)
    return said.reason if isinstance(said, Problem) else said


def carried_back(field: MappedField, salesforce: object) -> str | Reason:
    """What HubSpot is told, or why nothing."""
    common = from_salesforce(field, salesforce)
    said = common if isinstance(common, Problem) else to_hubspot(field, common)
    return said.reason if isinstance(said, Problem) else said["prop"]


def go_together(type_: ValueType, ours: tuple[str, str], *theirs: str) -> bool:
    """As HubSpot (type and field type) and Salesforce describe them."""
    return all(suits(type_, [PropertyDescription("prop", *ours)], FieldDescription("F__c", one)) for one in theirs)


def test_rule_7_3_dropdown_goes_with_a_picklist_or_a_reference_choice_by_choice():
    assert go_together(SELECT, ("enumeration", "select"), "picklist", "reference")
    assert go_together(SELECT, ("enumeration", "radio"), "picklist", "reference")
    field = mapped(SELECT, values={"RED": "Red"}, hubspot=("RED", "BLUE"), salesforce=("Red", "Green"))
    assert (carried(field, "RED"), carried_back(field, "Red")) == ("Red", "RED")
    assert carried(field, "BLUE") is Reason.VALUE_UNKNOWN_IN_SALESFORCE
    assert carried_back(field, "Green") is Reason.VALUE_UNKNOWN_IN_HUBSPOT


def test_rule_7_3_checkboxes_go_with_a_multi_select_picklist_all_of_them_or_none():
    assert go_together(MULTI, ("enumeration", "checkbox"), "multipicklist")
    field = mapped(MULTI, hubspot=("a", "b", "c"), salesforce=("a", "b", "d"))
    assert (carried(field, "b;a"), carried_back(field, "b;a")) == ("a;b", "a;b")
    assert carried(field, "a;c") is Reason.VALUE_UNKNOWN_IN_SALESFORCE
    assert carried_back(field, "a;d") is Reason.VALUE_UNKNOWN_IN_HUBSPOT


def test_rule_7_3_checkbox_goes_with_a_checkbox_and_blank_is_not_ticked():
    assert go_together(BOOLEAN, ("enumeration", "booleancheckbox"), "boolean")
    field = mapped(BOOLEAN)
    assert [carried(field, text) for text in ("true", "false", "")] == [True, False, False]
    assert [carried_back(field, value) for value in (True, False)] == ["true", "false"]
    assert carried(field, "perhaps") is Reason.VALUE_NOT_A_BOOLEAN


@pytest.mark.parametrize(
    ("type_", "fields"),
    [
        (ValueType.NUMBER, ("double", "int", "percent")),
        (ValueType.INTEGER, ("int",)),
        (ValueType.CURRENCY, ("currency",)),
    ],
)
def test_rule_7_3_number_goes_with_every_kind_of_number(type_, fields):
    assert go_together(type_, ("number", "number"), *fields)
    assert carried(mapped(type_), "many") is Reason.VALUE_NOT_A_NUMBER


def test_rule_7_3_number_is_compared_as_the_field_keeps_it_and_a_fraction_is_no_whole_number():
    assert from_hubspot(mapped(ValueType.NUMBER), ["1000.0"]) == from_salesforce(mapped(ValueType.NUMBER), 1000)
    assert carried(mapped(ValueType.CURRENCY, scale=2), "10.005") == 10.01
    assert carried(mapped(ValueType.INTEGER), "12.5") is Reason.VALUE_NOT_WHOLE
    assert carried(mapped(ValueType.INTEGER, digits=3), "1000") is Reason.VALUE_OUT_OF_RANGE


def test_rule_7_3_single_line_goes_with_texts_of_one_line_and_as_an_address_with_an_email_field():
    assert go_together(ValueType.TEXT, ("string", "text"), "string", "textarea", "phone", "url")
    assert go_together(ValueType.EMAIL, ("string", "text"), "email")
    assert carried(mapped(ValueType.EMAIL), "Sales@Acme.example") == "sales@acme.example"
    assert carried(mapped(ValueType.EMAIL), "nobody") is Reason.VALUE_NOT_AN_EMAIL
    assert carried(mapped(is_nillable=False), "") is Reason.VALUE_REQUIRED


def test_rule_7_3_multi_line_text_is_the_same_with_either_kind_of_line_ends():
    assert go_together(ValueType.MULTI_LINE, ("string", "textarea"), "textarea")
    assert not go_together(ValueType.TEXT, ("string", "textarea"), "string")
    field = mapped(ValueType.MULTI_LINE)
    assert from_hubspot(field, ["one\ntwo"]) == from_salesforce(field, "one\r\ntwo")


def test_rule_7_3_date_is_the_same_day_in_milliseconds_and_as_a_text():
    assert go_together(DATE, ("date", "date"), "date", "datetime")
    field = mapped(DATE)
    assert carried(field, "1767312000000") == carried(field, "2026-01-02") == "2026-01-02"
    with_time = MappedField(Entry(("prop",), "F__c", type=DATE), field.properties, FieldDescription("F__c", "datetime"))
    assert carried(with_time, "2026-01-02") == "2026-01-02T00:00:00Z"
    assert carried(field, "tomorrow") is Reason.VALUE_NOT_A_DATE
    assert carried(field, "1500-01-01") is Reason.VALUE_OUT_OF_RANGE


def test_rule_7_3_length_is_kept_to_by_leaving_the_text_out_or_shortening_it_where_that_is_wanted():
    assert carried(mapped(length=3), "Acme") is Reason.VALUE_TOO_LONG
    assert carried(mapped(length=3, on_too_long=OnTooLong.TRUNCATE), "Acme") == "Acm"
