"""What kind of problem a refusal is, and who can end it: section 11, row by row."""

from tasks.contracts.errors import ProblemClass
from tasks.contracts.reasons import Reason
from tasks.rulebook.articles import CALL_LIMIT, ERROR_SCREEN, ERRORS, FIELD_PERMISSIONS, MAPPINGS, OWNERS, SUSPENSION
from tasks.rulebook.rule import Rule

ERROR_CLASSES = (
    Rule(
        "11.waiting_for_account",
        "The contact's account has no company yet: the contact waits, and is looked at when the account is linked.",
        (ProblemClass.DEPENDENCY, Reason.WAITING_FOR_ACCOUNT),
        ERRORS,
    ),
    Rule(
        "11.association_limit",
        "HubSpot takes no further association of the record: parked until somebody changes it.",
        (ProblemClass.DATA,),
        ERRORS,
    ),
    Rule(
        "11.automation",
        "A trigger, flow or validation rule of the org refused the record: parked at once, and tried again once a day,"
        " as rules may be changed without anybody telling.",
        (ProblemClass.BUSINESS,),
        ERRORS,
    ),
    Rule(
        "11.email_in_use",
        "Another HubSpot contact holds the address: parked with that record's id.",
        (ProblemClass.CONFLICT,),
        ERRORS,
    ),
    Rule(
        "11.duplicate_rule",
        "A duplicate rule of the org refused the record: parked with the ids of the records it found.",
        (ProblemClass.CONFLICT,),
        ERRORS,
    ),
    Rule(
        "11.insufficient_access",
        "A right is missing, or the record at the other end of a reference: parked as a matter of set-up. A right that"
        " is missing for a whole object pauses it for all records, and is told once.",
        (ProblemClass.CONFIG,),
        ERRORS,
    ),
    Rule(
        "11.field_permission",
        "A field may not be written: parked as a matter of set-up, with the field's name.",
        (ProblemClass.CONFIG,),
        FIELD_PERMISSIONS,
    ),
    Rule(
        "11.mapping_drift",
        "A property or field that is mapped is gone or of another type: it is left out, and the others are carried.",
        (Reason.PROPERTY_MISSING, Reason.FIELD_MISSING, ProblemClass.CONFIG),
        MAPPINGS,
    ),
    Rule(
        "11.property_values",
        "A value is refused: too long, unknown, missing, badly formed. It is tried again when the record changes.",
        (ProblemClass.DATA, Reason.COMPANY_UNNAMED),
        ERRORS,
    ),
    Rule(
        "11.owner",
        "An owner is not active or not known: left out where it is seen beforehand, else refused; the rest is carried.",
        (ProblemClass.DATA, Reason.OWNER_INACTIVE),
        OWNERS,
    ),
    Rule(
        "11.limits",
        "Quota, locks, outages and timeouts: tried again by themselves, after waiting longer and longer.",
        (ProblemClass.TRANSIENT,),
        CALL_LIMIT,
    ),
    Rule(
        "11.suspension",
        "Credentials are refused or the API is off: everything for that CRM waits, and nothing uses up an attempt.",
        (ProblemClass.HALT,),
        SUSPENSION,
    ),
    Rule(
        "11.legacy",
        "A converted lead or a merged record is no error: it is followed.",
        (Reason.PERSON_CONVERTED,),
        ERROR_SCREEN,
    ),
)
