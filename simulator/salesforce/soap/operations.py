"""The operations, row by row: each row has its own outcome, in the order they came."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.salesforce import restoring
from simulator.salesforce.conversion import LeadConvert, convert
from simulator.salesforce.engine import Engine
from simulator.salesforce.errors import SalesforceError
from simulator.salesforce.ids import find_short_id
from simulator.salesforce.merging import Merge, merge
from simulator.salesforce.schema import NUMBER_TYPES, SObject
from simulator.salesforce.soap.elements import Element
from simulator.salesforce.soap.envelopes import Request, Tree
from simulator.salesforce.writes import WriteOptions, require_live

MOST_ROWS = 200
NOT_FIELDS = frozenset({"type", "Id", "fieldsToNull"})


@dataclass(frozen=True, slots=True)
class Session:
    engine: Engine
    options: WriteOptions


Operation = Callable[[Session, Request], Tree]


def _delete(session: Session, request: Request) -> Tree:
    def delete_one(element: Element) -> Tree:
        record_id = element.text.strip()
        short_id = find_short_id(record_id)
        sobject = session.engine.schema.by_prefix.get(short_id[:3]) if short_id else None
        if short_id is None or sobject is None:
            raise SalesforceError("MALFORMED_ID", f"malformed id {record_id}", fields=["Id"])
        record = session.engine.find_record(sobject, short_id)
        if record is None:
            raise SalesforceError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", fields=[])
        session.engine.writer.delete(sobject, require_live(record), session.options)
        return _saved(record["Id"])

    return _each(session, request, request.arguments.find_all("ids"), delete_one)


def _undelete(session: Session, request: Request) -> Tree:
    def undelete_one(element: Element) -> Tree:
        return _saved(restoring.undelete(session.engine, element.text.strip(), session.options))

    return _each(session, request, request.arguments.find_all("ids"), undelete_one)


def _empty_recycle_bin(session: Session, request: Request) -> Tree:
    def empty_one(element: Element) -> Tree:
        return _saved(restoring.empty(session.engine, element.text.strip()))

    return _each(session, request, request.arguments.find_all("ids"), empty_one)


def _merge(session: Session, request: Request) -> Tree:
    def merge_one(element: Element) -> Tree:
        winner = element.find("masterRecord") or Element("masterRecord")
        name = winner.text_of("type") if winner.type_name in {"", "sObject"} else winner.type_name
        sobject = session.engine.schema.find(name)
        if sobject is None:
            raise SalesforceError("INVALID_TYPE", f"sObject type '{name}' is not supported.", fields=[])
        loser_ids = [each.text.strip() for each in element.find_all("recordToMergeIds")]
        wish = Merge(sobject, winner.text_of("Id"), loser_ids, _values(winner, sobject))
        merged = merge(session.engine, wish, session.options)
        return [
            ("id", merged.winner_id),
            *(("mergedRecordIds", loser_id) for loser_id in merged.loser_ids),
            ("success", "true"),
            *(("updatedRelatedIds", moved_id) for moved_id in merged.moved_ids),
        ]

    # Clients call this argument what they like, and the WSDL's `request` is only one of its names.
    return _each(session, request, request.arguments.children, merge_one)


def _convert_lead(session: Session, request: Request) -> Tree:
    def convert_one(element: Element) -> Tree:
        wish = LeadConvert(
            element.text_of("leadId"),
            element.text_of("convertedStatus"),
            account_id=element.text_of("accountId"),
            contact_id=element.text_of("contactId"),
            owner_id=element.text_of("ownerId"),
            opportunity_name=element.text_of("opportunityName"),
            wants_opportunity=element.text_of("doNotCreateOpportunity") != "true",
            overwrites_source=element.text_of("overwriteLeadSource") == "true",
        )
        converted = convert(session.engine, wish, session.options)
        return [
            ("accountId", converted.account_id),
            ("contactId", converted.contact_id),
            ("leadId", converted.lead_id),
            *([("opportunityId", converted.opportunity_id)] if converted.opportunity_id else []),
            ("success", "true"),
        ]

    return _each(session, request, request.arguments.find_all("leadConverts"), convert_one)


OPERATIONS: dict[str, Operation] = {
    "delete": _delete,
    "undelete": _undelete,
    "emptyRecycleBin": _empty_recycle_bin,
    "merge": _merge,
    "convertLead": _convert_lead,
}


def _each(session: Session, request: Request, elements: list[Element], write: Callable[[Element], Tree]) -> Tree:
    if len(elements) > MOST_ROWS:
        raise SalesforceError(
            "EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {MOST_ROWS} records into this call"
        )
    with session.engine.store.transaction() as roll_back:
        outcomes = [_outcome(session.engine, element, write) for element in elements]
        if request.is_set("AllOrNoneHeader", "allOrNone") and any(failed for failed, _ in outcomes):
            roll_back()
            session.engine.counters["soap.rolled_back"] += 1
            outcomes = [outcome if outcome[0] else (True, _refused(_rolled_back())) for outcome in outcomes]
    return [("result", row) for _, row in outcomes]


def _outcome(engine: Engine, element: Element, write: Callable[[Element], Tree]) -> tuple[bool, Tree]:
    """Whether the row failed, and what is said about it."""
    try:
        return False, write(element)
    except SalesforceError as error:
        engine.counters[f"error.{error.code}"] += 1
        return True, _refused(error)


def _saved(record_id: str) -> Tree:
    return [("id", record_id), ("success", "true")]


def _refused(error: SalesforceError) -> Tree:
    fields: Sequence[str] = error.fields or ()
    problem: Tree = [
        *(("fields", name) for name in fields), ("message", error.message), ("statusCode", error.code)
    ]  # fmt: skip
    return [("errors", problem), ("success", "false")]


def _rolled_back() -> SalesforceError:
    return SalesforceError(
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "Record rolled back because not all records were valid and the request was using AllOrNone header",
    )


def _values(record: Element, sobject: SObject) -> dict[str, Any]:
    """The fields of a record, which SOAP sends as text."""
    cleared = dict.fromkeys((each.text.strip() for each in record.find_all("fieldsToNull")), None)
    given = {child.name: _value(child, sobject) for child in record.children if child.name not in NOT_FIELDS}
    return cleared | given


def _value(element: Element, sobject: SObject) -> Any:
    field = sobject.find_field(element.name)
    if element.is_nil:
        return None
    if field and field.type == "boolean":
        return element.text.strip() in {"true", "1"}
    if field and field.type in NUMBER_TYPES:
        return element.text.strip()
    return element.text
