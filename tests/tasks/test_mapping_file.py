"""A mapping file is a mapping, or every mistake in it has a line, a place and a remedy."""

import json
import tomllib
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.contracts.mapping import (
    Choice,
    Effect,
    Entry,
    FieldMapping,
    Finding,
    MappedObject,
    OnTooLong,
    OwnerMapping,
    OwnerOverride,
    SyncRule,
    ValueType,
)
from tasks.contracts.mapping_file import MAX_BYTES, mapping_schema, parse_mapping
from tasks.contracts.toml_lines import Lines, Place
from tests.architecture.source_tree import read


def findings(text: str | bytes) -> tuple[Finding, ...]:
    parsed = parse_mapping(text if isinstance(text, bytes) else dedent(text).encode())
    assert not isinstance(parsed, FieldMapping)
    return parsed


def test_everything_a_file_can_say():
    parsed = parse_mapping(
        dedent("""\
        version = 1

        [[company]]  # a comment
        hubspot = "name"
        salesforce = "Name"

        [[company]]
        hubspot = ["address", "address2"]
        salesforce = "BillingStreet"
        type = "street"
        rule = "two_way"
        on_too_long = "truncate"

        [[company]]
        hubspot = "type"
        salesforce = "Type"
        type = "select"
        [company.values]
        PARTNER = ["Technology Partner", "Installation Partner"]
        OTHER = "Other"

        [[contact]]
        hubspot = "jobtitle"
        salesforce = "Title"

        [owner]
        fallback = "desk@sales.example"
        [owner.overrides]
        "jane@hubspot.example" = "jane@salesforce.example"
        """).encode()
    )
    assert parsed == FieldMapping(
        {
            MappedObject.COMPANY: (
                Entry(("name",), "Name", line=3),
                Entry(
                    ("address", "address2"),
                    "BillingStreet",
                    SyncRule.TWO_WAY,
                    ValueType.STREET,
                    OnTooLong.TRUNCATE,
                    line=7,
                ),
                Entry(
                    ("type",),
                    "Type",
                    type=ValueType.SELECT,
                    choices=(
                        Choice("PARTNER", ("Technology Partner", "Installation Partner")),
                        Choice("OTHER", ("Other",)),
                    ),
                    line=14,
                ),
            ),
            MappedObject.CONTACT: (Entry(("jobtitle",), "Title", line=22),),
        },
        OwnerMapping(
            (OwnerOverride("jane@hubspot.example", "jane@salesforce.example", line=29),), "desk@sales.example", 27
        ),
    )


def test_rule_7_2_3_an_entry_that_says_nothing_else_prefers_salesforce():
    assert Entry(("name",), "Name").rule is SyncRule.PREFER_SALESFORCE


ONE = '[[company]]\nhubspot = "name"\nsalesforce = "Name"\n'


@pytest.mark.parametrize(
    ("text", "line", "where", "problem", "remedy"),
    [
        pytest.param("", 1, "the mapping file", "holds no mapping", "default mapping", id="an-empty-file"),
        pytest.param("# nothing\n", 1, "the mapping file", "holds no mapping", "default mapping", id="only-comments"),
        pytest.param("version = 1\n[[company]\n", 2, "the mapping file", "not TOML", "[[company]]", id="not-toml"),
        pytest.param('version = 1\nx = "', 2, "the mapping file", "not TOML", "key =", id="toml-that-ends-too-soon"),
        pytest.param(b"version = 1\n\xff = 1\n", 2, "the mapping file", "not UTF-8", "UTF-8", id="not-utf-8"),
        pytest.param(b"#" * (MAX_BYTES + 1), 0, "the mapping file", "larger than", "thousand", id="far-too-large"),
        pytest.param(f"{ONE}x = {'[' * 3000}", 4, "the mapping file", "not TOML", "key =", id="absurd-nesting"),
        pytest.param(f"{ONE}x = {'1' * 5000}", 4, "the mapping file", "not TOML", "key =", id="an-absurd-number"),
        pytest.param(ONE, 1, "the mapping file", "has no key `version`", "version = 1", id="no-version"),
        pytest.param(f"version = 2\n{ONE}", 1, "version", "is not 1", "version = 1", id="another-version"),
        pytest.param("version = 1\n", 1, "the mapping file", "no key `company`", "[[company]]", id="no-entries"),
        pytest.param("version = 1\ncompany = []\n", 2, "company", "list of entries", "[[company]]", id="no-entry"),
        pytest.param(f"version = 1\nowners = 1\n{ONE}", 2, "owners", "not a key", "Did you mean owner?", id="owners"),
        pytest.param(
            f'version = 1\n{ONE}\n[[company]]\nhubspot = "a"\n',
            6,
            "company[2]",
            "no key `salesforce`",
            "Object Manager",
            id="an-entry-without-a-field",
        ),
        pytest.param(
            f'version = 1\n{ONE}rule = "twoway"\n',
            5,
            "company[1].rule",
            "not a sync rule",
            "two_way",
            id="unknown-rule",
        ),
        pytest.param(
            f'version = 1\n{ONE}type = "money"\n', 5, "company[1].type", "not a type", "currency", id="unknown-type"
        ),
        pytest.param(
            f'version = 1\n{ONE}\nruel = "two_way"\n',
            6,
            "company[1].ruel",
            "not a key",
            "Did you mean rule?",
            id="unknown-key",
        ),
        pytest.param(
            'version = 1\n[[company]]\nhubspot = 7\nsalesforce = "Name"\n',
            3,
            "company[1].hubspot",
            "internal name",
            "numberofemployees",
            id="a-property-that-is-a-number",
        ),
        pytest.param(
            'version = 1\n[[company]]\nhubspot = "Number of employees"\nsalesforce = "Name"\n',
            3,
            "company[1].hubspot",
            "internal name",
            "numberofemployees",
            id="a-label-for-a-property",
        ),
        pytest.param(
            f'version = 1\n{ONE}type = "select"\n[company.values]\nA = "x"\nB = 3\n',
            8,
            "company[1].values.B",
            "table of HubSpot values",
            "HUBSPOT_VALUE",
            id="a-number-in-a-value-map",
        ),
        pytest.param(
            f'version = 1\n{ONE}[owner.overrides]\n"a@x.example" = "b@x.example"\n"jane@x.example" = 3\n',
            7,
            "owner.overrides",
            "table of addresses",
            "user@salesforce.example",
            id="a-number-for-an-owner",
        ),
        pytest.param(
            f'version = 1\n{ONE}[[company]]\nhubspot = "name"\nsalesforce = "Other__c"\n',
            5,
            "name ↔ Other__c",
            "property name is mapped twice",
            "line 2",
            id="7.2.2-a-property-mapped-twice",
        ),
        pytest.param(
            f'version = 1\n{ONE}[[company]]\nhubspot = "other"\nsalesforce = "NAME"\n',
            5,
            "other ↔ NAME",
            "field NAME is mapped twice",
            "line 2",
            id="7.2.2-a-field-mapped-twice-in-whatever-case",
        ),
        pytest.param(
            'version = 1\n[[company]]\nhubspot = ["address", "address"]\nsalesforce = "S"\ntype = "street"\n',
            2,
            "address + address ↔ S",
            "property address is mapped twice",
            "line 2",
            id="7.2.2-a-property-twice-in-one-street",
        ),
        pytest.param(
            'version = 1\n[[company]]\nhubspot = ["a", "b"]\nsalesforce = "S"\n',
            2,
            "a + b ↔ S",
            "only a street",
            'type = "street"',
            id="two-properties-that-are-no-street",
        ),
        pytest.param(
            'version = 1\n[[company]]\nhubspot = "lifecyclestage"\nsalesforce = "Stage__c"\n',
            2,
            "lifecyclestage ↔ Stage__c",
            "lifecycle rules",
            "Remove",
            id="7.4-the-lifecycle-stage-has-rules-of-its-own",
        ),
        pytest.param(
            'version = 1\n[[company]]\nhubspot = "domain"\nsalesforce = "Domain__c"\n',
            2,
            "domain ↔ Domain__c",
            "never overwritten",
            "Remove",
            id="7.4-the-domain-is-hubspots-alone",
        ),
        pytest.param(
            'version = 1\n[[company]]\nhubspot = "our_id"\nsalesforce = "Id"\n',
            2,
            "our_id ↔ Id",
            "Salesforce gives it",
            "Remove",
            id="7.4-the-id-is-salesforces-alone",
        ),
        pytest.param(
            'version = 1\n[[company]]\nhubspot = "o"\nsalesforce = "OwnerId"\ntype = "owner"\n',
            2,
            "o ↔ OwnerId",
            "both ways or not at all",
            "two_way",
            id="7.2.6-an-owner-is-two-way",
        ),
        pytest.param(
            f'version = 1\n{ONE}values = {{ A = "a" }}\n',
            2,
            "name ↔ Name",
            "text has no values",
            "select",
            id="a-value-map-for-a-text",
        ),
        pytest.param(
            f'version = 1\n{ONE}type = "number"\non_too_long = "truncate"\n',
            2,
            "name ↔ Name",
            "cannot be shortened",
            "on_too_long",
            id="a-number-to-be-shortened",
        ),
        pytest.param(
            f'version = 1\n{ONE}type = "select"\nvalues = {{ A = ["x", "y"], B = "y" }}\n',
            2,
            "name ↔ Name",
            '"y" stands for two',
            "one list",
            id="a-value-that-means-two-things",
        ),
    ],
)
def test_a_mistake_names_line_place_and_remedy(text, line, where, problem, remedy):
    (finding,) = findings(text)
    assert (finding.line, finding.where, finding.effect) == (line, where, Effect.FILE)
    assert problem in finding.problem
    assert remedy in finding.remedy


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file():
    found = findings(f'version = 1\n{ONE}rule = "x"\nkey = 1\n[[company]]\nsalesforce = "S"\n')
    assert [one.line for one in found] == [5, 6, 7]
    found = findings(f'version = 1\n[owner]\nx = 1\n{ONE}rule = "x"\n')
    assert [one.line for one in found] == [3, 7]


def test_a_finding_reads_as_one_line():
    (finding,) = findings(f'version = 1\n{ONE}rule = "x"\n')
    assert str(finding) == (
        "line 5, company[1].rule: is not a sync rule. "
        "Write one of: prefer_salesforce, always_salesforce, two_way, dont_sync"
    )


def test_nobodys_address_is_in_a_finding():
    (finding,) = findings(f'version = 1\n{ONE}[owner.overrides]\n"jane@x.example" = 3\n')
    assert "jane" not in str(finding)


def test_entries_in_one_line_are_told_apart():
    (finding,) = findings(
        'version = 1\ncompany = [{hubspot = "a", salesforce = "A"}, {hubspot = "a", salesforce = "B"}]\n'
    )
    assert finding.problem == "property a is mapped twice"


@pytest.mark.parametrize("text", [f"\ufeffversion = 1\n{ONE}", f"version = 1\n{ONE}".replace("\n", "\r\n")])
def test_a_byte_order_mark_and_windows_line_ends_are_no_mistake(text):
    assert isinstance(parse_mapping(text.encode()), FieldMapping)


def test_the_schema_in_the_docs_is_the_models():
    assert json.loads(read("docs/mapping.schema.json")) == mapping_schema(), "python -m workers.mapping writes it anew"


# Lines

VALUES = st.sampled_from(
    [
        '"x"',
        "'''\n[[company]]\nhubspot = 1\n'''",
        "[\n 1, # ]\n 2,\n]",
        '"""a\n\\"""b"""',
        '{ inner = "y" }',
        "1",
        "'#'",
    ]
)
BETWEEN = st.sampled_from(["", "# hubspot = 1\n", "\n\n", "  # [[company]]\n"])


@settings(deadline=None)
@given(st.lists(st.lists(st.tuples(BETWEEN, VALUES), max_size=4), max_size=4))
def test_every_key_is_found_on_its_line(tables):
    text = ""
    expected: dict[Place, int] = {}
    for n, keys in enumerate(tables):
        text += "[[company]]\n"
        expected[("company", n)] = text.count("\n")
        for key, (between, value) in enumerate(keys):
            text += f"{between}k{key} = {value}\n"
            expected[("company", n, f"k{key}")] = text.count("\n") - value.count("\n")
    tomllib.loads(text)
    lines = Lines(text)
    assert {place: lines.line_of(place) for place in expected} == expected


@pytest.mark.parametrize(
    ("text", "place", "line"),
    [
        pytest.param("[[a]]\n[a.b]\nc = 1\n[[a]]\n[a.b]\nc = 1\n", ("a", 1, "b", "c"), 6, id="a-table-of-the-last"),
        pytest.param("[[a]]\n[[a.b]]\n[[a.b]]\nc = 1\n", ("a", 0, "b", 1, "c"), 4, id="lists-within-lists"),
        pytest.param("\nx.y.z = 1\n", ("x", "y", "z"), 2, id="dotted-keys"),
        pytest.param("\nx = { y = 1 }\n", ("x", "y"), 2, id="a-table-in-a-line"),
        pytest.param("\n[x]\ny = 1\n", ("x", "nothing"), 2, id="what-is-not-there-is-at-what-is-around-it"),
        pytest.param("\nx = 1\n", ("nothing",), 1, id="or-at-the-beginning"),
        pytest.param('\n["a.b"]\n"c d" = 1\n', ("a.b", "c d"), 3, id="keys-in-quotes"),
    ],
)
def test_line_of(text, place, line):
    assert Lines(text).line_of(place) == line
