"""Every operation of HubSpot's client that the portal answers, with something to call it with."""

import importlib
import inspect
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

SERVED_PACKAGES = (
    "hubspot.crm.companies",
    "hubspot.crm.contacts",
    "hubspot.crm.objects",
    "hubspot.crm.associations.v4",
    "hubspot.crm.associations.v4.schema",
    "hubspot.crm.properties",
    "hubspot.crm.lists",
    "hubspot.crm.owners",
    "hubspot.webhooks",
    "hubspot.oauth",
)


class Asked(NamedTuple):
    """A method of the client: the dotted name of its API below the client, its own name, what it is called with."""

    api: str
    method: str
    arguments: tuple[Any, ...] = ()
    options: Mapping[str, Any] = MappingProxyType({})

    def __str__(self) -> str:
        return f"hubspot.{self.api}.{self.method}"


def operations_of_the_client() -> set[str]:
    """Such as `hubspot.crm.companies.basic_api.create`, of the packages that are served."""
    found = set()
    for package in SERVED_PACKAGES:
        for _, api in inspect.getmembers(importlib.import_module(f"{package}.api"), inspect.isclass):
            module = api.__module__.rpartition(".")[2]
            methods = [name for name, _ in inspect.getmembers(api, inspect.isfunction)]
            found |= {f"{package}.{module}.{name}" for name in methods if f"{name}_with_http_info" in methods}
    return found


def batch(*inputs: Any, **more: Any) -> tuple[dict[str, Any]]:
    return ({"inputs": list(inputs), **more},)


def keyed(key: str, **more: Any) -> dict[str, Any]:
    return {"id": key, "idProperty": "salesforce_account_id", "properties": {"name": "B"}, **more}


def traced(row: dict[str, Any], trace_id: str) -> dict[str, Any]:
    return {**row, "objectWriteTraceId": trace_id}


class Records(NamedTuple):
    """The three APIs for records: two have the type of object in their name, one takes it as its first argument."""

    api: str
    first: tuple[str, ...]
    id: str
    other: str
    values: Mapping[str, Any]
    key: str

    def ask(self, api: str, method: str, *arguments: Any, **options: Any) -> Asked:
        return Asked(f"{self.api}.{api}", method, (*self.first, *arguments), options)

    def rows(self, *rows: Any, **more: Any) -> dict[str, Any]:
        return batch(*rows, **more)[0]

    def addressed(self, key: str = "", **more: Any) -> dict[str, Any]:
        return {"id": key or self.id, "properties": dict(self.values), **more}

    def keyed(self, key: str, **more: Any) -> dict[str, Any]:
        return self.addressed(key, idProperty=self.key, **more)


NAME = {"properties": {"name": "B"}}
COMPANY_KEY, CONTACT_KEY = "salesforce_account_id", "salesforce_contact_id"
RECORDS = (
    Records("crm.companies", (), "1", "contacts", {"name": "B"}, COMPANY_KEY),
    Records("crm.contacts", (), "9", "companies", {"firstname": "B"}, CONTACT_KEY),
    Records("crm.objects", ("0-2",), "1", "contacts", {"name": "B"}, COMPANY_KEY),
    Records("crm.objects", ("company",), "1", "contact", {"name": "B"}, COMPANY_KEY),
)


def _answered(each: Records) -> list[Asked]:
    all_of = {"properties": ["name"], "properties_with_history": ["name"], "associations": [each.other]}
    read = {"properties": ["name"], "propertiesWithHistory": ["name"]}
    return [
        each.ask("basic_api", "create", {"properties": dict(each.values)}),
        each.ask("basic_api", "get_by_id", each.id),
        each.ask("basic_api", "get_by_id", each.id, **all_of),
        each.ask("basic_api", "get_page"),
        each.ask("basic_api", "get_page", limit=1, **all_of),
        each.ask("basic_api", "update", each.id, {"properties": dict(each.values)}),
        each.ask("search_api", "do_search", {"limit": 1}),
        each.ask("batch_api", "read", each.rows({"id": each.id}, **read)),
        each.ask("batch_api", "create", each.rows({"properties": dict(each.values)})),
        each.ask("batch_api", "update", each.rows(each.addressed())),
        each.ask("batch_api", "upsert", each.rows(each.keyed("k"))),
    ]


def _with_refused_rows(each: Records) -> list[Asked]:
    read: dict[str, list[str]] = {"properties": [], "propertiesWithHistory": []}
    wrong = {"properties": {"no": "x"}}
    good = {"properties": dict(each.values)}
    upserted = (traced(each.keyed("k"), "a"), traced({**each.keyed("l"), **wrong}, "b"))
    return [
        each.ask("batch_api", "read", each.rows({"id": "404"}, **read)),
        each.ask("batch_api", "create", each.rows(traced(good, "a"), traced(wrong, "b"))),
        each.ask("batch_api", "update", each.rows(traced(each.addressed(), "a"), traced(each.addressed("404"), "b"))),
        each.ask("batch_api", "upsert", each.rows(*upserted)),
    ]


SPEC = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}
LIMIT = {"category": "HUBSPOT_DEFINED", "typeId": 1, "maxToObjectIds": 5}
OTHER_LIMIT = {**LIMIT, "typeId": 279, "maxToObjectIds": 3}
PAIR = {"from": {"id": "9"}, "to": {"id": "1"}}
STRANGERS = {"from": {"id": "9"}, "to": {"id": "404"}}
BETWEEN = ("contacts", "companies")
COLOUR = {
    "name": "colour",
    "label": "Colour",
    "groupName": "companyinformation",
    "type": "enumeration",
    "fieldType": "select",
    "options": [{"label": "Red", "value": "red", "displayOrder": 0, "hidden": False}],
}
CITY = {
    "filterBranchType": "OR",
    "filterBranchOperator": "OR",
    "filters": [],
    "filterBranches": [
        {
            "filterBranchType": "AND",
            "filterBranchOperator": "AND",
            "filterBranches": [],
            "filters": [
                {
                    "filterType": "PROPERTY",
                    "property": "city",
                    "operation": {"operationType": "STRING", "operator": "IS_EQUAL_TO", "value": "Bonn"},
                }
            ],
        }
    ],
}
V4, SCHEMA = "crm.associations.v4", "crm.associations.v4.schema"
DEFINITIONS, LIMITS = f"{SCHEMA}.definitions_api", f"{SCHEMA}.definition_configurations_api"
PROPERTIES, LISTS, WEBHOOKS, OAUTH = "crm.properties", "crm.lists", "webhooks", "oauth"
APP = "1000001"
TOKEN_FORM = {"client_id": "simulated-client-id", "client_secret": "simulated-client-secret"}
REFRESH = {**TOKEN_FORM, "grant_type": "refresh_token", "refresh_token": "{refresh}"}
LOGIN = {**TOKEN_FORM, "grant_type": "authorization_code", "code": "c", "redirect_uri": "https://x.example/"}
ANSWERED = [
    *(asked for each in RECORDS for asked in _answered(each)),
    Asked("crm.companies.basic_api", "get_by_id", ("3",), {"archived": True}),
    Asked("crm.companies.basic_api", "merge", ({"primaryObjectId": "1", "objectIdToMerge": "2"},)),
    Asked("crm.contacts.basic_api", "merge", ({"primaryObjectId": "9", "objectIdToMerge": "8"},)),
    Asked(f"{V4}.basic_api", "create", ("contacts", "9", "companies", "1", [SPEC])),
    Asked(f"{V4}.basic_api", "create_default", ("contacts", "9", "companies", "1")),
    Asked(f"{V4}.basic_api", "get_page", ("contacts", "9", "companies"), {"limit": 1}),
    Asked(f"{V4}.batch_api", "create", (*BETWEEN, *batch({**PAIR, "types": [SPEC]}))),
    Asked(f"{V4}.batch_api", "create_default", (*BETWEEN, *batch(PAIR))),
    Asked(f"{V4}.batch_api", "get_page", (*BETWEEN, *batch({"id": "9"}))),
    Asked(f"{V4}.report_api", "request", (50,)),
    Asked(DEFINITIONS, "get_all", BETWEEN),
    Asked(DEFINITIONS, "create", (*BETWEEN, {"name": "adviser", "label": "Adviser"})),
    Asked(LIMITS, "get_all"),
    Asked(LIMITS, "get_all_between_two_object_types", BETWEEN),
    Asked(LIMITS, "batch_create", (*BETWEEN, *batch(OTHER_LIMIT))),
    Asked(LIMITS, "batch_update", (*BETWEEN, *batch(LIMIT))),
    Asked(f"{PROPERTIES}.core_api", "create", ("companies", COLOUR)),
    Asked(f"{PROPERTIES}.core_api", "get_all", ("companies",)),
    Asked(f"{PROPERTIES}.core_api", "get_by_name", ("companies", "name")),
    Asked(f"{PROPERTIES}.core_api", "update", ("companies", COMPANY_KEY, {"label": "Account"})),
    Asked(f"{PROPERTIES}.batch_api", "read", ("companies", *batch({"name": "name"}, archived=False))),
    Asked(f"{PROPERTIES}.batch_api", "create", ("companies", *batch(COLOUR))),
    Asked(f"{PROPERTIES}.groups_api", "create", ("companies", {"name": "ours", "label": "Ours"})),
    Asked(f"{PROPERTIES}.groups_api", "get_all", ("companies",)),
    Asked(f"{PROPERTIES}.groups_api", "get_by_name", ("companies", "companyinformation")),
    Asked(f"{PROPERTIES}.groups_api", "update", ("companies", "theirs", {"label": "Theirs too"})),
    Asked(f"{LISTS}.lists_api", "create", ({"name": "M", "objectTypeId": "0-2", "processingType": "MANUAL"},)),
    Asked(f"{LISTS}.lists_api", "get_by_id", ("11",)),
    Asked(f"{LISTS}.lists_api", "get_by_id", ("12",), {"include_filters": True}),
    Asked(f"{LISTS}.lists_api", "get_by_name", ("L", "0-2")),
    Asked(f"{LISTS}.lists_api", "get_all", (), {"list_ids": ["11"]}),
    Asked(f"{LISTS}.lists_api", "do_search", ({},)),
    Asked(f"{LISTS}.lists_api", "update_name", ("11",), {"list_name": "New"}),
    Asked(f"{LISTS}.lists_api", "update_list_filters", ("12", {"filterBranch": CITY})),
    Asked(f"{LISTS}.folders_api", "create", ({"name": "New", "parentFolderId": "1"},)),
    Asked(f"{LISTS}.folders_api", "get_all"),
    Asked(f"{LISTS}.folders_api", "get_all", (), {"folder_id": "1"}),
    Asked(f"{LISTS}.folders_api", "move", ("1", "2")),
    Asked(f"{LISTS}.folders_api", "rename", ("1",), {"new_folder_name": "New"}),
    Asked(f"{LISTS}.mapping_api", "translate_legacy_list_id_to_list_id", (), {"legacy_list_id": "11"}),
    Asked(f"{LISTS}.mapping_api", "translate_legacy_list_id_to_list_id_batch", (["11", "404"],)),
    Asked(f"{LISTS}.memberships_api", "get_page", ("11",), {"limit": 1}),
    Asked(f"{LISTS}.memberships_api", "get_page_ordered_by_added_to_list_date", ("11",), {"limit": 1}),
    Asked(f"{LISTS}.memberships_api", "get_lists", ("0-2", "1")),
    Asked(f"{LISTS}.memberships_api", "add", ("11", ["2", "404"])),
    Asked(f"{LISTS}.memberships_api", "remove", ("11", ["1"])),
    Asked(f"{LISTS}.memberships_api", "add_and_remove", ("11", {"recordIdsToAdd": ["2"], "recordIdsToRemove": ["1"]})),
    Asked("crm.owners.owners_api", "get_page", ()),
    Asked("crm.owners.owners_api", "get_by_id", (5,)),
    Asked("crm.owners.owners_api", "get_by_id", (6,), {"archived": True}),
    Asked(f"{WEBHOOKS}.settings_api", "get_all", (APP,)),
    Asked(
        f"{WEBHOOKS}.settings_api",
        "configure",
        (APP, {"targetUrl": "https://x.example/", "throttling": {"maxConcurrentRequests": 9}}),
    ),
    Asked(f"{WEBHOOKS}.subscriptions_api", "get_all", (APP,)),
    Asked(f"{WEBHOOKS}.subscriptions_api", "get_by_id", (1, APP)),
    Asked(f"{WEBHOOKS}.subscriptions_api", "create", (APP, {"eventType": "company.creation"})),
    Asked(f"{WEBHOOKS}.subscriptions_api", "update", (1, APP, {"active": True})),
    Asked(f"{WEBHOOKS}.subscriptions_api", "update_batch", (APP, *batch({"id": 1, "active": True}))),
    Asked(f"{OAUTH}.tokens_api", "create", (), REFRESH),
    Asked(f"{OAUTH}.tokens_api", "create", (), LOGIN),
    Asked(f"{OAUTH}.access_tokens_api", "get", ("{access}",)),
    Asked(f"{OAUTH}.refresh_tokens_api", "get", ("{refresh}",)),
]
WITH_REFUSED_ROWS = [
    *(asked for each in RECORDS for asked in _with_refused_rows(each)),
    Asked(f"{V4}.batch_api", "create", (*BETWEEN, *batch({**STRANGERS, "types": [SPEC]}))),
    Asked(f"{V4}.batch_api", "create_default", (*BETWEEN, *batch(STRANGERS))),
    Asked(f"{V4}.batch_api", "get_page", (*BETWEEN, *batch({"id": "404"}))),
    Asked(f"{PROPERTIES}.batch_api", "read", ("companies", *batch({"name": "no"}, archived=False))),
    Asked(f"{WEBHOOKS}.subscriptions_api", "update_batch", (APP, *batch({"id": 404, "active": True}))),
]
WITHOUT_A_BODY = [
    *(each.ask("basic_api", "archive", each.id) for each in RECORDS),
    *(each.ask("batch_api", "archive", each.rows({"id": each.id})) for each in RECORDS),
    Asked("crm.contacts.basic_api", "purge", ({"objectId": "9"},)),
    Asked(f"{V4}.basic_api", "archive", ("contacts", "9", "companies", "1")),
    Asked(f"{V4}.batch_api", "archive", (*BETWEEN, *batch({"from": {"id": "9"}, "to": [{"id": "1"}]}))),
    Asked(f"{V4}.batch_api", "archive_labels", (*BETWEEN, *batch({**PAIR, "types": [SPEC]}))),
    Asked(DEFINITIONS, "update", (*BETWEEN, {"associationTypeId": 1001, "label": "Helper"})),
    Asked(DEFINITIONS, "remove", (*BETWEEN, 1001)),
    Asked(LIMITS, "batch_remove", (*BETWEEN, *batch({"category": "HUBSPOT_DEFINED", "typeId": 1}))),
    Asked(f"{PROPERTIES}.core_api", "archive", ("companies", COMPANY_KEY)),
    Asked(f"{PROPERTIES}.batch_api", "archive", ("companies", *batch({"name": COMPANY_KEY}))),
    Asked(f"{PROPERTIES}.groups_api", "archive", ("companies", "theirs")),
    Asked(f"{LISTS}.lists_api", "remove", ("11",)),
    Asked(f"{LISTS}.lists_api", "restore", ("13",)),
    Asked(f"{LISTS}.folders_api", "move_list", ({"listId": "11", "newFolderId": "1"},)),
    Asked(f"{LISTS}.folders_api", "remove", ("1",)),
    Asked(f"{LISTS}.memberships_api", "remove_all", ("11",)),
    Asked(f"{LISTS}.memberships_api", "add_all_from_list", ("11", "12")),
    Asked(f"{WEBHOOKS}.settings_api", "clear", (APP,)),
    Asked(f"{WEBHOOKS}.subscriptions_api", "archive", (1, APP)),
    Asked(f"{OAUTH}.refresh_tokens_api", "archive", ("{refresh}",)),
]
REFUSED = [
    (404, Asked("crm.companies.basic_api", "get_by_id", ("404",))),
    (400, Asked("crm.companies.basic_api", "create", ({"properties": {"no": "x", "type": "x"}},))),
    (409, Asked("crm.contacts.basic_api", "create", ({"properties": {"email": "a@x.example"}},))),
    (400, Asked("crm.companies.batch_api", "update", batch({"id": "1", **NAME}, {"id": "1", **NAME}))),
    (400, Asked("crm.companies.search_api", "do_search", ({"limit": 201},))),
    (404, Asked(f"{LISTS}.lists_api", "restore", ("404",))),
    (400, Asked(DEFINITIONS, "remove", (*BETWEEN, 279))),
    (404, Asked(f"{WEBHOOKS}.subscriptions_api", "get_by_id", (404, APP))),
    (400, Asked(f"{OAUTH}.tokens_api", "create", (), {"grant_type": "password"})),
]
