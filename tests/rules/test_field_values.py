"""A value there and back again: exact forms on both sides, equality per type, problems instead of guesses."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.contracts.descriptions import FieldDescription, MappedField, Option
from tasks.contracts.mapping import OnTooLong, ValueType
from tasks.contracts.reasons import Reason
from tasks.rules.field_values import Problem, from_hubspot, from_salesforce, to_hubspot, to_salesforce
from tasks.rules.plain_values import Common
from tests.rules.mapped import mapped

TEXT, LINES, EMAIL, STREET = ValueType.TEXT, ValueType.MULTI_LINE, ValueType.EMAIL, ValueType.STREET
NUMBER, INTEGER, CURRENCY, BOOLEAN = ValueType.NUMBER, ValueType.INTEGER, ValueType.CURRENCY, ValueType.BOOLEAN
DATE, DATETIME, SELECT, MULTI = ValueType.DATE, ValueType.DATETIME, ValueType.SELECT, ValueType.MULTI_SELECT

TYPES = {"PARTNER": ("Technology Partner", "Installation Partner"), "OTHER": "Other", "VENDOR": "Other"}
HAS_TYPES = mapped(
    SELECT,
    values=TYPES,
    hubspot=("PARTNER", "OTHER", "VENDOR", "PROSPECT"),
    salesforce=("Technology Partner", "Installation Partner", "Other", "Customer"),
)
TOPICS = mapped(
    MULTI, values={"RED": "Red", "BLUE": "Blue"}, hubspot=("RED", "BLUE", "x"), salesforce=("Red", "Blue", "x")
)
CROSSED = mapped(SELECT, values={"B": "X"}, hubspot=("A", "B"), salesforce=("X", "B"))
WHOLE_FIELD = replace(mapped(NUMBER), field=FieldDescription("Field__c", "int", digits=8))
TWO_LINES = mapped(STREET, names=("address", "address2"), length=255)


def ours(field: MappedField, *texts: str | None) -> Common:
    common = from_hubspot(field, texts)
    assert not isinstance(common, Problem)
    return common


def theirs(field: MappedField, value: object) -> Common:
    common = from_salesforce(field, value)
    assert not isinstance(common, Problem)
    return common


@pytest.mark.parametrize(
    ("field", "hubspot", "salesforce"),
    [
        pytest.param(mapped(TEXT), "Acme", "Acme", id="a-text"),
        pytest.param(mapped(TEXT), " Acme \n Inc ", "Acme Inc", id="a-line-without-its-line-ends-and-outer-blanks"),
        pytest.param(mapped(TEXT), "", None, id="blank-and-null"),
        pytest.param(mapped(TEXT), None, "  ", id="null-and-blanks"),
        pytest.param(mapped(TEXT), "A\x00c\ud800me", "Acme", id="characters-nobody-keeps"),
        pytest.param(mapped(LINES), "a\nb", "a\r\nb", id="lines-however-they-end"),
        pytest.param(mapped(EMAIL), "Sales@Acme.example", "sales@ACME.example", id="addresses-in-any-case"),
        pytest.param(mapped(NUMBER), "1000", 1000.0, id="1000-is-1000.0"),
        pytest.param(mapped(NUMBER), "1e3", 1000, id="1e3-is-1000"),
        pytest.param(mapped(NUMBER), "-0.0", 0, id="minus-zero-is-zero"),
        pytest.param(mapped(NUMBER), "0.10", 0.1, id="trailing-zeros"),
        pytest.param(mapped(NUMBER), "123456789012345678", 1.2345678901234568e17, id="as-a-double-holds-it"),
        pytest.param(mapped(INTEGER), "12.0", 12, id="12.0-is-whole"),
        pytest.param(mapped(CURRENCY, scale=2), "10.005", 10.01, id="money-rounded-to-the-fields-places"),
        pytest.param(mapped(CURRENCY, scale=0), "2.5", 3, id="half-a-unit-goes-up"),
        pytest.param(mapped(BOOLEAN), "true", True, id="true-is-true"),
        pytest.param(mapped(BOOLEAN), "FALSE", False, id="false-in-any-case"),
        pytest.param(mapped(BOOLEAN), "", False, id="a-box-nobody-ticked"),
        pytest.param(mapped(DATE), "2026-01-02", "2026-01-02", id="a-day"),
        pytest.param(mapped(DATE), "1767312000000", "2026-01-02", id="a-day-as-midnight-in-utc"),
        pytest.param(mapped(DATE), "-86400000", "1969-12-31", id="a-day-before-1970"),
        pytest.param(mapped(DATE), "2026-01-02", "2026-01-02T15:30:00.000+0000", id="a-day-and-a-moment-of-it"),
        pytest.param(
            mapped(DATETIME), "2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05.000+0000", id="a-moment-to-the-second"
        ),
        pytest.param(mapped(DATETIME), "1767323045678", "2026-01-02T03:04:05.000+0000", id="a-moment-in-milliseconds"),
        pytest.param(
            mapped(DATETIME), "2026-01-02T05:04:05+02:00", "2026-01-02T03:04:05.000Z", id="a-moment-elsewhere"
        ),
        pytest.param(HAS_TYPES, "PARTNER", "Technology Partner", id="a-mapped-choice"),
        pytest.param(HAS_TYPES, "PARTNER", "Installation Partner", id="another-value-that-means-the-same"),
        pytest.param(HAS_TYPES, "VENDOR", "Other", id="two-choices-with-one-counterpart"),
        pytest.param(TOPICS, "BLUE;RED", "Red;Blue", id="several-in-any-order"),
        pytest.param(TOPICS, ";RED;;RED", "Red", id="several-with-gaps-and-repeats"),
    ],
)
def test_7_3_equal_however_each_side_says_it(field, hubspot, salesforce):
    assert ours(field, hubspot) == theirs(field, salesforce)


@pytest.mark.parametrize(
    ("field", "hubspot", "salesforce"),
    [
        pytest.param(mapped(TEXT), "acme", "Acme", id="names-in-another-case"),
        pytest.param(mapped(LINES), "a\nb", "a b", id="two-lines-and-one"),
        pytest.param(mapped(NUMBER), "1000", 1000.01, id="a-cent-more"),
        pytest.param(mapped(BOOLEAN), "", True, id="a-box-somebody-ticked"),
        pytest.param(mapped(DATE), "2026-01-02", "2026-01-03", id="the-day-after"),
        pytest.param(mapped(NUMBER), "0", None, id="zero-is-not-blank"),
        pytest.param(TOPICS, "RED", "Red;Blue", id="one-of-two"),
    ],
)
def test_7_3_different_all_the_same(field, hubspot, salesforce):
    assert from_hubspot(field, [hubspot]) != from_salesforce(field, salesforce)


@pytest.mark.parametrize(
    ("field", "hubspot", "written"),
    [
        pytest.param(mapped(TEXT), "Acme", "Acme", id="text"),
        pytest.param(mapped(TEXT), "", None, id="blank-clears"),
        pytest.param(mapped(NUMBER), "1000.0", 1000, id="a-whole-number"),
        pytest.param(mapped(NUMBER), "0.5", 0.5, id="a-broken-number"),
        pytest.param(mapped(NUMBER), "", None, id="no-number"),
        pytest.param(mapped(BOOLEAN), "true", True, id="a-real-boolean"),
        pytest.param(mapped(BOOLEAN, is_nillable=False), "", False, id="never-a-blank-boolean"),
        pytest.param(mapped(DATE), "1767312000000", "2026-01-02", id="a-day-without-a-zone"),
        pytest.param(mapped(DATETIME), "1767323045000", "2026-01-02T03:04:05Z", id="a-moment-in-utc"),
        pytest.param(HAS_TYPES, "PARTNER", "Technology Partner", id="the-first-of-several-choices"),
        pytest.param(TOPICS, "RED;BLUE", "Blue;Red", id="several-choices"),
    ],
)
def test_7_3_what_salesforce_gets(field, hubspot, written):
    said = to_salesforce(field, ours(field, hubspot))
    assert (said, type(said)) == (written, type(written))


@pytest.mark.parametrize(
    ("field", "salesforce", "written"),
    [
        pytest.param(mapped(TEXT), None, "", id="blank-clears"),
        pytest.param(mapped(NUMBER), 1000.0, "1000", id="numbers-are-texts"),
        pytest.param(mapped(NUMBER), 1e21, "1" + "0" * 21, id="without-an-exponent"),
        pytest.param(mapped(BOOLEAN), True, "true", id="booleans-are-texts"),
        pytest.param(mapped(BOOLEAN), False, "false", id="false-is-not-blank"),
        pytest.param(mapped(DATE), "2026-01-02", "2026-01-02", id="a-day"),
        pytest.param(mapped(DATE), "2026-01-02T23:59:59.000+0000", "2026-01-02", id="the-day-of-a-moment-in-utc"),
        pytest.param(HAS_TYPES, "Other", "OTHER", id="the-first-of-two-choices-with-one-counterpart"),
        pytest.param(HAS_TYPES, "Installation Partner", "PARTNER", id="any-of-several-choices"),
        pytest.param(TOPICS, "Red;Blue", "BLUE;RED", id="several-choices"),
    ],
)
def test_7_3_what_hubspot_gets(field, salesforce, written):
    assert to_hubspot(field, theirs(field, salesforce)) == {"prop": written}


def test_7_3_a_day_for_a_field_that_holds_moments_is_its_midnight_in_utc():
    field = mapped(DATE)
    moment = replace(field, field=FieldDescription("Field__c", "datetime"))
    assert to_salesforce(field, ours(field, "2026-01-02")) == "2026-01-02"
    assert to_salesforce(moment, ours(moment, "2026-01-02")) == "2026-01-02T00:00:00Z"


@pytest.mark.parametrize(
    ("field", "hubspot", "reason"),
    [
        pytest.param(mapped(NUMBER), "a lot", Reason.VALUE_NOT_A_NUMBER, id="words-for-a-number"),
        pytest.param(mapped(NUMBER), "1,000", Reason.VALUE_NOT_A_NUMBER, id="a-comma-may-mean-two-things"),
        pytest.param(mapped(NUMBER), "1_000", Reason.VALUE_NOT_A_NUMBER, id="an-underscore-is-for-programmers"),
        pytest.param(WHOLE_FIELD, "12.5", Reason.VALUE_NOT_WHOLE, id="half-a-number-for-a-field-of-whole-ones"),
        pytest.param(mapped(NUMBER), "NaN", Reason.VALUE_NOT_A_NUMBER, id="not-a-number-says-so-itself"),
        pytest.param(mapped(NUMBER), "1e999", Reason.VALUE_OUT_OF_RANGE, id="more-than-a-double-holds"),
        pytest.param(mapped(INTEGER), "12.5", Reason.VALUE_NOT_WHOLE, id="half-an-employee"),
        pytest.param(mapped(INTEGER, digits=8), "123456789", Reason.VALUE_OUT_OF_RANGE, id="too-many-digits"),
        pytest.param(mapped(BOOLEAN), "maybe", Reason.VALUE_NOT_A_BOOLEAN, id="neither-yes-nor-no"),
        pytest.param(mapped(DATE), "02/01/2026", Reason.VALUE_NOT_A_DATE, id="a-day-that-may-be-two"),
        pytest.param(mapped(DATE), "9" * 15, Reason.VALUE_NOT_A_DATE, id="a-day-beyond-all-calendars"),
        pytest.param(mapped(DATE), "1500-01-01", Reason.VALUE_OUT_OF_RANGE, id="a-day-before-salesforces-first"),
        pytest.param(mapped(EMAIL), "nobody", Reason.VALUE_NOT_AN_EMAIL, id="an-address-without-a-domain"),
        pytest.param(mapped(TEXT, length=4), "Acme!", Reason.VALUE_TOO_LONG, id="7.3-too-long-fails-unless-told"),
        pytest.param(mapped(TEXT, is_nillable=False), "", Reason.VALUE_REQUIRED, id="required-and-blank"),
        pytest.param(HAS_TYPES, "PROSPECT", Reason.VALUE_UNKNOWN_IN_SALESFORCE, id="7.2.9-a-choice-only-hubspot-has"),
        pytest.param(TOPICS, "RED;GREEN", Reason.VALUE_UNKNOWN_IN_SALESFORCE, id="7.2.9-one-of-several-choices"),
    ],
)
def test_what_salesforce_would_not_take_is_a_problem_with_a_reason(field, hubspot, reason):
    common = from_hubspot(field, [hubspot])
    problem = common if isinstance(common, Problem) else to_salesforce(field, common)
    assert isinstance(problem, Problem)
    assert problem.reason is reason


@pytest.mark.parametrize(
    ("field", "salesforce", "reason"),
    [
        pytest.param(HAS_TYPES, "Customer", Reason.VALUE_UNKNOWN_IN_HUBSPOT, id="7.2.9-a-choice-only-salesforce-has"),
        pytest.param(CROSSED, "B", Reason.VALUE_UNKNOWN_IN_HUBSPOT, id="7.2.9-a-choice-that-would-read-as-another"),
        pytest.param(mapped(LINES), "x" * 65_537, Reason.VALUE_TOO_LONG, id="a-text-hubspot-has-no-room-for"),
    ],
)
def test_what_hubspot_would_not_take_is_a_problem_with_a_reason(field, salesforce, reason):
    problem = to_hubspot(field, theirs(field, salesforce))
    assert isinstance(problem, Problem)
    assert problem.reason is reason


def test_an_inactive_choice_is_not_written():
    field = mapped(SELECT, salesforce=("A", Option("B", "B", is_active=False)))
    assert to_salesforce(field, ours(field, "A")) == "A"
    assert isinstance(to_salesforce(field, ours(field, "B")), Problem)


def test_a_problem_names_a_value_only_where_it_was_chosen_from_a_list():
    chosen = to_salesforce(HAS_TYPES, ours(HAS_TYPES, "PROSPECT"))
    assert isinstance(chosen, Problem)
    assert chosen.evidence == {"value": "PROSPECT"}
    free = mapped(SELECT, salesforce=("A",))
    typed = to_salesforce(free, ours(free, "Jane's phone number"))
    assert isinstance(typed, Problem)
    assert typed.evidence == {}


@pytest.mark.parametrize(
    ("length", "text", "kept"),
    [
        pytest.param(4, "Acme", "Acme", id="what-fits-stays"),
        pytest.param(4, "Acme!", "Acme", id="the-end-goes"),
        pytest.param(5, "Acme Inc", "Acme", id="no-blank-is-left-at-the-end"),
        pytest.param(4, "Acm😀", "Acm", id="no-character-is-cut-in-half"),
        pytest.param(5, "Acm😀", "Acm😀", id="which-counts-twice"),
    ],
)
def test_7_3_truncate_shortens_before_comparing(length, text, kept):
    field = mapped(TEXT, on_too_long=OnTooLong.TRUNCATE, length=length)
    assert to_salesforce(field, ours(field, text)) == kept
    assert from_hubspot(field, [text]) == from_salesforce(field, kept), "or it would be written again and again"


@pytest.mark.parametrize(
    ("address", "address2", "street"),
    [
        pytest.param("1 Main St", "", "1 Main St", id="one-line"),
        pytest.param("1 Main St", "Floor 2", "1 Main St\nFloor 2", id="two-lines"),
        pytest.param("", "Floor 2", "Floor 2", id="only-the-second"),
        pytest.param("1 Main St\nFloor 2", "", "1 Main St\r\nFloor 2", id="two-lines-in-one-property"),
        pytest.param("1 Main St", "Floor 2, Room 3", "1 Main St\nFloor 2\nRoom 3", id="the-third-joins-the-second"),
        pytest.param("", "", None, id="no-street"),
    ],
)
def test_7_4_address_and_address2_are_the_lines_of_the_street(address, address2, street):
    assert from_hubspot(TWO_LINES, [address, address2]) == from_salesforce(TWO_LINES, street)


@pytest.mark.parametrize(
    ("street", "address", "address2"),
    [
        pytest.param("1 Main St", "1 Main St", "", id="one-line-clears-the-second"),
        pytest.param("1 Main St\r\nFloor 2\r\n\r\nRoom 3", "1 Main St", "Floor 2, Room 3", id="four-lines"),
        pytest.param(None, "", "", id="no-street-clears-both"),
    ],
)
def test_7_4_a_street_is_spread_over_both_properties(street, address, address2):
    said = to_hubspot(TWO_LINES, theirs(TWO_LINES, street))
    assert said == {"address": address, "address2": address2}


# There and back.

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=20)
LINE = st.lists(WORDS, max_size=4).map(" ".join).map(str.strip)


def there_and_back(field, hubspot):
    common = ours(field, hubspot)
    written = to_salesforce(field, common)
    assert not isinstance(written, Problem)
    back = from_salesforce(field, written)
    assert back == common, "what was written reads as what was meant"
    said = to_hubspot(field, back)
    assert not isinstance(said, Problem)
    assert from_hubspot(field, [said["prop"]]) == common
    return said["prop"]


@given(LINE)
def test_a_line_there_and_back_is_the_same(text):
    assert there_and_back(mapped(TEXT), text) == text


@given(st.lists(WORDS, max_size=4).map("\n".join).map(str.strip))
def test_lines_there_and_back_are_the_same(text):
    assert there_and_back(mapped(LINES), text) == text


@given(st.decimals(-(10**12), 10**12, places=2, allow_nan=False, allow_infinity=False))
def test_a_number_there_and_back_is_the_same(number):
    assert Decimal(there_and_back(mapped(CURRENCY, scale=2), str(number))) == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_double_of_salesforces_there_and_back_is_the_same(number):
    field = mapped(NUMBER)
    said = to_hubspot(field, theirs(field, number))
    assert not isinstance(said, Problem)
    written = to_salesforce(field, ours(field, said["prop"]))
    assert isinstance(written, int | float)
    assert float(written) == number


@given(st.integers(-(10**7), 10**7))
def test_a_whole_number_there_and_back_is_the_same(number):
    assert there_and_back(mapped(INTEGER, digits=8), str(number)) == str(number)


@given(st.booleans())
def test_a_boolean_there_and_back_is_the_same(value):
    assert there_and_back(mapped(BOOLEAN), str(value).lower()) == str(value).lower()


@given(st.dates(date(1700, 1, 1), date(4000, 12, 31)))
def test_a_day_there_and_back_is_the_same(day):
    assert there_and_back(mapped(DATE), day.isoformat()) == day.isoformat()
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    assert there_and_back(mapped(DATE), str(midnight // timedelta(milliseconds=1))) == day.isoformat()


@given(st.datetimes(datetime(1700, 1, 1), datetime(4000, 12, 31)))  # noqa: DTZ001 -- hypothesis wants naive bounds
def test_a_moment_there_and_back_is_the_same_to_the_second(moment):
    said = there_and_back(mapped(DATETIME), moment.replace(tzinfo=UTC).isoformat())
    assert datetime.fromisoformat(said) == moment.replace(tzinfo=UTC, microsecond=0)


@given(st.lists(st.sampled_from(["RED", "BLUE", "x"])))
def test_choices_there_and_back_are_the_same_set(values):
    assert set(there_and_back(TOPICS, ";".join(values)).split(";")) - {""} == set(values)


@given(st.lists(LINE, max_size=5).map("\n".join))
def test_a_street_of_salesforces_reads_the_same_after_it_was_in_hubspot(street):
    said = to_hubspot(TWO_LINES, theirs(TWO_LINES, street))
    assert not isinstance(said, Problem)
    assert from_hubspot(TWO_LINES, [said["address"], said["address2"]]) == from_salesforce(TWO_LINES, street)


@given(st.sampled_from([type_ for type_ in ValueType if type_ is not ValueType.OWNER]), st.text(max_size=60))
def test_whatever_people_type_is_a_value_or_a_problem(type_, text):
    field = mapped(type_, on_too_long=OnTooLong.FAIL, length=40)
    common = from_hubspot(field, [text])
    if not isinstance(common, Problem):
        said = to_salesforce(field, common)
        assert isinstance(said, Problem) or from_salesforce(field, said) == common


@given(st.text(max_size=80), st.integers(1, 40))
def test_a_shortened_text_reads_the_same_after_it_was_in_salesforce(text, length):
    for type_ in (TEXT, LINES, STREET):
        field = mapped(type_, on_too_long=OnTooLong.TRUNCATE, length=length)
        assert from_salesforce(field, to_salesforce(field, ours(field, text))) == ours(field, text)
