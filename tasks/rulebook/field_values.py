"""What goes with what, and the mapping Tandem comes with: sections 7.3 and 7.4."""

from tasks.contracts.reasons import Reason
from tasks.rulebook.articles import FIELD_TYPES, MAPPINGS
from tasks.rulebook.rule import Rule

TYPES = (
    Rule(
        "7.3.dropdown",
        "A dropdown or radio select goes with a picklist or a reference, choice by choice through the value map.",
        (Reason.VALUE_UNKNOWN_IN_HUBSPOT, Reason.VALUE_UNKNOWN_IN_SALESFORCE),
        MAPPINGS,
    ),
    Rule(
        "7.3.checkboxes",
        "Multiple checkboxes go with a multi-select picklist; the order of the choices does not count, and they are"
        " carried all or none.",
        (Reason.VALUE_UNKNOWN_IN_HUBSPOT, Reason.VALUE_UNKNOWN_IN_SALESFORCE),
        MAPPINGS,
    ),
    Rule(
        "7.3.checkbox",
        "A single checkbox goes with a checkbox; blank counts as not ticked.",
        (Reason.VALUE_NOT_A_BOOLEAN,),
        MAPPINGS,
    ),
    Rule(
        "7.3.number",
        "A number goes with a number, whole number, currency or percent field, and is compared as the field keeps it; a"
        " fraction is never rounded into a whole number.",
        (Reason.VALUE_NOT_A_NUMBER, Reason.VALUE_NOT_WHOLE, Reason.VALUE_OUT_OF_RANGE),
        FIELD_TYPES,
    ),
    Rule(
        "7.3.single_line",
        "A single line goes with a text, text area, phone or URL field, or as an address with an e-mail field.",
        (Reason.VALUE_NOT_AN_EMAIL, Reason.VALUE_REQUIRED),
        MAPPINGS,
    ),
    Rule(
        "7.3.multi_line",
        "Multi-line text goes with a text area, with each side's own line ends.",
        (),
        MAPPINGS,
    ),
    Rule(
        "7.3.date",
        "A day goes with a date, or with a date/time as midnight in UTC; HubSpot's milliseconds and Salesforce's text"
        " are the same day.",
        (Reason.VALUE_NOT_A_DATE, Reason.VALUE_OUT_OF_RANGE),
        MAPPINGS,
    ),
    Rule(
        "7.3.length",
        "A text that the other side has no room for is left out with its reason, or shortened where the entry says so.",
        (Reason.VALUE_TOO_LONG,),
    ),
)

SHIPPED = (
    Rule("7.4.name", "`name` and `Name`, preferring Salesforce; it is never emptied there.", (Reason.VALUE_REQUIRED,)),
    Rule("7.4.website", "`website` and `Website`, preferring Salesforce."),
    Rule(
        "7.4.domain",
        "A company that comes from an account gets its `domain` from the account's website, unless many share it; it is"
        " never overwritten.",
    ),
    Rule("7.4.phone", "`phone` and `Phone`, preferring Salesforce."),
    Rule(
        "7.4.industry",
        "`industry` and `Industry`, preferring Salesforce, with a counterpart for every industry HubSpot has.",
        (Reason.VALUE_UNKNOWN_IN_SALESFORCE,),
    ),
    Rule(
        "7.4.numberofemployees", "`numberofemployees` and `NumberOfEmployees` as whole numbers, preferring Salesforce."
    ),
    Rule("7.4.annualrevenue", "`annualrevenue` and `AnnualRevenue` as an amount, preferring Salesforce."),
    Rule("7.4.description", "`description` and `Description` with all their lines, preferring Salesforce."),
    Rule(
        "7.4.type",
        "`type` and `Type`, preferring Salesforce, with a counterpart for every type HubSpot has.",
        (Reason.VALUE_UNKNOWN_IN_SALESFORCE,),
    ),
    Rule(
        "7.4.address",
        "`address` and `address2` are the lines of `BillingStreet`, preferring Salesforce; further lines go into the"
        " second.",
    ),
    Rule(
        "7.4.place",
        "`city`, `zip`, `state` and `country` and their billing fields, or the code fields where the org has them,"
        " preferring Salesforce.",
        (Reason.STATE_WITHOUT_COUNTRY,),
    ),
    Rule("7.4.owner", "`hubspot_owner_id` and `OwnerId`, both ways, by e-mail address.", (Reason.OWNER_UNMATCHED,)),
    Rule("7.4.parent", "The parent account and the parent company follow each other only where the operator wants it."),
    Rule(
        "7.4.link",
        "The account's id goes to the company and the company's to the account when they are linked, beside the"
        " mapping.",
        (Reason.IDS_WRITTEN,),
    ),
    Rule("7.4.lifecyclestage", "`lifecyclestage` is not in the mapping: the rules for stages alone write it."),
)
