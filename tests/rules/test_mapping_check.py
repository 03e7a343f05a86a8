"""A mapping against what both CRMs say about themselves: line, entry, problem, remedy, and what it takes out."""

from dataclasses import replace

import pytest

from tasks.contracts.descriptions import Described, FieldDescription, Option, PropertyDescription
from tasks.contracts.mapping import Choice, Effect, Entry, FieldMapping, Finding, MappedObject, SyncRule, ValueType
from tasks.rules.mapping_check import Checked, check_mapping

COMPANY, CONTACT = MappedObject
FIELD, NOTHING, FILE = Effect.FIELD, Effect.NOTHING, Effect.FILE
NAME = Entry(("name",), "Name", line=1)
PROPERTIES = (
    PropertyDescription("name", "string", "text"),
    PropertyDescription("city", "string", "text"),
    PropertyDescription("notes", "string", "textarea"),
    PropertyDescription("staff", "number", "number"),
    PropertyDescription("score", "number", "number", is_calculated=True, is_writable=False),
    PropertyDescription("fixed", "string", "text", is_writable=False),
    PropertyDescription("secret", "string", "text", is_readable=False),
    PropertyDescription("csm", "enumeration", "select", is_custom=True, is_user=True),
    PropertyDescription("hubspot_owner_id", "enumeration", "select", is_user=True),
    PropertyDescription(
        "tier", "enumeration", "select", options=(Option("A"), Option("B"), Option("C", is_active=False))
    ),
    PropertyDescription("tags", "enumeration", "checkbox", options=(Option("A"),)),
    PropertyDescription("since", "date", "date"),
    PropertyDescription("seen", "datetime", "date"),
    PropertyDescription("vip", "bool", "booleancheckbox"),
    PropertyDescription("rich", "string", "html"),
    PropertyDescription("state", "string", "text"),
    PropertyDescription("country", "string", "text"),
)
FIELDS = (
    FieldDescription("Name", "string", length=255, is_nillable=False),
    FieldDescription("City__c", "string", length=40),
    FieldDescription("Notes__c", "textarea", length=255),
    FieldDescription("Staff__c", "int", digits=8),
    FieldDescription("Rate__c", "percent"),
    FieldDescription("Money__c", "currency"),
    FieldDescription("Sum__c", "double", is_calculated=True, is_createable=False, is_updateable=False),
    FieldDescription("Once__c", "string", is_updateable=False),
    FieldDescription("Hidden__c", "string", is_readable=False),
    FieldDescription("OwnerId", "reference", is_nillable=False, is_defaulted=True, reference_to=("User",)),
    FieldDescription(
        "Tier__c", "picklist", length=255, options=(Option("A"), Option("Z"), Option("Y", is_active=False))
    ),
    FieldDescription("Tags__c", "multipicklist", options=(Option("A"),)),
    FieldDescription("Since__c", "date"),
    FieldDescription("Seen__c", "datetime"),
    FieldDescription("Vip__c", "boolean", is_nillable=False, is_defaulted=True),
    FieldDescription("Mail__c", "email"),
    FieldDescription("Place__c", "location"),
)
CODES = (
    FieldDescription("BillingState", "string"),
    FieldDescription("BillingCountry", "string"),
    FieldDescription("BillingStateCode", "picklist", length=10, options=(Option("CA", "California"),)),
    FieldDescription("BillingCountryCode", "picklist", length=10, options=(Option("US", "United States"),)),
)


def check(*entries: Entry, fields: tuple[FieldDescription, ...] = FIELDS) -> Checked:
    numbered = tuple(replace(entry, line=n) for n, entry in enumerate(entries, start=1))
    about = Described(PROPERTIES, {"Account": fields})
    return check_mapping(FieldMapping({COMPANY: numbered}), {COMPANY: about})


def entry(
    name: str, field: str, type_: str = "text", rule: SyncRule = SyncRule.PREFER_SALESFORCE, **values: str
) -> Entry:
    return Entry((name,), field, rule, ValueType(type_), choices=tuple(Choice(k, (v,)) for k, v in values.items()))


@pytest.mark.parametrize(
    ("subject", "problem", "remedy"),
    [
        pytest.param(entry("nam", "City__c"), "HubSpot has no property nam", "internal name", id="no-such-property"),
        pytest.param(entry("city", "Town__c"), "no field Town__c on Account", "API name", id="no-such-field"),
        pytest.param(
            entry("city", "Staff__c"), "do not go together as text", "Map it to a field", id="7.3-a-line-for-a-number"
        ),
        pytest.param(
            entry("staff", "Staff__c"), "do not go together as text", 'type = "integer"', id="7.3-a-number-as-a-text"
        ),
        pytest.param(
            entry("staff", "Rate__c", "integer"),
            "do not go together as integer",
            'type = "number"',
            id="7.3-a-percentage",
        ),
        pytest.param(
            entry("staff", "Money__c"), "do not go together as text", 'type = "currency"', id="7.3-money-as-a-text"
        ),
        pytest.param(
            entry("notes", "City__c"), "do not go together as text", "Map it to a field", id="7.3-lines-for-a-line"
        ),
        pytest.param(
            entry("notes", "Notes__c"), "do not go together as text", 'type = "multi_line"', id="7.3-lines-as-a-text"
        ),
        pytest.param(
            entry("city", "Mail__c"), "do not go together as text", 'type = "email"', id="7.3-an-address-as-a-text"
        ),
        pytest.param(
            entry("tier", "City__c", "select"), "do not go together as select", "Map it", id="7.3-a-dropdown-for-a-text"
        ),
        pytest.param(
            entry("city", "Tier__c", "select"), "do not go together as select", "Map it", id="7.3-a-text-for-a-picklist"
        ),
        pytest.param(
            entry("tags", "Tier__c", "select"),
            "do not go together as select",
            "Map it",
            id="7.3-checkboxes-for-a-picklist",
        ),
        pytest.param(
            entry("tier", "Tags__c", "multi_select"),
            "do not go together as multi_select",
            "Map it",
            id="7.3-one-for-several",
        ),
        pytest.param(
            entry("since", "Since__c"), "do not go together as text", 'type = "date"', id="7.3-a-day-as-a-text"
        ),
        pytest.param(
            entry("seen", "Since__c", "date"), "do not go together as date", "Map it", id="7.3-a-moment-for-a-day"
        ),
        pytest.param(
            entry("vip", "Vip__c"), "do not go together as text", 'type = "boolean"', id="7.3-a-box-as-a-text"
        ),
        pytest.param(entry("rich", "Notes__c"), "do not go together as text", "Map it", id="7.3-rich-text"),
        pytest.param(
            entry("city", "Place__c"), "do not go together as text", "Map it", id="7.3-a-field-of-a-strange-kind"
        ),
        pytest.param(entry("csm", "City__c"), "csm is a HubSpot user", "hubspot_owner_id", id="7.2.7-a-custom-user"),
        pytest.param(
            entry("csm", "OwnerId", "owner", SyncRule.TWO_WAY),
            "HubSpot user",
            "hubspot_owner_id",
            id="7.2.7-not-even-so",
        ),
        pytest.param(
            entry("score", "Staff__c", "integer"), "HubSpot keeps score", "Remove", id="a-calculated-property"
        ),
        pytest.param(entry("fixed", "City__c"), "HubSpot keeps fixed", "Remove", id="a-property-nobody-writes"),
        pytest.param(entry("secret", "City__c"), "may not read secret", "scope", id="a-property-we-may-not-read"),
        pytest.param(entry("city", "Hidden__c"), "may not read Hidden__c", "read it", id="a-field-we-may-not-read"),
        pytest.param(
            entry("staff", "Sum__c", "number"), "calculates Sum__c", 'rule = "always_salesforce"', id="a-formula"
        ),
        pytest.param(
            entry("city", "Once__c"),
            "may not write Once__c",
            'rule = "always_salesforce"',
            id="a-field-only-set-at-first",
        ),
    ],
)
def test_what_takes_out_its_field_and_no_other(subject, problem, remedy):
    checked = check(NAME, subject)
    (finding,) = checked.findings
    assert (finding.line, finding.where, finding.effect) == (2, str(subject), FIELD)
    assert problem in finding.problem
    assert remedy in finding.remedy
    assert [one.name for one in checked.fields["Account"]] == ["Name"]


@pytest.mark.parametrize(
    "subject",
    [
        pytest.param(entry("city", "City__c"), id="7.3-a-line-and-a-string"),
        pytest.param(entry("city", "city__C"), id="7.3-a-field-in-another-case"),
        pytest.param(entry("city", "Notes__c"), id="7.3-a-line-and-a-textarea"),
        pytest.param(entry("notes", "Notes__c", "multi_line"), id="7.3-lines-and-a-textarea"),
        pytest.param(entry("city", "Mail__c", "email"), id="7.3-an-address"),
        pytest.param(entry("staff", "Staff__c", "integer"), id="7.3-a-number-and-an-int"),
        pytest.param(entry("staff", "Rate__c", "number"), id="7.3-a-number-and-a-percentage"),
        pytest.param(entry("staff", "Money__c", "currency"), id="7.3-a-number-and-money"),
        pytest.param(entry("tags", "Tags__c", "multi_select"), id="7.3-checkboxes-and-a-multipicklist"),
        pytest.param(entry("since", "Since__c", "date"), id="7.3-a-day-and-a-day"),
        pytest.param(entry("since", "Seen__c", "date"), id="7.3-a-day-and-a-moment"),
        pytest.param(entry("seen", "Seen__c", "datetime"), id="a-moment-and-a-moment"),
        pytest.param(entry("vip", "Vip__c", "boolean"), id="7.3-a-box-and-a-boolean"),
        pytest.param(entry("hubspot_owner_id", "OwnerId", "owner", SyncRule.TWO_WAY), id="7.4-the-owner"),
        pytest.param(entry("staff", "Sum__c", "number", SyncRule.ALWAYS_SALESFORCE), id="a-formula-that-is-only-read"),
        pytest.param(entry("nothing", "Nothing__c", rule=SyncRule.DONT_SYNC), id="what-is-not-synced-is-not-checked"),
    ],
)
def test_7_3_what_goes_together(subject):
    assert check(NAME, subject).findings == ()


def advice(checked: Checked) -> list[tuple[int, str]]:
    assert {one.effect for one in checked.findings} <= {NOTHING}
    return [(one.line, one.problem) for one in checked.findings]


def test_rule_7_2_9_values_that_only_one_side_has_are_named_and_take_nothing_out():
    checked = check(NAME, entry("tier", "Tier__c", "select"))
    assert advice(checked) == [
        (2, "Salesforce has no value for HubSpot's: B"),
        (2, "HubSpot has no value for Salesforce's: Z"),
    ]
    assert len(checked.fields["Account"]) == 2


def test_rule_7_2_9_a_value_map_ends_that():
    assert check(NAME, entry("tier", "Tier__c", "select", B="Z")).findings == ()


def test_rule_7_2_9_values_that_are_only_read_need_no_counterpart_in_salesforce():
    checked = check(NAME, entry("tier", "Tier__c", "select", SyncRule.ALWAYS_SALESFORCE))
    assert advice(checked) == [(2, "HubSpot has no value for Salesforce's: Z")]


def test_a_value_map_that_names_what_nobody_has():
    checked = check(NAME, entry("tier", "Tier__c", "select", B="Z", D="A", C="Q" * 256))
    assert advice(checked) == [
        (2, "the value map names what HubSpot does not have: D"),
        (2, f"the value map names what Salesforce does not have: {'Q' * 256}"),
        (2, f"the value map names what is too long for Salesforce: {'Q' * 256}"),
    ]


def test_many_values_are_counted():
    many = replace(FIELDS[10], options=tuple(Option(f"V{n}") for n in range(9)))
    fields = (*FIELDS[:10], many)
    named = advice(check(NAME, entry("tier", "Tier__c", "select", A="V0", B="V1"), fields=fields))
    assert named == [(2, "HubSpot has no value for Salesforce's: V2, V3, V4, V5, V6 and 2 more")]


@pytest.mark.parametrize(
    ("entries", "line"),
    [
        pytest.param((entry("city", "City__c"),), 0, id="not-mapped"),
        pytest.param(
            (entry("city", "City__c"), entry("name", "Name", rule=SyncRule.ALWAYS_SALESFORCE)), 2, id="never-filled"
        ),
        pytest.param((entry("city", "City__c"), entry("name", "Name", rule=SyncRule.DONT_SYNC)), 2, id="not-synced"),
    ],
)
def test_a_field_that_salesforce_requires_and_nothing_fills(entries, line):
    (finding,) = check(*entries).findings
    assert (finding.line, finding.where, finding.effect) == (line, "Account.Name", NOTHING)
    assert "requires" in finding.problem


def test_a_mapping_of_which_nothing_can_be_used_is_the_whole_files_problem():
    checked = check(entry("nam", "Name"))
    assert {one.effect for one in checked.findings} == {NOTHING, FIELD, FILE}
    assert checked.fields["Account"] == ()


# Countries and states (7.2.10)

STATE, COUNTRY = entry("state", "BillingState", "state"), entry("country", "BillingCountry", "country")


def test_rule_7_2_10_the_code_fields_are_used_where_the_org_has_them():
    checked = check(NAME, STATE, COUNTRY, fields=(*FIELDS, *CODES))
    assert checked.findings == ()
    assert [one.name for one in checked.fields["Account"]] == ["Name", "BillingStateCode", "BillingCountryCode"]
    assert all(one.has_codes for one in checked.fields["Account"][1:])


def test_rule_7_2_10_and_the_names_where_it_has_not():
    checked = check(NAME, STATE, COUNTRY, fields=(*FIELDS, *CODES[:2]))
    assert checked.findings == ()
    assert [one.name for one in checked.fields["Account"]] == ["Name", "BillingState", "BillingCountry"]


def test_rule_7_2_10_a_state_needs_its_country():
    checked = check(NAME, STATE, fields=(*FIELDS, *CODES))
    (finding,) = checked.findings
    assert (finding.line, finding.effect, finding.remedy) == (2, FIELD, "Map BillingCountry as well")
    assert [one.name for one in checked.fields["Account"]] == ["Name"]


def test_rule_7_2_10_a_state_whose_country_is_taken_out_goes_with_it():
    checked = check(NAME, STATE, replace(COUNTRY, properties=("gone",)), fields=(*FIELDS, *CODES))
    assert [(one.line, one.effect) for one in checked.findings] == [(2, FIELD), (3, FIELD)]


def test_rule_7_2_10_a_name_mapped_as_a_text_beside_its_code_is_worth_a_hint():
    checked = check(NAME, entry("state", "BillingState"), fields=(*FIELDS, *CODES))
    (finding,) = checked.findings
    assert (finding.line, finding.effect, finding.remedy) == (2, NOTHING, 'Write type = "state"')


def test_rule_7_2_2_a_name_and_its_code_are_one_field():
    code = entry("city", "BillingCountryCode", "country")
    checked = check(NAME, COUNTRY, code, fields=(*FIELDS, *CODES))
    (finding,) = checked.findings
    assert (finding.line, finding.effect) == (3, FIELD)
    assert finding.remedy == "Keep this entry or that of line 2"


def test_rule_7_2_10_a_value_map_of_codes_that_the_org_does_not_have():
    country = entry("country", "BillingCountry", "country", Deutschland="DE", USA="US")
    checked = check(NAME, country, fields=(*FIELDS, *CODES))
    assert advice(checked) == [(2, "the value map names what Salesforce does not have: DE")]


# Contacts and leads (7.2.8)


def check_people(*entries: Entry, contact: tuple[FieldDescription, ...], lead: tuple[FieldDescription, ...]) -> Checked:
    about = Described(PROPERTIES, {"Contact": contact, "Lead": lead})
    return check_mapping(FieldMapping({CONTACT: entries}), {CONTACT: about})


def test_rule_7_2_8_one_entry_feeds_the_field_of_that_name_on_contacts_and_leads():
    checked = check_people(NAME, contact=FIELDS[:1], lead=FIELDS[:1])
    assert checked.findings == ()
    assert [one.entry for one in checked.fields["Contact"]] == [one.entry for one in checked.fields["Lead"]] == [NAME]


def test_rule_7_2_8_a_field_that_only_contacts_have_is_carried_for_them():
    checked = check_people(NAME, entry("city", "City__c"), contact=FIELDS[:2], lead=FIELDS[:1])
    assert checked.findings == ()
    assert [len(checked.fields[name]) for name in ("Contact", "Lead")] == [2, 1]


def test_rule_7_2_8_what_is_wrong_with_both_is_said_once():
    fields = (FIELDS[0], replace(FIELDS[1], is_updateable=False))
    checked = check_people(NAME, entry("city", "City__c"), contact=fields, lead=fields)
    assert len(checked.findings) == 1


def test_rule_7_2_4_what_the_mapping_does_not_name_is_not_carried():
    assert [one.name for one in check(NAME).fields["Account"]] == ["Name"]


def test_findings_come_in_the_order_of_the_file():
    found: tuple[Finding, ...] = check(entry("a", "City__c"), NAME, entry("b", "City__c")).findings
    assert [one.line for one in found] == sorted(one.line for one in found)
