"""The table of the CRMs' codes in docs/errors.md is the one that the doors go by, and says what becomes of each."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from tasks.contracts.errors import ProblemClass
from tasks.rules.consequences import CONSEQUENCES
from workers.crm.door import (
    HUBSPOT,
    HUBSPOT_PROPERTY,
    SALESFORCE,
    SALESFORCE_LOGIN,
    SALESFORCE_STATUS,
    Meaning,
)

PAGE = Path(__file__).parents[2] / "docs" / "errors.md"
ROW = re.compile(r"^\| (?P<crm>HubSpot|Salesforce) \| `(?P<code>[A-Z0-9_]+)` \| `(?P<kind>[A-Z]+)` \|", re.MULTILINE)


def rows(crm: str, table: Mapping[str, Meaning] | Mapping[int, Meaning]) -> Iterator[tuple[str, str, str]]:
    for code, meaning in table.items():
        yield crm, str(code), meaning.problem_class


def in_the_code() -> list[tuple[str, str, str]]:
    unanswered = [(crm, code, ProblemClass.TRANSIENT.value) for crm in ("HubSpot", "Salesforce") for code in ("5XX",)]
    login = [("Salesforce", code, ProblemClass.HALT.value) for code in SALESFORCE_LOGIN]
    return [
        *rows("HubSpot", HUBSPOT),
        *rows("HubSpot", HUBSPOT_PROPERTY),
        *rows("Salesforce", SALESFORCE),
        *rows("Salesforce", SALESFORCE_STATUS),
        *login,
        *unanswered,
    ]


def test_the_page_lists_each_code_of_the_doors_with_its_class():
    on_page = [(found["crm"], found["code"], found["kind"]) for found in ROW.finditer(PAGE.read_text(encoding="utf-8"))]
    assert sorted(on_page) == sorted(in_the_code())


def test_the_page_says_of_each_class_what_becomes_of_the_record():
    page = PAGE.read_text(encoding="utf-8")
    for kind, fate in CONSEQUENCES.items():
        assert f"| `{kind}` | {fate} |" in page
