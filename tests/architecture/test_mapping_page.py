"""The page about mappings says what the file takes."""

import re

from tasks.contracts.mapping import FieldMapping, OnTooLong, SyncRule, ValueType
from tasks.contracts.mapping_file import EntryTable, parse_mapping
from tasks.contracts.mapping_mistakes import NOT_MAPPED
from tasks.rules.value_types import TYPES
from tests.architecture.source_tree import read

PAGE = read("docs/mapping.md")


def first_cells(heading: str) -> list[str]:
    text = re.split(r"^## ", PAGE.partition(f"## {heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    return re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)


def test_every_key_rule_and_type_is_explained() -> None:
    assert first_cells("An entry") == list(EntryTable.model_fields)
    assert first_cells("Whose value counts") == [rule.value for rule in SyncRule]
    assert set(first_cells("Types")) == {type_.value for type_ in ValueType} == {type_.value for type_ in TYPES}
    assert all(f"`{each.value}`" in PAGE for each in OnTooLong)
    assert all(f"`{name}`" in PAGE or f"`{name.capitalize()}`" in PAGE for name in NOT_MAPPED)


def test_the_salesforce_types_listed_are_the_ones_that_go_together() -> None:
    for type_ in set(ValueType) - {ValueType.OWNER}:
        (cell,) = re.findall(rf"^\| `{type_}` \| [^|]+ \| ([^|]+) \|", PAGE, re.MULTILINE)
        assert set(cell.strip().split(", ")) == TYPES[type_].fields


def test_every_example_is_a_mapping() -> None:
    examples = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert len(examples) == 2
    assert all(isinstance(parse_mapping(example.encode()), FieldMapping) for example in examples)
