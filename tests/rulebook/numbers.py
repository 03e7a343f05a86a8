"""Every number the rulebook has to have: the sections, the decision tables and the ambiguities of the specification."""

RULES_OF_FIELDS = ("prefer_salesforce", "always_salesforce", "two_way")
EVENTS_OF_FIELDS = (
    "salesforce_set",
    "salesforce_cleared",
    "hubspot_over_blank",
    "hubspot_over_value",
    "hubspot_cleared",
)
TYPES = ("dropdown", "checkboxes", "checkbox", "number", "single_line", "multi_line", "date", "length")
SHIPPED = (
    *("name", "website", "domain", "phone", "industry", "numberofemployees", "annualrevenue", "description", "type"),
    *("address", "place", "owner", "parent", "link", "lifecyclestage"),
)
ERRORS = (
    *("waiting_for_account", "association_limit", "automation", "email_in_use", "duplicate_rule"),
    *("insufficient_access", "field_permission", "mapping_drift", "property_values", "owner"),
    *("limits", "suspension", "legacy"),
)


def _counted(prefix: str, last: int) -> list[str]:
    return [f"{prefix}{number}" for number in range(1, last + 1)]


NUMBERS = (
    *_counted("2.", 10),
    *_counted("C", 3),
    *_counted("N", 3),
    *_counted("M", 3),
    *_counted("4.", 11),
    *_counted("5.", 12),
    *_counted("6.", 11),
    *(f"7.1.{rule}.{event}" for rule in RULES_OF_FIELDS for event in EVENTS_OF_FIELDS),
    *(f"7.1.{name}" for name in ("dont_sync", "baseline", "times")),
    *_counted("7.2.", 10),
    *(f"7.2.6{letter}" for letter in "abc"),
    *(f"7.3.{name}" for name in TYPES),
    *(f"7.4.{name}" for name in SHIPPED),
    "8.1",
    *_counted("8.2.", 10),
    *_counted("9.", 7),
    *_counted("10.", 12),
    *(f"11.{name}" for name in ERRORS),
    *_counted("T1.", 12),
    *_counted("T2.", 6),
    *_counted("T3.", 7),
    *_counted("A", 23),
)
