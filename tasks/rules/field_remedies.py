"""What a person can do about a value that could not be carried, by reason."""

from collections.abc import Mapping

from tasks.contracts.reasons import Reason

WRITE_A_VALUE_MAP = "Name it in the entry's values in the mapping, or add it to the choices of the other side."
MEND_THE_VALUE = "Correct the value in HubSpot; the change is carried by itself."
REMEDIES: Mapping[Reason, str] = {
    Reason.VALUE_NOT_A_NUMBER: MEND_THE_VALUE,
    Reason.VALUE_NOT_WHOLE: MEND_THE_VALUE,
    Reason.VALUE_NOT_A_BOOLEAN: MEND_THE_VALUE,
    Reason.VALUE_NOT_A_DATE: MEND_THE_VALUE,
    Reason.VALUE_NOT_AN_EMAIL: MEND_THE_VALUE,
    Reason.VALUE_OUT_OF_RANGE: MEND_THE_VALUE,
    Reason.VALUE_TOO_LONG: 'Shorten it, or write on_too_long = "truncate" in the mapping.',
    Reason.VALUE_REQUIRED: "Give the property a value in HubSpot.",
    Reason.VALUE_UNKNOWN_IN_HUBSPOT: WRITE_A_VALUE_MAP,
    Reason.VALUE_UNKNOWN_IN_SALESFORCE: WRITE_A_VALUE_MAP,
    Reason.VALUE_AMBIGUOUS: "Write the code in HubSpot in place of the name.",
    Reason.STATE_WITHOUT_COUNTRY: "Give the record a country in HubSpot, as Salesforce names it.",
    Reason.STATE_NOT_IN_COUNTRY: "Correct the state or the country in HubSpot.",
    Reason.OWNER_UNMATCHED: "Name the two in owner.overrides in the mapping, or give the record another owner.",
    Reason.OWNER_AMBIGUOUS: "Name the user's id in owner.overrides in the mapping.",
    Reason.OWNER_INACTIVE: "Give the record an owner who is an active Salesforce user.",
    Reason.PROPERTY_MISSING: "Restore the property in HubSpot, or remove the entry.",
    Reason.FIELD_MISSING: "Let the integration user read the field in Salesforce, or remove the entry.",
}
