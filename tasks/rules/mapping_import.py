"""The mapping of HubSpot's own integration, as its CSV export has it, turned into a mapping file of ours.

The export names properties, fields and rules, but no types and no value maps: types come from what the CRMs say, or
from a mapping that is known already.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tasks.contracts.descriptions import FieldDescription, PropertyDescription
from tasks.contracts.mapping import CHOICE_TYPES, Entry, SyncRule, ValueType
from tasks.contracts.mapping_mistakes import NOT_MAPPED
from tasks.rules.value_types import find_type

PROPERTY, FIELD, RULE = "hubspotfieldname", "salesforcefieldname", "syncrule"
NEEDED = {PROPERTY: "HubSpot Field Name", FIELD: "Salesforce Field Name"}
RULES = {
    "prefersalesforceunlessblank": SyncRule.PREFER_SALESFORCE,
    "prefersalesforce": SyncRule.PREFER_SALESFORCE,
    "alwaysusesalesforce": SyncRule.ALWAYS_SALESFORCE,
    "alwayssalesforce": SyncRule.ALWAYS_SALESFORCE,
    "twoway": SyncRule.TWO_WAY,
    "dontsync": SyncRule.DONT_SYNC,
    "donotsync": SyncRule.DONT_SYNC,
}
PROPERTY_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")
FIELD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}")
OPENING = (
    "# Brought over from the mapping of HubSpot's own integration. docs/mapping.md explains every key.\n\nversion = 1\n"
)


@dataclass(frozen=True, slots=True)
class Remark:
    """What a person should know about one line of the export."""

    line: int
    what: str
    is_lost: bool
    """Nothing of the line was carried over."""


@dataclass(frozen=True, slots=True)
class Imported:
    """The mapping file, and what became of the rest. The text is blank if nothing could be carried over."""

    text: str
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """Where types and labels are looked up; the more of it, the fewer remarks."""

    entries: Sequence[Entry] = ()
    properties: Sequence[PropertyDescription] = ()
    fields: Sequence[FieldDescription] = ()

    def property_of(self, name: str) -> str:
        """The internal name, if the export shows the label."""
        return _by_name_or_label(name, self.properties) or name

    def field_of(self, name: str) -> str:
        """As above."""
        return _by_name_or_label(name, self.fields) or name

    def entry_for(self, properties: Sequence[str], field: str) -> Entry | None:
        """The known entry that says how these two go together."""
        same = (one for one in self.entries if one.field.lower() == field.lower())
        return next((one for one in same if set(properties) <= set(one.properties)), None)

    def type_for(self, name: str, field: str) -> ValueType | None:
        """What the CRMs' descriptions come to; None without them."""
        ends = [one for one in self.properties if one.name == name]
        described = [one for one in self.fields if one.name.lower() == field.lower()]
        return find_type(ends, described[0]) if ends and described else None


def import_mapping(content: bytes, known: Known) -> Imported:
    """Whatever the export's encoding, delimiter, column order or case; never an exception."""
    try:
        rows = list(_rows(_decode(content)))
    except csv.Error as error:
        return Imported("", (Remark(1, f"The file is not CSV: {error}", is_lost=True),))
    columns = {_plain(name): place for place, name in enumerate(rows[0][1])} if rows else {}
    if missing := [name for key, name in NEEDED.items() if key not in columns]:
        return Imported("", (Remark(1, f"The file has no column {' and no column '.join(missing)}", is_lost=True),))
    remarks = [Remark(1, f"Column {name} says nothing to us", is_lost=False) for name in _others(rows[0][1])]
    entries: list[Entry] = []
    for line, cells in rows[1:]:
        row = {key: cells[place].strip() if place < len(cells) else "" for key, place in columns.items()}
        remarks += _take(line, row, known, entries)
    text = "".join([OPENING, *map(_spell, entries)]) if entries else ""
    return Imported(text, tuple(remarks))


def _take(line: int, row: Mapping[str, str], known: Known, entries: list[Entry]) -> Iterator[Remark]:
    """Adds the row to the entries, or says why not."""
    name, field = known.property_of(row[PROPERTY]), known.field_of(row[FIELD])
    if reason := _why_not(name, field, entries):
        yield Remark(line, reason, is_lost=True)
        return
    rule = RULES.get(_plain(row.get(RULE, "")), SyncRule.PREFER_SALESFORCE if not row.get(RULE) else None)
    if rule is None:
        yield Remark(line, f"{name}: the sync rule is none of the four", is_lost=True)
        return
    if not row.get(RULE):
        yield Remark(line, f"{name}: no sync rule is given; prefer_salesforce was taken", is_lost=False)
    like = known.entry_for([name], field)
    type_ = like.type if like else known.type_for(name, field)
    if type_ is None:
        yield Remark(line, f"{name}: its type is not known; text was taken", is_lost=False)
    if type_ is ValueType.OWNER and rule not in {SyncRule.TWO_WAY, SyncRule.DONT_SYNC}:
        yield Remark(line, f"{name}: owners are carried both ways, whatever the export says", is_lost=False)
        rule = SyncRule.TWO_WAY
    if type_ in CHOICE_TYPES and not like:
        yield Remark(line, f"{name}: the export has no value map; values must be alike, or mapped", is_lost=False)
    entries.append(
        Entry((name,), field, rule, type_ or ValueType.TEXT, choices=like.choices if like else (), line=line)
    )


def _why_not(name: str, field: str, entries: Sequence[Entry]) -> str:
    if not PROPERTY_NAME.fullmatch(name) or not FIELD_NAME.fullmatch(field):
        return "The line does not name a HubSpot property and a Salesforce field by internal names"
    for each in (name, field):
        if reason := NOT_MAPPED.get(each.lower()):
            return f"{each} is not for a mapping: {reason}"
    for entry in entries:
        if name in entry.properties or field.lower() == entry.field.lower():
            return f"{name} or {field} is mapped in line {entry.line} already"
    return ""


def _spell(entry: Entry) -> str:
    lines = ["", "[[company]]", f'hubspot = "{entry.properties[0]}"', f'salesforce = "{entry.field}"']
    lines.append(f'rule = "{entry.rule}"')
    if entry.type is not ValueType.TEXT:
        lines.append(f'type = "{entry.type}"')
    if entry.choices:
        lines.append("[company.values]")
    for choice in entry.choices:
        meant = choice.salesforce[0] if len(choice.salesforce) == 1 else list(choice.salesforce)
        lines.append(f"{_quote(choice.hubspot)} = {_quote(meant)}")
    return "\n".join([*lines, ""])


def _quote(value: str | list[str]) -> str:
    """JSON's texts are TOML's too, but for one character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each with its line; blank ones are none. The delimiter is the one that the header has most of."""
    header = text.lstrip("\n").partition("\n")[0]
    delimiter = max(",;\t|", key=header.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=False)
    begin = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield begin, cells
        begin = reader.line_num + 1


def _decode(content: bytes) -> str:
    """Spreadsheets save UTF-16 or the code page of the machine, if not UTF-8; names are the same in all of them."""
    is_wide = content[:2] in {b"\xff\xfe", b"\xfe\xff"}
    try:
        text = content.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    return text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")


def _others(header: Sequence[str]) -> list[str]:
    return [name.strip() for name in header if _plain(name) not in {*NEEDED, RULE, ""}]


def _plain(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.casefold())


def _by_name_or_label(name: str, described: Sequence[PropertyDescription] | Sequence[FieldDescription]) -> str:
    """A label only if no two have it."""
    names = [one.name for one in described if one.name.casefold() == name.casefold()]
    labels = [one.name for one in described if one.label.casefold() == name.casefold() and name]
    return names[0] if names else labels[0] if len(labels) == 1 else ""
