"""Fills the org with records that exist before the story begins; they are taken as they are."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from simulator.salesforce import timestamps
from simulator.salesforce.credentials import Credentials, FurtherApp
from simulator.salesforce.engine import INTEGRATION_USER_ID, Engine
from simulator.salesforce.ids import find_short_id, to_18
from simulator.salesforce.schema import Field, SObject
from simulator.salesforce.store import Record, Table
from simulator.salesforce.writes import derive

ORDER = ("User", "Account", "Contact", "Lead", "Opportunity", "OpportunityContactRole")


def seed(engine: Engine, data: Mapping[str, Any]) -> None:
    """Parents before children, whatever order they are written in; ValueError names what makes no sense."""
    tables = {"User" if name == "users" else name: rows for name, rows in data.items() if name not in {"oauth", "apps"}}
    unknown = tables.keys() - set(ORDER)
    if unknown:
        raise ValueError(f"cannot seed {sorted(unknown)}")
    if "oauth" in data:
        engine.adopt_credentials(_credentials(data["oauth"], engine.logins.credentials))
    for app in data.get("apps", ()):
        user_id = _id_of({"Id": app["user_id"]}, engine.store.tables["User"])
        engine.logins.add(FurtherApp(app["consumer_key"], app["consumer_secret"], user_id))
    for name in ORDER:
        _seed_table(engine.store.tables[name], tables.get(name, ()), engine)


def _credentials(values: Mapping[str, str], known: Credentials) -> Credentials:
    names = [field.name for field in fields(Credentials)]
    if not set(values) <= set(names):
        raise ValueError(f"unknown credentials: {sorted(set(values) - set(names))}")
    return Credentials(**{**{name: getattr(known, name) for name in names}, **values})


def _seed_table(table: Table, rows: Iterable[Mapping[str, Any]], engine: Engine) -> None:
    sobject = table.sobject
    now = timestamps.now()
    common = {
        **sobject.defaults, "CreatedById": INTEGRATION_USER_ID, "LastModifiedById": INTEGRATION_USER_ID
    }  # fmt: skip
    if "OwnerId" in common:
        common["OwnerId"] = INTEGRATION_USER_ID
    for row in rows:
        record: Record = {"Id": _id_of(row, table), **common}
        for name, value in row.items():
            if value is None or name == "Id":
                continue
            if field := sobject.fields.get(name):
                record[field.name] = _kept(engine, field, value)
            else:
                reference, parent_id = _parent(sobject, name, value, engine)
                record[reference] = parent_id
        record.setdefault("CreatedDate", now)
        record.setdefault("LastModifiedDate", record["CreatedDate"])
        record.setdefault("SystemModstamp", record["LastModifiedDate"])
        derive(sobject.name, record)
        engine.store.put(table, record)


def _id_of(row: Mapping[str, Any], table: Table) -> str:
    given = row.get("Id")
    if given is None:
        return table.next_id()
    short_id = find_short_id(given)
    if short_id is None or not short_id.startswith(table.sobject.prefix):
        raise ValueError(f"not an id of {table.sobject.name}: {given!r}")
    return to_18(short_id)


def _kept(engine: Engine, field: Field, value: Any) -> Any:
    parents = engine.store.tables.get(field.reference_to)
    parent = parents.rows.get(str(value)[:15]) if parents else None
    return parent["Id"] if parent and parent["Id"] == value else engine.store.kept(field, value)


def _parent(sobject: SObject, name: str, value: Any, engine: Engine) -> tuple[str, str]:
    """Children may name their parent by its external id, as a write may."""
    reference = sobject.find_relationship(name)
    if reference is None or not isinstance(value, Mapping) or len(value) != 1:
        raise ValueError(f"no such field: {sobject.name}.{name}")
    ((key_name, key),) = value.items()
    parents = engine.store.tables[reference.reference_to]
    key_field = parents.sobject.find_field(key_name)
    matches = parents.find(key_field, key) if key_field and key_field.indexed else []
    if len(matches) != 1:
        raise ValueError(f"no {reference.reference_to} with {key_name} {key!r}")
    return reference.name, matches[0]["Id"]
