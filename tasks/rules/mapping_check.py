"""Does the mapping fit what both CRMs say about themselves? Each finding names line, problem and remedy."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tasks.contracts.descriptions import Described, FieldDescription, MappedField, PropertyDescription
from tasks.contracts.mapping import (
    SALESFORCE_OBJECTS,
    Effect,
    Entry,
    FieldMapping,
    Finding,
    MappedObject,
    SyncRule,
    ValueType,
)
from tasks.rules.choice_check import check_choices
from tasks.rules.places import stem
from tasks.rules.value_types import OWNER_PROPERTY, find_type, kind_of, suits

PUSHES = frozenset({SyncRule.PREFER_SALESFORCE, SyncRule.TWO_WAY})
PLACES = frozenset({ValueType.COUNTRY, ValueType.STATE})


@dataclass(frozen=True, slots=True)
class Checked:
    """What can be carried, and what a person should know."""

    findings: tuple[Finding, ...]
    fields: Mapping[str, tuple[MappedField, ...]] = field(default_factory=dict)
    """By Salesforce object: the entries that nothing speaks against."""


def check_mapping(mapping: FieldMapping, described: Mapping[MappedObject, Described]) -> Checked:
    """Every entry of the objects that are described. One bad entry takes itself out, and no other."""
    findings: list[Finding] = []
    fields: dict[str, tuple[MappedField, ...]] = {}
    for kind, about in described.items():
        entries = mapping.entries.get(kind, ())
        known = [name for name in SALESFORCE_OBJECTS[kind] if name in about.fields]
        for entry in entries:
            findings += _missing(entry, about, known) if entry.rule is not SyncRule.DONT_SYNC else ()
        for name in known:
            checked = _check_object(name, entries, about)
            findings += checked.findings
            fields |= checked.fields
        if entries and not any(fields[name] for name in known):
            findings.append(_nothing_left(entries[0], kind))
    unique = dict.fromkeys(sorted(findings, key=lambda one: one.line))
    return Checked(tuple(unique), fields)


def _check_object(name: str, entries: Sequence[Entry], about: Described) -> Checked:
    findings: list[Finding] = []
    usable: list[MappedField] = []
    for one in _resolve(entries, about.properties, about.fields[name]):
        found = _check_field(one, about.fields[name], usable) if one.entry.rule is not SyncRule.DONT_SYNC else ()
        findings += found
        if all(finding.effect is Effect.NOTHING for finding in found):
            usable.append(one)
    alone = _states_alone(usable)
    findings += [_without_country(one) for one in alone]
    kept = tuple(one for one in usable if one not in alone)
    findings += _required(name, entries, kept, about.fields[name])
    return Checked(tuple(findings), {name: kept})


def _check_field(
    one: MappedField, fields: Sequence[FieldDescription], others: Sequence[MappedField]
) -> tuple[Finding, ...]:
    ends = tuple(_check_ends(one))
    values = () if ends else check_choices(one)
    return (*ends, *values, *_check_rights(one), *_check_place(one, fields), *_mapped_already(one, others))


def _resolve(
    entries: Sequence[Entry], properties: Sequence[PropertyDescription], fields: Sequence[FieldDescription]
) -> Iterator[MappedField]:
    """Entries whose ends exist. In an org with country and state codes, these are the fields to go by."""
    by_name = {one.name: one for one in properties}
    by_field = {one.name.lower(): one for one in fields}
    for entry in entries:
        described = by_field.get(entry.field.lower())
        if entry.type in PLACES:
            described = by_field.get(f"{entry.field}Code".lower(), described)
        ends = tuple(by_name[name] for name in entry.properties if name in by_name)
        if described and len(ends) == len(entry.properties):
            yield MappedField(entry, ends, described)


def _missing(entry: Entry, about: Described, objects: Sequence[str]) -> Iterator[Finding]:
    names = {one.name for one in about.properties}
    for name in entry.properties:
        if name not in names:
            yield _against(
                entry,
                f"HubSpot has no property {name}",
                "Write the internal name, create the property, or remove the entry",
            )
    fields = {one.name.lower() for name in objects for one in about.fields[name]}
    if objects and entry.field.lower() not in fields:
        yield _against(
            entry,
            f"Salesforce shows us no field {entry.field} on {' or '.join(objects)}",
            "Write the API name, let the integration user read the field, or remove the entry",
        )


def _check_ends(one: MappedField) -> Iterator[Finding]:
    for end in one.properties:
        if end.is_user and end.is_custom:
            yield _against(
                one.entry,
                f"{end.name} is a HubSpot user, which cannot be mapped",
                f"Remove it, or map {OWNER_PROPERTY}",
            )
            return
    if suits(one.entry.type, one.properties, one.field):
        return
    kinds = " and ".join(kind_of(end) for end in one.properties)
    fitting = find_type(one.properties, one.field)
    remedy = f'Write type = "{fitting}"' if fitting else "Map it to a field of a kind that fits, or remove the entry"
    problem = f"HubSpot's {kinds} and Salesforce's {one.field.type} do not go together as {one.entry.type}"
    yield _against(one.entry, problem, remedy)


def _check_rights(one: MappedField) -> Iterator[Finding]:
    for end in one.properties:
        if not end.is_readable:
            yield _against(one.entry, f"we may not read {end.name} in HubSpot", "Give the HubSpot key the scope for it")
        if end.is_calculated or not end.is_writable:
            yield _against(one.entry, f"HubSpot keeps {end.name} itself; nobody can write it", "Remove the entry")
    if not one.field.is_readable:
        yield _against(one.entry, f"we may not read {one.field.name} in Salesforce", "Let the integration user read it")
    if one.entry.rule not in PUSHES:
        return
    if one.field.is_calculated:
        yield _against(
            one.entry,
            f"Salesforce calculates {one.field.name}; nobody can write it",
            'Write rule = "always_salesforce"',
        )
    elif not (one.field.is_createable and one.field.is_updateable):
        yield _against(
            one.entry,
            f"we may not write {one.field.name} in Salesforce",
            'Let the integration user edit it, or write rule = "always_salesforce"',
        )


def _check_place(one: MappedField, fields: Sequence[FieldDescription]) -> Iterator[Finding]:
    """Names and codes of places: Salesforce keeps them in step, and takes codes without guessing."""
    codes = {field.name for field in fields if field.options}
    code = f"{one.field.name}Code"
    if one.entry.type not in PLACES and code in codes:
        meant = ValueType.COUNTRY if one.field.name.endswith("Country") else ValueType.STATE
        yield _advice(one.entry, f"the org has {code} as well, which is safer to write", f'Write type = "{meant}"')


def _states_alone(fields: Sequence[MappedField]) -> list[MappedField]:
    countries = {stem(one.name) for one in fields if one.entry.type is ValueType.COUNTRY}
    states = [one for one in fields if one.entry.type is ValueType.STATE and one.has_codes]
    return [one for one in states if stem(one.name) not in countries]


def _without_country(one: MappedField) -> Finding:
    return _against(one.entry, "Salesforce takes a state only with its country", f"Map {stem(one.name)}Country as well")


def _mapped_already(one: MappedField, others: Sequence[MappedField]) -> Iterator[Finding]:
    """A name and its code are one field to us."""
    for other in others:
        if other.name == one.name:
            yield _against(
                one.entry, f"{one.name} is mapped twice", f"Keep this entry or that of line {other.entry.line}"
            )


def _required(
    name: str, entries: Sequence[Entry], kept: Sequence[MappedField], fields: Sequence[FieldDescription]
) -> Iterator[Finding]:
    """New records are refused without these; existing ones have them."""
    filled = {one.name for one in kept if one.entry.rule in PUSHES}
    for one in fields:
        if one.is_createable and not (one.is_nillable or one.is_defaulted) and one.name not in filled:
            line = next((entry.line for entry in entries if entry.field.lower() == one.name.lower()), 0)
            yield Finding(
                line,
                f"{name}.{one.name}",
                "Salesforce requires the field, and no entry fills it",
                "Map a property to it, or give the field a default in Salesforce",
                Effect.NOTHING,
            )


def _nothing_left(first: Entry, kind: MappedObject) -> Finding:
    return Finding(first.line, str(kind), "no entry can be used", "Mend the entries above; until then no field syncs")


def _against(entry: Entry, problem: str, remedy: str) -> Finding:
    return Finding(entry.line, str(entry), problem, remedy, Effect.FIELD)


def _advice(entry: Entry, problem: str, remedy: str) -> Finding:
    return Finding(entry.line, str(entry), problem, remedy, Effect.NOTHING)
