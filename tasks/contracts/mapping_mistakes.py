"""What a well-formed mapping may still get wrong, whatever the CRMs say."""

from collections.abc import Iterable, Iterator

from tasks.contracts.mapping import (
    CHOICE_TYPES,
    TEXT_TYPES,
    Entry,
    FieldMapping,
    Finding,
    OnTooLong,
    SyncRule,
    ValueType,
)

NOT_MAPPED = {
    "lifecyclestage": "the lifecycle rules carry it",
    "domain": "it is taken from the website of a new account and never overwritten",
    "hs_object_id": "HubSpot gives it",
    "id": "Salesforce gives it",
    "salesforceaccountid": "HubSpot's own integration keeps it",
}
"""Properties and fields (in lower case) that have an owner other than the mapping."""


def find_mistakes(mapping: FieldMapping) -> tuple[Finding, ...]:
    """In the order of the file."""
    found: list[Finding] = []
    for entries in mapping.entries.values():
        found += _mapped_twice(entries)
        for entry in entries:
            found += _mistakes_of(entry)
    return tuple(sorted(found, key=lambda one: one.line))


def _mapped_twice(entries: Iterable[Entry]) -> Iterator[Finding]:
    """One mapping per property and per field, on either side; Salesforce does not tell upper from lower case."""
    first: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        ends = [("property", name) for name in entry.properties]
        for kind, name in (*ends, ("field", entry.field)):
            key = (kind, name.lower())
            if key in first:
                yield _mistake(
                    entry, f"{kind} {name} is mapped twice", f"Keep this entry or that of line {first[key].line}"
                )
            first.setdefault(key, entry)


def _mistakes_of(entry: Entry) -> Iterator[Finding]:
    for name in (*entry.properties, entry.field):
        if reason := NOT_MAPPED.get(name.lower()):
            yield _mistake(entry, f"{name} is not for a mapping: {reason}", "Remove the entry")
    if len(entry.properties) > 1 and entry.type is not ValueType.STREET:
        yield _mistake(entry, "only a street has two properties", 'Name one property, or write type = "street"')
    if entry.type is ValueType.OWNER and entry.rule not in {SyncRule.TWO_WAY, SyncRule.DONT_SYNC}:
        yield _mistake(entry, "owners are carried both ways or not at all", 'Write rule = "two_way" or "dont_sync"')
    if entry.choices and entry.type not in CHOICE_TYPES:
        yield _mistake(
            entry, f"a {entry.type} has no values to map", f"Write type = one of: {', '.join(sorted(CHOICE_TYPES))}"
        )
    if entry.on_too_long is OnTooLong.TRUNCATE and entry.type not in TEXT_TYPES:
        yield _mistake(entry, f"a {entry.type} cannot be shortened", "Remove on_too_long")
    yield from _contradictions(entry)


def _contradictions(entry: Entry) -> Iterator[Finding]:
    """A Salesforce value that reads as two things could never agree with either."""
    written = {choice.salesforce[0] for choice in entry.choices}
    means: dict[str, str] = {}
    for choice in entry.choices:
        first, *others = choice.salesforce
        for other in others:
            if means.setdefault(other, first) != first or (other in written and other != first):
                yield _mistake(
                    entry, f'the Salesforce value "{other}" stands for two values', "Name it in one list only"
                )


def _mistake(entry: Entry, problem: str, remedy: str) -> Finding:
    return Finding(entry.line, str(entry), problem, remedy)
