"""HubSpot's JSON as our records: pure, and forgiving about what HubSpot leaves out."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tasks.contracts.errors import SyncError
from tasks.contracts.records import Association, Company, CompanyId, Contact, ContactId, StageName
from workers.crm.door import hubspot_row_problem
from workers.crm.salesforce_ids import find_account_id

COMPANY_PROPERTIES = (
    "name",
    "domain",
    "website",
    "hs_additional_domains",
    "lifecyclestage",
    "salesforceaccountid",
    "country",
    "createdate",
    "hs_object_source",
    "hs_object_source_label",
    "hs_object_source_detail_1",
)
CONTACT_PROPERTIES = ("email", "lifecyclestage")
PRIMARY_TYPES = {1, 2}
"""Contact to company, and company to contact; the unlabelled types are 279 and 280."""
ROW_NAMES = ("objectWriteTraceId", "ids", "id", "fromObjectId")
NO_ROW = ""
SOURCES = ("hs_object_source", "hs_object_source_label", "hs_object_source_detail_1")
AUTOMATIC_SOURCES = {"CRM_SETTING", "AUTO_ASSOCIATE_COMPANY"}
"""The record source of what HubSpot's own settings create, such as companies for new contacts' domains.

HubSpot does not document these words; `tandem why` shows a company that was judged by them as C1_AUTO_CREATED.
"""


def company_of(row: Mapping[str, Any], account_property: str, mapped: Sequence[str] = ()) -> Company:
    """One row of a batch read; `mapped` are the properties of the field mapping."""
    properties = properties_of(row)
    return Company(
        id=CompanyId(str(row["id"])),
        name=properties.get("name", ""),
        domain=properties.get("domain", ""),
        website=properties.get("website", ""),
        additional_domains=tuple(_parts(properties.get("hs_additional_domains", ""))),
        lifecycle_stage=StageName(properties.get("lifecyclestage", "")),
        account_id=find_account_id(properties.get(account_property)),
        native_account_id=find_account_id(properties.get("salesforceaccountid")),
        created_automatically=not AUTOMATIC_SOURCES.isdisjoint(properties.get(name, "") for name in SOURCES),
        country=properties.get("country", ""),
        created_at=_time(properties.get("createdate", "")),
        mapped={name: properties.get(name) for name in mapped},
    )


def change_times_of(row: Mapping[str, Any]) -> dict[str, datetime]:
    """By property: when it got the value it has, which is the first of its history."""
    history = row.get("propertiesWithHistory") or {}
    return {name: datetime.fromisoformat(changes[0]["timestamp"]) for name, changes in history.items() if changes}


def contact_of(row: Mapping[str, Any]) -> Contact:
    """One row of a batch read."""
    properties = properties_of(row)
    return Contact(
        id=ContactId(str(row["id"])),
        email=properties.get("email", "").strip().lower(),
        lifecycle_stage=StageName(properties.get("lifecyclestage", "")),
    )


def properties_of(row: Mapping[str, Any]) -> dict[str, str]:
    """Values as text; an empty one is an empty string, a missing one is missing."""
    values = row.get("properties") or {}
    return {name: "" if value is None else str(value) for name, value in values.items()}


def rows_of(answer: Any) -> Sequence[Mapping[str, Any]]:
    """What a batch or a list answered with."""
    return answer.get("results") or [] if isinstance(answer, Mapping) else []


def row_problems_of(answer: Any, call: str) -> dict[str, SyncError]:
    """The errors of a 207 by the row they are about: its trace id on writes, its id on reads.

    One that names no row stands under the empty id: it is about whichever rows the answer leaves out.
    """
    problems: dict[str, SyncError] = {}
    for error in answer.get("errors") or []:
        context = error.get("context") or {}
        named = next((context[name] for name in ROW_NAMES if context.get(name)), [NO_ROW])
        for row in [named] if isinstance(named, str) else named:
            problems[str(row)] = hubspot_row_problem(call, error)
    return problems


def unless_absent(problem: SyncError | None) -> SyncError | None:
    """A record that is not there, or has no associations, is an answer."""
    return None if problem is None or problem.code == "OBJECT_NOT_FOUND" else problem


def associations_of(row: Mapping[str, Any], *, from_companies: bool) -> Iterator[Association]:
    """One input's part of a batch read of associations."""
    here = str(row["from"]["id"])
    for to in row.get("to") or []:
        there = str(to["toObjectId"])
        company, contact = (here, there) if from_companies else (there, here)
        types = {int(kind["typeId"]) for kind in to.get("associationTypes") or []}
        yield Association(CompanyId(company), ContactId(contact), is_primary=bool(types & PRIMARY_TYPES))


def next_page_of(answer: Any) -> str | None:
    """The cursor of the next page, if there is one."""
    paging = answer.get("paging") or {} if isinstance(answer, Mapping) else {}
    after = (paging.get("next") or {}).get("after")
    return str(after) if after else None


def stage_order_of(definition: Mapping[str, Any]) -> tuple[StageName, ...]:
    """The options in display order; hidden ones are no stages. Unplaced ones (-1) come last."""
    options = [o for o in definition.get("options") or [] if not o.get("hidden")]
    placed = sorted(options, key=lambda o: (int(o.get("displayOrder", -1)) < 0, int(o.get("displayOrder", -1))))
    return tuple(StageName(str(option["value"])) for option in placed)


def segment_size_of(answer: Mapping[str, Any]) -> int | None:
    """How many are on a list; it need not tell."""
    size = (answer.get("list") or {}).get("size")
    return None if size is None else int(size)


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return None


def _parts(text: str) -> Iterator[str]:
    return (part.strip().lower() for part in text.split(";") if part.strip())
