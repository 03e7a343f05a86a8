"""The whole rulebook, section by section."""

from collections.abc import Mapping

from tasks.rulebook.account_creation import CONDITIONS, T1
from tasks.rulebook.associations import ASSOCIATIONS
from tasks.rulebook.choices import CHOICES
from tasks.rulebook.company_creation import ACCOUNTS_TO_COMPANIES
from tasks.rulebook.errors import ERROR_CLASSES
from tasks.rulebook.fates import FATES
from tasks.rulebook.field_rules import MAPPING, TRUTH_TABLE
from tasks.rulebook.field_values import SHIPPED, TYPES
from tasks.rulebook.lifecycle import LIFECYCLE, T3
from tasks.rulebook.matching import LINKING, T2
from tasks.rulebook.people import INCLUSION
from tasks.rulebook.rule import Rule, Told
from tasks.rulebook.triggers import CHANGES

SECTIONS: Mapping[str, tuple[Rule, ...]] = {
    "From Salesforce accounts to HubSpot companies": ACCOUNTS_TO_COMPANIES,
    "From HubSpot companies to Salesforce accounts": CONDITIONS,
    "Which records are one customer": LINKING,
    "Who takes part": INCLUSION,
    "What sets a sync off": CHANGES,
    "Whose value counts": TRUTH_TABLE,
    "What a mapping says": MAPPING,
    "Which types go together": TYPES,
    "The mapping Tandem comes with": SHIPPED,
    "Lifecycle stages": LIFECYCLE,
    "Which contact belongs where": ASSOCIATIONS,
    "Deleted, merged, restored": FATES,
    "What goes wrong": ERROR_CLASSES,
    "Table T1: may the company have an account?": T1,
    "Table T2: which records belong together?": T2,
    "Table T3: which stage wins?": T3,
    "Where several readings are possible": CHOICES,
}
RULES: tuple[Rule, ...] = tuple(rule for rules in SECTIONS.values() for rule in rules)


def rules_behind(told: Told) -> tuple[Rule, ...]:
    """The rules that a person meets as this reason, or as this class of problem."""
    return tuple(rule for rule in RULES if told in rule.reasons)
