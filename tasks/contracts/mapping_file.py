"""The mapping file: TOML in, a mapping out, or every mistake with its line and what to write instead."""

import re
import tomllib
from difflib import get_close_matches
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tasks.contracts.mapping import (
    Choice,
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
from tasks.contracts.mapping_mistakes import find_mistakes
from tasks.contracts.toml_lines import Lines, Place

VERSION = 1
MAX_BYTES = 1_048_576
AT_LINE = re.compile(r" \(at line (\d+), column \d+\)| \(at end of document\)")

PropertyName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,99}$")]
FieldName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,79}$")]
Value = Annotated[str, Field(min_length=1)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class EntryTable(_Table):
    """One HubSpot property (a street: one or two) and one Salesforce field that carry the same thing."""

    hubspot: Annotated[
        PropertyName | Annotated[list[PropertyName], Field(min_length=1, max_length=2)],
        Field(description="Internal name of the HubSpot property; a street may have two."),
    ]
    salesforce: Annotated[FieldName, Field(description="API name of the Salesforce field.")]
    rule: Annotated[SyncRule, Field(description="Which side's value counts.")] = SyncRule.PREFER_SALESFORCE
    type: Annotated[ValueType, Field(description="How a value of one CRM reads in the other.")] = ValueType.TEXT
    on_too_long: Annotated[OnTooLong, Field(description="What to do with a text that has no room.")] = OnTooLong.FAIL
    values: Annotated[
        dict[Value, Value | Annotated[list[Value], Field(min_length=1)]],
        Field(description="HubSpot value = Salesforce value, or a list of them; the first is the one written."),
    ] = {}


class OwnerTable(_Table):
    """Who is who, beyond equal e-mail addresses."""

    fallback: Annotated[
        str, Field(description="Salesforce user, by e-mail address or id, who owns accounts nobody owns in HubSpot.")
    ] = ""
    overrides: Annotated[
        dict[Value, Value],
        Field(description="E-mail address of a HubSpot owner = e-mail address or id of the Salesforce user."),
    ] = {}


class MappingFile(_Table):
    """Which HubSpot property and which Salesforce field carry the same thing, and whose word counts."""

    version: Literal[1]
    company: Annotated[list[EntryTable], Field(min_length=1, description="HubSpot companies and Salesforce accounts.")]
    contact: Annotated[
        list[EntryTable], Field(description="HubSpot contacts and Salesforce contacts; leads have the same fields.")
    ] = []
    owner: OwnerTable = OwnerTable()


EXPECTED = {
    "version": ("is not 1, the only version there is", "Write version = 1"),
    "company": ("is not a list of entries", "Begin each entry with [[company]]"),
    "contact": ("is not a list of entries", "Begin each entry with [[contact]]"),
    "owner": ("is not a table", "Begin it with [owner]"),
    "hubspot": (
        "is not the internal name of a HubSpot property, or a list of one or two",
        'Write it as HubSpot\'s property settings show it: hubspot = "numberofemployees"',
    ),
    "salesforce": (
        "is not the API name of a Salesforce field",
        'Write it as Salesforce\'s Object Manager shows it: salesforce = "NumberOfEmployees"',
    ),
    "rule": ("is not a sync rule", f"Write one of: {', '.join(SyncRule)}"),
    "type": ("is not a type of value", f"Write one of: {', '.join(ValueType)}"),
    "on_too_long": ("is neither fail nor truncate", 'Write on_too_long = "fail" or "truncate"'),
    "values": (
        "is not a table of HubSpot values and their Salesforce values",
        'Write HUBSPOT_VALUE = "Salesforce value", or a list of texts',
    ),
    "fallback": ("is not a text", "Write the e-mail address or the id of a Salesforce user"),
    "overrides": (
        "is not a table of addresses",
        'Write "owner@hubspot.example" = "user@salesforce.example", or the user\'s id',
    ),
}
"""By key: what is wrong with a value that is not as it should be, and what to write."""


def parse_mapping(content: bytes) -> FieldMapping | tuple[Finding, ...]:
    """The mapping, or everything that is wrong with the file: half a mapping is none."""
    text = _decode(content)
    if isinstance(text, Finding):
        return (text,)
    try:
        tables = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # not only its own error: absurd numbers, absurd nesting
        return (_not_toml(error, text),)
    if not tables:
        return (_about_file(1, "holds no mapping", "Start from the default mapping that comes with Tandem"),)
    lines = Lines(text)
    try:
        file = MappingFile.model_validate(tables)
    except ValidationError as error:
        return _explain(error, lines)
    mapping = _mapping(file, lines)
    return find_mistakes(mapping) or mapping


def mapping_schema() -> dict[str, Any]:
    """JSON Schema of the file, for editors: docs/mapping.schema.json."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **MappingFile.model_json_schema()}


def _decode(content: bytes) -> str | Finding:
    if len(content) > MAX_BYTES:
        return _about_file(0, f"is larger than {MAX_BYTES} bytes", "A mapping of a thousand fields is a tenth of that")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return _about_file(line, "is not UTF-8", "Save it with the encoding UTF-8")


def _not_toml(error: Exception, text: str) -> Finding:
    found = AT_LINE.search(str(error))
    line = int(found[1]) if found and found[1] else text.rstrip("\n").count("\n") + 1
    what = AT_LINE.sub("", str(error))
    return _about_file(
        line, f"is not TOML: {what}", 'A value is written as key = "text", an entry begins with [[company]]'
    )


def _about_file(line: int, problem: str, remedy: str) -> Finding:
    return Finding(line, "the mapping file", problem, remedy)


def _explain(error: ValidationError, lines: Lines) -> tuple[Finding, ...]:
    """One finding per key, however many ways its value is wrong in, in the order of the file."""
    details = error.errors(include_input=False, include_url=False, include_context=False)
    findings = {_explain_one(detail["type"], detail["loc"], lines): None for detail in details}
    return tuple(sorted(findings, key=lambda one: one.line))


def _explain_one(kind: str, loc: Place, lines: Lines) -> Finding:
    place = _as_written(loc)
    line, where = lines.line_of(loc), _spell(place)
    if kind == "missing":
        return Finding(lines.line_of(place[:-1]), _spell(place[:-1]), f"has no key `{place[-1]}`", _expected(place)[1])
    if kind == "extra_forbidden":
        return Finding(line, where, "is not a key of this file", _known_keys(place))
    return Finding(line, where, *_expected(place))


def _as_written(loc: Place) -> Place:
    """The way to the value; what follows are names for the ways it was tried. Whose addresses they are is not said."""
    depth = {"company": 3, "contact": 3, "owner": 2}.get(str(loc[0]), 1)
    return loc[: depth + 1] if loc[depth - 1 : depth] == ("values",) else loc[:depth]


def _expected(place: Place) -> tuple[str, str]:
    """What is wrong with the value there if it is not as it should be, and what to write."""
    keys = [part for part in place if isinstance(part, str)]
    return EXPECTED[keys[min(len(keys), 2) - 1]]


def _spell(place: Place) -> str:
    if not place:
        return "the mapping file"
    words = [f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in place]
    return "".join(words).removeprefix(".")


def _known_keys(place: Place) -> str:
    keys = {1: MappingFile.model_fields, 2: OwnerTable.model_fields}.get(len(place), EntryTable.model_fields)
    close = get_close_matches(str(place[-1]), keys, n=1)
    meant = f"Did you mean {close[0]}? " if close else ""
    return f"{meant}There are: {', '.join(keys)}"


def _mapping(file: MappingFile, lines: Lines) -> FieldMapping:
    tables = {MappedObject.COMPANY: file.company, MappedObject.CONTACT: file.contact}
    return FieldMapping(
        {
            kind: tuple(_entry(table, lines.line_of((kind, n))) for n, table in enumerate(tables[kind]))
            for kind in tables
        },
        OwnerMapping(
            tuple(
                OwnerOverride(owner, user, lines.line_of(("owner", "overrides", owner)))
                for owner, user in file.owner.overrides.items()
            ),
            file.owner.fallback,
            lines.line_of(("owner", "fallback")) if file.owner.fallback else 0,
        ),
    )


def _entry(table: EntryTable, line: int) -> Entry:
    return Entry(
        tuple([table.hubspot] if isinstance(table.hubspot, str) else table.hubspot),
        table.salesforce,
        table.rule,
        table.type,
        table.on_too_long,
        tuple(
            Choice(hubspot, tuple([salesforce] if isinstance(salesforce, str) else salesforce))
            for hubspot, salesforce in table.values.items()
        ),
        line,
    )
