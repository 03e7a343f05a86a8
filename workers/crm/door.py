"""What a vendor's answer means for us: the one table, for both CRMs, from their codes to our errors.

Messages carry codes, field names and ids, never the vendor's text: it repeats the values of the record.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tasks.contracts.errors import (
    Ambiguous,
    Gone,
    Halted,
    Hindered,
    ProblemClass,
    Rejected,
    SyncError,
    Throttled,
    TryAgain,
    Unreachable,
)

A_DAY = timedelta(days=1)
UNTIL_THE_DAY_IS_LOOKED_AT_AGAIN = timedelta(minutes=15)

CODE = re.compile(r"[A-Z][A-Z0-9_]{2,80}")
FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,80}")
INVALID_PROPERTY = re.compile(r'"error":"(?P<code>[A-Z_]+)"(?:[^{}]*?"name":"(?P<name>[A-Za-z0-9_]+)")?')
UNKNOWN_COLUMN = re.compile(r"No such column '([A-Za-z0-9_.]+)'")
PROPERTY_NAME = re.compile(r"propertyName=([A-Za-z0-9_]+)")
UNIQUE_OWNER = re.compile(r"(\d+) already has that value")
EXISTING_ID = re.compile(r"Existing ID: (\d+)")
SALESFORCE_ID = re.compile(r"\b[a-zA-Z0-9]{3}[0-9A-Z][a-zA-Z0-9]{11}(?:[A-Z0-5]{3})?\b")


@dataclass(frozen=True, slots=True)
class Meaning:
    """One row of the table: which error it is, of which class, and what a person can do."""

    error: type[SyncError]
    problem_class: ProblemClass
    remedy: str
    after: timedelta | None = None


_WAIT = "Nothing to do: it is tried again by itself."
_ASK_ADMIN = "Ask a Salesforce administrator to give the integration user this right."
_MAPPING = "Correct the field mapping, or the field's security in Salesforce."
_VALUE = "Correct the value in HubSpot or relax the rule in Salesforce; the change wakes this record."
_AUTOMATION = "An automation of the org refused it: ask a Salesforce administrator which rule or flow it is."
_DUPLICATE = "Decide which of the two records is right, then merge them or clear the value on one."
_LOGIN = "Check the credentials with `tandem doctor`; all work waits until they are right."
_API_OFF = "Give the integration user the permission API Enabled, in an edition of Salesforce that has the API."
_VANISHED = "The record was deleted or merged: check it in the CRM."
_UNKNOWN = "The answer is not known to us: look the code up and decide."

SALESFORCE: Mapping[str, Meaning] = {
    # somebody else, or the org itself, is busy
    "UNABLE_TO_LOCK_ROW": Meaning(Hindered, ProblemClass.TRANSIENT, _WAIT, timedelta(seconds=2)),
    "REQUEST_LIMIT_EXCEEDED": Meaning(Throttled, ProblemClass.TRANSIENT, _WAIT, timedelta(seconds=5)),
    "SERVER_UNAVAILABLE": Meaning(Unreachable, ProblemClass.TRANSIENT, _WAIT),
    "UNKNOWN_EXCEPTION": Meaning(Unreachable, ProblemClass.TRANSIENT, _WAIT),
    "APEX_ERROR": Meaning(Unreachable, ProblemClass.TRANSIENT, _WAIT),
    "QUERY_TIMEOUT": Meaning(Unreachable, ProblemClass.TRANSIENT, _WAIT),
    "INVALID_QUERY_LOCATOR": Meaning(Hindered, ProblemClass.TRANSIENT, _WAIT),
    "PROCESSING_HALTED": Meaning(Hindered, ProblemClass.TRANSIENT, _WAIT),
    "ALL_OR_NONE_OPERATION_ROLLED_BACK": Meaning(Hindered, ProblemClass.TRANSIENT, _WAIT),
    # the connection itself is refused
    "INVALID_SESSION_ID": Meaning(Halted, ProblemClass.HALT, _LOGIN),
    "API_DISABLED_FOR_ORG": Meaning(Halted, ProblemClass.HALT, _API_OFF),
    "API_CURRENTLY_DISABLED": Meaning(Halted, ProblemClass.HALT, _API_OFF),
    # two records claim the same
    "DUPLICATE_VALUE": Meaning(Ambiguous, ProblemClass.CONFLICT, _DUPLICATE),
    "DUPLICATES_DETECTED": Meaning(
        Ambiguous,
        ProblemClass.CONFLICT,
        "Write the company's id into the key field of the account that the duplicate rule names, or adapt the rule;"
        " then `tandem parked replay ID`.",
    ),
    # rights and set-up
    "INSUFFICIENT_ACCESS": Meaning(Rejected, ProblemClass.CONFIG, _ASK_ADMIN),
    "INSUFFICIENT_ACCESS_OR_READONLY": Meaning(Rejected, ProblemClass.CONFIG, _ASK_ADMIN),
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": Meaning(Rejected, ProblemClass.CONFIG, _ASK_ADMIN),
    "CANNOT_INSERT_UPDATE_ENTITY": Meaning(Rejected, ProblemClass.CONFIG, _ASK_ADMIN),
    "INVALID_CROSS_REFERENCE_KEY": Meaning(Rejected, ProblemClass.CONFIG, _VANISHED),
    "INVALID_FIELD": Meaning(Rejected, ProblemClass.CONFIG, _MAPPING),
    "INVALID_FIELD_FOR_INSERT_UPDATE": Meaning(Rejected, ProblemClass.CONFIG, _MAPPING),
    "INVALID_TYPE": Meaning(Rejected, ProblemClass.CONFIG, _ASK_ADMIN),
    # the org's own rules
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": Meaning(Rejected, ProblemClass.BUSINESS, _AUTOMATION),
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": Meaning(Rejected, ProblemClass.BUSINESS, _AUTOMATION),
    "CANNOT_EXECUTE_FLOW_TRIGGER": Meaning(Rejected, ProblemClass.BUSINESS, _AUTOMATION),
    "FIELD_FILTER_VALIDATION_EXCEPTION": Meaning(Rejected, ProblemClass.BUSINESS, _AUTOMATION),
    # the values
    "REQUIRED_FIELD_MISSING": Meaning(Rejected, ProblemClass.DATA, _VALUE),
    "STRING_TOO_LONG": Meaning(Rejected, ProblemClass.DATA, _VALUE),
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": Meaning(Rejected, ProblemClass.DATA, _VALUE),
    "INVALID_EMAIL_ADDRESS": Meaning(Rejected, ProblemClass.DATA, _VALUE),
    "NUMBER_OUTSIDE_VALID_RANGE": Meaning(Rejected, ProblemClass.DATA, _VALUE),
    "FIELD_INTEGRITY_EXCEPTION": Meaning(Rejected, ProblemClass.DATA, _VALUE),
    "MALFORMED_ID": Meaning(Rejected, ProblemClass.DATA, _VALUE),
    "JSON_PARSER_ERROR": Meaning(Rejected, ProblemClass.DATA, _VALUE),
    "INACTIVE_OWNER_OR_USER": Meaning(Rejected, ProblemClass.DATA, "Choose an owner who is active in Salesforce."),
    # the record is not what it was
    "ENTITY_IS_DELETED": Meaning(Gone, ProblemClass.DATA, _VANISHED),
    "CANNOT_UPDATE_CONVERTED_LEAD": Meaning(Gone, ProblemClass.DATA, "The lead is a contact now; that one is synced."),
    "NOT_FOUND": Meaning(Gone, ProblemClass.DATA, _VANISHED),
}

SALESFORCE_STATUS: Mapping[int, Meaning] = {
    300: Meaning(Ambiguous, ProblemClass.CONFLICT, "The key field must be unique in Salesforce: `tandem doctor`."),
    401: Meaning(Halted, ProblemClass.HALT, _LOGIN),
    403: Meaning(Rejected, ProblemClass.CONFIG, _ASK_ADMIN),
    404: Meaning(
        Rejected, ProblemClass.CONFIG, "The key field or an object is missing in Salesforce: `tandem doctor`."
    ),
    412: Meaning(Hindered, ProblemClass.TRANSIENT, _WAIT),
}

SALESFORCE_LOGIN: Mapping[str, str] = {
    "INVALID_CLIENT_ID": "Set TANDEM_SALESFORCE_CONSUMER_KEY to the key of an app that the org knows.",
    "INVALID_CLIENT": "Set TANDEM_SALESFORCE_CONSUMER_SECRET to the secret that belongs to the consumer key.",
    "INVALID_GRANT": "Check TANDEM_SALESFORCE_URL, the user name and the private key, and that the app may act for it.",
    "UNSUPPORTED_GRANT_TYPE": "Allow the app this login flow; client credentials need the My Domain host.",
    "UNUSABLE_PRIVATE_KEY": "Set TANDEM_SALESFORCE_PRIVATE_KEY to an RSA key in PEM form.",
}
"""What to do about the reasons for which OAuth gives no token."""

_SCOPES = "Give the HubSpot key the missing scope: `tandem doctor` names it."
_HUBSPOT_VALUE = "Correct the value, or the property's rules in HubSpot; the change wakes this record."

HUBSPOT: Mapping[int, Meaning] = {
    400: Meaning(Rejected, ProblemClass.DATA, _HUBSPOT_VALUE),
    401: Meaning(Halted, ProblemClass.HALT, _LOGIN),
    403: Meaning(Rejected, ProblemClass.CONFIG, _SCOPES),
    404: Meaning(Gone, ProblemClass.DATA, _VANISHED),
    409: Meaning(Ambiguous, ProblemClass.CONFLICT, _DUPLICATE),
    414: Meaning(Rejected, ProblemClass.DATA, "The record was merged too often for HubSpot to change it."),
    423: Meaning(Throttled, ProblemClass.TRANSIENT, _WAIT, timedelta(seconds=2)),
    429: Meaning(Throttled, ProblemClass.TRANSIENT, _WAIT, timedelta(seconds=10)),
    477: Meaning(
        Throttled, ProblemClass.TRANSIENT, "HubSpot is moving the portal; work goes on afterwards.", A_DAY / 24
    ),
}
"""By status; a batch's row errors have no status, so their category is read as one."""

HUBSPOT_CATEGORY: Mapping[str, int] = {
    "VALIDATION_ERROR": 400,
    "INVALID_AUTHENTICATION": 401,
    "EXPIRED_AUTHENTICATION": 401,
    "MISSING_SCOPES": 403,
    "OBJECT_NOT_FOUND": 404,
    "CONFLICT": 409,
    "OBJECT_ALREADY_EXISTS": 409,
    "RATE_LIMITS": 429,
    "INTERNAL_ERROR": 500,
}

NO_SUCH_RECORD = "INVALID_OBJECT_IDS"
"""What an association with a record that is not there is refused for, as a 400."""

HUBSPOT_PROPERTY: Mapping[str, Meaning] = {
    "PROPERTY_DOESNT_EXIST": Meaning(Rejected, ProblemClass.CONFIG, "Create the property in HubSpot, or unmap it."),
    "READ_ONLY_VALUE": Meaning(Rejected, ProblemClass.CONFIG, "HubSpot sets this property itself: unmap it."),
}

HUBSPOT_RATE: Mapping[str, timedelta] = {
    "TEN_SECONDLY_ROLLING": timedelta(seconds=10),
    "SECONDLY": timedelta(seconds=1),
    "DAILY": UNTIL_THE_DAY_IS_LOOKED_AT_AGAIN,
}

_OUTCOME_UNKNOWN = Meaning(Unreachable, ProblemClass.TRANSIENT, _WAIT)
_NOT_KNOWN = Meaning(Rejected, ProblemClass.UNKNOWN, _UNKNOWN)


def hubspot_problem(call: str, status: int, body: Any, *, told_to_wait: timedelta | None = None) -> SyncError:
    """What HubSpot's refusal of a call, or of one row of it, means for us."""
    answer = body if isinstance(body, Mapping) else {}
    meaning = _unanswered(status) or HUBSPOT.get(status, _NOT_KNOWN)
    text = str(answer.get("message", ""))
    if meaning.error is Throttled:
        return _throttled_by_hubspot(call, status, answer, meaning, told_to_wait)
    if owner := UNIQUE_OWNER.search(text) or EXISTING_ID.search(text):
        named = PROPERTY_NAME.findall(text)[:1]
        evidence = {"owner_id": owner.group(1), "properties": named}
        told = f"HubSpot: {call}: {owner.group(1)} already has that value"
        return _make(HUBSPOT[409], told, "UNIQUE_VALUE", evidence, named)
    complaints = [(found["code"], found["name"] or "") for found in INVALID_PROPERTY.finditer(text)]
    code = complaints[0][0] if complaints else _code(answer.get("category")) or str(status)
    if NO_SUCH_RECORD in (answer.get("context") or {}):
        code, meaning = NO_SUCH_RECORD, HUBSPOT[404]
    elif status == 400:
        meaning = next((HUBSPOT_PROPERTY[c] for c, _ in complaints if c in HUBSPOT_PROPERTY), meaning)
    fields = [name for _, name in complaints if name] + _fields_in(answer)
    return _make(meaning, _sentence("HubSpot", call, f"{status} {code}", fields), code, fields=_names(fields))


def hubspot_row_problem(call: str, error: Mapping[str, Any]) -> SyncError:
    """What one row's error in a 207 means."""
    return _of_one_row(hubspot_problem(call, HUBSPOT_CATEGORY.get(str(error.get("category")), 0), error))


def salesforce_problem(call: str, status: int, body: Any) -> SyncError:
    """What Salesforce's refusal of a whole call means. Its errors are a list, or text or HTML that says nothing."""
    errors = [error for error in body if isinstance(error, Mapping)] if isinstance(body, list) else []
    error = errors[0] if errors else {}
    code = _code(error.get("errorCode"))
    if status == 404:
        return _make(SALESFORCE_STATUS[404], _sentence("Salesforce", call, f"404 {code}", []), code or "NOT_FOUND")
    if code not in SALESFORCE:
        meaning = _unanswered(status) or SALESFORCE_STATUS.get(status, _NOT_KNOWN)
        return _make(meaning, _sentence("Salesforce", call, f"{status} {code}".strip(), []), code or str(status))
    return _salesforce_error(call, code, error)


def salesforce_row_problem(call: str, errors: Sequence[Mapping[str, Any]]) -> SyncError:
    """What the refusal of one row of a collection means."""
    error = errors[0] if errors else {}
    return _of_one_row(_salesforce_error(call, _code(error.get("statusCode") or error.get("errorCode")), error))


def no_answer(crm: str, call: str, error: Exception) -> Unreachable:
    """The connection failed or what came back says nothing: whether a write happened is not known."""
    return Unreachable(f"{crm}: {call}: no answer ({type(error).__name__})", code="NO_ANSWER", remedy=_WAIT)


def login_refused(code: str) -> Halted:
    """Salesforce gave no token. Every record would fail alike."""
    reason = _code(code.upper()) or "unknown"
    remedy = SALESFORCE_LOGIN.get(reason, _LOGIN)
    return Halted(f"Salesforce: login refused ({reason})", code="LOGIN_REFUSED", remedy=remedy)


def segment_gone(segment: str) -> Rejected:
    """The list that decides who takes part was deleted."""
    return Rejected(
        f"HubSpot: the segment {segment} does not exist",
        problem_class=ProblemClass.CONFIG,
        code="SEGMENT_GONE",
        remedy="Choose another HubSpot list as the segment, or switch the segment off.",
    )


def no_word_about(call: str, row: str) -> Hindered:
    """The answer skipped a row we sent: whether it was written is not known."""
    return Hindered(f"{call}: the answer says nothing about {row}", code="NO_ANSWER", remedy=_WAIT)


def _of_one_row(problem: SyncError) -> SyncError:
    """The call was answered, so the CRM was not away, whatever the same code means for a whole call."""
    if isinstance(problem, Unreachable):
        return Hindered(str(problem), after=problem.after, remedy=problem.remedy, code=problem.code)
    return problem


def _salesforce_error(call: str, code: str, error: Mapping[str, Any]) -> SyncError:
    meaning = SALESFORCE.get(code, _NOT_KNOWN)
    text = str(error.get("message", ""))
    if code == "REQUEST_LIMIT_EXCEEDED" and "TotalRequests" in text:
        code, meaning = (
            "DAILY_LIMIT",
            Meaning(Throttled, meaning.problem_class, _WAIT, UNTIL_THE_DAY_IS_LOOKED_AT_AGAIN),
        )
    evidence = {"ids": _ids_in(error)} if meaning.error is Ambiguous else {}
    fields = [str(name) for name in error.get("fields") or []] + UNKNOWN_COLUMN.findall(text)
    return _make(meaning, _sentence("Salesforce", call, code or "no code", fields), code, evidence, _names(fields))


def _throttled_by_hubspot(
    call: str, status: int, answer: Mapping[str, Any], meaning: Meaning, told_to_wait: timedelta | None
) -> SyncError:
    policy = _code(answer.get("policyName"))
    if "secondly limit" in str(answer.get("message")):
        policy = "SECONDLY"
    after = HUBSPOT_RATE.get(policy, meaning.after) if status == 429 else meaning.after
    waiting = Meaning(meaning.error, meaning.problem_class, meaning.remedy, min(told_to_wait or after or A_DAY, A_DAY))
    code = policy or str(status)
    return _make(waiting, _sentence("HubSpot", call, f"{status} {policy}".strip(), []), code)


def _unanswered(status: int) -> Meaning | None:
    return _OUTCOME_UNKNOWN if status in {408, 425} or status >= 500 else None


def _make(
    meaning: Meaning,
    message: str,
    code: str,
    evidence: Mapping[str, object] | None = None,
    fields: Sequence[str] = (),
) -> SyncError:
    kind, remedy = meaning.error, meaning.remedy
    if issubclass(kind, TryAgain):
        return kind(message, after=meaning.after, remedy=remedy, code=code)
    if issubclass(kind, Rejected):
        return kind(message, problem_class=meaning.problem_class, remedy=remedy, code=code, fields=fields)
    return kind(message, remedy=remedy, code=code, evidence=evidence, fields=fields)


def _sentence(crm: str, call: str, code: str, fields: Iterable[str]) -> str:
    named = ", ".join(_names(fields))
    return f"{crm}: {call}: {code}" + (f" ({named})" if named else "")


def _names(fields: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in fields if FIELD.fullmatch(name)))


def _code(value: object) -> str:
    return value if isinstance(value, str) and CODE.fullmatch(value) else ""


def _fields_in(answer: Mapping[str, Any]) -> list[str]:
    """What a structured HubSpot error names: properties, or the scopes that are missing."""
    names: list[str] = []
    for error in answer.get("errors") or []:
        context = error.get("context") or {} if isinstance(error, Mapping) else {}
        for part in ("propertyName", "requiredGranularScopes"):
            names += [str(name) for name in context.get(part) or []]
    return names


def _ids_in(error: Mapping[str, Any]) -> list[str]:
    """Ids of the records in the way: of a duplicate rule's matches (two spellings), else of the text."""
    result = error.get("duplicateResult") or error.get("duplicateResut") or {}
    matches = [
        str((match.get("record") or {}).get("Id"))
        for group in result.get("matchResults") or []
        for match in group.get("matchRecords") or []
    ]
    return matches or SALESFORCE_ID.findall(str(error.get("message", "")))
