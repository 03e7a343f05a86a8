"""The export of HubSpot's own integration becomes a mapping file, and what could not be carried over is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.contracts.descriptions import FieldDescription, Option, PropertyDescription
from tasks.contracts.mapping import Choice, Entry, FieldMapping, MappedObject, SyncRule, ValueType
from tasks.contracts.mapping_file import parse_mapping
from tasks.rules.mapping_import import Imported, Known, import_mapping

HEADER = "HubSpot Field Name,Salesforce Field Name,Sync Rule"
KNOWN = Known(
    (
        Entry(("name",), "Name"),
        Entry(("address", "address2"), "BillingStreet", type=ValueType.STREET),
        Entry(("type",), "Type", type=ValueType.SELECT, choices=(Choice('A "quoted" one', ("Ä", "b\x7f")),)),
        Entry(("hubspot_owner_id",), "OwnerId", SyncRule.TWO_WAY, ValueType.OWNER),
    ),
    (
        PropertyDescription("staff", "number", "number", "Number of staff"),
        PropertyDescription("tier", "enumeration", "select", "Tier", (Option("A"),)),
        PropertyDescription("one", "string", "text", "Twin"),
        PropertyDescription("two", "string", "text", "Twin"),
    ),
    (
        FieldDescription("Staff__c", "int", "Staff"),
        FieldDescription("Tier__c", "picklist", "Tier"),
    ),
)


def entries(imported: Imported) -> list[tuple[str, str, str, str]]:
    if not imported.text:
        return []
    mapping = parse_mapping(imported.text.encode())
    assert isinstance(mapping, FieldMapping), mapping
    return [
        (" + ".join(one.properties), one.field, one.rule.value, one.type.value)
        for one in mapping.entries[MappedObject.COMPANY]
    ]


def told(imported: Imported) -> list[tuple[int, bool]]:
    return [(remark.line, remark.is_lost) for remark in imported.remarks]


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("Prefer Salesforce unless blank", "prefer_salesforce"),
        ("prefer salesforce", "prefer_salesforce"),
        ("Always use Salesforce", "always_salesforce"),
        ("ALWAYS_USE_SALESFORCE", "always_salesforce"),
        ("Two-way", "two_way"),
        ("Two way", "two_way"),
        ("Don't sync", "dont_sync"),
        ("Don\u2019t sync", "dont_sync"),
        ("do not sync", "dont_sync"),
    ],
)
def test_each_rule_in_each_spelling(said, rule):
    imported = import_mapping(f"{HEADER}\nname,Name,{said}\n".encode(), KNOWN)
    assert entries(imported) == [("name", "Name", rule, "text")]
    assert imported.remarks == ()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(f"{HEADER}\nname,Name,Two-way\n".encode(), id="plain"),
        pytest.param(f"\ufeff{HEADER}\nname,Name,Two-way\n".encode(), id="with-a-byte-order-mark"),
        pytest.param(f"{HEADER}\r\nname,Name,Two-way\r\n".encode("utf-16"), id="as-utf-16"),
        pytest.param(f"{HEADER}\nname,Name,Two-way\n".replace(",", ";").encode(), id="with-semicolons"),
        pytest.param(f"{HEADER}\nname,Name,Two-way\n".replace(",", "\t").encode(), id="with-tabs"),
        pytest.param(b"SYNC RULE,salesforce_field_name,hubspot field name\nTwo-way,Name,name\n", id="in-another-order"),
        pytest.param(
            b'"HubSpot Field Name","Salesforce Field Name","Sync Rule"\n"name","Name","Two-way"\n', id="quoted"
        ),
        pytest.param(f"\n{HEADER}\n\n  name , Name , Two-way \n\n".encode(), id="with-blanks-and-blank-lines"),
    ],
)
def test_however_the_export_was_saved(content):
    imported = import_mapping(content, KNOWN)
    assert entries(imported) == [("name", "Name", "two_way", "text")]
    assert imported.remarks == ()


def test_columns_nobody_knows_are_mentioned_and_ignored():
    imported = import_mapping(f"{HEADER},Group\nname,Name,Two-way,x\n".encode(), KNOWN)
    assert entries(imported) == [("name", "Name", "two_way", "text")]
    assert [one.what for one in imported.remarks] == ["Column Group says nothing to us"]
    imported = import_mapping(f"\ufeffGroup,{HEADER}\nx,name,Name,Two-way\n".encode(), KNOWN)
    assert [one.what for one in imported.remarks] == ["Column Group says nothing to us"]


@pytest.mark.parametrize(
    ("label", "encoding"), [("Größe", "utf-8"), ("Größe", "latin-1"), ("Размер", "utf-8"), ("Размер", "utf-16")]
)
def test_labels_in_any_language_are_understood_in_each_encoding(label, encoding):
    known = Known(properties=(PropertyDescription("size", "string", "text", label),))
    imported = import_mapping(f"{HEADER}\n{label},Size__c,Two-way\n".encode(encoding), known)
    assert entries(imported) == [("size", "Size__c", "two_way", "text")]


@pytest.mark.parametrize(
    ("row", "what"),
    [
        pytest.param("lifecyclestage,Stage__c,Two-way", "lifecycle rules", id="7.4-the-lifecycle-stage"),
        pytest.param("salesforceaccountid,Id,Two-way", "HubSpot's own integration", id="7.4-its-own-link"),
        pytest.param("name,Other__c,Two-way", "mapped in line 2", id="7.2.2-a-property-twice"),
        pytest.param("other,NAME,Two-way", "mapped in line 2", id="7.2.2-a-field-twice"),
        pytest.param("city,City__c,Newest", "none of the four", id="an-unknown-rule"),
        pytest.param("Two words,City__c,Two-way", "internal names", id="a-label-nobody-can-look-up"),
        pytest.param("Twin,City__c,Two-way", "internal names", id="a-label-of-two-properties"),
        pytest.param(",City__c,Two-way", "internal names", id="no-property"),
        pytest.param("city", "internal names", id="a-row-that-ends-too-soon"),
    ],
)
def test_what_cannot_be_carried_over_is_told_with_its_line(row, what):
    imported = import_mapping(f"{HEADER}\nname,Name,Two-way\n{row}\n".encode(), KNOWN)
    assert entries(imported) == [("name", "Name", "two_way", "text")]
    (remark,) = imported.remarks
    assert (remark.line, remark.is_lost) == (3, True)
    assert what in remark.what


def test_types_come_from_what_is_known_or_what_the_crms_say():
    rows = (
        "address,BillingStreet,\nstaff,Staff__c,Two-way\nTier,Tier,Two-way\ntype,Type,Two-way\ncity,City__c,Two-way\n"
    )
    imported = import_mapping(f"{HEADER}\n{rows}".encode(), KNOWN)
    assert entries(imported) == [
        ("address", "BillingStreet", "prefer_salesforce", "street"),
        ("staff", "Staff__c", "two_way", "integer"),
        ("tier", "Tier__c", "two_way", "select"),
        ("type", "Type", "two_way", "select"),
        ("city", "City__c", "two_way", "text"),
    ]
    assert [(one.line, one.what) for one in imported.remarks] == [
        (2, "address: no sync rule is given; prefer_salesforce was taken"),
        (4, "tier: the export has no value map; values must be alike, or mapped"),
        (6, "city: its type is not known; text was taken"),
    ]


def test_a_known_value_map_is_brought_along():
    imported = import_mapping(f"{HEADER}\ntype,Type,Two-way\n".encode(), KNOWN)
    mapping = parse_mapping(imported.text.encode())
    assert isinstance(mapping, FieldMapping)
    assert mapping.entries[MappedObject.COMPANY][0].choices == KNOWN.entries[2].choices


def test_rule_7_2_6_an_owner_is_two_way_whatever_the_export_says():
    imported = import_mapping(f"{HEADER}\nhubspot_owner_id,OwnerId,Prefer Salesforce unless blank\n".encode(), KNOWN)
    assert entries(imported) == [("hubspot_owner_id", "OwnerId", "two_way", "owner")]
    assert told(imported) == [(2, False)]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        pytest.param(b"", "no column HubSpot Field Name and no column Salesforce Field Name", id="nothing"),
        pytest.param(b"HubSpot Field Name,Rule\nname,x\n", "no column Salesforce Field Name", id="half-of-it"),
        pytest.param(b"\x89PNG\r\n\x1a\n\x00\x00", "no column", id="something-else"),
        pytest.param(f'{HEADER}\n"{"x" * 200_000}",b,c\n'.encode(), "not CSV", id="no-table"),
    ],
)
def test_what_is_not_an_export_gives_no_mapping(content, what):
    imported = import_mapping(content, KNOWN)
    assert imported.text == ""
    (remark,) = imported.remarks
    assert what in remark.what
    assert remark.is_lost


CELLS = st.one_of(
    st.sampled_from(["name", "Name", "type", "Type", "hubspot_owner_id", "OwnerId", "Two-way", "Don't sync", ""]),
    st.text(max_size=8),
)


@given(st.lists(st.lists(CELLS, max_size=4).map(",".join), max_size=8))
def test_whatever_the_rows_are_the_file_is_a_mapping_and_no_row_is_lost_in_silence(rows):
    content = "\n".join([HEADER, *rows]).encode("utf-8", "surrogatepass")
    imported = import_mapping(content, KNOWN)
    carried = len(entries(imported))
    lost = [remark for remark in imported.remarks if remark.is_lost]
    assert imported.text or carried == 0
    plain = [row for row in rows if row.isascii() and row.isalpha()]
    assert carried + len(lost) >= len(plain)


@given(st.binary(max_size=300))
def test_any_file_at_all_is_read_without_an_exception(content):
    assert entries(import_mapping(content, KNOWN)) is not None
